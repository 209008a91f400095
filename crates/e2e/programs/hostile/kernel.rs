//! Attacks on the kernel: calls that steer the machine, leave namespaces, look into other processes' objects, or open large
//! parts of the kernel. Where a call would change the machine, its arguments are such that the kernel finds fault with them.

use super::Attack;
use super::files::word;
use super::sys::{Answer, Outcome, call, done, minus, number, reached, returned, stop, text};
use std::arch::asm;
use std::fs::File;
use std::os::fd::AsRawFd;

pub fn find(name: &str) -> Option<Attack> {
    spaces(name)
        .or_else(|| machine(name))
        .or_else(|| surface(name))
        .or_else(|| fatal(name))
        .or_else(|| shared(name))
}

const NEW_NAMESPACE: usize = 0x0002_0000;
const NEW_USER: usize = 0x1000_0000;
const SIGCHLD: usize = 17;
const DETACH: usize = 2;

/// Namespaces and mounts.
fn spaces(name: &str) -> Option<Attack> {
    Some(match name {
        "unshare-user" => |_| done(call(number::UNSHARE, &[NEW_USER])),
        "unshare-user-mounts" => |_| {
            done(call(number::UNSHARE, &[NEW_USER | NEW_NAMESPACE]))?;
            done(call(number::UMOUNT2, &[c"/proc".as_ptr() as usize, DETACH]))
                .or_else(|by| Ok(format!("then {by}")))
        },
        "unshare-mounts" => |_| done(call(number::UNSHARE, &[NEW_NAMESPACE])),
        "clone-user" => |_| child(call(number::CLONE, &[NEW_USER | SIGCHLD])),
        "clone3-user" => |_| clone3(NEW_USER as u64),
        "setns" => |_| {
            let space = File::open("/proc/self/ns/uts").map_err(stop)?;
            reached(call(number::SETNS, &[space.as_raw_fd() as usize, 0]))
        },
        "setns-process" => |words| {
            let process = call(number::PIDFD_OPEN, &[pid(words)?, 0]).map_err(|error| error.to_string())?;
            reached(call(number::SETNS, &[process, 0x0400_0000]))
        },
        "mount" => |words| mount(Some("tmpfs"), word(words, 0)?, 0),
        "bind" => |words| {
            const BIND: usize = 4096;
            let (from, to) = (text(word(words, 0)?), text(word(words, 1)?));
            done(call(number::MOUNT, &[from.as_ptr() as usize, to.as_ptr() as usize, 0, BIND, 0]))
        },
        "remount" => |words| {
            const BIND_REMOUNT: usize = 4096 | 32;
            mount(None, word(words, 0)?, BIND_REMOUNT)
        },
        "unmount" => {
            |words| reached(call(number::UMOUNT2, &[text(word(words, 0)?).as_ptr() as usize, DETACH]))
        }
        "pivot-root" => |_| {
            let dot = c".".as_ptr() as usize;
            reached(call(number::PIVOT_ROOT, &[dot, dot]))
        },
        "chroot" => |words| done(call(number::CHROOT, &[text(word(words, 0)?).as_ptr() as usize])),
        "open-tree" => |words| {
            const CLONE: usize = 1;
            done(call(number::OPEN_TREE, &[minus(-100), text(word(words, 0)?).as_ptr() as usize, CLONE]))
        },
        "move-mount" => |_| {
            let (from, to) = (c"/".as_ptr() as usize, c"/".as_ptr() as usize);
            reached(call(number::MOVE_MOUNT, &[minus(-100), from, minus(-100), to, 0]))
        },
        "fsopen" => |_| done(call(number::FSOPEN, &[c"tmpfs".as_ptr() as usize, 0])),
        "fspick" => |_| done(call(number::FSPICK, &[minus(-100), c"/".as_ptr() as usize, 0])),
        "mount-setattr" => |_| {
            let nothing = [0_u64; 4];
            let words =
                [minus(-100), c"/".as_ptr() as usize, 0, &raw const nothing as usize, size_of_val(&nothing)];
            done(call(number::MOUNT_SETATTR, &words))
        },
        _ => return None,
    })
}

fn mount(kind: Option<&str>, at: &str, flags: usize) -> Outcome {
    let (at, kind) = (text(at), kind.map(text));
    let kind_at = kind.as_ref().map_or(0, |kind| kind.as_ptr() as usize);
    done(call(number::MOUNT, &[kind_at, at.as_ptr() as usize, kind_at, flags, 0]))
}

