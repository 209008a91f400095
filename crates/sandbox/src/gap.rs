//! What a plan cannot express exactly, each by a name that can be accepted.

use portcullis_policy::Source;
use std::fmt;

/// A difference between what the policy says and what the kernel will hold the program to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Which guarantee it is about.
    pub name: GapName,
    /// What exactly, in words.
    pub what: String,
    /// The entry it comes from, if it comes from one.
    pub source: Option<Source>,
}

/// On which side of the policy the kernel errs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The program could do more than the policy says: the plan stops unless the operator accepts the gap by name.
    Weaker,
    /// The program can do less than the policy says.
    Stricter,
    /// It holds for what was there at the start: a name that appears later is not looked for again.
    AtStart,
}

macro_rules! names {
    ($($name:ident = $text:literal, $side:ident, $doc:literal;)*) => {
        /// The guarantees that a layer may not be able to give.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum GapName {
            $(#[doc = $doc] $name,)*
        }

        impl GapName {
            /// All names.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name as it is accepted by.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// On which side of the policy the kernel errs.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $(Self::$name => Side::$side,)* }
            }

            /// What it is about, in general.
            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }
            }
        }
    };
}

names! {
    Files = "files", Weaker, "Files are not held: this kernel has no Landlock.";
    Truncate = "truncate", Weaker, "Undeclared files can be emptied: Landlock here is older than version 3.";
    Links = "links", Stricter, "Files cannot be moved or linked between folders: Landlock here is older than version 2.";
    Devices = "device-requests", Weaker, "Requests to open devices are not held: Landlock here is older than version 5.";
    Signals = "signals", Weaker, "Signals reach other processes of the user: there is no process namespace, and Landlock here is older than version 6.";
    AbstractSockets = "abstract-sockets", Weaker, "Abstract sockets of the machine could be reached.";
    Attributes = "attributes", Weaker, "Permissions, owners, times and extended attributes can be changed, also of the user's files that are not declared: Landlock does not hold them.";
    AttributesClosed = "attributes-closed", Stricter, "Permissions, owners, times and extended attributes cannot be changed: accept `attributes` to have them open, for every file of the user.";
    SystemCalls = "system-calls", Weaker, "System calls are not filtered: there is the machine's network, other processes can be looked into, and any program be started.";
    RootOutside = "root-outside", Weaker, "The jail is root outside: no other user number could be had.";
    Processes = "process-count", Weaker, "The number of processes is not held.";
    PrivateSize = "private-size", Weaker, "What the private folder holds is not limited: it is a folder of the machine's.";
    Processor = "processor", Weaker, "The share of the processor is not held: there is no control group.";
    ProtectedLinks = "protected-links", Weaker, "A protected name is a symbolic link: nothing can be mounted on it, and it can be replaced.";
    ProtectedNames = "protected-names", Stricter, "Start-up files, hooks and the like in writable folders are read-only.";
    BlockedPrograms = "blocked-programs", Weaker, "Programs that the operator blocks can be started, and what is denied in what programs are loaded from is open.";
    Unproven = "unproven", Weaker, "The rules for this system were never tried on it: nothing that they are to refuse has been seen refused.";
    Memory = "memory", Weaker, "A limit of memory is looked at, not held.";
    Metadata = "metadata", AtStart, "Names, sizes and times of files can be seen outside what is declared.";
    Network = "network", Stricter, "There is no network, nor a loopback of its own.";
    Ipc = "ipc", Stricter, "There is no shared memory, nor message queues.";
    Patterns = "patterns", AtStart, "A pattern stands for the files that it matched at the start.";
    DeniedInSystem = "denied-in-system", AtStart, "A denied pattern for any folder is not looked for in what programs are loaded from.";
    DeniedLater = "denied-later", AtStart, "A denied name that did not exist at the start can be created.";
    ProtectedLater = "protected-later", AtStart, "A protected name that did not exist at the start can be created.";
    Around = "around", Stricter, "A folder in which something stays closed cannot itself be listed, or nothing be made in it.";
    FolderAlone = "folder-alone", Stricter, "A folder is declared without what it holds.";
    AnyPort = "any-port", Stricter, "A rule for every port is held for a list of common ports.";
    WholeDisk = "whole-disk", Stricter, "The root folder stands for the folders in it, without those of the kernel.";
}

impl fmt::Display for GapName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Gap {
    pub(crate) fn new(name: GapName, what: impl Into<String>, source: Option<&Source>) -> Self {
        Self { name, what: what.into(), source: source.cloned() }
    }

    pub(crate) fn general(name: GapName) -> Self {
        Self::new(name, name.describe(), None)
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.name, self.what)
    }
}
