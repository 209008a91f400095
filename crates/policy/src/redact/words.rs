//! Sorted lists of lower-case words, searched without case.

use super::pattern::literal_at;

/// The longest word of any list.
const LONGEST: usize = 24;

/// Whether `text`, whatever its case, is one of the sorted `words`.
pub(super) fn is_among(text: &[u8], words: &[&str]) -> bool {
    let mut folded = [0; LONGEST];
    let Some(folded) = folded.get_mut(..text.len()) else {
        return false;
    };
    folded.copy_from_slice(text);
    folded.make_ascii_lowercase();
    let folded: &[u8] = folded;
    let Some(first) = folded.first() else { return false };
    // Most steps are decided by the first letter alone.
    let order = |word: &&str| {
        let word = word.as_bytes();
        word.first().cmp(&Some(first)).then_with(|| word.cmp(folded))
    };
    words.binary_search_by(order).is_ok()
}

/// Parts to look for anywhere in a text, with a filter on their first two bytes.
#[derive(Debug)]
pub(super) struct Parts {
    all: &'static [&'static str],
    filter: [u64; 16],
    /// Where the parts that begin with a byte start, by its low five bits.
    starts: [u8; 33],
}

impl Parts {
    /// The filter of lower-case `parts`, sorted by their first byte's low five bits, each of at least two bytes.
    pub(super) fn new(parts: &'static [&'static str]) -> Self {
        let mut filter = [0; 16];
        let mut starts = [0; 33];
        for part in parts {
            if let [first, second, ..] = part.as_bytes() {
                let slot = slot(*first, *second);
                filter[slot >> 6] |= 1 << (slot & 63);
                for start in starts.iter_mut().skip(usize::from(first & 31) + 1) {
                    *start += 1;
                }
            }
        }
        Self { all: parts, filter, starts }
    }

    /// Whether one of the parts is in `text`, whatever its case.
    pub(super) fn any_in(&self, text: &[u8]) -> bool {
        text.windows(2).enumerate().any(|(at, pair)| {
            let slot = slot(pair[0], pair[1]);
            if self.filter[slot >> 6] >> (slot & 63) & 1 == 0 {
                return false;
            }
            let group = slot >> 5;
            let range = usize::from(self.starts[group])..usize::from(self.starts[group + 1]);
            let mut parts = self.all.get(range).unwrap_or_default().iter();
            parts.any(|part| literal_at(text, at, part.as_bytes(), true))
        })
    }
}

/// A number below 1024 for two bytes.
fn slot(first: u8, second: u8) -> usize {
    (usize::from(first & 31) << 5) | usize::from(second & 31)
}

#[cfg(test)]
pub(super) fn is_sorted(words: &[&str]) -> bool {
    words.windows(2).all(|pair| pair[0] < pair[1]) && words.iter().all(|word| word.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::lexicon::TELLTALES;

    #[test]
    fn every_part_is_found() {
        let parts = Parts::new(TELLTALES);
        for part in TELLTALES {
            assert!(parts.any_in(format!("9 {} 9", part.to_uppercase()).as_bytes()), "{part}");
        }
        assert!(!parts.any_in(b"q8Zr2LkJh4Gf6DsA1w"));
    }

    #[test]
    fn words_are_found_without_case() {
        assert!(is_among(b"BETA", &["alpha", "beta", "gamma"]));
        assert!(!is_among(b"bet", &["alpha", "beta", "gamma"]));
        assert!(!is_among(b"", &["alpha"]));
    }
}
