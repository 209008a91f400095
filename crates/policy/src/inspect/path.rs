//! A text that is a path: every reading of it, as absolute paths in normal form.
//!
//! Different programs read one text differently: some undo percent escapes, expand `~` and wildcards, split lists, trim
//! blanks. Each such reading gives its own finding, so that all have to be allowed; a text with a reading that cannot be
//! worked out here is unclear. Symbolic links are for the caller to resolve.

use super::{
    shape,
    state::Inspection,
    text::{self, Percent},
    url,
};
use crate::{Area, value::AbsPath};

/// Judges a text whose kind is a path. Every text that is not empty gives at least one finding.
pub(super) fn judge(inspection: &mut Inspection<'_>, raw: &str) {
    if raw.is_empty() {
        return;
    }
    if raw.contains('\0') {
        return unclear(inspection, raw, "it contains a NUL character, which ends a path early");
    }
    let bare = text::bare(raw);
    if bare.is_empty() {
        return literal(inspection, raw);
    }
    if url::is_file(bare) {
        url::file(inspection, bare);
        pieces(inspection, bare, Pieces::Inner);
        return;
    }
    if url::has_authority(bare) {
        url::judge(inspection, bare, url::Manner::Path);
        if inspection.found_any() && !text::climbs(bare) && !bare.contains('%') {
            return;
        }
    }
    readings(inspection, bare);
    if bare.len() != raw.len() {
        as_it_stands(inspection, raw);
    }
}

fn unclear(inspection: &mut Inspection<'_>, raw: &str, why: &str) {
    inspection.unclear(Area::Path, raw, why);
}

/// The text as it stands, without escapes, without invisible characters, and piece by piece.
pub(super) fn readings(inspection: &mut Inspection<'_>, text: &str) {
    if let Some(why) = ambiguous(text) {
        return unclear(inspection, text, why);
    }
    expanded(inspection, text);
    pieces(inspection, text, Pieces::Inner);
    let visible = text::visible(text);
    if visible.len() != text.len() {
        expanded(inspection, &visible);
    }
    match text::percent(&visible) {
        Percent::None => {}
        Percent::Unclear(why) => unclear(inspection, text, why),
        Percent::Once(decoded) => {
            if let Some(why) = ambiguous(&decoded) {
                return unclear(inspection, text, why);
            }
            let decoded = text::bare(&decoded);
            if !decoded.is_empty() {
                expanded(inspection, decoded);
                pieces(inspection, decoded, Pieces::Inner);
            }
        }
    }
}

/// Why nobody can say what path the text is.
pub(super) fn ambiguous(text: &str) -> Option<&'static str> {
    if text.contains('\0') {
        return Some("it contains a NUL character, which ends a path early");
    }
    if is_drive(text) {
        return Some("it starts with a drive letter");
    }
    if text.contains('\\') {
        return Some("a backslash separates folders for some readers and not for others");
    }
    if text::has_look_alike(text) {
        return Some(
            "it holds characters that look like `.` or `/` and are turned into them by some readers",
        );
    }
    if text.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\n' | '\r')) {
        return Some("it contains control characters");
    }
    if text.contains("$(") || text.contains('`') {
        return Some("it holds a command substitution");
    }
    None
}

/// Whether the text starts with a drive letter, as in `C:\` or `c:/x`.
pub(super) fn is_drive(text: &str) -> bool {
    match text.as_bytes() {
        [letter, b':', rest @ ..] if letter.is_ascii_alphabetic() => {
            matches!(rest, [] | [b'/' | b'\\', ..])
        }
        _ => false,
    }
}

/// Replaces `~` and variables as a shell or a program might, then looks at what that gives.
fn expanded(inspection: &mut Inspection<'_>, text: &str) {
    let surroundings = inspection.surroundings();
    if let Some(after) = text.strip_prefix('~') {
        if !after.is_empty() && !after.starts_with('/') {
            return unclear(inspection, text, "`~` with a name is the home folder of some user");
        }
        let Some(home) = surroundings.home() else {
            return unclear(inspection, text, "the home folder that `~` stands for is not known");
        };
        let home = format!("{}{after}", home.as_str());
        globbed(inspection, &home);
        return as_it_stands(inspection, text);
    }
    match variables(text, |name| match name {
        "HOME" | "USERPROFILE" => surroundings.home().map(AbsPath::as_str),
        "PWD" => surroundings.working_directory().map(AbsPath::as_str),
        name => surroundings.variable(name),
    }) {
        Variables::None => globbed(inspection, text),
        Variables::Unknown => unclear(inspection, text, "it refers to a variable whose value is not known"),
        Variables::Replaced(replaced) => {
            globbed(inspection, &replaced);
            as_it_stands(inspection, text);
        }
    }
}

