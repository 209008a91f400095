//! macOS: a policy as the text of a Seatbelt profile. Pure, and compiled on every system for its tests.
//!
//! Takes what a plan on Linux is made from and gives the text for `sandbox_init` or `sandbox-exec -p`, and what that text cannot
//! say. It starts nothing, and has not been tried on macOS: that is a gap of its own, which an operator has to accept by name.
//!
//! Apple documents the language nowhere. What is relied upon is what others measured and published, and each point is kept so that
//! the contrary reading would hold as well:
//! - The last rule that matches wins: every refusal of a path stands behind every permission. A second reading has a permission
//!   for a named operation beat a refusal of a wildcard: a refusal names every operation that is permitted anywhere.
//! - Rules see a path after its links are followed, by where it is now: whatever would carry something closed to another name is
//!   refused as well (see `files`).
//! - Some operations are open under `(deny default)`: they are refused one by one (see `system`).

mod files;
mod path;
mod rule;
mod system;
#[cfg(test)]
mod tests;

use crate::build::BuildError;
use crate::gap::{Gap, GapName, Side};
use crate::loading::Loading;
use crate::survey::{Loads, Survey};
use portcullis_policy::manifest::{Manifest, Tier};
use portcullis_policy::value::{AbsPath, Port};
use portcullis_policy::{Policy, Power};
use rule::{Filter, Operation, Rule};

/// The tier that a profile alone is worth: system calls are not filtered, and there is no private root.
pub const TIER: Tier = Tier::T3;

/// Everything a profile is made from.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// What may be done.
    pub policy: &'a Policy,
    /// What of that is on the disk, spelled as the disk spells it.
    pub survey: &'a Survey,
    /// What the program needs to start.
    pub loading: &'a Loading,
    /// The trees and links that the loading parts lead to, found on the disk.
    pub loads: &'a Loads,
    /// A folder of the machine for this jail alone: its home, and where its temporary files go.
    pub scratch: &'a AbsPath,
    /// Where on the loopback the broker waits for this jail's connections; none for no network whatever is declared.
    pub broker: Option<Port>,
    /// Gaps that the operator accepts.
    pub accepted: &'a [GapName],
}

/// A profile and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The text, in the sandbox profile language.
    pub text: String,
    /// What it does not express exactly; those that make it weaker are all accepted.
    pub gaps: Vec<Gap>,
}

/// A policy that no profile can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeatbeltError {
    /// The same as on every system.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A path that cannot be written into a profile without doubt.
    #[error(
        "`{path}` cannot be written into a profile: {why}\nhint: use a path of plain ASCII letters, digits and signs"
    )]
    ConfigPath {
        /// The path, with what cannot be printed escaped.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The program itself is in a place that the policy closes.
    #[error(
        "the program `{0}` is in a place that the policy denies\nhint: take the place out of `deny`, or move the program"
    )]
    ConfigProgramDenied(String),
}

/// Makes the profile.
///
/// # Errors
/// The policy is invalid, wants a better tier than this, holds a path that cannot be written, or can be held only with gaps that
/// nobody accepted.
pub fn profile(asked: &Asked<'_>) -> Result<Profile, SeatbeltError> {
    if let Some(error) = asked.policy.error() {
        return Err(BuildError::ConfigInvalid(error.to_string()).into());
    }
    let wanted = asked.policy.manifest().and_then(|manifest| manifest.min_tier).unwrap_or(TIER);
    if TIER < wanted {
        let why = "on macOS there is no private root, and system calls are not filtered".to_owned();
        return Err(BuildError::HostTier { wanted, had: TIER, why }.into());
    }
    let gaps = gaps(asked);
    let is_open = |gap: &&Gap| gap.name.side() == Side::Weaker && !asked.accepted.contains(&gap.name);
    let open: Vec<_> = gaps.iter().filter(is_open).cloned().collect();
    if !open.is_empty() {
        return Err(BuildError::HostGaps(open).into());
    }
    Ok(Profile { text: rule::text(&rules(asked)?), gaps })
}

/// All rules, in their order.
fn rules(asked: &Asked<'_>) -> Result<Vec<Rule>, SeatbeltError> {
    let files = files::Files::of(asked)?;
    let mut out = system::refused();
    out.push(if spawns(asked) {
        Rule::permit(&[Operation::ProcessFork], [])
    } else {
        Rule::refuse(&[Operation::ProcessFork], [])
    });
    out.extend(system::permitted()?);
    out.extend(files.permitted);
    if let Some(port) = asked.broker.filter(|_| connects(asked)) {
        out.push(Rule::permit(&[Operation::NetworkOutbound], [Filter::Loopback(port.number())]));
    }
    // INVARIANT: refusals of paths come last.
    out.extend(files.refused);
    Ok(out)
}

/// What the profile does not say as the policy does.
fn gaps(asked: &Asked<'_>) -> Vec<Gap> {
    let mut out = asked.survey.gaps.clone();
    let mut names = vec![GapName::Unproven, GapName::SystemCalls, GapName::Memory, GapName::Ipc];
    if spawns(asked) {
        names.push(GapName::Processes);
        if asked.policy.operator().is_some_and(|operator| !operator.blocked_commands.is_empty()) {
            names.push(GapName::BlockedPrograms);
        }
    }
    out.extend(names.into_iter().map(Gap::general));
    if asked.policy.manifest().is_some_and(|manifest| manifest.limits.cpu_percent.is_some()) {
        out.push(Gap::new(GapName::Processor, "the share of the processor is not held", None));
    }
    let seen = "the names in the root folder, that the folders above a declared place exist, and the machine's accounts can be seen";
    out.push(Gap::new(GapName::Metadata, seen, None));
    if !asked.survey.write.is_empty() {
        out.push(Gap::new(GapName::Links, "hard links cannot be made", None));
    }
    for place in asked.survey.write.iter().filter(|place| files::is_unread_tree(place, asked.survey)) {
        let what = format!(
            "in `{}`, which may be written and not read, nothing can be removed or renamed",
            place.path
        );
        out.push(Gap::new(GapName::Links, what, None));
    }
    out.extend(network_gaps(asked));
    out
}

fn network_gaps(asked: &Asked<'_>) -> Vec<Gap> {
    let mut out = Vec::new();
    let Some(manifest) = asked.policy.manifest() else {
        return out;
    };
    if connects(asked) {
        let what = match asked.broker {
            Some(port) => format!(
                "hosts are reached through the broker on port {port} alone, by programs that ask it to"
            ),
            None => "no host is reached: there is no port of the broker's".to_owned(),
        };
        out.push(Gap::new(GapName::Network, what, None));
    }
    if asked.policy.powers().has(Power::Loopback) {
        out.push(Gap::new(GapName::Network, "this machine's loopback is closed", None));
    }
    if let Some(entry) = manifest.listen.first().filter(|_| asked.policy.powers().has(Power::Listen)) {
        out.push(Gap::new(GapName::Network, "declared ports cannot be listened on", Some(&entry.source)));
    }
    out
}

fn allowed(asked: &Asked<'_>, power: Power, declared: impl Fn(&Manifest) -> bool) -> bool {
    asked.policy.powers().has(power) && asked.policy.manifest().is_some_and(declared)
}

/// Whether other programs may be started.
fn spawns(asked: &Asked<'_>) -> bool {
    allowed(asked, Power::Spawn, |manifest| manifest.spawn)
}

/// Whether any host is declared.
fn connects(asked: &Asked<'_>) -> bool {
    allowed(asked, Power::Network, |manifest| !manifest.network.allow.is_empty())
}
