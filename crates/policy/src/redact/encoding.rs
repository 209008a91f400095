//! The few encodings that tests of credentials look into: base64 in both alphabets, base62, CRC-32.
//!
//! Small and total: every function takes any bytes and answers `None` or a number. Not a general codec; decoding is
//! bounded by the caller.

use std::sync::LazyLock;

/// The value of a base64 digit in either alphabet.
fn digit64(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

/// Decodes base64 or base64url, padded or not, lines allowed; at most `limit` bytes come out. `None` at the first byte
/// that is neither a digit, white space nor padding at the end.
pub(super) fn decode64(text: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(limit.min(text.len() / 4 * 3 + 3));
    let mut bits = 0_u32;
    let mut held = 0_u32;
    let mut padding = false;
    for &byte in text {
        if decoded.len() >= limit {
            return Some(decoded);
        }
        if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            continue;
        }
        if byte == b'=' {
            padding = true;
            continue;
        }
        if padding {
            return None;
        }
        bits = (bits << 6 | digit64(byte)?) & 0x00ff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push((bits >> held & 0xff) as u8);
        }
    }
    Some(decoded)
}

/// `bytes` in base64 with the standard alphabet and padding.
pub(super) fn encode64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// CRC-32 (the polynomial of zip and PNG) of `bytes`.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

/// `value` in base 62 with the digits `0-9A-Za-z`, filled with zeros to six places.
pub(super) fn base62_tail(mut value: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut tail = [b'0'; 6];
    for place in tail.iter_mut().rev() {
        *place = DIGITS[(value % 62) as usize];
        value /= 62;
    }
    tail
}

/// `n` times its binary logarithm, for counts.
static WEIGHTS: LazyLock<[f32; 256]> = LazyLock::new(|| {
    let mut weights = [0.0; 256];
    for (count, weight) in (0_u16..).zip(weights.iter_mut()).skip(1) {
        *weight = f32::from(count) * f32::from(count).log2();
    }
    weights
});

/// Shannon entropy of the first 255 bytes, in hundredths of a bit per byte.
pub(super) fn entropy(bytes: &[u8]) -> u16 {
    let bytes = bytes.get(..255).unwrap_or(bytes);
    let Ok(total) = u8::try_from(bytes.len()) else {
        return 0;
    };
    if total == 0 {
        return 0;
    }
    let weights: &[f32; 256] = &WEIGHTS;
    let mut counts = [0_u8; 256];
    let mut sum = 0.0;
    for &byte in bytes {
        // The weight of one more of the same: what is left in the end is the sum over all counts.
        let count = &mut counts[usize::from(byte)];
        sum += weights[usize::from(*count) + 1] - weights[usize::from(*count)];
        *count += 1;
    }
    let bits = (weights[usize::from(total)] - sum) / f32::from(total);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8 bits")]
    let hundredths = (bits * 100.0 + 0.5).max(0.0) as u16;
    hundredths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(decode64(b"aGk=", 10).unwrap(), b"hi");
        assert_eq!(encode64(b"hi"), "aGk=");
        assert_eq!(decode64(b"-_8", 10).unwrap(), [0xfb, 0xff]);
        assert_eq!(decode64(b"a*", 10), None);
        assert_eq!(entropy(b"abcdabcd"), 200);
        assert_eq!(entropy(b""), 0);
        assert_eq!(&base62_tail(61), b"00000z");
    }
}
