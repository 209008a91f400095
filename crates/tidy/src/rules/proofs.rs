//! That every test which SECURITY.md and ARCHITECTURE.md call as a witness exists and runs.
//!
//! A witness is written in backticks as `test: PACKAGE PATH`: the package as Cargo names it, then the path as the test
//! runner prints it. For a test in `src/` that is the module path without the crate (`decide::tests::deny_wins`), for
//! one under `tests/` the name of the file and then the path in it (`laws::deny_wins`). An ignored test proves nothing.

use crate::functions;
use crate::source::{self, Source};
use crate::{Fault, Tree};
use std::collections::BTreeSet;

const RULE: &str = "proofs";

/// Documents whose claims name their tests.
const DOCUMENTS: [&str; 2] = ["SECURITY.md", "ARCHITECTURE.md"];

/// How a witness starts, after the backtick.
const MARK: &str = "`test:";

/// Every witness that is not there, and a SECURITY.md that calls none.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let known: BTreeSet<String> = source::all(tree).iter().flat_map(tests_of).collect();
    let mut faults = Vec::new();
    for path in DOCUMENTS {
        let Some(text) = tree.text(path) else { continue };
        let mut called = 0;
        for (index, line) in text.lines().enumerate() {
            for piece in line.split(MARK).skip(1) {
                called += 1;
                let witness = piece.split_once('`').map(|(witness, _)| witness.trim());
                let fault = match witness {
                    None => "a witness without its closing backtick".to_owned(),
                    Some(witness) if known.contains(witness) => continue,
                    Some(witness) => format!("no test `{witness}` runs: name it as PACKAGE PATH"),
                };
                faults.push(Fault::new(path, index + 1, RULE, fault));
            }
        }
        if called == 0 && path == "SECURITY.md" {
            faults.push(Fault::new(path, 0, RULE, "calls no test: a claim without one is a hole"));
        }
    }
    faults
}

/// The tests of a file as `package path`.
fn tests_of(source: &Source<'_>) -> Vec<String> {
    let Some(module) = module_path(source) else {
        return Vec::new();
    };
    let package =
        source.room().map_or_else(|| source.package.to_owned(), |room| format!("portcullis-{room}"));
    functions::functions(&source.tokens)
        .into_iter()
        .filter(|function| function.runs_as_test)
        .map(|function| {
            let parts = [module.as_str(), function.path.as_str()];
            let path: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            format!("{package} {}", path.join("::"))
        })
        .collect()
}

/// The path of the module that a file is, as the runner prints it; none for files that hold no tests.
fn module_path(source: &Source<'_>) -> Option<String> {
    let within = source.path.strip_prefix(source.package)?.trim_start_matches('/').strip_suffix(".rs")?;
    let (folder, rest) = within.split_once('/')?;
    let rest = rest.strip_suffix("/mod").or_else(|| rest.strip_suffix("/main")).unwrap_or(rest);
    match (folder, rest) {
        ("src", "lib" | "main") => Some(String::new()),
        ("src" | "tests", _) => Some(rest.replace('/', "::")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{MARK, check};
    use crate::Tree;

    fn faults(witness: &str) -> Vec<String> {
        let text = format!("# Security\nEmpty allows nothing ({MARK} {witness}`).\n");
        let tree = Tree::of(&[
            ("crates/policy/Cargo.toml", ""),
            ("crates/policy/src/lib.rs", "#[test]\nfn at_the_top() {}"),
            (
                "crates/policy/src/decide.rs",
                "fn plain() {} mod tests { #[test] fn deny_wins() {} #[test] #[ignore] fn slow() {} }",
            ),
            ("crates/policy/src/host/mod.rs", "mod tests { #[test] fn parses() {} }"),
            ("crates/policy/tests/laws.rs", "proptest! { #[test] fn empty_allows_nothing(a in any()) {} }"),
            ("SECURITY.md", &text),
        ]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn tests_are_found_by_the_path_that_the_runner_prints() {
        for witness in [
            "portcullis-policy at_the_top",
            "portcullis-policy decide::tests::deny_wins",
            "portcullis-policy host::tests::parses",
            "portcullis-policy laws::empty_allows_nothing",
        ] {
            assert_eq!(faults(witness), [""; 0]);
        }
    }

    #[test]
    fn a_witness_that_does_not_run_is_a_fault() {
        for witness in [
            "portcullis-policy decide::tests::deny_loses",
            "portcullis-policy deny_wins",
            "portcullis-policy decide::plain",
            "portcullis-policy decide::tests::slow",
            "portcullis-wire laws::empty_allows_nothing",
            "laws::empty_allows_nothing",
            "",
        ] {
            assert_eq!(
                faults(witness),
                [format!("SECURITY.md:2: proofs: no test `{witness}` runs: name it as PACKAGE PATH")]
            );
        }
    }

    #[test]
    fn a_document_without_a_witness_is_a_fault() {
        assert_eq!(check(&Tree::of(&[("SECURITY.md", "All is well.\n")])).len(), 1);
        assert_eq!(check(&Tree::of(&[("SECURITY.md", &format!("{MARK} policy a\n"))])).len(), 1);
    }
}
