//! Tools that lie about themselves: what they name in headers, first lines, settings and descriptions must not become
//! visible to them unless it is of the kind that belongs there. The secrets are decoys made for the test.

mod loading_world;

use loading_world::World;
use portcullis_sandbox::loading::{Extent, LoadingError};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

#[test]
fn a_first_line_cannot_name_a_secret() {
    let world = World::new();
    for (name, mode) in [("plain", 0o644), ("executable", 0o755)] {
        world.write(&format!("home/.ssh/{name}"), "secret");
        world.write(&format!("home/{name}"), "secret");
        for place in ["home/.ssh", "home"] {
            fs::set_permissions(world.path(&format!("{place}/{name}")), Permissions::from_mode(mode))
                .unwrap();
            world.script("work/tool", &format!("#!{}\n", world.text(&format!("{place}/{name}"))));
            let error = world.load_in("work", "./tool", &[]).unwrap_err();
            assert_eq!(error.exit_code(), 126, "{place}/{name}: {error}");
        }
    }
    // Not even a script that lies among keys.
    world.script("home/.ssh/evil", "#!/bin/sh\n");
    world.script("work/tool", &format!("#!{}\n", world.text("home/.ssh/evil")));
    let error = world.load_in("work", "./tool", &[]).unwrap_err();
    assert!(matches!(error, LoadingError::Private { .. }), "{error}");
    symlink(world.path("home/.ssh/evil"), world.path("work/link")).unwrap();
    world.script("work/tool", "#!./link\n");
    let error = world.load_in("work", "./tool", &[]).unwrap_err();
    assert!(matches!(error, LoadingError::Private { .. }), "{error}");
    let error = world.load_in("work", "./link", &[]).unwrap_err();
    assert!(matches!(error, LoadingError::Private { .. }), "{error}");
}

#[test]
fn env_in_a_first_line_cannot_name_a_secret() {
    let world = World::new();
    world.script("home/.ssh/evil", "#!/bin/sh\n");
    for name in ["home/.ssh/id_rsa", "home/.ssh/evil", "home/diary"] {
        world.script("work/tool", &format!("#!/usr/bin/env {}\n", world.text(name)));
        assert_eq!(world.load_in("work", "./tool", &[]).unwrap_err().exit_code(), 126, "{name}");
    }
}

#[test]
fn settings_of_an_environment_cannot_name_a_secret() {
    let world = World::new();
    world.python("base", "3.11");
    world.environment("work/.venv", "base", "3.11");
    world.write("home/.config/token", "secret");
    world.write("home/.config/lib/python3.11/os.py", "");
    world.write("home/lib/python3.11/notes", "secret");
    for home in ["home/.ssh", "home/.config", "home/.config/bin", "home", "home/bin", ""] {
        let text = format!("home = {}\n", world.text(home));
        world.write("work/.venv/pyvenv.cfg", &text);
        let loading = world.load_in("work", ".venv/bin/python", &[]).unwrap();
        assert!(world.keeps_secrets(&loading), "{home}: {loading:?}");
        assert!(!world.shows(&loading, "home/lib/python3.11/notes"), "{home}");
        assert!(world.has(&loading, "base/lib/python3.11", Extent::Tree), "{home}");
    }
    // The environment itself may be a link to something else.
    world.write("home/.config/pyvenv.cfg", "home = /usr/bin\n");
    world.write("home/.config/lib/python3.11/site-packages/x", "");
    fs::remove_dir_all(world.path("work/.venv/lib")).unwrap();
    symlink(world.path("home/.config/lib"), world.path("work/.venv/lib")).unwrap();
    let loading = world.load_in("work", ".venv/bin/python", &[]).unwrap();
    assert!(world.keeps_secrets(&loading), "{loading:?}");
    symlink(world.path("home/.config"), world.path("work/linked")).unwrap();
    world.program("home/.config/bin/python");
    assert!(matches!(world.load_in("work", "linked/bin/python", &[]), Err(LoadingError::Private { .. })));
}

