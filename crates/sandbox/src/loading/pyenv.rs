//! The shims of pyenv: small scripts that look up the chosen version and start that one's program. They are looked up
//! here instead, since running them would need all of pyenv. `PYENV_VERSION` is not known here.

use super::LoadingError;
use super::chain::{Run, Surroundings};
use super::lookup;
use super::paths::{is_one_name, read_start, read_whole};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A file that names versions is no longer than this.
const MAX_LIST_LEN: usize = 16 << 10;

/// What the shim stands for. None if the program is none.
pub(super) fn redirect(around: &Surroundings<'_>, run: &Run) -> Result<Option<Run>, LoadingError> {
    let Some((root, name)) = shim(&run.program) else {
        return Ok(None);
    };
    let versions = chosen(around.command.directory, &root);
    for version in &versions {
        let Some(program) = program(around, &root, version, name) else { continue };
        return Ok(Some(Run { script: run.script.clone(), ..Run::of(program, run.arguments()) }));
    }
    Err(LoadingError::Shim { shim: run.program.clone(), versions: versions.join(", ") })
}

/// The root of pyenv and the name, if the file is a shim.
fn shim(program: &Path) -> Option<(PathBuf, &OsStr)> {
    let folder = program.parent().filter(|folder| folder.ends_with("shims"))?;
    let root = folder.parent().filter(|root| root.join("versions").is_dir())?;
    let start = read_start(program, 1_024).ok()?;
    let is_shim = start.starts_with(b"#!") && start.windows(5).any(|part| part == b"pyenv");
    is_shim.then_some(())?;
    Some((root.to_owned(), program.file_name()?))
}

/// The versions in use: those of the nearest `.python-version`, else pyenv's own choice.
fn chosen(directory: &Path, root: &Path) -> Vec<String> {
    let local = directory.ancestors().map(|folder| folder.join(".python-version"));
    let text = local.chain([root.join("version")]).find_map(|path| read_whole(&path, MAX_LIST_LEN));
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    // A name is part of a path: nothing but a name will do.
    let names = lines.flat_map(str::split_whitespace).filter(|name| is_one_name(name));
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.is_empty() { vec!["system".into()] } else { names }
}

fn program(around: &Surroundings<'_>, root: &Path, version: &str, name: &OsStr) -> Option<PathBuf> {
    if version == "system" {
        let shims = root.join("shims");
        let search: Vec<_> =
            around.command.search.iter().filter(|folder| **folder != shims).cloned().collect();
        return lookup::program(Path::new(name), around.command.directory, &search).ok();
    }
    let folder = [version, version.strip_prefix("python-").unwrap_or(version)]
        .into_iter()
        .map(|version| root.join("versions").join(version))
        .find(|folder| folder.is_dir())
        .or_else(|| newest(root, version))?;
    let program = folder.join("bin").join(name);
    lookup::check_executable(&program).ok().map(|()| program)
}

/// The newest of the versions that start with this one: `3.11` for `3.11.7`.
fn newest(root: &Path, version: &str) -> Option<PathBuf> {
    let start = format!("{version}.");
    let entries = root.join("versions").read_dir().ok()?;
    let names = entries.filter_map(|entry| entry.ok().map(|entry| entry.file_name()));
    let rank = |name: &OsString| {
        let rest = name.to_str()?.strip_prefix(&start)?;
        rest.split('.').map(|number| number.parse().ok()).collect::<Option<Vec<u32>>>()
    };
    let best = names.filter_map(|name| Some((rank(&name)?, name))).max()?;
    Some(root.join("versions").join(best.1))
}
