//! What passes between the broker, the jailer and a jail: short records and descriptors over local sockets.
//!
//! INVARIANT: what comes from the jail's side is read as hostile. A record that is not understood is an error, and nothing in
//! one says how much to allocate.

use super::step::{Failure, Step};
use rustix::cmsg_space;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;

/// Most descriptors in one message.
pub(crate) const MOST_DESCRIPTORS: usize = 64;

/// Most bytes of one record.
const MOST_BYTES: usize = 512;

/// Two ends of a connection that keeps messages apart, closed on exec.
pub(crate) fn pair() -> Result<(OwnedFd, OwnedFd), Errno> {
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
}

/// The bytes of a message, and the descriptors that came with it.
pub(crate) type Message = (Vec<u8>, Vec<OwnedFd>);

/// Sends one message.
pub(crate) fn send(socket: impl AsFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), Errno> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(Errno::TOOBIG);
    }
    let sent = rustix::io::retry_on_intr(|| {
        sendmsg(&socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL)
    })?;
    if sent == bytes.len() { Ok(()) } else { Err(Errno::MSGSIZE) }
}

/// One message: its bytes and descriptors. None at the end of the connection.
pub(crate) fn receive(socket: impl AsFd) -> Result<Option<Message>, Errno> {
    let mut bytes = [0; MOST_BYTES];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::io::retry_on_intr(|| {
        recvmsg(&socket, &mut [IoSliceMut::new(&mut bytes)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)
    })?;
    let descriptors = ancillary
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(rights) => Some(rights),
            _ => None,
        })
        .flatten()
        .collect::<Vec<_>>();
    if received.bytes == 0 && descriptors.is_empty() {
        return Ok(None);
    }
    Ok(Some((bytes.get(..received.bytes).unwrap_or_default().to_vec(), descriptors)))
}

/// What a jail tells the broker while it is made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// A step failed; nothing follows.
    Failed(Failure),
    /// Its listening sockets come with the message.
    Listening,
    /// Nothing is left but to execute the program: if no failure follows, that worked.
    Executing,
}

/// How a jail ended, as its supervisor tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    /// The program's status as `wait(2)` gives it.
    pub(crate) status: i32,
    pub(crate) cause: Cause,
}

/// Why a jail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cause {
    /// The program ended by itself, or something in the jail ended it.
    Itself = 0,
    /// It went over its memory.
    Memory = 1,
    /// Its time was over.
    Deadline = 2,
    /// The broker ended it.
    Broker = 3,
}

impl Report {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Failed(Failure { step, errno, about }) => {
                let mut bytes = vec![b'F', *step as u8];
                bytes.extend(errno.raw_os_error().to_le_bytes());
                bytes.extend(about.bytes().take(MOST_BYTES - bytes.len()));
                bytes
            }
            Self::Listening => vec![b'L'],
            Self::Executing => vec![b'X'],
        }
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"L" => Some(Self::Listening),
            b"X" => Some(Self::Executing),
            [b'F', step, a, b, c, d, about @ ..] => Some(Self::Failed(Failure {
                step: Step::from_code(*step)?,
                errno: Errno::from_raw_os_error(i32::from_le_bytes([*a, *b, *c, *d])),
                about: String::from_utf8_lossy(about).into_owned(),
            })),
            _ => None,
        }
    }
}

impl Ending {
    pub(crate) fn to_bytes(self) -> [u8; 5] {
        let [a, b, c, d] = self.status.to_le_bytes();
        [self.cause as u8, a, b, c, d]
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let [cause, a, b, c, d] = bytes else {
            return None;
        };
        let cause = match cause {
            0 => Cause::Itself,
            1 => Cause::Memory,
            2 => Cause::Deadline,
            3 => Cause::Broker,
            _ => return None,
        };
        Some(Self { status: i32::from_le_bytes([*a, *b, *c, *d]), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let about = "/home/ann/x".to_owned();
        for report in [
            Report::Failed(Failure { step: Step::Landlock, errno: Errno::PERM, about }),
            Report::Listening,
            Report::Executing,
        ] {
            assert_eq!(Report::parse(&report.to_bytes()), Some(report));
        }
        let ending = Ending { status: 9, cause: Cause::Memory };
        assert_eq!(Ending::parse(&ending.to_bytes()), Some(ending));
        for bad in [&b""[..], b"Q", b"F", b"F\x01\0\0\0", b"F\xff\0\0\0\0", b"LL"] {
            assert_eq!(Report::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Ending::parse(&[9, 0, 0, 0, 0]), None);
    }

    #[test]
    fn descriptors_come_with_messages_and_the_end_is_seen() {
        let (here, there) = pair().unwrap();
        send(&here, b"x", &[here.as_fd(), here.as_fd()]).unwrap();
        let (bytes, descriptors) = receive(&there).unwrap().unwrap();
        assert_eq!((bytes.as_slice(), descriptors.len()), (&b"x"[..], 2));
        drop((here, descriptors));
        assert!(receive(&there).unwrap().is_none());
    }
}
