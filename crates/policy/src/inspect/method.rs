//! What each MCP method may hold, and where (MCP 2024-11-05 to 2026-07-28).
//!
//! A table from method and member to a way of looking; the looking itself is elsewhere.

use super::{
    Asked,
    scheme::{self, Scheme},
    shape,
    state::{Inspection, Step},
    text, url,
    url::Manner,
    walk::{self, Spot},
};
use crate::{
    Area,
    action::{Access, CallTool},
    value::ToolName,
};
use serde_json::Value;

/// How a member of the parameters is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Not at all: opaque to the receiver's files and connections, or text for people.
    Skip,
    /// By the shape of each value.
    Shape,
    /// By names and shapes.
    Named,
    /// As `_meta`.
    Meta,
    /// As the answers to a server's questions.
    Answers,
    /// As the name of a tool.
    Tool,
    /// As the arguments of a tool.
    Arguments,
    /// As the URI of a resource.
    Resource,
    /// As a reference to a prompt or a template of resources.
    Reference,
    /// As a filter that lists URIs of resources.
    Filter,
    /// As a list of the host's root folders.
    Roots,
    /// As messages of a conversation, which may embed resources.
    Messages,
    /// As the page that the user is sent to.
    Page,
}

fn how(method: &str, member: &str) -> How {
    match (method, member) {
        (_, "_meta") => How::Meta,
        ("tools/call", "name") => How::Tool,
        ("tools/call", "arguments") => How::Arguments,
        ("tools/call" | "prompts/get" | "resources/read", "inputResponses") => How::Answers,
        ("resources/read" | "resources/subscribe" | "resources/unsubscribe", "uri") => How::Resource,
        ("completion/complete", "ref") => How::Reference,
        ("subscriptions/listen", _) => How::Filter,
        ("roots/list", "roots") => How::Roots,
        ("sampling/createMessage", _) => How::Messages,
        ("elicitation/create", "url") => How::Page,
        (_, "requestState" | "cursor" | "progressToken")
        | ("elicitation/create", "message" | "requestedSchema" | "elicitationId" | "mode" | "action")
        | ("initialize", "clientInfo" | "serverInfo" | "protocolVersion" | "instructions")
        | ("logging/setLevel" | "ping", _) => How::Skip,
        (notification, _) if is_news(notification) => How::Skip,
        (known, _) if is_known(known) => How::Shape,
        _ => How::Named,
    }
}

/// Notifications that only tell.
fn is_news(method: &str) -> bool {
    matches!(
        method,
        "notifications/initialized"
            | "notifications/cancelled"
            | "notifications/progress"
            | "notifications/message"
            | "notifications/resources/updated"
            | "notifications/resources/list_changed"
            | "notifications/tools/list_changed"
            | "notifications/prompts/list_changed"
            | "notifications/roots/list_changed"
            | "notifications/elicitation/complete"
            | "notifications/subscriptions/acknowledged"
    )
}

/// Methods whose parameters have no names that mean a path: shapes are enough.
fn is_known(method: &str) -> bool {
    let namespaces = [
        "tools/",
        "prompts/",
        "resources/",
        "completion/",
        "tasks/",
        "roots/",
        "elicitation/",
        "notifications/",
    ];
    matches!(method, "initialize" | "server/discover")
        || namespaces.iter().any(|space| method.starts_with(space))
}

/// Looks at the parameters of a message.
pub(super) fn parameters<'a>(inspection: &mut Inspection<'a>, asked: &Asked<'a>) {
    let call = asked.method == "tools/call";
    let map = match asked.params {
        Value::Object(map) => map,
        Value::Null if !call => return,
        _ if call => {
            let why = "a call needs an object with the tool's name and arguments";
            return inspection.unclear(Area::Manifest, "parameters", why);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return walk::value(inspection, asked.params, Spot::named());
        }
    };
    if call && (asked.tool.is_some() || !map.contains_key("name")) {
        tool(inspection, asked.tool);
    }
    for (name, value) in map {
        inspection.steps.push(Step::Key(name));
        inspection.begin();
        if !text::is_plain_word(name) {
            shape::judge(inspection, name);
        }
        member(inspection, asked, name, value);
        inspection.steps.pop();
    }
}

