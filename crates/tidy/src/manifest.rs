//! The parts of a Cargo.toml that rules look at: which packages it depends on and what it builds. It does not resolve
//! versions or features.

use crate::Tree;
use crate::tree::line_of;
use toml::{Table, Value};

/// Why a package is depended on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be what it is: `[dependencies]` and `[build-dependencies]`.
    Use,
    /// For its tests and benches: `[dev-dependencies]`.
    Test,
}

/// One dependency, under the real name of the package whatever it is renamed to.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) package: String,
    pub(crate) purpose: Purpose,
    pub(crate) line: usize,
}

/// Reads the Cargo.toml at `path`; an error is a sentence.
pub(crate) fn read(tree: &Tree, path: &str) -> Result<Table, String> {
    let text = tree.text(path).ok_or("is missing")?;
    text.parse().map_err(|error| format!("cannot be read as TOML: {error}"))
}

/// Every dependency of the package at `path`, those for one kind of machine included.
pub(crate) fn dependencies(tree: &Tree, path: &str, table: &Table) -> Vec<Dependency> {
    let shared = read(tree, "Cargo.toml").unwrap_or_default();
    let shared = shared.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let mut sections: Vec<&Table> = vec![table];
    if let Some(Value::Table(targets)) = table.get("target") {
        sections.extend(targets.values().filter_map(Value::as_table));
    }
    let mut found = Vec::new();
    for section in sections {
        for (name, purpose) in [
            ("dependencies", Purpose::Use),
            ("build-dependencies", Purpose::Use),
            ("dev-dependencies", Purpose::Test),
        ] {
            let Some(Value::Table(list)) = section.get(name) else {
                continue;
            };
            for (key, value) in list {
                let inherited = value.get("workspace").is_some();
                let real = if inherited { shared.and_then(|shared| shared.get(key)) } else { Some(value) };
                let package =
                    real.and_then(|value| value.get("package")).and_then(Value::as_str).unwrap_or(key);
                let line = line_of(tree.text(path).unwrap_or_default(), key);
                found.push(Dependency { package: package.to_owned(), purpose, line });
            }
        }
    }
    found
}

/// The names in an array of tables such as `[[bin]]` or `[[bench]]`.
pub(crate) fn names(table: &Table, array: &str) -> Vec<String> {
    let list = table.get(array).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|entry| entry.get("name")?.as_str().map(str::to_owned)).collect()
}
