//! What a scan found, and how overlapping finds become separate ones.
//!
//! Overlaps are joined, never cut: the joined part carries the label of the most certain rule, and nothing that any rule
//! called a credential stays readable.

use super::rule::Rule;

/// One credential in a text.
#[derive(Debug, Clone, Copy)]
pub struct Finding {
    /// The kind of credential.
    pub rule: &'static Rule,
    /// The byte at which it starts.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.rule.id == other.rule.id && self.start == other.start && self.end == other.end
    }
}

impl Eq for Finding {}

impl Finding {
    /// Whether this rule names the joined part rather than `other`.
    fn outranks(&self, other: &Self) -> bool {
        let weight = |finding: &Self| {
            (
                finding.rule.rank,
                finding.end - finding.start,
                usize::MAX - finding.rule.place,
            )
        };
        weight(self) > weight(other)
    }
}

/// Sorts the findings from `from` on and joins those that overlap; the spans end on character boundaries of `text`.
pub(super) fn settle(found: &mut Vec<Finding>, from: usize, text: &str) {
    if found.len() <= from {
        return;
    }
    let mut fresh = found.split_off(from);
    fresh.sort_by_key(|finding| finding.start);
    let mut leader: Option<(Finding, Finding)> = None;
    for finding in fresh {
        match &mut leader {
            Some((joined, best)) if finding.start < joined.end => {
                if finding.outranks(best) {
                    *best = finding;
                    joined.rule = finding.rule;
                }
                joined.end = joined.end.max(finding.end);
            }
            _ => {
                if let Some((joined, _)) = leader.replace((finding, finding)) {
                    found.push(joined);
                }
            }
        }
    }
    found.extend(leader.map(|(joined, _)| joined));
    for finding in found.iter_mut().skip(from) {
        while !text.is_char_boundary(finding.start) {
            finding.start -= 1;
        }
        while !text.is_char_boundary(finding.end) {
            finding.end += 1;
        }
    }
}
