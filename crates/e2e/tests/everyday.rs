//! Ordinary things that programs do all succeed in the jail, inside what is declared: a jail that breaks tools gets switched
//! off. The operations are in `programs/everyday.*`; each program is run outside of the jail first, where all must succeed,
//! then in both tiers, with and without leave to start processes, as root and as an ordinary user.
//!
//! What a jail does not do by design is listed here, with the reason, and the list is exact: what is listed must fail.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop on bad input")]

#[path = "jailed/compile.rs"]
mod compile;
mod jailed;

use compile::compile;
use jailed::{ACCEPTED, NO_DRIVER, User, World};
use portcullis_e2e::skip;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How a jail is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    T1,
    T2,
    /// The operator accepts that attributes of files are open.
    T2WithAttributes,
}

/// Whether a manifest lets processes be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spawn {
    Declared,
    Undeclared,
}

use Spawn::{Declared, Undeclared};
use Tier::{T1, T2, T2WithAttributes};

const ALL: &[Tier] = &[T1, T2, T2WithAttributes];
const BOTH_T2: &[Tier] = &[T2, T2WithAttributes];

/// What a jail does not do.
struct Refused {
    tiers: &'static [Tier],
    spawn: &'static [Spawn],
    operations: &'static [&'static str],
    #[expect(dead_code, reason = "for people")]
    reason: &'static str,
}

const REFUSED: &[Refused] = &[
    Refused {
        tiers: ALL,
        spawn: &[Undeclared],
        operations: &[
            // C
            "fork_old",
            "fork_and_wait",
            "vfork_and_execute",
            "spawn",
            "shell",
            "execute_by_descriptor",
            "execute_what_it_has_made",
            "wait_for_any",
            "process_descriptor",
            "group_ended",
            "children_signal",
            "background_service",
            "orphans_adopted",
            "dies_with_its_parent",
            "lock_between_processes",
            "own_process_in_proc_of_a_child",
            // Python
            "programs",
            "program_timed_out",
            "itself_once_more",
            "spawn_of_posix",
            "coroutines_with_programs",
            "process_with_a_pipe",
            "pool_of_processes",
            // C, and Python, which starts a process to keep track of the memory
            "memory_between_processes",
            // Node
            "programs_in_one_go",
            "program_ended",
            "itself_with_messages",
        ],
        reason: "processes are started where the manifest says so, and nowhere else",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["thread_names_another"],
        reason: "nothing in /proc can be written: from there the machine is steered; a thread that names itself calls prctl",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["asynchronous_input"],
        reason: "all users of the machine share a small number of such requests, and one tool could take them all",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["local_socket_by_path"],
        reason: "a socket that has a path leads to whoever listens there: a container engine, an agent with keys",
    },
    Refused {
        tiers: &[T2],
        spawn: &[Declared, Undeclared],
        operations: &[
            // C
            "chmod_old",
            "chown_old",
            "utime_old",
            "utimes_old",
            "fchmodat_new",
            "fchownat_new",
            "utimensat_new",
            "execute_what_it_has_made",
            // C and Python
            "attributes",
            // Python and Node
            "modes_and_times",
            // Python
            "copy_and_move",
            // Node
            "copy",
        ],
        reason: "without a private root attributes would be open for every file of the user (gap `attributes-closed`)",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["openat2_new"],
        reason: "its mode is in memory, where no filter can see it: it is as on a kernel without it, and programs use openat",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["local_pair_of_datagrams"],
        reason: "a socket for datagrams could send to others than its pair",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["terminal_of_its_own"],
        reason: "a tool talks over pipes and has no terminal, and so none that it could make another type on",
    },
    Refused {
        tiers: ALL,
        spawn: &[Declared, Undeclared],
        operations: &["message_queue"],
        reason: "Landlock has no rule that would let a queue be written to: it lies in no folder",
    },
    Refused {
        tiers: BOTH_T2,
        spawn: &[Declared, Undeclared],
        operations: &[
            "tcp_on_own_loopback",
            "tcp6_on_own_loopback",
            "udp_on_own_loopback",
            "http_on_own_loopback",
            "coroutines_over_tcp",
            "interfaces",
            "interfaces_are_seen",
            "names_of_this_machine",
        ],
        reason: "without a network of its own the loopback would be the machine's (gap `network`)",
    },
    Refused {
        tiers: BOTH_T2,
        spawn: &[Declared, Undeclared],
        operations: &[
            "memory_shared_by_name",
            "semaphore_by_name",
            "system_v_memory",
            "system_v_semaphore",
            "system_v_messages",
            // Python's locks between processes are semaphores by name.
            "pool_of_processes",
        ],
        reason: "shared memory, queues and semaphores would be the machine's (gap `ipc`)",
    },
    Refused {
        tiers: BOTH_T2,
        spawn: &[Declared, Undeclared],
        operations: &["user_by_number", "user"],
        reason: "the machine's list of users is not declared, and there is no list of the jail's own",
    },
    Refused {
        tiers: BOTH_T2,
        spawn: &[Declared],
        operations: &["own_process_in_proc_of_a_child"],
        reason: "of what is in the machine's /proc the program sees itself alone: its children do not exist yet when that is said",
    },
];

