//! Absolute paths in their one normal form.

use super::ValueError;
use std::fmt;

/// An absolute Unix path without `.`, `..`, empty components, trailing slash or NUL; at most 4,096 bytes of UTF-8.
///
/// Normal form is lexical: what a symbolic link on the way does to it is for the caller to resolve, who then asks
/// again about the resolved path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbsPath(Box<str>);

impl AbsPath {
    /// Longest path accepted, in bytes (`PATH_MAX`).
    pub const MAX_LEN: usize = 4096;

    /// Parses an absolute path and brings it into normal form; `..` steps back lexically and stops at the root.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if !text.starts_with('/') {
            return Err(ValueError::new("an absolute path", text, "it does not start with `/`"));
        }
        Self::normal("", text)
    }

    /// The root folder.
    #[must_use]
    pub fn root() -> Self {
        Self("/".into())
    }

    /// The path that `text` names when read from this folder: itself if absolute, else below this folder.
    pub fn join(&self, text: &str) -> Result<Self, ValueError> {
        if text.starts_with('/') { Self::parse(text) } else { Self::normal(&self.0, text) }
    }

    fn normal(base: &str, text: &str) -> Result<Self, ValueError> {
        let refuse = |why| Err(ValueError::new("an absolute path", text, why));
        if text.contains('\0') {
            return refuse("it contains a NUL character");
        }
        if base.len() + text.len() > Self::MAX_LEN {
            return refuse("it is longer than 4096 bytes");
        }
        let mut out = String::with_capacity(base.len() + text.len() + 1);
        out.push_str(base.trim_end_matches('/'));
        for component in text.split('/') {
            match component {
                "" | "." => {}
                ".." => out.truncate(out.rfind('/').unwrap_or(0)),
                name => {
                    out.push('/');
                    out.push_str(name);
                }
            }
        }
        if out.is_empty() {
            out.push('/');
        }
        Ok(Self(out.into()))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component; empty for the root.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds this path; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (head, tail) = self.0.rsplit_once('/')?;
        match (head, tail) {
            (_, "") => None,
            ("", _) => Some(Self::root()),
            _ => Some(Self(head.into())),
        }
    }

    /// Whether this path is `folder` or lies below it, component by component.
    #[must_use]
    pub fn is_within(&self, folder: &Self) -> bool {
        match self.0.strip_prefix(folder.0.trim_end_matches('/')) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

impl fmt::Display for AbsPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for AbsPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn normal_form() {
        let rows = [
            ("/", "/"),
            ("//a///b/", "/a/b"),
            ("/a/./b/../c", "/a/c"),
            ("/../../etc", "/etc"),
            ("/a/..", "/"),
            ("/a/...", "/a/..."),
        ];
        for (text, wanted) in rows {
            assert_eq!(AbsPath::parse(text).unwrap().as_str(), wanted, "{text}");
        }
        for bad in ["", "a", "./a", "/a\0b"] {
            assert!(AbsPath::parse(bad).is_err(), "{bad:?}");
        }
        assert!(AbsPath::parse(&format!("/{}", "x".repeat(4096))).is_err());
    }

    #[test]
    fn joins_and_parents() {
        let base = AbsPath::parse("/a/b").unwrap();
        assert_eq!(base.join("../c").unwrap().as_str(), "/a/c");
        assert_eq!(base.join("/c").unwrap().as_str(), "/c");
        assert_eq!(AbsPath::root().join("x").unwrap().as_str(), "/x");
        assert_eq!(base.parent().unwrap().as_str(), "/a");
        assert_eq!(base.parent().unwrap().parent().unwrap(), AbsPath::root());
        assert_eq!(AbsPath::root().parent(), None);
    }

    #[test]
    fn within_is_by_component() {
        let folder = AbsPath::parse("/a").unwrap();
        assert!(AbsPath::parse("/a").unwrap().is_within(&folder));
        assert!(AbsPath::parse("/a/b").unwrap().is_within(&folder));
        assert!(!AbsPath::parse("/ab").unwrap().is_within(&folder));
        assert!(folder.is_within(&AbsPath::root()));
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_leaves_the_root(text in "/[a-c./]{0,30}") {
            let once = AbsPath::parse(&text).unwrap();
            prop_assert_eq!(AbsPath::parse(once.as_str()).unwrap(), once.clone());
            prop_assert!(once.as_str() == "/" || !once.as_str().ends_with('/'));
            prop_assert!(!once.as_str().split('/').any(|component| component == ".." || component == "."));
        }
    }
}
