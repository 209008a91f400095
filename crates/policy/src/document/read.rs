//! A tree into types: a `serde` deserializer whose errors know the place, the path and the nearest known name.

use super::{Content, Fault, Node, Place, nearest};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, Unexpected, Visitor, value::U32Deserializer,
};
use serde::{Deserialize, forward_to_deserialize_any};
use std::borrow::Cow;
use std::fmt::{self, Display};

/// Reads a tree into a type.
pub(super) fn read<T: de::DeserializeOwned>(tree: &Node) -> Result<T, Fault> {
    T::deserialize(tree).map_err(|fault| fault.at(tree.place))
}

/// A value and where it stands in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// Where it starts.
    pub place: Place,
    /// The value.
    pub value: T,
}

const SPANNED: &str = "Spanned";
const SPANNED_FIELDS: [&str; 3] = ["line", "column", "value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Spanned")]
        struct Wire<T> {
            line: u32,
            column: u32,
            value: T,
        }
        let Wire { line, column, value } = Wire::deserialize(deserializer)?;
        Ok(Self { place: Place { line, column }, value })
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

impl std::error::Error for Fault {}

impl Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

fn found(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("the number `{value}`"),
        Unexpected::Signed(value) => format!("the number `{value}`"),
        Unexpected::Float(value) => format!("the number `{value}`"),
        Unexpected::Str(text) => format!("the text `{}`", crate::value::shown(text)),
        Unexpected::Unit => "nothing (null)".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a table".into(),
        other => other.to_string(),
    }
}

/// What was expected, with the reader's own words for numbers.
fn wanted(expected: &dyn de::Expected) -> String {
    match expected.to_string().as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number in range".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        "a string" => "a text".into(),
        "a boolean" => "`true` or `false`".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other if other.starts_with("enum ") => "one of the known words".into(),
        other => other.into(),
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `did you mean …`, or the list of what is known.
fn suggest(written: &str, known: &'static [&'static str]) -> String {
    match nearest(written, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", listed(known)),
    }
}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {}, found {}", wanted(expected), found(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {}, found {}", wanted(expected), found(unexpected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown key `{}`", crate::value::shown(field))).hint(suggest(field, expected))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("`{}` is not one of {}", crate::value::shown(variant), listed(expected)))
            .hint(suggest(variant, expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("the key `{field}` is missing"))
    }
}

impl Content {
    fn describe(&self) -> String {
        match self {
            Self::Null => found(Unexpected::Unit),
            Self::Bool(value) => found(Unexpected::Bool(*value)),
            Self::Number(text) => format!("the number `{}`", crate::value::shown(text)),
            Self::Text(text) => found(Unexpected::Str(text)),
            Self::List(_) => found(Unexpected::Seq),
            Self::Table(_) => found(Unexpected::Map),
        }
    }
}

impl<'de> Deserializer<'de> for &Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Number(text) => visit_number(text, visitor),
            Content::Text(text) => visitor.visit_str(text),
            Content::List(nodes) => visitor.visit_seq(ListReader { nodes: nodes.iter(), index: 0 }),
            Content::Table(members) => {
                visitor.visit_map(TableReader { members: members.iter(), value: None })
            }
        }
        .map_err(|fault| fault.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.content {
            Content::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self).map_err(|fault| fault.at(self.place))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.content {
            Content::Text(text) => {
                visitor.visit_enum((&**text).into_deserializer()).map_err(|fault: Fault| fault.at(self.place))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == SPANNED && fields == SPANNED_FIELDS {
            return visitor.visit_map(SpannedReader { node: self, step: 0 });
        }
        // A derived type would read a list as its fields in order.
        match &self.content {
            Content::Table(_) => self.deserialize_any(visitor),
            other => Err(Fault::new(format!("expected a table, found {}", other.describe())).at(self.place)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

fn visit_number<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Fault> {
    if let Ok(number) = text.parse::<u64>() {
        return visitor.visit_u64(number);
    }
    if let Ok(number) = text.parse::<i64>() {
        return visitor.visit_i64(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => visitor.visit_f64(number),
        _ => Err(Fault::new("this number is too large")),
    }
}

struct ListReader<'a> {
    nodes: std::slice::Iter<'a, Node>,
    index: usize,
}

impl<'de> de::SeqAccess<'de> for ListReader<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.nodes.next() else {
            return Ok(None);
        };
        let step = format!("[{}]", self.index);
        self.index += 1;
        seed.deserialize(node).map(Some).map_err(|fault| fault.at(node.place).below(&step))
    }
}

struct TableReader<'a> {
    members: std::slice::Iter<'a, (super::Key, Node)>,
    value: Option<&'a (super::Key, Node)>,
}

impl<'de> de::MapAccess<'de> for TableReader<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.value = self.members.next();
        let Some((key, _)) = self.value else {
            return Ok(None);
        };
        let name: de::value::StrDeserializer<'_, Fault> = (&*key.name).into_deserializer();
        seed.deserialize(name).map(Some).map_err(|fault| fault.at(key.place))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let (key, node) = self.value.ok_or_else(|| Fault::new("a value was read before its key"))?;
        seed.deserialize(node).map_err(|fault| fault.at(node.place).below(&crate::value::shown(&key.name)))
    }
}

