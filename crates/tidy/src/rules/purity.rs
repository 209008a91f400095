//! What the code of a pure room may not name: files, sockets, clocks, the environment, processes, threads, randomness,
//! async. It looks at `use` trees, at every path (those inside macro calls too, through any renaming in the file), at
//! macros by name, and at the methods by which a path value reaches the disk. Code for tests only is left alone.

use crate::imports::{Import, Imports};
use crate::rules::PURE_ROOMS;
use crate::source::{self, Part, Source};
use crate::token::{self, Kind, Token};
use crate::{Fault, Tree};

const RULE: &str = "purity";

/// A path, below which everything is forbidden, with the reason.
const FORBIDDEN: &[(&str, &str)] = &[
    ("std::fs", "a pure room knows no file"),
    ("std::io", "a pure room takes values and returns values"),
    ("std::net", "a pure room knows no socket"),
    ("std::os", "a pure room knows no operating system"),
    ("std::env", "a pure room knows no environment"),
    ("std::process", "a pure room starts and ends no process"),
    ("std::thread", "a pure room starts no thread"),
    ("std::backtrace", "a trace reads the environment"),
    ("std::time::SystemTime", "a pure room knows no clock: take `now` as an argument"),
    ("std::time::Instant", "a pure room knows no clock: take `now` as an argument"),
    ("std::time::UNIX_EPOCH", "a pure room knows no clock: take `now` as an argument"),
    ("std::collections::HashMap", "its order is random: use `BTreeMap`"),
    ("std::collections::HashSet", "its order is random: use `BTreeSet`"),
    ("std::collections::hash_map", "its order is random: use `btree_map`"),
    ("std::collections::hash_set", "its order is random: use `btree_set`"),
    ("std::hash::RandomState", "it is random"),
    ("std::random", "it is random"),
    ("core::random", "it is random"),
    ("std::future", "a pure room is not async"),
    ("core::future", "a pure room is not async"),
    ("std::task", "a pure room is not async"),
    ("core::task", "a pure room is not async"),
    ("tokio", "a pure room is not async"),
    ("rand", "it is random"),
    ("getrandom", "it is random"),
];

/// Values inside forbidden modules that are pure all the same: addresses are numbers until someone dials them.
const PURE_VALUES: &[&str] = &[
    "std::net::AddrParseError",
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::net::SocketAddr",
    "std::net::SocketAddrV4",
    "std::net::SocketAddrV6",
];

/// Macros that read or write outside the program, or the environment of the build.
const MACROS: &[&str] =
    &["print", "println", "eprint", "eprintln", "dbg", "env", "option_env", "include", "thread_local"];

/// Methods of `std::path::Path` that ask the disk. No other type of a pure room may have a method of these names.
const PATH_METHODS: &[&str] = &[
    "canonicalize",
    "exists",
    "is_dir",
    "is_file",
    "is_symlink",
    "metadata",
    "read_dir",
    "read_link",
    "symlink_metadata",
    "try_exists",
];

/// Everything in the sources of the pure rooms that is not pure.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    source::all(tree)
        .iter()
        .filter(|source| source.room().is_some_and(|room| PURE_ROOMS.contains(&room)))
        // A build script of a pure room would run before all else with every power, so it counts too.
        .filter(|source| source.part != Part::Trial)
        .flat_map(check_source)
        .collect()
}

fn check_source(source: &Source<'_>) -> Vec<Fault> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let imports = Imports::of(&source.file);
    for import in &imports.list {
        found.extend(judge_import(import).map(|message| (import.line, message)));
    }
    for (line, path) in token::paths(&source.tokens) {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        for path in imports.resolve(&path) {
            found.extend(judge(&path).map(|message| (line, message)));
        }
    }
    for (index, token) in source.tokens.iter().enumerate() {
        found.extend(judge_word(&source.tokens, index).map(|message| (token.line, message)));
    }
    found.retain(|(line, _)| !source.is_test_line(*line));
    found.sort();
    found.dedup();
    found.into_iter().map(|(line, message)| Fault::new(source.path, line, RULE, message)).collect()
}

