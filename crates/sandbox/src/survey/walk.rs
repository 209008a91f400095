//! Looking through folders for what a pattern matches, following no link.

use super::resolve::{ResolveError, Resolved, resolve};
use super::{Extent, Place};
use crate::plan::Kind;
use portcullis_policy::value::{AbsPath, PathGlob, Reach};
use std::ffi::OsString;
use std::path::Path;

/// Most entries that one pattern may have looked at.
const MOST_ENTRIES: usize = 200_000;

/// Most places that one pattern may stand for: each is a mount or a rule of the kernel's.
const MOST_PLACES: usize = 1_000;

/// What an allowing pattern matches at or below a folder.
pub(super) fn matching(glob: &PathGlob, start: &AbsPath) -> Result<Vec<Place>, String> {
    // `folder/**` and bare names cover what lies below what they match.
    let whole = glob.as_str().ends_with("/**") || !glob.as_str().contains('/');
    let search = Search {
        covers: &|path| glob.matches(path),
        whole,
        depth: depth(glob, start),
        wants: Wants::Found,
        tree: start,
    };
    search.from(start)
}

/// What a denying pattern closes in a tree. What cannot be looked at is an error: something closed could be behind it.
pub(super) fn denied(glob: &PathGlob, tree: &Place) -> Result<Vec<Place>, String> {
    let (Reach::Path(fixed) | Reach::Tree(fixed) | Reach::Within(fixed)) = glob.reach_of_deny();
    // A pattern that is spelt through a link closes where that leads as well.
    let real = match resolve(Path::new(fixed.as_str())) {
        Ok(resolved) => Some(resolved.path).filter(|real| *real != fixed),
        Err(ResolveError::Missing(_)) => None,
        Err(error) => return Err(error.to_string()),
    };
    below(glob, &fixed, real.as_ref().unwrap_or(&fixed), tree)
}

/// What a denying pattern closes in a tree where its fixed start `fixed` is found at `real`.
fn below(glob: &PathGlob, fixed: &AbsPath, real: &AbsPath, tree: &Place) -> Result<Vec<Place>, String> {
    if !real.is_within(&tree.path) && !tree.path.is_within(real) {
        return Ok(Vec::new());
    }
    let whole = !matches!(glob.reach_of_deny(), Reach::Within(_));
    let spelt = |path: &AbsPath| -> Option<AbsPath> {
        let rest = path.as_str().strip_prefix(real.as_str().trim_end_matches('/'))?;
        AbsPath::parse(&format!("{}{rest}", fixed.as_str().trim_end_matches('/'))).ok()
    };
    let covers = |path: &AbsPath| glob.denies(path) || spelt(path).is_some_and(|path| glob.denies(&path));
    let itself = if whole { tree.path.is_within(real) } else { covers(&tree.path) };
    if itself {
        return Ok(vec![Place { extent: Extent::Tree, ..tree.clone() }]);
    }
    if tree.extent == Extent::Alone {
        return Ok(Vec::new());
    }
    if whole {
        let kind = kind_of(Path::new(real.as_str()));
        return Ok(kind
            .map(|kind| Place { path: real.clone(), kind, extent: Extent::Tree })
            .into_iter()
            .collect());
    }
    let start = if real.is_within(&tree.path) { real } else { &tree.path };
    Search {
        covers: &covers,
        whole: true,
        depth: depth(glob, start),
        wants: Wants::Everything,
        tree: &tree.path,
    }
    .from(start)
}

/// How far below `start` the pattern can match: as many components as it has after those of its fixed start; none for any.
fn depth(glob: &PathGlob, start: &AbsPath) -> Option<usize> {
    let text = glob.as_str();
    if text.contains("**") || !text.contains('/') {
        return None;
    }
    let (Reach::Path(fixed) | Reach::Tree(fixed) | Reach::Within(fixed)) = glob.reach();
    let count = |path: &str| path.split('/').filter(|name| !name.is_empty()).count();
    let is_plain = |name: &str| !name.contains(['*', '?', '[', '{']);
    let open = text.split('/').skip_while(|name| is_plain(name)).count();
    Some((count(fixed.as_str()) + open).saturating_sub(count(start.as_str())))
}

