//! JSON that may be put into a message as it is: it came from accepted text, was checked, or was written by us.
//! Everything that builds messages demands this type, so that unchecked text cannot slip into one.

use std::borrow::Cow;
use std::fmt;

use super::scan::{Limits, scan_str};
use super::value::Value;
use super::write;
use super::{JsonError, on_one_line};

/// One JSON value on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<'a>(Cow<'a, str>);

impl<'a> Accepted<'a> {
    /// Checks `json` as the scanner does and keeps it, on one line.
    pub fn check(json: &'a str, limits: Limits) -> Result<Self, JsonError> {
        scan_str(json, limits).map(|document| document.root().into())
    }

    /// A tree, written out.
    #[must_use]
    pub fn from_tree(tree: &serde_json::Value) -> Accepted<'static> {
        Accepted(Cow::Owned(tree.to_string()))
    }

    /// A string, written as a literal.
    #[must_use]
    pub fn from_text(text: &str) -> Accepted<'static> {
        Accepted(Cow::Owned(write::string(text)))
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, independent of the text it came from.
    #[must_use]
    pub fn into_owned(self) -> Accepted<'static> {
        Accepted(Cow::Owned(self.0.into_owned()))
    }

    // INVARIANT: callers in this crate pass text they put together from accepted parts.
    pub(crate) fn trust(json: String) -> Accepted<'static> {
        Accepted(Cow::Owned(json))
    }
}

impl<'a> From<Value<'a>> for Accepted<'a> {
    fn from(value: Value<'a>) -> Self {
        Self(on_one_line(value.raw()))
    }
}

impl fmt::Display for Accepted<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
