//! Attacks on files: reading, changing and replacing what was not declared for it, by every way around a path check.

use super::Attack;
use super::sys::{Outcome, call, done, minus, number, reached, stop, text, worked};
use std::fs::{File, OpenOptions, rename, symlink_metadata};
use std::io::{Read, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

pub fn find(name: &str) -> Option<Attack> {
    Some(match name {
        "read" => read,
        "write" => write,
        "open-write-any" => open_write_any,
        "list" => list,
        "hard-link-write" => hard_link_write,
        "hard-link-read" => hard_link_read,
        "rename" => |words| worked(rename(word(words, 0)?, word(words, 1)?)),
        "rename-then-read" => rename_then_read,
        "rename-then-write" => rename_then_write,
        "replace" => replace,
        "unlink-and-make" => unlink_and_make,
        "exchange" => exchange,
        "make-folder" => |words| worked(std::fs::create_dir(word(words, 0)?)),
        "symlink-read" => symlink_read,
        "symlink-write" => symlink_write,
        "symlink-race" => symlink_race,
        "truncate" => |words| done(call(number::TRUNCATE, &[text(word(words, 0)?).as_ptr() as usize, 1])),
        "chmod" => chmod,
        "chown" => chown,
        "xattr" => xattr,
        "utime" => {
            |words| done(call(number::UTIMENSAT, &[AT_FDCWD, text(word(words, 0)?).as_ptr() as usize, 0, 0]))
        }
        "stat" => |words| worked(symlink_metadata(word(words, 0)?)),
        "readlink" => |words| worked(std::fs::read_link(word(words, 0)?)),
        "mmap-write" => mmap_write,
        "path-reopen" => path_reopen,
        "descriptor-reopen" => descriptor_reopen,
        "make-device" => make_device,
        "set-user-file" => set_user_file,
        "set-user-create" => set_user_create,
        "set-user-create-newer" => set_user_create_newer,
        "set-user-node" => |words| {
            let path = text(word(words, 0)?);
            done(call(number::MKNOD, &[path.as_ptr() as usize, 0o104_755, 0]))
        },
        "watch" => |words| {
            const INIT: i64 = 294;
            const ADD: i64 = 254;
            let watcher = call(INIT, &[0]).map_err(|error| error.to_string())?;
            done(call(ADD, &[watcher, text(word(words, 0)?).as_ptr() as usize, 0x100]))
        },
        "enter" => |words| worked(std::env::set_current_dir(word(words, 0)?)),
        "handle" => handle,
        "handle-open" => handle_open,
        "inherited" => inherited,
        "any-inherited" => any_inherited,
        _ => return None,
    })
}

const AT_FDCWD: usize = minus(-100);

pub fn word<'a>(words: &[&'a str], index: usize) -> Result<&'a str, String> {
    words.get(index).copied().ok_or_else(|| format!("misused: word {index} is missing"))
}

/// Reads a file; where a second word is given, only what holds it counts.
fn read(words: &[&str]) -> Outcome {
    let mut file = File::open(word(words, 0)?).map_err(stop)?;
    let mut bytes = vec![0; 1 << 16];
    let length = file.read(&mut bytes).map_err(stop)?;
    let found = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default()).into_owned();
    match words.get(1) {
        Some(wanted) if !found.contains(wanted) => Err("it holds nothing of the kind".into()),
        // Words that were wiped are read as zeros.
        _ if found.trim_end_matches('\0').is_empty() => Err("it is empty".into()),
        _ => Ok(format!("{length} bytes read")),
    }
}

fn write(words: &[&str]) -> Outcome {
    let mut file = OpenOptions::new().append(true).open(word(words, 0)?).map_err(stop)?;
    worked(file.write_all(b"#"))
}

/// Opens each for writing, writing nothing; through if any could be.
fn open_write_any(words: &[&str]) -> Outcome {
    let mut last = "none is there".to_owned();
    for path in words {
        match OpenOptions::new().write(true).open(path) {
            Ok(_) => return Ok(format!("{path} could be opened")),
            Err(error) if error.raw_os_error() == Some(2) => {}
            Err(error) => last = stop(error),
        }
    }
    Err(last)
}

/// Lists a folder; where a second word is given, only that name counts.
fn list(words: &[&str]) -> Outcome {
    let entries = std::fs::read_dir(word(words, 0)?).map_err(stop)?;
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    match words.get(1) {
        Some(wanted) if !names.iter().any(|name| name == wanted) => Err("it is not listed".into()),
        _ => Ok(format!("{} names listed", names.len())),
    }
}

fn hard_link_write(words: &[&str]) -> Outcome {
    std::fs::hard_link(word(words, 0)?, word(words, 1)?).map_err(stop)?;
    write(words.get(1..).unwrap_or_default())
}