/// Ends at once where this is the new process.
fn child(answer: Answer) -> Outcome {
    if answer == Ok(0) {
        let _never = call(number::EXIT, &[0]);
    }
    done(answer)
}

pub fn clone3(flags: u64) -> Outcome {
    let mut arguments = [0_u64; 11];
    arguments[0] = flags;
    arguments[4] = SIGCHLD as u64;
    child(call(number::CLONE3, &[&raw const arguments as usize, size_of_val(&arguments)]))
}

/// Time, names and limits of the whole machine.
fn machine(name: &str) -> Option<Attack> {
    Some(match name {
        "clock-settime" => |_| reached(call(number::CLOCK_SETTIME, &[0, 8])),
        "settimeofday" => |_| reached(call(number::SETTIMEOFDAY, &[8, 0])),
        "clock-steer" => |_| {
            // `struct timex`: the status is at byte 40; what is set is what was read.
            let mut state = [0_u64; 26];
            call(number::ADJTIMEX, &[&raw mut state as usize]).map_err(|error| error.to_string())?;
            state[0] = 0x10;
            done(call(number::ADJTIMEX, &[&raw mut state as usize]))
        },
        "sethostname" => |_| reached(call(number::SETHOSTNAME, &[c"x".as_ptr() as usize, 4096])),
        "setdomainname" => |_| reached(call(number::SETDOMAINNAME, &[c"x".as_ptr() as usize, 4096])),
        "syslog" => |_| done(call(number::SYSLOG, &[10, 0, 0])),
        "acct" => |_| reached(call(number::ACCT, &[c"/no/such/place".as_ptr() as usize])),
        "quotactl" => {
            |_| reached(call(number::QUOTACTL, &[0x8000_0701, c"/no/such".as_ptr() as usize, 0, 0]))
        }
        "quotactl-fd" => |_| reached(call(number::QUOTACTL_FD, &[minus(-1), 0, 0, 0])),
        _ => return None,
    })
}

