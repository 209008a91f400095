//! The operator's policy, `policy.yaml`: what whoever runs the tools allows them (docs/policy.md).
//!
//! Reads the five sections into values that cannot be wrong. A missing section is the safe default, never no check.
//! Decides nothing, and counts nothing: rates and times are data for whoever keeps the clock.

pub(crate) mod wire;

use crate::document::{DocumentError, Fault, Place, Spanned, read_yaml};
use crate::entry::{Checker, Entry};
use crate::examples::Examples;
use crate::value::{
    AbsPath, CallTimeout, Cidr, HostPattern, PathGlob, Port, Surroundings, ToolName, ValueError,
};
use crate::verdict::Source;
use std::{collections::BTreeMap, sync::Arc};
use wire::{
    AuditWire, ClientWire, EndpointWire, FilesystemWire, LevelWire, NetworkWire, PolicyWire, RateWire,
    RecordWire, ToolsWire,
};

/// An operator's policy that has been read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperatorPolicy {
    /// The document as the user knows it.
    pub document: Arc<str>,
    /// Where the sections that rules come from stand.
    pub sections: OperatorSections,
    /// The policy's own version.
    pub version: Box<str>,
    /// Address ranges that may be connected to.
    pub allowed_ranges: Vec<Entry<Cidr>>,
    /// Names and ports that may be connected to.
    pub allowed_endpoints: Vec<Entry<Endpoint>>,
    /// Ports that stay closed everywhere.
    pub blocked_ports: Vec<Entry<Port>>,
    /// Whether names are looked up at all.
    pub allow_dns: bool,
    /// Names that may be looked up.
    pub dns_allowlist: Vec<Entry<HostPattern>>,
    /// Paths that may be used.
    pub allowed_paths: Vec<Entry<PathGlob>>,
    /// Paths that stay closed.
    pub denied_paths: Vec<Entry<PathGlob>>,
    /// Names of programs that stay closed.
    pub blocked_commands: Vec<Entry<Box<str>>>,
    /// How often and how long tools may be called.
    pub calls: CallLimits,
    /// The same per client; where both say something, both hold.
    pub clients: BTreeMap<Box<str>, CallLimits>,
    /// What is written down.
    pub audit: OperatorAudit,
    /// Actions it must allow and refuse.
    pub examples: Examples,
}

/// Where the sections that rules come from stand; the start of the document for one that is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorSections {
    /// `network`.
    pub network: Source,
    /// `filesystem`.
    pub filesystem: Source,
    /// `commands`.
    pub commands: Source,
}

/// A name and its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The exact name.
    pub host: HostPattern,
    /// Its ports.
    pub ports: Vec<Port>,
}

/// How often a tool may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls per minute, at least 1.
    pub per_minute: u32,
    /// Calls at once before the rate holds, at least 1; a sixth of a minute's calls where not set.
    pub burst: u32,
}

/// How often and how long tools may be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallLimits {
    /// For tools without a rate of their own.
    pub default_rate: Option<Rate>,
    /// Per tool.
    pub rates: BTreeMap<ToolName, Rate>,
    /// For tools without a time of their own.
    pub default_timeout: Option<CallTimeout>,
    /// Per tool.
    pub timeouts: BTreeMap<ToolName, CallTimeout>,
}

impl CallLimits {
    /// The rate of a tool; none for no limit.
    #[must_use]
    pub fn rate(&self, tool: &ToolName) -> Option<Rate> {
        self.rates.get(tool).copied().or(self.default_rate)
    }

    /// The longest time of one call of a tool; none for no limit.
    #[must_use]
    pub fn timeout(&self, tool: &ToolName) -> Option<CallTimeout> {
        self.timeouts.get(tool).copied().or(self.default_timeout)
    }
}

/// A kind of audit record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// A call begins.
    Request,
    /// A call ends.
    Response,
    /// Something was refused.
    Security,
}

/// The least severity that is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What may go wrong.
    Warning,
    /// What went wrong.
    Error,
    /// What stops work.
    Critical,
}

/// What is written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorAudit {
    /// Where; none for the usual place.
    pub log_file: Option<AbsPath>,
    /// From which severity on.
    pub level: LogLevel,
    /// Which kinds; none for all.
    pub include: Option<Vec<RecordKind>>,
}

