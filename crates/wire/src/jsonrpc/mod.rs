//! JSON-RPC 2.0 as MCP uses it: ids kept raw, four kinds of message decided strictly, batches only where the caller
//! says so, refusals that know whom to answer, and builders. It knows no method by name; that is [`crate::mcp`].

mod build;
mod fold;
mod id;
mod message;
mod refusal;

pub use build::{error, notification, request, result};
pub use fold::case_variant;
pub use id::{IdError, IdKey, LONGEST_ID_BYTES, OwnedId, RawId};
pub use message::{Batch, Frame, LONGEST_METHOD_BYTES, Message, MessageKind, Rules, parse, parse_one};
pub use refusal::{Refusal, Shape, code};
