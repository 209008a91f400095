//! What loading finds in trees made for the test: pyenv, environments, packages of Node, caches of runners. Programs are
//! copies of one that is on every machine; none of them is started.

mod loading_world;

use loading_world::World;
use portcullis_sandbox::loading::{Extent, LoadingError};
use std::os::unix::fs::symlink;

#[test]
fn a_shim_of_pyenv_stands_for_the_chosen_version() {
    let world = World::new();
    world.pyenv("home/.pyenv", &["3.10.2", "3.11.9", "3.11.10"], "3.10.2\n");
    world.on_path("home/.pyenv/shims");
    for (chosen, expected) in [
        ("", "3.10.2"),
        ("3.11.9", "3.11.9"),
        ("# mine\npython-3.11.9 3.10.2", "3.11.9"),
        ("3.11", "3.11.10"),
        ("none 3.10", "3.10.2"),
        ("../../../evil 3.10", "3.10.2"),
    ] {
        if !chosen.is_empty() {
            world.write("work/.python-version", chosen);
        }
        world.write("work/inner/a.py", "");
        let loading = world.load_in("work/inner", "python3", &["a.py"]).unwrap();
        let program = world.path(&format!("home/.pyenv/versions/{expected}/bin/python3"));
        assert_eq!(loading.program, program, "{chosen}");
        assert_eq!(loading.words, [program.as_os_str(), "a.py".as_ref()], "{chosen}");
        let minor = expected.rsplit_once('.').unwrap().0;
        let tree = format!("home/.pyenv/versions/{expected}/lib/python{minor}");
        assert!(world.has(&loading, &tree, Extent::Tree), "{chosen}: {loading:?}");
        assert!(!world.shows(&loading, "home/.pyenv/version"));
    }
    world.write("work/.python-version", "9.9");
    let error = world.load_in("work", "python3", &[]).unwrap_err();
    assert_eq!((error.exit_code(), error.to_string().contains("9.9")), (127, true), "{error}");
    // `system` is what comes later in the search.
    world.write("work/.python-version", "system");
    world.program("system/bin/python3");
    world.on_path("system/bin");
    assert_eq!(world.load_in("work", "python3", &[]).unwrap().program, world.path("system/bin/python3"));
}

#[test]
fn a_shim_behind_a_first_line_is_looked_up_too() {
    let world = World::new();
    world.pyenv("home/.pyenv", &["3.11.9"], "3.11.9");
    world.on_path("home/.pyenv/shims");
    world.on_path("/usr/bin");
    world.script("work/tool", "#!/usr/bin/env python3\n");
    let loading = world.load_in("work", "./tool", &["x"]).unwrap();
    let program = world.path("home/.pyenv/versions/3.11.9/bin/python3");
    assert_eq!(loading.program, program);
    assert_eq!(loading.words, [program.as_os_str(), world.path("work/tool").as_os_str(), "x".as_ref()]);
    assert!(world.has(&loading, "work/tool", Extent::File));
}

#[test]
fn an_environment_is_a_tree_with_what_it_was_made_from() {
    let world = World::new();
    world.python("base", "3.11");
    world.environment("work/.venv", "base", "3.11");
    let loading = world.load_in("work", ".venv/bin/python", &["-m", "x"]).unwrap();
    assert_eq!(loading.program, world.path("work/.venv/bin/python"));
    assert!(world.has(&loading, "work/.venv", Extent::Tree));
    assert!(world.has(&loading, "base/lib/python3.11", Extent::Tree));
    // The program is a link out of the tree: whoever shows it has to be told.
    assert!(world.has(&loading, "work/.venv/bin/python", Extent::File));
    // Packages of the user do not count there.
    world.write("home/.local/lib/python3.11/site-packages/x.py", "");
    assert!(world.load_in("work", ".venv/bin/python", &["-m", "x"]).unwrap().variables.is_empty());
    // An environment in home itself is shown by its packages alone.
    world.environment("home", "base", "3.11");
    let loading = world.load_in("work", world.text("home/bin/python").as_str(), &[]).unwrap();
    assert!(world.has(&loading, "home/lib/python3.11", Extent::Tree), "{loading:?}");
    assert!(world.has(&loading, "home/pyvenv.cfg", Extent::File));
    assert!(!world.shows(&loading, "home/diary") && !loading.notes.is_empty());
}

