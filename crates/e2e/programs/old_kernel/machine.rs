//! Process 1: from a bare kernel to a machine in which jails can be made, then the script, then off.
//!
//! Every line for the test starts with `RESULT`: the case, what it is about, a colon, and what was seen.

use crate::{case, sys};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// The machine turns itself off after so long, whatever happens: the test may be gone.
const LIFE: Duration = Duration::from_secs(105);

/// What is mounted where.
const MOUNTS: [(&str, &str); 5] = [
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("devtmpfs", "/dev"),
    ("tmpfs", "/tmp"),
    ("cgroup2", case::GROUPS),
];

pub fn run() -> ! {
    std::thread::spawn(|| {
        std::thread::sleep(LIFE);
        sys::turn_off();
    });
    match leave_the_first_root().and_then(|()| furnish()) {
        Ok(()) => follow(&fs::read_to_string("/script").unwrap_or_default()),
        Err(error) => result("machine", "failed", &error.to_string()),
    }
    loop {
        sys::turn_off();
        sys::wait_for_the_end();
    }
}

/// Says one thing that was seen.
pub fn result(case: &str, about: &str, seen: &str) {
    let mut out = io::stdout().lock();
    // One write a line: nothing stands between its parts.
    let _written = out.write_all(format!("RESULT {case} {about}: {seen}\n").as_bytes());
    let _written = out.flush();
}

/// The root that a kernel starts with can never be replaced, which a jail has to do: the same files become a root that can.
fn leave_the_first_root() -> io::Result<()> {
    sys::mount_on("/", "/root", "", sys::BIND)?;
    std::env::set_current_dir("/root")?;
    sys::mount_on(".", "/", "", sys::MOVE)?;
    std::os::unix::fs::chroot(".")
}

fn furnish() -> io::Result<()> {
    for (kind, place) in MOUNTS {
        let said = |error| io::Error::other(format!("{place}: {error}"));
        sys::mount_on(kind, place, kind, 0).map_err(said)?;
    }
    fs::set_permissions("/tmp", std::os::unix::fs::PermissionsExt::from_mode(0o1777))?;
    fs::write(Path::new(case::GROUPS).join("cgroup.subtree_control"), "+memory +pids +cpu")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    result("machine", "kernel", kernel.trim_end());
    Ok(())
}

fn follow(script: &str) {
    for line in script.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let done = match words.as_slice() {
            ["set", file, value] => fs::write(file, value),
            ["case", name, how, user, group, program, words @ ..] => {
                case::Case { name, how, user, group, program, words }.run()
            }
            _ => Err(io::Error::other("not understood")),
        };
        if let Err(error) = done {
            result("machine", "failed", &format!("{line:?}: {error}"));
        }
    }
    result("machine", "done", "all of the script");
}
