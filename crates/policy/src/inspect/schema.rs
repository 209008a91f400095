//! A tool's `inputSchema`, read once into what each place in its arguments holds.
//!
//! Validates nothing: that is for a JSON Schema validator. Alternatives (`allOf`, `anyOf`, `oneOf`, `if`, `then`,
//! `else`, `$ref`, `dependentSchemas`) that apply to one place are taken together, and the kind that is looked into
//! hardest wins. Patterns of `patternProperties` are not run: their schemas count for every undeclared name.

use super::{
    kind::{Kind, Role},
    words::{self, Strength},
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What each place in the arguments of a tool holds, compiled from its `inputSchema`.
#[derive(Debug, Clone)]
pub struct ToolSchema {
    nodes: Vec<Node>,
}

/// An index into [`ToolSchema::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NodeId(usize);

/// One place.
#[derive(Debug, Clone, Default)]
struct Node {
    kind: Kind,
    basis: Basis,
    role: Role,
    listed: Vec<Box<str>>,
    /// Sorted by name.
    properties: Vec<(Box<str>, NodeId)>,
    others: Option<NodeId>,
    names: Kind,
    front: Vec<NodeId>,
    items: Option<NodeId>,
}

/// What the kind of a place rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Basis {
    /// Nothing, or a name or description.
    #[default]
    Guessed,
    /// `format` or `contentEncoding`.
    Stated,
    /// The schema was too large or too deep to be followed to here.
    Lost,
}

/// A place in the arguments, as the schema knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    schema: &'a ToolSchema,
    node: &'a Node,
}

impl ToolSchema {
    /// Places beyond this many are not followed; text there is refused as unclear.
    pub const MAX_PLACES: usize = 4_096;
    /// Places nested deeper than this are not followed; text there is refused as unclear.
    pub const MAX_DEPTH: usize = 48;
    /// Subschemas looked at beyond this many are not followed.
    const MAX_VISITS: usize = 65_536;

    /// Reads a schema. Never fails: what it cannot follow, it marks, and what says nothing is judged by shape.
    #[must_use]
    pub fn compile(input_schema: &Value) -> Self {
        let mut compiler = Compiler {
            root: input_schema,
            nodes: vec![Node { basis: Basis::Lost, ..Node::default() }],
            known: BTreeMap::new(),
            visits: 0,
        };
        compiler.place(&[input_schema], None, 0);
        Self { nodes: compiler.nodes }
    }

    /// The place of the arguments as a whole.
    pub(super) fn root(&self) -> Option<Place<'_>> {
        // Node 0 stands for every lost place; the root is compiled first.
        self.at(NodeId(1))
    }

    fn at(&self, id: NodeId) -> Option<Place<'_>> {
        let lost = || self.nodes.first();
        let node = self.nodes.get(id.0).or_else(lost)?;
        Some(Place { schema: self, node })
    }
}

impl Place<'_> {
    /// The place of a member, and whether the schema names it.
    pub(super) fn member(self, name: &str) -> Option<(Self, Naming)> {
        let properties = &self.node.properties;
        if let Ok(index) = properties.binary_search_by(|(known, _)| (**known).cmp(name)) {
            let (_, id) = properties.get(index)?;
            return Some((self.schema.at(*id)?, Naming::Declared));
        }
        Some((self.schema.at(self.node.others?)?, Naming::Undeclared))
    }

    /// The place of an element.
    pub(super) fn element(self, index: usize) -> Option<Self> {
        let id = self.node.front.get(index).copied().or(self.node.items)?;
        self.schema.at(id)
    }

    /// What kind of value it holds. A word that the schema lists for a place whose kind was guessed from its name is
    /// judged by shape: `source: "all"` is no path.
    pub(super) fn kind(self, value: Option<&str>) -> Kind {
        let listed = || value.is_some_and(|value| self.node.listed.iter().any(|known| **known == *value));
        match self.node.basis {
            Basis::Guessed if !self.node.listed.is_empty() && listed() => Kind::Unknown,
            Basis::Guessed | Basis::Stated | Basis::Lost => self.node.kind,
        }
    }

    pub(super) const fn role(self) -> Role {
        self.node.role
    }

    /// What kind of value the names of its members are.
    pub(super) const fn names(self) -> Kind {
        self.node.names
    }

    /// Whether the schema could not be followed to here.
    pub(super) fn is_lost(self) -> bool {
        self.node.basis == Basis::Lost
    }
}

