//! What a manifest says about single arguments (`tools.rules`, docs/manifest.md), as plain data.
//!
//! Reads no document: the manifest's reader builds these. A rule can say what an argument is and narrow what it may
//! hold; it cannot allow a path or a host.

use super::kind::Kind;
use crate::{
    action::{Access, CommandSyntax},
    value::{ValueError, wildcard},
    verdict::Source,
};
use std::{collections::BTreeMap, fmt};

/// What the manifest says about one argument of one tool, and about everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArgumentRule {
    /// What kind of value it is; none leaves that to the schema.
    pub kind: Option<Kind>,
    /// What paths in it are used for; none leaves that to the names of tool and argument.
    pub access: Option<Access>,
    /// What a command in it may contain; none means [`CommandSyntax::Plain`].
    pub syntax: Option<CommandSyntax>,
    /// If there are any, each value has to match one of them.
    pub allow: Vec<TextPattern>,
    /// No value may match any of these.
    pub deny: Vec<TextPattern>,
    /// Longest value, in characters.
    pub max_length: Option<usize>,
    /// Where the manifest says so.
    pub source: Option<Source>,
}

impl ArgumentRule {
    /// Why the rule refuses a value; none if it does not.
    pub(super) fn refuses(&self, text: &str) -> Option<String> {
        if let Some(most) = self.max_length {
            // Counting stops one past the limit: the text may be megabytes.
            if text.len() > most && text.chars().take(most.saturating_add(1)).count() > most {
                return Some(format!("its rule allows at most {most} characters"));
            }
        }
        if let Some(pattern) = self.deny.iter().find(|pattern| pattern.matches(text)) {
            return Some(format!("its rule denies `{pattern}`"));
        }
        let listed = self.allow.is_empty() || self.allow.iter().any(|pattern| pattern.matches(text));
        (!listed).then(|| "none of the patterns that its rule allows covers it".into())
    }
}

/// The rules for the arguments of one tool, by argument name; `options.path` is the member `path` of `options`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolRules(BTreeMap<Box<str>, ArgumentRule>);

impl ToolRules {
    /// No rule for any argument.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds the rule for an argument; a second one for the same argument takes the place of the first.
    #[must_use]
    pub fn with(mut self, argument: &str, rule: ArgumentRule) -> Self {
        self.0.insert(argument.into(), rule);
        self
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rule for an argument.
    #[must_use]
    pub fn get(&self, argument: &str) -> Option<&ArgumentRule> {
        self.0.get(argument)
    }
}

/// A pattern over text in which each `*` stands for any run of characters, the empty one included; case counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPattern(Box<str>);

impl TextPattern {
    /// Longest pattern accepted, in bytes.
    pub const MAX_LEN: usize = 4096;

    /// Parses a pattern such as `feature/*`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match text.len() {
            0 => Err(ValueError::new("a text pattern", text, "it is empty")),
            length if length > Self::MAX_LEN => {
                Err(ValueError::new("a text pattern", text, "it is longer than 4096 bytes"))
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern covers the whole text, in time linear in both.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        wildcard(&self.0, text)
    }
}

impl fmt::Display for TextPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_the_whole_text() {
        let rows = [
            ("main", "main", true),
            ("main", "main2", false),
            ("feature/*", "feature/", true),
            ("feature/*", "a feature/x", false),
            ("*.md", "a.md", true),
            ("*a*a*", "aa", true),
            ("*a*a*", "a", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("**", "x", true),
        ];
        for (pattern, text, wanted) in rows {
            assert_eq!(TextPattern::parse(pattern).unwrap().matches(text), wanted, "{pattern} {text}");
        }
        assert!(TextPattern::parse("").is_err());
        assert!(TextPattern::parse(&"x".repeat(4097)).is_err());
    }

    #[test]
    fn a_rule_counts_characters_then_denies_then_allows() {
        let pattern = |text| vec![TextPattern::parse(text).unwrap()];
        let rule = ArgumentRule {
            allow: pattern("ä*"),
            deny: pattern("*x"),
            max_length: Some(3),
            ..ArgumentRule::default()
        };
        assert_eq!(rule.refuses("äöü"), None);
        assert!(rule.refuses("äöüä").unwrap().contains("at most 3"));
        assert!(rule.refuses("äx").unwrap().contains("denies `*x`"));
        assert!(rule.refuses("b").unwrap().contains("none of the patterns"));
    }
}
