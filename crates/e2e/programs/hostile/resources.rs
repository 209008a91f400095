//! Attacks on what there is only so much of: disk, names, memory, descriptors, file size, cores; and on what the environment
//! tells. All of them stop by themselves at a bound that does the machine no harm.

use super::Attack;
use super::files::word;
use super::sys::{Outcome, call, number, stop, worked};
use std::fs::{File, OpenOptions};
use std::io::Write;

pub fn find(name: &str) -> Option<Attack> {
    Some(match name {
        "fill-disk" => fill_disk,
        "fill-names" => fill_names,
        "fill-memory" => fill_memory,
        "fill-descriptors" => fill_descriptors,
        "long-file" => long_file,
        "core-limit" => core_limit,
        "blind-starter" => blind_starter,
        "variable" => variable,
        "temporary-shared" => temporary_shared,
        _ => return None,
    })
}

/// The folder for temporary files: the word, or what the environment says.
fn folder(words: &[&str]) -> String {
    match words.first() {
        Some(given) => (*given).to_owned(),
        None => std::env::temp_dir().to_string_lossy().into_owned(),
    }
}

/// Writes 32 MB to temporary files of 4 MB.
fn fill_disk(words: &[&str]) -> Outcome {
    let chunk = vec![7; 4 << 20];
    let mut files = Vec::new();
    for index in 0..8 {
        let path = format!("{}/fill-{}-{index}", folder(words), std::process::id());
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(stop)?;
        // Gone when this process is, whatever becomes of it.
        std::fs::remove_file(&path).map_err(stop)?;
        file.write_all(&chunk).map_err(stop)?;
        files.push(file);
    }
    Ok(format!("{} files of 4 MB written", files.len()))
}

/// Takes from whoever started it the means to look at what it uses, then uses more than it may.
fn blind_starter(_words: &[&str]) -> Outcome {
    const DESCRIPTORS: usize = 7;
    // Enough to wait with, too few to open anything.
    let few = [2_u64; 2];
    let starter = call(number::GETPPID, &[]).map_err(|error| error.to_string())?;
    super::sys::done(call(number::PRLIMIT64, &[starter, DESCRIPTORS, &raw const few as usize, 0]))?;
    fill_memory(&[])
}

/// Makes 140,000 empty files.
fn fill_names(words: &[&str]) -> Outcome {
    let path = format!("{}/names-{}", folder(words), std::process::id());
    std::fs::create_dir(&path).map_err(stop)?;
    let made = (0..140_000_u32).try_for_each(|index| File::create_new(format!("{path}/{index}")).map(drop));
    let removed = std::fs::remove_dir_all(&path);
    worked(made.and(removed))
}

/// Touches 256 MB of memory, then stays until it has been noticed.
fn fill_memory(_words: &[&str]) -> Outcome {
    let mut chunks = Vec::new();
    for _ in 0..64 {
        chunks.push(std::hint::black_box(vec![7_u8; 4 << 20]));
        std::thread::sleep(std::time::Duration::from_millis(8));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    Ok(format!("{} MB held", chunks.len() * 4))
}

fn fill_descriptors(_words: &[&str]) -> Outcome {
    let mut open = Vec::new();
    for _ in 0..200 {
        open.push(File::open("/dev/null").map_err(stop)?);
    }
    Ok(format!("{} descriptors", open.len()))
}

/// Writes 16 MB to one file.
fn long_file(words: &[&str]) -> Outcome {
    let mut file = File::create(word(words, 0)?).map_err(stop)?;
    let chunk = vec![7; 1 << 20];
    for _ in 0..16 {
        file.write_all(&chunk).map_err(stop)?;
    }
    Ok("16 MB written".into())
}

/// Through if a core could be left behind.
fn core_limit(_words: &[&str]) -> Outcome {
    let mut limit = [0_u64; 2];
    call(number::PRLIMIT64, &[0, 4, 0, &raw mut limit as usize]).map_err(|error| error.to_string())?;
    if limit[1] == 0 { Err("no core".into()) } else { Ok(format!("up to {} bytes of core", limit[1])) }
}

/// Looks for a variable, in the environment and in what the kernel keeps of it; a second word must be in its value.
fn variable(words: &[&str]) -> Outcome {
    let name = word(words, 0)?;
    let wanted = words.get(1).copied().unwrap_or_default();
    let found = std::env::vars_os()
        .any(|(variable, value)| variable == name && value.to_string_lossy().contains(wanted));
    let kept = std::fs::read("/proc/self/environ").unwrap_or_default();
    let kept = String::from_utf8_lossy(&kept).contains(&format!("{name}="));
    if found || kept { Ok("it is set".into()) } else { Err("it is not set".into()) }
}

/// Looks for a file that somebody else has left among the temporary ones.
fn temporary_shared(words: &[&str]) -> Outcome {
    worked(std::fs::metadata(word(words, 0)?))
}