/// What a program opens that expands nothing. Where that is somewhere below the working directory, it does not matter.
fn as_it_stands(inspection: &mut Inspection<'_>, text: &str) {
    if text.starts_with('/') || text::climbs(text) {
        literal(inspection, text);
    }
}

enum Variables {
    None,
    Replaced(String),
    Unknown,
}

/// Names between percent signs that Windows programs replace.
const PERCENT_NAMES: [&str; 12] = [
    "HOME",
    "USERPROFILE",
    "HOMEPATH",
    "HOMEDRIVE",
    "APPDATA",
    "LOCALAPPDATA",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "WINDIR",
    "SYSTEMDRIVE",
    "PROGRAMFILES",
];

/// Replaces `$NAME`, `${NAME}` and the well-known `%NAME%`.
fn variables<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> Variables {
    let mut out = String::new();
    let mut rest = text;
    let mut any = false;
    while let Some(at) = rest.find(['$', '%']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let Some((reference, after)) = reference(from) else {
            let mut characters = from.chars();
            out.extend(characters.next());
            rest = characters.as_str();
            continue;
        };
        any = true;
        match reference.and_then(&value) {
            Some(value) => out.push_str(value),
            None => return Variables::Unknown,
        }
        rest = after;
    }
    if !any {
        return Variables::None;
    }
    out.push_str(rest);
    Variables::Replaced(out)
}

/// The name referred to at the start of the text, none if it is malformed, and what follows it.
fn reference(text: &str) -> Option<(Option<&str>, &str)> {
    let name_end = |text: &str| {
        let end = |character: char| !(character.is_ascii_alphanumeric() || character == '_');
        text.find(end).unwrap_or(text.len())
    };
    if let Some(inner) = text.strip_prefix("${") {
        return Some(match inner.split_once('}') {
            Some((name, after)) => (Some(name), after),
            None => (None, ""),
        });
    }
    if let Some(inner) = text.strip_prefix('$') {
        let (name, after) = inner.split_at_checked(name_end(inner))?;
        let starts = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
        return name.as_bytes().first().is_some_and(starts).then_some((Some(name), after));
    }
    let inner = text.strip_prefix('%')?;
    let (name, after) = inner.split_at_checked(name_end(inner))?;
    let known = PERCENT_NAMES.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some((Some(known), after.strip_prefix('%')?))
}

const WILD: [char; 4] = ['*', '?', '[', '{'];

/// The text as a name, and the folder in which its wildcards would look.
fn globbed(inspection: &mut Inspection<'_>, text: &str) {
    let Some(at) = text.find(WILD) else {
        return literal(inspection, text);
    };
    let (before, wild) = text.split_at(at);
    let dots = |component: &str| {
        let mut bytes = component.bytes();
        bytes.next() == Some(b'.') && bytes.next().is_some_and(|byte| b"*?[".contains(&byte))
    };
    let wild_from = before.rfind('/').map_or(0, |slash| slash + 1);
    let climbing = wild.split(|character| character != '.').any(|run| run == "..");
    if climbing || text.get(wild_from..).unwrap_or_default().split('/').any(dots) {
        return unclear(inspection, text, "its wildcards may lead above the folder that they start in");
    }
    literal(inspection, text);
    let folder = match text.get(..wild_from).unwrap_or_default() {
        "" => ".",
        folder => folder,
    };
    literal(inspection, folder);
}

