//! Whether a layer was had, by what became of the rehearsals.

use portcullis_sandbox::Step;
use portcullis_sandbox::support::{Breach, Rehearsal};

/// Whether a layer was had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// It was, and this is what was seen.
    Had(String),
    /// It was not, and this is why.
    Lacking(String),
    /// Nothing is known of it, for this reason. Nobody may count on it.
    Untried(String),
}

impl Finding {
    /// Whether it was had.
    pub(super) const fn is_had(&self) -> bool {
        matches!(self, Self::Had(_))
    }

    /// One word for it.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Had(_) => "yes",
            Self::Lacking(_) => "no",
            Self::Untried(_) => "untried",
        }
    }

    /// What was seen, or why not.
    pub(super) fn proof(&self) -> &str {
        match self {
            Self::Had(proof) | Self::Lacking(proof) | Self::Untried(proof) => proof,
        }
    }
}

/// Where in a rehearsal a layer shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    /// The step with which it stands.
    pub(super) done: Step,
    /// The steps that are about it alone: one that fails means that it cannot be had.
    pub(super) own: &'static [Step],
    /// What it is to refuse, besides standing.
    pub(super) refuses: &'static [Breach],
    /// What was seen if it holds.
    pub(super) proof: &'static str,
}

impl Marks {
    /// What a rehearsal says about the layer.
    pub(super) fn find(&self, rehearsal: &Rehearsal) -> Finding {
        let had = || Finding::Had(self.proof.into());
        match rehearsal {
            Rehearsal::Held => had(),
            Rehearsal::Broken(breaches) => match breaches.iter().find(|breach| self.refuses.contains(breach))
            {
                Some(breach) => Finding::Lacking(format!("in a rehearsal {breach}")),
                None => had(),
            },
            Rehearsal::Stopped { step, why } if self.own.contains(step) => Finding::Lacking(why.clone()),
            Rehearsal::Stopped { step, why: _ } if position(*step) <= position(self.done) => {
                Finding::Untried("the rehearsal did not come that far".into())
            }
            Rehearsal::Stopped { .. } if self.refuses.is_empty() => had(),
            Rehearsal::Stopped { .. } => {
                Finding::Untried("made, but the rehearsal did not come as far as trying it".into())
            }
            Rehearsal::Unclear(why) => Finding::Untried(why.clone()),
        }
    }
}

/// When a step is done: in the order of their codes, but for control groups, which came later and are made first.
fn position(step: Step) -> u8 {
    if step == Step::Group { 0 } else { step as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_had_only_if_it_stood_and_held() {
        let marks = Marks {
            done: Step::Pivot,
            own: &[Step::Mounts, Step::Pivot],
            refuses: &[Breach::Listed],
            proof: "seen",
        };
        let standing = Marks { refuses: &[], ..marks };
        let stopped = |step| Rehearsal::Stopped { step, why: "refused".into() };
        let rows = [
            (Rehearsal::Held, "yes", "yes"),
            (Rehearsal::Broken(vec![Breach::Made]), "yes", "yes"),
            (Rehearsal::Broken(vec![Breach::Made, Breach::Listed]), "no", "yes"),
            (stopped(Step::Mounts), "no", "no"),
            (stopped(Step::Pivot), "no", "no"),
            (stopped(Step::Namespaces), "untried", "untried"),
            (stopped(Step::Processes), "untried", "untried"),
            (stopped(Step::Group), "untried", "untried"),
            (stopped(Step::Seccomp), "untried", "yes"),
            (Rehearsal::Unclear("lost".into()), "untried", "untried"),
        ];
        for (rehearsal, wanted, wanted_standing) in rows {
            assert_eq!(marks.find(&rehearsal).word(), wanted, "{rehearsal:?}");
            assert_eq!(standing.find(&rehearsal).word(), wanted_standing, "{rehearsal:?}");
        }
    }
}
