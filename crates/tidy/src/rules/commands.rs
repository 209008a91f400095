//! That every command a person can type is in the documents, spelt out whole: `portcullis vault set`,
//! `cargo xtask fuzz`. It finds commands where clap does, in the variants of enums that derive `Subcommand`. What the
//! documents say about a command is not its business.

use crate::source::{self, Source};
use crate::token::{self, Token};
use crate::{Fault, Tree};
use std::collections::BTreeMap;
use syn::spanned::Spanned;

const RULE: &str = "commands";

/// Every command of `cli` that the user's documents do not name, and every one of `xtask` that CONTRIBUTING.md does not.
#[must_use]
pub fn check(tree: &Tree) -> Vec<Fault> {
    let sources = source::all(tree);
    let in_package =
        |package: &str| sources.iter().filter(|source| source.package == package).collect::<Vec<_>>();
    let documents: Vec<_> = tree.documents().collect();
    let users = |path: &str| path == "README.md" || path.starts_with("docs/");
    let mut faults = undocumented(
        "portcullis",
        &in_package("crates/cli"),
        &text_of(&documents, users),
        "README.md or docs/",
    );
    let contributors = |path: &str| path == "CONTRIBUTING.md";
    faults.extend(undocumented(
        "cargo xtask",
        &in_package("xtask"),
        &text_of(&documents, contributors),
        "CONTRIBUTING.md",
    ));
    faults
}

/// The texts of some documents as one line of words, so that a command broken over two lines is found too.
fn text_of(documents: &[(&str, &str)], wanted: impl Fn(&str) -> bool) -> String {
    let words: Vec<_> = documents
        .iter()
        .filter(|(path, _)| wanted(path))
        .flat_map(|(_, text)| text.split_whitespace())
        .collect();
    words.join(" ")
}

fn undocumented(program: &str, sources: &[&Source<'_>], text: &str, place: &str) -> Vec<Fault> {
    let commands = Commands::of(sources);
    let mut faults = Vec::new();
    for name in commands.roots() {
        // Depth is bounded by the number of enums: each is entered once on a way down.
        let mut left = vec![(program.to_owned(), name, Vec::new())];
        while let Some((prefix, name, way)) = left.pop() {
            for command in commands.enums.get(&name).into_iter().flatten() {
                let full = match &command.name {
                    Some(word) => format!("{prefix} {word}"),
                    None => prefix.clone(),
                };
                if command.name.is_some() && !crate::tree::has_word(text, &full) {
                    let message = format!("command `{full}` is not named in {place}");
                    faults.push(Fault::new(command.path, command.line, RULE, message));
                }
                if let Some(child) = &command.child
                    && !way.contains(child)
                    && *child != name
                {
                    let mut way = way.clone();
                    way.push(name.clone());
                    left.push((full, child.clone(), way));
                }
            }
        }
    }
    faults
}

/// One variant of a `Subcommand` enum.
struct Command<'a> {
    path: &'a str,
    line: usize,
    /// None for a flattened enum, which adds its commands under no word of its own.
    name: Option<String>,
    /// The enum of the commands below this one.
    child: Option<String>,
}

/// Every `Subcommand` enum of a program by name.
struct Commands<'a> {
    enums: BTreeMap<String, Vec<Command<'a>>>,
}

impl<'a> Commands<'a> {
    fn of(sources: &[&Source<'a>]) -> Self {
        let items: Vec<_> = sources
            .iter()
            .flat_map(|source| all_items(&source.file.items).into_iter().map(|item| (source.path, item)))
            .collect();
        // A struct of arguments that holds further commands leads to their enum.
        let mut holders = BTreeMap::new();
        for (_, item) in &items {
            if let syn::Item::Struct(item) = item {
                for field in item.fields.iter().filter(|field| says(&field.attrs, "subcommand")) {
                    holders.insert(item.ident.to_string(), type_name(&field.ty));
                }
            }
        }
        let mut enums = BTreeMap::new();
        for (path, item) in items {
            let syn::Item::Enum(item) = item else { continue };
            if derives_subcommand(&item.attrs) {
                let variants = item.variants.iter().filter_map(|variant| command(path, variant, &holders));
                enums.insert(item.ident.to_string(), variants.collect());
            }
        }
        Self { enums }
    }

    /// The enums that are not below a command of another.
    fn roots(&self) -> Vec<String> {
        let children: Vec<_> =
            self.enums.values().flatten().filter_map(|command| command.child.as_ref()).collect();
        self.enums.keys().filter(|name| !children.contains(name)).cloned().collect()
    }
}

fn all_items(items: &[syn::Item]) -> Vec<&syn::Item> {
    let mut found = Vec::new();
    let mut left: Vec<&syn::Item> = items.iter().rev().collect();
    while let Some(item) = left.pop() {
        found.push(item);
        if let syn::Item::Mod(syn::ItemMod { content: Some((_, items)), .. }) = item {
            left.extend(items);
        }
    }
    found
}

fn command<'a>(
    path: &'a str,
    variant: &syn::Variant,
    holders: &BTreeMap<String, String>,
) -> Option<Command<'a>> {
    if says(&variant.attrs, "external_subcommand") || says(&variant.attrs, "skip") {
        return None;
    }
    let inner = variant.fields.iter().next().map(|field| type_name(&field.ty));
    let named_field = variant.fields.iter().find(|field| says(&field.attrs, "subcommand"));
    let flat = says(&variant.attrs, "flatten");
    let child = if flat || says(&variant.attrs, "subcommand") {
        inner
    } else if let Some(field) = named_field {
        Some(type_name(&field.ty))
    } else {
        inner.and_then(|inner| holders.get(&inner).cloned())
    };
    let name =
        (!flat).then(|| given_name(&variant.attrs).unwrap_or_else(|| kebab(&variant.ident.to_string())));
    Some(Command { path, line: variant.span().start().line, name, child })
}

