//! What the manifest says about each action.

use super::command::{self, Line};
use super::{Judged, Refusal, sealed::Sealed};
use crate::action::{
    Access, CallTool, CommandSyntax, Connect, Dial, Endpoint, Listen, PassEnv, Resolve, RunCommand, Spawn,
    UsePath, UseSecret,
};
use crate::policy::Author;
use crate::profile::{Power, Profile, is_scratch};
use crate::value::{AddressClass, Host, HostName, Port, classify, escape};
use crate::verdict::{Change, Rule};
use std::net::IpAddr;

pub(super) trait Judge {
    fn author(&self, author: &Author) -> Judged;
}

/// Names under which clouds serve instance metadata; their addresses are in the special-use table.
const METADATA_NAMES: [&str; 4] =
    ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal", "metadata.azure.internal"];

/// Refuses what the profile gives no power for.
fn powered<A: Sealed>(action: &A, author: &Author, power: Power) -> Judged {
    if author.powers.has(power) {
        return Ok(());
    }
    let refusal = Refusal::new(action, Rule::Profile, author.profile_source());
    let profile = author.manifest.profile;
    if profile.powers().has(power) {
        return refusal.final_because("the profile given at the start does not include it");
    }
    let why = format!("profile `{profile}` does not include it");
    if author.manifest.locked {
        return refusal.final_because(why);
    }
    refusal.unless(why, "profile", Change::Set(format!("\"{}\"", Profile::System)))
}

impl Judge for UsePath {
    fn author(&self, author: &Author) -> Judged {
        let path = &self.path;
        if author.deny.covers(path) {
            let sections = &author.manifest.sections;
            let entry = author.deny.first(path);
            let source = entry.map_or(&sections.files, |entry| &entry.source);
            let pattern = entry.map_or("", |entry| entry.value.as_str());
            let why = format!("`{pattern}` of `filesystem.deny` covers it");
            return Refusal::new(self, Rule::PathDenied, source).final_because(why);
        }
        if is_scratch(path) && author.powers.has(Power::Scratch) {
            return Ok(());
        }
        powered(self, author, Power::Files)?;
        let listed = match self.access {
            Access::Read => author.read.covers(path),
            Access::Write => author.write.covers(path),
            Access::Either => author.read.covers(path) || author.write.covers(path),
        };
        if listed {
            return Ok(());
        }
        let field = if self.access == Access::Write { "filesystem.write" } else { "filesystem.read" };
        Refusal::new(self, Rule::PathNotListed, &author.manifest.sections.files).unless_listed(
            format!("no entry of `{field}` covers it"),
            field,
            escape(path.as_str()).as_deref(),
        )
    }
}

impl Judge for Connect {
    fn author(&self, author: &Author) -> Judged {
        connect(self, author, &self.host, self.port)?;
        match self.host {
            Host::Address(address) => destination(self, author, address, self.port),
            Host::Name(_) => Ok(()),
        }
    }
}

impl Judge for Dial {
    fn author(&self, author: &Author) -> Judged {
        connect(self, author, &self.host, self.port)?;
        let address = self.address.to_canonical();
        let agrees = match &self.host {
            Host::Address(asked) => *asked == address,
            Host::Name(name) => !name.is_localhost() || classify(address) == AddressClass::Loopback,
        };
        if !agrees {
            let why = "the address is not one of that host";
            let source = &author.manifest.sections.network;
            return Refusal::new(self, Rule::AddressReserved, source).final_because(why);
        }
        destination(self, author, address, self.port)
    }
}

/// The rule for the name or literal address that the tool gave.
fn connect<A: Sealed>(action: &A, author: &Author, host: &Host, port: Port) -> Judged {
    let network = &author.manifest.network;
    let source = &author.manifest.sections.network;
    let (local, metadata) = match host {
        Host::Name(name) => (name.is_localhost(), is_metadata(name)),
        Host::Address(address) => {
            let class = classify(*address);
            (class == AddressClass::Loopback, class == AddressClass::Metadata)
        }
    };
    if metadata && network.metadata.is_closed() {
        let source = network.metadata.source().unwrap_or(source);
        let why = "`network.deny_metadata` closes cloud metadata services";
        return Refusal::new(action, Rule::AddressMetadata, source).final_because(why);
    }
    if local && author.powers.has(Power::Loopback) {
        return Ok(());
    }
    powered(action, author, Power::Network)?;
    if author.hosts.find(host, port).is_none() {
        let rule = Endpoint(host, port).to_string();
        let refusal = Refusal::new(action, Rule::HostNotListed, source);
        return refusal.unless_listed(
            "no entry of `network.allow` covers it",
            "network.allow",
            rule.as_str(),
        );
    }
    if local && network.local.is_closed() {
        return local_closed(action, author, "a loopback address");
    }
    Ok(())
}

/// The rule for the address that packets would go to.
fn destination<A: Sealed>(action: &A, author: &Author, address: IpAddr, port: Port) -> Judged {
    let network = &author.manifest.network;
    let class = classify(address);
    match class {
        AddressClass::Public => Ok(()),
        AddressClass::Loopback if author.powers.has(Power::Loopback) => Ok(()),
        AddressClass::Loopback | AddressClass::Private if !network.local.is_closed() => Ok(()),
        AddressClass::Loopback | AddressClass::Private => local_closed(action, author, class.describe()),
        AddressClass::Metadata if !network.metadata.is_closed() => Ok(()),
        AddressClass::Metadata => {
            let source = network.metadata.source().unwrap_or(&author.manifest.sections.network);
            let why = "`network.deny_metadata` closes cloud metadata services";
            Refusal::new(action, Rule::AddressMetadata, source).final_because(why)
        }
        AddressClass::Reserved if author.hosts.names_reserved(&Host::from(address), port) => Ok(()),
        AddressClass::Reserved => {
            let rule = Endpoint(&Host::from(address), port).to_string();
            Refusal::new(action, Rule::AddressReserved, &author.manifest.sections.network).unless_listed(
                "it is a reserved address, and no range of `network.allow` names it",
                "network.allow",
                rule.as_str(),
            )
        }
    }
}

