//! Control groups (version 2): ceilings that the kernel holds for a whole jail, where it lets us have a group of our own.
//!
//! A group can be had where the jailer's own group has been given to its user ("delegated"): its folder can be written, nobody
//! else's processes are in it, and memory and processes are among what it controls. Nothing outside that group is touched.

use crate::plan::Ceilings;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open};
use std::path::{Path, PathBuf};

/// What a group must control to be of use.
const NEEDED: [&str; 2] = ["memory", "pids"];

/// The place where groups of jails are made.
#[derive(Debug)]
pub(super) struct Groups {
    folder: PathBuf,
    /// Where our own processes went, since a group that has groups may hold no processes.
    own: Option<PathBuf>,
    made: u64,
    /// Whether processor time can be held too.
    processor: bool,
}

/// A jail's group.
#[derive(Debug)]
pub(super) struct Group {
    folder: PathBuf,
    descriptor: OwnedFd,
}

impl Groups {
    /// Looks for a place, or says why there is none. `broker` is whose processes may be moved beside ours.
    pub(super) fn find(broker: i32) -> Result<Self, String> {
        let mount = mount_point()?;
        let own = std::fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let own =
            own.lines().find_map(|line| line.strip_prefix("0::")).ok_or("this process is in no group")?;
        let folder = mount.join(own.trim_start_matches('/'));
        let controllers = read(&folder, "cgroup.controllers")?;
        let has = |name: &str| controllers.split_ascii_whitespace().any(|word| word == name);
        if let Some(missing) = NEEDED.iter().find(|name| !has(name)) {
            return Err(format!("`{missing}` is not controlled in `{}`", folder.display()));
        }
        for file in ["cgroup.procs", "cgroup.subtree_control"] {
            rustix::fs::accessat(CWD, folder.join(file), Access::WRITE_OK, AtFlags::EACCESS)
                .map_err(|_| format!("`{}` is not given to this user", folder.display()))?;
        }
        let processor = has("cpu");
        let mut out = Self { folder, own: None, made: 0, processor };
        match out.control(broker) {
            Ok(()) => Ok(out),
            Err(why) => {
                out.leave();
                Err(why)
            }
        }
    }

    /// Has the group control its groups, moving our own processes out of the way if they are all that is in it.
    fn control(&mut self, broker: i32) -> Result<(), String> {
        let wanted = if self.processor { "+memory +pids +cpu" } else { "+memory +pids" };
        if write(&self.folder, "cgroup.subtree_control", wanted).is_ok() {
            return Ok(());
        }
        let ours = [broker, getpid().as_raw_nonzero().get()];
        let inside = read(&self.folder, "cgroup.procs")?;
        let is_no_obstacle = |process: &str| {
            process.parse().is_ok_and(|process| ours.contains(&process) || is_gone_soon(process))
        };
        if !inside.split_ascii_whitespace().all(is_no_obstacle) {
            return Err(format!("other processes are in `{}`", self.folder.display()));
        }
        let own = self.folder.join(format!("portcullis-{broker}"));
        std::fs::create_dir(&own).map_err(|error| error.to_string())?;
        self.own = Some(own.clone());
        for process in ours {
            write(&own, "cgroup.procs", &process.to_string())?;
        }
        write(&self.folder, "cgroup.subtree_control", wanted)
    }

    /// A group for one jail, with its ceilings.
    pub(super) fn make(&mut self, ceilings: &Ceilings, processes: u64) -> Result<Group, String> {
        self.made += 1;
        let folder = self.folder.join(format!("portcullis-{}-{}", getpid().as_raw_nonzero(), self.made));
        std::fs::create_dir(&folder).map_err(|error| error.to_string())?;
        let made = fill(&folder, ceilings, processes, self.processor).and_then(|()| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            rustix::fs::open(&folder, flags, Mode::empty()).map_err(|error| error.to_string())
        });
        match made {
            Ok(descriptor) => Ok(Group { folder, descriptor }),
            Err(why) => {
                // It is empty: nothing has been started in it.
                let _removed = std::fs::remove_dir(&folder);
                Err(why)
            }
        }
    }

    /// Removes what was made for our own processes: they go back to where they were.
    pub(super) fn leave(&mut self) {
        if let Some(own) = self.own.take() {
            let _off = write(&self.folder, "cgroup.subtree_control", "-memory -pids -cpu");
            for process in read(&own, "cgroup.procs").unwrap_or_default().split_ascii_whitespace() {
                let _moved = write(&self.folder, "cgroup.procs", process);
            }
            // A broker that is ending cannot be moved any more.
            remove(&own);
        }
    }
}

