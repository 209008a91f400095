//! The project's own commands: `cargo xtask check`, `test`, `fuzz`, `bench`, `release`.
//!
//! One file per command; `call` starts programs, `report` remembers how steps ended. It knows nothing of what
//! Portcullis does. Results go to stdout, words and progress to stderr. It exits 0 if all went well, 1 if something was
//! found wrong, 2 for a command line that it does not understand, 3 if what was asked for cannot be done here.

mod args;
mod bench;
mod call;
mod check;
mod counts;
mod fuzz;
mod needs;
mod old_kernel;
mod packages;
mod release;
mod report;
mod test;

use args::{Args, Command};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

/// How a command ended, when it could be carried out at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    Bad,
    Impossible,
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Check(args) => Ok(check::run(&args)),
        Command::Test(args) => test::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Release => release::run(),
    };
    match outcome {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Bad) => ExitCode::from(1),
        Ok(Outcome::Impossible) => ExitCode::from(3),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(3)
        }
    }
}

/// Says a line to the person at the terminal. That nobody listens is no reason to fail.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
