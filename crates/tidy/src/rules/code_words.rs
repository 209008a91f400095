//! Words that have no place in our code: lints silenced without a reason, work left undone, tests that do not run, and
//! modules named after nothing. Clippy has lints for some of them; those do not see macro bodies, comments, names of
//! files, or the fuzzing package outside the workspace.

use crate::source::{self, Source};
use crate::token::Token;
use crate::tree::has_word;
use crate::{Fault, Tree};
use proc_macro2::Delimiter;

const RULE: &str = "code-words";

/// Names that say nothing of what a module holds.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "misc"];

/// Macros that stand for work not done.
const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

/// Files in which a note to oneself is looked for: what people write code in.
const CODE: &[&str] = &["rs", "py", "ts", "js", "mjs", "sh", "toml", "html", "css", "go", "wit"];

/// Every such word in the tree.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<_> = source::all(tree).iter().flat_map(check_source).collect();
    for (path, text) in tree.select(is_code) {
        for (index, line) in text.lines().enumerate() {
            for note in notes() {
                if has_word(line, &note) {
                    faults.push(Fault::new(path, index + 1, RULE, format!("`{note}`: do it, or file it")));
                }
            }
        }
    }
    faults
}

fn is_code(path: &str) -> bool {
    path == ".ci/run" || path.rsplit_once('.').is_some_and(|(_, extension)| CODE.contains(&extension))
}

/// The notes to look for, in pieces so that this file does not find itself.
fn notes() -> [String; 3] {
    [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|halves| halves.concat())
}

fn check_source(source: &Source<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |line, message: String| faults.push(Fault::new(source.path, line, RULE, message));
    for part in source.path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&part) {
            fault(0, format!("a module named `{part}` says nothing of what it holds"));
        }
    }
    for (index, token) in source.tokens.iter().enumerate() {
        let next = source.tokens.get(index + 1);
        let Some(word) = token.word() else {
            if let Some(end) = token.opens(Delimiter::Bracket) {
                let marked = index
                    .checked_sub(1)
                    .and_then(|at| source.tokens.get(at))
                    .is_some_and(|mark| mark.is_mark('#') || mark.is_mark('!'));
                let inside = source.tokens.get(index..end).unwrap_or_default();
                if marked {
                    check_attribute(inside, &mut |message| fault(token.line, message));
                }
            }
            continue;
        };
        if UNFINISHED.contains(&word) && next.is_some_and(|mark| mark.is_mark('!')) {
            fault(token.line, format!("`{word}!` has no place in finished code"));
        }
        if word == "mod" && next.and_then(Token::word).is_some_and(|name| EMPTY_NAMES.contains(&name)) {
            fault(token.line, "a module of this name says nothing of what it holds".to_owned());
        }
    }
    for (index, line) in source.text.lines().enumerate() {
        let comment = line.trim_start();
        if (comment.starts_with("///") || comment.starts_with("//!")) && comment.contains("```ignore") {
            fault(index + 1, "an example that is not compiled: use `no_run`, or `text`".to_owned());
        }
    }
    faults
}

fn check_attribute(tokens: &[Token], fault: &mut impl FnMut(String)) {
    for (index, token) in tokens.iter().enumerate() {
        match token.word() {
            Some(level @ ("allow" | "expect")) => {
                let list = tokens.get(index + 1).and_then(|open| open.opens(Delimiter::Parenthesis));
                // The indices count from the start of the file; the list reaches at most to the end of the attribute.
                let inside = tokens.iter().skip(index + 1);
                if list.is_some() && !inside.clone().any(|token| token.word() == Some("reason")) {
                    fault(format!("`{level}` without a reason: write `#[expect(lint, reason = \"…\")]`"));
                }
            }
            Some("ignore") if index == 1 => {
                fault(
                    "an ignored test tells nobody: call `portcullis_e2e::skip` when it cannot run".to_owned(),
                );
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY_NAMES, check, notes};
    use crate::Tree;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[("crates/wire/Cargo.toml", ""), (path, text)])).len()
    }

    #[test]
    fn each_word_is_a_fault() {
        for text in [
            "#[allow(dead_code)] fn f() {}",
            "#![allow(dead_code)]",
            "#[expect(dead_code)] fn f() {}",
            "#[cfg_attr(unix, allow(dead_code))] fn f() {}",
            "macro_rules! m { () => { #[allow(dead_code)] fn f() {} } }",
            "fn f() { todo!() }",
            "fn f() { unimplemented!() }",
            "fn f() { vec![dbg!(1)] }",
            "mod util {}",
            "mod helpers;",
            "#[test] #[ignore] fn f() {}",
            "#[test] #[ignore = \"slow\"] fn f() {}",
            "/// ```ignore\n/// ```\nfn f() {}",
        ] {
            assert_eq!(count("crates/wire/src/a.rs", text), 1, "{text}");
            assert_eq!(count("fuzz/fuzz_targets/a.rs", text), 1, "{text}");
        }
        for note in notes() {
            assert_eq!(count("crates/wire/src/a.rs", &format!("// {note}: later")), 1, "{note}");
            assert_eq!(count("bindings/python/a.py", &format!("# {note}: later")), 1, "{note}");
            assert_eq!(count(".ci/run", &format!("# {note}: later")), 1, "{note}");
        }
        for name in EMPTY_NAMES {
            assert_eq!(count(&format!("crates/wire/src/{name}.rs"), ""), 1, "{name}");
            assert_eq!(count(&format!("crates/wire/tests/{name}/mod.rs"), ""), 1, "{name}");
        }
    }

    #[test]
    fn code_that_only_comes_near_passes() {
        let text = "#[expect(dead_code, reason = \"kept for the next version\")] fn f() { x.expect(\"y\"); allow(1); }\n\
                    #[cfg_attr(unix, expect(dead_code, reason = \"r\"))] fn g() {}\nmod utility {}\n\
                    const A: &str = \"#[allow(dead_code)] todo!()\"; fn ignore() {}\n";
        assert_eq!(count("crates/wire/src/a.rs", text), 0);
    }
}
