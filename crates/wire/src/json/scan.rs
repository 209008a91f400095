//! The scanner: one pass over the text, no recursion, no tree. It accepts exactly one value of RFC 8259 and refuses
//! what peers read in different ways: equal names in an object (at any depth, compared decoded), lone surrogates,
//! numbers no double can hold, byte order marks, text after the value.

use super::error::{Expected, JsonError, JsonErrorKind};
use super::keys::{Keys, Mark};
use super::outline::{Document, Entry, LEVELS, MOST};
use super::span::Span;
use super::text::{Text, hex4};
use super::{number, skip};

/// What a text may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the whole text in bytes.
    pub bytes: usize,
    /// Objects and arrays inside one another.
    pub depth: usize,
    /// Length of one number in bytes, sign and exponent included.
    pub number_bytes: usize,
}

impl Limits {
    /// 16 MiB; 100 levels, below the 127 at which `serde_json` gives up, so that every room can read what this one
    /// accepts; numbers of 128 bytes, four times what the longest double or 128-bit integer needs in shortest form.
    pub const DEFAULT: Self = Self { bytes: 16 << 20, depth: 100, number_bytes: 128 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Accepts `bytes` as one JSON value, or says what is wrong and where.
///
/// ```
/// use portcullis_wire::json::{Limits, scan};
///
/// let document = scan(br#"{"id": 1, "method": "ping"}"#, Limits::DEFAULT)?;
/// assert_eq!(document.root().get("id").map(|member| member.value.raw()), Some("1"));
///
/// let refused = scan(br#"{"name": "a", "\u006eame": "b"}"#, Limits::DEFAULT).unwrap_err();
/// assert_eq!(refused.to_string(), "duplicate key `name` at byte 14");
/// # Ok::<(), portcullis_wire::json::JsonError>(())
/// ```
pub fn scan(bytes: &[u8], limits: Limits) -> Result<Document<'_>, JsonError> {
    check_length(bytes.len(), limits)?;
    match std::str::from_utf8(bytes) {
        Ok(text) => scan_str(text, limits),
        Err(error) => Err(JsonError::new(error.valid_up_to(), JsonErrorKind::InvalidUtf8)),
    }
}

/// [`scan`] for text that is known to be UTF-8.
pub fn scan_str(text: &str, limits: Limits) -> Result<Document<'_>, JsonError> {
    check_length(text.len(), limits)?;
    let bytes = text.as_bytes();
    if text.starts_with('\u{FEFF}') {
        return Err(JsonError::new(0, JsonErrorKind::ByteOrderMark));
    }
    let start = skip::white_space(bytes, 0);
    if start == bytes.len() {
        return Err(JsonError::new(start, JsonErrorKind::Empty));
    }
    let mut scanner = Scanner::new(text, start, limits);
    scanner.run()?;
    let end = scanner.at;
    let after = skip::white_space(bytes, end);
    if after != bytes.len() {
        return Err(JsonError::new(after, JsonErrorKind::Trailing));
    }
    Ok(Document::new(text, Span::new(start, end), scanner.outline, scanner.outline_is_complete))
}

fn check_length(length: usize, limits: Limits) -> Result<(), JsonError> {
    if length > limits.bytes {
        return Err(JsonError::new(limits.bytes, JsonErrorKind::TooLong { length, limit: limits.bytes }));
    }
    Ok(())
}

/// The error for whatever stands at `at`.
#[cold]
pub(super) fn unexpected(bytes: &[u8], at: usize, expected: Expected) -> JsonError {
    let rest = bytes.get(at..).unwrap_or_default();
    let head = rest.get(..4).unwrap_or(rest);
    let kind = match String::from_utf8_lossy(head).chars().next() {
        None => JsonErrorKind::UnexpectedEnd(expected),
        Some(found) => JsonErrorKind::Unexpected { found, expected },
    };
    JsonError::new(at, kind)
}

/// How the names begin that `serde_json` gives a meaning of its own.
const RESERVED_NAMES: &str = "$serde_json::private::";

/// One open object or array.
#[derive(Clone, Copy)]
struct Level {
    is_object: bool,
    /// Which level of the outline its members are; 0 if they are not taken down.
    outline: u8,
    /// The outline's entry of the member being read.
    entry: usize,
    names: Mark,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    limits: Limits,
    /// The innermost open container; those around it are on the stack.
    level: Level,
    stack: Vec<Level>,
    keys: Keys,
    outline: Vec<Entry>,
    outline_is_complete: bool,
}

