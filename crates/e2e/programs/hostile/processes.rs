//! Attacks on processes: signalling, reading and steering those of others, starting some, and outliving one's end.

use super::Attack;
use super::files::word;
use super::kernel::{clone3, pid};
use super::sys::{Outcome, call, done, number, stop, worked};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub fn find(name: &str) -> Option<Attack> {
    others(name).or_else(|| steering(name)).or_else(|| own(name))
}

/// Ignored by default: delivering it does nothing.
const SIGURG: usize = 23;
const SIGCHLD: usize = 17;

/// Signals to others, and looking into them.
fn others(name: &str) -> Option<Attack> {
    Some(match name {
        "signal" => |words| done(call(number::KILL, &[pid(words)?, SIGURG])),
        "signal-thread" => |words| done(call(number::TGKILL, &[pid(words)?, pid(words)?, SIGURG])),
        "signal-any-thread" => |words| done(call(number::TKILL, &[pid(words)?, SIGURG])),
        "signal-queued" => |words| {
            // `siginfo_t` as the C library's sigqueue fills it.
            let mut info = [0_i32; 32];
            info[0] = 23;
            info[2] = -1;
            done(call(number::RT_SIGQUEUEINFO, &[pid(words)?, SIGURG, &raw const info as usize]))
        },
        "signal-descriptor" => |words| {
            let process = call(number::PIDFD_OPEN, &[pid(words)?, 0]).map_err(|error| error.to_string())?;
            done(call(number::PIDFD_SEND_SIGNAL, &[process, SIGURG, 0, 0]))
        },
        "signal-broker" => |_| done(call(number::KILL, &[parent(), SIGURG])),
        "trace" => |words| done(call(number::PTRACE, &[0x4206, pid(words)?, 0, 0])),
        "memory-read" => |words| {
            let (buffer, at) = ([0_u8; 16], number_at(words, 1)?);
            let (here, there) = ([&raw const buffer as usize, 16], [at, 16]);
            let words = [pid(words)?, &raw const here as usize, 1, &raw const there as usize, 1, 0];
            done(call(number::PROCESS_VM_READV, &words))
        },
        "memory-write" => |words| {
            let (buffer, at) = (*b"decoy", number_at(words, 1)?);
            let (here, there) = ([&raw const buffer as usize, 5], [at, 5]);
            let words = [pid(words)?, &raw const here as usize, 1, &raw const there as usize, 1, 0];
            done(call(number::PROCESS_VM_WRITEV, &words))
        },
        "descriptor-copy" => |words| {
            let process = call(number::PIDFD_OPEN, &[pid(words)?, 0]).map_err(|error| error.to_string())?;
            done(call(number::PIDFD_GETFD, &[process, number_at(words, 1)?, 0]))
        },
        "compare" => {
            |words| done(call(number::KCMP, &[call(number::GETPID, &[]).unwrap_or(0), pid(words)?, 1]))
        }
        "advise" => |words| {
            const COLD: usize = 20;
            let process = call(number::PIDFD_OPEN, &[pid(words)?, 0]).map_err(|error| error.to_string())?;
            let there = [number_at(words, 1)? & !4095, 4096];
            done(call(number::PROCESS_MADVISE, &[process, &raw const there as usize, 1, COLD, 0]))
        },
        "move-pages" => |words| done(call(number::MOVE_PAGES, &[pid(words)?, 0, 0, 0, 0, 0])),
        "proc" => |words| {
            super::files::find("read").map_or(Err("misused".into()), |read| {
                read(&[&format!("/proc/{}/{}", process(words)?, word(words, 1)?)])
            })
        },
        "proc-memory" => |words| {
            use std::os::unix::fs::FileExt;
            let file = std::fs::File::open(format!("/proc/{}/mem", process(words)?)).map_err(stop)?;
            worked(file.read_at(&mut [0; 16], number_at(words, 1)? as u64))
        },
        _ => return None,
    })
}

