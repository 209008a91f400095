//! How fast the scanner reads: package source, adversarial texts, many small strings; and what it costs to build.
//!
//! One run prints every figure side by side. The source is read from `.deps/redaction/source` (see
//! `bench/redaction/fetch.py`); without it a synthetic text is made, and the line says so.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use portcullis_policy::redact::Scanner;

const SIZE: usize = 1 << 20;
/// How many of the slowest keyword-dense texts are shown.
const SHOWN: usize = 12;
const KEYWORDS: &str = include_str!("../data/credentials.rules");

fn main() {
    #[expect(clippy::disallowed_methods, reason = "a bench measures with the clock")]
    let began = Instant::now();
    let scanner = Scanner::builtin();
    let built = began.elapsed();
    println!(
        "rules {}  first use {built:?}  keywords {} bytes",
        scanner.rules().len(),
        scanner.keyword_bytes()
    );

    if let Some(unit) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) {
        let text = fill(&unit);
        (0..20).for_each(|_| print_rate(scanner, &unit, &text));
        return;
    }
    let (name, source) = source();
    print_rate(scanner, &name, &source);
    small_strings(scanner, &source);

    let mut slowest = (f64::INFINITY, String::new());
    for (name, text) in adversarial() {
        let rate = rate(scanner, &text);
        println!("{rate:8.0} MB/s  {name}");
        if rate < slowest.0 {
            slowest = (rate, name);
        }
    }
    let mut keywords: Vec<(f64, String)> =
        keyword_dense().into_iter().map(|(name, text)| (rate(scanner, &text), name)).collect();
    keywords.sort_by(|one, other| one.0.total_cmp(&other.0));
    let slow = keywords.iter().filter(|(rate, _)| *rate < 50.0).count();
    println!("slowest of {} keyword-dense texts ({slow} below 50):", keywords.len());
    for (rate, name) in keywords.iter().take(SHOWN) {
        println!("{rate:8.0} MB/s  {name}");
    }
    let least = keywords.into_iter().chain([slowest]).min_by(|one, other| one.0.total_cmp(&other.0));
    if let Some((rate, name)) = least {
        println!("{rate:8.0} MB/s  least of all: {name}");
    }
}

