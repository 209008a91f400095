//! A Rust file, read: where it belongs, its tokens, its syntax tree, and which of its lines are tests only. It judges
//! nothing but whether the file can be read at all.

use crate::token::{self, Token};
use crate::{Fault, Tree};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use syn::spanned::Spanned;

/// Which part of a package a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Under `src/`.
    Source,
    /// Under `tests/`, `benches/`, `examples/` or `fuzz/`.
    Trial,
    /// Anything else: build scripts, guests, plugins.
    Other,
}

/// A Rust file of the tree.
pub(crate) struct Source<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) file: syn::File,
    /// The folder of the package, as `crates/policy` or `xtask`; empty for a stray file.
    pub(crate) package: &'a str,
    pub(crate) part: Part,
    test_lines: Vec<RangeInclusive<usize>>,
}

impl Source<'_> {
    /// Whether the line belongs to something that is compiled for tests only.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_lines.iter().any(|range| range.contains(&line))
    }

    /// The name of the room, if the file is in one.
    pub(crate) fn room(&self) -> Option<&str> {
        self.package.strip_prefix("crates/")
    }
}

/// Reads every Rust file that can be read; [`faults`] tells of the rest.
pub(crate) fn all(tree: &Tree) -> Vec<Source<'_>> {
    let mut sources: Vec<_> =
        rust_files(tree).filter_map(|(path, text)| read(tree, path, text).ok()).collect();
    // A module in a file of its own is for tests if the line that declares it is.
    let mut test_files = BTreeSet::new();
    for source in &sources {
        for name in test_modules(&source.file.items) {
            test_files.extend(module_files(source.path, &name));
        }
    }
    for source in &mut sources {
        let in_test_folder = test_files.iter().any(|file| {
            file.strip_suffix("/mod.rs").is_some_and(|folder| {
                source.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
            })
        });
        if in_test_folder || test_files.contains(source.path) {
            source.test_lines.push(0..=usize::MAX);
        }
    }
    sources
}

/// The rule that every Rust file can be parsed: the other rules see nothing of one that cannot.
pub(crate) fn faults(tree: &Tree) -> Vec<Fault> {
    rust_files(tree)
        .filter_map(|(path, text)| {
            let error = read(tree, path, text).err()?;
            Some(Fault::new(
                path,
                error.span().start().line,
                "parse",
                format!("cannot be read as Rust: {error}"),
            ))
        })
        .collect()
}

fn rust_files(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.select(|path| path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs"))
}

fn read<'a>(tree: &Tree, path: &'a str, text: &'a str) -> syn::Result<Source<'a>> {
    let file = syn::parse_file(text)?;
    let tokens = token::flatten(syn::parse_str(strip_shebang(text))?);
    let package = package_of(tree, path);
    let test_lines = file.items.iter().flat_map(test_ranges).collect();
    Ok(Source { path, text, tokens, part: part_of(path, package), package, test_lines, file })
}

fn strip_shebang(text: &str) -> &str {
    if text.starts_with("#!") && !text.starts_with("#![") {
        text.find('\n').and_then(|end| text.get(end..)).unwrap_or_default()
    } else {
        text
    }
}

/// The nearest folder above the file that has a Cargo.toml.
fn package_of<'a>(tree: &Tree, path: &'a str) -> &'a str {
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if tree.has(&format!("{parent}/Cargo.toml")) {
            return parent;
        }
        folder = parent;
    }
    ""
}

fn part_of(path: &str, package: &str) -> Part {
    let within = path.strip_prefix(package).unwrap_or(path).trim_start_matches('/');
    match within.split('/').next() {
        Some("src") => Part::Source,
        Some("tests" | "benches" | "examples" | "fuzz_targets") => Part::Trial,
        _ if package == "fuzz" => Part::Trial,
        _ => Part::Other,
    }
}

/// The lines of every part of the item that only a test build compiles.
fn test_ranges(item: &syn::Item) -> Vec<RangeInclusive<usize>> {
    if attributes(item).iter().any(is_cfg_test) {
        let span = item.span();
        return vec![span.start().line..=span.end().line];
    }
    match item {
        syn::Item::Mod(module) => {
            module.content.iter().flat_map(|(_, items)| items).flat_map(test_ranges).collect()
        }
        syn::Item::Impl(block) => block
            .items
            .iter()
            .filter(|item| impl_item_attributes(item).iter().any(is_cfg_test))
            .map(|item| item.span().start().line..=item.span().end().line)
            .collect(),
        _ => Vec::new(),
    }
}

/// The names of the out-of-line modules that only a test build compiles.
fn test_modules(items: &[syn::Item]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(module) if module.content.is_none() && module.attrs.iter().any(is_cfg_test) => {
                Some(module.ident.to_string())
            }
            _ => None,
        })
        .collect()
}

/// Where the text of the module `name`, declared in the file at `path`, may stand.
fn module_files(path: &str, name: &str) -> [String; 2] {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", file.trim_end_matches(".rs")),
    };
    [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]
}

/// Whether the attribute is `#[cfg(test)]` or `#[cfg(all(test, …))]`: nothing looser.
pub(crate) fn is_cfg_test(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    let words: Vec<_> = token::flatten(list.tokens.clone());
    let word = |at: usize| words.get(at).and_then(Token::word);
    list.path.is_ident("cfg")
        && (words.len() == 1 && word(0) == Some("test") || word(0) == Some("all") && word(2) == Some("test"))
}

/// The attributes of any item.
pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::ForeignMod(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::TraitAlias(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Union(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The attributes of anything in an `impl` block.
pub(crate) fn impl_item_attributes(item: &syn::ImplItem) -> &[syn::Attribute] {
    match item {
        syn::ImplItem::Const(item) => &item.attrs,
        syn::ImplItem::Fn(item) => &item.attrs,
        syn::ImplItem::Type(item) => &item.attrs,
        syn::ImplItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}
