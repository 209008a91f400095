//! One static program for a machine that has no other: its init, and what is run in the jails there.
//!
//! As process 1 it makes a machine out of a bare kernel, does what `/script` says line by line, tells on the console what
//! came of it, and turns the machine off. Under other words it is a tool: see `tool`. It judges nothing; the test that
//! wrote the script does.

mod case;
mod machine;
mod sys;
mod tool;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::process::id() == 1 {
        machine::run();
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["enter", group, user, program, rest @ ..] => case::enter(group, user, program, rest),
        _ => tool::run(&words),
    }
}
