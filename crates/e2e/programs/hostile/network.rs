//! Attacks by network: reaching addresses, ports and sockets that nobody declared. Only an answer counts: what listens says
//! `decoy`.

use super::Attack;
use super::files::word;
use super::sys::{Outcome, call, done, number, stop, text};
use std::io::Read;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as LocalAddr, UnixStream};
use std::time::Duration;

pub fn find(name: &str) -> Option<Attack> {
    Some(match name {
        "tcp" => |words| tcp(word(words, 0)?),
        "tcp-spelled" => |words| tcp_spelled(word(words, 0)?, word(words, 1)?),
        "udp" => udp,
        "fast-open" => fast_open,
        "ping" => ping,
        "raw" => |_| socket(AF_INET, 3, 1),
        "packet" => |_| socket(17, 3, 0),
        "packet-datagram" => |_| socket(17, 2, 0),
        "vsock" => |_| socket(40, 1, 0),
        "multipath" => |_| socket(AF_INET, 1, 262),
        "netlink-events" => |_| socket(16, 3, 15),
        "netlink-sockets" => |_| socket(16, 3, 4),
        "netlink-firewall" => |_| socket(16, 3, 12),
        "udp-lite" => |_| socket(AF_INET, 2, 136),
        "families" => families,
        "local-socket" => |_| socket(AF_UNIX, 1, 0),
        "local" => |words| greeted(UnixStream::connect(word(words, 0)?)),
        "abstract" => |words| {
            let address = LocalAddr::from_abstract_name(word(words, 0)?).map_err(stop)?;
            greeted(UnixStream::connect_addr(&address))
        },
        "pair-local" => |words| pair(word(words, 0)?, Name::Path, 2),
        "pair-abstract" => |words| pair(word(words, 0)?, Name::Abstract, 2),
        "pair-local-raw" => |words| pair(word(words, 0)?, Name::Path, 3),
        "pair-local-stream" => |words| pair(word(words, 0)?, Name::Path, 1),
        "pair-local-packets" => |words| pair(word(words, 0)?, Name::Path, 5),
        "interface-set" => interface_set,
        "forged-source" => forged_source,
        _ => return None,
    })
}

const AF_UNIX: usize = 1;
const AF_INET: usize = 2;

/// How long an answer may take: what listens is on this machine.
const PATIENCE: Duration = Duration::from_millis(700);

fn tcp(address: &str) -> Outcome {
    let address: SocketAddr = address.parse().map_err(|_| "misused: an address is wanted")?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(stop)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(stop)?;
    hear(stream)
}

fn greeted(stream: std::io::Result<UnixStream>) -> Outcome {
    let stream = stream.map_err(stop)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(stop)?;
    hear(stream)
}

fn hear(mut stream: impl Read) -> Outcome {
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).map_err(stop)?;
    if heard == *b"decoy" { Ok("the decoy answered".into()) } else { Err("somebody else answered".into()) }
}

/// An address of four numbers in any of the spellings that the C library knows.
fn tcp_spelled(spelling: &str, port: &str) -> Outcome {
    unsafe extern "C" {
        fn inet_aton(text: *const std::ffi::c_char, address: *mut [u8; 4]) -> i32;
    }
    let (spelling, mut address) = (text(spelling), [0; 4]);
    // SAFETY: the text ends in NUL and the address has room for four bytes.
    if unsafe { inet_aton(spelling.as_ptr(), &raw mut address) } == 0 {
        return Err("misused: no such spelling".into());
    }
    tcp(&format!("{}:{port}", IpAddr::from(address)))
}

fn udp(words: &[&str]) -> Outcome {
    let address: SocketAddr = word(words, 0)?.parse().map_err(|_| "misused: an address is wanted")?;
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).map_err(stop)?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(stop)?;
    // Of the addresses of IPv6 the one that answers need not be the one asked.
    if address.is_ipv4() {
        socket.connect(address).map_err(stop)?;
    }
    let sent = if address.is_ipv4() { socket.send(b"ask") } else { socket.send_to(b"ask", address) };
    sent.map_err(stop)?;
    let mut heard = [0; 5];
    let length = socket.recv(&mut heard).map_err(stop)?;
    if heard.get(..length) == Some(b"decoy") {
        Ok("the decoy answered".into())
    } else {
        Err("no answer".into())
    }
}

/// `struct sockaddr_in` for an address and a port.
fn internet(address: [u8; 4], port: u16) -> [u8; 16] {
    let mut out = [0; 16];
    out[0] = 2;
    out[2..4].copy_from_slice(&port.to_be_bytes());
    out[4..8].copy_from_slice(&address);
    out
}