/// What follows a step of the scanner.
enum Next {
    Value,
    AfterValue,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, at: usize, limits: Limits) -> Self {
        let outside = Level { is_object: false, outline: 1, entry: 0, names: Mark::default() };
        Self {
            text,
            bytes: text.as_bytes(),
            at,
            limits,
            level: outside,
            stack: Vec::with_capacity(8),
            keys: Keys::default(),
            outline: Vec::with_capacity(8),
            outline_is_complete: true,
        }
    }

    fn run(&mut self) -> Result<(), JsonError> {
        loop {
            if let Next::Value = self.value()? {
                continue;
            }
            loop {
                if self.stack.is_empty() {
                    return Ok(());
                }
                if let Next::Value = self.after_value()? {
                    break;
                }
            }
        }
    }

    /// Reads a scalar, or the opening of a container up to its first value.
    #[inline]
    fn value(&mut self) -> Result<Next, JsonError> {
        self.at = skip::white_space(self.bytes, self.at);
        match self.bytes.get(self.at) {
            Some(b'"') => {
                self.at += 1;
                self.string_rest()?;
            }
            Some(b'{') => return self.open(true),
            Some(b'[') => return self.open(false),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal(b"true")?,
            Some(b'f') => self.literal(b"false")?,
            Some(b'n') => self.literal(b"null")?,
            _ => return Err(self.not_a_value()),
        }
        Ok(Next::AfterValue)
    }

    /// Reads what follows a value inside a container: a comma and perhaps a name, or the closing bracket.
    #[inline]
    fn after_value(&mut self) -> Result<Next, JsonError> {
        if self.level.outline != 0 && self.level.is_object {
            self.note_value_end();
        }
        self.at = skip::white_space(self.bytes, self.at);
        match (self.bytes.get(self.at), self.level.is_object) {
            (Some(b','), true) => {
                self.at = skip::white_space(self.bytes, self.at + 1);
                self.key()?;
                Ok(Next::Value)
            }
            (Some(b','), false) => {
                self.at = skip::white_space(self.bytes, self.at + 1);
                if self.bytes.get(self.at) == Some(&b']') {
                    return Err(JsonError::new(self.at, JsonErrorKind::TrailingComma));
                }
                Ok(Next::Value)
            }
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close()?;
                Ok(Next::AfterValue)
            }
            (_, true) => Err(unexpected(self.bytes, self.at, Expected::CommaOrBrace)),
            (_, false) => Err(unexpected(self.bytes, self.at, Expected::CommaOrBracket)),
        }
    }

    fn open(&mut self, is_object: bool) -> Result<Next, JsonError> {
        if self.stack.len() >= self.limits.depth {
            return Err(JsonError::new(self.at, JsonErrorKind::TooDeep { limit: self.limits.depth }));
        }
        let around = self.level;
        let outline = match (is_object, around.outline, self.stack.is_empty()) {
            (true, 1, true) => 1,
            (true, level @ 1..LEVELS, false) => level + 1,
            _ => 0,
        };
        self.stack.push(around);
        self.level = Level { is_object, outline, entry: 0, names: self.keys.open() };
        self.at = skip::white_space(self.bytes, self.at + 1);
        match (self.bytes.get(self.at), is_object) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close()?;
                Ok(Next::AfterValue)
            }
            (_, true) => {
                self.key()?;
                Ok(Next::Value)
            }
            (_, false) => Ok(Next::Value),
        }
    }

    #[inline]
    fn close(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        if self.level.is_object {
            self.keys.close(self.level.names, self.text)?;
        }
        if let Some(around) = self.stack.pop() {
            self.level = around;
        }
        Ok(())
    }

    /// Reads a member's name and its colon.
    #[inline]
    fn key(&mut self) -> Result<(), JsonError> {
        let open = self.at;
        match self.bytes.get(open) {
            Some(b'"') => self.at += 1,
            Some(b'}') => return Err(JsonError::new(open, JsonErrorKind::TrailingComma)),
            _ => return Err(unexpected(self.bytes, open, Expected::Key)),
        }
        let is_escaped = self.string_rest()?;
        let end = self.at;
        if is_escaped || self.bytes.get(open + 1) == Some(&b'$') {
            self.refuse_reserved(open, end)?;
        }
        self.keys.add(&mut self.level.names, self.text, (open + 1, end - 1), is_escaped)?;
        if self.level.outline != 0 {
            self.note_key(Span::new(open, end), is_escaped);
        }
        self.at = skip::white_space(self.bytes, end);
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(unexpected(self.bytes, self.at, Expected::Colon));
        }
        self.at += 1;
        Ok(())
    }

    /// `serde_json` reads a member of such a name not as a member but as raw text in its place, so a tree made of the
    /// message would not be the message.
    fn refuse_reserved(&self, open: usize, end: usize) -> Result<(), JsonError> {
        let inside = self.text.get(open + 1..end - 1).unwrap_or_default();
        let name = Text::new(inside, inside.contains('\\')).decode();
        if name.starts_with(RESERVED_NAMES) {
            return Err(JsonError::new(open, JsonErrorKind::ReservedKey));
        }
        Ok(())
    }

    fn note_key(&mut self, key: Span, is_escaped: bool) {
        if !self.outline_is_complete || self.outline.len() >= MOST {
            self.outline_is_complete = false;
            return;
        }
        self.level.entry = self.outline.len();
        let value = Span::new(key.end, key.end);
        self.outline.push(Entry { level: self.level.outline, is_escaped, key, value });
    }

    fn note_value_end(&mut self) {
        if let Some(entry) = self.outline.get_mut(self.level.entry)
            && self.outline_is_complete
        {
            // The value starts after the colon and the white space around it.
            let colon = skip::white_space(self.bytes, entry.key.end);
            entry.value = Span::new(skip::white_space(self.bytes, colon + 1), self.at);
        }
    }

    /// Reads a string from after its opening quote to after its closing one; whether it holds an escape.
    #[inline]
    fn string_rest(&mut self) -> Result<bool, JsonError> {
        let mut is_escaped = false;
        loop {
            let stop = skip::plain_end(self.bytes, self.at);
            match self.bytes.get(stop) {
                Some(b'"') => {
                    self.at = stop + 1;
                    return Ok(is_escaped);
                }
                Some(b'\\') => {
                    is_escaped = true;
                    self.at = self.escape(stop)?;
                }
                Some(control) => return Err(JsonError::new(stop, JsonErrorKind::ControlCharacter(*control))),
                None => return Err(JsonError::new(stop, JsonErrorKind::UnterminatedString)),
            }
        }
    }

    /// Checks the escape at `at`; the offset just after it.
    #[inline]
    fn escape(&self, at: usize) -> Result<usize, JsonError> {
        match self.bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => self.unicode_escape(at),
            Some(_) => Err(JsonError::new(at, JsonErrorKind::InvalidEscape)),
            None => Err(JsonError::new(at + 1, JsonErrorKind::UnterminatedString)),
        }
    }

    fn unicode_escape(&self, at: usize) -> Result<usize, JsonError> {
        let Some(unit) = hex4(self.bytes, at + 2) else {
            return Err(JsonError::new(at, JsonErrorKind::InvalidEscape));
        };
        match unit {
            0xD800..=0xDBFF => {
                let pair = self.bytes.get(at + 6..at + 8) == Some(b"\\u".as_slice());
                match hex4(self.bytes, at + 8) {
                    Some(0xDC00..=0xDFFF) if pair => Ok(at + 12),
                    _ => Err(JsonError::new(at, JsonErrorKind::LoneSurrogate(unit))),
                }
            }
            0xDC00..=0xDFFF => Err(JsonError::new(at, JsonErrorKind::LoneSurrogate(unit))),
            _ => Ok(at + 6),
        }
    }

    #[inline]
    fn number(&mut self) -> Result<(), JsonError> {
        if self.bytes.get(self.at..self.at + 2) == Some(b"-I".as_slice()) {
            return Err(JsonError::new(self.at, JsonErrorKind::NotANumber));
        }
        self.at = number::scan(self.text, self.at, self.limits.number_bytes)?;
        Ok(())
    }

    #[inline]
    fn literal(&mut self, word: &[u8]) -> Result<(), JsonError> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word) {
            return Err(self.not_a_value());
        }
        self.at = end;
        Ok(())
    }

    #[cold]
    fn not_a_value(&self) -> JsonError {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if ["nan", "inf"]
            .iter()
            .any(|word| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes())))
        {
            return JsonError::new(self.at, JsonErrorKind::NotANumber);
        }
        unexpected(self.bytes, self.at, Expected::Value)
    }
}
