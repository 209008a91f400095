//! The scanner as callers see it: the built-in rules, the values the caller knows, and what they find.
//!
//! How a credential is found is in [`super::engine`]; how it is replaced in [`super::replace`].

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::engine::Engine;
use super::finding::{Finding, settle};
use super::pattern::Shape;
use super::rule::{Rule, Special};

/// The shortest value [`Scanner::with_literals`] accepts: shorter ones are part of ordinary words.
pub const SHORTEST_LITERAL: usize = 6;

/// Finds credentials in text.
///
/// Cheap to keep, free to share between threads. [`Scanner::builtin`] knows the built-in rules;
/// [`Scanner::with_literals`] adds values the caller knows to be secret.
pub struct Scanner {
    engine: &'static Engine,
    literals: Option<AhoCorasick>,
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Scanner").field("rules", &self.rules().len()).finish_non_exhaustive()
    }
}

impl Scanner {
    /// The scanner of the built-in rules, built at the first call.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static SCANNER: OnceLock<Scanner> = OnceLock::new();
        SCANNER.get_or_init(|| Self { engine: Engine::builtin(), literals: None })
    }

    /// The built-in rules and values the caller knows to be secret, found wherever they stand.
    ///
    /// Values shorter than [`SHORTEST_LITERAL`] bytes are left out. Each is also found percent-encoded, JSON-escaped
    /// and in base64.
    ///
    /// # Errors
    /// When the values together are too large for one automaton.
    pub fn with_literals<'v>(values: impl IntoIterator<Item = &'v str>) -> Result<Self, LiteralsTooLarge> {
        let spelled: Vec<String> = values
            .into_iter()
            .filter(|value| value.len() >= SHORTEST_LITERAL)
            .flat_map(super::spelling::of)
            .collect();
        let literals = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&spelled)
            .map_err(|_| LiteralsTooLarge)?;
        Ok(Self { engine: Engine::builtin(), literals: Some(literals) })
    }

    /// The rules in the order of the file.
    pub fn rules(&self) -> std::slice::Iter<'static, Rule> {
        self.engine.file.rules.iter()
    }

    /// What texts of a rule look like, one sequence of pieces per pattern; empty for rules read by hand.
    #[must_use]
    pub fn shapes(&self, rule: &Rule) -> Vec<Vec<Shape>> {
        self.engine.file.shapes(rule.place)
    }

    /// Bytes of memory the search for keywords holds.
    #[must_use]
    pub fn keyword_bytes(&self) -> usize {
        self.engine.keywords.bytes()
    }

    /// Adds to `found` every credential of `text`, sorted by place and apart from each other.
    ///
    /// `text` is decoded text: JSON escapes are the caller's to undo first.
    pub fn scan(&self, text: &str, found: &mut Vec<Finding>) {
        let from = found.len();
        self.collect(text, found);
        settle(found, from, text);
    }

    /// Adds to `found` every credential of `value`, which stands under the name `key` in some structured document: a
    /// value that says nothing by itself is judged by its name too. Places are in `value`.
    pub fn scan_named(&self, key: &str, value: &str, found: &mut Vec<Finding>) {
        let from = found.len();
        self.collect(value, found);
        self.engine.judge_by_name(key.as_bytes(), value.as_bytes(), from, found);
        settle(found, from, value);
    }

    /// Whether `text` holds a credential.
    #[must_use]
    pub fn finds_in(&self, text: &str) -> bool {
        let mut found = Vec::new();
        self.collect(text, &mut found);
        !found.is_empty()
    }

    /// Everything the rules and the known values find in `text`, overlaps and all.
    fn collect(&self, text: &str, found: &mut Vec<Finding>) {
        self.engine.collect(text.as_bytes(), found);
        if let (Some(literals), Some(rule)) = (&self.literals, self.engine.special(Special::Known)) {
            let hits = literals.find_iter(text);
            found.extend(hits.map(|hit| Finding { rule, start: hit.start(), end: hit.end() }));
        }
    }
}

/// The values given to [`Scanner::with_literals`] are too large together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret values are too large to search for together")]
pub struct LiteralsTooLarge;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_of_a_text_before_hide_none_of_the_next() {
        let mut found = Vec::new();
        for text in ["my_password=r0seHip77", "db_password=r0seHip78"] {
            Scanner::builtin().scan(text, &mut found);
            Scanner::builtin().scan_named("password", "r0seHip77", &mut found);
        }
        assert_eq!(found.len(), 4);
    }
}
