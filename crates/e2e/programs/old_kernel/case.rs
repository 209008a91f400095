//! One case of the script: the driver is run as some user in some control group, and afterwards the machine is searched
//! for what it has left.

use crate::machine::result;
use crate::sys;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// Where the control groups are.
pub const GROUPS: &str = "/sys/fs/cgroup";

/// What a user needs of a group to have groups in it.
const LENT: [&str; 4] = ["", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];

/// How the names of the product's groups start.
const THEIRS: &str = "portcullis-";

pub struct Case<'a> {
    pub name: &'a str,
    /// `run` to its end, or `kill` once it says that it lingers.
    pub how: &'a str,
    pub user: &'a str,
    /// `lent`: in a group that is given to the user; `root`: in the group of everything.
    pub group: &'a str,
    pub program: &'a str,
    pub words: &'a [&'a str],
}

impl Case<'_> {
    pub fn run(&self) -> io::Result<()> {
        let group = match self.group {
            "lent" => Path::new(GROUPS).join("lent"),
            _ => PathBuf::from(GROUPS),
        };
        if self.group == "lent" {
            lend(&group, self.user.parse().map_err(io::Error::other)?)?;
        }
        let ended = self.driver(&group)?;
        result(self.name, "ended", &ended);
        result(self.name, "left", &left());
        if self.group == "lent" {
            let events = fs::read_to_string(group.join("memory.events"))?;
            result(self.name, "memory", &events.lines().collect::<Vec<_>>().join(", "));
            // Nothing can be removed that still holds something: that this works is a finding too.
            fs::remove_dir(&group)?;
        }
        Ok(())
    }

    fn driver(&self, group: &Path) -> io::Result<String> {
        let (output, theirs) = io::pipe()?;
        let mut child = {
            let mut command = Command::new("/init");
            command.arg("enter").arg(group).arg(self.user).arg(self.program).args(self.words);
            command.stdin(Stdio::null()).stdout(theirs.try_clone()?).stderr(theirs).spawn()?
        };
        for line in BufReader::new(output).lines() {
            let line = line?;
            result(self.name, "said", &line);
            if self.how == "kill" && line.starts_with("lingering") {
                child.kill()?;
                break;
            }
        }
        Ok(child.wait()?.to_string())
    }
}

/// Makes a group and gives it to a user.
fn lend(group: &Path, user: u32) -> io::Result<()> {
    fs::create_dir(group)?;
    LENT.iter().try_for_each(|file| chown(group.join(file), Some(user), Some(user)))
}

/// Goes into a group, becomes a user, and then another program.
pub fn enter(group: &str, user: &str, program: &str, words: &[&str]) -> ExitCode {
    let entered = fs::write(Path::new(group).join("cgroup.procs"), "0");
    let (Ok(()), Ok(user)) = (&entered, user.parse()) else {
        println!("cannot enter {group} as {user}: {entered:?}");
        return ExitCode::from(2);
    };
    let environment = [("PATH", "/bin"), ("HOME", "/home/tool")];
    let mut command = Command::new(program);
    let error = command.args(words).env_clear().envs(environment).gid(user).uid(user).exec();
    println!("cannot run {program}: {error}");
    ExitCode::from(2)
}

/// What is still there of processes and groups, once everything has had its time to go.
fn left() -> String {
    let mut found = Vec::new();
    for _ in 0..100 {
        sys::reap();
        found = processes();
        groups(Path::new(GROUPS), &mut found);
        if found.is_empty() {
            return "nothing".into();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    found.join(", ")
}

/// Every process but this one and the kernel's own.
fn processes() -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stat = |entry: fs::DirEntry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // Number, name in parentheses, state, parent.
        let parent = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse::<u32>().ok()?;
        (number > 2 && parent != 2)
            .then(|| format!("process {}", stat.split(") ").next().unwrap_or_default()))
    };
    entries.filter_map(stat).collect()
}

fn groups(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if entry.file_name().to_string_lossy().starts_with(THEIRS) {
                found.push(format!("group {}", entry.path().display()));
            }
            groups(&entry.path(), found);
        }
    }
}
