//! How long it takes to accept a frame: ours (strict: duplicate names, surrogates, depth, numbers) beside
//! `serde_json` reading the same envelope with borrowed raw values, and beside a `serde_json` tree. One run, one table
//! of medians and ratios, so that the machine cancels out.

#![expect(clippy::expect_used, reason = "a frame that is not accepted ends the run")]
#![expect(clippy::print_stdout, reason = "the table is the product")]
#![expect(
    clippy::disallowed_methods,
    reason = "the clock is what a benchmark reads; serde_json is the peer measured"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use portcullis_wire::json;
use portcullis_wire::jsonrpc::parse_one;
use portcullis_wire::mcp::{Envelope as McpEnvelope, Outcome};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by the deserializer only")]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<&'a RawValue>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

const ROUNDS: usize = 61;

fn main() {
    println!(
        "{:<24} {:>9} {:>11} {:>11} {:>11} {:>11} {:>9} {:>9} {:>12}",
        "frame", "bytes", "scan", "envelope", "raw value", "tree", "scan/raw", "env/raw", "strings GB/s"
    );
    for (name, size) in [("100 B", 100), ("10 KB", 10 << 10), ("100 KB", 100 << 10), ("1 MB", 1 << 20)] {
        for (kind, frame) in [
            ("call, text", call(size, &text_item)),
            ("call, dense", call(size, &dense_item)),
            ("call, escapes", call(size, &escaped_item)),
            ("call, numbers", call(size, &number_item)),
            ("result, one text", one_text(size)),
        ] {
            row(&format!("{name} {kind}"), &frame);
        }
    }
}

fn row(name: &str, frame: &str) {
    let scan = median(frame, &|frame| {
        black_box(json::scan(frame.as_bytes(), json::Limits::DEFAULT).expect("accepted"));
    });
    let envelope = median(frame, &|frame| {
        let message = parse_one(frame.as_bytes(), json::Limits::DEFAULT).expect("accepted");
        black_box(McpEnvelope::of(&message).expect("accepted"));
        black_box(Outcome::of(&message, None).expect("accepted"));
    });
    let raw = median(frame, &|frame| {
        black_box(serde_json::from_slice::<Envelope<'_>>(frame.as_bytes()).expect("accepted"));
    });
    let tree = median(frame, &|frame| {
        black_box(serde_json::from_slice::<serde_json::Value>(frame.as_bytes()).expect("accepted"));
    });
    let document = json::scan_str(frame, json::Limits::DEFAULT).expect("accepted");
    let strings = median(frame, &|_| {
        black_box(document.root().strings().map(|found| found.span.len()).sum::<usize>());
    });
    println!(
        "{name:<24} {:>9} {scan:>9.0}ns {envelope:>9.0}ns {raw:>9.0}ns {tree:>9.0}ns {:>9.2} {:>9.2} {:>12.2}",
        frame.len(),
        scan / raw,
        envelope / raw,
        gigabytes(frame.len(), strings),
    );
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn gigabytes(bytes: usize, nanoseconds: f64) -> f64 {
    bytes as f64 / nanoseconds
}

/// Median nanoseconds of one run over `frame`.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 ns")]
fn median(frame: &str, work: &dyn Fn(&str)) -> f64 {
    let repeats = (200_000 / frame.len().max(1)).clamp(1, 2000);
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..repeats {
                work(black_box(frame));
            }
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let middle = times.get(ROUNDS / 2).copied().unwrap_or_default();
    middle.as_nanos() as f64 / repeats as f64
}

/// A call whose arguments are an array of items, about `size` bytes in all.
fn call(size: usize, item: &dyn Fn(usize) -> String) -> String {
    let mut items = String::new();
    let mut index = 0;
    while items.len() + 90 < size || index == 0 {
        if index > 0 {
            items.push(',');
        }
        items.push_str(&item(index));
        index += 1;
    }
    format!(
        r#"{{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"store","arguments":{{"items":[{items}]}}}}}}"#,
        size + 7
    )
}

fn text_item(index: usize) -> String {
    format!(
        r#"{{"id":{index},"title":"Entry number {index} of the list","body":"A sentence of ordinary length, as people write them in comments.","tags":["a","b"]}}"#
    )
}

fn dense_item(index: usize) -> String {
    format!(r#"{{"x":{index},"y":[1,2,{{}}],"ok":true,"n":null,"k":"v"}}"#)
}

fn escaped_item(index: usize) -> String {
    format!(r#""line {index}\n\tlet x = \"quoted\";\n\t// caf\u00e9 \ud83d\ude00\n""#)
}

fn number_item(index: usize) -> String {
    format!("{index}.{index},-{index},{index}e2")
}

fn one_text(size: usize) -> String {
    let line = "The quick brown fox jumps over the lazy dog and goes on. ";
    let text = line.repeat(size / line.len() + 1);
    format!(
        r#"{{"jsonrpc":"2.0","id":"a","result":{{"content":[{{"type":"text","text":"{}"}}],"isError":false}}}}"#,
        text.get(..size.saturating_sub(80)).unwrap_or_default()
    )
}
