//! Where `unsafe` may stand: in `sandbox`, and in the programs that end-to-end tests run on a kernel. The compiler forbids
//! it wherever the workspace's lints apply; this rule sees that they do apply, and that the word stands nowhere else, macro
//! bodies included.

use crate::manifest;
use crate::source;
use crate::{Fault, Tree};
use toml::{Table, Value};

const RULE: &str = "unsafe-fence";

/// The one room with `unsafe` in it.
const FENCED: &str = "crates/sandbox";

/// Programs of their own, which no room contains and no product ships: they make the system calls that tests are about.
const PROGRAMS: &str = "crates/e2e/programs/";

/// Every `unsafe` outside the fence, and every package that has slipped out of the lints.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<_> =
        source::all(tree)
            .iter()
            .filter(|source| source.package != FENCED && !source.path.starts_with(PROGRAMS))
            .flat_map(|source| {
                source.tokens.iter().filter(|token| token.word() == Some("unsafe")).map(|token| {
                    Fault::new(source.path, token.line, RULE, "`unsafe` belongs to `sandbox` alone")
                })
            })
            .collect();
    faults.extend(unlinted(tree));
    faults
}

fn unlinted(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let workspace = manifest::read(tree, "Cargo.toml").unwrap_or_default();
    let level = dig(&workspace, &["workspace", "lints", "rust", "unsafe_code"]).and_then(Value::as_str);
    if level != Some("forbid") {
        faults.push(Fault::new(
            "Cargo.toml",
            0,
            RULE,
            "`unsafe_code` must be `forbid` in the workspace's lints",
        ));
    }
    let packages =
        tree.rooms().into_iter().map(|room| format!("crates/{room}")).filter(|folder| folder != FENCED);
    for folder in packages.chain(tree.has("xtask/Cargo.toml").then(|| "xtask".to_owned())) {
        let path = format!("{folder}/Cargo.toml");
        let table = manifest::read(tree, &path).unwrap_or_default();
        if dig(&table, &["lints", "workspace"]) != Some(&Value::Boolean(true)) {
            faults.push(Fault::new(&path, 0, RULE, "`[lints] workspace = true` is missing"));
        }
    }
    faults
}

fn dig<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    const ROOT: &str = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
    const LINTED: &str = "[lints]\nworkspace = true\n";

    fn count(path: &str, text: &str) -> usize {
        let tree = Tree::of(&[
            ("Cargo.toml", ROOT),
            ("crates/wire/Cargo.toml", LINTED),
            ("crates/sandbox/Cargo.toml", ""),
            ("crates/e2e/Cargo.toml", LINTED),
            (path, text),
        ]);
        check(&tree).len()
    }

    #[test]
    fn every_shape_of_unsafe_is_a_fault_outside_the_fence() {
        for text in [
            "fn f() { unsafe { g() } }",
            "unsafe fn f() {}",
            "unsafe impl Send for T {}",
            "unsafe trait T {}",
            "#[unsafe(no_mangle)] fn f() {}",
            "unsafe extern \"C\" { fn f(); }",
            "macro_rules! m { () => { unsafe { f() } } }",
            "fn f() { m!(unsafe { g() }) }",
        ] {
            assert_eq!(count("crates/wire/src/a.rs", text), 1, "{text}");
            assert_eq!(count("crates/wire/tests/a.rs", text), 1, "{text}");
            assert_eq!(count("fuzz/fuzz_targets/a.rs", text), 1, "{text}");
            assert_eq!(count("crates/e2e/src/a.rs", text), 1, "{text}");
            assert_eq!(count("crates/sandbox/src/a.rs", text), 0, "{text}");
            assert_eq!(count("crates/e2e/programs/a/main.rs", text), 0, "{text}");
            assert_eq!(count("crates/e2e/src/programs/a.rs", text), 1, "{text}");
            assert_eq!(count("crates/e2e/tests/programs.rs", text), 1, "{text}");
        }
    }

    #[test]
    fn the_word_in_a_comment_or_a_text_is_no_fault() {
        assert_eq!(
            count("crates/wire/src/a.rs", "//! Nothing unsafe.\nfn f() -> &'static str { \"unsafe\" }"),
            0
        );
    }

    #[test]
    fn a_package_outside_the_lints_is_a_fault() {
        assert_eq!(count("crates/policy/Cargo.toml", "[package]\n"), 1);
        assert_eq!(count("crates/policy/Cargo.toml", "[lints]\nworkspace = false\n"), 1);
        assert_eq!(count("crates/policy/Cargo.toml", LINTED), 0);
        assert_eq!(count("xtask/Cargo.toml", "[package]\n"), 1);
        assert_eq!(count("Cargo.toml", "[workspace.lints.rust]\nunsafe_code = \"warn\"\n"), 1);
    }
}
