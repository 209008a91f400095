//! The private root: an empty file system, filled with what the plan names and nothing else.
//!
//! Runs in the jail's own user and mount namespaces. Every place is reached from a descriptor of the new root and through no
//! symbolic link, so nothing in a bind can lead the work astray.

use super::step::{Done, During, Step};
use super::sys::{MountAttributes, mount_setattr, write_all};
use super::trees::{copy, inconsistent};
use crate::plan::{Kind, Node, Root};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, UnmountFlags,
    fsconfig_create, fsconfig_set_string, fsmount, fsopen, mount_change, move_mount, unmount,
};
use std::ffi::CStr;

/// Where the new root is put while it is filled; the old root goes away with it.
const STAGES: [&CStr; 3] = [c"/tmp", c"/run", c"/proc"];

/// What masks are made from.
const EMPTY_FILE: &CStr = c".empty-file";
const EMPTY_FOLDER: &CStr = c".empty-folder";

/// Files that the skeleton of a root may take beside the private ones.
const SKELETON_FILES: u64 = 65_536;

/// Makes the root, fills it and moves into it. `trees` are its binds, opened, in order.
pub(super) fn enter(plan: &Root, trees: Vec<OwnedFd>) -> Done<()> {
    mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).during(Step::Mounts)?;
    let root = empty(plan).during(Step::PrivateRoot)?;
    let found = |name| locate(root.as_fd(), name).during(Step::PrivateRoot);
    let empty = (found(EMPTY_FILE)?, found(EMPTY_FOLDER)?);
    let mut filling = Filling { root: &root, empty, trees: trees.into_iter() };
    for node in &plan.nodes {
        filling.put(node)?;
    }
    if filling.trees.next().is_some() {
        return Err(inconsistent(Step::Populate));
    }
    finish(&root).during(Step::PrivateRoot)?;
    pivot(&root).during(Step::Pivot)
}

