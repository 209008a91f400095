//! System calls that no library wraps, one function each.
//!
//! Each takes checked Rust values and answers with the kernel's error number. What they are used for is not known here.

use crate::plan::Instruction;
use rustix::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use rustix::io::Errno;
use std::ffi::{CStr, CString};

type Result<T> = std::result::Result<T, Errno>;

/// What a system call gave back, `-1` being an error.
fn returned(value: libc::c_long) -> Result<libc::c_long> {
    if value == -1 {
        Err(std::io::Error::last_os_error().raw_os_error().map_or(Errno::IO, Errno::from_raw_os_error))
    } else {
        Ok(value)
    }
}

/// Which side of a fork this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one that called, with the number of the new process.
    Parent(i32),
    /// The new one.
    Child,
}

/// Forks into new namespaces (`CLONE_NEW…`), or plainly where `namespaces` is 0.
///
/// The new process is a copy that shares nothing. The caller must have one thread only: another thread's locks would stay
/// locked in the copy for ever.
pub(crate) fn clone(namespaces: i32) -> Result<Side> {
    let flags = libc::c_long::from(namespaces) | libc::c_long::from(libc::SIGCHLD);
    // SAFETY: without CLONE_VM and with no stack given, the child goes on on a copy of this one's memory.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0_usize, 0_usize, 0_usize, 0_usize) };
    match returned(pid)? {
        0 => Ok(Side::Child),
        pid => Ok(Side::Parent(i32::try_from(pid).map_err(|_| Errno::OVERFLOW)?)),
    }
}

/// The same into a control group given by its folder (`clone3` with `CLONE_INTO_CGROUP`).
pub(crate) fn clone_into_group(namespaces: i32, group: BorrowedFd<'_>) -> Result<Side> {
    const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;
    #[repr(C)]
    #[derive(Default)]
    struct CloneArguments {
        flags: u64,
        pidfd: u64,
        child_tid: u64,
        parent_tid: u64,
        exit_signal: u64,
        stack: u64,
        stack_size: u64,
        tls: u64,
        set_tid: u64,
        set_tid_size: u64,
        cgroup: u64,
    }
    let arguments = CloneArguments {
        flags: u64::from(namespaces.cast_unsigned()) | CLONE_INTO_CGROUP,
        exit_signal: u64::from(libc::SIGCHLD.cast_unsigned()),
        cgroup: u64::from(group.as_raw_fd().cast_unsigned()),
        ..CloneArguments::default()
    };
    // SAFETY: the structure is the kernel's, lives across the call, and its size is passed; the child has a copy of the memory.
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of::<CloneArguments>()) };
    match returned(pid)? {
        0 => Ok(Side::Child),
        pid => Ok(Side::Parent(i32::try_from(pid).map_err(|_| Errno::OVERFLOW)?)),
    }
}

/// Moves this process into new namespaces.
pub(crate) fn unshare(namespaces: i32) -> Result<()> {
    // SAFETY: only numbers are passed; of what is shared with other threads nothing is touched by namespaces.
    returned(libc::c_long::from(unsafe { libc::unshare(namespaces) })).map(drop)
}

/// Changes attributes of a mount, and of those below it where `recursive`.
pub(crate) fn mount_setattr(
    mount: BorrowedFd<'_>,
    recursive: bool,
    attributes: MountAttributes<'_>,
) -> Result<()> {
    let MountAttributes { set, clear, user_namespace } = attributes;
    let attr = libc::mount_attr {
        attr_set: set | if user_namespace.is_some() { libc::MOUNT_ATTR_IDMAP } else { 0 },
        attr_clr: clear,
        propagation: 0,
        userns_fd: user_namespace.map_or(0, |space| u64::from(space.as_raw_fd().cast_unsigned())),
    };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is a literal, the structure is the kernel's, lives across the call, and its size is passed.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attr,
            size_of::<libc::mount_attr>(),
        )
    };
    returned(done).map(drop)
}

