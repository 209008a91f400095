//! What the name and the description of an argument say about its value.
//!
//! Names are read by whole words after splitting `snake_case`, `kebab-case` and `camelCase`, and the head noun decides:
//! `outputFile` and `path_to_image` are paths, `profile`, `pathology`, `file_count` and `filename_pattern` are not.

use super::kind::{Kind, Role};

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct NameFacts {
    pub(super) kind: Option<Kind>,
    pub(super) strength: Strength,
    pub(super) role: Role,
}

/// How far a name is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Strength {
    /// It means this and nothing else.
    #[default]
    Plain,
    /// It may mean something else if the description says so: `source` of a translation.
    Weak,
}

const PATHS: &[&str] = &[
    "path",
    "file",
    "filename",
    "dir",
    "directory",
    "directories",
    "folder",
    "cwd",
    "filepath",
    "pathname",
    "dirname",
    "workdir",
];
const WEAK_PATHS: &[&str] = &["source", "destination", "src", "dst", "dest"];
const URLS: &[&str] = &["url", "uri", "iri"];
const REFERENCES: &[&str] = &["href", "endpoint", "link", "webhook", "permalink"];
const HOSTS: &[&str] = &["host", "hostname", "ip"];
const DOMAINS: &[&str] = &["domain", "server"];
const COMMANDS: &[&str] = &["command", "cmd", "script", "shell", "cmdline", "commandline"];
const PROSE: &[&str] = &[
    "text",
    "content",
    "contents",
    "message",
    "body",
    "query",
    "prompt",
    "title",
    "description",
    "comment",
    "summary",
    "note",
    "code",
    "snippet",
    "markdown",
    "html",
    "question",
    "answer",
    "instruction",
    "reason",
    "feedback",
    "detail",
    "caption",
    "label",
    "subject",
    "regex",
    "sql",
    "thought",
    "reasoning",
    "observation",
    "keyword",
    "paragraph",
    "sentence",
    "prose",
    "transcript",
    "review",
];

/// Endings that make a path or URL of a word written in one: `outfile`, `imageurl`.
const PATH_ENDINGS: &[&str] = &["path", "file", "filename", "filepath", "dir", "folder", "directory"];
const URL_ENDINGS: &[&str] = &["url", "uri"];
const NO_PATH: &[&str] = &[
    "profile",
    "nadir",
    "xpath",
    "jsonpath",
    "footpath",
    "warpath",
    "empath",
    "sociopath",
    "psychopath",
    "defile",
    "objectpath",
    "keypath",
    "urlpath",
];
const NO_URL: &[&str] = &["curl", "hurl", "furl", "unfurl", "purl"];

/// Words before `path` that make it something other than a path of files.
const WEB_PATHS: &[&str] = &["url", "uri", "api", "http", "request", "route", "endpoint", "web"];
const OTHER_PATHS: &[&str] = &[
    "json",
    "jq",
    "yaml",
    "xml",
    "x",
    "css",
    "svg",
    "object",
    "property",
    "key",
    "field",
    "node",
    "scene",
    "learning",
    "career",
    "critical",
    "attribute",
];

const CONNECTORS: &[&str] = &["to", "for", "of", "in", "from", "with", "on", "at", "by", "under", "into"];

/// Splits a name into lower-case words.
pub(super) fn split(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() {
            let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
            let humps = before.is_lowercase() || before.is_numeric() || (before.is_uppercase() && next_lower);
            if character.is_uppercase() && humps {
                finish(&mut words, &mut word);
            }
            word.extend(character.to_lowercase());
        } else {
            finish(&mut words, &mut word);
        }
        before = character;
    }
    finish(&mut words, &mut word);
    words
}