#[test]
fn packages_of_the_user_come_with_their_variable() {
    let world = World::new();
    world.python("base", "3.11");
    world.write("home/.local/lib/python3.11/site-packages/tool/__init__.py", "");
    world.script("home/.local/bin/tool", &format!("#!{}\n", world.text("base/bin/python3.11")));
    world.write("home/.local/bin/other.py", "");
    world.on_path("home/.local/bin");
    let loading = world.load_in("work", "tool", &[]).unwrap();
    assert!(world.has(&loading, "home/.local/lib/python3.11/site-packages", Extent::Tree));
    assert_eq!(loading.variables, [("PYTHONUSERBASE", world.path("home/.local").into_os_string())]);
    assert!(!world.shows(&loading, "home/.local/bin/other.py"));
    let isolated = world.load_in("work", &world.text("base/bin/python3.11"), &["-I", "-m", "tool"]).unwrap();
    assert!(isolated.variables.is_empty());
}

#[test]
fn a_script_has_the_modules_beside_it() {
    let world = World::new();
    world.python("base", "3.11");
    for path in [
        "work/app/main.py",
        "work/app/near.py",
        "work/app/package/__init__.py",
        "work/app/data/x.py",
        "work/app/key.txt",
    ] {
        world.write(path, "");
    }
    let python = world.text("base/bin/python3.11");
    let loading = world.load_in("work", &python, &["-u", "-X", "dev", "app/main.py", "app/key.txt"]).unwrap();
    for (path, is_shown) in [
        ("work/app/main.py", true),
        ("work/app/near.py", true),
        ("work/app/package/__init__.py", true),
        ("work/app/data/x.py", false),
        ("work/app/key.txt", false),
    ] {
        assert_eq!(world.shows(&loading, path), is_shown, "{path}");
    }
    // Home is no folder of modules.
    world.write("home/main.py", "");
    world.write("home/near.py", "");
    let loading = world.load_in("home", &python, &["main.py"]).unwrap();
    assert!(world.shows(&loading, "home/main.py") && !world.shows(&loading, "home/near.py"));
    assert!(loading.notes.iter().any(|note| note.contains("main.py")));
    world.write("work/archive/__main__.py", "");
    let loading = world.load_in("work", &python, &["archive"]).unwrap();
    assert!(world.has(&loading, "work/archive", Extent::Tree));
}

