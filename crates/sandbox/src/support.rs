//! What the machine can do, as found by doing it: a jail in which nothing is executed, and what must be refused is tried.
//!
//! [`probe`] is what a run needs to know. [`examine`] finds out more, for people: at which step the making of a jail stops,
//! what was not refused, and whether connections can be captured. What to do about it is not said here.

use crate::build::{etc_identity, known_rights};
use crate::jail::{Ended, Jail, LaunchError, Step};
use crate::linux::jailer::Jailer;
use crate::linux::rehearsal::Fault;
use crate::linux::sys;
use crate::plan::{Ceilings, GroupUse, Landlock, Node, Plan, Root, Task};
use crate::seccomp::{self, Attributes, Processes, Variant};
use rustix::io::Errno;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
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
    /// Whether whoever runs the broker is somebody other than root: without namespaces, that is who the jail is.
    pub ordinary_user: Had,
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

/// What was seen on the way to a [`Support`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// What it comes to.
    pub support: Support,
    /// A jail with namespaces and a private root (tier T1).
    pub enclosed: Rehearsal,
    /// A jail on the machine's own root (tier T2), under every right that Landlock has here; none without Landlock.
    pub open: Option<Rehearsal>,
    /// Whether a connection from inside arrived at a listener outside; none where no enclosure could be rehearsed.
    pub captured: Option<Had>,
    /// Why there is no Landlock, if there is none.
    pub no_landlock: Option<NoLandlock>,
}

/// What became of a jail that was made to see whether it can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rehearsal {
    /// Every step was done, and what was tried inside was refused.
    Held,
    /// Every step was done, and these attempts were not refused.
    Broken(Vec<Breach>),
    /// The making stopped at a step.
    Stopped {
        /// At which.
        step: Step,
        /// Why: what could not be done, and the system's word on it.
        why: String,
    },
    /// It says nothing about any step, for this reason.
    Unclear(String),
}

/// Something that a jail was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// A connection could be begun.
    Connected,
    /// The machine's programs could be listed.
    Listed,
    /// A folder could be made at the root.
    Made,
    /// A new namespace could be made.
    Unshared,
    /// A new mount could be begun.
    Mounted,
    /// A call that nothing but the filter refuses was not refused by it.
    Unfiltered,
}

/// Why there is no Landlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLandlock {
    /// The kernel has no such call, or a filter around this process says so.
    Unknown,
    /// The kernel has it, and it was not switched on when the machine started.
    SwitchedOff,
    /// Asking for it is refused.
    Refused,
}

/// Finds out what the machine can do.
#[must_use]
pub fn probe(jailer: &Jailer) -> Support {
    let landlock = sys::landlock_version().ok().filter(|version| *version > 0);
    let (enclosed, open) = rehearse_both(jailer, landlock);
    support(jailer, landlock, &enclosed, open.as_ref())
}

/// Finds out what the machine can do, and what can be known about what it cannot.
#[must_use]
pub fn examine(jailer: &Jailer) -> Examination {
    let version = sys::landlock_version();
    let landlock = version.ok().filter(|version| *version > 0);
    let (enclosed, open) = rehearse_both(jailer, landlock);
    let captured = (enclosed == Rehearsal::Held).then(|| captured(jailer, landlock));
    let no_landlock = match version {
        Ok(0) | Err(Errno::NOSYS) => Some(NoLandlock::Unknown),
        Ok(_) => None,
        Err(Errno::OPNOTSUPP) => Some(NoLandlock::SwitchedOff),
        Err(_) => Some(NoLandlock::Refused),
    };
    let support = support(jailer, landlock, &enclosed, open.as_ref());
    Examination { support, enclosed, open, captured, no_landlock }
}

fn rehearse_both(jailer: &Jailer, landlock: Option<u32>) -> (Rehearsal, Option<Rehearsal>) {
    let enclosed = rehearse(jailer, &rehearsal(Place::Enclosed { capture: &[] }, landlock)).outcome(0);
    // Without namespaces and Landlock a filter alone refuses too little to be rehearsed whole.
    let open = landlock.map(|_| rehearse(jailer, &rehearsal(Place::Open, landlock)).outcome(0));
    (enclosed, open)
}