/// The same operation of two programs, where it goes differently: Node asks /proc for its memory, Python does not; Python's
/// memory between processes has a name, that of C has none. In T2, where processes may be started.
const REFUSED_IN_ONE: &[(&str, &str)] =
    &[("node", "itself_once_more"), ("python", "memory_between_processes")];

/// What a file system or a machine may lack without any jail.
const MAY_LACK: &[&str] = &["attributes", "tcp6_on_own_loopback"];

/// What the ordinary user, whom the machine's list of users does not name, lacks outside, and has in a jail of his own.
const UNNAMED: &[&str] = &["user_by_number", "user"];

fn expected_to_fail(program: &str, tier: Tier, spawn: Spawn) -> BTreeSet<&'static str> {
    let rows = REFUSED.iter().filter(|row| row.tiers.contains(&tier) && row.spawn.contains(&spawn));
    let own = REFUSED_IN_ONE.iter().filter(|(of, _)| *of == program && tier != T1 && spawn == Declared);
    rows.flat_map(|row| row.operations).copied().chain(own.map(|(_, name)| *name)).collect()
}

/// What came of each operation: nothing, or why it failed.
type Results = BTreeMap<String, Option<String>>;

fn results(output: &Output) -> Results {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    text.lines()
        .map(|line| match line.split_once(' ').unwrap() {
            ("ok", name) => (name.to_owned(), None),
            ("FAILED", rest) => {
                let (name, why) = rest.split_once(": ").unwrap();
                (name.to_owned(), Some(why.to_owned()))
            }
            _ => panic!("`{line}` is no result"),
        })
        .collect()
}

/// A program with its operations, and how it is started.
struct Everyday {
    language: &'static str,
    /// The program, and the script for it.
    program: PathBuf,
    script: Option<PathBuf>,
    at_least: usize,
}

/// The first of some places that is there.
fn first(places: &[&str]) -> Option<PathBuf> {
    places.iter().map(PathBuf::from).find(|place| place.exists())
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name)
}

/// What a program is run in.
const RUNS: &[(Tier, Spawn)] =
    &[(T1, Declared), (T1, Undeclared), (T2, Declared), (T2, Undeclared), (T2WithAttributes, Declared)];

