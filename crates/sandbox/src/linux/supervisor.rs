//! The process that a jail stands and falls with: it makes the jail from inside, starts the program, reaps what is left over,
//! watches memory and time, and tells how it ended.
//!
//! In tier T1 it is process 1 of the jail's own process namespace: when it ends, the kernel ends everything in it. In T2 it is
//! the reaper of all that the program starts, and ends them itself.

use super::channel::{self, Cause, Ending, Report};
use super::identity::Identity;
use super::jailer::Received;
use super::step::{Done, During, Failure, Step};
use super::sys::{self, Side};
use super::tool;
use super::{census, network, root, trees};
use crate::plan::{GroupUse, Plan, Root};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, wait};
use std::ffi::CStr;
use std::time::Duration;

/// Everything a supervisor is given.
#[derive(Debug)]
pub(super) struct Given<'a> {
    pub(super) plan: Plan,
    pub(super) request: &'a Received,
    pub(super) identity: Identity,
    /// Reads as ended once the jail's identity is mapped.
    pub(super) mapped: OwnedFd,
}

/// How often memory is looked at where no control group holds it.
const LOOK: Duration = Duration::from_millis(100);

/// Makes the jail, runs the program in it, and ends with it. `trees` are the binds, where the jailer had to open them.
pub(super) fn supervise(given: &Given<'_>, trees: Option<Vec<OwnedFd>>) -> ! {
    let mut scratch = None;
    let made = prepare(given, trees, &mut scratch).and_then(|children| Ok((start(given)?, children)));
    let code = match made {
        Ok((program, children)) => {
            let ending = Watch { given, children: &children, program }.until_the_end();
            end_others(&given.plan);
            // If the broker is gone there is nobody to tell.
            let _told = channel::send(&given.request.end, &ending.to_bytes(), &[]);
            0
        }
        Err(failure) => {
            end_others(&given.plan);
            tell(given, failure);
            1
        }
    };
    // Last, since it takes as long as the tool has made it take.
    if let Some(scratch) = scratch {
        census::remove_folder(scratch);
    }
    sys::leave(code)
}

fn tell(given: &Given<'_>, failure: Failure) {
    // If the broker is gone there is nobody to tell.
    let _told = channel::send(&given.request.setup, &Report::Failed(failure).to_bytes(), &[]);
}

/// Ends what would outlive this process. In a process namespace of its own nothing does.
fn end_others(plan: &Plan) {
    if plan.root.is_none() {
        census::end_descendants();
    }
}

/// Starts the program. What it holds of the request it alone holds from then on: their end is its end.
fn start(given: &Given<'_>) -> Done<i32> {
    let Received { streams, setup, .. } = given.request;
    let supervisor = getpid();
    match sys::clone(0).during(Step::Watch)? {
        Side::Child => {
            tell(given, tool::become_program(&given.plan, streams, setup.as_fd(), supervisor));
            sys::leave(127)
        }
        Side::Parent(program) => {
            [&streams.input, &streams.output, &streams.error, setup].into_iter().for_each(sys::close);
            Ok(program)
        }
    }
}

/// Everything that is the same for all that runs in the jail. Gives what can be read from when a child ends.
///
/// `scratch` becomes the folder that was made for the jail, and so is to be removed: never one that was there before.
fn prepare<'a>(
    given: &'a Given<'_>,
    trees: Option<Vec<OwnedFd>>,
    scratch: &mut Option<&'a CStr>,
) -> Done<OwnedFd> {
    rustix::process::setsid().during(Step::Lifeline)?;
    if let Some(plan) = &given.plan.root {
        wait_for(&given.mapped).during(Step::Identity)?;
        given.identity.take(plan.identity).during(Step::Identity)?;
        enclose(plan, given, trees)?;
        tool::drop_capabilities().during(Step::Capabilities)?;
        // Beside the lifeline: when the jailer is killed, so is this process, and the kernel ends the whole jail. Not before now:
        // changing who one is takes it back.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).during(Step::Lifeline)?;
    } else {
        // Here this process has to end the others itself, so it must live to see the broker's end.
        rustix::process::set_child_subreaper(Some(getpid())).during(Step::Watch)?;
    }
    if let Some(folder) = &given.plan.scratch {
        let about = || folder.to_string_lossy().into_owned();
        rustix::fs::mkdir(folder, rustix::fs::Mode::RWXU).during_about(Step::Scratch, about)?;
        *scratch = Some(folder);
    }
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .during(Step::Watch)?;
    rustix::thread::set_no_new_privs(true).during(Step::NoNewPrivileges)?;
    sys::watch_children().during(Step::Watch)
}

/// Goes behind the private root, with a network of its own.
fn enclose(plan: &Root, given: &Given<'_>, trees: Option<Vec<OwnedFd>>) -> Done<()> {
    rustix::system::sethostname(plan.host_name.to_bytes()).during(Step::Namespaces)?;
    network::bring_up().during(Step::Loopback)?;
    if !plan.capture.is_empty() {
        capture(plan, given)?;
    }
    let trees = match trees {
        Some(trees) => trees,
        None => trees::open_all(plan, None)?,
    };
    root::enter(plan, trees)
}

/// Hands the broker the listeners that every connection ends at, and waits for its word that it serves them.
fn capture(plan: &Root, given: &Given<'_>) -> Done<()> {
    network::route_everything_here().during(Step::Capture)?;
    let listeners = network::listeners(&plan.capture).during(Step::Capture)?;
    let descriptors: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
    channel::send(&given.request.setup, &Report::Listening.to_bytes(), &descriptors).during(Step::Capture)?;
    match channel::receive(&given.request.setup).during(Step::Serve)? {
        Some((word, _)) if word == b"G" => Ok(()),
        _ => Err(Errno::PIPE).during(Step::Serve),
    }
}

/// Waits for the other end of a pipe to be closed.
fn wait_for(pipe: &OwnedFd) -> Result<(), Errno> {
    rustix::io::retry_on_intr(|| rustix::io::read(pipe, &mut [0_u8; 1])).map(drop)
}

struct Watch<'a> {
    given: &'a Given<'a>,
    children: &'a OwnedFd,
    program: i32,
}

impl Watch<'_> {
    /// Waits for the program to end, or for a reason to end it.
    fn until_the_end(&self) -> Ending {
        let started = now();
        let deadline = self.given.plan.deadline_ms.map(Duration::from_millis);
        loop {
            let left = deadline.map(|deadline| deadline.saturating_sub(now().saturating_sub(started)));
            if left == Some(Duration::ZERO) {
                return self.end(Cause::Deadline);
            }
            let pause = left.map_or(LOOK, |left| left.min(LOOK));
            let mut watched = [
                PollFd::new(&self.given.request.lifeline, PollFlags::IN),
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
            if self.given.plan.limits.group == GroupUse::None
                && census::memory(self.given.plan.root.is_some())
                    .is_none_or(|memory| memory > self.given.plan.limits.memory)
            {
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
