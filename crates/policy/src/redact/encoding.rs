//! The few encodings that tests of credentials look into: base64 in both alphabets, base62, CRC-32.
//!
//! Small and total: every function takes any bytes and answers `None` or a number. Not a general codec; decoding is
//! bounded by the caller.

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

/// `value` in base 36 with lower-case digits, filled with zeros to seven places.
pub(super) fn base36_tail(mut value: u32) -> [u8; 7] {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut tail = [b'0'; 7];
    for place in tail.iter_mut().rev() {
        *place = DIGITS[(value % 36) as usize];
        value /= 36;
    }
    tail
}

/// Shannon entropy of the first 256 bytes, in hundredths of a bit per byte.
pub(super) fn entropy(bytes: &[u8]) -> u16 {
    let bytes = bytes.get(..256).unwrap_or(bytes);
    let mut counts = [0_u16; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = bytes.len() as f32;
    let mut sum = 0.0_f32;
    for &byte in bytes {
        let count = std::mem::take(&mut counts[usize::from(byte)]);
        if count > 0 {
            let share = f32::from(count) / total;
            sum -= share * share.log2();
        }
    }
    (sum * 100.0) as u16
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
        assert_eq!(&base36_tail(36), b"0000010");
    }
}
