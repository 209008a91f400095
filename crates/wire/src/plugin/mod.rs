//! The plugin protocols: JSON lines between the core and a plugin that runs for long ([`FromPlugin`], [`ToPlugin`]),
//! and the one-shot form with one line in and one object out ([`oneshot`]). Payloads stay raw JSON. It knows nothing
//! of processes, deadlines or which request is allowed when.

mod error;
mod fields;
mod incoming;
pub mod oneshot;
mod outgoing;

pub use error::{PluginError, PluginErrorKind};
pub use incoming::{
    Failure, FileWrite, FromPlugin, HttpRequest, HttpTarget, PluginMessage, Source, ToolOutcome, parse,
};
pub use outgoing::{HttpAnswer, ToPlugin};

/// The version the core names in `init`.
pub const PROTOCOL: &str = "1.0";

/// What may be negotiated by `init.features` and `init_ok.features` on top of protocol 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// The core tells the plugin that a call is over.
    Cancel,
    /// The plugin tells how far a call is.
    Progress,
    /// The plugin sends log lines as messages.
    Log,
    /// The plugin asks the user something.
    Elicit,
    /// Results may be content blocks.
    Blocks,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Cancel, Self::Progress, Self::Log, Self::Elicit, Self::Blocks];

    /// As it is written on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Progress => "progress",
            Self::Log => "log",
            Self::Elicit => "elicit",
            Self::Blocks => "blocks",
        }
    }

    /// The feature of this name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.as_str() == name)
    }
}
