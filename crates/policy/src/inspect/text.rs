//! Spellings: percent escapes, look-alikes, hidden characters, quotes.
//!
//! Says how a text may be read, not what it asks for.

use std::borrow::Cow;

/// What undoing percent escapes once gives.
pub(super) enum Percent {
    /// There is none.
    None,
    /// The text without them, which has none left.
    Once(String),
    /// It may mean different things to different readers; why.
    Unclear(&'static str),
}

/// Undoes percent escapes.
pub(super) fn percent(text: &str) -> Percent {
    if !text.contains('%') {
        return Percent::None;
    }
    if has_wide_escape(text) {
        return Percent::Unclear("`%u` escapes are read by some and not by others");
    }
    match decode(text) {
        None => Percent::None,
        Some(Err(_)) => Percent::Unclear("its percent escapes are not valid UTF-8"),
        Some(Ok(once)) if has_wide_escape(&once) || decode(&once).is_some() => {
            Percent::Unclear("it is percent-encoded more than once")
        }
        Some(Ok(once)) => Percent::Once(once),
    }
}

/// Undoes percent escapes as often as there are any, overlong UTF-8 and `%u` included.
pub(super) fn decode_obligingly(text: &str) -> String {
    /// Nobody undoes more layers than this.
    const MOST_LAYERS: usize = 16;
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..MOST_LAYERS {
        if !bytes.contains(&b'%') {
            break;
        }
        let Some(decoded) = decode_bytes(&bytes) else {
            break;
        };
        bytes = decoded;
    }
    shortened(&bytes)
}

/// The text of bytes in which an overlong form stands for the ASCII character that it hides.
fn shortened(bytes: &[u8]) -> String {
    let ascii = |high: u8, low: u8| ((high & 0x01) << 6) | (low & 0x3f);
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [high @ (0xc0 | 0xc1), low @ 0x80..=0xbf, after @ ..]
            | [0xe0, high @ (0x80 | 0x81), low @ 0x80..=0xbf, after @ ..]
            | [0xf0, 0x80, high @ (0x80 | 0x81), low @ 0x80..=0xbf, after @ ..] => {
                out.push(ascii(*high, *low));
                after
            }
            [b'%', b'u' | b'U', b'0', b'0', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                out.push((digit(*high) << 4) | digit(*low));
                after
            }
            [first, after @ ..] => {
                out.push(*first);
                after
            }
            [] => return String::from_utf8_lossy(&out).into_owned(),
        };
    }
}

/// The text with its escapes undone; none if it has none.
fn decode(text: &str) -> Option<Result<String, std::string::FromUtf8Error>> {
    decode_bytes(text.as_bytes()).map(String::from_utf8)
}

fn decode_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut any = false;
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(digit(*high) << 4 | digit(*low));
                any = true;
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    any.then_some(out)
}

const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 0,
    }
}

fn has_wide_escape(text: &str) -> bool {
    text.as_bytes().windows(6).any(
        |six| matches!(six, [b'%', b'u' | b'U', digits @ ..] if digits.iter().all(u8::is_ascii_hexdigit)),
    )
}

/// Characters that some readers turn into `.`, `/` or `\` (compatibility forms and best-fit mappings).
pub(super) fn is_look_alike(character: char) -> bool {
    matches!(
        character,
        '\u{2024}'
            | '\u{2025}'
            | '\u{fe52}'
            | '\u{ff0e}'
            | '\u{2044}'
            | '\u{2215}'
            | '\u{29f8}'
            | '\u{ff0f}'
            | '\u{2216}'
            | '\u{29f5}'
            | '\u{fe68}'
            | '\u{ff3c}'
            | '\u{2571}'
            | '\u{29f9}'
    )
}

/// Whether any look-alike of a dot or a slash is in the text.
pub(super) fn has_look_alike(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_look_alike)
}

/// Format characters that show nothing and that some readers drop.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0000}'..='\u{e01ef}')
}

/// The text without invisible characters; borrowed if it has none.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| !is_invisible(*character)).collect())
}

/// Takes blanks, control and invisible characters off both ends, and one or two layers of matching quotes.
pub(super) fn bare(text: &str) -> &str {
    let edge =
        |character: char| character.is_whitespace() || character.is_control() || is_invisible(character);
    let mut text = text.trim_matches(edge);
    for _ in 0..2 {
        let inner = ['"', '\'', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
        match inner {
            Some(inner) => text = inner.trim_matches(edge),
            None => break,
        }
    }
    text
}

/// Whether a component of the path is `..`, either slash counting.
pub(super) fn climbs(text: &str) -> bool {
    text.contains("..") && text.split(['/', '\\']).any(|component| component == "..")
}

/// Whether the text is a word as rules and schemas list them: nothing in it that paths, URLs or escapes need.
pub(super) fn is_plain_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        let once = |text: &str| match percent(text) {
            Percent::None => "none".to_owned(),
            Percent::Once(text) => text,
            Percent::Unclear(_) => "unclear".to_owned(),
        };
        let rows = [
            ("a", "none"),
            ("50% off", "none"),
            ("100%", "none"),
            ("%2e%2E%2f", "../"),
            ("a%20b", "a b"),
            ("100%25", "100%"),
            ("%252e", "unclear"),
            ("%c0%ae", "unclear"),
            ("%e0%80%af", "unclear"),
            ("%u002e", "unclear"),
            ("%c3%a4", "ä"),
            ("%", "none"),
            ("%4", "none"),
        ];
        for (text, wanted) in rows {
            assert_eq!(once(text), wanted, "{text}");
        }
    }

    #[test]
    fn edges_and_quotes_come_off() {
        let rows = [
            (" a ", "a"),
            ("\"a\"", "a"),
            ("' \"a b\" '", "a b"),
            ("\u{feff}/x\u{200b}\r\n", "/x"),
            ("\"", "\""),
            ("'", "'"),
            ("", ""),
        ];
        for (text, wanted) in rows {
            assert_eq!(bare(text), wanted, "{text:?}");
        }
        for text in
            ["%2e%2e/", "%252e.%2f", "%25%32%65.%c0%af", "%e0%80%ae%f0%80%80%ae/", "%u002e%u002E%U002f"]
        {
            assert_eq!(decode_obligingly(text), "../", "{text}");
        }
        assert_eq!(visible("a\u{200b}b"), "ab");
        assert!(climbs("a/.."));
        assert!(climbs("..\\a"));
        assert!(!climbs("a/.../b..c"));
    }
}
