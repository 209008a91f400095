//! The jail's own network: a loopback, every address of the world routed to it, and one listener per declared port.
//!
//! Nothing leaves: the namespace has no other device. Whoever holds the listeners answers; if nobody does, connections are
//! refused.

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::sockopt::{set_ipv6_v6only, set_socket_reuseaddr};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, listen, recv, sendto, socket_with,
};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

const LOOPBACK_INDEX: u32 = 1;

const REQUEST_AND_ACKNOWLEDGE: u16 = 0x5;
const CREATE: u16 = 0x400;

const NEW_LINK: u16 = 16;
const NEW_ROUTE: u16 = 24;
const ERROR: u16 = 2;

const IFF_UP: u32 = 1;

const LOCAL_TABLE: u8 = 255;
const BOOT_PROTOCOL: u8 = 3;
const HOST_SCOPE: u8 = 254;
const LOCAL_TYPE: u8 = 2;
const OUTPUT_DEVICE: u16 = 4;

/// Brings the loopback device up.
pub(super) fn bring_up() -> Result<(), Errno> {
    let socket = netlink()?;
    // struct ifinfomsg: family, padding, type, index, flags, which flags to change.
    let mut body = vec![0, 0, 0, 0];
    body.extend(LOOPBACK_INDEX.to_ne_bytes());
    body.extend(IFF_UP.to_ne_bytes());
    body.extend(IFF_UP.to_ne_bytes());
    ask(&socket, NEW_LINK, 0, &body)
}

/// Makes every address one of this namespace's own.
pub(super) fn route_everything_here() -> Result<(), Errno> {
    let socket = netlink()?;
    let route = |family: AddressFamily| {
        // struct rtmsg: family, prefix lengths, service, table, protocol, scope, type, flags.
        let family = u8::try_from(family.as_raw()).map_err(|_| Errno::INVAL)?;
        let mut body = vec![family, 0, 0, 0, LOCAL_TABLE, BOOT_PROTOCOL, HOST_SCOPE, LOCAL_TYPE, 0, 0, 0, 0];
        body.extend(8_u16.to_ne_bytes());
        body.extend(OUTPUT_DEVICE.to_ne_bytes());
        body.extend(LOOPBACK_INDEX.to_ne_bytes());
        ask(&socket, NEW_ROUTE, CREATE, &body)
    };
    route(AddressFamily::INET)?;
    match route(AddressFamily::INET6) {
        // A kernel without IPv6 has nothing to route.
        Err(Errno::AFNOSUPPORT | Errno::OPNOTSUPP) => Ok(()),
        done => done,
    }
}

/// A listener for each port on every address, IPv6 and IPv4, and for names (port 53) one for UDP beside it.
pub(super) fn listeners(ports: &[u16]) -> Result<Vec<OwnedFd>, Errno> {
    const WAITING: i32 = 1024;
    let mut out = Vec::with_capacity(ports.len() + 1);
    for port in ports {
        let stream = bound(SocketType::STREAM, *port)?;
        listen(&stream, WAITING)?;
        out.push(stream);
        if *port == 53 {
            out.push(bound(SocketType::DGRAM, *port)?);
        }
    }
    Ok(out)
}

fn bound(kind: SocketType, port: u16) -> Result<OwnedFd, Errno> {
    match socket_with(AddressFamily::INET6, kind, SocketFlags::CLOEXEC, None) {
        Ok(socket) => {
            set_ipv6_v6only(&socket, false)?;
            set_socket_reuseaddr(&socket, true)?;
            bind(&socket, &SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, port, 0, 0))?;
            Ok(socket)
        }
        Err(Errno::AFNOSUPPORT) => {
            let socket = socket_with(AddressFamily::INET, kind, SocketFlags::CLOEXEC, None)?;
            set_socket_reuseaddr(&socket, true)?;
            bind(&socket, &SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port))?;
            Ok(socket)
        }
        Err(error) => Err(error),
    }
}

fn netlink() -> Result<OwnedFd, Errno> {
    socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)
}

/// Sends one request and waits for its acknowledgement.
fn ask(socket: &OwnedFd, kind: u16, flags: u16, body: &[u8]) -> Result<(), Errno> {
    const HEADER: usize = 16;
    let length = u32::try_from(HEADER + body.len()).map_err(|_| Errno::INVAL)?;
    let mut message = Vec::with_capacity(HEADER + body.len());
    message.extend(length.to_ne_bytes());
    message.extend(kind.to_ne_bytes());
    message.extend((REQUEST_AND_ACKNOWLEDGE | flags).to_ne_bytes());
    message.extend(1_u32.to_ne_bytes());
    message.extend(0_u32.to_ne_bytes());
    message.extend(body);
    sendto(socket, &message, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut answer = [0_u8; 1024];
    let (length, _) = rustix::io::retry_on_intr(|| recv(socket, &mut answer, RecvFlags::empty()))?;
    let answer = answer.get(..length).unwrap_or_default();
    let number = |at: usize| answer.get(at..at + 4)?.try_into().ok().map(i32::from_ne_bytes);
    let kind = answer.get(4..6).and_then(|kind| kind.try_into().ok()).map(u16::from_ne_bytes);
    match (kind, number(HEADER)) {
        (Some(ERROR), Some(0)) => Ok(()),
        (Some(ERROR), Some(error)) => Err(Errno::from_raw_os_error(error.saturating_neg())),
        _ => Err(Errno::PROTO),
    }
}
