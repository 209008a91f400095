//! Private keys in text armour: where one begins and ends, body included.
//!
//! Covers every `BEGIN ... PRIVATE KEY` label (PKCS#1, PKCS#8, SEC1, OpenSSH, PGP, SSH2), line breaks written out as
//! `\n`, keys cut off before their end, and the private lines of `PuTTY` files. Certificates and public keys are not
//! credentials. It does not decode the key.

use super::pattern::literal_at;

/// What the scanner searches for.
pub(super) const BEGIN: &[u8] = b"---- BEGIN";
/// The same without the space some tools leave out.
pub(super) const BEGIN_TIGHT: &[u8] = b"----BEGIN";
/// The start of the secret part of a `PuTTY` file.
pub(super) const PUTTY: &[u8] = b"Private-Lines: ";

/// The longest label between the dashes.
const LABEL: usize = 64;
/// The fewest letters and digits of a body worth hiding.
const SHORTEST: usize = 16;
/// A run of base64 this long is a key even when the text around it is code.
const SURE: usize = 32;
/// The longest line after a body that is searched for its closing dashes.
const LINE: usize = 128;

/// Where the next four dashes are, so that a text full of beginnings is read once.
#[derive(Debug, Default)]
pub(super) struct Dashes {
    from: usize,
    /// The first dashes at or after `from`; the length of the text when there are none.
    found: usize,
}

impl Dashes {
    fn next(&mut self, text: &[u8], at: usize) -> usize {
        if !(self.from..=self.found).contains(&at) || self.found == 0 {
            self.from = at;
            self.found =
                text.get(at..).and_then(|rest| find(rest, b"----")).map_or(text.len(), |found| at + found);
        }
        self.found
    }
}

/// Where `needle` first is.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if literal_at(text, from + at, needle, false) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// How many dashes stand at `at`.
fn dashes_at(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take(5).take_while(|byte| **byte == b'-').count()
}

/// The private key whose label starts at `label`, right after `BEGIN`; `at` is where its dashes start.
pub(super) fn block(text: &[u8], at: usize, label: usize, dashes: &mut Dashes) -> Option<(usize, usize)> {
    let window = text.get(label..text.len().min(label + LABEL))?;
    let length = find(window, b"----")?;
    let words = &window[..length];
    if find(words, b"PRIVATE KEY").is_none()
        || !words.iter().all(|byte| byte.is_ascii_uppercase() || b" 0123456789".contains(byte))
    {
        return None;
    }
    let body = label + length + dashes_at(text, label + length);
    let stop = dashes.next(text, body);
    let inside = text.get(body..stop)?;
    let start = at - usize::from(at > 0 && text[at - 1] == b'-');
    let mark = stop + dashes_at(text, stop);
    let mark = mark + usize::from(text.get(mark) == Some(&b' '));
    if literal_at(text, mark, b"END ", false) && is_body(inside) {
        let rest = text.get(mark..text.len().min(mark + LABEL + 8))?;
        let end = find(rest, b"----").map_or(mark + 4, |end| mark + end + dashes_at(text, mark + end));
        return Some((start, end));
    }
    // Cut off, or followed by something else: as far as it looks like armour.
    let cut = inside.iter().position(|byte| !is_armour(*byte)).unwrap_or(inside.len());
    let kept = inside.get(..cut)?;
    let kept =
        kept.get(..kept.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |last| last + 1))?;
    (longest_run(kept) >= SHORTEST && is_body(kept)).then_some((start, body + kept.len()))
}

/// The private part of a `PuTTY` file from its `Private-Lines:` on.
pub(super) fn putty(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let count = text.get(at + PUTTY.len()..)?;
    let digits = count.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = at + PUTTY.len() + digits;
    let start = end;
    let lines = count.get(..digits)?.iter().fold(0_usize, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    for _ in 0..lines.min(64) {
        let gap = text
            .get(end..)?
            .iter()
            .take(4)
            .take_while(|byte| matches!(byte, b'\r' | b'\n' | b'\\' | b'n'))
            .count();
        let line = text.get(end + gap..)?.iter().take(LINE).take_while(|byte| is_base64(**byte)).count();
        if line == 0 {
            break;
        }
        end += gap + line;
    }
    is_body(text.get(start..end)?).then_some((at, end))
}

/// Whether a body holds a key: nothing but base64 and white space, or a long run of base64 among code.
fn is_body(inside: &[u8]) -> bool {
    let solid = inside.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    if solid < SHORTEST {
        return false;
    }
    longest_run(inside) >= SURE
        || inside.iter().all(|byte| is_base64(*byte) || byte.is_ascii_whitespace() || *byte == b'\\')
}

/// The length of the longest run of base64.
fn longest_run(inside: &[u8]) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for &byte in inside {
        run = if is_base64(byte) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Whether a byte can be in the body or the headers of armour.
fn is_armour(byte: u8) -> bool {
    is_base64(byte) || byte.is_ascii_whitespace() || b"\\:,-;.()@\"'".contains(&byte)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
