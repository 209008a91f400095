//! What loading finds on this very machine, held against what the dynamic loader itself says. Tests here start programs
//! of the system; the code under test starts none.

#![expect(clippy::unwrap_used, reason = "what the tests share is for tests alone")]

use portcullis_sandbox::loading::{Command, Extent, Loading, LoadingError, find};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "the test looks for the programs of the machine it runs on")]
fn search() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "the test looks for the runtimes of the user who runs it")]
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

fn load_in(directory: &Path, program: &str, arguments: &[&str]) -> Result<Loading, LoadingError> {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let (search, home) = (search(), home());
    let program = Path::new(program);
    find(&Command { program, arguments: &arguments, directory, search: &search, home: home.as_deref() })
}

fn load(program: &str, arguments: &[&str]) -> Loading {
    load_in(Path::new("/"), program, arguments).unwrap()
}

/// What a program of the system prints.
#[expect(clippy::disallowed_methods, reason = "the loader and the runtimes themselves are the witnesses")]
fn output(program: impl AsRef<OsStr>, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Whether the parts show a path, and what it leads to.
fn shows(loading: &Loading, path: &Path) -> bool {
    let within = |path: &Path| {
        loading.parts.iter().any(|part| match part.extent {
            Extent::File => part.path == path || part.path.canonicalize().is_ok_and(|real| real == path),
            Extent::Tree => {
                path.starts_with(&part.path)
                    || part.path.canonicalize().is_ok_and(|real| path.starts_with(real))
            }
        })
    };
    within(path) || path.canonicalize().is_ok_and(|real| within(&real))
}

/// The paths that `ldd` names.
fn named_by_ldd(program: &Path) -> Vec<PathBuf> {
    let text = output("ldd", &[program.to_str().unwrap()]);
    let words = text.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
    words.map(PathBuf::from).collect()
}

fn has(program: &str) -> bool {
    search().iter().any(|folder| folder.join(program).is_file())
}

#[test]
fn every_file_that_ldd_names_is_among_the_parts() {
    for program in ["true", "bash", "git", "perl", "python3", "node", "curl", "gcc", "ssh", "openssl"] {
        if !has(program) || !has("ldd") {
            portcullis_e2e::skip(&format!("needs {program} and ldd"));
            continue;
        }
        let loading = load(program, &[]);
        let named = named_by_ldd(&loading.program);
        assert!(!named.is_empty(), "{program}");
        for path in named {
            assert!(shows(&loading, &path), "{program}: {}", path.display());
        }
        assert!(shows(&loading, &loading.program), "{program}");
        assert_eq!(loading.missing.iter().filter(|name| name.ends_with(program)).count(), 0, "{program}");
    }
}

#[test]
fn parts_are_sorted_absolute_there_and_have_a_reason() {
    let loading = load("true", &[]);
    assert!(loading.parts.is_sorted_by_key(|part| &part.path));
    for part in &loading.parts {
        assert!(part.path.is_absolute() && part.path.exists() && !part.why.is_empty(), "{part:?}");
    }
    assert_eq!(loading.words, ["true"]);
    assert!(loading.parts.iter().any(|part| part.path == Path::new("/etc/ld.so.cache")));
    assert!(loading.variables.is_empty());
}

#[test]
fn a_shell_script_needs_its_shell_and_itself() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let script = root.join("tool");
    fs::write(&script, "#!/bin/sh -e\necho\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let loading = load_in(&root, "./tool", &["x"]).unwrap();
    assert_eq!(loading.program, script);
    assert_eq!(loading.words, ["./tool", "x"]);
    let shell = load("/bin/sh", &[]);
    let mut expected: Vec<_> = shell.parts.iter().map(|part| part.path.clone()).collect();
    expected.push(script);
    expected.sort();
    assert_eq!(loading.parts.iter().map(|part| part.path.clone()).collect::<Vec<_>>(), expected);
}

/// The files that a Python names of itself, as it is started for real.
fn python_paths(python: &Path) -> Vec<PathBuf> {
    let code = "import sys, os, _ssl, _sqlite3, ctypes, _hashlib, lzma\n\
                print(sys.executable)\n\
                [print(m.__file__) for m in list(sys.modules.values()) if getattr(m, '__file__', None)]\n\
                [print(l.split()[5]) for l in open('/proc/self/maps') if len(l.split()) > 5 and '.so' in l]";
    output(python, &["-c", code]).lines().map(PathBuf::from).collect()
}

#[test]
fn what_a_python_has_open_is_among_the_parts() {
    if !has("python3") {
        return portcullis_e2e::skip("needs python3");
    }
    for python in ["python3", "/usr/bin/python3"] {
        if python.starts_with('/') && !Path::new(python).exists() {
            continue;
        }
        let loading = load(python, &[]);
        // Even where the name was that of a shim, it is a Python that is started.
        assert!(!loading.program.parent().unwrap().ends_with("shims"));
        assert_eq!(loading.words, [loading.program.as_os_str()]);
        let paths = python_paths(&loading.program);
        assert!(paths.len() > 30, "{python}: {paths:?}");
        for path in paths {
            assert!(shows(&loading, &path), "{python}: {}", path.display());
        }
    }
}

#[test]
fn an_environment_and_what_it_was_made_from_are_found() {
    if !has("python3") {
        return portcullis_e2e::skip("needs python3");
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let base = load("python3", &[]).program;
    let environment = root.join("project/.venv");
    output(&base, &["-m", "venv", "--without-pip", environment.to_str().unwrap()]);
    let python = environment.join("bin/python");
    assert!(python.is_symlink());
    let script = environment.join("bin/tool");
    fs::write(&script, format!("#!{}\nprint(1)\n", python.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    symlink(&script, root.join("tool")).unwrap();
    for program in [&python, &script, &root.join("tool")] {
        let loading = load_in(&root, program.to_str().unwrap(), &[]).unwrap();
        assert_eq!(&loading.program, program);
        for path in python_paths(&python) {
            assert!(shows(&loading, &path), "{}: {}", program.display(), path.display());
        }
        let tree = loading.parts.iter().find(|part| part.path == environment).unwrap();
        assert_eq!(tree.extent, Extent::Tree);
        // Not what lies around the environment.
        assert!(!shows(&loading, &root.join("project/secret")));
    }
}

#[test]
fn node_and_npm_are_found_with_their_packages() {
    if !has("node") || !has("npm") {
        return portcullis_e2e::skip("needs node and npm");
    }
    let loading = load("npm", &["--version"]);
    let real = loading.program.canonicalize().unwrap();
    let package = real.parent().and_then(Path::parent).unwrap();
    assert!(shows(&loading, &real) && shows(&loading, &package.join("package.json")));
    assert!(shows(&loading, &load("node", &[]).program));
    assert!(!shows(&loading, &package.parent().unwrap().join("other")));
    // The kernel is still given the script: its first line names `env`.
    assert!(shows(&loading, Path::new("/usr/bin/env")));
}

#[test]
fn it_does_not_take_long() {
    #[expect(clippy::disallowed_methods, reason = "a test of time has to read the clock")]
    let now = std::time::Instant::now;
    // Many times what an idle machine takes: it is to fail for another order, not for noise.
    for (program, limit_ms) in [("true", 50), ("node", 100), ("python3", 3_000)] {
        if !has(program) {
            portcullis_e2e::skip(&format!("needs {program}"));
            continue;
        }
        load(program, &[]);
        let start = now();
        let loading = load(program, &[]);
        let taken = start.elapsed();
        println!("{program}: {taken:?}, {} parts", loading.parts.len());
        assert!(taken.as_millis() < limit_ms, "{program}: {taken:?}");
    }
}
