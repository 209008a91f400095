//! The last steps of the process that becomes the program: everything is taken away from it, in an order in which what is still
//! to be done stays possible.

use super::channel::{self, Report};
use super::step::{Done, During, Failure, Step};
use super::{landlock, limits, rehearsal, sys};
use crate::plan::{Plan, Task};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::process::{Pid, Signal};

/// What the program gets as its standard input, output and error.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) input: OwnedFd,
    pub(super) output: OwnedFd,
    pub(super) error: OwnedFd,
}

/// Becomes the program. Comes back only with what failed.
pub(super) fn become_program(
    plan: &Plan,
    streams: &Streams,
    setup: BorrowedFd<'_>,
    supervisor: Pid,
) -> Failure {
    match prepare(plan, streams, setup, supervisor) {
        Ok(()) => {
            let program = match &plan.task {
                Task::Execute(program) => program,
                Task::Rehearse => sys::leave(rehearsal::faults().into()),
            };
            let errno = sys::execute(&program.path, &program.words, &program.environment);
            Failure { step: Step::Execute, errno, about: program.path.to_string_lossy().into_owned() }
        }
        Err(failure) => failure,
    }
}

fn prepare(plan: &Plan, streams: &Streams, setup: BorrowedFd<'_>, supervisor: Pid) -> Done<()> {
    die_with(supervisor).during(Step::Lifeline)?;
    rustix::process::setsid().during(Step::Lifeline)?;
    rustix::process::umask(Mode::from_raw_mode(0o077));
    arrange(streams).during(Step::Descriptors)?;
    limits::apply(&plan.limits, plan.root.is_some()).during(Step::Limits)?;
    drop_capabilities().during(Step::Capabilities)?;
    rustix::thread::set_no_new_privs(true).during(Step::NoNewPrivileges)?;
    if plan.landlock.handled_files != 0 {
        landlock::apply(&plan.landlock)?;
    }
    let directory = match &plan.task {
        Task::Execute(program) => program.directory.as_c_str(),
        Task::Rehearse => c"/",
    };
    let about = || directory.to_string_lossy().into_owned();
    rustix::process::chdir(directory).during_about(Step::Directory, about)?;
    // Closed when the program is executed, and not before: until then a failure can still be told.
    sys::close_on_exec_from(3).during(Step::Close)?;
    sys::reset_signals().during(Step::Close)?;
    if !plan.seccomp.is_empty() {
        sys::seccomp(&plan.seccomp).during(Step::Seccomp)?;
    }
    channel::send(setup, &Report::Executing.to_bytes(), &[]).during(Step::Execute)
}

/// Has the kernel end this process when its parent ends, which must not have happened yet.
pub(super) fn die_with(parent: Pid) -> Result<(), Errno> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(Errno::SRCH) }
}

fn arrange(streams: &Streams) -> Result<(), Errno> {
    rustix::stdio::dup2_stdin(&streams.input)?;
    rustix::stdio::dup2_stdout(&streams.output)?;
    rustix::stdio::dup2_stderr(&streams.error)
}

/// Drops every capability, from every set that one could come back from.
pub(super) fn drop_capabilities() -> Result<(), Errno> {
    use rustix::thread::{CapabilitySet, CapabilitySets};
    // The bounding set can be changed only with a capability; an ordinary user without namespaces has none, and so has
    // nothing to bound: no new privileges come anyhow.
    for number in 0..64_u64 {
        match sys::drop_from_bounding_set(number) {
            Ok(()) => {}
            Err(Errno::INVAL | Errno::PERM) => break,
            Err(error) => return Err(error),
        }
    }
    match rustix::thread::clear_ambient_capability_set() {
        Ok(()) | Err(Errno::INVAL) => {}
        Err(error) => return Err(error),
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, none)
}
