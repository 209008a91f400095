//! Why a plugin's line is not a message, and which call that concerns.

use crate::json::{Completeness, JsonError, Kind};

/// A line that is not a message of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct PluginError {
    /// What is wrong.
    pub kind: PluginErrorKind,
    /// The line's `id`, decoded, if it could be read: the call it would have answered.
    pub id: Option<String>,
    /// The line's `parent_id`, decoded: the call it belongs to.
    pub parent_id: Option<String>,
}

/// The ways a line fails.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginErrorKind {
    /// Not acceptable JSON.
    #[error("not acceptable JSON: {0}")]
    Json(JsonError),
    /// JSON, but no object.
    #[error("a message is an object, not {}", .0.name())]
    NotAnObject(Kind),
    /// A type the protocol does not have. The caller may skip the line.
    #[error("unknown message type `{}`", .0.escape_debug())]
    UnknownType(String),
    /// A field the type needs is absent (or null, or empty where that means absent).
    #[error("`{message}` without `{field}`")]
    Missing {
        /// Type of the message, or `message` if that is what is missing.
        message: &'static str,
        /// Name of the field.
        field: &'static str,
    },
    /// A field is of another kind than the protocol says.
    #[error("`{field}` is {}, not {expected}", found.name())]
    WrongKind {
        /// Name of the field.
        field: &'static str,
        /// What it is.
        found: Kind,
        /// What it should be.
        expected: &'static str,
    },
    /// Two fields that exclude each other.
    #[error("both `{0}` and `{1}`")]
    Conflict(&'static str, &'static str),
    /// A field holds a word the protocol does not have.
    #[error("`{field}` cannot be `{}`", value.escape_debug())]
    BadValue {
        /// Name of the field.
        field: &'static str,
        /// What it holds, decoded.
        value: String,
    },
}

impl PluginError {
    pub(super) fn unreadable(error: JsonError, line: &[u8]) -> Self {
        let found = crate::json::recover(line, Completeness::Whole);
        let id = found.id.and_then(|raw| crate::jsonrpc::RawId::read(raw).ok());
        let id = id.and_then(|id| match id.key() {
            crate::jsonrpc::IdKey::Text(text) => Some(text),
            crate::jsonrpc::IdKey::Integer(_) => None,
        });
        Self { kind: PluginErrorKind::Json(error), id, parent_id: None }
    }

    /// Whether the line is well made but of a type this core does not know, so that it may be skipped.
    #[must_use]
    pub const fn is_unknown_type(&self) -> bool {
        matches!(self.kind, PluginErrorKind::UnknownType(_))
    }
}
