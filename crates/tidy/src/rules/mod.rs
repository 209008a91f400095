//! One file per house rule, each with `check` and tests that plant a fault for every way to break it.

pub mod arrows;
pub mod code_map;
pub mod code_words;
pub mod commands;
pub mod docs;
pub mod fence;
pub mod lists;
pub mod proofs;
pub mod pure_dependencies;
pub mod purity;
pub mod sizes;
pub mod variables;
pub mod workplace;

/// The rooms that know no file, socket, clock, environment, randomness or async runtime.
const PURE_ROOMS: [&str; 2] = ["policy", "wire"];
