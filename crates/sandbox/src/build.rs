//! From a policy to a plan: pure.
//!
//! Takes the policy, what a [survey](crate::survey) found of it on the disk, what the program needs to be [loaded](crate::loading),
//! and what the machine [can do](crate::support). Gives the plan and the list of what it cannot express exactly.

mod environment;
mod etc;
mod root;
mod rules;

pub(crate) use rules::{ON_FILES, known_rights};

use crate::gap::{Gap, GapName, Side};
use crate::loading::Loading;
use crate::plan::{Ceilings, GroupUse, Landlock, Plan, Program, Task};
use crate::seccomp::{self, Attributes, Processes, Variant};
use crate::support::Support;
use crate::survey::{Loads, Remnant, Survey};
use portcullis_policy::manifest::Tier;
use portcullis_policy::value::{AbsPath, EnvName};
use portcullis_policy::{Policy, Power};
use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Everything a plan is made from.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// What may be done.
    pub policy: &'a Policy,
    /// What of that is on the disk.
    pub survey: &'a Survey,
    /// What the program needs to start.
    pub loading: &'a Loading,
    /// The trees and links that the loading parts lead to, found on the disk.
    pub loads: &'a Loads,
    /// What the machine can do.
    pub support: &'a Support,
    /// The folders in which the user looks for programs.
    pub search: &'a [PathBuf],
    /// The variables of the broker's environment that the manifest may ask for.
    pub variables: &'a BTreeMap<EnvName, OsString>,
    /// The user's home folder: where the private one is put.
    pub home: &'a AbsPath,
    /// The working directory asked for; the private home if it is not visible in the jail.
    pub directory: &'a AbsPath,
    /// Gaps that the operator accepts.
    pub accepted: &'a [GapName],
    /// The best tier to use; none for the best there is.
    pub at_most: Option<Tier>,
    /// A folder of the machine for this jail alone, where the jail has no private root. It must not exist yet.
    pub scratch: &'a AbsPath,
    /// When the jail ends whatever it does.
    pub deadline_ms: Option<u64>,
}

/// A plan and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Its tier.
    pub tier: Tier,
    /// What it does not express exactly; those that make it weaker are all accepted.
    pub gaps: Vec<Gap>,
}

/// A policy that cannot be enforced here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The documents could not be used, so nothing may run.
    #[error("nothing may run: {0}")]
    ConfigInvalid(String),
    /// The machine cannot do what the manifest wants at least.
    #[error(
        "tier {wanted:?} is required, and this machine has {had:?}: {why}\nhint: `portcullis doctor` tells what is missing and how to get it"
    )]
    HostTier {
        /// What the manifest wants.
        wanted: Tier,
        /// What there is.
        had: Tier,
        /// What is missing.
        why: String,
    },
    /// Protections that cannot be had, and are not accepted.
    #[error("what the policy says cannot be enforced here:\n{}hint: accept each by name, if you mean to: {}", Lines(.0), Names(.0))]
    HostGaps(Vec<Gap>),
    /// Something holds a NUL character.
    #[error("`{0}` holds a NUL character")]
    ConfigNul(String),
}

struct Lines<'a>(&'a [Gap]);

impl std::fmt::Display for Lines<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|gap| writeln!(out, "  {gap}"))
    }
}

struct Names<'a>(&'a [Gap]);

impl std::fmt::Display for Names<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut names: Vec<_> = self.0.iter().map(|gap| gap.name.as_str()).collect();
        names.dedup();
        out.write_str(&names.join(", "))
    }
}

/// The tier that this machine can have.
#[must_use]
pub fn tier_of(support: &Support) -> Tier {
    if support.enclosure.is_yes() && support.seccomp.is_yes() && support.landlock.is_some() {
        Tier::T1
    } else if support.seccomp.is_yes() && support.landlock.is_some() {
        Tier::T2
    } else {
        Tier::T3
    }
}

