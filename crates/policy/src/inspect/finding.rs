//! What an inspection hands back, and how a refusal is worded.
//!
//! Does not judge anything: that an action is allowed is for [`crate::decide`] to say.

use crate::{Area, Reason, Rule, action::Action, value::shown};

/// One thing that a message asks for, or one reason why it cannot be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where in the parameters, as a JSON pointer such as `/arguments/path`; a finding in a key points at its member,
    /// one in JSON text inside a string goes on into that text. Long keys and long pointers are shortened.
    pub at: Box<str>,
    /// What was found there.
    pub found: Found,
    /// The absolute path with its `..` still in it, where the text had any: the kernel takes a symbolic link before it
    /// steps back, so whoever resolves links has to start from this and ask again about where it ends.
    pub unfolded: Option<Box<str>>,
}

/// What was found at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An action, to be decided on.
    Action(Action),
    /// Something that no policy can allow: a rule of the argument refuses it, or it has more than one meaning.
    Refusal(Box<Reason>),
}

impl Finding {
    /// The action, unless it is a refusal.
    #[must_use]
    pub const fn action(&self) -> Option<&Action> {
        match &self.found {
            Found::Action(action) => Some(action),
            Found::Refusal(_) => None,
        }
    }

    /// The reason, if it is a refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<&Reason> {
        match &self.found {
            Found::Action(_) => None,
            Found::Refusal(reason) => Some(reason),
        }
    }
}

/// A refusal of `text` at the pointer `at`.
pub(super) fn refusal(rule: Rule, area: Area, at: &str, text: &str, why: String) -> Reason {
    let place = if at.is_empty() { "the parameters" } else { at };
    Reason {
        rule,
        area,
        action: format!("pass `{}` in `{place}`", shown(text)),
        why,
        source: None,
        suggestion: None,
    }
}
