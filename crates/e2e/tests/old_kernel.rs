//! On a kernel of Debian 12 (Linux 6.1, Landlock's second version), in a machine made for the test: the tier that it
//! deserves, and ceilings that control groups hold. What is run there is a table in `cases`.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

#[path = "old_kernel/archive.rs"]
mod archive;
#[path = "old_kernel/cases.rs"]
mod cases;
#[path = "old_kernel/machine.rs"]
mod machine;

use archive::Archive;
use cases::{Case, Group, How, WITH_NAMESPACES, WITHOUT_NAMESPACES};
use portcullis_e2e::{compiled, old_kernel, places, skip};
use std::collections::BTreeMap;
use std::process::Command;

/// What was seen, by case and by what it is about; a line each.
type Seen = BTreeMap<(String, String), Vec<String>>;

const MANIFESTS: [(&str, &str); 2] = [
    ("plain", r#"{ "version": "1.0", "profile": "sandboxed", "filesystem": { "read": ["/data/open/**"] } }"#),
    (
        "tight",
        r#"{ "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json", "version": "1.0",
             "profile": "sandboxed", "spawn": true, "limits": { "memory_mb": 32, "pids": 16 } }"#,
    ),
];

#[test]
fn an_old_kernel_gives_what_it_deserves_and_holds_its_groups() {
    let Some(kernel) = old_kernel::kernel() else {
        return skip("needs the kernel that `cargo xtask test` fetches by apt-get");
    };
    if !machine::can_be_made() {
        return skip("needs qemu-system-x86_64: not found");
    }
    let init = std::fs::read(compiled("old_kernel").unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files.cpio");
    std::fs::write(&files, archive(&init, &driver())).unwrap();
    let text = machine::run(&kernel, &files).unwrap();
    // What the driver shows of its plan is long.
    let short: Vec<_> = text.lines().filter(|line| !line.contains(" said:         ")).collect();
    let short = short.join("\n");
    println!("{short}");
    let seen = read(&text);
    let about = |case: &str, about: &str| seen.get(&(case.into(), about.into())).cloned().unwrap_or_default();
    assert!(about("machine", "kernel").iter().all(|kernel| kernel.starts_with("6.1.")), "another kernel");
    assert_eq!(about("machine", "done").len(), 1, "the script did not come to its end");
    let mut faults = about("machine", "failed");
    for case in WITH_NAMESPACES.iter().chain(WITHOUT_NAMESPACES) {
        faults.extend(judge(case, |what| about(case.name, what).join("\n")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What of a case is not as it must be.
fn judge(case: &Case, seen: impl Fn(&str) -> String) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: &str| faults.push(format!("{}: {what}", case.name));
    let (ended, left, memory) = (seen("ended"), seen("left"), seen("memory"));
    let said = format!("\n{}\n", seen("said"));
    if ended != case.ended {
        fault(&format!("ended by `{ended}`, not `{}`", case.ended));
    }
    if left != "nothing" {
        fault(&format!("left behind: {left}"));
    }
    for part in case.said.iter().filter(|part| !said.contains(**part)) {
        fault(&format!("did not say `{part}`"));
    }
    for part in case.unsaid.iter().filter(|part| said.contains(**part)) {
        fault(&format!("said `{part}`"));
    }
    for part in case.memory.iter().filter(|part| !memory.contains(**part)) {
        fault(&format!("memory.events has no `{part}`: {memory}"));
    }
    faults
}

/// Lines of the form `RESULT case about: seen`.
fn read(text: &str) -> Seen {
    let mut seen = Seen::new();
    for line in text.lines() {
        let parts = line.strip_prefix("RESULT ").and_then(|line| line.split_once(": "));
        if let Some((key, value)) = parts
            && let Some((case, about)) = key.split_once(' ')
        {
            seen.entry((case.into(), about.into())).or_default().push(value.trim_end().to_owned());
        }
    }
    seen
}

/// The file system of the machine.
fn archive(init: &[u8], driver: &[u8]) -> Vec<u8> {
    let mut out = Archive::default();
    out.folders(&["bin", "data", "data/open", "dev", "etc", "home", "home/tool", "manifests"]);
    out.folders(&["proc", "root", "run", "sys", "tmp", "usr"]);
    out.console();
    out.program("init", init);
    out.program("bin/tool", init);
    out.program("bin/jail", driver);
    out.file("data/open/file", 1000, b"something\n");
    out.file("data/closed", 1000, b"nobody's business\n");
    out.file("data/spare", 1000, b"of no use\n");
    out.file("etc/shadow", 1000, b"nobody's business\n");
    for (name, manifest) in MANIFESTS {
        out.file(&format!("manifests/{name}"), 0, manifest.as_bytes());
    }
    out.file("script", 0, script().as_bytes());
    out.finish()
}

/// What the first process does, line by line: words between tabs.
fn script() -> String {
    let no_namespaces = "set\t/proc/sys/user/max_user_namespaces\t0\n";
    let lines = |cases: &[Case]| cases.iter().map(line).collect::<String>();
    [&lines(WITH_NAMESPACES), no_namespaces, &lines(WITHOUT_NAMESPACES)].concat()
}

fn line(case: &Case) -> String {
    let manifest = format!("/manifests/{}", case.manifest);
    let how = match case.how {
        How::ToTheEnd => "run",
        How::UntilKilled => "kill",
    };
    let group = match case.group {
        Group::Root => "root",
        Group::Lent => "lent",
    };
    let mut words = vec!["case", case.name, how, case.user, group, "/bin/jail"];
    words.extend(["--manifest", &manifest, "--directory", "/data"]);
    words.extend(case.options);
    words.extend(["--", "/bin/tool"]);
    words.extend(case.program);
    words.join("\t") + "\n"
}

/// The driver of jails. `cargo xtask test` has built it, and this finds nothing to do.
#[expect(clippy::disallowed_methods, reason = "a test builds what it boots: the product is not in between")]
fn driver() -> Vec<u8> {
    let built = Command::new("cargo").current_dir(places::root()).args(old_kernel::DRIVER_BUILD).status();
    assert!(built.unwrap().success(), "the driver cannot be built");
    std::fs::read(places::root().join(old_kernel::DRIVER)).unwrap()
}
