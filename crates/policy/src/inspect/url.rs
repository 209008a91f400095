//! A text that is a URL or holds some: which hosts and files it leads to.
//!
//! The `url` crate (WHATWG URL standard) says what a URL's host is, and nothing here second-guesses it: a URL that
//! another reader may take for a different one (userinfo, backslashes, control characters) is unclear instead.

use super::{
    path, scheme,
    scheme::Scheme,
    shape,
    state::Inspection,
    text::{self, Percent},
};
use crate::{
    Area,
    value::{Host, Port},
};
use url::Url;

/// How much is known about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It is a URL, perhaps without its scheme.
    Stated,
    /// It is a URL, or relative to one that the tool knows.
    Reference,
    /// It is a path that has the look of a URL.
    Path,
    /// It begins like a URL.
    Text,
}

/// Schemes whose digits are no port.
const NUMBERS: [&str; 4] = ["tel", "sms", "callto", "fax"];

/// Judges a text as a URL, and every URL inside it.
pub(super) fn judge(inspection: &mut Inspection<'_>, raw: &str, manner: Manner) {
    let text = text::bare(raw);
    if text.is_empty() {
        return;
    }
    match scheme_of(text) {
        None => relative(inspection, text, manner),
        Some((name, rest)) => absolute(inspection, text, &name, rest, manner),
    }
    embedded(inspection, text);
}

fn unclear(inspection: &mut Inspection<'_>, text: &str, why: &str) {
    inspection.unclear(Area::Network, text, why);
}

/// The scheme in lower case as the standard finds it, tabs and newlines left out, and what follows its colon.
pub(super) fn scheme_of(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    for (at, character) in text.char_indices() {
        match character {
            ':' if !name.is_empty() => return Some((name, text.get(at + 1..)?)),
            '\t' | '\n' | '\r' => {}
            'a'..='z' | 'A'..='Z' => name.push(character.to_ascii_lowercase()),
            '0'..='9' | '+' | '-' | '.' if !name.is_empty() => name.push(character),
            _ => return None,
        }
        if name.len() > 64 {
            return None;
        }
    }
    None
}

/// Whether the text is a `file:` URL.
pub(super) fn is_file(text: &str) -> bool {
    text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("file:"))
}

/// Whether the text starts with a scheme and an authority, or with a scheme that always has one.
pub(super) fn has_authority(text: &str) -> bool {
    scheme_of(text)
        .is_some_and(|(name, rest)| rest.starts_with("//") || scheme::known(&name) == Some(Scheme::Web))
}

fn absolute(inspection: &mut Inspection<'_>, text: &str, name: &str, rest: &str, manner: Manner) {
    let slashes = rest.starts_with("//");
    match scheme::known(name) {
        _ if name.len() == 1 => unclear(inspection, text, "it starts with a drive letter"),
        Some(Scheme::File) => file(inspection, text),
        Some(Scheme::Web) if name.contains('+') => {}
        Some(Scheme::Web) => web(inspection, text, rest, manner),
        // The search for URLs inside the text finds these, the first one included.
        Some(Scheme::Net(_) | Scheme::Local) if slashes => {}
        _ if is_port(rest) && !NUMBERS.contains(&name) => bare_host(inspection, text, manner),
        _ if slashes && manner != Manner::Path => foreign(inspection, text),
        _ if manner != Manner::Path && shape::is_rooted(rest) => path::judge(inspection, rest),
        _ => {}
    }
}

