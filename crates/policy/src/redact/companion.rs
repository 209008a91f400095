//! The secret that stands near a found key id without a name of its own: an AWS secret key after its access key.
//!
//! Credential files and tables print the two in one row; the second is forty characters of base64 and means nothing
//! without the first. It looks a short way ahead and takes the first text of that shape.

use super::encoding::entropy;

/// How far after the id the secret may start.
const REACH: usize = 100;
/// The length of an AWS secret key.
const LENGTH: usize = 40;

/// The forty characters of a secret key within reach after `end`.
pub(super) fn secret(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let window = text.get(end..text.len().min(end + REACH + LENGTH + 1))?;
    let mut start = 0;
    while start < REACH.min(window.len()) {
        let length = window[start..].iter().take_while(|byte| is_digit(**byte)).count();
        if length == LENGTH {
            let found = &window[start..start + LENGTH];
            let mixed = found.iter().any(u8::is_ascii_digit)
                && found.iter().any(u8::is_ascii_uppercase)
                && found.iter().any(u8::is_ascii_lowercase);
            if mixed && entropy(found) >= 400 {
                return Some((end + start, end + start + LENGTH));
            }
        }
        start += length + 1;
    }
    None
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}