/// Why the word at `index` may not stand there, whatever path it is in.
fn judge_word(tokens: &[Token], index: usize) -> Option<String> {
    let word = tokens.get(index)?.word()?;
    let is_macro = tokens.get(index + 1).is_some_and(|mark| mark.is_mark('!'));
    let is_call = tokens.get(index + 1).is_some_and(|open| matches!(open.kind, Kind::Open { .. }));
    let after_dot = index.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|dot| dot.is_mark('.'));
    if is_macro && MACROS.contains(&word) {
        return Some(format!("`{word}!` is forbidden in a pure room"));
    }
    // A file from outside the room's sources, which this rule would not look at.
    let is_attribute = tokens.get(index + 1).is_some_and(|equals| equals.is_mark('='))
        && index.checked_sub(2).and_then(|at| tokens.get(at)).is_some_and(|mark| mark.is_mark('#'));
    if is_attribute && word == "path" {
        return Some("`#[path]`: the modules of a pure room are in its own folder".to_owned());
    }
    if is_call && after_dot && PATH_METHODS.contains(&word) {
        return Some(format!("`.{word}()` asks the disk: a pure room knows no file"));
    }
    matches!(word, "async" | "await").then(|| format!("`{word}`: a pure room is not async"))
}

/// Why a path may not be named, if it may not.
fn judge(path: &[String]) -> Option<String> {
    let path = canonical(path);
    let within = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    if PURE_VALUES.iter().any(|pure| within(pure)) {
        return None;
    }
    if let Some(method) =
        path.strip_prefix("std::path::Path::").or_else(|| path.strip_prefix("std::path::PathBuf::"))
        && PATH_METHODS.contains(&method)
    {
        return Some(format!("`{path}` asks the disk: a pure room knows no file"));
    }
    let (_, reason) = FORBIDDEN.iter().find(|(forbidden, _)| within(forbidden))?;
    Some(format!("`{path}`: {reason}"))
}

/// A module that contains something forbidden may not be imported whole either: under its new name, in another file,
/// what it contains could no longer be recognised.
fn judge_import(import: &Import) -> Option<String> {
    if import.is_extern_crate {
        return Some(format!("`extern crate {}`: name the crate in a path instead", import.path.join("::")));
    }
    let path = canonical(&import.path);
    let holds_forbidden = FORBIDDEN
        .iter()
        .any(|(forbidden, _)| forbidden.strip_prefix(&path).is_some_and(|rest| rest.starts_with("::")));
    let whole =
        holds_forbidden.then(|| format!("`{path}` imported whole: import the names in it one by one"));
    judge(&import.path).or(whole)
}