fn is_port(rest: &str) -> bool {
    let digits = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A URL of a scheme that the standard calls special.
fn web(inspection: &mut Inspection<'_>, text: &str, rest: &str, manner: Manner) {
    let after_slashes = rest.trim_start_matches(['/', '\\', '\t', '\n', '\r']);
    let end = after_slashes.find(['/', '?', '#', '\\']).unwrap_or(after_slashes.len());
    let (authority, tail) = after_slashes.split_at(end);
    // Nothing after the authority has a say in where the URL leads.
    let head = text.get(..text.len() - tail.len()).unwrap_or(text);
    let looked_at = if manner == Manner::Text { head } else { text };
    let hidden = looked_at.chars().any(char::is_control);
    if hidden && manner != Manner::Text {
        return unclear(inspection, text, "it contains control characters, which some readers drop");
    }
    let parsed = match Url::parse(head) {
        Ok(parsed) => parsed,
        // In running text, the search for URLs inside it has the word.
        Err(_) if manner == Manner::Text => return,
        Err(cause) => return unclear(inspection, text, &format!("it is not a valid URL: {cause}")),
    };
    if hidden && Some(parsed.host_str()) != first_word(text).as_ref().map(Url::host_str) {
        return unclear(inspection, text, "it contains control characters, which some readers drop");
    }
    let slashes = rest.get(..rest.len() - after_slashes.len()).unwrap_or_default();
    if tail.starts_with('\\') || slashes.contains('\\') {
        return unclear(inspection, text, "a backslash ends the host for some readers and not for others");
    }
    if authority.contains('@') {
        return unclear(inspection, text, "a user name before the host may be taken for the host");
    }
    // In running text, what looks like a host may be one with the sentence around it: the search has the word.
    if manner != Manner::Text || parsed.host().is_some_and(|host| Host::from_url(&host, text).is_ok()) {
        to(inspection, text, &parsed, None);
    }
}

/// The URL in the text up to its first blank.
fn first_word(text: &str) -> Option<Url> {
    Url::parse(text.split_whitespace().next()?).ok()
}

/// A connection to the host of a parsed URL.
fn to(inspection: &mut Inspection<'_>, text: &str, parsed: &Url, port: Option<u16>) {
    let host = match parsed.host() {
        // Schemes that the standard does not know keep their host as written: it is read again as a host.
        Some(url::Host::Domain(name)) if port.is_some() => Host::parse(name),
        Some(host) => Host::from_url(&host, text),
        None => return,
    };
    let port = parsed.port_or_known_default().or(port).and_then(Port::new);
    match (host, port) {
        (Ok(host), Some(port)) => inspection.connect(host, port),
        (Err(cause), _) => unclear(inspection, text, &format!("it has no valid host: {}", cause.why())),
        (_, None) => unclear(inspection, text, "it has no port that is known"),
    }
}

/// A URL of a scheme that nobody here knows.
fn foreign(inspection: &mut Inspection<'_>, text: &str) {
    match Url::parse(text) {
        Ok(parsed) if parsed.port().is_some() => to(inspection, text, &parsed, parsed.port()),
        Ok(parsed) if parsed.host_str().is_none_or(str::is_empty) => {
            if shape::is_rooted(parsed.path()) {
                path::judge(inspection, parsed.path());
            }
        }
        Ok(_) => {
            unclear(inspection, text, "its scheme is not known, so neither is the port that it leads to");
        }
        Err(cause) => unclear(inspection, text, &format!("it is not a valid URL: {cause}")),
    }
}

/// A text without a scheme where a URL is wanted.
fn relative(inspection: &mut Inspection<'_>, text: &str, manner: Manner) {
    if text.starts_with("//") || text.starts_with('\\') || text.starts_with("/\\") {
        return scheme_relative(inspection, text);
    }
    let decoded = match text::percent(text) {
        Percent::Once(decoded) => decoded,
        Percent::None => text.to_owned(),
        Percent::Unclear(why) => return unclear(inspection, text, why),
    };
    if shape::is_rooted(&decoded) || shape::is_climbing(&decoded) || shape::is_home(&decoded) {
        return path::judge(inspection, text);
    }
    if !text.starts_with(['/', '?', '#', '.']) {
        bare_host(inspection, text, manner);
    }
}

/// `//host/path`: the scheme is the tool's to choose; HTTPS is assumed for the port.
pub(super) fn scheme_relative(inspection: &mut Inspection<'_>, text: &str) {
    let rest = text.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let lead = text.len() - rest.len();
    if authority.contains(['\\', '@']) || text.get(..lead).is_some_and(|run| run.contains('\\')) {
        return unclear(
            inspection,
            text,
            "backslashes and user names before a host are read in different ways",
        );
    }
    match Url::parse(&format!("https://{rest}")) {
        Ok(parsed) => to(inspection, text, &parsed, None),
        Err(cause) => unclear(inspection, text, &format!("it is not a valid URL: {cause}")),
    }
}

/// `example.com/x`, `localhost:3000`, `git@example.com:owner/repository`: what an address line would make of it.
fn bare_host(inspection: &mut Inspection<'_>, text: &str, manner: Manner) {
    if let Some(host) = secure_copy(text) {
        return secure_shell(inspection, text, host);
    }
    let authority = text.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains(['@', '\\']) {
        return unclear(
            inspection,
            text,
            "backslashes and user names before a host are read in different ways",
        );
    }
    if manner == Manner::Reference && !authority.contains(['.', ':']) && authority != "localhost" {
        return;
    }
    match Url::parse(&format!("https://{text}")) {
        Ok(parsed) => to(inspection, text, &parsed, None),
        Err(_) if manner == Manner::Reference => {}
        Err(cause) => unclear(inspection, text, &format!("it is not a valid URL: {cause}")),
    }
}

/// The host of `user@host:path`, the short form of Git and `scp`.
pub(super) fn secure_copy(text: &str) -> Option<&str> {
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let plain = |part: &str| {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        !part.is_empty() && part.bytes().all(fit)
    };
    let remote =
        !path.is_empty() && !is_port(path) && !path.starts_with("//") && !path.contains(char::is_whitespace);
    (plain(user) && plain(host) && remote).then_some(host)
}

pub(super) fn secure_shell(inspection: &mut Inspection<'_>, text: &str, host: &str) {
    match (Host::parse(host), Port::new(22)) {
        (Ok(host), Some(port)) => inspection.connect(host, port),
        _ => unclear(inspection, text, "it has no valid host"),
    }
}

/// A `file:` URL: the file it names, and the one that a reader sees who only cuts `file://` off.
pub(super) fn file(inspection: &mut Inspection<'_>, text: &str) {
    let refuse = |inspection: &mut Inspection<'_>, why: &str| inspection.unclear(Area::Path, text, why);
    let Some(rest) = text.get(5..).filter(|rest| rest.starts_with('/')) else {
        return refuse(inspection, "a `file:` URL needs a slash after the colon");
    };
    if text.contains('\\') || text.chars().any(char::is_control) {
        return refuse(
            inspection,
            "a `file:` URL with backslashes or control characters is read in different ways",
        );
    }
    let parsed = match Url::parse(text) {
        Ok(parsed) => parsed,
        Err(cause) => return refuse(inspection, &format!("it is not a valid URL: {cause}")),
    };
    if parsed.host_str().is_some_and(|host| !host.is_empty()) {
        return refuse(inspection, "a `file:` URL with a host names a file on another machine");
    }
    let lower = rest.to_ascii_lowercase();
    if ["%2f", "%5c", "%00"].iter().any(|escape| lower.contains(escape)) {
        return refuse(inspection, "an escaped slash or NUL in a `file:` URL is read in different ways");
    }
    let naive = match rest.strip_prefix("//") {
        Some(after) => after.get(after.find('/').unwrap_or(after.len())..).unwrap_or_default(),
        None => rest,
    };
    for reading in [parsed.path(), naive] {
        let decoded = match text::percent(reading) {
            Percent::None => reading.to_owned(),
            Percent::Once(decoded) => decoded,
            Percent::Unclear(why) => return refuse(inspection, why),
        };
        let drive = decoded.strip_prefix('/').is_some_and(|rest| path::is_drive(&rest.replacen('|', ":", 1)));
        if drive {
            return refuse(inspection, "it holds a drive letter");
        }
        if let Some(why) = path::ambiguous(&decoded) {
            return refuse(inspection, why);
        }
        let same = reading.len() == naive.len() && !text::climbs(&decoded) && !naive.contains(['?', '#']);
        if reading == parsed.path() || !same {
            path::literal(inspection, &decoded);
        }
    }
}

/// Looks for URLs of known schemes anywhere in a text, in one pass.
pub(super) fn embedded(inspection: &mut Inspection<'_>, text: &str) {
    let mut from = 0;
    while let Some(offset) = text.get(from..).and_then(|rest| rest.find(':')) {
        if inspection.is_full() {
            return;
        }
        let colon = from + offset;
        from = colon + 1;
        let (before, after) = (text.get(..colon).unwrap_or_default(), text.get(from..).unwrap_or_default());
        if !after.starts_with(['/', '\\']) {
            continue;
        }
        let scheme_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = before.bytes().rev().take(32).take_while(scheme_byte).count();
        let run = before.get(before.len() - length..).unwrap_or_default();
        let Some((name, scheme)) = scheme::ending(run) else {
            continue;
        };
        match scheme {
            Scheme::Web => one_web(inspection, &name, after),
            Scheme::Net(port) if after.starts_with("//") => one_net(inspection, &name, after, port),
            Scheme::File => from += one_file(inspection, after),
            Scheme::Local if after.starts_with("//") => {
                let token = token(after);
                path::readings(inspection, token.get(2..).unwrap_or_default());
                from += token.len();
            }
            Scheme::Net(_) | Scheme::Local => {}
        }
    }
}

/// What of the text belongs to the word at its start.
fn token(text: &str) -> &str {
    let end = |character: char| {
        character.is_whitespace() || character.is_control() || "\"<>`,;".contains(character)
    };
    let end = text.find(end).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// As much of the word at the start as a refusal shows: the whole of it may be long, and there may be many.
fn glimpse(text: &str) -> &str {
    let end = text.char_indices().nth(100).map_or(text.len(), |(at, _)| at);
    token(text.get(..end).unwrap_or_default())
}

/// Splits what follows a scheme's colon into slashes, authority, and the character that ends it.
fn authority(after: &str) -> (&str, &str, Option<char>) {
    let rest = after.trim_start_matches(['/', '\\']);
    let slashes = after.get(..after.len() - rest.len()).unwrap_or_default();
    let ends = |character: char| {
        character.is_whitespace() || character.is_control() || "/?#\\\"<>`".contains(character)
    };
    let end = rest.find(ends).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    (slashes, authority, tail.chars().next())
}

/// What a person would type where a host goes: `https://<host>/`, `https://{name}`.
fn is_placeholder(authority: &str, end: Option<char>) -> bool {
    authority.starts_with(['{', '$', '*']) || (authority.is_empty() && end != Some('\\'))
}

fn one_web(inspection: &mut Inspection<'_>, name: &str, after: &str) {
    let (slashes, authority, end) = authority(after);
    let show = glimpse(after);
    if slashes.contains('\\') || (end == Some('\\') && !authority.is_empty()) {
        return unclear(inspection, show, "a backslash ends the host for some readers and not for others");
    }
    if is_placeholder(authority, end) {
        return;
    }
    if authority.contains('@') {
        return unclear(inspection, show, "a user name before the host may be taken for the host");
    }
    let host = host_part(authority);
    match Url::parse(&format!("{name}://{host}/")) {
        Ok(parsed) => to(inspection, show, &parsed, None),
        Err(cause) => unclear(inspection, show, &format!("it is not a valid URL: {cause}")),
    }
}

/// The authority without the punctuation of the sentence around it.
fn host_part(authority: &str) -> &str {
    let fit = |character: char| {
        character.is_ascii_alphanumeric() || !character.is_ascii() || ".-_:%~".contains(character)
    };
    let end = if authority.starts_with('[') {
        authority.find(']').map_or(authority.len(), |bracket| {
            let rest = authority.get(bracket + 1..).unwrap_or_default();
            let digits = rest.bytes().skip(1).take_while(u8::is_ascii_digit).count();
            bracket + 1 + if rest.starts_with(':') { digits + 1 } else { 0 }
        })
    } else {
        authority.find(|character| !fit(character)).unwrap_or(authority.len())
    };
    authority.get(..end).unwrap_or(authority)
}

fn one_net(inspection: &mut Inspection<'_>, name: &str, after: &str, port: u16) {
    let (_, authority, end) = authority(after);
    let show = glimpse(after);
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    if end == Some('\\') || authority.matches('@').count() > 1 {
        return unclear(inspection, show, "its host is read in different ways");
    }
    for host in hosts.split(',').map(host_part) {
        if is_placeholder(host, end) {
            continue;
        }
        match Url::parse(&format!("{name}://{host}/")) {
            Ok(parsed) => to(inspection, show, &parsed, Some(port)),
            Err(cause) => unclear(inspection, show, &format!("it is not a valid URL: {cause}")),
        }
    }
}

/// Judges the `file:` URL whose part after the colon starts here; how long that part is.
fn one_file(inspection: &mut Inspection<'_>, after: &str) -> usize {
    let whole = token(after);
    let body = whole.trim_end_matches([')', ']', '}', '.', '\'', '!']);
    if !body.trim_matches('/').is_empty() {
        file(inspection, &format!("file:{body}"));
    }
    whole.len()
}

/// Judges a text that names hosts, each perhaps with a port; the port beside it counts, else HTTPS's.
pub(super) fn hosts(inspection: &mut Inspection<'_>, raw: &str) {
    let text = text::bare(raw);
    if text.contains("://") {
        return judge(inspection, text, Manner::Stated);
    }
    let parts = text.split(|character: char| character.is_whitespace() || matches!(character, ',' | ';'));
    for part in parts.filter(|part| !part.is_empty()) {
        if inspection.is_full() {
            return;
        }
        match host_and_port(part) {
            Some((host, port)) => {
                let port = port.or(inspection.aim.port).unwrap_or(Port::HTTPS);
                inspection.connect(host, port);
            }
            None => unclear(inspection, part, "it is neither a host name nor an address"),
        }
    }
}

/// A host, or a host and a port.
pub(super) fn host_and_port(text: &str) -> Option<(Host, Option<Port>)> {
    if let Ok(host) = Host::parse(text) {
        return Some((host, None));
    }
    let (host, port) = text.rsplit_once(':')?;
    Some((Host::parse(host).ok()?, Some(Port::parse(port).ok()?)))
}
