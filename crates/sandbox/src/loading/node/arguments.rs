//! Node's own command line: which files it is to run. The words behind the script are the script's.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// Options that take the next word.
const VALUED: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
    "--env-file",
    "--env-file-if-exists",
    "--title",
    "--icu-data-dir",
    "--openssl-config",
    "--input-type",
    "--experimental-default-type",
    "--inspect-port",
    "--debug-port",
    "--disable-warning",
    "--redirect-warnings",
    "--diagnostic-dir",
    "--stack-trace-limit",
    "--unhandled-rejections",
    "--dns-result-order",
    "--tls-cipher-list",
    "--tls-keylog",
    "--trace-event-categories",
    "--watch-path",
    "--localstorage-file",
];

/// Of these, those whose value is loaded before the script.
const LOADED: &[&str] = &["-r", "--require", "--import", "--loader", "--experimental-loader"];

/// Options that run something else than a file.
const NO_SCRIPT: &[&str] = &[
    "-e",
    "--eval",
    "-p",
    "--print",
    "-pe",
    "-i",
    "--interactive",
    "-v",
    "--version",
    "-h",
    "--help",
    "--run",
];

/// The files that Node is to run: those to be loaded first, where they are paths, and the script.
pub(super) fn scripts(words: &[OsString]) -> Vec<OsString> {
    let mut found = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else {
            found.extend((!word.as_bytes().starts_with(b"-")).then(|| word.clone()));
            break;
        };
        if text == "--" {
            found.extend(words.next().cloned());
            break;
        }
        if !text.starts_with('-') {
            if text != "inspect" {
                found.push(word.clone());
                break;
            }
            continue;
        }
        let (option, value) = match text.split_once('=') {
            Some((option, value)) => (option, Some(OsString::from(value))),
            None => (text, None),
        };
        if text == "-" || NO_SCRIPT.contains(&option) {
            break;
        }
        if VALUED.contains(&option) {
            let value = value.or_else(|| words.next().cloned());
            found.extend(value.filter(|value| LOADED.contains(&option) && is_path(value)));
        }
    }
    found
}

/// Whether Node takes it for a path, not for the name of a package.
fn is_path(value: &OsString) -> bool {
    [b"/".as_slice(), b"./", b"../"].iter().any(|start| value.as_bytes().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::scripts;
    use std::ffi::OsString;

    #[test]
    fn the_script_is_the_first_word_that_is_no_option() {
        let cases: &[(&[&str], &[&str])] = &[
            (&["a.js", "--require", "./b.js"], &["a.js"]),
            (&["--max-old-space-size=100", "a.js"], &["a.js"]),
            (&["-r", "./b.js", "-r", "dotenv", "a.js"], &["./b.js", "a.js"]),
            (&["--import=/b.mjs", "a.js"], &["/b.mjs", "a.js"]),
            (&["--", "a.js", "b.js"], &["a.js"]),
            (&["-C", "x", "inspect", "a.js"], &["a.js"]),
            (&["-e", "1", "a.js"], &[]),
            (&["-", "a.js"], &[]),
            (&["--version"], &[]),
            (&[], &[]),
        ];
        for (words, expected) in cases {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(scripts(&words), *expected, "{words:?}");
        }
    }
}
