//! The external one-shot form: a program is started for one call, gets one line and answers with one object.

use super::error::{PluginError, PluginErrorKind};
use super::fields::Fields;
use crate::json::{Accepted, Kind, Limits, ObjectWriter, Value, scan};

/// The line to write: `{"tool": ..., "arguments": {...}}`, without its line feed.
#[must_use]
pub fn call(tool: &str, arguments: &Accepted<'_>) -> Accepted<'static> {
    ObjectWriter::new().text("tool", tool).json("arguments", arguments).finish()
}

/// What the program answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply<'a> {
    /// Content blocks, an array.
    pub content: Value<'a>,
    /// The call failed.
    pub is_error: bool,
    /// The whole object; members this crate does not know are in it.
    pub whole: Value<'a>,
}

/// Reads the answer: exactly one object, `{"content": [...], "isError": bool}`.
pub fn reply(output: &[u8], limits: Limits) -> Result<Reply<'_>, PluginError> {
    let document = scan(output, limits).map_err(|error| PluginError::unreadable(error, output))?;
    let whole = document.root();
    let fail = |kind| PluginError { kind, id: None, parent_id: None };
    if whole.kind() != Kind::Object {
        return Err(fail(PluginErrorKind::NotAnObject(whole.kind())));
    }
    let fields = Fields::of(document.outline(), "reply");
    let content = fields.array("content").map_err(fail)?.ok_or_else(|| fail(fields.missing("content")))?;
    Ok(Reply { content, is_error: fields.flag("isError").map_err(fail)?, whole })
}
