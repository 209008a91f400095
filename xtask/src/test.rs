//! `cargo xtask test`: the one command that runs everything, in the order in which things are cheapest to find out, and
//! says at the end what it could not run.

use crate::args::TestArgs;
use crate::call::{Call, Stream};
use crate::counts::{self, Counts};
use crate::report::{Report, Skips};
use crate::{Outcome, check, fuzz, needs, say};
use anyhow::{Context, Result, ensure};
use portcullis_e2e::{SKIPS, old_kernel, places};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Seconds that each fuzz target runs: enough to see that it builds and that no crash is near.
const FUZZ_SECONDS: u64 = 5;

pub(crate) fn run(args: &TestArgs) -> Result<Outcome> {
    let skips = if args.no_skips { Skips::Failures } else { Skips::Allowed };
    let mut report = Report::default();
    forget_skips()?;
    needs::fetch(&mut report);
    check::look(&mut report);
    // Tests start the programs that they test, and Cargo builds those of other packages only when asked to. xtask itself
    // is running, and would be built anew with the features of the whole workspace.
    let programs = ["build", "--locked", "--workspace", "--exclude", "xtask", "--bins"];
    report.step("programs", Call::cargo().args(programs).run());
    if old_kernel::kernel().is_some() {
        report.step("driver for the old kernel", Call::cargo().args(old_kernel::DRIVER_BUILD).run());
    }
    let mut names = BTreeSet::new();
    let ended = unit_and_end_to_end(&mut report.tests, &mut names);
    report.step("tests", ended);
    let ended = documentation(&mut report.tests);
    report.step("examples in the documentation", ended);
    if report.tests.left_out > 0 {
        let reason = format!("{} are marked as ignored", report.tests.left_out);
        report.skip("ignored tests", &reason);
    }
    if fuzz::is_installed() {
        report.step("fuzz targets", fuzz::every_target(FUZZ_SECONDS));
    } else {
        report.skip("fuzz targets", fuzz::NOT_INSTALLED);
    }
    for (test, reason) in remembered_skips()? {
        report.skip(&test, &reason);
        report.tests.passed = report.tests.passed.saturating_sub(1);
    }
    for name in names {
        say(&format!("failed test: {name}"));
    }
    let outcome = report.close(skips);
    report.print_counts()?;
    Ok(outcome)
}

fn unit_and_end_to_end(tests: &mut Counts, names: &mut BTreeSet<String>) -> Result<bool> {
    if Call::cargo().args(["nextest", "--version"]).works() {
        let call = Call::cargo().args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        return counted(call, Stream::Err, tests, names);
    }
    let call = Call::cargo().args([
        "test",
        "--locked",
        "--workspace",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    ]);
    counted(call, Stream::Out, tests, names)
}

fn documentation(tests: &mut Counts) -> Result<bool> {
    counted(
        Call::cargo().args(["test", "--locked", "--workspace", "--doc", "--no-fail-fast"]),
        Stream::Out,
        tests,
        &mut BTreeSet::new(),
    )
}

/// Runs tests and adds up what the runner counted. Success without a closing line is none: nobody knows what ran.
/// Tests that failed are in the counts, so only a runner that did not get that far is a failed step.
fn counted(call: Call, stream: Stream, tests: &mut Counts, names: &mut BTreeSet<String>) -> Result<bool> {
    let mut counts = None;
    let good = call.read(stream, |line| {
        names.extend(counts::failed_test(line).map(Into::into));
        if let Some(found) = counts::read(line) {
            counts.get_or_insert_with(Counts::default).add(found);
        }
    })?;
    let counted = counts.unwrap_or_default();
    tests.add(counted);
    ensure!(!good || counts.is_some(), "the runner did not say how many tests it ran");
    Ok(good || counted.failed > 0)
}

fn skips_file() -> PathBuf {
    places::root().join(SKIPS)
}

fn forget_skips() -> Result<()> {
    let path = skips_file();
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| format!("cannot empty `{}`", path.display()))?;
    }
    Ok(())
}

/// What tests wrote down with `portcullis_e2e::skip`.
fn remembered_skips() -> Result<Vec<(String, String)>> {
    let path = skips_file();
    if !path.exists() {
        return Ok(Vec::new());
    }
    let lines =
        std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let split = |line: &str| {
        let (test, reason) = line.split_once('\t').unwrap_or((line, "no reason given"));
        (test.to_owned(), reason.to_owned())
    };
    Ok(lines.lines().map(split).collect())
}
