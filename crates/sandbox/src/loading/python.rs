//! What a Python needs beyond its libraries: its own modules, those of its environment and of the user, the script and
//! what lies beside it, and the libraries of compiled modules.
//!
//! Lists of folders that packages bring along (`.pth` files, editable installs) are not followed: they are texts that a
//! package wrote. `PyPy` is treated as a Python of another name.

mod arguments;
mod environment;
pub(super) mod wrapped;

use super::chain::{Finds, Run, Surroundings};
use super::elf::Elf;
use super::error::shown;
use super::libraries::Scope;
use super::modules;
use super::paths::absolute;
pub(super) use environment::is_environment;

use arguments::{Arguments, Task, UserPackages};
use environment::{Environment, UserSite};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// At most this many names are read beside a script.
const MAX_SIBLINGS: usize = 2_000;

/// A Python, and where its modules are.
pub(super) struct Python {
    environment: Environment,
}

/// The Python that a program is, by its name. An ELF program of another name may hold one too; that is not seen.
pub(super) fn recognise(around: &Surroundings<'_>, run: &Run, real: &Path, elf: &Elf) -> Option<Python> {
    let is_named =
        [run.program.as_path(), real].into_iter().any(|path| path.file_name().is_some_and(is_python));
    is_named.then(|| Python { environment: Environment::find(around, &run.program, real, elf) })
}

/// `python`, `python3`, `python3.11`, `python3.13t`, `pypy3` and the like.
pub(super) fn is_python(name: &OsStr) -> bool {
    let Some(rest) = name.to_str().and_then(|name| name.strip_prefix("python").or(name.strip_prefix("pypy")))
    else {
        return false;
    };
    let rest = rest.trim_end_matches(['d', 't', 'm', 'u']);
    rest.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
}

impl Python {
    /// Adds everything.
    pub(super) fn add(
        self,
        around: &Surroundings<'_>,
        finds: &mut Finds<'_>,
        run: &Run,
        scope: Option<&Scope>,
    ) {
        let guard = around.guard;
        let arguments = Arguments::read(run.arguments());
        let mut trees = Vec::new();
        for found in &self.environment.trees {
            if finds.tree(guard, &found.path, || found.why.to_owned()) {
                trees.push(found.path.clone());
            } else {
                for inner in &found.instead {
                    if finds.tree(guard, inner, || found.why.to_owned()) {
                        trees.push(inner.clone());
                    }
                }
            }
        }
        for file in &self.environment.files {
            finds.file(guard, file, || "settings of Python".into());
        }
        if self.environment.user_site == UserSite::Used && arguments.user_packages == UserPackages::Used {
            trees.extend(self.add_user_site(around, finds));
        }
        for path in ["/etc/ssl/openssl.cnf", "/usr/lib/ssl/openssl.cnf"] {
            finds.file(guard, Path::new(path), || "settings of OpenSSL".into());
        }
        finds.modules(&trees, modules::Kind::Python, scope);
        if let Task::Script(script) = &arguments.task {
            let script = absolute(around.command.directory, Path::new(script));
            if run.may_name(&script) {
                add_script(around, finds, run, &script);
            }
        }
    }

    /// Adds what `pip install --user` has put into home. Returns its tree.
    fn add_user_site(&self, around: &Surroundings<'_>, finds: &mut Finds<'_>) -> Option<PathBuf> {
        let base = around.command.home?.join(".local");
        let version = self.environment.version.as_deref()?;
        let site = base.join("lib").join(version).join("site-packages");
        let is_added = site.is_dir() && finds.tree(around.guard, &site, || "packages of the user".into());
        if !is_added {
            return None;
        }
        finds.variables.push(("PYTHONUSERBASE", base.into_os_string()));
        Some(site)
    }
}

/// Adds a script with the modules beside it, which are the first that it finds.
fn add_script(around: &Surroundings<'_>, finds: &mut Finds<'_>, run: &Run, script: &Path) {
    let guard = around.guard;
    let why = || format!("script {}", shown(script));
    if script.join("__main__.py").is_file() {
        finds.tree(guard, script, why);
        return;
    }
    if !finds.file(guard, script, why) {
        return;
    }
    // The folder of the file itself counts, not that of a link to it.
    let Ok(real) = guard.file(script) else { return };
    let Some(folder) = real.parent() else { return };
    if is_of_programs(around, run, folder) {
        return;
    }
    if guard.is_wide(folder) {
        finds.notes.insert(format!(
            "modules beside `{}` are not shown: its folder holds more than one thing",
            shown(script)
        ));
    } else {
        add_siblings(around, finds, folder, script);
    }
}

/// Whether a folder holds programs, not modules: commands of packages lie there, and have nothing beside them.
fn is_of_programs(around: &Surroundings<'_>, run: &Run, folder: &Path) -> bool {
    let own = run.program.parent().into_iter();
    let mut folders = own.chain(around.command.search.iter().map(PathBuf::as_path));
    folders.any(|known| known == folder || known.canonicalize().is_ok_and(|real| real == folder))
}

fn add_siblings(around: &Surroundings<'_>, finds: &mut Finds<'_>, folder: &Path, script: &Path) {
    let Ok(entries) = folder.read_dir() else { return };
    let why = || format!("module beside {}", shown(script));
    for (index, entry) in entries.flatten().enumerate() {
        if index >= MAX_SIBLINGS {
            finds.notes.insert(format!("there is too much beside `{}` to show it all", shown(script)));
            return;
        }
        let path = entry.path();
        // A link to somewhere else is a name that anybody can give to anything.
        if !path.canonicalize().is_ok_and(|real| real.starts_with(folder)) {
            continue;
        }
        if path.join("__init__.py").is_file() {
            finds.tree(around.guard, &path, why);
        } else if path.extension() == Some(OsStr::new("py")) {
            finds.file(around.guard, &path, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_python;
    use std::ffi::OsStr;

    #[test]
    fn pythons_are_known_by_name() {
        for name in [
            "python",
            "python3",
            "python3.11",
            "python3.13t",
            "python2.7",
            "pypy3",
            "pypy3.10",
            "python3.11d",
        ] {
            assert!(is_python(OsStr::new(name)), "{name}");
        }
        for name in ["python3-config", "pythonista", "ipython", "bash", "", "pyth"] {
            assert!(!is_python(OsStr::new(name)), "{name}");
        }
    }
}
