//! `portcullis doctor` and what stands beside it, as root, as an ordinary user, and where user namespaces are really
//! refused.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use portcullis_e2e::{example, program, skip};
use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::RwLock;

const NOT_BUILT: &str = "needs the program: cargo build -p portcullis-cli";
const NO_JAIL: &str = "needs a kernel with Landlock that lets this user make user namespaces";

/// Held while a program is started, and alone while one is written: a file that is open for writing anywhere, be it in a
/// child between fork and exec, cannot be executed.
static STARTING: RwLock<()> = RwLock::new(());

/// A copy of the program that every user may execute.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Option<Self> {
        let built = program("portcullis")?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let _alone = STARTING.write().unwrap();
        std::fs::copy(built, folder.path().join("portcullis")).unwrap();
        Some(Self(folder))
    }

    fn path(&self) -> String {
        self.0.path().join("portcullis").to_str().unwrap().to_owned()
    }

    /// Runs `doctor` by way of other programs.
    fn doctor(&self, by: &[&str], words: &[&str]) -> Output {
        let path = self.path();
        let line: Vec<&str> = by.iter().chain(&[path.as_str(), "doctor"]).chain(words).copied().collect();
        run(&line, Stdio::piped())
    }
}

#[expect(clippy::disallowed_methods, reason = "a test starts the program itself")]
fn run(line: &[&str], out: Stdio) -> Output {
    let (program, words) = line.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(out).stderr(Stdio::piped());
    let child = {
        let _starting = STARTING.read().unwrap();
        command.spawn().unwrap()
    };
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap()
}

fn is_root() -> bool {
    text(&run(&["/usr/bin/id", "-u"], Stdio::piped()).stdout).trim() == "0"
}

/// What the program says in JSON, once it has been seen that the table says the same.
fn report(copy: &Copy, by: &[&str]) -> Value {
    let json = copy.doctor(by, &["--json", "--require", "T3"]);
    assert_eq!(code(json.status), 0, "{json:?}");
    assert_eq!(text(&json.stderr), "");
    #[expect(clippy::disallowed_methods, reason = "our own output, in a test")]
    let value: Value = serde_json::from_str(&text(&json.stdout)).unwrap();
    let table = copy.doctor(by, &["--require", "T3"]);
    let table = text(&table.stdout);
    assert!(!table.contains('\u{1b}'), "no colours where there is no terminal");
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("layer "));
    let layers = value["layers"].as_array().unwrap();
    assert!(layers.len() > 15);
    for layer in layers {
        let text = |key: &str| layer[key].as_str().unwrap().to_owned();
        let line = lines.next().unwrap();
        let (name, rest) = line.split_at_checked(22).unwrap();
        let (_, rest) = rest.split_at_checked(10).unwrap();
        let (had, proof) = rest.split_at_checked(9).unwrap();
        assert_eq!([name.trim(), had.trim(), proof], [text("layer"), text("had"), text("proof")]);
        if text("had") == "yes" {
            assert_eq!(layer["ways"], Value::Array(Vec::new()), "{line}");
        } else {
            assert!(table.contains(&format!("\n  {}: {}", text("layer"), text("cost"))), "{line}");
        }
    }
    for way in value["ways"].as_array().unwrap() {
        assert!(table.contains(way["text"].as_str().unwrap()), "{way}");
        for command in way["commands"].as_array().unwrap() {
            assert!(table.contains(command.as_str().unwrap()), "{way}");
        }
    }
    assert!(table.contains(&format!("This machine has tier {}", value["tier"].as_str().unwrap())));
    value
}

fn had<'a>(report: &'a Value, layer: &str) -> &'a Value {
    let layers = report["layers"].as_array().unwrap();
    &layers.iter().find(|row| row["layer"] == layer).unwrap()["had"]
}

/// Whether whoever runs the tests can make what a jail is made of; not by asking the program that is tested.
fn namespaces_can_be_made(by: &[&str]) -> bool {
    let line = ["/usr/bin/unshare", "--user", "--net", "--map-root-user", "/bin/true"];
    let line: Vec<_> = by.iter().chain(&line).copied().collect();
    Path::new("/usr/bin/unshare").exists() && run(&line, Stdio::null()).status.success()
}

