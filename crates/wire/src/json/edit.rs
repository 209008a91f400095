//! Edits as splices: what is not named stays as it was, byte for byte. Edits are collected against one accepted
//! text and made in one go; two edits that touch the same bytes are refused, since their order would matter.

use super::JsonError;
use super::scan::{Limits, scan_str};
use super::span::Span;
use super::strings::{FoundString, Role};
use super::value::{Kind, Value};
use super::write::{push_string, string};

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The value belongs to another text than the one being edited.
    #[error("the value is not part of the text being edited")]
    OtherText,
    /// Members can only be put into or taken out of an object.
    #[error("not an object at byte {0}")]
    NotAnObject(usize),
    /// No member has this name.
    #[error("no member `{0}`")]
    NoSuchMember(String),
    /// A member has this name already.
    #[error("member `{0}` exists")]
    MemberExists(String),
    /// The new text is not one JSON value.
    #[error("the replacement is not JSON: {0}")]
    NotJson(JsonError),
    /// Two edits touch the same bytes.
    #[error("edits overlap at byte {0}")]
    Overlap(usize),
    /// The edited text is not acceptable: a replaced name now equals another one.
    #[error("the edited text is not acceptable: {0}")]
    Unacceptable(JsonError),
}

/// Edits to one accepted text.
///
/// ```
/// use portcullis_wire::json::{Edits, Limits, scan};
///
/// let document = scan(br#"{"id": 7,  "x": 1e2}"#, Limits::DEFAULT)?;
/// let root = document.root();
/// let mut edits = Edits::of(document.text());
/// edits.set(root, "id", "\"a-7\"")?;
/// edits.insert(root, "y", "[]")?;
/// assert_eq!(edits.apply()?, r#"{"id": "a-7",  "x": 1e2,"y":[]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Edits<'a> {
    text: &'a str,
    splices: Vec<Splice>,
    objects: Vec<ObjectEdit<'a>>,
    /// A name was replaced: the result must be checked for equal names.
    renames: bool,
}

#[derive(Debug, Clone)]
struct Splice {
    span: Span,
    with: String,
}

/// Members put into and taken out of one object; commas are settled together in the end.
#[derive(Debug, Clone)]
struct ObjectEdit<'a> {
    object: Value<'a>,
    /// Offsets of the names of the members that go.
    removed: Vec<usize>,
    added: Vec<(String, String)>,
}

