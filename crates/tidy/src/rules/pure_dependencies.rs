//! The packages that the pure rooms may be built on. The list names what is allowed, not what is forbidden, so that a
//! package nobody has thought about is refused. `purity` looks at what the rooms' own code names.

use crate::manifest::{self, Purpose};
use crate::rules::PURE_ROOMS;
use crate::{Fault, Tree};

const RULE: &str = "pure-dependencies";

/// Packages that compute and do nothing else, as far as a pure room calls them. Before adding one, read that it opens
/// no file, no socket and no clock, starts no thread, and does not order its output by a random hash.
const ALLOWED: &[&str] = &[
    "aho-corasick",
    "globset",
    "idna",
    "ipnet",
    "jsonc-parser",
    "memchr",
    "regex",
    "saphyr-parser",
    "schemars",
    "serde",
    "serde_json",
    "shlex",
    "strsim",
    "thiserror",
    "url",
];

/// Every dependency of a pure room that is not in the list. Those of its tests are their own affair.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for room in PURE_ROOMS {
        let path = format!("crates/{room}/Cargo.toml");
        // `arrows` tells of a Cargo.toml that cannot be read.
        let Ok(table) = manifest::read(tree, &path) else {
            continue;
        };
        for dependency in manifest::dependencies(tree, &path, &table) {
            let package = dependency.package.as_str();
            let ours = package.starts_with("portcullis-");
            if dependency.purpose == Purpose::Use && !ours && !ALLOWED.contains(&package) {
                let message =
                    format!("`{package}` is not known to be pure: read it, then add it to `ALLOWED`");
                faults.push(Fault::new(&path, dependency.line, RULE, message));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    fn count(room: &str, body: &str) -> usize {
        check(&Tree::of(&[(&format!("crates/{room}/Cargo.toml"), body)])).len()
    }

    #[test]
    fn a_package_that_is_not_listed_is_a_fault_in_a_pure_room_only() {
        for package in
            ["tokio", "mio", "socket2", "rand", "getrandom", "chrono", "reqwest", "hyper", "brand-new"]
        {
            let body = format!("[dependencies]\n{package} = \"1\"\n");
            assert_eq!(count("policy", &body), 1, "{package}");
            assert_eq!(count("wire", &body), 1, "{package}");
            assert_eq!(count("broker", &body), 0, "{package}");
        }
        assert_eq!(count("policy", "[build-dependencies]\ntokio = \"1\"\n"), 1);
        assert_eq!(count("policy", "[dependencies]\nserde = { package = \"tokio\", version = \"1\" }\n"), 1);
    }

    #[test]
    fn listed_packages_and_those_of_tests_are_allowed() {
        assert_eq!(
            count("policy", "[dependencies]\nserde = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n"),
            0
        );
    }
}
