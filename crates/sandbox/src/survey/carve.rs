//! Trees without what stays closed in them, as trees that can be given whole.

use super::{Extent, Place, Survey};
use crate::plan::Kind;
use portcullis_policy::value::AbsPath;
use std::path::PathBuf;

/// What is left of the declared trees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carved {
    /// Of what may be read: without what is denied.
    pub read: Vec<Remnant>,
    /// Of what may be written: without what is denied or protected.
    pub write: Vec<Remnant>,
}

/// A part of a declared tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remnant {
    /// Everything at and below this path.
    Whole(PathBuf, Kind),
    /// A folder in which something is closed, itself: what it holds follows one by one. Its names may be listed if nothing closed
    /// below it is a folder.
    Around(PathBuf, Listing),
}

impl Remnant {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        match self {
            Self::Whole(path, _) | Self::Around(path, _) => path,
        }
    }
}

/// Whether the names in a folder may be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// They may.
    Open,
    /// That would open the names in something closed.
    Closed,
}

pub(super) fn carve(found: &Survey) -> Carved {
    let denied: Vec<_> = found.denied.iter().collect();
    let closed_to_writing: Vec<_> = found.denied.iter().chain(&found.protected).collect();
    Carved {
        read: found.read.iter().flat_map(|place| without(place, &denied)).collect(),
        write: found.write.iter().flat_map(|place| without(place, &closed_to_writing)).collect(),
    }
}

fn without(place: &Place, closed: &[&Place]) -> Vec<Remnant> {
    if place.extent == Extent::Alone {
        let path = place.path.as_str().into();
        return vec![match place.kind {
            Kind::File => Remnant::Whole(path, Kind::File),
            // A right to list would reach the folders below as well.
            Kind::Folder => Remnant::Around(path, Listing::Closed),
        }];
    }
    let mut out = Vec::new();
    let mut waiting = vec![(place.path.clone(), place.kind)];
    while let Some((path, kind)) = waiting.pop() {
        let inside: Vec<_> = closed.iter().filter(|closed| closed.path.is_within(&path)).collect();
        if inside.is_empty() {
            out.push(Remnant::Whole(path.as_str().into(), kind));
        } else if inside.iter().all(|closed| closed.path != path) {
            let folders = inside.iter().any(|closed| closed.kind == Kind::Folder);
            let listing = if folders { Listing::Closed } else { Listing::Open };
            out.push(Remnant::Around(path.as_str().into(), listing));
            waiting.extend(entries(&path));
        }
    }
    out
}

/// What a folder holds, links left out: where they lead is given where it stands, or not at all.
fn entries(folder: &AbsPath) -> Vec<(AbsPath, Kind)> {
    let entry = |entry: std::fs::DirEntry| {
        let kind = entry.file_type().ok()?;
        let path = folder.join(entry.file_name().to_str()?).ok()?;
        (!kind.is_symlink()).then_some((path, if kind.is_dir() { Kind::Folder } else { Kind::File }))
    };
    std::fs::read_dir(folder.as_str()).into_iter().flatten().flatten().filter_map(entry).collect()
}
