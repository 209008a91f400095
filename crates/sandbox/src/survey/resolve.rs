//! Where a path leads, link by link.

use crate::plan::Kind;
use portcullis_policy::value::AbsPath;
use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Component, Path, PathBuf};

/// A path without symbolic links, and those that were on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Where it leads.
    pub path: AbsPath,
    /// What stands there.
    pub kind: Kind,
    /// The links on the way, and what they say.
    pub links: BTreeMap<PathBuf, PathBuf>,
}

/// A path that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Nothing is there.
    #[error("`{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// Links lead around in a circle, or too far.
    #[error("too many symbolic links on the way, the last one at `{}`", .0.display())]
    Loop(PathBuf),
    /// It is another thing than what was found a moment before.
    #[error("`{}` has changed while the jail was being planned, or leads to what no program is loaded from", .0.display())]
    Changed(PathBuf),
    /// Not a file or a folder.
    #[error("`{}` is a {kind}, not a file or a folder", path.display())]
    Special {
        /// Where.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// A name that is not UTF-8 cannot be in a policy.
    #[error("`{}` has a name that is not UTF-8", .0.display())]
    Name(PathBuf),
    /// The system refuses.
    #[error("`{}` cannot be looked at: {cause}", path.display())]
    Os {
        /// Where.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

/// As many links as the kernel follows (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// Resolves an absolute path, link by link, to something that exists.
pub fn resolve(path: &Path) -> Result<Resolved, ResolveError> {
    let mut links = BTreeMap::new();
    let mut followed = 0;
    let mut real = PathBuf::from("/");
    let mut kind = Kind::Folder;
    let mut ahead: VecDeque<OsString> = names(path);
    while let Some(name) = ahead.pop_front() {
        if name.as_bytes() == b".." {
            real.pop();
            kind = Kind::Folder;
            continue;
        }
        let next = real.join(&name);
        let found = std::fs::symlink_metadata(&next).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                ResolveError::Missing(next.clone())
            }
            _ => ResolveError::Os { path: next.clone(), cause: error.to_string() },
        })?;
        if found.is_symlink() {
            followed += 1;
            if followed > MOST_LINKS {
                return Err(ResolveError::Loop(next));
            }
            let says = std::fs::read_link(&next)
                .map_err(|error| ResolveError::Os { path: next.clone(), cause: error.to_string() })?;
            if says.is_absolute() {
                real = PathBuf::from("/");
            }
            for name in names(&says).into_iter().rev() {
                ahead.push_front(name);
            }
            links.insert(next, says);
            kind = Kind::Folder;
            continue;
        }
        kind = if found.is_dir() { Kind::Folder } else { Kind::File };
        if let Some(special) = special(found.file_type()) {
            return Err(ResolveError::Special { path: next, kind: special });
        }
        real = next;
    }
    let path = real.to_str().and_then(|text| AbsPath::parse(text).ok()).ok_or(ResolveError::Name(real))?;
    Ok(Resolved { path, kind, links })
}

fn special(kind: std::fs::FileType) -> Option<&'static str> {
    let kinds = [
        (kind.is_socket(), "socket"),
        (kind.is_fifo(), "named pipe"),
        (kind.is_block_device() || kind.is_char_device(), "device"),
    ];
    kinds.into_iter().find_map(|(is, name)| is.then_some(name))
}

/// The names of a path in order; `.` is left out, `..` kept.
fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        std::fs::create_dir(at("real")).unwrap();
        std::fs::write(at("real/file"), "").unwrap();
        symlink("real", at("link")).unwrap();
        symlink(at("link/file"), at("far")).unwrap();
        symlink("loop", at("loop")).unwrap();
        symlink("nowhere", at("dangling")).unwrap();
        let found = resolve(&at("far")).unwrap();
        assert_eq!(found.path.as_str(), at("real/file").to_str().unwrap());
        assert_eq!(found.kind, Kind::File);
        assert_eq!(found.links.keys().collect::<Vec<_>>(), [&at("far"), &at("link")]);
        assert_eq!(resolve(&at("link")).unwrap().kind, Kind::Folder);
        assert!(matches!(resolve(&at("loop")), Err(ResolveError::Loop(_))));
        assert!(matches!(resolve(&at("dangling")), Err(ResolveError::Missing(_))));
        assert!(matches!(resolve(&at("real/file/x")), Err(ResolveError::Missing(_))));
        assert!(matches!(resolve(Path::new("/dev/null")), Err(ResolveError::Special { kind: "device", .. })));
        assert_eq!(resolve(Path::new("/")).unwrap().path, AbsPath::root());
    }
}
