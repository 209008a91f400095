//! The names that a file brings in, and what they stand for: `use` trees and `extern crate`, resolved through one
//! another, so that a path can be judged by what it means under any new name. It judges nothing.

use std::collections::BTreeMap;
use syn::spanned::Spanned;

/// One name brought in by `use` or `extern crate`.
pub(crate) struct Import {
    pub(crate) name: String,
    /// In full, as far as other imports of the file tell; for a glob, the module that it opens.
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    pub(crate) is_extern_crate: bool,
}

/// Every import of a file, wherever in it, resolved through one another.
pub(crate) struct Imports {
    pub(crate) list: Vec<Import>,
    targets: BTreeMap<String, Vec<Vec<String>>>,
}

impl Imports {
    pub(crate) fn of(file: &syn::File) -> Self {
        let mut collector = Collector { list: Vec::new() };
        syn::visit::visit_file(&mut collector, file);
        let mut imports = Self { list: collector.list, targets: BTreeMap::new() };
        for import in &imports.list {
            imports.targets.entry(import.name.clone()).or_default().push(import.path.clone());
        }
        let resolved: Vec<Vec<Vec<String>>> = imports
            .list
            .iter()
            .map(|import| imports.resolve(&import.path.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        let mut list = Vec::new();
        for (import, paths) in imports.list.iter().zip(resolved) {
            for path in paths {
                let Import { name, line, is_extern_crate, .. } = import;
                list.push(Import {
                    name: name.clone(),
                    path,
                    line: *line,
                    is_extern_crate: *is_extern_crate,
                });
            }
        }
        imports.list = list;
        imports
    }

    /// Every full path that `path` may mean: its first word may have been imported under several names in different
    /// modules of the file, and each is taken.
    pub(crate) fn resolve(&self, path: &[&str]) -> Vec<Vec<String>> {
        let mut found = vec![path.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()];
        // Two imports can name each other; a chain longer than the list goes in a circle.
        let mut at = 0;
        while let Some(path) = found.get(at).cloned() {
            at += 1;
            let Some((first, rest)) = path.split_first() else {
                continue;
            };
            for target in self.targets.get(first).into_iter().flatten() {
                let longer: Vec<_> = target.iter().chain(rest).cloned().collect();
                if !found.contains(&longer) && found.len() <= self.list.len() {
                    found.push(longer);
                }
            }
        }
        found
    }
}

struct Collector {
    list: Vec<Import>,
}

impl<'ast> syn::visit::Visit<'ast> for Collector {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut left = vec![(Vec::new(), &item.tree)];
        while let Some((prefix, tree)) = left.pop() {
            let line = tree.span().start().line;
            let mut import = |name: String, path: Vec<String>| {
                self.list.push(Import { name, path, line, is_extern_crate: false });
            };
            let join = |word: &syn::Ident| {
                let mut path = prefix.clone();
                if word != "self" || path.is_empty() {
                    path.push(word.to_string());
                }
                path
            };
            match tree {
                syn::UseTree::Path(part) => left.push((join(&part.ident), &part.tree)),
                syn::UseTree::Group(group) => {
                    left.extend(group.items.iter().map(|tree| (prefix.clone(), tree)));
                }
                syn::UseTree::Name(leaf) => {
                    let path = join(&leaf.ident);
                    import(path.last().cloned().unwrap_or_default(), path);
                }
                syn::UseTree::Rename(leaf) => import(leaf.rename.to_string(), join(&leaf.ident)),
                syn::UseTree::Glob(_) => import("*".to_owned(), prefix.clone()),
            }
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name).to_string();
        let line = item.span().start().line;
        self.list.push(Import { name, path: vec![item.ident.to_string()], line, is_extern_crate: true });
    }
}
