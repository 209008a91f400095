//! What the two sides tell about themselves: `initialize` and its result, the result of `server/discover`. The
//! pieces are borrowed and raw: capabilities are passed on, not modelled.

use super::envelope::{object, text, version};
use super::names::meta_key;
use super::version::ProtocolVersion;
use crate::json::{Kind, Text, Value};
use crate::jsonrpc::{Message, Refusal, code};

/// The parameters of `initialize`.
#[derive(Debug, Clone)]
pub struct InitializeRequest<'a> {
    /// The revision the client wants.
    pub version: ProtocolVersion<'a>,
    /// An object.
    pub capabilities: Value<'a>,
    /// An object; never to be trusted.
    pub client_info: Option<Value<'a>>,
}

/// The result of `initialize`.
#[derive(Debug, Clone)]
pub struct InitializeResult<'a> {
    /// The revision the server chose.
    pub version: ProtocolVersion<'a>,
    /// An object.
    pub capabilities: Value<'a>,
    /// An object; never to be trusted.
    pub server_info: Option<Value<'a>>,
    /// How to use the server, for the model.
    pub instructions: Option<Text<'a>>,
}

/// The result of `server/discover` (2026-07-28).
#[derive(Debug, Clone)]
pub struct DiscoverResult<'a> {
    /// The revisions the server speaks, in its order.
    pub versions: Vec<ProtocolVersion<'a>>,
    /// An object.
    pub capabilities: Value<'a>,
    /// From `_meta`, an object; never to be trusted.
    pub server_info: Option<Value<'a>>,
    /// How to use the server, for the model.
    pub instructions: Option<Text<'a>>,
    /// How long the answer may be kept, in milliseconds.
    pub ttl_ms: Option<u64>,
    /// Whether the answer may be shared between users: `public` or `private`.
    pub cache_scope: Option<Text<'a>>,
}

impl<'a> InitializeRequest<'a> {
    /// Reads the parameters of an `initialize` request.
    pub fn of(message: &Message<'a>) -> Result<Self, Refusal> {
        let params = message.params().map(|params| params.value());
        let (version, capabilities) = agreed(message, params)?;
        Ok(Self { version, capabilities, client_info: member_object(message, params, "clientInfo")? })
    }
}

impl<'a> InitializeResult<'a> {
    /// Reads the result of an `initialize` request.
    pub fn of(message: &Message<'a>) -> Result<Self, Refusal> {
        let result = message.outline().get("result").map(|result| result.value());
        let (version, capabilities) = agreed(message, result)?;
        Ok(Self {
            version,
            capabilities,
            server_info: member_object(message, result, "serverInfo")?,
            instructions: member_text(message, result, "instructions")?,
        })
    }
}

impl<'a> DiscoverResult<'a> {
    /// Reads the result of a `server/discover` request.
    pub fn of(message: &Message<'a>) -> Result<Self, Refusal> {
        let result = message.outline().get("result").map(|result| result.value());
        let versions = match result.and_then(|result| result.get("supportedVersions")) {
            Some(member) if member.value.kind() == Kind::Array => member.value.items(),
            _ => return Err(missing(message, "supportedVersions", "an array")),
        };
        let versions = versions
            .map(|item| {
                version(message, item)?.ok_or_else(|| missing(message, "supportedVersions", "of strings"))
            })
            .collect::<Result<_, _>>()?;
        let capabilities = member_object(message, result, "capabilities")?
            .ok_or_else(|| missing(message, "capabilities", "an object"))?;
        let meta = member_object(message, result, "_meta")?;
        Ok(Self {
            versions,
            capabilities,
            server_info: member_object(message, meta, meta_key::SERVER_INFO)?,
            instructions: member_text(message, result, "instructions")?,
            ttl_ms: result.and_then(|result| result.get("ttlMs")).and_then(|member| member.value.as_u64()),
            cache_scope: member_text(message, result, "cacheScope")?,
        })
    }
}

/// Version and capabilities, which both directions of `initialize` must have.
fn agreed<'a>(
    message: &Message<'_>,
    object: Option<Value<'a>>,
) -> Result<(ProtocolVersion<'a>, Value<'a>), Refusal> {
    let named = object.and_then(|object| object.get("protocolVersion"));
    let named = named.map(|member| version(message, member.value)).transpose()?.flatten();
    let named = named.ok_or_else(|| missing(message, "protocolVersion", "a string"))?;
    let capabilities = member_object(message, object, "capabilities")?
        .ok_or_else(|| missing(message, "capabilities", "an object"))?;
    Ok((named, capabilities))
}

fn missing(message: &Message<'_>, name: &str, wanted: &str) -> Refusal {
    message.refuse(code::INVALID_PARAMS, format!("`{name}` is missing or not {wanted}"))
}

fn member_object<'a>(
    message: &Message<'_>,
    holder: Option<Value<'a>>,
    name: &str,
) -> Result<Option<Value<'a>>, Refusal> {
    let member = holder.and_then(|holder| holder.get(name));
    member.map_or(Ok(None), |member| object(message, name, member.value))
}

fn member_text<'a>(
    message: &Message<'_>,
    holder: Option<Value<'a>>,
    name: &str,
) -> Result<Option<Text<'a>>, Refusal> {
    let member = holder.and_then(|holder| holder.get(name));
    member.map_or(Ok(None), |member| text(message, name, member.value))
}
