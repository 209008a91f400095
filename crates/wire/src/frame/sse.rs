//! Server-sent events, read: the event stream format of the WHATWG HTML standard (section 9.2.6), with limits it
//! does not have. Invalid UTF-8 is an error of its event here, where a browser would put U+FFFD into a message.

pub use super::sse_encode::{comment, encode};

/// An event as it is dispatched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event's type; `message` unless the stream named another.
    pub event: &'a str,
    /// The data; lines are joined by line feeds.
    pub data: &'a str,
    /// The `id` field of this very event. [`Events::last_id`] remembers it beyond the event.
    pub id: Option<&'a str>,
    /// The `retry` field of this very event, in milliseconds.
    pub retry_ms: Option<u64>,
}

/// An event that cannot be read. Decoding goes on after the event's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SseError {
    /// A line of the event is longer than the limit.
    #[error("event stream line of more than {limit} bytes")]
    LineTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// The event is larger than the limit.
    #[error("event of more than {limit} bytes")]
    EventTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// A line of the event is not UTF-8.
    #[error("event with invalid UTF-8")]
    InvalidUtf8,
    /// The stream ended inside an event (which, by the standard, is then not dispatched).
    #[error("stream ended inside an event, after {length} bytes of data")]
    Truncated {
        /// Bytes of data read for the unfinished event.
        length: usize,
    },
}

/// What one event may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SseLimits {
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Bytes of all fields of one event together.
    pub event_bytes: usize,
}

/// An incremental reader of an event stream.
///
/// ```
/// use portcullis_wire::frame::sse::{Events, SseLimits};
///
/// let mut events = Events::new(SseLimits { line_bytes: 1024, event_bytes: 4096 });
/// let mut input = b"id: 7\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n".as_slice();
/// let event = events.next(&mut input).unwrap()?;
/// assert_eq!((event.event, event.data, event.id), ("message", "{\"a\":\n1}", Some("7")));
/// assert!(events.next(&mut input).is_none());
/// # Ok::<(), portcullis_wire::frame::sse::SseError>(())
/// ```
#[derive(Debug)]
pub struct Events {
    limits: SseLimits,
    line: Vec<u8>,
    /// The last line ended with a carriage return: a line feed that comes next belongs to it.
    skip_line_feed: bool,
    is_at_start: bool,
    event: String,
    /// Each data line ends with a line feed, so this is empty only while there was no data field.
    data: String,
    id: Option<String>,
    retry_ms: Option<u64>,
    last_id: String,
    failure: Option<SseError>,
    comments: u64,
    is_spent: bool,
}

impl Events {
    /// A reader at the start of a stream.
    #[must_use]
    pub const fn new(limits: SseLimits) -> Self {
        Self {
            limits,
            line: Vec::new(),
            skip_line_feed: false,
            is_at_start: true,
            event: String::new(),
            data: String::new(),
            id: None,
            retry_ms: None,
            last_id: String::new(),
            failure: None,
            comments: 0,
            is_spent: false,
        }
    }