#[test]
fn a_node_script_has_its_package_and_what_that_depends_on() {
    let world = World::new();
    world.node();
    world.package("app", r#"{"name": "app", "dependencies": {"here": "1", "above": "1", "sibling": "1"}}"#);
    world.write("app/dist/main.js", "");
    world.write("app/dist/package.json", r#"{"type": "module"}"#);
    world.package("app/node_modules/here", r#"{"name": "here"}"#);
    let loading = world.load_in("work", "node", &["--no-warnings", "../app/dist/main.js"]).unwrap();
    assert_eq!(loading.words.first().unwrap(), "node");
    assert!(world.has(&loading, "app", Extent::Tree), "{loading:?}");
    assert!(!world.shows(&loading, "node_modules"));

    // A workspace: packages above, and a link from one to another.
    let world = World::new();
    world.node();
    world.package("repo/packages/app", r#"{"name": "app", "dependencies": {"above": "1", "sibling": "1"}}"#);
    world.write("repo/packages/app/main.js", "");
    world.package("repo/packages/sibling", r#"{"name": "sibling"}"#);
    world.package("repo/node_modules/above", r#"{"name": "above"}"#);
    world.write("repo/secret.txt", "");
    symlink("../packages/sibling", world.path("repo/node_modules/sibling")).unwrap();
    let loading = world.load_in("repo/packages/app", "node", &["main"]).unwrap();
    for tree in ["repo/packages/app", "repo/node_modules", "repo/packages/sibling"] {
        assert!(world.has(&loading, tree, Extent::Tree), "{tree}: {loading:?}");
    }
    assert!(!world.shows(&loading, "repo/secret.txt"));
}

#[test]
fn a_node_script_without_a_package_is_one_file() {
    let world = World::new();
    world.node();
    for path in ["work/a.js", "work/b.js", "home/a.js", "home/diary"] {
        world.write(path, "");
    }
    let loading = world.load_in("work", "node", &["a.js"]).unwrap();
    assert!(world.has(&loading, "work/a.js", Extent::File) && !world.shows(&loading, "work/b.js"));
    // A package that home itself is said to be.
    world.write("home/package.json", r#"{"name": "home"}"#);
    let loading = world.load_in("home", "node", &["a.js"]).unwrap();
    assert!(world.shows(&loading, "home/a.js") && !world.shows(&loading, "home/diary"));
    // Node knows no file of that name: that is its to say.
    assert!(world.load_in("work", "node", &["none.js"]).is_ok());
}

#[test]
fn npx_is_what_it_fetched() {
    let world = World::new();
    world.node();
    world.npm();
    for (hash, asked, version) in [
        ("aaa", "@scope/tool", "1.0.0"),
        ("bbb", "@scope/tool@2.0.0", "2.0.0"),
        ("ccc", "@scope/tool@^1", "1.9.0"),
    ] {
        world.npx_package(
            hash,
            asked,
            "@scope/tool",
            version,
            r#"{"tool": "dist/cli.js", "other": "dist/other.js"}"#,
        );
    }
    for (words, hash, file) in [
        (&["-y", "@scope/tool", "a", "-b"][..], "aaa", "cli.js"),
        (&["--yes", "@scope/tool@2.0.0", "a", "-b"], "bbb", "cli.js"),
        (&["@scope/tool@1.9.0", "a", "-b"], "ccc", "cli.js"),
        (&["@scope/tool@^1", "a", "-b"], "ccc", "cli.js"),
        (&["-p", "@scope/tool", "other", "a", "-b"], "aaa", "other.js"),
        (&["--package=@scope/tool@2.0.0", "-y", "--", "other", "a", "-b"], "bbb", "other.js"),
    ] {
        let loading = world.load_in("work", "npx", words).unwrap();
        let file = format!("home/.npm/_npx/{hash}/node_modules/@scope/tool/dist/{file}");
        let node = world.path("bin/node");
        assert_eq!(loading.program, node, "{words:?}");
        let expected = [
            node.into_os_string(),
            "--no-warnings".into(),
            world.path(&file).into(),
            "a".into(),
            "-b".into(),
        ];
        assert_eq!(loading.words, expected, "{words:?}");
        let tree = format!("home/.npm/_npx/{hash}/node_modules");
        assert!(world.has(&loading, &tree, Extent::Tree), "{words:?}: {loading:?}");
        // Neither npm nor what else was fetched.
        assert!(!world.shows(&loading, "lib/node_modules/npm/bin/npx-cli.js"));
        assert!(!world.shows(&loading, "home/.npm/_npx/ddd"));
    }
    for words in [&["other-tool"][..], &["-y", "@scope/tool@3.0.0"], &["@scope/tool@next"]] {
        let error = world.load_in("work", "npx", words).unwrap_err();
        assert!(matches!(error, LoadingError::NotCached { .. }), "{words:?}: {error}");
        assert_eq!(error.exit_code(), 126);
        assert!(error.hint().unwrap().contains("npx --yes"), "{:?}", error.hint());
    }
    for words in
        [&["-c", "tool"][..], &["../x"], &["github:a/b"], &["--call=x"], &["-p", "a", "-p", "b", "c"]]
    {
        let error = world.load_in("work", "npx", words).unwrap_err();
        assert!(matches!(error, LoadingError::Runner { .. }), "{words:?}: {error}");
    }
}

#[test]
fn npx_takes_what_the_project_has_first() {
    let world = World::new();
    world.node();
    world.npm();
    world.npx_package("aaa", "tool", "tool", "1.0.0", r#""cli.js""#);
    world.package(
        "work/node_modules/tool",
        r#"{"name": "tool", "version": "1.0.0", "bin": {"tool": "cli.js"}}"#,
    );
    world.script("work/node_modules/tool/cli.js", "#!/usr/bin/env node\n");
    world.write("work/node_modules/.bin/tool", "");
    world.write("work/inner/x", "");
    let loading = world.load_in("work/inner", "npx", &["tool"]).unwrap();
    assert_eq!(loading.words[1], world.path("work/node_modules/tool/cli.js").as_os_str());
    let loading = world.load_in("home", "npm", &["exec", "--", "tool", "x"]).unwrap();
    assert!(loading.words.iter().any(|word| word.to_str().unwrap().contains("/_npx/aaa/")));
    assert_eq!(loading.words.last().unwrap(), "x");
}

#[test]
fn uvx_and_pipx_are_what_they_made() {
    let world = World::new();
    world.python("base", "3.11");
    for runner in ["uvx", "uv", "pipx"] {
        world.program(&format!("bin/{runner}"));
    }
    world.tool("home/.local/share/uv/tools/kept-tool", "base", "kept_tool", "1.0");
    world.tool("home/.cache/uv/archive-v0/Xyz", "base", "mcp_server_git", "2.0");
    world.tool("home/.local/share/pipx/venvs/kept-tool", "base", "kept_tool", "1.0");
    for (runner, words, root, command) in [
        ("uvx", &["kept-tool"][..], "home/.local/share/uv/tools/kept-tool", "kept-tool"),
        (
            "uv",
            &["tool", "run", "--python", "3.11", "kept-tool"],
            "home/.local/share/uv/tools/kept-tool",
            "kept-tool",
        ),
        ("uvx", &["mcp-server-git"], "home/.cache/uv/archive-v0/Xyz", "mcp-server-git"),
        (
            "uvx",
            &["--from", "mcp-server-git==2.0", "mcp-server-git"],
            "home/.cache/uv/archive-v0/Xyz",
            "mcp-server-git",
        ),
        ("uvx", &["mcp_server_git@latest"], "", ""),
        ("pipx", &["run", "kept-tool"], "home/.local/share/pipx/venvs/kept-tool", "kept-tool"),
    ] {
        let words: Vec<&str> = words.iter().copied().chain(["--flag"]).collect();
        let result = world.load_in("work", runner, &words);
        if root.is_empty() {
            // The command has the name that was typed, and there is none of that.
            assert!(matches!(result, Err(LoadingError::NotCached { .. })), "{words:?}");
            continue;
        }
        let loading = result.unwrap();
        let python = world.path(&format!("{root}/bin/python"));
        assert_eq!(loading.program, python, "{words:?}");
        let script = world.path(&format!("{root}/bin/{command}"));
        assert_eq!(loading.words, [python.into_os_string(), script.into(), "--flag".into()], "{words:?}");
        assert!(world.has(&loading, root, Extent::Tree), "{words:?}: {loading:?}");
        assert!(world.has(&loading, "base/lib/python3.11", Extent::Tree), "{words:?}");
        assert!(!world.shows(&loading, "bin/uv"));
    }
    for (runner, words) in
        [("uvx", &["mcp-server-git@9.9"][..]), ("uvx", &["nothing"]), ("pipx", &["run", "nothing"])]
    {
        let error = world.load_in("work", runner, words).unwrap_err();
        assert!(matches!(error, LoadingError::NotCached { .. }), "{words:?}: {error}");
        assert!(error.hint().unwrap().contains(words.last().unwrap()));
    }
    // Anything else that they do is their own.
    assert_eq!(world.load_in("work", "uv", &["pip", "list"]).unwrap().program, world.path("bin/uv"));
}

#[test]
fn scripts_of_scripts_end_somewhere() {
    let world = World::new();
    world.script("work/0", "#!/bin/sh\n");
    for level in 1..=5 {
        world
            .script(&format!("work/{level}"), &format!("#!{}\n", world.text(&format!("work/{}", level - 1))));
    }
    assert!(world.load_in("work", "./3", &[]).is_ok());
    let error = world.load_in("work", "./5", &[]).unwrap_err();
    assert!(matches!(error, LoadingError::TooManyInterpreters { .. }), "{error}");
    world.script("work/self", &format!("#!{}\n", world.text("work/self")));
    assert!(matches!(world.load_in("work", "./self", &[]), Err(LoadingError::TooManyInterpreters { .. })));
}

#[test]
fn a_script_that_the_shell_hands_to_python_is_started_by_python() {
    let world = World::new();
    world.python("base", "3.11");
    world.write("base/bin/near.py", "");
    let python = world.text("base/bin/python3.11");
    for (hand_over, is_known) in [
        (format!("'''exec' {python} \"$0\" \"$@\""), true),
        (format!("'''exec' \"{python}\" \"$0\" \"$@\""), true),
        ("'''exec' /none/python3 \"$0\"".to_owned(), false),
        (format!("'''exec' {} \"$0\"", world.text("home/.ssh/id_rsa")), false),
        (format!("echo {python}"), false),
    ] {
        world.script("base/bin/tool", &format!("#!/bin/sh\n{hand_over}\n' '''\n"));
        let loading = world.load_in("work", &world.text("base/bin/tool"), &["x"]).unwrap();
        assert_eq!(loading.program == world.path("base/bin/python3.11"), is_known, "{hand_over}");
        assert_eq!(world.has(&loading, "base/lib/python3.11", Extent::Tree), is_known, "{hand_over}");
        assert!(world.has(&loading, "base/bin/tool", Extent::File) && world.keeps_secrets(&loading));
        // The folder of programs is none of modules.
        assert!(!world.shows(&loading, "base/bin/near.py"));
    }
}
