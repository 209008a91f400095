//! The operator's policy as it is written: one struct per table, field names as in the file.

use crate::document::Spanned;
use crate::manifest::wire::ExamplesWire;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// What whoever runs the tools allows them, whatever their manifests declare.
#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "policy.yaml", rename = "Policy")]
pub(crate) struct PolicyWire {
    /// The policy's own version; any text or number.
    pub(crate) version: VersionWire,
    /// Where tools may connect.
    pub(crate) network: Option<Spanned<NetworkWire>>,
    /// Which files tools may use.
    pub(crate) filesystem: Option<Spanned<FilesystemWire>>,
    /// Which programs stay closed.
    pub(crate) commands: Option<Spanned<CommandsWire>>,
    /// How often and how long tools may be called.
    pub(crate) tools: Option<Spanned<ToolsWire>>,
    /// What is written down.
    pub(crate) audit: Option<AuditWire>,
    /// Actions that this policy allows and refuses, checked when it is loaded.
    pub(crate) examples: Option<Spanned<ExamplesWire>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Network")]
pub(crate) struct NetworkWire {
    /// Address ranges that may be connected to by address, or by a name in `dns_allowlist`.
    pub(crate) allowed_ranges: Vec<Spanned<String>>,
    /// Names and ports that may be connected to.
    pub(crate) allowed_endpoints: Vec<EndpointWire>,
    /// Ports that stay closed everywhere; checked first.
    pub(crate) blocked_ports: Vec<Spanned<u16>>,
    /// Whether names are looked up at all.
    pub(crate) allow_dns: bool,
    /// Names that may be looked up.
    pub(crate) dns_allowlist: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Endpoint")]
pub(crate) struct EndpointWire {
    /// The exact name.
    pub(crate) host: Spanned<String>,
    /// Its ports.
    pub(crate) ports: Vec<Spanned<u16>>,
    /// What it is for.
    #[serde(default)]
    #[expect(dead_code, reason = "for the reader of the file only")]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Filesystem")]
pub(crate) struct FilesystemWire {
    /// Patterns of paths that may be used; without one, none.
    pub(crate) allowed_paths: Vec<Spanned<String>>,
    /// Patterns of paths that stay closed; checked first.
    pub(crate) denied_paths: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Commands")]
pub(crate) struct CommandsWire {
    /// Names of programs that may not be started or named in a command line.
    pub(crate) blocked: Vec<Spanned<String>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Tools")]
pub(crate) struct ToolsWire {
    /// Calls per minute: `default`, and per tool.
    pub(crate) rate_limits: BTreeMap<String, Spanned<RateWire>>,
    /// Seconds a call may take.
    #[schemars(range(min = 1, max = 300))]
    pub(crate) timeout: Option<Spanned<u64>>,
    /// Seconds a call may take, per tool.
    pub(crate) timeouts: BTreeMap<String, Spanned<u64>>,
    /// The same settings per client.
    pub(crate) clients: BTreeMap<String, Spanned<ClientWire>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Client")]
pub(crate) struct ClientWire {
    /// Calls per minute: `default`, and per tool.
    pub(crate) rate_limits: BTreeMap<String, Spanned<RateWire>>,
    /// Seconds a call may take.
    #[schemars(range(min = 1, max = 300))]
    pub(crate) timeout: Option<Spanned<u64>>,
    /// Seconds a call may take, per tool.
    pub(crate) timeouts: BTreeMap<String, Spanned<u64>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Audit")]
pub(crate) struct AuditWire {
    /// Where the log is written.
    pub(crate) log_file: Option<Spanned<String>>,
    /// The least severity that is written.
    pub(crate) log_level: Option<LevelWire>,
    /// Which kinds of record are written; without the key, all.
    pub(crate) include: Option<Vec<RecordWire>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
pub(crate) enum LevelWire {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum RecordWire {
    Request,
    Response,
    Security,
}

/// A version: a text, or a number as it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionWire(pub(crate) String);

impl<'de> Deserialize<'de> for VersionWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = VersionWire;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a version such as `1.0`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<VersionWire, E> {
                match text {
                    "" => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                    text => Ok(VersionWire(text.into())),
                }
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<VersionWire, E> {
                Ok(VersionWire(number.to_string()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<VersionWire, E> {
                Ok(VersionWire(format!("{number:?}")))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for VersionWire {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"] })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A rate: calls per minute, or a table that also sets the burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateWire {
    pub(crate) per_minute: u64,
    pub(crate) burst: Option<u64>,
}

impl<'de> Deserialize<'de> for RateWire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            per_minute: u64,
            burst: Option<u64>,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RateWire;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("calls per minute, or a table of `per_minute` and `burst`")
            }

            fn visit_u64<E: de::Error>(self, per_minute: u64) -> Result<RateWire, E> {
                Ok(RateWire { per_minute, burst: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RateWire, A::Error> {
                let Table { per_minute, burst } =
                    Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(RateWire { per_minute, burst })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for RateWire {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let calls = json_schema!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 });
        json_schema!({ "anyOf": [calls, {
            "type": "object",
            "properties": { "per_minute": calls, "burst": calls },
            "required": ["per_minute"],
            "additionalProperties": false,
        }]})
    }
}
