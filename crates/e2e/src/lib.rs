//! What end-to-end tests stand on: where the programs and the fetched test needs are, and how a test says that it could
//! not run. The tests themselves are in `tests/`; nothing here knows what they test.
//!
//! A test that lacks something must not pass in silence and must not be ignored. It calls [`skip`] and returns:
//!
//! ```no_run
//! let Some(server) = portcullis_e2e::node_module("@modelcontextprotocol/server-everything") else {
//!     return portcullis_e2e::skip("needs the npm packages of tests/deps: run `cargo xtask test`");
//! };
//! # let _ = server;
//! ```
//!
//! `cargo xtask test` names every skip at its end, and fails for one where all must run.

pub mod old_kernel;
pub mod places;
mod programs;
mod skips;

pub use places::{example, node_module, program, python};
pub use programs::compiled;
pub use skips::{SKIPS, record, skip};