/// Connects by sending, past whoever watches only for connections.
fn fast_open(words: &[&str]) -> Outcome {
    const FAST_OPEN: usize = 0x2000_0000;
    const SENDTO: i64 = 44;
    const RECVFROM: i64 = 45;
    let address: SocketAddr = word(words, 0)?.parse().map_err(|_| "misused: an address is wanted")?;
    let SocketAddr::V4(address) = address else { return Err("misused: four numbers are wanted".into()) };
    let to = internet(address.ip().octets(), address.port());
    let fd = call(number::SOCKET, &[AF_INET, 1, 0]).map_err(|error| error.to_string())?;
    let ask = b"ask";
    call(SENDTO, &[fd, ask.as_ptr() as usize, 3, FAST_OPEN, &raw const to as usize, 16])
        .map_err(|error| error.to_string())?;
    let heard = [0_u8; 5];
    done(call(RECVFROM, &[fd, &raw const heard as usize, 5, 0, 0, 0]))
}

/// An echo request by a socket that needs no capability.
fn ping(words: &[&str]) -> Outcome {
    const SENDTO: i64 = 44;
    let IpAddr::V4(address) = word(words, 0)?.parse().map_err(|_| "misused: an address is wanted")? else {
        return Err("misused: four numbers are wanted".into());
    };
    let fd = call(number::SOCKET, &[AF_INET, 2, 1]).map_err(|error| error.to_string())?;
    let (to, request) = (internet(address.octets(), 0), [8_u8, 0, 0, 0, 0, 0, 0, 1]);
    done(call(SENDTO, &[fd, &raw const request as usize, 8, 0, &raw const to as usize, 16]))
}

fn socket(family: usize, kind: usize, protocol: usize) -> Outcome {
    done(call(number::SOCKET, &[family, kind, protocol]))
}

/// Tries every family but IPv4, IPv6 and netlink, in every kind.
fn families(_words: &[&str]) -> Outcome {
    let open = |family: usize, kind: usize| call(number::SOCKET, &[family, kind, 0]).is_ok();
    let families = (1..46).filter(|family| ![2, 10, 16].contains(family));
    let found: Vec<_> =
        families.filter(|family| [1, 2, 3, 5].iter().any(|kind| open(*family, *kind))).collect();
    if found.is_empty() { Err("none could be opened".into()) } else { Ok(format!("families {found:?}")) }
}

/// How a local socket is named.
enum Name {
    Path,
    Abstract,
}

/// Makes a pair of local sockets, and has one of them send to a socket of somebody else's.
fn pair(name: &str, kind: Name, socket_kind: usize) -> Outcome {
    const CONNECT: i64 = 42;
    const SENDTO: i64 = 44;
    let mut both = [0_i32; 2];
    call(number::SOCKETPAIR, &[AF_UNIX, socket_kind, 0, &raw mut both as usize])
        .map_err(|error| error.to_string())?;
    let mut address = [0_u8; 110];
    address[0] = 1;
    let start = match kind {
        Name::Path => 2,
        Name::Abstract => 3,
    };
    let length = start + name.len();
    address.get_mut(start..length).ok_or("misused: too long a name")?.copy_from_slice(name.as_bytes());
    let fd = both[0].cast_unsigned() as usize;
    let length = length + usize::from(matches!(kind, Name::Path));
    let word = b"planted";
    let (at, word) = (&raw const address as usize, word.as_ptr() as usize);
    done(call(SENDTO, &[fd, word, 7, 0, at, length])).or_else(|_| done(call(CONNECT, &[fd, at, length])))
}

/// Sets the flags of the loopback to what they are.
fn interface_set(_words: &[&str]) -> Outcome {
    const GET_FLAGS: usize = 0x8913;
    const SET_FLAGS: usize = 0x8914;
    let fd = call(number::SOCKET, &[AF_INET, 2, 0]).map_err(|error| error.to_string())?;
    let mut request = [0_u8; 40];
    request[..2].copy_from_slice(b"lo");
    call(number::IOCTL, &[fd, GET_FLAGS, &raw mut request as usize]).map_err(|error| error.to_string())?;
    done(call(number::IOCTL, &[fd, SET_FLAGS, &raw const request as usize]))
}

/// Raw access to addresses by asking the kernel to treat foreign ones as its own.
fn forged_source(_words: &[&str]) -> Outcome {
    const SETSOCKOPT: i64 = 54;
    const TRANSPARENT: usize = 19;
    let fd = call(number::SOCKET, &[AF_INET, 1, 0]).map_err(|error| error.to_string())?;
    let one = 1_i32;
    done(call(SETSOCKOPT, &[fd, 0, TRANSPARENT, &raw const one as usize, 4]))
}
