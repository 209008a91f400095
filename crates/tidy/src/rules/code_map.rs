//! That the documents at the root are there and ARCHITECTURE.md's map names every crate and every top folder of ours.
//! What it says about them is not checked.

use crate::tree::has_word;
use crate::{Fault, Tree};

const RULE: &str = "code-map";

/// What stands at the root of the repository.
const ROOT: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "bench/README.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "deny.toml",
    ".ci/run",
];

/// Every missing file of the root, and every room that the code map does not name.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let missing = ROOT.iter().filter(|path| !tree.has(path));
    let mut faults: Vec<_> =
        missing.map(|path| Fault::new(path, 0, RULE, "is missing at the root")).collect();
    if let Some(text) = tree.text("ARCHITECTURE.md") {
        let rooms = tree.rooms().into_iter().chain(tree.has("xtask/Cargo.toml").then_some("xtask"));
        for room in rooms.filter(|room| {
            !has_word(text, &format!("`{room}`")) && !text.contains(&format!("`crates/{room}`"))
        }) {
            faults.push(Fault::new(
                "ARCHITECTURE.md",
                0,
                RULE,
                format!("the code map does not name `{room}`"),
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{ROOT, check};
    use crate::Tree;

    fn tree(architecture: &str) -> Tree {
        let mut files: Vec<_> = ROOT.iter().map(|path| (*path, "x")).collect();
        files.extend([
            ("crates/wire/Cargo.toml", ""),
            ("crates/tidy/Cargo.toml", ""),
            ("ARCHITECTURE.md", architecture),
        ]);
        Tree::of(&files)
    }

    #[test]
    fn every_room_is_on_the_map() {
        assert_eq!(check(&tree("`wire` and `crates/tidy`")), []);
        assert_eq!(check(&tree("`wire` and tidy")).len(), 1);
        assert_eq!(check(&tree("")).len(), 2);
    }

    #[test]
    fn every_file_of_the_root_is_there() {
        for path in ROOT {
            let mut tree = tree("`wire` `tidy`");
            tree.files.remove(*path);
            assert_eq!(check(&tree).len(), 1, "{path}");
        }
    }
}