fn hard_link_read(words: &[&str]) -> Outcome {
    std::fs::hard_link(word(words, 0)?, word(words, 1)?).map_err(stop)?;
    read(words.get(1..).unwrap_or_default())
}

/// Moves a folder away and reads a file in it at its new place.
fn rename_then_read(words: &[&str]) -> Outcome {
    rename(word(words, 0)?, word(words, 1)?).map_err(stop)?;
    read(words.get(2..).unwrap_or_default())
}

/// Moves a folder away, makes another in its place and in that a file.
fn rename_then_write(words: &[&str]) -> Outcome {
    rename(word(words, 0)?, word(words, 1)?).map_err(stop)?;
    let file = Path::new(word(words, 2)?);
    std::fs::create_dir_all(file.parent().unwrap_or(file)).map_err(stop)?;
    worked(std::fs::write(file, "planted"))
}

/// Writes a file beside another and moves it over that.
fn replace(words: &[&str]) -> Outcome {
    let (target, beside) = (word(words, 0)?, word(words, 1)?);
    std::fs::write(beside, "planted").map_err(stop)?;
    worked(rename(beside, target))
}

fn unlink_and_make(words: &[&str]) -> Outcome {
    let target = word(words, 0)?;
    std::fs::remove_file(target).map_err(stop)?;
    worked(std::fs::write(target, "planted"))
}

fn exchange(words: &[&str]) -> Outcome {
    const RENAME_EXCHANGE: usize = 2;
    let (one, other) = (text(word(words, 0)?), text(word(words, 1)?));
    done(call(
        number::RENAMEAT2,
        &[AT_FDCWD, one.as_ptr() as usize, AT_FDCWD, other.as_ptr() as usize, RENAME_EXCHANGE],
    ))
}

fn symlink_read(words: &[&str]) -> Outcome {
    symlink(word(words, 0)?, word(words, 1)?).map_err(stop)?;
    read(words.get(1..).unwrap_or_default())
}

fn symlink_write(words: &[&str]) -> Outcome {
    symlink(word(words, 0)?, word(words, 1)?).map_err(stop)?;
    write(words.get(1..).unwrap_or_default())
}

/// One thread keeps exchanging a folder and a link to another; this one reads a file through the name of the folder.
fn symlink_race(words: &[&str]) -> Outcome {
    let (folder, elsewhere, name, wanted) =
        (word(words, 0)?, word(words, 1)?, word(words, 2)?, word(words, 3)?);
    std::fs::create_dir(folder).map_err(stop)?;
    std::fs::write(format!("{folder}/{name}"), "harmless").map_err(stop)?;
    let link = format!("{folder}-link");
    symlink(elsewhere, &link).map_err(stop)?;
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _exchanged = exchange(&[folder, &link]);
            }
        });
        let mut last = Err("the link never led anywhere".into());
        for _ in 0..3000 {
            match read(&[&format!("{folder}/{name}"), wanted]) {
                Ok(how) => {
                    last = Ok(how);
                    break;
                }
                Err(by) => {
                    last = Err(if by.starts_with("it holds") { "the link leads nowhere".into() } else { by })
                }
            }
        }
        over.store(true, Ordering::Relaxed);
        last.map_err(|_| "the link leads nowhere".into())
    })
}

fn chmod(words: &[&str]) -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    worked(std::fs::set_permissions(word(words, 0)?, std::fs::Permissions::from_mode(0o777)))
}

/// Gives a file the owner that it has.
fn chown(words: &[&str]) -> Outcome {
    use std::os::unix::fs::MetadataExt;
    let path = word(words, 0)?;
    let found = symlink_metadata(path).map_err(stop)?;
    worked(std::os::unix::fs::chown(path, Some(found.uid()), Some(found.gid())))
}

fn xattr(words: &[&str]) -> Outcome {
    let (path, name) = (text(word(words, 0)?), c"user.planted");
    let value = b"x";
    done(call(
        number::SETXATTR,
        &[path.as_ptr() as usize, name.as_ptr() as usize, value.as_ptr() as usize, value.len(), 0],
    ))
}

/// Writes to a file through memory.
fn mmap_write(words: &[&str]) -> Outcome {
    const READ_WRITE: usize = 3;
    const SHARED: usize = 1;
    let mut file = OpenOptions::new().read(true).write(true).open(word(words, 0)?).map_err(stop)?;
    let at = call(number::MMAP, &[0, 4096, READ_WRITE, SHARED, file.as_raw_fd() as usize, 0])
        .map_err(|error| error.to_string())?;
    // SAFETY: the kernel has mapped a page there, and the file is not empty.
    unsafe { std::ptr::with_exposed_provenance_mut::<u8>(at).write_volatile(b'#') };
    let mut first = [0];
    file.rewind().and_then(|()| file.read_exact(&mut first)).map_err(stop)?;
    if first == *b"#" { Ok("the file has changed".into()) } else { Err("the file has not changed".into()) }
}

