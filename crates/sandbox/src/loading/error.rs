//! Why a command cannot be started, with the exit code a shell would give and the next step. Names that come out of a
//! tool's own files are shown without their control characters.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// Why what a command needs could not be found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadingError {
    /// There is no such program.
    #[error("command not found: `{}`", shown(.name))]
    NotFound {
        /// The program as typed.
        name: PathBuf,
        /// A program whose name is nearly that.
        near: Option<String>,
    },
    /// A shim of pyenv stands for nothing in the chosen version.
    #[error("`{}` is not installed for Python {versions}", shown(.shim))]
    Shim {
        /// The shim.
        shim: PathBuf,
        /// The versions that were chosen.
        versions: String,
    },
    /// The program is a folder.
    #[error("`{}` is a folder", shown(.path))]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// The program may not be executed.
    #[error("`{}` is not executable", shown(.path))]
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
    /// The program, or a folder on the way to it, cannot be read, so nobody can tell what it needs.
    #[error("cannot read `{}`: {source}", shown(.path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Symbolic links that lead to each other.
    #[error("`{}` is a symbolic link that leads back to itself", shown(.path))]
    Loop {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// Neither a program for this machine nor a script.
    #[error("`{}` is of an unknown format", shown(.path))]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A program for another processor.
    #[error("`{}` is built for another processor", shown(.path))]
    OtherMachine {
        /// The file.
        path: PathBuf,
    },
    /// A program whose headers make no sense.
    #[error("`{}` is damaged: {what}", shown(.path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which part of it.
        what: &'static str,
    },
    /// What a script or a program is to be started by is not there, or cannot do that.
    #[error("`{}` needs the interpreter `{}`, which {what}", shown(.path), shown(.interpreter))]
    Interpreter {
        /// The script or program.
        path: PathBuf,
        /// What it names.
        interpreter: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Scripts whose interpreters are scripts, too deep.
    #[error("`{}` has more interpreters than the system allows", shown(.path))]
    TooManyInterpreters {
        /// The file typed.
        path: PathBuf,
    },
    /// A file that is never shown to a tool, or in a folder that is not.
    #[error("`{}` is kept from tools: {why}", shown(.path))]
    Private {
        /// The file.
        path: PathBuf,
        /// What the folder holds, or the file is.
        why: &'static str,
    },
    /// A runner would have to download first.
    #[error("{runner} has no copy of `{}` yet", shown(Path::new(.package)))]
    NotCached {
        /// `npx`, `uvx` or `pipx`.
        runner: &'static str,
        /// The package asked for.
        package: String,
        /// The command that fetches it.
        fill: String,
    },
    /// A runner was called in a way that nobody can follow without running it.
    #[error("this call of {runner} cannot be followed: {what}")]
    Runner {
        /// `npx`, `uvx` or `pipx`.
        runner: &'static str,
        /// What it is about the call.
        what: String,
    },
    /// A package whose description names no program of its own.
    #[error("the package `{}` {what}", shown(.package))]
    Package {
        /// Its folder.
        package: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl LoadingError {
    /// The exit code that a shell gives in this case: 127 where nothing was found, 126 where something was that could
    /// not be started.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound { .. } | Self::Shim { .. } => 127,
            _ => 126,
        }
    }

    /// The next step, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotFound { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::NotFound { name, near: None } if name.as_os_str().as_encoded_bytes().contains(&b'/') => {
                "check the path; relative ones start at the working directory".into()
            }
            Self::NotFound { .. } => "install it, add its folder to `PATH`, or give its full path".into(),
            Self::Shim { .. } => "choose another version with `pyenv local`, or install it there".into(),
            Self::Folder { .. } => "name a program in it".into(),
            Self::NotExecutable { path } => format!("`chmod +x {}`, or name its interpreter", shown(path)),
            Self::Unreadable { .. } => "make it readable for your user: its libraries are found in it".into(),
            Self::Loop { .. } => "remove the link, or name the program itself".into(),
            Self::UnknownFormat { .. } => {
                "if it is a script, its first line must be `#!` and an interpreter".into()
            }
            Self::OtherMachine { .. } => "install the build for this machine".into(),
            Self::Damaged { .. } => "install it again".into(),
            Self::Interpreter { .. } => "install the interpreter, or correct the script's first line".into(),
            Self::TooManyInterpreters { .. } => "name the last interpreter in the script itself".into(),
            Self::Private { .. } => "install the tool in another folder".into(),
            Self::NotCached { fill, .. } => format!("fetch it once, outside of the jail: `{fill}`"),
            Self::Runner { .. } => "install the tool, and name its program".into(),
            Self::Package { .. } => "do not run it: install it again, and compare".into(),
        })
    }
}

/// A path for people: without control characters, and not endless.
pub(super) fn shown(path: impl AsRef<OsStr>) -> String {
    const LONGEST: usize = 300;
    let text = path.as_ref().to_string_lossy();
    let mut out = String::with_capacity(text.len());
    for (index, letter) in text.chars().enumerate() {
        if index == LONGEST {
            out.push('…');
            break;
        }
        if letter.is_control() || is_invisible(letter) {
            out.extend(letter.escape_unicode());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Marks that turn the direction of text or cannot be seen.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{LoadingError, shown};

    #[test]
    fn what_a_tool_wrote_cannot_speak_to_the_terminal() {
        let cases = [
            ("/usr/bin/git", "/usr/bin/git"),
            ("/a\u{1b}[2Jb", "/a\\u{1b}[2Jb"),
            ("/a\nb", "/a\\u{a}b"),
            ("/a\u{202e}b", "/a\\u{202e}b"),
        ];
        for (path, expected) in cases {
            assert_eq!(shown(path), expected);
        }
        assert_eq!(shown("x".repeat(4_000)).chars().count(), 301);
    }

    #[test]
    fn only_what_is_not_there_ends_with_127() {
        let name = std::path::PathBuf::from("x");
        assert_eq!(LoadingError::NotFound { name: name.clone(), near: None }.exit_code(), 127);
        assert_eq!(LoadingError::Folder { path: name.clone() }.exit_code(), 126);
        assert_eq!(LoadingError::Loop { path: name }.exit_code(), 126);
    }
}
