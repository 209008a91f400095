//! `uvx` and `pipx run`: the environments that they made earlier for a tool. An environment counts if it has
//! `pyvenv.cfg`, the tool's program, and the description of the package in the version asked for.

use super::{Call, Grammar};
use crate::loading::LoadingError;
use crate::loading::chain::{Run, Surroundings};
use crate::loading::lookup;
use crate::loading::paths::is_one_name;
use crate::loading::python::is_environment;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// At most this many environments of a cache are looked at.
const MAX_ENVIRONMENTS: usize = 5_000;

const UVX: Grammar = Grammar {
    runner: "uvx",
    from: &["--from"],
    valued: &[
        "-p",
        "--python",
        "-w",
        "--with",
        "--index",
        "--default-index",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--index-strategy",
        "--keyring-provider",
        "--resolution",
        "--prerelease",
        "--link-mode",
        "--exclude-newer",
        "--directory",
        "--project",
        "--config-file",
        "--cache-dir",
        "--color",
        "--refresh-package",
        "--upgrade-package",
        "-P",
        "-c",
        "--constraints",
        "--overrides",
        "-b",
        "--build-constraints",
        "--allow-insecure-host",
        "--env-file",
        "--config-setting",
        "-C",
        "--no-build-package",
        "--no-binary-package",
        "--python-platform",
        "--fork-strategy",
        "--no-build-isolation-package",
        "--reinstall-package",
        "--torch-backend",
    ],
    refused: &[
        ("--with-editable", "adds folders that are not known here"),
        ("--with-requirements", "adds packages that are not known here"),
    ],
};

const PIPX: Grammar = Grammar {
    runner: "pipx",
    from: &["--spec"],
    valued: &["--python", "--index-url", "-i", "--pip-args", "--with"],
    refused: &[("--path", "names a script of its own"), ("--pypackages", "names a folder of its own")],
};

/// Environments by name, or caches full of them, below home.
struct Places {
    /// One folder per tool, of its name.
    named: &'static [&'static str],
    /// Folders of any name.
    cached: &'static [&'static str],
}

const OF_UV: Places = Places {
    named: &[".local/share/uv/tools"],
    cached: &[
        ".cache/uv/archive-v0",
        ".cache/uv/environments-v2",
        ".cache/uv/environments-v1",
        ".cache/uv/environments-v0",
    ],
};

const OF_PIPX: Places = Places {
    named: &[".local/share/pipx/venvs", ".local/pipx/venvs"],
    cached: &[".local/share/pipx/.cache", ".local/pipx/.cache", ".cache/pipx"],
};

/// What `uvx` would start.
pub(super) fn uvx(around: &Surroundings<'_>, words: &[OsString]) -> Result<Option<Run>, LoadingError> {
    find(around, &UVX, &OF_UV, words)
}

/// What `pipx run` would start.
pub(super) fn pipx(around: &Surroundings<'_>, words: &[OsString]) -> Result<Option<Run>, LoadingError> {
    find(around, &PIPX, &OF_PIPX, words)
}

fn find(
    around: &Surroundings<'_>,
    grammar: &Grammar,
    places: &Places,
    words: &[OsString],
) -> Result<Option<Run>, LoadingError> {
    let runner = grammar.runner;
    let Some(Call { from, name, arguments }) = grammar.read(words)? else {
        return Ok(None);
    };
    let asked = from.as_deref().unwrap_or(&name);
    let unclear = || LoadingError::Runner { runner, what: format!("`{asked}` is no name of a package") };
    let package = Package::parse(asked).ok_or_else(unclear)?;
    let command = if from.is_some() { name.as_str() } else { package.name.as_str() };
    if !is_one_name(command) {
        return Err(LoadingError::Runner { runner, what: format!("`{command}` is no name of a command") });
    }
    let program = around.command.home.and_then(|home| environment_of(home, places, &package, command));
    let Some(program) = program else {
        let start = if runner == "uvx" { "uvx" } else { "pipx run" };
        let fill = match from {
            Some(_) => format!("{start} {} {asked} {command} --help", grammar.from.concat()),
            None => format!("{start} {asked} --help"),
        };
        return Err(LoadingError::NotCached { runner, package: asked.to_owned(), fill });
    };
    Ok(Some(Run::of(program, arguments)))
}

