//! Programs that tests run and that must be what their source says: compiled from `programs/` when first needed, statically, so
//! that they run where there is nothing else.

use crate::places;
use std::path::PathBuf;
use std::process::Command;

/// The program of `programs/NAME.rs`.
///
/// Compiled once for each state of its source; tests that want it at the same moment each compile it, and one of them wins.
///
/// # Errors
/// What the compiler says.
#[expect(clippy::disallowed_methods, reason = "tests start the compiler themselves")]
pub fn static_program(name: &str) -> Result<PathBuf, String> {
    let root = places::root();
    let source = root.join("crates/e2e/programs").join(format!("{name}.rs"));
    let text = std::fs::read(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let folder = root.join("target/programs");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let program = folder.join(format!("{name}-{:016x}", fingerprint(&text)));
    if program.exists() {
        return Ok(program);
    }
    let making = folder.join(format!("{name}-{}.making", std::process::id()));
    let compiler = Command::new("rustc")
        .args(["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-o"])
        .args([&making, &source])
        .output()
        .map_err(|error| format!("rustc: {error}"))?;
    if !compiler.status.success() {
        return Err(String::from_utf8_lossy(&compiler.stderr).into_owned());
    }
    std::fs::rename(&making, &program).map_err(|error| error.to_string())?;
    Ok(program)
}

/// FNV-1a: to tell states of a source apart, nothing more.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
