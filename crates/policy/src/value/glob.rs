//! Patterns over absolute paths.

use super::{AbsPath, Surroundings, ValueError};
use globset::{Glob, GlobBuilder};
use regex::Regex;
use std::fmt;

/// A pattern over absolute paths: `*` and `?` stay inside a component, `**` crosses, `[…]` and `{a,b}` as in a shell.
///
/// `folder/**` covers the folder itself and everything below it. A pattern without a slash, such as `*.pem` or `.env`,
/// covers that name at any depth, and what lies below it. Matching is on the whole path and case counts.
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: Box<str>,
    covers: Vec<Alternative>,
    /// What lies below what the pattern covers.
    below: Alternative,
    reach: Reach,
    /// Whether the root folder is covered: to a glob, `/*` matches `/`, since `*` may be empty.
    root: bool,
}

/// One way in which a pattern covers a path, in a form to be compiled into a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alternative {
    /// For `globset`, which is quick and counts bytes.
    Bytes(Glob),
    /// A regular expression, for patterns that count characters (`?`, `[…]`).
    Characters(String),
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
        let expanded = surroundings.expand_pattern(text)?;
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
        check_braces(&rooted).map_err(refuse)?;
        let mut covers = vec![build(&rooted, text)?];
        if let Some(folder) = rooted.strip_suffix("/**") {
            covers.push(build(if folder.is_empty() { "/" } else { folder }, text)?);
        } else if !expanded.contains('/') {
            covers.push(build(&format!("{rooted}/**"), text)?);
        }
        let below = build(&format!("{}/**", rooted.trim_end_matches('/')), text)?;
        let root = rooted.split('/').all(|component| component.is_empty() || component == "**");
        Ok(Self { text: text.into(), covers, below, reach: reach(&rooted)?, root })
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

    /// The same for a pattern in a list that denies, where a folder goes with all that is in it.
    #[must_use]
    pub fn reach_of_deny(&self) -> Reach {
        match &self.reach {
            Reach::Path(path) | Reach::Tree(path) => Reach::Tree(path.clone()),
            Reach::Within(path) => Reach::Within(path.clone()),
        }
    }

    /// The compiled alternatives, for building a set.
    pub(crate) fn covering(&self) -> impl Iterator<Item = &Alternative> {
        self.covers.iter()
    }

    /// The alternatives for a list that denies: a folder that is closed is closed with all that is in it.
    pub(crate) fn denying(&self) -> impl Iterator<Item = &Alternative> {
        self.covers.iter().chain([&self.below])
    }

    /// Whether the pattern in a list that denies covers the path: also what lies below what it covers.
    #[must_use]
    pub fn denies(&self, path: &AbsPath) -> bool {
        self.matches(path) || self.root || self.below.matches(path.as_str())
    }

    /// Whether the pattern covers the path. Compiles the pattern: for one question; a policy holds compiled sets.
    #[must_use]
    pub fn matches(&self, path: &AbsPath) -> bool {
        if *path == AbsPath::root() {
            return self.root;
        }
        self.covers.iter().any(|alternative| alternative.matches(path.as_str()))
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.covers == other.covers
    }
}

impl Eq for PathGlob {}

impl fmt::Display for PathGlob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Goes to the end of a `[…]`, in which `{`, `}` and `*` are themselves.
fn skip_class(rest: &mut std::str::Chars<'_>) {
    if rest.as_str().starts_with(['!', '^']) {
        rest.next();
    }
    rest.next();
    for character in rest {
        if character == ']' {
            break;
        }
    }
}

impl Alternative {
    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Bytes(glob) => glob.compile_matcher().is_match(path),
            // INVARIANT: `build` has compiled this very expression.
            Self::Characters(expression) => Regex::new(expression).is_ok_and(|regex| regex.is_match(path)),
        }
    }
}

fn build(pattern: &str, text: &str) -> Result<Alternative, ValueError> {
    let refuse = |why: String| ValueError::new("a path pattern", text, why);
    if pattern.contains(['?', '[']) {
        let expression = expression(pattern).map_err(|why| refuse(why.into()))?;
        Regex::new(&expression).map_err(|_| refuse("its `[…]` or `{…}` cannot be read".into()))?;
        return Ok(Alternative::Characters(expression));
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    glob.map(Alternative::Bytes).map_err(|cause| refuse(cause.kind().to_string()))
}

/// A rooted pattern as a regular expression over characters. Components stand by themselves, since `check_braces` and
/// [`class`] keep `/` out of `{…}` and `[…]`.
fn expression(pattern: &str) -> Result<String, &'static str> {
    let mut out = String::from("(?s)^");
    let mut components = pattern.split('/').filter(|component| !component.is_empty()).peekable();
    while let Some(component) = components.next() {
        match (component, components.peek()) {
            ("**", Some(_)) => out.push_str("(?:/[^/]+)*"),
            ("**", None) => out.push_str("/.+"),
            _ => {
                out.push('/');
                component_expression(component, &mut out)?;
            }
        }
    }
    out.push('$');
    Ok(out)
}

