//! Sorted lists of lower-case words, searched without case.

/// The longest word of any list.
const LONGEST: usize = 24;

/// Whether `text`, whatever its case, is one of the sorted `words`.
pub(super) fn is_among(text: &[u8], words: &[&str]) -> bool {
    let mut folded = [0; LONGEST];
    let Some(folded) = folded.get_mut(..text.len()) else { return false };
    folded.copy_from_slice(text);
    folded.make_ascii_lowercase();
    let folded: &[u8] = folded;
    words.binary_search_by(|word| word.as_bytes().cmp(folded)).is_ok()
}

/// Parts to look for anywhere in a text, with a filter on their first two bytes.
#[derive(Debug)]
pub(super) struct Parts {
    parts: &'static [&'static str],
    filter: [u64; 16],
}

impl Parts {
    /// The filter of lower-case `parts`, each of at least two bytes.
    pub(super) fn new(parts: &'static [&'static str]) -> Self {
        let mut filter = [0; 16];
        for part in parts {
            if let [first, second, ..] = part.as_bytes() {
                let slot = slot(*first, *second);
                filter[slot >> 6] |= 1 << (slot & 63);
            }
        }
        Self { parts, filter }
    }

    /// Whether one of the parts is in `text`, whatever its case.
    pub(super) fn any_in(&self, text: &[u8]) -> bool {
        text.windows(2).enumerate().any(|(at, pair)| {
            let slot = slot(pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase());
            self.filter[slot >> 6] >> (slot & 63) & 1 == 1
                && self.parts.iter().any(|part| {
                    text.get(at..at + part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part.as_bytes()))
                })
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