impl OperatorPolicy {
    /// Reads a policy. `document` is its name for messages; `surroundings` say what `~` and `${…}` stand for.
    ///
    /// # Errors
    /// Unknown keys, bad ranges, hosts, patterns, unknown variables: with line, column, field and what to write.
    pub fn parse(document: &str, text: &str, surroundings: &Surroundings) -> Result<Self, DocumentError> {
        let document: Arc<str> = document.into();
        let wire: PolicyWire = read_yaml(&document, text)?;
        let policy = checked(wire, &document, surroundings).map_err(|fault| fault.in_document(&document))?;
        let compiled = crate::Policy::of_operator(&policy);
        if let Some(error) = compiled.error() {
            return Err(error.clone());
        }
        policy.examples.check(&compiled).map_err(|fault| fault.in_document(&document))?;
        Ok(policy)
    }
}

fn checked(
    wire: PolicyWire,
    document: &Arc<str>,
    surroundings: &Surroundings,
) -> Result<OperatorPolicy, Fault> {
    let PolicyWire { version, network, filesystem, commands, tools, audit, examples } = wire;
    let check = Checker { document };
    let sections = OperatorSections {
        network: section(&check, network.as_ref()),
        filesystem: section(&check, filesystem.as_ref()),
        commands: section(&check, commands.as_ref()),
    };
    let NetworkWire { allowed_ranges, allowed_endpoints, blocked_ports, allow_dns, dns_allowlist } =
        network.map(|wire| wire.value).unwrap_or_default();
    let FilesystemWire { allowed_paths, denied_paths } =
        filesystem.map(|wire| wire.value).unwrap_or_default();
    let ToolsWire { rate_limits, timeout, timeouts, clients } =
        tools.map(|wire| wire.value).unwrap_or_default();
    let blocked = commands.map(|wire| wire.value).unwrap_or_default().blocked;
    let client = |(name, client): (String, Spanned<ClientWire>)| {
        let ClientWire { rate_limits, timeout, timeouts } = client.value;
        let limits = call_limits(rate_limits, timeout, timeouts);
        Ok((name.as_str().into(), limits.map_err(|fault| fault.below(&name).below("tools.clients"))?))
    };
    let endpoint = |(index, endpoint)| {
        endpoint_of(endpoint, &check)
            .map_err(|fault: Fault| fault.below(&format!("network.allowed_endpoints[{index}]")))
    };
    let path = |text: &str| PathGlob::parse(text, surroundings);
    Ok(OperatorPolicy {
        document: Arc::clone(document),
        sections,
        version: version.0.into(),
        allowed_ranges: check.all("network.allowed_ranges", &allowed_ranges, Cidr::parse)?,
        allowed_endpoints: allowed_endpoints
            .into_iter()
            .enumerate()
            .map(endpoint)
            .collect::<Result<_, _>>()?,
        blocked_ports: ports(&blocked_ports, &check).map_err(|fault| fault.below("network.blocked_ports"))?,
        allow_dns,
        dns_allowlist: check.all("network.dns_allowlist", &dns_allowlist, name_pattern)?,
        allowed_paths: check.all("filesystem.allowed_paths", &allowed_paths, path)?,
        denied_paths: check.all("filesystem.denied_paths", &denied_paths, path)?,
        blocked_commands: check.all("commands.blocked", &blocked, program_name)?,
        calls: call_limits(rate_limits, timeout, timeouts).map_err(|fault| fault.below("tools"))?,
        clients: clients.into_iter().map(client).collect::<Result<_, Fault>>()?,
        audit: audit_of(audit.unwrap_or_default(), &check, surroundings)?,
        examples: Examples::checked(examples, &check, surroundings, &BTreeMap::new())?,
    })
}

fn section<T>(check: &Checker<'_>, section: Option<&Spanned<T>>) -> Source {
    check.source(section.map_or(Place { line: 1, column: 1 }, |section| section.place))
}

fn name_pattern(text: &str) -> Result<HostPattern, ValueError> {
    match HostPattern::parse(text)? {
        HostPattern::Any => Err(ValueError::new("a name to look up", text, "`*` would look up anything")),
        HostPattern::Range(_) => Err(ValueError::new(
            "a name to look up",
            text,
            "an address is not looked up; list it in `allowed_ranges`",
        )),
        pattern @ (HostPattern::Name(_) | HostPattern::Below(_)) => Ok(pattern),
    }
}

fn endpoint_of(wire: EndpointWire, check: &Checker<'_>) -> Result<Entry<Endpoint>, Fault> {
    let EndpointWire { host, ports: numbers, description: _ } = wire;
    let Entry { value: host, source } = check.one("host", &host, |text| match HostPattern::parse(text)? {
        pattern @ HostPattern::Name(_) => Ok(pattern),
        HostPattern::Range(_) => {
            Err(ValueError::new("the name of an endpoint", text, "list an address in `allowed_ranges`"))
        }
        HostPattern::Any | HostPattern::Below(_) => {
            Err(ValueError::new("the name of an endpoint", text, "an endpoint is one exact name"))
        }
    })?;
    let ports = ports(&numbers, check).map_err(|fault| fault.below("ports"))?;
    Ok(Entry { value: Endpoint { host, ports: ports.into_iter().map(|port| port.value).collect() }, source })
}

