//! The parts of a checked manifest.

use crate::entry::Entry;
use crate::inspect;
pub use crate::redact::Mode as SecretScan;
use crate::value::{ByteSize, EnvName, HostRule, PathGlob, SecretName, ToolName, ToolPattern};
use crate::verdict::Source;
use std::{collections::BTreeMap, fmt};

/// A version of the manifest's specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spec {
    /// 1.0, as first published.
    V1_0,
    /// 1.1: deny lists, limits, tools, secrets, listen, tiers, examples, install.
    V1_1,
}

impl fmt::Display for Spec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
        })
    }
}

/// Where the sections that rules come from stand; the start of the document for one that is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sections {
    /// The document itself.
    pub document: Source,
    /// `profile`.
    pub profile: Source,
    /// `filesystem`.
    pub files: Source,
    /// `network`.
    pub network: Source,
    /// `env`.
    pub env: Source,
    /// `spawn`.
    pub spawn: Source,
    /// `tools`.
    pub tools: Source,
    /// `secrets`.
    pub secrets: Source,
    /// `listen`.
    pub listen: Source,
}

impl Sections {
    /// All at one place.
    pub(crate) fn all_at(place: &Source) -> Self {
        let here = || place.clone();
        Self {
            document: here(),
            profile: here(),
            files: here(),
            network: here(),
            env: here(),
            spawn: here(),
            tools: here(),
            secrets: here(),
            listen: here(),
        }
    }
}

/// Where a manifest comes from, in its author's words: proves nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Its origin.
    pub source: Option<String>,
    /// Who reviewed it.
    pub reviewed_by: Option<String>,
    /// When.
    pub reviewed_at: Option<String>,
}

/// Files and folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRules {
    /// What may be read.
    pub read: Vec<Entry<PathGlob>>,
    /// What may be created, changed and removed.
    pub write: Vec<Entry<PathGlob>>,
    /// What stays closed whatever the others say.
    pub deny: Vec<Entry<PathGlob>>,
}

/// Whether a kind of address stays closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Guard {
    /// Closed, because nothing was said.
    #[default]
    Default,
    /// Closed, because the document says so here.
    Closed(Source),
    /// Open, because the document says so here.
    Open(Source),
}

impl Guard {
    /// Whether these addresses stay closed.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        !matches!(self, Self::Open(_))
    }

    /// Where the document says so.
    pub(crate) const fn source(&self) -> Option<&Source> {
        match self {
            Self::Default => None,
            Self::Closed(source) | Self::Open(source) => Some(source),
        }
    }
}

/// Hosts and ports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// What may be connected to.
    pub allow: Vec<Entry<HostRule>>,
    /// This machine and private networks.
    pub local: Guard,
    /// Cloud metadata services.
    pub metadata: Guard,
}

/// What is done to answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Output {
    /// Secrets in them.
    pub scan_secrets: SecretScan,
    /// Their size; none where no limit was declared.
    pub max_size: Option<ByteSize>,
}

/// Whether arguments are written to the log with their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Params {
    /// Names and values.
    #[default]
    Values,
    /// Names only.
    Names,
}

/// What is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Whether the tool's calls are recorded.
    pub enabled: bool,
    /// Days to keep records; none for the operator's choice.
    pub retention_days: Option<u64>,
    /// Size at which the log rotates; none for the operator's choice.
    pub max_size: Option<ByteSize>,
    /// How much of the arguments is recorded.
    pub params: Params,
}

impl Default for Audit {
    fn default() -> Self {
        Self { enabled: true, retention_days: None, max_size: None, params: Params::Values }
    }
}

/// Ceilings; each none where not declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Memory of all processes together.
    pub memory: Option<ByteSize>,
    /// Percent of one core.
    pub cpu_percent: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// Open files per process.
    pub open_files: Option<u64>,
    /// Largest file.
    pub file_size: Option<ByteSize>,
    /// Size of the private `/tmp`.
    pub tmp_size: Option<ByteSize>,
}

/// Which tools may be called, and with what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolRules {
    /// Tools that may be called; none for all.
    pub allow: Option<Vec<Entry<ToolPattern>>>,
    /// Tools that may not be called, whatever `allow` says.
    pub deny: Vec<Entry<ToolPattern>>,
    /// Per tool and argument.
    pub arguments: BTreeMap<ToolName, inspect::ToolRules>,
}

/// The field of a request in which a placeholder is replaced by the real secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretField {
    /// A header of this name, in lower case.
    Header(Box<str>),
    /// A query parameter of this name.
    Query(Box<str>),
    /// A half of basic authentication.
    Basic(BasicField),
}

/// A half of basic authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BasicField {
    /// What stands before the colon.
    Username,
    /// What stands after the colon.
    Password,
}

/// A secret that the broker uses on the tool's behalf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// The name under which the broker finds the real value.
    pub name: SecretName,
    /// The variable in which the tool sees a placeholder.
    pub env: EnvName,
    /// Where the real value may go.
    pub hosts: Vec<Entry<HostRule>>,
    /// In which field of the request.
    pub field: SecretField,
}

/// How well a jail holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Protocol gate only, each missing layer accepted by name.
    T3,
    /// Landlock, seccomp and connections through the broker; no namespaces.
    T2,
    /// Everything.
    T1,
}

/// What a package runner may do while installing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Install {
    /// Hosts of the package registries.
    pub allow: Vec<Entry<HostRule>>,
    /// What it may write.
    pub write: Vec<Entry<PathGlob>>,
}

/// Something the author of a manifest should know; it does not stop a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where, if anywhere.
    pub source: Source,
    /// What.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}
