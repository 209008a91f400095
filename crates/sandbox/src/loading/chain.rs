//! From one file to the next: a shim or a runner to what it would start, a script to its interpreter, `env` to its
//! command, until a program is reached that the kernel starts by itself. Each step adds what it needs to the parts. What
//! the runtimes need is in `python` and `node`.

use super::elf::{self, Elf, Flaw};
use super::error::shown;
use super::guard::{Guard, Refusal};
use super::libraries::{Libraries, Scope};
use super::parts::Parts;
use super::paths::{absolute, clean, open_regular, read_start};
use super::{Command, Loading, LoadingError, c_library, lookup, node, pyenv, python, runner, script};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A shim may stand for a runner, that for a script, and so on; never this often.
const MAX_STEPS: usize = 16;

/// A program that would be executed.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// The file, absolute, links kept.
    pub(super) program: PathBuf,
    /// All words, the first included.
    pub(super) words: Vec<OsString>,
    /// The script that this is the interpreter of. It chose the words then.
    pub(super) script: Option<PathBuf>,
}

impl Run {
    /// A program that is started by name, with the words after it.
    pub(super) fn of(program: PathBuf, arguments: &[OsString]) -> Self {
        let words = [program.as_os_str()].into_iter().chain(arguments.iter().map(OsString::as_os_str));
        let words = words.map(OsStr::to_owned).collect();
        Self { program, words, script: None }
    }

    /// Whether the program may be given this file to run. Words of a first line are the script's own, and the script may
    /// be a tool's: it may name itself, not somebody else's program.
    pub(super) fn may_name(&self, file: &Path) -> bool {
        let Some(script) = &self.script else { return true };
        match (script.canonicalize(), file.canonicalize()) {
            (Ok(script), Ok(file)) => script == file,
            _ => false,
        }
    }

    /// The words after the first.
    pub(super) fn arguments(&self) -> &[OsString] {
        self.words.get(1..).unwrap_or_default()
    }
}

/// What is known while one command is followed.
pub(super) struct Surroundings<'a> {
    pub(super) command: &'a Command<'a>,
    pub(super) guard: &'a Guard,
}

/// What was found so far.
pub(super) struct Finds<'a> {
    pub(super) parts: Parts,
    pub(super) libraries: Libraries<'a>,
    pub(super) variables: Vec<(&'static str, OsString)>,
    pub(super) notes: BTreeSet<String>,
}

/// One command, followed.
pub(super) struct Chain<'a> {
    command: &'a Command<'a>,
    guard: Guard,
}

/// What a file is to the kernel.
enum Kind {
    Script(script::FirstLine),
    Program(Elf),
}

impl<'a> Chain<'a> {
    pub(super) fn new(command: &'a Command<'a>) -> Self {
        Self { command, guard: Guard::new(command.home) }
    }

    /// Follows the command to its end.
    pub(super) fn follow(&self) -> Result<Loading, LoadingError> {
        let Command { program, arguments, directory, search, .. } = self.command;
        let typed = lookup::program(program, directory, search)?;
        let mut run = Run::of(typed.clone(), arguments);
        if let Some(first) = run.words.first_mut() {
            program.as_os_str().clone_into(first);
        }
        let mut start = run.clone();
        let mut finds = Finds {
            parts: Parts::default(),
            libraries: Libraries::new(&self.guard, directory),
            variables: Vec::new(),
            notes: BTreeSet::new(),
        };
        let around = Surroundings { command: self.command, guard: &self.guard };
        let mut levels = 0;
        for _ in 0..MAX_STEPS {
            let real = self.open_for(&run.program)?;
            if let Some(next) = redirect(&around, &run, &real)? {
                (start, run) = (next.clone(), next);
                continue;
            }
            let next = match self.kind(&run.program, &real)? {
                Kind::Script(line) => {
                    levels += 1;
                    if levels > script::MAX_LEVELS {
                        break;
                    }
                    finds.parts.file(&run.program, || "the program, a script".into());
                    Some(self.interpreted(&run, line)?)
                }
                Kind::Program(elf) => self.loaded(&mut finds, &mut start, &run, &real, &elf)?,
            };
            match next {
                Some(next) => run = next,
                None => return Ok(finish(start, finds)),
            }
        }
        Err(LoadingError::TooManyInterpreters { path: typed })
    }

    /// The file behind the program, if it may be shown.
    fn open_for(&self, program: &Path) -> Result<PathBuf, LoadingError> {
        let path = program.to_owned();
        self.guard.file(program).map_err(|refusal| match refusal {
            Refusal::Private(why) => LoadingError::Private { path, why },
            Refusal::Absent | Refusal::Wide => LoadingError::NotFound { name: path, near: None },
        })
    }

