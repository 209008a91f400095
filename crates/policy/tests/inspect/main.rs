//! Argument inspection, case by case: what each value of each kind asks for.
//!
//! Figures are in `benches/inspect.rs`, laws in
//! `inspect_laws.rs`, methods and schemas in `inspect_messages.rs`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod paths;
mod urls;

use portcullis_policy::{
    Rule,
    action::Action,
    inspect::{Asked, Context, Finding, Found, ToolSchema, inspect},
    value::{AbsPath, Surroundings},
};
use serde_json::{Value, json};

fn here() -> Surroundings {
    let path = |text| AbsPath::parse(text).unwrap();
    Surroundings::unknown()
        .with_home(path("/home/ann"))
        .with_working_directory(path("/srv/work"))
        .with_variable("DATA", "/data")
}

/// The schema and the name of an argument of a kind.
fn argument(kind: &str) -> (&'static str, Value) {
    match kind {
        "path" => ("v", json!({"type": "string", "format": "path"})),
        "url" => ("v", json!({"type": "string", "format": "uri"})),
        "reference" => ("v", json!({"type": "string", "format": "uri-reference"})),
        "host" => ("v", json!({"type": "string", "format": "hostname"})),
        "domain" => ("domain", json!({"type": "string"})),
        "command" => ("v", json!({"type": "string", "format": "command"})),
        "prose" => ("text", json!({"type": "string"})),
        "opaque" => ("v", json!({"type": "string", "contentEncoding": "base64"})),
        "unknown" => ("v", json!({"type": "string"})),
        other => panic!("no kind `{other}`"),
    }
}

/// A finding in short: a path, `host:port`, `$ line`, `tool name`, or why not.
fn short(finding: &Finding) -> String {
    match &finding.found {
        Found::Action(Action::UsePath(path)) => path.path.to_string(),
        Found::Action(Action::Connect(to)) => format!("{}:{}", to.host, to.port),
        Found::Action(Action::RunCommand(command)) => format!("$ {}", command.line),
        Found::Action(Action::CallTool(call)) => format!("tool {}", call.tool),
        Found::Action(other) => panic!("inspection never asks to {other}"),
        Found::Refusal(reason) if reason.rule() == Rule::ArgumentUnclear => "unclear".into(),
        Found::Refusal(reason) => reason.rule().name().into(),
    }
}

fn call(schema: &Value, arguments: &Value) -> Vec<Finding> {
    let surroundings = here();
    let schema = ToolSchema::compile(schema);
    let params = json!({"name": "t", "arguments": arguments});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let context = Context { schema: Some(&schema), ..Context::new(&surroundings) };
    let mut found = inspect(&asked, &context);
    assert_eq!(short(&found.remove(0)), "tool t");
    found
}

fn found_in(kind: &str, value: &str) -> String {
    let (name, schema) = argument(kind);
    let found = call(&json!({"properties": {name: schema}}), &json!({name: value}));
    found.iter().map(short).collect::<Vec<_>>().join(" | ")
}

/// All rows are looked at before any failure is told.
fn check(rows: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(kind, value, wanted)| (kind, value, wanted, found_in(kind, value)))
        .filter(|(.., wanted, found)| **wanted != found)
        .map(|(kind, value, wanted, found)| format!("{kind} {value:?}: wanted `{wanted}`, found `{found}`"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_denial() {
    check(&[
        ("prose", "/shrug", ""),
        ("prose", "see ../README", ""),
        ("prose", "/etc/passwd", ""),
        ("prose", "https://evil.example", ""),
        ("prose", "rm -rf / && echo $HOME", ""),
        ("prose", "C:\\x", ""),
        ("prose", "a\0b", ""),
        ("opaque", "/9j/4AAQSkZJRgABAQ==", ""),
        ("unknown", "", ""),
        ("unknown", "/shrug", ""),
        ("unknown", "/deploy prod/us-east", ""),
        ("unknown", "see ../README", ""),
        ("unknown", "and/or", ""),
        ("unknown", "1/2", ""),
        ("unknown", "2024/01/02", ""),
        ("unknown", "2024-01-02T03:04:05Z", ""),
        ("unknown", "text/html", ""),
        ("unknown", "@scope/pkg", ""),
        ("unknown", "owner/repo", ""),
        ("unknown", "a.b.c", ""),
        ("unknown", "main...feature", ""),
        ("unknown", "HEAD~1", ""),
        ("unknown", "HEAD^^", ""),
        ("unknown", "~5", ""),
        ("unknown", "~5/10", ""),
        ("unknown", "...", ""),
        ("unknown", "...etc", ""),
        ("unknown", "</div>", ""),
        ("unknown", "<b>bold</b>", ""),
        ("unknown", "// a comment", ""),
        ("unknown", "/* a comment */", ""),
        ("unknown", "^a/b$", ""),
        ("unknown", "50%", ""),
        ("unknown", "100%25", ""),
        ("unknown", "key=value", ""),
        ("unknown", "key: value", ""),
        ("unknown", "ann@example.com", ""),
        ("unknown", "12:30", ""),
        ("unknown", "a:b:c", ""),
        ("unknown", "$5", ""),
        ("unknown", "`code`", ""),
        ("unknown", "# Title\n\n- item one\n- item two", ""),
        ("unknown", "body { color: red; }", ""),
        ("unknown", "if (a / b > c) { return x; }", ""),
        ("unknown", "1.2.3.4", ""),
        ("unknown", "😀/😀", ""),
    ]);
}

#[test]
fn commands() {
    check(&[
        ("command", "ls -la", "$ ls -la"),
        ("command", "cat /etc/passwd", "$ cat /etc/passwd | /etc/passwd"),
        ("command", "/bin/cat x", "$ /bin/cat x"),
        ("command", "cat '/etc/passwd'", "$ cat '/etc/passwd' | /etc/passwd"),
        ("command", "cat ../../x", "$ cat ../../x | /x"),
        (
            "command",
            "curl -d@/etc/passwd http://127.1/",
            "$ curl -d@/etc/passwd http://127.1/ | 127.0.0.1:80 | /etc/passwd",
        ),
        ("command", "ls 2>/dev/null", "$ ls 2>/dev/null"),
        ("command", "a | /bin/b /etc/x", "$ a | /bin/b /etc/x | /etc/x"),
        ("command", "", ""),
        ("command", "  ", ""),
    ]);
}