/// What a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// What can be found: what cannot be looked at cannot be given either.
    Found,
    /// All there is: what cannot be looked at is an error.
    Everything,
}

struct Search<'a> {
    covers: &'a dyn Fn(&AbsPath) -> bool,
    /// Whether what lies below a match goes with it.
    whole: bool,
    depth: Option<usize>,
    wants: Wants,
    /// The tree that is searched in.
    tree: &'a AbsPath,
}

/// What stands at a path.
enum Seen {
    Kind(Kind),
    Link,
    Nothing,
}

/// What a denied link leads to, if that lies in the tree.
fn leads_to(link: &AbsPath, tree: &AbsPath) -> Result<Option<Place>, String> {
    match resolve(Path::new(link.as_str())) {
        Ok(Resolved { path, kind, .. }) if path.is_within(tree) && path != *tree => {
            Ok(Some(Place { path, kind, extent: Extent::Tree }))
        }
        Ok(_) | Err(ResolveError::Missing(_) | ResolveError::Special { .. }) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

impl Search<'_> {
    fn from(&self, start: &AbsPath) -> Result<Vec<Place>, String> {
        let mut found = Vec::new();
        let mut seen = 0_usize;
        let mut waiting = vec![(start.clone(), 0_usize)];
        while let Some((path, depth)) = waiting.pop() {
            let kind = match self.kind(&path)? {
                Seen::Kind(kind) => kind,
                Seen::Link if self.wants == Wants::Everything && (self.covers)(&path) => {
                    found.extend(leads_to(&path, self.tree)?);
                    continue;
                }
                Seen::Link | Seen::Nothing => continue,
            };
            if (self.covers)(&path) {
                let extent = if self.whole { Extent::Tree } else { Extent::Alone };
                found.push(Place { path: path.clone(), kind, extent });
                if found.len() > MOST_PLACES {
                    return Err(format!("it matches more than {MOST_PLACES} files"));
                }
                if self.whole {
                    continue;
                }
            }
            if kind == Kind::File || self.depth.is_some_and(|most| depth >= most) {
                continue;
            }
            for entry in self.entries(&path)? {
                seen += 1;
                if seen > MOST_ENTRIES {
                    return Err(format!("more than {MOST_ENTRIES} files would have to be looked at"));
                }
                match entry.to_str().and_then(|name| path.join(name).ok()) {
                    Some(path) => waiting.push((path, depth + 1)),
                    // No pattern can be held against such a name.
                    None if self.wants == Wants::Everything => {
                        return Err(format!(
                            "in `{path}` there is a name that is not UTF-8, or too long a path"
                        ));
                    }
                    None => {}
                }
            }
        }
        Ok(found)
    }

    /// What stands at a path.
    fn kind(&self, path: &AbsPath) -> Result<Seen, String> {
        match std::fs::symlink_metadata(path.as_str()) {
            Ok(found) if found.is_symlink() => Ok(Seen::Link),
            Ok(found) => Ok(Seen::Kind(if found.is_dir() { Kind::Folder } else { Kind::File })),
            Err(error) if self.wants == Wants::Everything && error.kind() != std::io::ErrorKind::NotFound => {
                Err(format!("`{path}` cannot be looked at: {error}"))
            }
            Err(_) => Ok(Seen::Nothing),
        }
    }

    /// The names in a folder.
    fn entries(&self, folder: &AbsPath) -> Result<Vec<OsString>, String> {
        let names = || -> std::io::Result<Vec<OsString>> {
            std::fs::read_dir(folder.as_str())?.map(|entry| Ok(entry?.file_name())).collect()
        };
        match (names(), self.wants) {
            (Ok(names), _) => Ok(names),
            (Err(error), Wants::Everything) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(format!("`{folder}` cannot be looked into: {error}"))
            }
            // A folder that may not be looked into has nothing that a jail of the same user could be given.
            (Err(_), _) => Ok(Vec::new()),
        }
    }
}

/// The kind of a file or folder; none for what is neither, links included.
fn kind_of(path: &Path) -> Option<Kind> {
    let found = std::fs::symlink_metadata(path).ok()?;
    if found.is_dir() { Some(Kind::Folder) } else { (!found.is_symlink()).then_some(Kind::File) }
}
