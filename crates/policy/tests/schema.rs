//! The published schemas are those that the types generate.
#![expect(clippy::unwrap_used, reason = "a test may stop on bad input")]

use portcullis_policy::schema;
use std::path::PathBuf;

/// Compares a schema with its file; with `UPDATE_SCHEMAS=1` writes it instead.
#[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the test")]
fn fresh(name: &str, schema: &serde_json::Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas").join(name);
    let wanted = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "`schemas/{name}` is stale: run the test with UPDATE_SCHEMAS=1");
}

#[test]
fn manifest_1_1_is_fresh() {
    fresh("armor-1.1.schema.json", &schema::manifest_1_1());
}

#[test]
fn manifest_1_0_is_fresh() {
    fresh("armor-1.0.schema.json", &schema::manifest_1_0());
}

#[test]
fn operator_policy_is_fresh() {
    fresh("policy.schema.json", &schema::operator_policy());
}
