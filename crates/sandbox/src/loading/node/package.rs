//! A package of Node as its `package.json` describes it. The package wrote that itself: a path in it counts only if it
//! stays in the package, by name and by link, and a name only if it is one.

use crate::loading::guard::Guard;
use crate::loading::paths::{clean, is_downward, is_one_name, read_whole};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A `package.json` is no longer than this.
const MAX_DESCRIPTION_LEN: usize = 1 << 20;
const MAX_DEPENDENCIES: usize = 10_000;

/// The parts of a `package.json` that loading needs.
#[derive(Debug, Default)]
pub(in crate::loading) struct Description {
    pub(in crate::loading) name: Option<String>,
    pub(in crate::loading) version: Option<String>,
    /// Names of packages, those that may be missing too.
    pub(in crate::loading) dependencies: BTreeSet<String>,
    /// Commands and their files, as written.
    pub(in crate::loading) commands: Vec<(String, String)>,
    /// What `npx` was asked for when it made the folder.
    pub(in crate::loading) asked: Vec<String>,
    main: Option<String>,
}

impl Description {
    /// Reads that of the package in `folder`. None if there is none that can be read.
    pub(in crate::loading) fn read(folder: &Path) -> Option<Self> {
        let bytes = read_whole(&folder.join("package.json"), MAX_DESCRIPTION_LEN)?;
        let object = parse(&bytes)?;
        let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("name").filter(|name| is_package_name(name));
        let lists = ["dependencies", "optionalDependencies", "peerDependencies"];
        let names = lists.iter().filter_map(|list| object.get(*list)?.as_object()).flat_map(Map::keys);
        let dependencies =
            names.filter(|name| is_package_name(name)).take(MAX_DEPENDENCIES).cloned().collect();
        let commands = match object.get("bin") {
            Some(Value::String(path)) => {
                name.iter().map(|name| (short_name(name).to_owned(), path.clone())).collect()
            }
            Some(Value::Object(commands)) => {
                let pairs = commands
                    .iter()
                    .filter_map(|(name, path)| Some((name.clone(), path.as_str()?.to_owned())));
                pairs.collect()
            }
            _ => Vec::new(),
        };
        let asked = object.get("_npx").and_then(|npx| npx.get("packages")?.as_array()).into_iter().flatten();
        let asked = asked.filter_map(|asked| asked.as_str().map(str::to_owned)).collect();
        Some(Self { name, version: text("version"), dependencies, commands, asked, main: text("main") })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "npm reads its own files this way; the answer grants nothing beyond what each use of it checks"
)]
fn parse(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// Whether it is `name` or `@scope/name`: what can be a folder below `node_modules`, and nothing else.
pub(in crate::loading) fn is_package_name(name: &str) -> bool {
    let is_part = |part: &str| is_one_name(part) && !part.starts_with('.') && !part.contains(['\\', '\0']);
    match name.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| is_part(scope) && is_part(name)),
        None => is_part(name),
    }
}

/// The name without its scope.
pub(in crate::loading) fn short_name(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, name)| name)
}

/// A file of the package by a path out of its description. None if it is not there, or not in the package.
pub(in crate::loading) fn file_in(guard: &Guard, package: &Path, path: &str) -> Option<PathBuf> {
    let file = clean(&package.join(Path::new(path)));
    let root = guard.file(package).ok()?;
    let is_in = is_downward(Path::new(path)) && guard.file(&file).is_ok_and(|real| real.starts_with(root));
    (is_in && file.is_file()).then_some(file)
}

/// The file that Node runs for a path: the file, with an ending added, or the main file of a package.
pub(in crate::loading) fn entry_of(guard: &Guard, path: &Path) -> Option<PathBuf> {
    if path.is_file() {
        return Some(path.to_owned());
    }
    let with_ending = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        Some(PathBuf::from(name)).filter(|path| path.is_file())
    };
    if let Some(found) = [".js", ".json", ".node"].iter().find_map(|ending| with_ending(path, ending)) {
        return Some(found);
    }
    if !path.is_dir() {
        return None;
    }
    let main = Description::read(path).and_then(|description| description.main);
    let mains = main.iter().flat_map(|main| {
        ["", ".js", ".json", ".node", "/index.js", "/index.json"].map(|ending| format!("{main}{ending}"))
    });
    mains.chain(["index.js".into(), "index.json".into()]).find_map(|name| file_in(guard, path, &name))
}

#[cfg(test)]
mod tests {
    use super::{Description, entry_of, file_in, is_package_name};
    use crate::loading::guard::Guard;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn package(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("package.json"), text).unwrap();
        folder
    }

    #[test]
    fn names_are_folders_below_node_modules_and_nothing_else() {
        for name in ["a", "@a/b", "a.b", "left-pad"] {
            assert!(is_package_name(name), "{name}");
        }
        for name in ["", ".", "..", "../a", "a/b", "@a", "@a/..", "@../b", "/a", "@a/b/c", ".bin", "a\\b"] {
            assert!(!is_package_name(name), "{name}");
        }
    }

    #[test]
    fn a_description_is_read_and_its_faults_are_dropped() {
        let folder = package(
            r#"{"name": "@s/tool", "version": "1.2.3", "bin": "cli.js",
                "dependencies": {"a": "1", "../b": "1"}, "peerDependencies": {"c": 1}, "_npx": {"packages": ["x", 1]}}"#,
        );
        let description = Description::read(folder.path()).unwrap();
        assert_eq!(description.commands, [("tool".into(), "cli.js".into())]);
        assert_eq!(description.dependencies.into_iter().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(description.asked, ["x"]);
        for text in ["", "[]", "{", "null", r#"{"name": 1, "bin": 2, "dependencies": []}"#] {
            let described = Description::read(package(text).path());
            assert!(described.is_none_or(|description| description.name.is_none()), "{text}");
        }
        let long = format!(r#"{{"name": "a", "x": "{}"}}"#, "x".repeat(1 << 20));
        assert!(Description::read(package(&long).path()).is_none());
    }

    #[test]
    fn files_stay_in_their_package() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("package");
        fs::create_dir_all(root.join("lib")).unwrap();
        fs::write(folder.path().join("key"), "secret").unwrap();
        for file in ["lib/index.js", "cli.js"] {
            fs::write(root.join(file), "").unwrap();
        }
        symlink("../key", root.join("link.js")).unwrap();
        let guard = Guard::new(None);
        for (path, is_in) in [
            ("cli.js", true),
            ("./cli.js", true),
            ("lib/index.js", true),
            ("../key", false),
            ("lib/../../key", false),
            ("link.js", false),
            ("/etc/passwd", false),
            ("lib", false),
            ("", false),
        ] {
            assert_eq!(file_in(&guard, &root, path).is_some(), is_in, "{path}");
        }
        for (main, expected) in
            [("lib", Some("lib/index.js")), ("cli", Some("cli.js")), ("../key", None), ("link.js", None)]
        {
            fs::write(root.join("package.json"), format!(r#"{{"main": "{main}"}}"#)).unwrap();
            assert_eq!(entry_of(&guard, &root), expected.map(|path| root.join(path)), "{main}");
        }
        assert_eq!(entry_of(&guard, &root.join("cli")), Some(root.join("cli.js")));
        assert_eq!(entry_of(&guard, Path::new("/none")), None);
    }
}
