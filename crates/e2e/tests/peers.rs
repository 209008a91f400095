//! The real servers and clients that other tests talk to are there and work, by themselves and without our product
//! between. If one of these fails, so will whatever needs that peer, and the fault is not ours.

mod peer;

use peer::start;
use portcullis_e2e::{node_module, python, skip};
use std::path::Path;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"peer","version":"1"}}}"#;

#[test]
fn the_node_servers_answer_initialize() {
    for name in ["everything", "memory"] {
        let Some(package) = node_module(&format!("@modelcontextprotocol/server-{name}")) else {
            return skip("needs the npm packages of tests/deps: run `cargo xtask test`");
        };
        let entry = package.join("dist/index.js");
        let mut peer = match start(Path::new("node"), &[entry.to_str().unwrap()], &[]) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return skip("needs node: not found");
            }
            started => started.unwrap(),
        };
        let answer = peer.ask(INITIALIZE).unwrap();
        assert!(answer.contains("\"protocolVersion\"") && answer.contains("\"id\":1"), "{name}: {answer}");
    }
}

#[test]
fn the_python_sdk_can_be_imported() {
    let Some(python) = python() else {
        return skip("needs the Python packages of tests/deps: run `cargo xtask test`");
    };
    let script = "import mcp, mcp.server\nprint(input(), mcp.ClientSession.__name__)";
    let mut peer = start(&python, &["-c", script], &[]).unwrap();
    assert_eq!(peer.ask("hello").unwrap(), "hello ClientSession");
}