impl<'a> Edits<'a> {
    /// No edits yet, to an accepted text.
    #[must_use]
    pub const fn of(text: &'a str) -> Self {
        Self { text, splices: Vec::new(), objects: Vec::new(), renames: false }
    }

    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.splices.is_empty() && self.objects.is_empty()
    }

    /// Puts `json`, one JSON value, in the place of `value`.
    pub fn replace(&mut self, value: Value<'a>, json: &str) -> Result<(), EditError> {
        self.check_same_text(value)?;
        check_json(json)?;
        self.splices.push(Splice { span: value.span(), with: json.to_owned() });
        Ok(())
    }

    /// Makes a found string, name or value, mean `meaning`.
    pub fn replace_string(&mut self, found: &FoundString<'a>, meaning: &str) -> Result<(), EditError> {
        let Span { start, end } = found.span;
        let inside = self.text.get(start.saturating_add(1)..end.saturating_sub(1));
        if !inside.is_some_and(|inside| std::ptr::eq(inside, found.text.raw())) {
            return Err(EditError::OtherText);
        }
        self.renames |= found.role == Role::Key;
        self.splices.push(Splice { span: found.span, with: string(meaning) });
        Ok(())
    }

    /// Takes the member named `key` out of `object`.
    pub fn remove(&mut self, object: Value<'a>, key: &str) -> Result<(), EditError> {
        let member = object.get(key).ok_or_else(|| EditError::NoSuchMember(key.to_owned()))?;
        let edit = self.object(object)?;
        if edit.removed.contains(&member.key_span.start) {
            return Err(EditError::Overlap(member.key_span.start));
        }
        edit.removed.push(member.key_span.start);
        Ok(())
    }

    /// Puts a member named `key` with the value `json` at the end of `object`. The name must be free: to take over
    /// the name of a removed member, remove first.
    pub fn insert(&mut self, object: Value<'a>, key: &str, json: &str) -> Result<(), EditError> {
        check_json(json)?;
        let existing = object.get(key);
        let edit = self.object(object)?;
        let is_taken = existing.is_some_and(|member| !edit.removed.contains(&member.key_span.start));
        if is_taken || edit.added.iter().any(|(added, _)| added == key) {
            return Err(EditError::MemberExists(key.to_owned()));
        }
        edit.added.push((key.to_owned(), json.to_owned()));
        Ok(())
    }

    /// Gives the member named `key` of `object` the value `json`, adding the member if there is none.
    pub fn set(&mut self, object: Value<'a>, key: &str, json: &str) -> Result<(), EditError> {
        match object.get(key) {
            Some(member) => self.replace(member.value, json),
            None => self.insert(object, key, json),
        }
    }

    /// The edited text.
    pub fn apply(self) -> Result<String, EditError> {
        let Self { text, mut splices, objects, renames } = self;
        for object in &objects {
            object.settle(&mut splices);
        }
        // An insertion comes before a removal that starts at the same place.
        splices.sort_by_key(|splice| (splice.span.start, splice.span.end));
        let growth: usize = splices.iter().map(|splice| splice.with.len()).sum();
        let mut out = String::with_capacity(text.len().saturating_add(growth));
        let mut done = 0;
        for splice in &splices {
            let kept = text.get(done..splice.span.start).ok_or(EditError::Overlap(splice.span.start))?;
            out.push_str(kept);
            out.push_str(&splice.with);
            done = splice.span.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        if renames || cfg!(debug_assertions) {
            scan_str(&out, NO_LIMITS).map_err(EditError::Unacceptable)?;
        }
        Ok(out)
    }

    fn object(&mut self, object: Value<'a>) -> Result<&mut ObjectEdit<'a>, EditError> {
        self.check_same_text(object)?;
        if object.kind() != Kind::Object {
            return Err(EditError::NotAnObject(object.span().start));
        }
        let known = self.objects.iter().position(|edit| edit.object.span() == object.span());
        let index = known.unwrap_or_else(|| {
            self.objects.push(ObjectEdit { object, removed: Vec::new(), added: Vec::new() });
            self.objects.len() - 1
        });
        self.objects.get_mut(index).ok_or(EditError::OtherText)
    }

    fn check_same_text(&self, value: Value<'a>) -> Result<(), EditError> {
        if std::ptr::eq(value.text(), self.text) { Ok(()) } else { Err(EditError::OtherText) }
    }
}

impl ObjectEdit<'_> {
    /// Turns the removals and additions into splices that leave the right commas.
    fn settle(&self, splices: &mut Vec<Splice>) {
        let mut last_kept: Option<usize> = None;
        let mut previous_end = None;
        let mut members = self.object.members().peekable();
        while let Some(member) = members.next() {
            let end = member.value.span().end;
            if !self.removed.contains(&member.key_span.start) {
                last_kept = Some(end);
            } else if let (Some(_), Some(previous)) = (last_kept, previous_end) {
                // Behind a member that stays: the comma before goes too.
                splices.push(Splice { span: Span::new(previous, end), with: String::new() });
            } else {
                // Before every member that stays: the comma behind goes too, if there is one.
                let until = members.peek().map_or(end, |next| next.key_span.start);
                splices.push(Splice { span: Span::new(member.key_span.start, until), with: String::new() });
            }
            previous_end = Some(end);
        }
        let Some(added) = self.added_text(last_kept.is_some()) else {
            return;
        };
        let at = last_kept.unwrap_or(self.object.span().start + 1);
        splices.push(Splice { span: Span::new(at, at), with: added });
    }

    fn added_text(&self, follows_member: bool) -> Option<String> {
        let mut out = String::new();
        for (index, (key, json)) in self.added.iter().enumerate() {
            if index > 0 || follows_member {
                out.push(',');
            }
            push_string(&mut out, key);
            out.push(':');
            out.push_str(json);
        }
        if out.is_empty() { None } else { Some(out) }
    }
}

const NO_LIMITS: Limits = Limits { bytes: usize::MAX, depth: usize::MAX, number_bytes: usize::MAX };

