//! Lists of entries compiled for asking: paths and hosts.
//!
//! Compiled once, when a policy is made; asking allocates nothing where the answer is yes.

use crate::document::Fault;
use crate::entry::Entry;
use crate::value::Alternative;
use crate::value::{AbsPath, Host, HostName, HostPattern, HostRule, PathGlob, Port};
use globset::{GlobSet, GlobSetBuilder};
use regex::RegexSet;
use std::collections::BTreeMap;

/// A list of path patterns.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathSet {
    entries: Vec<Entry<PathGlob>>,
    set: GlobSet,
    /// The patterns that count characters, for which the set counts bytes.
    by_character: RegexSet,
    /// For each pattern of the set, the entry it belongs to; and of `by_character`.
    owners: Vec<usize>,
    owners_by_character: Vec<usize>,
    covers_root: bool,
}

impl PathSet {
    pub(crate) fn compile(entries: &[Entry<PathGlob>]) -> Result<Self, Fault> {
        Self::build(entries, |glob| glob.covering().cloned().collect())
    }

    /// The same for a list that denies: with a folder goes all that is in it.
    pub(crate) fn compile_deny(entries: &[Entry<PathGlob>]) -> Result<Self, Fault> {
        Self::build(entries, |glob| glob.denying().cloned().collect())
    }

    fn build(
        entries: &[Entry<PathGlob>],
        alternatives: impl Fn(&PathGlob) -> Vec<Alternative>,
    ) -> Result<Self, Fault> {
        let too_large =
            |error: &dyn std::fmt::Display| Fault::new(format!("the patterns are too large: {error}"));
        let mut builder = GlobSetBuilder::new();
        let mut expressions = Vec::new();
        let (mut owners, mut owners_by_character) = (Vec::new(), Vec::new());
        for (index, entry) in entries.iter().enumerate() {
            for alternative in alternatives(&entry.value) {
                match alternative {
                    Alternative::Bytes(glob) => {
                        builder.add(glob);
                        owners.push(index);
                    }
                    Alternative::Characters(expression) => {
                        expressions.push(expression);
                        owners_by_character.push(index);
                    }
                }
            }
        }
        let set = builder.build().map_err(|error| too_large(&error))?;
        let by_character = RegexSet::new(expressions).map_err(|error| too_large(&error))?;
        let covers_root = entries.iter().any(|entry| entry.value.covers_root());
        Ok(Self { entries: entries.to_vec(), set, by_character, owners, owners_by_character, covers_root })
    }

    pub(crate) fn covers(&self, path: &AbsPath) -> bool {
        if path.as_str() == "/" {
            return self.covers_root;
        }
        self.set.is_match(path.as_str()) || self.by_character.is_match(path.as_str())
    }

    /// The first entry that covers the path. For messages: allocates.
    pub(crate) fn first(&self, path: &AbsPath) -> Option<&Entry<PathGlob>> {
        if path.as_str() == "/" {
            return self.entries.iter().find(|entry| entry.value.covers_root());
        }
        let plain = self.set.matches(path.as_str()).into_iter().filter_map(|at| self.owners.get(at));
        let matched = self.by_character.matches(path.as_str());
        let by_character = matched.iter().filter_map(|at| self.owners_by_character.get(at));
        self.entries.get(*plain.chain(by_character).min()?)
    }
}

/// A list of host rules.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostSet {
    entries: Vec<Entry<HostRule>>,
    names: BTreeMap<Box<str>, Vec<usize>>,
    suffixes: BTreeMap<Box<str>, Vec<usize>>,
    ranges: Vec<usize>,
    anywhere: Vec<usize>,
}

impl HostSet {
    pub(crate) fn compile(entries: &[Entry<HostRule>]) -> Self {
        let mut out = Self { entries: entries.to_vec(), ..Self::default() };
        for (index, entry) in entries.iter().enumerate() {
            match &entry.value.host {
                HostPattern::Any => out.anywhere.push(index),
                HostPattern::Range(_) => out.ranges.push(index),
                HostPattern::Name(name) => out.names.entry(name.as_str().into()).or_default().push(index),
                HostPattern::Below(name) => out.suffixes.entry(name.as_str().into()).or_default().push(index),
            }
        }
        out
    }

    /// The first entry found that covers the connection: exact names, then suffixes from the longest, then ranges,
    /// then `*`.
    pub(crate) fn find(&self, host: &Host, port: Port) -> Option<&Entry<HostRule>> {
        let named = match host {
            Host::Name(name) => {
                let exact = self.names.get(name.as_str()).into_iter();
                let below = name
                    .as_str()
                    .match_indices('.')
                    .filter_map(|(dot, _)| self.suffixes.get(name.as_str().get(dot + 1..)?));
                exact.chain(below).flatten().find_map(|index| self.at(*index, host, port))
            }
            Host::Address(_) => self.ranges.iter().find_map(|index| self.at(*index, host, port)),
        };
        named.or_else(|| self.anywhere.iter().find_map(|index| self.at(*index, host, port)))
    }

    /// Whether a range that lies within reserved addresses names this one: a range that merely reaches over them does not.
    pub(crate) fn names_reserved(&self, host: &Host, port: Port) -> bool {
        let mut entries = self.ranges.iter().filter_map(|index| self.at(*index, host, port));
        entries.any(|entry| matches!(&entry.value.host, HostPattern::Range(range) if range.is_reserved()))
    }

    fn at(&self, index: usize, host: &Host, port: Port) -> Option<&Entry<HostRule>> {
        self.entries.get(index).filter(|entry| entry.value.matches(host, port))
    }

    /// Whether some port of the name is covered: what is looked up must be connectable.
    pub(crate) fn names_host(&self, name: &HostName) -> bool {
        self.entries.iter().any(|entry| entry.value.host.matches_name(name))
    }
}
