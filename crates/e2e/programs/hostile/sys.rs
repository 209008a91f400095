//! System calls by number, and what came of them. Nothing here knows what an attack is for.

use std::ffi::{CString, c_int, c_long};
use std::fmt;

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
compile_error!("the numbers below are those of Linux on x86-64");

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
}

/// An error number of the kernel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub c_int);

pub const EPERM: Errno = Errno(1);
pub const ENOSYS: Errno = Errno(38);

impl fmt::Display for Errno {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            1 => "EPERM",
            2 => "ENOENT",
            3 => "ESRCH",
            4 => "EINTR",
            6 => "ENXIO",
            7 => "E2BIG",
            8 => "ENOEXEC",
            9 => "EBADF",
            11 => "EAGAIN",
            12 => "ENOMEM",
            13 => "EACCES",
            14 => "EFAULT",
            16 => "EBUSY",
            17 => "EEXIST",
            18 => "EXDEV",
            19 => "ENODEV",
            20 => "ENOTDIR",
            22 => "EINVAL",
            24 => "EMFILE",
            25 => "ENOTTY",
            27 => "EFBIG",
            28 => "ENOSPC",
            30 => "EROFS",
            38 => "ENOSYS",
            39 => "ENOTEMPTY",
            40 => "ELOOP",
            93 => "EPROTONOSUPPORT",
            94 => "ESOCKTNOSUPPORT",
            95 => "EOPNOTSUPP",
            97 => "EAFNOSUPPORT",
            98 => "EADDRINUSE",
            101 => "ENETUNREACH",
            104 => "ECONNRESET",
            106 => "EISCONN",
            110 => "ETIMEDOUT",
            111 => "ECONNREFUSED",
            113 => "EHOSTUNREACH",
            126 => "ENOKEY",
            other => return write!(out, "errno {other}"),
        };
        out.write_str(name)
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(0))
    }
}

/// What an attack came to: how it got through, or what stopped it.
pub type Outcome = Result<String, String>;

/// What a system call answered.
pub type Answer = Result<usize, Errno>;

/// Makes a system call.
pub fn call(number: c_long, arguments: &[usize]) -> Answer {
    let mut all = [0_usize; 6];
    all.iter_mut().zip(arguments).for_each(|(to, from)| *to = *from);
    let [a, b, c, d, e, f] = all;
    // SAFETY: whatever an attack passes is meant to be looked at by the kernel and refused; what the kernel writes to are
    // buffers that the attacks keep alive across the call.
    let value = unsafe { syscall(number, a, b, c, d, e, f) };
    if value == -1 { Err(std::io::Error::last_os_error().into()) } else { Ok(value.cast_unsigned() as usize) }
}

/// A negative number as an argument.
pub const fn minus(number: isize) -> usize {
    number.cast_unsigned()
}

/// A text for the kernel. It must live as long as the call lasts.
pub fn text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// Through if the call did what was asked.
pub fn done(answer: Answer) -> Outcome {
    answer.map(|value| format!("it answered {value}")).map_err(|error| error.to_string())
}

/// Through if the kernel's own code for the call was reached, which finds fault with the arguments, so that nothing happens.
pub fn reached(answer: Answer) -> Outcome {
    match answer {
        Err(error @ (EPERM | ENOSYS)) => Err(error.to_string()),
        Err(error) => Ok(format!("the kernel found {error}")),
        Ok(value) => Ok(format!("it answered {value}")),
    }
}

/// Through if the call came back at all: for what ends the program in a jail.
pub fn returned(answer: Answer) -> Outcome {
    Ok(match answer {
        Err(error) => format!("it came back with {error}"),
        Ok(value) => format!("it came back with {value}"),
    })
}

/// Through if the closure's I/O worked.
pub fn worked<T>(result: std::io::Result<T>) -> Outcome {
    match result {
        Ok(_) => Ok("it worked".into()),
        Err(error) => Err(stop(error)),
    }
}

/// The error number of an I/O error as text.
pub fn stop(error: std::io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => Errno(number).to_string(),
        None => error.to_string(),
    }
}

/// Numbers of calls on x86-64 (`asm/unistd_64.h`).
pub mod number {
    use std::ffi::c_long;
    macro_rules! numbers {
        ($($name:ident $number:literal)+) => { $(pub const $name: c_long = $number;)+ };
    }
    numbers! {
    MMAP 9 IOCTL 16 SHMGET 29 SHMAT 30 GETPID 39 SOCKET 41 SOCKETPAIR 53 CLONE 56 FORK 57 VFORK 58
    EXIT 60 WAIT4 61 KILL 62 SEMGET 64 SEMCTL 66 MSGGET 68 MSGRCV 70 FCNTL 72 TRUNCATE 76 PTRACE 101 SYSLOG 103 GETUID 102 GETEUID 107 GETPPID 110 SETSID 112 CAPGET 125
    RT_SIGQUEUEINFO 129 MKNOD 133 PERSONALITY 135 SETPRIORITY 141 SCHED_SETSCHEDULER 144 MODIFY_LDT 154
    PIVOT_ROOT 155 PRCTL 157 ADJTIMEX 159 CHROOT 161 ACCT 163 SETTIMEOFDAY 164 MOUNT 165 UMOUNT2 166
    SWAPON 167 SWAPOFF 168 REBOOT 169 SETHOSTNAME 170 SETDOMAINNAME 171 IOPL 172 IOPERM 173 INIT_MODULE 175
    DELETE_MODULE 176 QUOTACTL 179 SETXATTR 188 TKILL 200 SCHED_SETAFFINITY 203 CLOCK_SETTIME 227 TGKILL 234
    MQ_OPEN 240 KEXEC_LOAD 246 ADD_KEY 248 REQUEST_KEY 249 KEYCTL 250 IOPRIO_SET 251 UNSHARE 272 MOVE_PAGES 279 UTIMENSAT 280 PERF_EVENT_OPEN 298 FANOTIFY_INIT 300 PRLIMIT64 302
    NAME_TO_HANDLE_AT 303 OPEN_BY_HANDLE_AT 304 SETNS 308 PROCESS_VM_READV 310 PROCESS_VM_WRITEV 311 KCMP 312
    FINIT_MODULE 313 RENAMEAT2 316 SECCOMP 317 KEXEC_FILE_LOAD 320 BPF 321 USERFAULTFD 323
    PIDFD_SEND_SIGNAL 424 IO_URING_SETUP 425 OPEN_TREE 428 MOVE_MOUNT 429 FSOPEN 430 FSPICK 433 PIDFD_OPEN 434
    CLONE3 435 PIDFD_GETFD 438 PROCESS_MADVISE 440 MOUNT_SETATTR 442 QUOTACTL_FD 443 }
}
