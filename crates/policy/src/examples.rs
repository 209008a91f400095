//! Examples in a document: actions it must allow and actions it must refuse, checked when it is loaded.

use crate::action::{
    Access, Action, CallTool, CommandSyntax, Connect, Listen, PassEnv, RunCommand, Spawn, UsePath,
};
use crate::decide::decide;
use crate::document::{Fault, Place, Spanned};
use crate::entry::{Checker, Entry};
use crate::manifest::wire::{ExampleWire, ExamplesWire};
use crate::policy::Policy;
use crate::value::{
    AbsPath, EnvName, Host, HostPattern, HostRule, Port, PortRule, Surroundings, ToolName, ValueError,
};

/// Actions that a document must allow and refuse.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examples {
    /// Actions that must be allowed.
    pub matching: Vec<Entry<Action>>,
    /// Actions that must be refused.
    pub not_matching: Vec<Entry<Action>>,
}

impl Examples {
    pub(crate) fn checked(
        wire: Option<Spanned<ExamplesWire>>,
        check: &Checker<'_>,
        surroundings: &Surroundings,
    ) -> Result<Self, Fault> {
        let ExamplesWire { matching, not_match } = wire.map(|wire| wire.value).unwrap_or_default();
        let list = |field: &str, examples: Vec<Spanned<ExampleWire>>| {
            let entry = |(index, Spanned { place, value })| {
                let fault =
                    |fault: Fault| fault.at(place).below(&format!("{field}[{index}]")).below("examples");
                let value = action(value, surroundings).map_err(fault)?;
                Ok(Entry { value, source: check.source(place) })
            };
            examples.into_iter().enumerate().map(entry).collect::<Result<Vec<_>, Fault>>()
        };
        Ok(Self { matching: list("match", matching)?, not_matching: list("not_match", not_match)? })
    }

    /// Checks every example against the policy made of its document.
    pub(crate) fn check(&self, policy: &Policy) -> Result<(), Fault> {
        let place = |entry: &Entry<Action>| Place { line: entry.source.line, column: entry.source.column };
        for (index, entry) in self.matching.iter().enumerate() {
            let verdict = decide(entry.value.clone(), policy);
            if let Some(reason) = verdict.reason() {
                let fault = Fault::new(format!(
                    "this must be allowed, but the tool {}",
                    first_line(&reason.to_string())
                ));
                let fault = reason.suggestion().map_or(fault.clone(), |edit| fault.hint(edit.to_string()));
                return Err(fault.at(place(entry)).below(&format!("examples.match[{index}]")));
            }
        }
        for (index, entry) in self.not_matching.iter().enumerate() {
            if decide(entry.value.clone(), policy).is_allow() {
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

fn action(wire: ExampleWire, surroundings: &Surroundings) -> Result<Action, Fault> {
    let ExampleWire { read, write, connect, spawn, command, env, listen, tool } = wire;
    let fault = |error: ValueError| Fault::new(error.to_string());
    let path = |text: String| AbsPath::parse(&surroundings.expand(&text)?);
    let using = |text: String, access| path(text).map(|path| Action::from(UsePath { path, access }));
    let port =
        |number: u16| Port::new(number).ok_or_else(|| ValueError::new("a port", "0", "ports start at 1"));
    let actions = [
        read.map(|text| using(text, Access::Read)),
        write.map(|text| using(text, Access::Write)),
        connect.map(|text| endpoint(&text).map(|(host, port)| Connect { host, port }.into())),
        spawn.map(|text| path(text).map(|program| Spawn { program }.into())),
        command.map(|line| Ok(RunCommand { line: line.into(), syntax: CommandSyntax::Plain }.into())),
        env.map(|text| EnvName::parse(&text).map(|name| PassEnv { name }.into())),
        listen.map(|number| port(number).map(|port| Listen { port }.into())),
        tool.map(|text| ToolName::parse(&text).map(|tool| CallTool { tool }.into())),
    ];
    let mut given = actions.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(action), None) => action.map_err(fault),
        (None, _) => {
            Err(Fault::new("an example names one action").hint("such as `{\"read\": \"/etc/passwd\"}`"))
        }
        (Some(_), Some(_)) => Err(Fault::new("an example names one action, not several")),
    }
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
