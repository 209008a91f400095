//! Documents that people write, as trees that remember where each piece stands.
//!
//! Two front ends (strict JSON for manifests, YAML for the operator's policy) give one kind of tree; one reader turns
//! the tree into types and puts the place, the path and the nearest known name into every error. Nothing here knows
//! what any document means.

mod json;
mod read;
mod yaml;

pub use read::Spanned;

use std::{collections::BTreeSet, fmt, sync::Arc};

/// A position in a document: line and column in characters, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// Deepest nesting accepted in a document.
const MAX_DEPTH: usize = 64;
/// Most values accepted in a document.
const MAX_NODES: usize = 100_000;
/// Largest document accepted, in bytes.
pub const MAX_DOCUMENT_LEN: usize = 4 << 20;

/// One value of a document and where it starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    /// A number as it was spelled.
    Number(Box<str>),
    Text(Box<str>),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) name: Box<str>,
}

/// A document that cannot be used: where, what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentError {
    /// The document as the user knows it.
    pub document: Arc<str>,
    /// Where it is wrong.
    pub place: Place,
    /// The field, as a dotted path such as `filesystem.read[2]`; empty for the document as a whole.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, place, field, message, hint } = self;
        write!(out, "{document}:{}:{}: ", place.line, place.column)?;
        if !field.is_empty() {
            write!(out, "`{field}`: ")?;
        }
        out.write_str(message)?;
        match hint {
            Some(hint) => write!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DocumentError {}

/// What is wrong with a tree, before the document's name is known to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) place: Option<Place>,
    pub(crate) field: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { place: None, field: String::new(), message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the place unless an inner value has set it already.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// Puts a step in front of the path to the field.
    pub(crate) fn below(mut self, step: &str) -> Self {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{step}{joint}{}", self.field);
        self
    }

    pub(crate) fn in_document(self, document: &Arc<str>) -> DocumentError {
        let Self { place, field, message, hint } = self;
        let place = place.unwrap_or(Place { line: 1, column: 1 });
        DocumentError { document: Arc::clone(document), place, field, message, hint }
    }
}

/// The name out of `known` that a person most likely meant by `written`.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > 64 {
        return None;
    }
    let scored = known.into_iter().map(|name| (strsim::damerau_levenshtein(written, name), name));
    let limit = (written.chars().count() / 3).clamp(1, 4);
    scored.filter(|(distance, _)| *distance <= limit).min().map(|(_, name)| name)
}

/// Refuses a table that names the same key twice.
fn refuse_doubles(members: &[(Key, Node)]) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (key, _) in members {
        if !seen.insert(&*key.name) {
            let name = crate::value::shown(&key.name);
            return Err(Fault::new(format!("the key `{name}` appears twice")).at(key.place));
        }
    }
    Ok(())
}

/// Reads a document in strict JSON (RFC 8259: no comments, no trailing commas, no doubled keys) into a type.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    document: &Arc<str>,
    text: &str,
) -> Result<T, DocumentError> {
    let tree = check_len(text).and_then(|()| json::parse(text));
    tree.and_then(|tree| read::read(&tree)).map_err(|fault| fault.in_document(document))
}

/// Reads a document in YAML 1.2 (one document, core schema, no custom tags) into a type.
pub(crate) fn read_yaml<T: serde::de::DeserializeOwned>(
    document: &Arc<str>,
    text: &str,
) -> Result<T, DocumentError> {
    let tree = check_len(text).and_then(|()| check_lines(text)).and_then(|()| yaml::parse(text));
    tree.and_then(|tree| read::read(&tree)).map_err(|fault| fault.in_document(document))
}

fn check_len(text: &str) -> Result<(), Fault> {
    if text.len() > MAX_DOCUMENT_LEN {
        return Err(Fault::new("the document is larger than 4 MB"));
    }
    if text.starts_with('\u{feff}') {
        return Err(
            Fault::new("the document starts with a byte order mark").hint("save it as UTF-8 without BOM")
        );
    }
    Ok(())
}

/// Refuses characters that end a line for some readers and not for others, so that everybody sees the same rules.
fn check_lines(text: &str) -> Result<(), Fault> {
    let mut place = Place { line: 1, column: 1 };
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let lone = character == '\r' && characters.peek() != Some(&'\n');
        if lone || matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}') {
            let message =
                format!("the character U+{:04X} ends a line for some readers only", u32::from(character));
            return Err(Fault::new(message).hint("use line feeds").at(place));
        }
        place = match character {
            '\n' => Place { line: place.line.saturating_add(1), column: 1 },
            _ => Place { column: place.column.saturating_add(1), ..place },
        };
    }
    Ok(())
}
