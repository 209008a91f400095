//! Bytes in any cut into frames: the same frames whatever the cut, bounded memory, and every refusal can be answered.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_wire::frame::lines::Lines;
use portcullis_wire::json::Limits;
use portcullis_wire::jsonrpc::{self, Batch, Frame, Message, OwnedId, Refusal, Rules};
use portcullis_wire::mcp::{Envelope, Outcome};

const LIMIT: usize = 4096;

/// What comes out of a stream that is pushed in pieces of these sizes, as text.
fn lines(data: &[u8], sizes: impl Iterator<Item = usize>) -> Vec<String> {
    let mut lines = Lines::new(LIMIT);
    let mut out = Vec::new();
    let mut rest = data;
    for size in sizes {
        let (mut piece, after) = rest.split_at(size.min(rest.len()));
        rest = after;
        while let Some(line) = lines.next(&mut piece) {
            out.push(line.map_or_else(|error| error.to_string(), Into::into));
        }
        assert!(lines.held_bytes() <= LIMIT.max(1024) + 1);
        if rest.is_empty() {
            break;
        }
    }
    out.extend(lines.finish().map(|error| error.to_string()));
    out
}

fn answerable(refusal: &Refusal) {
    if let Some(answer) = refusal.answer() {
        let message = jsonrpc::parse_one(answer.as_bytes(), Limits::DEFAULT).expect("an answer is a message");
        assert_eq!(message.id().map(|id| id.to_owned()), refusal.id);
    }
}

fn message(message: &Message<'_>) {
    let _ = Envelope::of(message).map_err(|refusal| answerable(&refusal));
    let _ = Outcome::of(message, None).map_err(|refusal| answerable(&refusal));
    if let Some(id) = message.id() {
        let other = OwnedId::text("elsewhere").expect("an id");
        let there = message.with_id(&other).expect("a changed id");
        let moved = jsonrpc::parse_one(there.as_bytes(), Limits::DEFAULT).expect("still a message");
        assert_eq!(moved.with_id(&id.to_owned()).expect("the id back"), message.line());
    }
}

fuzz_target!(|data: &[u8]| {
    let whole = lines(data, std::iter::repeat(usize::MAX));
    assert_eq!(whole, lines(data, std::iter::repeat(1)));
    let sizes = data.iter().map(|byte| usize::from(byte % 7) + 1).collect::<Vec<_>>();
    assert_eq!(whole, lines(data, sizes.into_iter().cycle().chain(std::iter::repeat(1))));
    for line in whole {
        for batch in [Batch::Refuse, Batch::Accept { most: 16 }] {
            match jsonrpc::parse(line.as_bytes(), Rules { json: Limits::DEFAULT, batch }) {
                Ok(Frame::Message(one)) => message(&one),
                Ok(Frame::Batch(all)) => all.iter().for_each(|one| match one {
                    Ok(one) => message(one),
                    Err(refusal) => answerable(refusal),
                }),
                Err(refusal) => answerable(&refusal),
            }
        }
    }
});
