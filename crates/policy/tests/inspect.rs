//! Argument inspection, case by case: what each value of each kind asks for.
//!
//! The rows follow manifest spec section 3. Figures are in `benches/inspect.rs`, laws in
//! `inspect_laws.rs`, methods and schemas in `inspect_messages.rs`.

use portcullis_policy::{
    Rule,
    action::Action,
    inspect::{Asked, Context, Finding, Found, ToolSchema, inspect},
    value::{AbsPath, Surroundings},
};
use serde_json::{Value, json};

fn here() -> Surroundings {
    let path = |text| AbsPath::parse(text).unwrap();
    Surroundings::unknown()
        .with_home(path("/home/ann"))
        .with_working_directory(path("/srv/work"))
        .with_variable("DATA", "/data")
}

/// The schema and the name of an argument of a kind.
fn argument(kind: &str) -> (&'static str, Value) {
    match kind {
        "path" => ("v", json!({"type": "string", "format": "path"})),
        "url" => ("v", json!({"type": "string", "format": "uri"})),
        "reference" => ("v", json!({"type": "string", "format": "uri-reference"})),
        "host" => ("v", json!({"type": "string", "format": "hostname"})),
        "domain" => ("domain", json!({"type": "string"})),
        "command" => ("v", json!({"type": "string", "format": "command"})),
        "prose" => ("text", json!({"type": "string"})),
        "opaque" => ("v", json!({"type": "string", "contentEncoding": "base64"})),
        "unknown" => ("v", json!({"type": "string"})),
        other => panic!("no kind `{other}`"),
    }
}

/// A finding in short: a path, `host:port`, `$ line`, `tool name`, or why not.
fn short(finding: &Finding) -> String {
    match &finding.found {
        Found::Action(Action::UsePath(path)) => path.path.to_string(),
        Found::Action(Action::Connect(to)) => format!("{}:{}", to.host, to.port),
        Found::Action(Action::RunCommand(command)) => format!("$ {}", command.line),
        Found::Action(Action::CallTool(call)) => format!("tool {}", call.tool),
        Found::Action(other) => panic!("inspection never asks to {other}"),
        Found::Refusal(reason) if reason.rule() == Rule::ArgumentUnclear => "unclear".into(),
        Found::Refusal(reason) => reason.rule().name().into(),
    }
}

fn call(schema: &Value, arguments: Value) -> Vec<Finding> {
    let surroundings = here();
    let schema = ToolSchema::compile(schema);
    let params = json!({"name": "t", "arguments": arguments});
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let context = Context { schema: Some(&schema), ..Context::new(&surroundings) };
    let mut found = inspect(&asked, &context);
    assert_eq!(short(&found.remove(0)), "tool t");
    found
}

fn found_in(kind: &str, value: &str) -> String {
    let (name, schema) = argument(kind);
    let found = call(&json!({"properties": {name: schema}}), json!({name: value}));
    found.iter().map(short).collect::<Vec<_>>().join(" | ")
}

