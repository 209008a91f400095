//! Lines from a plugin: no panic, and every refusal has words.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_wire::json::Limits;
use portcullis_wire::plugin::{oneshot, parse};

fuzz_target!(|data: &[u8]| {
    let first = parse(data, Limits::DEFAULT);
    match &first {
        Ok(_) => assert!(portcullis_wire::json::scan(data, Limits::DEFAULT).is_ok()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    assert_eq!(format!("{first:?}"), format!("{:?}", parse(data, Limits::DEFAULT)));
    if let Err(error) = oneshot::reply(data, Limits::DEFAULT) {
        assert!(!error.to_string().is_empty());
    }
});
