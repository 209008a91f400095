//! Arguments with anything in them: no panic, a bounded number of findings, the same each time; a path argument never
//! asks for nothing, and a URL's host is never another than its parser says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_policy::action::{Action, Connect, UsePath};
use portcullis_policy::inspect::{Asked, Context, Found, ToolSchema, inspect};
use portcullis_policy::value::{AbsPath, Host, Surroundings};
use serde_json::json;
use std::sync::LazyLock;

static HERE: LazyLock<Surroundings> = LazyLock::new(|| {
    let path = |text| AbsPath::parse(text).expect("a path");
    Surroundings::unknown().with_home(path("/home/ann")).with_working_directory(path("/srv/work"))
});

static SCHEMA: LazyLock<ToolSchema> = LazyLock::new(|| {
    ToolSchema::compile(&json!({ "type": "object", "properties": {
        "file": { "type": "string", "format": "path" },
        "page": { "type": "string", "format": "uri" },
        "prose": { "type": "string", "description": "text to say" },
    }}))
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for name in ["file", "page", "prose", "other"] {
        let params = json!({ "name": "tool", "arguments": { name: text } });
        let asked = Asked { method: "tools/call", tool: None, params: &params };
        let context = Context { schema: Some(&SCHEMA), ..Context::new(&HERE) };
        let findings = inspect(&asked, &context);
        assert!(findings.len() <= 1000);
        assert_eq!(findings, inspect(&asked, &context));
        let about: Vec<_> = findings.iter().filter(|finding| &*finding.at != "/name").collect();
        assert!(name != "file" || text.is_empty() || !about.is_empty(), "a path that asks for nothing");
        for finding in &about {
            if let Some(Action::UsePath(UsePath { path, .. })) = finding.action() {
                assert_eq!(*path, AbsPath::parse(path.as_str()).expect("still a path"));
            }
        }
        let Ok(url) = url::Url::parse(text) else { continue };
        if name != "page" || !matches!(url.scheme(), "http" | "https") {
            continue;
        }
        let Some(host) = url.host().and_then(|host| Host::from_url(&host, text).ok()) else { continue };
        let seen = about.iter().any(|finding| match &finding.found {
            Found::Action(Action::Connect(Connect { host: found, .. })) => *found == host,
            Found::Action(_) => false,
            Found::Refusal(_) => true,
        });
        assert!(seen, "a URL whose host was not seen");
    }
});
