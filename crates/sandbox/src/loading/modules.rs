//! The compiled modules below a folder, which a runtime may load and whose libraries have to be there then. Only names
//! and kinds of files are looked at here.

use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir, openat};
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// At most this many modules.
const MAX_MODULES: usize = 5_000;
/// At most this many names are read.
const MAX_NAMES: usize = 300_000;
/// Folders in folders.
const MAX_DEPTH: usize = 40;
/// Room for the names of a folder, read at once.
const BUFFER_LEN: usize = 64 << 10;

/// Folders without modules, and with many names.
const PASSED_OVER: &[&[u8]] = &[b".", b"..", b"__pycache__", b".git"];

/// Which files are modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Python's: `.so`, with or without a version behind it.
    Python,
    /// Node's: `.node`.
    Node,
}

impl Kind {
    fn has(self, name: &[u8]) -> bool {
        match self {
            Self::Python => name.ends_with(b".so") || name.windows(4).any(|part| part == b".so."),
            Self::Node => name.ends_with(b".node"),
        }
    }
}

/// The modules below some folders.
#[derive(Default)]
pub(super) struct Modules {
    pub(super) files: Vec<PathBuf>,
    /// Those that are links: they may lead out of the folders.
    pub(super) links: Vec<PathBuf>,
    /// Whether these are all.
    pub(super) is_whole: bool,
}

/// The modules below the folders.
pub(super) fn below(folders: &[PathBuf], kind: Kind) -> Modules {
    let mut walk =
        Walk { kind, modules: Modules::default(), names: 0, buffer: Vec::with_capacity(BUFFER_LEN) };
    // A tree may lie in another: the order makes that one the earlier.
    let mut sorted: Vec<&PathBuf> = folders.iter().collect();
    sorted.sort();
    let mut last: Option<&PathBuf> = None;
    walk.modules.is_whole = true;
    for folder in sorted {
        if last.is_some_and(|last| folder.starts_with(last)) {
            continue;
        }
        last = Some(folder);
        if let Ok(open) =
            openat(CWD, folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        {
            walk.enter(&open, folder, 0);
        }
    }
    let mut modules = walk.modules;
    modules.files.sort();
    modules.links.sort();
    modules
}

/// A way through folders. Thousands of them are common, so each is opened from the one above, which spares the kernel
/// the way down, and no file is asked for its kind.
struct Walk {
    kind: Kind,
    modules: Modules,
    names: usize,
    buffer: Vec<u8>,
}

impl Walk {
    fn enter(&mut self, open: &OwnedFd, path: &Path, depth: usize) {
        let mut inner: Vec<OsString> = Vec::new();
        let mut entries = RawDir::new(open, self.buffer.spare_capacity_mut());
        while let Some(Ok(entry)) = entries.next() {
            let name = entry.file_name().to_bytes();
            self.names += 1;
            if self.names > MAX_NAMES || self.modules.files.len() + self.modules.links.len() >= MAX_MODULES {
                self.modules.is_whole = false;
                return;
            }
            match entry.file_type() {
                FileType::Directory if !is_passed_over(name) => {
                    inner.push(OsStr::from_bytes(name).to_owned());
                }
                // A link to a folder is none: it may lead back.
                FileType::Symlink if self.kind.has(name) => {
                    self.modules.links.push(path.join(OsStr::from_bytes(name)));
                }
                FileType::RegularFile if self.kind.has(name) => {
                    self.modules.files.push(path.join(OsStr::from_bytes(name)));
                }
                // Some file systems do not say what an entry is: it is tried as both.
                FileType::Unknown if !is_passed_over(name) => {
                    if self.kind.has(name) {
                        self.modules.links.push(path.join(OsStr::from_bytes(name)));
                    }
                    inner.push(OsStr::from_bytes(name).to_owned());
                }
                _ => {}
            }
        }
        if depth >= MAX_DEPTH {
            return;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for name in inner {
            if let Ok(folder) = openat(open, &name, flags, Mode::empty()) {
                self.enter(&folder, &path.join(&name), depth + 1);
            }
        }
    }
}

fn is_passed_over(name: &[u8]) -> bool {
    PASSED_OVER.contains(&name) || name.ends_with(b".dist-info")
}

#[cfg(test)]
mod tests {
    use super::{Kind, below};
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn modules_are_found_by_name_and_links_do_not_lead_round() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in
            ["a/b/_x.cpython-311.so", "a.libs/liby-1.so.5", "a/z.node", "a/not.sob", "a/__pycache__/c.so"]
        {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        symlink(root, root.join("a/round")).unwrap();
        symlink("/lib/libc.so.6", root.join("a/link.so")).unwrap();
        let found = below(&[root.to_owned()], Kind::Python);
        assert!(found.is_whole);
        assert_eq!(found.files, [root.join("a/b/_x.cpython-311.so"), root.join("a.libs/liby-1.so.5")]);
        assert_eq!(found.links, [root.join("a/link.so")]);
        assert_eq!(below(&[root.to_owned()], Kind::Node).files, [root.join("a/z.node")]);
    }
}
