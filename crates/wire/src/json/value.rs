//! A view over accepted text: where the members, items and strings of a value are. It copies nothing and builds
//! nothing; every look-up walks the text of the value once (see [`super::Outlined`] for the outermost members).

use serde::Deserialize;

use super::skip;
use super::span::Span;
use super::strings::Strings;
use super::text::Text;

/// A value inside an accepted text. Spans are offsets into that whole text.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    // INVARIANT: `text` was accepted by the scanner and `span` covers exactly one value of it.
    text: &'a str,
    span: Span,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{...}`
    Object,
    /// `[...]`
    Array,
    /// `"..."`
    String,
    /// Any number.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

impl Kind {
    /// The kind with its article, for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a boolean",
            Self::Null => "null",
        }
    }
}

/// One member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The name.
    pub key: Text<'a>,
    /// The name's literal, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Value<'a>,
}

impl Member<'_> {
    /// From the name's opening quote to the end of the value.
    #[must_use]
    pub const fn span(&self) -> Span {
        Span::new(self.key_span.start, self.value.span.end)
    }
}

impl<'a> Value<'a> {
    pub(super) const fn new(text: &'a str, span: Span) -> Self {
        Self { text, span }
    }

    /// The value as it is written.
    #[must_use]
    pub fn raw(self) -> &'a str {
        self.text.get(self.span.range()).unwrap_or_default()
    }

    /// The whole text the value stands in.
    #[must_use]
    pub const fn text(self) -> &'a str {
        self.text
    }

    /// Where the value stands in [`Self::text`].
    #[must_use]
    pub const fn span(self) -> Span {
        self.span
    }

    /// What the value is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.text.as_bytes().get(self.span.start) {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_text(self) -> Option<Text<'a>> {
        let inside = self.raw().strip_prefix('"')?.strip_suffix('"')?;
        Some(Text::new(inside, memchr::memchr(b'\\', inside.as_bytes()).is_some()))
    }

    /// The number, if it is an integer that fits and is written as one (no fraction, no exponent).
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        if self.kind() == Kind::Number { self.raw().parse().ok() } else { None }
    }

    /// The number, if it is a non-negative integer that fits and is written as one.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        if self.kind() == Kind::Number { self.raw().parse().ok() } else { None }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.raw() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The members of an object, in order; nothing for any other value.
    #[must_use]
    pub fn members(self) -> Members<'a> {
        Members { walk: Walk::over(self, Kind::Object) }
    }

    /// The items of an array, in order; nothing for any other value.
    #[must_use]
    pub fn items(self) -> Items<'a> {
        Items { walk: Walk::over(self, Kind::Array) }
    }

    /// The member whose decoded name is `key`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Member<'a>> {
        self.members().find(|member| member.key.means(key))
    }

    /// The value at a JSON pointer (RFC 6901); the empty pointer is the value itself.
    #[must_use]
    pub fn pointer(self, pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut here = self;
        for step in pointer.strip_prefix('/')?.split('/') {
            here = match here.kind() {
                Kind::Object if step.contains('~') => {
                    here.get(&step.replace("~1", "/").replace("~0", "~"))?.value
                }
                Kind::Object => here.get(step)?.value,
                Kind::Array if step == "0" || !step.starts_with(['0', '+']) => {
                    here.items().nth(step.parse().ok()?)?
                }
                Kind::Array | Kind::String | Kind::Number | Kind::Bool | Kind::Null => return None,
            };
        }
        Some(here)
    }

    /// Every string in the value, names included, in the order of the text.
    #[must_use]
    pub fn strings(self) -> Strings<'a> {
        Strings::over(self)
    }

    /// The value as a tree, for callers that need one (schema validation). Numbers become doubles or 64-bit
    /// integers there; never write a tree back as if it were the message.
    pub fn to_tree(self) -> Result<serde_json::Value, serde_json::Error> {
        self.deserialize()
    }

    /// The value as a type of the caller's.
    #[expect(
        clippy::disallowed_methods,
        reason = "the scanner has already refused duplicate keys in this text"
    )]
    pub fn deserialize<T: Deserialize<'a>>(self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.raw())
    }
}

impl PartialEq for Value<'_> {
    /// Equal as written, not as meant.
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

/// Iterator of [`Value::members`].
#[derive(Debug, Clone)]
pub struct Members<'a> {
    walk: Walk<'a>,
}

/// Iterator of [`Value::items`].
#[derive(Debug, Clone)]
pub struct Items<'a> {
    walk: Walk<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        self.walk.member()
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.walk.advance()?;
        self.walk.value()
    }
}

#[derive(Debug, Clone)]
struct Walk<'a> {
    text: &'a str,
    at: usize,
    /// Offset of the closing bracket.
    end: usize,
}

impl<'a> Walk<'a> {
    fn over(container: Value<'a>, kind: Kind) -> Self {
        let Span { start, end } = container.span;
        if container.kind() == kind {
            Self { text: container.text, at: start.saturating_add(1), end: end.saturating_sub(1) }
        } else {
            Self { text: container.text, at: end, end }
        }
    }

    /// Moves to the first byte of the next member or item.
    fn advance(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        self.at = skip::white_space(bytes, self.at);
        if bytes.get(self.at) == Some(&b',') {
            self.at = skip::white_space(bytes, self.at + 1);
        }
        if self.at < self.end { Some(()) } else { None }
    }

    fn member(&mut self) -> Option<Member<'a>> {
        self.advance()?;
        let bytes = self.text.as_bytes();
        let open = self.at;
        let (end, is_escaped) = skip::string(bytes, open);
        let inside = self.text.get(open.saturating_add(1)..end.saturating_sub(1))?;
        let colon = skip::white_space(bytes, end);
        self.at = skip::white_space(bytes, colon.saturating_add(1));
        let value = self.value()?;
        Some(Member { key: Text::new(inside, is_escaped), key_span: Span::new(open, end), value })
    }

    fn value(&mut self) -> Option<Value<'a>> {
        let start = self.at;
        let end = skip::value(self.text.as_bytes(), start);
        if end <= start || end > self.end {
            return None;
        }
        self.at = end;
        Some(Value::new(self.text, Span::new(start, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, scan_str};
    use super::*;

    #[test]
    fn members_items_and_pointers() {
        let text = r#" { "a" : [1, {"b/c": "x"}, [] , {}], "\u0064" : null ,"e":-1.5e3 } "#;
        let root = scan_str(text, Limits::DEFAULT).unwrap();
        let root = root.root();
        let seen: Vec<_> =
            root.members().map(|member| (member.key.decode().into_owned(), member.value.raw())).collect();
        assert_eq!(
            seen,
            [
                ("a".to_owned(), r#"[1, {"b/c": "x"}, [] , {}]"#),
                ("d".to_owned(), "null"),
                ("e".to_owned(), "-1.5e3")
            ]
        );
        assert_eq!(root.pointer("/a/1/b~1c").unwrap().raw(), r#""x""#);
        assert_eq!(root.pointer("/d").unwrap().kind(), Kind::Null);
        assert_eq!(root.pointer("").unwrap(), root);
        for nothing in ["/a/4", "/a/01", "/a/+1", "/a/-", "/z", "/a/0/b", "a", "/"] {
            assert!(root.pointer(nothing).is_none(), "{nothing}");
        }
        assert_eq!(root.get("a").unwrap().value.items().count(), 4);
        assert_eq!(root.items().count(), 0);
        for member in root.members() {
            assert!(text.get(member.span().range()).unwrap().ends_with(member.value.raw()));
        }
    }

    #[test]
    fn scalars() {
        let value = |text: &'static str| scan_str(text, Limits::DEFAULT).unwrap().root();
        assert_eq!(value("12").as_i64(), Some(12));
        assert_eq!(value("12.0").as_i64(), None);
        assert_eq!(value("18446744073709551615").as_u64(), Some(u64::MAX));
        assert_eq!(value("true").as_bool(), Some(true));
        assert_eq!(value(r#""\n""#).as_text().unwrap().decode(), "\n");
        assert_eq!(value("\"12\"").as_i64(), None);
        assert_eq!(value("{\"a\":1}").to_tree().unwrap(), serde_json::json!({"a": 1}));
    }
}
