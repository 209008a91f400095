//! Bytes to frames to messages, and back, without touching a byte that is not changed.
//!
//! Sans I/O: the caller owns the sockets, pushes bytes in and takes frames out. [`frame`] finds the frames in a
//! stream, [`json`] accepts or refuses their texts and edits them as splices, [`jsonrpc`] tells the kinds of message
//! apart and how to answer a refused one, [`mcp`] reads what both eras put around a payload, [`plugin`] speaks with
//! plugins. This room knows no file, socket, clock, environment, randomness or async runtime, and no
//! policy: it says what a message is, never whether it is allowed.

pub mod frame;
pub mod json;
pub mod jsonrpc;
pub mod mcp;
pub mod plugin;
