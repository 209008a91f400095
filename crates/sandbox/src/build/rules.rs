//! Landlock's rules: the light second lock behind a private root, the only lock without one.

use super::root::{DEVICES, Layout};
use super::{Asked, spawns};
use crate::plan::{BindMode, Kind, Landlock, PathRule};
use crate::survey::{Extent, Listing, Place, Remnant};
use portcullis_policy::manifest::Tier;
use portcullis_policy::value::AbsPath;
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Rights over files (`linux/landlock.h`), and the version that brought each.
pub(crate) mod right {
    pub(crate) const EXECUTE: u64 = 1;
    pub(crate) const WRITE_FILE: u64 = 1 << 1;
    pub(crate) const READ_FILE: u64 = 1 << 2;
    pub(crate) const READ_DIR: u64 = 1 << 3;
    pub(crate) const REMOVE_DIR: u64 = 1 << 4;
    pub(crate) const REMOVE_FILE: u64 = 1 << 5;
    pub(crate) const MAKE_CHAR: u64 = 1 << 6;
    pub(crate) const MAKE_DIR: u64 = 1 << 7;
    pub(crate) const MAKE_REG: u64 = 1 << 8;
    pub(crate) const MAKE_SOCK: u64 = 1 << 9;
    pub(crate) const MAKE_FIFO: u64 = 1 << 10;
    pub(crate) const MAKE_BLOCK: u64 = 1 << 11;
    pub(crate) const MAKE_SYM: u64 = 1 << 12;
    /// Version 2.
    pub(crate) const REFER: u64 = 1 << 13;
    /// Version 3.
    pub(crate) const TRUNCATE: u64 = 1 << 14;
    /// Version 5.
    pub(crate) const IOCTL_DEV: u64 = 1 << 15;
}

use right::{
    EXECUTE, IOCTL_DEV, MAKE_BLOCK, MAKE_CHAR, MAKE_DIR, MAKE_FIFO, MAKE_REG, MAKE_SOCK, MAKE_SYM, READ_DIR,
    READ_FILE, REFER, REMOVE_DIR, REMOVE_FILE, TRUNCATE, WRITE_FILE,
};

/// Changing what a folder holds.
const CHANGE: u64 = REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_SYM;

/// What a rule on something that is not a folder may give.
pub(crate) const ON_FILES: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

const READ: u64 = READ_FILE | READ_DIR;

/// Binding and connecting TCP ports: version 4.
const NETWORK: u64 = 0b11;

/// Abstract sockets and signals: version 6.
const SCOPES: u64 = 0b11;

/// Files of the machine that a program without a private root needs to read, and that name nobody.
const MACHINE: &[&str] = &[
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/uptime",
    "/proc/loadavg",
    "/proc/version",
    "/proc/filesystems",
    "/proc/sys/kernel/osrelease",
    "/proc/sys/kernel/random/boot_id",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
];

pub(super) fn landlock(asked: &Asked<'_>, layout: &Layout, tier: Tier, version: u32) -> Landlock {
    let known = known_rights(version);
    let light = EXECUTE | WRITE_FILE | CHANGE | MAKE_CHAR | MAKE_BLOCK | REFER;
    // A folder that may be written and not read is what only Landlock can make: then reading is its business too.
    let write_only =
        layout.binds.values().any(|(_, mode)| *mode == BindMode::Write) && !all_written_is_read(asked);
    let handled = match tier {
        Tier::T1 if write_only || asked.survey.read.iter().any(|place| holds_denied(asked, place)) => {
            light | READ
        }
        Tier::T1 => light,
        Tier::T2 | Tier::T3 => u64::MAX,
    } & known;
    let mut rules = Rules { handled, out: Vec::new() };
    if tier == Tier::T1 {
        enclosed(asked, layout, &mut rules);
    } else {
        open(asked, &mut rules);
    }
    Landlock {
        handled_files: handled,
        handled_network: if tier != Tier::T1 && version >= 4 { NETWORK } else { 0 },
        scoped: if version >= 6 { SCOPES } else { 0 },
        rules: rules.out,
    }
}

/// The rights that a version knows.
pub(crate) fn known_rights(version: u32) -> u64 {
    let newer = [(2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)];
    let first = (1 << 13) - 1;
    newer.into_iter().filter(|(since, _)| version >= *since).fold(first, |known, (_, right)| known | right)
}

