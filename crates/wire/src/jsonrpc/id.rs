//! Request ids: strings or integers, kept as they were written.

use std::fmt;

use crate::json::{Kind, Value, scan_str, string};

/// The longest id that is taken, in bytes as written, quotes included.
pub const LONGEST_ID_BYTES: usize = 512;

/// An id as it stands in a message. `1`, `"1"`, `1.0` and `1e0` are not the same; the last two are no ids at all.
#[derive(Debug, Clone, Copy)]
pub struct RawId<'a> {
    raw: &'a str,
    is_string: bool,
}

/// An id kept beyond its message, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedId {
    raw: String,
}

/// What an id means, to look it up by: `"a"` and `"\u0061"` are the same id, `1` and `"1"` are not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKey {
    /// A string, decoded.
    Text(String),
    /// An integer (those from 2^63 on as the signed number would not hold them).
    Integer(i128),
}

/// Why a value is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Neither a string nor a number.
    #[error("`id` is {}, not a string or an integer", .0.name())]
    Kind(Kind),
    /// A number with a fraction or an exponent, or `-0`.
    #[error("`id` is a number that is not written as an integer")]
    NotAnInteger,
    /// An integer that a double does not hold exactly: peers would round it and answer another id.
    #[error("`id` is an integer beyond 9007199254740991")]
    OutOfRange,
    /// Longer than [`LONGEST_ID_BYTES`].
    #[error("`id` of {0} bytes is over the limit of {LONGEST_ID_BYTES}")]
    TooLong(usize),
    /// Not JSON at all (only for ids that were read off a refused message).
    #[error("`id` is not JSON")]
    NotJson,
}

/// The largest integer that a double holds together with all below it.
const EXACT_IN_A_DOUBLE: u64 = (1 << 53) - 1;

impl<'a> RawId<'a> {
    /// The id that `value` is.
    pub fn of(value: Value<'a>) -> Result<Self, IdError> {
        let raw = value.raw();
        let kind = value.kind();
        if !matches!(kind, Kind::String | Kind::Number) {
            return Err(IdError::Kind(kind));
        }
        if raw.len() > LONGEST_ID_BYTES {
            return Err(IdError::TooLong(raw.len()));
        }
        if kind == Kind::Number {
            if raw == "-0" || raw.contains(['.', 'e', 'E']) {
                return Err(IdError::NotAnInteger);
            }
            // Beyond this a peer that reads numbers as doubles answers with another id.
            if value.as_i64().is_none_or(|number| number.unsigned_abs() > EXACT_IN_A_DOUBLE) {
                return Err(IdError::OutOfRange);
            }
        }
        Ok(Self { raw, is_string: kind == Kind::String })
    }

    /// The id that the text `raw` is.
    pub fn read(raw: &'a str) -> Result<Self, IdError> {
        let limits =
            crate::json::Limits { bytes: LONGEST_ID_BYTES, depth: 0, ..crate::json::Limits::DEFAULT };
        let document = scan_str(raw, limits).map_err(|_| IdError::NotJson)?;
        Self::of(document.root())
    }

    /// The id as written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.raw
    }

    /// Whether it is a string.
    #[must_use]
    pub const fn is_string(self) -> bool {
        self.is_string
    }

    /// What the id means.
    #[must_use]
    pub fn key(self) -> IdKey {
        if let Ok(document) = scan_str(self.raw, crate::json::Limits::DEFAULT)
            && let Some(text) = document.root().as_text()
        {
            return IdKey::Text(text.decode().into_owned());
        }
        // INVARIANT: an id that is no string is an integer of at most 64 bits.
        IdKey::Integer(self.raw.parse().unwrap_or_default())
    }

    /// The id, kept beyond its message.
    #[must_use]
    pub fn to_owned(self) -> OwnedId {
        OwnedId { raw: self.raw.to_owned() }
    }
}

impl PartialEq for RawId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw || (self.is_string && other.is_string && self.key() == other.key())
    }
}

impl OwnedId {
    /// An integer id of our own.
    #[must_use]
    pub fn integer(id: u32) -> Self {
        Self { raw: id.to_string() }
    }

    /// A string id of our own; text that would make it longer than [`LONGEST_ID_BYTES`] is refused.
    pub fn text(id: &str) -> Result<Self, IdError> {
        let raw = string(id);
        RawId::read(&raw)?;
        Ok(Self { raw })
    }

    /// The id, borrowed.
    #[must_use]
    pub fn as_raw(&self) -> RawId<'_> {
        RawId { raw: &self.raw, is_string: self.raw.starts_with('"') }
    }
}

impl fmt::Display for RawId<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.raw)
    }
}

impl fmt::Display for OwnedId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_integers_are_ids_and_nothing_else() {
        for id in ["0", "1", "-7", "9007199254740991", "-9007199254740991", r#""""#, r#""a\u0000""#] {
            assert_eq!(RawId::read(id).unwrap().as_str(), id);
        }
        for (id, reason) in [
            ("null", "`id` is null, not a string or an integer"),
            ("true", "`id` is a boolean, not a string or an integer"),
            ("1.0", "`id` is a number that is not written as an integer"),
            ("1e0", "`id` is a number that is not written as an integer"),
            ("-0", "`id` is a number that is not written as an integer"),
            ("9007199254740992", "`id` is an integer beyond 9007199254740991"),
            ("-9007199254740992", "`id` is an integer beyond 9007199254740991"),
            ("18446744073709551616", "`id` is an integer beyond 9007199254740991"),
            ("[1]", "`id` is not JSON"),
            ("01", "`id` is not JSON"),
        ] {
            assert_eq!(RawId::read(id).unwrap_err().to_string(), reason, "{id}");
        }
        let long = format!("\"{}\"", "x".repeat(LONGEST_ID_BYTES - 2));
        assert!(RawId::read(&long).is_ok());
        assert!(OwnedId::text(&"x".repeat(LONGEST_ID_BYTES - 1)).is_err());
    }

    #[test]
    fn ids_are_the_same_when_they_mean_the_same() {
        let id = |raw: &'static str| RawId::read(raw).unwrap();
        assert_ne!(id("1"), id("\"1\""));
        assert_ne!(id("1").key(), id("\"1\"").key());
        assert_eq!(id("\"a\""), id("\"\\u0061\""));
        assert_eq!(id("\"a\"").key(), OwnedId::text("a").unwrap().as_raw().key());
        assert_eq!(id("7").key(), OwnedId::integer(7).as_raw().key());
        assert_ne!(id("9007199254740991").key(), id("9007199254740990").key());
    }
}