/// Presents a node as the three fields of [`Spanned`].
struct SpannedReader<'a> {
    node: &'a Node,
    step: usize,
}

impl<'de> de::MapAccess<'de> for SpannedReader<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(field) = SPANNED_FIELDS.get(self.step) else {
            return Ok(None);
        };
        let name: de::value::StrDeserializer<'_, Fault> = (*field).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        self.step += 1;
        let number = |number: u32| -> U32Deserializer<Fault> { number.into_deserializer() };
        match self.step {
            1 => seed.deserialize(number(self.node.place.line)),
            2 => seed.deserialize(number(self.node.place.column)),
            _ => seed.deserialize(self.node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{read_json, read_yaml};
    use super::*;
    use expect_test::{Expect, expect};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct Sample {
        name: Spanned<String>,
        #[serde(default)]
        ports: Vec<Spanned<u16>>,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        deep: Option<Box<Sample>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Small,
        Large,
    }

    fn json(text: &str, wanted: &Expect) {
        let said = read_json::<Sample>(&"a.json".into(), text)
            .map_or_else(|error| error.to_string(), |_| "ok".into());
        wanted.assert_eq(&said);
    }

    fn yaml(text: &str, wanted: &Expect) {
        let said = read_yaml::<Sample>(&"a.yaml".into(), text)
            .map_or_else(|error| error.to_string(), |_| "ok".into());
        wanted.assert_eq(&said);
    }

    #[test]
    fn places_survive_reading() {
        let text = "{\n  \"name\": \"ü\",\n  \"ports\": [1,\n    22]\n}";
        let sample = read_json::<Sample>(&"a.json".into(), text).unwrap();
        assert_eq!(sample.name.place, Place { line: 2, column: 11 });
        assert_eq!(sample.ports[1], Spanned { place: Place { line: 4, column: 5 }, value: 22 });
        let sample = read_yaml::<Sample>(&"a.yaml".into(), "name: ü\nports:\n  - 1\n  -   22\n").unwrap();
        assert_eq!(sample.ports[1], Spanned { place: Place { line: 4, column: 7 }, value: 22 });
    }

    #[test]
    fn faults_in_json_say_where_what_and_what_to_do() {
        json(
            r#"{"name": "x", "prots": []}"#,
            &expect![[r#"
            a.json:1:15: unknown key `prots`
            hint: did you mean `ports`?"#]],
        );
        json(
            r#"{"name": "x", "ports": [1, "2"]}"#,
            &expect!["a.json:1:28: `ports[1]`: expected a whole number in range, found the text `2`"],
        );
        json(
            r#"{"name": "x", "ports": [70000]}"#,
            &expect!["a.json:1:25: `ports[0]`: expected a whole number in range, found the number `70000`"],
        );
        json(
            r#"{"name": "x", "kind": "lagre"}"#,
            &expect![[r#"
            a.json:1:23: `kind`: `lagre` is not one of `small`, `large`
            hint: did you mean `large`?"#]],
        );
        json(
            r#"{"name": "x", "deep": {"name": 1}}"#,
            &expect!["a.json:1:32: `deep.name`: expected a text, found the number `1`"],
        );
        json(r#"{"name": "x", "name": "y"}"#, &expect!["a.json:1:15: the key `name` appears twice"]);
        json(r#"{"name": "x", "na\u006de": "y"}"#, &expect!["a.json:1:15: the key `name` appears twice"]);
        json(r#"{"ports": []}"#, &expect!["a.json:1:1: the key `name` is missing"]);
        json(r#"{"name": "x",}"#, &expect!["a.json:1:13: this is not JSON: trailing commas are not allowed"]);
        json(
            r#"{"name": 'x'}"#,
            &expect!["a.json:1:10: this is not JSON: single-quoted strings are not allowed"],
        );
        json(r#"{name: "x"}"#, &expect!["a.json:1:2: this is not JSON: expected string for object property"]);
        json(
            "{\"name\": \"x\"} // done",
            &expect!["a.json:1:15: this is not JSON: comments are not allowed"],
        );
        json(
            r#"{"name": "x"} {}"#,
            &expect!["a.json:1:15: this is not JSON: text cannot contain more than one JSON value"],
        );
        json(r#"{"name": "x", "ports": [01]}"#, &expect!["a.json:1:26: this is not JSON: expected comma"]);
        json(
            r#"{"name": "\ud800"}"#,
            &expect![
                "a.json:1:11: this is not JSON: invalid unicode escape sequence. 'd800 (unpaired high surrogate)' is not a valid UTF8 character"
            ],
        );
        json("", &expect!["a.json:1:1: the document is empty"]);
        json(
            "\u{feff}{}",
            &expect![[r#"
            a.json:1:1: the document starts with a byte order mark
            hint: save it as UTF-8 without BOM"#]],
        );
        json(
            &"[".repeat(100_000),
            &expect!["a.json:1:513: this is not JSON: maximum nesting depth exceeded"],
        );
        json(
            &format!("{}{}", "[".repeat(70), "]".repeat(70)),
            &expect!["a.json:1:66: the document is nested deeper than 64 levels"],
        );
    }

    #[test]
    fn faults_in_yaml_say_where_what_and_what_to_do() {
        yaml("name: x\nkind: large\nports: [80, 443]\n", &expect!["ok"]);
        yaml(
            "name: x\nprots: []\n",
            &expect![[r#"
            a.yaml:2:1: unknown key `prots`
            hint: did you mean `ports`?"#]],
        );
        yaml(
            "name: x\nports: [080]\n",
            &expect!["a.yaml:2:9: `ports[0]`: expected a whole number in range, found the text `080`"],
        );
        yaml("name: x\nname: y\n", &expect!["a.yaml:2:1: the key `name` appears twice"]);
        yaml(
            "name: [x\n",
            &expect!["a.yaml:2:1: this is not YAML: while parsing a flow sequence, expected ',' or ']'"],
        );
        yaml("name: !!python/object x\n", &expect!["a.yaml:1:7: tags (`!name`) are not supported"]);
        yaml("name: x\n---\nname: y\n", &expect!["a.yaml:2:1: there is more than one document in the file"]);
        yaml(
            "name: &a x\ndeep: {name: *a}\n",
            &expect![[r#"
            a.yaml:1:7: anchors (`&name`) are not supported
            hint: write the value out"#]],
        );
        yaml("name: x\n? [a]\n: b\n", &expect!["a.yaml:2:3: a key must be a text"]);
        yaml("", &expect!["a.yaml:1:1: the document is empty"]);
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                    d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e]\n";
        yaml(
            bomb,
            &expect![[r#"
            a.yaml:1:4: anchors (`&name`) are not supported
            hint: write the value out"#]],
        );
        yaml(&"[".repeat(100_000), &expect!["a.yaml:1:256: this is not YAML: recursion limit exceeded"]);
    }
}