/// Whether the schema names a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Under `properties`.
    Declared,
    /// Only by a rule for all other names, or not at all.
    Undeclared,
}

/// Where subschemas of one place stand, and the name the place has; the same again is the same place.
type Known = (Vec<usize>, Option<Box<str>>);

struct Compiler<'s> {
    root: &'s Value,
    nodes: Vec<Node>,
    known: BTreeMap<Known, NodeId>,
    visits: usize,
}

/// The subschemas that apply to one place.
#[derive(Default)]
struct Flat<'s> {
    maps: Vec<&'s Map<String, Value>>,
    seen: BTreeSet<usize>,
}

const LOST: NodeId = NodeId(0);

/// Keywords whose value is a schema for the same place.
const SAME_ONE: [&str; 3] = ["if", "then", "else"];
/// Keywords whose value is a list of schemas for the same place.
const SAME_MANY: [&str; 3] = ["allOf", "anyOf", "oneOf"];

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl<'s> Compiler<'s> {
    fn place(&mut self, schemas: &[&'s Value], name: Option<&str>, depth: usize) -> NodeId {
        let key: Known = (schemas.iter().map(|schema| address(schema)).collect(), name.map(Into::into));
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        if depth > ToolSchema::MAX_DEPTH || self.nodes.len() > ToolSchema::MAX_PLACES {
            return LOST;
        }
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node::default());
        self.known.insert(key, id);
        let mut flat = Flat::default();
        for schema in schemas {
            if !self.flatten(schema, &mut flat, 0) {
                self.put(id, Node { basis: Basis::Lost, ..Node::default() });
                return id;
            }
        }
        let node = self.node(schemas, &flat.maps, name, depth);
        self.put(id, node);
        id
    }

    fn put(&mut self, id: NodeId, node: Node) {
        if let Some(slot) = self.nodes.get_mut(id.0) {
            *slot = node;
        }
    }

    /// Collects everything that applies to the same place; false if that is too much.
    fn flatten(&mut self, schema: &'s Value, flat: &mut Flat<'s>, depth: usize) -> bool {
        self.visits += 1;
        if self.visits > ToolSchema::MAX_VISITS || depth > ToolSchema::MAX_DEPTH {
            return false;
        }
        let Value::Object(map) = schema else {
            return true;
        };
        if !flat.seen.insert(address(schema)) {
            return true;
        }
        flat.maps.push(map);
        let mut whole = true;
        if let Some(target) = map.get("$ref").and_then(Value::as_str).and_then(|text| self.resolve(text)) {
            whole &= self.flatten(target, flat, depth + 1);
        }
        for keyword in SAME_ONE {
            if let Some(inner) = map.get(keyword) {
                whole &= self.flatten(inner, flat, depth + 1);
            }
        }
        for keyword in SAME_MANY {
            for inner in map.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                whole &= self.flatten(inner, flat, depth + 1);
            }
        }
        for inner in map.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::values)
        {
            whole &= self.flatten(inner, flat, depth + 1);
        }
        whole
    }

    /// A reference inside the document; anything else is not followed, and never fetched.
    fn resolve(&self, text: &str) -> Option<&'s Value> {
        let pointer = text.strip_prefix('#')?;
        match super::text::percent(pointer) {
            super::text::Percent::None => self.root.pointer(pointer),
            super::text::Percent::Once(decoded) => self.root.pointer(&decoded),
            super::text::Percent::Unclear(_) => None,
        }
    }

    fn node(
        &mut self,
        own: &[&'s Value],
        maps: &[&'s Map<String, Value>],
        name: Option<&str>,
        depth: usize,
    ) -> Node {
        let mut node = Node::default();
        tell(&mut node, own, maps, name);
        let mut properties: BTreeMap<&'s str, Vec<&'s Value>> = BTreeMap::new();
        let mut others = Vec::new();
        let mut items = Vec::new();
        let mut front: Vec<Vec<&'s Value>> = Vec::new();
        for map in maps {
            for (key, inner) in members(map, "properties") {
                properties.entry(key).or_default().push(inner);
            }
            others.extend(members(map, "patternProperties").map(|(_, inner)| inner));
            others.extend(schemas_of(map, &["additionalProperties", "unevaluatedProperties"]));
            items.extend(schemas_of(map, &["items", "additionalItems", "unevaluatedItems", "contains"]));
            let tuple = [map.get("prefixItems"), map.get("items")];
            for (index, inner) in
                tuple.into_iter().flatten().filter_map(Value::as_array).flatten().enumerate()
            {
                if front.len() <= index {
                    front.push(Vec::new());
                }
                front.get_mut(index).map(|slot| slot.push(inner)).unwrap_or_default();
            }
            if let Some(inner) = map.get("propertyNames") {
                let kind = inner.get("format").and_then(Value::as_str).and_then(stated);
                node.names = node.names.max(kind.unwrap_or_default());
            }
        }
        for (key, inner) in properties {
            let id = self.place(&inner, Some(key), depth + 1);
            node.properties.push((key.into(), id));
        }
        node.others = (!others.is_empty()).then(|| self.place(&others, None, depth + 1));
        node.front = front.into_iter().map(|inner| self.place(&inner, name, depth + 1)).collect();
        node.items = (!items.is_empty()).then(|| self.place(&items, name, depth + 1));
        node
    }
}

fn members<'s>(map: &'s Map<String, Value>, keyword: &str) -> impl Iterator<Item = (&'s str, &'s Value)> {
    let members = map.get(keyword).and_then(Value::as_object);
    members.into_iter().flatten().map(|(key, inner)| (key.as_str(), inner))
}

