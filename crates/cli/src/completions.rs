//! `portcullis completions SHELL`: the script that completes this program's words.

use crate::exit::{Exit, Failure};
use crate::{args, out};
use clap_complete::Shell;

pub(crate) fn run(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::definition(), "portcullis", &mut script);
    out::data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Good)
}
