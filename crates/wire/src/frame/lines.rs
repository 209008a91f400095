//! Newline framing: one message a line, as on the stdio of MCP servers and plugins. A line that lies whole in the
//! pushed bytes is handed out without a copy. It checks what a line is (length, UTF-8, no NUL, no byte order mark),
//! not what it says.

/// How much of a line that was dropped is kept, to find the id to answer with.
pub const HEAD_BYTES: usize = 1024;

/// Buffers larger than this are given back once their line is done.
const KEEP_BUFFER_BYTES: usize = 256 * 1024;

/// A line that cannot be a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct LineError<'a> {
    /// What is wrong.
    pub kind: LineErrorKind,
    /// The line without its end, or its first [`HEAD_BYTES`] at most if it was too long to keep.
    pub line: &'a [u8],
    /// Whether `line` is all of it.
    pub is_whole: bool,
}

/// The ways a line fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineErrorKind {
    /// Longer than the decoder's limit.
    #[error("line of {length} bytes is over the limit of {limit}")]
    TooLong {
        /// Bytes seen, without the line's end.
        length: u64,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("invalid UTF-8 at byte {offset}")]
    InvalidUtf8 {
        /// The first byte that is not part of a character.
        offset: usize,
    },
    /// Holds a NUL.
    #[error("NUL at byte {offset}")]
    Nul {
        /// Where the first one is.
        offset: usize,
    },
    /// Starts with a byte order mark.
    #[error("byte order mark at the start of a line")]
    ByteOrderMark,
    /// The stream ended before the line did.
    #[error("stream ended inside a line, after {length} bytes")]
    Truncated {
        /// Bytes of the unfinished line.
        length: u64,
    },
}

/// An incremental splitter of a byte stream into lines.
///
/// ```
/// use portcullis_wire::frame::lines::Lines;
///
/// let mut lines = Lines::new(1024);
/// let mut seen = Vec::new();
/// for chunk in [b"{\"a\"".as_slice(), b":1}\r\n\n{}\n{"] {
///     let mut input = chunk;
///     while let Some(line) = lines.next(&mut input) {
///         seen.push(line.map(str::to_owned).map_err(|error| error.to_string()));
///     }
/// }
/// assert_eq!(seen, [Ok("{\"a\":1}".to_owned()), Ok("{}".to_owned())]);
/// assert_eq!(lines.finish().unwrap().to_string(), "stream ended inside a line, after 1 bytes");
/// ```
#[derive(Debug)]
pub struct Lines {
    limit: usize,
    /// The line so far; of a line over the limit only its head.
    held: Vec<u8>,
    /// Bytes of the line so far, kept or not.
    length: u64,
    /// The line is over the limit, what follows is dropped.
    is_over: bool,
    ends_with_return: bool,
    /// What `held` holds was handed out and must go before anything is added.
    is_spent: bool,
}

impl Lines {
    /// A splitter that refuses lines of more than `limit` bytes, their end not counted. Whatever is pushed, it holds
    /// no more than `limit` and [`HEAD_BYTES`] bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, held: Vec::new(), length: 0, is_over: false, ends_with_return: false, is_spent: false }
    }

    /// Takes bytes off the front of `input` up to the end of the next line and returns that line, or the reason it
    /// is not a frame. `None` means that all of `input` was taken and more is needed. Blank lines are skipped.
    pub fn next<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8]) -> Option<Result<&'s str, LineError<'s>>> {
        loop {
            self.drop_spent();
            let Some(end) = memchr::memchr(b'\n', input) else {
                self.hold(input);
                *input = &[];
                return None;
            };
            let (piece, rest) = input.split_at_checked(end)?;
            *input = rest.get(1..).unwrap_or_default();
            if self.length == 0 {
                if is_skipped(piece, self.limit) {
                    continue;
                }
                return Some(check(piece, self.limit));
            }
            self.hold(piece);
            self.is_spent = true;
            if self.is_over {
                return Some(Err(self.too_long()));
            }
            if !is_skipped(&self.held, self.limit) {
                return Some(check(&self.held, self.limit));
            }
        }
    }

    /// To be called once the stream has ended: an error if it ended inside a line.
    pub fn finish(&mut self) -> Option<LineError<'_>> {
        self.drop_spent();
        if !self.is_over && is_blank(&self.held) {
            return None;
        }
        self.is_spent = true;
        let kind = LineErrorKind::Truncated { length: self.length };
        Some(LineError {
            kind,
            line: head(&self.held),
            is_whole: self.held.len() <= HEAD_BYTES && !self.is_over,
        })
    }

    /// Whether the line being read is over the limit already, and how long it is so far: a caller that will not
    /// wait for its end can act on it.
    #[must_use]
    pub const fn over_limit(&self) -> Option<u64> {
        if self.is_over && !self.is_spent { Some(self.length) } else { None }
    }

    /// How many bytes are held for a line that is not finished.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        if self.is_spent { 0 } else { self.held.len() }
    }

    fn too_long(&self) -> LineError<'_> {
        let (line, length) = match self.held.split_last() {
            // The line's end is a carriage return and a line feed; the return is held only if the whole line is.
            Some((_, line)) if self.ends_with_return && whole_length(&self.held) == self.length => {
                (line, self.length - 1)
            }
            _ => (self.held.as_slice(), self.length.saturating_sub(u64::from(self.ends_with_return))),
        };
        over(line, length, self.limit)
    }

    fn drop_spent(&mut self) {
        if self.is_spent {
            self.is_spent = false;
            self.is_over = false;
            self.ends_with_return = false;
            self.length = 0;
            self.held.clear();
            if self.held.capacity() > KEEP_BUFFER_BYTES {
                self.held = Vec::new();
            }
        }
    }

    /// Adds a piece to the line; past the limit it is counted and, beyond the head, dropped.
    fn hold(&mut self, piece: &[u8]) {
        let Some(last) = piece.last() else { return };
        self.ends_with_return = *last == b'\r';
        self.length = self.length.saturating_add(whole_length(piece));
        // One byte more than the limit may be the carriage return of the line's end.
        let fits = self.held.len().saturating_add(piece.len()) <= self.limit.saturating_add(1);
        if !self.is_over && fits {
            self.held.extend_from_slice(piece);
            return;
        }
        self.is_over = true;
        let room = HEAD_BYTES.saturating_sub(self.held.len());
        self.held.extend_from_slice(piece.get(..room).unwrap_or(piece));
        if self.held.len() > HEAD_BYTES {
            self.held.truncate(HEAD_BYTES);
            self.held.shrink_to_fit();
        }
    }
}