/// Parts of the kernel that have been attacked often.
fn surface(name: &str) -> Option<Attack> {
    Some(match name {
        "io-uring" => |_| {
            let parameters = [0_u8; 120];
            done(call(number::IO_URING_SETUP, &[4, &raw const parameters as usize]))
        },
        "bpf" => |_| {
            // An array of one word.
            let attributes: [u32; 18] = [2, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            done(call(number::BPF, &[0, &raw const attributes as usize, size_of_val(&attributes)]))
        },
        "userfaultfd" => |_| done(call(number::USERFAULTFD, &[1])),
        "perf" => |_| {
            // A software clock of this process, without the kernel.
            let mut attributes = [0_u32; 32];
            attributes[0] = 1;
            attributes[1] = 128;
            attributes[10] = 1 << 5 | 1 << 6;
            done(call(number::PERF_EVENT_OPEN, &[&raw const attributes as usize, 0, minus(-1), minus(-1), 0]))
        },
        "fanotify" => |_| done(call(number::FANOTIFY_INIT, &[0x200, 0])),
        "personality" => |_| done(call(number::PERSONALITY, &[0x004_0000])),
        "modify-ldt" => |_| done(call(number::MODIFY_LDT, &[0, 0, 0])),
        "seccomp-listener" => |_| {
            const NEW_LISTENER: usize = 8;
            let allow: [u64; 1] = [0x7fff_0000_0000_0006];
            let filter: [usize; 2] = [1, &raw const allow as usize];
            call(number::PRCTL, &[38, 1]).map_err(|error| error.to_string())?;
            done(call(number::SECCOMP, &[1, NEW_LISTENER, &raw const filter as usize]))
        },
        // PR_SET_DUMPABLE, PR_SET_PTRACER to any, PR_SET_KEEPCAPS, PR_SET_SECUREBITS.
        "prctl-dumpable" => |_| done(call(number::PRCTL, &[4, 1])),
        "prctl-tracer" => |_| reached(call(number::PRCTL, &[0x5961_6d61, minus(-1)])),
        "prctl-keep" => |_| done(call(number::PRCTL, &[8, 1])),
        "prctl-securebits" => |_| done(call(number::PRCTL, &[28, 1])),
        "type-ahead" => |_| terminal(0x5412),
        // The kernel looks at the lower half of the request only.
        "type-ahead-wide" => |_| terminal(1 << 32 | 0x5412),
        "take-terminal" => |_| {
            let _own_session = call(number::SETSID, &[]);
            reached(call(number::IOCTL, &[0, 0x540e, 1]))
        },
        "line-discipline" => |_| terminal(0x5423),
        // Of a file that is no terminal: the kernel finds fault with that only.
        "console" => |_| {
            let nothing = File::open("/dev/null").map_err(stop)?;
            reached(call(number::IOCTL, &[nothing.as_raw_fd() as usize, 0x541d]))
        },
        "console-keys" => |_| terminal(0x541c),
        "terminal-file" => |_| done(File::open("/dev/ptmx").map(|_| 0).map_err(Into::into)),
        _ => return None,
    })
}

/// Makes a request to the terminal on standard input, with one byte or number that does nothing.
fn terminal(request: usize) -> Outcome {
    let argument = [0_u32; 4];
    reached(call(number::IOCTL, &[0, request, &raw const argument as usize]))
}

/// What no program has a use for: in a jail the program does not live to see the answer.
fn fatal(name: &str) -> Option<Attack> {
    Some(match name {
        "init-module" => |_| returned(call(number::INIT_MODULE, &[0, 0, c"".as_ptr() as usize])),
        "finit-module" => |_| returned(call(number::FINIT_MODULE, &[minus(-1), c"".as_ptr() as usize, 0])),
        "delete-module" => |_| returned(call(number::DELETE_MODULE, &[c"no_such".as_ptr() as usize, 0o4000])),
        "kexec" => |_| returned(call(number::KEXEC_LOAD, &[0, 99, 0, 0])),
        "kexec-file" => |_| returned(call(number::KEXEC_FILE_LOAD, &[minus(-1), minus(-1), 0, 0, 0])),
        // Without its magic numbers it is refused.
        "reboot" => |_| returned(call(number::REBOOT, &[0, 0, 0, 0])),
        "swap-on" => |_| returned(call(number::SWAPON, &[8, 0])),
        "swap-off" => |_| returned(call(number::SWAPOFF, &[8])),
        "ports-level" => |_| returned(call(number::IOPL, &[0])),
        "ports" => |_| returned(call(number::IOPERM, &[0, 0, 0])),
        "x32" => |_| returned(call(0x4000_0000 | number::GETPID, &[])),
        "i386" => |_| {
            let mut value = 20_i64;
            // SAFETY: number 20 of the older table is getpid, which takes nothing and changes only this register.
            unsafe {
                asm!("int 0x80", inout("rax") value, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
            };
            Ok(format!("it came back with {value}"))
        },
        _ => return None,
    })
}

/// Objects that are the user's or the machine's, by number or name.
fn shared(name: &str) -> Option<Attack> {
    Some(match name {
        "shared-memory" => |words| {
            let found = call(number::SHMGET, &[key(words)?, 0, 0]).map_err(|error| error.to_string())?;
            done(call(number::SHMAT, &[found, 0, 0o10_000]))
        },
        "semaphore" => |words| {
            const GET_VALUE: usize = 12;
            let found = call(number::SEMGET, &[key(words)?, 0, 0]).map_err(|error| error.to_string())?;
            done(call(number::SEMCTL, &[found, 0, GET_VALUE]))
        },
        "message-queue" => |words| {
            let found = call(number::MSGGET, &[key(words)?, 0]).map_err(|error| error.to_string())?;
            const NO_WAIT: usize = 0o4000;
            let message = [0_u8; 128];
            done(call(number::MSGRCV, &[found, &raw const message as usize, 64, 0, NO_WAIT]))
        },
        "posix-queue" => {
            |words| done(call(number::MQ_OPEN, &[text(word(words, 0)?).as_ptr() as usize, 0, 0, 0]))
        }
        "key" => |words| {
            const READ: usize = 11;
            let (kind, name) = (c"user", text(word(words, 0)?));
            let words = [kind.as_ptr() as usize, name.as_ptr() as usize, 0, 0];
            let found = call(number::REQUEST_KEY, &words).map_err(|error| error.to_string())?;
            let content = [0_u8; 64];
            done(call(number::KEYCTL, &[READ, found, &raw const content as usize, 64]))
        },
        "add-key" => |_| {
            const THREAD_RING: usize = minus(-1);
            let (kind, name) = (c"user".as_ptr() as usize, c"planted".as_ptr() as usize);
            done(call(number::ADD_KEY, &[kind, name, name, 7, THREAD_RING]))
        },
        _ => return None,
    })
}

fn key(words: &[&str]) -> Result<usize, String> {
    pid(words)
}

/// The first word as a number.
pub fn pid(words: &[&str]) -> Result<usize, String> {
    word(words, 0)?.parse().map_err(|_| "misused: a number is wanted".to_owned())
}