/// Whether something is denied in what may only be read there. A mask over it goes when the machine puts another file in its
/// place; a rule that never gave it stays. Where the tool may write, what it makes must stay readable to it.
pub(super) fn holds_denied(asked: &Asked<'_>, place: &Place) -> bool {
    let written = |path: &AbsPath| asked.survey.write.iter().any(|place| path.is_within(&place.path));
    asked.survey.denied.iter().any(|denied| denied.path.is_within(&place.path) && !written(&denied.path))
}

/// Whether everything that may be written may be read as well.
fn all_written_is_read(asked: &Asked<'_>) -> bool {
    let survey = asked.survey;
    survey.write.iter().all(|written| {
        survey
            .read
            .iter()
            .any(|read| read == written || written.path.is_within(&read.path) && read.extent == Extent::Tree)
    })
}

struct Rules {
    handled: u64,
    out: Vec<PathRule>,
}

impl Rules {
    fn give(&mut self, path: &Path, kind: Kind, rights: u64) {
        let rights = rights & self.handled & if kind == Kind::File { ON_FILES } else { u64::MAX };
        // INVARIANT: paths with NUL in them have been refused where the program's own were taken over.
        if let (true, Ok(path)) = (rights != 0, CString::new(path.as_os_str().as_bytes())) {
            self.out.push(PathRule { path, rights });
        }
    }
}

/// In a private root: the root is what may be read; here is what may be changed and executed.
fn enclosed(asked: &Asked<'_>, layout: &Layout, rules: &mut Rules) {
    let execute = if spawns(asked) { EXECUTE } else { 0 };
    for place in
        asked.survey.read.iter().filter(|place| place.extent == Extent::Tree || place.kind == Kind::File)
    {
        let path = Path::new(place.path.as_str());
        if holds_denied(asked, place) {
            let inside = asked.survey.carved.read.iter().filter(|remnant| remnant.path().starts_with(path));
            inside.for_each(|remnant| given(remnant, READ, READ_DIR, rules));
        } else {
            rules.give(path, place.kind, READ);
        }
    }
    for load in &asked.loads.places {
        rules.give(&load.path, load.kind, READ | EXECUTE);
    }
    for (path, (kind, mode)) in &layout.binds {
        let rights = match mode {
            BindMode::Read => EXECUTE,
            BindMode::Write => WRITE_FILE | CHANGE | REFER | TRUNCATE | execute,
            BindMode::Device => READ_FILE | WRITE_FILE,
        };
        rules.give(path, *kind, rights);
    }
    for path in layout.private.keys() {
        rules.give(path, Kind::Folder, READ | WRITE_FILE | CHANGE | REFER | TRUNCATE | execute);
    }
    rules.give(Path::new("/dev"), Kind::Folder, READ | WRITE_FILE);
    for folder in ["/etc", "/proc"] {
        rules.give(Path::new(folder), Kind::Folder, READ);
    }
}

/// On the machine's own root: what is not given here is refused.
fn open(asked: &Asked<'_>, rules: &mut Rules) {
    let execute = if spawns(asked) { EXECUTE } else { 0 };
    for load in &asked.loads.places {
        rules.give(&load.path, load.kind, READ | EXECUTE);
    }
    let carved = &asked.survey.carved;
    for remnant in &carved.read {
        given(remnant, READ | execute, READ_DIR, rules);
    }
    for remnant in &carved.write {
        given(remnant, WRITE_FILE | CHANGE | REFER | TRUNCATE | execute, 0, rules);
    }
    rules.give(
        Path::new(asked.scratch.as_str()),
        Kind::Folder,
        READ | WRITE_FILE | CHANGE | REFER | TRUNCATE | execute,
    );
    for device in DEVICES {
        rules.give(Path::new(device), Kind::File, READ_FILE | WRITE_FILE);
    }
    for path in MACHINE {
        rules.give(Path::new(path), Kind::Folder, READ);
    }
}

/// Gives rights over a remnant; `listing` is what may be given where something below is closed.
fn given(remnant: &Remnant, whole: u64, listing: u64, rules: &mut Rules) {
    match remnant {
        Remnant::Whole(path, kind) => rules.give(path, *kind, whole),
        Remnant::Around(path, Listing::Open) => rules.give(path, Kind::Folder, listing),
        Remnant::Around(_, Listing::Closed) => {}
    }
}