/// Megabytes a second: the best of a few scans.
fn rate(scanner: &Scanner, text: &str) -> f64 {
    let mut best = f64::INFINITY;
    let mut found = Vec::new();
    for _ in 0..12 {
        found.clear();
        #[expect(clippy::disallowed_methods, reason = "a bench measures with the clock")]
        let began = Instant::now();
        scanner.scan(black_box(text), &mut found);
        best = best.min(began.elapsed().as_secs_f64());
        black_box(&found);
    }
    megabytes(text.len()) / best
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn print_rate(scanner: &Scanner, name: &str, text: &str) {
    println!("{:8.0} MB/s  {name}", rate(scanner, text));
}

/// The same source as strings of 40 bytes scanned one by one.
fn small_strings(scanner: &Scanner, source: &str) {
    let pieces: Vec<String> =
        source.chars().collect::<Vec<_>>().chunks(40).map(|piece| piece.iter().collect()).collect();
    let mut best = f64::INFINITY;
    let mut found = Vec::new();
    for _ in 0..4 {
        found.clear();
        #[expect(clippy::disallowed_methods, reason = "a bench measures with the clock")]
        let began = Instant::now();
        for piece in &pieces {
            scanner.scan(black_box(piece), &mut found);
        }
        best = best.min(began.elapsed().as_secs_f64());
    }
    println!(
        "{:8.0} MB/s  the same in {} strings of 40 characters",
        megabytes(source.len()) / best,
        pieces.len()
    );
}

/// One megabyte of package source, or of something like it.
fn source() -> (String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.deps/redaction/source");
    let mut pending = vec![root];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(path) = pending.pop() {
        match std::fs::read_dir(&path) {
            Ok(entries) => pending.extend(entries.flatten().map(|entry| entry.path())),
            Err(_) => files.push(path),
        }
    }
    files.sort();
    let code = |path: &PathBuf| {
        path.extension().is_some_and(|end| ["js", "ts", "py", "json", "md"].iter().any(|known| end == *known))
    };
    let mut text = String::new();
    for path in files.iter().filter(|path| code(path)).step_by(11) {
        if let Ok(file) = std::fs::read_to_string(path) {
            text.extend(file.chars().take(40_000));
        }
        if text.len() >= SIZE {
            return (format!("{} bytes of package source", text.len()), text);
        }
    }
    let mut text = String::new();
    let mut line = 0;
    while text.len() < SIZE {
        line += 1;
        let _ = writeln!(
            text,
            "function handler{line}(request, response) {{ const tokenCount = request.body.length + {line}; return response.send(tokenCount); }}"
        );
    }
    ("synthetic source (no packages fetched)".to_owned(), text)
}

/// Repeats `unit` to a megabyte.
fn fill(unit: &str) -> String {
    unit.repeat(SIZE / unit.len() + 1)
}

/// Repeats `unit` to a quarter of that: there are thousands of these.
fn fill_short(unit: &str) -> String {
    unit.repeat(SIZE / 4 / unit.len() + 1)
}

/// Texts made to be slow.
fn adversarial() -> Vec<(String, String)> {
    let units = [
        ("jwt starts", "eyJ"),
        ("jwt starts with borders", "-eyJ"),
        ("jwt starts that decode to text", "eyJ-"),
        ("jwt starts that decode to members", "eyJhIjoifiI-eyJhIjoi"),
        ("jwt dots", ".eyJ.eyJ"),
        ("github starts", "ghp_"),
        ("github starts with borders", "-ghp_"),
        ("key starts", "sk-"),
        ("key starts with borders", " sk-a1"),
        ("one class without end", "aB3"),
        ("one class without end, lower", "a"),
        ("class and starts", "AKIA-sk_live_-ghp_aB3"),
        ("armour beginnings", "-----BEGIN PRIVATE KEY-----"),
        ("armour beginnings with bodies", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"),
        ("armour dashes", "----- BEGIN "),
        ("names alone", "passwordtokensecretkey"),
        ("names with underscores", "api_key_secret_token_"),
        ("assignments to names", "password=password="),
        ("assignments, quoted", "token=\"a1b2c3d4e5f6\" "),
        ("assignments, long quoted", "secret: \"aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7sU9wY1\",\n"),
        ("assignments, never closed", "\"password\": \""),
        ("assignments, escapes", "\\\"token\\\":\\\""),
        ("assignments, spaces", "token      =      "),
        ("assignments, vendor", "aws_secret_key='"),
        ("key ids with companions", "AKIAQ3EGLSXN5HZ7TR2B "),
        ("addresses", "a://b:c@"),
        ("addresses without signs", "postgres://a:bbbbbbbb"),
        ("address marks", "://"),
        ("bearers", "bearer "),
        ("bearers with tokens", "bearer a1b2c3d4e5f6a7b8c9d0 "),
        ("basics", "basic aGVsbG86d29ybGQ= "),
        ("telegram ids", "123456789:AA"),
        ("azure marks", "aaa1Q~"),
        ("hex and us", "0123456789abcdef0123456789abcdef-us"),
        ("discord starts", " MTA"),
        ("multi-byte letters", "\u{e4}\u{1f600}\u{4e16}"),
        ("multi-byte letters and names", "\u{4e16}token=\u{1f600}"),
    ];
    units.into_iter().map(|(name, unit)| (format!("{name}: {unit:?}"), fill(unit))).collect()
}

/// A text per keyword and border: nothing but that keyword.
fn keyword_dense() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for line in KEYWORDS.lines() {
        let (word, value) = line.split_once(' ').unwrap_or((line, ""));
        let anchors: Vec<String> = match word {
            "find" | "findi" => vec![anchor(value)],
            "assign" => value.split(' ').map(|name| format!("{name}=")).collect(),
            "match" => vec![value.replace('¦', "").replace('⏎', "\n")],
            _ => continue,
        };
        for anchor in anchors.into_iter().filter(|anchor| !anchor.is_empty()) {
            texts.push((format!("{anchor:?}"), fill_short(&anchor)));
            texts.push((format!("{anchor:?} after a space"), fill_short(&format!(" {anchor}"))));
        }
    }
    texts
}

/// The first literal of a pattern.
fn anchor(pattern: &str) -> String {
    let marked = pattern.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(anchor, _)| anchor);
    marked.unwrap_or_else(|| pattern.split(['[', '(']).next().unwrap_or_default()).replace("\\s", " ")
}
