//! What a message asks for: the parameters of any MCP request, notification or answer, as actions.
//!
//! Decides nothing. Each finding is an action to be put to [`crate::decide`], or a refusal: a value that a rule of its
//! argument forbids, or that different readers would read differently. No finding means that the message asks for
//! nothing that a policy governs. It is a sieve in front of the jail, not the wall: what a tool does with a value that
//! looks like nothing is held by the kernel.
//!
//! # What kind of value a place holds
//!
//! The manifest's rule for the argument ([`ArgumentRule`]) has the first word, then `format` in the tool's schema, then
//! the argument's name, then its description. A name that no schema declares counts as well, except that it cannot make
//! a value prose. Every string, at any depth, and every key is looked at.
//!
//! | kind | `format` | names (the head noun) | what is found |
//! |---|---|---|---|
//! | path | `path`, `file-path`, `directory-path` | path, file, filename, dir, directory, folder, cwd; source, destination, src, dst, dest unless the description speaks of something else | every reading of it as a path; hosts if it is a URL |
//! | URL | `uri`, `url`, `iri` | url, uri | its host, else unclear; a path if rooted, climbing, or `file:` |
//! | reference | `uri-reference`, `iri-reference` | href, link, endpoint, webhook, `api_path` | the same, but what is relative asks for nothing |
//! | host | `hostname`, `ipv4`, `ipv6` | host, hostname, ip | a connection: to its own port, else to the `port` beside it, else 443 |
//! | domain | - | domain, server | a host if it has a dot |
//! | command | `command` | command, cmd, script, shell | the line; URLs in it; paths among its words |
//! | prose | `regex`, `json-pointer`, `uri-template` | text, content, message, body, query, prompt, title, description, comment, summary, note, code … | nothing |
//! | opaque | `contentEncoding` | - | nothing |
//! | unknown | - | - | what its shape says |
//!
//! # Shapes, where nothing is known
//!
//! | shape | taken for |
//! |---|---|
//! | `/a/b`, `/etc`, `/tmp` and other first folders that every machine has, as the first word | path |
//! | `~/x`, `~user/x`, `$HOME`, `${HOME}/x`, `%USERPROFILE%\x` | path |
//! | `..` as a component of the first word, in any encoding | path |
//! | `C:\x`, `c:/x`, `\\host\share` | unclear |
//! | `--file=/a/b`, `-o/a/b`, `@/a/b`, `key=/a/b`, `name:/a/b`, `"/a/b"` in a text without blanks | path |
//! | the same and `/a/b` in any word of a text with an option (`-x`, `--x`) in it | path |
//! | `file:/…` anywhere | path |
//! | `http:/…`, `https:/…`, `ws:/…`, `wss:/…`, `ftp:/…`, and `scheme://…` of a known protocol, anywhere | host |
//! | `//host.name/x`, `127.0.0.1:80`, `localhost:3000`, `git@host:x` as a whole | host |
//! | JSON text | what is in it, up to four texts deep |
//! | `/word`, `a/b`, `text/html`, `2024/01/02`, `@scope/name`, `memo://x`, plain words | nothing |

mod command;
mod finding;
mod kind;
mod method;
mod nested;
mod path;
mod rule;
mod schema;
mod scheme;
mod shape;
mod state;
mod text;
mod url;
mod usage;
mod walk;
mod words;

pub use finding::{Finding, Found};
pub use kind::Kind;
pub use rule::{ArgumentRule, TextPattern, ToolRules};
pub use schema::ToolSchema;
pub use usage::ToolUse;

use crate::value::Surroundings;
use serde_json::Value;
use state::Inspection;

/// A message to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method of the request or notification; for an answer, the method that it answers.
    pub method: &'a str,
    /// The tool's own name in a `tools/call`, where it differs from `params.name`.
    pub tool: Option<&'a str>,
    /// The parameters; for an answer, its result. `null` if there are none.
    pub params: &'a Value,
}

/// What is known about the tool that the message goes to.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Its compiled `inputSchema`; none if it has not told.
    pub schema: Option<&'a ToolSchema>,
    /// The manifest's rules for its arguments.
    pub rules: Option<&'a ToolRules>,
    /// What it does with paths.
    pub usage: ToolUse,
    /// Its home folder, working directory and variables.
    pub surroundings: &'a Surroundings,
}

impl<'a> Context<'a> {
    /// Nothing is known but where the tool runs.
    #[must_use]
    pub const fn new(surroundings: &'a Surroundings) -> Self {
        Self { schema: None, rules: None, usage: ToolUse::Unknown, surroundings }
    }
}

/// Finds everything that a message asks for.
///
/// Takes time linear in the size of the message and gives at most 1,000 findings; the last of so many is a refusal.
///
/// ```
/// use portcullis_policy::{inspect::{Asked, Context, inspect}, value::{AbsPath, Surroundings}};
///
/// let here = Surroundings::unknown().with_working_directory(AbsPath::parse("/srv/notes")?);
/// let params = serde_json::json!({"name": "read_file", "arguments": {"path": "../../etc/passwd"}});
/// let asked = Asked { method: "tools/call", tool: None, params: &params };
/// let found: Vec<String> = inspect(&asked, &Context::new(&here))
///     .iter()
///     .filter_map(|finding| Some(format!("{} {}", finding.at, finding.action()?)))
///     .collect();
/// assert_eq!(found, ["/name call the tool `read_file`", "/arguments/path use `/etc/passwd`"]);
/// # Ok::<(), portcullis_policy::value::ValueError>(())
/// ```
#[must_use]
pub fn inspect(asked: &Asked<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mut inspection = Inspection::new(*context);
    method::parameters(&mut inspection, asked);
    inspection.finish()
}
