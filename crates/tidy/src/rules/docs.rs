//! That everything public says what it is, and every source file opens with what it holds. `missing_docs` looks at
//! what other crates can reach; this rule sees that the lint is on, that no file turns it off, and also asks it of
//! items that are public in name only, since those are what the next reader of the crate meets.

use crate::manifest;
use crate::source::{self, Part, Source};
use crate::token::Token;
use crate::{Fault, Tree};
use proc_macro2::Delimiter;
use syn::visit::{self, Visit};

const RULE: &str = "docs";

/// Every public item without a doc comment and every source file without a paragraph at its top.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let workspace = manifest::read(tree, "Cargo.toml").unwrap_or_default();
    let lints = workspace.get("workspace").and_then(|workspace| workspace.get("lints")?.get("rust"));
    let level = lints.and_then(|lints| lints.get("missing_docs")?.as_str());
    if !matches!(level, Some("deny" | "forbid")) {
        faults.push(Fault::new(
            "Cargo.toml",
            0,
            RULE,
            "`missing_docs` must be denied in the workspace's lints",
        ));
    }
    for source in
        source::all(tree).iter().filter(|source| source.part == Part::Source && !source.package.is_empty())
    {
        faults.extend(check_source(source));
    }
    faults
}

fn check_source(source: &Source<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_documented(&source.file.attrs) {
        let message = "opens without a `//!` paragraph: what it holds, what it deliberately does not";
        faults.push(Fault::new(source.path, 1, RULE, message));
    }
    for line in switched_off(&source.tokens) {
        faults.push(Fault::new(source.path, line, RULE, "`missing_docs` is switched off here"));
    }
    let mut finder = Finder { found: Vec::new() };
    finder.visit_file(&source.file);
    for (line, name) in finder.found {
        if !source.is_test_line(line) {
            faults.push(Fault::new(source.path, line, RULE, format!("public `{name}` has no doc comment")));
        }
    }
    faults
}

/// Lines of attributes that name the lint, other than to deny it.
fn switched_off(tokens: &[Token]) -> Vec<usize> {
    let mut lines = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(end) = token.opens(Delimiter::Bracket) else {
            continue;
        };
        let words: Vec<_> =
            tokens.get(index..end).unwrap_or_default().iter().filter_map(Token::word).collect();
        let is_level = words.iter().any(|word| matches!(*word, "allow" | "expect" | "warn"));
        if is_level && words.contains(&"missing_docs") {
            lines.push(token.line);
        }
    }
    lines
}

/// Whether a doc attribute with words in it is there, or one that hides the item.
fn is_documented(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => !text.value().trim().is_empty(),
            // `#[doc = include_str!(…)]`
            _ => true,
        },
        syn::Meta::List(doc) => doc.path.is_ident("doc") && doc.tokens.to_string() == "hidden",
        syn::Meta::NameValue(_) | syn::Meta::Path(_) => false,
    })
}

/// Collects the public things of a file that have no doc comment.
struct Finder {
    found: Vec<(usize, String)>,
}

impl Finder {
    fn ask(&mut self, visibility: &syn::Visibility, attributes: &[syn::Attribute], name: &syn::Ident) {
        if matches!(visibility, syn::Visibility::Public(_)) {
            self.demand(attributes, name);
        }
    }

    fn demand(&mut self, attributes: &[syn::Attribute], name: &syn::Ident) {
        if !is_documented(attributes) {
            self.found.push((name.span().start().line, name.to_string()));
        }
    }

