//! Reading operators' policies: a file in wide use, the safe defaults, and the words of refusal.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use expect_test::expect_file;
use portcullis_policy::value::{AbsPath, Surroundings, ToolName};
use portcullis_policy::{OperatorPolicy, schema};

fn parse(text: &str) -> Result<OperatorPolicy, String> {
    let here = Surroundings::unknown().with_home(AbsPath::parse("/home/ann").unwrap());
    OperatorPolicy::parse("policy.yaml", text, &here).map_err(|error| error.to_string())
}

fn refused(text: &str) -> String {
    let said = parse(&format!("version: \"1.0\"\n{text}")).map_or_else(|error| error, |_| "accepted".into());
    format!("{text}\n=> {said}")
}

const SAMPLE: &str = r#"version: "1.0"
network:
  # Local ranges
  allowed_ranges: ["127.0.0.0/8", "10.1.2.3/8", "192.168.0.0/16", "::1/128", "fe80::/10"]
  allowed_endpoints:
    - host: "lite.duckduckgo.com"
      ports: [443]
      description: "search"
  blocked_ports:
    - 22
  allow_dns: true
  dns_allowlist: ["lite.duckduckgo.com"]
filesystem:
  allowed_paths: ["${HOME}/projects/**", "/tmp/mcp-workspace/**"]
  denied_paths: ["**/.ssh/**", "**/.aws/**", "**/*.pem", "**/.env"]
commands:
  blocked: [nc, rm]
tools:
  rate_limits:
    default: 60
    web_search: 20
    burst_tool: { per_minute: 120, burst: 60 }
  timeout: 30
  timeouts: { slow: 120 }
  clients:
    laptop: { rate_limits: { default: 6 }, timeout: 10 }
audit:
  log_file: "${HOME}/.mcp-secure/audit.log"
  log_level: "INFO"
  include: [request, security]
examples:
  match:
    - read: ~/projects/a/b.txt
    - connect: lite.duckduckgo.com:443
  not_match:
    - read: ~/projects/a/.env
    - { connect: 'lite.duckduckgo.com:80', address: 93.184.215.14 }
    - connect: 10.0.0.1:22
    - connect: 8.8.8.8:443
    - spawn: /usr/bin/nc
"#;

#[test]
fn the_five_sections_are_read() {
    let policy = parse(SAMPLE).unwrap();
    assert_eq!(policy.allowed_ranges[1].value.to_string(), "10.0.0.0/8");
    assert_eq!(policy.allowed_ranges[1].source.line, 4);
    assert_eq!(policy.allowed_endpoints[0].value.ports[0].number(), 443);
    assert_eq!(policy.allowed_paths[0].value.as_str(), "${HOME}/projects/**");
    let tool = |name| ToolName::parse(name).unwrap();
    let rate = |name| policy.calls.rate(&tool(name)).map(|rate| (rate.per_minute, rate.burst));
    assert_eq!(rate("anything"), Some((60, 10)));
    assert_eq!(rate("web_search"), Some((20, 4)));
    assert_eq!(rate("burst_tool"), Some((120, 60)));
    assert_eq!(policy.calls.timeout(&tool("slow")).unwrap().duration().as_secs(), 120);
    assert_eq!(policy.clients["laptop"].timeout(&tool("x")).unwrap().duration().as_secs(), 10);
    assert_eq!(policy.audit.log_file.unwrap().as_str(), "/home/ann/.mcp-secure/audit.log");
    assert_eq!(policy.audit.include.unwrap().len(), 2);
    assert_eq!(policy.examples.not_matching.len(), 5);
}

#[test]
fn a_missing_section_is_the_safe_default() {
    for text in
        ["version: 1.0", "version: 1", "version: '1'\nnetwork:\nfilesystem:\n", "version: 1\nfilesystem: {}"]
    {
        let policy = parse(text).unwrap();
        assert!(policy.allowed_paths.is_empty() && policy.allowed_endpoints.is_empty() && !policy.allow_dns);
    }
    let examples = "examples:\n  not_match: [{read: /}, {read: /a}, {write: /a}, {connect: 'a.example:443'}, {connect: '127.0.0.1:80'}]";
    assert!(parse(&format!("version: 1\n{examples}")).is_ok());
}

#[test]
fn the_schema_accepts_the_sample() {
    let json = r#"{"version": 1.0, "network": {"allow_dns": true, "blocked_ports": [22]},
        "tools": {"rate_limits": {"default": 60, "a": {"per_minute": 1}}, "timeout": 30}}"#;
    let validator = jsonschema::validator_for(&schema::operator_policy()).unwrap();
    assert!(validator.is_valid(&json.parse().unwrap()));
    assert!(parse(json).is_ok());
    for bad in
        [r#"{"version": 1, "netwrok": {}}"#, r#"{"version": 1, "tools": {"rate_limits": {"a": 0}}}"#, "{}"]
    {
        assert!(!validator.is_valid(&bad.parse().unwrap()), "{bad}");
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn faults_name_the_place_the_field_and_the_way_out() {
    let rows = [
        "netwrok: {}",
        "network: [[\"10.0.0.0/8\"], [], [], true]",
        "network:\n  allowed_endpoints: [[\"a.com\", [443]]]",
        "tools:\n  rate_limits: {a: [60, 10]}",
        "network:\n  allowed_ranges: [\"10.0.0.0/33\"]",
        "network:\n  allowed_ranges: [example.com]",
        "network:\n  allowed_endpoints:\n    - host: \"*.example.com\"\n      ports: [443]",
        "network:\n  allowed_endpoints:\n    - host: 10.0.0.1\n      ports: [443]",
        "network:\n  allowed_endpoints:\n    - host: a.example\n      port: 443",
        "network:\n  blocked_ports: [0]",
        "network:\n  dns_allowlist: ['*']",
        "network:\n  allow_dns: yes",
        "filesystem:\n  allowed_paths: [\"${PROJECTS}/**\"]",
        "filesystem:\n  allowed_paths: [\"/a/[\"]",
        "commands:\n  blocked: [\"rm -rf\"]",
        "tools:\n  rate_limits: {default: 0}",
        "tools:\n  rate_limits: {default: {per_minut: 3}}",
        "tools:\n  rate_limits: {\"a b\": 3}",
        "tools:\n  timeout: 301",
        "audit:\n  log_level: LOUD",
        "audit:\n  include: [requests]",
        "audit:\n  log_file: audit.log",
        "examples:\n  match: [{read: /etc/passwd}]",
        "\tnetwork: {}",
        "filesystem: &a {allowed_paths: ['/a']}",
        "filesystem: {allowed_paths: [*a]}",
        "tools: {clients: {<<: {timeout: 5}}}",
        "filesystem: {allowed_paths: ['/**']} # all\u{2028}  denied_paths: ['/etc/**']",
        "# all\rfilesystem: {allowed_paths: ['/**']}",
        "network: {allow_dns: true, dns_allowlist: [corp.example], allowed_ranges: [10.0.0.0/8]}\nexamples: {not_match: [{connect: 'corp.example:443'}]}",
    ];
    let said: Vec<String> = rows.into_iter().map(refused).collect();
    expect_file!["expected/operator-faults.txt"].assert_eq(&said.join("\n\n"));
}
