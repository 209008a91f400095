//! The laws of a decision, over generated policies and actions.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use portcullis_policy::action::{
    Access, Action, CallTool, CommandSyntax, Connect, Dial, Listen, PassEnv, Resolve, RunCommand, Spawn,
    UsePath, UseSecret,
};
use portcullis_policy::value::{
    AbsPath, EnvName, Host, HostPattern, HostRule, PathGlob, Port, SecretName, Surroundings, ToolName,
};
use portcullis_policy::{Change, DocumentError, Manifest, OperatorPolicy, Place, Policy, Profile, decide};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const COMPONENTS: [&str; 6] = ["a", "b", "c", "ab", ".env", "x.pem"];
const HOSTS: [&str; 10] = [
    "a.example",
    "b.a.example",
    "xa.example",
    "example",
    "localhost",
    "10.0.0.1",
    "8.8.8.8",
    "169.254.169.254",
    "192.0.2.1",
    "metadata.google.internal",
];
const ADDRESSES: [&str; 7] =
    ["8.8.8.8", "10.0.0.1", "127.0.0.1", "::1", "169.254.169.254", "192.0.2.1", "2606:4700::1"];

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(select(&COMPONENTS[..]), 0..4).prop_map(|parts| format!("/{}", parts.join("/")))
}

fn glob() -> impl Strategy<Value = String> {
    let piece = select(vec!["a", "b", "c", "*", "**", "a*", "*.pem", "?", ".env", "[ab]", "{a,b}"]);
    prop_oneof![
        4 => prop::collection::vec(piece, 1..4).prop_map(|parts| format!("/{}", parts.join("/"))),
        1 => select(vec!["**/.env", "*.pem", ".env", "/**", "**/a/**"]).prop_map(Into::into),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    let host = select(vec![
        "a.example",
        "*.example",
        "*.a.example",
        "*",
        "10.0.0.1",
        "192.0.2.0/24",
        "localhost",
        "8.8.8.8",
    ]);
    let port = select(vec!["80", "443", "*"]);
    (host, port).prop_map(|(host, port)| match (host, port) {
        ("*", "*") => "*:443".into(),
        (host, port) => format!("{host}:{port}"),
    })
}

fn port() -> impl Strategy<Value = Port> {
    select(vec![80, 443, 22]).prop_map(|number| Port::new(number).unwrap())
}

fn action() -> impl Strategy<Value = Action> {
    let host = || select(&HOSTS[..]).prop_map(|text| Host::parse(text).unwrap());
    let access = select(vec![Access::Read, Access::Write, Access::Either]);
    prop_oneof![
        4 => (path(), access)
            .prop_map(|(path, access)| UsePath { path: AbsPath::parse(&path).unwrap(), access }.into()),
        3 => (host(), port()).prop_map(|(host, port)| Connect { host, port }.into()),
        3 => (host(), port(), select(&ADDRESSES[..]))
            .prop_map(|(host, port, text)| Dial { host, port, address: text.parse().unwrap() }.into()),
        1 => host().prop_filter_map("a name", |host| match host {
            Host::Name(name) => Some(Resolve { name }.into()),
            Host::Address(_) => None,
        }),
        1 => path().prop_map(|path| Spawn { program: AbsPath::parse(&path).unwrap() }.into()),
        1 => select(vec!["A", "B"]).prop_map(|name| PassEnv { name: EnvName::parse(name).unwrap() }.into()),
        1 => port().prop_map(|port| Listen { port }.into()),
        1 => (host(), port(), select(vec!["api", "other"])).prop_map(|(host, port, name)| {
            UseSecret { secret: SecretName::parse(name).unwrap(), host, port }.into()
        }),
        2 => (select(vec!["a", "b x", "sudo a", "c; b", "echo $(a)", "'b' x", "*", "/x/a"]), any::<bool>()).prop_map(
            |(line, shell)| {
                let syntax = if shell { CommandSyntax::Shell } else { CommandSyntax::Plain };
                RunCommand { line: line.into(), syntax }.into()
            }
        ),
        1 => select(vec!["read_a", "write_a"]).prop_map(|tool| CallTool { tool: ToolName::parse(tool).unwrap() }.into()),
    ]
}

/// A manifest as its lists, so that a test can change one and build again.
#[derive(Debug, Clone)]
struct Lists {
    profile: Profile,
    read: Vec<String>,
    write: Vec<String>,
    deny: Vec<String>,
    network: Vec<String>,
    local: bool,
    metadata: bool,
    spawn: bool,
    env: Vec<&'static str>,
    listen: Vec<u16>,
    secret: Vec<&'static str>,
    tools: Vec<&'static str>,
    tools_denied: Vec<&'static str>,
}

impl Lists {
    fn manifest(&self) -> Manifest {
        let text = json!({
            "version": "1.0",
            "profile": self.profile.name(),
            "filesystem": { "read": self.read, "write": self.write, "deny": self.deny },
            "network": { "allow": self.network, "deny_local": self.local, "deny_metadata": self.metadata },
            "spawn": self.spawn,
            "env": { "allow": self.env },
            "listen": self.listen,
            "secrets": [{ "name": "api", "env": "API", "hosts": self.secret, "header": "x-key" }],
            "tools": { "allow": self.tools, "deny": self.tools_denied },
        });
        Manifest::parse("armor.json", &text.to_string(), &Surroundings::unknown()).unwrap()
    }

    fn policy(&self) -> Policy {
        Policy::merge(&self.manifest(), None, None)
    }
}

fn some<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(select(values), 0..3)
}

