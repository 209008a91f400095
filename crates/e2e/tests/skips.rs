//! How a test that cannot run is told from one that passed.

use portcullis_e2e::{program, record};

/// A folder of this test's own, made anew.
fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // Left over from an earlier run, if it is there.
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[test]
fn each_skip_is_one_line_of_its_own() {
    let file = folder("one-line").join("deep/skips.tsv");
    record(&file, "first", "needs node: not found").unwrap();
    record(&file, "second\tpart", "needs\ntwo lines").unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "first\tneeds node: not found\nsecond part\tneeds two lines\n");
}

#[test]
fn skips_of_the_same_moment_do_not_mix() {
    let file = folder("same-moment").join("skips.tsv");
    std::thread::scope(|scope| {
        for number in 0..8 {
            let file = &file;
            scope.spawn(move || {
                for _ in 0..50 {
                    record(file, &format!("test {number}"), &"because ".repeat(20)).unwrap();
                }
            });
        }
    });
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 400);
    assert!(text.lines().all(|line| line.starts_with("test ") && line.ends_with(&"because ".repeat(20))));
}

#[test]
fn a_skip_that_cannot_be_written_down_is_an_error() {
    let folder = folder("not-a-file");
    std::fs::create_dir_all(&folder).unwrap();
    assert!(record(&folder, "test", "reason").is_err());
}

#[test]
fn a_program_that_was_not_built_is_not_found() {
    assert_eq!(program("portcullis-that-nobody-wrote"), None);
}
