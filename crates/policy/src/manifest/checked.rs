//! From the manifest as written to the manifest as values: every range, pattern and combination checked.

use super::parts::{Guard, Params, Sections};
use super::wire::{
    ArgumentAccessWire, ArgumentKindWire, ArgumentWire, AuditWire, BasicWire, EnvWire, FilesystemWire,
    InstallWire, LimitsWire, ManifestWire, NetworkWire, OutputWire, ScanWire, SecretWire, TierWire,
    ToolsWire,
};
use super::{
    Arc, Audit, BasicField, ByteSize, CallTimeout, Checker, Entry, EnvName, Fault, FileRules, Install,
    Limits, Manifest, Network, Note, Output, Port, SecretField, SecretScan, SecretUse, Spanned, Spec,
    Surroundings, Tier, ToolRules,
};
use crate::action::{Access, CommandSyntax};
use crate::document::Place;
use crate::examples;
use crate::inspect::{self, ArgumentRule, Kind, TextPattern};
use crate::profile::{Power, Profile};
use crate::value::{HostPattern, HostRule, PathGlob, SecretName, ToolName, ToolPattern, ValueError};

pub(super) fn manifest(
    wire: ManifestWire,
    document: &Arc<str>,
    surroundings: &Surroundings,
) -> Result<Manifest, Fault> {
    let spec = spec(&wire)?;
    let check = Checker { document };
    let mut notes = notes(&wire, &check);
    let sections = sections(&check, &wire);
    let ManifestWire {
        schema: _,
        version,
        min_spec: _,
        profile,
        locked,
        timeout_ms,
        filesystem,
        network,
        spawn,
        env,
        output,
        audit,
        source,
        reviewed_by,
        reviewed_at,
        limits,
        tools,
        secrets,
        listen,
        min_tier,
        examples,
        install,
    } = wire;
    let EnvWire { allow: env } = env.map(|env| env.value).unwrap_or_default();
    let paths = Paths { check: &check, surroundings };
    let manifest = Manifest {
        document: Arc::clone(document),
        sections,
        spec,
        version: dotted("version", &version)?.into(),
        profile: profile.value,
        locked,
        timeout: timeout(timeout_ms)?,
        files: paths
            .files(filesystem.map(|wire| wire.value).unwrap_or_default())
            .map_err(|fault| fault.below("filesystem"))?,
        network: network_rules(network.map(|wire| wire.value).unwrap_or_default(), &check)
            .map_err(|fault| fault.below("network"))?,
        spawn: spawn.is_some_and(|spawn| spawn.value),
        env: check.all("env.allow", &env, EnvName::parse)?,
        output: output_rules(&output).map_err(|fault| fault.below("output"))?,
        audit: audit_rules(&audit).map_err(|fault| fault.below("audit"))?,
        limits: limit_rules(limits.map(|limits| limits.value)).map_err(|fault| fault.below("limits"))?,
        tools: tool_rules(tools.map(|tools| tools.value), &check).map_err(|fault| fault.below("tools"))?,
        secrets: secret_rules(secrets.map(|secrets| secrets.value), &check)
            .map_err(|fault| fault.below("secrets"))?,
        listen: listen_rules(listen, &check)?,
        min_tier: min_tier.map(|tier| match tier.value {
            TierWire::T1 => Tier::T1,
            TierWire::T2 => Tier::T2,
            TierWire::T3 => Tier::T3,
        }),
        install: paths.install(install)?,
        examples: examples::Examples::default(),
        provenance: super::Provenance { source, reviewed_by, reviewed_at },
        notes: Vec::new(),
    };
    let examples = examples::Examples::checked(examples, &check, surroundings, &manifest.tools.arguments)?;
    without_effect(&manifest, profile.place, &check, &mut notes);
    Ok(Manifest { examples, notes, ..manifest })
}

