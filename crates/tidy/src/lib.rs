//! The house rules, each a function from a tree of files to the faults found in it.
//!
//! A rule takes a [`Tree`], an in-memory copy of the repository, so that it can be shown failing on a planted fault
//! as well as holding on the real files; `tests/repository.rs` does the latter, one test per entry of [`RULES`].
//! Only [`load`] touches the disk. What the compiler or clippy can say is left to them: here are the rules about
//! the project as a whole, which neither of them sees.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enums of a grammar have dozens of variants, and a rule is about a few of them"
)]

mod fault;
mod functions;
mod imports;
pub mod load;
mod manifest;
pub mod rules;
mod source;
mod token;
mod tree;

pub use fault::Fault;
pub use tree::Tree;

/// A house rule: everything in the tree that breaks it, in the order of the files.
pub type Rule = fn(&Tree) -> Vec<Fault>;

/// Every house rule, by the name that its faults carry.
pub const RULES: &[(&str, Rule)] = &[
    ("parse", source::faults),
    ("arrows", rules::arrows::check),
    ("purity", rules::purity::check),
    ("pure-dependencies", rules::pure_dependencies::check),
    ("unsafe-fence", rules::fence::check),
    ("sizes", rules::sizes::check),
    ("docs", rules::docs::check),
    ("commands", rules::commands::check),
    ("variables", rules::variables::check),
    ("code-words", rules::code_words::check),
    ("workplace", rules::workplace::check),
    ("lists", rules::lists::check),
    ("proofs", rules::proofs::check),
    ("code-map", rules::code_map::check),
];