#[test]
fn lists_of_folders_in_packages_are_not_followed() {
    let world = World::new();
    world.python("base", "3.11");
    world.environment("work/.venv", "base", "3.11");
    let site = "work/.venv/lib/python3.11/site-packages";
    world.write(&format!("{site}/evil.pth"), &format!("{}\n/etc\n", world.text("home")));
    world.write(&format!("{site}/evil.egg-link"), &world.text("home"));
    symlink(world.path("home/.ssh/id_rsa"), world.path(&format!("{site}/evil.so"))).unwrap();
    symlink(world.path("home"), world.path(&format!("{site}/package"))).unwrap();
    let loading = world.load_in("work", ".venv/bin/python", &[]).unwrap();
    assert!(world.keeps_secrets(&loading), "{loading:?}");
    assert!(loading.parts.iter().all(|part| part.path.file_name().unwrap() != "evil.so"), "{loading:?}");
}

#[test]
fn a_description_of_a_package_cannot_name_a_secret() {
    let world = World::new();
    world.node();
    world.npm();
    for bin in [
        "../../../../../.ssh/id_rsa",
        "/etc/passwd",
        "link.js",
        "../../../../../diary",
        "dist/../../../../../../.ssh/id_rsa",
    ] {
        world.npx_package("aaa", "tool", "tool", "1.0.0", &format!("\"{bin}\""));
        let link = world.path("home/.npm/_npx/aaa/node_modules/tool/link.js");
        let _ = fs::remove_file(&link);
        symlink(world.path("home/.ssh/id_rsa"), &link).unwrap();
        let error = world.load_in("work", "npx", &["tool"]).unwrap_err();
        assert!(matches!(error, LoadingError::Package { .. }), "{bin}: {error}");
        assert_eq!(error.exit_code(), 126);
    }
    // Neither do dependencies, nor the main file, nor links between packages.
    world.package(
        "work/app",
        r#"{"name": "app", "main": "../../home/diary", "dependencies": {"../../../home": "1", "link": "1"}}"#,
    );
    world.write("work/app/index.js", "");
    world.package("home", r#"{"name": "link"}"#);
    world.package("home/private", r#"{"name": "link"}"#);
    world.write("home/private/diary", "");
    fs::create_dir_all(world.path("work/node_modules")).unwrap();
    for target in ["home", "home/private", "home/.ssh"] {
        let link = world.path("work/node_modules/link");
        let _ = fs::remove_file(&link);
        symlink(world.path(target), &link).unwrap();
        let loading = world.load_in("work", "node", &["app"]).unwrap();
        assert!(world.keeps_secrets(&loading), "{target}: {loading:?}");
        assert!(!world.shows(&loading, "home/private/diary"), "{target}");
        assert!(world.has(&loading, "work/app", Extent::Tree));
    }
}

#[test]
fn the_package_itself_may_be_a_link_to_a_secret() {
    let world = World::new();
    world.node();
    world.npm();
    world.npx_package("aaa", "tool", "tool", "1.0.0", r#""cli.js""#);
    let package = world.path("home/.npm/_npx/aaa/node_modules/tool");
    fs::remove_dir_all(&package).unwrap();
    world.package("home/.ssh", r#"{"name": "tool", "version": "1.0.0", "bin": "id_rsa"}"#);
    symlink(world.path("home/.ssh"), &package).unwrap();
    let result = world.load_in("work", "npx", &["tool"]);
    assert!(matches!(result, Err(LoadingError::Package { .. })), "{result:?}");
    symlink(world.path("home/.ssh/id_rsa"), world.path("work/a.js")).unwrap();
    let loading = world.load_in("work", "node", &["a.js"]).unwrap();
    assert!(world.keeps_secrets(&loading), "{loading:?}");
}

#[test]
fn words_on_the_command_line_do_not_open_secrets() {
    let world = World::new();
    world.node();
    world.python("base", "3.11");
    let python = world.text("base/bin/python3.11");
    for word in [".ssh/id_rsa", ".ssh", "/", "..", ".", "/proc/self/environ", "/dev/zero"] {
        for words in [&[word][..], &["-r", word, "x"]] {
            let loading = world.load_in("home", "node", words).unwrap();
            assert!(world.keeps_secrets(&loading), "node {words:?}: {loading:?}");
        }
        let loading = world.load_in("home", &python, &[word]).unwrap();
        assert!(world.keeps_secrets(&loading), "python {word}: {loading:?}");
    }
}

#[test]
fn files_of_other_kinds_are_told_by_name() {
    let world = World::new();
    for (text, code, message) in [
        ("plain text\n", 126, "is of an unknown format"),
        ("", 126, "is of an unknown format"),
        ("#!\n", 126, "is of an unknown format"),
        ("#!/none/sh\n", 126, "needs the interpreter `/none/sh`, which is not there"),
        (
            "#!/usr/bin/env no-such-program\n",
            126,
            "needs the interpreter `no-such-program`, which is not there",
        ),
        ("#!/etc\n", 126, "which is a folder"),
        ("#!/etc/passwd\n", 126, "which is not executable"),
        ("\x7fELF", 126, "is damaged"),
    ] {
        world.script("work/tool", text);
        let error = world.load_in("work", "./tool", &[]).unwrap_err();
        assert_eq!(error.exit_code(), code, "{text}");
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(error.hint().is_some(), "{text}");
    }
}

#[test]
fn links_beside_a_script_do_not_lead_out() {
    let world = World::new();
    world.python("base", "3.11");
    world.write("work/app/main.py", "");
    world.write("work/app/near.py", "");
    world.write("home/project/__init__.py", "");
    symlink(world.path("home/diary"), world.path("work/app/evil.py")).unwrap();
    symlink(world.path("home/project"), world.path("work/app/package")).unwrap();
    symlink("near.py", world.path("work/app/alias.py")).unwrap();
    let loading = world.load_in("work", &world.text("base/bin/python3.11"), &["app/main.py"]).unwrap();
    assert!(
        world.keeps_secrets(&loading) && !world.shows(&loading, "home/project/__init__.py"),
        "{loading:?}"
    );
    assert!(world.has(&loading, "work/app/alias.py", Extent::File));
}

#[test]
fn a_folder_of_packages_is_no_link_to_projects() {
    let world = World::new();
    world.node();
    world.package("home/code/other", r#"{"name": "other"}"#);
    world.package("home/code/evil", r#"{"name": "evil", "dependencies": {"other": "1"}}"#);
    world.write("home/code/evil/main.js", "");
    symlink("..", world.path("home/code/evil/node_modules")).unwrap();
    let loading = world.load_in("home/code/evil", "node", &["main.js"]).unwrap();
    assert!(world.has(&loading, "home/code/evil", Extent::Tree));
    assert!(!world.shows(&loading, "home/code/other/package.json"), "{loading:?}");
}

#[test]
fn a_first_line_cannot_make_somebody_elses_program_visible() {
    let world = World::new();
    world.node();
    world.npm();
    world.python("base", "3.11");
    world.on_path("base/bin");
    world.package("home/code/private", r#"{"name": "private"}"#);
    for file in ["index.js", "main.py", "key.py"] {
        world.write(&format!("home/code/private/{file}"), "");
    }
    world.write("work/near.js", "");
    let private = world.text("home/code/private");
    for line in [
        format!("#!/usr/bin/env -S node -r ./near.js {private}/index.js"),
        format!("#!/usr/bin/env -S node --import={private}/index.js"),
        format!("#!{} {private}/index.js", world.text("bin/node")),
        format!("#!/usr/bin/env -S PYTHONPATH=. python3 {private}/main.py"),
        format!("#!{} {private}/main.py", world.text("base/bin/python3")),
    ] {
        world.script("work/tool", &format!("{line}\n"));
        let loading = world.load_in("work", "./tool", &[]).unwrap();
        for file in ["index.js", "main.py", "key.py"] {
            assert!(!world.shows(&loading, &format!("home/code/private/{file}")), "{line}: {loading:?}");
        }
        assert!(world.has(&loading, "work/tool", Extent::File));
    }
    // The same in a package that npx starts.
    world.npx_package("aaa", "tool", "tool", "1.0.0", r#""cli.js""#);
    let line = format!("#!/usr/bin/env -S node -r {private}/index.js\n");
    world.script("home/.npm/_npx/aaa/node_modules/tool/cli.js", &line);
    let loading = world.load_in("work", "npx", &["tool"]).unwrap();
    assert!(!world.shows(&loading, "home/code/private/index.js"), "{loading:?}");
    assert!(world.shows(&loading, "home/.npm/_npx/aaa/node_modules/tool/cli.js"));
}
