//! The sandbox profile language, as little of it as is used: forms that hold no expression, no pattern and no variable.

use super::path::CheckedPath;
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// What happens to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It is done.
    Allow,
    /// It fails.
    Deny,
}

macro_rules! operations {
    ($($name:ident = $text:literal;)*) => {
        /// What a process does, as the kernel groups it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Operation {
            $(#[doc = $text] $name,)*
        }

        impl Operation {
            /// The name in the language.
            pub(super) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

operations! {
    File = "file*";
    FileIoctl = "file-ioctl";
    FileMapExecutable = "file-map-executable";
    FileRead = "file-read*";
    FileReadData = "file-read-data";
    FileReadMetadata = "file-read-metadata";
    FileWrite = "file-write*";
    FileWriteCreate = "file-write-create";
    FileWriteData = "file-write-data";
    FileWriteUnlink = "file-write-unlink";
    IokitGetProperties = "iokit-get-properties";
    IokitOpen = "iokit-open";
    IpcPosixShm = "ipc-posix-shm*";
    MachLookup = "mach-lookup";
    Network = "network*";
    NetworkOutbound = "network-outbound";
    Nvram = "nvram*";
    ProcessExec = "process-exec*";
    ProcessFork = "process-fork";
    ProcessInfo = "process-info*";
    Signal = "signal";
    SysctlRead = "sysctl-read";
}

/// What an operation is done to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Filter {
    /// This path alone.
    Literal(CheckedPath),
    /// This path and everything below it.
    Subpath(CheckedPath),
    /// A service of the system.
    Service(&'static str),
    /// A value of the kernel's.
    Value(&'static str),
    /// The process itself, and those it started.
    SameSandbox,
    /// A TCP port of this machine's loopback.
    Loopback(u16),
}

/// One form: operations on what any of the filters says; on everything, without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) effect: Effect,
    pub(super) operations: Vec<Operation>,
    pub(super) filters: BTreeSet<Filter>,
}

impl Rule {
    pub(super) fn permit(operations: &[Operation], filters: impl IntoIterator<Item = Filter>) -> Self {
        Self {
            effect: Effect::Allow,
            operations: operations.to_vec(),
            filters: filters.into_iter().collect(),
        }
    }

    pub(super) fn refuse(operations: &[Operation], filters: impl IntoIterator<Item = Filter>) -> Self {
        Self { effect: Effect::Deny, operations: operations.to_vec(), filters: filters.into_iter().collect() }
    }
}

impl Filter {
    /// The path that it is about, if it is about one.
    pub(super) fn path(&self) -> Option<&CheckedPath> {
        match self {
            Self::Literal(path) | Self::Subpath(path) => Some(path),
            Self::Service(_) | Self::Value(_) | Self::SameSandbox | Self::Loopback(_) => None,
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(path) => write!(out, "(literal \"{}\")", path.as_str()),
            Self::Subpath(path) => write!(out, "(subpath \"{}\")", path.as_str()),
            Self::Service(name) => write!(out, "(global-name \"{name}\")"),
            Self::Value(name) => write!(out, "(sysctl-name \"{name}\")"),
            Self::SameSandbox => out.write_str("(target same-sandbox)"),
            Self::Loopback(port) => write!(out, "(remote tcp \"localhost:{port}\")"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.effect {
            Effect::Allow => "(allow",
            Effect::Deny => "(deny",
        })?;
        self.operations.iter().try_for_each(|operation| write!(out, " {}", operation.as_str()))?;
        self.filters.iter().try_for_each(|filter| write!(out, "\n  {filter}"))?;
        out.write_char(')')
    }
}

/// A whole profile: what no rule speaks of is refused.
pub(super) fn text(rules: &[Rule]) -> String {
    let rules = rules.iter().map(|rule| format!("{rule}\n"));
    ["(version 1)\n".to_owned(), "(deny default)\n".to_owned()].into_iter().chain(rules).collect()
}
