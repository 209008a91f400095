//! Bytes in, frames out; sans I/O.
