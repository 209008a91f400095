//! That no file tells where it was written: paths of the machine, hosts of package registries. What is built must not
//! depend on either. The words are put together from pieces so that this file does not find itself.

use crate::{Fault, Tree};

const RULE: &str = "workplace";

/// A name in two pieces, and why it may not stand in a file.
const WORDS: &[([&str; 2], &str)] = &[
    (["/wo", "rk/"], "a path of the machine it was written on"),
    (["index.", "crates.io"], "the host of a registry"),
    (["static.", "crates.io"], "the host of a registry"),
    (["registry.", "npmjs.org"], "the host of a registry"),
    (["files.python", "hosted.org"], "the host of a registry"),
    (["py", "pi.org"], "the host of a registry"),
    (["deb.", "debian.org"], "the host of a registry"),
    (["/arti", "factory/"], "the path of a registry"),
];

/// Every such word in any text file.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let words: Vec<_> = WORDS.iter().map(|(pieces, reason)| (pieces.concat(), reason)).collect();
    let mut faults = Vec::new();
    for (path, text) in tree.select(|_| true) {
        for (index, line) in text.lines().enumerate() {
            for (word, reason) in &words {
                if mentions(line, word) {
                    faults.push(Fault::new(path, index + 1, RULE, format!("`{word}`: {reason}")));
                }
            }
        }
    }
    faults
}

/// Whether the line has the word, not as the later part of a longer path or host name.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}'))
    })
}

#[cfg(test)]
mod tests {
    use super::{WORDS, check};
    use crate::Tree;

    #[test]
    fn every_word_is_a_fault_in_any_file() {
        for (pieces, _) in WORDS {
            let line = format!("first\nsee {}x for it\n", pieces.concat());
            for path in ["README.md", "package-lock.json", "crates/wire/src/a.rs", ".ci/run"] {
                let faults = check(&Tree::of(&[(path, &line)]));
                assert_eq!(faults.len(), 1, "{path}: {line}");
                assert_eq!(faults.first().map(|fault| fault.line), Some(2));
            }
        }
    }

    #[test]
    fn parts_of_other_names_pass() {
        let text = ["~/home", "/wo", "rk/x ./wo", "rk/y ${HOME}/wo", "rk/z happy", "pi.org"].concat();
        assert_eq!(check(&Tree::of(&[("a.md", &text)])), []);
    }
}
