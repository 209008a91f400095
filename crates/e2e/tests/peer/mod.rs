//! A real server that a test talks to over its standard streams, by itself and without our product between.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A peer that is ended with the test, however the test ends.
pub(crate) struct Peer(Child, BufReader<ChildStdout>);

impl Drop for Peer {
    fn drop(&mut self) {
        // Gone already, if it cannot be ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test starts the peer itself: the product is not in between")]
pub(crate) fn start(program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> io::Result<Peer> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn()?;
    let output = child.stdout.take().ok_or_else(|| io::Error::other("the peer has no output"))?;
    Ok(Peer(child, BufReader::new(output)))
}

impl Peer {
    /// Sends one line.
    pub(crate) fn tell(&mut self, line: &str) -> io::Result<()> {
        let input = self.0.stdin.as_mut().ok_or_else(|| io::Error::other("the peer has no input"))?;
        writeln!(input, "{line}")
    }

    /// The next line, without its end.
    pub(crate) fn listen(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.1.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Sends one line and returns the next.
    pub(crate) fn ask(&mut self, line: &str) -> io::Result<String> {
        self.tell(line)?;
        self.listen()
    }
}
