//! Paths as text and as files: cleaning, resolving, and reading with a limit. It knows nothing of what may be shown.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

/// `path` without `.`, `..` and doubled slashes, as text alone: links are not looked at. What would go above the root
/// stays at the root.
pub(super) fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(component),
        }
    }
    out
}

/// `path` as an absolute one, from `directory` on. `..` is taken away where that leads to the same file; behind a link
/// it would not, and then the path is resolved.
pub(super) fn absolute(directory: &Path, path: &Path) -> PathBuf {
    let joined = directory.join(path);
    let cleaned = clean(&joined);
    if !joined.components().any(|component| component == Component::ParentDir) {
        return cleaned;
    }
    match joined.canonicalize() {
        Ok(real) if cleaned.canonicalize().ok().as_ref() != Some(&real) => real,
        _ => cleaned,
    }
}

/// Whether `path` is a way down only: what it names lies below where it starts, as far as text can tell.
pub(super) fn is_downward(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Whether `name` is the name of one file: no slash, no dots for folders.
pub(super) fn is_one_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == name)
}

/// Opens a regular file, and nothing else: pipes and devices are not touched.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    // What was looked at need not be what was opened.
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// The first bytes of a regular file, at most `limit`.
pub(super) fn read_start(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    open_regular(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A whole regular file of at most `limit` bytes. None if there is none or if it is longer: half a document is none.
pub(super) fn read_whole(path: &Path, limit: usize) -> Option<Vec<u8>> {
    let bytes = read_start(path, limit.saturating_add(1)).ok()?;
    (bytes.len() <= limit).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{absolute, clean, is_downward, is_one_name, read_whole};
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    #[test]
    fn cleaning_is_textual() {
        let cases = [
            ("/a/./b//c/", "/a/b/c"),
            ("/a/../b", "/b"),
            ("/../../etc", "/etc"),
            ("/", "/"),
            ("/a/b/..", "/a"),
        ];
        for (path, expected) in cases {
            assert_eq!(clean(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn dots_behind_a_link_are_resolved_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("far/inner")).unwrap();
        fs::create_dir(root.join("near")).unwrap();
        fs::write(root.join("far/file"), "").unwrap();
        symlink(root.join("far/inner"), root.join("near/link")).unwrap();
        assert_eq!(absolute(&root, Path::new("near/link/../file")), root.join("far/file"));
        assert_eq!(absolute(&root, Path::new("near/../far/file")), root.join("far/file"));
        assert_eq!(absolute(&root, Path::new("./nothing/../x")), root.join("x"));
    }

    #[test]
    fn names_and_ways_down() {
        for (name, expected) in
            [("3.11", true), ("..", false), ("", false), ("a/b", false), (".", false), ("/", false)]
        {
            assert_eq!(is_one_name(name), expected, "{name}");
        }
        for (path, expected) in
            [("bin/x.js", true), ("./x", true), ("../x", false), ("/x", false), ("a/../b", false)]
        {
            assert_eq!(is_downward(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn pipes_folders_and_long_files_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "12345").unwrap();
        assert!(read_whole(&pipe, 10).is_none());
        assert!(read_whole(folder.path(), 10).is_none());
        assert!(read_whole(&file, 4).is_none());
        assert_eq!(read_whole(&file, 5).unwrap(), b"12345");
    }
}
