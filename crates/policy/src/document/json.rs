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
    let mut lines = Lines::of(text);
    check_characters(text)
        .map_err(|(offset, why)| Fault::new(format!("this is not JSON: {why}")).at(lines.place(offset)))?;
    let ast = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let place = lines.place(error.range().start);
        Fault::new(format!("this is not JSON: {}", lower_first(&error.kind().to_string()))).at(place)
    })?;
    let value = ast.value.ok_or_else(|| Fault::new("the document is empty"))?;
    Builder { lines, left: MAX_NODES }.node(value, 0)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// Lines and columns of offsets that are asked for in rising order, so that the text is walked once.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    place: Place,
}

impl<'a> Lines<'a> {
    const fn of(text: &'a str) -> Self {
        Self { text, offset: 0, place: Place { line: 1, column: 1 } }
    }

    fn place(&mut self, offset: usize) -> Place {
        if offset < self.offset {
            *self = Self::of(self.text);
        }
        for character in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            self.place = match character {
                '\n' => Place { line: self.place.line.saturating_add(1), column: 1 },
                _ => Place { column: self.place.column.saturating_add(1), ..self.place },
            };
        }
        self.offset = offset;
        self.place
    }
}

/// What the parser below lets pass and RFC 8259 does not: control characters in strings, other white space.
fn check_characters(text: &str) -> Result<(), (usize, &'static str)> {
    let (mut in_string, mut is_escaped) = (false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            ..0x20 if in_string => return Err((offset, "a control character in a string must be escaped")),
            b'\t' | b'\n' | b'\r' | 0x20..0x7f => {}
            _ if !in_string => return Err((offset, "this character may stand in strings only")),
            _ => {}
        }
    }
    Ok(())
}

struct Builder<'a> {
    lines: Lines<'a>,
    left: usize,
}

impl Builder<'_> {
    // INVARIANT: recursion ends at `MAX_DEPTH`.
    fn node(&mut self, value: Value<'_>, depth: usize) -> Result<Node, Fault> {
        let place = self.lines.place(value.range().start);
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
        let place = self.lines.place(property.range.start);
        let name = match property.name {
            ObjectPropName::String(literal) => literal.value.into(),
            ObjectPropName::Word(word) => word.value.into(),
        };
        Ok((Key { place, name }, self.node(property.value, depth + 1)?))
    }
}
