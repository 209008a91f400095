//! Which names of keys, variables, flags and attributes say that their value is a credential.
//!
//! Works on one identifier and the place of a word in it, segment by segment: `token_count` and `tokenizer` are not
//! `access_token`, `author` is not `auth`. It never looks at the value.

use super::lexicon::{ABOUT, KEY_OWNERS, NOT_OURS};
use super::words::Sorted;

/// How much a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// A word a person chose: short and plain values count.
    Password,
    /// A machine's key or token: the value must look made by one.
    Key,
}

/// The words the scanner looks for to read an assignment, lower-case.
pub(super) const WORDS: &[(&str, Promise)] = &[
    ("password", Promise::Password),
    ("passwd", Promise::Password),
    ("passphrase", Promise::Password),
    ("passwort", Promise::Password),
    ("kennwort", Promise::Password),
    ("contrasena", Promise::Password),
    ("contrase\u{f1}a", Promise::Password),
    ("pwd", Promise::Password),
    ("pass", Promise::Password),
    ("secret", Promise::Password),
    ("credential", Promise::Key),
    ("token", Promise::Key),
    ("key", Promise::Key),
];

/// The longest segment that is compared; longer ones are in no list.
const SEGMENT: usize = 16;

/// The most segments of a name that are looked at.
const SEGMENTS: usize = 5;

/// Judges the word at `at..at + word.len()` of the identifier `name`.
pub(super) fn promise(name: &[u8], at: usize, word: &str, promise: Promise) -> Option<Promise> {
    let before = name.get(..at)?;
    let after = name.get(at + word.len()..)?;
    let goes_on = after.first().is_some_and(u8::is_ascii_lowercase);
    let near = last_segment(before);
    let fits = match word {
        "key" => !goes_on && KEY_OWNERS.iter().any(|known| ends_with_folded(near, known.as_bytes())),
        "pass" | "pwd" => !goes_on && starts_segment(name, at) && !NOT_OURS.holds(near),
        _ => !NOT_OURS.holds(near),
    };
    (fits && !any_segment(after, ABOUT)).then_some(promise)
}

/// Whether a segment of an identifier starts at `at`: after a separator, or a capital after a small letter.
fn starts_segment(name: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| name.get(before)) else {
        return true;
    };
    let Some(first) = name.get(at) else { return true };
    !before.is_ascii_alphabetic()
        || (before.is_ascii_lowercase() && first.is_ascii_uppercase())
        || (before.is_ascii_uppercase()
            && first.is_ascii_uppercase()
            && name.get(at + 1).is_some_and(u8::is_ascii_lowercase))
}

/// The last segment of an identifier, its trailing separators aside.
fn last_segment(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let name = &name[..end];
    let mut start = end;
    while start > 0 && end - start < SEGMENT && name[start - 1].is_ascii_alphanumeric() {
        start -= 1;
        if starts_segment(name, start) && start > 0 && name[start].is_ascii_uppercase() {
            break;
        }
    }
    &name[start..]
}

/// Whether one of the segments of `text` is in `list`.
fn any_segment(text: &[u8], list: &Sorted) -> bool {
    let mut start = 0;
    let mut segments = 0;
    for at in 0..=text.len() {
        let ends =
            at == text.len() || !text[at].is_ascii_alphanumeric() || (at > start && starts_segment(text, at));
        if !ends {
            continue;
        }
        let segment = &text[start..at];
        segments += usize::from(!segment.is_empty());
        if segments > SEGMENTS {
            return false;
        }
        if (1..=SEGMENT).contains(&segment.len()) && list.holds(segment) {
            return true;
        }
        start = if at < text.len() && text[at].is_ascii_alphanumeric() { at } else { at + 1 };
    }
    false
}

/// Whether `text` ends with the lower-case `end`, whatever its case.
fn ends_with_folded(text: &[u8], end: &[u8]) -> bool {
    let same_last = text.last().map(u8::to_ascii_lowercase) == end.last().copied();
    same_last && text.len().checked_sub(end.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(end))
}
