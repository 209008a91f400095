//! Looking at and ending the processes of a jail, from its supervisor.

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};
use std::ffi::CStr;

/// Bytes of memory that the jail's processes have resident, this one aside: of all processes in sight where the jail has a
/// process namespace of its own, of this one's descendants elsewhere. None where they cannot be looked at: then nothing is known.
pub(super) fn memory(own_namespace: bool) -> Option<u64> {
    let page = super::sys::page_size();
    let pages = |path: &str| -> Option<u64> {
        // One that has just ended has no memory.
        std::fs::read_to_string(path).ok()?.split(' ').nth(1)?.parse().ok()
    };
    let resident = |process: i32| -> u64 {
        match pages(&format!("/proc/{process}/statm")) {
            // The first thread may have ended without the others: any of them tells of the same memory.
            Some(0) => {
                let threads =
                    std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
                threads.filter_map(|thread| pages(thread.path().join("statm").to_str()?)).max().unwrap_or(0)
            }
            pages => pages.unwrap_or(0),
        }
    };
    let processes = if own_namespace { in_sight()? } else { descendants()? };
    Some(processes.into_iter().map(resident).sum::<u64>().saturating_mul(page))
}

fn in_sight() -> Option<Vec<i32>> {
    let entries = std::fs::read_dir("/proc").ok()?;
    let number = |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    Some(entries.filter_map(number).filter(|process| *process != 1).collect())
}

/// Everything that this process has started, directly or not: what lost its parent has become its child.
/// None where the kernel does not tell of children.
fn descendants() -> Option<Vec<i32>> {
    let mut found = Vec::new();
    let mut waiting = vec![rustix::process::getpid().as_raw_nonzero().get()];
    while let Some(process) = waiting.pop() {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let children = match std::fs::read_to_string(thread.path().join("children")) {
                Ok(children) => children,
                // One that has just ended has none; a kernel that does not tell has not even ours.
                Err(_) if thread.path().exists() => return None,
                Err(_) => continue,
            };
            let children = children.split_ascii_whitespace().filter_map(|child| child.parse::<i32>().ok());
            for child in children {
                found.push(child);
                waiting.push(child);
            }
        }
    }
    Some(found)
}

/// Ends everything that this process has started. A process that starts others while being ended is stopped first.
pub(super) fn end_descendants() {
    loop {
        // A kernel that does not tell of children has let no jail run this far.
        let living = descendants().unwrap_or_default();
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

/// Removes a folder of our own making with all that is in it, following no link. Folders that the tool has closed are opened
/// on the way.
pub(super) fn remove_folder(path: &CStr) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if let Ok(folder) = rustix::fs::open(path, flags, Mode::empty()).or_else(|_| {
        rustix::fs::chmodat(CWD, path, Mode::RWXU, AtFlags::empty())?;
        rustix::fs::open(path, flags, Mode::empty())
    }) {
        empty_folder(&folder);
    }
    // What is left could not be removed by anybody who is this user.
    let _removed = rustix::fs::rmdir(path);
}

/// Removes what a folder holds. However deep the tool has made it: one descriptor a level would run out, so what is below is
/// moved up first.
fn empty_folder(folder: &OwnedFd) {
    let mut moved = 0_u64;
    loop {
        let Ok(names) = names(folder) else {
            return;
        };
        if names.is_empty() {
            return;
        }
        let mut progress = false;
        for name in names {
            if rustix::fs::unlinkat(folder, &name, AtFlags::empty()).is_ok()
                || rustix::fs::unlinkat(folder, &name, AtFlags::REMOVEDIR).is_ok()
            {
                progress = true;
                continue;
            }
            // A link is gone by now: what could not be removed is a folder.
            if rustix::fs::statat(folder, &name, AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Directory)
            {
                let _opened = rustix::fs::chmodat(folder, &name, Mode::RWXU, AtFlags::empty());
            }
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let Ok(inner) = rustix::fs::openat(folder, &name, flags, Mode::empty()) else {
                continue;
            };
            for below in self::names(&inner).unwrap_or_default() {
                moved += 1;
                let _opened = rustix::fs::chmodat(&inner, &below, Mode::RWXU, AtFlags::SYMLINK_NOFOLLOW);
                progress |= rustix::fs::unlinkat(&inner, &below, AtFlags::empty()).is_ok()
                    || rustix::fs::renameat(&inner, &below, folder, format!(".moved-{moved}")).is_ok();
            }
        }
        if !progress {
            return;
        }
    }
}

fn names(folder: &OwnedFd) -> Result<Vec<std::ffi::CString>, rustix::io::Errno> {
    let mut out = Vec::new();
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            out.push(entry.file_name().to_owned());
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_folder_goes_however_it_was_closed_or_deepened() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("scratch");
        let mut at = top.clone();
        for _ in 0..200 {
            at = at.join("deeper");
        }
        std::fs::create_dir_all(&at).unwrap();
        std::fs::write(at.join("file"), "").unwrap();
        std::os::unix::fs::symlink("/etc", top.join("link")).unwrap();
        std::fs::create_dir(top.join("closed")).unwrap();
        std::fs::write(top.join("closed/file"), "").unwrap();
        std::fs::set_permissions(top.join("closed"), std::os::unix::fs::PermissionsExt::from_mode(0o0))
            .unwrap();
        let path = std::ffi::CString::new(top.as_os_str().as_bytes()).unwrap();
        remove_folder(&path);
        assert!(!top.exists());
        assert!(std::path::Path::new("/etc/passwd").exists());
    }
}
