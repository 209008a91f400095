//! A running jail, as the broker holds it.
//!
//! Holds the program's streams and the lifeline: when the value goes, or the broker dies in whatever way, the jail goes with
//! everything in it.

use crate::linux::channel::{self, Cause, Ending, Report};
use crate::linux::jailer::{Jailer, Request};
use crate::linux::step::Failure;
pub use crate::linux::step::Step;
use crate::plan::Sealed;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::fmt;
use std::time::Duration;

/// A program running in its jail.
#[derive(Debug)]
pub struct Jail {
    /// What is written here the program reads.
    pub input: Option<OwnedFd>,
    /// What the program writes can be read here.
    pub output: Option<OwnedFd>,
    /// The same for what it writes as errors.
    pub error: Option<OwnedFd>,
    /// One listener per captured port, and one for names over UDP, in the order of the plan. Dropped, every connection is refused.
    pub listeners: Vec<OwnedFd>,
    /// The jail lives as long as this is open.
    lifeline: Option<OwnedFd>,
    end: OwnedFd,
    ended: Option<Ended>,
}

/// How a jail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The program ended with this code.
    Exited(u8),
    /// It was ended by this signal, from inside the jail.
    Signalled(i32),
    /// It made a system call that ends whoever makes it.
    ForbiddenCall,
    /// It went over its memory.
    OutOfMemory,
    /// Its time was over.
    DeadlineReached,
    /// The broker ended it.
    Stopped,
    /// Its supervisor was gone before it could say: something outside killed the jail.
    Lost,
}

/// A program that could not be started in its jail. Nothing of it has run.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// A protection could not be put in place, or the program not be executed.
    #[error("the jail cannot be made: it could not {}{}: {errno}", step.describe(), About(about))]
    Step {
        /// Which step failed.
        step: Step,
        /// What it was about: mostly a path, or empty.
        about: String,
        /// Why.
        errno: Errno,
    },
    /// The jailer does not answer as it should.
    #[error("the jailer {0}")]
    Jailer(&'static str),
    /// The system refuses.
    #[error("the jail cannot be asked for: {0}")]
    Os(#[from] Errno),
}

struct About<'a>(&'a str);

impl fmt::Display for About<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(out, " (`{}`)", self.0) }
    }
}

/// How long the making of a jail may take: it is a matter of milliseconds.
const PATIENCE: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };

impl Jailer {
    /// Starts a program in its jail. Comes back when the program is executing, or with what kept it from that.
    pub fn launch(&self, plan: &Sealed) -> Result<Jail, LaunchError> {
        let (their_input, input) = pipe_with(PipeFlags::CLOEXEC)?;
        let (output, their_output) = pipe_with(PipeFlags::CLOEXEC)?;
        let (error, their_error) = pipe_with(PipeFlags::CLOEXEC)?;
        let streams = Streams { input: Some(input), output: Some(output), error: Some(error) };
        self.launch_with(plan, [their_input, their_output, their_error], streams)
    }

    /// The same with streams given by the caller, which must be pipes or files: a terminal or a socket would be a way out.
    pub fn launch_on(&self, plan: &Sealed, streams: [OwnedFd; 3]) -> Result<Jail, LaunchError> {
        self.launch_with(plan, streams, Streams { input: None, output: None, error: None })
    }

    fn launch_with(&self, plan: &Sealed, theirs: [OwnedFd; 3], ours: Streams) -> Result<Jail, LaunchError> {
        let (setup, their_setup) = channel::pair()?;
        let (end, their_end) = channel::pair()?;
        let (their_lifeline, lifeline) = pipe_with(PipeFlags::CLOEXEC)?;
        let request =
            Request { streams: theirs, setup: their_setup, lifeline: their_lifeline, end: their_end };
        self.ask(plan, &request)?;
        // Without our copies the jail's ends are the only ones.
        drop(request);
        let listeners = wait_for_execution(&setup)?;
        let Streams { input, output, error } = ours;
        Ok(Jail { input, output, error, listeners, lifeline: Some(lifeline), end, ended: None })
    }
}

