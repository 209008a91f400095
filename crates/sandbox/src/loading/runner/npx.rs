//! `npx`: the package that it fetched earlier, or one that the project or the system has, and the command in it.
//!
//! The order is npx's own: a bare name is looked for in the project and among the global commands first, then in the
//! cache. npm's setting of another cache is not known here.

use super::{Call, Grammar};
use crate::loading::LoadingError;
use crate::loading::chain::{Run, Surroundings};
use crate::loading::lookup;
use crate::loading::node::is_node_name;
use crate::loading::node::package::{Description, file_in, is_package_name, short_name};
use crate::loading::paths::read_start;
use crate::loading::script;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// At most this many folders of the cache are looked at.
const MAX_CACHED: usize = 5_000;

const GRAMMAR: Grammar = Grammar {
    runner: "npx",
    from: &["-p", "--package"],
    valued: &[
        "-w",
        "--workspace",
        "--registry",
        "--userconfig",
        "--globalconfig",
        "--prefix",
        "--loglevel",
        "--script-shell",
        "--shell",
        "-n",
        "--node-arg",
        "--npm",
    ],
    refused: &[
        ("-c", "runs a shell"),
        ("--call", "runs a shell"),
        ("--cache", "names another cache"),
        ("--shell-auto-fallback", "runs a shell"),
    ],
};

/// What `npx` would start.
pub(super) fn redirect(around: &Surroundings<'_>, words: &[OsString]) -> Result<Option<Run>, LoadingError> {
    let Some(Call { from, name, arguments }) = GRAMMAR.read(words)? else {
        return Ok(None);
    };
    let asked = from.as_deref().unwrap_or(&name);
    let unclear =
        || LoadingError::Runner { runner: "npx", what: format!("`{asked}` is no name of a package") };
    let package = Package::parse(asked).ok_or_else(unclear)?;
    let command = from.as_ref().map(|_| name.as_str());
    let folder = if from.is_none() && package.version == Version::Any {
        local(around, package.name).or_else(|| global(around, package.name))
    } else {
        None
    };
    let folder = folder.or_else(|| cached(around, asked, &package));
    let Some(folder) = folder else {
        let fill = match command {
            Some(command) => format!("npx --yes --package {asked} {command} --help"),
            None => format!("npx --yes {asked} --help"),
        };
        return Err(LoadingError::NotCached { runner: "npx", package: asked.to_owned(), fill });
    };
    started(around, &folder, command, arguments).map(Some)
}

/// A package as asked for.
#[derive(Debug, PartialEq, Eq)]
struct Package<'a> {
    name: &'a str,
    version: Version<'a>,
}

/// Which version will do.
#[derive(Debug, PartialEq, Eq)]
enum Version<'a> {
    /// None was named, or the latest: offline that is what there is.
    Any,
    /// This one.
    Exact(&'a str),
    /// A range or a tag: only what was fetched by the same words.
    Same,
}

impl<'a> Package<'a> {
    /// Reads `name`, `name@1.0.0`, `@scope/name@tag`. Addresses and paths are none.
    fn parse(text: &'a str) -> Option<Self> {
        let at = text.char_indices().skip(1).find(|(_, letter)| *letter == '@').map(|(at, _)| at);
        let (name, version) = match at {
            Some(at) => {
                let (name, version) = text.split_at_checked(at)?;
                (name, version.strip_prefix('@')?)
            }
            None => (text, ""),
        };
        let version = match version {
            "" | "latest" => Version::Any,
            exact if is_exact(exact) => Version::Exact(exact),
            range if range.contains([':', '/']) => return None,
            _ => Version::Same,
        };
        (is_package_name(name) && !name.contains(':')).then_some(Self { name, version })
    }
}

/// `1.2.3`, with what may follow that.
fn is_exact(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    core.split('.').count() == 3 && core.split('.').all(|part| part.parse::<u64>().is_ok())
}

/// The package whose command the project has.
fn local(around: &Surroundings<'_>, name: &str) -> Option<PathBuf> {
    let folders = around.command.directory.ancestors().map(|folder| folder.join("node_modules"));
    folders.into_iter().find_map(|packages| {
        let is_linked = packages.join(".bin").join(short_name(name)).exists();
        described_as(&packages.join(name), name).filter(|_| is_linked)
    })
}

/// The package that is installed beside npm, or beside a command of the search path.
fn global(around: &Surroundings<'_>, name: &str) -> Option<PathBuf> {
    let folders = around.command.search.iter().filter(|folder| folder.is_absolute());
    folders.filter(|folder| folder.join(short_name(name)).exists()).find_map(|folder| {
        let packages = folder.parent()?.join("lib/node_modules");
        described_as(&packages.join(name), name)
    })
}

