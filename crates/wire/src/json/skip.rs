//! Moving over text quickly: the plain part of a string, white space, and whole values of text that was already
//! accepted. Every function is total: on text that was never accepted it still returns an offset inside the text.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
/// Bytes looked at in one step of a long string; wide enough to be turned into vector instructions.
const WIDE: usize = 32;

/// Marks (with the top bit of each byte) the bytes that end the plain part of a string: `"`, `\` and control
/// characters. Only the lowest mark is exact: a borrow may set marks above it.
const fn stops(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    ((quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * 0x20) & !word))
        & HIGHS
}

/// Offset of the first stop in `word`, if any.
const fn first_stop(word: u64) -> Option<usize> {
    let found = stops(word);
    if found == 0 { None } else { Some(found.trailing_zeros() as usize / 8) }
}

/// Whether any of 32 bytes is a stop.
fn has_stop(chunk: &[u8; WIDE]) -> bool {
    let mut found = 0u8;
    for byte in chunk {
        found |= u8::from(*byte == b'"') | u8::from(*byte == b'\\') | u8::from(*byte < 0x20);
    }
    found != 0
}

/// Eight bytes at `at` as a little-endian word, if there are as many.
#[inline]
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Offset of the first `"`, `\` or control character at or after `from`; the length of `bytes` if there is none.
#[inline]
pub(super) fn plain_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    // Most strings are short: two cheap steps before the wide ones.
    for _ in 0..2 {
        let Some(next) = word(bytes, at) else {
            return plain_end_slow(bytes, at);
        };
        if let Some(found) = first_stop(next) {
            return at + found;
        }
        at += 8;
    }
    plain_end_wide(bytes, at)
}

fn plain_end_wide(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<WIDE>()) {
        if has_stop(chunk) {
            break;
        }
        at += WIDE;
    }
    while let Some(next) = word(bytes, at) {
        if let Some(found) = first_stop(next) {
            return at + found;
        }
        at += 8;
    }
    plain_end_slow(bytes, at)
}

fn plain_end_slow(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F))
        .map_or(bytes.len(), |found| from + found)
}

/// Offset of the first byte at or after `from` that is not JSON white space.
#[inline]
pub(super) fn white_space(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Offset just after the string whose opening quote is at `open`, and whether it holds an escape.
#[inline]
pub(super) fn string(bytes: &[u8], open: usize) -> (usize, bool) {
    let mut at = open.saturating_add(1);
    let mut escaped = false;
    loop {
        at = plain_end(bytes, at);
        match bytes.get(at) {
            Some(b'\\') => {
                escaped = true;
                at = at.saturating_add(2);
            }
            Some(b'"') => return (at + 1, escaped),
            // Accepted text has no control characters; other text is skipped over.
            Some(_) => at += 1,
            None => return (bytes.len(), escaped),
        }
    }
}

/// Offset just after the value that starts at `start`.
pub(super) fn value(bytes: &[u8], start: usize) -> usize {
    match bytes.get(start) {
        Some(b'"') => string(bytes, start).0,
        Some(b'{' | b'[') => container(bytes, start),
        _ => scalar(bytes, start),
    }
}

/// Offset just after the number or literal that starts at `start`.
#[inline]
pub(super) fn scalar(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter()
        .position(|byte| matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\n' | b'\r' | b'\t'))
        .map_or(bytes.len(), |length| start + length)
}

fn container(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut depth = 0usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string(bytes, at).0;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_end_finds_every_stop_at_every_place() {
        for stop in (0..0x20).chain([b'"', b'\\']) {
            for place in 0..80 {
                let mut bytes = vec![b'x'; 90];
                bytes[place] = stop;
                // Bytes that differ from a stop in the top bit only must not be taken for one.
                for high in bytes.iter_mut().take(place) {
                    *high = stop | 0x80;
                }
                assert_eq!(plain_end(&bytes, 0), place, "stop {stop:#x} at {place}");
            }
        }
        assert_eq!(plain_end(&[b'x'; 77], 0), 77);
        assert_eq!(plain_end(b"abc", 9), 3);
    }

    #[test]
    fn values_of_broken_text_end_inside_it() {
        for text in ["", "\"", "\"\\", "[", "{\"a\"", "[[", "]", "12", "\"\\\"", "[\"a"] {
            for start in 0..=text.len() + 1 {
                let end = value(text.as_bytes(), start);
                assert!(end <= text.len().max(start), "{text} from {start}: {end}");
            }
        }
    }
}
