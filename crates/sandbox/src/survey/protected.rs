//! Names that make other programs run code or trust somebody: in what may be written they are only to be read, unless a manifest
//! names them exactly.
//!
//! They are looked for at the start: in each writable folder, and some way below it. What is not there yet is nobody's, and what
//! the machine itself puts in the place of one afterwards is as open as the folder.

use super::resolve::{ResolveError, resolve};
use super::{Extent, Place, Survey};
use crate::gap::{Gap, GapName};
use crate::plan::Kind;
use portcullis_policy::Entry;
use portcullis_policy::value::{AbsPath, PathGlob, Reach};
use std::collections::BTreeMap;
use std::path::Path;

/// The names, with what they are in. One in a folder is meant wherever that folder is.
pub const PROTECTED: &[&str] = &[
    // Shells run these at every start.
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".zlogout",
    ".cshrc",
    ".tcshrc",
    ".kshrc",
    ".config/fish",
    ".inputrc",
    ".xprofile",
    ".xinitrc",
    ".xsessionrc",
    // So do desktops and user services.
    ".config/autostart",
    ".config/systemd",
    ".config/environment.d",
    ".pam_environment",
    // Git runs these, or what its configuration names, or looks for both where they say.
    ".git/hooks",
    ".git/config",
    ".git/config.worktree",
    ".git/commondir",
    ".git/info/attributes",
    ".gitconfig",
    ".config/git",
    ".gitmodules",
    // Editors and development containers run tasks from these.
    ".vscode",
    ".idea",
    ".devcontainer",
    ".nvim",
    ".vimrc",
    ".exrc",
    ".config/nvim",
    ".emacs",
    ".emacs.d",
    ".envrc",
    // Keys and who may come in.
    ".ssh",
    ".gnupg",
    ".aws",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".docker",
    ".kube",
    // What hosts of models start, and what tools may do.
    ".mcp.json",
    "mcp.json",
    ".cursor",
    ".claude",
    ".claude.json",
    ".gemini",
    ".codex",
    ".config/Claude",
    ".codeium",
    ".continue",
    "armor.json",
    "portcullis.yaml",
    // Folders of programs.
    "bin",
    ".local/bin",
    ".cargo/bin",
    ".npm-global/bin",
    "node_modules/.bin",
    "go/bin",
];

/// Protected as a file only: in a worktree it says where hooks and configuration are; as a folder it is where commits go.
const POINTER: &str = ".git";

/// How far below a writable folder they are looked for, and at how many names at most.
const DEPTH: usize = 3;
const MOST_NAMES: usize = 20_000;

/// Finds what is protected in what may be written, and takes out of it what only a pattern put there.
pub(super) fn protect(found: &mut Survey, entries: &[Entry<PathGlob>]) {
    let exact = |path: &AbsPath| {
        entries.iter().any(|entry| match entry.value.reach() {
            Reach::Path(named) | Reach::Tree(named) => named == path,
            Reach::Within(_) => false,
        })
    };
    let (kept, closed): (Vec<_>, Vec<_>) =
        found.write.drain(..).partition(|place| exact(&place.path) || !is_protected(&place.path, place.kind));
    found.write = kept;
    let mut places: BTreeMap<AbsPath, Place> = BTreeMap::new();
    for tree in found.write.iter().filter(|place| place.extent == Extent::Tree && place.kind == Kind::Folder)
    {
        for path in candidates(&tree.path).into_iter().filter(|path| !exact(path)) {
            look(&path, &tree.path, &mut places, &mut found.gaps);
        }
        let what = format!("in `{}`, protected names that are not there yet, or deep in it", tree.path);
        found.gaps.push(Gap::new(GapName::ProtectedLater, what, None));
    }
    for place in closed.iter().chain(places.values()) {
        let what = format!("`{}` is read-only: name it exactly to have it written", place.path);
        found.gaps.push(Gap::new(GapName::ProtectedNames, what, None));
    }
    found.protected = places.into_values().collect();
}

/// What stands at a candidate, if anything. A link cannot be mounted over, so another thing can be put in its place; what it leads
/// to is protected where it stands.
fn look(path: &AbsPath, tree: &AbsPath, places: &mut BTreeMap<AbsPath, Place>, gaps: &mut Vec<Gap>) {
    let resolved = match resolve(Path::new(path.as_str())) {
        Ok(resolved) => resolved,
        Err(ResolveError::Missing(_)) if std::fs::symlink_metadata(path.as_str()).is_err() => return,
        Err(error) => {
            let what = format!("`{path}` is not what it should be, and can be replaced: {error}");
            gaps.push(Gap::new(GapName::ProtectedLinks, what, None));
            return;
        }
    };
    if path.file_name() == POINTER && resolved.kind == Kind::Folder {
        return;
    }
    if let Some(link) = resolved.links.keys().find(|link| link.starts_with(tree.as_str())) {
        let what = format!("`{}` is a symbolic link, and can be replaced", link.display());
        gaps.push(Gap::new(GapName::ProtectedLinks, what, None));
    }
    if resolved.path.is_within(tree) && resolved.path != *tree {
        let place = Place { path: resolved.path.clone(), kind: resolved.kind, extent: Extent::Tree };
        places.insert(resolved.path, place);
    }
}

