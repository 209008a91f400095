//! Strict JSON: what is accepted is what serde_json reads too, and to the same value; what serde_json reads and we
//! refuse is refused for a reason beyond the grammar; every piece is where it says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_wire::json::{Limits, scan};

fuzz_target!(|data: &[u8]| {
    let peer = serde_json::from_slice::<serde_json::Value>(data);
    match scan(data, Limits::DEFAULT) {
        Ok(document) => {
            let tree = document.root().to_tree().expect("what is accepted can be read");
            assert_eq!(tree, peer.expect("a peer reads it too"));
            for member in document.root().members() {
                assert!(scan(member.value.raw().as_bytes(), Limits::DEFAULT).is_ok());
            }
            let outlined = document.outline().members().count();
            assert_eq!(outlined, document.root().members().count());
            for found in document.root().strings() {
                let _ = found.text.decode().len();
            }
        }
        Err(error) => {
            assert!(error.offset <= data.len());
            assert!(peer.is_err() || error.kind.is_beyond_grammar(), "{error}");
        }
    }
});
