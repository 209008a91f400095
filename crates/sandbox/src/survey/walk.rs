//! Looking through folders for what a pattern matches, following no link.

use super::{Extent, Place};
use crate::plan::Kind;
use portcullis_policy::value::{AbsPath, PathGlob, Reach};
use std::path::Path;

/// Most entries that one pattern may have looked at.
const MOST_ENTRIES: usize = 200_000;

/// Most places that one pattern may stand for: each is a mount or a rule of the kernel's.
const MOST_PLACES: usize = 1_000;

/// What an allowing pattern matches at or below a folder.
pub(super) fn matching(glob: &PathGlob, start: &AbsPath) -> Result<Vec<Place>, String> {
    // `folder/**` and bare names cover what lies below what they match.
    let whole = glob.as_str().ends_with("/**") || !glob.as_str().contains('/');
    let search = Search { covers: &|path| glob.matches(path), whole, depth: depth(glob, start) };
    search.from(start)
}

/// What a denying pattern closes in a tree.
pub(super) fn denied(glob: &PathGlob, tree: &Place) -> Result<Vec<Place>, String> {
    match glob.reach_of_deny() {
        Reach::Path(path) | Reach::Tree(path) => {
            if !path.is_within(&tree.path) {
                return Ok(Vec::new());
            }
            Ok(kind_of(Path::new(path.as_str()))
                .map(|kind| Place { path, kind, extent: Extent::Tree })
                .into_iter()
                .collect())
        }
        Reach::Within(prefix) => {
            let start = if prefix.is_within(&tree.path) { &prefix } else { &tree.path };
            if !tree.path.is_within(&prefix) && !prefix.is_within(&tree.path) {
                return Ok(Vec::new());
            }
            Search { covers: &|path| glob.denies(path), whole: true, depth: depth(glob, start) }.from(start)
        }
    }
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

struct Search<'a> {
    covers: &'a dyn Fn(&AbsPath) -> bool,
    /// Whether what lies below a match goes with it.
    whole: bool,
    depth: Option<usize>,
}

impl Search<'_> {
    fn from(&self, start: &AbsPath) -> Result<Vec<Place>, String> {
        let mut found = Vec::new();
        let mut seen = 0_usize;
        let mut waiting = vec![(start.clone(), 0_usize)];
        while let Some((path, depth)) = waiting.pop() {
            let Some(kind) = kind_of(Path::new(path.as_str())) else {
                continue;
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
            // A folder that may not be looked into has nothing that a jail of the same user could be given.
            let Ok(entries) = std::fs::read_dir(path.as_str()) else {
                continue;
            };
            for entry in entries.flatten() {
                seen += 1;
                if seen > MOST_ENTRIES {
                    return Err(format!("more than {MOST_ENTRIES} files would have to be looked at"));
                }
                // A name that is not UTF-8 is in no policy, and is open only as part of a tree.
                if let Some(path) = entry.file_name().to_str().and_then(|name| path.join(name).ok()) {
                    waiting.push((path, depth + 1));
                }
            }
        }
        Ok(found)
    }
}

/// The kind of a file or folder; none for what is neither, links included.
fn kind_of(path: &Path) -> Option<Kind> {
    let found = std::fs::symlink_metadata(path).ok()?;
    if found.is_dir() { Some(Kind::Folder) } else { (!found.is_symlink()).then_some(Kind::File) }
}
