//! Laws of argument inspection, over generated values.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use portcullis_policy::{
    action::Action,
    inspect::{Asked, Context, Finding, ToolSchema, inspect},
    value::{AbsPath, Host, Surroundings},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn here() -> Surroundings {
    let path = |text| AbsPath::parse(text).unwrap();
    Surroundings::unknown().with_home(path("/home/ann")).with_working_directory(path("/srv/work"))
}

fn found(schema: &Value, value: &Value) -> Vec<Finding> {
    let surroundings = here();
    let schema = ToolSchema::compile(&json!({"properties": {"v": schema}}));
    let params = json!({"name": "t", "arguments": {"v": value}});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let context = Context { schema: Some(&schema), ..Context::new(&surroundings) };
    inspect(&asked, &context).split_off(1)
}

fn refused(found: &[Finding]) -> bool {
    found.iter().any(|finding| finding.refusal().is_some())
}

/// Text out of the pieces that matter.
fn spiced() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/"),
        Just("\\"),
        Just(".."),
        Just("."),
        Just("%2e"),
        Just("%2F"),
        Just("%25"),
        Just("%c0%ae"),
        Just("~"),
        Just("$HOME"),
        Just("${"),
        Just("}"),
        Just("%"),
        Just("http://"),
        Just("https:"),
        Just("file:"),
        Just("file://"),
        Just("@"),
        Just(":"),
        Just("?"),
        Just("#"),
        Just("["),
        Just("]"),
        Just("127.1"),
        Just("evil.example"),
        Just("etc"),
        Just(" "),
        Just("\n"),
        Just("\t"),
        Just("\0"),
        Just("\""),
        Just("'"),
        Just("{"),
        Just("*"),
        Just(","),
        Just("-o"),
        Just("--f="),
        Just("ä"),
        Just("\u{ff0e}"),
        Just("\u{200b}"),
        Just("unix://"),
        Just("redis://"),
        Just("C:"),
        Just("="),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        spiced().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(
                (prop_oneof!["path", "url", "host", "command", "text", ".{0,6}"], inner),
                0..4
            )
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// One of the ways to write a part of a path.
fn spelt(part: &'static str) -> impl Strategy<Value = String> {
    let escape = |out: String, byte: u8| format!("{out}%{byte:02x}");
    let hex = |text: &str| text.bytes().fold(String::new(), escape);
    let overlong = |text: &str| {
        let halves = text.bytes().flat_map(|byte| [0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)]);
        halves.fold(String::new(), escape)
    };
    let wide = |text: &str| {
        text.chars()
            .map(|character| match character {
                '.' => '\u{ff0e}',
                _ => '\u{ff0f}',
            })
            .collect::<String>()
    };
    prop_oneof![
        4 => Just(part.to_owned()),
        2 => Just(hex(part)),
        1 => Just(hex(part).to_uppercase()),
        1 => Just(hex(&hex(part))),
        1 => Just(overlong(part)),
        1 => Just(wide(part)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_makes_it_panic(method in prop_oneof![
        "tools/call", "resources/read", "prompts/get", "completion/complete", "sampling/createMessage",
        "elicitation/create", "roots/list", "subscriptions/listen", "tasks/get", "x/y", "notifications/x",
    ], params in any_value(), schema in any_value()) {
        let surroundings = here();
        let schema = ToolSchema::compile(&schema);
        let asked = Asked { method: &method, tool: None, params: &params };
        let context = Context { schema: Some(&schema), ..Context::new(&surroundings) };
        prop_assert!(inspect(&asked, &context).len() <= 1_000);
        prop_assert!(inspect(&asked, &Context::new(&surroundings)).len() <= 1_000);
    }

    #[test]
    fn every_path_is_found(text in prop_oneof![spiced(), ".{1,30}", "[a-z0-9 _-]{1,12}"]) {
        prop_assume!(!text.is_empty());
        let path = json!({"format": "path"});
        prop_assert!(!found(&path, &json!(text)).is_empty(), "{text:?}");
    }

    #[test]
    fn the_kernels_reading_of_a_path_is_found_or_it_is_refused(text in spiced()) {
        // A program that takes the text as it stands opens this.
        let Ok(opened) = AbsPath::parse("/srv/work").unwrap().join(&text) else { return Ok(()) };
        let found = found(&json!({"format": "path"}), &json!(text));
        let climbs = text.split('/').any(|component| component == "..");
        let same = |finding: &Finding| matches!(finding.action(), Some(Action::UsePath(path)) if path.path == opened);
        // Blanks, quotes, `~` and schemes aside, which only matter where the text leads away from the working directory.
        let away = !opened.is_within(&AbsPath::parse("/srv/work").unwrap());
        let matters = climbs && away || text.starts_with('/');
        prop_assert!(!matters || refused(&found) || found.iter().any(same), "{text:?}: {found:?}");
    }

    #[test]
    fn a_traversal_is_seen_in_every_encoding(
        lead in prop_oneof![Just("/data/"), Just(""), Just("./"), Just("a/")],
        steps in prop::collection::vec((spelt(".."), spelt("/")), 4..7),
        kind in prop_oneof![Just(json!({"format": "path"})), Just(json!({"type": "string"}))],
    ) {
        let up: String = steps.iter().flat_map(|(dots, slash)| [dots.as_str(), slash.as_str()]).collect();
        let text = format!("{lead}{up}etc/passwd");
        let found = found(&kind, &json!(text));
        let wanted = AbsPath::parse("/etc/passwd").unwrap();
        let seen = |finding: &Finding| matches!(finding.action(), Some(Action::UsePath(path)) if path.path == wanted);
        prop_assert!(refused(&found) || found.iter().any(seen), "{text:?}: {found:?}");
    }

    #[test]
    fn the_host_of_every_web_url_is_found_or_refused(
        scheme in prop_oneof![Just("http"), Just("https"), Just("HTTP"), Just("ht\ttp"), Just("\u{1}http")],
        slashes in prop_oneof![Just(":"), Just(":/"), Just("://"), Just(":///"), Just(":\\\\"), Just(":/\t/")],
        rest in spiced(),
        tail in prop_oneof![Just(""), Just("/"), Just("/x y"), Just(" z")],
        kind in prop_oneof![Just("uri"), Just("uri-reference"), Just("path"), Just("hostname"), Just("none")],
    ) {
        let text = format!("{scheme}{slashes}{rest}{tail}");
        let Ok(parsed) = url::Url::parse(&text) else { return Ok(()) };
        prop_assume!(matches!(parsed.scheme(), "http" | "https"));
        let found = found(&json!({"format": kind}), &json!(text));
        let host = parsed.host().and_then(|host| Host::from_url(&host, &text).ok());
        let to = |finding: &Finding| match (finding.action(), &host) {
            (Some(Action::Connect(connect)), Some(host)) => {
                connect.host == *host && Some(connect.port.number()) == parsed.port_or_known_default()
            }
            _ => false,
        };
        // A host that is none by our rules cannot be connected to.
        let nowhere = host.is_none() && kind == "none";
        prop_assert!(nowhere || refused(&found) || found.iter().any(to), "{text:?}: {found:?}");
    }

    #[test]
    fn prose_and_plain_words_ask_for_nothing(text in ".{0,60}", word in "[A-Za-z0-9_]{0,20}( [a-z]{1,9}){0,3}") {
        let text = json!({"text": text});
        let schema = json!({"properties": {"text": {"type": "string"}}});
        prop_assert!(found(&schema, &text).is_empty());
        let unknown = json!({"type": "string"});
        prop_assert!(found(&unknown, &json!(word)).is_empty());
    }
}
