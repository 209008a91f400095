//! A process gets exactly what its policy says.
//!
//! This room turns a policy into a [plan](mod@plan) of what the kernel is to enforce, finds what a program needs to be
//! [loaded](mod@loading), and starts programs in their jail. It is the only room with `unsafe` and the only one that
//! starts processes. It decides nothing: what may be done is `portcullis_policy::decide`'s to say.

pub mod loading;