fn ports(numbers: &[Spanned<u16>], check: &Checker<'_>) -> Result<Vec<Entry<Port>>, Fault> {
    let entry = |(index, number): (usize, &Spanned<u16>)| match Port::new(number.value) {
        Some(value) => Ok(Entry { value, source: check.source(number.place) }),
        None => Err(Fault::new("`0` is not a port").at(number.place).below(&format!("[{index}]"))),
    };
    numbers.iter().enumerate().map(entry).collect()
}

fn program_name(text: &str) -> Result<Box<str>, ValueError> {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._+-".contains(c));
    if plain {
        return Ok(text.into());
    }
    Err(ValueError::new(
        "the name of a program",
        text,
        "it must be one word of letters, digits and `._+-`, without wildcards",
    ))
}

fn call_limits(
    rates: BTreeMap<String, Spanned<RateWire>>,
    timeout: Option<Spanned<u64>>,
    timeouts: BTreeMap<String, Spanned<u64>>,
) -> Result<CallLimits, Fault> {
    let mut out = CallLimits::default();
    for (name, wire) in rates {
        let fault = |fault: Fault| fault.at(wire.place).below(&name).below("rate_limits");
        let rate = rate(wire.value).map_err(fault)?;
        match name.as_str() {
            "default" => out.default_rate = Some(rate),
            tool => {
                let tool = ToolName::parse(tool).map_err(|error| fault(Fault::new(error.to_string())))?;
                out.rates.insert(tool, rate);
            }
        }
    }
    let seconds = |wire: Spanned<u64>| {
        let timeout = CallTimeout::from_millis(wire.value.saturating_mul(1000));
        timeout.map_err(|_| Fault::new("a call may take 1 to 300 seconds").at(wire.place))
    };
    out.default_timeout = timeout.map(seconds).transpose().map_err(|fault| fault.below("timeout"))?;
    for (name, wire) in timeouts {
        let place = wire.place;
        let fault = |fault: Fault| fault.at(place).below(&name).below("timeouts");
        let tool = ToolName::parse(&name).map_err(|error| fault(Fault::new(error.to_string())))?;
        out.timeouts.insert(tool, seconds(wire).map_err(fault)?);
    }
    Ok(out)
}

/// Without a burst of its own, a rate lets a sixth of a minute's calls through at once.
fn rate(wire: RateWire) -> Result<Rate, Fault> {
    let RateWire { per_minute, burst } = wire;
    let bounded = |what, number| match u32::try_from(number) {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err(Fault::new(format!("{what} must be 1 to 1000000"))),
    };
    let per_minute = bounded("calls per minute", per_minute)?;
    let burst = burst.map(|burst| bounded("`burst`", burst)).transpose()?;
    Ok(Rate { per_minute, burst: burst.unwrap_or_else(|| per_minute.div_ceil(6)) })
}

fn audit_of(
    wire: AuditWire,
    check: &Checker<'_>,
    surroundings: &Surroundings,
) -> Result<OperatorAudit, Fault> {
    let AuditWire { log_file, log_level, include } = wire;
    let log_file = log_file.map(|text| {
        check
            .one("audit.log_file", &text, |text| AbsPath::parse(&surroundings.expand(text)?))
            .map(|entry| entry.value)
    });
    let kind = |kind| match kind {
        RecordWire::Request => RecordKind::Request,
        RecordWire::Response => RecordKind::Response,
        RecordWire::Security => RecordKind::Security,
    };
    if include.as_ref().is_some_and(Vec::is_empty) {
        let fault = Fault::new("an empty `include` would write nothing down")
            .hint("leave the key out to write everything");
        return Err(fault.below("audit.include"));
    }
    Ok(OperatorAudit {
        log_file: log_file.transpose()?,
        level: match log_level {
            None | Some(LevelWire::Info) => LogLevel::Info,
            Some(LevelWire::Debug) => LogLevel::Debug,
            Some(LevelWire::Warning) => LogLevel::Warning,
            Some(LevelWire::Error) => LogLevel::Error,
            Some(LevelWire::Critical) => LogLevel::Critical,
        },
        include: include.map(|kinds| kinds.into_iter().map(kind).collect()),
    })
}
