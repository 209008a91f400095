//! Numbers: the grammar of RFC 8259 section 6, a cap on their length, and a refusal of what no double can hold.
//! The text of a number is never changed; a value is computed only to see that peers can read it.

use super::error::{Expected, JsonError, JsonErrorKind};

/// Reads the number that starts at `start` (a digit or `-`) and returns the offset just after it.
#[inline]
pub(super) fn scan(text: &str, start: usize, limit: usize) -> Result<usize, JsonError> {
    let bytes = text.as_bytes();
    let mut at = start;
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    let whole = at;
    at = digits(bytes, at)?;
    if at - whole > 1 && bytes.get(whole) == Some(&b'0') {
        return Err(JsonError::new(start, JsonErrorKind::LeadingZero));
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    let mut ranged = at - start > SURELY_FINITE;
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        let exponent = at;
        at = digits(bytes, at)?;
        ranged |= at - exponent > 2 || exponent - start > SURELY_MODEST;
    }
    if at - start > limit {
        return Err(JsonError::new(start, JsonErrorKind::NumberTooLong { limit }));
    }
    if ranged && !fits_double(text.get(start..at).unwrap_or_default()) {
        return Err(JsonError::new(start, JsonErrorKind::NumberOutOfRange));
    }
    Ok(at)
}

/// A number of at most this many bytes without an exponent is far from both ends of a double's range.
const SURELY_FINITE: usize = 300;
/// Nor is one with so short a mantissa, its sign and `e` included, and an exponent of two digits.
const SURELY_MODEST: usize = 200;

/// Skips one or more digits.
#[inline]
fn digits(bytes: &[u8], from: usize) -> Result<usize, JsonError> {
    let mut at = from;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == from {
        return Err(super::scan::unexpected(bytes, at, Expected::Digit));
    }
    Ok(at)
}

/// Whether the number is finite as a double, and not taken for zero unless it is zero.
fn fits_double(number: &str) -> bool {
    let significant = number
        .bytes()
        .take_while(|byte| !matches!(byte, b'e' | b'E'))
        .any(|byte| matches!(byte, b'1'..=b'9'));
    match number.parse::<f64>() {
        Ok(value) => value.is_finite() && (value != 0.0 || !significant),
        Err(_) => false,
    }
}
