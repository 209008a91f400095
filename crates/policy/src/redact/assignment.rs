//! Reads `name = value` in the many spellings of configuration, code, markup, headers and command lines.
//!
//! Starts from a word inside a name and finds the rest of the name, the operator and the value. Purely about shape:
//! whether the name promises a credential and whether the value looks like one is decided elsewhere. Every step is
//! bounded or remembered, so a text made of names costs no more than any other.

use super::class::{ByteSet, ClassId, ClassTable, Runs};
use super::pattern::Fault;

/// How the name and value were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Given apart as a key and its value: a member of a JSON object, a header.
    Named,
    /// Both in quotes with a colon between: JSON, or code that looks the same.
    Pair,
    /// The value in quotes.
    Quoted,
    /// The value in quotes as an argument: `define('name', 'value')`, `name("value")`.
    Argument,
    /// `name=value` with no space around the sign, inside a line.
    Tight,
    /// `name: value` or `name = value` without quotes, the value ending its line.
    Line,
    /// In the query of a URL, a command-line flag or a markup element.
    Marked,
    /// Anything else without quotes: code, most often.
    Bare,
}

/// A value and where its name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) name_start: usize,
    pub(super) name_end: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) style: Style,
}

/// The most bytes of a name read on either side of the word.
const NAME: usize = 48;
/// The most white space skipped between two parts.
const GAP: usize = 32;
/// The longest value read.
const VALUE: usize = 2048;

/// The classes the reader needs, interned with those of the rules.
#[derive(Debug)]
pub(super) struct Reader {
    name: ClassId,
    gap: ClassId,
    line_gap: ClassId,
    bare: ClassId,
    line: ClassId,
    not_double: ClassId,
    not_single: ClassId,
    not_back: ClassId,
    kind: ClassId,
}

impl Reader {
    /// Interns the classes.
    pub(super) fn new(classes: &mut ClassTable) -> Result<Self, Fault> {
        let mut class = |bytes: &[u8], ranges: &[(u8, u8)], invert: bool| {
            let mut set = ByteSet::default();
            for byte in bytes {
                set.add(*byte, *byte);
            }
            for (first, last) in ranges {
                set.add(*first, *last);
            }
            classes
                .intern(if invert { set.inverted() } else { set })
                .ok_or_else(|| "too many classes".to_owned())
        };
        let word = [(b'a', b'z'), (b'A', b'Z'), (b'0', b'9'), (0x80, 0xff)];
        Ok(Self {
            name: class(b"_-.$", &word, false)?,
            gap: class(b" \t", &[], false)?,
            line_gap: class(b" \t\r\n", &[], false)?,
            bare: class(b" =&\t\r\n\"'`,;|\\", &[(0, 31), (127, 127)], true)?,
            line: class(b" \t\r\n\"'`,;|\\", &[(0, 31), (127, 127)], true)?,
            not_double: class(b"\"\r\n", &[], true)?,
            not_single: class(b"'\r\n", &[], true)?,
            not_back: class(b"`\r\n", &[], true)?,
            kind: class(b"_&<>[]|?.: ", &word, false)?,
        })
    }

    /// Where the name ends that holds a word ending at `end`; `None` when it is too long to be one.
    pub(super) fn name_end(&self, runs: &mut Runs<'_>, end: usize) -> Option<usize> {
        let length = runs.length(self.name, end, NAME);
        let mut name_end = end + length;
        while name_end > end && matches!(runs.text()[name_end - 1], b'-' | b'.') {
            name_end -= 1;
        }
        (length < NAME).then_some(name_end)
    }

    /// Reads the assignment whose name ends at `name_end` and holds a word at `at`.
    pub(super) fn read(&self, runs: &mut Runs<'_>, at: usize, name_end: usize) -> Option<Assignment> {
        let mut cursor = Cursor { runs, at: name_end };
        let closed = cursor.closers();
        let gap = cursor.skip(self.gap);
        let operator = cursor.operator(closed, gap)?;
        if operator == Operator::None && closed == Closed::Quote {
            return None;
        }
        let text = cursor.runs.text();
        let mut start = at;
        while start > 0 && at - start < NAME && cursor.runs.table().has(self.name, text[start - 1]) {
            start -= 1;
        }
        let name = Name { start, end: name_end, before: start.checked_sub(1).map(|before| text[before]) };
        self.value(&mut cursor, &name, closed, operator, gap)
    }

