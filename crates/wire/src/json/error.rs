//! Why a text is not acceptable JSON: what, and at which byte.

use std::fmt;

use super::span::Position;

/// A refusal by the scanner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    /// Byte offset of the offence, from the start of the scanned text.
    pub offset: usize,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

impl JsonError {
    pub(crate) const fn new(offset: usize, kind: JsonErrorKind) -> Self {
        Self { offset, kind }
    }

    /// Line and column of the offence in the text that was scanned.
    #[must_use]
    pub fn position(&self, text: &[u8]) -> Position {
        Position::of(text, self.offset)
    }
}

impl JsonErrorKind {
    /// Whether the text is JSON by the grammar and was refused for what decoders make of it, or for its size.
    #[must_use]
    pub const fn is_beyond_grammar(&self) -> bool {
        matches!(
            self,
            Self::TooLong { .. }
                | Self::TooDeep { .. }
                | Self::DuplicateKey { .. }
                | Self::ReservedKey
                | Self::NumberTooLong { .. }
                | Self::NumberOutOfRange
        )
    }
}

/// What the scanner wanted to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Any JSON value.
    Value,
    /// A member's name.
    Key,
    /// The `:` after a member's name.
    Colon,
    /// `,` or `}` after a member.
    CommaOrBrace,
    /// `,` or `]` after an item.
    CommaOrBracket,
    /// A digit of a number.
    Digit,
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Value => "a value",
            Self::Key => "a key",
            Self::Colon => "`:`",
            Self::CommaOrBrace => "`,` or `}`",
            Self::CommaOrBracket => "`,` or `]`",
            Self::Digit => "a digit",
        })
    }
}

/// The ways a text fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// Longer than the caller's limit; nothing was scanned.
    #[error("text of {length} bytes is over the limit of {limit}")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not UTF-8 (a surrogate written as raw bytes is not UTF-8 either).
    #[error("invalid UTF-8")]
    InvalidUtf8,
    /// Starts with a byte order mark.
    #[error("byte order mark")]
    ByteOrderMark,
    /// Nothing but white space.
    #[error("no value")]
    Empty,
    /// The text stops inside a value.
    #[error("unexpected end of text, expected {0}")]
    UnexpectedEnd(Expected),
    /// A character that cannot stand here.
    #[error("unexpected `{}`, expected {expected}", found.escape_debug())]
    Unexpected {
        /// What stands there.
        found: char,
        /// What could.
        expected: Expected,
    },
    /// More text after the value.
    #[error("trailing text after the value")]
    Trailing,
    /// A comma before a closing bracket.
    #[error("trailing comma")]
    TrailingComma,
    /// Nested deeper than the caller's limit.
    #[error("nesting deeper than {limit}")]
    TooDeep {
        /// Levels allowed.
        limit: usize,
    },
    /// Two members of one object have the same name once decoded.
    #[error("duplicate key `{}`", key.escape_debug())]
    DuplicateKey {
        /// The decoded name, cut to 64 characters.
        key: String,
    },
    /// A member whose name some decoders take for an instruction.
    #[error("reserved key `$serde_json::private::…`")]
    ReservedKey,
    /// A string without its closing quote.
    #[error("unterminated string")]
    UnterminatedString,
    /// A raw control character inside a string.
    #[error("control character U+{0:04X} in a string")]
    ControlCharacter(u8),
    /// A backslash followed by something else than the escapes of RFC 8259.
    #[error("invalid escape")]
    InvalidEscape,
    /// Half of a surrogate pair.
    #[error("lone surrogate `\\u{0:04x}`")]
    LoneSurrogate(u16),
    /// `NaN`, `Infinity` and their like.
    #[error("`NaN` and `Infinity` are not JSON")]
    NotANumber,
    /// A number that starts with a zero it does not need.
    #[error("leading zero in a number")]
    LeadingZero,
    /// A number longer than the caller's limit.
    #[error("number of more than {limit} bytes")]
    NumberTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// A number that a 64-bit float can only hold as infinity, or as zero though it is not zero.
    #[error("number out of the range of a double")]
    NumberOutOfRange,
}
