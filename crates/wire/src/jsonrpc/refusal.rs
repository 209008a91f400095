//! Refusals: what was wrong with a message, and how to answer it so that nobody waits for ever.

use super::build;
use super::id::{OwnedId, RawId};
use crate::frame::lines::{LineError, LineErrorKind};
use crate::json::{Completeness, JsonError, recover};

/// Error codes of JSON-RPC 2.0 and of MCP.
pub mod code {
    /// The text is not JSON.
    pub const PARSE_ERROR: i32 = -32700;
    /// The message is not a JSON-RPC message, or not one this peer may send.
    pub const INVALID_REQUEST: i32 = -32600;
    /// The method does not exist here.
    pub const METHOD_NOT_FOUND: i32 = -32601;
    /// The parameters do not fit the method.
    pub const INVALID_PARAMS: i32 = -32602;
    /// Something failed on our side.
    pub const INTERNAL_ERROR: i32 = -32603;
    /// HTTP headers and body disagree (2026-07-28).
    pub const HEADER_MISMATCH: i32 = -32020;
    /// A client capability is needed that was not declared (2026-07-28).
    pub const MISSING_CLIENT_CAPABILITY: i32 = -32021;
    /// The protocol version is not supported (2026-07-28).
    pub const UNSUPPORTED_VERSION: i32 = -32022;
    /// Resource not found (up to 2025-11-25).
    pub const LEGACY_RESOURCE_NOT_FOUND: i32 = -32002;
    /// URL elicitation required (2025-11-25 only).
    pub const LEGACY_URL_ELICITATION_REQUIRED: i32 = -32042;
}

/// What a refused message was, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A request, or a method that ought to have been one: its sender waits for an answer.
    Request,
    /// A notification: nobody waits.
    Notification,
    /// A result or an error: the one who waits is on the other side, for the request with this id.
    Response,
    /// It cannot be told.
    Unknown,
}

/// Why a message is not taken, and what is needed to say so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The message's id, where there is exactly one that could be meant.
    pub id: Option<OwnedId>,
    /// Error code to answer with.
    pub code: i32,
    /// What is wrong, for people.
    pub message: String,
    /// What kind of message it was.
    pub shape: Shape,
}

impl Refusal {
    /// A refusal that knows the id it must be answered with.
    #[must_use]
    pub fn new(id: Option<RawId<'_>>, code: i32, message: impl Into<String>, shape: Shape) -> Self {
        Self { id: id.map(RawId::to_owned), code, message: message.into(), shape }
    }

    /// The error response to send back to where the message came from. Nothing for notifications and responses:
    /// those must not be answered. Without an id the member is left out, as the schema of MCP has it.
    #[must_use]
    pub fn answer(&self) -> Option<String> {
        match self.shape {
            Shape::Request | Shape::Unknown => {
                Some(build::error(self.id.as_ref().map(OwnedId::as_raw), self.code, &self.message, None))
            }
            Shape::Notification | Shape::Response => None,
        }
    }

    /// The refusal of a text that the scanner refused; reads the id off it where that is safe.
    #[must_use]
    pub fn of_json(error: &JsonError, bytes: &[u8]) -> Self {
        let code = if error.kind.is_beyond_grammar() { code::INVALID_REQUEST } else { code::PARSE_ERROR };
        Self::recovered(code, error.to_string(), bytes, Completeness::Whole)
    }

    /// The refusal of a line that is no frame.
    #[must_use]
    pub fn of_line(error: &LineError<'_>) -> Self {
        let is_too_long = matches!(error.kind, LineErrorKind::TooLong { .. });
        let code = if is_too_long { code::INVALID_REQUEST } else { code::PARSE_ERROR };
        let completeness = if error.is_whole { Completeness::Whole } else { Completeness::Head };
        Self::recovered(code, error.to_string(), error.line, completeness)
    }

    fn recovered(code: i32, message: String, bytes: &[u8], completeness: Completeness) -> Self {
        let found = recover(bytes, completeness);
        let id = found.id.and_then(|raw| RawId::read(raw).ok());
        let shape = match (found.has_method, found.has_outcome) {
            (true, false) => Shape::Request,
            (false, true) => Shape::Response,
            _ => Shape::Unknown,
        };
        Self::new(id, code, message, shape)
    }
}
