//! Examples in a document: actions it must allow and actions it must refuse, checked when it is loaded.

use crate::action::{
    Access, Action, CommandSyntax, Connect, Dial, Listen, PassEnv, RunCommand, Spawn, UsePath,
};
use crate::decide::decide;
use crate::document::{Fault, Place, Spanned};
use crate::entry::{Checker, Entry};
use crate::inspect::{Asked, Context, Found, ToolRules, ToolUse, inspect};
use crate::manifest::wire::{ExampleWire, ExamplesWire};
use crate::policy::Policy;
use crate::value::{
    AbsPath, EnvName, Host, HostPattern, HostRule, Port, PortRule, Surroundings, ToolName, ValueError,
};
use crate::verdict::Reason;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// What a document must allow and refuse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examples {
    /// What must be allowed.
    pub matching: Vec<Entry<Example>>,
    /// What must be refused.
    pub not_matching: Vec<Entry<Example>>,
}

/// Something a tool may want, as the decisions it takes: allowed if all are.
///
/// A connection by name is two: to the name, and to an address of it, a public one where the example gives none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    actions: Vec<Action>,
    /// What inspection refuses before any decision.
    refusal: Option<Box<Reason>>,
    /// Whether the address of a name was left open.
    address: Resolved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resolved {
    Given,
    Open,
}

/// Stands for whatever public address a name resolves to.
const SOME_PUBLIC_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1));

/// Stand for the addresses that a name should not resolve to.
const SOME_INSIDE_ADDRESSES: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::V4(Ipv4Addr::LOCALHOST)];

impl Example {
    /// The decisions; the last is what the example is about.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    fn refusal(&self, policy: &Policy) -> Option<Box<Reason>> {
        let decided =
            || self.actions.iter().find_map(|action| decide(action.clone(), policy).into_result().err());
        self.refusal.clone().or_else(decided)
    }
}

impl Example {
    /// The example and what else it may stand for: a connection by name that gives no address may end at any.
    fn every(&self, policy: &Policy) -> impl Iterator<Item = Self> {
        let ranges = policy.operator().into_iter().flat_map(|operator| &operator.allowed_ranges);
        let addresses = ranges.map(|entry| entry.value.first()).chain(SOME_INSIDE_ADDRESSES);
        let open = self.address == Resolved::Open;
        let at = |address: IpAddr| {
            let moved = self.actions.iter().cloned().map(move |action| match action {
                Action::Dial(dial) => Dial { address, ..dial }.into(),
                other => other,
            });
            Self { actions: moved.collect(), refusal: self.refusal.clone(), address: Resolved::Given }
        };
        let others: Vec<Self> = if open { addresses.map(at).collect() } else { Vec::new() };
        std::iter::once(self.clone()).chain(others)
    }
}

impl fmt::Display for Example {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.actions.last().map_or(Ok(()), |action| fmt::Display::fmt(action, out))
    }
}

impl Examples {
    pub(crate) fn checked(
        wire: Option<Spanned<ExamplesWire>>,
        check: &Checker<'_>,
        surroundings: &Surroundings,
        rules: &BTreeMap<ToolName, ToolRules>,
    ) -> Result<Self, Fault> {
        let ExamplesWire { matching, not_match } = wire.map(|wire| wire.value).unwrap_or_default();
        let list = |field: &str, examples: Vec<Spanned<ExampleWire>>| {
            let entry = |(index, Spanned { place, value })| {
                let fault =
                    |fault: Fault| fault.at(place).below(&format!("{field}[{index}]")).below("examples");
                let value = example(value, surroundings, rules).map_err(fault)?;
                Ok(Entry { value, source: check.source(place) })
            };
            examples.into_iter().enumerate().map(entry).collect::<Result<Vec<_>, Fault>>()
        };
        Ok(Self { matching: list("match", matching)?, not_matching: list("not_match", not_match)? })
    }

