//! A line, or a list of words, for a shell or for the tool's own interpreter of commands.
//!
//! Does not split lines as a shell does, and does not look for shell syntax: that is the decision's.

use super::{shape, state::Inspection, url};
use crate::action::{Access, RunCommand};
use serde_json::Value;

/// A command line: the command itself, and the paths and URLs among its words.
pub(super) fn line(inspection: &mut Inspection<'_>, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    run(inspection, text.into());
    url::embedded(inspection, text);
    let mut program = true;
    for word in text.split_whitespace() {
        if !program {
            argument(inspection, word);
        }
        // What follows an operator is a program again, and programs are not files to be used.
        program = word.ends_with([';', '|', '&', '(']);
    }
}

/// A list of words that makes one command; false if it is none.
pub(super) fn words(inspection: &mut Inspection<'_>, list: &[Value]) -> bool {
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    let Some(words) = words.filter(|words| !words.is_empty()) else {
        return false;
    };
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    run(inspection, quoted.join(" ").into());
    for word in words.iter().skip(1) {
        url::embedded(inspection, word);
        argument(inspection, word);
    }
    true
}

fn run(inspection: &mut Inspection<'_>, line: Box<str>) {
    let syntax = inspection.aim.syntax;
    inspection.aim.access = Access::Either;
    inspection.action(RunCommand { line, syntax }.into());
}

fn argument(inspection: &mut Inspection<'_>, word: &str) {
    let target =
        word.trim_start_matches(|character: char| character.is_ascii_digit() || "<>&".contains(character));
    if target == "/dev/null" || inspection.is_full() {
        return;
    }
    if url::has_authority(word) {
        return;
    }
    shape::argument(inspection, word);
}

/// The word as a shell would have to be given it.
fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,~".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
