//! A verdict in words and as JSON: what was asked, the answer, and the entries it rests on.
//!
//! Asks [`crate::decide`] like everybody else; an explanation cannot disagree with a decision.

use crate::action::{Access, Action, CallTool, Connect, Dial, Listen, PassEnv, Resolve, Spawn, UsePath};
use crate::decide::decide;
use crate::entry::Entry;
use crate::policy::{Author, Operator, Policy, Sides};
use crate::profile::{Power, is_scratch};
use crate::value::{Host, Port};
use crate::verdict::{Change, Reason, Source, Verdict};
use serde_json::{Value, json};
use std::fmt::{self, Display};

/// A verdict and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    action: Action,
    grounds: Vec<Ground>,
    reason: Option<Box<Reason>>,
}

/// An entry of a document that a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The list, as a dotted path.
    pub field: &'static str,
    /// The entry as written.
    pub entry: String,
    /// Where it stands.
    pub source: Source,
}

/// Decides about an action and says why.
#[must_use]
pub fn explain(action: Action, policy: &Policy) -> Explanation {
    match decide(action.clone(), policy) {
        Verdict::Allow(permit) => {
            let action = permit.into_action();
            Explanation { grounds: grounds(&action, policy), action, reason: None }
        }
        Verdict::Deny(reason) => Explanation { action, grounds: Vec::new(), reason: Some(reason) },
    }
}

impl Explanation {
    /// Whether the action is allowed.
    #[must_use]
    pub const fn is_allow(&self) -> bool {
        self.reason.is_none()
    }

    /// The entries that allow it; empty for a denial, and where a profile or the absence of a list allows.
    #[must_use]
    pub fn grounds(&self) -> &[Ground] {
        &self.grounds
    }

    /// The explanation as JSON: `verdict`, `action`, then `grounds`, or `rule`, `code`, `why`, `source` and `hint`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let action = self.action.to_string();
        let Some(reason) = &self.reason else {
            let ground = |ground: &Ground| {
                let Ground { field, entry, source } = ground;
                json!({ "field": field, "entry": entry, "source": source_json(source) })
            };
            let grounds: Vec<Value> = self.grounds.iter().map(ground).collect();
            return json!({ "verdict": "allow", "action": action, "grounds": grounds });
        };
        let mut out = reason.to_json();
        if let Some(members) = out.as_object_mut() {
            members.insert("verdict".into(), "deny".into());
        }
        out
    }
}

impl Reason {
    /// The reason as JSON, for the `data` of an error answer and for logs: `rule`, `code`, `action`, `why`, and where
    /// known `source` and `hint`, the edit that would allow it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = json!({
            "rule": self.rule().name(),
            "code": self.code(),
            "action": self.action(),
            "why": self.why(),
        });
        let Some(members) = out.as_object_mut() else {
            return out;
        };
        if let Some(source) = self.source() {
            members.insert("source".into(), source_json(source));
        }
        if let Some(suggestion) = self.suggestion() {
            let (change, value) = match &suggestion.change {
                Change::Add(value) => ("add", value),
                Change::Set(value) => ("set", value),
            };
            members.insert("hint".into(), suggestion.to_string().into());
            members.insert(
                "edit".into(),
                json!({ "document": &*suggestion.document, "field": suggestion.field, change: value }),
            );
        }
        out
    }
}

fn source_json(source: &Source) -> Value {
    json!({ "document": &*source.document, "line": source.line, "column": source.column })
}

impl Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.reason {
            return Display::fmt(reason, out);
        }
        write!(out, "may {}", self.action)?;
        for Ground { field, entry, source } in &self.grounds {
            write!(out, "\n  `{entry}` of `{field}` ({source})")?;
        }
        Ok(())
    }
}

fn ground<T>(field: &'static str, entry: Option<&Entry<T>>, text: impl Fn(&T) -> String) -> Option<Ground> {
    entry.map(|entry| Ground { field, entry: text(&entry.value), source: entry.source.clone() })
}

