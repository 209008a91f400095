//! Files and folders of the host, opened so that they can be put into a private root.
//!
//! A tree is a detached copy of a mount: it has its attributes before anybody can see it. What was planned is what is
//! opened: a path on which a symbolic link has appeared since, or another kind of thing, is an error.

use super::identity::{Identity, Owner};
use super::step::{Done, During, Failure, Step};
use super::sys::{MountAttributes, mount_setattr};
use crate::plan::{BindMode, Kind, Node, Owners, Root};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, openat2};
use rustix::io::Errno;
use rustix::mount::{OpenTreeFlags, open_tree};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::CStr;

/// Opens every bind of a root, in order.
///
/// With `owners`, each tree shows the files of whoever owns its top as those of the jail's user wherever its file system can do
/// that; where it cannot, the tool sees them as another's.
pub(super) fn open_all(root: &Root, owners: Option<&mut OwnerMaps>) -> Done<Vec<OwnedFd>> {
    let mut owners = owners;
    let binds = root.nodes.iter().filter_map(|node| match node {
        Node::Bind { source, kind, mode, owners, target: _ } => Some((source, *kind, *mode, *owners)),
        _ => None,
    });
    binds
        .map(|(source, kind, mode, whose)| {
            let about = || source.to_string_lossy().into_owned();
            let owners = owners.as_deref_mut().filter(|_| whose == Owners::Jail);
            open(source, kind, mode, owners).during_about(Step::Trees, about)
        })
        .collect()
}

/// The user namespaces made so far by which trees are shown as the jail's own.
#[derive(Debug)]
pub(super) struct OwnerMaps {
    identity: Identity,
    made: BTreeMap<Owner, OwnedFd>,
}

impl OwnerMaps {
    pub(super) const fn new(identity: Identity) -> Self {
        Self { identity, made: BTreeMap::new() }
    }

    fn of(&mut self, owner: Owner) -> Result<BorrowedFd<'_>, Errno> {
        Ok(match self.made.entry(owner) {
            Entry::Occupied(made) => &*made.into_mut(),
            Entry::Vacant(place) => place.insert(self.identity.owners(owner)?),
        }
        .as_fd())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OwnedFd> {
        self.made.values()
    }
}

fn open(source: &CStr, kind: Kind, mode: BindMode, owners: Option<&mut OwnerMaps>) -> Result<OwnedFd, Errno> {
    let found = openat2(
        CWD,
        source,
        OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    )?;
    let what = fstat(&found)?;
    expect_kind(what.st_mode, kind)?;
    let tree = copy(found.as_fd())?;
    let refused = libc::MOUNT_ATTR_NOSUID
        | match mode {
            BindMode::Read => libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_RDONLY,
            BindMode::Write => libc::MOUNT_ATTR_NODEV,
            BindMode::Device => libc::MOUNT_ATTR_NOEXEC,
        };
    mount_setattr(tree.as_fd(), true, MountAttributes { set: refused, ..MountAttributes::default() })?;
    if let Some(owners) = owners {
        let space = owners.of((what.st_uid, what.st_gid))?;
        let attributes = MountAttributes { user_namespace: Some(space), ..MountAttributes::default() };
        match mount_setattr(tree.as_fd(), true, attributes) {
            // A file system that cannot map owners, one that belongs to another user namespace, or a tree with such in it: less
            // is readable, nothing more.
            Ok(()) | Err(Errno::INVAL | Errno::PERM) => {}
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

fn expect_kind(mode: u32, kind: Kind) -> Result<(), Errno> {
    let is_folder = FileType::from_raw_mode(mode) == FileType::Directory;
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
