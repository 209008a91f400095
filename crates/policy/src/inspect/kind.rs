//! What kind of value a place in the arguments holds.
//!
//! Only the kinds and their order; how a place gets its kind is in `schema` and `words`.

/// What kind of value a place in the arguments holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Kind {
    /// Bytes in a text coat, such as Base64: never looked into.
    Opaque,
    /// Text for people or for an interpreter of its own: never looked into.
    Prose,
    /// Nothing is known: the shape of each value decides.
    #[default]
    Unknown,
    /// A word that is a host name if it has a dot in it.
    Domain,
    /// A URL, or a reference relative to one that the tool knows.
    Reference,
    /// A host name or address, perhaps with a port.
    Host,
    /// A URL, or what a browser's address line would make one of.
    Url,
    /// A path of a file or folder; a URL is understood as well.
    Path,
    /// A line for a shell or for the tool's own interpreter of commands.
    Command,
}

/// What part a path plays, told by the name of its argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    /// The name does not say.
    #[default]
    Neutral,
    /// What is taken from: `source`, `input_file`.
    Source,
    /// What is put to: `destination`, `output_file`.
    Sink,
}
