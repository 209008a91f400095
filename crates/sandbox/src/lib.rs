//! A process gets exactly what its policy says.
//!
//! This room turns a policy into a [plan](mod@plan) of what the kernel is to enforce, finds what a program needs to be
//! [loaded](mod@loading), and starts programs in their jail. It is the only room with `unsafe` and the only one that
//! starts processes. It decides nothing: what may be done is `portcullis_policy::decide`'s to say.

mod build;
mod gap;
mod jail;
#[cfg(target_os = "linux")]
mod linux;
pub mod loading;
pub mod plan;
#[cfg(any(target_os = "macos", test))]
pub mod seatbelt;
mod seccomp;
pub mod support;
pub mod survey;
mod syscalls;

pub use build::{Asked, BuildError, Planned, build, tier_of};
pub use gap::{Gap, GapName, Side};
pub use jail::{Ended, Jail, LaunchError, Step};
pub use linux::jailer::{Jailer, StartError};
pub use plan::{Plan, Sealed};
