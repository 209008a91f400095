//! Reading what can still be read off a text that was refused: the id to answer with and whether it was a request.
//! Lenient on purpose (what it returns is used to answer, never to decide), linear, without recursion.

use super::skip;

/// How much of the refused text is at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// All of it: an unclosed text is then too broken to trust.
    Whole,
    /// Only its beginning (the line was too long, or the stream ended).
    Head,
}

/// What a refused text still tells about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered<'a> {
    /// The raw value of the only member that could be meant by `id`, if there is exactly one.
    pub id: Option<&'a str>,
    /// There is a member `method`.
    pub has_method: bool,
    /// There is a member `result` or `error`.
    pub has_outcome: bool,
    /// Two members could be meant by `id`.
    pub id_is_ambiguous: bool,
}

/// Looks for the outermost members of the object that `bytes` seems to hold.
#[must_use]
pub fn recover(bytes: &[u8], completeness: Completeness) -> Recovered<'_> {
    let mut found = Recovered::default();
    let mut at = skip::white_space(bytes, if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 });
    if bytes.get(at) != Some(&b'{') {
        return found;
    }
    at += 1;
    let is_whole = loop {
        at = skip::white_space(bytes, at);
        match bytes.get(at) {
            Some(b',') => at += 1,
            Some(b'}') => break true,
            Some(b'"') => match member(bytes, at, &mut found) {
                Some(end) => at = end,
                None => break false,
            },
            _ => break false,
        }
    };
    if found.id_is_ambiguous || (!is_whole && completeness == Completeness::Whole) {
        found.id = None;
    }
    found
}

/// Reads the member whose name opens at `open`; the offset after its value, or nothing if it is not whole.
fn member<'a>(bytes: &'a [u8], open: usize, found: &mut Recovered<'a>) -> Option<usize> {
    let (end, is_escaped) = skip::string(bytes, open);
    let key = bytes.get(open + 1..end.checked_sub(1)?)?;
    let colon = skip::white_space(bytes, end);
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let start = skip::white_space(bytes, colon + 1);
    let key = std::str::from_utf8(key).ok()?;
    let is_id = if is_escaped {
        let mut decoded = String::new();
        super::text::decode_into(key, &mut decoded);
        decoded.eq_ignore_ascii_case("id")
    } else {
        key.eq_ignore_ascii_case("id")
    };
    found.has_method |= key == "method";
    found.has_outcome |= key == "result" || key == "error";
    let end = skip::value(bytes, start);
    if end <= start || end >= bytes.len() {
        return None;
    }
    if is_id {
        found.id_is_ambiguous |= found.id.is_some();
        found.id = bytes.get(start..end).and_then(|raw| std::str::from_utf8(raw).ok());
    }
    Some(end)
}
