//! Writing: a string as a JSON literal, and an accepted text on one line.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::skip::plain_end;

/// `value` as a JSON string literal, quotes included. Only what RFC 8259 demands is escaped.
#[must_use]
pub fn string(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    push_string(&mut out, value);
    out
}

/// Appends `value` to `out` as a JSON string literal.
pub fn push_string(out: &mut String, value: &str) {
    out.push('"');
    let mut rest = value;
    loop {
        let plain = plain_end(rest.as_bytes(), 0);
        let Some((head, tail)) = rest.split_at_checked(plain) else {
            break;
        };
        out.push_str(head);
        let mut characters = tail.chars();
        let Some(stop) = characters.next() else { break };
        rest = characters.as_str();
        match stop {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
        }
    }
    out.push('"');
}

/// `accepted` with its line breaks turned into spaces, so that it fits a newline-framed stream. In accepted text a
/// raw line break is always white space between values, so this changes no value; it is borrowed if there is none.
#[must_use]
pub fn on_one_line(accepted: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\n', b'\r', accepted.as_bytes()).is_none() {
        return Cow::Borrowed(accepted);
    }
    Cow::Owned(accepted.replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, scan_str};
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for value in ["", "a", "\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}", "\u{2028}\u{1F600}", "end\\"] {
            let literal = string(value);
            let document = scan_str(&literal, Limits::DEFAULT).unwrap();
            assert_eq!(document.root().as_text().unwrap().decode(), value);
        }
    }

    #[test]
    fn one_line_keeps_every_value() {
        let text = "{\r\n  \"a\": \"x\\ny\"\n}";
        assert_eq!(on_one_line(text), "{    \"a\": \"x\\ny\" }");
        assert!(matches!(on_one_line("{}"), Cow::Borrowed("{}")));
    }
}