/// All rows are looked at before any failure is told.
fn check(rows: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(kind, value, wanted)| (kind, value, wanted, found_in(kind, value)))
        .filter(|(.., wanted, found)| **wanted != found)
        .map(|(kind, value, wanted, found)| format!("{kind} {value:?}: wanted `{wanted}`, found `{found}`"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn paths_where_the_schema_says_path() {
    check(&[
        ("path", "/data/x", "/data/x"),
        ("path", "/", "/"),
        ("path", "", ""),
        ("path", "x", "/srv/work/x"),
        ("path", "./x", "/srv/work/x"),
        ("path", ".", "/srv/work"),
        ("path", "a/b.txt", "/srv/work/a/b.txt"),
        ("path", "/data//x/./y/", "/data/x/y"),
        ("path", "/data/My Documents/a b.txt", "/data/My Documents/a b.txt"),
        ("path", "/data/naïve/日本.txt", "/data/naïve/日本.txt"),
        ("path", "/data/app/(group)/page.tsx", "/data/app/(group)/page.tsx"),
        ("path", "/data/a@b/c", "/data/a@b/c"),
        ("path", "/data/a=b", "/data/a=b"),
        ("path", "/data/12:30.log", "/data/12:30.log"),
        ("path", "/data/...", "/data/..."),
        ("path", "/data/a..b", "/data/a..b"),
        ("path", "/data/100% sure", "/data/100% sure"),
        ("path", "/data/price $5", "/data/price $5"),
        ("path", "1/2", "/srv/work/1/2"),
        ("path", "text/html", "/srv/work/text/html"),
        ("path", "@scope/pkg", "/srv/work/@scope/pkg"),
    ]);
}

#[test]
fn steps_back_in_every_encoding() {
    check(&[
        ("path", "/data/../etc/passwd", "/etc/passwd"),
        ("path", "../../etc/passwd", "/etc/passwd"),
        ("path", "..", "/srv"),
        ("path", "/data/../../../../etc", "/etc"),
        ("path", "a/../../x", "/srv/x"),
        ("path", "/data/./.././etc", "/etc"),
        ("path", "/data//..//etc", "/etc"),
        ("path", "%2e%2e/%2E%2E/etc/passwd", "/srv/work/%2e%2e/%2E%2E/etc/passwd | /etc/passwd"),
        ("path", "/data/..%2fetc", "/data/..%2fetc | /etc"),
        ("path", "/data%2f..%2f..%2fetc", "/data%2f..%2f..%2fetc | /etc"),
        ("path", "/data/.%2e/etc", "/data/.%2e/etc | /etc"),
        ("path", "%2fetc%2fpasswd", "/srv/work/%2fetc%2fpasswd | /etc/passwd"),
        ("path", "/data/%252e%252e/etc", "/data/%252e%252e/etc | unclear"),
        ("path", "/data/%25252e%25252e/etc", "/data/%25252e%25252e/etc | unclear"),
        ("path", "/data/%c0%ae%c0%ae/etc", "/data/%c0%ae%c0%ae/etc | unclear"),
        ("path", "/data/..%c0%afetc", "/data/..%c0%afetc | unclear"),
        ("path", "/data/%e0%80%ae%e0%80%ae/etc", "/data/%e0%80%ae%e0%80%ae/etc | unclear"),
        ("path", "/data/%u002e%u002e/etc", "/data/%u002e%u002e/etc | unclear"),
        ("path", "/data/%5c..%5cetc", "/data/%5c..%5cetc | unclear"),
        ("path", "/data/x%00.png", "/data/x%00.png | unclear"),
        ("path", "/data/a%20b", "/data/a%20b | /data/a b"),
        ("path", "/data/\u{ff0e}\u{ff0e}/etc", "unclear"),
        ("path", "/data/..\u{2215}etc", "unclear"),
        ("path", "/data/..\u{2044}etc", "unclear"),
        ("path", "/data\u{ff0f}x", "unclear"),
        ("path", "/data/\u{2025}/etc", "unclear"),
        ("path", "/data/\u{2024}\u{2024}/etc", "unclear"),
        ("path", "/data/.\u{200b}./etc", "/data/.\u{200b}./etc | /etc"),
        ("path", "/data/\u{ad}../etc", "/data/\u{ad}../etc | /etc"),
    ]);
}

#[test]
fn homes_variables_blanks_and_quotes() {
    check(&[
        ("path", "~", "/home/ann"),
        ("path", "~/x", "/home/ann/x"),
        ("path", "~/../bob", "/home/bob | /srv/work/bob"),
        ("path", "~bob/x", "unclear"),
        ("path", "~root", "unclear"),
        ("path", "~+/x", "unclear"),
        ("path", "$HOME/x", "/home/ann/x"),
        ("path", "${HOME}/x", "/home/ann/x"),
        ("path", "%HOME%/x", "/home/ann/x"),
        ("path", "%USERPROFILE%/x", "/home/ann/x"),
        ("path", "%userprofile%/x", "/home/ann/x"),
        ("path", "%APPDATA%/x", "unclear"),
        ("path", "$PWD/x", "/srv/work/x"),
        ("path", "/data/$HOME/x", "/data/home/ann/x | /data/$HOME/x"),
        ("path", "${DATA}/x", "/data/x"),
        ("path", "$DATA/../etc", "/etc | /srv/work/etc"),
        ("path", "$NOPE/x", "unclear"),
        ("path", "${NOPE:-/etc}/x", "unclear"),
        ("path", "${", "unclear"),
        ("path", "/data/$(id)", "unclear"),
        ("path", "/data/`id`", "unclear"),
        ("path", " /etc/passwd", "/etc/passwd"),
        ("path", "/etc/passwd \n", "/etc/passwd | /etc/passwd \n"),
        ("path", "\t../x", "/srv/x"),
        ("path", "\u{a0}/etc/passwd", "/etc/passwd"),
        ("path", "\u{feff}/etc/passwd", "/etc/passwd"),
        ("path", "   ", "/srv/work/   "),
        ("path", "\"/etc/passwd\"", "/etc/passwd"),
        ("path", "'/etc/passwd'", "/etc/passwd"),
        ("path", "\" '/etc/passwd' \"", "/etc/passwd"),
        ("path", "`/etc/passwd`", "/etc/passwd"),
    ]);
}

#[test]
fn windows_nul_and_control_characters() {
    check(&[
        ("path", "..\\..\\etc\\passwd", "unclear"),
        ("path", "a\\b", "unclear"),
        ("path", "/data/a\\ b", "unclear"),
        ("path", "C:\\Windows", "unclear"),
        ("path", "c:/Windows", "unclear"),
        ("path", "C:", "unclear"),
        ("path", "\\\\host\\share\\x", "unclear"),
        ("path", "\\\\?\\C:\\x", "unclear"),
        ("path", "//host/share/x", "/host/share/x"),
        ("path", "/data/x\0.png", "unclear"),
        ("path", "\0", "unclear"),
        ("path", "/data/\u{1b}[2J", "unclear"),
        ("path", "/data/\u{7f}x", "unclear"),
        ("unknown", "C:\\Windows\\System32", "unclear"),
        ("unknown", "c:/windows/x", "unclear"),
        ("unknown", "\\\\host\\share\\x", "unclear"),
        ("unknown", "..\\..\\secret", "unclear"),
        ("unknown", "/etc/passwd\0.png", "unclear"),
        ("unknown", "\\d+\\w*", ""),
        ("unknown", "\\\\d+\\\\s", ""),
        ("unknown", "a: b", ""),
        ("unknown", "C: drive", ""),
    ]);
}

#[test]
fn wildcards() {
    check(&[
        ("path", "/data/*.txt", "/data/*.txt | /data"),
        ("path", "/data/**/x", "/data/**/x | /data"),
        ("path", "*.txt", "/srv/work/*.txt | /srv/work"),
        ("path", "/data/app/[slug]/page.tsx", "/data/app/[slug]/page.tsx | /data/app"),
        ("path", "/data/app/[...rest]/page.tsx", "/data/app/[...rest]/page.tsx | /data/app"),
        ("path", "/etc/pass?d", "/etc/pass?d | /etc"),
        ("path", "/data/*/../../etc", "unclear"),
        ("path", "/data/**/..", "unclear"),
        ("path", "/data/{a,../../etc}/x", "unclear | /etc | /data"),
        ("path", "/data/.*/passwd", "unclear"),
        ("path", "/data/.?/passwd", "unclear"),
        ("path", "/*", "/* | /"),
        ("path", "~/*", "/home/ann/* | /home/ann"),
        ("unknown", "/etc/*", "/etc/* | /etc"),
        ("unknown", "**/*.rs", ""),
        ("unknown", "src/**", ""),
    ]);
}

#[test]
fn lists_and_paths_inside_arguments() {
    check(&[
        ("path", "/data/a:/etc/passwd", "/data/a:/etc/passwd | /etc/passwd | /data/a"),
        ("path", "/data/a,/etc/passwd", "/data/a,/etc/passwd | /etc/passwd | /data/a"),
        ("path", "/data/a /etc/passwd", "/data/a /etc/passwd | /etc/passwd | /data/a"),
        ("path", "/data/a\n/etc/passwd", "/data/a\n/etc/passwd | /etc/passwd | /data/a"),
        ("path", "a.txt,.env", "/srv/work/a.txt,.env | /srv/work/.env | /srv/work/a.txt"),
        ("path", "a\n../../etc", "/srv/work/etc | /etc | /srv/work/a"),
        (
            "path",
            "[\"/data/a\",\"/etc/b\"]",
            "/srv/work/[\"/data/a\",\"/etc/b\"] | /srv/work | /data/a | /etc/b",
        ),
        ("path", "--file=/etc/passwd", "/srv/work/--file=/etc/passwd | /etc/passwd"),
        ("path", "--file=../../x", "/srv/work/x | /x"),
        ("path", "-o/etc/passwd", "/srv/work/-o/etc/passwd | /etc/passwd"),
        ("path", "@/etc/passwd", "/srv/work/@/etc/passwd | /etc/passwd"),
        ("path", "key=/etc/passwd", "/srv/work/key=/etc/passwd | /etc/passwd"),
        ("path", "key=~/x", "/srv/work/key=~/x | /home/ann/x"),
        ("path", "HEAD:../../etc", "/srv/work/etc | /etc"),
        ("unknown", "--file=/etc/passwd", "/etc/passwd"),
        ("unknown", "--file=../../x", "/srv/work/x | /x"),
        ("unknown", "--dir=~/x", "/home/ann/x"),
        ("unknown", "-o/etc/passwd", "/etc/passwd"),
        ("unknown", "--file /etc/passwd --verbose", "/etc/passwd"),
        ("unknown", "push --file=/etc/passwd", "/etc/passwd"),
        ("unknown", "@/etc/passwd", "/etc/passwd"),
        ("unknown", "file=@/etc/passwd", "/etc/passwd"),
        ("unknown", "key=/etc/passwd", "/etc/passwd"),
        ("unknown", "a,/etc/passwd,b", "/etc/passwd"),
        ("unknown", "volume:/etc/passwd", "/etc/passwd"),
        ("unknown", "\"/etc/passwd\"", "/etc/passwd"),
        ("unknown", "('/etc/passwd')", "/etc/passwd"),
        ("unknown", "-rf", ""),
        ("unknown", "--verbose --level=3", ""),
    ]);
}

#[test]
fn file_urls() {
    check(&[
        ("path", "file:///data/x", "/data/x"),
        ("path", "file:/data/x", "/data/x"),
        ("path", "FILE:///data/x", "/data/x"),
        ("path", "file://localhost/data/x", "/data/x"),
        ("path", "file://host/data/x", "unclear"),
        ("path", "file:data/x", "unclear"),
        ("path", "file:\\\\\\data", "unclear"),
        ("path", "file:///C:/x", "unclear"),
        ("path", "file:///C|/x", "unclear"),
        ("path", "file:///data/../etc", "/etc"),
        ("path", "file:///data/%2e%2e/etc", "/etc"),
        ("path", "file:///data/..%2fetc", "unclear"),
        ("path", "file:///data/..%5cetc", "unclear"),
        ("path", "file:///data/x%00", "unclear"),
        ("path", "file:///data/%252e%252e/etc", "unclear"),
        ("path", "file:///data/%c0%ae", "unclear"),
        ("path", "file:///data/a%20b", "/data/a b"),
        ("path", "file:///data/a#L10", "/data/a | /data/a#L10"),
        ("path", "file:///data/x?/../../etc/passwd", "/data/x | /etc/passwd"),
        ("url", "file:///etc/passwd", "/etc/passwd"),
        ("reference", "file:///etc/passwd", "/etc/passwd"),
        ("host", "file:///etc/passwd", "/etc/passwd"),
        ("unknown", "file:///etc/passwd", "/etc/passwd"),
        ("unknown", "File:/etc/passwd", "/etc/passwd"),
        ("unknown", "see file:///etc/passwd.", "/etc/passwd"),
        ("unknown", "[x](file:///etc/passwd)", "/etc/passwd"),
        ("unknown", "file://host/x", "unclear"),
        ("unknown", "file: report.txt", ""),
        ("unknown", "view-source:file:///etc/passwd", "/etc/passwd"),
        ("unknown", "jar:file:///etc/x.jar!/a", "/etc/x.jar!/a"),
    ]);
}

#[test]
fn urls_lead_where_the_standard_says() {
    check(&[
        ("url", "https://example.com/x", "example.com:443"),
        ("url", "http://example.com", "example.com:80"),
        ("url", "http://example.com:8080/", "example.com:8080"),
        ("url", "HTTPS://EXAMPLE.com./x", "example.com:443"),
        ("url", "https://bücher.example/", "xn--bcher-kva.example:443"),
        ("url", "https://e%78ample.com/", "example.com:443"),
        ("url", "https://ｅxample。com/", "example.com:443"),
        ("url", "  https://example.com/  ", "example.com:443"),
        ("url", "https:example.com", "example.com:443"),
        ("url", "https:/example.com", "example.com:443"),
        ("url", "https:///example.com", "example.com:443"),
        ("url", "wss://example.com/s", "example.com:443"),
        ("url", "ws://example.com/s", "example.com:80"),
        ("url", "ftp://example.com/s", "example.com:21"),
        ("url", "https://evil.com?@example.com", "evil.com:443"),
        ("url", "https://evil.com#@example.com", "evil.com:443"),
        ("url", "https://evil.com/@example.com", "evil.com:443"),
        ("url", "https://example.com@evil.com/", "unclear"),
        ("url", "https://example.com:443@evil.com/", "unclear"),
        ("url", "https://user:secret@example.com/", "unclear"),
        ("url", "https://example.com\\@evil.com", "unclear"),
        ("url", "https:\\\\evil.com", "unclear"),
        ("url", "https:/\\evil.com", "unclear"),
        ("url", "https://exam\nple.com/", "unclear | exam:443"),
        ("url", "ht\ttps://example.com/", "unclear"),
        ("url", "https://example.com/\u{1}x", "unclear | example.com:443"),
        ("url", "https://exa mple.com/", "unclear | exa:443"),
        ("url", "https://", "unclear"),
        ("url", "https://example.com:99999/", "unclear"),
        ("url", "https://example.com:0/", "unclear"),
        ("url", "https://exam!ple.com/", "unclear | exam:443"),
        ("url", "https://example.com/?q=a:b", "example.com:443"),
        ("url", "https://example.com/a\\b", "example.com:443"),
        ("url", "https://a.example/ https://b.example/", "a.example:443 | b.example:443"),
        ("url", "https://a.example,https://b.example/", "unclear | a.example:443 | b.example:443"),
        ("url", "https://a.example/?next=http://127.0.0.1/", "a.example:443 | 127.0.0.1:80"),
        ("path", "https://example.com/x", "example.com:443"),
        ("path", "https://example.com/../../../../etc", "example.com:443 | /etc"),
    ]);
}

#[test]
fn this_machine_and_metadata_in_every_spelling() {
    check(&[
        ("url", "http://127.0.0.1/", "127.0.0.1:80"),
        ("url", "http://2130706433/", "127.0.0.1:80"),
        ("url", "http://0x7f000001/", "127.0.0.1:80"),
        ("url", "http://0x7f.1/", "127.0.0.1:80"),
        ("url", "http://0177.0.0.1/", "127.0.0.1:80"),
        ("url", "http://127.1/", "127.0.0.1:80"),
        ("url", "http://127.0.0.1./", "127.0.0.1:80"),
        ("url", "http://[::1]/", "::1:80"),
        ("url", "http://[::ffff:127.0.0.1]/", "127.0.0.1:80"),
        ("url", "http://[::ffff:7f00:1]:81/", "127.0.0.1:81"),
        ("url", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "169.254.169.254:80"),
        ("url", "http://0/", "0.0.0.0:80"),
        ("url", "http://①②⑦.0.0.1/", "127.0.0.1:80"),
        ("url", "http://localhost/", "localhost:80"),
        ("url", "http://localhost./", "localhost:80"),
        ("url", "http://LOCALHOST/", "localhost:80"),
        ("url", "http://a.localhost/", "a.localhost:80"),
        ("url", "http://169.254.169.254/latest/meta-data", "169.254.169.254:80"),
        ("url", "http://2852039166/", "169.254.169.254:80"),
        ("url", "http://0xa9fea9fe/", "169.254.169.254:80"),
        ("url", "http://0251.0376.0251.0376/", "169.254.169.254:80"),
        ("url", "http://metadata.google.internal./", "metadata.google.internal:80"),
        ("url", "http://[fd00:ec2::254]/", "fd00:ec2::254:80"),
        ("url", "localhost:3000", "localhost:3000"),
        ("url", "127.1:80/x", "127.0.0.1:80"),
        ("host", "localhost.", "localhost:443"),
        ("host", "2130706433", "127.0.0.1:443"),
        ("host", "::1", "::1:443"),
        ("host", "[::1]:80", "::1:80"),
        ("unknown", "127.0.0.1:80", "127.0.0.1:80"),
        ("unknown", "localhost:3000", "localhost:3000"),
        ("unknown", "curl http://0x7f.1/x", "127.0.0.1:80"),
    ]);
}

#[test]
fn urls_without_scheme_and_with_other_schemes() {
    check(&[
        ("url", "//example.com/x", "example.com:443"),
        ("url", "//example.com:8443/x", "example.com:8443"),
        ("url", "\\\\example.com/x", "unclear"),
        ("url", "/\\example.com/x", "unclear"),
        ("url", "//user@example.com", "unclear"),
        ("url", "example.com", "example.com:443"),
        ("url", "example.com/x?y#z", "example.com:443"),
        ("url", "example.com:8080/x", "example.com:8080"),
        ("url", "intranet", "intranet:443"),
        ("url", "user@example.com/x", "unclear"),
        ("url", "not a url", "unclear"),
        ("url", "http%3A%2F%2Fevil.com", "unclear"),
        ("url", "/api/v1/users", ""),
        ("url", "?page=2", ""),
        ("url", "#top", ""),
        ("url", "/etc/passwd", "/etc/passwd"),
        ("url", "/%65tc/passwd", "/%65tc/passwd | /etc/passwd"),
        ("url", "../../etc/passwd", "/etc/passwd"),
        ("url", "~/x", "/home/ann/x"),
        ("reference", "docs/page", ""),
        ("reference", "/api/v1", ""),
        ("reference", "example.com/x", "example.com:443"),
        ("reference", "//example.com/x", "example.com:443"),
        ("reference", "/etc/passwd", "/etc/passwd"),
        ("url", "ssh://git@example.com/x.git", "example.com:22"),
        ("url", "git://GitHub.com/x", "github.com:9418"),
        ("url", "git+ssh://git@example.com/x", "example.com:22"),
        ("url", "git+https://example.com/x", "example.com:443"),
        ("url", "git@example.com:owner/x.git", "example.com:22"),
        ("url", "postgres://u:p@127.1/db", "127.0.0.1:5432"),
        ("url", "redis://cache", "cache:6379"),
        ("url", "mongodb://a,b:1/x", "a:27017 | b:1"),
        ("url", "redis://a@b@c/", "unclear"),
        ("url", "jdbc:postgresql://db.example/x", "db.example:5432"),
        ("url", "foo://example.com/x", "unclear"),
        ("url", "foo://example.com:70/x", "example.com:70"),
        ("url", "foo://0x7f.1:70/x", "127.0.0.1:70"),
        ("url", "mailto:ann@example.com", ""),
        ("url", "urn:isbn:0451450523", ""),
        ("url", "data:text/plain,hello", ""),
        ("url", "tel:112", ""),
        ("url", "blob:https://example.com/1", "example.com:443"),
        ("url", "view-source:http://127.1/", "127.0.0.1:80"),
        ("url", "unix:///var/run/docker.sock", "/var/run/docker.sock"),
        ("url", "sqlite:////etc/x.db", "/etc/x.db"),
        ("url", "foo:/etc/passwd", "/etc/passwd"),
        ("url", "foo:///etc/passwd", "/etc/passwd"),
        ("url", "c:/x", "unclear"),
    ]);
}

#[test]
fn hosts_and_domains() {
    check(&[
        ("host", "example.com", "example.com:443"),
        ("host", "EXAMPLE.com.", "example.com:443"),
        ("host", "example.com:22", "example.com:22"),
        ("host", "a.example, b.example", "a.example:443 | b.example:443"),
        ("host", "https://example.com/x", "example.com:443"),
        ("host", "user@example.com", "unclear"),
        ("host", "example.com/x", "unclear"),
        ("host", "10.0.0.0/8", "unclear"),
        ("host", "example.com:99999", "unclear"),
        ("host", "a\\b", "unclear"),
        ("domain", "sales", ""),
        ("domain", "example.com", "example.com:443"),
        ("domain", "localhost", "localhost:443"),
        ("domain", "169.254.169.254", "169.254.169.254:443"),
        ("domain", "/etc/passwd", "/etc/passwd"),
        ("domain", "a.b is a domain", ""),
    ]);
}

#[test]
fn urls_in_text_of_which_nothing_is_known() {
    check(&[
        ("unknown", "https://example.com/x", "example.com:443"),
        ("unknown", "look at https://a.example/x and http://b.example.", "a.example:443 | b.example:80"),
        ("unknown", "(https://a.example)", "a.example:443"),
        ("unknown", "[a](https://a.example/x)[b](https://b.example)", "a.example:443 | b.example:443"),
        ("unknown", "https://a.example,https://b.example", "a.example:443 | b.example:443"),
        ("unknown", "<https://a.example>", "a.example:443"),
        ("unknown", "\"https://a.example\"", "a.example:443"),
        ("unknown", "xhttp://a.example", "a.example:80"),
        ("unknown", "--url=https://a.example/?f=/etc/passwd", "a.example:443"),
        ("unknown", "https://a.example/?f=/etc/passwd", "a.example:443"),
        ("unknown", "https://a.example is good", "a.example:443"),
        ("unknown", "https://a.example: good!", "a.example:443"),
        ("unknown", "https://a.example/\nsecond line", "a.example:443"),
        ("unknown", "https://good.example,@evil.example/", "unclear"),
        ("unknown", "https://good.example @evil.example/", "unclear | good.example:443"),
        ("unknown", "x https://u@evil.example/", "unclear"),
        ("unknown", "x https://good.example\\@evil.example", "unclear"),
        ("unknown", "x http:\\\\evil.example", "unclear"),
        ("unknown", "http:/evil.example/", "evil.example:80"),
        ("unknown", "http:evil.example", "evil.example:80"),
        ("unknown", "ht\ntp://evil.example/", "unclear"),
        ("unknown", "http:\t//evil.example/", "unclear"),
        ("unknown", "http://[::1]:81/x", "::1:81"),
        ("unknown", "see http://[::1].", "::1:80"),
        ("unknown", "//evil.example/x", "/evil.example/x | evil.example:443"),
        ("unknown", "//evil.example", "evil.example:443"),
        ("unknown", "git@evil.example:x/y", "evil.example:22"),
        ("unknown", "redis://cache:1", "cache:1"),
        ("unknown", "https://", ""),
        ("unknown", "https://{host}/x", ""),
        ("unknown", "https://<your-domain>/x", ""),
        ("unknown", "memo://insights", ""),
        ("unknown", "http: it is a protocol", ""),
        ("unknown", "ratio 1:/2", ""),
    ]);
}

#[test]
fn what_is_no_denial() {
    check(&[
        ("prose", "/shrug", ""),
        ("prose", "see ../README", ""),
        ("prose", "/etc/passwd", ""),
        ("prose", "https://evil.example", ""),
        ("prose", "rm -rf / && echo $HOME", ""),
        ("prose", "C:\\x", ""),
        ("prose", "a\0b", ""),
        ("opaque", "/9j/4AAQSkZJRgABAQ==", ""),
        ("unknown", "", ""),
        ("unknown", "/shrug", ""),
        ("unknown", "/deploy prod/us-east", ""),
        ("unknown", "see ../README", ""),
        ("unknown", "and/or", ""),
        ("unknown", "1/2", ""),
        ("unknown", "2024/01/02", ""),
        ("unknown", "2024-01-02T03:04:05Z", ""),
        ("unknown", "text/html", ""),
        ("unknown", "@scope/pkg", ""),
        ("unknown", "owner/repo", ""),
        ("unknown", "a.b.c", ""),
        ("unknown", "main...feature", ""),
        ("unknown", "HEAD~1", ""),
        ("unknown", "HEAD^^", ""),
        ("unknown", "~5", ""),
        ("unknown", "~5/10", ""),
        ("unknown", "...", ""),
        ("unknown", "...etc", ""),
        ("unknown", "</div>", ""),
        ("unknown", "<b>bold</b>", ""),
        ("unknown", "// a comment", ""),
        ("unknown", "/* a comment */", ""),
        ("unknown", "^a/b$", ""),
        ("unknown", "50%", ""),
        ("unknown", "100%25", ""),
        ("unknown", "key=value", ""),
        ("unknown", "key: value", ""),
        ("unknown", "ann@example.com", ""),
        ("unknown", "12:30", ""),
        ("unknown", "a:b:c", ""),
        ("unknown", "$5", ""),
        ("unknown", "`code`", ""),
        ("unknown", "# Title\n\n- item one\n- item two", ""),
        ("unknown", "body { color: red; }", ""),
        ("unknown", "if (a / b > c) { return x; }", ""),
        ("unknown", "1.2.3.4", ""),
        ("unknown", "😀/😀", ""),
    ]);
}

#[test]
fn paths_where_nothing_is_known() {
    check(&[
        ("unknown", "/etc/passwd", "/etc/passwd"),
        ("unknown", " /etc/passwd", "/etc/passwd"),
        ("unknown", "/etc", "/etc"),
        ("unknown", "/tmp", "/tmp"),
        ("unknown", "/var", "/var"),
        ("unknown", "/x/y", "/x/y"),
        ("unknown", "/./etc/x", "/etc/x"),
        ("unknown", "/x/../etc", "/etc"),
        ("unknown", "~/x", "/home/ann/x"),
        ("unknown", "~bob/x", "unclear"),
        ("unknown", "$HOME/x", "/home/ann/x"),
        ("unknown", "${HOME}", "/home/ann"),
        ("unknown", "%USERPROFILE%\\x", "unclear"),
        ("unknown", "..", "/srv"),
        ("unknown", "../../etc/passwd", "/etc/passwd"),
        ("unknown", "a/../../../etc/passwd", "/etc/passwd"),
        ("unknown", "/etc/passwd and more", "/etc/passwd | /etc/passwd and more"),
        ("unknown", "%2fetc%2fpasswd", "/srv/work/%2fetc%2fpasswd | /etc/passwd"),
        ("unknown", "%2e%2e/%2e%2e/etc", "/srv/work/%2e%2e/%2e%2e/etc | /etc"),
        ("unknown", "%252e%252e%252fetc", "/srv/work/%252e%252e%252fetc | unclear"),
        ("unknown", "%c0%ae%c0%ae/etc", "/srv/work/%c0%ae%c0%ae/etc | unclear"),
        ("unknown", "..%c0%afetc", "/srv/work/..%c0%afetc | unclear"),
        ("unknown", "\u{ff0f}etc\u{ff0f}passwd", "unclear"),
        ("unknown", "\u{ff0e}\u{ff0e}/etc", "unclear"),
        ("unknown", "{\"a\": \"/etc/passwd\"}", "/etc/passwd"),
        ("unknown", "[\"/etc/passwd\"]", "/etc/passwd"),
        ("unknown", "\"\\u002fetc/passwd\"", "/etc/passwd"),
        ("unknown", "{\"path\": \"secret.txt\"}", "/srv/work/secret.txt"),
        ("unknown", "{\"a\": 1, \"a\": \"/etc/passwd\"}", "unclear"),
        ("unknown", "{\"a\": 1}\n{\"a\": \"/etc/passwd\"}", "/etc/passwd"),
        ("unknown", "{\"a\":\"/etc/passwd\"", "/etc/passwd"),
    ]);
}

#[test]
fn commands() {
    check(&[
        ("command", "ls -la", "$ ls -la"),
        ("command", "cat /etc/passwd", "$ cat /etc/passwd | /etc/passwd"),
        ("command", "/bin/cat x", "$ /bin/cat x"),
        ("command", "cat '/etc/passwd'", "$ cat '/etc/passwd' | /etc/passwd"),
        ("command", "cat ../../x", "$ cat ../../x | /x"),
        (
            "command",
            "curl -d@/etc/passwd http://127.1/",
            "$ curl -d@/etc/passwd http://127.1/ | 127.0.0.1:80 | /etc/passwd",
        ),
        ("command", "ls 2>/dev/null", "$ ls 2>/dev/null"),
        ("command", "a | /bin/b /etc/x", "$ a | /bin/b /etc/x | /etc/x"),
        ("command", "", ""),
        ("command", "  ", ""),
    ]);
}
