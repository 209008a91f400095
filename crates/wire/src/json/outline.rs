//! What a scan leaves behind: the text itself, and an outline of its outermost members taken down on the way, so
//! that the envelope of a message needs no second pass over a large body.

use super::span::Span;
use super::text::Text;
use super::value::{Member, Value};

/// How many levels of objects inside objects are taken down.
pub(super) const LEVELS: u8 = 3;
/// Members taken down before the outline is given up (then look-ups walk the text instead).
pub(super) const MOST: usize = 192;

/// A text that the scanner accepted whole.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    text: &'a str,
    root: Span,
    entries: Vec<Entry>,
    is_complete: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) level: u8,
    pub(super) is_escaped: bool,
    /// The key with its quotes.
    pub(super) key: Span,
    pub(super) value: Span,
}

/// A value of a [`Document`] that knows its place in the outline, so that its members are found without a walk.
#[derive(Debug, Clone, Copy)]
pub struct Outlined<'d, 'a> {
    document: &'d Document<'a>,
    value: Value<'a>,
    /// Level of its members and the index of the first entry after its own; nothing if it is not in the outline.
    place: Option<(u8, usize)>,
}

impl<'a> Document<'a> {
    pub(super) fn new(text: &'a str, root: Span, entries: Vec<Entry>, is_complete: bool) -> Self {
        Self { text, root, entries, is_complete }
    }

    /// The whole text that was scanned, white space around the value included.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// The value.
    #[must_use]
    pub const fn root(&self) -> Value<'a> {
        Value::new(self.text, self.root)
    }

    /// The value, with quick access to its outermost members.
    #[must_use]
    pub const fn outline(&self) -> Outlined<'_, 'a> {
        let place = if self.is_complete { Some((1, 0)) } else { None };
        Outlined { document: self, value: self.root(), place }
    }

    fn member(&self, entry: &Entry) -> Member<'a> {
        let inside = entry.key.start.saturating_add(1)..entry.key.end.saturating_sub(1);
        Member {
            key: Text::new(self.text.get(inside).unwrap_or_default(), entry.is_escaped),
            key_span: entry.key,
            value: Value::new(self.text, entry.value),
        }
    }
}

impl<'d, 'a> Outlined<'d, 'a> {
    /// The value itself.
    #[must_use]
    pub const fn value(&self) -> Value<'a> {
        self.value
    }

    /// Its members in order; none if it is not an object.
    pub fn members(self) -> impl Iterator<Item = Member<'a>> + use<'d, 'a> {
        let outlined =
            self.place.map(|place| self.entries(place).map(|(_, entry)| self.document.member(entry)));
        let walked = if self.place.is_none() { Some(self.value.members()) } else { None };
        outlined.into_iter().flatten().chain(walked.into_iter().flatten())
    }

    /// The member whose decoded name is `key`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Outlined<'d, 'a>> {
        let Some(place) = self.place else {
            let value = self.value.get(key)?.value;
            return Some(Self { document: self.document, value, place: None });
        };
        let (index, entry) =
            self.entries(place).find(|(_, entry)| self.document.member(entry).key.means(key))?;
        let place = if place.0 < LEVELS { Some((place.0 + 1, index + 1)) } else { None };
        Some(Self { document: self.document, value: Value::new(self.document.text, entry.value), place })
    }

    fn entries(self, (level, first): (u8, usize)) -> impl Iterator<Item = (usize, &'d Entry)> + use<'d, 'a> {
        let rest = self.document.entries.get(first..).unwrap_or_default();
        (first..)
            .zip(rest)
            .take_while(move |(_, entry)| entry.level >= level)
            .filter(move |(_, entry)| entry.level == level)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, scan_str};

    #[test]
    fn an_outline_that_is_given_up_still_finds_everything() {
        let many: Vec<String> = (0..300).map(|index| format!("\"k{index}\":{index}")).collect();
        let text = format!(r#"{{"a":{{{}}},"params":{{"name":"t","_meta":{{"x":1}}}}}}"#, many.join(","));
        let document = scan_str(&text, Limits::DEFAULT).unwrap();
        let outline = document.outline();
        assert_eq!(outline.members().count(), 2);
        assert_eq!(outline.get("a").unwrap().members().count(), 300);
        assert_eq!(outline.get("a").unwrap().get("k299").unwrap().value().raw(), "299");
        let meta = outline.get("params").unwrap().get("_meta").unwrap();
        assert_eq!(meta.get("x").unwrap().value().raw(), "1");
        assert!(outline.get("params").unwrap().get("k1").is_none());
    }

    #[test]
    fn members_below_the_outline_are_found_by_walking() {
        let text = r#"{"a":{"b":{"c":{"d":{"e":1}}},"x":[{"y":2}]}}"#;
        let document = scan_str(text, Limits::DEFAULT).unwrap();
        let deep = ["a", "b", "c", "d", "e"].iter().try_fold(document.outline(), |here, key| here.get(key));
        assert_eq!(deep.unwrap().value().raw(), "1");
        assert!(document.outline().get("b").is_none());
        assert!(document.outline().get("a").unwrap().get("y").is_none());
    }
}
