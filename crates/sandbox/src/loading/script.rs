//! The first line of a script, read as the kernel reads it, and what `env` makes of its words. Whether the interpreter
//! is there, and what it is, is for the caller.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The kernel looks at this many bytes.
pub(super) const FIRST_LINE_LEN: usize = 256;

/// Interpreters of interpreters, at most.
pub(super) const MAX_LEVELS: usize = 4;

/// The first line of a script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FirstLine {
    pub(super) interpreter: PathBuf,
    /// All that follows is one argument.
    pub(super) argument: Option<OsString>,
}

/// Whether a file that starts like this is a script.
pub(super) fn is_script(start: &[u8]) -> bool {
    start.starts_with(b"#!")
}

/// Reads the first line out of the first bytes of a file. None if it names nothing, or if the name may be cut off.
pub(super) fn first_line(start: &[u8]) -> Option<FirstLine> {
    let start = start.get(..FIRST_LINE_LEN.min(start.len()))?;
    let rest = start.strip_prefix(b"#!")?;
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | 0));
    let is_whole = end.is_some() || start.len() < FIRST_LINE_LEN;
    let line = trim(rest.get(..end.unwrap_or(rest.len()))?);
    let cut = line.iter().position(|byte| is_blank(*byte));
    if line.is_empty() || (cut.is_none() && !is_whole) {
        return None;
    }
    let (interpreter, argument) = line.split_at(cut.unwrap_or(line.len()));
    let argument = Some(trim(argument)).filter(|argument| !argument.is_empty());
    Some(FirstLine {
        interpreter: PathBuf::from(OsStr::from_bytes(interpreter)),
        argument: argument.map(|argument| OsStr::from_bytes(argument).to_owned()),
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let Some((first, rest)) = text.split_first().filter(|(first, _)| is_blank(**first)) {
        debug_assert!(is_blank(*first));
        text = rest;
    }
    while let Some((_, rest)) = text.split_last().filter(|(last, _)| is_blank(**last)) {
        text = rest;
    }
    text
}

/// The words that `env` starts, out of the words after its own name. None if it starts nothing, or if its options are
/// not known here.
pub(super) fn behind_env(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let mut rest = arguments.to_vec();
    // `-S` splits its argument, and the words may be options again.
    for _ in 0..MAX_LEVELS {
        let (at, split) = first_word(&rest)?;
        let Some(text) = split else {
            return Some(rest.split_off(at));
        };
        let mut words = words(text.to_str()?)?;
        words.extend(rest.split_off(at));
        rest = words;
    }
    None
}

/// Where the command starts, or the text to be split and where the words after it start.
fn first_word(words: &[OsString]) -> Option<(usize, Option<OsString>)> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.as_bytes();
        at += 1;
        match text {
            b"--" => return words.get(at).map(|_| (at, None)),
            b"-" | b"-i" | b"-v" | b"--ignore-environment" | b"--debug" => {}
            b"-u" | b"-C" | b"--unset" | b"--chdir" => at += 1,
            b"-S" | b"--split-string" => return Some((at + 1, Some(words.get(at)?.clone()))),
            _ if text.starts_with(b"--unset=") || text.starts_with(b"--chdir=") => {}
            _ => {
                if let Some(rest) = text.strip_prefix(b"--split-string=") {
                    return Some((at, Some(OsStr::from_bytes(rest).to_owned())));
                }
                // `-S` may stand at the end of other letters: `-vS`.
                if let Some((_, rest)) =
                    word.to_str().filter(|t| t.starts_with('-')).and_then(|t| t.split_once('S'))
                {
                    return match rest {
                        "" => Some((at + 1, Some(words.get(at)?.clone()))),
                        rest => Some((at, Some(rest.into()))),
                    };
                }
                if text.starts_with(b"-") {
                    return None;
                }
                if !text.contains(&b'=') {
                    return Some((at - 1, None));
                }
            }
        }
    }
    None
}

/// Words as `env -S` splits them. Variables are not known here, so a text with any is not followed.
fn words(text: &str) -> Option<Vec<OsString>> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    let mut quote = None;
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t' | '\n') => out.extend(word.take().map(OsString::from)),
            (None | Some('"'), '$') => return None,
            (_, '\\') => word.get_or_insert_default().push(letters.next()?),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    out.extend(word.map(OsString::from));
    quote.is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::{behind_env, first_line};
    use std::ffi::OsString;

    #[test]
    fn the_first_line_is_read_as_the_kernel_does() {
        let long = format!("#!/bin/{}", "x".repeat(300));
        let long_argument = format!("#!/bin/sh {}", "x".repeat(300));
        let cut = "x".repeat(246);
        let cases = [
            ("#!/bin/sh\n", Some(("/bin/sh", None))),
            ("#!  /bin/sh  \nmore", Some(("/bin/sh", None))),
            ("#!/usr/bin/env -S node  --flag \n", Some(("/usr/bin/env", Some("-S node  --flag")))),
            ("#!/bin/sh", Some(("/bin/sh", None))),
            ("#!\n", None),
            ("#!   \n", None),
            ("#", None),
            ("", None),
            (&long, None),
            (&long_argument, Some(("/bin/sh", Some(cut.as_str())))),
        ];
        for (text, expected) in cases {
            let line = first_line(text.as_bytes());
            let line = line.map(|line| (line.interpreter, line.argument));
            let expected = expected.map(|(path, argument)| (path.into(), argument.map(OsString::from)));
            assert_eq!(line, expected, "{text}");
        }
    }

    #[test]
    fn env_is_seen_through() {
        let cases: &[(&[&str], Option<&[&str]>)] = &[
            (&["node", "a.js"], Some(&["node", "a.js"])),
            (&["-S node --flag", "a.js"], Some(&["node", "--flag", "a.js"])),
            (&["-Snode 'a b'", "x"], Some(&["node", "a b", "x"])),
            (&["-vS", "node -x", "y"], Some(&["node", "-x", "y"])),
            (&["-S", "-i A=b python3 -u", "x.py"], Some(&["python3", "-u", "x.py"])),
            (&["-i", "A=b", "-u", "C", "python3"], Some(&["python3"])),
            (&["--", "a=b"], Some(&["a=b"])),
            (&["A=b"], None),
            (&["--block-signal", "x"], None),
            (&["-S node ${HOME}"], None),
            (&["-S 'open"], None),
            (&[], None),
        ];
        for (words, expected) in cases {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let expected = expected.map(|words| words.iter().map(OsString::from).collect::<Vec<_>>());
            assert_eq!(behind_env(&words), expected, "{words:?}");
        }
    }
}
