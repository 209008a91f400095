//! The plugin protocol: every type of plugin-to-core message is read, every core-to-plugin message is written, and
//! what is neither says exactly why.

#![expect(clippy::wildcard_enum_match_arm, reason = "what a row does not expect fails the test")]

use expect_test::{Expect, expect};
use portcullis_wire::json::{Accepted, Limits, scan};
use portcullis_wire::plugin::{
    Feature, FromPlugin, HttpAnswer, Source, ToPlugin, ToolOutcome, oneshot, parse,
};

fn check(line: &str, expected: &Expect) {
    let shown = match parse(line.as_bytes(), Limits::DEFAULT) {
        Ok(message) => format!("{} < {:?}: {}", message.id, message.parent_id, show(&message.body)),
        Err(error) => format!("{error} (id {:?}, parent {:?})", error.id, error.parent_id),
    };
    expected.assert_eq(&shown);
}

fn show(body: &FromPlugin<'_>) -> String {
    match body {
        FromPlugin::ToolResult { outcome: ToolOutcome::Done(value), actions } => {
            format!("done {:?} {actions:?}", value.map(portcullis_wire::json::Value::raw))
        }
        FromPlugin::ToolResult { outcome: ToolOutcome::Blocks(value), .. } => {
            format!("blocks {}", value.raw())
        }
        FromPlugin::InitOk { domains, auth_bindings, features } => {
            let bindings = auth_bindings.map(portcullis_wire::json::Value::raw);
            format!("init_ok {domains:?} {bindings:?} {features:?}")
        }
        FromPlugin::Http(request) => format!(
            "{} {:?} query {:?} body {:?} base64 {} no_auth {} domains {:?}",
            request.method,
            request.target,
            request.query.map(portcullis_wire::json::Value::raw),
            request.body.map(portcullis_wire::json::Value::raw),
            request.body_is_base64,
            request.no_auth,
            request.domains,
        ),
        FromPlugin::CacheSet { key, value, ttl_s } => {
            format!("set {key} {:?} {ttl_s}", value.map(portcullis_wire::json::Value::raw))
        }
        FromPlugin::ListResourcesOk(resources) => {
            format!("resources {:?}", resources.map(portcullis_wire::json::Value::raw))
        }
        FromPlugin::Progress { progress, total, message } => format!(
            "progress {} {:?} {message:?}",
            progress.raw(),
            total.map(portcullis_wire::json::Value::raw)
        ),
        FromPlugin::Elicit { message, schema } => {
            format!("elicit {message} {:?}", schema.map(portcullis_wire::json::Value::raw))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn every_reply_is_read() {
    for (line, expected) in [
        (
            r#"{"type":"init_ok","id":"init-1","domains":["a.example"],"auth_bindings":{"a":"B"},"features":["log"]}"#,
            expect![[r#"init-1 < None: init_ok Some(["a.example"]) Some("{\"a\":\"B\"}") ["log"]"#]],
        ),
        (r#"{"type":"init_ok","id":"init-1"}"#, expect![["init-1 < None: init_ok None None []"]]),
        (
            r#"{"type":"init_error","id":"init-1","error":{"code":"x","message":"no token"}}"#,
            expect![[r#"init-1 < None: InitError(Failure { code: "x", message: "no token" })"#]],
        ),
        (
            r#"{"type":"tool_result","id":"req-1","result":{"n":1e2},"actions":[{"type":"invalidate_resources"}]}"#,
            expect![[r#"req-1 < None: done Some("{\"n\":1e2}") ["invalidate_resources"]"#]],
        ),
        (r#"{"type":"tool_result","id":"r","error":null}"#, expect![["r < None: done None []"]]),
        (
            r#"{"type":"tool_result","id":"r","error":{"message":"m"}}"#,
            expect![[
                r#"r < None: ToolResult { outcome: Failed(Failure { code: "", message: "m" }), actions: [] }"#
            ]],
        ),
        (
            r#"{"type":"tool_result","id":"r","blocks":[{"type":"text"}]}"#,
            expect![[r#"r < None: blocks [{"type":"text"}]"#]],
        ),
        (
            r#"{"type":"list_resources_ok","id":"res-1","resources":[{"uri":"u","name":"n"}]}"#,
            expect![[r#"res-1 < None: resources Some("[{\"uri\":\"u\",\"name\":\"n\"}]")"#]],
        ),
        (
            r#"{"type":"list_resources_ok","id":"res-1","error":{"code":"c"}}"#,
            expect![[r#"res-1 < None: Error(Failure { code: "c", message: "" })"#]],
        ),
        (
            r#"{"type":"read_resource_ok","id":"res-2","content":"","mime_type":"text/plain"}"#,
            expect![[r#"res-2 < None: ReadResourceOk { content: Some(""), mime_type: Some("text/plain") }"#]],
        ),
        (
            r#"{"type":"error","id":"res-2","error":{"code":"c","message":"m"}}"#,
            expect![[r#"res-2 < None: Error(Failure { code: "c", message: "m" })"#]],
        ),
        (r#"{"type":"shutdown_ok","id":"shutdown-1"}"#, expect![["shutdown-1 < None: ShutdownOk"]]),
    ] {
        check(line, &expected);
    }
}

#[test]
fn every_request_and_notice_is_read() {
    for (line, expected) in [
        (
            r#"{"type":"http_request","id":"h","parent_id":"req-1","path":"/a","query":{"q":[1,"2"]},"body":{"a":1}}"#,
            expect![[
                r#"h < Some("req-1"): GET Path("/a") query Some("{\"q\":[1,\"2\"]}") body Some("{\"a\":1}") base64 false no_auth false domains None"#
            ]],
        ),
        (
            r#"{"type":"http_request","id":"h","method":"PUT","url":"https://a/","body":"QQ==","body_encoding":"base64","no_auth":true,"domains":[]}"#,
            expect![[
                r#"h < None: PUT Url("https://a/") query None body Some("\"QQ==\"") base64 true no_auth true domains Some([])"#
            ]],
        ),
        (r#"{"type":"cache_get","id":"c","key":"k"}"#, expect![[r#"c < None: CacheGet { key: "k" }"#]]),
        (
            r#"{"type":"cache_set","id":"c","key":"k","value":[1],"ttl":60}"#,
            expect![[r#"c < None: set k Some("[1]") 60"#]],
        ),
        (r#"{"type":"cache_del","id":"c","key":"k"}"#, expect![[r#"c < None: CacheDel { key: "k" }"#]]),
        (r#"{"type":"cache_list","id":"c"}"#, expect![["c < None: CacheList { pattern: None }"]]),
        (r#"{"type":"cache_flush","id":"c"}"#, expect![["c < None: CacheFlush"]]),
        (
            r#"{"type":"file_read","id":"f","path":"a.txt","body_encoding":"base64"}"#,
            expect![[r#"f < None: FileRead { path: "a.txt", body_encoding: Some("base64") }"#]],
        ),
        (
            r#"{"type":"progress","parent_id":"req-1","progress":0.70,"total":1}"#,
            expect![[r#" < Some("req-1"): progress 0.70 Some("1") None"#]],
        ),
        (
            r#"{"type":"log","level":"info","message":"m"}"#,
            expect![[r#" < None: Log { level: "info", message: "m" }"#]],
        ),
        (
            r#"{"type":"elicit","id":"e","parent_id":"req-1","message":"sure?","schema":{}}"#,
            expect![[r#"e < Some("req-1"): elicit sure? Some("{}")"#]],
        ),
    ] {
        check(line, &expected);
    }
}

#[test]
fn what_is_wrong_is_said_exactly() {
    for (line, expected) in [
        (r#"{"id":"x"}"#, expect![[r#"`message` without `type` (id Some("x"), parent None)"#]]),
        (
            r#"{"type":"later","id":"x","parent_id":"p"}"#,
            expect![[r#"unknown message type `later` (id Some("x"), parent Some("p"))"#]],
        ),
        (r#"{"type":"cache_get","key":"k"}"#, expect![["`cache_get` without `id` (id None, parent None)"]]),
        (
            r#"{"type":"cache_get","id":7,"key":"k"}"#,
            expect![["`id` is a number, not a string (id None, parent None)"]],
        ),
        (
            r#"{"type":"cache_get","id":"c","key":""}"#,
            expect![[r#"`cache_get` without `key` (id Some("c"), parent None)"#]],
        ),
        (
            r#"{"type":"cache_set","id":"c","key":"k","ttl":1.5}"#,
            expect![[r#"`ttl` is a number, not a non-negative integer (id Some("c"), parent None)"#]],
        ),
        (
            r#"{"type":"tool_result","id":"r","result":1,"error":{"message":"m"}}"#,
            expect![[r#"both `result` and `error` (id Some("r"), parent None)"#]],
        ),
        (
            r#"{"type":"tool_result","id":"r","error":"m"}"#,
            expect![[r#"`error` is a string, not an object (id Some("r"), parent None)"#]],
        ),
        (
            r#"{"type":"http_request","id":"h","path":"/a","url":"https://a"}"#,
            expect![[r#"both `path` and `url` (id Some("h"), parent None)"#]],
        ),
        (
            r#"{"type":"http_request","id":"h","body_encoding":"hex"}"#,
            expect![[r#"`body_encoding` cannot be `hex` (id Some("h"), parent None)"#]],
        ),
        (
            r#"{"type":"file_write","id":"f","path":"a"}"#,
            expect![[r#"`file_write` without `content` (id Some("f"), parent None)"#]],
        ),
        (
            r#"{"type":"file_write","id":"f","path":"a","content":"","source_path":"b"}"#,
            expect![[r#"both `content` and `source_path` (id Some("f"), parent None)"#]],
        ),
        (
            r#"{"type":"tool_result","id":"r","result":{"a":1,"a":2}}"#,
            expect![[r#"not acceptable JSON: duplicate key `a` at byte 47 (id Some("r"), parent None)"#]],
        ),
        ("[]", expect![["a message is an object, not an array (id None, parent None)"]]),
        (
            "{",
            expect![[
                "not acceptable JSON: unexpected end of text, expected a key at byte 1 (id None, parent None)"
            ]],
        ),
    ] {
        check(line, &expected);
    }
}

#[test]
fn empty_content_is_content_and_absent_content_is_not() {
    let source = |line: &'static str| match parse(line.as_bytes(), Limits::DEFAULT).unwrap().body {
        FromPlugin::FileWrite(write) => write.source,
        other => panic!("{other:?}"),
    };
    let empty = r#"{"type":"file_write","id":"f","path":"a","content":""}"#;
    assert_eq!(source(empty), Source::Content("".into()));
    let null = r#"{"type":"file_write","id":"f","path":"a","content":null,"source_path":"b"}"#;
    assert_eq!(source(null), Source::Path("b".into()));
}

/// One message of each kind.
fn everything<'a>(config: &'a Accepted<'a>) -> Vec<ToPlugin<'a>> {
    let (id, code, message) = ("h\"1", "c", "line\nbreak");
    vec![
        ToPlugin::Init { id, config, features: &[] },
        ToPlugin::Init { id, config, features: &Feature::ALL },
        ToPlugin::ToolCall { id, tool: "t", params: config, config },
        ToPlugin::ListResources { id },
        ToPlugin::ReadResource { id, uri: "u" },
        ToPlugin::Shutdown { id },
        ToPlugin::Http {
            id,
            answer: HttpAnswer::Response {
                status: 200,
                headers: config,
                body: None,
                is_base64: true,
                url: "u",
            },
        },
        ToPlugin::Http { id, answer: HttpAnswer::Error { code, message } },
        ToPlugin::CacheGot { id, value: Some(config) },
        ToPlugin::CacheGot { id, value: None },
        ToPlugin::CacheWasSet { id },
        ToPlugin::CacheDeleted { id, deleted: false },
        ToPlugin::CacheListed { id, keys: &["a", "b"] },
        ToPlugin::CacheFlushed { id, count: u64::MAX },
        ToPlugin::FileWritten { id, path: "p", size: 3 },
        ToPlugin::FileContent { id, path: "p", content: "", is_base64: false },
        ToPlugin::Failed { id, reply: "cache_get", code, message },
        ToPlugin::Cancel { call: "req-1", reason: "deadline" },
        ToPlugin::ElicitAnswer { id, action: "accept", content: Some(config) },
    ]
}

#[test]
fn every_message_to_a_plugin_is_one_line_of_json() {
    let config = Accepted::check("{\n \"a\": 1e2 }", Limits::DEFAULT).unwrap();
    let mut seen = String::new();
    for said in everything(&config) {
        let line = said.encode();
        assert!(!line.as_str().contains('\n'), "{line}");
        scan(line.as_str().as_bytes(), Limits::DEFAULT).unwrap();
        seen.push_str(line.as_str());
        seen.push('\n');
    }
    expect![[r#"
        {"type":"init","id":"h\"1","protocol":"1.0","config":{  "a": 1e2 }}
        {"type":"init","id":"h\"1","protocol":"1.0","config":{  "a": 1e2 },"features":["cancel","progress","log","elicit","blocks"]}
        {"type":"tool_call","id":"h\"1","tool":"t","params":{  "a": 1e2 },"config":{  "a": 1e2 }}
        {"type":"list_resources","id":"h\"1"}
        {"type":"read_resource","id":"h\"1","uri":"u"}
        {"type":"shutdown","id":"h\"1"}
        {"type":"http_response","id":"h\"1","status":200,"headers":{  "a": 1e2 },"body_encoding":"base64","url":"u"}
        {"type":"http_response","id":"h\"1","status":0,"error":{"code":"c","message":"line\nbreak"}}
        {"type":"cache_get","id":"h\"1","hit":true,"value":{  "a": 1e2 }}
        {"type":"cache_get","id":"h\"1","hit":false}
        {"type":"cache_set","id":"h\"1","ok":true}
        {"type":"cache_del","id":"h\"1","ok":true,"deleted":false}
        {"type":"cache_list","id":"h\"1","keys":["a","b"]}
        {"type":"cache_flush","id":"h\"1","ok":true,"count":18446744073709551615}
        {"type":"file_write_response","id":"h\"1","path":"p","size":3}
        {"type":"file_read_response","id":"h\"1","path":"p","content":""}
        {"type":"cache_get","id":"h\"1","error":{"code":"c","message":"line\nbreak"}}
        {"type":"cancel","parent_id":"req-1","message":"deadline"}
        {"type":"elicit_response","id":"h\"1","action":"accept","content":{  "a": 1e2 }}
    "#]].assert_eq(&seen);
}

#[test]
fn one_shot_programs_get_a_line_and_answer_with_an_object() {
    let arguments = Accepted::check(r#"{"a": [1.50]}"#, Limits::DEFAULT).unwrap();
    assert_eq!(oneshot::call("t", &arguments).as_str(), r#"{"tool":"t","arguments":{"a": [1.50]}}"#);
    let reply = oneshot::reply(b"{\"content\":[{}], \"isError\":true, \"x\":1}\n", Limits::DEFAULT).unwrap();
    assert_eq!((reply.content.raw(), reply.is_error), ("[{}]", true));
    for (output, reason) in [
        ("", "not acceptable JSON: no value at byte 0"),
        ("{}", "`reply` without `content`"),
        (r#"{"content":"x"}"#, "`content` is a string, not an array"),
        (r#"{"content":[],"isError":"no"}"#, "`isError` is a string, not a boolean"),
        (r#"{"content":[]}{}"#, "not acceptable JSON: trailing text after the value at byte 14"),
        ("[]", "a message is an object, not an array"),
    ] {
        assert_eq!(oneshot::reply(output.as_bytes(), Limits::DEFAULT).unwrap_err().to_string(), reason);
    }
}
