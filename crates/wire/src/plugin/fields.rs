//! Reading the fields of the one flat object that all plugin messages are. An absent field, `null` and, except where
//! the protocol says otherwise, an empty string are the same: the protocol leaves empty fields out.

use std::borrow::Cow;

use super::error::PluginErrorKind;
use crate::json::{Kind, Outlined, Value};

type Outcome<T> = Result<T, PluginErrorKind>;

/// The fields of one message.
#[derive(Clone, Copy)]
pub(super) struct Fields<'d, 'a> {
    object: Outlined<'d, 'a>,
    /// For errors.
    message: &'static str,
}

impl<'d, 'a> Fields<'d, 'a> {
    pub(super) const fn of(object: Outlined<'d, 'a>, message: &'static str) -> Self {
        Self { object, message }
    }

    /// The same fields, of a message whose type is known.
    pub(super) const fn named(self, message: &'static str) -> Self {
        Self { message, ..self }
    }

    /// A field that is there and not null.
    pub(super) fn any(self, field: &'static str) -> Option<Value<'a>> {
        Some(self.object.get(field)?.value()).filter(|value| value.kind() != Kind::Null)
    }

    fn of_kind(self, field: &'static str, kind: Kind) -> Outcome<Option<Value<'a>>> {
        match self.any(field) {
            Some(value) if value.kind() != kind => {
                Err(PluginErrorKind::WrongKind { field, found: value.kind(), expected: kind.name() })
            }
            value => Ok(value),
        }
    }

    pub(super) fn object(self, field: &'static str) -> Outcome<Option<Value<'a>>> {
        self.of_kind(field, Kind::Object)
    }

    pub(super) fn array(self, field: &'static str) -> Outcome<Option<Value<'a>>> {
        self.of_kind(field, Kind::Array)
    }

    /// A string that may be empty.
    pub(super) fn text(self, field: &'static str) -> Outcome<Option<Cow<'a, str>>> {
        Ok(self.of_kind(field, Kind::String)?.and_then(Value::as_text).map(crate::json::Text::decode))
    }

    /// A string for which empty means absent.
    pub(super) fn filled(self, field: &'static str) -> Outcome<Option<Cow<'a, str>>> {
        Ok(self.text(field)?.filter(|text| !text.is_empty()))
    }

    pub(super) fn required(self, field: &'static str) -> Outcome<Cow<'a, str>> {
        self.filled(field)?.ok_or(self.missing(field))
    }

    pub(super) fn flag(self, field: &'static str) -> Outcome<bool> {
        Ok(self.of_kind(field, Kind::Bool)?.and_then(Value::as_bool).unwrap_or(false))
    }

    pub(super) fn unsigned(self, field: &'static str) -> Outcome<Option<u64>> {
        let Some(value) = self.any(field) else {
            return Ok(None);
        };
        let wrong =
            PluginErrorKind::WrongKind { field, found: value.kind(), expected: "a non-negative integer" };
        value.as_u64().map(Some).ok_or(wrong)
    }

    /// An array of strings.
    pub(super) fn texts(self, field: &'static str) -> Outcome<Option<Vec<Cow<'a, str>>>> {
        let Some(array) = self.array(field)? else {
            return Ok(None);
        };
        let item = |item: Value<'a>| {
            let wrong =
                PluginErrorKind::WrongKind { field, found: item.kind(), expected: "an array of strings" };
            item.as_text().map(crate::json::Text::decode).ok_or(wrong)
        };
        array.items().map(item).collect::<Outcome<_>>().map(Some)
    }

    pub(super) const fn missing(self, field: &'static str) -> PluginErrorKind {
        PluginErrorKind::Missing { message: self.message, field }
    }
}
