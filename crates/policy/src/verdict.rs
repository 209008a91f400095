//! The answer to a question about an action: a permit, or the reason why not.

use std::{fmt, sync::Arc};

/// What a decision says.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a verdict that nobody looks at protects nobody"]
pub enum Verdict<A> {
    /// Go ahead, with the value in the permit and no other.
    Allow(Permit<A>),
    /// Do not; the reason says which rule, and what would allow it.
    Deny(Box<Reason>),
}

impl<A> Verdict<A> {
    /// The permit, or the reason.
    pub fn into_result(self) -> Result<Permit<A>, Box<Reason>> {
        match self {
            Self::Allow(permit) => Ok(permit),
            Self::Deny(reason) => Err(reason),
        }
    }

    /// Whether the action is allowed.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// The reason of a denial.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Allow(_) => None,
            Self::Deny(reason) => Some(reason),
        }
    }
}

/// Proof that a decision allowed this very action. Only [`crate::decide`] makes one; a doer takes the action out of it
/// and does that.
///
/// ```compile_fail
/// let forged = portcullis_policy::Permit(portcullis_policy::action::Listen { port: portcullis_policy::value::Port::HTTP });
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit is to be used, once, for what it allows"]
pub struct Permit<A>(A);

impl<A> Permit<A> {
    pub(crate) const fn new(action: A) -> Self {
        Self(action)
    }

    /// The action that was checked.
    pub const fn action(&self) -> &A {
        &self.0
    }

    /// The action that was checked, by value.
    pub fn into_action(self) -> A {
        self.0
    }
}

/// The document and place a rule came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The document as the user knows it: a path or a name such as `built-in`.
    pub document: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.document, self.line, self.column)
    }
}

/// Which kind of rule denied. Each has a stable name for logs and a JSON-RPC code for answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// No entry covers the path.
    PathNotListed,
    /// A deny entry covers the path.
    PathDenied,
    /// No entry covers the host and port.
    HostNotListed,
    /// The operator blocks the port.
    PortBlocked,
    /// The address belongs to this machine or a private network.
    AddressLocal,
    /// The address belongs to a cloud's metadata service.
    AddressMetadata,
    /// The address is no ordinary destination.
    AddressReserved,
    /// The address lies outside the operator's ranges.
    AddressOutOfRange,
    /// The name may not be looked up.
    NameNotListed,
    /// Starting programs was not declared.
    SpawnNotDeclared,
    /// The operator blocks the program.
    CommandBlocked,
    /// The command line holds shell syntax, or cannot be split into words.
    CommandSyntax,
    /// The environment variable was not declared.
    EnvNotListed,
    /// The secret was not declared for this origin.
    SecretNotListed,
    /// The port to listen on was not declared.
    ListenNotListed,
    /// A deny entry covers the tool.
    ToolDenied,
    /// The tool is not among those allowed.
    ToolNotListed,
    /// A rule for the argument refuses its value.
    ArgumentRule,
    /// The value cannot be judged: it may mean different things to different readers.
    ArgumentUnclear,
    /// The profile gives no power of this kind, whatever else the manifest says.
    Profile,
    /// The policy could not be read, so nothing is allowed.
    PolicyInvalid,
}

impl Rule {
    /// All rules, in order.
    pub const ALL: [Self; 21] = [
        Self::PathNotListed,
        Self::PathDenied,
        Self::HostNotListed,
        Self::PortBlocked,
        Self::AddressLocal,
        Self::AddressMetadata,
        Self::AddressReserved,
        Self::AddressOutOfRange,
        Self::NameNotListed,
        Self::SpawnNotDeclared,
        Self::CommandBlocked,
        Self::CommandSyntax,
        Self::EnvNotListed,
        Self::SecretNotListed,
        Self::ListenNotListed,
        Self::ToolDenied,
        Self::ToolNotListed,
        Self::ArgumentRule,
        Self::ArgumentUnclear,
        Self::Profile,
        Self::PolicyInvalid,
    ];

    /// The stable name, for logs and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PathNotListed => "path-not-listed",
            Self::PathDenied => "path-denied",
            Self::HostNotListed => "host-not-listed",
            Self::PortBlocked => "port-blocked",
            Self::AddressLocal => "address-local",
            Self::AddressMetadata => "address-metadata",
            Self::AddressReserved => "address-reserved",
            Self::AddressOutOfRange => "address-out-of-range",
            Self::NameNotListed => "name-not-listed",
            Self::SpawnNotDeclared => "spawn-not-declared",
            Self::CommandBlocked => "command-blocked",
            Self::CommandSyntax => "command-syntax",
            Self::EnvNotListed => "env-not-listed",
            Self::SecretNotListed => "secret-not-listed",
            Self::ListenNotListed => "listen-not-listed",
            Self::ToolDenied => "tool-denied",
            Self::ToolNotListed => "tool-not-listed",
            Self::ArgumentRule => "argument-rule",
            Self::ArgumentUnclear => "argument-unclear",
            Self::Profile => "profile",
            Self::PolicyInvalid => "policy-invalid",
        }
    }
}

/// Where the refused action belongs, for choosing the JSON-RPC code (those of armor.json 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Files and folders: -32001.
    Path,
    /// Hosts, ports, addresses: -32002.
    Network,
    /// Programs and commands: -32003.
    Spawn,
    /// Everything else the manifest governs: -32006.
    Manifest,
}

impl Area {
    /// The JSON-RPC error code.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Path => -32001,
            Self::Network => -32002,
            Self::Spawn => -32003,
            Self::Manifest => -32006,
        }
    }
}

/// The edit that would allow what was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The document to edit.
    pub document: Arc<str>,
    /// The field, as a dotted path: `filesystem.read`.
    pub field: &'static str,
    /// What to do to it.
    pub change: Change,
}

/// What to do to a field; the value is JSON text, which is YAML too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Add this entry to the list.
    Add(String),
    /// Set the field to this value.
    Set(String),
}

impl fmt::Display for Suggestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, field, change } = self;
        match change {
            Change::Add(value) => write!(out, "add `{value}` to `{field}` in {document}"),
            Change::Set(value) => write!(out, "set `{field}` to `{value}` in {document}"),
        }
    }
}

/// Why an action was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub(crate) rule: Rule,
    pub(crate) area: Area,
    pub(crate) action: String,
    pub(crate) why: String,
    pub(crate) source: Option<Source>,
    pub(crate) suggestion: Option<Suggestion>,
}

impl Reason {
    /// The kind of rule that refused.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// The JSON-RPC error code of the answer.
    #[must_use]
    pub const fn code(&self) -> i32 {
        self.area.code()
    }

    /// What was asked for, in words: ``read `/etc/passwd` ``.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Why it was refused, in words, without place and hint.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The document and line of the rule; none where the place is the absence of a rule in a built-in document.
    #[must_use]
    pub const fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The entry that would allow it; none where nothing should.
    #[must_use]
    pub const fn suggestion(&self) -> Option<&Suggestion> {
        self.suggestion.as_ref()
    }
}

impl fmt::Display for Reason {
    /// One line, and the hint on a second: ``may not read `/x`: no entry of `filesystem.read` covers it (armor.json:3:5)``.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "may not {}: {}", self.action, self.why)?;
        if let Some(source) = &self.source {
            write!(out, " ({source})")?;
        }
        if let Some(suggestion) = &self.suggestion {
            write!(out, "\nhint: {suggestion}")?;
        }
        Ok(())
    }
}