/// A package as asked for.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    /// Only this version.
    version: Option<String>,
}

impl Package {
    /// Reads `name`, `name@1.0`, `name==1.0`, `name[extra]`. Other ranges, addresses and paths are none.
    fn parse(text: &str) -> Option<Self> {
        let (name, version) = match text.split_once("==").or_else(|| text.split_once('@')) {
            Some((name, version)) => (name, Some(version).filter(|version| *version != "latest")),
            None => (text, None),
        };
        let name = name.split_once('[').map_or(name, |(name, _)| name).trim();
        let is_plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+!".contains(&byte));
        let is_name = is_one_name(name) && is_plain(name);
        let version = version.map(|version| version.trim().to_owned());
        (is_name && version.as_deref().is_none_or(is_plain)).then(|| Self { name: name.to_owned(), version })
    }

    /// Whether the environment holds the package in that version: the folder of its description says so by its name.
    fn is_in(&self, root: &Path) -> bool {
        let libraries = root.join("lib").read_dir().into_iter().flatten().flatten();
        let sites = libraries.map(|entry| entry.path().join("site-packages"));
        let names = sites.filter_map(|site| site.read_dir().ok()).flatten().flatten();
        names.filter_map(|entry| entry.file_name().into_string().ok()).any(|name| {
            let Some((package, version)) =
                name.strip_suffix(".dist-info").and_then(|name| name.rsplit_once('-'))
            else {
                return false;
            };
            same_name(package, &self.name) && self.version.as_deref().is_none_or(|asked| asked == version)
        })
    }
}

/// Whether two names of packages are the same: case and the kind of dash do not count.
fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '.'], "_");
    plain(one) == plain(other)
}

/// The program in the newest environment that holds the package.
fn environment_of(home: &Path, places: &Places, package: &Package, command: &str) -> Option<PathBuf> {
    let fits = |root: &Path| {
        let program = root.join("bin").join(command);
        let is_fit =
            lookup::check_executable(&program).is_ok() && is_environment(root) && package.is_in(root);
        is_fit.then_some(program)
    };
    let named = places.named.iter().map(|place| home.join(place).join(&package.name));
    if let Some(program) = named.into_iter().find_map(|root| fits(&root)) {
        return Some(program);
    }
    let cached = places.cached.iter().filter_map(|place| home.join(place).read_dir().ok());
    let roots = cached.flatten().flatten().take(MAX_ENVIRONMENTS).map(|entry| entry.path());
    let found = roots.filter_map(|root| Some((root.metadata().ok()?.modified().ok()?, fits(&root)?)));
    found.max().map(|(_, program)| program)
}

#[cfg(test)]
mod tests {
    use super::{Package, same_name};

    #[test]
    fn packages_are_plain_names_with_an_exact_version_or_none() {
        let cases = [
            ("ruff", Some(("ruff", None))),
            ("ruff@0.6.0", Some(("ruff", Some("0.6.0")))),
            ("ruff@latest", Some(("ruff", None))),
            ("ruff==0.6.0", Some(("ruff", Some("0.6.0")))),
            ("mcp[cli]", Some(("mcp", None))),
            ("mcp[cli]==1.0", Some(("mcp", Some("1.0")))),
            ("ruff>=0.6", None),
            ("git+https://host/x", None),
            ("../../x", None),
            (".", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let expected = expected
                .map(|(name, version)| Package { name: name.into(), version: version.map(str::to_owned) });
            assert_eq!(Package::parse(text), expected, "{text}");
        }
        assert!(same_name("MCP_server.git", "mcp-server-git"));
    }
}
