//! Runs the rows of a table, each outside, in T1 and in T2, and compares what they came to with what they say.

use super::row::{Language, Needs, Powers, Row, Stage};
use super::unstopped::{IN_T2, Unstopped};
use super::world::{Who, World};
use portcullis_e2e::{compiled, program, skip};
use serde_json::json;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Where an attack is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    T1,
    /// T2 by choice, where T1 could be had: the program keeps the user's number and namespace.
    T2,
    /// T2 because no user namespace can be made, which the driver has to find out.
    T2Refused,
}

const PLACES: [Place; 4] = [Place::Outside, Place::T1, Place::T2, Place::T2Refused];

/// What an attack came to.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Escaped(String),
    Stopped(String),
    /// Neither: the test itself is at fault.
    Unclear(String),
}

/// What the environment of every run holds, and no tool may.
pub(crate) const ENVIRONMENT: &[(&str, &str)] = &[
    ("LD_PRELOAD", "/no/such/decoy.so"),
    ("LD_AUDIT", "/no/such/decoy.so"),
    ("LD_LIBRARY_PATH", "/no/such/decoy"),
    ("PYTHONPATH", "/no/such/decoy"),
    ("PYTHONSTARTUP", "/no/such/decoy"),
    ("NODE_OPTIONS", "--no-deprecation"),
    ("NODE_PATH", "/no/such/decoy"),
    ("PERL5OPT", "-Mdecoy"),
    ("RUBYOPT", "-rdecoy"),
    ("BASH_ENV", "/no/such/decoy"),
    ("ENV", "/no/such/decoy"),
    ("GIT_SSH_COMMAND", "decoy"),
    ("GIT_CONFIG_GLOBAL", "/no/such/decoy"),
    ("HTTP_PROXY", "http://decoy.invalid:1"),
    ("HTTPS_PROXY", "http://decoy.invalid:1"),
    ("ALL_PROXY", "http://decoy.invalid:1"),
    ("http_proxy", "http://decoy.invalid:1"),
    ("MALLOC_PERTURB_", "0"),
    ("GLIBC_TUNABLES", "glibc.malloc.check=0"),
    ("AWS_SECRET_ACCESS_KEY", "decoy-secret"),
    ("GITHUB_TOKEN", "decoy-secret"),
    ("DECOY_SECRET", "decoy-secret"),
    ("SSH_AUTH_SOCK", "/no/such/decoy"),
    ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/decoy"),
    ("DOCKER_HOST", "unix:///no/such/decoy"),
    ("DISPLAY", ":decoy"),
    ("XDG_RUNTIME_DIR", "/no/such/decoy"),
    ("SUDO_USER", "decoy"),
    ("KUBECONFIG", "/no/such/decoy"),
];