fn member<'a>(inspection: &mut Inspection<'a>, asked: &Asked<'a>, name: &'a str, value: &'a Value) {
    inspection.begin();
    inspection.aim.access = Access::Either;
    match how(asked.method, name) {
        How::Skip => {}
        How::Shape => walk::value(inspection, value, Spot::by_shape()),
        How::Named => {
            let spot = Spot::named().member(inspection, name);
            walk::value(inspection, value, spot);
        }
        How::Meta => each(inspection, value, &mut meta),
        How::Answers => each(inspection, value, &mut |inspection, _, value| {
            answer(inspection, value);
        }),
        How::Tool if asked.tool.is_some() => {}
        How::Tool => tool(inspection, value.as_str()),
        How::Arguments => arguments(inspection, value),
        How::Resource => resource_or_refuse(inspection, value),
        How::Reference => each(inspection, value, &mut reference),
        How::Filter => filter(inspection, value),
        How::Roots => roots(inspection, value),
        How::Messages => messages(inspection, value),
        How::Page => page(inspection, value),
    }
}

/// Looks at each member of an object, or by shape at anything else.
fn each<'a>(
    inspection: &mut Inspection<'a>,
    value: &'a Value,
    look: &mut dyn FnMut(&mut Inspection<'a>, &'a str, &'a Value),
) {
    let Value::Object(map) = value else {
        return walk::value(inspection, value, Spot::by_shape());
    };
    for (name, member) in map {
        inspection.steps.push(Step::Key(name));
        inspection.begin();
        shape::judge(inspection, name);
        look(inspection, name, member);
        inspection.steps.pop();
    }
}

fn tool(inspection: &mut Inspection<'_>, name: Option<&str>) {
    match name.map(|name| (name, ToolName::parse(name))) {
        Some((_, Ok(tool))) => inspection.action(CallTool { tool }.into()),
        Some((name, Err(cause))) => {
            let why = format!("it is not a tool name: {}", cause.why());
            inspection.unclear(Area::Manifest, name, &why);
        }
        None => inspection.unclear(Area::Manifest, "no name", "a call needs the name of a tool"),
    }
}

fn arguments<'a>(inspection: &mut Inspection<'a>, value: &'a Value) {
    match value {
        Value::Null => {}
        Value::Object(_) => {
            let place = inspection.context.schema.and_then(super::ToolSchema::root);
            walk::value(inspection, value, Spot::at(place));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            inspection.unclear(Area::Manifest, "arguments", "the arguments of a tool are an object");
        }
    }
}

fn meta<'a>(inspection: &mut Inspection<'a>, name: &'a str, value: &'a Value) {
    let own = matches!(name, "traceparent" | "tracestate" | "baggage" | "progressToken");
    if !own && !name.starts_with("io.modelcontextprotocol/") {
        walk::value(inspection, value, Spot::by_shape());
    }
}

/// One answer to a question of the server: root folders, a model's message, or what a user filled in.
fn answer<'a>(inspection: &mut Inspection<'a>, value: &'a Value) {
    let body = value.get("result").unwrap_or(value);
    if body.get("roots").is_some() {
        each(inspection, body, &mut |inspection, name, value| {
            if name == "roots" {
                roots(inspection, value);
            } else {
                walk::value(inspection, value, Spot::by_shape());
            }
        });
    } else if body.get("model").is_some() && body.get("role").is_some() {
        messages(inspection, body);
    } else {
        walk::value(inspection, value, Spot::by_shape());
    }
}

/// A completion's `ref`: the URI is a template, and only one without placeholders names a resource.
fn reference<'a>(inspection: &mut Inspection<'a>, name: &'a str, value: &'a Value) {
    match value.as_str() {
        Some(uri) if name == "uri" && uri.contains('{') => {}
        Some(_) if name == "uri" => resource_or_refuse(inspection, value),
        _ => walk::value(inspection, value, Spot::by_shape()),
    }
}

