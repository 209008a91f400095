//! The pattern language of the rule file: a sequence of literals and counted classes around one anchor.
//!
//! Greedy, never going back: the loader refuses a piece of variable length followed by one that could start with a
//! member of its class, so there is one way to read a text and a test costs its length once. No alternatives and no
//! options: a rule that needs two shapes has two patterns.

use std::ops::RangeInclusive;

use super::class::{ByteSet, ClassId, ClassTable, Runs};
use super::keywords::HEAD;

/// One step of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Exactly these bytes.
    Literal(Box<[u8]>),
    /// Between `min` and `max` bytes of a class; as many as there are when the two differ.
    Run { class: ClassId, min: usize, max: usize },
    /// Where the credential starts, when it is not the whole.
    Open,
    /// Where the credential ends, when it is not the whole.
    Close,
}

/// What a pattern found: `start..end` is the credential, `body` where its variable part begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) body: usize,
    pub(super) end: usize,
}

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Pieces before the anchor, nearest first.
    lead: Vec<Piece>,
    anchor: Box<[u8]>,
    /// Pieces after the anchor.
    tail: Vec<Piece>,
    /// The shortest and the longest text the tail can take.
    lengths: RangeInclusive<usize>,
    fold_case: bool,
}

/// Why a pattern could not be read: a sentence fragment with the offending text in backticks.
pub(super) type Fault = String;

/// A limit for `{n,}`: no credential is longer.
pub(super) const LONGEST: usize = 1 << 20;

impl Pattern {
    /// Reads a pattern with an anchor: the part in angle brackets, or else its first literal.
    pub(super) fn anchored(source: &str, fold_case: bool, classes: &mut ClassTable) -> Result<Self, Fault> {
        let (mut pieces, marked) = read(source, classes)?;
        refuse_ambiguous(&pieces, classes)?;
        let found = marked.or_else(|| pieces.iter().position(|piece| matches!(piece, Piece::Literal(_))));
        let Some(at) = found else {
            return Err(format!("no literal to search for in `{source}`"));
        };
        let tail = pieces.split_off(at + 1);
        let Some(Piece::Literal(anchor)) = pieces.pop() else {
            return Err(format!("the anchor is not a literal in `{source}`"));
        };
        if anchor.len() < 2 {
            return Err(format!("the anchor is shorter than two bytes in `{source}`"));
        }
        pieces.reverse();
        if pieces.iter().any(|piece| matches!(piece, Piece::Open | Piece::Close)) {
            return Err(format!("a mark before the anchor in `{source}`"));
        }
        let lengths = lengths(&tail);
        Ok(Self { lead: pieces, anchor, tail, lengths, fold_case })
    }

    /// Reads the pattern of an assigned value, which starts where the value starts.
    pub(super) fn whole(source: &str, classes: &mut ClassTable) -> Result<Self, Fault> {
        let (tail, _) = read(source, classes)?;
        refuse_ambiguous(&tail, classes)?;
        let lengths = lengths(&tail);
        Ok(Self { lead: Vec::new(), anchor: Box::default(), tail, lengths, fold_case: false })
    }

    /// The literal the scanner searches for.
    pub(super) fn anchor(&self) -> &[u8] {
        &self.anchor
    }

    /// Tests the pattern with its anchor at `at`, where the search for keywords found its head; boundaries included.
    pub(super) fn test(&self, runs: &mut Runs<'_>, at: usize) -> Option<Span> {
        // The byte before is the cheapest to test: a text of one letter ends here.
        let bordered = match self.lead.first() {
            None => self.is_bordered(runs.text(), at),
            Some(nearest) => may_end(nearest, runs, at),
        };
        if !bordered || !self.anchor_stands(runs.text(), at) {
            return None;
        }
        // The tail first: runs ahead are remembered, those of the lead are counted anew at every anchor.
        let mut span = self.tail_span(runs, at, at + self.anchor.len())?;
        if !self.lead.is_empty() {
            let start = self.lead_start(runs, at)?;
            if span.start == at {
                span.start = start;
            }
            span.body = span.start;
        }
        Some(span)
    }

