//! What the machine can do, as found by doing it: a jail in which nothing is executed, and what must be refused is tried.

use crate::build::etc_identity;
use crate::jail::{Ended, LaunchError};
use crate::linux::jailer::Jailer;
use crate::linux::rehearsal::Fault;
use crate::linux::sys;
use crate::plan::{Ceilings, GroupUse, Landlock, Node, Plan, Root, Task};
use crate::seccomp::{self, Attributes, Processes, Variant};
use std::fmt;
use std::time::Duration;

/// What the machine can do for a jail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// Namespaces, a private root and network, and no capabilities: everything of tier T1 that an ordinary user may not
    /// everywhere have.
    pub enclosure: Had,
    /// The newest version of Landlock's interface; none without it.
    pub landlock: Option<u32>,
    /// The filter of system calls.
    pub seccomp: Had,
    /// Whether the jail is somebody other than root outside.
    pub identity: Had,
    /// A control group of the jail's own.
    pub control_group: Had,
}

/// Whether something was had, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Had {
    /// It was, and this is what was seen.
    Yes(String),
    /// It was not, and this is why.
    No(String),
}

impl Had {
    /// Whether it was.
    #[must_use]
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// What was seen, or why not.
    #[must_use]
    pub fn proof(&self) -> &str {
        match self {
            Self::Yes(proof) | Self::No(proof) => proof,
        }
    }
}

impl fmt::Display for Had {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes(proof) => write!(out, "yes: {proof}"),
            Self::No(why) => write!(out, "no: {why}"),
        }
    }
}

/// Finds out what the machine can do.
#[must_use]
pub fn probe(jailer: &Jailer) -> Support {
    let landlock = sys::landlock_version().ok().filter(|version| *version > 0);
    let enclosure = rehearse(jailer, &rehearsal(true, landlock));
    let seccomp = match landlock {
        // Without namespaces and Landlock a filter alone refuses too little to be rehearsed whole.
        None => Had::No("it is not used without Landlock".into()),
        Some(_) => rehearse(jailer, &rehearsal(false, landlock)),
    };
    let identity = match Jailer::identity() {
        Ok(Some(user)) => Had::Yes(format!("user {user} outside")),
        Ok(None) => Had::No("root, and no other user number can be mapped".into()),
        Err(error) => Had::No(error.to_string()),
    };
    Support { enclosure, landlock, seccomp, identity, control_group: control_group(jailer) }
}

fn control_group(jailer: &Jailer) -> Had {
    match jailer.control_groups() {
        Ok(()) => Had::Yes("groups can be made and hold memory and processes".into()),
        Err(why) => Had::No(why),
    }
}

/// The smallest jail of a kind.
fn rehearsal(enclosed: bool, landlock: Option<u32>) -> Plan {
    let variant = if enclosed {
        Variant::enclosed(Processes::One)
    } else {
        Variant::open(Processes::One, Attributes::Closed)
    };
    // Rights of the first version: making and reading files.
    let handled_files = if landlock.is_some() { (1 << 13) - 1 } else { 0 };
    Plan {
        task: Task::Rehearse,
        root: enclosed.then(|| Root {
            nodes: vec![Node::Processes {
                target: c"/proc".into(),
                hide: Vec::new(),
                freeze: vec![c"sys".into()],
            }],
            private_bytes: 1 << 20,
            private_files: 64,
            capture: Vec::new(),
            identity: etc_identity(),
            host_name: c"rehearsal".into(),
        }),
        landlock: Landlock { handled_files, handled_network: 0, scoped: 0, rules: Vec::new() },
        seccomp: seccomp::filter(variant),
        limits: Ceilings {
            memory: 1 << 30,
            processes: None,
            open_files: 64,
            file_size: 1 << 20,
            cpu_percent: None,
            group: GroupUse::None,
        },
        scratch: None,
        deadline_ms: Some(10_000),
    }
}

fn rehearse(jailer: &Jailer, plan: &Plan) -> Had {
    let had = || -> Result<Option<Ended>, LaunchError> {
        let sealed = plan.seal().map_err(|_| LaunchError::Jailer("could not be told"))?;
        Ok(jailer.launch(&sealed)?.wait(Some(Duration::from_secs(20)))?)
    };
    match had() {
        Ok(Some(Ended::Exited(0))) => Had::Yes("a rehearsal was refused everything that it tried".into()),
        Ok(Some(Ended::Exited(faults))) => {
            let faults = Fault::ALL.iter().filter(|(fault, _)| faults & *fault as u8 != 0);
            let faults: Vec<_> = faults.map(|(_, text)| *text).collect();
            Had::No(format!("in a rehearsal {}", faults.join(", ")))
        }
        Ok(Some(ended)) => Had::No(format!("the rehearsal {ended}")),
        Ok(None) => Had::No("the rehearsal did not end".into()),
        Err(error) => Had::No(error.to_string()),
    }
}
