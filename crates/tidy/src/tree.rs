//! The repository as a value: paths and texts. Rules read it and nothing else; it does no I/O.

use std::collections::BTreeMap;
use std::path::Path;

/// Every text file of the repository, by its path relative to the root.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Path (with `/` between its parts) to the whole text.
    pub files: BTreeMap<String, String>,
}

impl Tree {
    /// A tree of the given files, as tests plant them.
    #[must_use]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { files }
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether any file lies in the folder, which is given without a trailing `/`.
    pub(crate) fn has_folder(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        self.files.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }

    /// The files whose path `matches` accepts.
    pub(crate) fn select<'a>(
        &'a self,
        matches: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| matches(path))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The names of the rooms: every `crates/<room>` that has a Cargo.toml.
    pub(crate) fn rooms(&self) -> Vec<&str> {
        self.files
            .keys()
            .filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
            .filter(|room| !room.contains('/'))
            .collect()
    }

    /// All the words that the project says to people: the Markdown at the root, under `docs/`, and the two READMEs
    /// of the tools.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&str, &str)> {
        self.select(|path| {
            path.strip_suffix(".md").is_some_and(|stem| {
                !stem.contains('/')
                    || stem.starts_with("docs/")
                    || matches!(stem, "bench/README" | "fuzz/README")
            })
        })
    }
}

/// Whether the last part of the path ends in `.` and `extension`, which is given in lower case.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// The number, counted from 1, of the first line of `text` that contains `needle`; 0 if none does.
pub(crate) fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(0, |index| index + 1)
}

/// Whether `text` contains `word` with no letter, digit, `_` or `-` on either side.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|tail| tail.chars().next());
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    })
}