    /// Whether the anchor, of which the search for keywords compared the head, stands at `at`.
    fn anchor_stands(&self, text: &[u8], at: usize) -> bool {
        if self.fold_case {
            tail_stands(text, at, &self.anchor)
        } else {
            literal_at(text, at, &self.anchor, false)
        }
    }

    /// Whether the pattern fills the value from `at` to `end`, whatever stands around it.
    pub(super) fn fills(&self, runs: &mut Runs<'_>, at: usize, end: usize) -> bool {
        // The length alone turns most values down, and no text is read for it.
        end.checked_sub(at).is_some_and(|length| self.lengths.contains(&length))
            && self.walk(runs, at, at).is_some_and(|(_, stop, _)| stop == end)
    }

    /// Walks the lead backwards and checks the left boundary.
    fn lead_start(&self, runs: &Runs<'_>, at: usize) -> Option<usize> {
        let text = runs.text();
        let mut start = at;
        for piece in &self.lead {
            match piece {
                Piece::Literal(literal) => {
                    start = start.checked_sub(literal.len())?;
                    if !literal_at(text, start, literal, self.fold_case) {
                        return None;
                    }
                }
                Piece::Run { class, min, max } => {
                    let mut length = 0;
                    while length < *max
                        && length < start
                        && runs.table().has(*class, text[start - length - 1])
                    {
                        length += 1;
                    }
                    if length < *min {
                        return None;
                    }
                    start -= length;
                }
                Piece::Open | Piece::Close => return None,
            }
        }
        self.is_bordered(text, start).then_some(start)
    }

    /// Whether a text of this pattern may start at `at`: one that begins with a sign of its own needs no border.
    fn is_bordered(&self, text: &[u8], at: usize) -> bool {
        let first = match self.lead.last() {
            Some(Piece::Literal(literal)) => literal.first(),
            Some(Piece::Run { .. } | Piece::Open | Piece::Close) => None,
            None => self.anchor.first(),
        };
        first.is_some_and(|byte| !is_word(*byte)) || left_is_free(text, at)
    }

    /// Walks the tail forwards and checks the right boundary.
    fn tail_span(&self, runs: &mut Runs<'_>, start: usize, from: usize) -> Option<Span> {
        let (span, at, last) = self.walk(runs, start, from)?;
        let next = runs.text().get(at).copied();
        let goes_on = next.is_some_and(|byte| match last {
            Some(class) => runs.table().has(class, byte) || byte.is_ascii_alphanumeric(),
            None => false,
        });
        (!goes_on).then_some(span)
    }

    /// Walks the tail forwards: the credential, where the pattern ends, and the class of its last piece.
    fn walk(&self, runs: &mut Runs<'_>, start: usize, from: usize) -> Option<(Span, usize, Option<ClassId>)> {
        let mut span = Span { start, body: from, end: 0 };
        let mut at = from;
        let mut closed = None;
        let mut last = None;
        for piece in &self.tail {
            match piece {
                Piece::Literal(literal) => {
                    if !literal_at(runs.text(), at, literal, self.fold_case) {
                        return None;
                    }
                    at += literal.len();
                    last = None;
                }
                Piece::Run { class, min, max } => {
                    let fixed = min == max;
                    let length = runs.length(*class, at, if fixed { *max } else { max + 1 });
                    if length < *min || length > *max {
                        return None;
                    }
                    at += length;
                    last = Some(*class);
                }
                Piece::Open => span = Span { start: at, body: at, end: 0 },
                Piece::Close => closed = Some(at),
            }
        }
        span.end = closed.unwrap_or(at);
        Some((span, at, last))
    }

