//! Strict JSON into a tree, by the `jsonc-parser` crate with everything beyond RFC 8259 switched off.

use super::{Content, Fault, Key, MAX_DEPTH, MAX_NODES, Node, Place, refuse_doubles};
use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let lines = Lines::of(text);
    let ast = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let place = lines.place(text, error.range().start);
        Fault::new(format!("this is not JSON: {}", lower_first(&error.kind().to_string()))).at(place)
    })?;
    let value = ast.value.ok_or_else(|| Fault::new("the document is empty"))?;
    Builder { text, lines, left: MAX_NODES }.node(value, 0)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// Where each line starts, in bytes.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    fn place(&self, text: &str, offset: usize) -> Place {
        let line = self.0.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.0.get(index)).copied().unwrap_or(0);
        let column = text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place { line: small(line), column: small(column) }
    }
}

struct Builder<'a> {
    text: &'a str,
    lines: Lines,
    left: usize,
}

impl Builder<'_> {
    // INVARIANT: recursion ends at `MAX_DEPTH`.
    fn node(&mut self, value: Value<'_>, depth: usize) -> Result<Node, Fault> {
        let place = self.lines.place(self.text, value.range().start);
        if depth > MAX_DEPTH {
            return Err(Fault::new("the document is nested deeper than 64 levels").at(place));
        }
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| Fault::new("the document has too many values").at(place))?;
        let content = match value {
            Value::NullKeyword(_) => {
                return Err(Fault::new("`null` is not a value here").hint("leave the key out").at(place));
            }
            Value::BooleanLit(literal) => Content::Bool(literal.value),
            Value::NumberLit(literal) => Content::Number(literal.value.into()),
            Value::StringLit(literal) => Content::Text(literal.value.into()),
            Value::Array(array) => {
                let nodes = array.elements.into_iter().map(|element| self.node(element, depth + 1));
                Content::List(nodes.collect::<Result<_, _>>()?)
            }
            Value::Object(object) => {
                let members = object.properties.into_iter().map(|property| self.member(property, depth));
                let members: Vec<_> = members.collect::<Result<_, _>>()?;
                refuse_doubles(&members)?;
                Content::Table(members)
            }
        };
        Ok(Node { place, content })
    }

    fn member(&mut self, property: ObjectProp<'_>, depth: usize) -> Result<(Key, Node), Fault> {
        let place = self.lines.place(self.text, property.range.start);
        let name = match property.name {
            ObjectPropName::String(literal) => literal.value.into(),
            ObjectPropName::Word(word) => word.value.into(),
        };
        Ok((Key { place, name }, self.node(property.value, depth + 1)?))
    }
}