/// Whether a path is a protected one, or lies in one.
fn is_protected(path: &AbsPath, kind: Kind) -> bool {
    let above = std::iter::successors(Some(path.clone()), AbsPath::parent);
    above.into_iter().any(|path| PROTECTED.iter().any(|name| ends_with(&path, name)))
        || kind == Kind::File && path.file_name() == POINTER
}

fn ends_with(path: &AbsPath, name: &str) -> bool {
    path.as_str().strip_suffix(name).is_some_and(|rest| rest.ends_with('/'))
}

/// Where protected things could stand at or below a folder: right in it, in it as what its own name begins, and, as far as is
/// looked, below.
fn candidates(folder: &AbsPath) -> Vec<AbsPath> {
    let mut out = Vec::new();
    for name in PROTECTED.iter().chain(&[POINTER]) {
        out.extend(folder.join(name));
        for (slash, _) in name.match_indices('/') {
            if let Some((start, rest)) = name.split_at_checked(slash)
                && ends_with(folder, start)
            {
                out.extend(folder.join(rest.trim_start_matches('/')));
            }
        }
    }
    out.extend(below(folder));
    out
}

fn below(folder: &AbsPath) -> Vec<AbsPath> {
    let mut out = Vec::new();
    let mut names = 0;
    let mut waiting = vec![(folder.clone(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        for entry in std::fs::read_dir(folder.as_str()).into_iter().flatten().flatten() {
            names += 1;
            let Some(path) = entry.file_name().to_str().and_then(|name| folder.join(name).ok()) else {
                continue;
            };
            if names > MOST_NAMES {
                return out;
            }
            if PROTECTED.iter().chain(&[POINTER]).any(|name| ends_with(&path, name)) {
                out.push(path.clone());
            }
            if depth < DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push((path, depth + 1));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::survey;
    use portcullis_policy::Manifest;
    use portcullis_policy::Policy;
    use portcullis_policy::value::Surroundings;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    #[test]
    fn a_link_under_a_protected_name_is_a_gap_and_a_worktrees_git_file_is_protected() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        for name in ["dot", "plain/.git/hooks"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        std::fs::write(at("dot/bashrc"), "").unwrap();
        std::fs::write(at(".git"), "gitdir: elsewhere").unwrap();
        symlink("dot/bashrc", at(".bashrc")).unwrap();
        let found = |folder: &str| {
            let pattern = at(folder).join("**");
            let text = format!(
                r#"{{"version": "1.0", "profile": "sandboxed", "filesystem": {{"write": ["{}"]}}}}"#,
                pattern.display()
            );
            let manifest = Manifest::parse("armor.json", &text, &Surroundings::unknown()).unwrap();
            survey(&Policy::merge(&manifest, None, None)).unwrap()
        };
        let weaker = |found: &Survey| found.gaps.iter().any(|gap| gap.name == GapName::ProtectedLinks);
        let paths = |found: &Survey| -> Vec<PathBuf> {
            found.protected.iter().map(|place| place.path.as_str().into()).collect()
        };
        let whole = found("");
        assert!(weaker(&whole));
        assert_eq!(
            paths(&whole),
            [at(".git"), at("dot/bashrc"), at("plain/.git/hooks")],
            "in folders below too"
        );
        let plain = found("plain");
        assert!(!weaker(&plain));
        assert_eq!(paths(&plain), [at("plain/.git/hooks")]);
    }

    #[test]
    fn protected_names_are_found_from_inside_and_by_patterns() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        for name in [".git/hooks", ".vscode", "work"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        for name in [".git/config", ".git/HEAD", ".vscode/notes", ".vscode/tasks.json", ".profile", "work/a"]
        {
            std::fs::write(at(name), "").unwrap();
        }
        let found = |patterns: &[&str]| {
            let patterns: Vec<_> =
                patterns.iter().map(|pattern| format!("\"{}\"", at(pattern).display())).collect();
            let text = format!(
                r#"{{"version": "1.0", "profile": "sandboxed", "filesystem": {{"write": [{}]}}}}"#,
                patterns.join(", ")
            );
            let manifest = Manifest::parse("armor.json", &text, &Surroundings::unknown()).unwrap();
            let found = survey(&Policy::merge(&manifest, None, None)).unwrap();
            let paths = |places: &[Place]| -> Vec<PathBuf> {
                let mut paths: Vec<PathBuf> = places.iter().map(|place| place.path.as_str().into()).collect();
                paths.sort();
                paths
            };
            (paths(&found.write), paths(&found.protected))
        };
        let git = vec![at(".git/config"), at(".git/hooks")];
        assert_eq!(found(&[".git/**"]), (vec![at(".git")], git.clone()));
        assert_eq!(found(&[".git/hooks/**"]), (vec![at(".git/hooks")], vec![]), "named exactly");
        assert_eq!(found(&["*"]).0, [at(".git"), at("work")], "a folder alone gives nothing below it");
        assert_eq!(found(&[".p*", "work/**"]).0, [at("work")]);
        let (written, protected) = found(&["*/**"]);
        assert_eq!((written, protected), (vec![at(".git"), at("work")], git));
        assert_eq!(
            found(&["**", ".vscode/notes"]).1.iter().filter(|path| path.ends_with(".vscode")).count(),
            1
        );
    }
}