    /// The pieces in reading order with their classes spelled out, for the generator of the tests.
    pub(super) fn shapes(&self, classes: &ClassTable) -> Vec<Shape> {
        let anchor = Piece::Literal(self.anchor.clone());
        let pieces = self.lead.iter().rev().chain(Some(&anchor)).chain(&self.tail);
        pieces
            .map(|piece| match piece {
                Piece::Literal(bytes) => Shape::Literal(bytes.to_vec()),
                Piece::Run { class, min, max } => {
                    Shape::Run { bytes: classes.set(*class).bytes().collect(), min: *min, max: *max }
                }
                Piece::Open => Shape::Open,
                Piece::Close => Shape::Close,
            })
            .collect()
    }
}

/// A piece of a pattern as anyone may read it: what a text of this rule looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Exactly these bytes.
    Literal(Vec<u8>),
    /// Between `min` and `max` of these bytes.
    Run {
        /// The bytes allowed, in rising order.
        bytes: Vec<u8>,
        /// The least number of them.
        min: usize,
        /// The greatest number of them.
        max: usize,
    },
    /// The credential starts here.
    Open,
    /// The credential ends here.
    Close,
}

/// Whether the bytes of `literal` stand at `at`.
pub(super) fn literal_at(text: &[u8], at: usize, literal: &[u8], fold_case: bool) -> bool {
    let found = at.checked_add(literal.len()).and_then(|end| text.get(at..end));
    // Short ones byte by byte: a call of the library's comparison costs more than they do.
    found.is_some_and(|found| {
        if fold_case {
            found.iter().zip(literal).all(|(a, b)| a.eq_ignore_ascii_case(b))
        } else if literal.len() <= HEAD {
            found.iter().zip(literal).all(|(a, b)| a == b)
        } else {
            found == literal
        }
    })
}

/// Whether what the search for keywords did not compare of `word`, found at `at`, stands there too, whatever its case.
pub(super) fn tail_stands(text: &[u8], at: usize, word: &[u8]) -> bool {
    word.get(HEAD..).is_none_or(|tail| literal_at(text, at + HEAD, tail, true))
}

/// Whether a credential may start at `at`: the byte before is no word byte, or it ends an escape such as `\n`, `%3D`
/// or `\u003d` that was not decoded.
pub(super) fn left_is_free(text: &[u8], at: usize) -> bool {
    let Some(before) = text.get(..at) else {
        return false;
    };
    match before {
        [] | [.., b'\\', b'n' | b't' | b'r'] => true,
        [.., last] if !is_word(*last) => true,
        [.., b'%', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        [.., b'\\', b'u', a, b, c, d] => [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()),
        _ => false,
    }
}

/// Whether `byte` can be in the middle of a name.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Reads the pieces and the index of the one in angle brackets.
fn read(source: &str, classes: &mut ClassTable) -> Result<(Vec<Piece>, Option<usize>), Fault> {
    let mut pieces = Vec::new();
    let mut marked = None;
    let mut literal = Vec::new();
    let mut rest = source.bytes();
    while let Some(byte) = rest.next() {
        let is_piece = matches!(byte, b'[' | b'(' | b')' | b'<' | b'>');
        if is_piece && !literal.is_empty() {
            if byte == b'>' {
                marked = Some(pieces.len());
            }
            pieces.push(Piece::Literal(std::mem::take(&mut literal).into_boxed_slice()));
        }
        match byte {
            b'[' => pieces.push(read_run(&mut rest, classes).map_err(|why| format!("{why} in `{source}`"))?),
            b'(' => pieces.push(Piece::Open),
            b')' => pieces.push(Piece::Close),
            b'<' | b'>' => {}
            b'\\' => literal.extend(rest.next().map(escaped)),
            _ => literal.push(byte),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal.into_boxed_slice()));
    }
    Ok((pieces, marked))
}

/// The byte an escape stands for.
fn escaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b's' => b' ',
        other => other,
    }
}