fn whole_length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// A blank line is skipped, unless it is too long to be anything but an attack.
fn is_skipped(line: &[u8], limit: usize) -> bool {
    line.len() <= limit.saturating_add(1) && is_blank(line) && without_return(line).len() <= limit
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn head(line: &[u8]) -> &[u8] {
    line.get(..HEAD_BYTES).unwrap_or(line)
}

fn over(line: &[u8], length: u64, limit: usize) -> LineError<'_> {
    let is_whole = whole_length(line) == length && line.len() <= HEAD_BYTES;
    LineError { kind: LineErrorKind::TooLong { length, limit }, line: head(line), is_whole }
}

/// Checks a whole line, its line feed already gone.
fn check(line: &[u8], limit: usize) -> Result<&str, LineError<'_>> {
    let line = without_return(line);
    if line.len() > limit {
        return Err(over(line, whole_length(line), limit));
    }
    let refuse = |kind| Err(LineError { kind, line, is_whole: true });
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            return refuse(LineErrorKind::InvalidUtf8 { offset: error.valid_up_to() });
        }
    };
    if text.starts_with('\u{FEFF}') {
        return refuse(LineErrorKind::ByteOrderMark);
    }
    match memchr::memchr(0, line) {
        Some(offset) => refuse(LineErrorKind::Nul { offset }),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(limit: usize, chunks: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::new(limit);
        let mut seen = Vec::new();
        for chunk in chunks {
            let mut input = *chunk;
            while let Some(line) = lines.next(&mut input) {
                seen.push(match line {
                    Ok(line) => format!("ok {line}"),
                    Err(error) => format!("{error} ({} whole={})", error.line.escape_ascii(), error.is_whole),
                });
            }
        }
        seen.extend(lines.finish().map(|error| format!("end: {error}")));
        seen
    }

    #[test]
    fn bad_lines_are_reported_and_the_next_one_is_read() {
        let stream = b"{}\nabc\xFFd\n\xEF\xBB\xBF{}\na\0b\n 123456789\n\n \t\r\nlast one\r\nhalf";
        let expected = [
            "ok {}",
            "invalid UTF-8 at byte 3 (abc\\xffd whole=true)",
            "byte order mark at the start of a line (\\xef\\xbb\\xbf{} whole=true)",
            "NUL at byte 1 (a\\x00b whole=true)",
            "line of 10 bytes is over the limit of 8 ( 123456789 whole=true)",
            "ok last one",
            "end: stream ended inside a line, after 4 bytes",
        ];
        assert_eq!(read(8, &[stream]), expected);
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(read(8, &single), expected);
    }

    #[test]
    fn an_endless_line_is_counted_not_kept() {
        let mut lines = Lines::new(4096);
        let chunk = vec![b'x'; 3000];
        for round in 1..=1000u64 {
            assert!(lines.next(&mut chunk.as_slice()).is_none());
            assert!(lines.held_bytes() <= 4097, "round {round}");
            assert!(lines.held.capacity() <= 4 * 4096, "round {round}");
            assert_eq!(lines.over_limit(), if round > 1 { Some(round * 3000) } else { None });
        }
        let mut input = b"\r\nnext\n".as_slice();
        let error = lines.next(&mut input).unwrap().unwrap_err();
        assert_eq!(error.kind, LineErrorKind::TooLong { length: 3_000_000, limit: 4096 });
        assert_eq!(error.line, &chunk[..HEAD_BYTES]);
        assert!(!error.is_whole);
        assert_eq!(lines.next(&mut input), Some(Ok("next")));
        assert_eq!(lines.over_limit(), None);
    }

    #[test]
    fn a_whole_line_is_not_copied() {
        let mut lines = Lines::new(100);
        let chunk = b"{\"whole\":1}\nrest".as_slice();
        let mut input = chunk;
        let line = lines.next(&mut input).unwrap().unwrap();
        assert!(std::ptr::eq(line.as_ptr(), chunk.as_ptr()));
        assert_eq!(lines.held.capacity(), 0);
    }
}