impl Everyday {
    fn check(&self) {
        for user in User::all() {
            let Some(world) = World::new(*user) else { return skip(NO_DRIVER) };
            world.folder("programs");
            let name = |from: &Path| format!("programs/{}", from.file_name().unwrap().to_str().unwrap());
            let script = self.script.as_deref().map(|script| {
                let path = world.at(&name(script));
                std::fs::copy(script, &path).unwrap();
                path
            });
            let program = match &script {
                Some(_) => self.program.clone(),
                None => world.program(&self.program, &name(&self.program)),
            };
            let words =
                |command: &mut Command, folder: &Path| command.args(&script).arg(folder).output().unwrap();
            let outside = results(&words(&mut world.command(&program), &world.folder("outside")));
            assert!(outside.len() >= self.at_least, "only {} operations: {outside:?}", outside.len());
            let failed = outside.iter().filter(|(name, result)| {
                result.is_some()
                    && !MAY_LACK.contains(&name.as_str())
                    && !(*user == User::Ordinary && UNNAMED.contains(&name.as_str()))
            });
            assert_eq!(failed.collect::<Vec<_>>(), [], "these fail outside of any jail");
            for &(tier, spawn) in RUNS {
                let folder = world.folder(&format!("{tier:?}-{spawn:?}"));
                let manifest = json!({
                    "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json",
                    "version": "1.0", "profile": "sandboxed", "spawn": spawn == Declared, "min_tier": if tier == T1 { "T1" } else { "T2" },
                    "filesystem": { "read": [below(&folder), below(&world.at("programs"))], "write": [below(&folder)] },
                });
                let options: &[&str] = match tier {
                    T1 => &["--tier", "T1"],
                    T2 => &["--tier", "T2", "--accept", ACCEPTED],
                    T2WithAttributes => &["--tier", "T2", "--accept", ACCEPTED, "--accept", "attributes"],
                };
                let output = words(&mut world.jail(&manifest, options, &program), &folder);
                if tier == T1 && lacks_tier(&output) {
                    skip("needs user namespaces: this machine has no T1");
                    continue;
                }
                self.compare(&outside, &results(&output), tier, spawn, *user);
            }
        }
    }

    fn compare(&self, outside: &Results, inside: &Results, tier: Tier, spawn: Spawn, user: User) {
        let at = format!("{} in {tier:?}, {spawn:?}, {user:?}", self.language);
        let ran = |results: &Results| results.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ran(inside), ran(outside), "{at}: it did not come to its end");
        let refused = expected_to_fail(self.language, tier, spawn);
        let mut wrong = Vec::new();
        for (name, result) in inside {
            let works_outside =
                UNNAMED.contains(&name.as_str()) || outside.get(name).is_some_and(Option::is_none);
            match result {
                Some(why) if !refused.contains(name.as_str()) && works_outside => {
                    wrong.push(format!("{name} fails: {why}"));
                }
                None if refused.contains(name.as_str()) => {
                    wrong.push(format!("{name} works, and is listed as refused"));
                }
                _ => {}
            }
        }
        assert!(wrong.is_empty(), "{at}:\n  {}", wrong.join("\n  "));
    }
}

/// The pattern of a folder and all below it.
fn below(folder: &Path) -> String {
    format!("{}/**", folder.to_str().unwrap())
}

fn lacks_tier(output: &Output) -> bool {
    output.status.code() == Some(4) && String::from_utf8_lossy(&output.stderr).contains("tier T1 is required")
}

#[test]
fn c_programs_do_everyday_things() {
    let Some(program) = compile(&source("everyday.c"), &[]) else { return skip("needs a C compiler") };
    Everyday { language: "c", program, script: None, at_least: 110 }.check();
}

#[test]
fn static_c_programs_do_everyday_things() {
    let Some(program) = compile(&source("everyday.c"), &["-static", "-DSTATIC"]) else {
        return skip("needs a C compiler and a static C library");
    };
    Everyday { language: "c", program, script: None, at_least: 108 }.check();
}

#[test]
fn python_programs_do_everyday_things() {
    let Some(program) = first(&["/usr/bin/python3", "/usr/local/bin/python3"]) else {
        return skip("needs Python 3 in /usr");
    };
    Everyday { language: "python", program, script: Some(source("everyday.py")), at_least: 50 }.check();
}

#[test]
fn node_programs_do_everyday_things() {
    let Some(program) = first(&["/usr/bin/node", "/usr/local/bin/node"]) else {
        return skip("needs Node in /usr");
    };
    Everyday { language: "node", program, script: Some(source("everyday.mjs")), at_least: 40 }.check();
}

#[test]
fn what_is_listed_as_refused_is_an_operation() {
    let programs = ["everyday.c", "everyday.py", "everyday.mjs"]
        .map(|name| std::fs::read_to_string(source(name)).unwrap());
    let listed =
        REFUSED.iter().flat_map(|row| row.operations).chain(REFUSED_IN_ONE.iter().map(|(.., name)| name));
    for name in listed {
        let forms = [format!("ROW({name})"), format!("def {name}("), format!("async {name}(")];
        assert!(
            programs.iter().any(|text| forms.iter().any(|form| text.contains(form))),
            "`{name}` is no operation"
        );
    }
}
