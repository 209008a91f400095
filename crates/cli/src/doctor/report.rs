//! What the command has to say, before it is said in any form: pure.

use super::finding::Finding;
use super::layer::{Evidence, LAYERS, Layer};
use super::machine::Machine;
use super::way::{self, Way};
use portcullis_policy::manifest::Tier;
use portcullis_sandbox::support::{Examination, Had, NoLandlock};
use portcullis_sandbox::tier_of;

/// What the command has to say.
#[derive(Debug, Clone)]
pub(super) struct Report {
    /// The layers in order.
    pub(super) rows: Vec<Row>,
    /// How to get what is missing.
    pub(super) ways: Vec<Way>,
    /// The tier that this machine has.
    pub(super) tier: Tier,
    /// Why it has no better one.
    pub(super) why_not_better: Option<String>,
    /// The least tier that will do.
    pub(super) required: Tier,
}

/// A layer and what was found.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The layer.
    pub(super) layer: &'static Layer,
    /// Whether it was had.
    pub(super) finding: Finding,
}

impl Report {
    /// What there is to say about an examination on a machine.
    pub(super) fn of(examination: &Examination, machine: &Machine, required: Tier) -> Self {
        let rows: Vec<_> =
            LAYERS.iter().map(|layer| Row { layer, finding: find(layer.evidence, examination) }).collect();
        let tier = tier_of(&examination.support);
        let support = &examination.support;
        let why_not_better = match tier {
            Tier::T1 => None,
            Tier::T2 => Some(support.enclosure.proof().to_owned()),
            Tier::T3 => Some(match &examination.no_landlock {
                Some(why) => no_landlock(*why).to_owned(),
                None => support.seccomp.proof().to_owned(),
            }),
        };
        let ways = way::all(&rows, examination, machine);
        Self { rows, ways, tier, why_not_better, required }
    }

    /// Whether the machine has what is required.
    pub(super) fn is_enough(&self) -> bool {
        self.tier >= self.required
    }

    /// Whether a way is known to something missing that the required tier asks for.
    pub(super) fn has_way_to_what_is_required(&self) -> bool {
        let asked = |row: &&Row| row.layer.tiers.contains(&self.required);
        self.rows.iter().filter(asked).any(|row| !self.ways_to(row).is_empty())
    }

    /// The ways to a layer, by their numbers from 1 on.
    pub(super) fn ways_to(&self, row: &Row) -> Vec<usize> {
        let leads = |way: &Way| !row.finding.is_had() && way.layers.contains(&row.layer.name);
        self.ways.iter().zip(1..).filter(|(way, _)| leads(way)).map(|(_, number)| number).collect()
    }
}

/// Whether a layer was had.
fn find(evidence: Evidence, seen: &Examination) -> Finding {
    match evidence {
        Evidence::Enclosed(marks) => marks.find(&seen.enclosed),
        Evidence::Any(marks) => match (marks.find(&seen.enclosed), &seen.open) {
            (Finding::Untried(_), Some(open)) => marks.find(open),
            (found, _) => found,
        },
        Evidence::Open(marks) => match &seen.open {
            Some(open) => marks.find(open),
            None => Finding::Untried(seen.support.seccomp.proof().to_owned()),
        },
        Evidence::Landlock(marks) => match (&seen.open, seen.support.landlock) {
            (Some(open), Some(version)) => match marks.find(open) {
                Finding::Had(proof) => Finding::Had(format!("version {version}; {proof}")),
                other => other,
            },
            _ => Finding::Lacking(seen.no_landlock.map_or("it is not there", no_landlock).into()),
        },
        Evidence::LandlockSince(since, _) => match (&seen.open, seen.support.landlock) {
            (_, None) => Finding::Lacking("there is no Landlock".into()),
            (_, Some(version)) if version < since => {
                Finding::Lacking(format!("came with version {since}, and this is version {version}"))
            }
            (Some(open), Some(_)) if Had::from(open).is_yes() => {
                Finding::Had("in force in the same rehearsal".into())
            }
            (_, Some(_)) => Finding::Untried("the rehearsal under it did not hold".into()),
        },
        Evidence::Captured => match &seen.captured {
            Some(had) => had.into(),
            None => Finding::Untried("the rehearsal did not come that far".into()),
        },
        // What root maps its jails to needs a user namespace to map it in.
        Evidence::Identity if !seen.support.enclosure.is_yes() => (&seen.support.ordinary_user).into(),
        Evidence::Identity => (&seen.support.identity).into(),
        Evidence::ControlGroup => (&seen.support.control_group).into(),
    }
}

impl From<&Had> for Finding {
    fn from(had: &Had) -> Self {
        match had {
            Had::Yes(proof) => Self::Had(proof.clone()),
            Had::No(why) => Self::Lacking(why.clone()),
        }
    }
}

const fn no_landlock(why: NoLandlock) -> &'static str {
    match why {
        NoLandlock::Unknown => "the kernel has no Landlock, or a filter around this process hides it",
        NoLandlock::SwitchedOff => "the kernel has Landlock, and it was not switched on at boot",
        NoLandlock::Refused => "something around this process refuses Landlock",
    }
}
