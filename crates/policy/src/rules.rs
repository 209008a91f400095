//! Lists of entries compiled for asking: paths and hosts.
//!
//! Compiled once, when a policy is made; asking allocates nothing where the answer is yes.

use crate::document::Fault;
use crate::entry::Entry;
use crate::value::{AbsPath, Host, HostName, HostPattern, HostRule, PathGlob, Port};
use globset::{GlobSet, GlobSetBuilder};
use std::collections::BTreeMap;

/// A list of path patterns.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathSet {
    entries: Vec<Entry<PathGlob>>,
    set: GlobSet,
    /// For each pattern of the set, the entry it belongs to.
    owners: Vec<usize>,
}

impl PathSet {
    pub(crate) fn compile(entries: &[Entry<PathGlob>]) -> Result<Self, Fault> {
        let mut builder = GlobSetBuilder::new();
        let mut owners = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            for glob in entry.value.globs() {
                builder.add(glob.clone());
                owners.push(index);
            }
        }
        let set =
            builder.build().map_err(|error| Fault::new(format!("the patterns are too large: {error}")))?;
        Ok(Self { entries: entries.to_vec(), set, owners })
    }

    pub(crate) fn covers(&self, path: &AbsPath) -> bool {
        if path.as_str() == "/" {
            return self.entries.iter().any(|entry| entry.value.covers_root());
        }
        self.set.is_match(path.as_str())
    }

    /// The first entry that covers the path. For messages: allocates.
    pub(crate) fn first(&self, path: &AbsPath) -> Option<&Entry<PathGlob>> {
        if path.as_str() == "/" {
            return self.entries.iter().find(|entry| entry.value.covers_root());
        }
        let owner = |pattern: usize| self.owners.get(pattern).copied();
        let first = self.set.matches(path.as_str()).into_iter().filter_map(owner).min()?;
        self.entries.get(first)
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

    /// The entry that names the address itself, by a range.
    pub(crate) fn range(&self, host: &Host, port: Port) -> Option<&Entry<HostRule>> {
        self.ranges.iter().find_map(|index| self.at(*index, host, port))
    }

    fn at(&self, index: usize, host: &Host, port: Port) -> Option<&Entry<HostRule>> {
        self.entries.get(index).filter(|entry| entry.value.matches(host, port))
    }

    /// Whether some port of the name is covered: what is looked up must be connectable.
    pub(crate) fn names_host(&self, name: &HostName) -> bool {
        self.entries.iter().any(|entry| entry.value.host.matches_name(name))
    }
}