    /// Checks every example against the policy made of its document.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), Fault> {
        let place = |entry: &Entry<Example>| Place { line: entry.source.line, column: entry.source.column };
        for (index, entry) in self.matching.iter().enumerate() {
            if let Some(reason) = entry.value.refusal(policy) {
                let fault = Fault::new(format!(
                    "this must be allowed, but the tool {}",
                    first_line(&reason.to_string())
                ));
                let fault = reason.suggestion().map_or(fault.clone(), |edit| fault.hint(edit.to_string()));
                return Err(fault.at(place(entry)).below(&format!("examples.match[{index}]")));
            }
        }
        for (index, entry) in self.not_matching.iter().enumerate() {
            if entry.value.every(policy).any(|example| example.refusal(policy).is_none()) {
                let fault = Fault::new(format!("this must be refused, but the tool may {}", entry.value));
                return Err(fault.at(place(entry)).below(&format!("examples.not_match[{index}]")));
            }
        }
        Ok(())
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn example(
    wire: ExampleWire,
    surroundings: &Surroundings,
    rules: &BTreeMap<ToolName, ToolRules>,
) -> Result<Example, Fault> {
    let ExampleWire { read, write, connect, address, spawn, command, env, listen, tool, arguments } = wire;
    if arguments.is_some() && tool.is_none() {
        return Err(Fault::new("`arguments` has a meaning only beside `tool`"));
    }
    if address.is_some() && connect.is_none() {
        return Err(Fault::new("`address` has a meaning only beside `connect`"));
    }
    let path = |text: String| AbsPath::parse(&surroundings.expand(&text)?);
    let using = |text: String, access| path(text).map(|path| one(UsePath { path, access }));
    let port =
        |number: u16| Port::new(number).ok_or_else(|| ValueError::new("a port", "0", "ports start at 1"));
    let given = [
        read.map(|text| using(text, Access::Read)),
        write.map(|text| using(text, Access::Write)),
        connect.map(|text| connection(&text, address.as_deref())),
        spawn.map(|text| path(text).map(|program| one(Spawn { program }))),
        command.map(|line| Ok(one(RunCommand { line: line.into(), syntax: CommandSyntax::Plain }))),
        env.map(|text| EnvName::parse(&text).map(|name| one(PassEnv { name }))),
        listen.map(|number| port(number).map(|port| one(Listen { port }))),
        tool.map(|text| ToolName::parse(&text).map(|tool| call(&tool, arguments, surroundings, rules))),
    ];
    let mut given = given.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(example), None) => example.map_err(|error| Fault::new(error.to_string())),
        (None, _) => {
            Err(Fault::new("an example names one action").hint("such as `{\"read\": \"/etc/passwd\"}`"))
        }
        (Some(_), Some(_)) => Err(Fault::new("an example names one action, not several")),
    }
}

fn one(action: impl Into<Action>) -> Example {
    Example { actions: vec![action.into()], refusal: None, address: Resolved::Given }
}

/// A call of a tool and all that its arguments ask for, judged without a schema: by the manifest's rules, then by names
/// and shapes.
fn call(
    tool: &ToolName,
    arguments: Option<Map<String, Value>>,
    surroundings: &Surroundings,
    rules: &BTreeMap<ToolName, ToolRules>,
) -> Example {
    let params = json!({ "name": tool.as_str(), "arguments": arguments.unwrap_or_default() });
    let usage = ToolUse::infer(tool.as_str(), None);
    let context = Context { rules: rules.get(tool), usage, ..Context::new(surroundings) };
    let asked = Asked { method: "tools/call", tool: None, params: &params };
    let mut example = Example { actions: Vec::new(), refusal: None, address: Resolved::Given };
    for finding in inspect(&asked, &context) {
        match finding.found {
            Found::Action(action) => example.actions.push(action),
            Found::Refusal(reason) => example.refusal = example.refusal.or(Some(reason)),
        }
    }
    example.actions.reverse();
    example
}

/// A connection to `host:port`, and to the address that a name stands for.
fn connection(text: &str, address: Option<&str>) -> Result<Example, ValueError> {
    let (host, port) = endpoint(text)?;
    let given = address.map(|text| {
        text.parse::<IpAddr>().map_err(|_| ValueError::new("an address", text, "it is not an IP address"))
    });
    let given = given.transpose()?;
    let left_open = given.is_none() && matches!(&host, Host::Name(name) if !name.is_localhost());
    let resolved = if left_open { Resolved::Open } else { Resolved::Given };
    let address = match (given, &host) {
        (Some(address), _) => address,
        (None, Host::Address(address)) => *address,
        (None, Host::Name(name)) if name.is_localhost() => Ipv4Addr::LOCALHOST.into(),
        (None, Host::Name(_)) => SOME_PUBLIC_ADDRESS,
    };
    let address = address.to_canonical();
    let actions = vec![Dial { host: host.clone(), port, address }.into(), Connect { host, port }.into()];
    Ok(Example { actions, refusal: None, address: resolved })
}

/// `host:port` of one connection.
fn endpoint(text: &str) -> Result<(Host, Port), ValueError> {
    let refuse = || ValueError::new("a connection", text, "it must be `host:port`");
    let (host, _) = text.rsplit_once(':').ok_or_else(refuse)?;
    match HostRule::parse(text)? {
        HostRule { host: HostPattern::Name(_) | HostPattern::Range(_), port: PortRule::One(port) } => {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            Ok((Host::parse(bare)?, port))
        }
        _ => Err(refuse()),
    }
}
