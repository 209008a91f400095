//! What is read off real-looking messages of both eras.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use portcullis_wire::json::Limits;
use portcullis_wire::jsonrpc::{Message, code, parse_one};
use portcullis_wire::mcp::{
    DiscoverResult, Envelope, InitializeRequest, InitializeResult, Known, Method, Outcome, ProtocolVersion,
    ResultType, Revision, Side,
};

fn read(text: &str) -> Message<'_> {
    parse_one(text.as_bytes(), Limits::DEFAULT).unwrap()
}

#[test]
fn a_modern_call_carries_its_session_with_it() {
    let text = r#"{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"w\u0065ather",
        "arguments":{"city":"Bern"},"requestState":"s","inputResponses":{"k":{}},"task":{},
        "_meta":{"progressToken":"p","io.modelcontextprotocol/protocolVersion":"2026-07-28",
        "io.modelcontextprotocol/clientCapabilities":{"elicitation":{}},"io.modelcontextprotocol/logLevel":"info",
        "io.modelcontextprotocol/clientInfo":{"name":"x"},"traceparent":"00-1"}}}"#;
    let message = read(text);
    let envelope = Envelope::of(&message).unwrap();
    assert_eq!(envelope.method, Some(Method::ToolsCall));
    assert_eq!(envelope.name.unwrap().decode(), "weather");
    assert_eq!(envelope.arguments.unwrap().raw(), r#"{"city":"Bern"}"#);
    assert_eq!(envelope.request_state.unwrap().raw(), "s");
    assert_eq!(envelope.input_responses.unwrap().raw(), r#"{"k":{}}"#);
    assert_eq!(envelope.progress_token.unwrap().as_str(), r#""p""#);
    assert_eq!(envelope.version, Some(ProtocolVersion::Known(Revision::V2026_07_28)));
    assert!(envelope.is_modern);
    assert_eq!(envelope.client_capabilities.unwrap().raw(), r#"{"elicitation":{}}"#);
    assert_eq!(envelope.log_level.unwrap().raw(), "info");
    assert_eq!(envelope.client_info.unwrap().raw(), r#"{"name":"x"}"#);
    assert_eq!(envelope.traceparent.unwrap().raw(), "00-1");
    assert!(envelope.meta.is_some());
    envelope.check_modern(&message).unwrap();
    let known = Envelope::check_sender(&message, Side::Client, Some(Revision::V2026_07_28));
    assert_eq!(known, Ok(Known::Defined));
}

#[test]
fn a_modern_request_without_its_fields_is_refused() {
    for (meta, reason) in [
        ("{}", "`_meta` has no `io.modelcontextprotocol/protocolVersion`"),
        (
            r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#,
            "`_meta` has no `io.modelcontextprotocol/clientCapabilities`",
        ),
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"_meta":{meta}}}}}"#);
        let message = read(&text);
        let refusal = Envelope::of(&message).unwrap().check_modern(&message).unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (code::INVALID_PARAMS, reason));
    }
}