fn support(
    jailer: &Jailer,
    landlock: Option<u32>,
    enclosed: &Rehearsal,
    open: Option<&Rehearsal>,
) -> Support {
    let identity = match Jailer::identity() {
        Ok(Some(user)) => Had::Yes(format!("user {user} outside")),
        Ok(None) => Had::No("root, and no other user number can be mapped".into()),
        Err(error) => Had::No(error.to_string()),
    };
    let seccomp = match open {
        None => Had::No("it is not used without Landlock".into()),
        Some(open) => open.into(),
    };
    let ordinary_user = match Jailer::is_root() {
        Ok(false) => Had::Yes("an ordinary user".into()),
        Ok(true) => Had::No("root, and without a user namespace it stays that".into()),
        Err(error) => Had::No(error.to_string()),
    };
    let control_group = control_group(jailer);
    Support { enclosure: enclosed.into(), landlock, seccomp, identity, ordinary_user, control_group }
}

fn control_group(jailer: &Jailer) -> Had {
    match jailer.control_groups() {
        Ok(()) => Had::Yes("groups can be made and hold memory and processes".into()),
        Err(why) => Had::No(why),
    }
}

/// Where a rehearsal is held.
#[derive(Debug, Clone, Copy)]
enum Place<'a> {
    /// Behind namespaces and a private root, with these ports captured.
    Enclosed { capture: &'a [u16] },
    /// On the machine's own root.
    Open,
}

