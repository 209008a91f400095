//! A jail ends with whoever holds it: everything that was started in it is gone when the broker dies, by whatever signal and
//! at whatever moment, when the program ends, when its input ends, and at the deadline. Nothing is left: no process, mount,
//! socket or file. And what ended it is told.
//!
//! Brokers die in `programs/ending.c`, which becomes the parent of all that they leave behind; what they hold is
//! `programs/tree.c`: four processes that do not want to end.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop on bad input")]

#[path = "jailed/compile.rs"]
mod compile;
mod jailed;

use compile::compile;
use jailed::{ACCEPTED, NO_DRIVER, User, World};
use portcullis_e2e::skip;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

const TIERS: [&str; 2] = ["T1", "T2"];

/// A world with the programs of these tests, and a mark that nobody else has.
struct Stage {
    world: World,
    tree: PathBuf,
    ending: PathBuf,
    mark: String,
}

/// None, and the skip noted, if something is missing.
fn stage(user: User) -> Option<Stage> {
    let source = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name);
    let (Some(tree), Some(ending)) = (compile(&source("tree.c"), &[]), compile(&source("ending.c"), &[]))
    else {
        skip("needs a C compiler");
        return None;
    };
    let Some(world) = World::new(user) else {
        skip(NO_DRIVER);
        return None;
    };
    world.folder("files");
    let tree = world.program(&tree, "tree");
    let ending = world.program(&ending, "ending");
    let mark = format!("mark-of-{}", world.at("").display().to_string().replace('/', "-"));
    let stage = Stage { world, tree, ending, mark };
    let probe = stage.jail("T1", &[], &["exit", "0"]).output().unwrap();
    if probe.status.code() == Some(4) {
        skip("needs user namespaces: this machine has no T1");
        return None;
    }
    Some(stage)
}

impl Stage {
    /// The driver with the tree in it.
    fn jail(&self, tier: &str, options: &[&str], words: &[&str]) -> Command {
        self.jail_with(tier, &json!({}), options, words)
    }

    fn jail_with(&self, tier: &str, limits: &Value, options: &[&str], words: &[&str]) -> Command {
        let files = self.world.at("files/**");
        let manifest = json!({
            "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json",
            "version": "1.0", "profile": "sandboxed", "spawn": true, "min_tier": tier, "limits": limits,
            "filesystem": { "read": [files], "write": [files] },
        });
        let mut all = vec!["--tier", tier, "--accept", ACCEPTED];
        all.extend(options);
        let mut command = self.world.jail(&manifest, &all, &self.tree);
        command.arg(&self.mark).args(words);
        command
    }

    /// Lets a broker that holds a tree die so many times, by this signal or otherwise (see `ending.c`).
    fn let_die(&self, signal: i32, cycles: u32, latest_us: u32, seed: u32, broker: &Command) -> Child {
        let mut command = self.world.command(&self.ending);
        for number in [signal.to_string(), cycles.to_string(), latest_us.to_string(), seed.to_string()] {
            command.arg(number);
        }
        command.arg(broker.get_program()).args(broker.get_args());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Nothing on the machine has to do with this stage any more.
    fn assert_clean(&self) {
        let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        for process in processes {
            let text = |name: &str| std::fs::read(process.join(name)).unwrap_or_default();
            let words = String::from_utf8_lossy(&text("cmdline")).into_owned();
            assert!(!words.contains(&self.mark), "{} lives on: {words}", process.display());
        }
        let place = self.world.at("").display().to_string();
        for list in ["/proc/self/mounts", "/proc/net/unix"] {
            let text = std::fs::read_to_string(list).unwrap();
            let left = text.lines().find(|line| line.contains(&place) || line.contains(&self.mark));
            assert_eq!(left, None, "{list}");
        }
        assert_eq!(std::fs::read_dir(self.world.at("files")).unwrap().count(), 0);
    }
}

/// What came of the cycles of one run of `ending`.
#[derive(Debug)]
struct Summary {
    cycles: u32,
    answered: u32,
    slowest_us: u32,
    codes: Vec<u32>,
}

fn summary(child: Child) -> Summary {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let numbers: Vec<u32> = text.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [cycles, answered, slowest_us, ref codes @ ..] = numbers[..] else {
        panic!("`{text}` is no summary")
    };
    Summary { cycles, answered, slowest_us, codes: codes.to_vec() }
}

/// How long the end of everything may take, in microseconds: it is a matter of milliseconds, but the machine may be busy.
const SOON: u32 = 2_000_000;

/// Cycles of a tree that is used, and a broker that dies: two trees at a time.
fn cycles(user: User, tier: &str, signal: i32, cycles: u32) {
    let Some(stage) = stage(user) else { return };
    let broker = stage.jail(tier, &[], &["stay"]);
    let runs = [1, 2].map(|seed| stage.let_die(signal, cycles / 2, 60_000, seed, &broker)).map(summary);
    for run in &runs {
        assert_eq!(
            (run.cycles, run.codes.as_slice()),
            (cycles / 2, &[128 + signal.unsigned_abs()][..]),
            "{run:?}"
        );
        assert!(run.slowest_us < SOON, "{run:?}");
        // Every second tree was used before; of the others some were not even there yet.
        assert!(run.answered >= cycles / 4 && run.answered < cycles / 2, "{run:?}");
    }
    stage.assert_clean();
}

#[test]
fn nothing_is_left_when_the_broker_is_killed_in_t1() {
    cycles(User::Own, "T1", 9, 500);
}

#[test]
fn nothing_is_left_when_the_broker_is_killed_in_t2() {
    cycles(User::Own, "T2", 9, 100);
}

#[test]
fn nothing_is_left_when_the_broker_is_terminated() {
    cycles(User::Own, "T1", 15, 100);
    cycles(User::Own, "T2", 15, 40);
}

#[test]
fn nothing_is_left_of_an_ordinary_users_broker() {
    for user in User::all() {
        cycles(*user, "T1", 9, 40);
        cycles(*user, "T2", 9, 40);
    }
}

#[test]
fn nothing_is_left_whatever_signal_the_broker_dies_by() {
    let Some(stage) = stage(User::Own) else { return };
    for tier in TIERS {
        let broker = stage.jail(tier, &[], &["stay"]);
        // All that end a process and that Rust's runtime does not ignore. Two cycles each: once while it starts, once after.
        for signal in [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 16, 24, 25, 26, 27, 29, 30, 31, 34, 64] {
            let run = summary(stage.let_die(signal, 2, 30_000, 3, &broker));
            assert!(
                run.codes == [128 + signal.unsigned_abs()] && run.slowest_us < SOON,
                "{tier}, {signal}: {run:?}"
            );
        }
    }
    stage.assert_clean();
}

#[test]
fn everything_ends_with_the_program() {
    let Some(stage) = stage(User::Own) else { return };
    for tier in TIERS {
        let run = summary(stage.let_die(-1, 20, 0, 1, &stage.jail(tier, &[], &["leave", "7"])));
        assert!(run.codes == [7] && run.slowest_us < SOON, "{tier}: {run:?}");
    }
    stage.assert_clean();
}

#[test]
fn everything_ends_with_the_input() {
    let Some(stage) = stage(User::Own) else { return };
    for tier in TIERS {
        let run = summary(stage.let_die(0, 50, 20_000, 1, &stage.jail(tier, &[], &["copy"])));
        assert!(run.codes == [0] && run.slowest_us < SOON, "{tier}: {run:?}");
        // Whoever ignores the end of the input ends at the deadline.
        let broker = stage.jail(tier, &["--deadline-ms", "300"], &["stay"]);
        let run = summary(stage.let_die(0, 3, 0, 1, &broker));
        assert!(run.codes == [124] && run.slowest_us > 300_000 && run.slowest_us < SOON, "{tier}: {run:?}");
    }
    stage.assert_clean();
}

/// The code that the driver ends with, and what it says of the program's end.
fn ending(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).trim_end().to_owned())
}

