//! Paths that can stand in a profile: checked, and in both their spellings. Looks at no file.

use super::SeatbeltError;
use portcullis_policy::value::AbsPath;
use std::path::Path;

/// A path of which no character can end the text it is written in, in normal form.
///
/// Nothing is escaped, so nothing depends on how escapes are read: what would need it is refused. So is everything beyond ASCII: a
/// letter with an accent has two spellings, the file system takes both, and a refusal of one might not hold for the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CheckedPath(String);

/// Folders that are links into `/private` on every macOS.
const LINKED: [&str; 3] = ["/etc", "/tmp", "/var"];

const PRIVATE: &str = "/private";

impl CheckedPath {
    /// Checks a path.
    pub(super) fn parse(path: &Path) -> Result<Self, SeatbeltError> {
        let refuse =
            |why| SeatbeltError::ConfigPath { path: path.to_string_lossy().escape_debug().to_string(), why };
        let text = path.to_str().ok_or_else(|| refuse("it is not UTF-8"))?;
        if text.len() > AbsPath::MAX_LEN {
            return Err(refuse("it is longer than 4096 bytes"));
        }
        if !text.chars().all(|letter| matches!(letter, ' '..='~')) {
            return Err(refuse("it holds a character that is not printable ASCII"));
        }
        if text.contains(['"', '\\']) {
            return Err(refuse("it holds a quotation mark or a backslash"));
        }
        let Some(names) = text.strip_prefix('/') else {
            return Err(refuse("it does not start with `/`"));
        };
        if !names.is_empty() && names.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return Err(refuse("it holds an empty name, `.` or `..`"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The path, and the same through or around a link that every macOS has.
    pub(super) fn spellings(&self) -> Vec<Self> {
        let is_linked = |text: &str| LINKED.iter().any(|link| Path::new(text).starts_with(link));
        let other = match self.0.strip_prefix(PRIVATE) {
            Some(short) if is_linked(short) => Some(short.to_owned()),
            _ => is_linked(&self.0).then(|| format!("{PRIVATE}{}", self.0)),
        };
        [self.clone()].into_iter().chain(other.map(Self)).collect()
    }

    /// Whether the path is a folder or lies below it, in any spelling.
    pub(super) fn is_within(&self, folder: &Self) -> bool {
        let folders = folder.spellings();
        self.spellings()
            .iter()
            .any(|path| folders.iter().any(|folder| Path::new(&path.0).starts_with(&folder.0)))
    }

    /// The folders above, without the root.
    pub(super) fn above(&self) -> Vec<Self> {
        let above = Path::new(&self.0).ancestors().skip(1).filter(|path| path.parent().is_some());
        above.filter_map(Path::to_str).map(|path| Self(path.to_owned())).collect()
    }
}