fn sections(check: &Checker<'_>, wire: &ManifestWire) -> Sections {
    fn at<T>(section: Option<&Spanned<T>>) -> Place {
        section.map_or(Place { line: 1, column: 1 }, |section| section.place)
    }
    Sections {
        document: check.source(Place { line: 1, column: 1 }),
        profile: check.source(wire.profile.place),
        files: check.source(at(wire.filesystem.as_ref())),
        network: check.source(at(wire.network.as_ref())),
        env: check.source(at(wire.env.as_ref())),
        spawn: check.source(at(wire.spawn.as_ref())),
        tools: check.source(at(wire.tools.as_ref())),
        secrets: check.source(at(wire.secrets.as_ref())),
        listen: check.source(at(wire.listen.as_ref())),
    }
}

/// Which specification the manifest follows, and whether we can enforce what it asks for.
fn spec(wire: &ManifestWire) -> Result<Spec, Fault> {
    let spec = match &wire.schema {
        None => Spec::V1_1,
        Some(schema) => match schema.value.as_str() {
            Manifest::SCHEMA_1_0 => Spec::V1_0,
            Manifest::SCHEMA_1_1 => Spec::V1_1,
            other => {
                let message = format!("`{}` is not a specification known here", crate::value::shown(other));
                let hint = format!("write `{}`", Manifest::SCHEMA_1_1);
                return Err(Fault::new(message).hint(hint).at(schema.place).below("$schema"));
            }
        },
    };
    if let Some(asked) = &wire.min_spec
        && numbers(dotted("min_spec", asked)?) > (1, 1)
    {
        let message =
            format!("this manifest needs specification {}; 1.1 is the newest known here", asked.value);
        return Err(Fault::new(message).hint("use a newer release").at(asked.place).below("min_spec"));
    }
    if spec == Spec::V1_0
        && let Some((field, place)) = newer_field(wire)
    {
        let hint = format!("set `$schema` to `{}`", Manifest::SCHEMA_1_1);
        return Err(Fault::new("this key needs specification 1.1").hint(hint).at(place).below(field));
    }
    Ok(spec)
}

fn newer_field(wire: &ManifestWire) -> Option<(&'static str, Place)> {
    fn place<T>(part: Option<&Spanned<T>>) -> Option<Place> {
        part.map(|part| part.place)
    }
    let fields = [
        ("filesystem.deny", place(wire.filesystem.as_ref().and_then(|files| files.value.deny.as_ref()))),
        ("limits", place(wire.limits.as_ref())),
        ("tools", place(wire.tools.as_ref())),
        ("secrets", place(wire.secrets.as_ref())),
        ("listen", place(wire.listen.as_ref())),
        ("min_tier", place(wire.min_tier.as_ref())),
        ("examples", place(wire.examples.as_ref())),
        ("install", place(wire.install.as_ref())),
    ];
    fields.into_iter().find_map(|(field, place)| Some((field, place?)))
}

fn dotted<'a>(field: &str, text: &'a Spanned<String>) -> Result<&'a str, Fault> {
    let digits =
        |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.value.split_once('.') {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(&text.value),
        _ => {
            let message = format!("`{}` is not a version such as `1.0`", crate::value::shown(&text.value));
            Err(Fault::new(message).at(text.place).below(field))
        }
    }
}

/// Major and minor of a version that [`dotted`] has accepted.
fn numbers(version: &str) -> (u32, u32) {
    let number = |part: &str| part.parse().unwrap_or(u32::MAX);
    version.split_once('.').map_or((u32::MAX, 0), |(major, minor)| (number(major), number(minor)))
}

fn timeout(millis: Option<Spanned<u64>>) -> Result<Option<CallTimeout>, Fault> {
    let Some(millis) = millis else {
        return Ok(None);
    };
    let timeout = CallTimeout::from_millis(millis.value);
    timeout.map(Some).map_err(|error| Fault::new(error.to_string()).at(millis.place).below("timeout_ms"))
}

struct Paths<'a> {
    check: &'a Checker<'a>,
    surroundings: &'a Surroundings,
}