fn lists() -> impl Strategy<Value = Lists> {
    let globs = || prop::collection::vec(glob(), 0..4);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let small = (
        some(&["A", "B"]),
        some(&[80_u16, 443]),
        some(&["read_*", "*_a", "write_a"]),
        some(&["write_*"]),
        some(&["a.example:443", "b.a.example:80", "8.8.8.8:443"]),
    );
    let profile = prop_oneof![3 => Just(Profile::System), 1 => select(&Profile::ALL[..])];
    (profile, globs(), globs(), globs(), prop::collection::vec(rule(), 0..4), flags, small).prop_map(
        |(profile, read, write, deny, network, flags, small)| {
            let (local, metadata, spawn) = flags;
            let (env, listen, tools, tools_denied, secret) = small;
            let secret = if secret.is_empty() { vec!["a.example:443"] } else { secret };
            Lists {
                profile,
                read,
                write,
                deny,
                network,
                local,
                metadata,
                spawn,
                env,
                listen,
                secret,
                tools,
                tools_denied,
            }
        },
    )
}

fn operator_text() -> impl Strategy<Value = Value> {
    let globs = || prop::collection::vec(glob(), 0..4);
    let ranges = some(&["10.0.0.0/8", "8.8.8.8", "169.254.169.254", "169.254.0.0/16", "127.0.0.0/8"]);
    let names = some(&["a.example", "*.example", "b.a.example"]);
    let endpoints = some(&["a.example", "xa.example"]);
    let ports = some(&[22_u16, 80]);
    (globs(), globs(), ranges, names, endpoints, ports, any::<bool>()).prop_map(
        |(allowed, denied, ranges, names, endpoints, blocked, dns)| {
            let endpoints: Vec<Value> =
                endpoints.into_iter().map(|host| json!({ "host": host, "ports": [443, 80] })).collect();
            json!({
                "version": "1",
                "filesystem": { "allowed_paths": allowed, "denied_paths": denied },
                "network": {
                    "allowed_ranges": ranges, "allowed_endpoints": endpoints, "blocked_ports": blocked,
                    "allow_dns": dns, "dns_allowlist": names,
                },
                "commands": { "blocked": ["a"] },
            })
        },
    )
}

