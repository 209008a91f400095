//! Messages from a plugin, read strictly into one enum.

use std::borrow::Cow;

use super::error::{PluginError, PluginErrorKind};
use super::fields::Fields;
use crate::json::{Kind, Limits, Value, scan};

type Outcome<T> = Result<T, PluginErrorKind>;

/// A message from a plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginMessage<'a> {
    /// For a reply: the id of what it replies to. For a request: chosen by the plugin, to be echoed. Empty for
    /// messages that want no reply.
    pub id: Cow<'a, str>,
    /// The id of the `tool_call` it belongs to, if the plugin says so.
    pub parent_id: Option<Cow<'a, str>>,
    /// What it says.
    pub body: FromPlugin<'a>,
}

/// What a plugin can say.
#[derive(Debug, Clone, PartialEq)]
pub enum FromPlugin<'a> {
    /// `init_ok`: it is ready.
    InitOk {
        /// Hosts it means to use; may only narrow what the manifest declares.
        domains: Option<Vec<Cow<'a, str>>>,
        /// Host to variable name, an object.
        auth_bindings: Option<Value<'a>>,
        /// What it understands of what the core offered.
        features: Vec<Cow<'a, str>>,
    },
    /// `init_error`: it cannot work.
    InitError(Failure<'a>),
    /// `tool_result`.
    ToolResult {
        /// How the call ended.
        outcome: ToolOutcome<'a>,
        /// Types of the actions asked for (`invalidate_resources`).
        actions: Vec<Cow<'a, str>>,
    },
    /// `list_resources_ok`: an array of `{uri, name, description?, mime_type?}`.
    ListResourcesOk(Option<Value<'a>>),
    /// `read_resource_ok`.
    ReadResourceOk {
        /// The text; present and empty is an empty resource.
        content: Option<Cow<'a, str>>,
        /// Its type.
        mime_type: Option<Cow<'a, str>>,
    },
    /// `error`, or `list_resources_ok` / `read_resource_ok` with an `error`: the request failed.
    Error(Failure<'a>),
    /// `shutdown_ok`: it is done.
    ShutdownOk,
    /// `http_request`.
    Http(Box<HttpRequest<'a>>),
    /// `cache_get`.
    CacheGet {
        /// Name of the entry.
        key: Cow<'a, str>,
    },
    /// `cache_set`.
    CacheSet {
        /// Name of the entry.
        key: Cow<'a, str>,
        /// Any JSON.
        value: Option<Value<'a>>,
        /// Seconds it is kept; 0 is for ever.
        ttl_s: u64,
    },
    /// `cache_del`.
    CacheDel {
        /// Name of the entry.
        key: Cow<'a, str>,
    },
    /// `cache_list`.
    CacheList {
        /// A glob; absent lists all.
        pattern: Option<Cow<'a, str>>,
    },
    /// `cache_flush`.
    CacheFlush,
    /// `file_write`.
    FileWrite(Box<FileWrite<'a>>),
    /// `file_read`.
    FileRead {
        /// Below the output folder.
        path: Cow<'a, str>,
        /// How the content is wanted: `base64`, or text.
        body_encoding: Option<Cow<'a, str>>,
    },
    /// `progress` (feature): how far the call `parent_id` is.
    Progress {
        /// A number.
        progress: Value<'a>,
        /// A number.
        total: Option<Value<'a>>,
        /// For people.
        message: Option<Cow<'a, str>>,
    },
    /// `log` (feature).
    Log {
        /// A level name of RFC 5424 in lower case; the core may refuse others.
        level: Cow<'a, str>,
        /// The line.
        message: Cow<'a, str>,
    },
    /// `elicit` (feature): a question to the user, within the call `parent_id`.
    Elicit {
        /// The question.
        message: Cow<'a, str>,
        /// JSON Schema of the answer, an object.
        schema: Option<Value<'a>>,
    },
}

/// An error as plugins write it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure<'a> {
    /// A word of the plugin's choosing; may be empty.
    pub code: Cow<'a, str>,
    /// For people; may be empty.
    pub message: Cow<'a, str>,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolOutcome<'a> {
    /// Any JSON; nothing if the plugin left it out.
    Done(Option<Value<'a>>),
    /// Content blocks, an array (feature `blocks`).
    Blocks(Value<'a>),
    /// It failed.
    Failed(Failure<'a>),
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq)]
pub enum HttpTarget<'a> {
    /// Below the manifest's base URL; may be empty.
    Path(Cow<'a, str>),
    /// A whole URL.
    Url(Cow<'a, str>),
}

/// A request the core is to make for the plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest<'a> {
    /// `GET` unless given.
    pub method: Cow<'a, str>,
    /// Where it goes.
    pub target: HttpTarget<'a>,
    /// An object of strings, numbers and arrays of them.
    pub query: Option<Value<'a>>,
    /// An object of strings.
    pub headers: Option<Value<'a>>,
    /// A string is sent as it is, any other JSON as JSON.
    pub body: Option<Value<'a>>,
    /// The body is base64 rather than text.
    pub body_is_base64: bool,
    /// An array of `{field, filename?, content_type?, body, body_encoding?}`.
    pub multipart: Option<Value<'a>>,
    /// Send no credentials.
    pub no_auth: bool,
    /// Hosts to be allowed for this request; may only narrow.
    pub domains: Option<Vec<Cow<'a, str>>>,
}

/// Where the content of a file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source<'a> {
    /// The message. Empty content writes an empty file.
    Content(Cow<'a, str>),
    /// A file in the plugin's own temporary folder.
    Path(Cow<'a, str>),
}

/// A file the core is to write for the plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct FileWrite<'a> {
    /// Below the output folder.
    pub path: Cow<'a, str>,
    /// What is written.
    pub source: Source<'a>,
    /// The content is base64 rather than text.
    pub is_base64: bool,
    /// Octal, as text.
    pub permissions: Option<Cow<'a, str>>,
    /// Make the folders above.
    pub mkdir: bool,
}

/// Reads one line from a plugin.
///
/// ```
/// use portcullis_wire::json::Limits;
/// use portcullis_wire::plugin::{FromPlugin, parse};
///
/// let line = br#"{"type":"cache_get","id":"c1","parent_id":"req-1","key":"user"}"#;
/// let message = parse(line, Limits::DEFAULT)?;
/// assert_eq!(message.body, FromPlugin::CacheGet { key: "user".into() });
/// assert!(parse(br#"{"type":"new_thing","id":"1"}"#, Limits::DEFAULT).unwrap_err().is_unknown_type());
/// # Ok::<(), portcullis_wire::plugin::PluginError>(())
/// ```
pub fn parse(line: &[u8], limits: Limits) -> Result<PluginMessage<'_>, PluginError> {
    let document = scan(line, limits).map_err(|error| PluginError::unreadable(error, line))?;
    let root = document.root();
    let fields = Fields::of(document.outline(), "message");
    let fail = |kind| {
        let field = |name| fields.filled(name).ok().flatten().map(Cow::into_owned);
        PluginError { kind, id: field("id"), parent_id: field("parent_id") }
    };
    if root.kind() != Kind::Object {
        let kind = PluginErrorKind::NotAnObject(root.kind());
        return Err(PluginError { kind, id: None, parent_id: None });
    }
    read(fields).map_err(fail)
}

fn read<'a>(fields: Fields<'_, 'a>) -> Outcome<PluginMessage<'a>> {
    let named = fields.required("type")?;
    let Some((message, reader)) = TYPES.iter().find(|(name, _)| *name == named) else {
        return Err(PluginErrorKind::UnknownType(named.into_owned()));
    };
    let fields = fields.named(message);
    let id = fields.filled("id")?;
    let parent_id = fields.filled("parent_id")?;
    let wants_no_reply = matches!(*message, "progress" | "log");
    let id = match id {
        None if !wants_no_reply => return Err(fields.missing("id")),
        id => id.unwrap_or_default(),
    };
    Ok(PluginMessage { id, parent_id, body: reader.read(fields)? })
}

/// One reader for each message type, as data so that the types can be counted and listed.
const TYPES: &[(&str, Reader)] = &[
    ("init_ok", Reader::InitOk),
    ("init_error", Reader::InitError),
    ("tool_result", Reader::ToolResult),
    ("list_resources_ok", Reader::ListResourcesOk),
    ("read_resource_ok", Reader::ReadResourceOk),
    ("error", Reader::Error),
    ("shutdown_ok", Reader::ShutdownOk),
    ("http_request", Reader::Http),
    ("cache_get", Reader::CacheGet),
    ("cache_set", Reader::CacheSet),
    ("cache_del", Reader::CacheDel),
    ("cache_list", Reader::CacheList),
    ("cache_flush", Reader::CacheFlush),
    ("file_write", Reader::FileWrite),
    ("file_read", Reader::FileRead),
    ("progress", Reader::Progress),
    ("log", Reader::Log),
    ("elicit", Reader::Elicit),
];

#[derive(Clone, Copy)]
enum Reader {
    InitOk,
    InitError,
    ToolResult,
    ListResourcesOk,
    ReadResourceOk,
    Error,
    ShutdownOk,
    Http,
    CacheGet,
    CacheSet,
    CacheDel,
    CacheList,
    CacheFlush,
    FileWrite,
    FileRead,
    Progress,
    Log,
    Elicit,
}

impl Reader {
    fn read<'a>(self, fields: Fields<'_, 'a>) -> Outcome<FromPlugin<'a>> {
        Ok(match self {
            Self::InitOk => FromPlugin::InitOk {
                domains: fields.texts("domains")?,
                auth_bindings: fields.object("auth_bindings")?,
                features: fields.texts("features")?.unwrap_or_default(),
            },
            Self::InitError => FromPlugin::InitError(required_failure(fields)?),
            Self::Error => FromPlugin::Error(required_failure(fields)?),
            Self::ToolResult => tool_result(fields)?,
            Self::ListResourcesOk => match failure(fields)? {
                Some(failure) => FromPlugin::Error(failure),
                None => FromPlugin::ListResourcesOk(fields.array("resources")?),
            },
            Self::ReadResourceOk => match failure(fields)? {
                Some(failure) => FromPlugin::Error(failure),
                None => FromPlugin::ReadResourceOk {
                    content: fields.text("content")?,
                    mime_type: fields.filled("mime_type")?,
                },
            },
            Self::ShutdownOk => FromPlugin::ShutdownOk,
            Self::Http => FromPlugin::Http(Box::new(http(fields)?)),
            Self::CacheGet => FromPlugin::CacheGet { key: fields.required("key")? },
            Self::CacheSet => FromPlugin::CacheSet {
                key: fields.required("key")?,
                value: fields.any("value"),
                ttl_s: fields.unsigned("ttl")?.unwrap_or_default(),
            },
            Self::CacheDel => FromPlugin::CacheDel { key: fields.required("key")? },
            Self::CacheList => FromPlugin::CacheList { pattern: fields.filled("pattern")? },
            Self::CacheFlush => FromPlugin::CacheFlush,
            Self::FileWrite => FromPlugin::FileWrite(Box::new(file_write(fields)?)),
            Self::FileRead => FromPlugin::FileRead {
                path: fields.required("path")?,
                body_encoding: fields.filled("body_encoding")?,
            },
            Self::Progress => FromPlugin::Progress {
                progress: number(fields, "progress")?.ok_or(fields.missing("progress"))?,
                total: number(fields, "total")?,
                message: fields.filled("message")?,
            },
            Self::Log => {
                FromPlugin::Log { level: fields.required("level")?, message: fields.required("message")? }
            }
            Self::Elicit => {
                FromPlugin::Elicit { message: fields.required("message")?, schema: fields.object("schema")? }
            }
        })
    }
}

fn tool_result<'a>(fields: Fields<'_, 'a>) -> Outcome<FromPlugin<'a>> {
    let outcome = match (failure(fields)?, fields.any("result"), fields.array("blocks")?) {
        (Some(_), Some(_), _) => return Err(PluginErrorKind::Conflict("result", "error")),
        (Some(_), _, Some(_)) => return Err(PluginErrorKind::Conflict("blocks", "error")),
        (None, Some(_), Some(_)) => return Err(PluginErrorKind::Conflict("result", "blocks")),
        (Some(failure), None, None) => ToolOutcome::Failed(failure),
        (None, None, Some(blocks)) => ToolOutcome::Blocks(blocks),
        (None, result, None) => ToolOutcome::Done(result),
    };
    let mut actions = Vec::new();
    for action in fields.array("actions")?.into_iter().flat_map(Value::items) {
        let Some(named) = action.get("type").and_then(|member| member.value.as_text()) else {
            return Err(PluginErrorKind::Missing { message: "actions", field: "type" });
        };
        actions.push(named.decode());
    }
    Ok(FromPlugin::ToolResult { outcome, actions })
}

fn failure<'a>(fields: Fields<'_, 'a>) -> Outcome<Option<Failure<'a>>> {
    let Some(error) = fields.object("error")? else {
        return Ok(None);
    };
    let text = |field| {
        let Some(member) = error.get(field) else {
            return Ok(Cow::Borrowed(""));
        };
        let found = member.value.kind();
        let wrong = PluginErrorKind::WrongKind { field: "error", found, expected: "an object of strings" };
        member.value.as_text().map(crate::json::Text::decode).ok_or(wrong)
    };
    Ok(Some(Failure { code: text("code")?, message: text("message")? }))
}

fn required_failure<'a>(fields: Fields<'_, 'a>) -> Outcome<Failure<'a>> {
    failure(fields)?.ok_or(fields.missing("error"))
}

fn number<'a>(fields: Fields<'_, 'a>, field: &'static str) -> Outcome<Option<Value<'a>>> {
    match fields.any(field) {
        Some(value) if value.kind() != Kind::Number => {
            Err(PluginErrorKind::WrongKind { field, found: value.kind(), expected: "a number" })
        }
        value => Ok(value),
    }
}

fn is_base64(fields: Fields<'_, '_>) -> Outcome<bool> {
    match fields.filled("body_encoding")?.as_deref() {
        None | Some("text") => Ok(false),
        Some("base64") => Ok(true),
        Some(other) => Err(PluginErrorKind::BadValue { field: "body_encoding", value: other.to_owned() }),
    }
}

fn http<'a>(fields: Fields<'_, 'a>) -> Outcome<HttpRequest<'a>> {
    let target = match (fields.filled("path")?, fields.filled("url")?) {
        (Some(_), Some(_)) => return Err(PluginErrorKind::Conflict("path", "url")),
        (None, Some(url)) => HttpTarget::Url(url),
        (path, None) => HttpTarget::Path(path.unwrap_or_default()),
    };
    Ok(HttpRequest {
        method: fields.filled("method")?.unwrap_or(Cow::Borrowed("GET")),
        target,
        query: fields.object("query")?,
        headers: fields.object("headers")?,
        body: fields.any("body"),
        body_is_base64: is_base64(fields)?,
        multipart: fields.array("multipart")?,
        no_auth: fields.flag("no_auth")?,
        domains: fields.texts("domains")?,
    })
}

fn file_write<'a>(fields: Fields<'_, 'a>) -> Outcome<FileWrite<'a>> {
    // Present and empty is content (an empty file); only absence makes room for a source path.
    let source = match (fields.text("content")?, fields.filled("source_path")?) {
        (Some(_), Some(_)) => return Err(PluginErrorKind::Conflict("content", "source_path")),
        (Some(content), None) => Source::Content(content),
        (None, Some(path)) => Source::Path(path),
        (None, None) => return Err(fields.missing("content")),
    };
    Ok(FileWrite {
        path: fields.required("path")?,
        source,
        is_base64: is_base64(fields)?,
        permissions: fields.filled("permissions")?,
        mkdir: fields.flag("mkdir")?,
    })
}
