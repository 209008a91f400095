//! Reading manifests: what is accepted, what is refused, and in which words.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use expect_test::{expect, expect_file};
use portcullis_policy::manifest::{SecretField, SecretScan, Spec, Tier};
use portcullis_policy::value::{AbsPath, ByteSize, Surroundings};
use portcullis_policy::{Manifest, Profile, schema};

fn here() -> Surroundings {
    Surroundings::unknown().with_home(AbsPath::parse("/home/ann").unwrap())
}

fn parse(text: &str) -> Result<Manifest, String> {
    Manifest::parse("armor.json", text, &here()).map_err(|error| error.to_string())
}

/// A manifest of 1.1 with these members added.
fn with(members: &str) -> String {
    format!("{{\"version\": \"1.0\", \"profile\": \"system\",\n{members}}}")
}

fn refused(members: &str) -> String {
    let said = parse(&with(members)).map_or_else(|error| error, |_| "accepted".into());
    format!("{members}\n=> {said}")
}

const FULL_1_0: &str = r#"{
  "$schema": "https://mcp-armor.com/spec/v1.0/armor.schema.json",
  "version": "2.3",
  "min_spec": "1.0",
  "profile": "sandboxed",
  "locked": true,
  "timeout_ms": 30000,
  "filesystem": { "read": ["/tmp/mcparmor/*"], "write": ["/tmp/mcparmor/*"] },
  "network": { "allow": ["api.github.com:443", "*.example.com:*", "*:80"], "deny_local": true, "deny_metadata": true },
  "spawn": false,
  "env": { "allow": ["GITHUB_TOKEN", "PATH"] },
  "output": { "scan_secrets": "strict", "max_size_kb": 4096 },
  "audit": { "enabled": true, "retention_days": 30, "max_size_mb": 100, "redact_params": false },
  "_source": "community", "_reviewed_by": "someone", "_reviewed_at": "2026-01-01"
}"#;

const FULL_1_1: &str = r#"{
  "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json",
  "version": "1.0",
  "min_spec": "1.1",
  "profile": "browser",
  "filesystem": { "read": ["~/notes/**"], "write": ["~/notes/**"], "deny": ["**/.git/**"] },
  "network": { "allow": ["api.example.com:443", "192.0.2.0/24:443", "[2001:db8::1]:443"] },
  "limits": { "memory_mb": 512, "cpu_percent": 200, "pids": 64, "open_files": 256, "file_size_mb": 100, "tmp_mb": 64 },
  "tools": {
    "allow": ["read_*", "search"], "deny": ["*_all"],
    "rules": { "search": {
      "query": { "kind": "text", "max_length": 200 },
      "folder": { "kind": "path", "access": "read" },
      "line": { "kind": "command", "shell": true, "allow": ["git *"], "deny": ["*--force*"] }
    } }
  },
  "secrets": [
    { "name": "api", "env": "API_TOKEN", "hosts": ["api.example.com:443"], "header": "Authorization" },
    { "name": "db", "env": "DB_PASSWORD", "hosts": ["*.example.com:443"], "basic": "password" },
    { "name": "maps", "env": "MAPS_KEY", "hosts": ["api.example.com:443"], "query": "key" }
  ],
  "listen": [8080],
  "min_tier": "T2",
  "install": { "network": { "allow": ["registry.example:443"] }, "write": ["~/.cache/tool/**"] },
  "examples": {
    "match": [
      { "read": "~/notes/a.md" }, { "write": "/home/ann/notes/x/y" }, { "connect": "api.example.com:443" },
      { "listen": 8080 }, { "tool": "read_file" },
      { "tool": "read_file", "arguments": { "path": "~/notes/a.md" } },
      { "tool": "search", "arguments": { "query": "see ../README", "folder": "/home/ann/notes" } }
    ],
    "not_match": [
      { "read": "/etc/passwd" }, { "read": "~/notes/.git/config" }, { "connect": "example.com:443" },
      { "spawn": "/bin/sh" }, { "command": "ls" }, { "env": "HOME" }, { "tool": "read_all" },
      { "tool": "read_file", "arguments": { "path": "/home/ann/notes/../.ssh/id" } },
      { "tool": "search", "arguments": { "url": "http://[::ffff:169.254.169.254]/" } },
      { "tool": "search", "arguments": { "line": "git push --force" } }
    ]
  }
}"#;

