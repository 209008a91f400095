//! What the kernel is to enforce, as a value.
//!
//! A [`Plan`] is made by [`build`](crate::build) from a policy and carried out by the jailer, which knows no policy. It is plain
//! data: paths, sizes, numbers and a filter. Making one does nothing, and nothing in it says why.

use serde::{Deserialize, Serialize};
use std::ffi::CString;

/// Everything one jail is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is done in the jail.
    pub task: Task,
    /// The private root and the namespaces; none where the machine refuses them (tier T2).
    pub root: Option<Root>,
    /// Which paths are open to which use.
    pub landlock: Landlock,
    /// System calls, as a classic BPF program.
    pub seccomp: Vec<Instruction>,
    /// Ceilings.
    pub limits: Ceilings,
    /// A folder of the host that exists for this jail alone (tier T2): made empty before and removed after.
    pub scratch: Option<CString>,
    /// Milliseconds after which the jail ends whatever it does; none for no deadline.
    pub deadline_ms: Option<u64>,
}

/// What is done in a jail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// A program is executed.
    Execute(Program),
    /// Things that must be refused are tried, to see that they are; nothing is executed.
    Rehearse,
}

/// What is executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The file, as the jail sees it.
    pub path: CString,
    /// All words, the first included.
    pub words: Vec<CString>,
    /// The whole environment, `NAME=value`.
    pub environment: Vec<CString>,
    /// The working directory, as the jail sees it.
    pub directory: CString,
}

/// The private root, as what is put into an empty one, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// What is put there.
    pub nodes: Vec<Node>,
    /// Bytes that the private folders hold together.
    pub private_bytes: u64,
    /// Files that the private folders hold together.
    pub private_files: u64,
    /// Ports on which every address is answered by the broker.
    pub capture: Vec<u16>,
    /// The user and group number that the tool sees itself as.
    pub identity: u32,
    /// The name that the tool sees the machine under.
    pub host_name: CString,
}

/// One thing in the private root. Folders above a target are made as needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// An empty folder.
    Folder {
        /// Where.
        target: CString,
    },
    /// A file with this content.
    File {
        /// Where.
        target: CString,
        /// What.
        content: Vec<u8>,
    },
    /// A symbolic link.
    Link {
        /// Where.
        target: CString,
        /// What it says.
        to: CString,
    },
    /// A file or folder of the host, with everything mounted below it.
    Bind {
        /// The host's path, free of symbolic links.
        source: CString,
        /// Where.
        target: CString,
        /// Which kind it was when the plan was made.
        kind: Kind,
        /// What may be done with it.
        mode: BindMode,
        /// Whose its files seem to be.
        owners: Owners,
    },
    /// A writable folder of the jail's own.
    Private {
        /// Where.
        target: CString,
        /// Permission bits.
        mode: u32,
    },
    /// A folder inside a writable bind that stays as writable as it is, but where it is: what is masked or frozen below it
    /// would go with it, and its name could be made anew.
    Pin {
        /// Where.
        target: CString,
    },
    /// Something that lies inside a bind and is made to look empty.
    Mask {
        /// Where.
        target: CString,
        /// Which kind of thing it is.
        kind: Kind,
    },
    /// Something that lies inside a writable bind and is made read-only.
    Freeze {
        /// Where.
        target: CString,
    },
    /// The process file system of the jail's own processes.
    Processes {
        /// Where.
        target: CString,
        /// Files in it that are hidden, relative to it; what does not exist is passed over.
        hide: Vec<(CString, Kind)>,
        /// Folders in it that are made read-only, relative to it.
        freeze: Vec<CString>,
    },
}

/// What kind of thing stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Anything that is not a folder.
    File,
    /// A folder.
    Folder,
}

/// Whose the files of a bind seem to be, to the jail of a broker that is root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owners {
    /// The jail's, where they are those of the owner of the bind's top.
    Jail,
    /// Whose they are: what only root may read stays closed.
    Machine,
}

/// What may be done with a bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindMode {
    /// Read.
    Read,
    /// Read and write.
    Write,
    /// A device of the machine that everybody may use, such as `/dev/null`.
    Device,
}

/// Which paths are open to which use, in the kernel's own bits (`landlock(7)`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landlock {
    /// Rights over files that are refused unless a rule gives them.
    pub handled_files: u64,
    /// Rights over TCP ports that are refused altogether.
    pub handled_network: u64,
    /// What may not leave the jail: abstract sockets, signals.
    pub scoped: u64,
    /// What is given below which path. A path that is not there when the jail starts is an error.
    pub rules: Vec<PathRule>,
}

/// Rights below a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRule {
    /// The path as the jail sees it.
    pub path: CString,
    /// What is given there.
    pub rights: u64,
}

/// One instruction of classic BPF (`struct sock_filter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(C)]
pub struct Instruction {
    /// What to do.
    pub code: u16,
    /// Instructions to skip if true.
    pub jump_true: u8,
    /// Instructions to skip if false.
    pub jump_false: u8,
    /// The operand.
    pub operand: u32,
}

/// Ceilings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceilings {
    /// Bytes of memory of all processes together; held by a control group where one can be had, else looked at often.
    pub memory: u64,
    /// Processes and threads; none where the kernel cannot count the jail's alone.
    pub processes: Option<u64>,
    /// Open files per process.
    pub open_files: u64,
    /// Bytes of the largest file.
    pub file_size: u64,
    /// Percent of one core; none for no ceiling.
    pub cpu_percent: Option<u64>,
    /// Whether a control group holds them.
    pub group: GroupUse,
}

/// Whether a jail has a control group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupUse {
    /// It must have one.
    Own,
    /// The machine has none to give: the supervisor looks at memory itself.
    None,
}

/// A plan in the form that the jailer takes. Nothing but [`Plan::seal`] makes one.
#[derive(Debug, Clone)]
pub struct Sealed(Vec<u8>);

/// A plan that cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[error("the plan cannot be passed on: {0}")]
pub struct SealError(#[from] postcard::Error);

impl Plan {
    /// The plan as bytes.
    pub fn seal(&self) -> Result<Sealed, SealError> {
        Ok(Sealed(postcard::to_stdvec(self)?))
    }

    /// The plan that these bytes say.
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, SealError> {
        let (plan, rest) = postcard::take_from_bytes(bytes)?;
        if rest.is_empty() { Ok(plan) } else { Err(postcard::Error::DeserializeBadEncoding.into()) }
    }
}

impl Sealed {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
