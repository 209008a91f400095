//! Landlock: which paths are open to which use, held by the kernel for the program and all it starts.
//!
//! Rights are asked for by name. A right that this kernel does not know never reaches this point: the plan was made from
//! what the kernel could do.

use super::step::{Done, During, Step};
use super::sys::{landlock_allow, landlock_create, landlock_restrict};
use crate::build::ON_FILES;
use crate::plan::Landlock;
use rustix::fd::AsFd;
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::ffi::CStr;

/// Puts this process under the plan's rules. It must not be able to gain privileges any more.
pub(super) fn apply(plan: &Landlock) -> Done<()> {
    let rules =
        landlock_create(plan.handled_files, plan.handled_network, plan.scoped).during(Step::Landlock)?;
    for rule in &plan.rules {
        let about = || rule.path.to_string_lossy().into_owned();
        // A link in the place of what was planned would give what it leads to. The one that is meant is the kernel's own.
        let resolve = if rule.path.as_c_str() == OWN_PROCESS {
            ResolveFlags::empty()
        } else {
            ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS
        };
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let path = match rustix::fs::openat2(CWD, &rule.path, flags, Mode::empty(), resolve) {
            // What this kernel does not tell of itself is not given.
            Err(Errno::NOENT) if is_kernels(&rule.path) => continue,
            path => path.during_about(Step::Landlock, about)?,
        };
        let found = rustix::fs::fstat(&path).during_about(Step::Landlock, about)?;
        // Rights over what a folder holds have no meaning for a file, and the kernel says so.
        let is_folder = FileType::from_raw_mode(found.st_mode) == FileType::Directory;
        let rights = if is_folder { rule.rights } else { rule.rights & ON_FILES };
        landlock_allow(rules.as_fd(), path.as_fd(), rights).during_about(Step::Landlock, about)?;
    }
    landlock_restrict(rules.as_fd()).during(Step::Landlock)
}

/// The folder of whoever looks at it.
const OWN_PROCESS: &CStr = c"/proc/self";

fn is_kernels(path: &CStr) -> bool {
    [&b"/proc/"[..], b"/sys/"].iter().any(|folder| path.to_bytes().starts_with(folder))
}
