//! The published JSON Schemas of the documents, generated from the types that read them.

use crate::manifest::{Manifest, wire::ManifestWire};
use crate::operator::wire::PolicyWire;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// Fields that specification 1.1 added to the manifest, by the object that holds them.
const ADDED_IN_1_1: [(&str, &[&str]); 2] = [
    ("", &["limits", "tools", "secrets", "listen", "min_tier", "examples", "install"]),
    ("Filesystem", &["deny"]),
];

/// The schema of `armor.json` 1.1.
#[must_use]
pub fn manifest_1_1() -> Value {
    let mut schema = generate::<ManifestWire>(Manifest::SCHEMA_1_1);
    set_specification(&mut schema, Manifest::SCHEMA_1_1);
    schema
}

/// The schema of `armor.json` 1.0: 1.1 without what it added, and `$schema` required.
#[must_use]
pub fn manifest_1_0() -> Value {
    let mut schema = generate::<ManifestWire>(Manifest::SCHEMA_1_0);
    for (object, fields) in ADDED_IN_1_1 {
        let pointer =
            if object.is_empty() { "/properties".into() } else { format!("/$defs/{object}/properties") };
        if let Some(properties) = schema.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            properties.retain(|name, _| !fields.contains(&name.as_str()));
        }
    }
    if let Some(definitions) = schema.pointer_mut("/$defs").and_then(Value::as_object_mut) {
        definitions
            .retain(|name, _| ["Filesystem", "Network", "Env", "Output", "Audit"].contains(&name.as_str()));
    }
    if let Some(required) = schema.pointer_mut("/required").and_then(Value::as_array_mut) {
        required.insert(0, "$schema".into());
    }
    set_specification(&mut schema, Manifest::SCHEMA_1_0);
    schema
}

/// The schema of `policy.yaml`.
#[must_use]
pub fn operator_policy() -> Value {
    generate::<PolicyWire>("https://portcullis-mcp.github.io/schemas/policy.schema.json")
}

fn generate<T: JsonSchema>(id: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = false);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    clean(&mut schema);
    let Value::Object(body) = schema else {
        return schema;
    };
    let mut out = Map::new();
    for key in ["$schema", "title", "description"] {
        if let Some(value) = body.get(key) {
            out.insert(key.into(), value.clone());
        }
    }
    out.insert("$id".into(), id.into());
    out.extend(
        body.into_iter().filter(|(key, _)| !["$schema", "title", "description"].contains(&key.as_str())),
    );
    Value::Object(out)
}

fn set_specification(schema: &mut Value, id: &str) {
    if let Some(field) = schema.pointer_mut("/properties/$schema") {
        *field = json!({ "type": "string", "const": id, "description": "The specification this manifest follows." });
    }
}

/// Takes out what the generator adds for Rust's sake: number formats, and `null` where a key may be left out.
// INVARIANT: the schema is our own and a few levels deep, so recursion ends.
fn clean(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let format = members.get("format").and_then(Value::as_str).unwrap_or_default();
            if format.starts_with("uint") {
                members.remove("format");
            }
            let kind = members.get("type").and_then(Value::as_array).and_then(|kinds| kinds.first()).cloned();
            if let Some(kind) = kind.filter(|_| members.get("type") != Some(&json!(["string", "number"]))) {
                members.insert("type".into(), kind);
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            if members.get("default") == Some(&Value::Null) {
                members.remove("default");
            }
            drop_null_alternative(members);
            members.values_mut().for_each(clean);
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `anyOf: [X, null]` means that the key may be left out; our readers take no `null`.
fn drop_null_alternative(members: &mut Map<String, Value>) {
    let Some(Value::Array(alternatives)) = members.get_mut("anyOf") else {
        return;
    };
    alternatives.retain(|alternative| alternative != &json!({ "type": "null" }));
    let Some(Value::Object(only)) = alternatives.first().filter(|_| alternatives.len() == 1).cloned() else {
        return;
    };
    members.remove("anyOf");
    for (key, value) in only {
        members.entry(key).or_insert(value);
    }
}
