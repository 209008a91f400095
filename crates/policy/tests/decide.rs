//! Decisions as a user meets them: the reason, the place of the rule, and the entry that would allow it.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use expect_test::{expect, expect_file};
use portcullis_policy::action::{
    Access, Action, CallTool, CommandSyntax, Connect, Dial, Listen, PassEnv, Resolve, RunCommand, Spawn,
    UsePath, UseSecret,
};
use portcullis_policy::value::{AbsPath, EnvName, Host, Port, SecretName, Surroundings, ToolName};
use portcullis_policy::{Manifest, OperatorPolicy, Policy, Profile, Rule, decide, explain};

const MANIFEST: &str = r#"{
  "version": "1.0",
  "profile": "system",
  "filesystem": {
    "read": ["/srv/data/**"],
    "write": ["/srv/out/*.json"],
    "deny": ["**/.git/**"]
  },
  "network": {
    "allow": ["api.example.com:443", "*.cdn.example:443", "192.0.2.7:80", "localhost:9222", "10.0.0.5:5432"]
  },
  "spawn": true,
  "env": { "allow": ["LANG"] },
  "tools": { "allow": ["read_*"], "deny": ["*_all"] },
  "secrets": [{ "name": "api", "env": "API", "hosts": ["api.example.com:443"], "header": "x-key" }],
  "listen": [8080]
}"#;

const OPERATOR: &str = r#"version: 1
network:
  allowed_ranges: ["10.0.0.0/8", "192.0.2.7"]
  allowed_endpoints:
    - { host: api.example.com, ports: [443] }
  blocked_ports: [8080]
  allow_dns: true
  dns_allowlist: [api.example.com, img.cdn.example]
filesystem:
  allowed_paths: ["/srv/**"]
  denied_paths: ["**/secret/**"]
commands:
  blocked: [nc]
"#;

fn manifest(text: &str) -> Manifest {
    Manifest::parse("armor.json", text, &Surroundings::unknown()).unwrap()
}

fn author() -> Policy {
    Policy::merge(&manifest(MANIFEST), None, None)
}

fn both() -> Policy {
    let operator = OperatorPolicy::parse("policy.yaml", OPERATOR, &Surroundings::unknown()).unwrap();
    Policy::merge(&manifest(MANIFEST), Some(&operator), None)
}

fn host(text: &str) -> Host {
    Host::parse(text).unwrap()
}

fn port(number: u16) -> Port {
    Port::new(number).unwrap()
}

fn using(path: &str, access: Access) -> Action {
    UsePath { path: AbsPath::parse(path).unwrap(), access }.into()
}

fn connect(name: &str, number: u16) -> Action {
    Connect { host: host(name), port: port(number) }.into()
}

fn dial(name: &str, number: u16, address: &str) -> Action {
    Dial { host: host(name), port: port(number), address: address.parse().unwrap() }.into()
}

fn run(line: &str) -> Action {
    RunCommand { line: line.into(), syntax: CommandSyntax::Plain }.into()
}

/// Adds what a policy says of an action to a table.
fn says(said: &mut String, policy: &Policy, action: Action) {
    said.push_str(&explain(action, policy).to_string());
    said.push_str("\n\n");
}