/// Makes the plan.
///
/// # Errors
/// The policy is invalid, the machine cannot hold it, or only with gaps that nobody accepted. Nothing is weakened in silence.
pub fn build(asked: &Asked<'_>) -> Result<Planned, BuildError> {
    if let Some(error) = asked.policy.error() {
        return Err(BuildError::ConfigInvalid(error.to_string()));
    }
    let had = tier_of(asked.support);
    let tier = asked.at_most.map_or(had, |most| most.min(had));
    let wanted = asked.policy.manifest().and_then(|manifest| manifest.min_tier).unwrap_or(Tier::T3);
    if tier < wanted {
        return Err(BuildError::HostTier {
            wanted,
            had: tier,
            why: asked.support.enclosure.proof().to_owned(),
        });
    }
    let mut gaps = asked.survey.gaps.clone();
    gaps.extend(asked.loads.gaps.iter().cloned());
    gaps.extend(general_gaps(asked, tier));
    let layout = root::Layout::of(asked)?;
    gaps.extend(layout.gaps.iter().cloned());
    let mut seen = std::collections::BTreeSet::new();
    gaps.retain(|gap| seen.insert((gap.name, gap.what.clone())));
    let landlock = match asked.support.landlock {
        Some(version) => rules::landlock(asked, &layout, tier, version),
        None => Landlock { handled_files: 0, handled_network: 0, scoped: 0, rules: Vec::new() },
    };
    let open: Vec<_> = gaps.iter().filter(|gap| gap.name.side() == Side::Weaker).cloned().collect();
    let open: Vec<_> = open.into_iter().filter(|gap| !asked.accepted.contains(&gap.name)).collect();
    if !open.is_empty() {
        return Err(BuildError::HostGaps(open));
    }
    let plan = Plan {
        task: Task::Execute(program(asked, &layout, tier)?),
        root: (tier == Tier::T1).then(|| layout.root(asked)).transpose()?,
        landlock,
        seccomp: if asked.support.seccomp.is_yes() {
            seccomp::filter(variant(asked, tier))
        } else {
            Vec::new()
        },
        limits: ceilings(asked, tier),
        scratch: (tier != Tier::T1).then(|| text(asked.scratch.as_str())).transpose()?,
        deadline_ms: asked.deadline_ms,
    };
    Ok(Planned { plan, tier, gaps })
}

/// What the tier itself cannot do, whatever the policy.
fn general_gaps(asked: &Asked<'_>, tier: Tier) -> Vec<Gap> {
    let mut names = Vec::new();
    let version = asked.support.landlock.unwrap_or(0);
    let mut lacking = |wanted: u32, name| {
        if version < wanted {
            names.push(name);
        }
    };
    if tier == Tier::T1 {
        lacking(2, GapName::Links);
        if !asked.support.identity.is_yes() {
            names.push(GapName::RootOutside);
            // The kernel counts no processes of root's.
            if !asked.support.control_group.is_yes() {
                names.push(GapName::Processes);
            }
        }
    } else {
        lacking(1, GapName::Files);
        lacking(2, GapName::Links);
        lacking(3, GapName::Truncate);
        lacking(5, GapName::Devices);
        lacking(6, GapName::Signals);
        lacking(6, GapName::AbstractSockets);
        names.push(GapName::Metadata);
        if asked.support.seccomp.is_yes() {
            names.extend([GapName::Network, GapName::Ipc]);
        }
        // Accepted, attributes can be changed, also of what is not declared; not accepted, of nothing at all.
        let open = asked.accepted.contains(&GapName::Attributes);
        let closed = asked.support.seccomp.is_yes() && !open;
        names.push(if closed { GapName::AttributesClosed } else { GapName::Attributes });
        if !asked.support.ordinary_user.is_yes() {
            names.push(GapName::RootOutside);
        }
        names.push(GapName::PrivateSize);
        // Threads count as well, and those may always be started.
        if !asked.support.control_group.is_yes() {
            names.push(GapName::Processes);
        }
        if !asked.support.seccomp.is_yes() {
            names.push(GapName::SystemCalls);
        }
    }
    let limits = asked.policy.manifest().map(|manifest| manifest.limits).unwrap_or_default();
    if !asked.support.control_group.is_yes() && limits.memory.is_some() {
        names.push(GapName::Memory);
    }
    if !asked.support.control_group.is_yes()
        && asked.policy.manifest().is_some_and(|manifest| manifest.limits.cpu_percent.is_some())
    {
        names.push(GapName::Processor);
    }
    let blocks = asked.policy.operator().is_some_and(|operator| !operator.blocked_commands.is_empty());
    if tier != Tier::T1 && (!asked.loads.blocked.is_empty() || spawns(asked) && blocks) {
        names.push(GapName::BlockedPrograms);
    }
    let carved = &asked.survey.carved;
    let around = |remnant: &&Remnant| matches!(remnant, Remnant::Around(..));
    let carves = if tier == Tier::T1 {
        asked.survey.read.iter().any(|place| rules::holds_denied(asked, place))
    } else {
        carved.read.iter().chain(&carved.write).any(|remnant| around(&remnant))
    };
    if carves {
        names.push(GapName::Around);
    }
    names.into_iter().map(Gap::general).collect()
}

