//! Reads the repository from the disk into a [`Tree`]. The only part of this crate that does I/O, and only tests call
//! it. It walks the folder rather than asking git, so that the rules hold in a copy without history too.

use crate::Tree;
use std::io;
use std::path::Path;

/// Folders that hold what was built or fetched, wherever they are: `.gitignore` names them all.
const BUILT: &[&str] = &[".git", ".deps", "target", "node_modules", "dist", "__pycache__"];

/// Folders under `fuzz/` that a run of the fuzzer fills.
const FUZZED: &[&str] = &["fuzz/artifacts", "fuzz/corpus", "fuzz/coverage"];

/// Reads every text file under `root`. A file that is not UTF-8 is not text and is left out.
pub fn load(root: &Path) -> io::Result<Tree> {
    let mut tree = Tree::default();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !BUILT.contains(&name.as_str()) && !FUZZED.contains(&path.as_str()) {
                    folders.push((entry.path(), path));
                }
            } else if kind.is_file()
                && path != ".git"
                && let Ok(text) = String::from_utf8(std::fs::read(entry.path())?)
            {
                tree.files.insert(path, text);
            }
        }
    }
    Ok(tree)
}
