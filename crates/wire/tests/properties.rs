//! Laws that hold for any input: chunking changes nothing, what is accepted means what `serde_json` says it means,
//! spans are where they claim to be, edits touch nothing else, and nothing panics.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a failed step is a failed test")]
#![expect(clippy::disallowed_methods, reason = "serde_json is the reference these laws compare with")]

use std::collections::HashSet;
use std::fmt::Write as _;

use portcullis_wire::frame::lines::{HEAD_BYTES, Lines};
use portcullis_wire::frame::sse::{Event, Events, SseLimits, comment, encode};
use portcullis_wire::json::{self, Edits, JsonErrorKind, Kind, Limits, Value};
use portcullis_wire::jsonrpc::{Batch, Frame, OwnedId, Rules, parse, parse_one};
use portcullis_wire::mcp::{Envelope, Method, Outcome, Side};
use portcullis_wire::plugin;
use proptest::prelude::*;
use serde_json::Value as Tree;

/// Pieces that matter to framing, so that short random streams hit the corners.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => Just(b"\n".to_vec()),
        2 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\xEF\xBB\xBF".to_vec()),
        1 => Just(b"\0".to_vec()),
        1 => Just(b"\xFF".to_vec()),
        1 => Just("\u{e9}".as_bytes().to_vec()),
        2 => Just(b"data: ".to_vec()),
        1 => Just(b"event:x".to_vec()),
        1 => Just(b"id: 1".to_vec()),
        1 => Just(b": c".to_vec()),
        1 => Just(b"\n\n".to_vec()),
        4 => "[ a-z{}\"]{0,12}".prop_map(String::into_bytes),
        1 => (0usize..3000).prop_map(|length| vec![b'x'; length]),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// Where to cut: sizes of the chunks, used round and round.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1usize..4, 1usize..200], 1..8)
}

fn cut<'a>(bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = bytes;
    let mut chunks = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, tail) = rest.split_at((*size).min(rest.len()));
        chunks.push(chunk);
        rest = tail;
    }
    chunks
}

fn lines(limit: usize, chunks: &[&[u8]]) -> Vec<String> {
    let mut lines = Lines::new(limit);
    let mut seen = Vec::new();
    for chunk in chunks {
        let mut input = *chunk;
        while let Some(line) = lines.next(&mut input) {
            seen.push(format!("{line:?}"));
        }
        assert!(input.is_empty());
        assert!(lines.held_bytes() <= limit.max(HEAD_BYTES) + 1);
    }
    seen.extend(lines.finish().map(|error| format!("{error:?}")));
    seen
}

fn events(limits: SseLimits, chunks: &[&[u8]]) -> Vec<String> {
    let mut events = Events::new(limits);
    let mut seen = Vec::new();
    for chunk in chunks {
        let mut input = *chunk;
        while let Some(event) = events.next(&mut input) {
            seen.push(format!("{event:?}"));
        }
        assert!(events.held_bytes() <= 2 * limits.event_bytes + 2 * limits.line_bytes + 64);
    }
    seen.extend(events.finish().map(|error| format!("{error:?}")));
    seen.push(events.last_id().to_owned());
    seen
}

proptest! {
    #[test]
    fn chunking_changes_no_line(bytes in stream(), sizes in cuts(), limit in prop_oneof![0usize..40, 900usize..3000]) {
        let whole = lines(limit, &[&bytes]);
        prop_assert_eq!(&lines(limit, &cut(&bytes, &sizes)), &whole);
        prop_assert_eq!(&lines(limit, &cut(&bytes, &[1])), &whole);
        // Every line is either handed out, blank, or reported.
        let (mut expected, mut rest) = (0, bytes.as_slice());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = &rest[..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            expected += usize::from(line.len() > limit || line.iter().any(|byte| !b" \t\r".contains(byte)));
            rest = &rest[end + 1..];
        }
        let is_cut_off = rest.iter().any(|byte| !b" \t\r".contains(byte)) || rest.len() > limit + 1;
        prop_assert_eq!(whole.len(), expected + usize::from(is_cut_off));
    }

    #[test]
    fn chunking_changes_no_event(bytes in stream(), sizes in cuts(), line_bytes in 5usize..60, event_bytes in 5usize..90) {
        let limits = SseLimits { line_bytes, event_bytes };
        let whole = events(limits, &[&bytes]);
        prop_assert_eq!(&events(limits, &cut(&bytes, &sizes)), &whole);
        prop_assert_eq!(&events(limits, &cut(&bytes, &[1])), &whole);
    }

    #[test]
    fn written_events_read_back(data in "[a-z\n]{0,20}", name in "[a-z]{1,5}", id in proptest::option::of("[a-z0-9]{0,4}"), retry_ms in proptest::option::of(0u64..9999)) {
        let event = Event { event: &name, data: &data, id: id.as_deref(), retry_ms };
        let mut out = String::new();
        comment("x", &mut out);
        encode(&event, &mut out);
        let mut events = Events::new(SseLimits { line_bytes: 100, event_bytes: 100 });
        let mut input = out.as_bytes();
        prop_assert_eq!(events.next(&mut input), Some(Ok(event)));
        prop_assert!(input.is_empty());
    }
}

