//! The policy that decisions are made by: author and operator together, compiled.
//!
//! INVARIANT: a policy always has at least one side; where it has both, both must allow. Nothing widens a policy after
//! it is made.

use crate::document::{DocumentError, Fault};
use crate::manifest::Manifest;
use crate::operator::OperatorPolicy;
use crate::profile::{Powers, Profile};
use crate::rules::{HostSet, PathSet};
use crate::verdict::Source;
use std::sync::Arc;

/// What decisions are made by. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) sides: Sides,
}

#[derive(Debug, Clone)]
pub(crate) enum Sides {
    /// Nothing is allowed: the document could not be used.
    Invalid(Arc<DocumentError>),
    Author(Arc<Author>),
    /// Only to check an operator's own examples; never handed out.
    Operator(Arc<Operator>),
    Both(Arc<Author>, Arc<Operator>),
}

/// The manifest's side.
#[derive(Debug)]
pub(crate) struct Author {
    pub(crate) manifest: Manifest,
    pub(crate) powers: Powers,
    pub(crate) read: PathSet,
    pub(crate) write: PathSet,
    pub(crate) deny: PathSet,
    pub(crate) hosts: HostSet,
}

/// The operator's side.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) policy: OperatorPolicy,
    pub(crate) allowed: PathSet,
    pub(crate) denied: PathSet,
}

impl Policy {
    /// The policy of a manifest under an operator's policy: what both allow.
    ///
    /// `narrowing` is a profile asked for at the start; it can only take away, also from a locked manifest: `locked` keeps
    /// a profile from being loosened, which nothing here can do.
    #[must_use]
    pub fn merge(manifest: &Manifest, operator: Option<&OperatorPolicy>, narrowing: Option<Profile>) -> Self {
        let asked = narrowing.unwrap_or(manifest.profile).powers();
        let powers = manifest.profile.powers().and(asked);
        let author = match Author::compile(manifest, powers) {
            Ok(author) => Arc::new(author),
            Err(fault) => return Self::invalid(fault.in_document(&manifest.document)),
        };
        let sides = match operator.map(|policy| (policy, Operator::compile(policy))) {
            None => Sides::Author(author),
            Some((_, Ok(operator))) => Sides::Both(author, Arc::new(operator)),
            Some((policy, Err(fault))) => return Self::invalid(fault.in_document(&policy.document)),
        };
        Self { sides }
    }

    /// The policy that allows nothing, because a document could not be read: it says so in every reason.
    #[must_use]
    pub fn invalid(error: DocumentError) -> Self {
        Self { sides: Sides::Invalid(Arc::new(error)) }
    }

    /// Why the policy allows nothing, if its documents could not be used.
    #[must_use]
    pub fn error(&self) -> Option<&DocumentError> {
        match &self.sides {
            Sides::Invalid(error) => Some(error),
            Sides::Author(_) | Sides::Operator(_) | Sides::Both(..) => None,
        }
    }

    /// The manifest alone.
    pub(crate) fn of_author(manifest: &Manifest) -> Self {
        Self::merge(manifest, None, None)
    }

    /// The operator alone: for checking the operator's own examples.
    pub(crate) fn of_operator(policy: &OperatorPolicy) -> Self {
        match Operator::compile(policy) {
            Ok(operator) => Self { sides: Sides::Operator(Arc::new(operator)) },
            Err(fault) => Self::invalid(fault.in_document(&policy.document)),
        }
    }

    /// The manifest's side, for those who turn its entries into something else (a jail's plan, an explanation).
    #[must_use]
    pub fn manifest(&self) -> Option<&Manifest> {
        match &self.sides {
            Sides::Author(author) | Sides::Both(author, _) => Some(&author.manifest),
            Sides::Invalid(_) | Sides::Operator(_) => None,
        }
    }

    /// The operator's side.
    #[must_use]
    pub fn operator(&self) -> Option<&OperatorPolicy> {
        match &self.sides {
            Sides::Both(_, operator) | Sides::Operator(operator) => Some(&operator.policy),
            Sides::Invalid(_) | Sides::Author(_) => None,
        }
    }

    /// What the profile, narrowed as it may be, lets through.
    #[must_use]
    pub fn powers(&self) -> Powers {
        match &self.sides {
            Sides::Author(author) | Sides::Both(author, _) => author.powers,
            Sides::Invalid(_) | Sides::Operator(_) => Profile::Strict.powers(),
        }
    }
}

impl Author {
    fn compile(manifest: &Manifest, powers: Powers) -> Result<Self, Fault> {
        let files = &manifest.files;
        Ok(Self {
            powers,
            read: PathSet::compile(&files.read)?,
            write: PathSet::compile(&files.write)?,
            deny: PathSet::compile_deny(&files.deny)?,
            hosts: HostSet::compile(&manifest.network.allow),
            manifest: manifest.clone(),
        })
    }

    pub(crate) fn profile_source(&self) -> &Source {
        &self.manifest.sections.profile
    }
}

impl Operator {
    fn compile(policy: &OperatorPolicy) -> Result<Self, Fault> {
        Ok(Self {
            allowed: PathSet::compile(&policy.allowed_paths)?,
            denied: PathSet::compile_deny(&policy.denied_paths)?,
            policy: policy.clone(),
        })
    }
}