    /// Reads the value after a name and its operator.
    fn value(
        &self,
        cursor: &mut Cursor<'_, '_>,
        name: &Name,
        closed: Closed,
        operator: Operator,
        gap: usize,
    ) -> Option<Assignment> {
        match operator {
            Operator::Element if name.before != Some(b'<') => return None,
            // A directive such as `secret "value";` has quotes right after its name.
            Operator::None
                if !name.is_flag(cursor.runs.text()) && !matches!(cursor.peek(), Some(b'"' | b'\'')) =>
            {
                return None;
            }
            Operator::Equals
            | Operator::Colon
            | Operator::Arrow
            | Operator::Comma
            | Operator::Call
            | Operator::Element
            | Operator::None => {}
        }
        let operator_end = cursor.at;
        cursor.skip(self.line_gap);
        let crossed_line = cursor.runs.text().get(operator_end..cursor.at)?.contains(&b'\n');
        if let Some((start, end)) = self.quoted(cursor) {
            let style = match operator {
                Operator::Comma | Operator::Call => Style::Argument,
                Operator::Equals | Operator::Colon | Operator::Arrow if closed == Closed::Quote => {
                    Style::Pair
                }
                Operator::Equals | Operator::Colon | Operator::Arrow | Operator::Element | Operator::None => {
                    Style::Quoted
                }
            };
            return Some(name.assigned(start, end, style));
        }
        if crossed_line || operator == Operator::Call || operator == Operator::Comma {
            return None;
        }
        if operator == Operator::Colon
            && let Some((start, end)) = self.typed(cursor)
        {
            return Some(name.assigned(start, end, Style::Quoted));
        }
        let start = cursor.at;
        let starts_line = name.starts_line(cursor.runs.text());
        let end = self.bare_end(cursor, operator, name, starts_line);
        if end == start {
            return None;
        }
        let spaced = start > operator_end || gap > 0;
        let text = cursor.runs.text();
        let ends_line = line_ends(text, end);
        let style = match operator {
            Operator::Element | Operator::None => Style::Marked,
            Operator::Equals if matches!(name.before, Some(b'?' | b'&' | b';')) => Style::Marked,
            Operator::Equals | Operator::Colon if ends_line && starts_line => Style::Line,
            Operator::Equals if !spaced && closed == Closed::Nothing => Style::Tight,
            Operator::Equals | Operator::Colon | Operator::Arrow | Operator::Comma | Operator::Call => {
                Style::Bare
            }
        };
        Some(name.assigned(start, end, style))
    }

    /// Where a value without quotes ends.
    fn bare_end(
        &self,
        cursor: &mut Cursor<'_, '_>,
        operator: Operator,
        name: &Name,
        starts_line: bool,
    ) -> usize {
        let start = cursor.at;
        let text = cursor.runs.text();
        let query = matches!(name.before, Some(b'?' | b'&' | b';'));
        // One value a line may hold signs that elsewhere begin the next: a text of signs is read once.
        let whole = !query && operator != Operator::Element && starts_line;
        let mut length = cursor.runs.length(if whole { self.line } else { self.bare }, start, VALUE);
        length += text
            .get(start + length..)
            .unwrap_or_default()
            .iter()
            .take(3)
            .take_while(|byte| **byte == b'=')
            .count();
        let value = &text[start..start + length];
        let stop = match operator {
            Operator::Element => value.iter().position(|byte| *byte == b'<'),
            Operator::Equals if query => {
                value.iter().position(|byte| matches!(byte, b'#' | b')' | b'>' | b']' | b'}' | b'<'))
            }
            // The body of a form: `token=value&next=...`.
            Operator::Equals if whole => value.iter().position(|byte| *byte == b'&').filter(|at| {
                value.get(at + 1).is_some_and(u8::is_ascii_lowercase) && value[*at..].contains(&b'=')
            }),
            Operator::Equals
            | Operator::Colon
            | Operator::Arrow
            | Operator::Comma
            | Operator::Call
            | Operator::None => None,
        };
        let mut end = start + stop.unwrap_or(length);
        while end > start && matches!(text[end - 1], b'.' | b':') {
            end -= 1;
        }
        end
    }

    /// A value in quotes: where it starts and ends, or nothing when there is no quote here or it never closes.
    fn quoted(&self, cursor: &mut Cursor<'_, '_>) -> Option<(usize, usize)> {
        let text = cursor.runs.text();
        let mut at = cursor.at;
        if matches!(text.get(at), Some(b'b' | b'r' | b'u' | b'f' | b'@' | b'L' | b'B' | b'R'))
            && matches!(text.get(at + 1), Some(b'"' | b'\'' | b'`'))
        {
            at += 1;
        }
        let escapes = text.get(at..)?.iter().take(3).take_while(|byte| **byte == b'\\').count();
        let quote = *text.get(at + escapes)?;
        let class = match quote {
            b'"' => self.not_double,
            b'\'' => self.not_single,
            b'`' => self.not_back,
            _ => return None,
        };
        let start = at + escapes + 1;
        let mut end = start;
        for _ in 0..8 {
            end += cursor.runs.length(class, end, VALUE);
            if text.get(end) != Some(&quote) {
                return None;
            }
            let slashes = text[start..end].iter().rev().take(4).take_while(|byte| **byte == b'\\').count();
            if escapes > 0 && slashes >= escapes {
                return Some((start, end - escapes));
            }
            if slashes % 2 == 0 {
                return Some((start, end));
            }
            end += 1;
        }
        None
    }

