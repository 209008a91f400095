//! The decision: one function, pure and total, asked by every enforcement point.
//!
//! A verdict depends on the action and the policy and on nothing else. The author's side is asked first, then the
//! operator's; both must allow. The answer yes allocates nothing.

mod author;
mod command;
mod operator;

use crate::action::{
    Action, CallTool, Connect, Dial, Listen, PassEnv, Resolve, RunCommand, Spawn, UsePath, UseSecret,
};
use crate::manifest::Manifest;
use crate::policy::{Policy, Sides};
use crate::verdict::{Area, Change, Permit, Reason, Rule, Source, Suggestion, Verdict};
use std::sync::Arc;

/// Decides about an action. The permit, if there is one, holds the action.
///
/// ```
/// use portcullis_policy::{Manifest, Policy, action::Connect, decide, value::{Host, Port, Surroundings}};
/// let text = r#"{ "version": "1.0", "profile": "network", "network": { "allow": ["*.github.com:443"] } }"#;
/// let policy = Policy::merge(&Manifest::parse("armor.json", text, &Surroundings::unknown())?, None, None);
/// let connect = |host| Connect { host: Host::parse(host).unwrap(), port: Port::HTTPS };
/// assert!(decide(connect("api.github.com"), &policy).is_allow());
/// assert!(!decide(connect("evilgithub.com"), &policy).is_allow());
/// # Ok::<(), portcullis_policy::DocumentError>(())
/// ```
pub fn decide<A: Act>(action: A, policy: &Policy) -> Verdict<A> {
    match action.judge(policy) {
        Ok(()) => Verdict::Allow(Permit::new(action)),
        Err(reason) => Verdict::Deny(reason),
    }
}

/// An action that can be decided on: the types of [`crate::action`] and no others.
pub trait Act: sealed::Sealed + Sized {}

/// What one side says.
pub(crate) type Judged = Result<(), Box<Reason>>;

mod sealed {
    use super::{Area, Judged, Policy};

    /// What only the actions of this crate can be asked.
    pub trait Sealed {
        /// Where a refusal belongs.
        const AREA: Area;
        /// The action in words.
        fn describe(&self) -> String;
        /// What all sides of the policy say together.
        fn judge(&self, policy: &Policy) -> Judged;
    }
}

/// Asks every side that the policy has; all must allow.
fn ask<A: sealed::Sealed + author::Judge + operator::Judge>(action: &A, policy: &Policy) -> Judged {
    match &policy.sides {
        Sides::Author(author) => action.author(author),
        Sides::Operator(operator) => action.operator(operator),
        Sides::Both(author, operator) => action.author(author).and_then(|()| action.operator(operator)),
        Sides::Invalid(error) => {
            let document = Arc::clone(&error.document);
            let source = Source { document, line: error.place.line, column: error.place.column };
            Refusal::new(action, Rule::PolicyInvalid, &source).final_because(format!(
                "the policy could not be used, so nothing is allowed: {}",
                error.message
            ))
        }
    }
}

macro_rules! acts {
    ($($name:ident in $area:ident),* $(,)?) => {
        $(
            impl sealed::Sealed for $name {
                const AREA: Area = Area::$area;

                fn describe(&self) -> String {
                    Action::from(self.clone()).to_string()
                }

                fn judge(&self, policy: &Policy) -> Judged {
                    ask(self, policy)
                }
            }

            impl Act for $name {}
        )*

        impl sealed::Sealed for Action {
            const AREA: Area = Area::Manifest;

            fn describe(&self) -> String {
                self.to_string()
            }

            fn judge(&self, policy: &Policy) -> Judged {
                match self {
                    $(Self::$name(action) => action.judge(policy),)*
                }
            }
        }

        impl Act for Action {}
    };
}

acts! {
    UsePath in Path,
    Connect in Network,
    Dial in Network,
    Resolve in Network,
    Spawn in Spawn,
    RunCommand in Spawn,
    PassEnv in Manifest,
    UseSecret in Manifest,
    Listen in Network,
    CallTool in Manifest,
}

/// Builds the refusal of an action.
pub(crate) struct Refusal<'a, A> {
    action: &'a A,
    rule: Rule,
    source: &'a Source,
}

impl<'a, A: sealed::Sealed> Refusal<'a, A> {
    pub(crate) const fn new(action: &'a A, rule: Rule, source: &'a Source) -> Self {
        Self { action, rule, source }
    }

    /// A refusal that no edit should undo.
    pub(crate) fn final_because(self, why: impl Into<String>) -> Judged {
        self.with(why.into(), None)
    }

    /// A refusal that adding an entry to a list would undo; the entry is a text, none where no entry can be written.
    pub(crate) fn unless_listed<'e>(
        self,
        why: impl Into<String>,
        field: &'static str,
        entry: impl Into<Option<&'e str>>,
    ) -> Judged {
        match entry.into() {
            Some(entry) => self.unless(why, field, Change::Add(serde_json::Value::from(entry).to_string())),
            None => self.final_because(why),
        }
    }

    /// A refusal that an edit would undo.
    pub(crate) fn unless(self, why: impl Into<String>, field: &'static str, change: Change) -> Judged {
        let document = Arc::clone(&self.source.document);
        // Nobody can edit what is built in: what is missing is a document.
        let suggestion = Suggestion { document, field, change };
        let written = *self.source.document != *Manifest::BUILT_IN;
        self.with(why.into(), written.then_some(suggestion))
    }

    fn with(self, why: String, suggestion: Option<Suggestion>) -> Judged {
        Err(Box::new(Reason {
            rule: self.rule,
            area: A::AREA,
            action: self.action.describe(),
            why,
            source: Some(self.source.clone()),
            suggestion,
        }))
    }
}
