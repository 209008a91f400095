//! Writing an object of our own, member by member.

use std::fmt::Write as _;

use super::accepted::Accepted;
use super::write::push_string;

/// An object being written. Names are the caller's constants; the writer does not look for equal ones.
#[derive(Debug, Clone)]
pub struct ObjectWriter {
    out: String,
}

impl Default for ObjectWriter {
    fn default() -> Self {
        Self { out: String::from("{") }
    }
}

impl ObjectWriter {
    /// An object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a string.
    #[must_use]
    pub fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        push_string(&mut self.out, value);
        self
    }

    /// Adds a value that is JSON already.
    #[must_use]
    pub fn json(mut self, key: &str, value: &Accepted<'_>) -> Self {
        self.key(key);
        self.out.push_str(value.as_str());
        self
    }

    /// Adds an integer.
    #[must_use]
    pub fn integer(mut self, key: &str, value: impl Into<i128>) -> Self {
        self.key(key);
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{}", value.into());
        self
    }

    /// Adds a boolean.
    #[must_use]
    pub fn boolean(mut self, key: &str, value: bool) -> Self {
        self.key(key);
        self.out.push_str(if value { "true" } else { "false" });
        self
    }

    /// Adds an array of strings.
    #[must_use]
    pub fn texts<'t>(mut self, key: &str, values: impl IntoIterator<Item = &'t str>) -> Self {
        self.key(key);
        self.out.push('[');
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            push_string(&mut self.out, value);
        }
        self.out.push(']');
        self
    }

    /// Adds a member only if there is a value for it.
    #[must_use]
    pub fn maybe<T>(self, value: Option<T>, add: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => add(self, value),
            None => self,
        }
    }

    /// The object, whole.
    #[must_use]
    pub fn finish(mut self) -> Accepted<'static> {
        self.out.push('}');
        Accepted::trust(self.out)
    }

    fn key(&mut self, key: &str) {
        if self.out.len() > 1 {
            self.out.push(',');
        }
        push_string(&mut self.out, key);
        self.out.push(':');
    }
}