/// What [`mount_setattr`] changes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MountAttributes<'a> {
    /// `MOUNT_ATTR_…` to set.
    pub(crate) set: u64,
    /// The same to clear.
    pub(crate) clear: u64,
    /// The user namespace by which owners are mapped.
    pub(crate) user_namespace: Option<BorrowedFd<'a>>,
}

/// Has every descriptor from `first` on closed when another program is executed.
pub(crate) fn close_on_exec_from(first: u32) -> Result<()> {
    // SAFETY: only numbers are passed; nothing is closed yet.
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    returned(done).map(drop)
}

/// Closes a descriptor whose owner is another process's memory image: in a copy of a process, what the original still owns.
pub(crate) fn close(descriptor: &OwnedFd) {
    // SAFETY: this copy of the process never returns to the owner, so the number is not used again.
    unsafe { libc::close(descriptor.as_raw_fd()) };
}

/// Writes all of it, however often the kernel takes a part.
pub(crate) fn write_all(file: &OwnedFd, mut rest: &[u8]) -> Result<()> {
    while !rest.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(file, rest))?;
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Closes every descriptor above the standard streams but one.
pub(crate) fn close_all_but(kept: &OwnedFd) -> Result<()> {
    let kept = u32::try_from(kept.as_raw_fd()).map_err(|_| Errno::BADF)?;
    for (first, last) in [(3, kept.saturating_sub(1)), (kept + 1, u32::MAX)] {
        if first <= last {
            // SAFETY: only numbers are passed. The caller has nothing else open that it knows of.
            returned(unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) })?;
        }
    }
    Ok(())
}

/// Bytes in a page of memory.
///
/// The C library knows it from the start. What asks the kernel later fails where a jail's supervisor is: `/proc/self/auxv` is
/// closed to it, and only kernels since 6.4 have another way.
pub(crate) fn page_size() -> u64 {
    // SAFETY: only a number is passed.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(bytes).unwrap_or(4096)
}

/// Wipes the words and the environment that this process was started with from its memory.
pub(crate) fn forget_how_started() -> Result<()> {
    // Fields 48 to 51 of /proc/self/stat; the second is in parentheses and may hold anything.
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|_| Errno::IO)?;
    let (_, fields) = stat.rsplit_once(')').ok_or(Errno::IO)?;
    let fields: Vec<usize> =
        fields.split_ascii_whitespace().skip(45).take(4).filter_map(|field| field.parse().ok()).collect();
    let [words, words_end, environment, environment_end] = fields[..] else {
        return Err(Errno::IO);
    };
    for (start, end) in [(words, words_end), (environment, environment_end)] {
        if start == 0 || end < start {
            return Err(Errno::IO);
        }
        let start = std::ptr::with_exposed_provenance_mut::<u8>(start);
        // SAFETY: the kernel laid these bytes out on the stack, below everything that runs, and says where they are; nothing
        // of this process reads its words or environment from here on.
        unsafe { start.write_bytes(0, end - start.addr()) };
    }
    Ok(())
}

/// Takes a capability out of what this thread and its children can ever get. `EINVAL`: there is none of this number.
pub(crate) fn drop_from_bounding_set(number: u64) -> Result<()> {
    // SAFETY: only numbers are passed.
    let done = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, number, 0, 0, 0) };
    returned(libc::c_long::from(done)).map(drop)
}

/// The newest version of Landlock's interface here.
pub(crate) fn landlock_version() -> Result<u32> {
    const VERSION: u32 = 1;
    // SAFETY: with this flag the kernel takes no structure and only answers with a number.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, VERSION) };
    Ok(u32::try_from(returned(version)?).unwrap_or(0))
}

/// A new set of Landlock rules that handles these rights. Bits that the kernel does not know are an error.
pub(crate) fn landlock_create(files: u64, network: u64, scoped: u64) -> Result<OwnedFd> {
    let attr = [files, network, scoped];
    // Older kernels know the structure's start only, and refuse a longer one unless the rest is zero.
    // SAFETY: the array has the layout of `struct landlock_ruleset_attr` and lives across the call.
    let fd =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const attr, size_of_val(&attr), 0) };
    let fd = i32::try_from(returned(fd)?).map_err(|_| Errno::OVERFLOW)?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Gives rights below a path.
