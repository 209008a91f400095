//! Rust text as a flat list of tokens with lines. Rules that must see inside macro calls, where a syntax tree ends,
//! work on this list. It knows no grammar beyond matching brackets.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A token and the line, counted from 1, that it starts on.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

/// What a token is. Comments are gone; doc comments have become `#[doc = "…"]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word(String),
    Mark(char),
    /// A literal that is a string, with its escapes undone.
    Text(String),
    /// Any other literal.
    Value,
    /// An opening bracket; `close` is the index in the list of the one that closes it.
    Open {
        delimiter: Delimiter,
        close: usize,
    },
    Close,
}

impl Token {
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Mark(_) | Kind::Text(_) | Kind::Value | Kind::Open { .. } | Kind::Close => None,
        }
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// The index of the closing bracket, if this token opens the given kind of bracket.
    pub(crate) fn opens(&self, wanted: Delimiter) -> Option<usize> {
        match self.kind {
            Kind::Open { delimiter, close } if delimiter == wanted => Some(close),
            Kind::Open { .. } | Kind::Word(_) | Kind::Mark(_) | Kind::Text(_) | Kind::Value | Kind::Close => {
                None
            }
        }
    }
}

/// Flattens a stream, keeping the order of the text.
pub(crate) fn flatten(stream: TokenStream) -> Vec<Token> {
    let mut list = Vec::new();
    // What is left to read of each open bracket, innermost last, with the index of its opening token and the line
    // that it closes on.
    let mut open = vec![(stream.into_iter(), None)];
    while let Some((rest, opening)) = open.last_mut() {
        let Some(tree) = rest.next() else {
            let opening = *opening;
            open.pop();
            if let Some((index, line)) = opening {
                close(&mut list, index, line);
            }
            continue;
        };
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let opening = (list.len(), group.span_close().start().line);
                list.push(Token { kind: Kind::Open { delimiter: group.delimiter(), close: 0 }, line });
                open.push((group.stream().into_iter(), Some(opening)));
            }
            TokenTree::Ident(word) => list.push(Token { kind: Kind::Word(word.to_string()), line }),
            TokenTree::Punct(mark) => list.push(Token { kind: Kind::Mark(mark.as_char()), line }),
            TokenTree::Literal(literal) => {
                let kind = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    .map_or(Kind::Value, |text| Kind::Text(text.value()));
                list.push(Token { kind, line });
            }
        }
    }
    list
}

fn close(list: &mut Vec<Token>, opening: usize, line: usize) {
    let end = list.len();
    list.push(Token { kind: Kind::Close, line });
    if let Some(Token { kind: Kind::Open { close, .. }, .. }) = list.get_mut(opening) {
        *close = end;
    }
}

/// Words that no path has in it, so that `::` after one starts a path from the root.
const KEYWORDS: &[&str] = &[
    "as", "await", "break", "const", "continue", "dyn", "else", "extern", "for", "if", "impl", "in", "let",
    "loop", "match", "move", "mut", "pub", "ref", "return", "static", "type", "unsafe", "use", "where",
    "while", "yield",
];

/// Every path of the list with its line, without generic arguments: `a::b::c`, and for `a::{b, c::d}` each of
/// `a::b` and `a::c::d`. A word alone is a path of one.
pub(crate) fn paths(list: &[Token]) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    // The groups that the current token is in, with the path before each and the index of its end.
    let mut groups: Vec<(Vec<String>, usize)> = Vec::new();
    for (index, token) in list.iter().enumerate() {
        while groups.last().is_some_and(|(_, end)| *end < index) {
            groups.pop();
        }
        let Some(first) = token.word() else { continue };
        if KEYWORDS.contains(&first) || continues_path(list, index) {
            continue;
        }
        let mut path = groups.last().map(|(prefix, _)| prefix.clone()).unwrap_or_default();
        path.push(first.to_owned());
        let mut at = index + 1;
        while is_colons(list, at)
            && let Some(word) = list.get(at + 2).and_then(Token::word)
        {
            path.push(word.to_owned());
            at += 3;
        }
        match list.get(at + 2).and_then(|open| open.opens(Delimiter::Brace)) {
            Some(close) if is_colons(list, at) => groups.push((path, close)),
            _ => found.push((token.line, path)),
        }
    }
    found
}

/// Whether the word at `index` stands after `word::`.
fn continues_path(list: &[Token], index: usize) -> bool {
    let before = index.checked_sub(3).and_then(|at| list.get(at)).and_then(Token::word);
    before.is_some_and(|word| !KEYWORDS.contains(&word) && is_colons(list, index - 2))
}

/// Whether `::` stands at `at`.
pub(crate) fn is_colons(list: &[Token], at: usize) -> bool {
    list.get(at).is_some_and(|token| token.is_mark(':'))
        && list.get(at + 1).is_some_and(|token| token.is_mark(':'))
}

#[cfg(test)]
mod tests {
    use super::{flatten, paths};

    fn found(text: &str) -> Vec<String> {
        paths(&flatten(text.parse().unwrap())).into_iter().map(|(_, path)| path.join("::")).collect()
    }

    #[test]
    fn groups_are_spelt_out() {
        assert_eq!(
            found("a::{b, c::{d, e as f}, self}::*"),
            ["a::b", "a::c::d", "a::c::e", "a::c::f", "a::self"]
        );
        assert_eq!(found("m! { use a::{b}; } g"), ["m", "a::b", "g"]);
    }

    #[test]
    fn a_path_from_the_root_is_not_taken_for_the_rest_of_another() {
        assert_eq!(found("return ::a::b(); x::y as ::c::d"), ["a::b", "x::y", "c::d"]);
        assert_eq!(found("a::<B>::c"), ["a", "B", "c"]);
    }
}
