//! What a request or notification says outside its payload: the fields that routing, policy and translation look at,
//! borrowed from the message. A field of the wrong type, or one whose name another decoder would match without regard
//! to case, is a refusal. `null` counts as absent for optional fields. Everything else is left alone.

use super::method::{Form, Known, Method, Side};
use super::names::{META, PARAMS, meta_key};
use super::version::{ProtocolVersion, Revision};
use crate::json::{Kind, Member, Text, Value};
use crate::jsonrpc::{Message, MessageKind, RawId, Refusal, case_variant, code};

/// The outer fields of a request or notification.
#[derive(Debug, Clone, Default)]
pub struct Envelope<'a> {
    /// The method, if some revision has it.
    pub method: Option<Method>,
    /// `params.name`: tool or prompt.
    pub name: Option<Text<'a>>,
    /// `params.uri`: resource.
    pub uri: Option<Text<'a>>,
    /// `params.arguments`, an object.
    pub arguments: Option<Value<'a>>,
    /// `params.cursor`; the empty string is a cursor too.
    pub cursor: Option<Text<'a>>,
    /// `params.requestId` of a cancellation.
    pub request_id: Option<RawId<'a>>,
    /// `params.ref` of a completion, an object.
    pub reference: Option<Value<'a>>,
    /// `params.level` of `logging/setLevel` or a log message.
    pub level: Option<Text<'a>>,
    /// `params.taskId`.
    pub task_id: Option<Text<'a>>,
    /// `params.requestState`, echoed from an earlier result (2026-07-28). Opaque.
    pub request_state: Option<Text<'a>>,
    /// `params.inputResponses`, an object (2026-07-28).
    pub input_responses: Option<Value<'a>>,
    /// `params._meta`, an object.
    pub meta: Option<Value<'a>>,
    /// `params._meta.progressToken`, or `params.progressToken` of a progress notification.
    pub progress_token: Option<RawId<'a>>,
    /// The revision of this message: `_meta` in the modern era, `params.protocolVersion` of `initialize`.
    pub version: Option<ProtocolVersion<'a>>,
    /// Whether the version stands in `_meta`: the mark of a modern request.
    pub is_modern: bool,
    /// Capabilities of the client for this request, an object (2026-07-28).
    pub client_capabilities: Option<Value<'a>>,
    /// Name and version of the client, an object (2026-07-28). Never to be trusted.
    pub client_info: Option<Value<'a>>,
    /// Log level asked for (2026-07-28).
    pub log_level: Option<Text<'a>>,
    /// Id of the listen request this notification belongs to (2026-07-28).
    pub subscription_id: Option<RawId<'a>>,
    /// W3C trace context.
    pub traceparent: Option<Text<'a>>,
}

