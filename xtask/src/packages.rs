//! What the packages of the repository build: fuzz targets, benches and programs, read from their manifests, so that no
//! second list can differ from them.

use anyhow::{Context, Result};
use portcullis_e2e::places;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A bench or a program, and the package that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Built {
    pub(crate) package: String,
    pub(crate) name: String,
}

/// The targets of `fuzz/Cargo.toml`, in its order.
pub(crate) fn fuzz_targets() -> Result<Vec<String>> {
    Ok(names(&manifest(&places::root().join("fuzz"))?, "bin"))
}

/// The benches of every room, by room.
pub(crate) fn benches() -> Result<Vec<Built>> {
    Ok(rooms()?.iter().flat_map(|room| room.all(names(&room.table, "bench"))).collect())
}

/// The programs of every room: its `[[bin]]` entries, or its `src/main.rs` under the name of the package.
pub(crate) fn programs() -> Result<Vec<Built>> {
    let programs = |room: &Room| {
        let listed = names(&room.table, "bin");
        let unlisted = listed.is_empty() && room.folder.join("src/main.rs").exists();
        room.all(if unlisted { vec![room.package.clone()] } else { listed })
    };
    Ok(rooms()?.iter().flat_map(programs).collect())
}

/// A package under `crates/`.
struct Room {
    folder: PathBuf,
    package: String,
    table: Table,
}

impl Room {
    fn all(&self, names: Vec<String>) -> Vec<Built> {
        names.into_iter().map(|name| Built { package: self.package.clone(), name }).collect()
    }
}

fn rooms() -> Result<Vec<Room>> {
    let folder = places::root().join("crates");
    let mut rooms = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let folder = entry?.path();
        let table = manifest(&folder)?;
        let package = table.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
        let package = package.with_context(|| format!("`{}` has no name", folder.display()))?.to_owned();
        rooms.push(Room { folder, package, table });
    }
    rooms.sort_by(|one, other| one.package.cmp(&other.package));
    Ok(rooms)
}

fn manifest(folder: &Path) -> Result<Table> {
    let path = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    text.parse().with_context(|| format!("cannot read `{}`", path.display()))
}

fn names(table: &Table, array: &str) -> Vec<String> {
    let list = table.get(array).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|entry| entry.get("name")?.as_str().map(str::to_owned)).collect()
}
