//! What must be refused in any jail, tried from inside one: a layer that is there but does not hold is no layer.

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use std::net::{Ipv4Addr, SocketAddrV4};

/// What was not refused: one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fault {
    /// A connection could be begun.
    Connected = 1,
    /// The machine's programs could be listed.
    Listed = 1 << 1,
    /// A folder could be made at the root.
    Made = 1 << 2,
    /// A new namespace could be made.
    Unshared = 1 << 3,
    /// A new mount could be begun.
    Mounted = 1 << 4,
    /// A call that nothing but the filter refuses was not refused by it.
    Unfiltered = 1 << 5,
}

impl Fault {
    pub(crate) const ALL: [(Self, &str); 6] = [
        (Self::Connected, "a connection could be begun"),
        (Self::Listed, "the machine's programs could be listed"),
        (Self::Made, "a folder could be made at the root"),
        (Self::Unshared, "a new namespace could be made"),
        (Self::Mounted, "a new mount could be begun"),
        (Self::Unfiltered, "a call that only the filter refuses was not refused"),
    ];
}

/// Tries everything.
pub(super) fn faults() -> u8 {
    // An address of the documentation range: nobody has it, and no packet may get as far as finding that out.
    const NOBODY: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);
    let connected = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::NONBLOCK, None)
        .is_ok_and(|socket| matches!(connect(&socket, &NOBODY), Ok(()) | Err(Errno::INPROGRESS)));
    let listed = rustix::fs::open(c"/usr/bin", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).is_ok();
    let made = rustix::fs::mkdirat(CWD, c"/portcullis-rehearsal", Mode::RWXU).is_ok();
    let unshared = super::sys::unshare(libc::CLONE_NEWUSER).is_ok();
    let mounted = rustix::mount::fsopen(c"tmpfs", rustix::mount::FsOpenFlags::empty()).is_ok();
    // Anybody may make a local socket and open a folder by the newer call: these answers come from the filter alone.
    let local = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).err();
    let newer =
        rustix::fs::openat2(CWD, c".", OFlags::PATH, Mode::empty(), rustix::fs::ResolveFlags::empty()).err();
    let unfiltered = local != Some(Errno::AFNOSUPPORT) || newer != Some(Errno::NOSYS);
    let faults = [connected, listed, made, unshared, mounted, unfiltered];
    let bits = faults.iter().zip(Fault::ALL).filter(|(is, _)| **is).map(|(_, (fault, _))| fault as u8);
    bits.fold(0, |all, bit| all | bit)
}
