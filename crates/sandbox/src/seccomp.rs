//! The filter of system calls: [`crate::syscalls`] as a classic BPF program.
//!
//! Numbers are found by halving, so that a call costs a handful of instructions whichever it is, and the kernel has little to
//! check when the filter is loaded. Another architecture's calls, and those of x32, end the program.

use crate::plan::Instruction;
use crate::syscalls::{Check, ROWS, Treatment};

/// What of the filter depends on the jail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) processes: Processes,
    pub(crate) network: Network,
    pub(crate) ipc: Ipc,
    pub(crate) sight: Sight,
    pub(crate) attributes: Attributes,
}

impl Variant {
    /// For a jail with namespaces of its own.
    pub(crate) const fn enclosed(processes: Processes) -> Self {
        Self {
            processes,
            network: Network::Private,
            ipc: Ipc::Private,
            sight: Sight::Own,
            attributes: Attributes::Open,
        }
    }

    /// For one without.
    pub(crate) const fn open(processes: Processes, attributes: Attributes) -> Self {
        Self { processes, network: Network::Refused, ipc: Ipc::Shared, sight: Sight::Shared, attributes }
    }
}

/// Which processes are in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The machine's.
    Shared,
    /// The jail's own.
    Own,
}

/// Whose files' attributes can be changed by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attributes {
    /// None.
    Closed,
    /// Those that can be reached.
    Open,
}

/// Whether processes may be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processes {
    /// Threads only.
    One,
    /// Any number.
    Many,
}

/// Which sockets there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// None but local pairs: they would be the machine's.
    Refused,
    /// The private network's.
    Private,
}

/// Whose System V IPC and message queues there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ipc {
    /// The machine's.
    Shared,
    /// The jail's own.
    Private,
}

const LOAD: u16 = 0x20;
const AND: u16 = 0x54;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_AT_LEAST: u16 = 0x35;
const JUMP_ANY_BIT: u16 = 0x45;
const JUMP: u16 = 0x05;
const RETURN: u16 = 0x06;

const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;

/// Where `struct seccomp_data` has things; arguments are 64 bits wide, lower half first on both architectures.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const fn argument(index: u32) -> u32 {
    16 + 8 * index
}

#[cfg(target_arch = "x86_64")]
const THIS_ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const THIS_ARCHITECTURE: u32 = 0xc000_00b7;

/// From here on numbers are those of x32, which has its own table.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

const fn refuse(errno: i32) -> u32 {
    0x0005_0000 | errno.cast_unsigned()
}

const fn instruction(code: u16, operand: u32) -> Instruction {
    Instruction { code, jump_true: 0, jump_false: 0, operand }
}

/// Skips so many instructions where the loaded value does, and so many where it does not, compare so.
const fn branch(code: u16, operand: u32, jump_true: u8, jump_false: u8) -> Instruction {
    Instruction { code, jump_true, jump_false, operand }
}

/// The whole filter.
pub(crate) fn filter(variant: Variant) -> Vec<Instruction> {
    let mut out = vec![
        instruction(LOAD, ARCHITECTURE),
        branch(JUMP_EQUAL, THIS_ARCHITECTURE, 1, 0),
        instruction(RETURN, KILL),
        instruction(LOAD, NUMBER),
    ];
    #[cfg(target_arch = "x86_64")]
    out.extend([branch(JUMP_AT_LEAST, X32, 0, 1), instruction(RETURN, KILL)]);
    for number in FREQUENT {
        let row = ROWS.iter().find(|row| i64::from(row.number) == *number);
        let code = row.map(|row| code(row.treatment, variant)).unwrap_or_default();
        if let (Ok(length), Ok(number)) = (u8::try_from(code.len()), u32::try_from(*number)) {
            out.push(branch(JUMP_EQUAL, number, 0, length));
            out.extend(code);
        }
    }
    out.extend(search(&ranges(variant)));
    out
}

/// Calls that programs make often and whose arguments are looked at: they are not searched for. What is simply allowed the
/// kernel itself remembers.
const FREQUENT: &[i64] = &[libc::SYS_openat, libc::SYS_fcntl];

