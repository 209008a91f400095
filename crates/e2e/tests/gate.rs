//! The pure rooms put together against real servers: every line is understood and passed on byte for byte, allowed
//! calls work, forbidden ones are answered before the server sees them.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

mod peer;

use peer::{Peer, start};
use portcullis_e2e::{node_module, python, skip};
use portcullis_policy::inspect::{Asked, Context, Found, ToolSchema, ToolUse, inspect};
use portcullis_policy::value::{AbsPath, Surroundings};
use portcullis_policy::{Manifest, Policy, decide};
use portcullis_wire::json::Limits;
use portcullis_wire::jsonrpc::{Message, parse_one};
use portcullis_wire::mcp::Envelope;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What the product's pipeline does with one tool, without its jail: judge, pass on, or answer.
struct Gate {
    peer: Peer,
    policy: Policy,
    surroundings: Surroundings,
    tools: BTreeMap<String, (ToolSchema, ToolUse)>,
    next_id: u32,
}

impl Gate {
    fn new(peer: Peer, manifest: &Value, folder: &str) -> Self {
        let surroundings = Surroundings::unknown().with_working_directory(AbsPath::parse(folder).unwrap());
        let manifest = Manifest::parse("armor.json", &manifest.to_string(), &surroundings).unwrap();
        let policy = Policy::merge(&manifest, None, None);
        let mut gate = Self { peer, policy, surroundings, tools: BTreeMap::new(), next_id: 0 };
        gate.call("initialize", &json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "gate", "version": "1" },
        }));
        gate.peer.tell(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).unwrap();
        let listed = gate.call("tools/list", &json!({}));
        for tool in listed["result"]["tools"].as_array().unwrap() {
            let name = tool["name"].as_str().unwrap();
            let schema = ToolSchema::compile(&tool["inputSchema"]);
            gate.tools.insert(name.into(), (schema, ToolUse::infer(name, tool.get("annotations"))));
        }
        gate
    }

    /// One request through the gate: the answer of the server, or the refusal.
    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next_id += 1;
        let line =
            json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }).to_string();
        let message = parse_one(line.as_bytes(), Limits::DEFAULT).unwrap();
        if let Err(reason) = self.judge(&message, params) {
            return json!({ "error": reason });
        }
        self.peer.tell(message.text()).unwrap();
        loop {
            let answer = self.peer.listen().unwrap();
            let parsed = parse_one(answer.as_bytes(), Limits::DEFAULT).unwrap();
            assert_eq!(parsed.text(), answer, "passed on byte for byte");
            if parsed.id().is_some_and(|id| id.as_str() == self.next_id.to_string()) {
                return parsed.root().to_tree().unwrap();
            }
        }
    }

    fn judge(&self, message: &Message<'_>, params: &Value) -> Result<(), Value> {
        let envelope = Envelope::of(message).unwrap();
        let tool = envelope.name.map(|name| name.decode().into_owned());
        let known = tool.as_ref().and_then(|tool| self.tools.get(tool));
        let context = Context {
            schema: known.map(|(schema, _)| schema),
            usage: known.map_or(ToolUse::Unknown, |(_, usage)| *usage),
            ..Context::new(&self.surroundings)
        };
        let asked = Asked { method: message.method().unwrap(), tool: None, params };
        for finding in inspect(&asked, &context) {
            match finding.found {
                Found::Action(action) => {
                    let _permit =
                        decide(action, &self.policy).into_result().map_err(|reason| reason.to_json())?;
                }
                Found::Refusal(reason) => return Err(reason.to_json()),
            }
        }
        Ok(())
    }

    fn tool(&mut self, name: &str, arguments: &Value) -> Value {
        self.call("tools/call", &json!({ "name": name, "arguments": arguments }))
    }
}

fn node(server: &str, arguments: &[&str]) -> Option<Peer> {
    let entry = node_module(&format!("@modelcontextprotocol/server-{server}"))?.join("dist/index.js");
    let arguments: Vec<&str> =
        std::iter::once(entry.to_str().unwrap()).chain(arguments.iter().copied()).collect();
    match start(Path::new("node"), &arguments, &[]) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        started => Some(started.unwrap()),
    }
}

