//! Programs that fetch a tool and start it: `npx`, `uvx`, `pipx run`. What they would start is looked up in what they
//! fetched earlier, so that the jail holds the tool and not its installer. Nothing is fetched here.

mod npx;
mod python_tools;

use super::LoadingError;
use super::chain::{Run, Surroundings};
use std::ffi::OsString;
use std::path::Path;

/// What the runner would start. None if the program is no runner, or is asked for something else.
pub(super) fn redirect(
    around: &Surroundings<'_>,
    run: &Run,
    real: &Path,
) -> Result<Option<Run>, LoadingError> {
    let words = run.arguments();
    let name = real.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let typed = run.program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_npm = real.parent().and_then(Path::parent).is_some_and(|folder| folder.ends_with("npm"));
    match (name, typed) {
        ("npx-cli.js", _) if is_npm => npx::redirect(around, words),
        ("npm-cli.js", _) if is_npm => match words.split_first() {
            Some((first, rest)) if first == "exec" || first == "x" => npx::redirect(around, rest),
            _ => Ok(None),
        },
        ("uvx", _) | (_, "uvx") => python_tools::uvx(around, words),
        ("uv", _) => match behind(words, &["tool", "run"]) {
            Some(rest) => python_tools::uvx(around, rest),
            None => Ok(None),
        },
        ("pipx", _) | (_, "pipx") => match behind(words, &["run"]) {
            Some(rest) => python_tools::pipx(around, rest),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// The words behind these.
fn behind<'a>(words: &'a [OsString], first: &[&str]) -> Option<&'a [OsString]> {
    let (head, rest) = words.split_at_checked(first.len())?;
    head.iter().zip(first).all(|(word, first)| word == first).then_some(rest)
}

/// The words of a runner: its options, and the command it is to start.
struct Call<'a> {
    /// The package that an option names.
    from: Option<String>,
    /// The command, or the package if no option names one.
    name: String,
    arguments: &'a [OsString],
}

/// How a runner reads its words.
struct Grammar {
    runner: &'static str,
    /// Options that name the package.
    from: &'static [&'static str],
    /// Options that take the next word.
    valued: &'static [&'static str],
    /// Options that nobody can follow without running the runner, and what they ask for.
    refused: &'static [(&'static str, &'static str)],
}

impl Grammar {
    /// Reads the words. None if there is no command among them.
    fn read<'a>(&self, words: &'a [OsString]) -> Result<Option<Call<'a>>, LoadingError> {
        let refuse = |what: String| LoadingError::Runner { runner: self.runner, what };
        let mut from = None;
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let text = word.to_str().ok_or_else(|| refuse("a word is no text".into()))?;
            at += 1;
            if text == "--" {
                continue;
            }
            if !text.starts_with('-') {
                let arguments = words.get(at..).unwrap_or_default();
                // `npm exec NAME -- ARGS`: npm takes the mark away.
                let arguments = match arguments.split_first() {
                    Some((first, rest)) if self.runner == "npx" && first == "--" => rest,
                    _ => arguments,
                };
                return Ok(Some(Call { from, name: text.to_owned(), arguments }));
            }
            let (option, mut value) = match text.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (text, None),
            };
            if let Some((option, what)) = self.refused.iter().find(|(refused, _)| *refused == option) {
                return Err(refuse(format!("`{option}` {what}")));
            }
            let names_package = self.from.contains(&option);
            if value.is_none() && (names_package || self.valued.contains(&option)) {
                value = words.get(at).and_then(|word| word.to_str());
                at += 1;
            }
            if names_package && from.replace(value.unwrap_or_default().to_owned()).is_some() {
                return Err(refuse(format!("`{option}` stands there twice")));
            }
        }
        Ok(None)
    }
}
