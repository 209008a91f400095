//! Every string of a document, names and values, with its place: what a secret scanner reads. Finding the strings
//! copies nothing; a pointer to a string is put together only when asked for.

use super::skip;
use super::span::Span;
use super::text::{Text, decode_into};
use super::value::Value;

/// What a found string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The name of a member.
    Key,
    /// A value: of a member, an item, or the whole document.
    Value,
}

/// A string in a document.
#[derive(Debug, Clone, Copy)]
pub struct FoundString<'a> {
    /// Name or value.
    pub role: Role,
    /// The string.
    pub text: Text<'a>,
    /// Its literal in the whole text, quotes included.
    pub span: Span,
    /// For a value: the name of the nearest member around it (`password` for both strings of
    /// `{"password": "a"}` and `{"password": ["a"]}`). Nothing for names and for values outside any object.
    pub key: Option<Text<'a>>,
}

/// Iterator of [`Value::strings`]; [`Self::pointer`] tells where the string last returned is.
#[derive(Debug, Clone)]
pub struct Strings<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    open: Vec<Open<'a>>,
    is_key_next: bool,
}

#[derive(Debug, Clone)]
struct Open<'a> {
    is_object: bool,
    /// The current member's name; in an array the one around the array.
    key: Option<Text<'a>>,
    index: usize,
}

impl<'a> Strings<'a> {
    pub(super) fn over(value: Value<'a>) -> Self {
        let Span { start, end } = value.span();
        Self { text: value.text(), at: start, end, open: Vec::new(), is_key_next: false }
    }

    /// The JSON pointer (RFC 6901), within the value that is walked, of the string last returned; a name has the
    /// pointer of its member.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut out = String::new();
        for open in &self.open {
            out.push('/');
            match (open.is_object, open.key) {
                (true, Some(key)) => {
                    let mut decoded = String::new();
                    decode_into(key.raw(), &mut decoded);
                    out.push_str(&decoded.replace('~', "~0").replace('/', "~1"));
                }
                (true, None) => {}
                (false, _) => out.push_str(&open.index.to_string()),
            }
        }
        out
    }

    fn enter(&mut self, is_object: bool) {
        let key = if is_object { None } else { self.open.last().and_then(|around| around.key) };
        self.open.push(Open { is_object, key, index: 0 });
        self.is_key_next = is_object;
    }

    fn found(&mut self) -> Option<FoundString<'a>> {
        let start = self.at;
        let (end, is_escaped) = skip::string(self.text.as_bytes(), start);
        self.at = end;
        let inside = self.text.get(start.saturating_add(1)..end.saturating_sub(1))?;
        let text = Text::new(inside, is_escaped);
        let span = Span::new(start, end);
        if !self.is_key_next {
            let key = self.open.last().and_then(|open| open.key);
            return Some(FoundString { role: Role::Value, text, span, key });
        }
        self.is_key_next = false;
        if let Some(open) = self.open.last_mut() {
            open.key = Some(text);
        }
        Some(FoundString { role: Role::Key, text, span, key: None })
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = FoundString<'a>;

    fn next(&mut self) -> Option<FoundString<'a>> {
        let bytes = self.text.as_bytes().get(..self.end)?;
        let mut at = self.at;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    self.at = at;
                    return self.found();
                }
                b'{' => self.enter(true),
                b'[' => self.enter(false),
                b'}' | b']' => {
                    self.open.pop();
                }
                b',' => {
                    if let Some(open) = self.open.last_mut() {
                        open.index += 1;
                        self.is_key_next = open.is_object;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.at = at;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, scan_str};
    use super::*;

    #[test]
    fn every_string_has_its_place_and_key() {
        let text = r#"{"a":["x",{"b~/c":"y"},["z"]],"pass\u0077ord":"s","e":{},"n":[1,true,"w"]}"#;
        let document = scan_str(text, Limits::DEFAULT).unwrap();
        let mut strings = document.root().strings();
        let mut seen = Vec::new();
        while let Some(found) = strings.next() {
            assert_eq!(text.get(found.span.range()).unwrap(), format!("\"{}\"", found.text.raw()));
            let pointer = strings.pointer();
            if found.role == Role::Value {
                let at_pointer = document.root().pointer(&pointer).unwrap();
                assert_eq!(at_pointer.span(), found.span, "{pointer}");
            }
            let key = found.key.map_or("-".into(), Text::decode).into_owned();
            seen.push(format!("{:?} {} {pointer} {key}", found.role, found.text.decode()));
        }
        assert_eq!(
            seen,
            [
                "Key a /a -",
                "Value x /a/0 a",
                "Key b~/c /a/1/b~0~1c -",
                "Value y /a/1/b~0~1c b~/c",
                "Value z /a/2/0 a",
                "Key password /password -",
                "Value s /password password",
                "Key e /e -",
                "Key n /n -",
                "Value w /n/2 n",
            ]
        );
    }

    #[test]
    fn a_lone_string_is_found() {
        let document = scan_str(" \"x\" ", Limits::DEFAULT).unwrap();
        let mut strings = document.root().strings();
        assert_eq!(strings.next().unwrap().text.raw(), "x");
        assert_eq!(strings.pointer(), "");
        assert!(strings.next().is_none());
    }
}
