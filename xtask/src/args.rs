//! The command line, defined once: help and parsing come from here.

use clap::builder::FalseyValueParser;
use clap::{Args as Group, Parser, Subcommand};

/// The project's own commands. CONTRIBUTING.md tells when to use which.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look without running: format, clippy, house rules, licences and sources of dependencies
    Check(CheckArgs),
    /// Run everything: fetch what tests need, check, run every test, name every skip
    Test(TestArgs),
    /// Feed the decoders with mutated input, under the address sanitizer
    Fuzz(FuzzArgs),
    /// Run the benches and print each as a ratio to the yardstick of its group
    Bench(BenchArgs),
    /// Build the programs to ship into dist/, with their SHA-256 sums
    Release,
}

#[derive(Debug, Group)]
pub(crate) struct CheckArgs {
    /// Also look for known holes in dependencies, which fetches the advisory database
    #[arg(long)]
    pub(crate) advisories: bool,
}

#[derive(Debug, Group)]
pub(crate) struct TestArgs {
    /// Fail if anything was skipped
    #[arg(long, env = "PORTCULLIS_NO_SKIPS", value_parser = FalseyValueParser::new())]
    pub(crate) no_skips: bool,
}

#[derive(Debug, Group)]
pub(crate) struct FuzzArgs {
    /// A target of fuzz/Cargo.toml; all of them, one after the other, if none is named
    pub(crate) target: Option<String>,
    /// How long to run each target, in seconds
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seconds: u64,
    /// The same as --seconds 60
    #[arg(long, conflicts_with = "seconds")]
    pub(crate) quick: bool,
}

#[derive(Debug, Group)]
pub(crate) struct BenchArgs {
    /// A bench of some crate; all of them if none is named
    pub(crate) name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Args, Command};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn quick_and_seconds_exclude_each_other() {
        assert!(Args::try_parse_from(["xtask", "fuzz", "--quick", "--seconds", "5"]).is_err());
        let args = Args::try_parse_from(["xtask", "fuzz", "--quick", "frames"]).unwrap();
        assert!(
            matches!(args.command, Command::Fuzz(fuzz) if fuzz.quick && fuzz.target.as_deref() == Some("frames"))
        );
    }
}
