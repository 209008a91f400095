//! The layers, as data: what each is called, which tier asks for it, by what it shows, and what it costs to be without.

use super::finding::Marks;
use portcullis_policy::manifest::Tier;
use portcullis_sandbox::support::Breach;
use portcullis_sandbox::{GapName, Step};

/// A layer of protection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer {
    /// What it is called.
    pub(super) name: &'static str,
    /// The tiers that ask for it.
    pub(super) tiers: &'static [Tier],
    /// How it is found out about.
    pub(super) evidence: Evidence,
    /// What it costs to be without.
    pub(super) cost: &'static str,
    /// The gaps that open without it: named by a run, and to be accepted by that name where they weaken.
    pub(super) gaps: &'static [GapName],
}

/// How a layer is found out about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Evidence {
    /// By the enclosed rehearsal: it needs a user namespace.
    Enclosed(Marks),
    /// By any rehearsal.
    Any(Marks),
    /// By the rehearsal on the machine's own root.
    Open(Marks),
    /// Landlock itself: by the same.
    Landlock(Marks),
    /// Rights that Landlock has since a version, and the first kernel with that.
    LandlockSince(u32, &'static str),
    /// By a connection that arrived.
    Captured,
    /// By the user number outside.
    Identity,
    /// By a group that could be made.
    ControlGroup,
}

const T1: &[Tier] = &[Tier::T1];
const T2: &[Tier] = &[Tier::T2];
const BOTH: &[Tier] = &[Tier::T1, Tier::T2];

const fn stands(done: Step, own: &'static [Step], proof: &'static str) -> Marks {
    Marks { done, own, refuses: &[], proof }
}

