//! The calls that the standard library does not have, one function each.

use std::ffi::{CString, c_char, c_int, c_ulong, c_void};
use std::io;

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
compile_error!("the declarations below are those of Linux on 64 bits");

unsafe extern "C" {
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    fn truncate(path: *const c_char, length: i64) -> c_int;
    fn waitpid(process: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn reboot(what: c_int) -> c_int;
    fn fork() -> c_int;
    fn pause() -> c_int;
}

pub const BIND: c_ulong = 0x1000;
pub const MOVE: c_ulong = 0x2000;

/// Mounts a file system of a kind, or `source` itself by the flags above.
pub fn mount_on(source: &str, target: &str, kind: &str, flags: c_ulong) -> io::Result<()> {
    let (source, target, kind) = (text(source)?, text(target)?, text(kind)?);
    // SAFETY: the texts live across the call, and no data is passed.
    let done = unsafe { mount(source.as_ptr(), target.as_ptr(), kind.as_ptr(), flags, std::ptr::null()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes everything out of a file without opening it.
pub fn empty(path: &str) -> io::Result<()> {
    let path = text(path)?;
    // SAFETY: the text lives across the call.
    let done = unsafe { truncate(path.as_ptr(), 0) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn text(text: &str) -> io::Result<CString> {
    CString::new(text).map_err(io::Error::other)
}

/// Takes every child that has ended and that nobody has waited for.
pub fn reap() {
    const NO_WAITING: c_int = 1;
    // SAFETY: no status is asked for.
    while unsafe { waitpid(-1, std::ptr::null_mut(), NO_WAITING) } > 0 {}
}

/// Turns the machine off. Comes back only if that cannot be done.
pub fn turn_off() {
    const POWER_OFF: c_int = 0x4321_FEDC;
    // SAFETY: only a number is passed. Nothing here is worth keeping.
    let _refused = unsafe { reboot(POWER_OFF) };
}

/// Starts a copy of this process that does nothing but wait for its end.
pub fn fork_one_that_waits() -> io::Result<()> {
    // SAFETY: there is one thread, and the copy makes system calls only.
    match unsafe { fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => loop {
            wait_for_the_end();
        },
        _ => Ok(()),
    }
}

/// Waits for a signal, of which only those that end the process come.
pub fn wait_for_the_end() {
    // SAFETY: nothing is passed.
    let _interrupted = unsafe { pause() };
}
