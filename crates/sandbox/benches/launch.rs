//! What a jail adds to starting a program: with everything on, against a plain start and against bubblewrap with the nearest equal
//! set; from a small broker and from one with 500 MB resident. And what it costs a program that is running: a walk over `/usr`.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench measures with the clock, and starts its yardsticks plainly"
)]
#![expect(clippy::unwrap_used, reason = "a bench that cannot measure stops")]

use portcullis_policy::value::{AbsPath, Surroundings};
use portcullis_policy::{Manifest, Policy};
use portcullis_sandbox::{Asked, Ended, Jailer, Sealed, build, loading, support, survey};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 300;

/// The nearest that bubblewrap comes to: no seccomp filter, no Landlock, no network of its own but an empty one.
const BUBBLEWRAP: &[&str] = &[
    "--unshare-all",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--clearenv",
    "--ro-bind",
    "/usr",
    "/usr",
    "--symlink",
    "usr/lib",
    "/lib",
    "--symlink",
    "usr/lib64",
    "/lib64",
    "--symlink",
    "usr/bin",
    "/bin",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--tmpfs",
    "/tmp",
    "--",
];

fn main() {
    let jailer = Jailer::start().unwrap();
    starts(&jailer, "small broker");
    let ballast = vec![1_u8; 500 << 20];
    starts(&jailer, "broker with 500 MB resident");
    drop(std::hint::black_box(ballast));
    steady(&jailer);
}

fn starts(jailer: &Jailer, name: &str) {
    let support = support::probe(jailer);
    let sealed = plan(jailer, &support, &["/usr/bin/true"], false);
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(timed(|| plain(&["/usr/bin/true"])));
        times[1].push(timed(|| jailed(jailer, &sealed)));
        if bubblewrap_is_there() {
            times[2].push(timed(|| {
                let words: Vec<_> =
                    ["bwrap"].iter().chain(BUBBLEWRAP).chain(&["/usr/bin/true"]).copied().collect();
                plain(&words);
            }));
        }
    }
    let [plain, jail, bubblewrap] = times.map(median);
    println!("start of /usr/bin/true, {name}, median of {ROUNDS}:");
    println!("  plain       {:7.3} ms", ms(plain));
    println!(
        "  jail        {:7.3} ms, {:+.3} ms, {:.2} x plain",
        ms(jail),
        ms(jail) - ms(plain),
        ms(jail) / ms(plain)
    );
    if bubblewrap > Duration::ZERO {
        println!(
            "  bubblewrap  {:7.3} ms, {:+.3} ms; the jail takes {:.2} of it",
            ms(bubblewrap),
            ms(bubblewrap) - ms(plain),
            ms(jail) / ms(bubblewrap)
        );
    }
}

/// Programs that run for a while, plainly and in a jail: ten starts of an interpreter in one jail, so that the jail's own start is
/// not counted ten times.
fn steady(jailer: &Jailer) {
    const PYTHON: &str = "for i in 1 2 3 4 5 6 7 8 9 10; do /usr/bin/python3 -c pass; done";
    const NODE: &str = "for i in 1 2 3 4 5 6 7 8 9 10; do /usr/bin/node -e 0; done";
    let support = support::probe(jailer);
    let rows: [(&str, &str, &[&str]); 3] = [
        ("find /usr", "/usr/bin/find", &["/usr/bin/find", "/usr", "-name", "no-such-name"]),
        ("10 starts of Python", "/usr/bin/python3", &["/bin/sh", "-c", PYTHON]),
        ("10 starts of Node", "/usr/bin/node", &["/bin/sh", "-c", NODE]),
    ];
    for (name, program, words) in rows {
        if !Path::new(program).exists() {
            println!("{name}: `{program}` is not here");
            continue;
        }
        let sealed = plan(jailer, &support, words, true);
        let mut times: [Vec<Duration>; 2] = Default::default();
        for _ in 0..21 {
            times[0].push(timed(|| plain(words)));
            times[1].push(timed(|| jailed(jailer, &sealed)));
        }
        let [plain, jail] = times.map(median);
        println!(
            "{name}: plain {:.1} ms, jail {:.1} ms: {:+.1} %",
            ms(plain),
            ms(jail),
            (ms(jail) / ms(plain) - 1.0) * 100.0
        );
    }
}

fn plan(_jailer: &Jailer, support: &support::Support, words: &[&str], spawn: bool) -> Sealed {
    let home = AbsPath::parse("/home/bench").unwrap();
    let root = AbsPath::root();
    let text = format!(
        r#"{{ "version": "1.0", "profile": "sandboxed", "spawn": {spawn}, "network": {{ "allow": ["example.test:443"] }} }}"#
    );
    let manifest = Manifest::parse("armor.json", &text, &Surroundings::unknown()).unwrap();
    let policy = Policy::merge(&manifest, None, None);
    let arguments: Vec<OsString> = words[1..].iter().map(OsString::from).collect();
    let loading = loading::find(&loading::Command {
        program: Path::new(words[0]),
        arguments: &arguments,
        directory: Path::new("/"),
        search: &[PathBuf::from("/usr/bin")],
        home: None,
    })
    .unwrap();
    let survey = survey::survey(&policy).unwrap();
    let loads = survey::loads(&loading, &policy, &home).unwrap();
    let scratch = AbsPath::parse("/tmp/portcullis-bench").unwrap();
    let planned = build(&Asked {
        policy: &policy,
        survey: &survey,
        loading: &loading,
        loads: &loads,
        support,
        search: &[PathBuf::from("/usr/bin")],
        variables: &BTreeMap::new(),
        home: &home,
        directory: &root,
        accepted: &[],
        at_most: None,
        scratch: &scratch,
        deadline_ms: None,
    });
    planned.unwrap().plan.seal().unwrap()
}

fn jailed(jailer: &Jailer, plan: &Sealed) {
    let nothing = || std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").unwrap().into();
    let mut jail = jailer.launch_on(plan, [nothing(), nothing(), nothing()]).unwrap();
    jail.listeners.clear();
    // `find` ends with 1 where it may not look into a folder, in a jail as for anybody who is not root.
    assert!(matches!(jail.wait(None).unwrap(), Some(Ended::Exited(0 | 1))));
}

fn plain(words: &[&str]) {
    let mut command = Command::new(words[0]);
    // The same environment for all: some variables make an interpreter read more.
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("HOME", "/");
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().unwrap().success(), "{words:?}");
}

fn bubblewrap_is_there() -> bool {
    Path::new("/usr/bin/bwrap").exists()
}

fn timed(act: impl FnOnce()) -> Duration {
    let started = Instant::now();
    act();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
