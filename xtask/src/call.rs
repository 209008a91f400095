//! Starting programs: the only place of xtask that does. Every call says what it starts, takes no input, and reports
//! a program that cannot be started as an error of ours.

use crate::say;
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Which of its streams a program tells its results on. The other one goes straight to the terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    Out,
    Err,
}

/// A program about to be started.
pub(crate) struct Call {
    command: Command,
    words: Vec<String>,
}

impl Call {
    /// The program `name`, found on the path, to be run in the root of the repository.
    #[expect(
        clippy::disallowed_methods,
        reason = "xtask runs build tools for a developer; no tool of a user is near"
    )]
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        let name = name.as_ref();
        let mut command = Command::new(name);
        command.current_dir(portcullis_e2e::places::root()).stdin(Stdio::null());
        Self { command, words: vec![name.to_string_lossy().into_owned()] }
    }

    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    pub(crate) fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.words.push(word.as_ref().to_string_lossy().into_owned());
        self.command.arg(word);
        self
    }

    pub(crate) fn args<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Self {
        words.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.words.insert(0, format!("{name}={value}"));
        self.command.env(name, value);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs the program with its output on the terminal; whether it succeeded.
    pub(crate) fn run(mut self) -> Result<bool> {
        say(&format!("> {}", self.words.join(" ")));
        // Our stdout is for results, and the output of a build tool is none.
        self.command.stdout(std::io::stderr());
        let status =
            self.command.status().with_context(|| format!("cannot start `{}`", self.words.join(" ")))?;
        Ok(status.success())
    }

    /// Runs the program, showing each line of one of its streams and handing it on; whether it succeeded.
    pub(crate) fn read(mut self, stream: Stream, mut line_read: impl FnMut(&str)) -> Result<bool> {
        say(&format!("> {}", self.words.join(" ")));
        match stream {
            Stream::Out => self.command.stdout(Stdio::piped()),
            Stream::Err => self.command.stdout(std::io::stderr()).stderr(Stdio::piped()),
        };
        let context = || format!("cannot run `{}`", self.words.join(" "));
        let mut child = self.command.spawn().with_context(context)?;
        let mut read = |source: &mut dyn std::io::Read| -> Result<()> {
            let mut source = BufReader::new(source);
            let mut bytes = Vec::new();
            while source.read_until(b'\n', &mut bytes).with_context(context)? > 0 {
                let line = String::from_utf8_lossy(&bytes);
                let line = line.trim_end();
                say(line);
                line_read(line);
                bytes.clear();
            }
            Ok(())
        };
        if let Some(source) = &mut child.stdout {
            read(source)?;
        }
        if let Some(source) = &mut child.stderr {
            read(source)?;
        }
        Ok(child.wait().with_context(context)?.success())
    }

    /// Whether the program is there and succeeds, in silence.
    pub(crate) fn works(mut self) -> bool {
        self.command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Stream};

    #[test]
    fn lines_of_the_chosen_stream_are_handed_on() {
        let script = "echo out; printf 'err\\377 1\\nerr 2' >&2; exit 3";
        let mut lines = Vec::new();
        let good = Call::new("sh")
            .args(["-c", script])
            .read(Stream::Err, |line| lines.push(line.to_owned()))
            .unwrap();
        assert_eq!((good, lines), (false, vec!["err\u{fffd} 1".to_owned(), "err 2".to_owned()]));
        let mut lines = Vec::new();
        let good = Call::new("sh")
            .args(["-c", "echo out"])
            .read(Stream::Out, |line| lines.push(line.to_owned()))
            .unwrap();
        assert_eq!((good, lines), (true, vec!["out".to_owned()]));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_and_does_not_work() {
        assert!(Call::new("portcullis-that-nobody-wrote").run().is_err());
        assert!(!Call::new("portcullis-that-nobody-wrote").works());
        assert!(!Call::new("sh").args(["-c", "exit 1"]).works());
    }
}