fn operator(text: &Value) -> OperatorPolicy {
    OperatorPolicy::parse("policy.yaml", &text.to_string(), &Surroundings::unknown()).unwrap()
}

/// `wider` allows whatever `narrower` allows.
fn contains(wider: &Policy, narrower: &Policy, action: &Action) -> bool {
    !decide(action.clone(), narrower).is_allow() || decide(action.clone(), wider).is_allow()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_empty_policy_allows_nothing(action in action()) {
        let error = DocumentError {
            document: "armor.json".into(),
            place: Place { line: 1, column: 1 },
            field: String::new(),
            message: "unreadable".into(),
            hint: None,
        };
        prop_assert!(!decide(action.clone(), &Policy::invalid(error)).is_allow());
        let tool = matches!(action, Action::CallTool(_));
        prop_assert!(tool || !decide(action, &Policy::merge(&Manifest::strict(), None, None)).is_allow());
    }

    #[test]
    fn strict_allows_nothing_outside_the_tool(lists in lists(), action in action()) {
        let lists = Lists { profile: Profile::Strict, ..lists };
        prop_assert!(matches!(action, Action::CallTool(_)) || !decide(action, &lists.policy()).is_allow());
    }

    #[test]
    fn deny_wins_in_any_order(lists in lists(), path in path(), access in select(vec![Access::Read, Access::Write])) {
        let mut reversed = lists.clone();
        reversed.read.reverse();
        reversed.write.reverse();
        reversed.deny.reverse();
        let path = AbsPath::parse(&path).unwrap();
        let action = Action::from(UsePath { path: path.clone(), access });
        let verdict = decide(action.clone(), &lists.policy());
        prop_assert_eq!(verdict.is_allow(), decide(action, &reversed.policy()).is_allow());
        let denied = lists.deny.iter().any(|text| PathGlob::parse(text, &Surroundings::unknown()).unwrap().matches(&path));
        prop_assert!(!(denied && verdict.is_allow()));
    }

    #[test]
    fn adding_an_allow_never_takes_away(lists in lists(), path in glob(), rule in rule(), action in action()) {
        let mut wider = lists.clone();
        wider.read.push(path.clone());
        wider.write.push(path);
        wider.network.push(rule);
        wider.env.push("B");
        wider.listen.push(22);
        wider.secret.push("b.a.example:443");
        wider.tools.push("read_a");
        wider.spawn = true;
        prop_assert!(contains(&wider.policy(), &lists.policy(), &action));
    }

    #[test]
    fn adding_a_deny_never_gives(lists in lists(), path in glob(), action in action()) {
        let mut narrower = lists.clone();
        narrower.deny.push(path);
        narrower.tools_denied.push("read_*");
        narrower.local = true;
        narrower.metadata = true;
        prop_assert!(contains(&lists.policy(), &narrower.policy(), &action));
    }

    #[test]
    fn merging_never_adds(lists in lists(), text in operator_text(), action in action(), profile in select(&Profile::ALL[..])) {
        let (manifest, operator) = (lists.manifest(), operator(&text));
        let alone = Policy::merge(&manifest, None, None);
        let merged = Policy::merge(&manifest, Some(&operator), None);
        let narrowed = Policy::merge(&manifest, Some(&operator), Some(profile));
        prop_assert!(contains(&alone, &merged, &action));
        prop_assert!(contains(&merged, &narrowed, &action));
    }

    #[test]
    fn an_operators_deny_never_gives(lists in lists(), text in operator_text(), path in glob(), action in action()) {
        let mut narrower = text.clone();
        narrower["filesystem"]["denied_paths"].as_array_mut().unwrap().push(path.into());
        narrower["network"]["blocked_ports"].as_array_mut().unwrap().push(443.into());
        narrower["commands"]["blocked"].as_array_mut().unwrap().push("b".into());
        let manifest = lists.manifest();
        let before = Policy::merge(&manifest, Some(&operator(&text)), None);
        let after = Policy::merge(&manifest, Some(&operator(&narrower)), None);
        prop_assert!(contains(&before, &after, &action));
    }

    #[test]
    fn an_operators_allow_never_takes_away(lists in lists(), text in operator_text(), path in glob(), action in action()) {
        let mut wider = text.clone();
        wider["filesystem"]["allowed_paths"].as_array_mut().unwrap().push(path.into());
        wider["network"]["allowed_ranges"].as_array_mut().unwrap().push("192.0.2.0/24".into());
        wider["network"]["dns_allowlist"].as_array_mut().unwrap().push("xa.example".into());
        wider["network"]["allow_dns"] = true.into();
        let manifest = lists.manifest();
        let before = Policy::merge(&manifest, Some(&operator(&text)), None);
        let after = Policy::merge(&manifest, Some(&operator(&wider)), None);
        prop_assert!(contains(&after, &before, &action));
    }

    #[test]
    fn a_suggested_entry_allows_what_was_refused(lists in lists(), name in "[a-z*?{},\\[\\]$é ]{1,6}", action in action()) {
        let odd = UsePath { path: AbsPath::parse(&format!("/a/{name}")).unwrap(), access: Access::Read };
        for action in [odd.into(), action] {
            let lists = Lists { profile: Profile::System, local: false, ..lists.clone() };
            let Some((field, value)) = suggested(&action, &lists.policy()) else { continue };
            let mut wider = lists;
            match field {
                "filesystem.read" => wider.read.push(value.clone()),
                "filesystem.write" => wider.write.push(value.clone()),
                "network.allow" => wider.network.push(value.clone()),
                _ => continue,
            }
            let after = suggested(&action, &wider.policy());
            prop_assert_ne!(after, Some((field, value)), "{}", action);
        }
    }

    #[test]
    fn a_verdict_depends_on_its_arguments_only(lists in lists(), action in action(), others in prop::collection::vec(action(), 0..8)) {
        let policy = lists.policy();
        let before = decide(action.clone(), &policy);
        for other in others {
            let _ = decide(other, &policy).is_allow();
        }
        prop_assert_eq!(&before, &decide(action.clone(), &policy));
        prop_assert_eq!(&before, &decide(action, &lists.policy()));
    }

    #[test]
    fn paths_agree_with_the_slow_reference(pattern in glob(), path in path()) {
        let glob = PathGlob::parse(&pattern, &Surroundings::unknown()).unwrap();
        prop_assert_eq!(glob.matches(&AbsPath::parse(&path).unwrap()), reference::path(&pattern, &path), "{} {}", pattern, path);
    }

    #[test]
    fn a_set_of_paths_agrees_with_each_pattern(patterns in prop::collection::vec(glob(), 0..6), path in path()) {
        let lists = Lists { read: patterns.clone(), write: vec![], deny: vec![], ..open() };
        let action = UsePath { path: AbsPath::parse(&path).unwrap(), access: Access::Read };
        let wanted = patterns.iter().any(|pattern| reference::path(pattern, &path));
        prop_assert_eq!(decide(action, &lists.policy()).is_allow(), wanted);
    }

    #[test]
    fn hosts_agree_with_the_slow_reference(pattern in "(\\*\\.)?([aB]\\.|xa\\.){0,2}(example|com)\\.?", host in "([Ab]\\.|xA\\.){0,3}(example|com)\\.?") {
        let parsed = HostPattern::parse(&pattern).unwrap();
        prop_assert_eq!(parsed.matches(&Host::parse(&host).unwrap()), reference::host(&pattern, &host), "{} {}", pattern, host);
    }

    #[test]
    fn a_set_of_hosts_agrees_with_each_rule(rules in prop::collection::vec(rule(), 0..6), host in select(&HOSTS[..]), port in port()) {
        let lists = Lists { network: rules.clone(), ..open() };
        let host = Host::parse(host).unwrap();
        let metadata = host.to_string().starts_with("metadata");
        let wanted = rules.iter().any(|rule| HostRule::parse(rule).unwrap().matches(&host, port));
        let reserved = host == Host::parse("192.0.2.1").unwrap()
            && !rules.iter().any(|rule| rule.starts_with("192.0.2.0/24") && HostRule::parse(rule).unwrap().matches(&host, port));
        prop_assert_eq!(decide(Connect { host, port }, &lists.policy()).is_allow(), wanted && !reserved, "{}", metadata);
    }
}

