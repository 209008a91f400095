//! Patterns over absolute paths.

use super::{AbsPath, Surroundings, ValueError};
use globset::{Glob, GlobBuilder, GlobMatcher};
use std::fmt;

/// A pattern over absolute paths: `*` and `?` stay inside a component, `**` crosses, `[…]` and `{a,b}` as in a shell.
///
/// `folder/**` covers the folder itself and everything below it. A pattern without a slash, such as `*.pem` or `.env`,
/// covers that name at any depth, and what lies below it. Matching is on the whole path and case counts.
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: Box<str>,
    globs: Vec<Glob>,
    reach: Reach,
    /// Whether the root folder is covered: to a glob, `/*` matches `/`, since `*` may be empty.
    root: bool,
}

/// What a pattern amounts to for a layer that knows only paths and trees, such as the kernel's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Exactly this path.
    Path(AbsPath),
    /// Exactly this folder and everything below it.
    Tree(AbsPath),
    /// Some of what lies at or below this path: the layer cannot express it exactly.
    Within(AbsPath),
}

impl PathGlob {
    /// Longest pattern accepted, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// Parses a pattern, replacing a leading `~` and `${NAME}` from the surroundings.
    ///
    /// # Errors
    /// A relative pattern with a slash, `..` or NUL in it, an unknown reference, a malformed wildcard.
    pub fn parse(text: &str, surroundings: &Surroundings) -> Result<Self, ValueError> {
        let refuse = |why: &str| ValueError::new("a path pattern", text, why);
        let expanded = surroundings.expand(text)?;
        if expanded.is_empty() || expanded.len() > Self::MAX_LEN {
            return Err(refuse("it must have 1 to 1024 characters"));
        }
        if expanded.contains('\0') {
            return Err(refuse("it contains a NUL character"));
        }
        if expanded.split('/').any(|component| component == ".." || component == ".") {
            return Err(refuse("`.` and `..` are not allowed in a pattern; write the path out"));
        }
        let rooted = match expanded.contains('/') {
            false => format!("/**/{expanded}"),
            true if expanded.starts_with('/') || expanded.starts_with("**/") => collapse(&expanded),
            true => {
                return Err(refuse("it must be absolute, start with `~/` or `**/`, or be a bare name"));
            }
        };
        let mut globs = vec![build(&rooted, text)?];
        if let Some(folder) = rooted.strip_suffix("/**") {
            globs.push(build(if folder.is_empty() { "/" } else { folder }, text)?);
        } else if !expanded.contains('/') {
            globs.push(build(&format!("{rooted}/**"), text)?);
        }
        let root = rooted.split('/').all(|component| component.is_empty() || component == "**");
        Ok(Self { text: text.into(), globs, reach: reach(&rooted)?, root })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What the pattern amounts to for a layer that knows only paths and trees.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether the pattern covers the root folder, which the alternatives below do not say.
    pub(crate) const fn covers_root(&self) -> bool {
        self.root
    }

    /// The compiled alternatives, for building a set.
    pub(crate) fn globs(&self) -> impl Iterator<Item = &Glob> {
        self.globs.iter()
    }

    /// Whether the pattern covers the path. Compiles the pattern: for one question; a policy holds compiled sets.
    #[must_use]
    pub fn matches(&self, path: &AbsPath) -> bool {
        if *path == AbsPath::root() {
            return self.root;
        }
        self.globs
            .iter()
            .map(Glob::compile_matcher)
            .any(|matcher: GlobMatcher| matcher.is_match(path.as_str()))
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.globs == other.globs
    }
}

impl Eq for PathGlob {}

impl fmt::Display for PathGlob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

fn build(pattern: &str, text: &str) -> Result<Glob, ValueError> {
    let refuse = |why: String| ValueError::new("a path pattern", text, why);
    let closed = close_classes(pattern).map_err(|why| refuse(why.into()))?;
    let glob = GlobBuilder::new(&closed).literal_separator(true).backslash_escape(true).build();
    glob.map_err(|cause| refuse(cause.kind().to_string()))
}

/// Keeps `[…]` inside its component: to a glob, `[!b]` matches `/` and `[,-1]` does too.
fn close_classes(pattern: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        out.push(character);
        match character {
            '\\' => out.extend(rest.next()),
            '[' => close_class(&mut rest, &mut out)?,
            _ => {}
        }
    }
    Ok(out)
}