    fn ask_fields(&mut self, fields: &syn::Fields) {
        // The meaning of a tuple's fields is told with the type, as `missing_docs` has it too for variants.
        if let syn::Fields::Named(fields) = fields {
            for field in &fields.named {
                if let Some(name) = &field.ident {
                    self.ask(&field.vis, &field.attrs, name);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.ask(&item.vis, &item.attrs, &item.sig.ident);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.ask(&item.vis, &item.attrs, &item.ident);
        if matches!(item.vis, syn::Visibility::Public(_)) {
            self.ask_fields(&item.fields);
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.ask(&item.vis, &item.attrs, &item.ident);
        if matches!(item.vis, syn::Visibility::Public(_)) {
            for variant in &item.variants {
                self.demand(&variant.attrs, &variant.ident);
            }
        }
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.ask(&item.vis, &item.attrs, &item.ident);
        if matches!(item.vis, syn::Visibility::Public(_)) {
            for member in &item.items {
                match member {
                    syn::TraitItem::Fn(member) => self.demand(&member.attrs, &member.sig.ident),
                    syn::TraitItem::Const(member) => self.demand(&member.attrs, &member.ident),
                    syn::TraitItem::Type(member) => self.demand(&member.attrs, &member.ident),
                    _ => {}
                }
            }
        }
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.ask(&item.vis, &item.attrs, &item.ident);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.ask(&item.vis, &item.attrs, &item.ident);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.ask(&item.vis, &item.attrs, &item.ident);
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.ask(&item.vis, &item.attrs, &item.ident);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // A module in a file of its own is documented there.
        if let Some((_, items)) = &item.content {
            let inner = !items.is_empty() && is_documented(&item.attrs);
            if !inner {
                self.ask(&item.vis, &item.attrs, &item.ident);
            }
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if let Some(name) = &item.ident
            && item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"))
        {
            self.demand(&item.attrs, name);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if item.trait_.is_none() {
            for member in &item.items {
                match member {
                    syn::ImplItem::Fn(member) => self.ask(&member.vis, &member.attrs, &member.sig.ident),
                    syn::ImplItem::Const(member) => self.ask(&member.vis, &member.attrs, &member.ident),
                    _ => {}
                }
            }
        }
        visit::visit_item_impl(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::Tree;

    const ROOT: &str = "[workspace.lints.rust]\nmissing_docs = \"deny\"\n";

    fn faults(text: &str) -> Vec<String> {
        let tree =
            Tree::of(&[("Cargo.toml", ROOT), ("crates/wire/Cargo.toml", ""), ("crates/wire/src/a.rs", text)]);
        check(&tree).into_iter().map(|fault| format!("{}: {}", fault.line, fault.message)).collect()
    }

    #[test]
    fn each_kind_of_public_item_needs_a_doc_comment() {
        for text in [
            "pub fn f() {}",
            "pub struct S;",
            "pub enum E {}",
            "pub trait T {}",
            "pub type T = u8;",
            "pub const C: u8 = 0;",
            "pub static S: u8 = 0;",
            "pub union U { a: u8 }",
            "pub mod m {}",
            "mod m { pub fn f() {} }",
            "#[macro_export] macro_rules! m { () => {} }",
            "impl S { pub fn f() {} }",
            "impl S { pub const C: u8 = 0; }",
            "/// S.\npub struct S { pub a: u8 }",
            "/// E.\npub enum E { A }",
            "/// T.\npub trait T { fn f(); }",
            "/// T.\npub trait T { type A; }",
            "///\npub fn f() {}",
        ] {
            assert_eq!(faults(&format!("//! A file.\n{text}")).len(), 1, "{text}");
        }
    }

    #[test]
    fn documented_hidden_private_and_test_items_pass() {
        let text = "//! A file.\n/// F.\npub fn f() {}\nfn g() {}\npub(crate) fn h() {}\n#[doc(hidden)]\npub fn i() {}\n\
                    impl Clone for S { fn clone(&self) {} }\npub use a::b;\npub mod c;\n\
                    #[cfg(test)]\nmod tests { pub fn j() {} }\n/// S.\npub struct S { a: u8 }\n";
        assert_eq!(faults(text), [""; 0]);
    }

    #[test]
    fn a_file_without_its_paragraph_is_a_fault() {
        assert_eq!(faults("fn f() {}").len(), 1);
        assert_eq!(faults("//!\nfn f() {}").len(), 1);
        assert_eq!(faults("// Not a doc comment.\nfn f() {}").len(), 1);
    }

    #[test]
    fn switching_the_lint_off_is_a_fault() {
        for level in ["allow", "warn", "expect"] {
            assert_eq!(faults(&format!("//! A file.\n#![{level}(missing_docs)]\n")).len(), 1);
            assert_eq!(
                faults(&format!(
                    "//! A file.\n#[cfg_attr(unix, {level}(dead_code, missing_docs))]\nfn f() {{}}"
                ))
                .len(),
                1
            );
        }
        let tree = Tree::of(&[("Cargo.toml", "[workspace.lints.rust]\nmissing_docs = \"warn\"\n")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
