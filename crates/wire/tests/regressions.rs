//! Inputs that once broke something, found by fuzzing.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use portcullis_wire::json::{Limits, scan};
use std::path::Path;

fn inputs(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let files = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn what_is_accepted_as_json_can_be_read_as_a_tree() {
    let inputs = inputs("fuzz/regressions/json");
    assert!(!inputs.is_empty());
    for (name, bytes) in inputs {
        if let Ok(document) = scan(&bytes, Limits::DEFAULT) {
            assert!(document.root().to_tree().is_ok(), "{name}");
        }
    }
}

#[test]
fn names_that_serde_json_reads_as_instructions_are_refused() {
    for text in [
        r#"{"a": {"$serde_json::private::RawValue": "1"}}"#,
        r#"{"$serde_json::private::Number": "1"}"#,
        r#"{"\u0024serde_json::private::RawValue": "1"}"#,
        r#"{"$serde_json::private\u003a:RawValue": "1"}"#,
    ] {
        assert!(scan(text.as_bytes(), Limits::DEFAULT).is_err(), "{text}");
    }
    for text in [r#"{"$schema": "x"}"#, r#"{"$serde_json": 1}"#, r#"{"\u0061$": 1}"#] {
        assert!(scan(text.as_bytes(), Limits::DEFAULT).is_ok(), "{text}");
    }
}