/// Tries every row as somebody; fails with all that did not come to what they say.
pub(crate) fn group(rows: &[Row], who: Who) {
    let mut faults = Vec::new();
    let Some(programs) = programs() else { return };
    if let Some(interpreter) =
        rows.iter().find_map(|row| interpreter(row.language).filter(|path| !path.exists()))
    {
        return skip(&format!("needs {}", interpreter.display()));
    }
    // Each place has a world of its own, so that all can be tried at once: most of the time is spent waiting. The worlds
    // are made before, since a program cannot be executed while a copy of this process has it open for writing.
    let worlds = PLACES.map(|place| (place, World::new(who, &programs).unwrap()));
    std::thread::scope(|scope| {
        let tried = worlds.map(|(place, world)| scope.spawn(move || Some(tried(rows, place, &world?))));
        for tried in tried {
            match tried.join().unwrap() {
                Some(found) => faults.extend(found),
                None => return skip("needs to run as root, to attack as root"),
            }
        }
    });
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The faults of all rows in one place.
fn tried(rows: &[Row], place: Place, world: &World) -> Vec<String> {
    let possible = |row: &&Row| row.needs != Needs::NotRoot || world.who == Who::Ordinary && world.own == 0;
    let rows = rows.iter().filter(possible);
    tier_is_chosen(place, world)
        .into_iter()
        .chain(rows.filter_map(|row| fault_of(row, place, world)))
        .collect()
}

/// What a world is made with; none, with a skip, where that cannot be had.
fn programs() -> Option<[(&'static str, PathBuf); 3]> {
    let Some(driver) = program("examples/jail") else {
        skip("needs the jail driver: `cargo build -p portcullis-sandbox --example jail`");
        return None;
    };
    let compile = |name| compiled(name).unwrap_or_else(|error| panic!("{error}"));
    Some([("jail", driver), ("hostile", compile("hostile")), ("stage", compile("stage"))])
}

fn fault_of(row: &Row, place: Place, world: &World) -> Option<String> {
    let seen = attempt(row, world, place);
    let wrong = |what: &str| {
        Some(format!("{} as {:?} in {place:?} ({}): {what}: {seen:?}", row.name, world.who, row.layers))
    };
    if place == Place::Outside {
        // What only root can do outside is shown by root; where tests are not run by root, it is shown by root's own tests.
        let shown = matches!(seen, Seen::Escaped(_)) || row.needs == Needs::Root && world.own != 0;
        return if shown { None } else { wrong("proves nothing") };
    }
    let is_listed =
        |listed: &&Unstopped| listed.name == row.name && listed.only.is_none_or(|who| who == world.who);
    if place != Place::T1 && IN_T2.iter().any(|listed| is_listed(&listed)) {
        return if matches!(seen, Seen::Escaped(_)) { None } else { wrong("is listed as not stopped") };
    }
    let expected = world.fill(if place == Place::T1 { row.in_t1 } else { row.in_t2 });
    match &seen {
        Seen::Stopped(by) if expected.split('|').any(|expected| expected == by) => None,
        _ => wrong(&format!("expected {expected}")),
    }
}

/// That the driver finds out by itself which tier there is.
fn tier_is_chosen(place: Place, world: &World) -> Option<String> {
    let tier = match place {
        Place::Outside => return None,
        Place::T1 => "T1",
        Place::T2 | Place::T2Refused => "T2",
    };
    let row = super::row::row("tier", "-", "user-zero", "", "");
    let output = command(&row, world, place, &["--show"]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_so = shown.lines().any(|line| line == tier);
    (!is_so).then(|| format!("{place:?} as {:?} is not {tier}:\n{shown}", world.who))
}

fn attempt(row: &Row, world: &World, place: Place) -> Seen {
    const CHANGED: [&str; 6] = ["{r}", "{w}", "{o}", "{g}", "{secret}", "{home}"];
    if CHANGED.iter().any(|folder| row.attack.contains(folder)) {
        world.reset().unwrap();
    }
    let output = command(row, world, place, &[]).output().unwrap();
    let seen = judge(&output);
    if row.stage != Stage::Gone {
        return seen;
    }
    match (seen, living(&mark(row, world))) {
        (Seen::Escaped(_), Some(_)) => {
            end(&mark(row, world));
            Seen::Escaped("it lives on".into())
        }
        (Seen::Escaped(_), None) => Seen::Stopped("gone".into()),
        (seen, _) => {
            end(&mark(row, world));
            seen
        }
    }
}

fn judge(output: &Output) -> Seen {
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let killed = error.lines().find_map(|line| line.strip_prefix("jail: the program was "));
    let last = out.lines().last().unwrap_or_default();
    match (output.status.code(), killed) {
        (Some(0), None) if last.starts_with("ESCAPED: ") => Seen::Escaped(last.replacen("ESCAPED: ", "", 1)),
        (Some(1), None) if last.starts_with("stopped: ") => Seen::Stopped(last.replacen("stopped: ", "", 1)),
        (Some(124 | 128..), Some(why)) => Seen::Stopped(why.to_owned()),
        _ => Seen::Unclear(format!("{:?}: {out}{error}", output.status)),
    }
}

#[expect(clippy::disallowed_methods, reason = "the test runs the driver itself")]
fn command(row: &Row, world: &World, place: Place, options: &[&str]) -> Command {
    let stage = world.at("bin/stage");
    let as_root = place == Place::Outside && row.needs == Needs::Root;
    let user = if as_root { 0 } else { world.user };
    let mut command = Command::new(&stage);
    command.args(["--seconds", "25", "--join", world.fact("pid")]);
    if world.own == 0 && place == Place::Outside {
        command.arg("--mounts");
    }
    command.args(["--user", &user.to_string(), "--"]);
    command.arg(&stage);
    if place == Place::T2Refused {
        command.arg("--refuse");
    }
    command.arg("--descriptor").arg(world.at("sockets/held"));
    if row.stage == Stage::Terminal {
        command.arg("--terminal");
    }
    command.args(["--parent", "--"]);
    if place != Place::Outside {
        command.arg(world.at("bin/jail")).arg("--manifest").arg(manifest(row.powers, world));
        command.arg("--home").arg(world.at("home")).arg("--directory").arg(world.at("write"));
        command.args(["--accept", "process-count,private-size,root-outside,memory"]);
        if row.stage == Stage::Deadline {
            command.args(["--deadline-ms", "500"]);
        }
        if place == Place::T2 {
            command.args(["--tier", "T2"]);
        }
        command.args(options).arg("--");
    }
    if let Some(interpreter) = interpreter(row.language) {
        command.arg(interpreter).arg(world.at("read/script"));
        std::fs::write(world.at("read/script"), script(row.language)).unwrap();
    } else {
        command.arg(world.at("bin/hostile"));
    }
    let attack = world.fill(row.attack).replace("{mark}", &mark(row, world));
    // What is process 1 of a jail is, outside, whoever holds the decoys: a container's may be out of everybody's reach.
    let init = if place == Place::Outside { world.fact("pid") } else { "1" };
    let attack = attack.replace("{init}", init);
    command.args(attack.split(' '));
    command.env_clear().envs(ENVIRONMENT.iter().copied());
    // Node does not start where its configuration is there and may not be read.
    command.env("OPENSSL_CONF", "/dev/null");
    command.env("PATH", "/usr/bin:/bin").env("HOME", world.at("home")).current_dir(world.at("write"));
    command.stdin(Stdio::null());
    command
}

/// The program that a script is run by, by its own path: no link on the way.
fn interpreter(language: Language) -> Option<PathBuf> {
    let path = match language {
        Language::Native => return None,
        Language::Python => "/usr/bin/python3",
        Language::Node => "/usr/bin/node",
    };
    Some(std::fs::canonicalize(path).unwrap_or_else(|_| path.into()))
}

const fn script(language: Language) -> &'static str {
    match language {
        Language::Native => "",
        Language::Python => include_str!("../../programs/hostile.py"),
        Language::Node => include_str!("../../programs/hostile.js"),
    }
}

fn manifest(powers: Powers, world: &World) -> PathBuf {
    let trees =
        |names: &[&str]| names.iter().map(|name| world.fill(&format!("{{{name}}}/**"))).collect::<Vec<_>>();
    let mut manifest = json!({
        "$schema": "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json",
        "version": "1.0",
        "profile": "sandboxed",
        "filesystem": {
            "read": trees(&["r", "w", "o", "g", "d"]),
            "write": trees(&["w", "o", "g"]),
            "deny": [world.fill("{w}/denied/**"), world.fill("{w}/deep/er/closed/**")],
        },
    });
    manifest["env"] = json!({ "allow": ["OPENSSL_CONF"] });
    match powers {
        Powers::Files => {}
        Powers::Spawn => manifest["spawn"] = json!(true),
        Powers::Network => {
            manifest["network"] = json!({ "allow": ["example.test:443", "93.184.216.34:443"] });
        }
        Powers::Limits => {
            manifest["spawn"] = json!(true);
            manifest["limits"] =
                json!({ "pids": 16, "memory_mb": 64, "open_files": 64, "file_size_mb": 8, "tmp_mb": 8 });
        }
    }
    let path = world.at(&format!("{powers:?}.json"));
    std::fs::write(&path, manifest.to_string()).unwrap();
    path
}

/// What processes of a row are known by.
fn mark(row: &Row, world: &World) -> String {
    format!("{}-{}", row.name, world.fact("pid"))
}

/// A process that has the mark among its words, found again and again for a second; none once none is found for a while.
fn living(mark: &str) -> Option<u32> {
    let mut found = None;
    let mut missed = 0;
    for _ in 0..25 {
        match marked(mark) {
            None => missed += 1,
            process => (found, missed) = (process, 0),
        }
        if missed == 5 {
            return None;
        }
        pause();
    }
    found
}

#[expect(
    clippy::disallowed_methods,
    reason = "the end of a process that is not this one's child cannot be waited for"
)]
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(50));
}