    /// The value after a type: `name: String = "value"`.
    fn typed(&self, cursor: &mut Cursor<'_, '_>) -> Option<(usize, usize)> {
        let start = cursor.at;
        let length = cursor.runs.length(self.kind, start, GAP);
        cursor.at = start + length;
        let found = if length > 0 && cursor.peek() == Some(b'=') {
            cursor.at += 1;
            cursor.skip(self.gap);
            self.quoted(cursor)
        } else {
            None
        };
        cursor.at = start;
        found
    }
}

/// The identifier around the word.
struct Name {
    start: usize,
    end: usize,
    before: Option<u8>,
}

impl Name {
    fn assigned(&self, start: usize, end: usize, style: Style) -> Assignment {
        Assignment { name_start: self.start, name_end: self.end, start, end, style }
    }

    /// Whether the name is written as `--name` or `-name` at the start of a word.
    fn is_flag(&self, text: &[u8]) -> bool {
        text.get(self.start) == Some(&b'-')
            && self.before.is_none_or(|byte| byte.is_ascii_whitespace() || byte == b'"')
    }

    /// Whether only indentation, a list mark, `export` or a comment mark stand before the name on its line.
    fn starts_line(&self, text: &[u8]) -> bool {
        let before = text.get(..self.start).unwrap_or_default();
        let before = before.strip_suffix(b"export ").or(before.strip_suffix(b"ENV ")).unwrap_or(before);
        let mark = |byte: &u8| matches!(byte, b' ' | b'\t' | b'-' | b'#' | b'"' | b'\'' | b'*' | b'>' | b'$');
        before.iter().rev().take(GAP).find(|byte| !mark(byte)).is_none_or(|byte| *byte == b'\n')
    }
}

/// What closed the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closed {
    Nothing,
    Bracket,
    Quote,
}

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    Colon,
    Arrow,
    Comma,
    Call,
    Element,
    None,
}

/// A place in the text.
struct Cursor<'r, 't> {
    runs: &'r mut Runs<'t>,
    at: usize,
}

impl Cursor<'_, '_> {
    fn peek(&self) -> Option<u8> {
        self.runs.text().get(self.at).copied()
    }

    fn skip(&mut self, class: ClassId) -> usize {
        let length = self.runs.length(class, self.at, GAP);
        self.at += length;
        length
    }

    /// Skips the quotes and brackets that close a name: `"name"`, `\"name\"`, `map["name"]`, `name[]`, `**name**`.
    fn closers(&mut self) -> Closed {
        let mut closed = Closed::Nothing;
        for _ in 0..6 {
            match self.peek() {
                Some(b'"' | b'\'' | b'`') => closed = Closed::Quote,
                Some(b']') => closed = Closed::Bracket,
                Some(b'\\' | b'*') if closed == Closed::Nothing => {}
                Some(b'[')
                    if self
                        .runs
                        .text()
                        .get(self.at + 1)
                        .is_some_and(|byte| matches!(byte, b']' | b'0'..=b'9')) => {}
                Some(b'0'..=b'9') => {}
                _ => break,
            }
            self.at += 1;
        }
        closed
    }

    /// Skips an operator.
    fn operator(&mut self, closed: Closed, gap: usize) -> Option<Operator> {
        let text = self.runs.text();
        let rest = text.get(self.at..).unwrap_or_default();
        let (operator, length) = match rest {
            [b'=', b'>', ..] => (Operator::Arrow, 2),
            [b'=' | b'!', b'=', b'=', ..] => (Operator::Equals, 3),
            [b':' | b'=' | b'!' | b'?' | b'+', b'=', ..] => (Operator::Equals, 2),
            [b'=', ..] => (Operator::Equals, 1),
            [b':', b':', ..] => return None,
            [b':', ..] => (Operator::Colon, 1),
            [b',', ..] if closed == Closed::Quote => (Operator::Comma, 1),
            [b'(', ..] if gap == 0 && closed == Closed::Nothing => (Operator::Call, 1),
            [b'>', ..] if gap == 0 && closed == Closed::Nothing => (Operator::Element, 1),
            [b'v' | b'V', ..] if closed == Closed::Quote => (Operator::Equals, attribute(rest)?),
            _ if gap > 0 || closed == Closed::Nothing => (Operator::None, 0),
            _ => return None,
        };
        self.at += length;
        Some(operator)
    }
}

/// The length of `value=` after an attribute that holds the name: `<add key="password" value="...">`.
fn attribute(rest: &[u8]) -> Option<usize> {
    rest.get(..6).filter(|word| word.eq_ignore_ascii_case(b"value=")).map(<[u8]>::len)
}

/// Whether the line ends at `at`, white space and a comment aside.
fn line_ends(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let gap = rest.iter().take(GAP).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    matches!(rest.get(gap), None | Some(b'\n')) || (gap > 0 && rest.get(gap) == Some(&b'#'))
}
