//! Names of tools, environment variables and secrets.

use super::ValueError;
use std::fmt;

/// The name of an MCP tool: 1 to 128 characters out of ASCII letters, digits and `_ - . / : @ + ~ #`.
///
/// Narrower than what servers may send: a name with spaces, control characters or look-alikes from other scripts
/// cannot be judged by a rule that a person wrote, so it is refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolName(Box<str>);

impl ToolName {
    /// Longest name accepted, in bytes (MCP 2025-11-25, "tool names").
    pub const MAX_LEN: usize = 128;

    /// Parses a name as a server or a host spells it.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| Err(ValueError::new("a tool name", text, why));
        match text {
            "" => refuse("it is empty"),
            _ if text.len() > Self::MAX_LEN => refuse("it is longer than 128 characters"),
            _ if !text.bytes().all(is_tool_byte) => {
                refuse("only ASCII letters, digits and `_-./:@+~#` are allowed")
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ToolName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn is_tool_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:@+~#".contains(&byte)
}

/// A pattern over tool names: a name in which each `*` stands for any run of characters, the empty one included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolPattern(Box<str>);

impl ToolPattern {
    /// Parses a pattern such as `read_*`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| Err(ValueError::new("a tool pattern", text, why));
        match text {
            "" => refuse("it is empty"),
            _ if text.len() > ToolName::MAX_LEN => refuse("it is longer than 128 characters"),
            _ if !text.bytes().all(|byte| is_tool_byte(byte) || byte == b'*') => {
                refuse("only ASCII letters, digits, `_-./:@+~#` and the wildcard `*` are allowed")
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern covers the name, case counting.
    #[must_use]
    pub fn matches(&self, name: &ToolName) -> bool {
        wildcard(&self.0, &name.0)
    }
}

/// Whether a pattern in which each `*` stands for any run of characters covers the whole text; linear in both.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

/// The name of an environment variable: a letter or `_`, then letters, digits and `_`; at most 255 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvName(Box<str>);

impl EnvName {
    /// Parses an exact name; wildcards are not names.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let mut bytes = text.bytes();
        let head = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        if head && text.len() <= 255 && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Ok(Self(text.into()));
        }
        let why = "it must be a letter or `_`, then letters, digits or `_`, at most 255 in all";
        Err(ValueError::new("the name of an environment variable", text, why))
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The name by which policy and vault speak of a secret: a letter, then letters, digits, `_` or `-`; at most 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretName(Box<str>);

impl SecretName {
    /// Parses a name; the secret itself never comes here.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let mut bytes = text.bytes();
        let head = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
        if head
            && text.len() <= 64
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        {
            return Ok(Self(text.into()));
        }
        let why = "it must be a letter, then letters, digits, `_` or `-`, at most 64 in all";
        Err(ValueError::new("the name of a secret", text, why))
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_name_is_printable_ascii_without_blanks() {
        for good in ["read_file", "a", "ns/tool.v2", "git:status"] {
            assert!(ToolName::parse(good).is_ok(), "{good}");
        }
        let long = "x".repeat(129);
        for bad in ["", "read file", "rеad", "a\u{200b}", "a\n", "*", long.as_str()] {
            assert!(ToolName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_tool_pattern_matches_as_a_shell_would() {
        let rows = [
            ("read_*", "read_file", true),
            ("read_*", "read_", true),
            ("read_*", "thread_x", false),
            ("*", "anything", true),
            ("*_file", "read_file", true),
            ("*_file", "read_files", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "Exact", false),
        ];
        for (pattern, name, wanted) in rows {
            let pattern = ToolPattern::parse(pattern).unwrap();
            assert_eq!(pattern.matches(&ToolName::parse(name).unwrap()), wanted, "{pattern:?} {name}");
        }
    }

    #[test]
    fn environment_and_secret_names() {
        assert!(EnvName::parse("GITHUB_TOKEN").is_ok());
        assert!(EnvName::parse("1A").is_err());
        assert!(EnvName::parse("A=B").is_err());
        assert!(EnvName::parse("").is_err());
        assert!(SecretName::parse("github-token").is_ok());
        assert!(SecretName::parse("a b").is_err());
    }
}
