//! `portcullis doctor`: every layer of protection, whether this machine has it, how that is known, what it costs to be without,
//! and how to get it.
//!
//! What the machine can do is found out by `portcullis_sandbox::support`; [`machine`] reads why it may not be able to. From
//! both, [`report`] is made, without looking at anything else, and shown by [`text`] or [`json`].

mod finding;
mod json;
mod layer;
mod machine;
mod profile;
mod report;
#[cfg(test)]
mod tests;
mod text;
mod way;

use crate::edge::Colour;
use crate::exit::{Exit, Failure};
use crate::out;
use machine::Machine;
use portcullis_policy::manifest::Tier;
use portcullis_sandbox::{Jailer, support};
use report::Report;

/// What is asked of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// What is printed.
    pub(crate) what: What,
    /// The least tier that will do.
    pub(crate) required: Tier,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The table and what follows from it.
    Report(Form),
    /// The `AppArmor` profile for this program.
    Profile,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text(Colour),
    /// For programs.
    Json,
}

pub(crate) fn run(jailer: &Result<Jailer, Failure>, options: &Options) -> Result<Exit, Failure> {
    let machine = Machine::read();
    let form = match options.what {
        What::Report(form) => form,
        What::Profile => {
            let program = machine.program.as_deref().ok_or_else(|| {
                Failure::new(Exit::Configuration, "the path of this program cannot be found out")
            })?;
            let profile = profile::of(program).map_err(|error| Failure::new(Exit::Configuration, error))?;
            out::data(&profile)?;
            return Ok(Exit::Good);
        }
    };
    let jailer = jailer.as_ref().map_err(Clone::clone)?;
    let report = Report::of(&support::examine(jailer), &machine, options.required);
    out::data(&match form {
        Form::Text(colour) => text::of(&report, colour),
        Form::Json => json::of(&report),
    })?;
    if report.is_enough() { Ok(Exit::Good) } else { Err(too_little(&report)) }
}

fn too_little(report: &Report) -> Failure {
    let (required, tier) = (report.required, report.tier);
    let why = report.why_not_better.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    let message = format!("tier {required:?} is required, and this machine has {tier:?}{why}");
    Failure::new(Exit::Unprotected, message).with_hint(if report.has_way_to_what_is_required() {
        "the table says which layer is missing, and the list below it how to get it"
    } else {
        "the table says which layer is missing; how to get it is not known from here"
    })
}