/// Whether other programs may be started.
fn spawns(asked: &Asked<'_>) -> bool {
    asked.policy.powers().has(Power::Spawn) && asked.policy.manifest().is_some_and(|manifest| manifest.spawn)
}

fn variant(asked: &Asked<'_>, tier: Tier) -> Variant {
    let processes = if spawns(asked) { Processes::Many } else { Processes::One };
    if tier == Tier::T1 {
        return Variant::enclosed(processes);
    }
    let accepted = asked.accepted.contains(&GapName::Attributes);
    Variant::open(processes, if accepted { Attributes::Open } else { Attributes::Closed })
}

fn program(asked: &Asked<'_>, layout: &root::Layout, tier: Tier) -> Result<Program, BuildError> {
    let words = asked.loading.words.iter().map(|word| bytes(word.as_bytes())).collect::<Result<_, _>>()?;
    let home = if tier == Tier::T1 { layout.home.clone() } else { asked.scratch.clone() };
    let directory = if layout.shows(asked.directory, tier) { asked.directory } else { &home };
    Ok(Program {
        path: bytes(asked.loading.program.as_os_str().as_bytes())?,
        words,
        environment: environment::of(asked, &home, tier)?,
        directory: text(directory.as_str())?,
    })
}

/// Ceilings where a manifest sets none: generous for a tool, small for a machine.
fn ceilings(asked: &Asked<'_>, tier: Tier) -> Ceilings {
    let limits = asked.policy.manifest().map(|manifest| manifest.limits).unwrap_or_default();
    Ceilings {
        memory: limits.memory.map_or(2 << 30, portcullis_policy::value::ByteSize::bytes),
        processes: (tier == Tier::T1 || asked.support.control_group.is_yes())
            .then(|| limits.pids.unwrap_or(256)),
        open_files: limits.open_files.unwrap_or(1024),
        file_size: limits.file_size.map_or(1 << 30, portcullis_policy::value::ByteSize::bytes),
        cpu_percent: limits.cpu_percent,
        group: if asked.support.control_group.is_yes() { GroupUse::Own } else { GroupUse::None },
    }
}

fn text(text: &str) -> Result<CString, BuildError> {
    bytes(text.as_bytes())
}

fn bytes(bytes: &[u8]) -> Result<CString, BuildError> {
    CString::new(bytes).map_err(|_| BuildError::ConfigNul(String::from_utf8_lossy(bytes).into_owned()))
}

/// The user and group number that a tool sees itself as.
pub(crate) const fn etc_identity() -> u32 {
    etc::IDENTITY
}
