//! The process that a jail stands and falls with: it makes the jail from inside, starts the program, reaps what is left over,
//! watches memory and time, and tells how it ended.
//!
//! In tier T1 it is process 1 of the jail's own process namespace: when it ends, the kernel ends everything in it. In T2 it is
//! the reaper of all that the program starts, and ends them itself.

use super::channel::{self, Cause, Ending, Report};
use super::identity::Identity;
use super::step::{Done, During, Failure, Step};
use super::sys::{self, Side};
use super::tool::{self, Streams};
use super::{census, network, root, trees};
use crate::plan::{Plan, Root};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, wait};
use std::time::Duration;

/// Everything a supervisor is given.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) plan: Plan,
    pub(super) streams: Streams,
    /// Where steps are reported, and the word to go on comes from.
    pub(super) setup: OwnedFd,
    /// Reads as ended when the broker is gone or has had enough.
    pub(super) lifeline: OwnedFd,
    /// Where the end is told.
    pub(super) end: OwnedFd,
    /// The jailer.
    pub(super) parent: Parent,
    pub(super) identity: Identity,
    /// Reads as ended once the jail's identity is mapped.
    pub(super) mapped: OwnedFd,
    /// The binds, where the jailer had to open them.
    pub(super) trees: Option<Vec<OwnedFd>>,
}

/// How the supervisor knows that its parent is there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parent {
    /// By its number.
    Numbered(Pid),
    /// It cannot be seen from the jail's process namespace.
    Outside,
}

/// How often memory is looked at where no control group holds it.
const LOOK: Duration = Duration::from_millis(100);

/// Makes the jail, runs the program in it, and ends with it.
pub(super) fn supervise(given: Given) -> ! {
    let end = match given.end.try_clone() {
        Ok(end) => end,
        Err(_) => sys::leave(1),
    };
    match run(given) {
        Ok(ending) => {
            // If the broker is gone there is nobody to tell.
            let _told = channel::send(&end, &ending.to_bytes(), &[]);
            sys::leave(0)
        }
        Err(Told) => sys::leave(1),
    }
}

/// A failure that has been reported.
struct Told;

fn run(given: Given) -> Result<Ending, Told> {
    let setup = given.setup.as_fd();
    let tell = |failure: &Failure| {
        // If the broker is gone there is nobody to tell.
        let _told = channel::send(setup, &Report::Failed(failure.clone()).to_bytes(), &[]);
        Told
    };
    let children = prepare(&given).map_err(|failure| {
        given.plan.scratch.as_deref().map(census::remove_folder);
        tell(&failure)
    })?;
    let supervisor = getpid();
    let program = match sys::clone(0).during(Step::Watch).map_err(|failure| tell(&failure))? {
        Side::Child => {
            let failure = tool::become_program(&given.plan, &given.streams, setup, supervisor);
            tell(&failure);
            sys::leave(127)
        }
        Side::Parent(program) => program,
    };
    let Given { plan, streams, setup, lifeline, .. } = given;
    // Only the program holds these from here on: their end is its end.
    drop((streams, setup));
    let ending = Watch { plan: &plan, lifeline: &lifeline, children: &children, program }.until_the_end();
    if plan.root.is_none() {
        census::end_descendants();
    }
    if let Some(scratch) = &plan.scratch {
        census::remove_folder(scratch);
    }
    Ok(ending)
}

/// Everything that is the same for all that runs in the jail. Gives what can be read from when a child ends.
fn prepare(given: &Given) -> Done<OwnedFd> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).during(Step::Lifeline)?;
    if let Parent::Numbered(parent) = given.parent
        && rustix::process::getppid() != Some(parent)
    {
        return Err(Errno::SRCH).during(Step::Lifeline);
    }
    rustix::process::setsid().during(Step::Lifeline)?;
    if let Some(plan) = &given.plan.root {
        wait_for(&given.mapped).during(Step::Identity)?;
        given.identity.take(plan.identity).during(Step::Identity)?;
        enclose(plan, given)?;
    } else {
        rustix::process::set_child_subreaper(Some(getpid())).during(Step::Watch)?;
    }
    if let Some(scratch) = &given.plan.scratch {
        let about = || scratch.to_string_lossy().into_owned();
        rustix::fs::mkdir(scratch, rustix::fs::Mode::RWXU).during_about(Step::Scratch, about)?;
    }
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).during(Step::Watch)?;
    if given.plan.root.is_some() {
        tool::drop_capabilities().during(Step::Capabilities)?;
    }
    rustix::thread::set_no_new_privs(true).during(Step::NoNewPrivileges)?;
    sys::watch_children().during(Step::Watch)
}

