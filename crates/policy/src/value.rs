//! Values that cannot be wrong: each type here is parsed once, at the edge, and holds its rule from then on.
//!
//! Holds no rule of any document (which host is allowed, which path is denied); only what a host, a path, a port *is*.

mod address;
mod cidr;
mod glob;
mod host;
mod measure;
mod name;
mod path;
mod surroundings;

pub(crate) use address::carried;
pub use address::{AddressClass, classify};
pub use cidr::Cidr;
pub(crate) use glob::Alternative;
pub use glob::{PathGlob, Reach};
pub use host::{Host, HostName, HostPattern, HostRule, Port, PortRule};
pub use measure::{ByteSize, CallTimeout};
pub(crate) use name::wildcard;
pub use name::{EnvName, SecretName, ToolName, ToolPattern};
pub use path::AbsPath;
pub use surroundings::Surroundings;
pub(crate) use surroundings::escape;

/// A text that is not what it should be: what it was taken for, the text, and why it is not that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {kind}: {why}")]
pub struct ValueError {
    kind: &'static str,
    text: String,
    why: String,
}

impl ValueError {
    /// `kind` with its article (`a host`), the offending text (shortened, control characters shown), and the reason.
    pub(crate) fn new(kind: &'static str, text: &str, why: impl Into<String>) -> Self {
        Self { kind, text: shown(text), why: why.into() }
    }

    /// Why the text was refused, without the text itself.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// A text fit for an error message: at most 80 characters, hidden ones escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut out = visible(text.get(..text.floor_char_boundary(1024)).unwrap_or_default());
    if let Some((cut, _)) = out.char_indices().nth(80) {
        out.truncate(cut);
        out.push('…');
    }
    out
}

/// A text in which nothing hides or ends the line: control characters, those that reorder text, and backticks escaped.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) || character == '`' {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

/// Control characters and the Unicode format characters that reorder or hide text on a terminal.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