fn marked(mark: &str) -> Option<u32> {
    marked_by(mark, &["linger", "relay"])
}

/// A process that does one of these things under the mark.
fn marked_by(mark: &str, doing: &[&str]) -> Option<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let processes = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let lingers = |process: &u32| {
        let words = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let words: Vec<_> = words.split(|byte| *byte == 0).collect();
        let is_it = |pair: &[&[u8]]| matches!(pair, [what, found] if *found == mark.as_bytes() && doing.iter().any(|doing| doing.as_bytes() == *what));
        words.len() < 5 && words.windows(2).any(is_it)
    };
    // The newest first: one that keeps becoming another would be gone when its turn comes.
    let mut processes: Vec<_> = processes.collect();
    processes.sort_unstable_by(|left, right| right.cmp(left));
    processes.into_iter().find(lingers)
}

/// Ends a process that an attack has left behind, unless it ends by itself before long.
fn end(mark: &str) {
    if let Some(process) = marked_by(mark, &["linger"]) {
        kill(process);
    }
}

#[expect(clippy::disallowed_methods, reason = "what a test leaves behind, it ends")]
fn kill(process: u32) {
    let _ended = Command::new("kill").args(["-9", &process.to_string()]).status();
}

/// A jail's program and what that has started end when the one that started the jail is killed.
pub(crate) fn ends_with_its_broker(who: Who) {
    use std::io::BufRead;
    let Some(programs) = programs() else { return };
    let Some(world) = World::new(who, &programs).unwrap() else {
        return skip("needs to run as root, to attack as root");
    };
    let row = super::row::row("broker-killed", "PB", "linger {mark}", "", "").with(Powers::Spawn);
    for place in [Place::T1, Place::T2, Place::T2Refused] {
        let mut command = command(&row, &world, place, &[]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "lingers", "{place:?}");
        let mark = mark(&row, &world);
        assert!(marked(&mark).is_some(), "{place:?}");
        // The driver is the stage's child: it alone is killed, by the signal that nothing can be done about.
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap();
        let driver: u32 = children.split_whitespace().next().unwrap().parse().unwrap();
        kill(driver);
        child.wait().unwrap();
        let left = living(&mark);
        end(&mark);
        assert_eq!(left, None, "as {who:?} in {place:?} a process lives on");
    }
}