/// The path as it is written in [`FORBIDDEN`]: `core` and `alloc` hold parts of `std` under the same names.
fn canonical(path: &[String]) -> String {
    let joined = path.join("::");
    match joined.strip_prefix("core::net") {
        Some(rest) => format!("std::net{rest}"),
        None => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    fn faults_at(path: &str, text: &str) -> Vec<String> {
        let tree =
            Tree::of(&[("crates/policy/Cargo.toml", ""), ("crates/broker/Cargo.toml", ""), (path, text)]);
        check(&tree).into_iter().map(|fault| format!("{}: {}", fault.line, fault.message)).collect()
    }

    fn faults(text: &str) -> Vec<String> {
        faults_at("crates/policy/src/lib.rs", text)
    }

    #[track_caller]
    fn planted(text: &str) {
        assert!(!faults(text).is_empty(), "no fault found in: {text}");
    }

    #[test]
    fn every_forbidden_path_is_found_in_an_expression_and_in_an_import() {
        for (path, _) in super::FORBIDDEN {
            planted(&format!("fn f() {{ {path}::x(); }}"));
            planted(&format!("fn f() {{ ::{path}::x(); }}"));
            planted(&format!("use {path};"));
            planted(&format!("use {path}::x as y;"));
            planted(&format!("fn f() {{ use {path} as y; }}"));
        }
    }

    #[test]
    fn groups_globs_and_renamed_roots_do_not_hide_a_path() {
        planted("use std::{collections::BTreeMap, fs};");
        planted("use std::time::{Duration, SystemTime as Clock};");
        planted("use std as s; fn f() { s::fs::read(p); }");
        planted("use std as s;");
        planted("use std::*;");
        planted("pub(crate) use std::time as t;");
        planted("use std::collections::*;");
        planted("use std::{self as s};");
        planted("extern crate std as s;");
        planted("extern crate tokio;");
        planted("mod a { pub use std::time; } ");
        assert_eq!(
            faults("use std::time as t;\nuse t::Instant;\n"),
            [
                "1: `std::time` imported whole: import the names in it one by one",
                "2: `std::time::Instant`: a pure room knows no clock: take `now` as an argument",
            ]
        );
    }

    #[test]
    fn paths_inside_macro_calls_types_and_bounds_are_seen() {
        planted("fn f() -> Vec<u8> { vec![std::fs::read(p)] }");
        planted("macro_rules! m { () => { std::env::var(X) } }");
        planted("fn f(x: &mut dyn std::io::Read) {}");
        planted("struct S { t: std::time::Instant }");
        planted("fn f() { <std::net::TcpStream as T>::x(); }");
        planted("use std::net::ToSocketAddrs;");
        planted("macro_rules! m { () => { use std::{fmt, fs}; } }");
        planted("fn f() { return ::std::fs::read(p); }");
        planted("use ::std::fs;");
        planted("use std::{net::{IpAddr, TcpStream}};");
    }

    #[test]
    fn macros_methods_and_async_are_seen() {
        for name in super::MACROS {
            planted(&format!("fn f() {{ {name}!(\"x\"); }}"));
        }
        planted("fn f() { std::println!(\"x\"); }");
        for name in super::PATH_METHODS {
            planted(&format!("fn f(p: &std::path::Path) {{ p.{name}(); }}"));
            planted(&format!("use std::path::Path; fn f() {{ Path::{name}(p); }}"));
        }
        planted("#[path = \"../tests/clock.rs\"] mod clock;");
        planted("async fn f() {}");
        planted("fn f() { x.await }");
    }

    #[test]
    fn two_imports_that_name_each_other_end() {
        assert_eq!(faults("use a as b; use b as a; fn f() { a::x(); }"), [""; 0]);
    }

    #[test]
    fn pure_code_passes() {
        let text = "use std::net::{IpAddr, Ipv4Addr};\nuse std::time::Duration;\nuse std::collections::{BTreeMap, btree_map};\n\
                    use core::net::Ipv6Addr;\nfn f() { std::net::IpAddr::from([0; 4]); include_str!(\"a\"); exists(); }\n\
                    /// Reads no `std::fs`.\nstruct Environment { env: u8 }\n";
        assert_eq!(faults(text), [""; 0]);
    }

    #[test]
    fn code_for_tests_and_other_rooms_are_left_alone() {
        let text = "use std::fs;";
        assert_eq!(faults("#[cfg(test)]\nmod tests {\n use std::fs;\n}\n"), [""; 0]);
        assert_eq!(faults_at("crates/policy/tests/a.rs", text), [""; 0]);
        assert_eq!(faults_at("crates/broker/src/lib.rs", text), [""; 0]);
        let tree = Tree::of(&[
            ("crates/wire/Cargo.toml", ""),
            ("crates/wire/src/lib.rs", "#[cfg(test)]\nmod tests;\nmod a;\n"),
            ("crates/wire/src/tests.rs", text),
        ]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn what_only_looks_like_a_test_module_is_judged() {
        planted("#[cfg(not(test))]\nmod tests { use std::fs; }");
        planted("#[cfg(any(test, unix))]\nmod tests { use std::fs; }");
        assert_eq!(faults_at("crates/policy/src/tests.rs", "use std::fs;").len(), 1);
        assert_eq!(faults_at("crates/policy/build.rs", "use std::fs;").len(), 1);
    }
}
