//! The search for libraries, with folders and files made for it.

use super::{Libraries, Loader, Scope, replace};
use crate::loading::LoadingError;
use crate::loading::elf::{self, forge::Forged};
use crate::loading::guard::Guard;
use crate::loading::parts::Parts;
use crate::loading::paths::open_regular;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let place = Self { _folder: folder, root };
        place.add("lib/ld.so.2", &Forged { soname: "ld.so.2", ..Forged::default() });
        place
    }

    fn add(&self, path: &str, forged: &Forged<'_>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, forged.bytes()).unwrap();
    }

    /// Names of parts relative to the place, and missing names.
    fn find(&self, program: &Forged<'_>) -> Result<(Vec<String>, Vec<String>), LoadingError> {
        let loader = self.root.join("lib/ld.so.2");
        let interpreter =
            if program.interpreter.is_empty() { loader.to_str().unwrap() } else { program.interpreter };
        let program = Forged { interpreter, ..*program };
        self.add("bin/program", &program);
        let path = self.root.join("bin/program");
        let elf = elf::read(&open_regular(&path).unwrap()).unwrap();
        let guard = Guard::new(Some(&self.root.join("home")));
        let mut libraries = Libraries::new(&guard, &self.root);
        let mut parts = Parts::default();
        libraries.program(&mut parts, &path, &path, &elf)?;
        let parts = parts.into_sorted().into_iter().filter_map(|part| {
            let path = part.path.strip_prefix(&self.root).ok()?;
            Some(path.to_str().unwrap().to_owned()).filter(|path| path != "lib/ld.so.2")
        });
        let (missing, _) = libraries.into_missing();
        let missing = missing.into_iter().map(|name| name.split_once(',').unwrap().0.to_owned());
        Ok((parts.collect(), missing.collect()))
    }

    fn check(&self, program: &Forged<'_>, parts: &[&str], missing: &[&str]) {
        let found = self.find(program).unwrap();
        assert_eq!(
            found,
            (
                parts.iter().map(ToString::to_string).collect(),
                missing.iter().map(ToString::to_string).collect()
            )
        );
    }
}

const PLAIN: Forged<'_> =
    Forged { fixed: false, interpreter: "", needed: &[], soname: "", rpath: "", runpath: "", machine: None };

#[test]
fn search_paths_hold_as_the_loader_has_it() {
    let place = Place::new();
    place.add("own/liba.so", &Forged { needed: &["libb.so"], ..PLAIN });
    place.add("own/libb.so", &PLAIN);
    // The new search path is for the file's own libraries, the old one for theirs too.
    place.check(
        &Forged { needed: &["liba.so"], runpath: "$ORIGIN/../own", ..PLAIN },
        &["own/liba.so"],
        &["libb.so"],
    );
    place.check(
        &Forged { needed: &["liba.so"], rpath: "${ORIGIN}/../own", ..PLAIN },
        &["own/liba.so", "own/libb.so"],
        &[],
    );
    // Once there is a new one the old one is nothing.
    let both = Forged { needed: &["liba.so"], rpath: "$ORIGIN/../own", runpath: "/none", ..PLAIN };
    place.check(&both, &[], &["liba.so"]);
    // Names with a slash are paths, and `$LIB` is one of several.
    place.check(&Forged { needed: &["$ORIGIN/../own/libb.so"], ..PLAIN }, &["own/libb.so"], &[]);
    place.add("x/lib64/libc.so", &PLAIN);
    place.check(
        &Forged { needed: &["libc.so"], runpath: "$ORIGIN/../x/$LIB", ..PLAIN },
        &["x/lib64/libc.so"],
        &[],
    );
}

#[test]
fn what_is_loaded_is_not_looked_for_again() {
    let place = Place::new();
    place.add(
        "own/liba.so",
        &Forged { needed: &["ld.so.2", "libb.so", "liba.so"], runpath: "$ORIGIN", ..PLAIN },
    );
    place.add("own/libb.so", &Forged { needed: &["liba.so"], ..PLAIN });
    place.check(
        &Forged { needed: &["liba.so"], runpath: "$ORIGIN/../own", ..PLAIN },
        &["own/liba.so", "own/libb.so"],
        &[],
    );
}

#[test]
fn variants_for_processors_come_along() {
    let place = Place::new();
    for path in ["own/liba.so", "own/glibc-hwcaps/x86-64-v3/liba.so"] {
        place.add(path, &PLAIN);
    }
    place.check(
        &Forged { needed: &["liba.so"], runpath: "$ORIGIN/../own", ..PLAIN },
        &["own/glibc-hwcaps/x86-64-v3/liba.so", "own/liba.so"],
        &[],
    );
}