    fn kind(&self, named: &Path, real: &Path) -> Result<Kind, LoadingError> {
        let path = named.to_owned();
        let unreadable = |source| LoadingError::Unreadable { path: named.to_owned(), source };
        let start = read_start(real, script::FIRST_LINE_LEN).map_err(unreadable)?;
        if script::is_script(&start) {
            let mut line = script::first_line(&start).ok_or(LoadingError::UnknownFormat { path })?;
            line.interpreter = absolute(self.command.directory, &line.interpreter);
            return Ok(Kind::Script(line));
        }
        match elf::read(&open_regular(real).map_err(unreadable)?) {
            Ok(elf) => Ok(Kind::Program(elf)),
            Err(Flaw::NotElf) => Err(LoadingError::UnknownFormat { path }),
            Err(Flaw::OtherMachine) => Err(LoadingError::OtherMachine { path }),
            Err(Flaw::Damaged(what)) => Err(LoadingError::Damaged { path, what }),
        }
    }

    /// The interpreter of a script, with the words that the kernel gives it.
    fn interpreted(&self, run: &Run, line: script::FirstLine) -> Result<Run, LoadingError> {
        let script::FirstLine { interpreter, argument } = line;
        lookup::check_executable(&interpreter).map_err(|error| unfit(&run.program, &interpreter, error))?;
        if let Err(Refusal::Private(why)) = self.guard.file(&interpreter) {
            return Err(LoadingError::Private { path: interpreter, why });
        }
        let mut words = vec![interpreter.clone().into_os_string()];
        words.extend(argument);
        words.push(run.program.clone().into_os_string());
        words.extend_from_slice(run.arguments());
        Ok(Run { program: interpreter, words, script: Some(run.program.clone()) })
    }

    /// Adds a program with its libraries and its runtime's files. Some if it would start another one.
    fn loaded(
        &self,
        finds: &mut Finds<'_>,
        start: &mut Run,
        run: &Run,
        real: &Path,
        elf: &Elf,
    ) -> Result<Option<Run>, LoadingError> {
        let Finds { parts, libraries, .. } = finds;
        parts.file(&run.program, || {
            if run.program == start.program { "the program" } else { "the interpreter" }.into()
        });
        c_library::add_time_zones(parts, &self.guard);
        let mut scope = libraries.program(parts, &run.program, real, elf)?;
        if let Some(scope) = &mut scope {
            c_library::add(parts, &self.guard, libraries, &run.program, scope);
        }
        let around = Surroundings { command: self.command, guard: &self.guard };
        if is_env(&run.program, real) {
            return self.behind_env(run);
        }
        if let Some(python) = python::recognise(&around, run, real, elf) {
            if start.program == run.program && is_bare(&start.words) {
                start.words = [run.program.clone().into_os_string()]
                    .into_iter()
                    .chain(run.arguments().to_vec())
                    .collect();
            }
            python.add(&around, finds, run, scope.as_ref());
        } else if node::is_node(&run.program, real) {
            node::add(&around, finds, run, scope.as_ref());
        }
        Ok(None)
    }

    fn behind_env(&self, run: &Run) -> Result<Option<Run>, LoadingError> {
        let Some(words) = script::behind_env(run.arguments()) else {
            return Ok(None);
        };
        let Some(name) = words.first().map(PathBuf::from) else {
            return Ok(None);
        };
        let Command { directory, search, .. } = self.command;
        let program = lookup::program(&name, directory, search).map_err(|error| match &run.script {
            Some(script) => unfit(script, &name, error),
            None => error,
        })?;
        Ok(Some(Run { program, words, script: run.script.clone() }))
    }
}

fn is_env(named: &Path, real: &Path) -> bool {
    [named, real].into_iter().any(|path| path.file_name() == Some(OsStr::new("env")))
        || (real.ends_with("busybox") && named.ends_with("env"))
}

/// Whether the first word was typed without a folder.
fn is_bare(words: &[OsString]) -> bool {
    words.first().is_some_and(|word| !word.as_bytes().contains(&b'/'))
}

/// What an interpreter that cannot be started means for the script that names it.
fn unfit(script: &Path, interpreter: &Path, error: LoadingError) -> LoadingError {
    let what = match error {
        LoadingError::NotFound { .. } => "is not there",
        LoadingError::Folder { .. } => "is a folder",
        LoadingError::NotExecutable { .. } => "is not executable",
        LoadingError::Loop { .. } => "is a link that leads back to itself",
        other => return other,
    };
    LoadingError::Interpreter { path: script.to_owned(), interpreter: interpreter.to_owned(), what }
}

