//! How the steps of a command ended: what failed, what was skipped and why, how many tests ran. It decides what a skip
//! means, and prints the closing lines.

use crate::counts::Counts;
use crate::{Outcome, say};
use anyhow::Result;
use std::io::Write;

/// What a skip means for the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skips {
    Allowed,
    Failures,
}

/// How the steps so far ended.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) tests: Counts,
    failed: Vec<String>,
    skipped: Vec<(String, String)>,
}

impl Report {
    /// Takes down a step that ended, well or badly; one that could not even start has failed.
    pub(crate) fn step(&mut self, name: &str, ended: Result<bool>) {
        match ended {
            Ok(true) => {}
            Ok(false) => self.failed.push(name.to_owned()),
            Err(error) => self.failed.push(format!("{name}: {error:#}")),
        }
    }

    /// Takes down something that could not be tried.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        self.skipped.push((name.to_owned(), reason.to_owned()));
    }

    /// Names every failed step and every skip, and tells the outcome.
    pub(crate) fn close(&self, skips: Skips) -> Outcome {
        for name in &self.failed {
            say(&format!("failed: {name}"));
        }
        for (name, reason) in &self.skipped {
            say(&format!("skipped: {name}: {reason}"));
        }
        if !self.failed.is_empty() || self.tests.failed > 0 {
            return Outcome::Bad;
        }
        if skips == Skips::Failures && !self.skipped.is_empty() {
            say("failed: something was skipped, and nothing may be here");
            return Outcome::Bad;
        }
        Outcome::Good
    }

    /// Prints the closing line of a test run. A failed step counts as one failure more, so that the line never looks
    /// better than the exit code. A test that was skipped has returned like one that passed, and is taken out there.
    pub(crate) fn print_counts(&self) -> Result<()> {
        let Counts { passed, failed, .. } = self.tests;
        let failed = failed + self.failed.len();
        let skipped = self.skipped.len();
        writeln!(std::io::stdout(), "{passed} passed, {failed} failed, {skipped} skipped")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Skips};
    use crate::Outcome;

    #[test]
    fn a_failed_step_or_test_is_bad() {
        let mut report = Report::default();
        report.step("format", Ok(true));
        assert_eq!(report.close(Skips::Failures), Outcome::Good);
        report.tests.failed = 1;
        assert_eq!(report.close(Skips::Allowed), Outcome::Bad);
        for ended in [Ok(false), Err(anyhow::anyhow!("cannot start"))] {
            let mut report = Report::default();
            report.step("format", ended);
            assert_eq!(report.close(Skips::Allowed), Outcome::Bad);
        }
    }

    #[test]
    fn a_skip_is_bad_only_where_all_must_run() {
        let mut report = Report::default();
        report.skip("a", "needs node: not found");
        assert_eq!(report.close(Skips::Allowed), Outcome::Good);
        assert_eq!(report.close(Skips::Failures), Outcome::Bad);
    }
}