/// An empty file system, attached.
fn empty(plan: &Root) -> Result<OwnedFd, Errno> {
    let context = fsopen(c"tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&context, c"size", plan.private_bytes.to_string())?;
    fsconfig_set_string(
        &context,
        c"nr_inodes",
        plan.private_files.saturating_add(SKELETON_FILES).to_string(),
    )?;
    fsconfig_set_string(&context, c"mode", c"0755")?;
    fsconfig_create(&context)?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    let root = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?;
    let mut last = Errno::NOENT;
    for stage in STAGES {
        match move_mount(&root, c"", CWD, stage, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH) {
            Ok(()) => {
                let masked =
                    rustix::fs::openat(&root, EMPTY_FILE, OFlags::CREATE | OFlags::CLOEXEC, Mode::empty())?;
                drop(masked);
                rustix::fs::mkdirat(&root, EMPTY_FOLDER, Mode::from_raw_mode(0o555))?;
                return Ok(root);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Takes away what only the filling needed, and makes the skeleton read-only.
fn finish(root: &OwnedFd) -> Result<(), Errno> {
    rustix::fs::unlinkat(root, EMPTY_FILE, AtFlags::empty())?;
    rustix::fs::unlinkat(root, EMPTY_FOLDER, AtFlags::REMOVEDIR)?;
    let attributes = MountAttributes { set: libc::MOUNT_ATTR_RDONLY, ..MountAttributes::default() };
    mount_setattr(root.as_fd(), false, attributes)
}

/// Makes the new root the only one.
fn pivot(root: &OwnedFd) -> Result<(), Errno> {
    rustix::process::fchdir(root)?;
    rustix::process::pivot_root(c".", c".")?;
    unmount(c".", UnmountFlags::DETACH)?;
    rustix::process::chdir(c"/")
}

struct Filling<'a> {
    root: &'a OwnedFd,
    /// An empty file and an empty folder.
    empty: (OwnedFd, OwnedFd),
    trees: std::vec::IntoIter<OwnedFd>,
}

impl Filling<'_> {
    fn put(&mut self, node: &Node) -> Done<()> {
        let at = |target: &CStr| {
            let about = target.to_string_lossy().into_owned();
            move || about
        };
        match node {
            Node::Folder { target } => self.folder(target).map(drop).during_about(Step::Populate, at(target)),
            Node::File { target, content } => {
                self.file(target, content).during_about(Step::Populate, at(target))
            }
            Node::Link { target, to } => self.link(target, to).during_about(Step::Populate, at(target)),
            Node::Bind { source: _, target, kind, mode: _, owners: _ } => {
                let tree = self.trees.next().ok_or_else(|| inconsistent(Step::Populate))?;
                self.mount(&tree, target, *kind).during_about(Step::Populate, at(target))
            }
            Node::Private { target, mode } => {
                self.private(target, *mode).during_about(Step::Populate, at(target))
            }
            Node::Mask { target, kind } => self.mask(target, *kind).during_about(Step::Populate, at(target)),
            Node::Pin { target } => self.pin(target).during_about(Step::Populate, at(target)),
            Node::Freeze { target } => self.freeze(target).during_about(Step::Populate, at(target)),
            Node::Processes { target, hide, freeze } => self.processes(target, hide, freeze),
        }
    }

    /// Opens a place below the root, through no symbolic link.
    fn locate(&self, target: &CStr) -> Result<OwnedFd, Errno> {
        locate(self.root.as_fd(), target)
    }

    /// The folder at `target`, made with all above it if need be.
    fn folder(&self, target: &CStr) -> Result<OwnedFd, Errno> {
        match self.locate(target) {
            Err(Errno::NOENT) => {}
            found => return found,
        }
        let (above, name) = split(target)?;
        let above = self.folder(&above)?;
        rustix::fs::mkdirat(&above, &name, Mode::from_raw_mode(0o755))?;
        self.locate(target)
    }

    fn file(&self, target: &CStr, content: &[u8]) -> Result<(), Errno> {
        let (above, name) = split(target)?;
        let above = self.folder(&above)?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let file = rustix::fs::openat(&above, &name, flags, Mode::from_raw_mode(0o644))?;
        write_all(&file, content)
    }

    fn link(&self, target: &CStr, to: &CStr) -> Result<(), Errno> {
        let (above, name) = split(target)?;
        let above = self.folder(&above)?;
        rustix::fs::symlinkat(to, &above, &name)
    }

    /// Puts a detached tree at `target`, where something of its kind is made unless it is there.
    fn mount(&self, tree: &OwnedFd, target: &CStr, kind: Kind) -> Result<(), Errno> {
        let place = match kind {
            Kind::Folder => self.folder(target)?,
            Kind::File => match self.locate(target) {
                Err(Errno::NOENT) => {
                    self.file(target, b"")?;
                    self.locate(target)?
                }
                found => found?,
            },
        };
        attach(tree, place.as_fd())
    }

    /// A folder of the root that stays writable when the root no longer is.
    fn private(&self, target: &CStr, mode: u32) -> Result<(), Errno> {
        let place = self.folder(target)?;
        let (above, name) = split(target)?;
        rustix::fs::chmodat(self.locate(&above)?, &name, Mode::from_raw_mode(mode), AtFlags::empty())?;
        attach(&copy(place.as_fd())?, place.as_fd())
    }

    fn mask(&self, target: &CStr, kind: Kind) -> Result<(), Errno> {
        let place = self.locate(target)?;
        let empty = match kind {
            Kind::File => &self.empty.0,
            Kind::Folder => &self.empty.1,
        };
        attach(&read_only(empty.as_fd())?, place.as_fd())
    }

    /// A mount point can be neither moved nor removed.
    fn pin(&self, target: &CStr) -> Result<(), Errno> {
        let place = self.locate(target)?;
        attach(&copy(place.as_fd())?, place.as_fd())
    }

    fn freeze(&self, target: &CStr) -> Result<(), Errno> {
        let place = self.locate(target)?;
        attach(&read_only(place.as_fd())?, place.as_fd())
    }

    fn processes(
        &self,
        target: &CStr,
        hide: &[(std::ffi::CString, Kind)],
        freeze: &[std::ffi::CString],
    ) -> Done<()> {
        let place = self.folder(target).during(Step::Processes)?;
        let mounted = || {
            let context = fsopen(c"proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
            fsconfig_create(&context)?;
            let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID
                | MountAttrFlags::MOUNT_ATTR_NODEV
                | MountAttrFlags::MOUNT_ATTR_NOEXEC;
            let processes = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?;
            attach(&processes, place.as_fd())
        };
        mounted().during(Step::Processes)?;
        let at = |name: &CStr| {
            let joined = [target.to_bytes(), b"/", name.to_bytes()].concat();
            std::ffi::CString::new(joined).map_err(|_| Errno::INVAL)
        };
        for (name, kind) in hide {
            match at(name).and_then(|target| self.mask(&target, *kind)) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => {
                    return Err(error).during_about(Step::Processes, || name.to_string_lossy().into());
                }
            }
        }
        for name in freeze {
            at(name)
                .and_then(|target| self.freeze(&target))
                .during_about(Step::Processes, || name.to_string_lossy().into())?;
        }
        Ok(())
    }
}

/// Opens a place below a folder, through no symbolic link. `/` and the empty path are the folder itself.
fn locate(root: BorrowedFd<'_>, target: &CStr) -> Result<OwnedFd, Errno> {
    let relative = target.to_bytes().iter().position(|byte| *byte != b'/');
    let relative = relative.and_then(|start| target.to_bytes().get(start..)).unwrap_or(b".");
    let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, relative, flags, Mode::empty(), resolve)
}

/// A detached, read-only copy of what is mounted at a place.
fn read_only(place: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let tree = copy(place)?;
    let attributes = MountAttributes { set: libc::MOUNT_ATTR_RDONLY, ..MountAttributes::default() };
    mount_setattr(tree.as_fd(), true, attributes)?;
    Ok(tree)
}

fn attach(tree: &OwnedFd, place: BorrowedFd<'_>) -> Result<(), Errno> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(tree, c"", place, c"", flags)
}

/// The folder above an absolute path, and its last name.
fn split(target: &CStr) -> Result<(std::ffi::CString, std::ffi::CString), Errno> {
    let bytes = target.to_bytes();
    let slash = bytes.iter().rposition(|byte| *byte == b'/').ok_or(Errno::INVAL)?;
    let (above, name) = bytes.split_at_checked(slash).ok_or(Errno::INVAL)?;
    let name = name.get(1..).filter(|name| !name.is_empty()).ok_or(Errno::INVAL)?;
    let text = |bytes: &[u8]| std::ffi::CString::new(bytes).map_err(|_| Errno::INVAL);
    Ok((text(if above.is_empty() { b"/" } else { above })?, text(name)?))
}
