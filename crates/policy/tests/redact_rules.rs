//! Every rule against the samples beside it.

use portcullis_policy::redact::{Finding, Scanner};

const RULES: &str = include_str!("../data/credentials.rules");

/// A sample of the rule file: the rule, whether it must be found, the text.
struct Sample {
    rule: String,
    found: bool,
    text: String,
}

fn samples() -> Vec<Sample> {
    let mut rule = String::new();
    let mut samples = Vec::new();
    for line in RULES.lines() {
        let (word, value) = line.split_once(' ').unwrap_or((line, ""));
        let text = value.replace('¦', "").replace('⏎', "\n");
        match word {
            "rule" => value.split(' ').next().unwrap_or_default().clone_into(&mut rule),
            "match" => samples.push(Sample { rule: rule.clone(), found: true, text }),
            "miss" => samples.push(Sample { rule: rule.clone(), found: false, text }),
            _ => {}
        }
    }
    samples
}

fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    Scanner::builtin().scan(text, &mut found);
    found
}

fn ids(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.rule.id()).collect()
}

#[test]
fn every_match_is_found_under_its_own_id() {
    let mut wrong = Vec::new();
    for sample in samples().into_iter().filter(|sample| sample.found) {
        let found = scan(&sample.text);
        if !ids(&found).contains(&sample.rule.as_str()) {
            wrong.push(format!("{}: {:?} in {:?}", sample.rule, ids(&found), sample.text));
        }
    }
    assert!(wrong.is_empty(), "{} samples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_miss_is_found_by_any_rule() {
    let mut wrong = Vec::new();
    for sample in samples().into_iter().filter(|sample| !sample.found) {
        let found = scan(&sample.text);
        if !found.is_empty() {
            wrong.push(format!("{}: {:?} in {:?}", sample.rule, ids(&found), sample.text));
        }
    }
    assert!(wrong.is_empty(), "{} samples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_but_the_operators_has_samples() {
    let samples = samples();
    for rule in Scanner::builtin().rules().filter(|rule| rule.id() != "known_secret") {
        assert!(
            samples.iter().any(|sample| sample.rule == rule.id() && sample.found),
            "{} has no match",
            rule.id()
        );
    }
}
