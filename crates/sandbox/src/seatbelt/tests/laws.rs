//! Laws that hold for every policy.

use super::reader::{Choice, Fact, Read, facts, permits, read};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

const READING: [&str; 2] = ["file-read-data", "file-map-executable"];
const CHANGING: [&str; 5] =
    ["file-write-data", "file-write-create", "file-write-unlink", "file-write-mode", "file-write-xattr"];
const OTHERS: [&str; 3] = ["process-exec", "file-read-metadata", "file-ioctl"];

/// Paths of a small tree, so that places meet.
fn small_path() -> impl Strategy<Value = String> {
    prop::collection::vec("[ab]", 1..4).prop_map(|names| format!("/w/{}", names.join("/")))
}

/// Paths of anything, most of them hostile.
fn hostile_path() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        3 => r#"[a-z ()#;|'$.*]{1,8}"#,
        1 => r#"[a-z"\\()\n\t #;]{1,8}"#,
        1 => "\\PC{1,4}",
        1 => Just("\"))(allow default)(deny file* (literal \"".to_owned()),
    ];
    let start = prop::sample::select(vec!["", "/tmp", "/private/var", "/Users/me"]);
    (start, prop::collection::vec(name, 1..4))
        .prop_map(|(start, names)| format!("{start}/{}", names.join("/")))
}