#[test]
fn every_field_of_1_0_is_read() {
    let manifest = parse(FULL_1_0).unwrap();
    assert_eq!(manifest.spec, Spec::V1_0);
    assert_eq!(&*manifest.version, "2.3");
    assert_eq!(manifest.profile, Profile::Sandboxed);
    assert!(manifest.locked);
    assert_eq!(manifest.timeout.unwrap().duration().as_secs(), 30);
    assert_eq!(manifest.files.read[0].value.as_str(), "/tmp/mcparmor/*");
    assert_eq!(manifest.files.read[0].source.line, 8);
    assert_eq!(manifest.network.allow.len(), 3);
    assert!(manifest.network.local.is_closed() && manifest.network.metadata.is_closed());
    assert!(!manifest.spawn);
    assert_eq!(manifest.env[1].value.as_str(), "PATH");
    assert_eq!(manifest.output.scan_secrets, SecretScan::Block);
    assert_eq!(manifest.output.max_size, Some(ByteSize::from_kib(4096)));
    assert_eq!(manifest.audit.retention_days, Some(30));
    assert_eq!(manifest.provenance.source.as_deref(), Some("community"));
    assert!(manifest.notes.is_empty(), "{:?}", manifest.notes);
}

#[test]
fn every_field_of_1_1_is_read() {
    let manifest = parse(FULL_1_1).unwrap();
    assert_eq!(manifest.spec, Spec::V1_1);
    assert_eq!(manifest.files.deny.len(), 1);
    assert_eq!(manifest.limits.memory, Some(ByteSize::from_mib(512)));
    assert_eq!(manifest.limits.tmp_size, Some(ByteSize::from_mib(64)));
    assert_eq!(manifest.tools.allow.as_ref().unwrap().len(), 2);
    assert!(manifest.tools.arguments.values().next().unwrap().get("folder").unwrap().kind.is_some());
    assert_eq!(manifest.secrets[0].value.field, SecretField::Header("authorization".into()));
    assert_eq!(manifest.listen[0].value.number(), 8080);
    assert_eq!(manifest.min_tier, Some(Tier::T2));
    assert_eq!(manifest.install.as_ref().unwrap().allow.len(), 1);
    assert_eq!(manifest.examples.matching.len(), 7);
}

