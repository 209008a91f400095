//! The record of tests that could not run: one line each in a file that `cargo xtask test` empties before and reads
//! after. Recording is all there is to it; whether a skip is a failure is for xtask to say.

use crate::places;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::panic::Location;
use std::path::Path;

/// The file of skips, relative to the root of the repository. One line a skip: the test, a tab, the reason.
pub const SKIPS: &str = "target/skips.tsv";

/// Says that the calling test could not run, and why: `needs node: not found`.
///
/// The test must return right after. Its name is taken from its thread, which the test harness names after it.
///
/// # Panics
///
/// If the skip cannot be written down, since the test would then look as if it had passed.
#[track_caller]
pub fn skip(reason: &str) {
    let place = Location::caller();
    let thread = std::thread::current();
    let test = format!("{} ({}:{})", thread.name().unwrap_or("a thread"), place.file(), place.line());
    let written = record(&places::root().join(SKIPS), &test, reason);
    assert!(written.is_ok(), "the skip of {test} could not be written down: {written:?}");
}

/// Adds one skip to the file at `path`, and says it on stderr. Line breaks and tabs within are made spaces.
pub fn record(path: &Path, test: &str, reason: &str) -> io::Result<()> {
    let flat = |text: &str| text.split(['\t', '\n', '\r']).collect::<Vec<_>>().join(" ");
    let line = format!("{}\t{}\n", flat(test), flat(reason));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // One write in append mode: tests that skip at the same moment do not mix their lines.
    OpenOptions::new().create(true).append(true).open(path)?.write_all(line.as_bytes())?;
    writeln!(io::stderr(), "skipped: {line}")
}