    /// Takes bytes off the front of `input` up to the end of the next event and returns it. `None` means that all
    /// of `input` was taken and more is needed. Events without data are not dispatched, as the standard says.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Result<Event<'_>, SseError>> {
        if self.is_spent {
            self.start_event();
        }
        loop {
            let ended = self.take_line(input)?;
            if !ended {
                return None;
            }
            if self.end_line() {
                if let Some(failure) = self.failure {
                    self.is_spent = true;
                    return Some(Err(failure));
                }
                // Only an event that could be read moves the place to resume from.
                if let Some(id) = &self.id {
                    id.clone_into(&mut self.last_id);
                }
                if !self.data.is_empty() {
                    break;
                }
                self.start_event();
            }
        }
        self.is_spent = true;
        // The joining line feed after the last line is not part of the data.
        let data = self.data.strip_suffix('\n').unwrap_or(&self.data);
        let event = if self.event.is_empty() { "message" } else { &self.event };
        Some(Ok(Event { event, data, id: self.id.as_deref(), retry_ms: self.retry_ms }))
    }

    /// To be called once the stream has ended: an error if it ended inside an event.
    pub fn finish(&mut self) -> Option<SseError> {
        if self.is_spent {
            self.start_event();
        }
        let is_inside = !self.data.is_empty() || !self.line.is_empty() || self.failure.is_some();
        let length = self.data.len();
        self.start_event();
        self.line = Vec::new();
        is_inside.then_some(SseError::Truncated { length })
    }

    /// The last event id of the stream (empty at first), to resume from in the legacy era.
    #[must_use]
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    /// How many comment lines were read; servers send them to keep a connection alive.
    #[must_use]
    pub const fn comments(&self) -> u64 {
        self.comments
    }

    /// How many bytes are held for an event that is not finished.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.line.len() + self.data.len() + self.event.len() + self.id.as_ref().map_or(0, String::len)
    }

    fn start_event(&mut self) {
        self.is_spent = false;
        self.failure = None;
        self.event.clear();
        self.data.clear();
        self.data.shrink_to(KEEP_BUFFER_BYTES);
        self.id = None;
        self.retry_ms = None;
    }

    /// Moves bytes of the current line over from `input`; whether the line ended. Nothing if `input` is empty.
    fn take_line(&mut self, input: &mut &[u8]) -> Option<bool> {
        if self.skip_line_feed && !input.is_empty() {
            self.skip_line_feed = false;
            *input = input.strip_prefix(b"\n").unwrap_or(input);
        }
        if input.is_empty() {
            return None;
        }
        let end = memchr::memchr2(b'\n', b'\r', input);
        let (piece, rest) = input.split_at_checked(end.unwrap_or(input.len()))?;
        let room = self.limits.line_bytes.saturating_add(BYTE_ORDER_MARK.len());
        if self.failure.is_none() && self.line.len().saturating_add(piece.len()) > room {
            self.fail(SseError::LineTooLong { limit: self.limits.line_bytes });
        }
        if self.failure.is_none() {
            self.line.extend_from_slice(piece);
        } else if !piece.is_empty() && self.line.is_empty() {
            // INVARIANT: while failing, the line holds one byte if and only if it is not blank.
            self.line.push(b'x');
        }
        self.skip_line_feed = rest.first() == Some(&b'\r');
        *input = rest.get(1..).unwrap_or_default();
        Some(end.is_some())
    }

    /// Works on the line that has just ended; whether it was the blank line that ends an event.
    fn end_line(&mut self) -> bool {
        let mut line = std::mem::take(&mut self.line);
        let mut content = line.as_slice();
        if std::mem::replace(&mut self.is_at_start, false) {
            content = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
        }
        let is_blank = content.is_empty();
        if !is_blank && self.failure.is_none() {
            if content.len() > self.limits.line_bytes {
                self.fail(SseError::LineTooLong { limit: self.limits.line_bytes });
            } else {
                match std::str::from_utf8(content) {
                    Ok(text) => self.field(text),
                    Err(_) => self.fail(SseError::InvalidUtf8),
                }
            }
        }
        line.clear();
        line.shrink_to(KEEP_BUFFER_BYTES);
        self.line = line;
        is_blank
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name.is_empty() {
            self.comments = self.comments.saturating_add(1);
            return;
        }
        let value = value.strip_prefix(' ').unwrap_or(value);
        if self.data.len().saturating_add(value.len()) > self.limits.event_bytes {
            self.fail(SseError::EventTooLong { limit: self.limits.event_bytes });
            return;
        }
        match name {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry_ms = value.parse().ok();
            }
            _ => {}
        }
    }

    fn fail(&mut self, failure: SseError) {
        self.failure = Some(failure);
        self.data = String::new();
        let was_blank = self.line.is_empty();
        self.line = if was_blank { Vec::new() } else { vec![b'x'] };
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Buffers larger than this are given back once their event is done.
const KEEP_BUFFER_BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(limits: SseLimits, chunks: &[&[u8]]) -> Vec<String> {
        let mut events = Events::new(limits);
        let mut seen = Vec::new();
        for chunk in chunks {
            let mut input = *chunk;
            while let Some(event) = events.next(&mut input) {
                seen.push(match event {
                    Ok(Event { event, data, id, retry_ms }) => {
                        format!("{event} {data:?} {id:?} {retry_ms:?}")
                    }
                    Err(error) => error.to_string(),
                });
            }
            assert!(input.is_empty());
        }
        seen.extend(events.finish().map(|error| error.to_string()));
        seen.push(format!("last {:?} comments {}", events.last_id(), events.comments()));
        seen
    }

    fn check(stream: &[u8], expected: &[&str]) {
        let limits = SseLimits { line_bytes: 40, event_bytes: 60 };
        assert_eq!(read(limits, &[stream]), expected);
        for size in 1..7 {
            let chunks: Vec<&[u8]> = stream.chunks(size).collect();
            assert_eq!(read(limits, &chunks), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn fields_and_line_ends_of_the_standard() {
        check(
            b"\xEF\xBB\xBFdata: a\rdata:b\r\ndata\n\n: note\n\nevent: x\nid: 1\nretry: 50\ndata:  c\r\r\
              id: a\0b\ndata: d\nretry: 5x\nunknown: y\n\nid\ndata: e\n\nevent: dropped\n\ndata: f\n\n\n",
            &[
                "message \"a\\nb\\n\" None None",
                "x \" c\" Some(\"1\") Some(50)",
                "message \"d\" None None",
                "message \"e\" Some(\"\") None",
                "message \"f\" None None",
                "last \"\" comments 1",
            ],
        );
    }

    #[test]
    fn a_bad_event_is_reported_and_the_next_one_is_read() {
        let long = "x".repeat(41);
        let big = format!("data: {}\n", "y".repeat(30)).repeat(3);
        let stream = format!("data: {long}\ndata: z\n\ndata: a\n\n{big}\ndata: b\n\ndata: ");
        let mut bytes = stream.into_bytes();
        bytes.extend_from_slice(b"\xFF\xFE\nevent: y\n\ndata: c\n\ndata: d\n");
        check(
            &bytes,
            &[
                "event stream line of more than 40 bytes",
                "message \"a\" None None",
                "event of more than 60 bytes",
                "message \"b\" None None",
                "event with invalid UTF-8",
                "message \"c\" None None",
                "stream ended inside an event, after 2 bytes of data",
                "last \"\" comments 0",
            ],
        );
    }

    #[test]
    fn an_endless_event_is_not_kept() {
        let mut events = Events::new(SseLimits { line_bytes: 100, event_bytes: 1000 });
        for _ in 0..10_000 {
            assert!(events.next(&mut b"data: 0123456789\n".as_slice()).is_none());
            assert!(events.held_bytes() < 1200);
        }
        let mut input = vec![b'z'; 100_000];
        assert!(events.next(&mut input.as_slice()).is_none());
        assert!(events.held_bytes() < 1200);
        input = b"\n\ndata: next\n\n".to_vec();
        let mut input = input.as_slice();
        assert_eq!(events.next(&mut input), Some(Err(SseError::EventTooLong { limit: 1000 })));
        assert_eq!(events.next(&mut input).unwrap().unwrap().data, "next");
    }
}
