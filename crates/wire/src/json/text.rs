//! A string of accepted JSON, kept as it was written and decoded when asked.

use std::borrow::Cow;

/// The inside of a JSON string literal: what stands between the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    // INVARIANT: `raw` comes from accepted text, so its escapes are whole and its surrogates paired.
    pub(super) const fn new(raw: &'a str, escaped: bool) -> Self {
        Self { raw, escaped }
    }

    /// The literal without its quotes, escapes as written.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.raw
    }

    /// Whether the literal holds an escape, so that [`Self::raw`] differs from what it means.
    #[must_use]
    pub const fn is_escaped(self) -> bool {
        self.escaped
    }

    /// What the literal means; borrowed unless it holds an escape.
    #[must_use]
    pub fn decode(self) -> Cow<'a, str> {
        if self.escaped {
            let mut decoded = String::with_capacity(self.raw.len());
            decode_into(self.raw, &mut decoded);
            Cow::Owned(decoded)
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// Whether the literal means `other`, without allocating.
    #[must_use]
    pub fn means(self, other: &str) -> bool {
        if !self.escaped {
            return self.raw == other;
        }
        let mut pieces = Pieces { rest: self.raw };
        let mut left = other;
        loop {
            let matched = match pieces.next() {
                None => return left.is_empty(),
                Some(Piece::Plain(plain)) => left.strip_prefix(plain),
                Some(Piece::Char(decoded)) => left.strip_prefix(decoded),
            };
            let Some(rest) = matched else { return false };
            left = rest;
        }
    }
}

/// Appends the meaning of the inside of a literal. Total: a broken escape becomes U+FFFD.
pub(super) fn decode_into(raw: &str, out: &mut String) {
    for piece in (Pieces { rest: raw }) {
        match piece {
            Piece::Plain(plain) => out.push_str(plain),
            Piece::Char(decoded) => out.push(decoded),
        }
    }
}

enum Piece<'a> {
    Plain(&'a str),
    Char(char),
}

struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let plain = memchr::memchr(b'\\', self.rest.as_bytes()).unwrap_or(self.rest.len());
        if plain > 0 {
            let (head, tail) = self.rest.split_at_checked(plain)?;
            self.rest = tail;
            return Some(Piece::Plain(head));
        }
        let (decoded, length) = escape(self.rest);
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(Piece::Char(decoded))
    }
}

/// Decodes the escape at the start of `text`; also how many bytes it took.
fn escape(text: &str) -> (char, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'u') => return unicode_escape(text.as_bytes()),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(other @ (b'"' | b'\\' | b'/')) => char::from(*other),
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (simple, 2)
}

fn unicode_escape(bytes: &[u8]) -> (char, usize) {
    let Some(first) = hex4(bytes, 2) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if let Some(plain) = char::from_u32(u32::from(first)) {
        return (plain, 6);
    }
    let second = if bytes.get(6..8) == Some(b"\\u") { hex4(bytes, 8) } else { None };
    match (first, second) {
        (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
            let joined = 0x1_0000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(low) - 0xDC00);
            (char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// Four hexadecimal digits at `at`.
pub(super) fn hex4(bytes: &[u8], at: usize) -> Option<u16> {
    let digits: &[u8; 4] = bytes.get(at..)?.first_chunk()?;
    let mut value = 0u16;
    for digit in digits {
        let nibble = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return None,
        };
        value = (value << 4) | u16::from(nibble);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_what_rfc_8259_says() {
        for (raw, meaning) in [
            ("", ""),
            ("plain", "plain"),
            (r#"a\"b\\c\/d"#, "a\"b\\c/d"),
            (r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t"),
            (r"\u0041\u00e9\uD83D\uDE00x", "A\u{e9}\u{1F600}x"),
            (r"\u0000", "\0"),
        ] {
            let text = Text::new(raw, raw.contains('\\'));
            assert_eq!(text.decode(), meaning);
            assert!(text.means(meaning), "{raw}");
            assert!(!text.means(&format!("{meaning}x")), "{raw}");
            assert!(!text.means("A\u{e9}\u{1F601}x"), "{raw}");
        }
    }

    #[test]
    fn broken_escapes_do_not_panic() {
        for raw in [
            r"\",
            r"\u",
            r"\u12",
            r"\uD800",
            r"\uD800\u0041",
            r"\uDC00",
            r"\x",
            "\\u\u{e9}\u{e9}",
            "\\\u{1F600}",
        ] {
            let mut out = String::new();
            decode_into(raw, &mut out);
            assert!(out.contains(char::REPLACEMENT_CHARACTER), "{raw}: {out}");
        }
    }
}
