//! A network with a loopback only, to which every address of the world is routed: whatever is sent ends at this machine.

use super::sys::call;
use super::{Done, ask};

const LOOPBACK: u32 = 1;

/// Brings the loopback up and makes every address its own.
pub fn route_everything_here() -> Done {
    const NETLINK: usize = 16;
    const RAW: usize = 3;
    const NEW_LINK: u16 = 16;
    const NEW_ROUTE: u16 = 24;
    const CREATE: u16 = 0x400;
    let socket = ask("netlink", call(super::sys::number::SOCKET, &[NETLINK, RAW, 0]))?;
    let up =
        [&[0, 0, 0, 0][..], &LOOPBACK.to_ne_bytes(), &1_u32.to_ne_bytes(), &1_u32.to_ne_bytes()].concat();
    request(socket, NEW_LINK, 0, &up)?;
    for family in [2_u8, 10] {
        // Of the local table, set up at boot, of host scope, local; out by the loopback.
        let route = [family, 0, 0, 0, 255, 3, 254, 2, 0, 0, 0, 0];
        let body = [&route[..], &8_u16.to_ne_bytes(), &4_u16.to_ne_bytes(), &LOOPBACK.to_ne_bytes()].concat();
        request(socket, NEW_ROUTE, CREATE, &body)?;
    }
    Ok(())
}

/// Sends one request and waits for its acknowledgement.
fn request(socket: usize, kind: u16, flags: u16, body: &[u8]) -> Done {
    const SENDTO: i64 = 44;
    const RECVFROM: i64 = 45;
    const REQUEST_AND_ACKNOWLEDGE: u16 = 5;
    let length = u32::try_from(16 + body.len()).map_err(|_| "a long request")?;
    let message = [
        &length.to_ne_bytes()[..],
        &kind.to_ne_bytes(),
        &(REQUEST_AND_ACKNOWLEDGE | flags).to_ne_bytes(),
        &1_u32.to_ne_bytes(),
        &0_u32.to_ne_bytes(),
        body,
    ]
    .concat();
    ask("request", call(SENDTO, &[socket, message.as_ptr() as usize, message.len(), 0, 0, 0]))?;
    let mut answer = [0_u8; 256];
    let length = ask("answer", call(RECVFROM, &[socket, &raw mut answer as usize, answer.len(), 0, 0, 0]))?;
    // After the header, an error number below zero.
    let code = answer
        .get(16..20)
        .filter(|_| length >= 20)
        .map(|code| i32::from_ne_bytes([code[0], code[1], code[2], code[3]]));
    match code {
        Some(0) => Ok(()),
        other => Err(format!("request {kind}: {other:?}")),
    }
}