impl Paths<'_> {
    fn all(&self, field: &str, texts: &[Spanned<String>]) -> Result<Vec<Entry<PathGlob>>, Fault> {
        self.check.all(field, texts, |text| PathGlob::parse(text, self.surroundings))
    }

    fn files(&self, wire: FilesystemWire) -> Result<FileRules, Fault> {
        let FilesystemWire { read, write, deny } = wire;
        let deny = deny.map(|deny| deny.value).unwrap_or_default();
        Ok(FileRules {
            read: self.all("read", &read)?,
            write: self.all("write", &write)?,
            deny: self.all("deny", &deny)?,
        })
    }

    fn install(&self, wire: Option<Spanned<InstallWire>>) -> Result<Option<Install>, Fault> {
        let Some(InstallWire { network, write }) = wire.map(|wire| wire.value) else {
            return Ok(None);
        };
        let allow = self.check.all("install.network.allow", &network.allow, HostRule::parse)?;
        Ok(Some(Install { allow, write: self.all("install.write", &write)? }))
    }
}

fn network_rules(wire: NetworkWire, check: &Checker<'_>) -> Result<Network, Fault> {
    let NetworkWire { allow, deny_local, deny_metadata } = wire;
    let guard = |flag: Option<Spanned<bool>>| match flag {
        None => Guard::Default,
        Some(Spanned { place, value: true }) => Guard::Closed(check.source(place)),
        Some(Spanned { place, value: false }) => Guard::Open(check.source(place)),
    };
    Ok(Network {
        allow: check.all("allow", &allow, HostRule::parse)?,
        local: guard(deny_local),
        metadata: guard(deny_metadata),
    })
}

fn output_rules(wire: &OutputWire) -> Result<Output, Fault> {
    let OutputWire { scan_secrets, max_size_kb } = wire;
    let scan_secrets = match scan_secrets {
        ScanWire::Off => SecretScan::Off,
        ScanWire::Redact => SecretScan::Redact,
        ScanWire::Block => SecretScan::Block,
    };
    let max_size = Checker::bounded("max_size_kb", max_size_kb.as_ref(), 1..=102_400)?;
    Ok(Output { scan_secrets, max_size: max_size.map(ByteSize::from_kib) })
}

fn audit_rules(wire: &AuditWire) -> Result<Audit, Fault> {
    let AuditWire { enabled, retention_days, max_size_mb, redact_params } = wire;
    let max_size = Checker::bounded("max_size_mb", max_size_mb.as_ref(), 1..=10_240)?;
    Ok(Audit {
        enabled: enabled.unwrap_or(true),
        retention_days: Checker::bounded("retention_days", retention_days.as_ref(), 1..=365)?,
        max_size: max_size.map(ByteSize::from_mib),
        params: if *redact_params { Params::Names } else { Params::Values },
    })
}

fn limit_rules(wire: Option<LimitsWire>) -> Result<Limits, Fault> {
    let LimitsWire { memory_mb, cpu_percent, pids, open_files, file_size_mb, tmp_mb } =
        wire.unwrap_or_default();
    let mib = |field, number: Option<&Spanned<u64>>, low| {
        Checker::bounded(field, number, low..=1_048_576).map(|size| size.map(ByteSize::from_mib))
    };
    Ok(Limits {
        memory: mib("memory_mb", memory_mb.as_ref(), 16)?,
        cpu_percent: Checker::bounded("cpu_percent", cpu_percent.as_ref(), 1..=100_000)?,
        pids: Checker::bounded("pids", pids.as_ref(), 1..=65_536)?,
        open_files: Checker::bounded("open_files", open_files.as_ref(), 16..=1_048_576)?,
        file_size: mib("file_size_mb", file_size_mb.as_ref(), 1)?,
        tmp_size: mib("tmp_mb", tmp_mb.as_ref(), 1)?,
    })
}

fn tool_rules(wire: Option<ToolsWire>, check: &Checker<'_>) -> Result<ToolRules, Fault> {
    let ToolsWire { allow, deny, rules } = wire.unwrap_or_default();
    let mut out = ToolRules {
        allow: allow.map(|allow| check.all("allow", &allow, ToolPattern::parse)).transpose()?,
        deny: check.all("deny", &deny, ToolPattern::parse)?,
        ..ToolRules::default()
    };
    for (tool, arguments) in rules {
        let place = arguments.values().next().map(|argument| argument.place);
        let name = ToolName::parse(&tool).map_err(|error| {
            let fault = Fault::new(error.to_string()).below("rules");
            place.map_or(fault.clone(), |place| fault.at(place))
        })?;
        let mut checked = inspect::ToolRules::none();
        for (argument, rule) in arguments {
            let rule = argument_rule(rule, check);
            let rule = rule.map_err(|fault| fault.below(&argument).below(&tool).below("rules"))?;
            checked = checked.with(&argument, rule);
        }
        out.arguments.insert(name, checked);
    }
    Ok(out)
}

