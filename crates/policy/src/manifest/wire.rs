//! The manifest as it is written: one struct per object, field names as in the file. The published JSON Schemas are
//! generated from these types.

use crate::document::Spanned;
use crate::profile::Profile;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// What a tool declares that it needs. Everything that is not declared is refused.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "armor.json", rename = "Manifest")]
pub(crate) struct ManifestWire {
    /// The specification this manifest follows.
    #[serde(rename = "$schema")]
    pub(crate) schema: Option<Spanned<String>>,
    /// The manifest's own version, such as `1.0`.
    #[schemars(regex(pattern = r"^\d+\.\d+$"))]
    pub(crate) version: Spanned<String>,
    /// The oldest specification that can enforce this manifest; older readers refuse it.
    #[schemars(regex(pattern = r"^\d+\.\d+$"))]
    pub(crate) min_spec: Option<Spanned<String>>,
    /// The base posture: a ceiling for everything below.
    pub(crate) profile: Spanned<Profile>,
    /// Kept from other readers, where it keeps `--profile` from loosening the manifest; here `--profile` can only narrow.
    #[serde(default)]
    pub(crate) locked: bool,
    /// How long one tool call may take, in milliseconds.
    #[schemars(range(min = 100, max = 300_000))]
    pub(crate) timeout_ms: Option<Spanned<u64>>,
    /// Files and folders.
    pub(crate) filesystem: Option<Spanned<FilesystemWire>>,
    /// Hosts and ports.
    pub(crate) network: Option<Spanned<NetworkWire>>,
    /// Whether the tool may start other programs.
    #[schemars(default = "no")]
    pub(crate) spawn: Option<Spanned<bool>>,
    /// Environment variables.
    pub(crate) env: Option<Spanned<EnvWire>>,
    /// What is done to what the tool answers.
    #[serde(default)]
    pub(crate) output: OutputWire,
    /// What is written down about calls.
    #[serde(default)]
    pub(crate) audit: AuditWire,
    /// Where the manifest comes from.
    #[serde(rename = "_source")]
    pub(crate) source: Option<String>,
    /// Who reviewed it.
    #[serde(rename = "_reviewed_by")]
    pub(crate) reviewed_by: Option<String>,
    /// When it was reviewed.
    #[serde(rename = "_reviewed_at")]
    pub(crate) reviewed_at: Option<String>,
    /// Ceilings on memory, processor, processes and files.
    pub(crate) limits: Option<Spanned<LimitsWire>>,
    /// Which tools may be called, and with what.
    pub(crate) tools: Option<Spanned<ToolsWire>>,
    /// Credentials that the broker puts into requests; the tool sees a placeholder.
    pub(crate) secrets: Option<Spanned<Vec<Spanned<SecretWire>>>>,
    /// Ports that the tool may serve on its own loopback.
    pub(crate) listen: Option<Spanned<Vec<Spanned<u16>>>>,
    /// The weakest protection that the tool may run under.
    pub(crate) min_tier: Option<Spanned<TierWire>>,
    /// Actions that this manifest allows and refuses, checked when it is loaded.
    pub(crate) examples: Option<Spanned<ExamplesWire>>,
    /// What a package runner may do while it installs the tool, before it runs.
    pub(crate) install: Option<Spanned<InstallWire>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Filesystem")]
pub(crate) struct FilesystemWire {
    /// Patterns of paths that may be read: `*` within a component, `**` across, `folder/**` for a whole tree.
    pub(crate) read: Vec<Spanned<String>>,
    /// Patterns of paths that may be created, changed and removed.
    pub(crate) write: Vec<Spanned<String>>,
    /// Patterns of paths that stay closed whatever the lists above say.
    pub(crate) deny: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Network")]
pub(crate) struct NetworkWire {
    /// `host:port`, `*.suffix:port`, `host:*` or `*:port`; not `*:*`.
    pub(crate) allow: Vec<Spanned<String>>,
    /// Whether this machine and private networks stay closed.
    #[schemars(default = "yes")]
    pub(crate) deny_local: Option<Spanned<bool>>,
    /// Whether cloud metadata services stay closed.
    #[schemars(default = "yes")]
    pub(crate) deny_metadata: Option<Spanned<bool>>,
}

#[expect(clippy::unnecessary_wraps, reason = "the schema generator wants the field's own type")]
fn no() -> Option<bool> {
    Some(false)
}

#[expect(clippy::unnecessary_wraps, reason = "the schema generator wants the field's own type")]
fn yes() -> Option<bool> {
    Some(true)
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Env")]
pub(crate) struct EnvWire {
    /// Exact names of the variables that are passed to the tool.
    pub(crate) allow: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Output")]
pub(crate) struct OutputWire {
    /// `false`: pass; `true`: replace what looks like a secret; `"strict"`: block the whole answer.
    pub(crate) scan_secrets: ScanWire,
    /// Largest answer, in kilobytes.
    #[schemars(range(min = 1, max = 102_400))]
    pub(crate) max_size_kb: Option<Spanned<u64>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Audit")]
pub(crate) struct AuditWire {
    /// Whether calls are written to the audit log.
    #[schemars(default = "yes")]
    pub(crate) enabled: Option<bool>,
    /// Delete records older than this many days.
    #[schemars(range(min = 1, max = 365))]
    pub(crate) retention_days: Option<Spanned<u64>>,
    /// Rotate the log at this size, in megabytes.
    #[schemars(range(min = 1, max = 10_240))]
    pub(crate) max_size_mb: Option<Spanned<u64>>,
    /// Whether only the names of arguments are written, not their values.
    pub(crate) redact_params: bool,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Limits")]
pub(crate) struct LimitsWire {
    /// Memory of all the tool's processes together, in megabytes.
    #[schemars(range(min = 16, max = 1_048_576))]
    pub(crate) memory_mb: Option<Spanned<u64>>,
    /// Processor time, in percent of one core.
    #[schemars(range(min = 1, max = 100_000))]
    pub(crate) cpu_percent: Option<Spanned<u64>>,
    /// Processes and threads.
    #[schemars(range(min = 1, max = 65_536))]
    pub(crate) pids: Option<Spanned<u64>>,
    /// Open files per process.
    #[schemars(range(min = 16, max = 1_048_576))]
    pub(crate) open_files: Option<Spanned<u64>>,
    /// Largest file, in megabytes.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub(crate) file_size_mb: Option<Spanned<u64>>,
    /// Size of the private `/tmp`, in megabytes.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub(crate) tmp_mb: Option<Spanned<u64>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Tools")]
pub(crate) struct ToolsWire {
    /// Patterns of tools that may be called; without this list, all.
    pub(crate) allow: Option<Vec<Spanned<String>>>,
    /// Patterns of tools that may not be called, whatever `allow` says.
    pub(crate) deny: Vec<Spanned<String>>,
    /// Per tool, per argument: what its value is and what it may be.
    pub(crate) rules: BTreeMap<String, BTreeMap<String, Spanned<ArgumentWire>>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Argument")]
pub(crate) struct ArgumentWire {
    /// What the value is; without it, judged by the tool's schema and by the value's shape.
    pub(crate) kind: Option<ArgumentKindWire>,
    /// How a path is used; without it, judged by the names of tool and argument.
    pub(crate) access: Option<ArgumentAccessWire>,
    /// Whether a command may hold shell syntax.
    pub(crate) shell: bool,
    /// Patterns (`*` for any text) of which the value must match one.
    pub(crate) allow: Option<Vec<String>>,
    /// Patterns of which the value may match none.
    pub(crate) deny: Vec<String>,
    /// Longest text, in characters.
    pub(crate) max_length: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum ArgumentKindWire {
    Path,
    Url,
    Host,
    Command,
    Text,
    Opaque,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum ArgumentAccessWire {
    Read,
    Write,
}

#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Secret")]
pub(crate) struct SecretWire {
    /// The name under which the broker finds the real value.
    pub(crate) name: Spanned<String>,
    /// The environment variable in which the tool sees a placeholder.
    pub(crate) env: Spanned<String>,
    /// The origins (`host:port`) to which the real value may go.
    pub(crate) hosts: Vec<Spanned<String>>,
    /// The header in which the placeholder is replaced.
    pub(crate) header: Option<Spanned<String>>,
    /// The query parameter in which the placeholder is replaced.
    pub(crate) query: Option<Spanned<String>>,
    /// The half of basic authentication in which the placeholder is replaced.
    pub(crate) basic: Option<Spanned<BasicWire>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum BasicWire {
    Username,
    Password,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[schemars(inline)]
pub(crate) enum TierWire {
    T1,
    T2,
    T3,
}

/// Actions that the document must allow (`match`) and refuse (`not_match`).
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Examples")]
pub(crate) struct ExamplesWire {
    /// Actions that must be allowed.
    #[serde(rename = "match")]
    pub(crate) matching: Vec<Spanned<ExampleWire>>,
    /// Actions that must be refused.
    pub(crate) not_match: Vec<Spanned<ExampleWire>>,
}

/// One action: exactly one of the keys, `address` and `arguments` aside.
#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Example")]
pub(crate) struct ExampleWire {
    /// A path read.
    pub(crate) read: Option<String>,
    /// A path written.
    pub(crate) write: Option<String>,
    /// A connection, `host:port`.
    pub(crate) connect: Option<String>,
    /// Beside `connect`: the address that the name resolves to. Where not given, what must be allowed is tried at a public
    /// one, and what must be refused at public and inside ones.
    pub(crate) address: Option<String>,
    /// A program started.
    pub(crate) spawn: Option<String>,
    /// A command line run.
    pub(crate) command: Option<String>,
    /// An environment variable seen.
    pub(crate) env: Option<String>,
    /// A port listened on.
    pub(crate) listen: Option<u16>,
    /// A tool called.
    pub(crate) tool: Option<String>,
    /// Beside `tool`: its arguments, of which everything that they ask for is decided on.
    pub(crate) arguments: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Install")]
pub(crate) struct InstallWire {
    /// Hosts of the package registries.
    pub(crate) network: InstallNetworkWire,
    /// Patterns of paths that the installation may write.
    pub(crate) write: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "InstallNetwork")]
pub(crate) struct InstallNetworkWire {
    /// As `network.allow`.
    pub(crate) allow: Vec<Spanned<String>>,
}

/// `false`, `true` or `"strict"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ScanWire {
    #[default]
    Off,
    Redact,
    Block,
}

impl<'de> Deserialize<'de> for ScanWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = ScanWire;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`false`, `true` or `\"strict\"`")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<ScanWire, E> {
                Ok(if value { ScanWire::Redact } else { ScanWire::Off })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ScanWire, E> {
                match text {
                    "strict" => Ok(ScanWire::Block),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for ScanWire {
    fn schema_name() -> Cow<'static, str> {
        "ScanSecrets".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": [false, true, "strict"], "default": false })
    }

    fn inline_schema() -> bool {
        true
    }
}
