//! Every message under `messages/`, recorded or written by hand, goes the way of a forwarded frame (framing, strict
//! parse, classification, forwarding) and must come out byte for byte; so must one whose id was changed and changed
//! back. `*.json` holds one message, `*.jsonl` one a line; `*.in.jsonl` was sent by a client, `*.out.jsonl` by its
//! server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use portcullis_wire::frame::lines::Lines;
use portcullis_wire::json::{Limits, on_one_line};
use portcullis_wire::jsonrpc::{IdKey, Message, MessageKind, OwnedId, parse_one};
use portcullis_wire::mcp::{
    DiscoverResult, Envelope, InitializeRequest, InitializeResult, Known, Method, Outcome, Side,
};

const LEAST_MESSAGES: usize = 1000;

#[test]
fn every_message_is_forwarded_byte_for_byte() {
    let mut files = Vec::new();
    list(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/messages")), &mut files);
    files.sort();
    let mut count = 0;
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        let name = file.display().to_string();
        count += if file.extension().is_some_and(|extension| extension == "jsonl") {
            stream(&name, &bytes)
        } else {
            single(&name, &bytes)
        };
    }
    assert!(count >= LEAST_MESSAGES, "only {count} messages in {} files", files.len());
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json" || extension == "jsonl") {
            files.push(path);
        }
    }
}

/// One message, pretty-printed or not.
fn single(name: &str, bytes: &[u8]) -> usize {
    let message = parse_one(bytes, Limits::DEFAULT).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    assert_eq!(message.text().as_bytes(), bytes, "{name}");
    check(name, &message, None, None);
    // The same message as a line of a stream still says the same.
    let line = message.line();
    assert!(!line.contains(['\n', '\r']), "{name}");
    let again = parse_one(line.as_bytes(), Limits::DEFAULT).unwrap();
    assert_eq!(again.root().to_tree().unwrap(), message.root().to_tree().unwrap(), "{name}");
    1
}

/// Messages one a line.
fn stream(name: &str, bytes: &[u8]) -> usize {
    let side = match name {
        _ if name.ends_with(".in.jsonl") => Some(Side::Client),
        _ if name.ends_with(".out.jsonl") => Some(Side::Server),
        _ => None,
    };
    let mut asked = side.map(|side| questions(name, side)).unwrap_or_default();
    let mut forwarded = Vec::new();
    let mut count = 0;
    let mut lines = Lines::new(16 << 20);
    for chunk in bytes.chunks(1000) {
        let mut input = chunk;
        while let Some(line) = lines.next(&mut input) {
            let line = line.unwrap_or_else(|error| panic!("{name}: {error}"));
            let message = parse_one(line.as_bytes(), Limits::DEFAULT)
                .unwrap_or_else(|refusal| panic!("{name}: {refusal}: {line}"));
            let is_answer = message.method().is_none();
            let method =
                message.id().filter(|_| is_answer).and_then(|id| asked.get_mut(&id.key())?.pop_front());
            check(name, &message, side, method.as_deref());
            forwarded.extend_from_slice(message.text().as_bytes());
            forwarded.push(b'\n');
            count += 1;
        }
    }
    assert_eq!(lines.finish(), None, "{name}");
    assert!(forwarded == bytes, "{name} came out altered");
    count
}

/// What the other side asked, by id; a recording of two connections uses an id twice, in order.
fn questions(name: &str, side: Side) -> HashMap<IdKey, VecDeque<String>> {
    let other = match side {
        Side::Client => name.replace(".in.jsonl", ".out.jsonl"),
        Side::Server => name.replace(".out.jsonl", ".in.jsonl"),
    };
    let text = std::fs::read_to_string(other).unwrap_or_default();
    let mut asked = HashMap::new();
    for line in text.lines() {
        let message = parse_one(line.as_bytes(), Limits::DEFAULT).unwrap();
        if let MessageKind::Request { id, method } = message.kind() {
            asked.entry(id.key()).or_insert_with(VecDeque::new).push_back(method.to_string());
        }
    }
    asked
}

fn check(name: &str, message: &Message<'_>, side: Option<Side>, asked: Option<&str>) {
    let text = message.text();
    let envelope = Envelope::of(message).unwrap_or_else(|refusal| panic!("{name}: {refusal}: {text}"));
    let method = asked.and_then(Method::read);
    let outcome = Outcome::of(message, method).unwrap_or_else(|refusal| panic!("{name}: {refusal}: {text}"));
    assert_eq!(outcome.is_some(), matches!(message.kind(), MessageKind::Result { .. }), "{name}");
    if let Some(side) = side {
        let known = Envelope::check_sender(message, side, None);
        let known = known.unwrap_or_else(|refusal| panic!("{name}: {refusal}: {text}"));
        assert!(
            matches!(known, Known::Defined | Known::Extension | Known::Unknown),
            "{name}: {known:?}: {text}"
        );
    }
    if envelope.method == Some(Method::Initialize) {
        InitializeRequest::of(message).unwrap();
    }
    match method.filter(|_| outcome.is_some()) {
        Some(Method::Initialize) => {
            InitializeResult::of(message).unwrap_or_else(|refusal| panic!("{name}: {refusal}: {text}"));
        }
        Some(Method::Discover) => {
            DiscoverResult::of(message).unwrap_or_else(|refusal| panic!("{name}: {refusal}: {text}"));
        }
        _ => {}
    }
    assert_eq!(message.edits().apply().as_deref(), Ok(text), "{name}");
    splice_id(name, message);
    for found in message.root().strings() {
        let literal = text.get(found.span.range()).unwrap();
        assert_eq!(literal.get(1..literal.len() - 1), Some(found.text.raw()), "{name}");
    }
    assert_eq!(on_one_line(text).len(), text.len(), "{name}");
}

/// Changes the id and changes it back.
fn splice_id(name: &str, message: &Message<'_>) {
    let Some(id) = message.id() else { return };
    let other = OwnedId::text("another \"id\"").unwrap();
    let changed = message.with_id(&other).unwrap();
    let read = parse_one(changed.as_bytes(), Limits::DEFAULT).unwrap();
    assert_eq!(read.id(), Some(other.as_raw()), "{name}");
    assert_ne!(changed, message.text(), "{name}");
    assert_eq!(read.with_id(&id.to_owned()).unwrap(), message.text(), "{name}");
}