/// Every layer, in the order in which a jail is made.
pub(super) const LAYERS: &[Layer] = &[
    Layer {
        name: "user namespace",
        tiers: T1,
        evidence: Evidence::Enclosed(stands(
            Step::Identity,
            &[Step::Namespaces, Step::Identity],
            "made, with one user in it",
        )),
        cost: "there is no tier T1: none of the namespaces, no private root, no network of the tool's own, and its processes are not counted apart",
        gaps: &[GapName::Metadata, GapName::Network, GapName::Ipc, GapName::Processes],
    },
    Layer {
        name: "process namespace",
        tiers: T1,
        evidence: Evidence::Enclosed(stands(Step::Lifeline, &[], "made, and ended with its first process")),
        cost: "the user's other processes can be seen, and only Landlock 6 keeps signals from them",
        gaps: &[GapName::Metadata, GapName::Signals],
    },
    Layer {
        name: "IPC and host name",
        tiers: T1,
        evidence: Evidence::Enclosed(stands(Step::Lifeline, &[], "made, and given a host name of its own")),
        cost: "shared memory and message queues would be the machine's, and so are refused altogether",
        gaps: &[GapName::Ipc],
    },
    Layer {
        name: "network namespace",
        tiers: T1,
        evidence: Evidence::Enclosed(Marks {
            done: Step::Loopback,
            own: &[Step::Loopback],
            refuses: &[Breach::Connected],
            proof: "made; from within, nothing outside could be connected to",
        }),
        cost: "the network would be the machine's, and so every socket but local pairs is refused",
        gaps: &[GapName::Network, GapName::AbstractSockets],
    },
    Layer {
        name: "captured connections",
        tiers: T1,
        evidence: Evidence::Captured,
        cost: "not even the declared hosts can be reached",
        gaps: &[GapName::Network],
    },
    Layer {
        name: "private root",
        tiers: T1,
        evidence: Evidence::Enclosed(Marks {
            done: Step::Pivot,
            own: &[Step::Mounts, Step::PrivateRoot, Step::Populate, Step::Pivot],
            refuses: &[Breach::Listed, Breach::Made],
            proof: "entered; /usr/bin could not be listed, nor anything be made at /",
        }),
        cost: "names, sizes and times of undeclared files can be seen, and Landlock alone keeps what they hold",
        gaps: &[GapName::Metadata],
    },
    Layer {
        name: "own /proc",
        tiers: T1,
        evidence: Evidence::Enclosed(stands(
            Step::Processes,
            &[Step::Processes],
            "mounted, with /proc/sys read-only",
        )),
        cost: "/proc would show the machine's processes, so there is no tier T1",
        gaps: &[GapName::Metadata],
    },
    Layer {
        name: "identity outside",
        tiers: T1,
        evidence: Evidence::Identity,
        cost: "the kernel takes the tool for root wherever it goes by the user number alone",
        gaps: &[GapName::RootOutside],
    },
    Layer {
        name: "no capabilities",
        tiers: BOTH,
        evidence: Evidence::Any(stands(Step::Capabilities, &[Step::Capabilities], "every set was emptied")),
        cost: "nothing is started",
        gaps: &[],
    },
    Layer {
        name: "no new privileges",
        tiers: BOTH,
        evidence: Evidence::Any(stands(
            Step::NoNewPrivileges,
            &[Step::NoNewPrivileges],
            "ruled out for what is executed",
        )),
        cost: "nothing is started",
        gaps: &[],
    },
    Layer {
        name: "Landlock",
        tiers: BOTH,
        evidence: Evidence::Landlock(Marks {
            done: Step::Landlock,
            own: &[Step::Landlock],
            refuses: &[Breach::Listed, Breach::Made],
            proof: "/usr/bin could not be listed, nor anything be made at /",
        }),
        cost: "there is neither tier T1 nor T2: files are not held, and a tool is started only if that is accepted",
        gaps: &[GapName::Files, GapName::SystemCalls],
    },
    Layer {
        name: "Landlock: move, link",
        tiers: BOTH,
        evidence: Evidence::LandlockSince(2, "5.19"),
        cost: "files cannot be moved or linked from one folder to another, not even within what may be written",
        gaps: &[GapName::Links],
    },
    Layer {
        name: "Landlock: truncate",
        tiers: T2,
        evidence: Evidence::LandlockSince(3, "6.2"),
        cost: "undeclared files that the user may write can be emptied",
        gaps: &[GapName::Truncate],
    },
    Layer {
        name: "Landlock: TCP",
        tiers: T2,
        evidence: Evidence::LandlockSince(4, "6.7"),
        cost: "the filter of system calls alone keeps the tool from the network",
        gaps: &[],
    },
    Layer {
        name: "Landlock: devices",
        tiers: T2,
        evidence: Evidence::LandlockSince(5, "6.10"),
        cost: "requests to devices that are open to the tool are not held",
        gaps: &[GapName::Devices],
    },
    Layer {
        name: "Landlock: scopes",
        tiers: T2,
        evidence: Evidence::LandlockSince(6, "6.12"),
        cost: "signals reach the user's other processes, and only the filter keeps the tool from abstract sockets",
        gaps: &[GapName::Signals, GapName::AbstractSockets],
    },
    Layer {
        name: "system call filter",
        tiers: BOTH,
        evidence: Evidence::Open(Marks {
            done: Step::Seccomp,
            own: &[Step::Seccomp],
            refuses: &[Breach::Connected, Breach::Unshared, Breach::Mounted, Breach::Unfiltered],
            proof: "no socket, namespace or mount could be made",
        }),
        cost: "there is neither tier T1 nor T2: every call of the kernel can be tried",
        gaps: &[GapName::SystemCalls],
    },
    Layer {
        name: "control group",
        tiers: &[],
        evidence: Evidence::ControlGroup,
        cost: "memory is looked at from time to time instead of held, the share of the processor is not held, and in tier T2 the number of processes is not either",
        gaps: &[GapName::Processor, GapName::Processes],
    },
];

/// What a tier means, in a line.
pub(super) const fn meaning(tier: Tier) -> &'static str {
    match tier {
        Tier::T1 => {
            "everything: a tool sees what was declared and nothing else, and reaches declared hosts through the broker alone"
        }
        Tier::T2 => {
            "no namespaces: undeclared files cannot be opened but their names can be seen; no network, no shared memory"
        }
        Tier::T3 => "no jail: nothing is started unless each missing protection is accepted by name",
    }
}