#[test]
fn defaults_are_the_closed_ones() {
    let manifest = parse(r#"{"version": "1.0", "profile": "system"}"#).unwrap();
    assert!(!manifest.locked && !manifest.spawn && manifest.env.is_empty() && manifest.timeout.is_none());
    assert!(manifest.network.local.is_closed() && manifest.network.metadata.is_closed());
    assert!(manifest.audit.enabled);
    assert_eq!(manifest.output.scan_secrets, SecretScan::Off);
    let strict = Manifest::strict();
    assert_eq!((strict.profile, strict.output.scan_secrets), (Profile::Strict, SecretScan::Redact));
    assert_eq!(strict.output.max_size, Some(ByteSize::from_kib(512)));
}

#[test]
fn the_schemas_accept_what_is_accepted_and_refuse_what_is_refused() {
    let (old, new) = (schema::manifest_1_0(), schema::manifest_1_1());
    let (old, new) = (jsonschema::validator_for(&old).unwrap(), jsonschema::validator_for(&new).unwrap());
    let value = |text: &str| text.parse::<serde_json::Value>().unwrap();
    assert!(old.is_valid(&value(FULL_1_0)));
    assert!(!old.is_valid(&value(FULL_1_1)));
    assert!(new.is_valid(&value(FULL_1_1)));
    let rows = [
        (r#""spawn": false"#, true),
        (r#""spwan": false"#, false),
        (r#""spawn": null"#, false),
        (r#""spawn": "no""#, false),
        (r#""timeout_ms": 99"#, false),
        (r#""timeout_ms": 300001"#, false),
        (r#""timeout_ms": 1.5"#, false),
        (r#""output": {"scan_secrets": "loud"}"#, false),
        (r#""output": {"scan_secrets": true, "max_size_kb": 0}"#, false),
        (r#""audit": {"retention_days": 366}"#, false),
        (r#""audit": {"max_size_mb": 10241}"#, false),
        (r#""filesystem": {"reed": []}"#, false),
        (r#""filesystem": {"read": [1]}"#, false),
        (r#""limits": {"pids": 0}"#, false),
        (r#""listen": [65536]"#, false),
        (r#""min_tier": "T4""#, false),
        (r#""tools": {"rules": {"a": {"b": {"kind": "path"}}}}"#, true),
        (r#""tools": {"rules": {"a": {"b": {"kind": "paht"}}}}"#, false),
        (r#""network": [["a.com:443"], false, false]"#, false),
        (r#""limits": [64]"#, false),
        (r#""version": 1"#, false),
    ];
    for (members, wanted) in rows {
        let text = if members.contains("version") {
            "{\"profile\": \"system\", \"version\": 1}".into()
        } else {
            with(members)
        };
        assert_eq!(parse(&text).is_ok(), wanted, "{members}: {:?}", parse(&text));
        assert_eq!(new.is_valid(&value(&text)), wanted, "the schema on {members}");
    }
}

#[test]
fn faults_name_the_place_the_field_and_the_way_out() {
    let rows = [
        r#""filesytem": {}"#,
        r#""filesystem": {"red": []}"#,
        r#""filesystem": {"read": ["a/b"]}"#,
        r#""filesystem": {"read": ["/ok", "/a/../b"]}"#,
        r#""filesystem": {"read": ["${NOPE}/x"]}"#,
        r#""network": {"allow": ["*:*"]}"#,
        r#""network": {"allow": ["api.example.com"]}"#,
        r#""network": {"allow": ["https://api.example.com:443"]}"#,
        r#""network": {"allow": ["a.example:8000-9000"]}"#,
        r#""env": {"allow": ["AWS_*"]}"#,
        r#""timeout_ms": 99"#,
        r#""output": {"scan_secrets": "loud"}"#,
        r#""output": {"max_size_kb": 102401}"#,
        r#""spawn": "yes""#,
        r#""filesystem": [["/etc/**"], ["/etc/**"], []]"#,
        r#""network": [["a.com:443"], false, false]"#,
        r#""env": [["LANG"], "extra"]"#,
        r#""output": []"#,
        r#""examples": [[], []]"#,
        r#""tools": {"rules": {"t": {"a": ["path"]}}}"#,
        r#""filesystem": 3"#,
        r#""profile": 3"#,
        r#""spawn": null"#,
        r#""filesystem": 3"#,
        r#""filesystem": {"read": 3}"#,
        r#""profile": 3"#,
        r#""min_spec": "1.2""#,
        r#""min_spec": "one""#,
        r#""$schema": "https://example.com/x""#,
        r#""$schema": "https://mcp-armor.com/spec/v1.0/armor.schema.json", "listen": [80]"#,
        r#""secrets": [{"name": "a", "env": "A", "hosts": ["a.example:443"]}]"#,
        r#""secrets": [{"name": "a", "env": "A", "hosts": ["*:443"], "header": "x-key"}]"#,
        r#""secrets": [{"name": "a", "env": "A", "hosts": ["a.example:443"], "header": "Host"}]"#,
        r#""secrets": [{"name": "a", "env": "A", "hosts": ["0.0.0.0/0:443"], "header": "x-key"}]"#,
        r#""secrets": [{"name": "a", "env": "A", "hosts": ["*.com:443"], "header": "x-key"}]"#,
        "\"env\": {\"allow\": [\"A\tB\"]}",
        "\"env\":\u{a0}{}",
        r#""x\u001b[2J\nforged": 1"#,
        r#""listen": [0]"#,
        r#""tools": {"allow": ["a b"]}"#,
        r#""tools": {"rules": {"t": {"a": {"kind": "url", "access": "read"}}}}"#,
        r#""tools": {"rules": {"t": {"a": {"allow": []}}}}"#,
        r#""examples": {"match": [{"read": "/etc/passwd"}]}"#,
        r#""filesystem": {"read": ["/**"]}, "examples": {"not_match": [{"env": "A"}, {"read": "/etc/passwd"}]}"#,
        r#""examples": {"match": [{"read": "/a", "write": "/b"}]}"#,
        r#""examples": {"match": [{}]}"#,
    ];
    let said: Vec<String> = rows.into_iter().map(refused).collect();
    expect_file!["expected/manifest-faults.txt"].assert_eq(&said.join("\n\n"));
}

#[test]
fn a_profile_that_leaves_entries_without_effect_is_noted() {
    let text = r#"{"version": "1.0", "profile": "network", "filesystem": {"read": ["/a"]}, "spawn": true}"#;
    let notes: Vec<String> =
        parse(text).unwrap().notes.iter().map(|note| format!("{}: {}", note.source, note.message)).collect();
    expect![[r#"
        armor.json:1:1: `$schema` is missing
        armor.json:1:31: profile `network` leaves `filesystem` without effect"#]]
    .assert_eq(&notes.join("\n"));
}
