//! The manifest, `armor.json`: what a tool's author declares that it needs (docs/manifest.md; 1.0 and 1.1).
//!
//! Reads one document into values that cannot be wrong. Decides nothing: that needs the operator's policy too.

mod checked;
mod parts;
pub(crate) mod wire;

pub use parts::{
    Audit, BasicField, FileRules, Guard, Install, Limits, Network, Note, Output, Params, Provenance,
    SecretField, SecretScan, SecretUse, Sections, Spec, Tier, ToolRules,
};

use crate::document::{DocumentError, Fault, Spanned, read_json};
use crate::entry::{Checker, Entry};
use crate::profile::Profile;
use crate::value::{ByteSize, CallTimeout, EnvName, Port, Surroundings};
use crate::verdict::Source;
use std::sync::Arc;
use wire::ManifestWire;

/// A manifest that has been read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// The document as the user knows it.
    pub document: Arc<str>,
    /// Where its sections stand.
    pub sections: Sections,
    /// Which specification it follows.
    pub spec: Spec,
    /// The manifest's own version, `major.minor`.
    pub version: Box<str>,
    /// The base posture.
    pub profile: Profile,
    /// Whether a profile given on the command line must not loosen the manifest, which here it never can.
    pub locked: bool,
    /// Deadline of one tool call; none where the manifest sets none.
    pub timeout: Option<CallTimeout>,
    /// Files and folders.
    pub files: FileRules,
    /// Hosts and ports.
    pub network: Network,
    /// Whether other programs may be started.
    pub spawn: bool,
    /// Environment variables passed to the tool.
    pub env: Vec<Entry<EnvName>>,
    /// What is done to answers.
    pub output: Output,
    /// What is written down.
    pub audit: Audit,
    /// Ceilings; each none where not declared.
    pub limits: Limits,
    /// Which tools may be called, and with what.
    pub tools: ToolRules,
    /// Secrets the broker uses on the tool's behalf.
    pub secrets: Vec<Entry<SecretUse>>,
    /// Ports the tool may serve on its own loopback.
    pub listen: Vec<Entry<Port>>,
    /// The weakest protection accepted.
    pub min_tier: Option<Tier>,
    /// What a package runner may do while installing.
    pub install: Option<Install>,
    /// Actions it must allow and refuse.
    pub examples: crate::examples::Examples,
    /// Where it comes from, in its author's words.
    pub provenance: Provenance,
    /// What `check` tells the author: nothing here stops a run.
    pub notes: Vec<Note>,
}

impl Manifest {
    /// The document of [`Self::strict`].
    pub const BUILT_IN: &'static str = "built-in (no armor.json was found)";
    /// The `$schema` of specification 1.0.
    pub const SCHEMA_1_0: &'static str = "https://mcp-armor.com/spec/v1.0/armor.schema.json";
    /// The `$schema` of specification 1.1.
    pub const SCHEMA_1_1: &'static str = "https://portcullis-mcp.github.io/schemas/armor-1.1.schema.json";

    /// Reads a manifest. `document` is its name for messages; `surroundings` say what `~` and `${…}` stand for.
    ///
    /// # Errors
    /// Anything that is not exactly the specification: with line, column, field, and what to write instead.
    ///
    /// ```
    /// use portcullis_policy::{Manifest, value::Surroundings};
    /// let text = r#"{ "version": "1.0", "profile": "network", "network": { "allow": ["api.github.com:443"] } }"#;
    /// let manifest = Manifest::parse("armor.json", text, &Surroundings::unknown())?;
    /// assert_eq!(manifest.network.allow.len(), 1);
    /// # Ok::<(), portcullis_policy::DocumentError>(())
    /// ```
    pub fn parse(document: &str, text: &str, surroundings: &Surroundings) -> Result<Self, DocumentError> {
        let document: Arc<str> = document.into();
        let wire: ManifestWire = read_json(&document, text)?;
        let manifest =
            checked::manifest(wire, &document, surroundings).map_err(|fault| fault.in_document(&document))?;
        let compiled = crate::Policy::of_author(&manifest);
        if let Some(error) = compiled.error() {
            return Err(error.clone());
        }
        manifest.examples.check(&compiled).map_err(|fault| fault.in_document(&document))?;
        Ok(manifest)
    }

    /// The manifest that stands in where none was found: profile `strict`, nothing declared, secrets redacted, answers
    /// of at most 512 KB, audit on.
    #[must_use]
    pub fn strict() -> Self {
        let document: Arc<str> = Self::BUILT_IN.into();
        let start = Source { document: Arc::clone(&document), line: 1, column: 1 };
        Self {
            document,
            sections: Sections::all_at(&start),
            spec: Spec::V1_0,
            version: "1.0".into(),
            profile: Profile::Strict,
            locked: false,
            timeout: None,
            files: FileRules::default(),
            network: Network::default(),
            spawn: false,
            env: Vec::new(),
            output: Output { scan_secrets: SecretScan::Redact, max_size: Some(ByteSize::from_kib(512)) },
            audit: Audit::default(),
            limits: Limits::default(),
            tools: ToolRules::default(),
            secrets: Vec::new(),
            listen: Vec::new(),
            min_tier: None,
            install: None,
            examples: crate::examples::Examples::default(),
            provenance: Provenance::default(),
            notes: Vec::new(),
        }
    }
}
