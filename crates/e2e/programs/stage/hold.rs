//! Decoys that have to be alive: a process with secrets in its memory, environment and descriptors, listeners on local and
//! internet sockets, and objects that are found by number or name. They last until standard input ends.

use super::sys::{call, minus, number, text};
use super::{Done, ask};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::thread;

/// What every listener says.
const GREETING: &[u8] = b"decoy";

/// Ports that the listeners are on: those that jails know, and some that they do not.
const STREAMS: [u16; 7] = [22, 53, 80, 443, 2375, 5432, 9999];
const DATAGRAMS: [u16; 4] = [53, 123, 443, 9999];

const SECRET: [u8; 16] = *b"decoy in memory!";

/// Holds everything, with what has a place in the folder; says what is where on standard output.
pub fn hold(words: &[String]) -> Done {
    let folder = words.first().ok_or("no folder")?;
    let process = std::process::id();
    // Where only descendants may be traced, these decoys may be by anybody of the same user.
    let _tracer = call(number::PRCTL, &[0x5961_6d61, minus(-1)]);
    // Aligned to a page of its own, and never given back.
    let address = Box::leak(Box::new([SECRET; 1024])).as_ptr() as usize;
    let mut facts = vec![("pid", process.to_string()), ("address", address.to_string())];
    // A pipe with a name that somebody listens to: a folder that is only to be read does not keep others from writing to it.
    let (named, read_and_write) = (text(&format!("{folder}/declared/pipe")), 2);
    ask("pipe", call(number::MKNOD, &[named.as_ptr() as usize, 0o010_600, 0]))?;
    let _listens = ask("pipe", call(2, &[named.as_ptr() as usize, read_and_write, 0]))?;
    let secret = File::open(format!("{folder}/held")).map_err(|error| format!("held: {error}"))?;
    facts.push(("fd", secret.as_raw_fd().to_string()));
    local(folder, process)?;
    facts.push(("abstract", format!("portcullis-decoy-{process}")));
    internet()?;
    let objects = Objects::make(process)?;
    facts.push(("ipc", objects.key.to_string()));
    facts.push(("name", format!("portcullis-decoy-{process}")));
    let mut out = std::io::stdout();
    for (name, value) in facts {
        writeln!(out, "{name}={value}").map_err(|error| error.to_string())?;
    }
    writeln!(out, "ready").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    let ended = std::io::stdin().read_to_end(&mut Vec::new());
    drop((objects, secret));
    ended.map(drop).map_err(|error| error.to_string())
}

fn local(folder: &str, process: u32) -> Done {
    let name = format!("portcullis-decoy-{process}");
    let address = SocketAddr::from_abstract_name(&name).map_err(|error| error.to_string())?;
    let datagrams =
        SocketAddr::from_abstract_name(format!("{name}-datagram")).map_err(|error| error.to_string())?;
    let mut listeners = vec![UnixListener::bind_addr(&address).map_err(|error| error.to_string())?];
    for path in ["agent.sock", "docker.sock", "declared/stream.sock"] {
        let listener = UnixListener::bind(format!("{folder}/{path}"));
        listeners.push(listener.map_err(|error| format!("{path}: {error}"))?);
    }
    for listener in listeners {
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _gone = stream.write_all(GREETING);
            }
        });
    }
    let mut heard = vec![UnixDatagram::bind_addr(&datagrams).map_err(|error| error.to_string())?];
    for path in ["log.sock", "declared/log.sock"] {
        heard.push(
            UnixDatagram::bind(format!("{folder}/{path}")).map_err(|error| format!("{path}: {error}"))?,
        );
    }
    for socket in heard {
        thread::spawn(move || while socket.recv(&mut [0; 64]).is_ok() {});
    }
    Ok(())
}

fn internet() -> Done {
    for port in STREAMS {
        let listener = TcpListener::bind(("::", port)).map_err(|error| format!("port {port}: {error}"))?;
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _gone = stream.write_all(GREETING);
            }
        });
    }
    for port in DATAGRAMS {
        // One for each family: an answer has to come from the address that was asked, which connecting sees to.
        for any in ["0.0.0.0", "::"] {
            let socket = if any == "::" {
                only_six(port)?
            } else {
                UdpSocket::bind((any, port)).map_err(|error| format!("port {port}: {error}"))?
            };
            thread::spawn(move || answer(&socket));
        }
    }
    Ok(())
}

