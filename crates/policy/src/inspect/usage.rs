//! What a tool does with the paths it is given, as far as its name and its annotations tell.
//!
//! A tool may lie about itself here: the kernel holds it to what it really opens. This only keeps a request from being
//! measured against the wrong list.

use super::{kind::Role, words};
use crate::action::Access;
use serde_json::Value;

/// What a tool does with paths. Computed once per tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ToolUse {
    /// Not known.
    #[default]
    Unknown,
    /// Looks at them.
    Reads,
    /// Creates, changes, moves or removes them.
    Writes,
    /// Reads some and writes others.
    Copies,
}

const READS: &[&str] = &[
    "analyze", "cat", "check", "compare", "count", "describe", "diff", "exists", "fetch", "find", "get",
    "grep", "hash", "head", "info", "inspect", "list", "load", "log", "lookup", "ls", "parse", "peek",
    "preview", "query", "read", "scan", "search", "show", "stat", "status", "tail", "tree", "view",
];

const WRITES: &[&str] = &[
    "append",
    "apply",
    "chmod",
    "chown",
    "clone",
    "create",
    "delete",
    "download",
    "edit",
    "erase",
    "generate",
    "insert",
    "link",
    "make",
    "mkdir",
    "modify",
    "move",
    "mv",
    "overwrite",
    "patch",
    "put",
    "remove",
    "rename",
    "replace",
    "rm",
    "rmdir",
    "save",
    "set",
    "store",
    "symlink",
    "touch",
    "truncate",
    "unlink",
    "update",
    "write",
];

const COPIES: &[&str] = &[
    "archive",
    "compress",
    "convert",
    "copy",
    "cp",
    "export",
    "extract",
    "import",
    "transform",
    "unzip",
    "zip",
];

impl ToolUse {
    /// Infers it from the tool's name and its `annotations` (`readOnlyHint`, `destructiveHint`).
    ///
    /// The first verb of the name decides, and two verbs of different kinds joined by `and` or `or` cancel out. Hints
    /// decide where the name does not; a hint that the tool writes undoes a name that says it reads, never the reverse.
    #[must_use]
    pub fn infer(name: &str, annotations: Option<&Value>) -> Self {
        let hint = |key| annotations.and_then(|all| all.get(key)).and_then(Value::as_bool);
        let writes = hint("readOnlyHint") == Some(false) || hint("destructiveHint") == Some(true);
        match Self::of_name(name) {
            Self::Unknown if hint("readOnlyHint") == Some(true) && !writes => Self::Reads,
            Self::Reads if writes => Self::Unknown,
            told @ (Self::Unknown | Self::Reads | Self::Writes | Self::Copies) => told,
        }
    }

    fn of_name(name: &str) -> Self {
        let mut told = Self::Unknown;
        let mut joined = false;
        for word in words::split(name) {
            let verb = match word.as_str() {
                "and" | "or" => {
                    joined = true;
                    continue;
                }
                word if READS.contains(&word) => Self::Reads,
                word if WRITES.contains(&word) => Self::Writes,
                word if COPIES.contains(&word) => Self::Copies,
                _ => continue,
            };
            if told == Self::Unknown {
                told = verb;
            } else if joined && told != verb {
                return Self::Unknown;
            }
        }
        told
    }

    /// What a path in an argument with this role is used for.
    pub(super) const fn access(self, role: Role) -> Access {
        match (self, role) {
            (Self::Writes, _) | (_, Role::Sink) => Access::Write,
            (Self::Reads, _) | (Self::Copies, Role::Source) => Access::Read,
            (Self::Copies, Role::Neutral) | (Self::Unknown, Role::Source | Role::Neutral) => Access::Either,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_hints() {
        let read_only = json!({"readOnlyHint": true});
        let destructive = json!({"destructiveHint": true});
        let rows = [
            ("read_file", None, ToolUse::Reads),
            ("write_file", None, ToolUse::Writes),
            ("fs.listDirectory", None, ToolUse::Reads),
            ("move_file", None, ToolUse::Writes),
            ("copyFile", None, ToolUse::Copies),
            ("get_or_create_note", None, ToolUse::Unknown),
            ("list_created_files", None, ToolUse::Reads),
            ("directory_thing", None, ToolUse::Unknown),
            ("directory_thing", Some(&read_only), ToolUse::Reads),
            ("write_file", Some(&read_only), ToolUse::Writes),
            ("get_rid_of", Some(&destructive), ToolUse::Unknown),
            ("settings", None, ToolUse::Unknown),
        ];
        for (name, annotations, wanted) in rows {
            assert_eq!(ToolUse::infer(name, annotations), wanted, "{name} {annotations:?}");
        }
        assert_eq!(ToolUse::Copies.access(Role::Source), Access::Read);
        assert_eq!(ToolUse::Writes.access(Role::Source), Access::Write);
        assert_eq!(ToolUse::Reads.access(Role::Sink), Access::Write);
        assert_eq!(ToolUse::Unknown.access(Role::Neutral), Access::Either);
    }
}