fn close_class(rest: &mut std::str::Chars<'_>, out: &mut String) -> Result<(), &'static str> {
    let negated = rest.as_str().starts_with(['!', '^']);
    if negated {
        out.extend(rest.next());
        out.push('/');
    }
    let members: String = rest.by_ref().take_while(|character| *character != ']').collect();
    let characters: Vec<char> = members.chars().collect();
    let spans =
        characters.windows(3).any(|run| matches!(run, [low, '-', high] if (*low..=*high).contains(&'/')));
    if members.is_empty() {
        return Err("`[…]` must hold a character other than `]`");
    }
    if members.contains('/') || spans {
        return Err("`[…]` must not reach across `/`");
    }
    out.push_str(&members);
    out.push(']');
    Ok(())
}

/// Drops doubled and trailing slashes, and `**` right behind `**`.
fn collapse(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut last = "";
    for component in pattern.split('/').filter(|component| !component.is_empty()) {
        if (component, last) != ("**", "**") {
            out.push('/');
            out.push_str(component);
        }
        last = component;
    }
    if out.is_empty() { "/".into() } else { out }
}

fn reach(rooted: &str) -> Result<Reach, ValueError> {
    const META: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];
    let (body, tree) = rooted.strip_suffix("/**").map_or((rooted, false), |body| (body, true));
    let literal = body.split('/').take_while(|component| !component.contains(META));
    let prefix = literal.fold(String::new(), |prefix, component| match component {
        "" => prefix,
        name => prefix + "/" + name,
    });
    let exact = !body.contains(META);
    let prefix = if prefix.is_empty() { AbsPath::root() } else { AbsPath::parse(&prefix)? };
    Ok(match (exact, tree) {
        (true, true) => Reach::Tree(prefix),
        (true, false) => Reach::Path(prefix),
        (false, _) => Reach::Within(prefix),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> PathGlob {
        let here = Surroundings::unknown().with_home(AbsPath::parse("/home/ann").unwrap());
        PathGlob::parse(text, &here).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn what_a_pattern_covers() {
        let rows = [
            ("/a/b", "/a/b", true),
            ("/a/b", "/a/b/c", false),
            ("/a/*", "/a/b", true),
            ("/a/*", "/a/b/c", false),
            ("/a/*", "/a", false),
            ("/a/**", "/a", true),
            ("/a/**", "/a/b/c", true),
            ("/a/**", "/ab", false),
            ("/**", "/", true),
            ("/a[!b]c", "/a/c", false),
            ("/a[!b]c", "/axc", true),
            ("/*", "/", false),
            ("/{a,*}", "/", false),
            ("**/*", "/", false),
            ("/**", "/x/y", true),
            ("/", "/", true),
            ("~/p/**", "/home/ann/p/x", true),
            ("**/.ssh/**", "/home/ann/.ssh", true),
            ("**/.ssh/**", "/home/ann/.ssh/id", true),
            ("**/.ssh/**", "/.ssh/id", true),
            ("**/.ssh/**", "/home/ann/x.ssh/id", false),
            ("**/*.pem", "/key.pem", true),
            ("**/*.pem", "/a/b/key.pem", true),
            (".env", "/a/.env", true),
            (".env", "/.env", true),
            (".env", "/a/.env/b", true),
            (".env", "/a/x.env", false),
            ("*.pem", "/a/k.pem", true),
            ("/a/[bc]/d", "/a/b/d", true),
            ("/a/{b,c}", "/a/c", true),
            ("/a//b/", "/a/b", true),
            ("/A", "/a", false),
            ("/a/**/z", "/a/z", true),
            ("/a/**/z", "/a/b/c/z", true),
        ];
        for (pattern, path, wanted) in rows {
            assert_eq!(glob(pattern).matches(&AbsPath::parse(path).unwrap()), wanted, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        let long = format!("/{}", "x".repeat(1024));
        for bad in [
            "",
            "a/b",
            "./a",
            "/a/../b",
            "/a\0",
            "/a/[",
            "/a/{b",
            "/a[,-1]c",
            "/a[b/]c",
            "/a[]]c",
            "~bob/x",
            "${NOPE}/x",
            &long,
        ] {
            assert!(PathGlob::parse(bad, &Surroundings::unknown()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_a_layer_of_trees_can_express() {
        let path = |text| AbsPath::parse(text).unwrap();
        assert_eq!(*glob("/a/b").reach(), Reach::Path(path("/a/b")));
        assert_eq!(*glob("/a/b/**").reach(), Reach::Tree(path("/a/b")));
        assert_eq!(*glob("/**").reach(), Reach::Tree(path("/")));
        assert_eq!(*glob("/a/*.db").reach(), Reach::Within(path("/a")));
        assert_eq!(*glob("*.pem").reach(), Reach::Within(path("/")));
        assert_eq!(*glob("/a/*/b/**").reach(), Reach::Within(path("/a")));
    }
}