#[test]
fn only_libraries_become_parts_whatever_a_header_names() {
    let place = Place::new();
    let keys = place.root.join("home/.ssh");
    fs::create_dir_all(&keys).unwrap();
    fs::write(keys.join("id_rsa"), "secret").unwrap();
    fs::create_dir_all(place.root.join("home/notes")).unwrap();
    fs::write(place.root.join("home/notes/diary"), "secret").unwrap();
    // A library that lies among keys is not shown either.
    place.add("home/.ssh/libkey.so", &PLAIN);
    place.add("other/libother.so", &Forged { machine: Some(8), ..PLAIN });
    place.add("other/program", &Forged { fixed: true, ..PLAIN });
    symlink(keys.join("id_rsa"), place.root.join("other/liblink.so")).unwrap();
    symlink(keys.join("libkey.so"), place.root.join("other/libkeylink.so")).unwrap();
    let rpath = format!(
        "{}:{}:{}",
        keys.display(),
        place.root.join("home/notes").display(),
        place.root.join("other").display()
    );
    let path = keys.join("id_rsa");
    let needed = [
        "id_rsa",
        "diary",
        "libkey.so",
        "libother.so",
        "program",
        "liblink.so",
        "libkeylink.so",
        path.to_str().unwrap(),
        "../home/notes/diary",
        "/etc/passwd",
        "/dev/zero",
        "/proc/self/exe",
    ];
    let (parts, missing) = place.find(&Forged { needed: &needed, rpath: &rpath, ..PLAIN }).unwrap();
    assert_eq!(parts, [""; 0]);
    assert_eq!(missing.len(), needed.len());
}

#[test]
fn a_loader_is_a_library_for_this_machine_too() {
    let place = Place::new();
    let key = place.root.join("home/.ssh/id_rsa");
    fs::create_dir_all(key.parent().unwrap()).unwrap();
    fs::write(&key, "secret").unwrap();
    for (interpreter, text) in [
        (key.to_str().unwrap(), "is no dynamic loader"),
        ("/etc/passwd", "is no dynamic loader"),
        ("/none/ld.so", "is not there"),
    ] {
        let error = place.find(&Forged { interpreter, ..PLAIN }).unwrap_err();
        assert_eq!(error.exit_code(), 126);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn a_chain_without_end_is_cut() {
    let place = Place::new();
    for index in 0..600 {
        let name = format!("own/lib{index}.so");
        let next = format!("lib{}.so", index + 1);
        place.add(&name, &Forged { needed: &[&next], ..PLAIN });
    }
    let (parts, _) = place.find(&Forged { needed: &["lib0.so"], rpath: "$ORIGIN/../own", ..PLAIN }).unwrap();
    assert!((500..=513).contains(&parts.len()), "{}", parts.len());
}

#[test]
fn musl_has_its_own_folders_and_is_its_own_library() {
    let place = Place::new();
    place.add("lib/ld-musl-x86_64.so.1", &PLAIN);
    place.add("own/liba.so", &Forged { needed: &["libb.so", "libc.musl-x86_64.so.1"], ..PLAIN });
    place.add("own/libb.so", &PLAIN);
    let loader = place.root.join("lib/ld-musl-x86_64.so.1");
    let interpreter = loader.to_str().unwrap();
    place.check(
        &Forged { interpreter, needed: &["liba.so", "libc.so"], runpath: "$ORIGIN/../own", ..PLAIN },
        &["lib/ld-musl-x86_64.so.1", "own/liba.so", "own/libb.so"],
        &[],
    );
}

#[test]
fn modules_are_looked_for_in_their_own_and_their_programs_folders() {
    let place = Place::new();
    place.add("own/liba.so", &PLAIN);
    place.add("own/libb.so", &PLAIN);
    let module = Forged { needed: &["liba.so", "libb.so"], runpath: "$ORIGIN/../own", ..PLAIN };
    place.add("modules/_m.so", &module);
    let guard = Guard::new(None);
    let mut libraries = Libraries::new(&guard, Path::new("/"));
    let mut parts = Parts::default();
    let scope = Scope {
        loader: Loader::Glibc,
        names: ["liba.so".into()].into(),
        inherited: [].into(),
        folders: [].into(),
        c_library: None,
    };
    libraries.module(&mut parts, &place.root.join("modules/_m.so"), &scope);
    libraries.module(&mut parts, &place.root.join("modules/none.so"), &scope);
    let paths: Vec<_> = parts.into_sorted().into_iter().map(|part| part.path).collect();
    assert_eq!(paths, [place.root.join("own/libb.so")]);
}

#[test]
fn words_in_search_paths_are_replaced_whole() {
    for (text, expected) in [
        ("$ORIGIN/x", "/o/x"),
        ("${ORIGIN}x", "/ox"),
        ("$ORIGINAL/x", "$ORIGINAL/x"),
        ("a$", "a$"),
        ("${ORIGIN", "${ORIGIN"),
    ] {
        assert_eq!(replace(text.as_bytes(), "ORIGIN", b"/o"), expected.as_bytes(), "{text}");
    }
}
