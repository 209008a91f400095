//! The filter as the kernel would run it: by an interpreter of classic BPF, against the table.

use super::*;

/// What a call looks like to a filter.
#[derive(Debug, Clone, Copy)]
struct Call {
    architecture: u32,
    number: u32,
    arguments: [u64; 6],
}

fn call(number: libc::c_long, arguments: &[u64]) -> Call {
    let mut all = [0; 6];
    all[..arguments.len()].copy_from_slice(arguments);
    Call { architecture: THIS_ARCHITECTURE, number: u32::try_from(number).unwrap(), arguments: all }
}

/// Runs the program, as `bpf(2)` describes it; what it does not know it stops at.
fn run(filter: &[Instruction], call: Call) -> u32 {
    let word = |at: u32| match at {
        NUMBER => call.number,
        ARCHITECTURE => call.architecture,
        at => {
            let argument = call.arguments[usize::try_from((at - 16) / 8).unwrap()];
            u32::try_from(if at % 8 == 0 { argument & 0xffff_ffff } else { argument >> 32 }).unwrap()
        }
    };
    let mut accumulator = 0;
    let mut at = 0;
    for _ in 0..filter.len() {
        let instruction = filter[at];
        let mut jump =
            |is: bool| at += usize::from(if is { instruction.jump_true } else { instruction.jump_false });
        match instruction.code {
            LOAD => accumulator = word(instruction.operand),
            AND => accumulator &= instruction.operand,
            JUMP_EQUAL => jump(accumulator == instruction.operand),
            JUMP_AT_LEAST => jump(accumulator >= instruction.operand),
            JUMP_ANY_BIT => jump(accumulator & instruction.operand != 0),
            JUMP => at += usize::try_from(instruction.operand).unwrap(),
            RETURN => return instruction.operand,
            code => panic!("unknown code {code:#x}"),
        }
        at += 1;
    }
    panic!("it does not end")
}

const STRICT: Variant = Variant {
    processes: Processes::One,
    network: Network::Private,
    ipc: Ipc::Private,
    sight: Sight::Own,
    attributes: Attributes::Open,
};
const FREE: Variant = Variant { processes: Processes::Many, ..STRICT };
const SHARED: Variant = Variant {
    processes: Processes::Many,
    network: Network::Refused,
    ipc: Ipc::Shared,
    sight: Sight::Shared,
    attributes: Attributes::Closed,
};

#[test]
fn every_number_is_treated_as_the_table_says() {
    for variant in [STRICT, FREE, SHARED] {
        let filter = filter(variant);
        for number in 0..1024 {
            let row = ROWS.iter().find(|row| row.number == number);
            let wanted = match row.map(|row| row.treatment) {
                None => refuse(libc::ENOSYS),
                Some(Treatment::Allow) => ALLOW,
                Some(Treatment::Refuse(errno)) => refuse(errno),
                Some(Treatment::Kill) => KILL,
                Some(Treatment::WithOwnIpc) if variant.ipc == Ipc::Private => ALLOW,
                Some(Treatment::WithSpawn) if variant.processes == Processes::Many => ALLOW,
                Some(Treatment::WithNetwork) if variant.network == Network::Private => ALLOW,
                Some(Treatment::WithAttributes) if variant.attributes == Attributes::Open => ALLOW,
                Some(
                    Treatment::WithOwnIpc
                    | Treatment::WithSpawn
                    | Treatment::WithAttributes
                    | Treatment::WithNetwork,
                ) => refuse(libc::EPERM),
                Some(Treatment::Check(_)) => continue,
            };
            let name = row.map_or("no call", |row| row.name);
            assert_eq!(run(&filter, call(number.into(), &[])), wanted, "{name} {number} {variant:?}");
        }
    }
}

#[test]
fn the_filter_is_short_and_every_jump_stays_inside() {
    for variant in [STRICT, FREE, SHARED] {
        let filter = filter(variant);
        assert!(filter.len() < 1000, "{}", filter.len());
        for (at, instruction) in filter.iter().enumerate() {
            let furthest = match instruction.code {
                JUMP => usize::try_from(instruction.operand).unwrap(),
                _ => usize::from(instruction.jump_true.max(instruction.jump_false)),
            };
            assert!(at + 1 + furthest < filter.len() || instruction.code == RETURN, "{at}");
        }
    }
}

#[test]
fn another_architecture_and_x32_end_the_program() {
    let filter = filter(FREE);
    let ordinary = call(libc::SYS_getpid, &[]);
    assert_eq!(run(&filter, ordinary), ALLOW);
    assert_eq!(run(&filter, Call { architecture: 0x4000_0003, ..ordinary }), KILL);
    #[cfg(target_arch = "x86_64")]
    for number in [X32, X32 + ordinary.number, u32::MAX] {
        assert_eq!(run(&filter, Call { number, ..ordinary }), KILL, "{number:#x}");
    }
}

