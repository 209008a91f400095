//! Argument inspection by message: every method, schemas and names, rules, access, where findings point.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use portcullis_policy::{
    Rule,
    action::{Access, Action, CommandSyntax},
    inspect::{
        ArgumentRule, Asked, Context, Finding, Found, Kind, TextPattern, ToolRules, ToolSchema, ToolUse,
        inspect,
    },
    value::{AbsPath, Surroundings},
};
use serde_json::{Value, json};

fn here() -> Surroundings {
    let path = |text| AbsPath::parse(text).unwrap();
    Surroundings::unknown().with_home(path("/home/ann")).with_working_directory(path("/srv/work"))
}

/// A finding as `pointer action`, or `pointer rule`.
fn told(finding: &Finding) -> String {
    match &finding.found {
        Found::Action(action) => format!("{} {action}", finding.at),
        Found::Refusal(reason) => format!("{} {}", finding.at, reason.rule().name()),
    }
}

fn ask(method: &str, params: &Value) -> Vec<String> {
    let surroundings = here();
    let asked = Asked { method, tool: None, params };
    inspect(&asked, &Context::new(&surroundings)).iter().map(told).collect()
}

fn call(tool: &str, schema: &Value, arguments: &Value, rules: &ToolRules) -> Vec<String> {
    let surroundings = here();
    let schema = ToolSchema::compile(schema);
    let params = json!({"name": tool, "arguments": arguments});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let context = Context {
        schema: Some(&schema),
        rules: Some(rules),
        usage: ToolUse::infer(tool, None),
        surroundings: &surroundings,
    };
    inspect(&asked, &context).iter().skip(1).map(told).collect()
}