/// From which number on which code applies: sorted, the first from 0, neighbours different.
fn ranges(variant: Variant) -> Vec<(u32, Vec<Instruction>)> {
    let unknown = vec![instruction(RETURN, refuse(libc::ENOSYS))];
    let mut rows: Vec<_> = ROWS.iter().collect();
    rows.sort_unstable_by_key(|row| row.number);
    let mut out = vec![(0, unknown.clone())];
    let mut add = |start: u32, code: Vec<Instruction>| {
        if out.last().is_some_and(|(last, _)| *last == start) {
            out.pop();
        }
        if out.last().is_none_or(|(_, last)| *last != code) {
            out.push((start, code));
        }
    };
    for row in rows {
        add(row.number, code(row.treatment, variant));
        add(row.number + 1, unknown.clone());
    }
    out
}

/// Finds the range of a number by halving.
fn search(ranges: &[(u32, Vec<Instruction>)]) -> Vec<Instruction> {
    match ranges {
        [] => vec![instruction(RETURN, KILL)],
        [(_, code)] => code.clone(),
        _ => {
            let (low, high) = ranges.split_at(ranges.len() / 2);
            let middle = high.first().map_or(0, |(start, _)| *start);
            let (low, high) = (search(low), search(high));
            let mut out = if let Ok(skipped) = u8::try_from(low.len()) {
                vec![branch(JUMP_AT_LEAST, middle, skipped, 0)]
            } else {
                let skipped = u32::try_from(low.len()).unwrap_or(u32::MAX);
                vec![branch(JUMP_AT_LEAST, middle, 0, 1), instruction(JUMP, skipped)]
            };
            out.extend(low);
            out.extend(high);
            out
        }
    }
}

fn code(treatment: Treatment, variant: Variant) -> Vec<Instruction> {
    let answer = |value| vec![instruction(RETURN, value)];
    match treatment {
        Treatment::Allow => answer(ALLOW),
        Treatment::Refuse(errno) => answer(refuse(errno)),
        Treatment::Kill => answer(KILL),
        Treatment::WithOwnIpc => answer(match variant.ipc {
            Ipc::Private => ALLOW,
            Ipc::Shared => refuse(libc::EPERM),
        }),
        Treatment::WithNetwork => answer(match variant.network {
            Network::Private => ALLOW,
            Network::Refused => refuse(libc::EPERM),
        }),
        Treatment::WithAttributes => answer(match variant.attributes {
            Attributes::Open => ALLOW,
            Attributes::Closed => refuse(libc::EPERM),
        }),
        Treatment::WithSpawn => answer(match variant.processes {
            Processes::Many => ALLOW,
            Processes::One => refuse(libc::EPERM),
        }),
        Treatment::Check(check) => checked(check, variant),
    }
}

fn checked(check: Check, variant: Variant) -> Vec<Instruction> {
    match check {
        Check::Clone => clone(variant.processes),
        Check::Socket => socket(variant.network),
        Check::SocketPair => socket_pair(),
        Check::Target if variant.sight == Sight::Own => none_of(0, &[SUPERVISOR], libc::EPERM),
        Check::Target | Check::OwnLimits => one_of(0, &[0], libc::EPERM),
        Check::Priority { users, .. } if variant.sight == Sight::Own => priority_of_own(users),
        Check::Priority { process, .. } => priority_of_caller(process),
        Check::Fcntl => none_of(1, &[libc::F_SETLEASE, libc::F_NOTIFY], libc::EPERM),
        Check::Ioctl => none_of(1, IOCTLS, libc::EPERM),
        Check::Prctl => one_of(0, PRCTLS, libc::EPERM),
        Check::Personality => one_of(0, &[0, -1], libc::EPERM),
        Check::MakeNode(mode) => {
            let mut out = no_bits(mode, SET_USER_OR_GROUP, libc::EPERM);
            out.pop();
            out.extend(make_node(mode));
            out
        }
        Check::ChangeMode(_) if variant.attributes == Attributes::Closed => {
            vec![instruction(RETURN, refuse(libc::EPERM))]
        }
        Check::Mode(mode) | Check::ChangeMode(mode) => no_bits(mode, SET_USER_OR_GROUP, libc::EPERM),
        Check::Create { flags } => {
            // The mode, which follows the flags, has a meaning only where a file may be made.
            let makes = (libc::O_CREAT | libc::O_TMPFILE & !libc::O_DIRECTORY).cast_unsigned();
            let mut out = vec![
                instruction(LOAD, argument(flags)),
                branch(JUMP_ANY_BIT, makes, 1, 0),
                instruction(RETURN, ALLOW),
            ];
            out.extend(no_bits(flags + 1, SET_USER_OR_GROUP, libc::EPERM));
            out
        }
        Check::Seccomp => no_bits(1, SECCOMP_LISTENER | SECCOMP_RECEIVE_KILLABLE, libc::EPERM),
    }
}

