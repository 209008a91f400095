//! YAML 1.2 into a tree, by the `saphyr-parser` crate: one document, the core schema's scalars, no anchors and
//! aliases (a few lines of them unfold into gigabytes), no custom tags, keys that are texts.

use super::{Content, Fault, Key, MAX_DEPTH, MAX_NODES, Node, Place, refuse_doubles};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut builder = Builder { open: Vec::new(), root: None, left: MAX_NODES };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Fault::new(format!("this is not YAML: {}", error.info())).at(place(*error.marker()))
        })?;
        builder.take(event, span)?;
    }
    builder.root.ok_or_else(|| Fault::new("the document is empty"))
}

fn place(marker: Marker) -> Place {
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place { line: small(marker.line()).max(1), column: small(marker.col()).saturating_add(1) }
}

/// A list or table whose end has not come yet.
struct Open {
    place: Place,
    content: Content,
    key: Option<Key>,
}

struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    left: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let place = place(span.start);
        let plain = |anchor: usize, tag: Option<_>| match (anchor, tag) {
            (0, None) => Ok(()),
            (_, None) => {
                Err(Fault::new("anchors (`&name`) are not supported").hint("write the value out").at(place))
            }
            (_, Some(_)) => Err(Fault::new("tags (`!name`) are not supported").at(place)),
        };
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(Fault::new("there is more than one document in the file").at(place))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Scalar(text, style, anchor, tag) => {
                plain(anchor, tag)?;
                self.add(Node { place, content: scalar(&text, style) })
            }
            Event::SequenceStart(anchor, tag) => {
                plain(anchor, tag)?;
                self.begin(Content::List(Vec::new()), place)
            }
            Event::MappingStart(anchor, tag) => {
                plain(anchor, tag)?;
                self.begin(Content::Table(Vec::new()), place)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(_) => {
                Err(Fault::new("aliases (`*name`) are not supported").hint("write the value out").at(place))
            }
        }
    }

    fn begin(&mut self, content: Content, place: Place) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new("the document is nested deeper than 64 levels").at(place));
        }
        self.open.push(Open { place, content, key: None });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(Open { place, content, key }) = self.open.pop() else {
            return Err(Fault::new("this is not YAML: an end without a start"));
        };
        if let Some(key) = key {
            return Err(Fault::new(format!("the key `{}` has no value", key.name)).at(key.place));
        }
        if let Content::Table(members) = &content {
            refuse_doubles(members)?;
        }
        self.add(Node { place, content })
    }

    /// Counts a node and puts it where it belongs.
    fn add(&mut self, node: Node) -> Result<(), Fault> {
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| Fault::new("the document has too many values").at(node.place))?;
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut parent.content, parent.key.take()) {
            (Content::List(nodes), _) => nodes.push(node),
            (Content::Table(members), Some(key)) => members.push((key, node)),
            (_, _) => parent.key = Some(key(node)?),
        }
        Ok(())
    }
}

fn key(node: Node) -> Result<Key, Fault> {
    match node.content {
        Content::Text(name) if &*name == "<<" => {
            Err(Fault::new("merge keys (`<<`) are not supported").hint("write the values out").at(node.place))
        }
        Content::Text(name) | Content::Number(name) => Ok(Key { place: node.place, name }),
        Content::Bool(value) => Ok(Key { place: node.place, name: value.to_string().into() }),
        Content::Null | Content::List(_) | Content::Table(_) => {
            Err(Fault::new("a key must be a text").at(node.place))
        }
    }
}

/// The core schema, less what people misread: only decimal numbers without leading zeros are numbers.
fn scalar(text: &str, style: ScalarStyle) -> Content {
    if style != ScalarStyle::Plain {
        return Content::Text(text.into());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ if is_number(text) => Content::Number(text.into()),
        _ => Content::Text(text.into()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let decimal = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    decimal(whole) && decimal(fraction) && (whole == "0" || !whole.starts_with('0'))
}
