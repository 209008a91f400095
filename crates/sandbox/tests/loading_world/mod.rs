//! A small file system with a home, a working folder and programs, made for one test.

#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses some of it")]
#![expect(clippy::unwrap_used, reason = "it is for tests alone")]

use portcullis_sandbox::loading::{Command, Extent, Loading, LoadingError, find};
use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A program that is on every machine.
const PROGRAM: &str = "/bin/true";

pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) root: PathBuf,
    search: RefCell<Vec<PathBuf>>,
}

impl World {
    /// `home`, `work` and `bin`, the last on the search path.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let world = Self { _folder: folder, root, search: RefCell::default() };
        for name in ["home", "work", "bin"] {
            fs::create_dir(world.path(name)).unwrap();
        }
        world.write("home/diary", "secret");
        world.write("home/.ssh/id_rsa", "secret");
        world.on_path("bin");
        world
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn text(&self, path: &str) -> String {
        self.path(path).into_os_string().into_string().unwrap()
    }

    pub(crate) fn on_path(&self, folder: &str) {
        self.search.borrow_mut().push(self.path(folder));
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn script(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.path(path), Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn program(&self, path: &str) {
        self.write(path, "");
        fs::copy(PROGRAM, self.path(path)).unwrap();
    }

    /// A Python of its own: program and modules.
    pub(crate) fn python(&self, prefix: &str, version: &str) {
        self.program(&format!("{prefix}/bin/python{version}"));
        symlink(format!("python{version}"), self.path(&format!("{prefix}/bin/python3"))).unwrap();
        self.write(&format!("{prefix}/lib/python{version}/os.py"), "");
    }

    /// An environment of a Python.
    pub(crate) fn environment(&self, root: &str, base: &str, version: &str) {
        let home = self.text(&format!("{base}/bin"));
        self.write(
            &format!("{root}/pyvenv.cfg"),
            &format!("home = {home}\ninclude-system-site-packages = false\n"),
        );
        self.write(&format!("{root}/lib/python{version}/site-packages/x.py"), "");
        fs::create_dir_all(self.path(&format!("{root}/bin"))).unwrap();
        symlink(format!("{home}/python{version}"), self.path(&format!("{root}/bin/python"))).unwrap();
    }

    /// An environment with one package and its command.
    pub(crate) fn tool(&self, root: &str, base: &str, package: &str, version: &str) {
        self.environment(root, base, "3.11");
        self.write(&format!("{root}/lib/python3.11/site-packages/{package}-{version}.dist-info/RECORD"), "");
        let command = package.replace('_', "-");
        self.script(
            &format!("{root}/bin/{command}"),
            "#!/bin/sh\n'''exec' \"$(dirname $0)/python\" \"$0\" \"$@\"\n' '''\n",
        );
    }

    pub(crate) fn pyenv(&self, root: &str, versions: &[&str], chosen: &str) {
        for version in versions {
            let minor = version.rsplit_once('.').unwrap().0;
            self.python(&format!("{root}/versions/{version}"), minor);
        }
        self.write(&format!("{root}/version"), chosen);
        self.script(&format!("{root}/shims/python3"), "#!/usr/bin/env bash\nexec pyenv exec \"$@\"\n");
    }

    pub(crate) fn node(&self) {
        self.program("bin/node");
    }

    pub(crate) fn npm(&self) {
        for name in ["npx", "npm"] {
            let file = format!("lib/node_modules/npm/bin/{name}-cli.js");
            self.script(&file, "#!/usr/bin/env node\n");
            symlink(format!("../{file}"), self.path(&format!("bin/{name}"))).unwrap();
        }
    }

    pub(crate) fn package(&self, folder: &str, description: &str) {
        self.write(&format!("{folder}/package.json"), description);
    }

    /// What npx leaves in its cache.
    pub(crate) fn npx_package(&self, hash: &str, asked: &str, name: &str, version: &str, commands: &str) {
        let folder = format!("home/.npm/_npx/{hash}");
        let outer = format!(
            r#"{{"dependencies": {{"{name}": "^{version}", "dep": "1"}}, "_npx": {{"packages": ["{asked}"]}}}}"#
        );
        self.package(&folder, &outer);
        let inner = format!("{folder}/node_modules/{name}");
        let description = format!(
            r#"{{"name": "{name}", "version": "{version}", "bin": {commands}, "dependencies": {{"dep": "1"}}}}"#
        );
        self.package(&inner, &description);
        self.package(&format!("{folder}/node_modules/dep"), r#"{"name": "dep"}"#);
        for file in ["cli.js", "dist/cli.js", "dist/other.js"] {
            self.script(&format!("{inner}/{file}"), "#!/usr/bin/env -S node --no-warnings\n");
        }
    }

    pub(crate) fn load_in(
        &self,
        directory: &str,
        program: &str,
        arguments: &[&str],
    ) -> Result<Loading, LoadingError> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        find(&Command {
            program: Path::new(program),
            arguments: &arguments,
            directory: &self.path(directory),
            search: &self.search.borrow(),
            home: Some(&self.path("home")),
        })
    }

    /// Whether this very part is there.
    pub(crate) fn has(&self, loading: &Loading, path: &str, extent: Extent) -> bool {
        let path = self.path(path);
        loading.parts.iter().any(|part| part.path == path && part.extent == extent)
    }

    /// Whether the parts show the path, by its name or what they lead to.
    pub(crate) fn shows(&self, loading: &Loading, path: &str) -> bool {
        let path = self.path(path);
        loading.parts.iter().any(|part| {
            let real = part.path.canonicalize().unwrap();
            [&part.path, &real].into_iter().any(|shown| match part.extent {
                Extent::File => *shown == path,
                Extent::Tree => path.starts_with(shown),
            })
        })
    }

    /// Whether nothing of what is secret in home is shown.
    pub(crate) fn keeps_secrets(&self, loading: &Loading) -> bool {
        ["home/diary", "home/.ssh/id_rsa", "home/.ssh/evil", "home/.config/token"]
            .iter()
            .all(|secret| !self.shows(loading, secret))
            && loading.parts.iter().all(|part| {
                !self.path("home").starts_with(part.path.canonicalize().unwrap())
                    || part.extent == Extent::File
            })
    }
}