#[test]
fn the_manifest_speaks() {
    let mut said = String::new();
    let policy = author();
    says(&mut said, &policy, using("/srv/data/a/b", Access::Read));
    says(&mut said, &policy, using("/srv/data/a/b", Access::Write));
    says(&mut said, &policy, using("/srv/data/.git/config", Access::Read));
    says(&mut said, &policy, using("/srv/out/x.json", Access::Either));
    says(&mut said, &policy, using("/srv/out/y/x.json", Access::Write));
    says(&mut said, &policy, using("/etc/passwd", Access::Read));
    says(&mut said, &policy, connect("API.example.com.", 443));
    says(&mut said, &policy, connect("api.example.com", 80));
    says(&mut said, &policy, connect("cdn.example", 443));
    says(&mut said, &policy, connect("img.cdn.example", 443));
    says(&mut said, &policy, connect("localhost", 9222));
    says(&mut said, &policy, connect("169.254.169.254", 80));
    says(&mut said, &policy, connect("10.0.0.5", 5432));
    says(&mut said, &policy, connect("192.0.2.7", 80));
    says(&mut said, &policy, dial("api.example.com", 443, "10.0.0.1"));
    says(&mut said, &policy, dial("api.example.com", 443, "169.254.169.254"));
    says(&mut said, &policy, dial("api.example.com", 443, "::ffff:127.0.0.1"));
    says(&mut said, &policy, dial("api.example.com", 443, "198.51.100.1"));
    says(&mut said, &policy, dial("api.example.com", 443, "93.184.215.14"));
    says(&mut said, &policy, dial("192.0.2.7", 80, "93.184.215.14"));
    says(&mut said, &policy, run("ls -l /srv"));
    says(&mut said, &policy, run("ls; rm x"));
    says(&mut said, &policy, run("echo 'x"));
    says(&mut said, &policy, Listen { port: port(8081) }.into());
    says(&mut said, &policy, PassEnv { name: EnvName::parse("AWS_SECRET").unwrap() }.into());
    says(&mut said, &policy, CallTool { tool: ToolName::parse("read_all").unwrap() }.into());
    says(&mut said, &policy, CallTool { tool: ToolName::parse("write_one").unwrap() }.into());
    let secret = |name: &str| UseSecret {
        secret: SecretName::parse("api").unwrap(),
        host: host(name),
        port: Port::HTTPS,
    };
    says(&mut said, &policy, secret("api.example.com").into());
    says(&mut said, &policy, secret("img.cdn.example").into());
    expect_file!["expected/decide-manifest.txt"].assert_eq(&said);
}

#[test]
fn the_operator_speaks_after_the_manifest() {
    let mut said = String::new();
    let policy = both();
    says(&mut said, &policy, using("/srv/data/a", Access::Read));
    says(&mut said, &policy, using("/srv/data/secret/a", Access::Read));
    says(&mut said, &policy, connect("api.example.com", 443));
    says(&mut said, &policy, dial("api.example.com", 443, "93.184.215.14"));
    says(&mut said, &policy, dial("img.cdn.example", 443, "93.184.215.14"));
    says(&mut said, &policy, connect("b.cdn.example", 443));
    says(&mut said, &policy, Listen { port: port(8080) }.into());
    says(&mut said, &policy, run("sudo /usr/bin/nc -l"));
    says(&mut said, &policy, Spawn { program: AbsPath::parse("/usr/bin/nc").unwrap() }.into());
    says(&mut said, &policy, run("rsync a b"));
    let Host::Name(name) = host("other.example") else { unreachable!() };
    says(&mut said, &policy, Resolve { name }.into());
    expect_file!["expected/decide-operator.txt"].assert_eq(&said);
}

#[test]
fn profiles_close_whole_kinds_of_power() {
    let mut said = String::new();
    let narrowed = Policy::merge(&manifest(MANIFEST), None, Some(Profile::Network));
    says(&mut said, &narrowed, using("/srv/data/a", Access::Read));
    assert!(decide(connect("api.example.com", 443), &narrowed).is_allow());
    let text = MANIFEST.replace("\"system\"", "\"network\"");
    let network = Policy::merge(&manifest(&text), None, None);
    says(&mut said, &network, using("/srv/data/a", Access::Read));
    let locked = manifest(&MANIFEST.replace("\"spawn\"", "\"locked\": true, \"spawn\""));
    let strict = Policy::merge(&locked, None, Some(Profile::Strict));
    assert!(!decide(using("/srv/data/a", Access::Read), &strict).is_allow());
    expect_file!["expected/decide-profiles.txt"].assert_eq(&said);
}