#[test]
fn sockets_are_those_of_the_private_network() {
    let number = |value: i32| u64::try_from(value).unwrap();
    let stream = number(libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK);
    let datagram = number(libc::SOCK_DGRAM);
    let allowed = [
        [number(libc::AF_INET), stream, 0],
        [number(libc::AF_INET6), stream, number(libc::IPPROTO_TCP)],
        [number(libc::AF_INET), datagram, number(libc::IPPROTO_UDP)],
        [number(libc::AF_NETLINK), number(libc::SOCK_RAW), number(libc::NETLINK_ROUTE)],
    ];
    let refused = [
        [number(libc::AF_UNIX), stream, 0],
        [number(libc::AF_PACKET), datagram, 0],
        [number(libc::AF_VSOCK), stream, 0],
        [number(libc::AF_ALG), number(libc::SOCK_SEQPACKET), 0],
        [number(libc::AF_INET), number(libc::SOCK_RAW), number(libc::IPPROTO_ICMP)],
        [number(libc::AF_INET), datagram, number(libc::IPPROTO_ICMP)],
        [number(libc::AF_INET), stream, number(libc::IPPROTO_MPTCP)],
        [number(libc::AF_INET), number(libc::SOCK_SEQPACKET), number(libc::IPPROTO_SCTP)],
        [number(libc::AF_NETLINK), number(libc::SOCK_RAW), number(libc::NETLINK_AUDIT)],
        [1 << 16, stream, 0],
    ];
    for arguments in allowed {
        assert_eq!(run(&filter(STRICT), call(libc::SYS_socket, &arguments)), ALLOW, "{arguments:?}");
        assert_ne!(run(&filter(SHARED), call(libc::SYS_socket, &arguments)), ALLOW, "{arguments:?}");
    }
    for arguments in refused {
        assert_ne!(run(&filter(STRICT), call(libc::SYS_socket, &arguments)), ALLOW, "{arguments:?}");
    }
    let pair = |family, kind| call(libc::SYS_socketpair, &[number(family), kind, 0]);
    assert_eq!(run(&filter(SHARED), pair(libc::AF_UNIX, stream)), ALLOW);
    assert_eq!(run(&filter(SHARED), pair(libc::AF_UNIX, number(libc::SOCK_SEQPACKET))), ALLOW);
    assert_ne!(run(&filter(STRICT), pair(libc::AF_TIPC, stream)), ALLOW);
    // One that sends by address could reach the machine's sockets.
    for kind in [datagram, number(libc::SOCK_RAW)] {
        assert_ne!(run(&filter(STRICT), pair(libc::AF_UNIX, kind)), ALLOW);
    }
}

#[test]
fn arguments_of_other_calls_are_looked_at() {
    let flags = |flags: i32| u64::from(flags.cast_unsigned());
    let thread = flags(libc::CLONE_VM | libc::CLONE_FS | libc::CLONE_SIGHAND | libc::CLONE_THREAD);
    let rows = [
        (STRICT, call(libc::SYS_clone, &[thread]), true),
        (STRICT, call(libc::SYS_clone, &[flags(libc::SIGCHLD)]), false),
        (FREE, call(libc::SYS_clone, &[flags(libc::SIGCHLD)]), true),
        (FREE, call(libc::SYS_clone, &[flags(libc::CLONE_NEWUSER | libc::SIGCHLD)]), false),
        (FREE, call(libc::SYS_clone, &[thread | flags(libc::CLONE_NEWNET)]), false),
        (FREE, call(libc::SYS_ioctl, &[0, libc::TIOCSTI]), false),
        (FREE, call(libc::SYS_ioctl, &[0, libc::TIOCSTI | 1 << 40]), false),
        (FREE, call(libc::SYS_ioctl, &[0, libc::FIONREAD]), true),
        (FREE, call(libc::SYS_prctl, &[flags(libc::PR_SET_NAME)]), true),
        (FREE, call(libc::SYS_prctl, &[flags(libc::PR_SET_DUMPABLE), 0]), false),
        (FREE, call(libc::SYS_prctl, &[flags(libc::PR_SET_MM)]), false),
        (FREE, call(libc::SYS_personality, &[0xffff_ffff]), true),
        (FREE, call(libc::SYS_personality, &[flags(libc::ADDR_NO_RANDOMIZE)]), false),
        (FREE, call(libc::SYS_mknodat, &[0, 0, u64::from(libc::S_IFIFO | 0o600)]), true),
        (FREE, call(libc::SYS_mknodat, &[0, 0, u64::from(libc::S_IFBLK | 0o600)]), false),
        (FREE, call(libc::SYS_prlimit64, &[1]), false),
        (FREE, call(libc::SYS_sched_setaffinity, &[77]), true),
        (FREE, call(libc::SYS_sched_setaffinity, &[1]), false),
        (SHARED, call(libc::SYS_sched_setaffinity, &[77]), false),
        (FREE, call(libc::SYS_setpriority, &[0, 77]), true),
        (FREE, call(libc::SYS_setpriority, &[0, 1]), false),
        (FREE, call(libc::SYS_setpriority, &[1, 1]), false),
        (FREE, call(libc::SYS_setpriority, &[2, 0]), false),
        (SHARED, call(libc::SYS_prlimit64, &[77]), false),
        (SHARED, call(libc::SYS_prlimit64, &[0]), true),
        (SHARED, call(libc::SYS_setpriority, &[0, 0]), true),
        (SHARED, call(libc::SYS_setpriority, &[0, 77]), false),
        (SHARED, call(libc::SYS_setpriority, &[2, 0]), false),
        (SHARED, call(libc::SYS_ioprio_set, &[3, 0]), false),
        (FREE, call(libc::SYS_seccomp, &[1, 0]), true),
        (FREE, call(libc::SYS_seccomp, &[1, 1 << 3]), false),
    ];
    for (variant, call, allowed) in rows {
        assert_eq!(run(&filter(variant), call) == ALLOW, allowed, "{call:?} {variant:?}");
    }
}
