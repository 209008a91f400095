//! Fetches what the tests need from outside into `.deps/`: the npm packages and the Python packages that `tests/deps/`
//! pins, and the kernel of `old_kernel`. Nothing is fetched twice, and nothing is installed outside that folder. A test
//! finds them through `portcullis_e2e`, and says it was skipped if they are not there.

use crate::call::Call;
use crate::old_kernel;
use crate::report::Report;
use anyhow::{Context, Result};
use portcullis_e2e::places;
use std::path::{Path, PathBuf};

pub(crate) fn fetch(report: &mut Report) {
    if Call::new("npm").arg("--version").works() {
        report.step("npm packages", npm());
        report.step("a cache of npx", npx());
    } else {
        report.skip("npm packages", "needs npm: not found");
    }
    if Call::new("python3").args(["-c", "import ensurepip, venv"]).works() {
        report.step("Python packages", python());
    } else {
        report.skip("Python packages", "needs python3 with its venv module: not found");
    }
    // Whoever cannot have Debian's kernel does without: the test that boots it says so.
    match old_kernel::can_be_fetched().then(old_kernel::fetch) {
        Some(Ok(true)) => {}
        Some(Err(error)) => report.step("old kernel", Err(error)),
        Some(Ok(false)) | None => report.skip("old kernel", old_kernel::NO_APT),
    }
}

fn npm() -> Result<bool> {
    let folder = places::root().join(".deps/npm");
    let lists = ["package.json", "package-lock.json"];
    if is_fetched(&folder, &lists)? && folder.join("node_modules").is_dir() {
        return Ok(true);
    }
    clear(&folder)?;
    for list in lists {
        std::fs::copy(source(list), folder.join(list)).with_context(|| format!("cannot copy `{list}`"))?;
    }
    // What an install script of a dependency would do here is nobody's wish.
    let good =
        Call::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).within(&folder).run()?;
    mark_fetched(&folder, &lists, good)
}

/// A home folder in which `npx` has run one of the packages: what a user's cache looks like, made by npm itself.
fn npx() -> Result<bool> {
    const PACKAGE: &str = "@modelcontextprotocol/server-everything@2026.8.31";
    let home = places::root().join(".deps/home");
    let mark = home.join("fetched");
    if std::fs::read_to_string(&mark).is_ok_and(|found| found == PACKAGE) {
        return Ok(true);
    }
    clear(&home)?;
    let good = Call::new("npm")
        .args(["exec", "--yes", "--ignore-scripts", "--no-update-notifier", "--cache"])
        .arg(home.join(".npm"))
        .args(["--package", PACKAGE, "--", "node", "-e", "0"])
        .within(&home)
        .run()?;
    if good {
        std::fs::write(&mark, PACKAGE).context("cannot mark what was fetched")?;
    }
    Ok(good)
}

fn python() -> Result<bool> {
    let folder = places::root().join(".deps/python");
    let lists = ["requirements.txt"];
    // The interpreter is a link to the machine's own, which may be gone.
    if is_fetched(&folder, &lists)? && Call::new(folder.join("bin/python")).args(["-c", "import mcp"]).works()
    {
        return Ok(true);
    }
    clear(&folder)?;
    let good = Call::new("python3").args(["-m", "venv"]).arg(&folder).run()?
        && Call::new(folder.join("bin/python"))
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
            ])
            .arg("--requirement")
            .arg(source("requirements.txt"))
            .run()?
        && Call::new(folder.join("bin/python"))
            .args(["-m", "pip", "--disable-pip-version-check", "check"])
            .run()?;
    mark_fetched(&folder, &lists, good)
}

fn source(list: &str) -> PathBuf {
    places::root().join("tests/deps").join(list)
}

/// The file that holds the lists which the folder was filled from, once it is whole.
fn stamp(folder: &Path) -> PathBuf {
    folder.join("fetched")
}

fn wanted(lists: &[&str]) -> Result<String> {
    let read =
        |list: &&str| std::fs::read_to_string(source(list)).with_context(|| format!("cannot read `{list}`"));
    lists.iter().map(read).collect()
}

fn is_fetched(folder: &Path, lists: &[&str]) -> Result<bool> {
    let wanted = wanted(lists)?;
    Ok(std::fs::read_to_string(stamp(folder)).is_ok_and(|found| found == wanted))
}

fn mark_fetched(folder: &Path, lists: &[&str], good: bool) -> Result<bool> {
    if good {
        std::fs::write(stamp(folder), wanted(lists)?).context("cannot mark what was fetched")?;
    }
    Ok(good)
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot clear `{}`", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))
}
