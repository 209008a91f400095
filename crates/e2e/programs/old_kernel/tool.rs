//! What runs in a jail: small programs that do one thing and tell how it went. Each has a bound on what it takes.

use crate::sys;
use std::io::Write;
use std::process::ExitCode;

pub fn run(words: &[&str]) -> ExitCode {
    match words {
        ["hello", rest @ ..] => hello(rest),
        ["fill", megabytes] => fill(megabytes.parse().unwrap_or(0), Then::End),
        ["hold", megabytes] => fill(megabytes.parse().unwrap_or(0), Then::Stay),
        ["empty", path] => empty(path),
        ["forks", most] => forks(most.parse().unwrap_or(0)),
        ["linger"] => linger(),
        _ => {
            tell(&format!("not understood: {words:?}"));
            ExitCode::from(2)
        }
    }
}

/// Says who it is, and tries to read each file.
fn hello(paths: &[&str]) -> ExitCode {
    tell(&format!("hello from process {}", std::process::id()));
    for path in paths {
        match std::fs::read_to_string(path) {
            Ok(text) => tell(&format!("{path} holds {}", text.trim_end())),
            Err(error) => tell(&format!("{path} fails with {}", error.raw_os_error().unwrap_or(0))),
        }
    }
    ExitCode::SUCCESS
}

/// What becomes of memory once it has been taken.
enum Then {
    End,
    Stay,
}

/// Takes memory, megabyte by megabyte, and uses it.
fn fill(megabytes: usize, then: Then) -> ExitCode {
    let mut all = Vec::new();
    for megabyte in 0..megabytes.min(1024) {
        if megabyte % 8 == 0 {
            tell(&format!("filled {megabyte} MB"));
        }
        all.push(vec![1_u8; 1 << 20]);
    }
    tell(&format!("filled it all: {} MB", all.len()));
    while matches!(then, Then::Stay) {
        sys::wait_for_the_end();
    }
    ExitCode::SUCCESS
}

/// Takes everything out of a file without opening it.
fn empty(path: &str) -> ExitCode {
    match sys::empty(path) {
        Ok(()) => tell(&format!("{path} is empty")),
        Err(error) => tell(&format!("{path} fails with {}", error.raw_os_error().unwrap_or(0))),
    }
    ExitCode::SUCCESS
}

/// Starts processes, and tells how many it got and what the first refusal was.
fn forks(most: u32) -> ExitCode {
    let (mut started, mut refusals, mut first) = (0, 0, 0);
    for _ in 0..most.min(200) {
        match sys::fork_one_that_waits() {
            Ok(()) => started += 1,
            Err(error) => {
                refusals += 1;
                first = if refusals == 1 { error.raw_os_error().unwrap_or(0) } else { first };
            }
        }
    }
    tell(&format!("forked {started}, refused {refusals} with {first}"));
    ExitCode::SUCCESS
}

/// Has a child, and stays.
fn linger() -> ExitCode {
    let child = sys::fork_one_that_waits();
    tell(&format!("lingering, a child: {}", child.is_ok()));
    loop {
        sys::wait_for_the_end();
    }
}

fn tell(line: &str) {
    // Who does not listen sees the code.
    let _written = writeln!(std::io::stdout(), "{line}");
}