/// The last word of a type, without `Option<…>` and `Box<…>` around it.
fn type_name(of: &syn::Type) -> String {
    let mut of = of;
    while let syn::Type::Path(path) = of
        && let Some(last) = path.path.segments.last()
    {
        let syn::PathArguments::AngleBracketed(list) = &last.arguments else {
            return last.ident.to_string();
        };
        let Some(syn::GenericArgument::Type(inner)) = list.args.first() else {
            return last.ident.to_string();
        };
        of = inner;
    }
    String::new()
}

fn derives_subcommand(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else {
            return false;
        };
        list.path.is_ident("derive")
            && token::flatten(list.tokens.clone()).iter().any(|token| token.word() == Some("Subcommand"))
    })
}

/// The tokens inside the `#[command(…)]` or `#[clap(…)]` attributes.
fn command_tokens(attributes: &[syn::Attribute]) -> Vec<Vec<Token>> {
    attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("command") || list.path.is_ident("clap") => {
                Some(token::flatten(list.tokens.clone()))
            }
            _ => None,
        })
        .collect()
}

fn says(attributes: &[syn::Attribute], word: &str) -> bool {
    command_tokens(attributes).iter().flatten().any(|token| token.word() == Some(word))
}

fn given_name(attributes: &[syn::Attribute]) -> Option<String> {
    command_tokens(attributes).iter().find_map(|tokens| {
        let at = tokens.iter().position(|token| token.word() == Some("name"))?;
        match &tokens.get(at + 2)?.kind {
            token::Kind::Text(name) => Some(name.clone()),
            _ => None,
        }
    })
}

/// A variant's name as clap spells it: `HostCheck` is `host-check`.
fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let word_ended =
            index.checked_sub(1).and_then(|at| letters.get(at)).is_some_and(|letter| !letter.is_uppercase());
        let word_starts = letters.get(index + 1).is_some_and(|letter| letter.is_lowercase());
        if letter.is_uppercase() && index > 0 && (word_ended || word_starts) {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{check, kebab};
    use crate::Tree;
    use std::collections::BTreeSet;

    const CLI: &str = r#"
        #[derive(clap::Subcommand)]
        enum Command {
            Run(RunArgs),
            #[command(name = "self-test")]
            Test,
            Vault(VaultArgs),
            #[command(subcommand)]
            Plugin(Box<PluginCommand>),
            #[command(flatten)]
            More(More),
            #[command(external_subcommand)]
            Other(Vec<String>),
        }
        struct VaultArgs { #[command(subcommand)] command: Option<VaultCommand> }
        #[derive(Debug, Subcommand)]
        enum VaultCommand { Set { name: String } }
        #[derive(Subcommand)]
        enum PluginCommand { ListAll }
        mod inner { #[derive(Subcommand)] enum More { Doctor } }
        enum NotACommand { Hidden }
    "#;

    fn faults(readme: &str) -> Vec<String> {
        let tree = Tree::of(&[
            ("crates/cli/Cargo.toml", ""),
            ("crates/cli/src/args.rs", CLI),
            ("README.md", readme),
            ("CONTRIBUTING.md", "portcullis run"),
        ]);
        check(&tree).into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn every_command_that_no_document_names_is_a_fault() {
        let wanted = [
            "portcullis doctor",
            "portcullis plugin",
            "portcullis plugin list-all",
            "portcullis run",
            "portcullis self-test",
            "portcullis vault",
            "portcullis vault set",
        ];
        let expected: BTreeSet<_> = wanted
            .iter()
            .map(|name| format!("command `{name}` is not named in README.md or docs/"))
            .collect();
        let found: BTreeSet<_> = faults("").into_iter().collect();
        assert_eq!(found, expected);
        assert_eq!(faults(&wanted.join("`, `")), [""; 0]);
        assert_eq!(faults(&wanted.join("\n").replace("vault set", "vault\nset")), [""; 0]);
        assert_eq!(faults(&wanted.join("`, `").replace("portcullis run", "portcullis runs")).len(), 1);
    }

    #[test]
    fn commands_of_xtask_belong_in_contributing() {
        let source = "#[derive(Subcommand)] enum Command { Check }";
        let tree = |place| {
            Tree::of(&[
                ("xtask/Cargo.toml", ""),
                ("xtask/src/main.rs", source),
                (place, "`cargo xtask check`"),
            ])
        };
        assert_eq!(check(&tree("README.md")).len(), 1);
        assert_eq!(check(&tree("CONTRIBUTING.md")).len(), 0);
    }

    #[test]
    fn names_are_spelt_as_clap_spells_them() {
        assert_eq!(
            ["Run", "HostCheck", "HTTPServe", "V2Up"].map(kebab),
            ["run", "host-check", "http-serve", "v2-up"]
        );
    }
}