#[test]
fn each_method_has_its_places() {
    let rows = [
        ("resources/read", json!({"uri": "file:///etc/passwd"}), vec!["/uri read `/etc/passwd`"]),
        (
            "resources/subscribe",
            json!({"uri": "https://a.example/x"}),
            vec!["/uri connect to `a.example:443`"],
        ),
        ("resources/unsubscribe", json!({"uri": "FILE:/etc/x"}), vec!["/uri read `/etc/x`"]),
        ("resources/read", json!({"uri": "memo://insights"}), vec![]),
        ("resources/read", json!({"uri": "postgres://u@db/table/schema"}), vec![]),
        ("resources/read", json!({"uri": "docs://../../etc/passwd"}), vec!["/uri argument-unclear"]),
        ("resources/read", json!({"uri": "docs://x/%252e%252e/y"}), vec!["/uri argument-unclear"]),
        ("resources/read", json!({"uri": "/etc/passwd"}), vec!["/uri read `/etc/passwd`"]),
        ("resources/read", json!({"uri": "https://a@b.example/"}), vec!["/uri argument-unclear"]),
        ("resources/read", json!({"uri": 7}), vec!["/uri argument-unclear"]),
        (
            "prompts/get",
            json!({"name": "p", "arguments": {"path": "x", "a": "/etc/passwd"}}),
            vec!["/arguments/a use `/etc/passwd`"],
        ),
        (
            "completion/complete",
            json!({"ref": {"type": "ref/resource", "uri": "file:///{path}"}, "argument": {"name": "path", "value": "/etc/pa"}}),
            vec!["/argument/value use `/etc/pa`"],
        ),
        ("completion/complete", json!({"ref": {"uri": "file:///etc/x"}}), vec!["/ref/uri read `/etc/x`"]),
        (
            "sampling/createMessage",
            json!({"systemPrompt": "/etc/passwd", "messages": [{"content": [
                {"type": "text", "text": "https://evil.example"},
                {"type": "resource", "resource": {"uri": "file:///etc/passwd", "text": "x"}}]}]}),
            vec!["/messages/0/content/1/resource/uri read `/etc/passwd`"],
        ),
        (
            "elicitation/create",
            json!({"mode": "url", "message": "/etc/passwd", "url": "https://a.example/"}),
            vec!["/url connect to `a.example:443`"],
        ),
        ("elicitation/create", json!({"url": "javascript:x"}), vec!["/url argument-unclear"]),
        ("elicitation/create", json!({"url": "file:///etc/passwd"}), vec!["/url argument-unclear"]),
        (
            "elicitation/create",
            json!({"content": {"where": "/etc/passwd"}}),
            vec!["/content/where use `/etc/passwd`"],
        ),
        (
            "roots/list",
            json!({"roots": [{"uri": "file:///srv/x", "name": "/a/b"}, {"uri": "https://a.example"}]}),
            vec!["/roots/0/uri use `/srv/x`", "/roots/1/uri argument-unclear"],
        ),
        (
            "subscriptions/listen",
            json!({"notifications": {"resourceSubscriptions": ["file:///etc/x", "memo://y"]}}),
            vec!["/notifications/resourceSubscriptions/0 read `/etc/x`"],
        ),
        (
            "subscriptions/listen",
            json!({"resourceSubscriptions": ["file:///etc/x"]}),
            vec!["/resourceSubscriptions/0 read `/etc/x`"],
        ),
        ("tasks/get", json!({"taskId": "7f1c"}), vec![]),
        ("tasks/update", json!({"taskId": "7", "x": {"y": "/etc/passwd"}}), vec!["/x/y use `/etc/passwd`"]),
        (
            "initialize",
            json!({"clientInfo": {"websiteUrl": "https://a.example"}, "capabilities": {"experimental": {"p": "/etc/x"}}}),
            vec!["/capabilities/experimental/p use `/etc/x`"],
        ),
        ("notifications/message", json!({"data": "/usr/lib/x failed"}), vec![]),
        ("notifications/vendor", json!({"p": "/usr/lib/x"}), vec!["/p use `/usr/lib/x`"]),
        (
            "vendor/open",
            json!({"file": "x", "deep": [[{"u": "http://127.1"}]]}),
            vec!["/file use `/srv/work/x`", "/deep/0/0/u connect to `127.0.0.1:80`"],
        ),
        ("vendor/open", json!(["/etc/passwd"]), vec!["/0 use `/etc/passwd`"]),
        ("ping", Value::Null, vec![]),
        ("tools/list", json!({"cursor": "/etc/passwd/=="}), vec![]),
    ];
    for (method, params, wanted) in rows {
        assert_eq!(ask(method, &params), wanted, "{method} {params}");
    }
}

#[test]
fn a_call_names_a_tool_and_gives_it_an_object() {
    let rows = [
        (json!({"name": "read"}), vec!["/name call the tool `read`"]),
        (json!({"name": "read", "arguments": null}), vec!["/name call the tool `read`"]),
        (json!({"name": "a b"}), vec!["/name argument-unclear"]),
        (json!({"name": 7}), vec!["/name argument-unclear"]),
        (json!({}), vec![" argument-unclear"]),
        (json!([]), vec![" argument-unclear"]),
        (Value::Null, vec![" argument-unclear"]),
        (
            json!({"name": "t", "arguments": "{\"path\": \"/etc\"}"}),
            vec!["/name call the tool `t`", "/arguments argument-unclear"],
        ),
        (
            json!({"name": "t", "arguments": ["/etc"]}),
            vec!["/name call the tool `t`", "/arguments argument-unclear"],
        ),
        (
            json!({"name": "t", "other": {"x": "/etc/passwd"}}),
            vec!["/name call the tool `t`", "/other/x use `/etc/passwd`"],
        ),
        (
            json!({"name": "t", "_meta": {"traceparent": "/a/b", "io.modelcontextprotocol/clientInfo": {"websiteUrl": "https://a.example"}, "x": "/etc/y"}}),
            vec!["/name call the tool `t`", "/_meta/x use `/etc/y`"],
        ),
        (json!({"name": "t", "requestState": "/9j/4AAQ=="}), vec!["/name call the tool `t`"]),
        (
            json!({"name": "t", "inputResponses": {
            "a": {"action": "accept", "content": {"where": "/etc/passwd"}},
            "b": {"roots": [{"uri": "file:///srv/x"}]},
            "c": {"role": "assistant", "model": "m", "content": {"type": "text", "text": "/etc/passwd"}}}}),
            vec![
                "/name call the tool `t`",
                "/inputResponses/a/content/where use `/etc/passwd`",
                "/inputResponses/b/roots/0/uri use `/srv/x`",
            ],
        ),
    ];
    for (params, wanted) in rows {
        assert_eq!(ask("tools/call", &params), wanted, "{params}");
    }
    let surroundings = here();
    let params = json!({"name": "files__read"});
    let asked = Asked { method: "tools/call", tool: Some("read"), params: &params };
    let found = inspect(&asked, &Context::new(&surroundings));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [" call the tool `read`"]);
}