fn check_json(json: &str) -> Result<(), EditError> {
    scan_str(json, NO_LIMITS).map(|_| ()).map_err(EditError::NotJson)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited<'a>(
        text: &'a str,
        edit: impl FnOnce(&mut Edits<'a>, Value<'a>) -> Result<(), EditError>,
    ) -> Result<String, String> {
        let document = scan_str(text, Limits::DEFAULT).unwrap();
        let mut edits = Edits::of(document.text());
        edit(&mut edits, document.root()).and_then(|()| edits.apply()).map_err(|error| error.to_string())
    }

    #[test]
    fn removals_leave_the_right_commas() {
        let text = r#"{ "a":1 , "b":2,"c" : 3 }"#;
        for (gone, left) in [
            ("a", r#"{ "b":2,"c" : 3 }"#),
            ("b", r#"{ "a":1,"c" : 3 }"#),
            ("c", r#"{ "a":1 , "b":2 }"#),
            ("ab", r#"{ "c" : 3 }"#),
            ("ac", r#"{ "b":2 }"#),
            ("bc", r#"{ "a":1 }"#),
            ("abc", "{  }"),
        ] {
            let result = edited(text, |edits, root| {
                gone.chars().try_for_each(|key| edits.remove(root, &key.to_string()))
            });
            assert_eq!(result.as_deref(), Ok(left), "without {gone}");
        }
    }

    #[test]
    fn members_are_put_in_where_there_is_room() {
        for (text, result) in [
            ("{}", r#"{"x":1,"y\"":[ ]}"#),
            ("{ }", r#"{"x":1,"y\"":[ ] }"#),
            (r#"{"a":{}}"#, r#"{"a":{},"x":1,"y\"":[ ]}"#),
        ] {
            let inserted = edited(text, |edits, root| {
                edits.insert(root, "x", "1")?;
                edits.insert(root, "y\"", "[ ]")
            });
            assert_eq!(inserted.as_deref(), Ok(result));
        }
        let swapped = edited(r#"{"a":1,"b":2}"#, |edits, root| {
            edits.remove(root, "b")?;
            edits.insert(root, "b", "3")
        });
        assert_eq!(swapped.as_deref(), Ok(r#"{"a":1,"b":3}"#));
        let emptied = edited(r#"{"a":1}"#, |edits, root| {
            edits.remove(root, "a")?;
            edits.insert(root, "b", "3")
        });
        assert_eq!(emptied.as_deref(), Ok(r#"{"b":3}"#));
    }

    #[test]
    fn edits_that_cannot_be_are_refused() {
        let text = r#"{"a":{"b":1},"c":"x"}"#;
        let refused = |edit: fn(&mut Edits<'static>, Value<'static>) -> Result<(), EditError>| {
            edited(text, edit).unwrap_err()
        };
        assert_eq!(refused(|edits, root| edits.insert(root, "c", "1")), "member `c` exists");
        assert_eq!(refused(|edits, root| edits.remove(root, "z")), "no member `z`");
        assert_eq!(
            refused(|edits, root| edits.set(root, "c", "1,2")),
            "the replacement is not JSON: trailing text after the value at byte 1"
        );
        assert_eq!(
            refused(|edits, root| {
                edits.set(root, "a", "1")?;
                edits.set(root.get("a").unwrap().value, "b", "2")
            }),
            "edits overlap at byte 10"
        );
        assert_eq!(
            refused(|edits, root| {
                edits.remove(root, "a")?;
                edits.insert(root.get("a").unwrap().value, "z", "2")
            }),
            "edits overlap at byte 11"
        );
        assert_eq!(
            refused(|edits, root| edits.insert(root.get("c").unwrap().value, "z", "2")),
            "not an object at byte 17"
        );
        assert_eq!(
            refused(|edits, _| {
                let other = scan_str("1", Limits::DEFAULT).unwrap();
                edits.replace(other.root(), "2")
            }),
            "the value is not part of the text being edited"
        );
    }

    #[test]
    fn found_strings_are_replaced_and_names_stay_unique() {
        let text = r#"{"k1":"secret","k2":["\u0073ecret"]}"#;
        let redacted = edited(text, |edits, root| {
            root.strings()
                .filter(|found| found.text.means("secret"))
                .try_for_each(|found| edits.replace_string(&found, "[\"gone\"]"))
        });
        assert_eq!(redacted.as_deref(), Ok(r#"{"k1":"[\"gone\"]","k2":["[\"gone\"]"]}"#));
        let same_names = edited(text, |edits, root| {
            root.strings()
                .filter(|found| found.role == Role::Key)
                .try_for_each(|found| edits.replace_string(&found, "k"))
        });
        assert_eq!(
            same_names.unwrap_err(),
            "the edited text is not acceptable: duplicate key `k` at byte 14"
        );
    }
}
