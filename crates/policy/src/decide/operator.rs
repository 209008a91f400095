//! What the operator's policy says about each action. Where it has no section for a kind of action, the manifest's word
//! stands.

use super::command::Line;
use super::{Judged, Refusal, sealed::Sealed};
use crate::Entry;
use crate::action::{
    CallTool, Connect, Dial, Listen, PassEnv, Resolve, RunCommand, Spawn, UsePath, UseSecret,
};
use crate::policy::Operator;
use crate::value::{AddressClass, Cidr, Host, HostName, Port, carried, classify, escape};
use crate::verdict::{Change, Rule};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) trait Judge {
    fn operator(&self, operator: &Operator) -> Judged;
}

impl Judge for UsePath {
    fn operator(&self, operator: &Operator) -> Judged {
        let path = &self.path;
        let section = &operator.policy.sections.filesystem;
        if operator.denied.covers(path) {
            let entry = operator.denied.first(path);
            let source = entry.map_or(section, |entry| &entry.source);
            let pattern = entry.map_or("", |entry| entry.value.as_str());
            let why = format!("`{pattern}` of `filesystem.denied_paths` covers it");
            return Refusal::new(self, Rule::PathDenied, source).final_because(why);
        }
        if operator.allowed.covers(path) {
            return Ok(());
        }
        Refusal::new(self, Rule::PathNotListed, section).unless_listed(
            "no entry of `filesystem.allowed_paths` covers it",
            "filesystem.allowed_paths",
            escape(path.as_str()).as_deref(),
        )
    }
}

/// On what ground a connection may be made; each asks something else of the address.
enum Ground {
    /// The address itself is in an allowed range.
    Range,
    /// `localhost`: the address must be loopback.
    Localhost,
    /// An endpoint: the address must be public, or in an allowed range.
    Endpoint,
    /// A name that may be looked up: the address must be in an allowed range.
    Name,
}

/// The order of decision (docs/policy.md): blocked port, literal address, `localhost`, endpoint, name to look up.
fn ground<A: Sealed>(
    action: &A,
    operator: &Operator,
    host: &Host,
    port: Port,
) -> Result<Ground, Box<crate::Reason>> {
    let policy = &operator.policy;
    if let Some(entry) = policy.blocked_ports.iter().find(|entry| entry.value == port) {
        let why = format!("port {port} is in `network.blocked_ports`");
        Refusal::new(action, Rule::PortBlocked, &entry.source).final_because(why)?;
    }
    let name = match host {
        Host::Address(address) => return in_range(action, operator, *address).map(|()| Ground::Range),
        Host::Name(name) if name.is_localhost() => {
            let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            let [first, second] = loopback.map(|address| in_range(action, operator, address));
            return second.or(first).map(|()| Ground::Localhost);
        }
        Host::Name(name) => name,
    };
    let endpoint = policy
        .allowed_endpoints
        .iter()
        .find(|entry| entry.value.host.matches(host) && entry.value.ports.contains(&port));
    if endpoint.is_some() {
        return looked_up(action, operator, name).map(|()| Ground::Endpoint);
    }
    if may_look_up(operator, name) {
        return Ok(Ground::Name);
    }
    let entry = serde_json::json!({ "host": name.as_str(), "ports": [port.number()] }).to_string();
    let refusal = Refusal::new(action, Rule::HostNotListed, &policy.sections.network);
    let why = "no entry of `network.allowed_endpoints` names it";
    refusal.unless(why, "network.allowed_endpoints", Change::Add(entry)).map(|()| Ground::Name)
}

fn may_look_up(operator: &Operator, name: &HostName) -> bool {
    let policy = &operator.policy;
    policy.allow_dns && policy.dns_allowlist.iter().any(|entry| entry.value.matches_name(name))
}

fn looked_up<A: Sealed>(action: &A, operator: &Operator, name: &HostName) -> Judged {
    let policy = &operator.policy;
    let refusal = Refusal::new(action, Rule::NameNotListed, &policy.sections.network);
    if !policy.allow_dns {
        let why = "`network.allow_dns` is off, so no name is looked up";
        return refusal.unless(why, "network.allow_dns", Change::Set("true".into()));
    }
    if may_look_up(operator, name) {
        return Ok(());
    }
    let why = "no entry of `network.dns_allowlist` names it";
    refusal.unless_listed(why, "network.dns_allowlist", name.as_str())
}

