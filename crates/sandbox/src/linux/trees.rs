//! Files and folders of the host, opened so that they can be put into a private root.
//!
//! A tree is a detached copy of a mount: it has its attributes before anybody can see it. What was planned is what is
//! opened: a path on which a symbolic link has appeared since, or another kind of thing, is an error.

use super::step::{Done, During, Failure, Step};
use super::sys::{MountAttributes, mount_setattr};
use crate::plan::{BindMode, Kind, Node, Root};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, openat2};
use rustix::io::Errno;
use rustix::mount::{OpenTreeFlags, open_tree};
use std::ffi::CStr;

/// Opens every bind of a root, in order.
///
/// With `owners`, a user namespace, the trees show root's files as those of the jail's user wherever their file system can
/// do that; where it cannot, the tool sees them as another's.
pub(super) fn open_all(root: &Root, owners: Option<BorrowedFd<'_>>) -> Done<Vec<OwnedFd>> {
    let binds = root.nodes.iter().filter_map(|node| match node {
        Node::Bind { source, kind, mode, target: _ } => Some((source, *kind, *mode)),
        _ => None,
    });
    binds
        .map(|(source, kind, mode)| {
            let about = || source.to_string_lossy().into_owned();
            open(source, kind, mode, owners).during_about(Step::Trees, about)
        })
        .collect()
}

fn open(source: &CStr, kind: Kind, mode: BindMode, owners: Option<BorrowedFd<'_>>) -> Result<OwnedFd, Errno> {
    let found = openat2(
        CWD,
        source,
        OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    )?;
    expect_kind(found.as_fd(), kind)?;
    let tree = copy(found.as_fd())?;
    let refused = libc::MOUNT_ATTR_NOSUID
        | match mode {
            BindMode::Read => libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_RDONLY,
            BindMode::Write => libc::MOUNT_ATTR_NODEV,
            BindMode::Device => libc::MOUNT_ATTR_NOEXEC,
        };
    mount_setattr(tree.as_fd(), true, MountAttributes { set: refused, ..MountAttributes::default() })?;
    if let Some(owners) = owners.filter(|_| mode != BindMode::Device) {
        let attributes = MountAttributes { user_namespace: Some(owners), ..MountAttributes::default() };
        match mount_setattr(tree.as_fd(), true, attributes) {
            // A file system that cannot map owners, or a tree with one in it: less is readable, nothing more.
            Ok(()) | Err(Errno::INVAL) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tree)
}

/// A detached copy of what is mounted at a place, with everything below it.
pub(super) fn copy(place: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_EMPTY_PATH
        | OpenTreeFlags::AT_RECURSIVE;
    open_tree(place, c"", flags)
}

fn expect_kind(found: BorrowedFd<'_>, kind: Kind) -> Result<(), Errno> {
    let is_folder = FileType::from_raw_mode(fstat(found)?.st_mode) == FileType::Directory;
    match (kind, is_folder) {
        (Kind::Folder, true) | (Kind::File, false) => Ok(()),
        (Kind::Folder, false) => Err(Errno::NOTDIR),
        (Kind::File, true) => Err(Errno::ISDIR),
    }
}

/// The error of a plan whose parts do not fit together.
pub(super) fn inconsistent(step: Step) -> Failure {
    Failure { step, errno: Errno::INVAL, about: "the plan's parts do not fit together".into() }
}
