//! The real servers and clients that other tests talk to are there and work, by themselves and without our product
//! between. If one of these fails, so will whatever needs that peer, and the fault is not ours.

use portcullis_e2e::{node_module, python, skip};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A peer that is ended with the test, however the test ends.
struct Peer(Child);

impl Drop for Peer {
    fn drop(&mut self) {
        // Gone already, if it cannot be ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test starts the peer itself: the product is not in between")]
fn start(program: &Path, arguments: &[&str]) -> io::Result<Peer> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().map(Peer)
}

/// Sends one line and returns the next line of the answer.
fn ask(peer: &mut Peer, line: &str) -> io::Result<String> {
    let (Some(input), Some(output)) = (&mut peer.0.stdin, &mut peer.0.stdout) else {
        return Err(io::Error::other("the peer has no streams"));
    };
    writeln!(input, "{line}")?;
    let mut answer = String::new();
    BufReader::new(output).read_line(&mut answer)?;
    Ok(answer)
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"peer","version":"1"}}}"#;

#[test]
fn the_node_servers_answer_initialize() {
    for name in ["everything", "memory"] {
        let Some(package) = node_module(&format!("@modelcontextprotocol/server-{name}")) else {
            return skip("needs the npm packages of tests/deps: run `cargo xtask test`");
        };
        let entry = package.join("dist/index.js");
        let mut peer = start(Path::new("node"), &[entry.to_str().unwrap()]).unwrap();
        let answer = ask(&mut peer, INITIALIZE).unwrap();
        assert!(answer.contains("\"protocolVersion\"") && answer.contains("\"id\":1"), "{name}: {answer}");
    }
}

#[test]
fn the_python_sdk_can_be_imported() {
    let Some(python) = python() else {
        return skip("needs the Python packages of tests/deps: run `cargo xtask test`");
    };
    let script = "import mcp, mcp.server\nprint(input(), mcp.ClientSession.__name__)";
    let mut peer = start(&python, &["-c", script]).unwrap();
    assert_eq!(ask(&mut peer, "hello").unwrap(), "hello ClientSession\n");
}