/// The process that every jail of tier T1 stands and falls with.
const SUPERVISOR: i32 = 1;
/// The bits of a mode by which a program runs as its owner or its group, whoever starts it.
const SET_USER_OR_GROUP: u32 = libc::S_ISUID | libc::S_ISGID;

const SECCOMP_LISTENER: u32 = 1 << 3;
const SECCOMP_RECEIVE_KILLABLE: u32 = 1 << 5;

/// Requests to devices that reach past the caller: typing for another, taking a terminal over, loading a line discipline, joining
/// in what a console shows, tunnelling into another file system's namespace.
#[expect(clippy::cast_possible_truncation, reason = "requests are 32 bits wide")]
const IOCTLS: &[i32] = &[
    libc::TIOCSTI as i32,
    libc::TIOCLINUX as i32,
    libc::TIOCSCTTY as i32,
    libc::TIOCSETD as i32,
    libc::TIOCCONS as i32,
    FS_IOC_SETFLAGS,
    FS_IOC_FSSETXATTR,
    FS_IOC_ENABLE_VERITY,
];

/// Flags of a file, its project, and its seal (`linux/fs.h`, `linux/fsverity.h`): attributes that no other layer holds.
const FS_IOC_SETFLAGS: i32 = 0x4008_6602;
const FS_IOC_FSSETXATTR: i32 = 0x401c_5820;
const FS_IOC_ENABLE_VERITY: i32 = 0x4080_6685;

/// What may be set of oneself. Left out are memory layout (`PR_SET_MM`), security bits, speculation, tracing permission, and
/// whether one can be dumped, which would hide memory from being counted.
const PRCTLS: &[i32] = &[
    libc::PR_SET_NAME,
    libc::PR_GET_NAME,
    libc::PR_SET_PDEATHSIG,
    libc::PR_GET_PDEATHSIG,
    libc::PR_GET_DUMPABLE,
    libc::PR_SET_NO_NEW_PRIVS,
    libc::PR_GET_NO_NEW_PRIVS,
    libc::PR_SET_TIMERSLACK,
    libc::PR_GET_TIMERSLACK,
    libc::PR_CAPBSET_READ,
    libc::PR_CAP_AMBIENT,
    libc::PR_GET_SECUREBITS,
    libc::PR_GET_KEEPCAPS,
    libc::PR_GET_SECCOMP,
    libc::PR_SET_SECCOMP,
    libc::PR_SET_CHILD_SUBREAPER,
    libc::PR_GET_CHILD_SUBREAPER,
    libc::PR_SET_THP_DISABLE,
    libc::PR_GET_THP_DISABLE,
    libc::PR_GET_TID_ADDRESS,
    libc::PR_SET_VMA,
    libc::PR_GET_SPECULATION_CTRL,
];

const NAMESPACES: u32 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET)
    .cast_unsigned();

fn clone(processes: Processes) -> Vec<Instruction> {
    let mut out = vec![
        instruction(LOAD, argument(0)),
        branch(JUMP_ANY_BIT, NAMESPACES, 0, 1),
        instruction(RETURN, refuse(libc::EPERM)),
    ];
    if processes == Processes::One {
        let thread = libc::CLONE_THREAD.cast_unsigned();
        out.extend([branch(JUMP_ANY_BIT, thread, 1, 0), instruction(RETURN, refuse(libc::EPERM))]);
    }
    out.push(instruction(RETURN, ALLOW));
    out
}

