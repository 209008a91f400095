//! The answer yes allocates nothing.

use portcullis_policy::action::{Access, CallTool, Connect, Dial, PassEnv, UsePath};
use portcullis_policy::value::{AbsPath, EnvName, Host, Port, Surroundings, ToolName};
use portcullis_policy::{Act, Manifest, OperatorPolicy, Policy, decide};

const MANIFEST: &str = r#"{
  "version": "1.0", "profile": "system",
  "filesystem": { "read": ["/a/**", "/b/*.db", "**/*.md"], "write": ["/a/**"], "deny": ["**/.git/**"] },
  "network": { "allow": ["a.example:443", "*.b.example:443", "10.0.0.0/8:443"], "deny_local": false },
  "env": { "allow": ["LANG"] }, "tools": { "allow": ["read_*"] }
}"#;

const OPERATOR: &str = r#"version: 1
network: { allowed_ranges: ["10.0.0.0/8"], allowed_endpoints: [{ host: a.example, ports: [443] }], allow_dns: true, dns_allowlist: [a.example, "*.b.example"] }
filesystem: { allowed_paths: ["/a/**", "/b/**", "*.md"] }
"#;

/// Allocations of one decision that allows, after two that may fill the caches of the matcher underneath.
fn allocations<A: Act + Clone>(action: &A, policy: &Policy) -> u64 {
    for _ in 0..2 {
        assert!(decide(action.clone(), policy).is_allow());
    }
    let asked = action.clone();
    let mut permit = None;
    let counted = allocation_counter::measure(|| permit = decide(asked, policy).into_result().ok());
    assert!(permit.is_some());
    counted.count_total
}

#[test]
fn a_permit_costs_no_allocation() {
    let manifest = Manifest::parse("armor.json", MANIFEST, &Surroundings::unknown()).unwrap();
    let operator = OperatorPolicy::parse("policy.yaml", OPERATOR, &Surroundings::unknown()).unwrap();
    let policy = Policy::merge(&manifest, Some(&operator), None);
    let path = |text: &str, access| UsePath { path: AbsPath::parse(text).unwrap(), access };
    let host = |text: &str| Host::parse(text).unwrap();
    let port = Port::HTTPS;
    assert_eq!(allocations(&path("/a/x/y", Access::Read), &policy), 0);
    assert_eq!(allocations(&path("/a", Access::Write), &policy), 0);
    assert_eq!(allocations(&path("/b/x.db", Access::Either), &policy), 0);
    assert_eq!(allocations(&path("/a/c/readme.md", Access::Read), &policy), 0);
    assert_eq!(allocations(&Connect { host: host("a.example"), port }, &policy), 0);
    assert_eq!(allocations(&Connect { host: host("x.y.b.example"), port }, &policy), 0);
    assert_eq!(allocations(&Connect { host: host("10.1.2.3"), port }, &policy), 0);
    let address = [8, 8, 8, 8].into();
    assert_eq!(allocations(&Dial { host: host("a.example"), port, address }, &policy), 0);
    assert_eq!(allocations(&PassEnv { name: EnvName::parse("LANG").unwrap() }, &policy), 0);
    assert_eq!(allocations(&CallTool { tool: ToolName::parse("read_a").unwrap() }, &policy), 0);
}