/// What a shim or a runner would start in the end.
fn redirect(around: &Surroundings<'_>, run: &Run, real: &Path) -> Result<Option<Run>, LoadingError> {
    if let Some(next) = pyenv::redirect(around, run)? {
        return Ok(Some(next));
    }
    if let Some(next) = python::wrapped::redirect(run) {
        return Ok(Some(next));
    }
    runner::redirect(around, run, real)
}

fn finish(start: Run, finds: Finds<'_>) -> Loading {
    let Finds { parts, libraries, variables, mut notes } = finds;
    let (missing, is_full) = libraries.into_missing();
    if is_full {
        notes.insert("it needs more libraries than are followed: some are left out".into());
    }
    let Run { program, words, script: _ } = start;
    Loading {
        program,
        words,
        parts: parts.into_sorted(),
        variables,
        missing,
        notes: notes.into_iter().collect(),
    }
}

impl Finds<'_> {
    /// Adds a tree if the guard lets it; says so in the notes if it is too wide.
    pub(super) fn tree(&mut self, guard: &Guard, path: &Path, why: impl FnOnce() -> String) -> bool {
        match guard.tree(path) {
            Ok(_) => {
                self.parts.tree(&clean(path), why);
                true
            }
            Err(Refusal::Wide) => {
                self.notes.insert(format!(
                    "`{}` holds more than one thing: it is not shown as a whole",
                    shown(path)
                ));
                false
            }
            Err(Refusal::Absent | Refusal::Private(_)) => false,
        }
    }

    /// Adds a regular file if the guard lets it.
    pub(super) fn file(&mut self, guard: &Guard, path: &Path, why: impl FnOnce() -> String) -> bool {
        let is_file = guard.file(path).is_ok_and(|real| real.is_file());
        if is_file {
            self.parts.file(&clean(path), why);
        }
        is_file
    }

    /// Adds the libraries of the modules in trees that a program may load.
    pub(super) fn modules(&mut self, trees: &[PathBuf], kind: super::modules::Kind, scope: Option<&Scope>) {
        let Some(scope) = scope else { return };
        let modules = super::modules::below(trees, kind);
        if !modules.is_whole {
            self.notes
                .insert("there are more modules than are looked at: libraries of some are left out".into());
        }
        for module in modules.links {
            self.libraries.linked_module(&mut self.parts, &module, scope);
        }
        for module in modules.files {
            self.libraries.module(&mut self.parts, &module, scope);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::loading::elf::forge::Forged;
    use crate::loading::{Command, Loading, LoadingError, find};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    fn load(bytes: &[u8]) -> (PathBuf, Result<Loading, LoadingError>) {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().canonicalize().unwrap();
        let path = directory.join("tool");
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        let program = Path::new("./tool");
        let found =
            find(&Command { program, arguments: &[], directory: &directory, search: &[], home: None });
        (path, found)
    }

    #[test]
    fn a_static_program_needs_itself_and_the_time_zones() {
        for fixed in [true, false] {
            let (path, found) = load(&Forged { fixed, ..Forged::default() }.bytes());
            let found = found.unwrap();
            let others = found.parts.iter().map(|part| part.path.as_path()).filter(|part| *part != path);
            assert!(
                others.eq([Path::new("/usr/share/zoneinfo")].into_iter().filter(|zones| zones.is_dir())),
                "{:?}",
                found.parts
            );
            assert!(found.missing.is_empty() && found.notes.is_empty() && found.variables.is_empty());
        }
    }

    #[test]
    fn programs_that_cannot_be_started_are_told_apart() {
        let (_, other) = load(&Forged { machine: Some(8), ..Forged::default() }.bytes());
        assert!(matches!(other, Err(LoadingError::OtherMachine { .. })), "{other:?}");
        let (_, cut) = load(&Forged::default().bytes()[..100]);
        assert!(matches!(cut, Err(LoadingError::Damaged { .. })), "{cut:?}");
        let (_, lone) = load(&Forged { interpreter: "/none/ld.so", ..Forged::default() }.bytes());
        assert!(matches!(lone, Err(LoadingError::Interpreter { .. })), "{lone:?}");
    }

    #[test]
    fn missing_libraries_are_told_with_who_asked() {
        let loader = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
        let Some(interpreter) = loader.into_iter().find(|path| Path::new(path).exists()) else {
            return portcullis_e2e::skip("needs the loader of glibc");
        };
        let forged = Forged { interpreter, needed: &["libnone-such.so.7"], ..Forged::default() };
        let (path, found) = load(&forged.bytes());
        assert_eq!(found.unwrap().missing, [format!("libnone-such.so.7, needed by {}", path.display())]);
    }
}