fn schemas_of<'s>(map: &'s Map<String, Value>, keywords: &[&str]) -> Vec<&'s Value> {
    let found = keywords.iter().filter_map(|keyword| map.get(*keyword));
    found.filter(|schema| schema.is_object()).collect()
}

/// The kind that a `format` states.
fn stated(format: &str) -> Option<Kind> {
    match format.to_ascii_lowercase().as_str() {
        "uri" | "url" | "iri" => Some(Kind::Url),
        "uri-reference" | "iri-reference" => Some(Kind::Reference),
        "path" | "file-path" | "filepath" | "file" | "directory-path" | "directory" => Some(Kind::Path),
        "command" => Some(Kind::Command),
        "hostname" | "idn-hostname" | "ipv4" | "ipv6" => Some(Kind::Host),
        "regex" | "json-pointer" | "relative-json-pointer" | "uri-template" | "markdown" => Some(Kind::Prose),
        _ => None,
    }
}

/// Works out the kind, the role and the listed words of a place.
fn tell(node: &mut Node, own: &[&Value], maps: &[&Map<String, Value>], name: Option<&str>) {
    let text =
        |map: &Map<String, Value>, keyword: &str| map.get(keyword).and_then(Value::as_str).map(str::to_owned);
    let facts = name.map(words::facts).unwrap_or_default();
    node.role = facts.role;
    for map in maps {
        let listed = map.get("enum").and_then(Value::as_array).into_iter().flatten();
        for word in listed.chain(map.get("const")).filter_map(Value::as_str) {
            node.listed.push(word.into());
        }
    }
    let format = maps.iter().filter_map(|map| text(map, "format")).filter_map(|format| stated(&format)).max();
    // An alternative may lift what a place is, but only the place's own schema can say that nobody need look.
    let own_says =
        |keyword| own.iter().filter_map(move |schema| schema.get(keyword)).filter_map(Value::as_str);
    let encoded = own_says("contentEncoding").next().is_some();
    let prose = own_says("format").any(|format| stated(format) == Some(Kind::Prose));
    let description = maps.iter().find_map(|map| text(map, "description")).unwrap_or_default();
    let guessed = || match facts.kind {
        Some(Kind::Path)
            if facts.strength == Strength::Weak
                && !description.is_empty()
                && !words::speaks_of_files(&description) =>
        {
            words::described(&description, None).unwrap_or_default()
        }
        Some(Kind::Command) if words::speaks_of_javascript(&description) => Kind::Prose,
        Some(Kind::Prose) => words::described(&description, facts.kind).unwrap_or(Kind::Prose),
        Some(kind) => kind,
        None => words::described(&description, None).unwrap_or_default(),
    };
    (node.kind, node.basis) = match format {
        Some(kind) if kind > Kind::Unknown => (kind, Basis::Stated),
        _ if encoded => (Kind::Opaque, Basis::Stated),
        _ if prose => (Kind::Prose, Basis::Stated),
        _ => (guessed(), Basis::Guessed),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind(schema: &Value, way: &[&str]) -> Kind {
        let schema = ToolSchema::compile(schema);
        let mut place = schema.root().unwrap();
        for step in way {
            place = match step.parse::<usize>() {
                Ok(index) => place.element(index).unwrap(),
                Err(_) => place.member(step).unwrap().0,
            };
        }
        place.kind(None)
    }

    #[test]
    fn format_then_name_then_description() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "string", "format": "uri"},
            "path": {"type": "string", "format": "uri"},
            "text": {"type": "string", "format": "path"},
            "file_path": {"type": "string"},
            "body": {"type": "string"},
            "image": {"type": "string", "description": "Absolute path of an image"},
            "destination": {"type": "string", "description": "City to fly to"},
            "dest": {"type": "string"},
            "script": {"type": "string", "description": "JavaScript to run in the page"},
            "file": {"type": "string", "contentEncoding": "base64"},
            "pointer": {"type": "string", "format": "json-pointer"},
        }});
        let rows = [
            ("a", Kind::Url),
            ("path", Kind::Url),
            ("text", Kind::Path),
            ("file_path", Kind::Path),
            ("body", Kind::Prose),
            ("image", Kind::Path),
            ("destination", Kind::Unknown),
            ("dest", Kind::Path),
            ("script", Kind::Prose),
            ("file", Kind::Opaque),
            ("pointer", Kind::Prose),
        ];
        for (name, wanted) in rows {
            assert_eq!(kind(&schema, &[name]), wanted, "{name}");
        }
    }

    #[test]
    fn alternatives_references_and_containers_are_walked() {
        let schema = json!({
            "$defs": {
                "p": {"type": "string", "format": "path"},
                "tree": {"type": "object", "properties": {
                    "path": {"type": "string"},
                    "kids": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}},
                "loop": {"$ref": "#/$defs/loop"},
            },
            "properties": {
                "one": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/p"}]},
                "paths": {"type": "array", "items": {"type": "string"}},
                "pair": {"prefixItems": [{"type": "integer"}, {"format": "uri"}]},
                "tree": {"$ref": "#/$defs/tree"},
                "loop": {"$ref": "#/$defs/loop"},
                "map": {"additionalProperties": {"format": "uri"}},
                "rest": {"patternProperties": {"^x": {"format": "path"}}},
                "merged": {"allOf": [{"properties": {"a": {"format": "hostname"}}}, {"properties": {"a": {}}}]},
            }
        });
        assert_eq!(kind(&schema, &["one"]), Kind::Path);
        assert_eq!(kind(&schema, &["paths", "3"]), Kind::Path);
        assert_eq!(kind(&schema, &["pair", "1"]), Kind::Url);
        assert_eq!(kind(&schema, &["tree", "kids", "0", "kids", "1", "path"]), Kind::Path);
        assert_eq!(kind(&schema, &["loop"]), Kind::Unknown);
        assert_eq!(kind(&schema, &["map", "any"]), Kind::Url);
        assert_eq!(kind(&schema, &["rest", "any"]), Kind::Path);
        assert_eq!(kind(&schema, &["merged", "a"]), Kind::Host);
    }

    #[test]
    fn too_deep_or_too_wide_is_marked_not_ignored() {
        let mut deep = json!({});
        for _ in 0..100 {
            deep = json!({"properties": {"a": deep}});
        }
        let schema = ToolSchema::compile(&deep);
        let mut place = schema.root().unwrap();
        while let Some((next, _)) = place.member("a") {
            place = next;
        }
        assert!(place.is_lost());
        let wide: Map<String, Value> = (0..5000).map(|index| (format!("a{index:05}"), json!({}))).collect();
        let schema = ToolSchema::compile(&json!({"properties": wide}));
        assert!(schema.root().unwrap().member("a04999").unwrap().0.is_lost());
        assert!(!schema.root().unwrap().member("a00001").unwrap().0.is_lost());
    }

    #[test]
    fn what_is_no_schema_says_nothing() {
        for odd in
            [json!(null), json!(true), json!([1]), json!({"properties": 3, "items": "x", "$ref": "#/nope"})]
        {
            let schema = ToolSchema::compile(&odd);
            assert_eq!(schema.root().unwrap().kind(None), Kind::Unknown);
        }
    }
}
