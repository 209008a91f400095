//! Finding two equal names in one object, at a cost an attacker cannot drive up.
//!
//! Names are compared decoded. In an object with few members each new name is looked up in a 64-bit sketch of the
//! names before it; only a hit compares names. Past [`FEW`] members nothing is compared until the object closes:
//! then its names are sorted, which is `n log n` whatever the names are. No hash table, since this room has no
//! randomness to key one with; the fingerprint is only ever a filter, and equal fingerprints are settled by bytes.

use super::error::{JsonError, JsonErrorKind};
use super::skip::word;
use super::text::decode_into;

/// Members an object may have before its names are sorted instead of compared one by one.
const FEW: usize = 16;
const LONGEST_QUOTED_KEY: usize = 64;

/// The names of every object that is open, innermost last.
#[derive(Default)]
pub(super) struct Keys {
    entries: Vec<Entry>,
    /// Decoded forms of names that were written with escapes.
    decoded: String,
}

struct Entry {
    print: u64,
    /// Offset of the opening quote: for errors, and for a stable order.
    at: usize,
    start: usize,
    end: usize,
    is_decoded: bool,
}

/// Where the names of one open object start, and its sketch.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    entries: usize,
    decoded: usize,
    sketch: u64,
}

impl Keys {
    pub(super) fn open(&self) -> Mark {
        Mark { entries: self.entries.len(), decoded: self.decoded.len(), sketch: 0 }
    }

    /// Notes the name whose literal's inside is `start..end` of `text`.
    #[inline]
    pub(super) fn add(
        &mut self,
        mark: &mut Mark,
        text: &str,
        (start, end): (usize, usize),
        escaped: bool,
    ) -> Result<(), JsonError> {
        let at = start.saturating_sub(1);
        let entry = if escaped {
            let from = self.decoded.len();
            decode_into(text.get(start..end).unwrap_or_default(), &mut self.decoded);
            let to = self.decoded.len();
            let print = fingerprint(self.decoded.as_bytes(), from, to);
            Entry { print, at, start: from, end: to, is_decoded: true }
        } else {
            let print = fingerprint(text.as_bytes(), start, end);
            Entry { print, at, start, end, is_decoded: false }
        };
        if self.entries.len() - mark.entries < FEW {
            let bit = 1u64 << (entry.print >> 58);
            if mark.sketch & bit != 0 {
                self.compare(*mark, text, &entry)?;
            }
            mark.sketch |= bit;
        }
        self.entries.push(entry);
        Ok(())
    }

    fn compare(&self, mark: Mark, text: &str, new: &Entry) -> Result<(), JsonError> {
        let earlier = self.entries.get(mark.entries..).unwrap_or_default();
        let same = |old: &Entry| old.print == new.print && self.bytes(text, old) == self.bytes(text, new);
        if earlier.iter().any(same) { Err(self.duplicate(text, new)) } else { Ok(()) }
    }

    /// Forgets the names of the object that `mark` opened, after the check that large objects put off.
    #[inline]
    pub(super) fn close(&mut self, mark: Mark, text: &str) -> Result<(), JsonError> {
        if self.entries.len() - mark.entries > FEW {
            self.sort_and_compare(mark, text)?;
        }
        self.entries.truncate(mark.entries);
        if self.decoded.len() > mark.decoded {
            self.decoded.truncate(mark.decoded);
        }
        Ok(())
    }

    fn sort_and_compare(&mut self, mark: Mark, text: &str) -> Result<(), JsonError> {
        let mut sorted = self.entries.split_off(mark.entries.min(self.entries.len()));
        sorted.sort_unstable_by(|one, two| {
            one.print
                .cmp(&two.print)
                .then_with(|| self.bytes(text, one).cmp(self.bytes(text, two)))
                .then_with(|| one.at.cmp(&two.at))
        });
        let repeated = sorted
            .windows(2)
            .filter_map(|pair| match pair {
                [one, two] if one.print == two.print && self.bytes(text, one) == self.bytes(text, two) => {
                    Some(two)
                }
                _ => None,
            })
            .min_by_key(|entry| entry.at);
        repeated.map_or(Ok(()), |entry| Err(self.duplicate(text, entry)))
    }

    fn bytes<'s>(&'s self, text: &'s str, entry: &Entry) -> &'s [u8] {
        let source = if entry.is_decoded { self.decoded.as_bytes() } else { text.as_bytes() };
        source.get(entry.start..entry.end).unwrap_or_default()
    }

    fn duplicate(&self, text: &str, entry: &Entry) -> JsonError {
        let whole = String::from_utf8_lossy(self.bytes(text, entry));
        let key = whole.chars().take(LONGEST_QUOTED_KEY).collect();
        JsonError::new(entry.at, JsonErrorKind::DuplicateKey { key })
    }
}

/// A number that equal names share and different names mostly do not: length, first and last eight bytes, mixed.
#[inline]
fn fingerprint(bytes: &[u8], start: usize, end: usize) -> u64 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let length = end - start;
    let ends = if length >= 8 {
        let first = word(bytes, start).unwrap_or_default();
        let last = word(bytes, end - 8).unwrap_or_default();
        first ^ last.rotate_left(25)
    } else if let Some(word) = word(bytes, start) {
        word & !(u64::MAX << (8 * length))
    } else {
        let key = bytes.get(start..end).unwrap_or_default();
        key.iter().rev().fold(0, |packed, byte| (packed << 8) | u64::from(*byte))
    };
    let mixed = (ends ^ (length as u64)).wrapping_mul(MIX);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn the_fingerprint_of_a_name_does_not_depend_on_what_follows_it() {
        for length in 0..20 {
            let name = "abcdefghijklmnopqrstuvwxyz".get(..length).unwrap_or_default();
            let print = fingerprint(name.as_bytes(), 0, length);
            for (before, after) in [("", "\": 1, \"x\": 2"), ("{\"", "\":"), ("123456789", "")] {
                let text = format!("{before}{name}{after}");
                let start = before.len();
                assert_eq!(fingerprint(text.as_bytes(), start, start + length), print, "{text}");
            }
        }
    }
}
