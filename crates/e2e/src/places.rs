//! Where things are: the repository, the programs that were built with the tests, and what `cargo xtask test` fetched
//! into `.deps/`. It starts and fetches nothing itself.

use std::path::{Path, PathBuf};

/// The root of the repository that this crate was built in.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program `name` of the workspace, in the folder that the running test was built into.
///
/// None if it has not been built: `cargo xtask test` builds every program before it runs the tests.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    // Tests are in `deps/`, programs one above.
    let folder = test.parent()?.parent()?;
    existing(folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The folder of a package that tests/deps/package.json names.
#[must_use]
pub fn node_module(name: &str) -> Option<PathBuf> {
    existing(root().join(".deps/npm/node_modules").join(name))
}

/// The Python that has the packages of tests/deps/requirements.txt.
#[must_use]
pub fn python() -> Option<PathBuf> {
    existing(root().join(".deps/python/bin/python"))
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.exists().then_some(path)
}
