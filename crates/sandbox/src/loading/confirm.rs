//! A second look at what was found, where it really leads: between finding and showing, a tool that runs already may have put a
//! link in the place of a file.

use super::Extent;
use super::guard::Guard;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What a part must still be when it is shown.
pub(crate) struct Confirmation {
    guard: Guard,
}

/// Who names a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namer {
    /// Whoever typed the command.
    User,
    /// A file of the tool's.
    Tool,
}

/// The system's own folders: what lies there is nobody's secret and no tool's to replace.
const SYSTEM: [&str; 6] = ["/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc"];

/// Files beside a program that are read as code.
const CODE: [&str; 6] = ["py", "pyc", "js", "mjs", "cjs", "node"];

/// Files that describe a package or an environment to its runtime.
const DESCRIPTIONS: [&str; 3] = ["package.json", "pyvenv.cfg", ".python-version"];

impl Confirmation {
    pub(crate) fn new(home: &Path) -> Self {
        Self { guard: Guard::new(Some(home)) }
    }

    /// Whether what stands at `real`, a path without links, may be shown as a part of this extent. A file that the command
    /// itself names is what its user says it is.
    pub(crate) fn fits(&self, real: &Path, extent: Extent, namer: Namer) -> bool {
        match extent {
            Extent::Tree => self.guard.tree(real).is_ok_and(|found| found == real),
            Extent::File => {
                let open = self.guard.file(real).is_ok_and(|found| found == real);
                open && (namer == Namer::User || is_program_or_code(real))
            }
        }
    }
}

/// Whether a path lies in one of the system's own folders.
pub(crate) fn is_system(path: &Path) -> bool {
    SYSTEM.iter().any(|folder| path.starts_with(folder))
}

fn is_program_or_code(path: &Path) -> bool {
    let name = |list: &[&str], found: Option<&std::ffi::OsStr>| {
        found.is_some_and(|found| list.iter().any(|name| found == *name))
    };
    if is_system(path) || name(&CODE, path.extension()) || name(&DESCRIPTIONS, path.file_name()) {
        return true;
    }
    let flags =
        rustix::fs::OFlags::NOFOLLOW.bits().cast_signed() | rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut start = [0; 4];
    let read = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .and_then(|mut file| file.read(&mut start));
    read.is_ok_and(|length| {
        start.get(..length).is_some_and(|start| start == b"\x7fELF" || start.starts_with(b"#!"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_become_another_thing_is_not_shown() {
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        let home = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(home.join(".ssh")).unwrap();
        std::fs::create_dir_all(home.join("tool/lib")).unwrap();
        for (name, content) in [
            (".ssh/id", "key"),
            ("diary", "secret"),
            ("tool/lib/libx.so", "\x7fELFrest"),
            ("tool/run", "#!/bin/sh"),
            ("tool/a.py", ""),
        ] {
            std::fs::write(home.join(name), content).unwrap();
        }
        let confirmation = Confirmation::new(&home);
        let fits = |name: &str, extent| confirmation.fits(&home.join(name), extent, Namer::Tool);
        assert!(
            fits("tool/lib/libx.so", Extent::File)
                && fits("tool/run", Extent::File)
                && fits("tool/a.py", Extent::File)
        );
        assert!(fits("tool", Extent::Tree));
        assert!(!fits(".ssh/id", Extent::File) && !fits("diary", Extent::File));
        assert!(
            confirmation.fits(&home.join("diary"), Extent::File, Namer::User),
            "a script may have any name"
        );
        assert!(!confirmation.fits(&home.join(".ssh/id"), Extent::File, Namer::User));
        assert!(!fits(".ssh", Extent::Tree) && !fits("", Extent::Tree));
        std::os::unix::fs::symlink(home.join(".ssh"), home.join("tool/link")).unwrap();
        assert!(!fits("tool/link", Extent::Tree) && !fits("tool/link/id", Extent::File));
    }
}
