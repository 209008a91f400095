//! One broken house rule at one place. It holds no rule of its own.

use std::fmt;

/// A place where the tree breaks a house rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, relative to the root of the repository, with `/` between its parts.
    pub path: String,
    /// The line, counted from 1; 0 where the fault is the file as a whole, or its absence.
    pub line: usize,
    /// The name of the rule, as in [`crate::RULES`].
    pub rule: &'static str,
    /// What is wrong and what to do instead.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, message } = self;
        write!(f, "{path}:{line}: {rule}: {message}")
    }
}
