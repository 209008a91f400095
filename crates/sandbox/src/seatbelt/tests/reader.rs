//! A second opinion on a profile: a reader of its text that shares nothing with the writer, and the ways in which a kernel might
//! choose among its rules.

use std::collections::BTreeSet;
use std::path::Path;

/// A form of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Word(String),
    Text(String),
    List(Vec<Form>),
}

/// Reads all forms of a text; what is not understood is an error.
pub(super) fn forms(text: &str) -> Result<Vec<Form>, String> {
    let mut ahead = text.chars().peekable();
    let mut open: Vec<Vec<Form>> = vec![Vec::new()];
    while let Some(letter) = ahead.next() {
        let form = match letter {
            ' ' | '\n' => continue,
            '(' => {
                open.push(Vec::new());
                continue;
            }
            ')' => {
                Form::List(open.pop().filter(|_| !open.is_empty()).ok_or("a form ends that did not begin")?)
            }
            '"' => {
                let mut inside = String::new();
                loop {
                    match ahead.next().ok_or("a text does not end")? {
                        '"' => break,
                        '\\' => return Err("a text holds an escape".into()),
                        letter => inside.push(letter),
                    }
                }
                Form::Text(inside)
            }
            'a'..='z' | '0'..='9' => {
                let mut word = String::from(letter);
                while let Some(letter) =
                    ahead.next_if(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '*'))
                {
                    word.push(letter);
                }
                Form::Word(word)
            }
            other => return Err(format!("{other:?} begins nothing")),
        };
        open.last_mut().ok_or("a form ends that did not begin")?.push(form);
    }
    let forms = open.pop().filter(|_| open.is_empty());
    forms.ok_or_else(|| "a form does not end".into())
}

/// A rule as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) allows: bool,
    pub(super) operations: Vec<String>,
    /// Kind and what it names: `("subpath", "/a")`.
    pub(super) filters: Vec<(String, String)>,
}

/// A rule taken apart: effect, operation, kind of filter, what it names.
pub(super) type Fact = (&'static str, String, String, String);

/// Reads a profile; everything in it must be one of the few shapes that are ever written.
pub(super) fn read(text: &str) -> Result<Vec<Read>, String> {
    let forms = forms(text)?;
    let list = |words: &[&str]| Form::List(words.iter().map(|word| Form::Word((*word).into())).collect());
    let [version, default, rules @ ..] = forms.as_slice() else {
        return Err("it has no head".into());
    };
    if (version, default) != (&list(&["version", "1"]), &list(&["deny", "default"])) {
        return Err("it has another head".into());
    }
    rules.iter().map(rule).collect()
}

fn rule(form: &Form) -> Result<Read, String> {
    let Form::List(parts) = form else {
        return Err(format!("{form:?} is no rule"));
    };
    let Some((Form::Word(effect), rest)) = parts.split_first() else {
        return Err(format!("{form:?} has no effect"));
    };
    if !matches!(effect.as_str(), "allow" | "deny") {
        return Err(format!("`{effect}` is no effect"));
    }
    let mut out = Read { allows: effect == "allow", operations: Vec::new(), filters: Vec::new() };
    for part in rest {
        match part {
            Form::Word(operation) if out.filters.is_empty() => out.operations.push(operation.clone()),
            Form::List(filter) => out.filters.push(match filter.as_slice() {
                [Form::Word(kind), Form::Text(what) | Form::Word(what)] => (kind.clone(), what.clone()),
                [Form::Word(kind), Form::Word(protocol), Form::Text(what)] => {
                    (format!("{kind} {protocol}"), what.clone())
                }
                other => return Err(format!("{other:?} is no filter")),
            }),
            other => return Err(format!("{other:?} stands in a rule")),
        }
    }
    if out.operations.is_empty() { Err("a rule without an operation".into()) } else { Ok(out) }
}

/// Everything that a profile says.
pub(super) fn facts(text: &str) -> BTreeSet<Fact> {
    let mut out = BTreeSet::new();
    for rule in read(text).unwrap() {
        let effect = if rule.allows { "allow" } else { "deny" };
        for operation in &rule.operations {
            if rule.filters.is_empty() {
                out.insert((effect, operation.clone(), String::new(), String::new()));
            }
            for (kind, what) in &rule.filters {
                out.insert((effect, operation.clone(), kind.clone(), what.clone()));
            }
        }
    }
    out
}

/// How a kernel might choose among the rules that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The last one.
    Last,
    /// The last of those that name the operation itself; else of those that name the narrowest family of it.
    LastOfNarrowest,
    /// The last of those that name a path; else the last one.
    LastOfFiltered,
}

impl Choice {
    pub(super) const ALL: [Self; 3] = [Self::Last, Self::LastOfNarrowest, Self::LastOfFiltered];
}

/// Whether the rules permit an operation, spelled without `*`, on a path.
pub(super) fn permits(rules: &[Read], operation: &str, path: &str, choice: Choice) -> bool {
    let rank = |rule: &Read| {
        let family = |name: &String| match name.strip_suffix('*') {
            Some(start) => operation.starts_with(start).then_some(start.len()),
            None => (name == operation).then_some(usize::MAX),
        };
        let narrowest = rule.operations.iter().filter_map(family).max()?;
        let names = |(kind, what): &(String, String)| match kind.as_str() {
            "literal" => path == what,
            "subpath" => Path::new(path).starts_with(what),
            _ => false,
        };
        let matches = rule.filters.is_empty() || rule.filters.iter().any(names);
        matches.then_some(match choice {
            Choice::Last => 0,
            Choice::LastOfNarrowest => narrowest,
            Choice::LastOfFiltered => usize::from(!rule.filters.is_empty()),
        })
    };
    let ranked = rules.iter().filter_map(|rule| Some((rank(rule)?, rule)));
    // `max_by_key` gives the last of equals.
    ranked.max_by_key(|(rank, _)| *rank).is_some_and(|(_, rule)| rule.allows)
}

#[test]
fn the_reader_takes_nothing_else() {
    let head = "(version 1)\n(deny default)\n";
    for good in [
        "",
        "(deny network*)",
        "(allow signal (target same-sandbox))",
        "(allow file-read* (literal \"/a (b\"))",
    ] {
        assert!(read(&format!("{head}{good}")).is_ok(), "{good}");
    }
    for bad in [
        "(allow)",
        "(permit signal)",
        "signal",
        "(deny network*",
        "(deny network*))",
        "(allow file-read* (literal \"/a\\\"b\"))",
        "(import \"bsd.sb\")",
        "(allow file-read* (regex #\"a\"))",
        "(allow file-read* (literal \"/a\" \"/b\"))",
        "; a remark",
        "(allow file-read* (require-not (literal \"/a\")))",
        "(allow file-read* (literal \"/a))",
    ] {
        assert!(read(&format!("{head}{bad}")).is_err(), "{bad}");
    }
    assert!(read("(version 1)\n(allow default)\n").is_err());
}