fn argument_rule(wire: Spanned<ArgumentWire>, check: &Checker<'_>) -> Result<ArgumentRule, Fault> {
    let ArgumentWire { kind, access, shell, allow, deny, max_length } = wire.value;
    let misplaced = |what: &str, kind: &str| {
        Err(Fault::new(format!("`{what}` has a meaning only where `kind` is `{kind}`")).at(wire.place))
    };
    if access.is_some() && kind != Some(ArgumentKindWire::Path) {
        return misplaced("access", "path");
    }
    if shell && kind != Some(ArgumentKindWire::Command) {
        return misplaced("shell", "command");
    }
    if allow.as_ref().is_some_and(Vec::is_empty) {
        let fault = Fault::new("an empty `allow` would refuse every value")
            .hint("leave the key out, or deny the tool");
        return Err(fault.at(wire.place));
    }
    let pattern = |text: &String| {
        TextPattern::parse(text).map_err(|error| Fault::new(error.to_string()).at(wire.place))
    };
    let patterns = |texts: Vec<String>| texts.iter().map(pattern).collect::<Result<Vec<_>, Fault>>();
    Ok(ArgumentRule {
        kind: kind.map(|kind| match kind {
            ArgumentKindWire::Path => Kind::Path,
            ArgumentKindWire::Url => Kind::Url,
            ArgumentKindWire::Host => Kind::Host,
            ArgumentKindWire::Command => Kind::Command,
            ArgumentKindWire::Text => Kind::Prose,
            ArgumentKindWire::Opaque => Kind::Opaque,
        }),
        access: access.map(|access| match access {
            ArgumentAccessWire::Read => Access::Read,
            ArgumentAccessWire::Write => Access::Write,
        }),
        syntax: shell.then_some(CommandSyntax::Shell),
        allow: patterns(allow.unwrap_or_default())?,
        deny: patterns(deny)?,
        max_length: max_length.map(|length| usize::try_from(length).unwrap_or(usize::MAX)),
        source: Some(check.source(wire.place)),
    })
}

fn secret_rules(
    wire: Option<Vec<Spanned<SecretWire>>>,
    check: &Checker<'_>,
) -> Result<Vec<Entry<SecretUse>>, Fault> {
    let mut out: Vec<Entry<SecretUse>> = Vec::new();
    for (index, Spanned { place, value }) in wire.unwrap_or_default().into_iter().enumerate() {
        let step = format!("[{index}]");
        let value = secret_rule(value, check).map_err(|fault| fault.at(place).below(&step))?;
        if out.iter().any(|other| other.value.name == value.name || other.value.env == value.env) {
            let fault = Fault::new("another entry has the same `name` or `env`");
            return Err(fault.at(place).below(&step));
        }
        out.push(Entry { value, source: check.source(place) });
    }
    Ok(out)
}

fn secret_rule(wire: SecretWire, check: &Checker<'_>) -> Result<SecretUse, Fault> {
    let SecretWire { name, env, hosts, header, query, basic } = wire;
    let field = match (header, query, basic) {
        (Some(header), None, None) => SecretField::Header(check.one("header", &header, header_name)?.value),
        (None, Some(query), None) if !query.value.is_empty() => SecretField::Query(query.value.into()),
        (None, None, Some(basic)) => SecretField::Basic(match basic.value {
            BasicWire::Username => BasicField::Username,
            BasicWire::Password => BasicField::Password,
        }),
        _ => {
            return Err(Fault::new(
                "exactly one of `header`, `query` and `basic` must say where the secret goes",
            ));
        }
    };
    if hosts.is_empty() {
        return Err(Fault::new("a secret needs at least one host").below("hosts"));
    }
    let hosts = check.all("hosts", &hosts, |text| {
        let rule = HostRule::parse(text)?;
        let narrow = match &rule.host {
            HostPattern::Any => false,
            HostPattern::Name(_) => true,
            HostPattern::Below(name) => name.as_str().contains('.'),
            HostPattern::Range(range) => range.is_single(),
        };
        if narrow {
            Ok(rule)
        } else {
            Err(ValueError::new("an origin for a secret", text, "it would send it too far"))
        }
    })?;
    Ok(SecretUse {
        name: check.one("name", &name, SecretName::parse)?.value,
        env: check.one("env", &env, EnvName::parse)?.value,
        hosts,
        field,
    })
}

