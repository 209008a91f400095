//! `cargo xtask release`: the programs to ship, from the locked dependencies, without symbols, with their sums. It does
//! not sign, tag or publish.

use crate::call::Call;
use crate::{Outcome, packages, say};
use anyhow::{Context, Result};
use portcullis_e2e::places;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file of sums, in the form that `sha256sum --check` reads.
const SUMS: &str = "SHA256SUMS";

pub(crate) fn run() -> Result<Outcome> {
    let programs = packages::programs()?;
    if programs.is_empty() {
        say("nothing to release yet: no crate builds a program");
        return Ok(Outcome::Impossible);
    }
    let dist = places::root().join("dist");
    if dist.exists() {
        std::fs::remove_dir_all(&dist).context("cannot clear `dist`")?;
    }
    std::fs::create_dir_all(&dist).context("cannot make `dist`")?;
    let built = built_in()?;
    let mut sums = Vec::new();
    for program in programs {
        let call = Call::cargo().env("CARGO_PROFILE_RELEASE_STRIP", "symbols").args([
            "build",
            "--release",
            "--locked",
            "--package",
            &program.package,
            "--bin",
            &program.name,
        ]);
        if !call.run()? {
            return Ok(Outcome::Bad);
        }
        let file = format!("{}{}", program.name, std::env::consts::EXE_SUFFIX);
        std::fs::copy(built.join(&file), dist.join(&file))
            .with_context(|| format!("cannot copy `{file}`"))?;
        sums.push(format!("{}  {file}\n", sum(&dist.join(&file))?));
    }
    let sums = sums.concat();
    std::fs::write(dist.join(SUMS), &sums).with_context(|| format!("cannot write `{SUMS}`"))?;
    write!(std::io::stdout(), "{sums}")?;
    Ok(Outcome::Good)
}

/// The folder that release builds go to: beside the one that xtask itself was built into.
fn built_in() -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find the folder of builds")?;
    let target = own.parent().and_then(Path::parent).context("cannot find the folder of builds")?;
    Ok(target.join("release"))
}

/// The SHA-256 sum of a file, in lower-case hexadecimal.
fn sum(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let digits: Vec<_> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits.concat())
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn the_sum_is_the_published_one_for_abc() {
        let folder = std::env::current_exe().unwrap().parent().unwrap().join("xtask-sum-of-abc");
        std::fs::write(&folder, "abc").unwrap();
        assert_eq!(sum(&folder).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