fn local_closed<A: Sealed>(action: &A, author: &Author, what: &str) -> Judged {
    let source = author.manifest.network.local.source().unwrap_or(&author.manifest.sections.network);
    Refusal::new(action, Rule::AddressLocal, source).unless(
        format!("`network.deny_local` closes {what}"),
        "network.deny_local",
        Change::Set("false".into()),
    )
}

fn is_metadata(name: &HostName) -> bool {
    METADATA_NAMES.contains(&name.as_str())
}

impl Judge for Resolve {
    fn author(&self, author: &Author) -> Judged {
        if self.name.is_localhost() && author.powers.has(Power::Loopback) {
            return Ok(());
        }
        powered(self, author, Power::Network)?;
        if is_metadata(&self.name) && author.manifest.network.metadata.is_closed() {
            let why = "it is a name of a cloud metadata service";
            let source = &author.manifest.sections.network;
            return Refusal::new(self, Rule::AddressMetadata, source).final_because(why);
        }
        if author.hosts.names_host(&self.name) {
            return Ok(());
        }
        Refusal::new(self, Rule::NameNotListed, &author.manifest.sections.network).unless_listed(
            "no entry of `network.allow` names it",
            "network.allow",
            Endpoint(&Host::Name(self.name.clone()), Port::HTTPS).to_string().as_str(),
        )
    }
}

/// Refuses every program where none may be started.
fn spawning<A: Sealed>(action: &A, author: &Author) -> Judged {
    powered(action, author, Power::Spawn)?;
    if author.manifest.spawn {
        return Ok(());
    }
    let source = &author.manifest.sections.spawn;
    let refusal = Refusal::new(action, Rule::SpawnNotDeclared, source);
    refusal.unless("`spawn` is not declared", "spawn", Change::Set("true".into()))
}

impl Judge for Spawn {
    fn author(&self, author: &Author) -> Judged {
        spawning(self, author)
    }
}

impl Judge for RunCommand {
    fn author(&self, author: &Author) -> Judged {
        spawning(self, author)?;
        let source = &author.manifest.sections.spawn;
        let why = match (Line::split(&self.line), self.syntax) {
            (None, _) => "its quotes are not closed, or it holds a NUL character".to_owned(),
            (Some(_), CommandSyntax::Shell) => return Ok(()),
            (Some(_), CommandSyntax::Plain) => match command::shell_syntax(&self.line) {
                None => return Ok(()),
                Some(found) => format!("it holds shell syntax: `{found}`"),
            },
        };
        Refusal::new(self, Rule::CommandSyntax, source).final_because(why)
    }
}

impl Judge for PassEnv {
    fn author(&self, author: &Author) -> Judged {
        powered(self, author, Power::Environment)?;
        if author.manifest.env.iter().any(|entry| entry.value == self.name) {
            return Ok(());
        }
        Refusal::new(self, Rule::EnvNotListed, &author.manifest.sections.env).unless_listed(
            "no entry of `env.allow` names it",
            "env.allow",
            self.name.as_str(),
        )
    }
}

impl Judge for UseSecret {
    fn author(&self, author: &Author) -> Judged {
        powered(self, author, Power::Environment)?;
        let declared = author.manifest.secrets.iter().find(|entry| entry.value.name == self.secret);
        let source = declared.map_or(&author.manifest.sections.secrets, |entry| &entry.source);
        if declared.is_some_and(|entry| {
            entry.value.hosts.iter().any(|rule| rule.value.matches(&self.host, self.port))
        }) {
            connect(self, author, &self.host, self.port)?;
            return match self.host {
                Host::Address(address) => destination(self, author, address, self.port),
                Host::Name(_) => Ok(()),
            };
        }
        let why = match declared {
            None => "no entry of `secrets` names it",
            Some(_) => "the `hosts` of the secret do not cover this origin",
        };
        Refusal::new(self, Rule::SecretNotListed, source).final_because(why)
    }
}

impl Judge for Listen {
    fn author(&self, author: &Author) -> Judged {
        powered(self, author, Power::Listen)?;
        if author.manifest.listen.iter().any(|entry| entry.value == self.port) {
            return Ok(());
        }
        Refusal::new(self, Rule::ListenNotListed, &author.manifest.sections.listen).unless(
            "no entry of `listen` names the port",
            "listen",
            Change::Add(self.port.to_string()),
        )
    }
}

impl Judge for CallTool {
    fn author(&self, author: &Author) -> Judged {
        let tools = &author.manifest.tools;
        if let Some(entry) = tools.deny.iter().find(|entry| entry.value.matches(&self.tool)) {
            let why = format!("`{}` of `tools.deny` covers it", entry.value.as_str());
            return Refusal::new(self, Rule::ToolDenied, &entry.source).final_because(why);
        }
        let Some(allow) = &tools.allow else {
            return Ok(());
        };
        if allow.iter().any(|entry| entry.value.matches(&self.tool)) {
            return Ok(());
        }
        Refusal::new(self, Rule::ToolNotListed, &author.manifest.sections.tools).unless_listed(
            "no entry of `tools.allow` covers it",
            "tools.allow",
            self.tool.as_str(),
        )
    }
}