fn grounds(action: &Action, policy: &Policy) -> Vec<Ground> {
    let (author, operator) = match &policy.sides {
        Sides::Author(author) => (Some(author), None),
        Sides::Operator(operator) => (None, Some(operator)),
        Sides::Both(author, operator) => (Some(author), Some(operator)),
        Sides::Invalid(_) => (None, None),
    };
    let from_author = author.into_iter().filter_map(|author| by_author(action, author));
    let from_operator = operator.into_iter().filter_map(|operator| by_operator(action, operator));
    from_author.chain(from_operator).collect()
}

fn by_author(action: &Action, author: &Author) -> Option<Ground> {
    let manifest = &author.manifest;
    match action {
        Action::UsePath(UsePath { path, access: _ })
            if is_scratch(path) && author.powers.has(Power::Scratch) =>
        {
            None
        }
        Action::UsePath(UsePath { path, access }) => {
            let read = || ground("filesystem.read", author.read.first(path), ToString::to_string);
            let write = || ground("filesystem.write", author.write.first(path), ToString::to_string);
            match access {
                Access::Read => read(),
                Access::Write => write(),
                Access::Either => read().or_else(write),
            }
        }
        Action::Connect(Connect { host, port }) | Action::Dial(Dial { host, port, address: _ }) => {
            host_ground(author, host, *port)
        }
        Action::Resolve(Resolve { name }) => {
            let host = Host::Name(name.clone());
            let entry = manifest.network.allow.iter().find(|entry| entry.value.host.matches(&host));
            ground("network.allow", entry, ToString::to_string)
        }
        Action::PassEnv(PassEnv { name }) => {
            ground("env.allow", manifest.env.iter().find(|entry| entry.value == *name), ToString::to_string)
        }
        Action::UseSecret(asked) => {
            let entry = manifest.secrets.iter().find(|entry| entry.value.name == asked.secret);
            ground("secrets", entry, |secret| secret.name.to_string())
        }
        Action::Listen(Listen { port }) => {
            ground("listen", manifest.listen.iter().find(|entry| entry.value == *port), ToString::to_string)
        }
        Action::CallTool(CallTool { tool }) => {
            let entry = manifest.tools.allow.iter().flatten().find(|entry| entry.value.matches(tool));
            ground("tools.allow", entry, |pattern| pattern.as_str().into())
        }
        Action::Spawn(Spawn { program: _ }) | Action::RunCommand(_) => {
            Some(Ground { field: "spawn", entry: "true".into(), source: manifest.sections.spawn.clone() })
        }
    }
}

fn host_ground(author: &Author, host: &Host, port: Port) -> Option<Ground> {
    ground("network.allow", author.hosts.find(host, port), ToString::to_string)
}

fn by_operator(action: &Action, operator: &Operator) -> Option<Ground> {
    let policy = &operator.policy;
    match action {
        Action::UsePath(UsePath { path, access: _ }) => {
            ground("filesystem.allowed_paths", operator.allowed.first(path), ToString::to_string)
        }
        Action::Connect(Connect { host, port }) | Action::Dial(Dial { host, port, address: _ }) => {
            let endpoint = policy
                .allowed_endpoints
                .iter()
                .find(|entry| entry.value.host.matches(host) && entry.value.ports.contains(port));
            let range = |host: &Host| match host {
                Host::Address(address) => {
                    policy.allowed_ranges.iter().find(|entry| entry.value.contains(*address))
                }
                Host::Name(_) => None,
            };
            let name = policy.dns_allowlist.iter().find(|entry| entry.value.matches(host));
            ground("network.allowed_endpoints", endpoint, |endpoint| endpoint.host.to_string())
                .or_else(|| ground("network.allowed_ranges", range(host), ToString::to_string))
                .or_else(|| ground("network.dns_allowlist", name, ToString::to_string))
        }
        Action::Resolve(Resolve { name }) => {
            let host = Host::Name(name.clone());
            let entry = policy.dns_allowlist.iter().find(|entry| entry.value.matches(&host));
            ground("network.dns_allowlist", entry, ToString::to_string)
        }
        Action::Spawn(_)
        | Action::RunCommand(_)
        | Action::PassEnv(_)
        | Action::UseSecret(_)
        | Action::Listen(_)
        | Action::CallTool(_) => None,
    }
}
