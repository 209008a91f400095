//! Scripts of Python that start as scripts of the shell: installers write them where the path of Python is too long for
//! a first line, or is to be found beside the script. The shell only hands over to Python, so Python is started at once.

use crate::loading::chain::Run;
use crate::loading::lookup;
use crate::loading::paths::read_start;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// What stands behind the first line: the end of a text for Python, a command for the shell.
const HAND_OVER: &[u8] = b"'''exec' ";

/// The Python that the script hands over to, with the script. None if it is no such script.
pub(in crate::loading) fn redirect(run: &Run) -> Option<Run> {
    let start = read_start(&run.program, 1_024).ok()?;
    let mut lines = start.split(|byte| *byte == b'\n');
    let shell = lines.next()?.strip_prefix(b"#!")?;
    if !matches!(shell, b"/bin/sh" | b"/usr/bin/sh") {
        return None;
    }
    let named = lines.next()?.strip_prefix(HAND_OVER)?;
    let python = match first_word(named) {
        Some(path) if path.starts_with(b"/") => PathBuf::from(OsStr::from_bytes(path)),
        _ if named.windows(7).any(|part| part == b"dirname") => run.program.parent()?.join("python"),
        _ => return None,
    };
    if !python.file_name().is_some_and(super::is_python) || lookup::check_executable(&python).is_err() {
        return None;
    }
    let script = [run.program.clone().into_os_string()].into_iter();
    let words: Vec<OsString> = script.chain(run.arguments().iter().cloned()).collect();
    Some(Run { script: Some(run.program.clone()), ..Run::of(python, &words) })
}

/// A word without anything for the shell in it, in quotes or not.
fn first_word(text: &[u8]) -> Option<&[u8]> {
    let (end, text) = match text.split_first() {
        Some((b'"', rest)) => (b'"', rest),
        _ => (b' ', text),
    };
    let word = text.split(|byte| *byte == end).next()?;
    (!word.iter().any(|byte| b"$`\\'\"".contains(byte))).then_some(word)
}
