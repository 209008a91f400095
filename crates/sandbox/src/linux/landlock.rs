//! Landlock: which paths are open to which use, held by the kernel for the program and all it starts.
//!
//! Rights are asked for by name. A right that this kernel does not know never reaches this point: the plan was made from
//! what the kernel could do.

use super::step::{Done, During, Step};
use super::sys::{landlock_allow, landlock_create, landlock_restrict};
use crate::build::ON_FILES;
use crate::plan::Landlock;
use rustix::fd::AsFd;
use rustix::fs::{CWD, FileType, Mode, OFlags};

/// Puts this process under the plan's rules. It must not be able to gain privileges any more.
pub(super) fn apply(plan: &Landlock) -> Done<()> {
    let rules =
        landlock_create(plan.handled_files, plan.handled_network, plan.scoped).during(Step::Landlock)?;
    for rule in &plan.rules {
        let about = || rule.path.to_string_lossy().into_owned();
        let path = rustix::fs::openat(CWD, &rule.path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty());
        let path = path.during_about(Step::Landlock, about)?;
        let found = rustix::fs::fstat(&path).during_about(Step::Landlock, about)?;
        // Rights over what a folder holds have no meaning for a file, and the kernel says so.
        let is_folder = FileType::from_raw_mode(found.st_mode) == FileType::Directory;
        let rights = if is_folder { rule.rights } else { rule.rights & ON_FILES };
        landlock_allow(rules.as_fd(), path.as_fd(), rights).during_about(Step::Landlock, about)?;
    }
    landlock_restrict(rules.as_fd()).during(Step::Landlock)
}