const SOMEBODY: [&str; 5] =
    ["/usr/bin/setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--inh-caps=-all"];

#[test]
fn whoever_runs_the_tests_has_everything_where_the_kernel_lets_them() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    if !namespaces_can_be_made(&[]) {
        return skip(NO_JAIL);
    }
    let report = report(&copy, &[]);
    assert_eq!(report["tier"], "T1", "{report:#}");
    for layer in ["captured connections", "private root", "identity outside", "system call filter"] {
        assert_eq!(had(&report, layer), "yes", "{report:#}");
    }
    for require in ["T1", "T2", "t3"] {
        assert_eq!(code(copy.doctor(&[], &["--require", require]).status), 0);
    }
    assert_eq!(code(copy.doctor(&[], &[]).status), 0);
}

#[test]
fn an_ordinary_user_has_everything_where_the_kernel_lets_them() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    if !is_root() {
        return skip("needs root, to become another user");
    }
    if !namespaces_can_be_made(&SOMEBODY) {
        return skip(NO_JAIL);
    }
    let report = report(&copy, &SOMEBODY);
    assert_eq!(report["tier"], "T1", "{report:#}");
    let layers = report["layers"].as_array().unwrap();
    let identity = layers.iter().find(|row| row["layer"] == "identity outside").unwrap();
    assert_eq!(identity["proof"], "user 12345 outside");
}

/// Words that run the rest of the line where nobody can make a user namespace.
const REFUSED: [&str; 7] = [
    "/usr/bin/unshare",
    "--user",
    "--map-user=12345",
    "--keep-caps",
    "/bin/sh",
    "-c",
    "echo 0 > /proc/sys/user/max_user_namespaces &&
     exec /usr/bin/setpriv --ambient-caps=-all --inh-caps=-all --bounding-set=-all \"$0\" \"$@\"",
];

#[test]
fn where_user_namespaces_are_refused_tier_two_is_left_and_the_way_out_is_told() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    let world: Vec<&str> = REFUSED.to_vec();
    let there = || run(&[&world[..], &["/bin/true"]].concat(), Stdio::null()).status.success();
    if !namespaces_can_be_made(&[]) || !there() {
        return skip(NO_JAIL);
    }
    assert!(!namespaces_can_be_made(&world), "they are really refused");
    let report = report(&copy, &world);
    assert_eq!(report["tier"], "T2", "{report:#}");
    assert_eq!(had(&report, "user namespace"), "no");
    for layer in ["private root", "network namespace", "captured connections", "own /proc"] {
        assert_eq!(had(&report, layer), "untried", "{report:#}");
    }
    for layer in ["Landlock", "system call filter", "no capabilities", "no new privileges"] {
        assert_eq!(had(&report, layer), "yes", "{report:#}");
    }
    let ways = report["ways"].to_string();
    assert!(ways.contains("user.max_user_namespaces=16384"), "{ways}");
    assert!(!ways.contains("apparmor_parser") || Path::new("/sys/kernel/security/apparmor").exists());
    let refused = copy.doctor(&world, &["--require", "T1"]);
    assert_eq!(code(refused.status), 4);
    let said = text(&refused.stderr);
    assert!(said.starts_with("error: tier T1 is required, and this machine has T2: could not "), "{said}");
    assert!(said.contains("\nhint: "), "{said}");
    assert!(text(&refused.stdout).contains("This machine has tier T2"), "the table is shown all the same");
    assert_eq!(code(copy.doctor(&world, &[]).status), 0, "T2 will do where nothing is said");
}

#[test]
fn where_proc_is_masked_as_in_a_container_no_proc_can_be_mounted() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    let mask = "mount -t tmpfs none /proc/fs && exec \"$0\" \"$@\"";
    let mut world = vec!["/usr/bin/unshare", "--mount", "/bin/sh", "-c", mask];
    world.extend(SOMEBODY);
    if !is_root() || !namespaces_can_be_made(&world) {
        return skip("needs root, to mask a part of /proc and become another user");
    }
    let report = report(&copy, &world);
    assert_eq!(report["tier"], "T2", "{report:#}");
    assert_eq!(had(&report, "own /proc"), "no");
    assert_eq!(had(&report, "user namespace"), "yes");
    assert_eq!(had(&report, "private root"), "untried");
}

