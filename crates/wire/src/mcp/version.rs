//! Revisions of the protocol and the two eras they fall into.

use std::borrow::Cow;
use std::fmt;

/// How a session works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Era {
    /// Up to 2025-11-25: `initialize`, sessions, requests from the server.
    Legacy,
    /// From 2026-07-28: stateless, `_meta` in every request, `server/discover`.
    Modern,
}

/// A revision this crate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Revision {
    /// 2024-11-05
    V2024_11_05,
    /// 2025-03-26, the only one with batches.
    V2025_03_26,
    /// 2025-06-18
    V2025_06_18,
    /// 2025-11-25
    V2025_11_25,
    /// 2026-07-28
    V2026_07_28,
}

impl Revision {
    /// All of them, oldest first.
    pub const ALL: [Self; 5] =
        [Self::V2024_11_05, Self::V2025_03_26, Self::V2025_06_18, Self::V2025_11_25, Self::V2026_07_28];

    /// As it is written on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The era it belongs to.
    #[must_use]
    pub const fn era(self) -> Era {
        match self {
            Self::V2024_11_05 | Self::V2025_03_26 | Self::V2025_06_18 | Self::V2025_11_25 => Era::Legacy,
            Self::V2026_07_28 => Era::Modern,
        }
    }

    /// Whether arrays of messages exist in it.
    #[must_use]
    pub const fn has_batches(self) -> bool {
        matches!(self, Self::V2025_03_26)
    }
}

/// A revision as a peer names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ProtocolVersion<'a> {
    /// One this crate knows.
    Known(Revision),
    /// Any other text.
    Unknown(Cow<'a, str>),
}

impl<'a> ProtocolVersion<'a> {
    /// Reads a version's text.
    #[must_use]
    pub fn read(text: Cow<'a, str>) -> Self {
        match Revision::ALL.into_iter().find(|revision| revision.as_str() == text) {
            Some(revision) => Self::Known(revision),
            None => Self::Unknown(text),
        }
    }

    /// As it is written on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(revision) => revision.as_str(),
            Self::Unknown(text) => text,
        }
    }

    /// The revision, if it is known.
    #[must_use]
    pub const fn known(&self) -> Option<Revision> {
        match self {
            Self::Known(revision) => Some(*revision),
            Self::Unknown(_) => None,
        }
    }
}

impl fmt::Display for ProtocolVersion<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A set of revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisionSet(u8);

impl RevisionSet {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every known one.
    pub const ALL: Self = Self(0b1_1111);
    /// The four of the legacy era.
    pub const LEGACY: Self = Self(0b0_1111);
    /// The one of the modern era.
    pub const MODERN: Self = Self(0b1_0000);

    /// Those from `first` to `last`, both included.
    #[must_use]
    pub const fn between(first: Revision, last: Revision) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < 8 {
            if index >= first as u8 && index <= last as u8 {
                bits |= 1 << index;
            }
            index += 1;
        }
        Self(bits)
    }

    /// Those in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `revision` is in the set.
    #[must_use]
    pub const fn contains(self, revision: Revision) -> bool {
        self.0 & (1 << revision as u8) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_back_and_unknown_ones_are_kept() {
        for revision in Revision::ALL {
            assert_eq!(ProtocolVersion::read(revision.as_str().into()), ProtocolVersion::Known(revision));
            assert!(RevisionSet::ALL.contains(revision));
            assert!(!RevisionSet::NONE.contains(revision));
            assert_eq!(RevisionSet::LEGACY.contains(revision), revision.era() == Era::Legacy);
            assert_eq!(RevisionSet::MODERN.contains(revision), revision.era() == Era::Modern);
        }
        let unknown = ProtocolVersion::read("2031-01-01".into());
        assert_eq!((unknown.as_str(), unknown.known()), ("2031-01-01", None));
        let middle = RevisionSet::between(Revision::V2025_03_26, Revision::V2025_11_25);
        assert!(!middle.contains(Revision::V2024_11_05) && middle.contains(Revision::V2025_11_25));
        assert!(!middle.contains(Revision::V2026_07_28));
    }
}
