//! What each entry of a policy becomes in a plan, and what a plan refuses: on made-up disks and machines.

#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use expect_test::{Expect, expect};
use portcullis_policy::manifest::Tier;
use portcullis_policy::value::{AbsPath, Surroundings};
use portcullis_policy::{Manifest, Policy};
use portcullis_sandbox::loading::{Extent as Amount, Loading, Part};
use portcullis_sandbox::plan::{BindMode, Kind, Node};
use portcullis_sandbox::support::{Had, Support};
use portcullis_sandbox::survey::{Extent, Load, Loads, Place, Survey};
use portcullis_sandbox::{Asked, BuildError, GapName, Planned, build};
use std::collections::BTreeMap;

fn machine(landlock: Option<u32>, enclosure: bool) -> Support {
    let had = |is: bool| if is { Had::Yes("seen".into()) } else { Had::No("refused".into()) };
    Support {
        enclosure: had(enclosure),
        landlock,
        seccomp: had(landlock.is_some()),
        identity: had(true),
        ordinary_user: had(true),
        control_group: had(false),
    }
}

fn path(text: &str) -> AbsPath {
    AbsPath::parse(text).unwrap()
}

fn place(text: &str, kind: Kind, extent: Extent) -> Place {
    Place { path: path(text), kind, extent }
}

fn tree(text: &str) -> Place {
    place(text, Kind::Folder, Extent::Tree)
}

fn planned(
    manifest: &str,
    survey: &Survey,
    support: &Support,
    accepted: &[GapName],
) -> Result<Planned, BuildError> {
    let manifest = Manifest::parse("armor.json", manifest, &Surroundings::unknown()).unwrap();
    let policy = Policy::merge(&manifest, None, None);
    let part = Part { path: "/opt/tool".into(), extent: Amount::File, why: "the program".into() };
    let loading = Loading {
        program: "/opt/tool".into(),
        words: vec!["tool".into()],
        parts: vec![part],
        variables: Vec::new(),
        missing: Vec::new(),
        notes: Vec::new(),
    };
    let load = Load { path: "/opt/tool".into(), kind: Kind::File, why: "the program".into() };
    let loads = Loads { places: vec![load], ..Loads::default() };
    build(&Asked {
        policy: &policy,
        survey,
        loading: &loading,
        loads: &loads,
        support,
        search: &[],
        variables: &BTreeMap::new(),
        home: &path("/home/ann"),
        directory: &path("/home/ann"),
        accepted,
        at_most: None,
        scratch: &path("/tmp/scratch"),
        deadline_ms: None,
    })
}

