//! Framing: bytes of any chunking in, whole frames out. Each decoder keeps its place between calls, bounds what it
//! holds, and after a bad frame goes on with the next one. None of them reads a socket or looks inside a frame.

pub mod lines;
pub mod sse;
mod sse_encode;