impl<'a> Envelope<'a> {
    /// Reads the outer fields of a request or notification; of a result or error there are none.
    pub fn of(message: &Message<'a>) -> Result<Self, Refusal> {
        let mut envelope = Self { method: message.method().and_then(Method::read), ..Self::default() };
        if let Some(params) = message.params() {
            // Nobody can say what the names of an unknown method mean, except `_meta`.
            let known: &[&'static str] = if envelope.method.is_some() { PARAMS } else { &["_meta"] };
            for member in params.members() {
                if !envelope.take_param(message, &member)? {
                    refuse_variant(message, "params", &member, known)?;
                }
            }
            if let Some(meta) = params.get("_meta").filter(|meta| meta.value().kind() == Kind::Object) {
                envelope.meta = Some(meta.value());
                for member in meta.members() {
                    if !envelope.take_meta(message, &member)? {
                        refuse_variant(message, "_meta", &member, META)?;
                    }
                }
            }
        }
        envelope.check_required(message)?;
        Ok(envelope)
    }

    /// Takes a member of `params` that has a meaning; whether it had one.
    fn take_param(&mut self, message: &Message<'a>, member: &Member<'a>) -> Result<bool, Refusal> {
        let value = member.value;
        let key = member.key.decode();
        if key == "_meta" {
            object(message, "_meta", value)?;
            return Ok(true);
        }
        if self.method.is_none() {
            return Ok(false);
        }
        match key.as_ref() {
            "name" => self.name = text(message, "name", value)?,
            "uri" => self.uri = text(message, "uri", value)?,
            "arguments" => self.arguments = object(message, "arguments", value)?,
            "cursor" => self.cursor = text(message, "cursor", value)?,
            "requestId" => self.request_id = id(message, "requestId", value)?,
            "ref" => self.reference = fixed(message, "ref", value, &["type", "uri", "name"])?,
            "argument" if self.method == Some(Method::CompletionComplete) => {
                fixed(message, "argument", value, &["name", "value"])?;
                return Ok(false);
            }
            "level" => self.level = text(message, "level", value)?,
            "taskId" => self.task_id = text(message, "taskId", value)?,
            "requestState" => self.request_state = text(message, "requestState", value)?,
            "inputResponses" => self.input_responses = object(message, "inputResponses", value)?,
            "progressToken" if self.method == Some(Method::Progress) => {
                self.progress_token = id(message, "progressToken", value)?;
            }
            "protocolVersion" if self.method == Some(Method::Initialize) => {
                self.version = version(message, value)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Takes a member of `_meta` that has a meaning; whether it had one.
    fn take_meta(&mut self, message: &Message<'a>, member: &Member<'a>) -> Result<bool, Refusal> {
        let value = member.value;
        match member.key.decode().as_ref() {
            // A progress notification names its token in `params`; one in its `_meta` means nothing.
            meta_key::PROGRESS_TOKEN if self.method == Some(Method::Progress) => {}
            meta_key::PROGRESS_TOKEN => {
                let token = id(message, meta_key::PROGRESS_TOKEN, value)?;
                self.progress_token = self.progress_token.or(token);
            }
            // The handshake belongs to the older revisions, whatever its `_meta` says.
            meta_key::PROTOCOL_VERSION if self.method == Some(Method::Initialize) => {}
            meta_key::PROTOCOL_VERSION => {
                self.version = version(message, value)?;
                self.is_modern = self.version.is_some();
            }
            meta_key::CLIENT_CAPABILITIES => {
                self.client_capabilities = object(message, meta_key::CLIENT_CAPABILITIES, value)?;
            }
            meta_key::CLIENT_INFO => self.client_info = object(message, meta_key::CLIENT_INFO, value)?,
            meta_key::LOG_LEVEL => self.log_level = text(message, meta_key::LOG_LEVEL, value)?,
            meta_key::SUBSCRIPTION_ID => {
                self.subscription_id = id(message, meta_key::SUBSCRIPTION_ID, value)?;
            }
            meta_key::TRACEPARENT => self.traceparent = text(message, meta_key::TRACEPARENT, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Refuses a message without the field that its method turns on.
    fn check_required(&self, message: &Message<'a>) -> Result<(), Refusal> {
        let (name, is_there) = match self.method {
            Some(Method::ToolsCall | Method::PromptsGet) => ("name", self.name.is_some()),
            Some(Method::ResourcesRead | Method::ResourcesSubscribe | Method::ResourcesUnsubscribe) => {
                ("uri", self.uri.is_some())
            }
            Some(Method::CompletionComplete) => ("ref", self.reference.is_some()),
            Some(Method::LoggingSetLevel) => ("level", self.level.is_some()),
            Some(Method::Progress) => ("progressToken", self.progress_token.is_some()),
            Some(Method::Initialize) => ("protocolVersion", self.version.is_some()),
            Some(Method::TasksGet | Method::TasksResult | Method::TasksCancel | Method::TasksUpdate) => {
                ("taskId", self.task_id.is_some())
            }
            _ => return Ok(()),
        };
        if is_there {
            return Ok(());
        }
        Err(message.refuse(code::INVALID_PARAMS, format!("`{name}` is missing")))
    }

    /// Refuses a modern request without the fields every one must carry (2026-07-28, `_meta`).
    pub fn check_modern(&self, message: &Message<'a>) -> Result<(), Refusal> {
        let missing = match (self.is_modern, self.client_capabilities) {
            (true, Some(_)) => return Ok(()),
            (false, _) => meta_key::PROTOCOL_VERSION,
            (true, None) => meta_key::CLIENT_CAPABILITIES,
        };
        Err(message.refuse(code::INVALID_PARAMS, format!("`_meta` has no `{missing}`")))
    }

    /// What is known of the message's method, sent by `side` in `revision`. Refuses what cannot be passed on
    /// whatever the policy: a request method without id, a notification with one, a notification the revision does
    /// not define for this side, a request only the other side sends. Methods of no revision are the caller's to
    /// judge.
    pub fn check_sender(
        message: &Message<'a>,
        side: Side,
        revision: Option<Revision>,
    ) -> Result<Known, Refusal> {
        let form = match message.kind() {
            MessageKind::Request { .. } => Form::Request,
            MessageKind::Notification { .. } => Form::Notification,
            MessageKind::Result { .. } | MessageKind::Error { .. } => return Ok(Known::Defined),
        };
        let method = message.method().unwrap_or_default();
        let known = Method::classify(method, side, form, revision);
        let shown = method.escape_debug();
        match (known, form) {
            (Known::OtherForm, Form::Notification) => {
                let mut refusal =
                    message.refuse(code::INVALID_REQUEST, format!("request `{shown}` has no id"));
                // Its sender may well wait for an answer.
                refusal.shape = crate::jsonrpc::Shape::Unknown;
                Err(refusal)
            }
            (Known::OtherForm, Form::Request) => {
                Err(message.refuse(code::INVALID_REQUEST, format!("notification `{shown}` has an id")))
            }
            (Known::OtherRevision | Known::OtherSide | Known::EmbeddedOnly, Form::Notification) => {
                Err(message
                    .refuse(code::INVALID_REQUEST, format!("notification `{shown}` is not defined here")))
            }
            (Known::OtherSide | Known::EmbeddedOnly, Form::Request) => {
                Err(message
                    .refuse(code::METHOD_NOT_FOUND, format!("request `{shown}` is not sent by this side")))
            }
            _ => Ok(known),
        }
    }
}

pub(super) fn refuse_variant(
    message: &Message<'_>,
    place: &str,
    member: &Member<'_>,
    known: &[&'static str],
) -> Result<(), Refusal> {
    let Some(name) = case_variant(member.key, known) else {
        return Ok(());
    };
    let found = member.key.decode();
    let text = format!("member `{}` of `{place}` is a case variant of `{name}`", found.escape_default());
    Err(message.refuse(code::INVALID_PARAMS, text))
}

/// An object whose members have fixed names: case variants of them are refused.
fn fixed<'a>(
    message: &Message<'a>,
    place: &str,
    value: Value<'a>,
    known: &[&'static str],
) -> Result<Option<Value<'a>>, Refusal> {
    let object = object(message, place, value)?;
    for member in object.into_iter().flat_map(Value::members) {
        refuse_variant(message, place, &member, known)?;
    }
    Ok(object)
}

fn wrong(message: &Message<'_>, name: &str, value: Value<'_>, wanted: &str) -> Refusal {
    message.refuse(code::INVALID_PARAMS, format!("`{name}` is {}, not {wanted}", value.kind().name()))
}

pub(super) fn text<'a>(
    message: &Message<'_>,
    name: &str,
    value: Value<'a>,
) -> Result<Option<Text<'a>>, Refusal> {
    match value.kind() {
        Kind::Null => Ok(None),
        Kind::String => Ok(value.as_text()),
        Kind::Object | Kind::Array | Kind::Number | Kind::Bool => {
            Err(wrong(message, name, value, "a string"))
        }
    }
}

pub(super) fn object<'a>(
    message: &Message<'_>,
    name: &str,
    value: Value<'a>,
) -> Result<Option<Value<'a>>, Refusal> {
    match value.kind() {
        Kind::Null => Ok(None),
        Kind::Object => Ok(Some(value)),
        Kind::Array | Kind::String | Kind::Number | Kind::Bool => {
            Err(wrong(message, name, value, "an object"))
        }
    }
}

pub(super) fn id<'a>(
    message: &Message<'_>,
    name: &str,
    value: Value<'a>,
) -> Result<Option<RawId<'a>>, Refusal> {
    if value.kind() == Kind::Null {
        return Ok(None);
    }
    RawId::of(value).map(Some).map_err(|error| {
        let text = error.to_string().replacen("`id`", &format!("`{name}`"), 1);
        message.refuse(code::INVALID_PARAMS, text)
    })
}

pub(super) fn version<'a>(
    message: &Message<'_>,
    value: Value<'a>,
) -> Result<Option<ProtocolVersion<'a>>, Refusal> {
    Ok(text(message, "protocolVersion", value)?.map(|text| ProtocolVersion::read(text.decode())))
}
