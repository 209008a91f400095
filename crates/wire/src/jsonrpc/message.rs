//! One frame to one message: which of the four kinds it is, decided strictly. What could be read as two kinds, or
//! by another decoder as something else, is refused.

use std::borrow::Cow;

use super::fold::case_variant;
use super::id::{OwnedId, RawId};
use super::refusal::{Refusal, Shape, code};
use crate::json::{self, Document, EditError, Edits, Kind, Limits, Outlined, Value};

/// Whether arrays of messages are taken. Only revision 2025-03-26 has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// An array is refused.
    Refuse,
    /// An array of at most so many messages is taken apart.
    Accept {
        /// The most messages in one array.
        most: usize,
    },
}

/// What a frame may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Limits of the text.
    pub json: Limits,
    /// Whether arrays are taken.
    pub batch: Batch,
}

impl Default for Rules {
    fn default() -> Self {
        Self { json: Limits::DEFAULT, batch: Batch::Refuse }
    }
}

/// The longest method name that is taken, in bytes as written.
pub const LONGEST_METHOD_BYTES: usize = 256;

/// What a frame holds.
#[derive(Debug, Clone)]
pub enum Frame<'a> {
    /// One message.
    Message(Message<'a>),
    /// The messages of an array in order, each taken or refused by itself.
    Batch(Vec<Result<Message<'a>, Refusal>>),
}

/// A message whose whole text was accepted: it may be sent on as it is.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    document: Document<'a>,
    kind: MessageKind<'a>,
}

/// The kinds of message.
#[derive(Debug, Clone)]
pub enum MessageKind<'a> {
    /// Wants an answer.
    Request {
        /// To answer with.
        id: RawId<'a>,
        /// What is asked for, decoded.
        method: Cow<'a, str>,
    },
    /// Wants none.
    Notification {
        /// What is told, decoded.
        method: Cow<'a, str>,
    },
    /// Answers a request.
    Result {
        /// Of the request.
        id: RawId<'a>,
        /// An object.
        result: Value<'a>,
    },
    /// Answers a request that failed, or (without id) a message that could not be read.
    Error {
        /// Of the request; nothing if the member is absent or null.
        id: Option<RawId<'a>>,
        /// The error's code.
        code: i64,
        /// The error's message, decoded.
        message: Cow<'a, str>,
        /// More about it, if there is any.
        data: Option<Value<'a>>,
    },
}

/// Reads one frame.
///
/// ```
/// use portcullis_wire::jsonrpc::{Frame, MessageKind, Rules, parse};
///
/// let Frame::Message(message) = parse(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, Rules::default())? else {
///     unreachable!("arrays are refused by default")
/// };
/// assert!(matches!(message.kind(), MessageKind::Request { method, .. } if method == "ping"));
///
/// let twice = br#"{"jsonrpc":"2.0","id":"x","method":"a","params":{"name":1,"name":2}}"#;
/// let refusal = parse(twice, Rules::default()).unwrap_err();
/// assert_eq!(
///     refusal.answer().as_deref(),
///     Some(r#"{"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"duplicate key `name` at byte 58"}}"#)
/// );
/// # Ok::<(), portcullis_wire::jsonrpc::Refusal>(())
/// ```
pub fn parse(frame: &[u8], rules: Rules) -> Result<Frame<'_>, Refusal> {
    let document = json::scan(frame, rules.json).map_err(|error| Refusal::of_json(&error, frame))?;
    if document.root().kind() != Kind::Array {
        return classify(document).map(Frame::Message);
    }
    let Batch::Accept { most } = rules.batch else {
        return Err(unreadable("a batch of messages is taken in revision 2025-03-26 only"));
    };
    let items = document.root().items();
    let count = items.clone().take(most.saturating_add(1)).count();
    if count == 0 {
        return Err(unreadable("an empty batch"));
    }
    if count > most {
        return Err(unreadable(format!("a batch of more than {most} messages")));
    }
    // Each item is scanned again by itself, so that it has its own outline and can be sent on alone.
    Ok(Frame::Batch(items.map(|item| classify_text(item.raw(), rules.json)).collect()))
}

/// Reads one frame that must be a single message.
pub fn parse_one(frame: &[u8], limits: Limits) -> Result<Message<'_>, Refusal> {
    match parse(frame, Rules { json: limits, batch: Batch::Refuse })? {
        Frame::Message(message) => Ok(message),
        Frame::Batch(_) => Err(unreadable("a batch of messages")),
    }
}

