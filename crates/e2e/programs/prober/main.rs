//! Tries what it is asked to on its standard input, one question a line, and answers `y` or `n`:
//! `R path` read a file, or see a folder's own entry `.marker`; `W path` open for writing, or make and remove a new file;
//! `X` start another process; `C address` connect. Changes nothing that was there.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

fn main() {
    let mut answers = String::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (question, about) = line.split_once(' ').unwrap_or((&line, ""));
        let yes = match question {
            "R" => reads(Path::new(about)),
            "W" => writes(Path::new(about)),
            "X" => std::process::Command::new("/proc/self/exe").arg("--nothing").status().is_ok(),
            "C" => TcpStream::connect_timeout(&about.parse().unwrap(), Duration::from_secs(2)).is_ok(),
            other => panic!("not a question: {other}"),
        };
        answers.push_str(if yes { "y\n" } else { "n\n" });
    }
    std::io::stdout().write_all(answers.as_bytes()).unwrap();
}

fn reads(path: &Path) -> bool {
    if path.is_dir() {
        return path.read_dir().is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() == ".marker")));
    }
    File::open(path).and_then(|mut file| file.read(&mut [0])).is_ok()
}

fn writes(path: &Path) -> bool {
    if path.symlink_metadata().is_ok() {
        return OpenOptions::new().write(true).open(path).is_ok();
    }
    let made = OpenOptions::new().write(true).create_new(true).open(path).is_ok();
    if made {
        std::fs::remove_file(path).unwrap();
    }
    made
}
