//! Rows: single policies, and what becomes of them.

use super::super::{rules, system};
use super::reader::{facts, read};
use super::*;
use expect_test::{Expect, expect, expect_file};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

#[expect(clippy::needless_pass_by_value, reason = "`expect!` makes a value")]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(text);
}

/// What a case says beyond the empty one.
fn beyond_empty(case: &Case) -> String {
    let of = |case: &Case| case.with(rules).unwrap();
    let empty = of(&Case::new(EMPTY));
    of(case)
        .iter()
        .filter(|rule| !empty.contains(rule))
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_empty_manifest() {
    expect_file!["./empty.sb"].assert_eq(&Case::new(EMPTY).text());
}

#[test]
fn reading_writing_denied_and_protected() {
    let survey = Survey {
        read: vec![tree("/Users/me/work"), file("/etc/hosts")],
        write: vec![tree("/Users/me/work")],
        denied: vec![tree("/Users/me/work/keys/private")],
        protected: vec![tree("/Users/me/work/.git/hooks")],
        ..Survey::default()
    };
    check(
        &beyond_empty(&Case { survey, ..Case::new(EMPTY) }),
        expect![[r#"
            (allow file-read-metadata
              (literal "/Users")
              (literal "/Users/me")
              (literal "/Users/me/work")
              (literal "/etc")
              (literal "/opt")
              (literal "/opt/tool")
              (literal "/opt/tool/bin")
              (literal "/private")
              (literal "/private/etc")
              (literal "/private/var")
              (literal "/private/var/jails")
              (literal "/var")
              (literal "/var/jails"))
            (allow file-read* file-map-executable
              (literal "/etc/hosts")
              (literal "/private/etc/hosts")
              (subpath "/Users/me/work"))
            (allow file-write*
              (subpath "/Users/me/work"))
            (deny file-write-create file-write-unlink
              (literal "/Users/me/work")
              (literal "/Users/me/work/.git")
              (literal "/Users/me/work/keys")
              (literal "/private/var/jails/1")
              (literal "/var/jails/1"))
            (deny file-write* file-write-create file-write-data file-write-unlink
              (literal "/Users/me/work/.git/hooks")
              (subpath "/Users/me/work/.git/hooks"))
            (deny file* file-ioctl file-map-executable file-read* file-read-data file-read-metadata file-write* file-write-create file-write-data file-write-unlink process-exec*
              (literal "/Users/me/work/keys/private")
              (subpath "/Users/me/work/keys/private"))"#]],
    );
}

#[test]
fn starting_programs() {
    let mut case = Case::new(SPAWNING);
    case.survey.read.push(tree("/Users/me/work"));
    case.loads.places.push(load("/usr", Kind::Folder));
    check(
        &beyond_empty(&case),
        expect![[r#"
            (allow process-fork)
            (allow process-exec*
              (literal "/opt/tool/bin/tool")
              (subpath "/Users/me/work")
              (subpath "/private/var/jails/1")
              (subpath "/usr")
              (subpath "/var/jails/1"))
            (allow file-read-metadata
              (literal "/Users")
              (literal "/Users/me")
              (literal "/opt")
              (literal "/opt/tool")
              (literal "/opt/tool/bin")
              (literal "/private")
              (literal "/private/var")
              (literal "/private/var/jails")
              (literal "/var")
              (literal "/var/jails"))
            (allow file-read* file-map-executable
              (literal "/opt/tool/bin/tool")
              (subpath "/usr"))
            (allow file-read* file-map-executable
              (subpath "/Users/me/work"))"#]],
    );
}

#[test]
fn a_network_is_one_port_of_the_brokers() {
    check(
        &beyond_empty(&Case { broker: Some(40_123), ..Case::new(CONNECTING) }),
        expect![[r#"
            (allow network-outbound
              (remote tcp "localhost:40123"))"#]],
    );
    // Neither a port without a declared host nor a host without a port opens anything.
    check(&beyond_empty(&Case { broker: Some(40_123), ..Case::new(EMPTY) }), expect![[""]]);
    check(&beyond_empty(&Case::new(CONNECTING)), expect![[""]]);
}

#[test]
fn writing_without_reading() {
    let survey = Survey { write: vec![tree("/tmp/out"), file("/Users/me/log.txt")], ..Survey::default() };
    check(
        &beyond_empty(&Case { survey, ..Case::new(EMPTY) }),
        expect![[r#"
            (allow file-read-metadata
              (literal "/Users")
              (literal "/Users/me")
              (literal "/Users/me/log.txt")
              (literal "/opt")
              (literal "/opt/tool")
              (literal "/opt/tool/bin")
              (literal "/private")
              (literal "/private/tmp")
              (literal "/private/tmp/out")
              (literal "/private/var")
              (literal "/private/var/jails")
              (literal "/tmp")
              (literal "/tmp/out")
              (literal "/var")
              (literal "/var/jails"))
            (allow file-write*
              (subpath "/private/tmp/out")
              (subpath "/tmp/out"))
            (allow file-write-data
              (literal "/Users/me/log.txt"))
            (deny file-write-unlink
              (subpath "/private/tmp/out")
              (subpath "/tmp/out"))
            (deny file-write-create file-write-unlink
              (literal "/Users/me/log.txt")
              (literal "/private/tmp/out")
              (literal "/private/var/jails/1")
              (literal "/tmp/out")
              (literal "/var/jails/1"))"#]],
    );
}

#[test]
fn a_folder_alone_is_not_listed() {
    let lone = Place { extent: Extent::Alone, ..tree("/w/lone") };
    for survey in [
        Survey { read: vec![lone.clone()], ..Survey::default() },
        Survey { write: vec![lone.clone()], ..Survey::default() },
    ] {
        let says = facts(&Case { survey, ..Case::new(SPAWNING) }.text());
        let allowed: Vec<_> = says.iter().filter(|fact| fact.0 == "allow" && fact.3 == "/w/lone").collect();
        assert_eq!(
            allowed,
            [&("allow", "file-read-metadata".to_owned(), "literal".to_owned(), "/w/lone".to_owned())]
        );
    }
}

#[test]
fn gaps_are_named_and_stop_the_jail_unless_accepted() {
    let mut case = Case { broker: Some(40_123), ..Case::new(CONNECTING) };
    case.survey.write.push(tree("/tmp/out"));
    let gaps = |case: &Case| {
        case.profile().unwrap().gaps.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    check(
        &gaps(&case),
        expect![[r#"
            unproven: The rules for this system were never tried on it: nothing that they are to refuse has been seen refused.
            system-calls: System calls are not filtered: there is the machine's network, other processes can be looked into, and any program be started.
            memory: A limit of memory is looked at, not held.
            ipc: There is no shared memory, nor message queues.
            metadata: the names in the root folder, that the folders above a declared place exist, and the machine's accounts can be seen
            links: hard links cannot be made
            links: in `/tmp/out`, which may be written and not read, nothing can be removed or renamed
            network: hosts are reached through the broker on port 40123 alone, by programs that ask it to"#]],
    );
    check(
        &gaps(&Case::new(SPAWNING)),
        expect![[r#"
            unproven: The rules for this system were never tried on it: nothing that they are to refuse has been seen refused.
            system-calls: System calls are not filtered: there is the machine's network, other processes can be looked into, and any program be started.
            memory: A limit of memory is looked at, not held.
            ipc: There is no shared memory, nor message queues.
            process-count: The number of processes is not held.
            metadata: the names in the root folder, that the folders above a declared place exist, and the machine's accounts can be seen"#]],
    );
    let limited = r#"{"version": "1.0", "profile": "sandboxed", "limits": {"cpu_percent": 50}}"#;
    let stopped = Case::new(limited).profile().unwrap_err().to_string();
    assert!(stopped.contains("if you mean to: processor"), "{stopped}");
    for name in case.accepted.clone() {
        let accepted = case.accepted.iter().copied().filter(|other| *other != name).collect();
        let stopped = Case { accepted, ..Case::new(SPAWNING) }.profile().unwrap_err().to_string();
        assert!(stopped.contains(&format!("if you mean to: {name}")), "{stopped}");
    }
}

#[test]
fn a_better_tier_is_refused() {
    for tier in ["T1", "T2"] {
        let manifest = format!(r#"{{"version": "1.0", "profile": "sandboxed", "min_tier": "{tier}"}}"#);
        let case = Case::new(manifest.leak());
        assert!(
            matches!(case.profile(), Err(SeatbeltError::Build(crate::BuildError::HostTier { .. }))),
            "{tier}"
        );
    }
}

#[test]
fn a_denied_program_is_not_started() {
    let mut case = Case::new(EMPTY);
    case.survey.denied.push(tree("/opt/tool"));
    let error = case.profile().unwrap_err();
    check(
        &error.to_string(),
        expect![[r#"
        the program `/opt/tool/bin/tool` is in a place that the policy denies
        hint: take the place out of `deny`, or move the program"#]],
    );
}

#[test]
fn what_is_denied_closes_everything_that_is_ever_opened() {
    let mut case = Case { broker: Some(40_123), ..Case::new(SPAWNING) };
    case.survey.read.push(tree("/w"));
    case.survey.write.extend([tree("/w"), file("/v/file")]);
    case.survey.denied.push(tree("/w/closed"));
    let rules = read(&case.text()).unwrap();
    let on_paths = |filters: &[(String, String)]| {
        filters.iter().any(|(kind, _)| matches!(kind.as_str(), "literal" | "subpath"))
    };
    let opened: BTreeSet<_> = rules
        .iter()
        .filter(|rule| rule.allows && on_paths(&rule.filters))
        .flat_map(|rule| &rule.operations)
        .collect();
    let last = rules.last().unwrap();
    assert!(!last.allows && last.filters.contains(&("subpath".into(), "/w/closed".into())));
    for operation in opened {
        assert!(last.operations.contains(operation), "`{operation}` is opened somewhere and not closed");
    }
    // Every refusal of a path is behind every permission.
    let first_refusal = rules.iter().position(|rule| !rule.allows && !rule.filters.is_empty()).unwrap();
    assert!(rules.iter().skip(first_refusal).all(|rule| !rule.allows));
}

#[test]
fn nothing_is_permitted_without_saying_on_what() {
    for case in [Case::new(EMPTY), Case { broker: Some(1), ..Case::new(CONNECTING) }] {
        assert!(read(&case.text()).unwrap().iter().all(|rule| !rule.allows || !rule.filters.is_empty()));
    }
    let spawning = read(&Case::new(SPAWNING).text()).unwrap();
    let open: Vec<_> = spawning
        .iter()
        .filter(|rule| rule.allows && rule.filters.is_empty())
        .flat_map(|rule| &rule.operations)
        .collect();
    assert_eq!(open, ["process-fork"]);
}

#[test]
fn services_that_lead_out_are_not_reached() {
    let case = Case { broker: Some(40_123), ..Case::new(CONNECTING) };
    let text = case.text();
    for name in [
        "trustd",
        "mDNSResponder",
        "SecurityServer",
        "securityd",
        "cfprefsd",
        "pasteboard",
        "launchservicesd",
        "coreservices",
        "windowserver",
        "logd",
        "system.logger",
        "asl_input",
        "ocspd",
        "networkd",
        "configd",
    ] {
        assert!(!text.contains(name), "{name}");
    }
}

#[test]
fn paths_are_refused_rather_than_escaped() {
    let folder = "/w/";
    for (name, why) in [
        (&b"a\"b"[..], "quotation mark"),
        (b"a\\b", "backslash"),
        (b"a\nb", "printable ASCII"),
        (b"a\tb", "printable ASCII"),
        (b"a\x7fb", "printable ASCII"),
        (b"a\x1bb", "printable ASCII"),
        ("a\u{e9}b".as_bytes(), "printable ASCII"),
        ("a\u{202e}b".as_bytes(), "printable ASCII"),
        (b"a\xffb", "UTF-8"),
        (b"../b", "`..`"),
        (b"./b", "`.`"),
        (b"/b", "empty name"),
    ] {
        let path = OsStr::from_bytes(&[folder.as_bytes(), name].concat()).to_owned();
        let part = Load { path: path.clone().into(), kind: Kind::File, why: String::new() };
        let loads = Loads { places: vec![part], ..Loads::default() };
        let link = Loads { links: [(path.clone().into(), "x".into())].into(), ..Case::new(EMPTY).loads };
        let loading = Loading { program: path.clone().into(), ..Case::new(EMPTY).loading };
        for case in [
            Case { loads, ..Case::new(EMPTY) },
            Case { loads: link, ..Case::new(EMPTY) },
            Case { loading, ..Case::new(EMPTY) },
        ] {
            let error = case.profile().unwrap_err();
            assert!(
                matches!(error, SeatbeltError::ConfigPath { .. }) && error.to_string().contains(why),
                "{path:?}: {error}"
            );
            assert!(!error.to_string().contains(['\x1b', '\t', '\x7f', '\u{202e}']), "{error:?}");
        }
    }
    for fine in
        ["/w/a (b) c", "/w/(allow default)", "/w/;x", "/w/#|x|#", "/w/a'b`c$d", "/w/ ", "/w/*[a]?{b}~"]
    {
        let mut case = Case::new(EMPTY);
        case.survey.read.push(tree(fine));
        let says = facts(&case.text());
        assert!(says.contains(&("allow", "file-read*".into(), "subpath".into(), fine.into())), "{fine}");
    }
}

#[test]
fn both_spellings_of_what_lies_behind_a_link() {
    for (asked, other) in [
        ("/tmp/x", Some("/private/tmp/x")),
        ("/private/tmp/x", Some("/tmp/x")),
        ("/var", Some("/private/var")),
        ("/private/etc/ssl", Some("/etc/ssl")),
        ("/private/other", None),
        ("/private", None),
        ("/private/tmpx", None),
        ("/tmpx", None),
        ("/Users/me/tmp", None),
    ] {
        let mut case = Case::new(EMPTY);
        case.survey.denied.push(tree(asked));
        let denied: BTreeSet<_> = facts(&case.text())
            .into_iter()
            .filter(|(effect, operation, kind, _)| {
                (*effect, operation.as_str(), kind.as_str()) == ("deny", "file-read*", "subpath")
            })
            .map(|(.., path)| path)
            .collect();
        assert_eq!(denied, [asked].into_iter().chain(other).map(str::to_owned).collect(), "{asked}");
    }
}

#[test]
fn every_entry_of_the_lists_has_a_reason_and_stands_once() {
    let lists = [
        system::TREES,
        system::DATA,
        system::FILES,
        system::LINKS,
        system::SINKS,
        system::SERVICES,
        system::VALUES,
    ];
    let text = Case::new(EMPTY).text();
    for list in lists {
        let mut seen = BTreeSet::new();
        for (what, why) in list {
            assert!(!why.is_empty() && seen.insert(what), "{what}");
            assert!(text.contains(&format!("\"{what}\"")), "{what}");
        }
    }
    for (operation, why) in system::REFUSED {
        assert!(!why.is_empty() && text.contains(&format!("(deny {})", operation.as_str())), "{operation:?}");
    }
}
