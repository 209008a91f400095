//! Where the program's words and data go. A reader that has had enough and closed the pipe is no error.

use crate::exit::{Exit, Failure};
use std::io::{ErrorKind, Write};

/// Writes data, all of it at once, to stdout.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Finding, format!("stdout cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says what kept a command from doing what it was asked.
pub(crate) fn failure(Failure { message, hint, exit: _ }: &Failure) {
    let hint = hint.as_ref().map(|hint| format!("hint: {hint}\n")).unwrap_or_default();
    let text = format!("error: {message}\n{hint}");
    // Where nobody listens there is nobody to tell; the exit code says it too.
    let _told = std::io::stderr().lock().write_all(text.as_bytes());
}