/// Opens a place without any right, then that descriptor for writing.
fn path_reopen(words: &[&str]) -> Outcome {
    const O_PATH: i32 = 0o10_000_000;
    let place = OpenOptions::new().read(true).custom_flags(O_PATH).open(word(words, 0)?).map_err(stop)?;
    write(&[&format!("/proc/self/fd/{}", place.as_raw_fd())])
}

/// Opens a file for reading, then that descriptor for writing.
fn descriptor_reopen(words: &[&str]) -> Outcome {
    let file = File::open(word(words, 0)?).map_err(stop)?;
    write(&[&format!("/proc/self/fd/{}", file.as_raw_fd())])
}

/// Leaves a program behind that runs as this user whoever starts it.
fn set_user_file(words: &[&str]) -> Outcome {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let path = word(words, 0)?;
    std::fs::write(path, "#!/bin/sh\n").map_err(stop)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o4755)).map_err(stop)?;
    let mode = symlink_metadata(path).map_err(stop)?.mode();
    if mode & 0o4000 == 0 { Err("the bit is not set".into()) } else { Ok("the bit is set".into()) }
}

/// The same with the bit from the start.
fn set_user_create(words: &[&str]) -> Outcome {
    use std::os::unix::fs::MetadataExt;
    let path = word(words, 0)?;
    OpenOptions::new().write(true).create_new(true).mode(0o4755).open(path).map_err(stop)?;
    let mode = symlink_metadata(path).map_err(stop)?.mode();
    if mode & 0o4000 == 0 { Err("the bit is not set".into()) } else { Ok("the bit is set".into()) }
}

/// The same by the call that takes its words in memory.
fn set_user_create_newer(words: &[&str]) -> Outcome {
    const OPENAT2: i64 = 437;
    let (path, how) = (text(word(words, 0)?), [0o102_u64, 0o4755, 0]);
    let (at, how_at) = (path.as_ptr() as usize, &raw const how as usize);
    done(call(OPENAT2, &[AT_FDCWD, at, how_at, size_of_val(&how)]))
}

/// Makes a device: memory (1, 1) as a character device, or the first disk.
fn make_device(words: &[&str]) -> Outcome {
    let path = text(word(words, 0)?);
    let (mode, device) = match word(words, 1)? {
        "block" => (0o060_600, 8 << 8),
        _ => (0o020_600, 1 << 8 | 1),
    };
    done(call(number::MKNOD, &[path.as_ptr() as usize, mode, device]))
}

/// `struct file_handle` with room for any.
#[repr(C)]
struct Handle {
    bytes: u32,
    kind: i32,
    handle: [u8; 128],
}

fn handle_of(path: &str) -> Result<Handle, String> {
    let mut handle = Handle { bytes: 128, kind: 0, handle: [0; 128] };
    let (path, mut mount) = (text(path), 0_i32);
    let words = [AT_FDCWD, path.as_ptr() as usize, &raw mut handle as usize, &raw mut mount as usize, 0];
    call(number::NAME_TO_HANDLE_AT, &words).map_err(|error| error.to_string())?;
    Ok(handle)
}

fn handle(words: &[&str]) -> Outcome {
    handle_of(word(words, 0)?).map(|handle| format!("a handle of {} bytes", handle.bytes))
}

/// Opens a file by its handle, past every folder on the way; a made-up handle where it cannot be asked for.
fn handle_open(words: &[&str]) -> Outcome {
    let path = word(words, 0)?;
    let handle = handle_of(path).unwrap_or(Handle { bytes: 8, kind: 1, handle: [2; 128] });
    let mount = File::open(word(words, 1)?).map_err(stop)?;
    reached(call(number::OPEN_BY_HANDLE_AT, &[mount.into_raw_fd() as usize, &raw const handle as usize, 0]))
}

/// Reads from a descriptor that whoever started the jail had open.
fn inherited(words: &[&str]) -> Outcome {
    let number = word(words, 0)?.parse().map_err(|_| "misused: a number is wanted")?;
    // SAFETY: nothing else in this process uses the descriptor; that there may be none is what is asked.
    let mut file = unsafe { File::from_raw_fd(number) };
    let mut bytes = [0; 64];
    let length = file.read(&mut bytes).map_err(stop)?;
    Ok(format!("{length} bytes read"))
}

/// Looks for any descriptor but the three streams.
fn any_inherited(_words: &[&str]) -> Outcome {
    const F_GETFD: usize = 1;
    match (3..1024).find(|fd| call(number::FCNTL, &[*fd, F_GETFD]).is_ok()) {
        Some(found) => Ok(format!("descriptor {found} is open")),
        None => Err("none is open".into()),
    }
}
