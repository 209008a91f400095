//! Where things are: the repository, the programs that were built with the tests, and what `cargo xtask test` fetched
//! into `.deps/`. It starts and fetches nothing itself.

use std::path::PathBuf;

/// The root of the checkout that the test, or xtask, was started from.
///
/// Cargo says where that is. What was known at build time would not do: two checkouts that share a folder of builds also
/// share programs, and a rule would be held against the wrong files.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "Cargo sets the variable for the very process that it runs; nothing of the product reads it"
)]
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    // The lock file is the workspace's: packages have none of their own.
    let root = package.ancestors().find(|folder| folder.join("Cargo.lock").exists());
    root.unwrap_or(&package).to_owned()
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

/// The program `name` among the examples of the workspace, in the folder that the running test was built into.
#[must_use]
pub fn example(name: &str) -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    existing(test.parent()?.parent()?.join("examples").join(name))
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
