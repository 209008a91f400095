//! Who the jail is: one user and group of its own, and, where the broker is root, not root outside either.
//!
//! The kernel goes by the number outside: a jail that were root there could write what root may write (`/proc/sys`), whatever
//! its namespaces. A broker that is root therefore maps the jail to a number that owns nothing, and shows root's declared
//! files to it as its own.

use super::sys::{self, Side};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, getegid, geteuid, kill_process};
use std::fmt::Write as _;

/// The number that a jail of root's has outside: above what systems hand out to people, services and containers.
const OWNS_NOTHING: u32 = 0x7000_1000;

/// One line of a map: from which number inside, to which outside, how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    inside: u32,
    outside: u32,
    length: u32,
}

/// How a jail's user and group are mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    user: u32,
    group: u32,
    power: Power,
}

/// What the jailer may map a jail to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    /// Only to its own user.
    Own,
    /// To its own user, who is root: no other number is to be had.
    Root,
    /// To another number than root's, and show files as that number's.
    Others,
}

/// A user and a group.
pub(super) type Owner = (u32, u32);

impl Identity {
    /// What the jails of this process's user are to be outside.
    pub(super) fn choose() -> Result<Self, Errno> {
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        let own = Self { user, group, power: Power::Own };
        if user != 0 {
            return Ok(own);
        }
        let users = parse(&read("/proc/self/uid_map")?)?;
        let groups = parse(&read("/proc/self/gid_map")?)?;
        match (another(&users), another(&groups)) {
            (Some(user), Some(group)) => Ok(Self { user, group, power: Power::Others }),
            // Root in a namespace that an ordinary user has made is that user outside.
            _ if users.iter().all(|extent| extent.inside != 0 || extent.outside != 0) => Ok(own),
            _ => Ok(Self { power: Power::Root, ..own }),
        }
    }

    /// Whether a jail is root outside: no other number could be had.
    pub(super) fn is_root(self) -> bool {
        self.power == Power::Root
    }

    /// Whether trees can be shown as the jail's own.
    pub(super) fn maps_owners(self) -> bool {
        self.power == Power::Others
    }

    /// The user's number outside.
    pub(super) const fn user(self) -> u32 {
        self.user
    }

    /// Maps the number that the jail sees itself as. The jail waits until this is done.
    pub(super) fn map(self, jail: i32, inside: u32) -> Result<(), Errno> {
        if self.power != Power::Others {
            write(&format!("/proc/{jail}/setgroups"), "deny")?;
        }
        write(&format!("/proc/{jail}/gid_map"), &format!("{inside} {} 1", self.group))?;
        write(&format!("/proc/{jail}/uid_map"), &format!("{inside} {} 1", self.user))
    }

    /// A user namespace by which trees show an owner's files as the jail's, and everybody else's as they are.
    pub(super) fn owners(self, (user, group): Owner) -> Result<OwnedFd, Errno> {
        let (waiting, release) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        let child = match sys::clone(libc::CLONE_NEWUSER)? {
            Side::Child => {
                drop(release);
                let _ended = rustix::io::read(&waiting, &mut [0_u8; 1]);
                sys::leave(0)
            }
            Side::Parent(child) => child,
        };
        let whole =
            parse(&read("/proc/self/uid_map")?)? == [Extent { inside: 0, outside: 0, length: u32::MAX }];
        let made = write(&format!("/proc/{child}/gid_map"), &lines(group, self.group, whole))
            .and_then(|()| write(&format!("/proc/{child}/uid_map"), &lines(user, self.user, whole)))
            .and_then(|()| {
                let flags = OFlags::RDONLY | OFlags::CLOEXEC;
                rustix::fs::openat(CWD, format!("/proc/{child}/ns/user"), flags, Mode::empty())
            });
        drop((waiting, release));
        if let Some(child) = Pid::from_raw(child) {
            // It may be gone already: its pipe has been closed.
            let _gone = kill_process(child, Signal::KILL);
        }
        made
    }