/// Changing how other processes run.
fn steering(name: &str) -> Option<Attack> {
    Some(match name {
        "limits-of" => |words| {
            // Asks for the number of core bytes and sets it to what it was.
            let mut old = [0_u64; 2];
            let who = number_of(process(words)?)?;
            call(number::PRLIMIT64, &[who, 4, 0, &raw mut old as usize])
                .map_err(|error| error.to_string())?;
            done(call(number::PRLIMIT64, &[who, 4, &raw const old as usize, 0]))
        },
        "priority-of" => |words| done(call(number::SETPRIORITY, &[0, number_of(process(words)?)?, 1])),
        "io-priority-of" => {
            |words| done(call(number::IOPRIO_SET, &[1, number_of(process(words)?)?, 2 << 13 | 5]))
        }
        "processors-of" => |words| {
            let all = [u64::MAX; 16];
            done(call(
                number::SCHED_SETAFFINITY,
                &[number_of(process(words)?)?, size_of_val(&all), &raw const all as usize],
            ))
        },
        "scheduler-of" => |words| {
            let zero = 0_u32;
            // SCHED_BATCH, which changes nothing that is felt.
            done(call(
                number::SCHED_SETSCHEDULER,
                &[number_of(process(words)?)?, 3, &raw const zero as usize],
            ))
        },
        _ => return None,
    })
}

/// Starting processes, and not ending.
fn own(name: &str) -> Option<Attack> {
    Some(match name {
        "fork" => |_| child(call(number::FORK, &[])),
        "vfork" => |_| child(call(number::VFORK, &[])),
        "clone" => |_| child(call(number::CLONE, &[SIGCHLD])),
        "clone3" => |_| clone3(0),
        "spawn" => |words| worked(Command::new(word(words, 0)?).stdout(Stdio::null()).status()),
        "effective-user" => |_| match call(number::GETEUID, &[]) {
            Ok(0) => Ok("it is root".into()),
            user => Err(format!("it is user {}", user.unwrap_or(0))),
        },
        // Becomes a program that is root's and has the bit to run as root.
        "set-user-program" => |words| Err(stop(Command::new(word(words, 0)?).arg("effective-user").exec())),
        "user-zero" => |_| match call(number::GETUID, &[]) {
            Ok(0) => Ok("it is root".into()),
            user => Err(format!("it is user {}", user.unwrap_or(1))),
        },
        "capabilities" => |_| {
            let (header, sets) = ([0x2008_0522_u32, 0], [0_u32; 6]);
            call(number::CAPGET, &[&raw const header as usize, &raw const sets as usize])
                .map_err(|error| error.to_string())?;
            // SAFETY: the kernel has written to the array that lives here.
            let effective = unsafe { (&raw const sets[0]).read_volatile() };
            if effective == 0 { Err("it has none".into()) } else { Ok(format!("it has {effective:x}")) }
        },
        "fork-bomb" => fork_bomb,
        "daemon" => daemon,
        "linger" => linger,
        "relay" => relay,
        "runner" => runner,
        "ignore-end" => |_| {
            ignore_signals();
            let _signalled = call(number::KILL, &[call(number::GETPID, &[]).unwrap_or(0), 15]);
            pause(2_500);
            Ok("it is still here".into())
        },
        "stop-itself" => |_| {
            // Whoever is not ended is woken up by its child.
            let own = call(number::GETPID, &[]).unwrap_or(0);
            if call(number::FORK, &[]) == Ok(0) {
                pause(2_500);
                let _woken = call(number::KILL, &[own, 18]);
                let _never = call(number::EXIT, &[0]);
            }
            let _stopped = call(number::KILL, &[own, 19]);
            Ok("it is still here".into())
        },
        _ => return None,
    })
}

fn child(answer: super::sys::Answer) -> Outcome {
    if answer == Ok(0) {
        let _never = call(number::EXIT, &[0]);
    }
    done(answer)
}

