//! Sets the stage for attacks: `stage [OPTIONS] -- PROGRAM [WORDS]` runs a program as somebody, in namespaces of its own and
//! with things left open, and `stage hold FOLDER` keeps decoys alive. It attacks nothing and judges nothing.
//!
//! Options: `--network` makes a network in which every address is this process's own, `--join PID` enters the one of another
//! process, `--mounts` copies the mounts, `--user NUMBER` changes the user, `--refuse` enters a user namespace in which no
//! further one may be made, `--descriptor FILE` leaves a file open as descriptor 9, `--terminal` makes standard input a
//! terminal, `--parent` stays as the parent of the program, `--seconds NUMBER` ends
//! it after so long.

#[path = "../hostile/sys.rs"]
#[allow(dead_code, reason = "shared with the attacks, which need more of it")]
mod sys;

mod hold;
mod network;

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitCode, Stdio};
use sys::{call, number};

type Done<T = ()> = Result<T, String>;

const NEW_MOUNTS: usize = 0x0002_0000;
const NEW_USERS: usize = 0x1000_0000;
const NEW_NETWORK: usize = 0x4000_0000;

const GETGID: i64 = 104;

/// Where the descriptor is that must not be found.
const LEFT_OPEN: usize = 9;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == "hold" => hold::hold(rest).map(|()| ExitCode::SUCCESS),
        _ => run(&words),
    };
    done.unwrap_or_else(|error| {
        eprintln!("stage: {error}");
        ExitCode::from(99)
    })
}

fn run(words: &[String]) -> Done<ExitCode> {
    let mut words = words.iter();
    let mut stays = false;
    let mut terminal = None;
    while let Some(option) = words.next() {
        let mut value = || words.next().ok_or(format!("`{option}` needs a value"));
        match option.as_str() {
            "--network" => network()?,
            "--join" => join(value()?)?,
            "--mounts" => mounts()?,
            "--user" => become_user(value()?)?,
            "--refuse" => refuse()?,
            "--descriptor" => leave_open(value()?)?,
            "--terminal" => terminal = Some(pseudo_terminal()?),
            "--parent" => stays = true,
            "--seconds" => alarm(value()?)?,
            "--" => break,
            _ => return Err(format!("`{option}` is not known")),
        }
    }
    let mut command = Command::new(words.next().ok_or("no program")?);
    command.args(words);
    if let Some((_, inner)) = &terminal {
        command.stdin(Stdio::from(inner.try_clone().map_err(|error| error.to_string())?));
        // SAFETY: between fork and exec only system calls are made.
        unsafe { command.pre_exec(control_terminal) };
    }
    if stays || terminal.is_some() {
        let status = command.status().map_err(|error| error.to_string())?;
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        return Ok(ExitCode::from(u8::try_from(code).unwrap_or(98)));
    }
    Err(command.exec().to_string())
}

/// Ends a program that hangs: an alarm stays when another program is executed.
fn alarm(seconds: &str) -> Done {
    const ALARM: i64 = 37;
    let seconds = seconds.parse().map_err(|_| "seconds are a number")?;
    ask("alarm", call(ALARM, &[seconds])).map(drop)
}

fn ask(what: &str, answer: sys::Answer) -> Done<usize> {
    answer.map_err(|error| format!("{what}: {error}"))
}

fn write(path: &str, text: &str) -> Done {
    std::fs::write(path, text).map_err(|error| format!("{path}: {error}"))
}

fn user() -> usize {
    call(number::GETUID, &[]).unwrap_or(0)
}

/// Enters a user namespace of which this user is the only one, under the same number.
fn own_users() -> Done {
    let user = user();
    let group = call(GETGID, &[]).unwrap_or(0);
    ask("new user namespace", call(number::UNSHARE, &[NEW_USERS]))?;
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/uid_map", &format!("{user} {user} 1"))?;
    write("/proc/self/gid_map", &format!("{group} {group} 1"))
}

/// A network from which nothing leaves, in which every address answers here.
fn network() -> Done {
    if user() != 0 {
        own_users()?;
    }
    ask("new network", call(number::UNSHARE, &[NEW_NETWORK]))?;
    network::route_everything_here()?;
    write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0")?;
    // All groups; where there is one only, that.
    let group = call(GETGID, &[]).unwrap_or(0);
    let range = "/proc/sys/net/ipv4/ping_group_range";
    write(range, "0\t2147483647").or_else(|_| write(range, &format!("{group}\t{group}")))
}

fn join(process: &str) -> Done {
    if user() != 0 {
        enter(process, "user")?;
    }
    enter(process, "net")
}

fn enter(process: &str, kind: &str) -> Done {
    let space =
        File::open(format!("/proc/{process}/ns/{kind}")).map_err(|error| format!("{kind}: {error}"))?;
    ask(kind, call(number::SETNS, &[space.as_raw_fd() as usize, 0])).map(drop)
}

/// Mounts of its own, so that what is done to them is done to nobody else.
fn mounts() -> Done {
    const PRIVATE_ALL: usize = 1 << 18 | 1 << 14;
    ask("new mounts", call(number::UNSHARE, &[NEW_MOUNTS]))?;
    let root = c"/".as_ptr() as usize;
    ask("private mounts", call(number::MOUNT, &[0, root, 0, PRIVATE_ALL, 0])).map(drop)
}

fn become_user(number: &str) -> Done {
    let number: usize = number.parse().map_err(|_| "a user is a number")?;
    if user() == number {
        return Ok(());
    }
    const SETGROUPS: i64 = 116;
    const SETRESUID: i64 = 117;
    const SETRESGID: i64 = 119;
    ask("groups", call(SETGROUPS, &[0, 0]))?;
    ask("group", call(SETRESGID, &[number, number, number]))?;
    ask("user", call(SETRESUID, &[number, number, number])).map(drop)
}

/// A user namespace as on machines that refuse further ones.
fn refuse() -> Done {
    own_users()?;
    write("/proc/sys/user/max_user_namespaces", "0")
}

fn leave_open(path: &str) -> Done {
    const DUP2: i64 = 33;
    let file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
    ask("descriptor", call(DUP2, &[file.as_raw_fd() as usize, LEFT_OPEN])).map(drop)
}

/// Makes standard input the terminal of a session of this process's own.
fn control_terminal() -> std::io::Result<()> {
    const TAKE: usize = 0x540e;
    let taken = call(number::SETSID, &[]).and_then(|_| call(number::IOCTL, &[0, TAKE, 0]));
    taken.map(drop).map_err(|error| std::io::Error::from_raw_os_error(error.0))
}

/// A new terminal: its outer side, to be kept open, and the inner one.
fn pseudo_terminal() -> Done<(File, File)> {
    const UNLOCK: usize = 0x4004_5431;
    const NUMBER: usize = 0x8004_5430;
    let open = |path: &str| {
        const NO_CONTROL: i32 = 0o400;
        let mut options = OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_CONTROL);
        options.read(true).write(true).open(path).map_err(|error| format!("{path}: {error}"))
    };
    let outer = open("/dev/ptmx")?;
    let (fd, zero, mut found) = (outer.as_raw_fd() as usize, 0_i32, 0_i32);
    ask("unlock", call(number::IOCTL, &[fd, UNLOCK, &raw const zero as usize]))?;
    ask("terminal", call(number::IOCTL, &[fd, NUMBER, &raw mut found as usize]))?;
    let inner = open(&format!("/dev/pts/{found}"))?;
    Ok((outer, inner))
}