pub(crate) fn landlock_allow(rules: BorrowedFd<'_>, path: BorrowedFd<'_>, rights: u64) -> Result<()> {
    const PATH_BENEATH: u32 = 1;
    #[repr(C, packed)]
    struct Beneath {
        rights: u64,
        path: i32,
    }
    let rule = Beneath { rights, path: path.as_raw_fd() };
    // SAFETY: the structure is the kernel's and lives across the call.
    let done = unsafe {
        libc::syscall(libc::SYS_landlock_add_rule, rules.as_raw_fd(), PATH_BENEATH, &raw const rule, 0)
    };
    returned(done).map(drop)
}

/// Puts this thread and what it starts under the rules, for good.
pub(crate) fn landlock_restrict(rules: BorrowedFd<'_>) -> Result<()> {
    // SAFETY: only numbers are passed.
    let done = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules.as_raw_fd(), 0) };
    returned(done).map(drop)
}

/// Puts this thread and what it starts under a filter of system calls, for good.
pub(crate) fn seccomp(filter: &[Instruction]) -> Result<()> {
    const SET_MODE_FILTER: u32 = 1;
    #[repr(C)]
    struct Filter {
        length: u16,
        start: *const Instruction,
    }
    let length = u16::try_from(filter.len()).map_err(|_| Errno::INVAL)?;
    let filter = Filter { length, start: filter.as_ptr() };
    // SAFETY: `Instruction` has the layout of `struct sock_filter`, and the slice lives across the call.
    let done = unsafe { libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, 0, &raw const filter) };
    returned(done).map(drop)
}

/// Becomes another program. Comes back only with an error.
pub(crate) fn execute(path: &CStr, words: &[CString], environment: &[CString]) -> Errno {
    let list = |texts: &[CString]| -> Vec<*const libc::c_char> {
        texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (words, environment) = (list(words), list(environment));
    // SAFETY: both lists end in a null pointer, and they and the texts live across the call.
    let done = unsafe { libc::execve(path.as_ptr(), words.as_ptr(), environment.as_ptr()) };
    returned(libc::c_long::from(done)).err().unwrap_or(Errno::IO)
}

/// Sets every signal to its default action and blocks none.
pub(crate) fn reset_signals() -> Result<()> {
    for signal in 1..=64 {
        // SIGKILL, SIGSTOP and the two that the C library keeps for itself cannot be set; they are at their default.
        // SAFETY: the default action runs no code of ours.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    let none = signal_set(&[]);
    // SAFETY: the set lives across the call; the old one is not asked for.
    let done = unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut()) };
    returned(libc::c_long::from(done)).map(drop)
}

/// Lets children that end vanish without being waited for.
pub(crate) fn ignore_children() {
    // SAFETY: ignoring runs no code of ours.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
}

/// A descriptor that can be read from whenever a child has ended.
pub(crate) fn watch_children() -> Result<OwnedFd> {
    // SAFETY: the default action runs no code of ours.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
    let children = signal_set(&[libc::SIGCHLD]);
    // SAFETY: the set lives across the call.
    let blocked = unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const children, std::ptr::null_mut()) };
    returned(libc::c_long::from(blocked))?;
    // SAFETY: the set lives across the call; -1 asks for a new descriptor.
    let fd = unsafe { libc::signalfd(-1, &raw const children, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    let fd = i32::try_from(returned(libc::c_long::from(fd))?).map_err(|_| Errno::OVERFLOW)?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn signal_set(members: &[i32]) -> libc::sigset_t {
    // SAFETY: a signal set is plain bits; all zero is one.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is ours.
    unsafe { libc::sigemptyset(&raw mut set) };
    for member in members {
        // SAFETY: the set is ours and the number one of its signals.
        unsafe { libc::sigaddset(&raw mut set, *member) };
    }
    set
}

/// Ends this process at once, without anything that the program had planned for its end.
pub(crate) fn leave(code: i32) -> ! {
    // SAFETY: nothing of this process is used afterwards.
    unsafe { libc::_exit(code) }
}
