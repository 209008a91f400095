//! C programs made for a test. What they are run for is the tests' business.

use crate::jailed::hash;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A C program from its source, by this machine's compiler. None where there is no compiler, or not what the flags need.
///
/// It is named after what it is made from, so that tests running beside each other do not get in each other's way.
#[expect(clippy::disallowed_methods, reason = "a test starts the compiler itself")]
pub(crate) fn compile(source: &Path, flags: &[&str]) -> Option<PathBuf> {
    let text = std::fs::read_to_string(source).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let name = source.file_stem().unwrap().to_str().unwrap();
    let out = folder.join(format!("{name}-{:016x}", hash(&(text, flags))));
    if out.exists() {
        return Some(out);
    }
    let own = tempfile::Builder::new().prefix(name).tempfile_in(folder).unwrap().into_temp_path();
    let compiled = Command::new("cc")
        .args(["-O1", "-o"])
        .arg(&own)
        .arg(source)
        .args(flags)
        .arg("-lrt")
        .arg("-lpthread")
        .output();
    match compiled {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        compiled => {
            let compiled = compiled.unwrap();
            let message = String::from_utf8_lossy(&compiled.stderr).into_owned();
            // The libraries for static linking are a package of their own on many systems.
            if !compiled.status.success() && message.contains("cannot find -l") {
                return None;
            }
            assert!(compiled.status.success(), "{message}");
        }
    }
    own.persist(&out).unwrap();
    Some(out)
}