fn finish(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// What the name of an argument says about its value.
pub(super) fn facts(name: &str) -> NameFacts {
    let words = split(name);
    let role = role(&words);
    let parts = words.split(|word| word == "or" || word == "and");
    let best = parts.filter_map(head).max_by_key(|(kind, _)| *kind);
    match best {
        Some((kind, strength)) => NameFacts { kind: Some(kind), strength, role },
        None => NameFacts { role, ..NameFacts::default() },
    }
}

fn role(words: &[String]) -> Role {
    for word in words {
        match word.as_str() {
            "out" | "output" | "dest" | "destination" | "dst" | "target" | "save" | "new" | "outfile"
            | "outdir" | "outpath" | "outputfile" | "outputdir" | "outputpath" => return Role::Sink,
            "src" | "source" | "input" | "from" | "old" | "infile" | "inputfile" | "inputpath" => {
                return Role::Source;
            }
            _ => {}
        }
    }
    Role::Neutral
}

/// The kind told by the head noun of a name: its last word, or the last before `to`, `of` and the like.
fn head(words: &[String]) -> Option<(Kind, Strength)> {
    let connector = words.iter().position(|word| CONNECTORS.contains(&word.as_str()));
    let before = connector.and_then(|at| words.get(..at)).and_then(last);
    before.or_else(|| last(words))
}

fn last(words: &[String]) -> Option<(Kind, Strength)> {
    let (noun, before) = words.split_last()?;
    let previous = before.last().map_or("", String::as_str);
    let bare = noun.trim_end_matches(|character: char| character.is_ascii_digit());
    if bare.is_empty() || (bare.len() == 1 && !before.is_empty() && bare != "q") {
        return last(before);
    }
    if matches!(bare, "name" | "names")
        && matches!(previous, "file" | "dir" | "directory" | "folder" | "path" | "host" | "domain")
    {
        return last(before);
    }
    if bare == "line" && previous == "command" {
        return Some((Kind::Command, Strength::Plain));
    }
    if matches!(bare, "str" | "string") && matches!(previous, "old" | "new" | "search" | "find" | "replace") {
        return Some((Kind::Prose, Strength::Plain));
    }
    let (kind, strength) = noun_kind(bare)?;
    if kind == Kind::Path && bare.ends_with("path") || bare.ends_with("paths") {
        if WEB_PATHS.contains(&previous) {
            return Some((Kind::Reference, Strength::Plain));
        }
        if OTHER_PATHS.contains(&previous) {
            return None;
        }
    }
    Some((kind, strength))
}

fn noun_kind(word: &str) -> Option<(Kind, Strength)> {
    let single = word.strip_suffix('s').unwrap_or(word);
    let is = |list: &[&str]| list.contains(&word) || list.contains(&single);
    let ends = |list: &[&str]| list.iter().any(|ending| single.ends_with(ending));
    let plain = |kind| Some((kind, Strength::Plain));
    if is(PATHS) {
        plain(Kind::Path)
    } else if is(URLS) {
        plain(Kind::Url)
    } else if is(REFERENCES) {
        plain(Kind::Reference)
    } else if is(HOSTS) {
        plain(Kind::Host)
    } else if is(DOMAINS) {
        plain(Kind::Domain)
    } else if is(COMMANDS) {
        plain(Kind::Command)
    } else if is(PROSE) {
        plain(Kind::Prose)
    } else if is(WEAK_PATHS) {
        Some((Kind::Path, Strength::Weak))
    } else if ends(PATH_ENDINGS) && !is(NO_PATH) {
        plain(Kind::Path)
    } else if ends(URL_ENDINGS) && !is(NO_URL) {
        plain(Kind::Url)
    } else {
        None
    }
}

const PATH_PHRASES: &[&str] = &[
    "absolute path",
    "relative path",
    "path to",
    "path of",
    "paths to",
    "path for",
    "path where",
    "file path",
    "filepath",
    "directory path",
    "folder path",
    "directory to",
    "folder to",
    "file to",
    "files to",
    "filesystem path",
    "local path",
    "full path",
    "path on disk",
    "output path",
    "path in the",
];
const URL_PHRASES: &[&str] = &[
    "url of",
    "url to",
    "url for",
    "uri of",
    "uri to",
    "the url",
    "a url",
    "the uri",
    "a uri",
    "http url",
    "web address",
];
const HOST_PHRASES: &[&str] = &["hostname", "host name", "ip address", "host to connect"];
const COMMAND_PHRASES: &[&str] =
    &["shell command", "command to run", "command to execute", "command line to"];
const OTHER_PATH_PHRASES: &[&str] = &["json path", "jsonpath", "xpath", "url path", "api path"];
const FILE_WORDS: &[&str] =
    &["file", "path", "folder", "director", "disk", "save", "where to", "copy", "move"];

/// Descriptions are read this far, in bytes: a longer one is a manual.
const DESCRIPTION_SPAN: usize = 400;

/// What a description says about an argument whose name says nothing, or says prose.
pub(super) fn described(description: &str, name: Option<Kind>) -> Option<Kind> {
    let text = span(description);
    if name == Some(Kind::Prose) {
        let opens = |list: &[&str]| {
            let text = text.strip_prefix("the ").unwrap_or(&text);
            list.iter().any(|phrase| text.starts_with(phrase))
        };
        return opens(PATH_PHRASES).then_some(Kind::Path);
    }
    let says = |list: &[&str]| list.iter().any(|phrase| holds(&text, phrase));
    if says(PATH_PHRASES) && !says(OTHER_PATH_PHRASES) {
        Some(Kind::Path)
    } else if says(URL_PHRASES) || text.starts_with("url") {
        Some(Kind::Url)
    } else if says(COMMAND_PHRASES) {
        Some(Kind::Command)
    } else if says(HOST_PHRASES) {
        Some(Kind::Host)
    } else {
        None
    }
}

/// Whether a description speaks of files at all, for names that may mean something else.
pub(super) fn speaks_of_files(description: &str) -> bool {
    let text = span(description);
    FILE_WORDS.iter().any(|word| text.contains(word))
}

/// Whether a description says that a `script` is a browser's, not a shell's.
pub(super) fn speaks_of_javascript(description: &str) -> bool {
    span(description).contains("javascript")
}

fn span(description: &str) -> String {
    let end =
        (0..=DESCRIPTION_SPAN.min(description.len())).rev().find(|at| description.is_char_boundary(*at));
    let head = end.and_then(|end| description.get(..end)).unwrap_or_default();
    head.trim().to_lowercase()
}

/// Whether `phrase` occurs in `text` at the start of a word and up to the end of one.
fn holds(text: &str, phrase: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        let rows: [(&str, &[&str]); 6] = [
            ("filePath", &["file", "path"]),
            ("output-file_name", &["output", "file", "name"]),
            ("URLPath", &["url", "path"]),
            ("fileURL", &["file", "url"]),
            ("profile", &["profile"]),
            ("", &[]),
        ];
        for (name, wanted) in rows {
            assert_eq!(split(name), wanted, "{name}");
        }
    }

    #[test]
    fn the_head_noun_of_a_name_decides() {
        let rows = [
            ("path", Some(Kind::Path)),
            ("filePath", Some(Kind::Path)),
            ("outputFile", Some(Kind::Path)),
            ("file_name", Some(Kind::Path)),
            ("paths", Some(Kind::Path)),
            ("path2", Some(Kind::Path)),
            ("file_a", Some(Kind::Path)),
            ("path_to_image", Some(Kind::Path)),
            ("working_directory", Some(Kind::Path)),
            ("outfile", Some(Kind::Path)),
            ("path_or_url", Some(Kind::Path)),
            ("repo_path", Some(Kind::Path)),
            ("source", Some(Kind::Path)),
            ("profile", None),
            ("pathology", None),
            ("file_count", None),
            ("folder_id", None),
            ("filename_pattern", None),
            ("json_path", None),
            ("xpath", None),
            ("api_path", Some(Kind::Reference)),
            ("imageUrl", Some(Kind::Url)),
            ("imageurl", Some(Kind::Url)),
            ("url_to_fetch", Some(Kind::Url)),
            ("href", Some(Kind::Reference)),
            ("host_name", Some(Kind::Host)),
            ("domain", Some(Kind::Domain)),
            ("command_line", Some(Kind::Command)),
            ("commands", Some(Kind::Command)),
            ("newText", Some(Kind::Prose)),
            ("old_string", Some(Kind::Prose)),
            ("connection_string", None),
            ("source_code", Some(Kind::Prose)),
            ("branch", None),
            ("", None),
        ];
        for (name, wanted) in rows {
            assert_eq!(facts(name).kind, wanted, "{name}");
        }
    }

    #[test]
    fn a_description_helps_where_the_name_does_not() {
        assert_eq!(described("Absolute path to the image", None), Some(Kind::Path));
        assert_eq!(described("The URL of the page", None), Some(Kind::Url));
        assert_eq!(described("A JSON path to the value", None), None);
        assert_eq!(described("A path toy", None), None);
        assert_eq!(described("Text for the file to write", Some(Kind::Prose)), None);
        assert_eq!(described("Path to the note", Some(Kind::Prose)), Some(Kind::Path));
        assert!(described(&"ä".repeat(300), None).is_none());
    }
}
