//! Python's own command line: what it is asked to do, and whether packages of the user count. The words behind that are
//! the script's.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// What Python is asked to run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// A file or folder.
    Script(OsString),
    /// A module by name, a text, its own prompt: nothing to show.
    Other,
}

/// Whether packages of the user are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserPackages {
    /// They are.
    Used,
    /// An option forbids it.
    Off,
}

/// The command line, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) task: Task,
    pub(super) user_packages: UserPackages,
}

impl Arguments {
    /// Reads the words behind Python's name.
    pub(super) fn read(words: &[OsString]) -> Self {
        let mut user_packages = UserPackages::Used;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(letters) = word.as_bytes().strip_prefix(b"-") else {
                return Self { task: Task::Script(word.clone()), user_packages };
            };
            if letters.is_empty() {
                break;
            }
            if letters.first() == Some(&b'-') {
                if letters == b"-check-hash-based-pycs" {
                    words.next();
                }
                continue;
            }
            for (at, letter) in letters.iter().enumerate() {
                match letter {
                    b'c' | b'm' => {
                        return Self {
                            task: Task::Other,
                            user_packages: isolated(letters, at, user_packages),
                        };
                    }
                    b'X' | b'W' => {
                        if at + 1 == letters.len() {
                            words.next();
                        }
                        break;
                    }
                    b's' | b'I' => user_packages = UserPackages::Off,
                    _ => {}
                }
            }
        }
        Self { task: Task::Other, user_packages }
    }
}

/// Letters before the one that ends the options.
fn isolated(letters: &[u8], end: usize, so_far: UserPackages) -> UserPackages {
    let before = OsStr::from_bytes(letters.get(..end).unwrap_or_default());
    let is_off = before.as_bytes().iter().any(|letter| matches!(letter, b's' | b'I'));
    if is_off { UserPackages::Off } else { so_far }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Task, UserPackages};
    use std::ffi::OsString;

    #[test]
    fn the_script_is_the_first_word_that_is_no_option() {
        let cases: &[(&[&str], Option<&str>, UserPackages)] = &[
            (&["a.py", "-s"], Some("a.py"), UserPackages::Used),
            (&["-u", "-B", "a.py"], Some("a.py"), UserPackages::Used),
            (&["-X", "dev", "-W", "error", "a.py"], Some("a.py"), UserPackages::Used),
            (&["-Xdev", "-Werror", "a.py"], Some("a.py"), UserPackages::Used),
            (&["-uX", "dev", "a.py"], Some("a.py"), UserPackages::Used),
            (&["-I", "a.py"], Some("a.py"), UserPackages::Off),
            (&["-Es", "a.py"], Some("a.py"), UserPackages::Off),
            (&["-m", "http.server", "a.py"], None, UserPackages::Used),
            (&["-Im", "http.server"], None, UserPackages::Off),
            (&["-mhttp.server", "-s"], None, UserPackages::Used),
            (&["-c", "a.py"], None, UserPackages::Used),
            (&["-", "a.py"], None, UserPackages::Used),
            (&["--check-hash-based-pycs", "always", "a.py"], Some("a.py"), UserPackages::Used),
            (&[], None, UserPackages::Used),
        ];
        for (words, script, user_packages) in cases {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let task = script.map_or(Task::Other, |script| Task::Script(script.into()));
            let expected = Arguments { task, user_packages: *user_packages };
            assert_eq!(Arguments::read(&words), expected, "{words:?}");
        }
    }
}