fn component_expression(component: &str, out: &mut String) -> Result<(), &'static str> {
    let mut rest = component.chars();
    let mut depth = 0_usize;
    while let Some(character) = rest.next() {
        match character {
            '\\' => {
                let escaped = rest.next().ok_or("it ends in a backslash")?;
                out.push_str(&regex::escape(escaped.encode_utf8(&mut [0; 4])));
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => class(&mut rest, out)?,
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' => {
                depth = depth.checked_sub(1).ok_or("`}` without its opening `{`")?;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            plain => out.push_str(&regex::escape(plain.encode_utf8(&mut [0; 4]))),
        }
    }
    if depth > 0 { Err("`{` without its closing `}`") } else { Ok(()) }
}

/// `[…]` up to its end: single characters and ranges, never `/`; a `]` right at the start is a member.
fn class(rest: &mut std::str::Chars<'_>, out: &mut String) -> Result<(), &'static str> {
    let negated = rest.as_str().starts_with(['!', '^']);
    if negated {
        rest.next();
    }
    let mut members: Vec<char> = Vec::new();
    loop {
        match rest.next().ok_or("`[` without its closing `]`")? {
            ']' if !members.is_empty() => break,
            '/' => return Err("`[…]` must not hold `/`"),
            member => members.push(member),
        }
    }
    out.push_str(if negated { "[^/" } else { "[" });
    let literal = |character: char| format!("\\x{{{:x}}}", u32::from(character));
    let mut left = members.as_slice();
    while let Some((first, after)) = left.split_first() {
        match after {
            ['-', last, after @ ..] if first <= last && !(*first..=*last).contains(&'/') => {
                out.extend([literal(*first), "-".into(), literal(*last)]);
                left = after;
            }
            ['-', _, ..] => return Err("a range of `[…]` must rise and must not reach across `/`"),
            _ => {
                out.push_str(&literal(*first));
                left = after;
            }
        }
    }
    out.push(']');
    Ok(())
}

/// `{a,b}` is for pieces of one component: with `/` or `**` inside, the rules about components would not hold.
fn check_braces(pattern: &str) -> Result<(), &'static str> {
    let mut depth = 0_usize;
    let mut previous = ' ';
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '[' => skip_class(&mut characters),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '/' if depth > 0 => {
                return Err("`{…}` must not hold `/`; write the alternatives as entries of their own");
            }
            '*' if depth > 0 && previous == '*' => return Err("`{…}` must not hold `**`"),
            _ => {}
        }
        previous = character;
    }
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
            ("/d/[é]*", "/d/Àb", false),
            ("/d/[é]", "/d/é", true),
            ("/d/caf[eé]", "/d/café", true),
            ("/d/?", "/d/é", true),
            ("/d/??", "/d/é", false),
            ("/d/[!a]", "/d/é", true),
            ("/d/[!a-]", "/d/-", false),
            ("/d/[!a-]", "/d/B", true),
            ("/d/[]]", "/d/]", true),
            ("/d/[!-a]", "/d/-", false),
            ("/d/[!-a]", "/d/5", true),
            ("/d/[a-c]?/**", "/d/bé/x", true),
            ("/d/**/[a-c]", "/d/x/y/b", true),
            ("/d/**/[a-c]", "/d/b", true),
            ("/d/{x?,y}", "/d/xé", true),
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
    fn a_denied_folder_is_denied_with_what_is_in_it() {
        let rows = [
            ("/h/.ssh", "/h/.ssh/id", true),
            ("/h/.ssh/", "/h/.ssh/a/b", true),
            ("**/.aws", "/h/.aws/credentials", true),
            ("/h/*.d", "/h/x.d/y", true),
            ("/h/.ssh", "/h/.sshx", false),
            ("/", "/anything", true),
        ];
        for (pattern, path, wanted) in rows {
            assert_eq!(glob(pattern).denies(&AbsPath::parse(path).unwrap()), wanted, "{pattern} {path}");
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
