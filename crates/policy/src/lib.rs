//! What a tool may do, as values and pure functions.
//!
//! This room holds the manifest (`armor.json`), the operator's policy, their intersection, the one decision, the
//! inspection of arguments, the search for secrets in text, and the words that explain a verdict. It deliberately
//! knows no file, socket, clock, environment variable, randomness or async runtime: whatever it needs is passed in.

pub mod redact;
