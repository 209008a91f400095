//! Bytes in any cut into server-sent events: the same events whatever the cut, bounded memory, and an event written
//! out reads back as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_wire::frame::sse::{Events, SseLimits, encode};

const LIMITS: SseLimits = SseLimits { line_bytes: 512, event_bytes: 2048 };

fn events(data: &[u8], size: usize) -> Vec<String> {
    let mut events = Events::new(LIMITS);
    let mut out = Vec::new();
    for mut piece in data.chunks(size) {
        while let Some(event) = events.next(&mut piece) {
            out.push(format!("{event:?}"));
        }
        assert!(events.held_bytes() <= 4 * (LIMITS.line_bytes + LIMITS.event_bytes));
    }
    out.extend(events.finish().map(|error| format!("{error:?}")));
    out
}

fuzz_target!(|data: &[u8]| {
    let whole = events(data, data.len().max(1));
    assert_eq!(whole, events(data, 1));
    assert_eq!(whole, events(data, 3));
    let mut reader = Events::new(LIMITS);
    let mut rest = data;
    while let Some(event) = reader.next(&mut rest) {
        let Ok(event) = event else { continue };
        let mut written = String::new();
        encode(&event, &mut written);
        let mut again = Events::new(SseLimits { line_bytes: 4096, event_bytes: 8192 });
        let mut bytes = written.as_bytes();
        let read = again.next(&mut bytes).expect("an event").expect("a good one");
        assert_eq!((read.event, read.data, read.id, read.retry_ms), (event.event, event.data, event.id, event.retry_ms));
    }
});
