//! JSON text inside a string: tools unpack it, so it is looked into.
//!
//! Strict about what readers disagree on (a key given twice), lenient about what follows the JSON.

use super::{
    state::Inspection,
    walk::{self, Spot},
};
use crate::Area;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::{cell::Cell, fmt};

/// JSON inside JSON inside JSON deeper than this is refused.
const MAX_NESTING: usize = 4;

/// Looks into a text that is JSON; false if the text has to be judged as it stands, too.
pub(super) fn judge(inspection: &mut Inspection<'_>, text: &str) -> bool {
    let start =
        text.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    if !start.starts_with(['{', '[', '"']) {
        return false;
    }
    if inspection.nesting >= MAX_NESTING {
        inspection.unclear(Area::Manifest, text, "it is JSON text inside JSON text, too many times over");
        return true;
    }
    let doubled = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(start);
    // Several JSON texts one after another are looked into as well.
    while !inspection.is_full() {
        let value = match (Unique { doubled: &doubled }).deserialize(&mut reader) {
            Ok(value) => value,
            Err(_) if doubled.get() => {
                inspection.unclear(Area::Manifest, text, "it is JSON text with a key given twice");
                return true;
            }
            Err(cause) if cause.to_string().starts_with("recursion limit") => {
                inspection.unclear(Area::Manifest, text, "it is JSON text nested too deeply");
                return true;
            }
            Err(_) => return false,
        };
        let mut inner = inspection.nested();
        walk::value(&mut inner, &value, Spot::named());
        let found = inner.leave();
        inspection.rejoin(found);
        if reader.end().is_ok() {
            return true;
        }
    }
    true
}

/// Reads one JSON value in which no key is given twice.
struct Unique<'c> {
    doubled: &'c Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(value) = list.next_element_seed(Unique { doubled: self.doubled })? {
            out.push(value);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Unique { doubled: self.doubled })?;
            if out.insert(key, value).is_some() {
                self.doubled.set(true);
                return Err(A::Error::custom("a key is given twice"));
            }
        }
        Ok(Value::Object(out))
    }
}