/// Stream and datagram sockets of IPv4 and IPv6 by their ordinary protocols, and asking about the network's interfaces.
fn socket(network: Network) -> Vec<Instruction> {
    let no_family = instruction(RETURN, refuse(libc::EAFNOSUPPORT));
    if network == Network::Refused {
        return vec![no_family];
    }
    let no_kind = instruction(RETURN, refuse(libc::EPERM));
    let kind = (libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC).cast_unsigned();
    let number = i32::cast_unsigned;
    vec![
        instruction(LOAD, argument(0)),
        branch(JUMP_EQUAL, number(libc::AF_INET), 6, 0),
        branch(JUMP_EQUAL, number(libc::AF_INET6), 5, 0),
        branch(JUMP_EQUAL, number(libc::AF_NETLINK), 1, 0),
        no_family,
        // Netlink: only its family 0, which tells of interfaces and routes.
        instruction(LOAD, argument(2)),
        branch(JUMP_EQUAL, number(libc::NETLINK_ROUTE), 0, 9),
        instruction(RETURN, ALLOW),
        // Without the flags the kind must be one of two,
        instruction(LOAD, argument(1)),
        instruction(AND, !kind),
        branch(JUMP_EQUAL, number(libc::SOCK_STREAM), 1, 0),
        branch(JUMP_EQUAL, number(libc::SOCK_DGRAM), 0, 4),
        // and the protocol the ordinary one of either, by number or by default.
        instruction(LOAD, argument(2)),
        branch(JUMP_EQUAL, 0, 3, 0),
        branch(JUMP_EQUAL, number(libc::IPPROTO_TCP), 2, 0),
        branch(JUMP_EQUAL, number(libc::IPPROTO_UDP), 1, 0),
        no_kind,
        instruction(RETURN, ALLOW),
    ]
}

/// Local pairs that stay connected to each other: a datagram socket could send elsewhere.
fn socket_pair() -> Vec<Instruction> {
    let flags = (libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC).cast_unsigned();
    vec![
        instruction(LOAD, argument(0)),
        branch(JUMP_EQUAL, libc::AF_UNIX.cast_unsigned(), 1, 0),
        instruction(RETURN, refuse(libc::EAFNOSUPPORT)),
        instruction(LOAD, argument(1)),
        instruction(AND, !flags),
        branch(JUMP_EQUAL, libc::SOCK_STREAM.cast_unsigned(), 2, 0),
        branch(JUMP_EQUAL, libc::SOCK_SEQPACKET.cast_unsigned(), 1, 0),
        instruction(RETURN, refuse(libc::EPERM)),
        instruction(RETURN, ALLOW),
    ]
}

/// Any process or group in sight but the supervisor's; not all of a user's, of which it is one.
fn priority_of_own(users: u32) -> Vec<Instruction> {
    let refused = instruction(RETURN, refuse(libc::EPERM));
    let mut out = vec![instruction(LOAD, argument(0)), branch(JUMP_EQUAL, users, 0, 1), refused];
    out.extend(none_of(1, &[SUPERVISOR], libc::EPERM));
    out
}

/// One process, the caller: not a group, nor all of a user's.
fn priority_of_caller(process: u32) -> Vec<Instruction> {
    let refused = instruction(RETURN, refuse(libc::EPERM));
    vec![
        instruction(LOAD, argument(0)),
        branch(JUMP_EQUAL, process, 1, 0),
        refused,
        instruction(LOAD, argument(1)),
        branch(JUMP_EQUAL, 0, 1, 0),
        refused,
        instruction(RETURN, ALLOW),
    ]
}

/// Pipes, sockets and plain files. The mode is the argument of this index.
fn make_node(index: u32) -> Vec<Instruction> {
    let refused = instruction(RETURN, refuse(libc::EPERM));
    vec![
        instruction(LOAD, argument(index)),
        instruction(AND, libc::S_IFMT),
        branch(JUMP_EQUAL, libc::S_IFCHR, 0, 1),
        refused,
        branch(JUMP_EQUAL, libc::S_IFBLK, 0, 1),
        refused,
        instruction(RETURN, ALLOW),
    ]
}

fn one_of(index: u32, values: &[i32], otherwise: i32) -> Vec<Instruction> {
    member(index, values, ALLOW, refuse(otherwise))
}

fn none_of(index: u32, values: &[i32], found: i32) -> Vec<Instruction> {
    member(index, values, refuse(found), ALLOW)
}

fn member(index: u32, values: &[i32], found: u32, otherwise: u32) -> Vec<Instruction> {
    let mut out = vec![instruction(LOAD, argument(index))];
    for value in values {
        out.extend([branch(JUMP_EQUAL, value.cast_unsigned(), 0, 1), instruction(RETURN, found)]);
    }
    out.push(instruction(RETURN, otherwise));
    out
}

fn no_bits(index: u32, bits: u32, otherwise: i32) -> Vec<Instruction> {
    vec![
        instruction(LOAD, argument(index)),
        branch(JUMP_ANY_BIT, bits, 0, 1),
        instruction(RETURN, refuse(otherwise)),
        instruction(RETURN, ALLOW),
    ]
}

#[cfg(test)]
mod tests;
