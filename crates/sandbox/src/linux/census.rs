//! Looking at and ending the processes of a jail, from its supervisor.

use rustix::fs::{AtFlags, CWD};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};
use std::ffi::CStr;

/// Bytes of memory that the jail's processes have resident, this one aside: of all processes in sight where the jail has a
/// process namespace of its own, of this one's descendants elsewhere. None where they cannot be looked at: then nothing is known.
pub(super) fn memory(own_namespace: bool) -> Option<u64> {
    let page = super::sys::page_size();
    let resident = |process: i32| -> u64 {
        // One that has just ended has no memory.
        let text = std::fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
        text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0)
    };
    let processes = if own_namespace { in_sight()? } else { descendants() };
    Some(processes.into_iter().map(resident).sum::<u64>().saturating_mul(page))
}

fn in_sight() -> Option<Vec<i32>> {
    let entries = std::fs::read_dir("/proc").ok()?;
    let number = |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    Some(entries.filter_map(number).filter(|process| *process != 1).collect())
}

/// Everything that this process has started, directly or not: what lost its parent has become its child.
fn descendants() -> Vec<i32> {
    let mut found = Vec::new();
    let mut waiting = vec![rustix::process::getpid().as_raw_nonzero().get()];
    while let Some(process) = waiting.pop() {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let children = children.split_ascii_whitespace().filter_map(|child| child.parse::<i32>().ok());
            for child in children {
                found.push(child);
                waiting.push(child);
            }
        }
    }
    found
}

/// Ends everything that this process has started. A process that starts others while being ended is stopped first.
pub(super) fn end_descendants() {
    loop {
        let living = descendants();
        for signal in [Signal::STOP, Signal::KILL] {
            for process in living.iter().filter_map(|process| Pid::from_raw(*process)) {
                // It may have ended since.
                let _gone = kill_process(process, signal);
            }
        }
        // Those that have ended are taken; when none is left, all is done.
        match wait(WaitOptions::empty()) {
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// Removes a folder of our own making with all that is in it, following no link.
pub(super) fn remove_folder(path: &CStr) {
    use std::os::unix::ffi::OsStrExt;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(path.to_bytes()));
    if std::fs::remove_dir_all(path).is_err() {
        // A folder that the tool has closed to us is opened and tried once more.
        let _changed = rustix::fs::chmodat(CWD, path, rustix::fs::Mode::RWXU, AtFlags::empty());
        let _removed = std::fs::remove_dir_all(path);
    }
}
