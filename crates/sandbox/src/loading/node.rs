//! What a Node needs beyond its libraries: the script, the package it belongs to, and the folders of packages that Node
//! would look in for what that package depends on. What the script reads besides is for the manifest to say.

mod arguments;
pub(super) mod package;

use super::chain::{Finds, Run, Surroundings};
use super::error::shown;
use super::libraries::Scope;
use super::modules;
use super::paths::absolute;
use package::{Description, entry_of};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Folders above a script that are looked at.
const MAX_ABOVE: usize = 40;

/// Whether the program is Node, by its name.
pub(super) fn is_node(named: &Path, real: &Path) -> bool {
    [named, real].into_iter().any(|path| path.file_name().is_some_and(is_node_name))
}

/// `node` and `nodejs`.
pub(super) fn is_node_name(name: &OsStr) -> bool {
    name == "node" || name == "nodejs"
}

/// Adds everything.
pub(super) fn add(around: &Surroundings<'_>, finds: &mut Finds<'_>, run: &Run, scope: Option<&Scope>) {
    for path in ["/etc/ssl/openssl.cnf", "/usr/lib/ssl/openssl.cnf"] {
        finds.file(around.guard, Path::new(path), || "settings of OpenSSL".into());
    }
    let mut trees = Vec::new();
    for script in arguments::scripts(run.arguments()) {
        let typed = absolute(around.command.directory, Path::new(&script));
        if run.may_name(&typed) {
            trees.extend(add_script(around, finds, &typed));
        }
    }
    finds.modules(&trees, modules::Kind::Node, scope);
}

/// Adds a script and what it is a part of. Returns the trees.
fn add_script(around: &Surroundings<'_>, finds: &mut Finds<'_>, typed: &Path) -> Vec<PathBuf> {
    let guard = around.guard;
    let Some(script) = entry_of(guard, typed) else {
        return Vec::new();
    };
    let why = || format!("script {}", shown(typed));
    if !finds.file(guard, &script, why) {
        return Vec::new();
    }
    // Node looks from where the file itself is.
    let Ok(real) = guard.file(&script) else {
        return Vec::new();
    };
    let Some((root, description)) = package_of(&real) else {
        return Vec::new();
    };
    let mut trees = Vec::new();
    if finds.tree(guard, &root, || format!("package of {}", shown(typed))) {
        trees.push(root.clone());
    }
    for found in folders_of_packages(around, &root, &description) {
        if finds.tree(guard, &found, || format!("packages that {} depends on", shown(typed))) {
            trees.push(found);
        }
    }
    trees
}

/// The package that a file belongs to: the nearest folder with a `package.json` that has a name. One without only tells
/// the kind of the files below, and counts if there is no other.
fn package_of(script: &Path) -> Option<(PathBuf, Description)> {
    let above = script.ancestors().skip(1).take(MAX_ABOVE);
    let mut found: Option<(PathBuf, Description)> = None;
    for folder in above {
        // A folder of packages belongs to none of them.
        if folder.file_name() == Some(OsStr::new("node_modules")) {
            break;
        }
        let Some(description) = Description::read(folder) else { continue };
        let is_named = description.name.is_some();
        if is_named || found.is_none() {
            found = Some((folder.to_owned(), description));
        }
        if is_named {
            break;
        }
    }
    found
}

/// Folders of packages outside of the package itself: those that hold what it depends on and nothing nearer does.
fn folders_of_packages(around: &Surroundings<'_>, root: &Path, description: &Description) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    // pnpm keeps all packages in one folder, and links between them.
    let store =
        root.ancestors().take(MAX_ABOVE).find(|folder| folder.file_name() == Some(OsStr::new(".pnpm")));
    folders.extend(store.map(Path::to_owned));
    let mut wanted: Vec<&str> = description.dependencies.iter().map(String::as_str).collect();
    for above in root.ancestors().take(MAX_ABOVE) {
        if above.file_name() == Some(OsStr::new("node_modules")) {
            continue;
        }
        let packages = above.join("node_modules");
        let (here, elsewhere): (Vec<&str>, Vec<&str>) =
            wanted.into_iter().partition(|name| packages.join(name).join("package.json").is_file());
        wanted = elsewhere;
        if here.is_empty() {
            continue;
        }
        // A link to a folder of another name is no folder of packages: the packages in it are somebody's projects.
        let real = around.guard.tree(&packages);
        if !real.is_ok_and(|real| real.file_name() == Some(OsStr::new("node_modules"))) {
            continue;
        }
        let links = here.iter().filter_map(|name| linked(around, above, &packages.join(name), name));
        folders.extend(links.collect::<Vec<_>>());
        // What lies in the package is shown with it, unless that was too wide.
        folders.push(packages);
    }
    folders
}

/// Where a package is, if that is a link: workspaces link to each other. It counts only below the folder that its link
/// is for, and only if it is what its name says.
fn linked(around: &Surroundings<'_>, above: &Path, package: &Path, name: &str) -> Option<PathBuf> {
    let real = around.guard.tree(package).ok()?;
    let is_outside = package.is_symlink() && !real.starts_with(package.parent()?) && real.starts_with(above);
    let is_it = is_outside && Description::read(&real)?.name.as_deref() == Some(name);
    is_it.then_some(real)
}