/// Any JSON tree.
fn tree() -> impl Strategy<Value = Tree> {
    let text = prop_oneof!["[a-c]{0,3}", "\\PC{0,12}", any::<String>()];
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::from),
        any::<i64>().prop_map(Tree::from),
        any::<u64>().prop_map(Tree::from),
        any::<f64>().prop_map(Tree::from),
        text.clone().prop_map(Tree::from),
    ];
    leaf.prop_recursive(6, 80, 24, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Tree::from),
            proptest::collection::vec((text.clone(), inner), 0..24)
                .prop_map(|members| Tree::Object(members.into_iter().collect())),
        ]
    })
}

/// Text that is nearly JSON: a tree's text with a few bytes changed, or soup.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        0u8..4,
        prop::sample::select(b"\"\\{}[]:,ud8D0.eE-+ \n\0\xFFtn1".to_vec()),
    );
    let broken = (tree(), any::<bool>(), proptest::collection::vec(change, 0..4)).prop_map(
        |(tree, pretty, changes)| {
            let mut bytes =
                if pretty { serde_json::to_vec_pretty(&tree) } else { serde_json::to_vec(&tree) }.unwrap();
            for (place, what, byte) in changes {
                let at = place.index(bytes.len() + 1);
                match what {
                    0 => bytes.insert(at, byte),
                    1 if at < bytes.len() => bytes[at] = byte,
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            bytes
        },
    );
    let soup =
        r#"(\{"a":|\["|"\\ud83d\\ude00"|\{\}|[\[\]{},:]|"[ab]{0,2}"|\\u00e9|1e5|-0|true|null| ){0,30}"#;
    prop_oneof![4 => broken, 1 => soup.prop_map(String::into_bytes)]
}

/// Checks every span under `value` and compares it with `tree`.
fn compare(value: Value<'_>, tree: &Tree) {
    assert_eq!(json::scan_str(value.raw(), Limits::DEFAULT).unwrap().root().raw(), value.raw());
    match tree {
        Tree::Object(members) => {
            let found: Vec<_> = value.members().collect();
            assert_eq!(found.len(), members.len());
            for (member, (key, inner)) in found.iter().zip(members) {
                assert_eq!(&member.key.decode(), key);
                assert!(member.key.means(key));
                let literal = value.text().get(member.key_span.range()).unwrap();
                assert_eq!(literal, format!("\"{}\"", member.key.raw()));
                assert_eq!(value.get(key).unwrap().value.span(), member.value.span());
                compare(member.value, inner);
            }
        }
        Tree::Array(items) => {
            let found: Vec<_> = value.items().collect();
            assert_eq!(found.len(), items.len());
            for (item, inner) in found.iter().zip(items) {
                compare(*item, inner);
            }
        }
        Tree::String(text) => assert_eq!(&value.as_text().unwrap().decode(), text),
        Tree::Bool(flag) => assert_eq!(value.as_bool(), Some(*flag)),
        Tree::Null => assert_eq!(value.kind(), Kind::Null),
        Tree::Number(_) => assert_eq!(value.kind(), Kind::Number),
    }
}

fn count_strings(tree: &Tree) -> usize {
    match tree {
        Tree::Object(members) => members.iter().map(|(_, inner)| 1 + count_strings(inner)).sum(),
        Tree::Array(items) => items.iter().map(count_strings).sum(),
        Tree::String(_) => 1,
        Tree::Null | Tree::Bool(_) | Tree::Number(_) => 0,
    }
}

proptest! {
    #[test]
    fn written_trees_are_accepted_and_mean_the_same(tree in tree(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&tree) } else { serde_json::to_string(&tree) }.unwrap();
        let document = json::scan_str(&text, Limits::DEFAULT).unwrap();
        // Printing a double and reading it again may land one bit away without exact parsing.
        prop_assert_eq!(&document.root().to_tree().unwrap(), &serde_json::from_str::<Tree>(&text).unwrap());
        compare(document.root(), &tree);
        let walked: Vec<_> = document.root().members().map(|member| member.span()).collect();
        let outlined: Vec<_> = document.outline().members().map(|member| member.span()).collect();
        prop_assert_eq!(walked, outlined);
        for member in document.root().members() {
            let outlined = document.outline().get(&member.key.decode()).unwrap();
            prop_assert_eq!(outlined.value().span(), member.value.span());
            let inner: Vec<_> = outlined.members().map(|inner| inner.span()).collect();
            prop_assert_eq!(inner, member.value.members().map(|inner| inner.span()).collect::<Vec<_>>());
        }
        let mut strings = document.root().strings();
        let mut count = 0;
        while let Some(found) = strings.next() {
            count += 1;
            let pointer = strings.pointer();
            if found.role == json::Role::Value {
                prop_assert_eq!(document.root().pointer(&pointer).map(Value::span), Some(found.span));
                let decoded = found.text.decode();
                prop_assert_eq!(tree.pointer(&pointer).and_then(Tree::as_str), Some(decoded.as_ref()));
            } else {
                prop_assert!(tree.pointer(&pointer).is_some(), "{}", pointer);
            }
        }
        prop_assert_eq!(count, count_strings(&tree));
    }

    #[test]
    fn what_is_accepted_is_json_and_what_is_refused_is_not_or_is_named(bytes in nearly_json()) {
        let reference = serde_json::from_slice::<Tree>(&bytes);
        match json::scan(&bytes, Limits::DEFAULT) {
            Ok(document) => compare(document.root(), &reference.expect("accepted by us only")),
            Err(error) => {
                prop_assert!(error.offset <= bytes.len());
                prop_assert!(error.position(&bytes).line >= 1);
                if reference.is_ok() {
                    prop_assert!(error.kind.is_beyond_grammar(), "{} in {}", error, String::from_utf8_lossy(&bytes));
                }
            }
        }
    }

    #[test]
    fn equal_names_are_found_however_they_are_spelt(
        keys in proptest::collection::vec(("[a-e]{0,2}|[a-b]{7,9}", any::<bool>()), 0..60),
        tail in "[a-z]{0,20}",
    ) {
        let spell = |(key, escaped): &(String, bool)| {
            let mut out = String::new();
            for character in key.chars() {
                if *escaped {
                    let _ = write!(out, "\\u{:04x}", u32::from(character));
                } else {
                    out.push(character);
                }
            }
            format!("\"{out}{tail}\":[{{}}]")
        };
        let text = format!("{{{}}}", keys.iter().map(spell).collect::<Vec<_>>().join(","));
        let mut seen = HashSet::new();
        let first_repeated = keys.iter().position(|(key, _)| !seen.insert(key.clone()));
        match (json::scan_str(&text, Limits::DEFAULT), first_repeated) {
            (Ok(_), None) => {}
            (Err(error), Some(index)) => {
                let before: usize = keys.iter().take(index).map(|key| spell(key).len() + 1).sum();
                prop_assert_eq!(error.offset, before + 1);
                let key = format!("{}{tail}", keys[index].0);
                prop_assert_eq!(error.kind, JsonErrorKind::DuplicateKey { key });
            }
            (other, expected) => prop_assert!(false, "{:?} against {:?} in {}", other.map(|_| ()), expected, text),
        }
    }

    #[test]
    fn edits_touch_nothing_else(tree in tree(), pick in any::<prop::sample::Index>(), meaning in "\\PC{0,9}") {
        let text = serde_json::to_string_pretty(&serde_json::json!(["a", tree, {"b": "c"}])).unwrap();
        let document = json::scan_str(&text, Limits::DEFAULT).unwrap();
        let found: Vec<_> = document.root().strings().filter(|found| found.role == json::Role::Value).collect();
        let found = found[pick.index(found.len())];
        let mut edits = Edits::of(document.text());
        edits.replace_string(&found, &meaning).unwrap();
        let edited = edits.apply().unwrap();
        prop_assert!(edited.starts_with(&text[..found.span.start]));
        prop_assert!(edited.ends_with(&text[found.span.end..]));
        prop_assert_eq!(edited.len() + found.span.len(), text.len() + json::string(&meaning).len());
        prop_assert_eq!(&edited[found.span.start..edited.len() - (text.len() - found.span.end)], json::string(&meaning));
    }

    #[test]
    fn removed_and_added_members_leave_the_rest(
        keys in proptest::collection::hash_set("[a-z]{1,4}", 0..10),
        gone in proptest::collection::vec(any::<bool>(), 10),
        added in proptest::collection::hash_set("[A-Z]{1,3}", 0..4),
        space in prop::sample::select(vec!["", " ", "\n  "]),
    ) {
        let members: Vec<String> = keys.iter().map(|key| format!("{space}\"{key}\"{space}:{space}[1e2]{space}")).collect();
        let text = format!("{{{}}}", members.join(","));
        let document = json::scan_str(&text, Limits::DEFAULT).unwrap();
        let mut edits = Edits::of(document.text());
        let mut kept = Vec::new();
        for (key, gone) in keys.iter().zip(gone) {
            if gone { edits.remove(document.root(), key).unwrap() } else { kept.push(key.clone()) }
        }
        for key in &added {
            edits.insert(document.root(), key, "null").unwrap();
        }
        let edited = edits.apply().unwrap();
        let left: Vec<_> = json::scan_str(&edited, Limits::DEFAULT).unwrap().root().members()
            .map(|member| member.key.decode().into_owned()).collect();
        prop_assert_eq!(left, kept.into_iter().chain(added).collect::<Vec<_>>());
    }

    #[test]
    fn strings_survive_being_written(text in any::<String>()) {
        let literal = json::string(&text);
        let document = json::scan_str(&literal, Limits::DEFAULT).unwrap();
        let decoded = document.root().as_text().unwrap();
        prop_assert_eq!(&decoded.decode(), &text);
        prop_assert!(decoded.means(&text));
        prop_assert_eq!(serde_json::from_str::<String>(&literal).unwrap(), text);
    }
}