/// Reads a class after its opening bracket, and its count.
fn read_run(rest: &mut std::str::Bytes<'_>, classes: &mut ClassTable) -> Result<Piece, Fault> {
    let mut set = ByteSet::default();
    let mut invert = false;
    let mut pending: Option<u8> = None;
    let mut first = true;
    loop {
        let Some(byte) = rest.next() else {
            return Err("a class without an end".to_owned());
        };
        match byte {
            b']' => break,
            b'^' if first => invert = true,
            b'-' if pending.is_some() && rest.clone().next() != Some(b']') => {
                let last = rest
                    .next()
                    .map(|byte| if byte == b'\\' { rest.next().map_or(byte, escaped) } else { byte });
                if let (Some(low), Some(high)) = (pending.take(), last) {
                    set.add(low, high);
                }
            }
            _ => {
                let plain = if byte == b'\\' { rest.next().map_or(byte, escaped) } else { byte };
                set.add(plain, plain);
                pending = Some(plain);
            }
        }
        first = false;
    }
    if invert {
        set = set.inverted();
    }
    if set.is_empty() {
        return Err("an empty class".to_owned());
    }
    let (min, max) = read_count(rest)?;
    let class = classes.intern(set).ok_or_else(|| "too many classes".to_owned())?;
    Ok(Piece::Run { class, min, max })
}

/// Reads `{n}`, `{n,}` or `{n,m}`; nothing means one.
fn read_count(rest: &mut std::str::Bytes<'_>) -> Result<(usize, usize), Fault> {
    if rest.clone().next() != Some(b'{') {
        return Ok((1, 1));
    }
    let inside: Vec<u8> = rest.by_ref().skip(1).take_while(|byte| *byte != b'}').collect();
    let inside = String::from_utf8_lossy(&inside).into_owned();
    let (low, high) = inside.split_once(',').unwrap_or((&inside, &inside));
    let number = |text: &str| text.parse::<usize>().map_err(|_| format!("the count `{inside}` is no number"));
    let min = number(low)?;
    let max = if high.is_empty() { LONGEST } else { number(high)? };
    if min > max || max > LONGEST {
        return Err(format!("the count `{inside}` is in the wrong order or too large"));
    }
    Ok((min, max))
}

/// Whether `piece` can end at `at`, as far as its last byte says.
fn may_end(piece: &Piece, runs: &Runs<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|last| runs.text().get(last));
    match piece {
        Piece::Run { class, min: 1.., .. } => before.is_some_and(|byte| runs.table().has(*class, *byte)),
        Piece::Run { .. } | Piece::Literal(_) | Piece::Open | Piece::Close => true,
    }
}

/// The shortest and the longest text the pieces can take.
fn lengths(pieces: &[Piece]) -> RangeInclusive<usize> {
    let bounds = pieces.iter().map(|piece| match piece {
        Piece::Literal(bytes) => (bytes.len(), bytes.len()),
        Piece::Run { min, max, .. } => (*min, *max),
        Piece::Open | Piece::Close => (0, 0),
    });
    let (least, most) = bounds.fold((0, 0), |(least, most), (min, max)| (least + min, most + max));
    least..=most
}

/// Refuses a piece of variable length when a piece after it could take from it.
fn refuse_ambiguous(pieces: &[Piece], classes: &ClassTable) -> Result<(), Fault> {
    let real: Vec<&Piece> =
        pieces.iter().filter(|piece| !matches!(piece, Piece::Open | Piece::Close)).collect();
    for (at, piece) in real.iter().enumerate() {
        let Piece::Run { class, min, max } = piece else {
            continue;
        };
        if min == max {
            continue;
        }
        let set = classes.set(*class);
        for next in real.iter().skip(at + 1) {
            let (clash, may_be_empty) = match next {
                Piece::Literal(bytes) => (bytes.first().is_some_and(|byte| set.has(*byte)), false),
                Piece::Run { class, min, .. } => (set.meets(classes.set(*class)), *min == 0),
                Piece::Open | Piece::Close => (false, true),
            };
            if clash {
                return Err("a piece of variable length followed by one it could swallow".to_owned());
            }
            if !may_be_empty {
                break;
            }
        }
    }
    Ok(())
}
