//! The five profiles of the manifest, as what each one lets through.
//!
//! A profile is a ceiling: an entry of the manifest has effect only where the profile gives that kind of power. Two
//! profiles together give what both give, so `--profile` can only narrow.

use crate::value::AbsPath;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// The base posture of a manifest (`profile`; docs/manifest.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Profile {
    /// Nothing outside the tool itself, whatever else is declared.
    Strict,
    /// What is declared, and a private scratch folder.
    Sandboxed,
    /// Declared hosts, programs and variables; no files beyond what the program needs to load.
    Network,
    /// What is declared.
    System,
    /// What is declared, a private scratch folder, and this machine's loopback on every port.
    Browser,
}

/// Which kinds of power a profile, or several together, let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Powers {
    bits: u8,
}

/// One kind of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Power {
    /// Declared files and folders.
    Files = 1,
    /// The private scratch folder.
    Scratch = 1 << 1,
    /// Declared hosts.
    Network = 1 << 2,
    /// This machine's loopback, on every port, without being declared.
    Loopback = 1 << 3,
    /// Declared programs.
    Spawn = 1 << 4,
    /// Declared environment variables and secrets.
    Environment = 1 << 5,
    /// Declared ports to listen on.
    Listen = 1 << 6,
}

impl Powers {
    const fn of(powers: &[Power]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < powers.len() {
            bits |= powers[index] as u8;
            index += 1;
        }
        Self { bits }
    }

    /// Whether this kind of power is let through.
    #[must_use]
    pub const fn has(self, power: Power) -> bool {
        self.bits & power as u8 != 0
    }

    /// What both let through.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { bits: self.bits & other.bits }
    }
}

impl Profile {
    /// All profiles, narrowest first.
    pub const ALL: [Self; 5] = [Self::Strict, Self::Sandboxed, Self::Network, Self::System, Self::Browser];

    /// What the profile lets through.
    #[must_use]
    pub const fn powers(self) -> Powers {
        use Power::{Environment, Files, Listen, Loopback, Network, Scratch, Spawn};
        match self {
            Self::Strict => Powers::of(&[]),
            Self::Sandboxed => Powers::of(&[Files, Scratch, Network, Spawn, Environment, Listen]),
            Self::Network => Powers::of(&[Network, Spawn, Environment, Listen]),
            Self::System => Powers::of(&[Files, Network, Spawn, Environment, Listen]),
            Self::Browser => Powers::of(&[Files, Scratch, Network, Loopback, Spawn, Environment, Listen]),
        }
    }

    /// The name as written in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Sandboxed => "sandboxed",
            Self::Network => "network",
            Self::System => "system",
            Self::Browser => "browser",
        }
    }

    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Where the private scratch folder stands: a folder of the jail's own, never the host's of that name.
pub const SCRATCH: &str = "/tmp/mcparmor";

/// Whether a path lies in the scratch folder, [`SCRATCH`].
pub(crate) fn is_scratch(path: &AbsPath) -> bool {
    path.as_str().strip_prefix(SCRATCH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_gives_nothing_and_two_profiles_give_what_both_give() {
        let strict = Profile::Strict.powers();
        for profile in Profile::ALL {
            assert_eq!(strict.and(profile.powers()), strict);
            assert_eq!(Profile::named(profile.name()), Some(profile));
        }
        assert!(!Profile::Network.powers().has(Power::Files));
        assert!(!Profile::System.powers().and(Profile::Browser.powers()).has(Power::Loopback));
    }
}