#[test]
fn strings_at_any_depth_and_keys() {
    let none = ToolRules::none();
    let rows = [
        (json!({}), json!({"a": [{"b": [["/etc/passwd"]]}]}), vec!["/a/0/b/0/0 use `/etc/passwd`"]),
        (json!({}), json!({"/etc/passwd": 1}), vec!["/~1etc~1passwd use `/etc/passwd`"]),
        (
            json!({}),
            json!({"a": {"http://127.1/": null}}),
            vec!["/a/http:~1~1127.1~1 connect to `127.0.0.1:80`"],
        ),
        (json!({}), json!({"../../x": {}}), vec!["/..~1..~1x use `/x`"]),
        (
            json!({"properties": {"m": {"propertyNames": {"format": "path"}}}}),
            json!({"m": {"x": 1}}),
            vec!["/m/x use `/srv/work/x`"],
        ),
        (
            json!({"properties": {"paths": {"items": {"type": "string"}}}}),
            json!({"paths": ["a", "b"]}),
            vec!["/paths/0 use `/srv/work/a`", "/paths/1 use `/srv/work/b`"],
        ),
        (
            json!({"properties": {"files": {"items": {"properties": {"path": {}, "content": {}}}}}}),
            json!({"files": [{"path": "a", "content": "/etc/passwd"}]}),
            vec!["/files/0/path use `/srv/work/a`"],
        ),
        (
            json!({"properties": {"host": {}, "port": {}}}),
            json!({"host": "db.example", "port": 5432}),
            vec!["/host connect to `db.example:5432`"],
        ),
        (
            json!({"properties": {"host": {}}}),
            json!({"host": 2_130_706_433_u32}),
            vec!["/host connect to `127.0.0.1:443`"],
        ),
        (
            json!({}),
            json!({"file_path": "x", "pathology": "x", "profile": "x", "text": "/etc/passwd"}),
            vec!["/file_path use `/srv/work/x`", "/text use `/etc/passwd`"],
        ),
        (
            json!({"properties": {"source": {"enum": ["all", "/etc/passwd"]}}}),
            json!({"source": "all"}),
            vec![],
        ),
        (
            json!({"properties": {"source": {"enum": ["all", "/etc/passwd"]}}}),
            json!({"source": "/etc/passwd"}),
            vec!["/source use `/etc/passwd`"],
        ),
        (
            json!({"properties": {"source": {"enum": ["all"]}}}),
            json!({"source": "other"}),
            vec!["/source use `/srv/work/other`"],
        ),
        (
            json!({"properties": {"command": {"type": "array", "items": {"type": "string"}}}}),
            json!({"command": ["cat", "a b", "/etc/passwd"]}),
            vec!["/command run the command `cat 'a b' /etc/passwd`", "/command use `/etc/passwd`"],
        ),
        (
            json!({"properties": {"v": {}}}),
            json!({"v": "{\"a\": {\"path\": \"x\"}}"}),
            vec!["/v/a/path use `/srv/work/x`"],
        ),
        (
            json!({"properties": {"v": {}}}),
            json!({"v": "{\"a\": \"{\\\"b\\\": \\\"/etc/x\\\"}\"}"}),
            vec!["/v/a/b use `/etc/x`"],
        ),
    ];
    for (schema, arguments, wanted) in rows {
        let wanted: Vec<String> = wanted.iter().map(|row| format!("/arguments{row}")).collect();
        assert_eq!(call("t", &schema, &arguments, &none), wanted, "{arguments}");
    }
}

