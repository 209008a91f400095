//! What inspecting the arguments of a call costs, against parsing the same call.

#![expect(clippy::expect_used, reason = "a bench that cannot go on has failed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use portcullis_policy::{
    inspect::{Asked, Context, ToolSchema, inspect},
    value::{AbsPath, Surroundings},
};
use serde_json::{Value, json};
use std::hint::black_box;

fn inspecting(criterion: &mut Criterion) {
    let path = |text| AbsPath::parse(text).expect("the path is absolute");
    let surroundings =
        Surroundings::unknown().with_home(path("/home/ann")).with_working_directory(path("/srv/work"));
    let schema = ToolSchema::compile(&json!({"properties": {
        "path": {"type": "string"}, "text": {"type": "string"}, "url": {"type": "string"}, "mode": {"type": "string"}}}));
    let words = "several words about nothing much, with a/b and 1:2 in them. ".repeat(170);
    let rows = [
        ("100_B_path", json!({"path": "/srv/work/src/main.rs", "mode": "fast"})),
        ("100_B_url", json!({"url": "https://api.example.com/v1/items?q=a:b", "mode": "fast"})),
        ("10_KB_prose", json!({"path": "/srv/work/x", "text": words})),
        ("10_KB_unknown", json!({"path": "/srv/work/x", "mode": words})),
        ("10_KB_hostile", json!({"mode": "a:/b,@/c=-o ../".repeat(680)})),
        ("10_KB_schemes", json!({"path": "http:/".repeat(1_700)})),
        ("100_KB_schemes", json!({"path": "http:/".repeat(17_000)})),
    ];
    for (name, arguments) in rows {
        let params = json!({"name": "read_file", "arguments": arguments});
        let text = params.to_string();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("inspect", |bencher| {
            let asked = Asked { method: "tools/call", tool: None, params: &params };
            let context = Context { schema: Some(&schema), ..Context::new(&surroundings) };
            bencher.iter(|| inspect(black_box(&asked), black_box(&context)));
        });
        group.bench_function("parse", |bencher| {
            bencher.iter(|| {
                let mut reader = serde_json::Deserializer::from_str(black_box(&text));
                <Value as serde::Deserialize>::deserialize(&mut reader)
            });
        });
        group.finish();
    }
}

criterion_group!(benches, inspecting);
criterion_main!(benches);
