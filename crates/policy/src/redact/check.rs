//! Tests a rule adds to its pattern: entropy, checksums, what the decoded text holds.
//!
//! Each looks only at the bytes it is given, reads at most [`SAMPLE`] of them where the work is more than a glance,
//! and answers yes or no.

use super::encoding::{base62_tail, crc32, decode64, entropy};

/// The most bytes a test reads when it decodes or counts.
const SAMPLE: usize = 256;

/// One test of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// At least this many hundredths of a bit per byte.
    Entropy(u16),
    /// At least this many digits.
    Digits(usize),
    /// At least one capital and one small letter.
    BothCases,
    /// Holds this text somewhere.
    Holds(Box<str>),
    /// Does not hold this text, whatever the case.
    Lacks(Box<str>),
    /// The last six characters are the base62 CRC-32 of those before, or the text is at least random enough.
    ///
    /// A wrong sum does not acquit: vendors kept the prefixes of tokens that had no sum, and a sum cut off by an
    /// editor is still most of a secret.
    Crc62,
    /// Begins with the base64 of a JSON object that names its algorithm.
    Jwt,
    /// The base64 of `name:password`.
    BasicPair,
    /// The base64 of a PEM private key.
    KeyFile,
    /// The base64 of a JSON object.
    Json,
    /// A UUID that is not one of the well-known constants.
    NotNilUuid,
}

impl Check {
    /// Reads a test from its line in the rule file.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let value = value.trim();
        Some(match name {
            "entropy" => {
                let (whole, part) = value.split_once('.')?;
                let part =
                    if part.len() == 1 { part.parse::<u16>().ok()? * 10 } else { part.parse().ok()? };
                Self::Entropy(whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(part)?)
            }
            "digits" => Self::Digits(value.parse().ok()?),
            "cases" => Self::BothCases,
            "holds" if !value.is_empty() => Self::Holds(value.into()),
            "lacks" if !value.is_empty() => Self::Lacks(value.to_ascii_lowercase().into()),
            "crc62" => Self::Crc62,
            "jwt" => Self::Jwt,
            "basic" => Self::BasicPair,
            "keyfile" => Self::KeyFile,
            "json" => Self::Json,
            "uuid" => Self::NotNilUuid,
            _ => return None,
        })
    }

    /// Whether `credential` passes; `body` is its part after the anchor.
    pub(super) fn passes(&self, credential: &[u8], body: &[u8]) -> bool {
        let head = credential.get(..SAMPLE).unwrap_or(credential);
        match self {
            Self::Entropy(least) => entropy(body) >= *least,
            Self::Digits(least) => {
                let body = body.get(..SAMPLE).unwrap_or(body);
                body.iter().filter(|byte| byte.is_ascii_digit()).count() >= *least
            }
            Self::BothCases => {
                let body = body.get(..SAMPLE).unwrap_or(body);
                body.iter().any(u8::is_ascii_uppercase) && body.iter().any(u8::is_ascii_lowercase)
            }
            Self::Holds(text) => credential.windows(text.len()).any(|part| part == text.as_bytes()),
            Self::Lacks(text) => {
                !head.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
            }
            Self::Crc62 => crc62_holds(body) || entropy(body) >= 150,
            Self::Jwt => names_algorithm(credential),
            Self::BasicPair => is_basic_pair(credential),
            Self::KeyFile => decode64(credential, 96).is_some_and(|text| holds(&text, b"PRIVATE KEY")),
            Self::Json => decode64(head, 48).is_some_and(|text| text.starts_with(b"{") && is_text(&text)),
            Self::NotNilUuid => entropy(body) >= 250,
        }
    }
}

/// Whether the text is nothing but a filler such as `xxxx`, `****` or `0000`.
pub(super) fn is_filler(body: &[u8]) -> bool {
    let body = body.get(..SAMPLE).unwrap_or(body);
    let others = body
        .iter()
        .filter(|byte| !matches!(byte, b'x' | b'X' | b'*' | b'.' | b'_' | b'-' | b'0' | b'#' | b'?'));
    // A quarter of other bytes acquits: a credential is known for one after its first few.
    !body.is_empty() && others.take(body.len().div_ceil(4)).count() * 4 < body.len()
}

/// Whether the last six characters are the base62 CRC-32 of those before.
pub(super) fn crc62_holds(body: &[u8]) -> bool {
    body.len()
        .checked_sub(6)
        .and_then(|at| body.split_at_checked(at))
        .is_some_and(|(payload, tail)| payload.len() <= SAMPLE && base62_tail(crc32(payload)) == tail)
}

/// Whether a compact JWT begins with a JSON header that has an `alg`; read as far as it stays plausible JSON.
fn names_algorithm(token: &[u8]) -> bool {
    let head = token.split(|byte| *byte == b'.').next().unwrap_or(token);
    let cut = head.get(..SAMPLE).unwrap_or(head);
    // A header longer than the sample is cut at a whole group of four.
    let Some(text) =
        decode64(cut.get(..cut.len() / 4 * 4).filter(|_| cut.len() == SAMPLE).unwrap_or(cut), SAMPLE)
    else {
        return false;
    };
    if !text.starts_with(b"{") || !is_text(&text) {
        return false;
    }
    if cut.len() == SAMPLE { holds(&text, b"\":") } else { holds(&text, b"\"alg\"") && text.ends_with(b"}") }
}

/// Whether base64 decodes to printable `name:password`.
fn is_basic_pair(credential: &[u8]) -> bool {
    let Some(text) = decode64(credential, SAMPLE) else {
        return false;
    };
    let colon = text.iter().position(|byte| *byte == b':');
    colon.is_some_and(|at| at + 1 < text.len()) && is_text(&text)
}

/// Whether the bytes are printable ASCII or plausible UTF-8, with no control character but white space.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..))
        && std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// Whether `needle` is in `text`.
fn holds(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|part| part == needle)
}