#[test]
fn what_a_path_is_used_for() {
    let schema = json!({"properties": {"path": {}, "source": {}, "destination": {}, "output_file": {}}});
    let rows = [
        ("read_file", "path", "read"),
        ("write_file", "path", "write"),
        ("something", "path", "use"),
        ("move_file", "source", "write"),
        ("copy_file", "source", "read"),
        ("copy_file", "destination", "write"),
        ("render", "output_file", "write"),
        ("read_table", "output_file", "write"),
    ];
    for (tool, argument, access) in rows {
        let found = call(tool, &schema, &json!({argument: "/data/x"}), &ToolRules::none());
        assert_eq!(found, [format!("/arguments/{argument} {access} `/data/x`")], "{tool} {argument}");
    }
}

#[test]
fn rules_say_what_an_argument_is_and_may_hold() {
    let pattern = |text| vec![TextPattern::parse(text).unwrap()];
    let rule = ArgumentRule::default;
    let rules = ToolRules::none()
        .with("text", ArgumentRule { kind: Some(Kind::Path), access: Some(Access::Read), ..rule() })
        .with("path", ArgumentRule { kind: Some(Kind::Prose), ..rule() })
        .with("branch", ArgumentRule { allow: pattern("feature/*"), max_length: Some(12), ..rule() })
        .with("options.level", ArgumentRule { deny: pattern("*debug*"), ..rule() })
        .with("tags", ArgumentRule { allow: pattern("t*"), ..rule() });
    let rows = [
        (json!({"text": "x"}), vec!["/text read `/srv/work/x`"]),
        (json!({"text": ["x"]}), vec!["/text/0 read `/srv/work/x`"]),
        (json!({"path": "/etc/passwd"}), vec![]),
        (json!({"branch": "feature/x"}), vec![]),
        (json!({"branch": "main"}), vec!["/branch argument-rule"]),
        (json!({"branch": "feature/long-name"}), vec!["/branch argument-rule"]),
        (json!({"branch": ""}), vec!["/branch argument-rule"]),
        (json!({"branch": 7}), vec!["/branch argument-rule"]),
        (json!({"branch": null}), vec!["/branch argument-rule"]),
        (json!({"options": {"level": "a debug b"}}), vec!["/options/level argument-rule"]),
        (json!({"options": {"level": "a"}}), vec![]),
        (json!({"tags": ["t1", "u1"]}), vec!["/tags/1 argument-rule"]),
        (json!({"tags": {"u": "t"}}), vec!["/tags/u argument-rule"]),
    ];
    for (arguments, wanted) in rows {
        let wanted: Vec<String> = wanted.iter().map(|row| format!("/arguments{row}")).collect();
        assert_eq!(call("t", &json!({}), &arguments, &rules), wanted, "{arguments}");
    }
}

#[test]
fn a_rule_lets_a_command_use_the_shell() {
    let surroundings = here();
    let rules = ToolRules::none()
        .with("command", ArgumentRule { syntax: Some(CommandSyntax::Shell), ..ArgumentRule::default() });
    let params = json!({"name": "t", "arguments": {"command": "a | b"}});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let context = Context { rules: Some(&rules), ..Context::new(&surroundings) };
    let found = inspect(&asked, &context);
    assert!(matches!(found[1].action(), Some(Action::RunCommand(run)) if run.syntax == CommandSyntax::Shell));
    let found = inspect(&asked, &Context::new(&surroundings));
    assert!(matches!(found[1].action(), Some(Action::RunCommand(run)) if run.syntax == CommandSyntax::Plain));
}