/// The field and the text that a refusal suggests adding.
fn suggested(action: &Action, policy: &Policy) -> Option<(&'static str, String)> {
    let verdict = decide(action.clone(), policy);
    let suggestion = verdict.reason()?.suggestion()?;
    match &suggestion.change {
        Change::Add(value) => Some((suggestion.field, value.parse::<Value>().ok()?.as_str()?.to_owned())),
        Change::Set(_) => None,
    }
}

/// Lists that close nothing by themselves.
fn open() -> Lists {
    Lists {
        profile: Profile::System,
        read: vec![],
        write: vec![],
        deny: vec![],
        network: vec![],
        local: false,
        metadata: false,
        spawn: false,
        env: vec![],
        listen: vec![],
        secret: vec!["a.example:443"],
        tools: vec![],
        tools_denied: vec![],
    }
}

/// Patterns matched the slow, obvious way.
mod reference {
    pub(super) fn path(pattern: &str, path: &str) -> bool {
        let alternatives = braces(pattern);
        alternatives.iter().any(|pattern| {
            let bare = !pattern.contains('/');
            let rooted = if bare { format!("/**/{pattern}") } else { pattern.clone() };
            let rooted = if rooted.starts_with('/') { rooted } else { format!("/{rooted}") };
            let parts: Vec<&str> = rooted.split('/').filter(|part| !part.is_empty()).collect();
            let names: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            let below: Vec<&str> = parts.iter().copied().chain(["**"]).collect();
            components(&parts, &names) || (bare && components(&below, &names))
        })
    }