#[test]
fn notifications_name_what_they_belong_to() {
    let message = read(
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1,
        "_meta":{"progressToken":8,"io.modelcontextprotocol/subscriptionId":"l"}}}"#,
    );
    let envelope = Envelope::of(&message).unwrap();
    assert_eq!(envelope.progress_token.unwrap().as_str(), "7");
    assert_eq!(envelope.subscription_id.unwrap().as_str(), r#""l""#);
    let message = read(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}"#);
    assert_eq!(Envelope::of(&message).unwrap().request_id.unwrap().as_str(), r#""7""#);
}

#[test]
fn unknown_methods_keep_their_fields_to_themselves() {
    let text = r#"{"jsonrpc":"2.0","id":1,"method":"x.org/y","params":{"name":5,"uri":{},"cursor":[]}}"#;
    let message = read(text);
    let envelope = Envelope::of(&message).unwrap();
    assert_eq!((envelope.method, envelope.name.is_none()), (None, true));
    assert_eq!(message.params().unwrap().get("uri").unwrap().value().raw(), "{}");
    assert_eq!(Envelope::check_sender(&message, Side::Client, None), Ok(Known::Unknown));
}

#[test]
fn the_empty_cursor_is_a_cursor() {
    let message = read(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":""}}"#);
    assert_eq!(Envelope::of(&message).unwrap().cursor.unwrap().raw(), "");
    let message = read(r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"nextCursor":""}}"#);
    let outcome = Outcome::of(&message, Some(Method::ToolsList)).unwrap().unwrap();
    assert_eq!((outcome.next_cursor.unwrap().raw(), outcome.result_type), ("", ResultType::Absent));
}

#[test]
fn results_say_whether_they_are_complete() {
    let message = read(
        r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"a":{}},"requestState":"o",
        "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"},"io.modelcontextprotocol/subscriptionId":4}}}"#,
    );
    let outcome = Outcome::of(&message, Some(Method::ToolsCall)).unwrap().unwrap();
    assert_eq!(outcome.result_type, ResultType::InputRequired);
    assert_eq!(outcome.input_requests.unwrap().raw(), r#"{"a":{}}"#);
    assert_eq!(outcome.request_state.unwrap().raw(), "o");
    assert_eq!(outcome.server_info.unwrap().raw(), r#"{"name":"s"}"#);
    assert_eq!(outcome.subscription_id.unwrap().as_str(), "4");
    for (named, expected) in [("complete", ResultType::Complete), ("task", ResultType::Task)] {
        let text =
            format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"resultType":"{named}","isError":true}}}}"#);
        let message = read(&text);
        let outcome = Outcome::of(&message, None).unwrap().unwrap();
        assert_eq!((outcome.result_type, outcome.is_error), (expected, true));
    }
}

#[test]
fn sessions_are_read_raw() {
    let message = read(
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2031-01-01","capabilities":{"x":1e2},"clientInfo":{"name":"h"}}}"#,
    );
    let asked = InitializeRequest::of(&message).unwrap();
    assert_eq!((asked.version.as_str(), asked.version.known()), ("2031-01-01", None));
    assert_eq!(
        (asked.capabilities.raw(), asked.client_info.unwrap().raw()),
        (r#"{"x":1e2}"#, r#"{"name":"h"}"#)
    );
    let message = read(
        r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{},"instructions":"a\nb"}}"#,
    );
    let answered = InitializeResult::of(&message).unwrap();
    assert_eq!(answered.version.known(), Some(Revision::V2024_11_05));
    assert_eq!(answered.instructions.unwrap().decode(), "a\nb");
    let message = read(
        r#"{"jsonrpc":"2.0","id":0,"result":{"supportedVersions":["2026-07-28","x"],"capabilities":{},"ttlMs":5,"cacheScope":"public",
        "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}}"#,
    );
    let found = DiscoverResult::of(&message).unwrap();
    let versions: Vec<_> = found.versions.iter().map(ProtocolVersion::as_str).collect();
    assert_eq!((versions.as_slice(), found.ttl_ms), (["2026-07-28", "x"].as_slice(), Some(5)));
    assert_eq!(found.cache_scope.unwrap().raw(), "public");
    assert_eq!(found.server_info.unwrap().raw(), r#"{"name":"s"}"#);
    for broken in [
        r#"{"jsonrpc":"2.0","id":0,"result":{"capabilities":{}}}"#,
        r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"x","supportedVersions":[null],"capabilities":{}}}"#,
        r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":5,"supportedVersions":"x","capabilities":{}}}"#,
    ] {
        assert!(DiscoverResult::of(&read(broken)).is_err(), "{broken}");
    }
    assert!(InitializeResult::of(&read(r#"{"jsonrpc":"2.0","id":0,"result":{"capabilities":{}}}"#)).is_err());
}