/// A header that may carry a secret: an RFC 9110 token, none of those that steer the connection.
fn header_name(text: &str) -> Result<Box<str>, ValueError> {
    const STEERING: [&str; 8] = [
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "proxy-authorization",
    ];
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let lower = text.to_ascii_lowercase();
    if text.is_empty() || text.len() > 128 || !text.bytes().all(token) {
        return Err(ValueError::new(
            "the name of a header",
            text,
            "it must be 1 to 128 letters, digits or `-`",
        ));
    }
    if STEERING.contains(&lower.as_str()) {
        return Err(ValueError::new("a header for a secret", text, "it steers the connection"));
    }
    Ok(lower.into())
}

fn listen_rules(
    wire: Option<Spanned<Vec<Spanned<u16>>>>,
    check: &Checker<'_>,
) -> Result<Vec<Entry<Port>>, Fault> {
    let ports = wire.map(|ports| ports.value).unwrap_or_default();
    let entry = |(index, port): (usize, Spanned<u16>)| match Port::new(port.value) {
        Some(value) => Ok(Entry { value, source: check.source(port.place) }),
        None => {
            Err(Fault::new("`0` is not a port").at(port.place).below(&format!("[{index}]")).below("listen"))
        }
    };
    ports.into_iter().enumerate().map(entry).collect()
}

/// What can be said from the text alone.
fn notes(wire: &ManifestWire, check: &Checker<'_>) -> Vec<Note> {
    let start = check.source(Place { line: 1, column: 1 });
    let mut notes = Vec::new();
    if wire.schema.is_none() {
        notes.push(Note {
            source: start,
            message: "`$schema` is missing".into(),
            hint: format!("add `\"$schema\": \"{}\"`", Manifest::SCHEMA_1_1),
        });
    }
    if let Some(flag) = wire.network.as_ref().and_then(|network| network.value.deny_local.as_ref())
        && !flag.value
        && wire.profile.value != Profile::Browser
    {
        notes.push(Note {
            source: check.source(flag.place),
            message: "`deny_local: false` lets the hosts listed lead to private networks and this machine"
                .into(),
            hint: "leave it out unless the tool must reach a local service".into(),
        });
    }
    if let Some(flag) = wire.network.as_ref().and_then(|network| network.value.deny_metadata.as_ref())
        && !flag.value
    {
        notes.push(Note {
            source: check.source(flag.place),
            message: "`deny_metadata: false` lets the hosts listed lead to a cloud's credentials".into(),
            hint: "leave it out".into(),
        });
    }
    notes
}

/// Entries that the profile leaves without effect.
fn without_effect(manifest: &Manifest, place: Place, check: &Checker<'_>, notes: &mut Vec<Note>) {
    let powers = manifest.profile.powers();
    let files = &manifest.files;
    let declared = [
        ("filesystem", Power::Files, !(files.read.is_empty() && files.write.is_empty())),
        ("network.allow", Power::Network, !manifest.network.allow.is_empty()),
        ("spawn", Power::Spawn, manifest.spawn),
        ("env.allow", Power::Environment, !manifest.env.is_empty()),
        ("secrets", Power::Environment, !manifest.secrets.is_empty()),
        ("listen", Power::Listen, !manifest.listen.is_empty()),
    ];
    for (field, power, declared) in declared {
        if declared && !powers.has(power) {
            notes.push(Note {
                source: check.source(place),
                message: format!("profile `{}` leaves `{field}` without effect", manifest.profile),
                hint: "choose a wider profile, or remove the entries".into(),
            });
        }
    }
}