struct Streams {
    input: Option<OwnedFd>,
    output: Option<OwnedFd>,
    error: Option<OwnedFd>,
}

/// Follows the making of a jail to its end.
fn wait_for_execution(setup: &OwnedFd) -> Result<Vec<OwnedFd>, LaunchError> {
    let mut listeners = Vec::new();
    let mut executing = false;
    loop {
        if !readable(setup, Some(&PATIENCE))? {
            return Err(LaunchError::Jailer("has not made the jail within half a minute"));
        }
        let (bytes, descriptors) = match channel::receive(setup) {
            Ok(Some(message)) => message,
            // The last holder of the other end is gone: executed, if it came that far.
            Ok(None) | Err(Errno::CONNRESET) if executing => return Ok(listeners),
            Ok(None) | Err(Errno::CONNRESET) => {
                return Err(LaunchError::Jailer("has gone before the jail was made"));
            }
            Err(error) => return Err(error.into()),
        };
        match Report::parse(&bytes) {
            Some(Report::Failed(Failure { step, errno, about })) => {
                return Err(LaunchError::Step { step, about, errno });
            }
            Some(Report::Listening) if !executing => {
                listeners = descriptors;
                channel::send(setup, b"G", &[])?;
            }
            Some(Report::Executing) if !executing => executing = true,
            _ => return Err(LaunchError::Jailer("said something that is not understood")),
        }
    }
}

/// Whether there is something to read, or the end of it, within this time. A signal that the broker handles in between
/// makes it count anew.
fn readable(socket: &OwnedFd, patience: Option<&Timespec>) -> Result<bool, Errno> {
    let mut watched = [PollFd::new(socket, PollFlags::IN)];
    rustix::io::retry_on_intr(|| poll(&mut watched, patience)).map(|ready| ready > 0)
}

impl Jail {
    /// Ends the program and everything it started. How it ended is for [`Self::wait`] to say.
    pub fn stop(&mut self) {
        self.lifeline = None;
    }

    /// Waits for the end, at most so long; none if it has not come. What comes after the end is the end again.
    pub fn wait(&mut self, patience: Option<Duration>) -> Result<Option<Ended>, Errno> {
        if self.ended.is_some() {
            return Ok(self.ended);
        }
        let patience = patience.map(|patience| Timespec {
            tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: patience.subsec_nanos().into(),
        });
        if !readable(&self.end, patience.as_ref())? {
            return Ok(None);
        }
        let told = match channel::receive(&self.end) {
            Ok(told) => told.and_then(|(bytes, _)| Ending::parse(&bytes)),
            Err(Errno::CONNRESET) => None,
            Err(error) => return Err(error),
        };
        self.ended = Some(told.map_or(Ended::Lost, Ended::of));
        Ok(self.ended)
    }
}

impl Ended {
    fn of(ending: Ending) -> Self {
        let Ending { status, cause } = ending;
        match cause {
            Cause::Memory => Self::OutOfMemory,
            Cause::Deadline => Self::DeadlineReached,
            Cause::Broker => Self::Stopped,
            Cause::Itself if libc::WIFEXITED(status) => {
                Self::Exited(u8::try_from(libc::WEXITSTATUS(status)).unwrap_or(u8::MAX))
            }
            Cause::Itself if libc::WTERMSIG(status) == libc::SIGSYS => Self::ForbiddenCall,
            Cause::Itself => Self::Signalled(libc::WTERMSIG(status)),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(out, "ended with code {code}"),
            Self::Signalled(signal) => write!(out, "killed by signal {signal}"),
            Self::ForbiddenCall => out.write_str("killed: forbidden system call"),
            Self::OutOfMemory => out.write_str("killed: memory limit"),
            Self::DeadlineReached => out.write_str("killed: deadline"),
            Self::Stopped => out.write_str("stopped"),
            Self::Lost => out.write_str("killed from outside"),
        }
    }
}