const NO_NPM: &str = "needs node, and the npm packages of tests/deps in .deps";
const NO_PYTHON: &str = "needs Python 3, and the packages of tests/deps in .deps";

#[test]
fn the_file_server_reads_what_is_declared_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().canonicalize().unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    std::fs::create_dir(inside.join("open")).unwrap();
    std::fs::write(inside.join("open/a.txt"), "the text").unwrap();
    std::fs::write(inside.join("closed.txt"), "not for the tool").unwrap();
    // The server itself may read the whole folder: what stops it is the gate.
    let Some(peer) = node("filesystem", &[&text(&inside)]) else { return skip(NO_NPM) };
    let manifest = json!({
        "version": "1.0", "profile": "system",
        "filesystem": { "read": [text(&inside.join("open/**"))] },
    });
    let mut gate = Gate::new(peer, &manifest, &text(&inside));
    let read = |gate: &mut Gate, path: &str| gate.tool("read_text_file", &json!({ "path": path }));
    let answer = read(&mut gate, &text(&inside.join("open/a.txt")));
    assert_eq!(answer["result"]["content"][0]["text"], "the text", "{answer}");
    for path in [
        text(&inside.join("closed.txt")),
        text(&inside.join("open/../closed.txt")),
        "closed.txt".into(),
        "open/%2e%2e/closed.txt".into(),
        "/etc/passwd".into(),
        "file:///etc/passwd".into(),
        "~/.ssh/id_ed25519".into(),
    ] {
        let answer = read(&mut gate, &path);
        assert!(answer["error"]["code"].is_i64() && answer.get("result").is_none(), "{path}: {answer}");
    }
    let written =
        gate.tool("write_file", &json!({ "path": text(&inside.join("open/b.txt")), "content": "x" }));
    assert_eq!(written["error"]["rule"], "path-not-listed", "{written}");
    assert!(!inside.join("open/b.txt").exists());
    // With the gate out of the way, the same server hands it out.
    let id = 9000;
    let line = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": { "name": "read_text_file", "arguments": { "path": text(&inside.join("closed.txt")) } } });
    assert!(gate.peer.ask(&line.to_string()).unwrap().contains("not for the tool"));
}

#[test]
fn prose_is_not_a_denial_and_lists_are_passed_on() {
    let Some(peer) = node("everything", &[]) else { return skip(NO_NPM) };
    let mut gate = Gate::new(peer, &json!({ "version": "1.0", "profile": "strict" }), "/srv");
    assert!(gate.tools.len() > 5);
    for message in ["/shrug", "see ../README and/or 1/2", "C:\\ is a drive", "héllo \u{1f600} \"quoted\""] {
        let answer = gate.tool("echo", &json!({ "message": message }));
        assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains(message), "{answer}");
    }
    for method in ["resources/list", "resources/templates/list", "prompts/list"] {
        assert!(gate.call(method, &json!({})).get("result").is_some(), "{method}");
    }
    let refused = gate.call("resources/read", &json!({ "uri": "file:///etc/passwd" }));
    assert_eq!(refused["error"]["code"], -32001, "{refused}");
}

#[test]
fn the_python_servers_are_understood() {
    let Some(python) = python() else { return skip(NO_PYTHON) };
    let manifest = json!({ "version": "1.0", "profile": "strict" });
    let mut gate = Gate::new(start(&python, &["-m", "mcp_server_time"], &[]).unwrap(), &manifest, "/srv");
    let answer = gate.tool("get_current_time", &json!({ "timezone": "Europe/Berlin" }));
    assert!(answer["result"]["content"][0]["text"].as_str().unwrap().contains("Europe/Berlin"), "{answer}");
    let mut gate = Gate::new(start(&python, &["-m", "mcp_server_fetch"], &[]).unwrap(), &manifest, "/srv");
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "https://example.com",
        "http://2130706433/",
        "file:///etc/passwd",
    ] {
        let answer = gate.tool("fetch", &json!({ "url": url }));
        assert!(answer["error"]["code"].is_i64(), "{url}: {answer}");
    }
}
