//! The jailer: a small process that exists before any thread, secret or configuration does, and starts jails.
//!
//! It takes sealed plans and descriptors, and nothing else; it knows no policy. A jail is a copy of it, so what it has never
//! known no jail can find in its memory: the words and the environment that the broker was started with are wiped first.
//!
//! INVARIANT: one thread. Only so may copies of it allocate.

use super::channel::{self, Report};
use super::identity::Identity;
use super::step::{Done, During, Step};
use super::supervisor::{Given, supervise};
use super::sys::{self, Side};
use super::tool::Streams;
use super::trees;
use crate::plan::{Plan, Sealed};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use std::sync::Mutex;

/// The broker's end of the jailer.
#[derive(Debug)]
pub struct Jailer {
    /// One request at a time: messages stay whole, but the order of errors would not.
    requests: Mutex<OwnedFd>,
}

/// What a jail's descriptors are, in the order in which they are sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) streams: [OwnedFd; 3],
    pub(crate) setup: OwnedFd,
    pub(crate) lifeline: OwnedFd,
    pub(crate) end: OwnedFd,
}

/// The jailer cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The caller is too late.
    #[error("the jailer must be started before any thread, and there are {threads}")]
    HostThreads {
        /// How many there are.
        threads: usize,
    },
    /// The system refuses.
    #[error("the jailer cannot be started: {0}")]
    Os(#[from] Errno),
}

/// Namespaces of a jail in tier T1.
const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

impl Jailer {
    /// Starts the jailer. To be called first thing in `main`.
    ///
    /// # Errors
    /// Other threads exist already, or the system has no process to spare.
    pub fn start() -> Result<Self, StartError> {
        let threads = std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
        if threads > 1 {
            return Err(StartError::HostThreads { threads });
        }
        let (here, there) = channel::pair()?;
        match sys::clone(0)? {
            Side::Parent(_) => Ok(Self { requests: Mutex::new(here) }),
            Side::Child => {
                drop(here);
                match serve(&there) {
                    Ok(()) => sys::leave(0),
                    Err(_) => sys::leave(1),
                }
            }
        }
    }

    /// The user number that jails have outside.
    pub(crate) fn identity(&self) -> Result<u32, Errno> {
        Identity::choose().map(Identity::user)
    }

    /// Asks for a jail. What becomes of it is told on the request's descriptors.
    pub(crate) fn ask(&self, plan: &Sealed, request: &Request) -> Result<(), Errno> {
        let memory = rustix::fs::memfd_create(c"plan", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        let mut rest = plan.bytes();
        while !rest.is_empty() {
            let written = rustix::io::retry_on_intr(|| rustix::io::write(&memory, rest))?;
            rest = rest.get(written..).unwrap_or_default();
        }
        rustix::fs::fcntl_add_seals(&memory, SEALS)?;
        let [input, output, error] = &request.streams;
        let descriptors = [&memory, input, output, error, &request.setup, &request.lifeline, &request.end];
        // A thread that panicked while sending has sent the whole message or none.
        let socket = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        channel::send(&*socket, b"J", &descriptors.map(AsFd::as_fd))
    }
}

/// A plan that nobody can change any more.
const SEALS: SealFlags =
    SealFlags::WRITE.union(SealFlags::GROW).union(SealFlags::SHRINK).union(SealFlags::SEAL);

/// Starts jails until the broker is gone.
fn serve(socket: &OwnedFd) -> Result<(), Errno> {
    // Away from the terminal: its signals are the broker's to handle.
    rustix::process::setsid()?;
    sys::reset_signals()?;
    sys::forget_how_started()?;
    sys::ignore_children();
    rustix::thread::set_name(c"portcullis-jail")?;
    detach_streams()?;
    // Whatever the broker was started with and did not know of.
    sys::close_all_but(socket)?;
    let mut identity = None;
    let mut owners = None;
    while let Some((_, descriptors)) = channel::receive(socket)? {
        let Ok([memory, input, output, error, setup, lifeline, end]) = <[OwnedFd; 7]>::try_from(descriptors) else {
            continue;
        };
        let streams = Streams { input, output, error };
        let request = Received { memory, streams, setup, lifeline, end };
        if let Err(failure) = jail(&request, socket, &mut identity, &mut owners) {
            // If the broker no longer listens there is nobody to tell.
            let _told = channel::send(&request.setup, &Report::Failed(failure).to_bytes(), &[]);
        }
    }
    Ok(())
}

/// The broker's own streams are not the jails'.
fn detach_streams() -> Result<(), Errno> {
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::CLOEXEC;
    let nothing = rustix::fs::open(c"/dev/null", flags, rustix::fs::Mode::empty())?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    rustix::stdio::dup2_stderr(&nothing)
}

/// What came with a request.
#[derive(Debug)]
pub(super) struct Received {
    memory: OwnedFd,
    pub(super) streams: Streams,
    /// Where steps are reported, and the word to go on comes from.
    pub(super) setup: OwnedFd,
    /// Reads as ended when the broker is gone or has had enough.
    pub(super) lifeline: OwnedFd,
    /// Where the end is told.
    pub(super) end: OwnedFd,
}

fn jail(
    request: &Received,
    socket: &OwnedFd,
    identity: &mut Option<Identity>,
    owners: &mut Option<OwnedFd>,
) -> Done<()> {
    let plan = read_plan(&request.memory).during(Step::Receive)?;
    let identity = match identity {
        Some(identity) => *identity,
        None => *identity.insert(Identity::choose().during(Step::Identity)?),
    };
    let opened = match &plan.root {
        Some(root) if identity.privileged && !identity.is_root() => {
            let owners = match owners {
                Some(owners) => owners,
                None => owners.insert(identity.owners().during(Step::Trees)?),
            };
            Some(trees::open_all(root, Some(owners.as_fd()))?)
        }
        _ => None,
    };
    let (mapped, release) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).during(Step::Namespaces)?;
    let enclosed = plan.root.as_ref().map(|root| root.identity);
    match sys::clone(if enclosed.is_some() { NAMESPACES } else { 0 }).during(Step::Namespaces)? {
        Side::Child => {
            drop(release);
            // The jail must neither hear requests nor keep the broker from seeing that the jailer is gone.
            sys::close(socket);
            sys::close(&request.memory);
            owners.iter().for_each(sys::close);
            supervise(&Given { plan, request, identity, mapped }, opened)
        }
        Side::Parent(child) => {
            if let Some(inside) = enclosed {
                identity.map(child, inside).during(Step::Identity)?;
            }
            drop(release);
            Ok(())
        }
    }
}

fn read_plan(memory: &OwnedFd) -> Result<Plan, Errno> {
    if !rustix::fs::fcntl_get_seals(memory)?.contains(SEALS) {
        return Err(Errno::PERM);
    }
    let length = usize::try_from(rustix::fs::fstat(memory)?.st_size).map_err(|_| Errno::OVERFLOW)?;
    let mut bytes = vec![0; length];
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
        match rustix::io::pread(memory, rest, at as u64)? {
            0 => return Err(Errno::IO),
            read => at += read,
        }
    }
    Plan::open(&bytes).map_err(|_| Errno::BADMSG)
}
