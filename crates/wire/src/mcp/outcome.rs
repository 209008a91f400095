//! What a result says outside its payload.

use super::envelope::{id, object, refuse_variant, text};
use super::method::Method;
use super::names::{META, RESULT, meta_key};
use crate::json::{Kind, Text, Value};
use crate::jsonrpc::{Message, MessageKind, RawId, Refusal, code};

/// The `resultType` of a result (2026-07-28).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultType<'a> {
    /// Absent, as in the legacy era: the same as complete.
    Absent,
    /// The answer.
    Complete,
    /// The server needs more before it can answer.
    InputRequired,
    /// A task was made (extension `io.modelcontextprotocol/tasks`).
    Task,
    /// Anything else; invalid unless an extension that was negotiated defines it.
    Other(Text<'a>),
}

/// The outer fields of a result.
#[derive(Debug, Clone)]
pub struct Outcome<'a> {
    /// Whether the answer is complete.
    pub result_type: ResultType<'a>,
    /// `_meta`, an object.
    pub meta: Option<Value<'a>>,
    /// Name and version of the server, an object (2026-07-28). Never to be trusted.
    pub server_info: Option<Value<'a>>,
    /// Id of the listen request this result ends (2026-07-28).
    pub subscription_id: Option<RawId<'a>>,
    /// State to be echoed (2026-07-28). Opaque.
    pub request_state: Option<Text<'a>>,
    /// What the server asks for, an object (2026-07-28).
    pub input_requests: Option<Value<'a>>,
    /// Where the next page starts; the empty string is a cursor too.
    pub next_cursor: Option<Text<'a>>,
    /// The tool says that it failed.
    pub is_error: bool,
}

/// Names of results that mean the same whatever was asked.
const ALWAYS: &[&str] = &["_meta", "inputRequests", "isError", "requestState", "resultType"];

impl<'a> Outcome<'a> {
    /// Reads the outer fields of the result of `asked` (nothing if that method is of no revision). Messages other
    /// than results have none.
    pub fn of(message: &Message<'a>, asked: Option<Method>) -> Result<Option<Self>, Refusal> {
        if !matches!(message.kind(), MessageKind::Result { .. }) {
            return Ok(None);
        }
        let mut outcome = Self {
            result_type: ResultType::Absent,
            meta: None,
            server_info: None,
            subscription_id: None,
            request_state: None,
            input_requests: None,
            next_cursor: None,
            is_error: false,
        };
        let Some(result) = message.outline().get("result") else {
            return Ok(Some(outcome));
        };
        let known = if asked.is_some() { RESULT } else { ALWAYS };
        for member in result.members() {
            let value = member.value;
            match member.key.decode().as_ref() {
                "resultType" => outcome.result_type = result_type(text(message, "resultType", value)?),
                "_meta" => outcome.meta = object(message, "_meta", value)?,
                "requestState" => outcome.request_state = text(message, "requestState", value)?,
                "inputRequests" => outcome.input_requests = object(message, "inputRequests", value)?,
                "nextCursor" if asked.is_some() => outcome.next_cursor = text(message, "nextCursor", value)?,
                "isError" => outcome.is_error = boolean(message, value)?,
                _ => refuse_variant(message, "result", &member, known)?,
            }
        }
        if let Some(meta) = result.get("_meta").filter(|_| outcome.meta.is_some()) {
            for member in meta.members() {
                match member.key.decode().as_ref() {
                    meta_key::SERVER_INFO => {
                        outcome.server_info = object(message, meta_key::SERVER_INFO, member.value)?;
                    }
                    meta_key::SUBSCRIPTION_ID => {
                        outcome.subscription_id = id(message, meta_key::SUBSCRIPTION_ID, member.value)?;
                    }
                    _ => refuse_variant(message, "_meta", &member, META)?,
                }
            }
        }
        Ok(Some(outcome))
    }
}

fn result_type(text: Option<Text<'_>>) -> ResultType<'_> {
    let Some(text) = text else {
        return ResultType::Absent;
    };
    match text.decode().as_ref() {
        "complete" => ResultType::Complete,
        "input_required" => ResultType::InputRequired,
        "task" => ResultType::Task,
        _ => ResultType::Other(text),
    }
}

fn boolean(message: &Message<'_>, value: Value<'_>) -> Result<bool, Refusal> {
    match (value.as_bool(), value.kind()) {
        (Some(flag), _) => Ok(flag),
        (None, Kind::Null) => Ok(false),
        (None, kind) => {
            Err(message.refuse(code::INVALID_PARAMS, format!("`isError` is {}, not a boolean", kind.name())))
        }
    }
}
