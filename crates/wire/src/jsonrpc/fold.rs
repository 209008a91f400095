//! Names that differ only in case. Go's `encoding/json`, Jackson and Json.NET can match a member's name without
//! regard to case, some with Unicode folding, so `Method` or `jſonrpc` would be one thing to us and another to them.

use std::borrow::Cow;

use crate::json::Text;

/// The one of `known` that `key` is a case variant of; nothing if it is exactly one of them, or none.
///
/// Case is that of ASCII plus every other character that some decoder folds onto an ASCII letter: U+017F (long s),
/// U+212A (kelvin sign), U+0130 and U+0131 (dotted capital and dotless small i).
#[must_use]
pub fn case_variant(key: Text<'_>, known: &[&'static str]) -> Option<&'static str> {
    let decoded: Cow<'_, str> = key.decode();
    if known.iter().any(|name| *name == decoded) {
        return None;
    }
    known.iter().copied().find(|name| folds_to(&decoded, name))
}

fn folds_to(key: &str, name: &str) -> bool {
    // No folded character takes more than three bytes, none fewer than one.
    if key.len() < name.len() || key.len() > name.len().saturating_mul(3) {
        return false;
    }
    key.chars().map(fold).eq(name.chars().map(fold))
}

const fn fold(character: char) -> char {
    match character {
        '\u{17F}' => 's',
        '\u{212A}' => 'k',
        '\u{130}' | '\u{131}' => 'i',
        other => other.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Limits, scan_str};

    fn variant(literal: &str) -> Option<&'static str> {
        let document = scan_str(literal, Limits::DEFAULT).unwrap();
        case_variant(document.root().as_text().unwrap(), &["jsonrpc", "id", "progressToken"])
    }

    #[test]
    fn what_case_insensitive_decoders_would_match_is_found() {
        for (literal, name) in [
            ("\"ID\"", "id"),
            ("\"Id\"", "id"),
            ("\"j\u{17F}onrpc\"", "jsonrpc"),
            ("\"progressTo\u{212A}en\"", "progressToken"),
            ("\"\u{131}d\"", "id"),
            ("\"\u{130}d\"", "id"),
            (r#""\u0049d""#, "id"),
            ("\"progresstoken\"", "progressToken"),
        ] {
            assert_eq!(variant(literal), Some(name), "{literal}");
        }
        for literal in
            ["\"id\"", r#""\u0069d""#, "\"idd\"", "\"i\"", "\"\"", "\"\u{FF49}d\"", "\"progress_token\""]
        {
            assert_eq!(variant(literal), None, "{literal}");
        }
    }
}
