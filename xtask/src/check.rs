//! `cargo xtask check`: what can be said without running the product.

use crate::Outcome;
use crate::args::CheckArgs;
use crate::call::Call;
use crate::report::{Report, Skips};

/// What to do when cargo-deny is missing.
const NO_DENY: &str = "needs cargo-deny: `cargo install cargo-deny --locked`";

pub(crate) fn run(args: &CheckArgs) -> Outcome {
    let mut report = Report::default();
    look(&mut report);
    report
        .step("house rules", Call::cargo().args(["test", "--locked", "--package", "portcullis-tidy"]).run());
    if args.advisories {
        if has_deny() {
            report.step("advisories", Call::cargo().args(["deny", "check", "advisories"]).run());
        } else {
            report.skip("advisories", NO_DENY);
        }
    }
    report.close(Skips::Allowed)
}

/// The checks that `cargo xtask test` does too; the house rules run there with the other tests.
pub(crate) fn look(report: &mut Report) {
    report.step("format", Call::cargo().args(["fmt", "--all", "--check"]).run());
    report.step("clippy", clippy(Call::cargo()).run());
    if has_deny() {
        // Advisories need a database from the net; `--advisories` asks for them.
        report
            .step("dependencies", Call::cargo().args(["deny", "check", "bans", "licenses", "sources"]).run());
    } else {
        report.skip("dependencies", NO_DENY);
    }
}

fn clippy(cargo: Call) -> Call {
    cargo.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"])
}

fn has_deny() -> bool {
    Call::cargo().args(["deny", "--version"]).works()
}
