//! `cargo xtask bench`: runs criterion benches and prints what they measured as ratios. A time by itself says more
//! about the machine than about the code: each group of a bench therefore starts with its yardstick, measured in the
//! same run, and the table gives every other entry as a multiple of it.

use crate::args::BenchArgs;
use crate::call::{Call, Stream};
use crate::packages;
use crate::report::{Report, Skips};
use crate::{Outcome, say};
use anyhow::Result;
use std::io::Write;

pub(crate) fn run(args: &BenchArgs) -> Result<Outcome> {
    let benches = packages::benches()?;
    let chosen: Vec<_> =
        benches.iter().filter(|bench| args.name.as_ref().is_none_or(|name| *name == bench.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = benches.iter().map(|bench| bench.name.as_str()).collect();
        say(&format!(
            "no such bench: there are {}",
            if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
        ));
        return Ok(Outcome::Impossible);
    }
    let mut report = Report::default();
    let mut tables = String::new();
    for bench in chosen {
        let mut reader = Reader::default();
        let call =
            Call::cargo().args(["bench", "--locked", "--package", &bench.package, "--bench", &bench.name]);
        let ended = call.read(Stream::Out, |line| reader.read(line));
        report.step(&bench.name, ended);
        tables.push_str(&table(&bench.name, &reader));
    }
    write!(std::io::stdout(), "{tables}")?;
    Ok(report.close(Skips::Allowed))
}

/// One measurement: `group/entry`, and its middle estimate in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
struct Measured {
    id: String,
    nanoseconds: f64,
}

/// Reads criterion's report, and keeps all lines in case it is none. An id that is too long for its column stands on the line before its time.
#[derive(Debug, Default)]
struct Reader {
    last_id: Option<String>,
    found: Vec<Measured>,
    lines: Vec<String>,
}

impl Reader {
    fn read(&mut self, line: &str) {
        self.lines.push(line.to_owned());
        let Some((before, times)) = line.split_once("time:   [") else {
            let is_id = !line.starts_with(' ') && !line.is_empty() && !line.contains(": ");
            self.last_id = is_id.then(|| line.trim().to_owned());
            return;
        };
        let id = if before.trim().is_empty() { self.last_id.take() } else { Some(before.trim().to_owned()) };
        let words: Vec<_> = times.split_whitespace().collect();
        if let (Some(id), [_, _, middle, unit, ..]) = (id, words.as_slice())
            && let Some(nanoseconds) = nanoseconds(middle, unit)
        {
            self.found.push(Measured { id, nanoseconds });
        }
    }
}

fn nanoseconds(number: &str, unit: &str) -> Option<f64> {
    let factor = match unit.trim_end_matches(']') {
        "ps" => 1e-3,
        "ns" => 1.0,
        "µs" | "us" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// The measurements of a bench as text: under each group its entries, each as a multiple of the group's first. A bench
/// without criterion prints its own table, which is passed on as it is.
fn table(bench: &str, reader: &Reader) -> String {
    let mut lines = vec![String::new(), bench.to_owned()];
    let mut yardstick: Option<(&str, f64)> = None;
    for Measured { id, nanoseconds } in &reader.found {
        let (group, entry) = id.split_once('/').unwrap_or(("", id));
        let base = match yardstick {
            Some((of, base)) if of == group => base,
            _ => {
                lines.push(format!("  {group}"));
                *nanoseconds
            }
        };
        yardstick = Some((group, base));
        lines.push(format!("    {entry:<40} {:>12.3} us {:>9.2} x", nanoseconds / 1e3, nanoseconds / base));
    }
    if reader.lines.is_empty() {
        lines.push("  measured nothing".to_owned());
    } else if reader.found.is_empty() {
        lines.extend(reader.lines.iter().map(|line| format!("  {line}")));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Reader, table};

    const REPORT: &str = "\
relay/bare              time:   [19.800 µs 20.000 µs 20.300 µs]
                        change: [-1.0% +0.1% +1.2%] (p = 0.80 > 0.05)
                        No change in performance detected.
Found 3 outliers among 100 measurements (3.00%)
relay/strict parse, inspect and audit
                        time:   [29.000 µs 30.000 µs 31.000 µs]
bulk/1MB                time:   [1.0000 ms 2.0000 ms 3.0000 ms]
                        thrpt:  [1.0 GiB/s 1.1 GiB/s 1.2 GiB/s]
";

    #[test]
    fn every_entry_is_a_multiple_of_the_first_of_its_group() {
        let mut reader = Reader::default();
        REPORT.lines().for_each(|line| reader.read(line));
        let text = table("call", &reader);
        let rows: Vec<Vec<_>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            rows,
            [
                vec![],
                vec!["call"],
                vec!["relay"],
                vec!["bare", "20.000", "us", "1.00", "x"],
                vec!["strict", "parse,", "inspect", "and", "audit", "30.000", "us", "1.50", "x"],
                vec!["bulk"],
                vec!["1MB", "2000.000", "us", "1.00", "x"],
            ]
        );
    }

    #[test]
    fn a_bench_with_a_table_of_its_own_keeps_it_and_an_empty_one_says_so() {
        let mut reader = Reader::default();
        assert_eq!(table("frames", &reader), "\nframes\n  measured nothing\n");
        reader.read("100 B  ours 1 ns  theirs 2 ns");
        assert_eq!(table("frames", &reader), "\nframes\n  100 B  ours 1 ns  theirs 2 ns\n");
    }
}
