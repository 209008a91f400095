//! YAML 1.2 into a tree, by the `saphyr-parser` crate: one document, the core schema's scalars, anchors and aliases
//! within a budget, no custom tags, keys that are texts.

use super::{Content, Fault, Key, MAX_DEPTH, MAX_NODES, Node, Place, refuse_doubles};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use std::collections::BTreeMap;

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut builder = Builder { open: Vec::new(), root: None, anchors: BTreeMap::new(), left: MAX_NODES };
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
    anchor: usize,
    place: Place,
    content: Content,
    key: Option<Key>,
}

struct Builder {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: BTreeMap<usize, (usize, Node)>,
    left: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let place = place(span.start);
        let untagged = |tag: Option<_>| match tag {
            None => Ok(()),
            Some(_) => Err(Fault::new("tags (`!name`) are not supported").at(place)),
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
                untagged(tag)?;
                self.add(Node { place, content: scalar(&text, style) }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                untagged(tag)?;
                self.begin(Content::List(Vec::new()), place, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                untagged(tag)?;
                self.begin(Content::Table(Vec::new()), place, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let (size, node) = self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    Fault::new("an alias refers to something that is not finished yet").at(place)
                })?;
                self.spend(size, place)?;
                self.attach(Node { place, content: node.content })
            }
        }
    }

    fn spend(&mut self, nodes: usize, place: Place) -> Result<(), Fault> {
        let left = self.left.checked_sub(nodes);
        self.left = left.ok_or_else(|| Fault::new("the document has too many values").at(place))?;
        Ok(())
    }

    fn begin(&mut self, content: Content, place: Place, anchor: usize) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new("the document is nested deeper than 64 levels").at(place));
        }
        self.open.push(Open { anchor, place, content, key: None });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(Open { anchor, place, content, key }) = self.open.pop() else {
            return Err(Fault::new("this is not YAML: an end without a start"));
        };
        if let Some(key) = key {
            return Err(Fault::new(format!("the key `{}` has no value", key.name)).at(key.place));
        }
        if let Content::Table(members) = &content {
            refuse_doubles(members)?;
        }
        self.add(Node { place, content }, anchor)
    }

    /// Counts a node, remembers it under its anchor, and puts it where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        self.spend(1, node.place)?;
        if anchor != 0 {
            if depth(&node) + self.open.len() > MAX_DEPTH {
                return Err(Fault::new("the document is nested deeper than 64 levels").at(node.place));
            }
            self.anchors.insert(anchor, (size(&node), node.clone()));
        }
        self.attach(node)
    }

    fn attach(&mut self, node: Node) -> Result<(), Fault> {
        if depth(&node) + self.open.len() > MAX_DEPTH {
            return Err(Fault::new("the document is nested deeper than 64 levels").at(node.place));
        }
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
        Content::Text(name) | Content::Number(name) => Ok(Key { place: node.place, name }),
        Content::Bool(value) => Ok(Key { place: node.place, name: value.to_string().into() }),
        Content::Null | Content::List(_) | Content::Table(_) => {
            Err(Fault::new("a key must be a text").at(node.place))
        }
    }
}

/// How many values a node holds, itself included. Nodes are at most `MAX_DEPTH` deep.
fn size(node: &Node) -> usize {
    1 + match &node.content {
        Content::List(nodes) => nodes.iter().map(size).sum(),
        Content::Table(members) => members.iter().map(|(_, node)| size(node)).sum(),
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => 0,
    }
}

/// How many levels a node has below the one it stands on.
fn depth(node: &Node) -> usize {
    match &node.content {
        Content::List(nodes) => 1 + nodes.iter().map(depth).max().unwrap_or(0),
        Content::Table(members) => 1 + members.iter().map(|(_, node)| depth(node)).max().unwrap_or(0),
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => 0,
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
