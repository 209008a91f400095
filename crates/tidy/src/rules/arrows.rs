//! Which room may use which. The table is the design's: a new arrow is a change to it, made in review. It says
//! nothing about packages from outside.

use crate::manifest::{self, Purpose};
use crate::rules::PURE_ROOMS;
use crate::{Fault, Tree};

const RULE: &str = "arrows";

/// The rooms that each room may use. A room that is not here does not exist.
const ARROWS: &[(&str, &[&str])] = &[
    ("policy", &[]),
    ("wire", &[]),
    ("sandbox", &["policy"]),
    ("broker", &["policy"]),
    ("tools", &["policy", "wire", "sandbox", "broker"]),
    ("wasm", &["policy", "wire", "broker", "tools"]),
    ("gateway", &["policy", "wire", "tools"]),
    ("serve", &["wire", "gateway"]),
    ("cli", &["policy", "wire", "sandbox", "broker", "tools", "wasm", "gateway", "serve"]),
    ("tidy", &[]),
    ("e2e", &[]),
];

/// Every arrow between rooms that is not in the table.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for room in tree.rooms() {
        let path = format!("crates/{room}/Cargo.toml");
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            faults.push(Fault::new(&path, 0, RULE, format!("room `{room}` is not in the table of arrows")));
            continue;
        };
        faults.extend(check_room(tree, &path, room, allowed));
    }
    // xtask reads the list of skips that the tests write, so it takes its place and form from them.
    if tree.has("xtask/Cargo.toml") {
        faults.extend(check_room(tree, "xtask/Cargo.toml", "xtask", &["e2e"]));
    }
    faults
}

fn check_room(tree: &Tree, path: &str, room: &str, allowed: &[&str]) -> Vec<Fault> {
    let table = match manifest::read(tree, path) {
        Ok(table) => table,
        Err(error) => return vec![Fault::new(path, 0, RULE, error)],
    };
    let mut faults = Vec::new();
    let name = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let expected = if room == "xtask" { "xtask".to_owned() } else { format!("portcullis-{room}") };
    if name != Some(&expected) {
        faults.push(Fault::new(
            path,
            0,
            RULE,
            format!("the package of this folder must be named `{expected}`"),
        ));
    }
    for dependency in manifest::dependencies(tree, path, &table) {
        let Some(other) = dependency.package.strip_prefix("portcullis-") else {
            continue;
        };
        let allowed = allowed.contains(&other)
            || other == room
            || dependency.purpose == Purpose::Test && tests_may_use(room, other);
        if !allowed {
            let message =
                format!("room `{room}` may not use `{other}`: arrows only point down, see `ARROWS`");
            faults.push(Fault::new(path, dependency.line, RULE, message));
        }
    }
    faults
}

/// Tests of a pure room stay pure; tests elsewhere may also say that they were skipped; end-to-end tests see all.
fn tests_may_use(room: &str, other: &str) -> bool {
    PURE_ROOMS.contains(&other) || room == "e2e" || other == "e2e" && !PURE_ROOMS.contains(&room)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    const ROOT: &str =
        "[workspace.dependencies]\nquiet = { package = \"portcullis-broker\", path = \"crates/broker\" }\n";

    fn faults(room: &str, body: &str) -> Vec<String> {
        let path = format!("crates/{room}/Cargo.toml");
        let text = format!("[package]\nname = \"portcullis-{room}\"\n{body}");
        let tree = Tree::of(&[("Cargo.toml", ROOT), (&path, &text)]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn arrows_of_the_table_are_allowed() {
        assert_eq!(
            faults("tools", "[dependencies]\nportcullis-policy.workspace = true\nserde = \"1\"\n"),
            [""; 0]
        );
        assert_eq!(faults("wire", "[dev-dependencies]\nportcullis-policy.workspace = true\n"), [""; 0]);
        assert_eq!(faults("sandbox", "[dev-dependencies]\nportcullis-e2e.workspace = true\n"), [""; 0]);
    }

    #[test]
    fn an_upward_arrow_is_a_fault_in_every_kind_of_dependency() {
        let expected = ["crates/policy/Cargo.toml:4: arrows: room `policy` may not use `wire`: \
                         arrows only point down, see `ARROWS`"];
        assert_eq!(faults("policy", "[dependencies]\nportcullis-wire.workspace = true\n"), expected);
        assert_eq!(faults("policy", "[build-dependencies]\nportcullis-wire.workspace = true\n"), expected);
        assert_eq!(
            faults("policy", "[target.'cfg(unix)'.dependencies]\nportcullis-wire.workspace = true\n"),
            expected
        );
    }

    #[test]
    fn a_renamed_dependency_is_seen_under_its_real_name() {
        assert_eq!(faults("serve", "[dependencies]\nquiet.workspace = true\n").len(), 1);
        assert_eq!(
            faults("serve", "[dependencies]\nx = { package = \"portcullis-tools\", path = \"../tools\" }\n")
                .len(),
            1
        );
    }

    #[test]
    fn tests_of_a_pure_room_may_not_use_a_room_with_effects() {
        assert_eq!(faults("policy", "[dev-dependencies]\nportcullis-broker.workspace = true\n").len(), 1);
        assert_eq!(faults("policy", "[dev-dependencies]\nportcullis-e2e.workspace = true\n").len(), 1);
        assert_eq!(faults("gateway", "[dev-dependencies]\nportcullis-sandbox.workspace = true\n").len(), 1);
    }

    #[test]
    fn an_unknown_room_and_a_wrong_name_are_faults() {
        assert_eq!(faults("manager", "").len(), 1);
        let tree = Tree::of(&[("crates/wire/Cargo.toml", "[package]\nname = \"wire\"\n")]);
        assert_eq!(check(&tree).len(), 1);
        let tree = Tree::of(&[("crates/wire/Cargo.toml", "[package\n")]);
        assert_eq!(check(&tree).len(), 1);
    }

    #[test]
    fn xtask_uses_no_room_of_the_product() {
        let text = "[package]\nname = \"xtask\"\n[dependencies]\nportcullis-policy = { path = \"../crates/policy\" }\n";
        let tree = Tree::of(&[("xtask/Cargo.toml", text)]);
        assert_eq!(check(&tree).len(), 1);
    }
}