fn unreadable(message: impl Into<String>) -> Refusal {
    Refusal::new(None, code::INVALID_REQUEST, message, Shape::Unknown)
}

impl<'a> Message<'a> {
    /// Which kind of message it is.
    #[must_use]
    pub const fn kind(&self) -> &MessageKind<'a> {
        &self.kind
    }

    /// The message as it was read (for an item of a batch: that item).
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.document.text()
    }

    /// The message as one line, ready for newline framing; borrowed unless it had line breaks between values.
    #[must_use]
    pub fn line(&self) -> Cow<'a, str> {
        json::on_one_line(self.document.root().raw())
    }

    /// The whole object.
    #[must_use]
    pub const fn root(&self) -> Value<'a> {
        self.document.root()
    }

    /// The whole object with quick access to its outer members.
    #[must_use]
    pub const fn outline(&self) -> Outlined<'_, 'a> {
        self.document.outline()
    }

    /// The id; nothing for notifications and for errors without one.
    #[must_use]
    pub const fn id(&self) -> Option<RawId<'a>> {
        match &self.kind {
            MessageKind::Request { id, .. } | MessageKind::Result { id, .. } => Some(*id),
            MessageKind::Error { id, .. } => *id,
            MessageKind::Notification { .. } => None,
        }
    }

    /// The method's decoded name; nothing for results and errors.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        match &self.kind {
            MessageKind::Request { method, .. } | MessageKind::Notification { method } => Some(method),
            MessageKind::Result { .. } | MessageKind::Error { .. } => None,
        }
    }

    /// The parameters, an object; nothing if they are absent or `null`.
    #[must_use]
    pub fn params(&self) -> Option<Outlined<'_, 'a>> {
        self.outline().get("params").filter(|params| params.value().kind() == Kind::Object)
    }

    /// The shape, for refusals of what is inside.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        match &self.kind {
            MessageKind::Request { .. } => Shape::Request,
            MessageKind::Notification { .. } => Shape::Notification,
            MessageKind::Result { .. } | MessageKind::Error { .. } => Shape::Response,
        }
    }

    /// A refusal of this message.
    #[must_use]
    pub fn refuse(&self, code: i32, message: impl Into<String>) -> Refusal {
        Refusal::new(self.id(), code, message, self.shape())
    }

    /// No edits yet, to this message.
    #[must_use]
    pub const fn edits(&self) -> Edits<'a> {
        Edits::of(self.document.text())
    }

    /// The message with another id, every other byte as it was.
    pub fn with_id(&self, id: &OwnedId) -> Result<String, EditError> {
        let mut edits = self.edits();
        edits.set(self.root(), "id", id.as_raw().as_str())?;
        edits.apply()
    }
}

const ENVELOPE: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];
const ERROR: [&str; 3] = ["code", "message", "data"];

/// The members of an envelope.
#[derive(Default)]
struct Parts<'a> {
    jsonrpc: Option<Value<'a>>,
    id: Option<Value<'a>>,
    method: Option<Value<'a>>,
    params: Option<Value<'a>>,
    result: Option<Value<'a>>,
    error: Option<Value<'a>>,
    variant: Option<(&'static str, String)>,
}

impl<'a> Parts<'a> {
    fn of(document: &Document<'a>) -> Self {
        let mut parts = Self::default();
        for member in document.outline().members() {
            let part = match member.key.decode().as_ref() {
                "jsonrpc" => &mut parts.jsonrpc,
                "id" => &mut parts.id,
                "method" => &mut parts.method,
                "params" => &mut parts.params,
                "result" => &mut parts.result,
                "error" => &mut parts.error,
                _ => {
                    if let Some(known) = case_variant(member.key, &ENVELOPE) {
                        // A second id is what an answer turns on: none that comes later may hide it.
                        if !matches!(parts.variant, Some(("id", _))) {
                            parts.variant = Some((known, member.key.decode().into_owned()));
                        }
                    }
                    continue;
                }
            };
            *part = Some(member.value);
        }
        parts
    }