/// Whether a process is a jail of ours that is ending, such as that of a rehearsal: waits for it, for a second at most.
fn is_gone_soon(process: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{process}/stat")) else {
        return true;
    };
    // The state and the parent stand after the name, which is in parentheses and may hold anything.
    let parent = stat.rsplit_once(')').and_then(|(_, fields)| fields.split_ascii_whitespace().nth(1));
    if parent != Some(getpid().to_string().as_str()) {
        return false;
    }
    let opened = Pid::from_raw(process)
        .ok_or(Errno::SRCH)
        .and_then(|process| pidfd_open(process, PidfdFlags::empty()));
    match opened {
        Ok(process) => {
            let patience = Timespec { tv_sec: 1, tv_nsec: 0 };
            poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience)).is_ok_and(|ended| ended > 0)
        }
        Err(error) => error == Errno::SRCH,
    }
}

fn fill(folder: &Path, ceilings: &Ceilings, processes: u64, processor: bool) -> Result<(), String> {
    write(folder, "memory.max", &ceilings.memory.to_string())?;
    // What is swapped out is not counted: none of it. A kernel without swap has no such file.
    if folder.join("memory.swap.max").exists() {
        write(folder, "memory.swap.max", "0")?;
    }
    write(folder, "memory.oom.group", "1")?;
    write(folder, "pids.max", &processes.to_string())?;
    if let Some(percent) = ceilings.cpu_percent {
        const PERIOD_US: u64 = 100_000;
        if !processor {
            return Err("`cpu` is not controlled here, and the manifest limits it".into());
        }
        write(folder, "cpu.max", &format!("{} {PERIOD_US}", percent * PERIOD_US / 100))?;
    }
    Ok(())
}

impl Group {
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// Whether the kernel has ended the jail for its memory.
    pub(super) fn ran_out_of_memory(&self) -> bool {
        let events = read(&self.folder, "memory.events").unwrap_or_default();
        let count = |name: &str| {
            events.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok()).unwrap_or(0)
        };
        count("oom_kill ") > 0 || count("oom_group_kill ") > 0
    }

    /// Ends everything in the group and removes it.
    pub(super) fn end(self) {
        // Where it cannot be killed, the jail's supervisor has gone and taken everything with it.
        let _killed = write(&self.folder, "cgroup.kill", "1");
        remove(&self.folder);
    }
}

/// Removes a group once everything in it has ended. Waits for that, for a second at most.
fn remove(folder: &Path) {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let Ok(events) = rustix::fs::open(folder.join("cgroup.events"), flags, Mode::empty()) else {
        return;
    };
    let patience = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
    for _ in 0..100 {
        // Only what has been read can change: before that, polling never waits.
        let _read = rustix::io::pread(&events, &mut [0_u8; 64], 0);
        match rustix::fs::rmdir(folder) {
            Err(Errno::BUSY) => {
                // Changes of this file wake us; if one was missed, the time does.
                let _changed = poll(&mut [PollFd::new(&events, PollFlags::PRI)], Some(&patience));
            }
            _ => return,
        }
    }
}

/// Where version 2 is mounted.
fn mount_point() -> Result<PathBuf, String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_err(|error| error.to_string())?;
    let found = mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ');
        let (root, place) = (fields.nth(3)?, fields.next()?);
        (after.starts_with("cgroup2 ") && root == "/").then(|| place.into())
    });
    found.ok_or_else(|| "version 2 is not mounted".into())
}

fn read(folder: &Path, file: &str) -> Result<String, String> {
    std::fs::read_to_string(folder.join(file))
        .map_err(|error| format!("`{}`: {error}", folder.join(file).display()))
}

fn write(folder: &Path, file: &str, text: &str) -> Result<(), String> {
    let path = folder.join(file);
    let written = rustix::fs::open(&path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())
        .and_then(|file| rustix::io::write(&file, text.as_bytes()));
    written.map(drop).map_err(|error| format!("`{}`: {error}", path.display()))
}
