//! One kind of credential, and the reading of the rule file that lists them all.
//!
//! The file (`data/credentials.rules`) is lines of `word value`; `rule` begins a kind. Samples (`match`, `miss`) stand
//! beside each rule for the tests and are skipped here. Faults of the file are errors with a line number: the built-in
//! file is checked by a test, so a release cannot hold one.

use super::check::Check;
use super::class::ClassTable;
use super::pattern::{Pattern, Shape};

/// How certain a rule is of what it finds; the more certain one names an overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The name promised a credential, the value looks like one.
    Generic,
    /// A header that carries credentials of any vendor.
    Carrier,
    /// The name of a vendor and the alphabet of its credentials.
    Vendor,
    /// A format of its own.
    Format,
}

/// The hand-written readers a rule can be bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Special {
    /// Armoured private keys.
    PrivateKey,
    /// Passwords in database addresses.
    Database,
    /// Passwords in other addresses.
    Address,
    /// Values of names that promise a credential.
    Names,
    /// The secret that stands near an access key id.
    Companion,
    /// Values the caller knows to be secret.
    Known,
}

impl Special {
    fn parse(name: &str) -> Result<Self, String> {
        Ok(match name {
            "private-key" => Self::PrivateKey,
            "database-address" => Self::Database,
            "address" => Self::Address,
            "names" => Self::Names,
            "companion" => Self::Companion,
            "known" => Self::Known,
            _ => return Err(format!("unknown reader `{name}`")),
        })
    }
}

/// One kind of credential.
#[derive(Debug)]
pub struct Rule {
    pub(super) id: Box<str>,
    pub(super) label: Box<str>,
    pub(super) name: Box<str>,
    pub(super) source: Box<str>,
    pub(super) rank: Rank,
    pub(super) checks: Vec<Check>,
    pub(super) values: Vec<Pattern>,
    pub(super) with: Vec<Box<str>>,
    /// A word that must stand close by, lower-case.
    pub(super) near: Option<Box<str>>,
    pub(super) special: Option<Special>,
    pub(super) place: usize,
}

impl Rule {
    /// The stable id of the kind: lower-case words joined by `_`, unique in the list.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The word in the redaction label: the id, or that of the family the kind belongs to (`gho_` tokens are
    /// labelled `github_token`).
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What people call the kind.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the vendor describes the format.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// A pattern with an anchor and the rule it belongs to.
#[derive(Debug)]
pub(super) struct Find {
    pub(super) pattern: Pattern,
    pub(super) rule: usize,
}

/// A word in names and the rules that read the value.
#[derive(Debug)]
pub(super) struct NameWord {
    pub(super) word: Box<str>,
    pub(super) rules: Vec<usize>,
}

/// Everything the rule file says.
#[derive(Debug)]
pub(super) struct RuleFile {
    pub(super) rules: Vec<Rule>,
    pub(super) finds: Vec<Find>,
    pub(super) words: Vec<NameWord>,
    pub(super) classes: ClassTable,
}

/// A fault of a rule file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the credential rules: {why}")]
pub(super) struct RuleFault {
    /// Counted from one.
    pub(super) line: usize,
    pub(super) why: String,
}

impl RuleFile {
    /// Reads the rules of a file.
    pub(super) fn parse(source: &str) -> Result<Self, RuleFault> {
        let mut file =
            Self { rules: Vec::new(), finds: Vec::new(), words: Vec::new(), classes: ClassTable::new() };
        for (index, line) in source.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (word, value) = line.split_once(' ').unwrap_or((line, ""));
            file.line(word, value).map_err(|why| RuleFault { line: index + 1, why })?;
        }
        file.finish()?;
        Ok(file)
    }

    /// Takes in one line.
    fn line(&mut self, word: &str, value: &str) -> Result<(), String> {
        if word == "rule" {
            return self.begin(value);
        }
        let at = self.rules.len().checked_sub(1).ok_or("a line before the first `rule`")?;
        let Self { rules, finds, words, classes } = self;
        let rule = rules.get_mut(at).ok_or("no rule")?;
        match word {
            "match" | "miss" => {}
            "name" => rule.name = value.into(),
            "from" => rule.source = value.into(),
            "find" | "findi" => {
                let pattern = Pattern::anchored(value, word == "findi", classes)?;
                finds.push(Find { pattern, rule: at });
            }
            "value" => rule.values.push(Pattern::whole(value, classes)?),
            "near" => rule.near = Some(value.into()),
            "with" => rule.with.extend(value.split(' ').map(Into::into)),
            "test" => rule.checks.push(Check::parse(value).ok_or_else(|| format!("unknown test `{value}`"))?),
            "carrier" => rule.rank = Rank::Carrier,
            "assign" => {
                if rule.rank == Rank::Format {
                    rule.rank = Rank::Vendor;
                }
                for name in value.split(' ') {
                    match words.iter_mut().find(|known| &*known.word == name) {
                        Some(known) => known.rules.push(at),
                        None => words.push(NameWord { word: name.into(), rules: vec![at] }),
                    }
                }
            }
            "read" => {
                let special = Special::parse(value)?;
                if special == Special::Names {
                    rule.rank = Rank::Generic;
                }
                rule.special = Some(special);
            }
            _ => return Err(format!("unknown word `{word}`")),
        }
        Ok(())
    }

    /// Begins a rule: `id` or `id as label`.
    fn begin(&mut self, value: &str) -> Result<(), String> {
        let (id, label) = value.split_once(" as ").unwrap_or((value, value));
        let plain = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        if !plain(id) || !plain(label) {
            return Err(format!("`{value}` is no rule id"));
        }
        if self.rules.iter().any(|rule| &*rule.id == id) {
            return Err(format!("a second rule `{id}`"));
        }
        self.rules.push(Rule {
            id: id.into(),
            label: label.into(),
            name: Box::default(),
            source: Box::default(),
            rank: Rank::Format,
            checks: Vec::new(),
            values: Vec::new(),
            with: Vec::new(),
            near: None,
            special: None,
            place: self.rules.len(),
        });
        Ok(())
    }

    /// Refuses what no single line can show.
    fn finish(&self) -> Result<(), RuleFault> {
        for (at, rule) in self.rules.iter().enumerate() {
            let fault = |why: &str| Err(RuleFault { line: 0, why: format!("rule `{}` {why}", rule.id) });
            if rule.name.is_empty() || rule.source.is_empty() {
                return fault("has no `name` or no `from`");
            }
            let assigned = self.words.iter().any(|word| word.rules.contains(&at));
            if assigned == rule.values.is_empty() {
                return fault("has `assign` without `value` or the reverse");
            }
            if !assigned && rule.special.is_none() && !self.finds.iter().any(|find| find.rule == at) {
                return fault("finds nothing");
            }
        }
        Ok(())
    }

    /// What the texts of a rule look like: each pattern's pieces, for generators of samples.
    pub(super) fn shapes(&self, rule: usize) -> Vec<Vec<Shape>> {
        let finds = self.finds.iter().filter(|find| find.rule == rule).map(|find| &find.pattern);
        finds.map(|pattern| pattern.shapes(&self.classes)).collect()
    }
}
