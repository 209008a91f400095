//! What a program needs in order to be loaded: found by reading files, never by running anything.
//!
//! Given a command as a person would type it, this module finds the program's file, the interpreters of scripts, the
//! dynamic loader and the libraries, and the trees of the language runtimes. All of it is offered read-only to the jail.
//! It grants nothing: what is found here is only what the command cannot start without.
//!
//! ELF programs, scripts, Python (environments, pyenv, user installs), Node (packages, globals) and the runners `npx`,
//! `uvx` and `pipx run` are known. Perl, Ruby, Java and others get their ELF files and their script, not their trees.
//!
//! INVARIANT: a file that is read here may have been written by the very tool that is to be jailed. Whatever it names
//! becomes a part only if it is of the kind expected there and the guard lets it.

mod c_library;
mod chain;
pub(crate) mod confirm;
mod elf;
mod error;
mod guard;
mod libraries;
mod loader_cache;
mod lookup;
mod modules;
mod node;
mod parts;
mod paths;
mod pyenv;
mod python;
mod runner;
mod script;

pub use error::LoadingError;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A command, and what is known of the place it was typed in.
#[derive(Debug, Clone)]
pub struct Command<'a> {
    /// The program: a path with a slash in it, or a name to be looked for in `search`.
    pub program: &'a Path,
    /// The words after it.
    pub arguments: &'a [OsString],
    /// The working directory, absolute: where relative paths start.
    pub directory: &'a Path,
    /// The folders of `PATH`, in order. Those that are not absolute are passed over.
    pub search: &'a [PathBuf],
    /// The home folder, where known.
    pub home: Option<&'a Path>,
}

/// How much of a path is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// One file.
    File,
    /// A folder and everything below it.
    Tree,
}

/// Something that must be visible, read-only, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Its absolute path as the program will name it: symbolic links on the way are kept, in its folders too.
    pub path: PathBuf,
    /// How much of it.
    pub extent: Extent,
    /// What needs it, for people: "library of /usr/bin/git".
    pub why: String,
}

/// What has to be there for the command to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loading {
    /// The file to execute, absolute. Not resolved through symbolic links: a Python finds its environment by the path it
    /// was started by. For a shim or a runner it is what that would have started in the end.
    pub program: PathBuf,
    /// All words of the command line, the first included. The first is as typed, unless the command was a shim or a
    /// runner, or a Python that was typed without its folder: those find their files by it, so it is `program` then.
    pub words: Vec<OsString>,
    /// Everything that must be visible, without doubles, sorted by path. A part within a tree that shows it is left out.
    pub parts: Vec<Part>,
    /// Variables that the runtime needs to find its parts.
    pub variables: Vec<(&'static str, OsString)>,
    /// Libraries that were not found, each with what asked for it. Not a fault: often nobody loads them.
    pub missing: Vec<String>,
    /// What was left out, and why: a limit that was reached, a folder that is too wide to be shown.
    pub notes: Vec<String>,
}

/// Finds what the command needs in order to start.
///
/// It reads files and starts nothing. What it does not find is the program's to complain about, unless the program
/// itself could not start: then it is an error with the exit code that a shell would have given.
///
/// ```no_run
/// use portcullis_sandbox::loading::{Command, find};
/// use std::path::Path;
///
/// let loading = find(&Command {
///     program: Path::new("git"),
///     arguments: &["status".into()],
///     directory: Path::new("/srv/project"),
///     search: &["/usr/bin".into()],
///     home: None,
/// })?;
/// assert_eq!(loading.program, Path::new("/usr/bin/git"));
/// # Ok::<(), portcullis_sandbox::loading::LoadingError>(())
/// ```
pub fn find(command: &Command<'_>) -> Result<Loading, LoadingError> {
    chain::Chain::new(command).follow()
}