fn filter<'a>(inspection: &mut Inspection<'a>, value: &'a Value) {
    match value {
        Value::Array(list) => {
            for (index, uri) in list.iter().enumerate() {
                inspection.steps.push(Step::Index(index));
                resource_or_refuse(inspection, uri);
                inspection.steps.pop();
            }
        }
        Value::Object(_) => each(inspection, value, &mut |inspection, name, value| {
            if name == "resourceSubscriptions" {
                filter(inspection, value);
            } else {
                walk::value(inspection, value, Spot::by_shape());
            }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(_) => walk::value(inspection, value, Spot::by_shape()),
    }
}

fn resource_or_refuse(inspection: &mut Inspection<'_>, value: &Value) {
    inspection.begin();
    inspection.aim.access = Access::Read;
    match value.as_str() {
        Some(uri) => resource(inspection, uri),
        None => inspection.unclear(Area::Manifest, "a URI", "the URI of a resource is a string"),
    }
}

/// The URI of a resource. Files and hosts are judged; any other scheme is the server's own, as long as nothing in it
/// climbs.
fn resource(inspection: &mut Inspection<'_>, uri: &str) {
    let bare = text::bare(uri);
    if url::is_file(bare) {
        return url::file(inspection, bare);
    }
    match url::scheme_of(bare) {
        None => shape::judge(inspection, uri),
        Some((name, _)) if scheme::known(&name) == Some(Scheme::Web) => {
            url::judge(inspection, bare, Manner::Stated);
        }
        Some((name, _)) if name.len() == 1 || name == "file" => {
            inspection.unclear(Area::Path, uri, "it names a file in a way that is read differently");
        }
        Some((_, rest)) => {
            let loose = shape::loosened(rest);
            if text::climbs(&loose) || rest.contains(['\0', '\\']) {
                inspection.unclear(Area::Path, uri, "it climbs out of the folder that its scheme stands for");
            }
        }
    }
}

fn roots<'a>(inspection: &mut Inspection<'a>, value: &'a Value) {
    let Value::Array(list) = value else {
        return walk::value(inspection, value, Spot::by_shape());
    };
    for (index, root) in list.iter().enumerate() {
        inspection.steps.push(Step::Index(index));
        each(inspection, root, &mut |inspection, name, value| match value.as_str() {
            Some(uri) if name == "uri" => {
                inspection.begin();
                inspection.aim.access = Access::Either;
                let bare = text::bare(uri);
                if url::is_file(bare) {
                    url::file(inspection, bare);
                } else {
                    inspection.unclear(Area::Path, uri, "a root folder is named by a `file:` URL");
                }
            }
            _ if name == "name" => {}
            _ => walk::value(inspection, value, Spot::by_shape()),
        });
        inspection.steps.pop();
    }
}

/// Messages are prose; the URIs of resources in them are not.
fn messages<'a>(inspection: &mut Inspection<'a>, value: &'a Value) {
    if inspection.is_full() {
        return;
    }
    if inspection.steps.len() > 128 {
        return inspection.unclear(Area::Manifest, "a value", "it is nested more than 128 levels deep");
    }
    match value {
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                inspection.steps.push(Step::Index(index));
                messages(inspection, element);
                inspection.steps.pop();
            }
        }
        Value::Object(map) => {
            for (name, member) in map {
                inspection.steps.push(Step::Key(name));
                if name == "uri" && member.is_string() {
                    resource_or_refuse(inspection, member);
                } else {
                    messages(inspection, member);
                }
                inspection.steps.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The page that a user is asked to open.
fn page(inspection: &mut Inspection<'_>, value: &Value) {
    let Some(text) = value.as_str() else {
        return inspection.unclear(
            Area::Network,
            "a URL",
            "the page that a user is sent to is named by a string",
        );
    };
    match url::scheme_of(text::bare(text)) {
        Some((name, _)) if matches!(name.as_str(), "http" | "https") => {
            url::judge(inspection, text, Manner::Stated);
        }
        _ => inspection.unclear(Area::Network, text, "a user is only sent to `http:` and `https:` pages"),
    }
}
