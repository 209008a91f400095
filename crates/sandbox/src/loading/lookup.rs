//! From the word that was typed to the file that would be executed, as a shell does it. What is in the file is for others.

use super::LoadingError;
use super::paths::absolute;
use rustix::fs::{Access, access};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// At most this many names are compared with one that was not found.
const MAX_NAMES: usize = 50_000;

/// The file that `name` stands for: a path if there is a slash in it, else the first executable of that name in the
/// folders of `search`.
///
/// Folders of `search` that are not absolute are passed over: a name would mean another program in each folder.
pub(super) fn program(name: &Path, directory: &Path, search: &[PathBuf]) -> Result<PathBuf, LoadingError> {
    if name.as_os_str().as_encoded_bytes().contains(&b'/') {
        let path = absolute(directory, name);
        check_executable(&path)?;
        return Ok(path);
    }
    let mut unfit = None;
    for folder in search.iter().filter(|folder| folder.is_absolute()) {
        if name.as_os_str().is_empty() {
            break;
        }
        let path = folder.join(name);
        match check_executable(&path) {
            Ok(()) => return Ok(path),
            Err(LoadingError::NotFound { .. }) => {}
            Err(error) => unfit = unfit.or(Some(error)),
        }
    }
    Err(unfit.unwrap_or_else(|| LoadingError::NotFound {
        name: name.to_owned(),
        near: near(name.as_os_str(), search),
    }))
}

/// Whether the file may be executed by this user.
pub(super) fn check_executable(path: &Path) -> Result<(), LoadingError> {
    let kind = path.metadata().map_err(|error| unreachable_file(path, error))?.file_type();
    if kind.is_dir() {
        return Err(LoadingError::Folder { path: path.to_owned() });
    }
    if !kind.is_file() || access(path, Access::EXEC_OK).is_err() {
        return Err(LoadingError::NotExecutable { path: path.to_owned() });
    }
    Ok(())
}

fn unreachable_file(path: &Path, source: io::Error) -> LoadingError {
    let path = path.to_owned();
    match Errno::from_io_error(&source) {
        Some(Errno::LOOP) => LoadingError::Loop { path },
        Some(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG | Errno::INVAL) => {
            LoadingError::NotFound { name: path, near: None }
        }
        // A name with a zero in it never reaches the system.
        None if source.kind() == io::ErrorKind::InvalidInput => {
            LoadingError::NotFound { name: path, near: None }
        }
        _ => LoadingError::Unreadable { path, source },
    }
}

/// The name in the folders of `search` that is nearest to one that is not there.
fn near(name: &OsStr, search: &[PathBuf]) -> Option<String> {
    let name = name.to_str().filter(|name| name.len() > 2)?;
    let entries =
        search.iter().filter(|folder| folder.is_absolute()).filter_map(|folder| folder.read_dir().ok());
    let names =
        entries.flatten().take(MAX_NAMES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let distances = names.map(|other| (strsim::damerau_levenshtein(name, &other), other));
    let allowed = if name.len() < 5 { 1 } else { 2 };
    distances.filter(|(distance, _)| *distance <= allowed).min().map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::program;
    use crate::loading::LoadingError;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::{Path, PathBuf};

    struct Place {
        _folder: tempfile::TempDir,
        root: PathBuf,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().canonicalize().unwrap();
            fs::create_dir_all(root.join("first/folder")).unwrap();
            fs::create_dir_all(root.join("second")).unwrap();
            for (name, mode) in [("first/plain", 0o644), ("second/tool", 0o755), ("second/plain", 0o755)] {
                fs::write(root.join(name), "").unwrap();
                fs::set_permissions(root.join(name), Permissions::from_mode(mode)).unwrap();
            }
            symlink("loop", root.join("first/loop")).unwrap();
            fs::write(root.join("first/only"), "").unwrap();
            Self { _folder: folder, root }
        }

        fn find(&self, name: &str) -> Result<PathBuf, LoadingError> {
            let search = [
                "relative".into(),
                "".into(),
                self.root.join("none"),
                self.root.join("first"),
                self.root.join("second"),
            ];
            program(Path::new(name), &self.root, &search)
        }
    }

    #[test]
    fn names_are_searched_in_order_and_paths_start_at_the_directory() {
        let place = Place::new();
        for (name, expected) in [
            ("tool", "second/tool"),
            ("plain", "second/plain"),
            ("./second/tool", "second/tool"),
            ("first/../second/tool", "second/tool"),
        ] {
            assert_eq!(place.find(name).unwrap(), place.root.join(expected), "{name}");
        }
        assert!(place.find(place.root.join("second/tool").to_str().unwrap()).is_ok());
    }

    #[test]
    fn failures_have_the_code_of_a_shell_and_a_hint() {
        let place = Place::new();
        for (name, code, text) in [
            ("nothing", 127, "command not found: `nothing`"),
            ("./nothing", 127, "nothing`"),
            ("", 127, "command not found: ``"),
            ("first/plain/x", 127, "plain/x`"),
            ("only", 126, "only` is not executable"),
            ("first/plain", 126, "plain` is not executable"),
            ("folder", 126, "folder` is a folder"),
            (".", 126, "is a folder"),
            ("./", 126, "is a folder"),
            ("loop", 126, "leads back to itself"),
            ("first/loop", 126, "leads back to itself"),
            ("a\0b", 127, "not found"),
        ] {
            let error = place.find(name).unwrap_err();
            assert_eq!(error.exit_code(), code, "{name}: {error}");
            assert!(error.to_string().contains(text), "{name}: {error}");
            assert!(error.hint().is_some());
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_named() {
        let place = Place::new();
        assert_eq!(place.find("tol").unwrap_err().hint().unwrap(), "did you mean `tool`?");
        assert_eq!(place.find("palin").unwrap_err().hint().unwrap(), "did you mean `plain`?");
        assert!(place.find("xylophone").unwrap_err().hint().unwrap().contains("PATH"));
    }
}