/// Goes behind the private root, with a network of its own.
fn enclose(plan: &Root, given: &Given) -> Done<()> {
    rustix::system::sethostname(plan.host_name.to_bytes()).during(Step::Namespaces)?;
    network::bring_up().during(Step::Loopback)?;
    if !plan.capture.is_empty() {
        capture(plan, given)?;
    }
    let opened = match &given.trees {
        Some(trees) => trees.iter().map(OwnedFd::try_clone).collect::<Result<_, _>>(),
        None => return root::enter(plan, trees::open_all(plan, None)?),
    };
    let opened = opened.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO));
    root::enter(plan, opened.during(Step::Trees)?)
}

/// Hands the broker the listeners that every connection ends at, and waits for its word that it serves them.
fn capture(plan: &Root, given: &Given) -> Done<()> {
    network::route_everything_here().during(Step::Capture)?;
    let listeners = network::listeners(&plan.capture).during(Step::Capture)?;
    let descriptors: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
    channel::send(&given.setup, &Report::Listening.to_bytes(), &descriptors).during(Step::Capture)?;
    match channel::receive(&given.setup).during(Step::Serve)? {
        Some((word, _)) if word == b"G" => Ok(()),
        _ => Err(Errno::PIPE).during(Step::Serve),
    }
}

/// Waits for the other end of a pipe to be closed.
fn wait_for(pipe: &OwnedFd) -> Result<(), Errno> {
    rustix::io::retry_on_intr(|| rustix::io::read(pipe, &mut [0_u8; 1])).map(drop)
}

struct Watch<'a> {
    plan: &'a Plan,
    lifeline: &'a OwnedFd,
    children: &'a OwnedFd,
    program: i32,
}

impl Watch<'_> {
    /// Waits for the program to end, or for a reason to end it.
    fn until_the_end(&self) -> Ending {
        let started = now();
        let deadline = self.plan.deadline_ms.map(Duration::from_millis);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_sub(now().saturating_sub(started)));
            if left == Some(Duration::ZERO) {
                return self.end(Cause::Deadline);
            }
            let pause = left.map_or(LOOK, |left| left.min(LOOK));
            let mut watched = [
                PollFd::new(self.lifeline, PollFlags::IN),
                PollFd::new(self.children, PollFlags::IN),
            ];
            let pause = Timespec { tv_sec: 0, tv_nsec: pause.subsec_nanos().into() };
            match poll(&mut watched, Some(&pause)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return self.end(Cause::Broker),
            }
            let [lifeline, children] = watched.map(|descriptor| descriptor.revents());
            if !lifeline.is_empty() {
                return self.end(Cause::Broker);
            }
            if !children.is_empty() {
                // The number of signals is of no interest: every child that has ended is looked at.
                let _read = rustix::io::read(self.children, &mut [0_u8; 1024]);
                if let Some(status) = self.reap() {
                    return Ending { status, cause: Cause::Itself };
                }
            }
            if census::memory(self.plan.root.is_some()) > self.plan.limits.memory {
                return self.end(Cause::Memory);
            }
        }
    }

    /// Takes every child that has ended; the program's status, if it was among them.
    fn reap(&self) -> Option<i32> {
        let mut found = None;
        while let Ok(Some((child, status))) = wait(WaitOptions::NOHANG) {
            if child.as_raw_nonzero().get() == self.program {
                found = Some(status.as_raw());
            }
        }
        found
    }

    fn end(&self, cause: Cause) -> Ending {
        if let Some(program) = Pid::from_raw(self.program) {
            // Everything else in the jail goes when this process does.
            let _gone = kill_process(program, Signal::KILL);
        }
        Ending { status: libc::SIGKILL, cause }
    }
}

/// Time since some fixed moment.
fn now() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
