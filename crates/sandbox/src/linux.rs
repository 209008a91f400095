//! The Linux part: the jailer and what it does, from the system calls up.

mod census;
pub(crate) mod channel;
mod groups;
mod identity;
pub(crate) mod jailer;
mod landlock;
mod limits;
mod network;
pub(crate) mod rehearsal;
mod root;
pub(crate) mod step;
mod supervisor;
pub(crate) mod sys;
mod tool;
mod trees;
