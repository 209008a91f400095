//! The compiled modules below a folder, which a runtime may load and whose libraries have to be there then. Only names
//! and kinds of files are looked at here.

use std::fs::DirEntry;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// At most this many modules.
const MAX_MODULES: usize = 5_000;
/// At most this many names are read.
const MAX_NAMES: usize = 300_000;
/// Folders in folders.
const MAX_DEPTH: usize = 40;

/// Folders without modules, and with many names.
const PASSED_OVER: &[&str] = &["__pycache__", ".git"];

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
    let mut modules = Modules::default();
    let mut names = 0;
    let mut open: Vec<(PathBuf, usize)> = folders.iter().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = folder.read_dir() else { continue };
        for entry in entries.flatten() {
            names += 1;
            if names > MAX_NAMES || modules.files.len() + modules.links.len() >= MAX_MODULES {
                return modules;
            }
            let Ok(file_type) = entry.file_type() else { continue };
            // A link to a folder is none: it may lead back.
            if file_type.is_dir() {
                if depth < MAX_DEPTH && !is_passed_over(&entry) {
                    open.push((entry.path(), depth + 1));
                }
            } else if kind.has(entry.file_name().as_bytes()) {
                let list = if file_type.is_symlink() { &mut modules.links } else { &mut modules.files };
                list.push(entry.path());
            }
        }
    }
    modules.files.sort();
    modules.links.sort();
    modules.is_whole = true;
    modules
}

fn is_passed_over(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    PASSED_OVER.iter().any(|passed| name == *passed) || name.as_bytes().ends_with(b".dist-info")
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
