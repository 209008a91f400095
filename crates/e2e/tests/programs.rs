//! Real programs in the jail, each under a manifest that grants only what it needs: interpreters, a static program, a script, and
//! MCP servers as people start them.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]
#![expect(clippy::disallowed_methods, reason = "the test starts the driver of the jail")]

mod peer;

use peer::start;
use portcullis_e2e::{compiled, example, node_module, places, python, skip};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Jail {
    folder: tempfile::TempDir,
}

impl Jail {
    fn new(manifest: &Value) -> Self {
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        std::fs::write(folder.path().join("armor.json"), manifest.to_string()).unwrap();
        Self { folder }
    }

    fn words(&self, words: &[&str]) -> Vec<String> {
        let manifest = self.folder.path().join("armor.json").to_str().unwrap().to_owned();
        ["--manifest".to_owned(), manifest, "--".to_owned()]
            .into_iter()
            .chain(words.iter().map(|word| (*word).into()))
            .collect()
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(example("jail").unwrap()).args(self.words(words)).output().unwrap()
    }
}

fn nothing() -> Value {
    json!({ "version": "1.0", "profile": "strict" })
}

fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn interpreters_start_with_nothing_declared() {
    let jail = Jail::new(&nothing());
    let code = "import ssl, sqlite3, ctypes, zoneinfo, encodings.idna; print(sqlite3.connect(':memory:').execute('select 6*7').fetchone()[0])";
    assert_eq!(printed(&jail.run(&["python3", "-c", code])), "42");
    let code = "const c = require('crypto'); console.log(c.createHash('sha256').update('').digest('hex').slice(0, 8), os.cpus().length > 0)";
    assert_eq!(printed(&jail.run(&["node", "-e", code])), "e3b0c442 true");
    assert_eq!(printed(&jail.run(&["/bin/sh", "-c", "read line < /proc/self/comm; echo $line"])), "sh");
}

#[test]
fn an_empty_manifest_shows_nothing_of_the_machine() {
    let jail = Jail::new(&nothing());
    let code = "import os; print(sorted(os.listdir('/')), os.listdir(os.environ['HOME']) , os.path.exists('/etc/shadow'), sorted(os.environ))";
    let seen = printed(&jail.run(&["/usr/bin/python3", "-c", code]));
    let wanted = "['HOME', 'LANG', 'LOGNAME', 'PATH', 'TMPDIR', 'TZ', 'USER']";
    assert!(seen.contains("[] False") && seen.ends_with(wanted), "{seen}");
    assert!(!seen.contains("'var'") && !seen.contains("'home'") && !seen.contains("'sys'"), "{seen}");
}

#[test]
fn a_static_program_and_a_script_start() {
    let jail = Jail::new(&nothing());
    let prober = compiled("prober").unwrap();
    assert_eq!(printed(&jail.run(&[prober.to_str().unwrap()])), "");
    let script = jail.folder.path().join("script");
    std::fs::write(&script, "#!/bin/sh\necho script $1\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(printed(&jail.run(&[script.to_str().unwrap(), "runs"])), "script runs");
    let script = jail.folder.path().join("tool.py");
    std::fs::write(&script, "#!/usr/bin/env python3\nimport sys\nprint('python', sys.argv[1])\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(printed(&jail.run(&[script.to_str().unwrap(), "runs"])), "python runs");
}

/// Speaks the opening of a session, then calls one tool; the text of its answer.
fn call(
    manifest: &Value,
    environment: &[(&str, &str)],
    words: &[&str],
    tool: &str,
    arguments: &Value,
) -> String {
    let jail = Jail::new(manifest);
    let words = jail.words(words);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut peer = start(&example("jail").unwrap(), &words, environment).unwrap();
    let opening = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } } });
    let answer = peer.ask(&opening.to_string()).unwrap();
    assert!(answer.contains("serverInfo"), "{answer}");
    peer.tell(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).unwrap();
    let request = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": tool, "arguments": arguments } });
    peer.tell(&request.to_string()).unwrap();
    loop {
        let line = peer.listen().unwrap();
        assert!(!line.is_empty(), "the server has gone");
        #[expect(clippy::disallowed_methods, reason = "a test reads what a real server says")]
        let message: Value = serde_json::from_str(&line).unwrap();
        if message["id"] == 2 {
            return message["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
        }
    }
}

#[test]
fn a_server_starts_from_the_cache_of_npx() {
    let home = places::root().join(".deps/home");
    if !home.join(".npm/_npx").exists() {
        return skip("needs the cache of npx in .deps: run `cargo xtask test`");
    }
    let words = ["npx", "-y", "@modelcontextprotocol/server-everything"];
    let environment = [("HOME", home.to_str().unwrap())];
    let text = call(&nothing(), &environment, &words, "echo", &json!({ "message": "from the jail" }));
    assert_eq!(text, "Echo: from the jail");
}

