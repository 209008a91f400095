//! That every environment variable our code reads is in the documents. It finds names given to `env::var` and
//! `env::var_os` as texts or as constants of the same file, to clap's `env = "…"`, and every word with the project's
//! own prefix, in the shell scripts too. A name that is computed, such as one from a manifest, is beyond it.

use crate::source;
use crate::token::{self, Kind, Token};
use crate::tree::{has_extension, has_word};
use crate::{Fault, Tree};
use proc_macro2::Delimiter;
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "variables";

/// What the names of the project's own variables start with.
const PREFIX: &str = "PORTCULLIS_";

/// Every variable that is read and that no document names.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut read: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    let sources = source::all(tree);
    for source in &sources {
        for (line, name) in read_in(&source.tokens).into_iter().chain(prefixed(source.text)) {
            read.entry(name).or_insert((source.path, line));
        }
    }
    for (path, text) in tree.select(|path| path == ".ci/run" || has_extension(path, "sh")) {
        for (line, name) in prefixed(text) {
            read.entry(name).or_insert((path, line));
        }
    }
    let documented: BTreeSet<_> =
        read.keys().filter(|name| tree.documents().any(|(_, text)| has_word(text, name))).cloned().collect();
    read.into_iter()
        .filter(|(name, _)| !documented.contains(name))
        .map(|(name, (path, line))| {
            Fault::new(path, line, RULE, format!("variable `{name}` is in no document"))
        })
        .collect()
}

/// Names that the tokens of a file read by calls and by clap attributes.
fn read_in(tokens: &[Token]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let at = |ahead: usize| tokens.get(index + ahead);
        let is_call = matches!(token.word(), Some("var" | "var_os"))
            && at(1).is_some_and(|open| open.opens(Delimiter::Parenthesis).is_some());
        let is_clap = token.word() == Some("env") && at(1).is_some_and(|equals| equals.is_mark('='));
        if !is_call && !is_clap {
            continue;
        }
        match at(2).map(|argument| &argument.kind) {
            Some(Kind::Text(name)) => found.push((token.line, name.clone())),
            Some(Kind::Word(constant)) if !token::is_colons(tokens, index + 3) => {
                found.extend(constant_text(tokens, constant).map(|name| (token.line, name)));
            }
            _ => {}
        }
    }
    found
}

/// The text that `const NAME: … = "…";` in the same file gives.
fn constant_text(tokens: &[Token], name: &str) -> Option<String> {
    let start = tokens.windows(2).position(|pair| match pair {
        [keyword, word] => keyword.word() == Some("const") && word.word() == Some(name),
        _ => false,
    })?;
    let equals = tokens.iter().skip(start).position(|token| token.is_mark('='))?;
    match &tokens.get(start + equals + 1)?.kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Words with the project's prefix and at least one letter after it.
fn prefixed(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices(PREFIX) {
            let rest = line.get(at..).unwrap_or_default();
            let name: String = rest
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
                .collect();
            if name.len() > PREFIX.len() {
                found.push((index + 1, name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, check};
    use crate::Tree;

    fn names(path: &str, text: &str, document: &str) -> Vec<String> {
        let tree = Tree::of(&[("crates/cli/Cargo.toml", ""), (path, text), ("docs/variables.md", document)]);
        check(&tree).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn every_way_of_reading_a_variable_is_seen() {
        for text in [
            "fn f() { std::env::var(\"PAGER\"); }",
            "fn f() { env::var_os(\"PAGER\"); }",
            "fn f() { vec![var(\"PAGER\")] }",
            "const NAME: &str = \"PAGER\"; fn f() { env::var(NAME); }",
            "struct A { #[arg(long, env = \"PAGER\")] pager: String }",
        ] {
            assert_eq!(
                names("crates/cli/src/a.rs", text, ""),
                ["variable `PAGER` is in no document"],
                "{text}"
            );
            assert_eq!(
                names("crates/cli/src/a.rs", text, "`PAGER_X`"),
                ["variable `PAGER` is in no document"],
                "{text}"
            );
            assert_eq!(names("crates/cli/src/a.rs", text, "`PAGER`: shows long text."), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_projects_own_names_are_seen_anywhere() {
        let name = format!("{PREFIX}HOME");
        for (path, text) in [
            ("crates/cli/src/a.rs", format!("// {name}")),
            ("crates/cli/tests/a.rs", format!("const A: &str = \"{name}\";")),
            ("xtask/src/a.rs", format!("fn f() {{ \"{name}\" }}")),
            (".ci/run", format!("export {name}=1\n")),
        ] {
            assert_eq!(names(path, &text, ""), [format!("variable `{name}` is in no document")], "{path}");
            assert_eq!(names(path, &text, &name), [""; 0], "{path}");
        }
    }

    #[test]
    fn a_computed_name_is_left_alone() {
        assert_eq!(
            names("crates/cli/src/a.rs", "fn f(n: &str) { std::env::var(n); let var = 1; }", ""),
            [""; 0]
        );
    }
}