fn described_as(folder: &Path, name: &str) -> Option<PathBuf> {
    let description = Description::read(folder)?;
    (description.name.as_deref() == Some(name)).then(|| folder.to_owned())
}

/// The package in npx's cache: rather what was fetched by the same words, then the newest.
fn cached(around: &Surroundings<'_>, asked: &str, package: &Package<'_>) -> Option<PathBuf> {
    let entries = around.command.home?.join(".npm/_npx").read_dir().ok()?;
    let folders = entries.flatten().take(MAX_CACHED).map(|entry| entry.path());
    let fits = |folder: PathBuf| -> Option<((bool, SystemTime), PathBuf)> {
        let outer = Description::read(&folder)?;
        if !outer.dependencies.contains(package.name) {
            return None;
        }
        let inner = folder.join("node_modules").join(package.name);
        let description = Description::read(&inner)?;
        let is_same = outer.asked.iter().any(|before| before == asked);
        let will_do = match package.version {
            Version::Any => true,
            Version::Exact(version) => description.version.as_deref() == Some(version),
            Version::Same => is_same,
        };
        let changed = folder.join("package.json").metadata().ok()?.modified().ok()?;
        will_do.then_some(((is_same, changed), inner))
    };
    folders.filter_map(fits).max().map(|(_, inner)| inner)
}

/// The command of a package, started as npx would.
fn started(
    around: &Surroundings<'_>,
    package: &Path,
    command: Option<&str>,
    arguments: &[OsString],
) -> Result<Run, LoadingError> {
    let fault = |what| LoadingError::Package { package: package.to_owned(), what };
    let description = Description::read(package).ok_or_else(|| fault("cannot be read"))?;
    let path = command_of(&description, command).ok_or_else(|| fault("has no such command"))?;
    let file = file_in(around.guard, package, path)
        .ok_or_else(|| fault("names a file outside of itself, or none, as its command"))?;
    let start = read_start(&file, script::FIRST_LINE_LEN).unwrap_or_default();
    let words = script::first_line(&start).and_then(|line| words_of_node(&line));
    let is_started_by_itself =
        words.is_none() && start.starts_with(b"#!") || super::super::elf::is_elf(&start);
    if is_started_by_itself {
        lookup::check_executable(&file)?;
        return Ok(Run::of(file, arguments));
    }
    // The first line may give Node options.
    let options = words.unwrap_or_default();
    let node = lookup::program(Path::new("node"), around.command.directory, around.command.search)?;
    let script = Some(file.clone());
    let words: Vec<_> =
        options.into_iter().chain([file.into_os_string()]).chain(arguments.iter().cloned()).collect();
    Ok(Run { script, ..Run::of(node, &words) })
}

/// The words behind `node` in a first line. None if that starts something else.
fn words_of_node(line: &script::FirstLine) -> Option<Vec<OsString>> {
    let script::FirstLine { interpreter, argument } = line;
    let name = interpreter.file_name()?;
    let argument = argument.iter().cloned().collect::<Vec<_>>();
    if is_node_name(name) {
        return Some(argument);
    }
    let mut words = if name == "env" { script::behind_env(&argument)? } else { return None };
    let is_node = Path::new(words.first()?).file_name().is_some_and(is_node_name);
    is_node.then(|| words.split_off(1))
}

/// The file of a command: the one that was named, the only one, or the one of the package's name.
fn command_of<'a>(description: &'a Description, command: Option<&str>) -> Option<&'a str> {
    let find = |name: &str| {
        description.commands.iter().find(|(known, _)| known == name).map(|(_, path)| path.as_str())
    };
    if let Some(command) = command {
        return find(command);
    }
    let (_, first) = description.commands.first()?;
    if description.commands.iter().all(|(_, path)| path == first) {
        return Some(first);
    }
    find(short_name(description.name.as_deref()?))
}

#[cfg(test)]
mod tests {
    use super::{Package, Version};

    #[test]
    fn packages_are_names_with_a_version_or_none() {
        let cases = [
            ("a", Some(("a", Version::Any))),
            ("a@latest", Some(("a", Version::Any))),
            ("@s/a", Some(("@s/a", Version::Any))),
            ("@s/a@1.2.3", Some(("@s/a", Version::Exact("1.2.3")))),
            ("a@1.2.3-rc.1", Some(("a", Version::Exact("1.2.3-rc.1")))),
            ("a@^1.2", Some(("a", Version::Same))),
            ("a@next", Some(("a", Version::Same))),
            ("a@npm:b", None),
            ("github:a/b", None),
            ("../a", None),
            ("./a", None),
            ("@s", None),
            ("https://host/a.tgz", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(name, version)| Package { name, version });
            assert_eq!(Package::parse(text), expected, "{text}");
        }
    }
}
