//! What a tool may do, as values and pure functions.
//!
//! This room holds the manifest (`armor.json`), the operator's policy, their intersection, the one decision, the
//! inspection of arguments, the search for secrets in text, and the words that explain a verdict. It deliberately
//! knows no file, socket, clock, environment variable, randomness or async runtime: whatever it needs is passed in.

pub mod action;
mod decide;
mod document;
mod entry;
pub mod examples;
mod explain;
pub mod inspect;
pub mod manifest;
pub mod operator;
mod policy;
mod profile;
pub mod redact;
mod rules;
pub mod schema;
pub mod value;
mod verdict;

pub use decide::{Act, decide};
pub use document::{DocumentError, MAX_DOCUMENT_LEN, Place, Spanned};
pub use entry::Entry;
pub use explain::{Explanation, Ground, explain};
pub use manifest::Manifest;
pub use operator::OperatorPolicy;
pub use policy::Policy;
pub use profile::{Power, Powers, Profile, SCRATCH};
pub use verdict::{Area, Change, Permit, Reason, Rule, Source, Suggestion, Verdict};