/// The text as the kernel would read it, from the working directory if it is relative.
pub(super) fn literal(inspection: &mut Inspection<'_>, text: &str) {
    let unfolded = |base: &str| text::climbs(text).then(|| format!("{base}{text}"));
    let (path, unfolded) = if text.starts_with('/') {
        (AbsPath::parse(text), unfolded(""))
    } else if let Some(folder) = inspection.surroundings().working_directory() {
        let base = format!("{}/", folder.as_str().trim_end_matches('/'));
        (folder.join(text), unfolded(&base))
    } else {
        return unclear(inspection, text, "it is relative, and the tool's working directory is not known");
    };
    match path {
        Ok(path) => inspection.use_path(path, unfolded),
        Err(cause) => {
            let why = cause.why().to_owned();
            unclear(inspection, text, &why);
        }
    }
}

/// Which pieces of a text are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pieces {
    /// Every piece that starts as only a path does: the text is known to be a path, or a list of them.
    Inner,
    /// Every piece with the shape of a path: nothing is known about the text.
    Shaped,
}

const SEPARATORS: [char; 18] =
    [':', ',', ';', '=', '@', '"', '\'', '(', ')', '[', ']', '{', '}', '<', '>', '|', '&', '`'];

/// What follows one of these goes on from what it closes: `/app/(group)/page`.
const CLOSING: [char; 3] = [')', ']', '}'];

fn separates(character: char) -> bool {
    character.is_whitespace() || SEPARATORS.contains(&character)
}

/// Looks at paths after a separator: in lists, behind `--file=`, `-o`, `@`, `key=`, in quotes.
pub(super) fn pieces(inspection: &mut Inspection<'_>, text: &str, which: Pieces) {
    let list = text.contains([',', ';', '\n']) && !text.starts_with('/') && which == Pieces::Inner;
    let mut first = None;
    let mut inner = false;
    let mut rest = text;
    let mut before = None;
    while !inspection.is_full() {
        let end = rest.find(separates).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        let mut following = after.chars();
        let separator = following.next();
        let scheme = separator == Some(':') && following.as_str().starts_with("//");
        if !scheme && !before.is_some_and(|before| CLOSING.contains(&before)) {
            let option = option_value(piece);
            if let Some(value) = option {
                one(inspection, value, which);
                inner = true;
            } else if rest.len() == text.len() {
                first = Some(piece);
            } else if strong(piece, which) {
                one(inspection, piece, which);
                inner = true;
            } else if list && !piece.is_empty() && end_of_item(separator) {
                expanded(inspection, piece);
                inner = true;
            }
        }
        if separator.is_none() {
            break;
        }
        before = separator;
        rest = following.as_str();
        if scheme {
            // What follows belongs to a URL, which is judged as one.
            let end = rest.find(|character: char| character.is_whitespace() || "\"'<>,`".contains(character));
            rest = rest.get(end.unwrap_or(rest.len())..).unwrap_or_default();
        }
    }
    if let Some(first) = first.filter(|first| inner && (list || strong(first, which))) {
        one(inspection, first, which);
    }
}

fn end_of_item(separator: Option<char>) -> bool {
    matches!(separator, None | Some(',' | ';' | '\n' | '\r'))
}

fn strong(piece: &str, which: Pieces) -> bool {
    match which {
        Pieces::Shaped => shape::is_path(piece),
        Pieces::Inner => {
            let below_root = piece.strip_prefix('/').is_some_and(|rest| !rest.trim_matches('/').is_empty());
            let home = piece == "~" || (piece.starts_with('~') && piece.contains('/'));
            below_root || home || text::climbs(piece) || piece.starts_with("$HOME")
        }
    }
}

/// The path glued to a short option: `-o/etc/x`, `-I../x`.
fn option_value(piece: &str) -> Option<&str> {
    let rest = piece.strip_prefix('-')?;
    let mut characters = rest.chars();
    characters.next().filter(char::is_ascii_alphabetic)?;
    let value = characters.as_str();
    let path = value.starts_with('/') || value.starts_with("~/") || value.starts_with("../");
    path.then_some(value)
}

fn one(inspection: &mut Inspection<'_>, piece: &str, which: Pieces) {
    match which {
        Pieces::Inner => expanded(inspection, piece),
        // INVARIANT: a piece holds no separator, so looking at it again finds no pieces and ends.
        Pieces::Shaped => judge(inspection, piece),
    }
}
