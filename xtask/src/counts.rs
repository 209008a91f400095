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
    let line = line.trim_start();
    if !line.starts_with("Summary [") && !line.starts_with("test result:") {
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

#[cfg(test)]
mod tests {
    use super::{Counts, read};

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
