//! The list of parts while it grows, and its final form: no doubles, nothing that a tree shows anyway. It checks
//! nothing: only what passed the guard is added.

use super::{Extent, Part};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Parts by path.
#[derive(Default)]
pub(super) struct Parts {
    found: BTreeMap<PathBuf, (Extent, String)>,
}

impl Parts {
    /// Adds a file, unless the path is there already.
    pub(super) fn file(&mut self, path: &Path, why: impl FnOnce() -> String) {
        if !self.found.contains_key(path) {
            self.found.insert(path.to_owned(), (Extent::File, why()));
        }
    }

    /// Adds a tree. It takes the place of a file of the same path.
    pub(super) fn tree(&mut self, path: &Path, why: impl FnOnce() -> String) {
        if !self.has_tree(path) {
            self.found.insert(path.to_owned(), (Extent::Tree, why()));
        }
    }

    /// Whether this very path is a tree already.
    pub(super) fn has_tree(&self, path: &Path) -> bool {
        matches!(self.found.get(path), Some((Extent::Tree, _)))
    }

    /// Sorted by path. What lies in a tree is left out if it also leads to something in the tree: a link within a tree
    /// to a file outside has to be resolved by whoever shows it.
    pub(super) fn into_sorted(self) -> Vec<Part> {
        let mut sorted: Vec<Part> = Vec::with_capacity(self.found.len());
        // The trees around the current path: path and what it leads to.
        let mut around: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
        for (path, (extent, why)) in self.found {
            around.retain(|(tree, _)| path.starts_with(tree));
            let real =
                if around.is_empty() && extent == Extent::File { None } else { path.canonicalize().ok() };
            let within = |(_, tree): &(_, Option<PathBuf>)| match (tree, &real) {
                (Some(tree), Some(real)) => real.starts_with(tree),
                _ => false,
            };
            if around.iter().any(within) {
                continue;
            }
            if extent == Extent::Tree {
                around.push((path.clone(), real));
            }
            sorted.push(Part { path, extent, why });
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;
    use crate::loading::Extent;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn trees_swallow_what_they_show_and_keep_links_that_lead_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("tree/inner")).unwrap();
        for file in ["tree/inner/a", "tree-b", "outside"] {
            fs::write(root.join(file), "").unwrap();
        }
        symlink("../inner/a", root.join("tree/inner/in")).unwrap();
        symlink("a", root.join("tree/inner/near")).unwrap();
        symlink(root.join("outside"), root.join("tree/out")).unwrap();
        let mut parts = Parts::default();
        for name in ["tree/inner/a", "tree/inner/near", "tree/out", "tree-b", "tree"] {
            parts.file(&root.join(name), || "first".into());
        }
        parts.tree(&root.join("tree/inner"), || "inner".into());
        parts.tree(&root.join("tree"), || "tree".into());
        parts.file(&root.join("tree"), || "again".into());
        let found: Vec<_> = parts
            .into_sorted()
            .into_iter()
            .map(|part| (part.path.strip_prefix(&root).unwrap().to_owned(), part.extent, part.why))
            .collect();
        assert_eq!(
            found,
            [
                ("tree".into(), Extent::Tree, "tree".to_owned()),
                ("tree/out".into(), Extent::File, "first".to_owned()),
                ("tree-b".into(), Extent::File, "first".to_owned()),
            ]
        );
    }
}
