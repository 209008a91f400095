//! `cargo xtask fuzz`: runs the targets of `fuzz/` with cargo-fuzz. It installs nothing.
//!
//! The sanitizer flags are unstable, and this project has one stable toolchain: `RUSTC_BOOTSTRAP=1` is set for these
//! builds, and for these only.

use crate::args::FuzzArgs;
use crate::call::Call;
use crate::{Outcome, packages, say};
use anyhow::{Result, bail, ensure};
use portcullis_e2e::places;

/// What to do when cargo-fuzz is missing.
pub(crate) const NOT_INSTALLED: &str = "needs cargo-fuzz: `cargo install cargo-fuzz --locked`";

/// Bytes of an input at most: enough for every limit of the decoders to be met with room to spare.
const MAX_INPUT: &str = "-max_len=65536";

pub(crate) fn run(args: &FuzzArgs) -> Result<Outcome> {
    let targets = packages::fuzz_targets()?;
    if !is_installed() {
        bail!("{NOT_INSTALLED}");
    }
    let seconds = if args.quick { 60 } else { args.seconds };
    let good = match &args.target {
        Some(target) => {
            ensure!(targets.contains(target), "no fuzz target `{target}`: there are {}", targets.join(", "));
            one_target(target, seconds)?
        }
        None => every_target(seconds)?,
    };
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

pub(crate) fn is_installed() -> bool {
    Call::cargo().args(["fuzz", "--version"]).works()
}

/// Runs every target for so many seconds, on after one that crashed; whether none did.
pub(crate) fn every_target(seconds: u64) -> Result<bool> {
    let mut good = true;
    for target in packages::fuzz_targets()? {
        good &= one_target(&target, seconds)?;
    }
    Ok(good)
}

fn one_target(target: &str, seconds: u64) -> Result<bool> {
    let mut call = Call::cargo().env("RUSTC_BOOTSTRAP", "1").args([
        "fuzz",
        "run",
        "--fuzz-dir",
        "fuzz",
        target,
        &format!("fuzz/corpus/{target}"),
    ]);
    std::fs::create_dir_all(places::root().join("fuzz/corpus").join(target))?;
    // Inputs that once broke something are where to start looking.
    let regressions = format!("fuzz/regressions/{target}");
    if places::root().join(&regressions).is_dir() {
        call = call.arg(regressions);
    }
    let good = call
        .args([
            "--",
            &format!("-max_total_time={seconds}"),
            MAX_INPUT,
            "-verbosity=0",
            "-print_final_stats=1",
        ])
        .run()?;
    if !good {
        say(&format!(
            "hint: the input is in fuzz/artifacts/{target}: fix what it broke, and keep it in fuzz/regressions/{target}"
        ));
    }
    Ok(good)
}