    /// `**` stands for any number of components, none included.
    fn components(pattern: &[&str], names: &[&str]) -> bool {
        match (pattern, names) {
            ([], []) => true,
            (["**", rest @ ..], _) => {
                components(rest, names) || (!names.is_empty() && components(pattern, &names[1..]))
            }
            ([first, rest @ ..], [name, others @ ..]) => {
                let (pattern, name): (Vec<char>, Vec<char>) =
                    (first.chars().collect(), name.chars().collect());
                characters(&pattern, &name) && components(rest, others)
            }
            _ => false,
        }
    }

    fn characters(pattern: &[char], name: &[char]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                characters(rest, name) || (!name.is_empty() && characters(pattern, &name[1..]))
            }
            (['?', rest @ ..], [_, others @ ..]) => characters(rest, others),
            (['[', a, b, ']', rest @ ..], [first, others @ ..]) => {
                (first == a || first == b) && characters(rest, others)
            }
            ([wanted, rest @ ..], [first, others @ ..]) => wanted == first && characters(rest, others),
            _ => false,
        }
    }

    fn braces(pattern: &str) -> Vec<String> {
        let Some((head, rest)) = pattern.split_once('{') else {
            return vec![pattern.into()];
        };
        let (inner, tail) = rest.split_once('}').unwrap();
        inner.split(',').flat_map(|choice| braces(&format!("{head}{choice}{tail}"))).collect()
    }

    pub(super) fn host(pattern: &str, host: &str) -> bool {
        let labels = |text: &str| -> Vec<String> {
            text.trim_end_matches('.').split('.').map(str::to_lowercase).collect()
        };
        let (pattern, host) = (labels(pattern), labels(host));
        match pattern.split_first() {
            Some((first, rest)) if first == "*" => {
                host.len() > rest.len() && host[host.len() - rest.len()..] == *rest
            }
            _ => pattern == host,
        }
    }
}