#[test]
fn the_browser_profile_opens_loopback_and_the_scratch_folder() {
    let text = r#"{"version": "1.0", "profile": "browser", "network": {"allow": ["*:443"]}}"#;
    let policy = Policy::merge(&manifest(text), None, None);
    assert!(decide(connect("localhost", 9222), &policy).is_allow());
    assert!(decide(dial("localhost", 9222, "127.0.0.1"), &policy).is_allow());
    assert!(decide(dial("127.0.0.1", 1234, "127.0.0.1"), &policy).is_allow());
    assert!(!decide(dial("localhost", 9222, "10.0.0.1"), &policy).is_allow());
    assert!(!decide(connect("10.0.0.1", 443), &policy).is_allow());
    assert!(decide(using("/tmp/mcparmor/x", Access::Write), &policy).is_allow());
    assert!(!decide(using("/tmp/mcparmorx", Access::Write), &policy).is_allow());
    assert!(!decide(using("/tmp/x", Access::Write), &policy).is_allow());
}

#[test]
fn a_reserved_address_needs_a_range_of_its_own() {
    let text = |allow: &str| {
        format!(
            r#"{{"version": "1.0", "profile": "network", "network": {{"allow": [{allow}], "deny_local": true}}}}"#
        )
    };
    let policy = |allow: &str| Policy::merge(&manifest(&text(allow)), None, None);
    let everything = policy(r#""0.0.0.0/0:*", "[::/0]:*""#);
    for address in
        ["0.0.0.0", "::", "127.0.0.1", "::1", "192.0.0.192", "224.0.0.1", "255.255.255.255", "10.0.0.1"]
    {
        assert!(!decide(connect(address, 80), &everything).is_allow(), "{address}");
    }
    assert!(decide(connect("8.8.8.8", 80), &everything).is_allow());
    assert!(decide(connect("224.0.0.1", 80), &policy(r#""224.0.0.0/8:80""#)).is_allow());
}

#[test]
fn an_operator_without_a_network_section_closes_the_network() {
    let operator = OperatorPolicy::parse("policy.yaml", "version: 1", &Surroundings::unknown()).unwrap();
    let text = r#"{"version": "1.0", "profile": "browser", "network": {"allow": ["*:443"]}}"#;
    let policy = Policy::merge(&manifest(text), Some(&operator), None);
    for host in ["localhost", "x.localhost", "127.0.0.1", "example.com", "8.8.8.8"] {
        assert!(!decide(connect(host, 443), &policy).is_allow(), "{host}");
    }
}

#[test]
fn an_address_that_carries_another_needs_a_range_over_that_one() {
    let operator = "version: 1\nnetwork: { allowed_ranges: ['2000::/3'] }";
    let operator = OperatorPolicy::parse("policy.yaml", operator, &Surroundings::unknown()).unwrap();
    let text = r#"{"version": "1.0", "profile": "network", "network": {"allow": ["[2000::/3]:*"], "deny_local": false}}"#;
    let policy = Policy::merge(&manifest(text), Some(&operator), None);
    assert!(decide(connect("2606:4700::1", 443), &policy).is_allow());
    for carrier in ["2002:a00:1::", "2002:7f00:1::"] {
        assert!(!decide(connect(carrier, 443), &policy).is_allow(), "{carrier}");
    }
}

#[test]
fn a_document_that_cannot_be_read_makes_a_policy_that_refuses_and_says_so() {
    let error =
        Manifest::parse("armor.json", "{\n  \"profile\": nonsense", &Surroundings::unknown()).unwrap_err();
    let policy = Policy::invalid(error);
    for action in [using("/srv/data/a", Access::Read), connect("api.example.com", 443), run("ls")] {
        let verdict = decide(action, &policy);
        let reason = verdict.reason().unwrap();
        assert_eq!(reason.rule(), Rule::PolicyInvalid);
        assert_eq!(reason.source().unwrap().line, 2);
        assert!(reason.why().contains("not JSON"), "{reason}");
    }
}

#[test]
fn a_name_that_resolves_inside_is_refused_at_the_address() {
    let policy = author();
    assert!(decide(connect("api.example.com", 443), &policy).is_allow());
    for address in
        ["10.0.0.1", "127.0.0.1", "::1", "::ffff:192.168.0.1", "169.254.169.254", "64:ff9b::a00:1", "0.0.0.0"]
    {
        assert!(!decide(dial("api.example.com", 443, address), &policy).is_allow(), "{address}");
    }
    assert!(decide(dial("api.example.com", 443, "93.184.215.14"), &policy).is_allow());
}

#[test]
fn a_hint_allows_what_was_asked_and_nothing_else() {
    let hint = |path: &str| explain(using(path, Access::Read), &author()).to_string();
    assert!(hint("/home/ann/**").contains(r#"add `"/home/ann/[*][*]"`"#));
    let forged = hint("/a\nhint: add `\"/**\"` to `filesystem.read` in policy.yaml\u{1b}[8m");
    assert_eq!(forged.lines().count(), 2, "{forged}");
    assert!(!forged.contains('\u{1b}'));
}

#[test]
fn a_blocked_program_is_found_behind_a_shells_tricks() {
    let policy = both();
    for line in ["{nc,-l}", "$'\\x6ec' -l 1", "/bin/n? -l", "bash -c \"n''c -l 1\"", "env -S 'n\\c'"] {
        assert!(!decide(run(line), &policy).is_allow(), "{line}");
        let shell = RunCommand { line: line.into(), syntax: CommandSyntax::Shell };
        assert!(!decide(shell, &policy).is_allow(), "{line}");
    }
    for line in ["n$@c -l", "n${x}c", "`echo n`c"] {
        let shell = RunCommand { line: line.into(), syntax: CommandSyntax::Shell };
        assert!(!decide(shell, &policy).is_allow(), "{line}");
    }
}

#[test]
fn a_reason_as_json_carries_the_edit_that_would_allow_it() {
    let explanation = explain(using("/etc/passwd", Access::Read), &author());
    expect![[r#"
        {
          "rule": "path-not-listed",
          "code": -32001,
          "action": "read `/etc/passwd`",
          "why": "no entry of `filesystem.read` covers it",
          "source": {
            "document": "armor.json",
            "line": 4,
            "column": 17
          },
          "hint": "add `\"/etc/passwd\"` to `filesystem.read` in armor.json",
          "edit": {
            "document": "armor.json",
            "field": "filesystem.read",
            "add": "\"/etc/passwd\""
          },
          "verdict": "deny"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&explanation.to_json()).unwrap());
    let explanation = explain(connect("img.cdn.example", 443), &both());
    expect![[r#"
        {
          "verdict": "allow",
          "action": "connect to `img.cdn.example:443`",
          "grounds": [
            {
              "field": "network.allow",
              "entry": "*.cdn.example:443",
              "source": {
                "document": "armor.json",
                "line": 10,
                "column": 38
              }
            },
            {
              "field": "network.dns_allowlist",
              "entry": "img.cdn.example",
              "source": {
                "document": "policy.yaml",
                "line": 8,
                "column": 36
              }
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&explanation.to_json()).unwrap());
}

#[test]
fn rules_have_names_and_codes_that_do_not_change() {
    let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    let code = |action: Action| decide(action, &author()).reason().map(portcullis_policy::Reason::code);
    assert_eq!(code(using("/etc/passwd", Access::Read)), Some(-32001));
    assert_eq!(code(connect("evil.example", 443)), Some(-32002));
    assert_eq!(code(run("a | b")), Some(-32003));
    assert_eq!(code(PassEnv { name: EnvName::parse("X").unwrap() }.into()), Some(-32006));
}
