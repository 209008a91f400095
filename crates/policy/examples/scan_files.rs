//! Scans the files of folders and prints one finding a line: path, line, rule, the text found.
//!
//! `cargo run --release --example scan_files -- FOLDER...`; `--lines` reads a JSON Lines file of strings instead and
//! prints, for each, the rules that found something. A tool for measuring the scanner, not part of the product.

use std::error::Error;
use std::path::{Path, PathBuf};

use portcullis_policy::redact::Scanner;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if arguments.next_if(|first| first == "--lines").is_some() {
        for file in arguments {
            lines(Path::new(&file), &mut out)?;
        }
        return Ok(());
    }
    for folder in arguments {
        for path in files(Path::new(&folder))? {
            if let Ok(text) = std::fs::read_to_string(&path) {
                report(&path, &text, &mut out)?;
            }
        }
    }
    Ok(())
}

/// Every file under `root`, sorted.
fn files(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut pending = vec![root.to_path_buf()];
    let mut all = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                pending.push(entry?.path());
            }
        } else {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}

/// Prints the findings of one text.
fn report(path: &Path, text: &str, out: &mut impl std::io::Write) -> std::io::Result<()> {
    let mut found = Vec::new();
    Scanner::builtin().scan(text, &mut found);
    for finding in found {
        let before = text.get(..finding.start).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let shown: String = text
            .get(finding.start..finding.end)
            .unwrap_or_default()
            .chars()
            .take(120)
            .collect();
        let context: String = before
            .chars()
            .rev()
            .take(50)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        writeln!(
            out,
            "{}\t{line}\t{}\t{shown:?}\t{context:?}",
            path.display(),
            finding.rule.id()
        )?;
    }
    Ok(())
}

/// Prints the rules found in each string of a JSON Lines file.
fn lines(path: &Path, out: &mut impl std::io::Write) -> Result<(), Box<dyn Error>> {
    for line in std::fs::read_to_string(path)?.lines() {
        let mut read = serde_json::Deserializer::from_str(line);
        let text: String = serde::Deserialize::deserialize(&mut read)?;
        let mut found = Vec::new();
        Scanner::builtin().scan(&text, &mut found);
        let ids: Vec<&str> = found.iter().map(|finding| finding.rule.id()).collect();
        writeln!(out, "{}", ids.join(" "))?;
    }
    Ok(())
}
