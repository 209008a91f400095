//! Every function of a file by token: nested ones, methods, and those inside macro calls such as `proptest!`. It finds
//! and measures; whether a length is too much is for `rules::sizes` to say.

use crate::token::{Kind, Token};
use proc_macro2::Delimiter;

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// The modules of the file that it is in, and its name: `tests::empty_allows_nothing`.
    pub(crate) path: String,
    /// The line of `fn`, counted from 1.
    pub(crate) line: usize,
    /// Lines from `fn` to the closing brace, both counted.
    pub(crate) length: usize,
    /// Whether an attribute ending in `test` stands on it, and nothing that keeps it from running.
    pub(crate) runs_as_test: bool,
}

/// Every function in the list, in the order of the text.
pub(crate) fn functions(list: &[Token]) -> Vec<Function> {
    let mut found = Vec::new();
    let mut modules: Vec<(&str, usize)> = Vec::new();
    for (index, token) in list.iter().enumerate() {
        while modules.last().is_some_and(|(_, end)| *end < index) {
            modules.pop();
        }
        let Some(name) = list.get(index + 1).and_then(Token::word) else {
            continue;
        };
        match token.word() {
            Some("mod") => {
                if let Some(close) = list.get(index + 2).and_then(|next| next.opens(Delimiter::Brace)) {
                    modules.push((name, close));
                }
            }
            Some("fn") => {
                let Some(end) = body_end(list, index) else {
                    continue;
                };
                let mut path: Vec<_> = modules.iter().map(|(module, _)| *module).collect();
                path.push(name);
                found.push(Function {
                    path: path.join("::"),
                    line: token.line,
                    length: end + 1 - token.line,
                    runs_as_test: runs_as_test(list, index),
                });
            }
            _ => {}
        }
    }
    found
}

/// The line on which the body of the function at `index` ends; none for a declaration without a body.
fn body_end(list: &[Token], index: usize) -> Option<usize> {
    let mut at = index;
    loop {
        let token = list.get(at)?;
        match token.kind {
            Kind::Mark(';') | Kind::Close => return None,
            // A brace after `<` or `,` is a constant argument of a type, not the body.
            Kind::Open { delimiter: Delimiter::Brace, close }
                if !list.get(at - 1).is_some_and(|before| before.is_mark('<') || before.is_mark(',')) =>
            {
                return list.get(close).map(|end| end.line);
            }
            Kind::Open { close, .. } => at = close + 1,
            Kind::Mark(_) | Kind::Word(_) | Kind::Text(_) | Kind::Value => at += 1,
        }
    }
}

/// Looks back over the attributes of the function at `index`.
fn runs_as_test(list: &[Token], index: usize) -> bool {
    let mut is_test = false;
    let mut end = index;
    // Visibility and qualifiers stand between the attributes and `fn`.
    while let Some(before) = end.checked_sub(1).and_then(|at| list.get(at)) {
        match before.kind {
            Kind::Word(_) | Kind::Text(_) => end -= 1,
            Kind::Close => {
                let Some(start) = opening_of(list, end - 1) else {
                    break;
                };
                let marked =
                    start.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|mark| mark.is_mark('#'));
                if list.get(start).and_then(|token| token.opens(Delimiter::Bracket)).is_some() && marked {
                    let words: Vec<_> =
                        list.get(start..end).unwrap_or_default().iter().filter_map(Token::word).collect();
                    if words.first() == Some(&"ignore") {
                        return false;
                    }
                    is_test |= words.first() != Some(&"cfg")
                        && (words.last() == Some(&"test") || words.get(1) == Some(&"test"));
                    end = start - 1;
                } else {
                    end = start;
                }
            }
            Kind::Mark(_) | Kind::Value | Kind::Open { .. } => break,
        }
    }
    is_test
}

fn opening_of(list: &[Token], closing: usize) -> Option<usize> {
    (0..closing).rev().find(|at| {
        list.get(*at).is_some_and(|token| matches!(token.kind, Kind::Open { close, .. } if close == closing))
    })
}

#[cfg(test)]
mod tests {
    use super::functions;
    use crate::token::flatten;

    fn paths(text: &str) -> Vec<String> {
        let list = flatten(text.parse().unwrap());
        functions(&list)
            .into_iter()
            .map(|found| format!("{} {} {} {}", found.path, found.line, found.length, found.runs_as_test))
            .collect()
    }

    #[test]
    fn nested_functions_methods_and_macro_bodies_are_all_found() {
        let text = "fn a<const N: usize>(x: [u8; { 1 }]) -> B<{ 2 }, { 3 }> {\n fn b() {}\n}\nimpl T { fn c();\n fn d() {\n} }\n\
                    mod m { proptest! {\n #[test]\n fn e(x in 0..1) { } } }\nfn f(g: fn(u8) -> u8) {}";
        assert_eq!(
            paths(text),
            ["a 1 3 false", "b 2 1 false", "d 5 2 false", "m::e 9 1 true", "f 10 1 false"]
        );
    }

    #[test]
    fn an_ignored_function_does_not_run_as_a_test() {
        assert_eq!(paths("#[test] #[ignore = \"slow\"] fn a() {}"), ["a 1 1 false"]);
        assert_eq!(paths("#[ignore]\n#[test] fn a() {}"), ["a 2 1 false"]);
        assert_eq!(paths("#[cfg(test)] fn a() {}"), ["a 1 1 false"]);
        assert_eq!(
            paths("#[tokio::test(flavor = \"current_thread\")] pub(crate) async fn a() {}"),
            ["a 1 1 true"]
        );
    }
}