#[test]
fn without_surroundings_relative_paths_are_unclear() {
    let surroundings = Surroundings::unknown();
    for (arguments, count) in [
        (json!({"path": "x"}), 1),
        (json!({"path": "~/x"}), 1),
        (json!({"path": "/x"}), 1),
        (json!({"v": "a/b"}), 0),
        (json!({"v": "../x"}), 1),
    ] {
        let params = json!({"name": "t", "arguments": arguments});
        let asked = Asked { method: "tools/call", tool: None, params: &params };
        let found = inspect(&asked, &Context::new(&surroundings));
        assert_eq!(found.len(), count + 1, "{params}");
        let refused = found.iter().any(|finding| finding.refusal().is_some());
        assert_eq!(refused, count > 0 && params["arguments"]["path"] != "/x", "{params}");
    }
}

#[test]
fn a_step_back_is_kept_for_whoever_resolves_links() {
    let unfolded = |path: &str| {
        let surroundings = here();
        let params = json!({"name": "t", "arguments": {"path": path}});
        let asked = Asked { method: "tools/call", tool: None, params: &params };
        let found = inspect(&asked, &Context::new(&surroundings));
        found.last().and_then(|finding| finding.unfolded.as_deref().map(str::to_owned))
    };
    assert_eq!(unfolded("/data/link/../x").as_deref(), Some("/data/link/../x"));
    assert_eq!(unfolded("link/../x").as_deref(), Some("/srv/work/link/../x"));
    assert_eq!(unfolded("file:///data/link/../x").as_deref(), Some("/data/link/../x"));
    assert_eq!(unfolded("/data/x"), None);
}

#[test]
fn depth_number_and_size_are_bounded() {
    let mut deep = json!("/etc/passwd");
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let found = ask("tools/call", &json!({"name": "t", "arguments": {"a": deep}}));
    assert_eq!(found.len(), 2);
    assert!(found[1].ends_with("argument-unclear"), "{found:?}");

    let many: Vec<String> = (0..5_000).map(|index| format!("/data/{index}")).collect();
    let found = ask("tools/call", &json!({"name": "t", "arguments": {"a": many}}));
    assert_eq!(found.len(), 1_000);
    assert!(found[999].ends_with("argument-unclear"), "{}", found[999]);

    let again = "/data/x,".repeat(20_000);
    let found = ask("tools/call", &json!({"name": "t", "arguments": {"path": again}}));
    assert!(found.len() < 10);
    assert!(found.last().unwrap().ends_with("argument-unclear"));

    let key = "/".repeat(100_000) + "etc/x";
    let surroundings = here();
    let params = json!({"name": "t", "arguments": {key: "y"}});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let found = inspect(&asked, &Context::new(&surroundings));
    assert!(found.iter().all(|finding| finding.at.len() < 2_000));
    assert!(found.len() > 1);

    let mut nested = "\"/etc/passwd\"".to_owned();
    for _ in 0..6 {
        nested = serde_json::to_string(&json!({"a": nested})).unwrap();
    }
    let found = ask("tools/call", &json!({"name": "t", "arguments": {"a": nested}}));
    assert!(found[1].ends_with("argument-unclear"), "{found:?}");
}

#[test]
fn a_refusal_says_what_and_why_on_one_line() {
    let surroundings = here();
    let params = json!({"name": "t", "arguments": {"path": "..\\x\u{202e}`"}});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let found = inspect(&asked, &Context::new(&surroundings));
    let reason = found[1].refusal().unwrap();
    assert_eq!(reason.rule(), Rule::ArgumentUnclear);
    assert_eq!(reason.code(), -32001);
    expect_test::expect![[
        r"may not pass `..\x\u{202e}\u{60}` in `/arguments/path`: a backslash separates folders for some readers and not for others"
    ]]
    .assert_eq(&reason.to_string());
}
