//! The jailer: a small process that exists before any thread, secret or configuration does, and starts jails.
//!
//! It takes sealed plans and descriptors, and nothing else; it knows no policy. A jail is a copy of it, so what it has never
//! known no jail can find in its memory: the words and the environment that the broker was started with are wiped first.
//!
//! INVARIANT: one thread. Only so may copies of it allocate.

use super::channel::{self, Cause, Ending, Report};
use super::groups::{Group, Groups};
use super::identity::Identity;
use super::step::{Done, During, Failure, Step};
use super::supervisor::{Given, supervise};
use super::sys::{self, Side};
use super::tool::Streams;
use super::trees::{self, OwnerMaps};
use crate::plan::{GroupUse, Plan, Sealed};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, getpid};
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
        let threads = std::fs::read_dir("/proc/self/task")
            .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?
            .count();
        if threads > 1 {
            return Err(StartError::HostThreads { threads });
        }
        let (here, there) = channel::pair()?;
        let broker = getpid().as_raw_nonzero().get();
        match sys::clone(0)? {
            Side::Parent(_) => Ok(Self { requests: Mutex::new(here) }),
            Side::Child => {
                drop(here);
                match serve(&there, broker) {
                    Ok(()) => sys::leave(0),
                    Err(_) => sys::leave(1),
                }
            }
        }
    }

    /// The user number that jails have outside; none where that is root's.
    pub(crate) fn identity() -> Result<Option<u32>, Errno> {
        Identity::choose().map(|identity| (!identity.is_root()).then(|| identity.user()))
    }

    /// Whether the broker is root, as far as its namespace goes.
    pub(crate) fn is_root() -> Result<bool, Errno> {
        Identity::choose().map(|identity| identity.is_root() || identity.maps_owners())
    }

    /// Whether jails can have control groups of their own, or why not.
    pub(crate) fn control_groups(&self) -> Result<(), String> {
        let ask = || -> Result<String, Errno> {
            let (here, there) = channel::pair()?;
            let socket = self.requests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            channel::send(&*socket, b"G", &[there.as_fd()])?;
            drop((socket, there));
            let (answer, _) = channel::receive(&here)?.ok_or(Errno::PIPE)?;
            Ok(String::from_utf8_lossy(answer.get(1..).unwrap_or_default()).into_owned())
        };
        match ask() {
            Ok(why) if why.is_empty() => Ok(()),
            Ok(why) => Err(why),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Asks for a jail. What becomes of it is told on the request's descriptors.
    pub(crate) fn ask(&self, plan: &Sealed, request: &Request) -> Result<(), Errno> {
        let memory = rustix::fs::memfd_create(c"plan", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        sys::write_all(&memory, plan.bytes())?;
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
fn serve(socket: &OwnedFd, broker: i32) -> Result<(), Errno> {
    // Away from the terminal: its signals are the broker's to handle.
    rustix::process::setsid()?;
    sys::reset_signals()?;
    sys::forget_how_started()?;
    sys::ignore_children();
    rustix::thread::set_name(c"portcullis-jail")?;
    detach_streams()?;
    // Whatever the broker was started with and did not know of.
    sys::close_all_but(socket)?;
    let mut jailer =
        Making { socket, broker, identity: None, owners: None, groups: None, grouped: Vec::new() };
    let done = jailer.serve();
    jailer.clear_up();
    done
}

/// What the jailer has and knows.
struct Making<'a> {
    socket: &'a OwnedFd,
    broker: i32,
    identity: Option<Identity>,
    owners: Option<OwnerMaps>,
    /// Looked for when first wanted.
    groups: Option<Result<Groups, String>>,
    grouped: Vec<Grouped>,
}

/// A jail in a control group.
struct Grouped {
    group: Group,
    supervisor: OwnedFd,
    /// Where to say that it ran out of memory: the kernel ends the supervisor with the rest.
    end: OwnedFd,
}

impl Making<'_> {
    fn serve(&mut self) -> Result<(), Errno> {
        loop {
            let mut watched = vec![PollFd::new(self.socket, PollFlags::IN)];
            watched
                .extend(self.grouped.iter().map(|grouped| PollFd::new(&grouped.supervisor, PollFlags::IN)));
            rustix::io::retry_on_intr(|| poll(&mut watched, None))?;
            let [asked, ended @ ..] = watched.as_slice() else {
                return Ok(());
            };
            let asked = !asked.revents().is_empty();
            let ended: Vec<_> = ended.iter().map(|supervisor| !supervisor.revents().is_empty()).collect();
            self.end_groups(&ended);
            if asked && !self.hear()? {
                return Ok(());
            }
        }
    }

    /// Takes the next request; false once the broker is gone.
    fn hear(&mut self) -> Result<bool, Errno> {
        let Some((word, descriptors)) = channel::receive(self.socket)? else {
            return Ok(false);
        };
        if word == b"G" {
            let found = self.groups().as_ref().map_or_else(Clone::clone, |_| String::new());
            if let [answer] = descriptors.as_slice() {
                // Whoever asked may have gone.
                let _told = channel::send(answer, format!("G{found}").as_bytes(), &[]);
            }
            return Ok(true);
        }
        if word != b"J" {
            return Ok(true);
        }
        let Ok([memory, input, output, error, setup, lifeline, end]) = <[OwnedFd; 7]>::try_from(descriptors)
        else {
            return Ok(true);
        };
        let streams = Streams { input, output, error };
        let request = Received { memory, streams, setup, lifeline, end };
        if let Err(failure) = self.jail(&request) {
            // If the broker no longer listens there is nobody to tell.
            let _told = channel::send(&request.setup, &Report::Failed(failure).to_bytes(), &[]);
        }
        Ok(true)
    }

    fn groups(&mut self) -> &mut Result<Groups, String> {
        let broker = self.broker;
        self.groups.get_or_insert_with(|| Groups::find(broker))
    }

    /// Removes the groups of jails that have ended, and says of which the memory was the end.
    fn end_groups(&mut self, ended: &[bool]) {
        for index in (0..self.grouped.len()).rev() {
            if ended.get(index).copied().unwrap_or(false) {
                let Grouped { group, supervisor: _, end } = self.grouped.swap_remove(index);
                if group.ran_out_of_memory() {
                    let ending = Ending { status: libc::SIGKILL, cause: Cause::Memory };
                    // If the broker no longer listens there is nobody to tell.
                    let _told = channel::send(&end, &ending.to_bytes(), &[]);
                }
                group.end();
            }
        }
    }

    fn clear_up(&mut self) {
        for grouped in self.grouped.drain(..) {
            grouped.group.end();
        }
        if let Some(Ok(groups)) = &mut self.groups {
            groups.leave();
        }
    }

    fn jail(&mut self, request: &Received) -> Done<()> {
        let plan = read_plan(&request.memory).during(Step::Receive)?;
        let identity = match self.identity {
            Some(identity) => identity,
            None => *self.identity.insert(Identity::choose().during(Step::Identity)?),
        };
        let opened = self.open_trees(&plan, identity)?;
        let group = self.group(&plan)?;
        let (mapped, release) =
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).during(Step::Namespaces)?;
        let enclosed = plan.root.as_ref().map(|root| root.identity);
        let namespaces = if enclosed.is_some() { NAMESPACES } else { 0 };
        let cloned = match &group {
            Some(group) => sys::clone_into_group(namespaces, group.descriptor()),
            None => sys::clone(namespaces),
        };
        match cloned.during(Step::Namespaces)? {
            Side::Child => {
                drop((release, group));
                self.forget(request);
                supervise(&Given { plan, request, identity, mapped }, opened)
            }
            Side::Parent(child) => {
                if let Some(group) = group {
                    self.watch(group, child, request)?;
                }
                if let Some(inside) = enclosed {
                    identity.map(child, inside).during(Step::Identity)?;
                }
                drop(release);
                Ok(())
            }
        }
    }

    /// Closes, in a jail, what is the jailer's alone: a jail must neither hear requests nor keep the broker from seeing that
    /// the jailer is gone.
    fn forget(&mut self, request: &Received) {
        sys::close(self.socket);
        sys::close(&request.memory);
        self.owners.iter().flat_map(OwnerMaps::all).for_each(sys::close);
        for Grouped { group: _, supervisor, end } in &self.grouped {
            sys::close(supervisor);
            sys::close(end);
        }
    }

    /// Opens the binds here, where only the jailer's power over other users can show them as the jail's own.
    fn open_trees(&mut self, plan: &Plan, identity: Identity) -> Done<Option<Vec<OwnedFd>>> {
        let Some(root) = plan.root.as_ref().filter(|_| identity.maps_owners()) else {
            return Ok(None);
        };
        let owners = self.owners.get_or_insert_with(|| OwnerMaps::new(identity));
        trees::open_all(root, Some(owners)).map(Some)
    }

    /// A control group, where the plan wants one.
    fn group(&mut self, plan: &Plan) -> Done<Option<Group>> {
        if plan.limits.group == GroupUse::None {
            return Ok(None);
        }
        let refused = |why: String| Failure { step: Step::Group, errno: Errno::ACCESS, about: why };
        let groups = self.groups().as_mut().map_err(|why| refused(why.clone()))?;
        let processes = plan.limits.processes.unwrap_or(u64::from(u16::MAX));
        groups.make(&plan.limits, processes).map(Some).map_err(refused)
    }

    fn watch(&mut self, group: Group, child: i32, request: &Received) -> Done<()> {
        let pid = Pid::from_raw(child).ok_or(Errno::SRCH).during(Step::Group)?;
        let supervisor = rustix::process::pidfd_open(pid, PidfdFlags::empty()).during(Step::Group)?;
        let end = rustix::io::fcntl_dupfd_cloexec(&request.end, 3).during(Step::Group)?;
        self.grouped.push(Grouped { group, supervisor, end });
        Ok(())
    }
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
