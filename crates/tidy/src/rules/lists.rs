//! That what is listed exists and what exists is listed: fuzz targets and benches, in their manifests, on the disk and
//! in the documents. `cargo xtask fuzz` reads its list from `fuzz/Cargo.toml`, so that one is the list.

use crate::manifest;
use crate::tree::{has_extension, has_word};
use crate::{Fault, Tree};

const RULE: &str = "lists";

/// Every fuzz target and bench that is missing on one side.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = fuzz_targets(tree);
    faults.extend(benches(tree));
    faults
}

fn fuzz_targets(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |path: &str, message: String| faults.push(Fault::new(path, 0, RULE, message));
    if !tree.has_folder("fuzz") {
        return faults;
    }
    let table = match manifest::read(tree, "fuzz/Cargo.toml") {
        Ok(table) => table,
        Err(error) => {
            fault("fuzz/Cargo.toml", error);
            return faults;
        }
    };
    let targets = manifest::names(&table, "bin");
    let readme = tree.text("fuzz/README.md").unwrap_or_default();
    for target in &targets {
        if !tree.has(&format!("fuzz/fuzz_targets/{target}.rs")) {
            fault("fuzz/Cargo.toml", format!("target `{target}` has no file in fuzz/fuzz_targets"));
        }
        if !has_word(readme, target) {
            fault("fuzz/README.md", format!("target `{target}` is not named"));
        }
        let regressions = format!("fuzz/regressions/{target}");
        let replayed = tree.select(|path| has_extension(path, "rs") && !path.starts_with("fuzz/"));
        if tree.has_folder(&regressions)
            && !replayed.into_iter().any(|(_, text)| has_word(text, &regressions))
        {
            fault(
                &regressions,
                "no test of the crate replays these inputs: none names the folder".to_owned(),
            );
        }
    }
    let known = |name: &str| targets.iter().any(|target| target == name);
    for (path, _) in tree.select(|path| path.starts_with("fuzz/fuzz_targets/")) {
        let name = path.trim_start_matches("fuzz/fuzz_targets/").trim_end_matches(".rs");
        if !known(name) {
            fault(path, "is no target of fuzz/Cargo.toml".to_owned());
        }
    }
    for (path, _) in tree.select(|path| path.starts_with("fuzz/regressions/")) {
        let folder = path.trim_start_matches("fuzz/regressions/").split('/').next().unwrap_or_default();
        if !known(folder) {
            fault(path, "belongs to no target of fuzz/Cargo.toml".to_owned());
        }
    }
    faults
}

fn benches(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let readme = tree.text("bench/README.md").unwrap_or_default();
    for room in tree.rooms() {
        let manifest_path = format!("crates/{room}/Cargo.toml");
        let folder = format!("crates/{room}/benches/");
        let listed = manifest::names(&manifest::read(tree, &manifest_path).unwrap_or_default(), "bench");
        for (path, _) in tree.select(|path| path.starts_with(&folder)) {
            let name = path.trim_start_matches(folder.as_str()).trim_end_matches(".rs");
            // A bench that is not listed would run under the harness that knows nothing of criterion.
            if !name.contains('/') && !listed.iter().any(|bench| bench == name) {
                faults.push(Fault::new(path, 0, RULE, format!("is no `[[bench]]` of {manifest_path}")));
            }
        }
        for bench in listed {
            if !has_word(readme, &bench) {
                let message = format!("bench `{bench}` is not named in bench/README.md");
                faults.push(Fault::new(&manifest_path, 0, RULE, message));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    const FUZZ: &str = "[[bin]]\nname = \"frames\"\npath = \"fuzz_targets/frames.rs\"\n";

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).iter().map(|fault| format!("{}: {}", fault.path, fault.message)).collect()
    }

    #[test]
    fn a_fuzz_target_needs_a_file_and_a_line_in_the_readme() {
        assert_eq!(
            messages(&[("fuzz/Cargo.toml", FUZZ)]),
            [
                "fuzz/Cargo.toml: target `frames` has no file in fuzz/fuzz_targets",
                "fuzz/README.md: target `frames` is not named",
            ]
        );
        let whole =
            [("fuzz/Cargo.toml", FUZZ), ("fuzz/README.md", "`frames`"), ("fuzz/fuzz_targets/frames.rs", "")];
        assert_eq!(messages(&whole), [""; 0]);
        let mut more = whole.to_vec();
        more.push(("fuzz/fuzz_targets/stray.rs", ""));
        more.push(("fuzz/regressions/gone/a.txt", ""));
        assert_eq!(messages(&more).len(), 2);
        assert_eq!(messages(&[("fuzz/README.md", "")]).len(), 1);
    }

    #[test]
    fn found_inputs_must_be_replayed_by_a_test() {
        let mut files = vec![
            ("fuzz/Cargo.toml", FUZZ),
            ("fuzz/README.md", "`frames`"),
            ("fuzz/fuzz_targets/frames.rs", ""),
        ];
        files.push(("fuzz/regressions/frames/long-line", ""));
        assert_eq!(messages(&files).len(), 1);
        files
            .push(("crates/wire/tests/regressions.rs", "const A: &str = \"../../fuzz/regressions/frames\";"));
        assert_eq!(messages(&files), [""; 0]);
    }

    #[test]
    fn a_bench_needs_an_entry_and_a_line_in_the_readme() {
        let manifest = ("crates/wire/Cargo.toml", "[[bench]]\nname = \"parse\"\nharness = false\n");
        assert_eq!(
            messages(&[manifest]),
            ["crates/wire/Cargo.toml: bench `parse` is not named in bench/README.md"]
        );
        assert_eq!(messages(&[manifest, ("bench/README.md", "## `parse`")]), [""; 0]);
        assert_eq!(
            messages(&[("crates/wire/Cargo.toml", ""), ("crates/wire/benches/parse.rs", "")]).len(),
            1
        );
    }
}