    /// The id to answer a refusal with: there must be one, and no second that could be meant.
    fn answer_id(&self) -> Option<RawId<'a>> {
        if matches!(self.variant, Some(("id", _))) { None } else { RawId::of(self.id?).ok() }
    }

    fn shape(&self) -> Shape {
        match (self.method.is_some(), self.id.is_some(), self.result.is_some() || self.error.is_some()) {
            (true, true, _) => Shape::Request,
            (true, false, false) => Shape::Notification,
            (false, _, true) => Shape::Response,
            (true, false, true) | (false, _, false) => Shape::Unknown,
        }
    }

    fn refuse(&self, code: i32, message: impl Into<String>) -> Refusal {
        Refusal::new(self.answer_id(), code, message, self.shape())
    }

    fn invalid(&self, message: impl Into<String>) -> Refusal {
        self.refuse(code::INVALID_REQUEST, message)
    }

    fn check_envelope(&self) -> Result<(), Refusal> {
        if let Some((known, found)) = &self.variant {
            return Err(
                self.invalid(format!("member `{}` is a case variant of `{known}`", found.escape_default()))
            );
        }
        match self.jsonrpc {
            None => Err(self.invalid("no `jsonrpc` member")),
            Some(version) if version.as_text().is_some_and(|text| text.means("2.0")) => Ok(()),
            Some(_) => Err(self.invalid("`jsonrpc` is not \"2.0\"")),
        }
    }

    fn required_id(&self) -> Result<RawId<'a>, Refusal> {
        let Some(id) = self.id else {
            return Err(self.invalid("no `id` member"));
        };
        RawId::of(id).map_err(|error| self.invalid(error.to_string()))
    }

    fn call(&self, method: Value<'a>) -> Result<MessageKind<'a>, Refusal> {
        if self.result.is_some() || self.error.is_some() {
            return Err(self.invalid("both `method` and `result` or `error`"));
        }
        let Some(text) = method.as_text() else {
            return Err(self.invalid(format!("`method` is {}, not a string", method.kind().name())));
        };
        if text.raw().is_empty() || text.raw().len() > LONGEST_METHOD_BYTES {
            return Err(self.invalid(format!("`method` is not 1 to {LONGEST_METHOD_BYTES} bytes long")));
        }
        if let Some(params) = self.params
            && !matches!(params.kind(), Kind::Object | Kind::Null)
        {
            let message = format!("`params` is {}, not an object", params.kind().name());
            return Err(self.refuse(code::INVALID_PARAMS, message));
        }
        let method = text.decode();
        if self.id.is_none() {
            return Ok(MessageKind::Notification { method });
        }
        Ok(MessageKind::Request { id: self.required_id()?, method })
    }

    fn outcome(&self) -> Result<MessageKind<'a>, Refusal> {
        if self.params.is_some() {
            return Err(self.invalid("`params` without `method`"));
        }
        match (self.result, self.error) {
            (Some(_), Some(_)) => Err(self.invalid("both `result` and `error`")),
            (None, None) => Err(self.invalid("no `method`, `result` or `error` member")),
            (Some(result), None) if result.kind() == Kind::Object => {
                Ok(MessageKind::Result { id: self.required_id()?, result })
            }
            (Some(result), None) => {
                Err(self.invalid(format!("`result` is {}, not an object", result.kind().name())))
            }
            (None, Some(error)) => self.failure(error),
        }
    }

    fn failure(&self, error: Value<'a>) -> Result<MessageKind<'a>, Refusal> {
        // JSON-RPC 2.0 section 5: an error about a message whose id could not be read has a null id.
        let id = match self.id {
            Some(id) if id.kind() != Kind::Null => Some(self.required_id()?),
            _ => None,
        };
        let (mut code, mut message, mut data) = (None, None, None);
        for member in error.members() {
            match member.key.decode().as_ref() {
                "code" => code = member.value.as_i64(),
                "message" => message = member.value.as_text(),
                "data" => data = Some(member.value),
                _ => {
                    if let Some(known) = case_variant(member.key, &ERROR) {
                        return Err(
                            self.invalid(format!("a member of `error` is a case variant of `{known}`"))
                        );
                    }
                }
            }
        }
        match (code, message) {
            (Some(code), Some(message)) => {
                Ok(MessageKind::Error { id, code, message: message.decode(), data })
            }
            _ => Err(self.invalid("`error` is not an object with an integer `code` and a string `message`")),
        }
    }
}

fn classify_text(text: &str, limits: Limits) -> Result<Message<'_>, Refusal> {
    match json::scan_str(text, limits) {
        Ok(document) => classify(document),
        Err(error) => Err(Refusal::of_json(&error, text.as_bytes())),
    }
}

fn classify(document: Document<'_>) -> Result<Message<'_>, Refusal> {
    if document.root().kind() != Kind::Object {
        let message = format!("a message is an object, not {}", document.root().kind().name());
        return Err(unreadable(message));
    }
    let parts = Parts::of(&document);
    parts.check_envelope()?;
    let kind = match parts.method {
        Some(method) => parts.call(method)?,
        None => parts.outcome()?,
    };
    Ok(Message { document, kind })
}
