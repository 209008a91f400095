//! What the test on an old kernel stands on: the kernel that `cargo xtask test` fetches, and how the driver of jails is
//! built so that it needs nothing of the machine that it runs on. Both are named here alone; nothing is started here.

use crate::places;
use std::path::PathBuf;

/// Where the kernel is, relative to the root of the repository.
pub const KERNEL: &str = ".deps/kernel/vmlinuz";

/// The words after `cargo` that build [`DRIVER`]. Its folder of builds is its own: other tests run the other driver.
pub const DRIVER_BUILD: [&str; 13] = [
    "rustc",
    "--locked",
    "--package",
    "portcullis-sandbox",
    "--example",
    "jail",
    "--target-dir",
    "target/static",
    "--",
    "-C",
    "target-feature=+crt-static",
    "-C",
    "strip=symbols",
];

/// The driver as a static program, relative to the root of the repository.
pub const DRIVER: &str = "target/static/debug/examples/jail";

/// The kernel, if it has been fetched.
#[must_use]
pub fn kernel() -> Option<PathBuf> {
    let path = places::root().join(KERNEL);
    path.exists().then_some(path)
}