/// A socket for IPv6 that leaves IPv4 to another.
fn only_six(port: u16) -> Done<UdpSocket> {
    use std::os::fd::FromRawFd;
    const SETSOCKOPT: i64 = 54;
    const BIND: i64 = 49;
    let socket = ask("socket", call(number::SOCKET, &[10, 2, 0]))?;
    let one = 1_i32;
    ask("only IPv6", call(SETSOCKOPT, &[socket, 41, 26, &raw const one as usize, 4]))?;
    let mut address = [0_u8; 28];
    address[0] = 10;
    address[2..4].copy_from_slice(&port.to_be_bytes());
    ask("bind", call(BIND, &[socket, &raw const address as usize, address.len()]))?;
    let socket = i32::try_from(socket).map_err(|_| "a large descriptor")?;
    // SAFETY: the descriptor has just been made, and nothing else owns it.
    Ok(unsafe { UdpSocket::from_raw_fd(socket) })
}

/// Answers whoever asks. Where every address is this machine's own, whoever asks has the address that it asks as its own
/// too, and so the answer comes from there.
fn answer(socket: &UdpSocket) {
    let mut bytes = [0; 64];
    loop {
        match socket.recv_from(&mut bytes) {
            Ok((_, from)) => {
                let _gone = socket.send_to(GREETING, from);
            }
            Err(_) => return,
        }
    }
}

/// System V objects, a message queue and a key, gone with this value.
struct Objects {
    key: u32,
    memory: usize,
    semaphore: usize,
    queue: usize,
    name: String,
    secret: usize,
}

impl Objects {
    fn make(process: u32) -> Done<Self> {
        const MAKE: usize = 0o1000 | 0o600;
        const MQ_MAKE: usize = 0o102;
        const USER_RING: usize = minus(-4);
        const MSGSND: i64 = 69;
        let key = 0x0dec_0000 ^ process;
        let at = key as usize;
        let name = format!("portcullis-decoy-{process}");
        let memory = ask("shared memory", call(number::SHMGET, &[at, 4096, MAKE]))?;
        let semaphore = ask("semaphore", call(number::SEMGET, &[at, 1, MAKE]))?;
        let queue = ask("queue", call(number::MSGGET, &[at, MAKE]))?;
        let mut message = [0_u64; 4];
        message[0] = 1;
        for _ in 0..16 {
            ask("message", call(MSGSND, &[queue, &raw const message as usize, 8, 0]))?;
        }
        let queue_name = text(&name);
        // One short message: a user may have few bytes of queues in all.
        let small = [0_u64, 1, 8, 0, 0, 0, 0, 0];
        let words = [queue_name.as_ptr() as usize, MQ_MAKE, 0o600, &raw const small as usize];
        ask("message queue", call(number::MQ_OPEN, &words))?;
        let (kind, label) = (c"user", text(&name));
        let words = [
            kind.as_ptr() as usize,
            label.as_ptr() as usize,
            SECRET.as_ptr() as usize,
            SECRET.len(),
            USER_RING,
        ];
        let secret = ask("key", call(number::ADD_KEY, &words))?;
        const SET_PERMISSIONS: usize = 5;
        let _may_be_kept = call(number::KEYCTL, &[SET_PERMISSIONS, secret, 0x3f3f_0000]);
        std::fs::write(format!("/dev/shm/{name}"), SECRET).map_err(|error| format!("/dev/shm: {error}"))?;
        Ok(Self { key, memory, semaphore, queue, name, secret })
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        const MQ_UNLINK: i64 = 241;
        const REMOVE: usize = 0;
        const UNLINK: usize = 9;
        let name = text(&self.name);
        let gone = [
            call(31, &[self.memory, REMOVE, 0]),
            call(number::SEMCTL, &[self.semaphore, 0, REMOVE]),
            call(71, &[self.queue, REMOVE, 0]),
            call(MQ_UNLINK, &[name.as_ptr() as usize]),
            call(number::KEYCTL, &[UNLINK, self.secret, minus(-4)]),
        ];
        let file = std::fs::remove_file(format!("/dev/shm/{}", self.name));
        if gone.iter().any(Result::is_err) || file.is_err() {
            eprintln!("stage: something is left behind: {gone:?} {file:?}");
        }
    }
}