fn places(path: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<Place>> {
    let place = (path, any::<bool>()).prop_map(|(path, whole)| if whole { tree(&path) } else { file(&path) });
    prop::collection::vec(place, 0..4)
}

fn surveys(path: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Survey> {
    (places(path.clone()), places(path.clone()), places(path.clone()), places(path)).prop_map(
        |(read, write, denied, protected)| Survey { read, write, denied, protected, ..Survey::default() },
    )
}

/// What a survey has a profile say, worked out from its text alone.
fn expected(survey: &Survey) -> BTreeSet<Fact> {
    let mut out = facts(&Case::new(EMPTY).text());
    let mut add = |effect: &'static str, operations: &[&str], kind: &str, path: &str| {
        for path in spellings(path) {
            for operation in operations {
                out.insert((effect, (*operation).to_owned(), kind.to_owned(), path.clone()));
            }
        }
    };
    let shape = |place: &Place| if place.kind == Kind::Folder { "subpath" } else { "literal" };
    let denied = |place: &Place| {
        survey.denied.iter().any(|denied| is_at_or_below(place.path.as_str(), denied.path.as_str()))
    };
    for place in survey.read.iter().chain(&survey.write).filter(|place| !denied(place)) {
        for path in spellings(place.path.as_str()) {
            for above in Path::new(&path).ancestors().skip(1).filter(|above| *above != Path::new("/")) {
                // Not `add`: the folders above one spelling are not those above the other.
                add("allow", &["file-read-metadata"], "literal", above.to_str().unwrap());
            }
        }
    }
    for place in survey.read.iter().filter(|place| !denied(place)) {
        add("allow", &["file-read*", "file-map-executable"], shape(place), place.path.as_str());
    }
    for place in &survey.write {
        let path = place.path.as_str();
        if !denied(place) {
            add("allow", &["file-read-metadata"], "literal", path);
            let operation = if place.kind == Kind::Folder { "file-write*" } else { "file-write-data" };
            add("allow", &[operation], shape(place), path);
        }
        add("deny", &["file-write-create", "file-write-unlink"], "literal", path);
        let is_read = survey
            .read
            .iter()
            .any(|read| read == place || read.kind == Kind::Folder && place.path.is_within(&read.path));
        if place.kind == Kind::Folder && !is_read {
            add("deny", &["file-write-unlink"], "subpath", path);
        }
        for closed in survey.denied.iter().chain(&survey.protected) {
            for above in Path::new(closed.path.as_str()).ancestors().skip(1).filter_map(Path::to_str) {
                if is_at_or_below(above, path) && above != "/" {
                    add("deny", &["file-write-create", "file-write-unlink"], "literal", above);
                }
            }
        }
    }
    let changing = ["file-write*", "file-write-create", "file-write-data", "file-write-unlink"];
    let others = [
        "file*",
        "file-ioctl",
        "file-map-executable",
        "file-read*",
        "file-read-data",
        "file-read-metadata",
        "process-exec*",
    ];
    for kind in ["literal", "subpath"] {
        for place in survey.denied.iter().chain(&survey.protected) {
            add("deny", &changing, kind, place.path.as_str());
        }
        for place in &survey.denied {
            add("deny", &others, kind, place.path.as_str());
        }
    }
    out
}

fn spellings(path: &str) -> Vec<String> {
    let mut out = vec![path.to_owned()];
    for link in ["/tmp", "/var", "/etc"] {
        if is_at_or_below(path, link) {
            out.push(format!("/private{path}"));
        } else if is_at_or_below(path, &format!("/private{link}")) {
            out.push(path.replacen("/private", "", 1));
        }
    }
    out
}

fn is_at_or_below(path: &str, folder: &str) -> bool {
    Path::new(path).starts_with(folder)
}

fn is_plain(place: &Place) -> bool {
    place.path.as_str().chars().all(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\'))
}

fn covers(places: &[Place], path: &str) -> bool {
    places.iter().any(|place| match place.kind {
        Kind::Folder => is_at_or_below(path, place.path.as_str()),
        Kind::File => path == place.path.as_str(),
    })
}

fn is_closed(places: &[Place], path: &str) -> bool {
    places.iter().any(|place| is_at_or_below(path, place.path.as_str()))
}

fn check(survey: &Survey, rules: &[Read], path: &str, choice: Choice) -> Result<(), TestCaseError> {
    let may = |operation: &str| permits(rules, operation, path, choice);
    let denied = is_closed(&survey.denied, path);
    for operation in READING {
        prop_assert_eq!(may(operation), covers(&survey.read, path) && !denied, "{} {}", operation, path);
    }
    let closed = denied || is_closed(&survey.protected, path);
    prop_assert_eq!(may("file-write-data"), covers(&survey.write, path) && !closed, "{}", path);
    for operation in CHANGING {
        prop_assert!(!may(operation) || covers(&survey.write, path) && !closed, "{} {}", operation, path);
    }
    for operation in OTHERS {
        prop_assert!(!may(operation) || !denied, "{} {}", operation, path);
    }
    // What holds something closed stays where it is, and so does a writable tree.
    let mut all = survey.denied.iter().chain(&survey.protected).chain(&survey.write);
    if all.any(|place| is_at_or_below(place.path.as_str(), path)) {
        let in_write = survey.write.iter().any(|place| is_at_or_below(path, place.path.as_str()));
        let holds_closed = survey
            .denied
            .iter()
            .chain(&survey.protected)
            .any(|place| is_at_or_below(place.path.as_str(), path));
        if in_write && holds_closed || survey.write.iter().any(|place| place.path.as_str() == path) {
            prop_assert!(!may("file-write-unlink"), "`{}` can be taken away", path);
        }
    }
    // What may not be read is not carried to where it may.
    if !covers(&survey.read, path) && may("file-write-data") && !covers_files(&survey.write, path) {
        prop_assert!(!may("file-write-unlink"), "`{}` can be carried away", path);
    }
    Ok(())
}

fn covers_files(places: &[Place], path: &str) -> bool {
    places.iter().any(|place| place.kind == Kind::File && place.path.as_str() == path)
}

proptest! {
    #[test]
    fn a_profile_says_what_was_asked_and_nothing_else(survey in prop_oneof![surveys(hostile_path().boxed()), surveys(small_path().boxed())]) {
        // A denial of what the program itself lies in is another error's business.
        prop_assume!(survey.denied.iter().all(|place| place.path != AbsPath::root()));
        let all = [&survey.read, &survey.write, &survey.denied, &survey.protected];
        let plain = all.into_iter().flatten().all(is_plain);
        match (Case { survey: survey.clone(), ..Case::new(EMPTY) }).profile() {
            Ok(profile) => {
                prop_assert!(plain);
                prop_assert_eq!(facts(&profile.text), expected(&survey));
            }
            Err(SeatbeltError::ConfigPath { .. }) => prop_assert!(!plain),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn however_the_kernel_chooses_the_policy_holds(survey in surveys(small_path().boxed()), path in small_path()) {
        let text = Case { survey: survey.clone(), ..Case::new(EMPTY) }.text();
        let rules = read(&text).unwrap();
        for path in Path::new(&path).ancestors().filter_map(Path::to_str).filter(|path| path.len() > 1) {
            for choice in Choice::ALL {
                check(&survey, &rules, path, choice)?;
            }
        }
    }

    #[test]
    fn what_is_not_declared_is_not_mentioned(survey in surveys(small_path().boxed())) {
        let declared = |path: &str| {
            let all = [&survey.read, &survey.write, &survey.denied, &survey.protected];
            all.into_iter().flatten().any(|place| is_at_or_below(place.path.as_str(), path))
        };
        let empty = facts(&Case::new(EMPTY).text());
        let case = Case { survey: survey.clone(), ..Case::new(EMPTY) };
        for fact in facts(&case.text()).difference(&empty) {
            prop_assert!(declared(&fact.3), "{:?}", fact);
        }
    }
}

#[test]
fn the_ways_of_choosing_differ() {
    let text = "(version 1)(deny default)(allow file-read-data (literal \"/a\"))(deny file-read* (literal \"/a\"))(deny file-read-data)";
    let rules = read(text).unwrap();
    let choose = |choice| permits(&rules, "file-read-data", "/a", choice);
    assert!(!choose(Choice::Last) && !choose(Choice::LastOfFiltered));
    assert!(permits(&rules[..2], "file-read-data", "/a", Choice::LastOfNarrowest));
    let text = "(version 1)(deny default)(allow file-read* (literal \"/a\"))(deny file-read*)";
    assert!(permits(&read(text).unwrap(), "file-read-data", "/a", Choice::LastOfFiltered));
}
