//! The ways one known secret may be written in a text: as it is, percent-encoded, JSON-escaped, in base64.

use std::fmt::Write as _;

/// Every spelling of `value` worth searching for, the value first.
pub(super) fn of(value: &str) -> Vec<String> {
    let mut all = vec![
        value.to_owned(),
        percent(value, false),
        percent(value, true),
        escaped(value),
    ];
    all.extend((0..3).filter_map(|shift| base64_core(value.as_bytes(), shift)));
    let mut kept: Vec<String> = Vec::with_capacity(all.len());
    for spelling in all {
        if !kept.contains(&spelling) {
            kept.push(spelling);
        }
    }
    kept
}

/// Percent-encoding of all but the unreserved characters, with either case of the digits.
fn percent(value: &str, capital: bool) -> String {
    let mut out = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = if capital {
                write!(out, "%{byte:02X}")
            } else {
                write!(out, "%{byte:02x}")
            };
        }
    }
    out
}

/// The value as the inside of a JSON string.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for letter in value.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out
}

/// The base64 digits that depend on the value alone when it starts `shift` bytes into a group of three.
///
/// `None` when fewer than eight digits are certain.
fn base64_core(value: &[u8], shift: usize) -> Option<String> {
    let mut padded = vec![0_u8; shift];
    padded.extend_from_slice(value);
    let digits = super::encoding::encode64(&padded);
    let first = (shift * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    digits
        .get(first..last)
        .filter(|core| core.len() >= 8)
        .map(str::to_owned)
}