#[test]
fn inside_a_jail_of_ours_nothing_can_be_had_and_nothing_said_is_not_enough() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    let Some(jail) = example("jail") else {
        return skip("needs the driver: cargo build -p portcullis-sandbox --example jail");
    };
    if !namespaces_can_be_made(&[]) {
        return skip(NO_JAIL);
    }
    let manifest = copy.0.path().join("armor.json");
    let read = format!("{}/**", copy.0.path().display());
    let content = serde_json::json!({
        "version": "1.0", "profile": "sandboxed", "spawn": true, "filesystem": { "read": [read] },
    });
    std::fs::write(&manifest, content.to_string()).unwrap();
    let world = [jail.to_str().unwrap(), "--manifest", manifest.to_str().unwrap(), "--"];
    let report = report(&copy, &world);
    assert_eq!(report["tier"], "T3", "{report:#}");
    for layer in report["layers"].as_array().unwrap() {
        assert!(layer["had"] != "yes" || layer["layer"] == "identity outside", "{layer}");
    }
    let ended = copy.doctor(&world, &[]);
    assert_eq!(code(ended.status), 4);
    assert!(text(&ended.stderr).contains("error: tier T2 is required, and this machine has T3: could not "));
    assert!(
        text(&ended.stderr)
            .contains("\nhint: the table says which layer is missing; how to get it is not known")
    );
}

#[test]
fn a_reader_that_has_had_enough_is_no_error() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    for words in [
        "doctor --require T3",
        "doctor --json --require T3",
        "man",
        "completions bash",
        "--help",
        "--version",
    ] {
        // The reader is gone before the program starts.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let path = copy.path();
        let line: Vec<&str> = std::iter::once(path.as_str()).chain(words.split(' ')).collect();
        let ended = run(&line, Stdio::from(writer));
        assert_eq!((code(ended.status), text(&ended.stderr)), (0, String::new()), "{words}");
    }
}

#[test]
fn a_command_line_that_is_not_understood_ends_with_two_and_says_so_on_stderr() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    for words in [
        &["--unknown"][..],
        &[],
        &["doctor", "--unknown"],
        &["doctor", "--require", "T0"],
        &["doctor", "--json", "--apparmor-profile"],
        &["completions", "tcl"],
        &["doktor"],
    ] {
        let path = copy.path();
        let line: Vec<&str> = std::iter::once(path.as_str()).chain(words.iter().copied()).collect();
        let ended = run(&line, Stdio::piped());
        assert_eq!((code(ended.status), text(&ended.stdout)), (2, String::new()), "{words:?}");
        assert!(text(&ended.stderr).contains("help"), "{words:?}");
    }
}

#[test]
fn the_profile_names_this_very_program_by_its_real_path() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    let link = copy.0.path().join("link");
    std::os::unix::fs::symlink(copy.path(), &link).unwrap();
    let real = std::fs::canonicalize(copy.path()).unwrap();
    let ended = run(&[link.to_str().unwrap(), "doctor", "--apparmor-profile"], Stdio::piped());
    let profile = text(&ended.stdout);
    assert_eq!((code(ended.status), text(&ended.stderr)), (0, String::new()));
    let wanted = format!("profile portcullis {} flags=(unconfined) {{", real.display());
    assert!(profile.contains(&wanted) && profile.contains("\n  userns,\n"), "{profile}");
}

#[test]
fn completions_know_the_commands() {
    let Some(copy) = Copy::new() else { return skip(NOT_BUILT) };
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = run(&[&copy.path(), "completions", shell], Stdio::piped());
        assert_eq!(code(ended.status), 0);
        assert!(text(&ended.stdout).contains("apparmor-profile"), "{shell}");
    }
}
