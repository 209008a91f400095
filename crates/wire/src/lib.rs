//! Bytes to frames to messages, and back, without touching a byte that is not changed.
//!
//! Sans I/O: the caller owns the sockets, pushes bytes in and takes frames out. [`json`] accepts or refuses texts and
//! edits them as splices. This room knows no file, socket, clock, environment, randomness or async runtime, and no
//! policy: it says what a message is, never whether it is allowed.

pub mod frame;
pub mod json;
pub mod jsonrpc;
pub mod mcp;
pub mod plugin;
