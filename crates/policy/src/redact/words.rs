//! Sorted lists of lower-case words, searched without case.

use super::pattern::literal_at;

/// The longest word of any list.
const LONGEST: usize = 24;

/// How many groups words are in: one for each first letter, the first for those that begin with a sign.
const GROUPS: usize = 27;

/// A sorted list of lower-case words, in groups by their first letter.
#[derive(Debug)]
pub(super) struct Sorted {
    words: &'static [&'static str],
    /// Where each group starts, and where the last ends.
    starts: [usize; GROUPS + 1],
}

impl Sorted {
    /// Groups the words, which are sorted.
    pub(super) const fn new(words: &'static [&'static str]) -> Self {
        let mut starts = [0; GROUPS + 1];
        let mut at = 0;
        while at < words.len() {
            let mut later = group(words[at].as_bytes()[0]) + 1;
            while later <= GROUPS {
                starts[later] += 1;
                later += 1;
            }
            at += 1;
        }
        Self { words, starts }
    }

    /// Whether `text`, whatever its case, is one of the words.
    pub(super) fn holds(&self, text: &[u8]) -> bool {
        text.first().is_some_and(|first| {
            let group = group(*first);
            self.words
                .get(self.starts[group]..self.starts[group + 1])
                .is_some_and(|words| is_among(text, words))
        })
    }
}

impl std::ops::Deref for Sorted {
    type Target = [&'static str];

    fn deref(&self) -> &Self::Target {
        self.words
    }
}

/// The group of the words that begin with `first`.
const fn group(first: u8) -> usize {
    match first.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => (letter - b'a') as usize + 1,
        _ => 0,
    }
}

/// Whether `text`, whatever its case, is one of a few lower-case words.
fn is_among(text: &[u8], words: &[&str]) -> bool {
    text.len() <= LONGEST && words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
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
    use crate::redact::lexicon::{ABOUT, KEY_OWNERS, NOT_OURS, PLACEHOLDERS, TELLTALES};

    #[test]
    fn every_part_is_found() {
        let parts = Parts::new(TELLTALES);
        for part in TELLTALES {
            assert!(parts.any_in(format!("9 {} 9", part.to_uppercase()).as_bytes()), "{part}");
        }
        assert!(!parts.any_in(b"q8Zr2LkJh4Gf6DsA1w"));
    }

    #[test]
    fn every_word_is_held() {
        for list in [ABOUT, KEY_OWNERS, NOT_OURS, PLACEHOLDERS] {
            assert!(list.iter().all(|word| list.holds(word.to_uppercase().as_bytes())));
            assert!(!list.holds(b"") && !list.holds(b"zzz") && !list.holds(b"{") && !list.holds(b"a"));
        }
        assert!(!Sorted::new(&[]).holds(b"a"));
    }

    #[test]
    fn words_are_found_without_case() {
        assert!(is_among(b"BETA", &["alpha", "beta", "gamma"]));
        assert!(!is_among(b"bet", &["alpha", "beta", "gamma"]));
        assert!(!is_among(b"", &["alpha"]));
    }
}
