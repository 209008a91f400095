//! Programs for tests that are not part of the workspace: built by the compiler alone, from a folder below `programs/`, and
//! kept as long as their sources do not change. What they are for is not known here.

use crate::places;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many have been begun here, so that no two have one file.
static BEGUN: AtomicU32 = AtomicU32::new(0);

/// The statically linked program that `crates/e2e/programs/NAME/main.rs` makes.
///
/// It is built into `target/tmp` under a name of its sources' hash. Tests that want it at the same moment may each build it;
/// the last one to finish leaves what the others have left.
pub fn compiled(name: &str) -> io::Result<PathBuf> {
    let sources = places::root().join("crates/e2e/programs");
    let mut hash = DefaultHasher::new();
    hash_folder(&sources, &mut hash)?;
    let folder = places::root().join("target/tmp");
    std::fs::create_dir_all(&folder)?;
    let program = folder.join(format!("{name}-{:016x}", hash.finish()));
    if program.exists() {
        return Ok(program);
    }
    let number = BEGUN.fetch_add(1, Ordering::Relaxed);
    let made = folder.join(format!("{name}-{}-{number}", std::process::id()));
    compile(&sources.join(name).join("main.rs"), &made)?;
    std::fs::rename(&made, &program)?;
    Ok(program)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test builds a program itself: the product is not in between"
)]
fn compile(source: &Path, program: &Path) -> io::Result<()> {
    let output = Command::new("rustc")
        .current_dir(places::root())
        .args(["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-C", "strip=symbols", "-o"])
        .arg(program)
        .arg(source)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let what = format!("`{}` does not build:\n{}", source.display(), String::from_utf8_lossy(&output.stderr));
    Err(io::Error::other(what))
}

/// Feeds names and contents of all files, in order: programs share parts.
fn hash_folder(folder: &Path, hash: &mut DefaultHasher) -> io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        if entry.file_type()?.is_dir() {
            hash_folder(&entry.path(), hash)?;
        } else {
            hash.write(entry.file_name().as_encoded_bytes());
            hash.write(&std::fs::read(entry.path())?);
        }
    }
    Ok(())
}