/// The smallest jail of a kind.
fn rehearsal(place: Place<'_>, landlock: Option<u32>) -> Plan {
    let variant = match place {
        Place::Enclosed { .. } => Variant::enclosed(Processes::One),
        Place::Open => Variant::open(Processes::One, Attributes::Closed),
    };
    let root = match place {
        Place::Open => None,
        Place::Enclosed { capture } => Some(Root {
            nodes: vec![Node::Processes {
                target: c"/proc".into(),
                hide: Vec::new(),
                freeze: vec![c"sys".into()],
            }],
            private_bytes: 1 << 20,
            private_files: 64,
            capture: capture.to_vec(),
            identity: etc_identity(),
            host_name: c"rehearsal".into(),
        }),
    };
    let landlock = match landlock {
        None => Landlock { handled_files: 0, handled_network: 0, scoped: 0, rules: Vec::new() },
        Some(version) => Landlock {
            handled_files: known_rights(version),
            handled_network: if version >= 4 && root.is_none() { 0b11 } else { 0 },
            scoped: if version >= 6 { 0b11 } else { 0 },
            rules: Vec::new(),
        },
    };
    Plan {
        task: Task::Rehearse,
        root,
        landlock,
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

/// How a rehearsal ended, with the jail if one was made.
struct Rehearsed(Result<(Jail, Option<Ended>), LaunchError>);

fn rehearse(jailer: &Jailer, plan: &Plan) -> Rehearsed {
    let ended = || {
        let sealed = plan.seal().map_err(|_| LaunchError::Jailer("could not be told"))?;
        let mut jail = jailer.launch(&sealed)?;
        let ended = jail.wait(Some(Duration::from_secs(20)))?;
        Ok((jail, ended))
    };
    Rehearsed(ended())
}

impl Rehearsed {
    /// What became of it. The bits of `granted` are faults that are none here.
    fn outcome(&self, granted: u8) -> Rehearsal {
        match &self.0 {
            Ok((_, Some(Ended::Exited(faults)))) if faults & !granted == 0 => Rehearsal::Held,
            Ok((_, Some(Ended::Exited(faults)))) => {
                let faults =
                    Fault::ALL.into_iter().filter(|(fault, _)| faults & !granted & *fault as u8 != 0);
                Rehearsal::Broken(faults.map(|(fault, _)| fault.into()).collect())
            }
            Ok((_, Some(ended))) => Rehearsal::Unclear(format!("the rehearsal {ended}")),
            Ok((_, None)) => Rehearsal::Unclear("the rehearsal did not end".into()),
            Err(LaunchError::Step { step, about, errno }) => {
                let about = if about.is_empty() { String::new() } else { format!(" (`{about}`)") };
                let why = format!("could not {}{about}: {errno}", step.describe());
                Rehearsal::Stopped { step: *step, why }
            }
            Err(error) => Rehearsal::Unclear(error.to_string()),
        }
    }
}

/// Where a rehearsal tries to connect to.
const NOBODY: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Whether the connection that a rehearsal begins arrives at a listener out here, with the address that it was meant for.
fn captured(jailer: &Jailer, landlock: Option<u32>) -> Had {
    let (address, port) = NOBODY;
    let rehearsed = rehearse(jailer, &rehearsal(Place::Enclosed { capture: &[port, 53] }, landlock));
    // Here the connection is to succeed: every address is routed to the listeners.
    match rehearsed.outcome(Fault::Connected as u8) {
        Rehearsal::Held => {}
        other => return Had::No(other.to_string()),
    }
    let arrived = rehearsed.0.ok().and_then(|(jail, _)| arrived(&jail).ok());
    match arrived {
        Some(seen) if seen.ip().to_canonical() == address && seen.port() == port => {
            Had::Yes(format!("a connection to {address} port {port} arrived out here, as addressed"))
        }
        Some(seen) => Had::No(format!("a connection to {address} port {port} arrived as one to {seen}")),
        None => Had::No(format!("a connection to {address} port {port} did not arrive out here")),
    }
}

/// The address that the connection waiting at a jail's first listener was made to.
fn arrived(jail: &Jail) -> Result<SocketAddr, Errno> {
    let listener = jail.listeners.first().ok_or(Errno::BADF)?;
    rustix::io::ioctl_fionbio(listener, true)?;
    let connection = rustix::net::accept(listener)?;
    rustix::net::getsockname(&connection)?.try_into()
}

impl From<Fault> for Breach {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Connected => Self::Connected,
            Fault::Listed => Self::Listed,
            Fault::Made => Self::Made,
            Fault::Unshared => Self::Unshared,
            Fault::Mounted => Self::Mounted,
            Fault::Unfiltered => Self::Unfiltered,
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Fault::ALL.iter().find(|(fault, _)| Self::from(*fault) == *self).map(|(_, text)| *text);
        out.write_str(text.unwrap_or_default())
    }
}

impl fmt::Display for Rehearsal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held => out.write_str("a rehearsal was refused everything that it tried"),
            Self::Broken(breaches) => {
                let breaches: Vec<_> = breaches.iter().map(ToString::to_string).collect();
                write!(out, "in a rehearsal {}", breaches.join(", "))
            }
            Self::Stopped { why, .. } | Self::Unclear(why) => out.write_str(why),
        }
    }
}

impl From<&Rehearsal> for Had {
    fn from(rehearsal: &Rehearsal) -> Self {
        match rehearsal {
            Rehearsal::Held => Self::Yes(rehearsal.to_string()),
            Rehearsal::Broken(_) | Rehearsal::Stopped { .. } | Rehearsal::Unclear(_) => {
                Self::No(rehearsal.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_asks_for_every_right_that_a_version_knows() {
        let rows = [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (6, 16), (9, 16)];
        for (version, count) in rows {
            assert_eq!(known_rights(version).count_ones(), count, "{version}");
        }
        let plan = rehearsal(Place::Open, Some(6)).landlock;
        assert_eq!((plan.handled_network, plan.scoped), (0b11, 0b11));
        let plan = rehearsal(Place::Open, Some(3)).landlock;
        assert_eq!((plan.handled_network, plan.scoped), (0, 0));
    }

    #[test]
    fn every_fault_has_its_words() {
        for (fault, text) in Fault::ALL {
            assert_eq!(Breach::from(fault).to_string(), text);
        }
        let broken = Rehearsal::Broken(vec![Breach::Listed, Breach::Mounted]);
        assert_eq!(
            Had::from(&broken),
            Had::No(
                "in a rehearsal the machine's programs could be listed, a new mount could be begun".into()
            )
        );
    }
}
