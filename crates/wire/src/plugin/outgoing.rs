//! Messages to a plugin, each written as one line (without its line feed).

use super::{Feature, PROTOCOL};
use crate::json::{Accepted, ObjectWriter};

/// What the core can say to a plugin.
#[derive(Debug, Clone)]
pub enum ToPlugin<'a> {
    /// `init`: the first message.
    Init {
        /// To be echoed.
        id: &'a str,
        /// The plugin's configuration, an object.
        config: &'a Accepted<'a>,
        /// What the core offers beyond protocol 1.0; empty for plugins that must see none of it.
        features: &'a [Feature],
    },
    /// `tool_call`.
    ToolCall {
        /// To be echoed.
        id: &'a str,
        /// Name of the tool.
        tool: &'a str,
        /// Its arguments, an object.
        params: &'a Accepted<'a>,
        /// The plugin's configuration, an object.
        config: &'a Accepted<'a>,
    },
    /// `list_resources`.
    ListResources {
        /// To be echoed.
        id: &'a str,
    },
    /// `read_resource`.
    ReadResource {
        /// To be echoed.
        id: &'a str,
        /// The resource.
        uri: &'a str,
    },
    /// `shutdown`.
    Shutdown {
        /// To be echoed.
        id: &'a str,
    },
    /// `http_response`.
    Http {
        /// Of the request.
        id: &'a str,
        /// What came of it.
        answer: HttpAnswer<'a>,
    },
    /// Reply to `cache_get`.
    CacheGot {
        /// Of the request.
        id: &'a str,
        /// The value, if there is one.
        value: Option<&'a Accepted<'a>>,
    },
    /// Reply to `cache_set`.
    CacheWasSet {
        /// Of the request.
        id: &'a str,
    },
    /// Reply to `cache_del`.
    CacheDeleted {
        /// Of the request.
        id: &'a str,
        /// Whether there was such an entry.
        deleted: bool,
    },
    /// Reply to `cache_list`.
    CacheListed {
        /// Of the request.
        id: &'a str,
        /// Names, in any order.
        keys: &'a [&'a str],
    },
    /// Reply to `cache_flush`.
    CacheFlushed {
        /// Of the request.
        id: &'a str,
        /// How many entries went.
        count: u64,
    },
    /// `file_write_response`.
    FileWritten {
        /// Of the request.
        id: &'a str,
        /// Where the file is.
        path: &'a str,
        /// Bytes written.
        size: u64,
    },
    /// `file_read_response`.
    FileContent {
        /// Of the request.
        id: &'a str,
        /// Where the file is.
        path: &'a str,
        /// What is in it.
        content: &'a str,
        /// The content is base64 rather than text.
        is_base64: bool,
    },
    /// A service request failed; the reply has the type that a success would have.
    Failed {
        /// Of the request.
        id: &'a str,
        /// Type of the reply: that of the request for the cache, `file_write_response`, `file_read_response`.
        reply: &'a str,
        /// A word.
        code: &'a str,
        /// For people.
        message: &'a str,
    },
    /// `cancel` (feature): the call is over, its result is not wanted any more.
    Cancel {
        /// Id of the call.
        call: &'a str,
        /// For people.
        reason: &'a str,
    },
    /// `elicit_response` (feature).
    ElicitAnswer {
        /// Of the question.
        id: &'a str,
        /// `accept`, `decline` or `cancel`.
        action: &'a str,
        /// The user's answer, an object, if accepted.
        content: Option<&'a Accepted<'a>>,
    },
}

/// What came of an `http_request`.
#[derive(Debug, Clone)]
pub enum HttpAnswer<'a> {
    /// The server answered.
    Response {
        /// Status code.
        status: u16,
        /// Names to values, an object.
        headers: &'a Accepted<'a>,
        /// JSON, or a string.
        body: Option<&'a Accepted<'a>>,
        /// The body is base64 in a string.
        is_base64: bool,
        /// The URL that answered, after redirects.
        url: &'a str,
    },
    /// It did not, or was not asked.
    Error {
        /// A word (`rate_limited`, `invalid_url`, ...).
        code: &'a str,
        /// For people.
        message: &'a str,
    },
}

impl ToPlugin<'_> {
    /// The message as one line, without the line feed.
    #[must_use]
    pub fn encode(&self) -> Accepted<'static> {
        match self {
            Self::Init { id, config, features } => init(id, config, features),
            Self::ToolCall { id, tool, params, config } => {
                head("tool_call", id).text("tool", tool).json("params", params).json("config", config)
            }
            Self::ListResources { id } => head("list_resources", id),
            Self::ReadResource { id, uri } => head("read_resource", id).text("uri", uri),
            Self::Shutdown { id } => head("shutdown", id),
            Self::Http { id, answer } => answer.write(head("http_response", id)),
            Self::CacheGot { id, value } => head("cache_get", id)
                .boolean("hit", value.is_some())
                .maybe(*value, |out, value| out.json("value", value)),
            Self::CacheWasSet { id } => head("cache_set", id).boolean("ok", true),
            Self::CacheDeleted { id, deleted } => {
                head("cache_del", id).boolean("ok", true).boolean("deleted", *deleted)
            }
            Self::CacheListed { id, keys } => head("cache_list", id).texts("keys", keys.iter().copied()),
            Self::CacheFlushed { id, count } => {
                head("cache_flush", id).boolean("ok", true).integer("count", *count)
            }
            Self::FileWritten { id, path, size } => {
                head("file_write_response", id).text("path", path).integer("size", *size)
            }
            Self::FileContent { id, path, content, is_base64 } => {
                let out = head("file_read_response", id).text("path", path).text("content", content);
                encoding(out, *is_base64)
            }
            Self::Failed { id, reply, code, message } => error(head(reply, id), code, message),
            Self::Cancel { call, reason } => {
                ObjectWriter::new().text("type", "cancel").text("parent_id", call).text("message", reason)
            }
            Self::ElicitAnswer { id, action, content } => head("elicit_response", id)
                .text("action", action)
                .maybe(*content, |out, content| out.json("content", content)),
        }
        .finish()
    }
}

impl HttpAnswer<'_> {
    fn write(&self, out: ObjectWriter) -> ObjectWriter {
        match self {
            Self::Response { status, headers, body, is_base64, url } => {
                let out = out
                    .integer("status", *status)
                    .json("headers", headers)
                    .maybe(*body, |out, body| out.json("body", body));
                encoding(out, *is_base64).text("url", url)
            }
            Self::Error { code, message } => error(out.integer("status", 0), code, message),
        }
    }
}

fn head(named: &str, id: &str) -> ObjectWriter {
    ObjectWriter::new().text("type", named).text("id", id)
}

fn init(id: &str, config: &Accepted<'_>, features: &[Feature]) -> ObjectWriter {
    let offered = (!features.is_empty()).then(|| features.iter().map(|feature| feature.as_str()));
    head("init", id)
        .text("protocol", PROTOCOL)
        .json("config", config)
        .maybe(offered, |out, offered| out.texts("features", offered))
}

fn error(out: ObjectWriter, code: &str, message: &str) -> ObjectWriter {
    out.json("error", &ObjectWriter::new().text("code", code).text("message", message).finish())
}

fn encoding(out: ObjectWriter, is_base64: bool) -> ObjectWriter {
    if is_base64 { out.text("body_encoding", "base64") } else { out }
}