fn range_of(operator: &Operator, address: IpAddr) -> Option<&Entry<Cidr>> {
    let metadata = classify(address) == AddressClass::Metadata;
    let mut ranges = operator.policy.allowed_ranges.iter();
    // Packets to an address that carries another go there: the range has to hold that one.
    let end = carried(address);
    ranges.find(|entry| entry.value.contains(end) && (!metadata || entry.value.is_single()))
}

fn in_range<A: Sealed>(action: &A, operator: &Operator, address: IpAddr) -> Judged {
    if range_of(operator, address).is_some() {
        return Ok(());
    }
    let source = &operator.policy.sections.network;
    if classify(address) == AddressClass::Metadata {
        let why =
            "it is a cloud metadata address, and no single address of `network.allowed_ranges` names it";
        return Refusal::new(action, Rule::AddressMetadata, source).final_because(why);
    }
    Refusal::new(action, Rule::AddressOutOfRange, source).unless_listed(
        "no range of `network.allowed_ranges` holds it",
        "network.allowed_ranges",
        Host::from(address).to_string().as_str(),
    )
}

impl Judge for Connect {
    fn operator(&self, operator: &Operator) -> Judged {
        ground(self, operator, &self.host, self.port).map(|_| ())
    }
}

impl Judge for Dial {
    fn operator(&self, operator: &Operator) -> Judged {
        let address = self.address.to_canonical();
        let class = classify(address);
        match ground(self, operator, &self.host, self.port)? {
            Ground::Range if Host::from(address) == self.host => Ok(()),
            Ground::Localhost if class == AddressClass::Loopback => in_range(self, operator, address),
            Ground::Endpoint if class == AddressClass::Public => Ok(()),
            Ground::Endpoint | Ground::Name => in_range(self, operator, address),
            Ground::Range | Ground::Localhost => {
                let source = &operator.policy.sections.network;
                let why = "the address is not one of that host";
                Refusal::new(self, Rule::AddressOutOfRange, source).final_because(why)
            }
        }
    }
}

impl Judge for Resolve {
    fn operator(&self, operator: &Operator) -> Judged {
        if self.name.is_localhost() {
            return Ok(());
        }
        looked_up(self, operator, &self.name)
    }
}

fn blocked<A: Sealed>(action: &A, entry: &Entry<Box<str>>) -> Judged {
    let why = format!("`{}` is in `commands.blocked`", entry.value);
    Refusal::new(action, Rule::CommandBlocked, &entry.source).final_because(why)
}

impl Judge for Spawn {
    fn operator(&self, operator: &Operator) -> Judged {
        let name = self.program.file_name();
        let mut entries = operator.policy.blocked_commands.iter();
        let found = entries.find(|entry| entry.value.eq_ignore_ascii_case(name));
        found.map_or(Ok(()), |entry| blocked(self, entry))
    }
}

impl Judge for RunCommand {
    fn operator(&self, operator: &Operator) -> Judged {
        let entries = &operator.policy.blocked_commands;
        if entries.is_empty() {
            return Ok(());
        }
        let section = &operator.policy.sections.commands;
        let Some(line) = Line::split(&self.line) else {
            let why = "its quotes are not closed, or it holds a NUL character";
            return Refusal::new(self, Rule::CommandSyntax, section).final_because(why);
        };
        if let Some(entry) = entries.iter().find(|entry| line.names(&entry.value)) {
            return blocked(self, entry);
        }
        if line.expands() {
            let why = "what a shell makes of it cannot be told, and `commands.blocked` names programs";
            return Refusal::new(self, Rule::CommandSyntax, section).final_because(why);
        }
        Ok(())
    }
}

impl Judge for PassEnv {
    fn operator(&self, _: &Operator) -> Judged {
        Ok(())
    }
}

impl Judge for UseSecret {
    fn operator(&self, operator: &Operator) -> Judged {
        ground(self, operator, &self.host, self.port).map(|_| ())
    }
}

impl Judge for Listen {
    fn operator(&self, operator: &Operator) -> Judged {
        match operator.policy.blocked_ports.iter().find(|entry| entry.value == self.port) {
            None => Ok(()),
            Some(entry) => {
                let why = format!("port {} is in `network.blocked_ports`", self.port);
                Refusal::new(self, Rule::PortBlocked, &entry.source).final_because(why)
            }
        }
    }
}

impl Judge for CallTool {
    fn operator(&self, _: &Operator) -> Judged {
        Ok(())
    }
}
