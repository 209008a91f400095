//! What a document may refer to outside itself: the home folder, the working directory, variables.
//!
//! The caller reads these once, at the edge; nothing in this room looks them up.

use super::{AbsPath, ValueError};
use std::collections::BTreeMap;

/// The facts about the machine and the user that documents and arguments may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    home: Option<AbsPath>,
    working_directory: Option<AbsPath>,
    variables: BTreeMap<Box<str>, Box<str>>,
}

impl Surroundings {
    /// Surroundings that know nothing: every reference to them is an error.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Sets the home folder that `~` and `${HOME}` stand for.
    #[must_use]
    pub fn with_home(mut self, home: AbsPath) -> Self {
        self.home = Some(home);
        self
    }

    /// Sets the folder that relative paths in arguments start from.
    #[must_use]
    pub fn with_working_directory(mut self, folder: AbsPath) -> Self {
        self.working_directory = Some(folder);
        self
    }

    /// Adds a variable that `${NAME}` in a document stands for.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The home folder, where known.
    #[must_use]
    pub fn home(&self) -> Option<&AbsPath> {
        self.home.as_ref()
    }

    /// The folder relative paths start from, where known.
    #[must_use]
    pub fn working_directory(&self) -> Option<&AbsPath> {
        self.working_directory.as_ref()
    }

    /// The value of a variable; `HOME` falls back to the home folder.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        let known = self.variables.get(name).map(AsRef::as_ref);
        known.or_else(|| self.home.as_ref().filter(|_| name == "HOME").map(AbsPath::as_str))
    }

    /// Replaces a leading `~/` and every `${NAME}` in a path.
    ///
    /// # Errors
    /// A variable or home folder that is not known, a variable that is empty, `~user`, or an unclosed `${`: a rule that
    /// would silently mean something else.
    pub fn expand(&self, text: &str) -> Result<String, ValueError> {
        self.replace(text, |value| Ok(value.into()))
    }

    /// The same in a path pattern: what is put in stands for itself, whatever wildcards it holds.
    pub(crate) fn expand_pattern(&self, text: &str) -> Result<String, ValueError> {
        self.replace(text, |value| {
            escape(value).ok_or_else(|| {
                ValueError::new(
                    "a path pattern",
                    text,
                    format!("`{}` holds a backslash", super::shown(value)),
                )
            })
        })
    }

    fn replace(
        &self,
        text: &str,
        put: impl Fn(&str) -> Result<String, ValueError>,
    ) -> Result<String, ValueError> {
        let refuse = |why: String| ValueError::new("a path pattern", text, why);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        if let Some(after) = text.strip_prefix('~') {
            if !after.is_empty() && !after.starts_with('/') {
                return Err(refuse("`~user` is not supported; write the folder out".into()));
            }
            let home = self.home.as_ref().ok_or_else(|| refuse("the home folder is not known".into()))?;
            out.push_str(&put(home.as_str().trim_end_matches('/'))?);
            rest = after;
        }
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, tail) =
                after.split_once('}').ok_or_else(|| refuse("`${` without its closing `}`".into()))?;
            let value = self.variable(name).ok_or_else(|| refuse(format!("`{name}` is not set")))?;
            if value.is_empty() {
                return Err(refuse(format!("`{name}` is empty")));
            }
            out.push_str(&put(value)?);
            rest = tail;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// A text as a pattern that matches it and nothing else; none where a backslash makes that uncertain.
pub(crate) fn escape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => return None,
            '*' | '?' | '[' | ']' | '{' | '}' => out.extend(['[', character, ']']),
            _ => out.push(character),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_or_refused() {
        let here = Surroundings::unknown()
            .with_home(AbsPath::parse("/home/ann").unwrap())
            .with_variable("PROJECT", "/srv/p");
        assert_eq!(here.expand("~/x").unwrap(), "/home/ann/x");
        assert_eq!(here.expand("~").unwrap(), "/home/ann");
        assert_eq!(here.expand("${HOME}/x").unwrap(), "/home/ann/x");
        assert_eq!(here.expand("${PROJECT}/**").unwrap(), "/srv/p/**");
        let odd = here.clone().with_variable("EMPTY", "").with_variable("STAR", "/home/a*");
        assert!(odd.expand("${EMPTY}/**").is_err());
        assert_eq!(odd.expand_pattern("${STAR}/**").unwrap(), "/home/a[*]/**");
        for bad in ["~bob/x", "${NOPE}/x", "${HOME"] {
            assert!(here.expand(bad).is_err(), "{bad}");
        }
        assert!(Surroundings::unknown().expand("~/x").is_err());
    }
}