#[test]
fn a_node_server_sees_what_is_declared_and_nothing_else() {
    let Some(server) = node_module("@modelcontextprotocol/server-filesystem") else {
        return skip("needs the npm packages of tests/deps: run `cargo xtask test`");
    };
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let notes = folder.path().canonicalize().unwrap();
    std::fs::create_dir(notes.join("open")).unwrap();
    std::fs::write(notes.join("open/note"), "a note").unwrap();
    std::fs::write(notes.join("closed"), "a secret").unwrap();
    let open = format!("{}/open", notes.display());
    let manifest =
        json!({ "version": "1.0", "profile": "system", "filesystem": { "read": [format!("{open}/**")] } });
    let script = server.join("dist/index.js");
    // The server is told to serve more than the jail shows.
    let words = ["node", script.to_str().unwrap(), notes.to_str().unwrap()];
    let read = |path: PathBuf| call(&manifest, &[], &words, "read_text_file", &json!({ "path": path }));
    assert_eq!(read(notes.join("open/note")), "a note");
    assert!(read(notes.join("closed")).contains("ENOENT"), "{}", read(notes.join("closed")));
}

#[test]
fn a_python_server_works_on_a_declared_repository() {
    let Some(python) = python() else {
        return skip("needs the Python packages of tests/deps: run `cargo xtask test`");
    };
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let repository = folder.path().canonicalize().unwrap();
    let git =
        |words: &[&str]| Command::new("git").current_dir(&repository).args(words).status().unwrap().success();
    assert!(git(&["init", "-q", "-b", "main"]));
    std::fs::write(repository.join("new-file"), "").unwrap();
    let here = repository.to_str().unwrap();
    // The server starts `git`, which is what `spawn` is for.
    let manifest = json!({ "version": "1.0", "profile": "system", "spawn": true, "filesystem": { "read": [format!("{here}/**")] } });
    let server = python.with_file_name("mcp-server-git");
    let words = [server.to_str().unwrap(), "--repository", here];
    let text = call(&manifest, &[], &words, "git_status", &json!({ "repo_path": here }));
    assert!(text.contains("new-file"), "{text}");
}

#[test]
fn what_takes_the_place_of_something_denied_stays_closed() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let here = folder.path().canonicalize().unwrap();
    std::fs::write(here.join("secret"), "old\n").unwrap();
    std::fs::write(here.join("open"), "open\n").unwrap();
    let all = format!("{}/**", here.display());
    let secret = here.join("secret");
    let manifest = json!({
        "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json", "version": "1.0", "profile": "system",
        "spawn": true, "filesystem": { "read": [all], "deny": [secret] },
    });
    let jail = Jail::new(&manifest);
    let script = format!("echo ready; read go; cat {0}/open; cat {0}/secret || echo closed", here.display());
    let words = jail.words(&["/bin/sh", "-c", &script]);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut peer = start(&example("jail").unwrap(), &words, &[]).unwrap();
    assert_eq!(peer.listen().unwrap(), "ready");
    // As editors and Git write: a new file takes the old one's name, and with it goes what was mounted there.
    std::fs::write(here.join("new"), "new\n").unwrap();
    std::fs::rename(here.join("new"), &secret).unwrap();
    assert_eq!(peer.ask("go").unwrap(), "open");
    assert_eq!(peer.listen().unwrap(), "closed");
}

#[test]
fn what_cannot_run_is_told_before_anything_runs() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let here = folder.path().canonicalize().unwrap();
    let at = |name: &str| here.join(name).to_str().unwrap().to_owned();
    std::fs::write(at("plain"), "text").unwrap();
    std::fs::write(at("noise"), [0_u8, 1, 2, 3]).unwrap();
    std::fs::set_permissions(at("noise"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(at("orphan"), "#!/no/such/interpreter\n").unwrap();
    std::fs::set_permissions(at("orphan"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink("loop", at("loop")).unwrap();
    std::os::unix::fs::symlink("/etc", at("out")).unwrap();
    let reading =
        |pattern: &str| json!({ "version": "1.0", "profile": "system", "filesystem": { "read": [pattern] } });
    let writing = |pattern: &str| json!({ "version": "1.0", "profile": "system", "filesystem": { "write": [pattern] } });
    let rows: [(Value, String, i32, &str); 14] = [
        (nothing(), "no-such-command".into(), 127, "not found"),
        (nothing(), at("missing"), 127, "not found"),
        (nothing(), at("plain"), 126, "not executable"),
        (nothing(), here.to_str().unwrap().into(), 126, "folder"),
        (nothing(), at("noise"), 126, "format"),
        (nothing(), at("orphan"), 126, "/no/such/interpreter"),
        (nothing(), at("loop"), 126, "loop"),
        (reading(&at("missing")), "true".into(), 3, "does not exist"),
        (reading(&at("missing/**")), "true".into(), 3, "does not exist"),
        (writing(&at("missing/**")), "true".into(), 3, "does not exist"),
        (reading(&at("*.none")), "true".into(), 3, "matches nothing"),
        (reading(&at("loop")), "true".into(), 3, "too many symbolic links"),
        (reading(&at("out/**")), "true".into(), 3, "leads to `/etc`"),
        (json!({ "version": "1.0", "profile": "system", "read": [] }), "true".into(), 3, "unknown key"),
    ];
    for (manifest, program, code, message) in rows {
        let output = Jail::new(&manifest).run(&[&program]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{program} {manifest}: {errors}");
        assert!(errors.contains(message), "{program} {manifest}: {errors}");
    }
    assert!(Path::new(&at("plain")).exists());
}
