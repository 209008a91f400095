//! `portcullis`: the program. One file per command; what several of them need is `args` (the command line, defined once),
//! `edge` (what is read of the surroundings, once), `exit` (how it ends) and `out` (where words and data go).
//!
//! It decides nothing and enforces nothing: it asks the other rooms and shows what they say. Data goes to stdout, words to
//! stderr.

mod args;
mod completions;
mod doctor;
mod edge;
mod exit;
mod man;
mod out;

use args::{Asked, Words};
use clap::Parser;
use exit::{Exit, Failure};
use portcullis_sandbox::Jailer;
use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all, before any thread or secret exists: see `Jailer::start`.
    let jailer = Jailer::start().map_err(Failure::from);
    let words = match Words::try_parse() {
        Ok(words) => words,
        Err(error) => return usage(&error).into(),
    };
    let ended = match words.understood() {
        Asked::Doctor(options) => doctor::run(&jailer, &options),
        Asked::Completions(shell) => completions::run(shell),
        Asked::Man => man::run(),
    };
    ended
        .unwrap_or_else(|failure| {
            out::failure(&failure);
            failure.exit
        })
        .into()
}

/// Help and the version are data that was asked for; anything else that clap says is a mistake in the command line.
fn usage(error: &clap::Error) -> Exit {
    // Where nobody listens there is nobody to tell.
    let _told = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Good }
}
