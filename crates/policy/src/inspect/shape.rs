//! A text about which nothing is known: whether its shape alone makes it a path, a URL or a host.
//!
//! The shapes are listed in the documentation of [`crate::inspect`]. Whatever has one is judged by `path` or `url`;
//! everything else asks for nothing.

use super::{
    nested,
    path::{self, Pieces},
    scheme::{self, Scheme},
    state::Inspection,
    text,
    url::{self, Manner},
};
use crate::value::{AbsPath, Host};
use std::borrow::Cow;

/// First components that make a path of a text with no other component.
const ROOTS: [&str; 16] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib64", "mnt", "opt", "proc", "root", "sbin", "srv", "sys",
    "tmp", "usr",
];

/// First components that make a file's path of what may be a path on a web server.
const MORE_ROOTS: [&str; 5] = ["var", "Users", "private", "run", "Volumes"];

/// Judges a text of which nothing is known.
pub(super) fn judge(inspection: &mut Inspection<'_>, raw: &str) {
    if text::is_plain_word(raw) || nested::judge(inspection, raw) {
        return;
    }
    let bare = text::bare(raw);
    match url::scheme_of(bare) {
        Some((name, _)) if scheme::known(&name) == Some(Scheme::Web) => {
            url::judge(inspection, bare, Manner::Text);
        }
        // A tab or a line break inside the scheme, or behind it, is dropped by some readers.
        Some((name, rest)) if name == "file" && rest.starts_with(['\t', '\n', '\r', '/', '\\']) => {
            url::file(inspection, bare);
        }
        _ => url::embedded(inspection, bare),
    }
    let one_word = !bare.contains(char::is_whitespace);
    if one_word && url::has_authority(bare) {
        return;
    }
    let word = bare.split(char::is_whitespace).next().unwrap_or_default();
    if is_path(&loosened(word)) {
        path::judge(inspection, word);
        if bare.len() > AbsPath::MAX_LEN {
            path::pieces(inspection, bare, Pieces::Inner);
        } else if !one_word {
            path::judge(inspection, bare);
        }
    } else if one_word {
        single(inspection, bare);
    } else if bare.starts_with('-') || bare.contains(" -") {
        for word in bare.split_whitespace() {
            argument(inspection, word);
        }
    }
    if one_word && bare.starts_with("//") {
        let host = bare.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
        if host.contains(['.', ':', '@']) || host == "localhost" {
            url::scheme_relative(inspection, bare);
        }
    }
}

/// One word of a command line or of a list of options.
pub(super) fn argument(inspection: &mut Inspection<'_>, word: &str) {
    if is_path(&loosened(word)) {
        path::judge(inspection, word);
    } else {
        path::pieces(inspection, word, Pieces::Shaped);
    }
}

/// A text without blanks that is no path as a whole.
fn single(inspection: &mut Inspection<'_>, word: &str) {
    path::pieces(inspection, word, Pieces::Shaped);
    if let Some(host) = url::secure_copy(word)
        && (word.starts_with("git@") || word.strip_suffix(".git").is_some())
    {
        url::secure_shell(inspection, word, host);
    }
    let ends_in_port =
        word.len() < 64 && word.contains(':') && word.ends_with(|last: char| last.is_ascii_digit());
    if !ends_in_port {
        return;
    }
    if let Some((host, Some(port))) = url::host_and_port(word) {
        let plain = word.starts_with('[') || word.bytes().filter(|byte| *byte == b'.').count() == 3;
        let literal = match &host {
            Host::Address(_) => plain,
            Host::Name(name) => name.is_localhost(),
        };
        if literal {
            inspection.connect(host, port);
        }
    }
}

/// Whether a word has the shape of a path: absolute with two components or with a first one that every machine has, of
/// a home folder, with a `..` component, with a drive letter, or of a share.
pub(super) fn is_path(word: &str) -> bool {
    if word.starts_with('/') {
        let mut components = word.split('/').filter(|component| !matches!(*component, "" | "."));
        return match (components.next(), components.next()) {
            (Some(_), Some(_)) => true,
            (Some(only), None) => ROOTS.contains(&only) || only == "var",
            (None, _) => false,
        };
    }
    is_home(word) || is_climbing(word) || (path::is_drive(word) && word.len() > 2) || is_share(word)
}

/// `~/x`, `~user/x`, `$HOME`, `%USERPROFILE%`.
pub(super) fn is_home(word: &str) -> bool {
    const NAMES: [&str; 6] = ["$HOME", "${HOME}", "%HOME%", "%USERPROFILE%", "$PWD", "${PWD}"];
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['/', '\\']);
    if NAMES.iter().any(|name| word.strip_prefix(name).is_some_and(ends)) {
        return true;
    }
    let Some(rest) = word.strip_prefix('~') else {
        return false;
    };
    let (user, slash) = rest.split_once(['/', '\\']).map_or((rest, false), |(user, _)| (user, true));
    let mut bytes = user.bytes();
    let named = bytes.next().is_none_or(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    slash && named && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// `..` as a component, either slash counting.
pub(super) fn is_climbing(word: &str) -> bool {
    text::climbs(word)
}

/// `\\host\share`.
fn is_share(word: &str) -> bool {
    let Some(rest) = word.strip_prefix("\\\\") else {
        return false;
    };
    let Some((host, share)) = rest.split_once('\\') else {
        return false;
    };
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || b"._-?$".contains(&byte);
    !host.is_empty()
        && host.bytes().all(fit)
        && share.starts_with(|first: char| first.is_ascii_alphanumeric())
}

/// Whether a path begins with a folder that every machine has: in a URL without its host, that means a file.
pub(super) fn is_rooted(path: &str) -> bool {
    let first = || path.split('/').find(|component| !matches!(*component, "" | "."));
    path.starts_with('/')
        && first().is_some_and(|first| ROOTS.contains(&first) || MORE_ROOTS.contains(&first))
}

/// The word as the most obliging reader might see it: escapes undone however often and however wrong they are,
/// look-alikes replaced. Only to see whether it is a path at all.
pub(super) fn loosened(word: &str) -> Cow<'_, str> {
    if word.len() > 3 * AbsPath::MAX_LEN || (word.is_ascii() && !word.contains('%')) {
        return Cow::Borrowed(word);
    }
    let plain = |character: char| match character {
        '\u{2024}' | '\u{fe52}' | '\u{ff0e}' => '.',
        character if text::is_look_alike(character) => '/',
        character => character,
    };
    let decoded = text::decode_obligingly(&text::visible(word));
    let visible = text::visible(&decoded);
    Cow::Owned(visible.replace('\u{2025}', "..").chars().map(plain).collect())
}
