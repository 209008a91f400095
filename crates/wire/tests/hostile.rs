//! Hostile frames, each refused with the id it must be answered with. Every row is a way some proxy was got past.

#![expect(clippy::expect_used, reason = "a frame that is taken is a failed test")]

use expect_test::{Expect, expect};
use portcullis_wire::frame::lines::Lines;
use portcullis_wire::json::Limits;
use portcullis_wire::jsonrpc::{Batch, Frame, Refusal, Rules, parse, parse_one};
use portcullis_wire::mcp::{Envelope, Method, Outcome, Revision, Side};

/// What a gateway does with a frame from a client: parse, read the envelope, see who sent it.
fn judge(frame: &[u8]) -> Result<(), Refusal> {
    let message = parse_one(frame, Limits::DEFAULT)?;
    Envelope::of(&message)?;
    Envelope::check_sender(&message, Side::Client, Some(Revision::V2025_11_25))?;
    Outcome::of(&message, Some(Method::ToolsCall))?;
    Ok(())
}

fn check(frame: &[u8], expected: &Expect) {
    let refusal = judge(frame).expect_err(&String::from_utf8_lossy(frame));
    let id = refusal.id.as_ref().map_or("-".to_owned(), ToString::to_string);
    expected.assert_eq(&format!("{} {id} {:?}: {refusal}", refusal.code, refusal.shape));
}

fn rows(table: &[(&str, Expect)]) {
    for (frame, expected) in table {
        check(frame.as_bytes(), expected);
    }
}

/// A well-made call with `inside` put into its parameters.
fn call(inside: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"t",{inside}}}}}"#)
}

#[test]
fn duplicate_names() {
    rows(&[
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"safe","arguments":{},"name":"unsafe"}}"#,
            expect!["-32600 7 Request: duplicate key `name` at byte 85"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t","arguments":{"a":[{"p":1,"q":2,"\u0070":3}]}}}"#,
            expect!["-32600 7 Request: duplicate key `p` at byte 98"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","method":"tools/call"}"#,
            expect!["-32600 7 Request: duplicate key `method` at byte 46"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"id":8,"method":"ping"}"#,
            expect!["-32600 - Request: duplicate key `id` at byte 24"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"\u0069d":8,"method":"ping"}"#,
            expect!["-32600 - Request: duplicate key `id` at byte 24"],
        ),
    ]);
    // Past the size at which names are sorted rather than compared.
    let many: Vec<String> = (0..500).map(|index| format!("\"k{index}\":0")).collect();
    let frame = call(&format!("\"arguments\":{{{},\"k3\\u0037\":0}}", many.join(",")));
    check(frame.as_bytes(), &expect!["-32600 7 Request: duplicate key `k37` at byte 4470"]);
}

#[test]
fn case_variants() {
    rows(&[
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","Method":"tools/call"}"#,
            expect!["-32600 7 Request: member `Method` is a case variant of `method`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"ID":8,"method":"ping"}"#,
            expect!["-32600 - Request: member `ID` is a case variant of `id`"],
        ),
        (
            r#"{"JSONRPC":"2.0","id":7,"method":"ping"}"#,
            expect!["-32600 7 Request: member `JSONRPC` is a case variant of `jsonrpc`"],
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"param\u{17F}\":{}}",
            expect![r"-32600 7 Request: member `param\u{17f}` is a case variant of `params`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping","param\u017f":{}}"#,
            expect![r"-32600 7 Request: member `param\u{17f}` is a case variant of `params`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","Name":"b"}}"#,
            expect!["-32602 7 Request: member `Name` of `params` is a case variant of `name`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","ARGUMENTS":{}}}"#,
            expect!["-32602 7 Request: member `ARGUMENTS` of `params` is a case variant of `arguments`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":"a","URI":"b"}}"#,
            expect!["-32602 7 Request: member `URI` of `params` is a case variant of `uri`"],
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{\"_meta\":{\"progressTo\u{212A}en\":1}}}",
            expect![
                r"-32602 7 Request: member `progressTo\u{212a}en` of `_meta` is a case variant of `progressToken`"
            ],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"x/unknown","params":{"_Meta":{}}}"#,
            expect!["-32602 7 Request: member `_Meta` of `params` is a case variant of `_meta`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"result":{"Content":[]}}"#,
            expect!["-32602 7 Response: member `Content` of `result` is a case variant of `content`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"result":{"IsError":true}}"#,
            expect!["-32602 7 Response: member `IsError` of `result` is a case variant of `isError`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"m","Data":1}}"#,
            expect!["-32600 7 Response: a member of `error` is a case variant of `data`"],
        ),
    ]);
}