#[test]
fn what_ended_the_program_is_told() {
    let Some(stage) = stage(User::Own) else { return };
    let said = |what: &str| format!("jail: the program was killed: {what}");
    let few = json!({ "memory_mb": 64 });
    for tier in TIERS {
        for (limits, options, words, expected) in [
            (&json!({}), &["--deadline-ms", "300"][..], &["stay"][..], said("deadline")),
            (&json!({}), &[], &["forbidden"], said("forbidden system call")),
            (&few, &[], &["memory"], said("memory limit")),
            (&few, &[], &["memories"], said("memory limit")),
        ] {
            let output = stage.jail_with(tier, limits, options, words).output().unwrap();
            assert_eq!(ending(&output), (Some(124), expected), "{tier}: {words:?}");
        }
    }
    stage.assert_clean();
}

#[test]
fn signals_and_codes_of_the_program_are_passed_on() {
    let Some(stage) = stage(User::Own) else { return };
    for tier in TIERS {
        let codes = (0..=255).filter(|code| tier == "T1" || code % 32 == 31 || code % 32 < 2);
        for code in codes {
            let output = stage.jail(tier, &[], &["exit", &code.to_string()]).output().unwrap();
            assert_eq!(ending(&output), (Some(code), String::new()), "{tier}");
        }
        // The last one is a system call that is not allowed, to whoever looks at it from outside.
        for signal in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 34, 64]
        {
            let output = stage.jail(tier, &[], &["signal", &signal.to_string()]).output().unwrap();
            let expected = format!("jail: the program was killed by signal {signal}");
            assert_eq!(ending(&output), (Some(128 + signal), expected), "{tier}");
        }
    }
    stage.assert_clean();
}

/// A broker with its tree, ended with the value.
struct Held {
    broker: Child,
    /// None once it is closed.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Gone already, if it cannot be ended.
        let _ = self.broker.kill();
        let _ = self.broker.wait();
    }
}

fn hold(mut command: Command) -> Held {
    let mut broker = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (input, output) = (broker.stdin.take(), BufReader::new(broker.stdout.take().unwrap()));
    Held { broker, input, output }
}

#[test]
fn a_hundred_jails_at_once_work_and_end() {
    let Some(stage) = stage(User::Own) else { return };
    for tier in TIERS {
        let mut jails: Vec<_> = (0..100).map(|_| hold(stage.jail(tier, &[], &["copy"]))).collect();
        for (number, jail) in jails.iter_mut().enumerate() {
            writeln!(jail.input.as_mut().unwrap(), "{number}").unwrap();
        }
        for (number, jail) in jails.iter_mut().enumerate() {
            let mut line = String::new();
            jail.output.read_line(&mut line).unwrap();
            assert_eq!(line, format!("{number}\n"), "{tier}");
        }
        for mut jail in jails {
            let mut rest = String::new();
            jail.input = None;
            jail.output.read_line(&mut rest).unwrap();
            assert_eq!((rest.as_str(), jail.broker.wait().unwrap().code()), ("", Some(0)), "{tier}");
        }
    }
    stage.assert_clean();
}
