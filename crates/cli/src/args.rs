//! The command line, defined once: parsing, help, manual page and completions come from here. What was typed ([`Words`]) is
//! turned once into what is asked for ([`Asked`]); commands see only that.

use crate::doctor::{self, Form, What};
use crate::edge::Colour;
use crate::exit::Exit;
use clap::{Args as Group, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use portcullis_policy::manifest::Tier;

/// Runs any MCP tool with only the powers it declared, and proves it.
#[derive(Debug, Parser)]
#[command(name = "portcullis", bin_name = "portcullis", version, after_help = after_help(), propagate_version = false)]
pub(crate) struct Words {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show every layer of protection: whether this machine has it, how that is known, and how to get what is missing
    Doctor(DoctorWords),
    /// Print a script that completes this program's words in a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page, in roff
    Man,
}

#[derive(Debug, Group)]
struct DoctorWords {
    /// Print the table as JSON
    #[arg(long)]
    json: bool,
    /// The least tier that will do: exit 4 if the machine has less. T3 is had everywhere
    #[arg(long, value_name = "TIER", default_value = "T2", ignore_case = true)]
    require: TierWord,
    #[arg(
        long,
        conflicts_with_all = ["json", "require"],
        help = "Print the AppArmor profile that lets this very program make user namespaces, and nothing else"
    )]
    apparmor_profile: bool,
}

/// How well a jail holds
#[derive(Debug, Clone, Copy, ValueEnum)]
enum TierWord {
    /// Namespaces, a private root and network, Landlock and system call filter
    #[value(name = "T1")]
    T1,
    /// Landlock and system call filter
    #[value(name = "T2")]
    T2,
    /// Whatever there is
    #[value(name = "T3")]
    T3,
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// What the machine can do.
    Doctor(doctor::Options),
    /// Completions for a shell.
    Completions(Shell),
    /// The manual page.
    Man,
}

impl Words {
    /// What these words ask for.
    pub(crate) fn understood(self) -> Asked {
        match self.command {
            Command::Doctor(words) => Asked::Doctor(words.understood()),
            Command::Completions { shell } => Asked::Completions(shell),
            Command::Man => Asked::Man,
        }
    }
}

impl DoctorWords {
    fn understood(self) -> doctor::Options {
        let Self { json, require, apparmor_profile } = self;
        let required = match require {
            TierWord::T1 => Tier::T1,
            TierWord::T2 => Tier::T2,
            TierWord::T3 => Tier::T3,
        };
        let what = if apparmor_profile {
            What::Profile
        } else if json {
            What::Report(Form::Json)
        } else {
            What::Report(Form::Text(Colour::of_stdout()))
        };
        doctor::Options { what, required }
    }
}

/// The whole command line, for what is made from it.
pub(crate) fn definition() -> clap::Command {
    Words::command()
}

fn after_help() -> String {
    let codes = Exit::ALL.iter().map(|exit| format!("\n{:>5}  {}", *exit as u8, exit.describe()));
    format!("Exit codes:{}", codes.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Option<Asked> {
        let words = std::iter::once("portcullis").chain(words.iter().copied());
        Words::try_parse_from(words).ok().map(Words::understood)
    }

    #[test]
    fn the_command_line_is_sound() {
        definition().debug_assert();
    }

    #[test]
    fn words_are_understood_or_refused() {
        let report =
            |form, required| Some(Asked::Doctor(doctor::Options { what: What::Report(form), required }));
        let profile = Asked::Doctor(doctor::Options { what: What::Profile, required: Tier::T2 });
        let rows: [(&[&str], _); 11] = [
            (&["doctor", "--json"], report(Form::Json, Tier::T2)),
            (&["doctor", "--json", "--require", "T1"], report(Form::Json, Tier::T1)),
            (&["doctor", "--json", "--require=t3"], report(Form::Json, Tier::T3)),
            (&["doctor", "--apparmor-profile"], Some(profile)),
            (&["man"], Some(Asked::Man)),
            (&["completions", "bash"], Some(Asked::Completions(Shell::Bash))),
            (&["doctor", "--require", "T4"], None),
            (&["doctor", "--apparmor-profile", "--json"], None),
            (&["doctor", "--apparmor-profile", "--require", "T1"], None),
            (&["doctor", "extra"], None),
            (&[], None),
        ];
        for (words, wanted) in rows {
            assert_eq!(asked(words), wanted, "{words:?}");
        }
    }
}