#[test]
fn texts_that_are_not_json() {
    rows(&[
        (
            "\u{FEFF}{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}",
            expect!["-32700 7 Request: byte order mark at byte 0"],
        ),
        (
            &call(r#""arguments":{"n":NaN}"#),
            expect!["-32700 7 Request: `NaN` and `Infinity` are not JSON at byte 84"],
        ),
        (
            &call(r#""arguments":{"n":-Infinity}"#),
            expect!["-32700 7 Request: `NaN` and `Infinity` are not JSON at byte 84"],
        ),
        (
            &call(r#""arguments":{"s":"\ud800"}"#),
            expect![[r"-32700 7 Request: lone surrogate `\ud800` at byte 85"]],
        ),
        (
            &call(r#""arguments":{"s":"\udc00\ud800"}"#),
            expect![[r"-32700 7 Request: lone surrogate `\udc00` at byte 85"]],
        ),
        (
            &call(r#""arguments":{"\ud83dx":1}"#),
            expect![[r"-32700 7 Request: lone surrogate `\ud83d` at byte 81"]],
        ),
        (
            &call(r#""arguments":{"n":1e400}"#),
            expect!["-32600 7 Request: number out of the range of a double at byte 84"],
        ),
        (
            &call(r#""arguments":{"n":-1e-400}"#),
            expect!["-32600 7 Request: number out of the range of a double at byte 84"],
        ),
        (&call(r#""arguments":{"n":01}"#), expect!["-32700 7 Request: leading zero in a number at byte 84"]),
        (
            &call(r#""arguments":{"n":+1}"#),
            expect!["-32700 7 Request: unexpected `+`, expected a value at byte 84"],
        ),
        (
            &call(r#""arguments":{"n":1.}"#),
            expect!["-32700 7 Request: unexpected `}`, expected a digit at byte 86"],
        ),
        (
            &call(r#""arguments":{"n":.5}"#),
            expect!["-32700 7 Request: unexpected `.`, expected a value at byte 84"],
        ),
        (
            &call(r#""arguments":{"n":0x10}"#),
            expect!["-32700 7 Request: unexpected `x`, expected `,` or `}` at byte 85"],
        ),
    ]);
}

#[test]
fn strings_nesting_and_rest() {
    let deep = call(&format!("\"arguments\":{{\"a\":{}{}}}", "[".repeat(98), "]".repeat(98)));
    let long = call(&format!("\"arguments\":{{\"n\":{}}}", "9".repeat(129)));
    rows(&[
        (
            &call(r#""arguments":{"s":'x'}"#),
            expect![[r"-32700 7 Request: unexpected `\'`, expected a value at byte 84"]],
        ),
        (&call(r#""arguments":{"s":"\x41"}"#), expect!["-32700 7 Request: invalid escape at byte 85"]),
        (
            &call("\"arguments\":{\"s\":\"a\nb\"}"),
            expect!["-32700 7 Request: control character U+000A in a string at byte 86"],
        ),
        (
            &call("\"arguments\":{\"s\":\"a\0b\"}"),
            expect!["-32700 7 Request: control character U+0000 in a string at byte 86"],
        ),
        (&call(r#""arguments":{"a":1,}"#), expect!["-32700 7 Request: trailing comma at byte 86"]),
        (&call(r#""arguments":[1,]"#), expect!["-32700 7 Request: trailing comma at byte 82"]),
        (
            &call(r#""arguments":{a:1}"#),
            expect!["-32700 7 Request: unexpected `a`, expected a key at byte 80"],
        ),
        (
            &call(r#""arguments":{} /* c */"#),
            expect!["-32700 7 Request: unexpected `/`, expected `,` or `}` at byte 82"],
        ),
        (&deep, expect!["-32600 7 Request: nesting deeper than 100 at byte 181"]),
        (&long, expect!["-32600 7 Request: number of more than 128 bytes at byte 84"]),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping"}{"jsonrpc":"2.0","id":8,"method":"ping"}"#,
            expect!["-32700 7 Request: trailing text after the value at byte 40"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping"} x"#,
            expect!["-32700 7 Request: trailing text after the value at byte 41"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping""#,
            expect!["-32700 - Request: unexpected end of text, expected `,` or `}` at byte 39"],
        ),
        ("", expect!["-32700 - Unknown: no value at byte 0"]),
        ("true", expect!["-32600 - Unknown: a message is an object, not a boolean"]),
    ]);
    let mut invalid = call(r#""arguments":{"s":"x"}"#).into_bytes();
    let at = invalid.len() - 4;
    invalid[at - 1] = 0xFF;
    check(&invalid, &expect!["-32700 7 Request: invalid UTF-8 at byte 85"]);
    // A surrogate as three raw bytes (CESU-8) and an overlong slash.
    for bytes in [b"\xED\xA0\x80".as_slice(), b"\xC0\xAF"] {
        let mut frame = br#"{"jsonrpc":"2.0","id":"u","method":"x","params":{"s":""#.to_vec();
        frame.extend_from_slice(bytes);
        frame.extend_from_slice(b"\"}}");
        check(&frame, &expect![[r#"-32700 "u" Request: invalid UTF-8 at byte 54"#]]);
    }
}

#[test]
fn ids_that_are_none() {
    rows(&[
        (
            r#"{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Request: `id` is a number that is not written as an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":1e0,"method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Request: `id` is a number that is not written as an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Request: `id` is null, not a string or an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":true,"method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Request: `id` is a boolean, not a string or an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Request: `id` is an object, not a string or an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":99999999999999999999,"method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Request: `id` is an integer beyond 9007199254740991"],
        ),
        (
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"t"}}"#,
            expect!["-32600 - Unknown: request `tools/call` has no id"],
        ),
    ]);
}

#[test]
fn kinds_of_message() {
    rows(&[
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"notifications/initialized"}"#,
            expect!["-32600 7 Request: notification `notifications/initialized` has an id"],
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged"}"#,
            expect![
                "-32600 - Notification: notification `notifications/subscriptions/acknowledged` is not defined here"
            ],
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
            expect![
                "-32600 - Notification: notification `notifications/tools/list_changed` is not defined here"
            ],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"roots/list"}"#,
            expect!["-32601 7 Request: request `roots/list` is not sent by this side"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":"m"}}"#,
            expect!["-32600 7 Response: both `result` and `error`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}"#,
            expect!["-32600 7 Request: both `method` and `result` or `error`"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"params":{},"result":{}}"#,
            expect!["-32600 7 Response: `params` without `method`"],
        ),
        (r#"{"jsonrpc":"2.0","id":7}"#, expect!["-32600 7 Unknown: no `method`, `result` or `error` member"]),
        (
            r#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
            expect!["-32600 - Response: `id` is null, not a string or an integer"],
        ),
        (r#"{"jsonrpc":"2.0","result":{}}"#, expect!["-32600 - Response: no `id` member"]),
        (
            r#"{"jsonrpc":"2.0","id":7,"result":[]}"#,
            expect!["-32600 7 Response: `result` is an array, not an object"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":1.5,"message":"m"}}"#,
            expect![
                "-32600 7 Response: `error` is not an object with an integer `code` and a string `message`"
            ],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"error":"m"}"#,
            expect![
                "-32600 7 Response: `error` is not an object with an integer `code` and a string `message`"
            ],
        ),
    ]);
}

#[test]
fn envelopes_of_something_else() {
    rows(&[
        (
            r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#,
            expect![[r#"-32600 7 Request: `jsonrpc` is not "2.0""#]],
        ),
        (
            r#"{"jsonrpc":2.0,"id":7,"method":"ping"}"#,
            expect![[r#"-32600 7 Request: `jsonrpc` is not "2.0""#]],
        ),
        (r#"{"id":7,"method":"ping"}"#, expect!["-32600 7 Request: no `jsonrpc` member"]),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":["ping"]}"#,
            expect!["-32600 7 Request: `method` is an array, not a string"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":""}"#,
            expect!["-32600 7 Request: `method` is not 1 to 256 bytes long"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}"#,
            expect!["-32602 7 Request: `params` is an array, not an object"],
        ),
        ("[]", expect!["-32600 - Unknown: a batch of messages is taken in revision 2025-03-26 only"]),
        (
            r#"[{"jsonrpc":"2.0","id":7,"method":"ping"}]"#,
            expect!["-32600 - Unknown: a batch of messages is taken in revision 2025-03-26 only"],
        ),
    ]);
    let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(600));
    check(long.as_bytes(), &expect!["-32600 - Request: `id` of 602 bytes is over the limit of 512"]);
}

#[test]
fn fields_of_the_wrong_kind() {
    rows(&[
        (
            &call(r#""arguments":"{\"path\":\"/etc/passwd\"}""#),
            expect!["-32602 7 Request: `arguments` is a string, not an object"],
        ),
        (&call(r#""arguments":[]"#), expect!["-32602 7 Request: `arguments` is an array, not an object"]),
        (&call(r#""_meta":[]"#), expect!["-32602 7 Request: `_meta` is an array, not an object"]),
        (
            &call(r#""_meta":{"progressToken":1.5}"#),
            expect!["-32602 7 Request: `progressToken` is a number that is not written as an integer"],
        ),
        (
            &call(r#""_meta":{"io.modelcontextprotocol/clientCapabilities":true}"#),
            expect![
                "-32602 7 Request: `io.modelcontextprotocol/clientCapabilities` is a boolean, not an object"
            ],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":["t"]}}"#,
            expect!["-32602 7 Request: `name` is an array, not a string"],
        ),
        (r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#, expect!["-32602 7 Request: `name` is missing"]),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":null}"#,
            expect!["-32602 7 Request: `name` is missing"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":null}}"#,
            expect!["-32602 7 Request: `uri` is missing"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":5}}"#,
            expect!["-32602 7 Request: `cursor` is a number, not a string"],
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.5}}"#,
            expect!["-32602 - Notification: `requestId` is a number that is not written as an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[1]}}"#,
            expect!["-32602 - Notification: `requestId` is an array, not a string or an integer"],
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"result":{"isError":"no"}}"#,
            expect!["-32602 7 Response: `isError` is a string, not a boolean"],
        ),
    ]);
}

#[test]
fn batches_only_where_they_exist() {
    let rules = Rules { batch: Batch::Accept { most: 3 }, ..Rules::default() };
    let frame = br#" [{"jsonrpc":"2.0","id":1,"method":"ping"}, 5, {"jsonrpc":"2.0","id":2,"ID":2,"method":"x"},{"jsonrpc":"2.0","method":"notifications/initialized"} ]"#;
    let refusal = parse(frame, rules).unwrap_err();
    expect!["a batch of more than 3 messages"].assert_eq(&refusal.to_string());
    let rules = Rules { batch: Batch::Accept { most: 4 }, ..rules };
    let Frame::Batch(messages) = parse(frame, rules).unwrap() else { panic!("not a batch") };
    let shown: Vec<String> = messages
        .iter()
        .map(|message| match message {
            Ok(message) => message.text().to_owned(),
            Err(refusal) => refusal.answer().unwrap_or_else(|| "no answer".to_owned()),
        })
        .collect();
    expect![[r#"
        {"jsonrpc":"2.0","id":1,"method":"ping"}
        {"jsonrpc":"2.0","error":{"code":-32600,"message":"a message is an object, not a number"}}
        {"jsonrpc":"2.0","error":{"code":-32600,"message":"member `ID` is a case variant of `id`"}}
        {"jsonrpc":"2.0","method":"notifications/initialized"}"#]]
    .assert_eq(&shown.join("\n"));
    assert!(parse(b"[]", rules).is_err());
    assert!(parse(br#"[{"jsonrpc":"2.0","id":1,"method":"ping"},]"#, rules).is_err());
    assert!(matches!(parse(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, rules), Ok(Frame::Message(_))));
}

#[test]
fn a_line_that_is_dropped_is_still_answered() {
    let mut lines = Lines::new(300);
    let mut long = br#"{"jsonrpc":"2.0","id":"q-1","method":"tools/call","params":{"name":""#.to_vec();
    long.resize(100_000, b'x');
    long.extend_from_slice(b"\"}}\n");
    let mut input = long.as_slice();
    let error = lines.next(&mut input).unwrap().unwrap_err();
    let refusal = Refusal::of_line(&error);
    expect![[r#"{"jsonrpc":"2.0","id":"q-1","error":{"code":-32600,"message":"line of 100003 bytes is over the limit of 300"}}"#]].assert_eq(&refusal.answer().unwrap());
    let mut input = b"{\"id\":9,\"method\":\"\xFF\"}\n".as_slice();
    let refusal = Refusal::of_line(&lines.next(&mut input).unwrap().unwrap_err());
    expect![[r#"{"jsonrpc":"2.0","id":9,"error":{"code":-32700,"message":"invalid UTF-8 at byte 18"}}"#]]
        .assert_eq(&refusal.answer().unwrap());
}

#[test]
fn refused_notifications_and_responses_are_not_answered() {
    for frame in [
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"RequestId":1}}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":{},"error":{"code":1,"message":"m"}}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":{"a":1,"a":1}}"#,
    ] {
        assert_eq!(judge(frame.as_bytes()).unwrap_err().answer(), None, "{frame}");
    }
}

#[test]
fn a_hundred_thousand_names_in_one_object_are_not_compared_pairwise() {
    // Names that share length, first and last eight bytes, so that every fingerprint is the same.
    let alike: Vec<String> = (0..100_000).map(|index| format!("\"aaaaaaaa{index:06}bbbbbbbb\":0")).collect();
    let frame = format!("{{{}}}", alike.join(","));
    assert!(portcullis_wire::json::scan(frame.as_bytes(), Limits::DEFAULT).is_ok());
}

#[test]
fn odd_but_lawful_frames_are_taken() {
    for frame in [
        r#"{"jsonrpc":"2.0","id":"","method":"ping"}"#,
        r#" { "method" : "ping" , "id" : -1 , "jsonrpc" : "2.0" , "extra" : [ null ] } "#,
        r#"{"jsonrpc":"\u0032.0","\u0069d":0,"method":"tools\/call","params":{"\u006eame":"t"}}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t","arguments":{"Name":1,"name":2,"ID":3}}}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"x/unknown","params":{"Name":1,"name":{}}}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t","arguments":null,"_meta":null}}"#,
        r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":{"n":[12345678901234567890123,1e308,-0,1E-300,0e999]}}"#,
    ] {
        judge(frame.as_bytes()).unwrap_or_else(|refusal| panic!("{frame}: {refusal}"));
    }
}