/// Frames near real messages.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let real = prop::sample::select(vec![
        r#"{"jsonrpc":"2.0","id":"a-1","method":"tools/call","params":{"name":"t","arguments":{"p":"/x"},"_meta":{"progressToken":1}}}"#,
        r#"{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"\ud83d\ude00"}],"isError":false}}"#,
        r#"{"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"m","data":[1]}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"}]"#,
        r#"{"type":"http_request","id":"h","parent_id":"r","path":"/a","query":{"q":1},"body":"x","body_encoding":"base64"}"#,
        r#"{"type":"tool_result","id":"r","result":{},"actions":[{"type":"x"}]}"#,
        r#"{"type":"file_write","id":"f","path":"p","content":"","mkdir":true}"#,
    ]);
    let words = prop::sample::select(vec![
        "\"id\":2,",
        "\"ID\":2,",
        "\"\\u0069d\":3,",
        "\"method\":\"x\",",
        "\"result\":{},",
        "null",
        "1.0",
        "1e999",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\\",
        "\\ud800",
        "\u{FEFF}",
        "\u{17F}",
        "\0",
        ",",
        ":",
        "\n",
        "NaN",
    ]);
    let change = (any::<prop::sample::Index>(), words, any::<bool>());
    (real, proptest::collection::vec(change, 0..3)).prop_map(|(real, changes)| {
        let mut text = real.to_owned();
        for (place, word, cut) in changes {
            let mut at = place.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            if cut {
                text.truncate(at);
            } else {
                text.insert_str(at, word);
            }
        }
        text.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_panics_and_every_refusal_can_be_answered(bytes in prop_oneof![8 => frame(), 1 => nearly_json(), 1 => proptest::collection::vec(any::<u8>(), 0..60)]) {
        let rules = Rules { batch: Batch::Accept { most: 4 }, ..Rules::default() };
        let judged = match parse(&bytes, rules) {
            Ok(Frame::Message(message)) => vec![Ok(message)],
            Ok(Frame::Batch(messages)) => messages,
            Err(refusal) => vec![Err(refusal)],
        };
        for message in judged {
            let refusals = match message {
                Ok(message) => {
                    prop_assert!(std::str::from_utf8(&bytes).unwrap().contains(message.text()));
                    if let Some(id) = message.id() {
                        let changed = message.with_id(&OwnedId::integer(9)).unwrap();
                        let back = parse_one(changed.as_bytes(), Limits::DEFAULT).unwrap().with_id(&id.to_owned());
                        prop_assert_eq!(back.as_deref(), Ok(message.text()));
                    }
                    vec![
                        Envelope::of(&message).err(),
                        Envelope::check_sender(&message, Side::Client, None).err(),
                        Outcome::of(&message, Some(Method::ToolsCall)).err(),
                    ]
                }
                Err(refusal) => vec![Some(refusal)],
            };
            for refusal in refusals.into_iter().flatten() {
                let Some(answer) = refusal.answer() else { continue };
                let answer = parse_one(answer.as_bytes(), Limits::DEFAULT).unwrap();
                prop_assert_eq!(answer.id(), refusal.id.as_ref().map(OwnedId::as_raw));
            }
        }
        if let Err(error) = plugin::parse(&bytes, Limits::DEFAULT) {
            prop_assert!(!error.to_string().is_empty());
        }
        drop(plugin::oneshot::reply(&bytes, Limits::DEFAULT));
    }
}