    /// Takes on the mapped identity. The jail calls this, once it is mapped.
    pub(super) fn take(self, inside: u32) -> Result<(), Errno> {
        if self.power == Power::Others {
            rustix::thread::set_thread_groups(&[])?;
        }
        let group = rustix::process::Gid::from_raw(inside);
        rustix::thread::set_thread_res_gid(group, group, group)?;
        let user = rustix::process::Uid::from_raw(inside);
        rustix::thread::set_thread_res_uid(user, user, user)
    }
}

/// The map of a tree's owners: this one becomes the jail's number; the others stay, where there are others.
fn lines(owner: u32, jail: u32, whole: bool) -> String {
    if !whole {
        return format!("{owner} {jail} 1");
    }
    // Neither the owner's number outside nor the jail's inside is anybody's: two gaps in what stays.
    let (low, high) = (owner.min(jail), owner.max(jail));
    let mut out = format!("{owner} {jail} 1\n");
    for (start, end) in [(0, low), (low.saturating_add(1), high), (high.saturating_add(1), u32::MAX)] {
        if start < end {
            let _written = writeln!(out, "{start} {start} {}", end - start);
        }
    }
    out
}

/// A number outside root's that this process may map to: the one that owns nothing, else the last there is.
fn another(extents: &[Extent]) -> Option<u32> {
    let holds = |extent: &Extent| {
        extent.inside <= OWNS_NOTHING
            && u64::from(OWNS_NOTHING) < u64::from(extent.inside) + u64::from(extent.length)
    };
    if extents.iter().any(holds) {
        return Some(OWNS_NOTHING);
    }
    let last = |extent: &Extent| extent.inside.checked_add(extent.length.checked_sub(1)?);
    extents.iter().filter_map(last).max().filter(|last| *last != 0)
}

fn parse(text: &str) -> Result<Vec<Extent>, Errno> {
    let extent = |line: &str| {
        let mut numbers = line.split_ascii_whitespace().map(str::parse);
        let mut next = || numbers.next().and_then(Result::ok).ok_or(Errno::INVAL);
        Ok(Extent { inside: next()?, outside: next()?, length: next()? })
    };
    text.lines().map(extent).collect()
}

fn read(path: &str) -> Result<String, Errno> {
    std::fs::read_to_string(path).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

fn write(path: &str, text: &str) -> Result<(), Errno> {
    let file = rustix::fs::openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    let written = rustix::io::write(file.as_fd(), text.as_bytes())?;
    if written == text.len() { Ok(()) } else { Err(Errno::IO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_roots_is_found_where_there_is_one() {
        let rows = [
            ("         0          0 4294967295\n", Some(OWNS_NOTHING)),
            ("0 1000 1\n1 100000 65536\n", Some(65536)),
            ("0 1000 1\n", None),
            ("", None),
        ];
        for (map, wanted) in rows {
            assert_eq!(another(&parse(map).unwrap()), wanted, "{map:?}");
        }
        assert!(parse("0 0\n").is_err());
    }

    #[test]
    fn the_map_of_owners_covers_every_number_once() {
        for owner in [0, 1, 1000, OWNS_NOTHING - 1, OWNS_NOTHING + 1, u32::MAX - 1] {
            let extents = parse(&lines(owner, OWNS_NOTHING, true)).unwrap();
            let length: u64 = extents.iter().map(|extent| u64::from(extent.length)).sum();
            assert_eq!(
                length,
                u64::from(u32::MAX) - 1,
                "all but the jail's own number and the one that is no number"
            );
            assert_eq!((extents[0].inside, extents[0].outside, extents[0].length), (owner, OWNS_NOTHING, 1));
            assert!(extents[1..].iter().all(|extent| extent.inside == extent.outside));
            for number in [owner, OWNS_NOTHING] {
                let holds =
                    |extent: &&Extent| (extent.inside..extent.inside + extent.length).contains(&number);
                assert_eq!(extents[1..].iter().filter(holds).count(), 0, "{owner} {number}");
            }
        }
    }
}
