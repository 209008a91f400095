//! Every house rule, held against the repository that this crate stands in.

use portcullis_e2e::places;
use portcullis_tidy::{RULES, Tree, load};

/// The rule's faults in the repository, one a line.
fn faults_of(name: &str) -> Result<String, String> {
    let tree: Tree =
        load::load(&places::root()).map_err(|error| format!("cannot read the repository: {error}"))?;
    if tree.files.get("crates/tidy/tests/repository.rs").map(String::as_str)
        != Some(include_str!("repository.rs"))
    {
        return Err("the tree that was read is not the one that this test was built from".to_owned());
    }
    let (_, rule) = RULES.iter().find(|(rule, _)| *rule == name).ok_or("there is no such rule")?;
    let lines: Vec<_> = rule(&tree).iter().map(ToString::to_string).collect();
    Ok(lines.join("\n"))
}

macro_rules! holds {
    ($($test:ident $name:literal)*) => {
        $(
            #[test]
            fn $test() {
                let faults = faults_of($name).unwrap();
                assert!(faults.is_empty(), "\n{faults}");
            }
        )*

        #[test]
        fn every_rule_is_held_here() {
            let names: Vec<_> = RULES.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

holds! {
    every_rust_file_parses "parse"
    arrows_point_down "arrows"
    pure_rooms_are_pure "purity"
    pure_rooms_stand_on_pure_packages "pure-dependencies"
    unsafe_is_in_one_room "unsafe-fence"
    files_and_functions_are_short "sizes"
    what_is_public_is_documented "docs"
    commands_are_in_the_documents "commands"
    variables_are_in_the_documents "variables"
    code_has_no_forbidden_words "code-words"
    no_file_tells_where_it_was_written "workplace"
    lists_agree_with_the_disk "lists"
    claims_have_running_tests "proofs"
    the_code_map_is_whole "code-map"
}