fn parent() -> usize {
    call(number::GETPPID, &[]).unwrap_or(0)
}

/// The first word; `parent` for this process's own.
fn process(words: &[&str]) -> Result<String, String> {
    Ok(match word(words, 0)? {
        "parent" => parent().to_string(),
        other => other.to_owned(),
    })
}

fn number_of(text: String) -> Result<usize, String> {
    text.parse().map_err(|_| "misused: a number is wanted".to_owned())
}

fn number_at(words: &[&str], index: usize) -> Result<usize, String> {
    number_of(word(words, index)?.to_owned())
}

fn pause(milliseconds: u64) {
    // Slept in pieces: a signal ends a piece at most.
    let end = Instant::now() + Duration::from_millis(milliseconds);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ignore_signals() {
    unsafe extern "C" {
        fn signal(number: i32, handler: usize) -> usize;
    }
    const IGNORE: usize = 1;
    for number in [1, 2, 3, 13, 14, 15, 20, 21, 22] {
        // SAFETY: ignoring runs no code.
        unsafe { signal(number, IGNORE) };
    }
}

/// Starts 64 processes that wait; through if all of them could be.
fn fork_bomb(_words: &[&str]) -> Outcome {
    let mut started = Vec::new();
    let mut outcome = Ok("64 processes at once".to_owned());
    for _ in 0..64 {
        match call(number::FORK, &[]) {
            Ok(0) => {
                pause(5_000);
                let _never = call(number::EXIT, &[0]);
            }
            Ok(process) => started.push(process),
            Err(error) => {
                outcome = Err(error.to_string());
                break;
            }
        }
    }
    for process in started {
        let _ended = call(number::KILL, &[process, 9]);
    }
    outcome
}

/// Leaves a grandchild behind that has a session of its own, ignores signals and is known by its words.
fn daemon(words: &[&str]) -> Outcome {
    let mark = word(words, 0)?;
    if call(number::FORK, &[]).map_err(|error| error.to_string())? == 0 {
        let _own_session = call(number::SETSID, &[]);
        let nothing = || Stdio::null();
        let grandchild = Command::new("/proc/self/exe")
            .args(["linger", mark])
            .stdin(nothing())
            .stdout(nothing())
            .stderr(nothing())
            .spawn();
        let _never = call(number::EXIT, &[usize::from(grandchild.is_err())]);
    }
    let mut status = 0_i32;
    let any = super::sys::minus(-1);
    call(number::WAIT4, &[any, &raw mut status as usize, 0, 0]).map_err(|error| error.to_string())?;
    if status == 0 { Ok("a grandchild is left".into()) } else { Err("no grandchild could be started".into()) }
}

/// Leaves something behind that is never the same process for long: each one starts the next and ends.
fn runner(words: &[&str]) -> Outcome {
    let nothing = || Stdio::null();
    let mut started = Command::new("/proc/self/exe")
        .args(["relay", word(words, 0)?])
        .stdin(nothing())
        .stdout(nothing())
        .stderr(nothing())
        .spawn()
        .map_err(stop)?;
    worked(started.wait())
}

/// One process after the other, for at most eight seconds.
fn relay(_words: &[&str]) -> Outcome {
    ignore_signals();
    let _own_session = call(number::SETSID, &[]);
    let end = Instant::now() + Duration::from_secs(8);
    while Instant::now() < end {
        match call(number::FORK, &[]) {
            // As long as takes to be found.
            Ok(0) => std::thread::sleep(Duration::from_millis(10)),
            Ok(_) => {
                let _never = call(number::EXIT, &[0]);
            }
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    Ok("it has stayed".into())
}

/// Ignores signals and stays, under the name of its words.
fn linger(words: &[&str]) -> Outcome {
    ignore_signals();
    // Whoever made it end with another is no longer to see to that.
    let _alone = call(number::PRCTL, &[1, 0]);
    word(words, 0)?;
    println!("lingers");
    pause(20_000);
    Ok("it has stayed".into())
}
