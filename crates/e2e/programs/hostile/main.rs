//! A hostile program: `hostile ATTACK [WORDS]` tries one way out of a jail and says whether it got through.
//!
//! Exit code 0 and `ESCAPED: how` if it did, 1 and `stopped: by what` if not, 2 if it does not know the attack. It aims only
//! at what it is given, changes nothing of the machine, and has bounds on all that it fills. It knows nothing of the jail.

mod files;
mod kernel;
mod network;
mod processes;
mod resources;
mod sys;

use std::io::Write;
use std::process::ExitCode;
use sys::Outcome;

/// One attack, given the words that follow its name.
type Attack = fn(&[&str]) -> Outcome;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((name, rest)) = words.split_first() else { return misused("no attack is named") };
    let modules = [files::find, kernel::find, network::find, processes::find, resources::find];
    let Some(attack) = modules.iter().find_map(|find| find(name)) else { return misused(name) };
    match attack(rest) {
        Ok(how) => tell(&format!("ESCAPED: {how}"), 0),
        Err(by) if by.starts_with("misused") => misused(&by),
        Err(by) => tell(&format!("stopped: {by}"), 1),
    }
}

fn tell(line: &str, code: u8) -> ExitCode {
    // Who does not listen sees the code.
    let _written = writeln!(std::io::stdout(), "{line}");
    ExitCode::from(code)
}

fn misused(what: &str) -> ExitCode {
    eprintln!("hostile: {what}");
    ExitCode::from(2)
}
