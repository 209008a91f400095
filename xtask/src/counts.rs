//! How many tests ran, read off the closing lines of the two runners. Text in, numbers out.

/// Tests by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Not run by the runner, because they are marked `#[ignore]` or filtered out.
    pub(crate) left_out: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.left_out += other.left_out;
    }
}

/// The counts of a line, if it is a closing line: nextest's `Summary [ 0.1s] 31 tests run: 30 passed, 1 failed, 0
/// skipped`, or libtest's `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
pub(crate) fn read(line: &str) -> Option<Counts> {
    // Indented, it is what nextest repeats of a test that failed, and has counted already.
    if !line.trim_start().starts_with("Summary [") && !line.starts_with("test result:") {
        return None;
    }
    let mut counts = Counts::default();
    for part in line.split([',', ';', ':', '.']) {
        let mut words = part.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else {
            continue;
        };
        let kind: Vec<_> = words.collect();
        match kind.as_slice() {
            ["passed", ..] => counts.passed += number,
            ["failed" | "timed" | "exec", ..] => counts.failed += number,
            ["skipped" | "ignored", ..] => counts.left_out += number,
            _ => {}
        }
    }
    Some(counts)
}

/// The name of a test that nextest says has failed.
pub(crate) fn failed_test(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (state, rest) = line.split_once(" [")?;
    let name = rest.split_once(") ").map(|(_, name)| name.trim())?;
    matches!(state, "FAIL" | "TIMEOUT" | "SIGABRT" | "SIGSEGV").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Counts, failed_test, read};

    #[test]
    fn what_nextest_repeats_is_not_counted_again_and_failures_have_names() {
        assert_eq!(read("    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured"), None);
        let line = "        FAIL [   0.005s] ( 3/31) portcullis-policy laws::deny_wins";
        assert_eq!(failed_test(line), Some("portcullis-policy laws::deny_wins"));
        assert_eq!(failed_test("        PASS [   0.005s] ( 3/31) portcullis-policy laws::deny_wins"), None);
    }

    #[test]
    fn closing_lines_of_both_runners_are_read() {
        let cases = [
            ("     Summary [   0.114s] 31/60 tests run: 30 passed, 1 failed, 2 skipped", (30, 1, 2)),
            (
                "     Summary [  12.000s] 8 tests run: 5 passed (2 slow, 1 flaky), 1 failed, 1 timed out, 1 exec failed, 0 skipped",
                (5, 3, 0),
            ),
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.07s",
                (3, 0, 1),
            ),
            ("test result: FAILED. 0 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out", (0, 4, 0)),
        ];
        for (line, (passed, failed, left_out)) in cases {
            assert_eq!(read(line), Some(Counts { passed, failed, left_out }), "{line}");
        }
        assert_eq!(read("1 passed"), None);
    }
}