/// The nodes of a private root that depend on the policy, one a line.
fn nodes(planned: &Planned) -> String {
    let line = |node: &Node| {
        let text = |target: &std::ffi::CString| target.to_string_lossy().into_owned();
        Some(match node {
            Node::Folder { target } => format!("folder {}", text(target)),
            Node::Private { target, .. } => format!("private {}", text(target)),
            Node::Bind { mode: BindMode::Device, .. } | Node::File { .. } | Node::Link { .. } => return None,
            Node::Bind { target, mode, .. } => format!("{mode:?} {}", text(target)),
            Node::Mask { target, .. } => format!("mask {}", text(target)),
            Node::Pin { target } => format!("pin {}", text(target)),
            Node::Freeze { target } => format!("freeze {}", text(target)),
            Node::Processes { target, .. } => format!("processes {}", text(target)),
        })
    };
    let root = planned.plan.root.as_ref().unwrap();
    root.nodes.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn check(manifest: &str, survey: &Survey, expected: &Expect) {
    let planned = planned(manifest, survey, &machine(Some(7), true), &[]).unwrap();
    assert_eq!(planned.tier, Tier::T1);
    expected.assert_eq(&nodes(&planned));
}

const SYSTEM: &str = r#"{ "version": "1.0", "profile": "system" }"#;

#[test]
fn an_empty_policy_gives_the_program_and_private_folders() {
    check(
        SYSTEM,
        &Survey::default(),
        &expect![[r#"
            private /dev/shm
            private /home/ann
            Read /opt/tool
            private /tmp
            processes /proc"#]],
    );
}

#[test]
fn what_is_above_comes_before_what_is_below_and_what_closes_comes_last() {
    let survey = Survey {
        read: vec![
            tree("/srv/notes"),
            tree("/srv/notes/inner"),
            place("/srv/lone", Kind::Folder, Extent::Alone),
        ],
        write: vec![tree("/srv/notes/drafts"), tree("/home/ann/work")],
        denied: vec![place("/srv/notes/key", Kind::File, Extent::Tree)],
        protected: vec![tree("/home/ann/work/.git/hooks")],
        ..Survey::default()
    };
    check(
        SYSTEM,
        &survey,
        &expect![[r#"
            private /dev/shm
            private /home/ann
            Write /home/ann/work
            Read /opt/tool
            folder /srv/lone
            Read /srv/notes
            Write /srv/notes/drafts
            private /tmp
            pin /home/ann/work/.git
            freeze /home/ann/work/.git/hooks
            mask /srv/notes/key
            processes /proc"#]],
    );
}

#[test]
fn a_declared_home_is_not_hidden_behind_a_private_one() {
    let survey = Survey { read: vec![tree("/home/ann")], ..Survey::default() };
    check(
        SYSTEM,
        &survey,
        &expect![[r#"
            private /dev/shm
            Read /home/ann
            Read /opt/tool
            private /tmp
            processes /proc"#]],
    );
}

#[test]
fn declared_hosts_become_captured_ports() {
    let manifest = r#"{ "version": "1.0", "profile": "network", "network": { "allow": ["a.example:443", "10.0.0.0/8:22", "b.example:*"] } }"#;
    let planned = planned(manifest, &Survey::default(), &machine(Some(7), true), &[]).unwrap();
    let ports = &planned.plan.root.as_ref().unwrap().capture;
    assert!([22, 53, 443, 8080].iter().all(|port| ports.contains(port)) && !ports.contains(&23), "{ports:?}");
    assert!(planned.gaps.iter().any(|gap| gap.name == GapName::AnyPort));
    let strict = r#"{ "version": "1.0", "profile": "strict", "network": { "allow": ["a.example:443"] } }"#;
    let strict = self::planned(strict, &Survey::default(), &machine(Some(7), true), &[]).unwrap();
    assert!(strict.plan.root.unwrap().capture.is_empty());
}

fn refusal(manifest: &str, support: &Support, accepted: &[GapName], expected: &Expect) {
    let error = planned(manifest, &Survey::default(), support, accepted).unwrap_err();
    expected.assert_eq(&error.to_string());
}

#[test]
fn what_cannot_be_held_stops_the_plan_unless_accepted_by_name() {
    refusal(
        SYSTEM,
        &machine(Some(2), false),
        &[GapName::Truncate],
        &expect![[r#"
            what the policy says cannot be enforced here:
              device-requests: Requests to open devices are not held: Landlock here is older than version 5.
              signals: Signals reach other processes of the user: there is no process namespace, and Landlock here is older than version 6.
              abstract-sockets: Abstract sockets of the machine could be reached.
              private-size: What the private folder holds is not limited: it is a folder of the machine's.
              process-count: The number of processes is not held.
            hint: accept each by name, if you mean to: device-requests, signals, abstract-sockets, private-size, process-count"#]],
    );
    let least = r#"{ "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json", "version": "1.0", "profile": "system", "min_tier": "T1" }"#;
    refusal(
        least,
        &machine(Some(7), false),
        GapName::ALL,
        &expect![[r#"
            tier T1 is required, and this machine has T2: refused
            hint: `portcullis doctor` tells what is missing and how to get it"#]],
    );
    let accepted = planned(SYSTEM, &Survey::default(), &machine(None, false), GapName::ALL).unwrap();
    assert_eq!(accepted.tier, Tier::T3);
    assert!(accepted.plan.seccomp.is_empty() && accepted.plan.landlock.handled_files == 0);
    let names: Vec<_> = accepted.gaps.iter().map(|gap| gap.name).collect();
    assert!([GapName::Files, GapName::SystemCalls, GapName::Signals].iter().all(|name| names.contains(name)));
}

#[test]
fn an_invalid_policy_makes_no_plan() {
    let error = Manifest::parse("armor.json", "{", &Surroundings::unknown()).unwrap_err();
    let policy = Policy::invalid(error);
    let loading = Loading {
        program: "/opt/tool".into(),
        words: Vec::new(),
        parts: Vec::new(),
        variables: Vec::new(),
        missing: Vec::new(),
        notes: Vec::new(),
    };
    let refused = build(&Asked {
        policy: &policy,
        survey: &Survey::default(),
        loading: &loading,
        loads: &Loads::default(),
        support: &machine(Some(7), true),
        search: &[],
        variables: &BTreeMap::new(),
        home: &path("/home/ann"),
        directory: &path("/"),
        accepted: GapName::ALL,
        at_most: None,
        scratch: &path("/tmp/scratch"),
        deadline_ms: None,
    });
    assert!(matches!(refused, Err(BuildError::ConfigInvalid(_))));
}
