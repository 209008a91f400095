//! The libraries of a program, found as its dynamic loader will find them: search paths in the files, the loader's
//! cache, default folders, and again for each library.
//!
//! A program may name any path as a library. Only what is itself a library for this machine becomes a part, so that
//! nobody's key is shown because a header names it. `LD_LIBRARY_PATH` is not looked at: it never passes into the jail.

use super::LoadingError;
use super::elf::{self, Elf, Shape};
use super::error::shown;
use super::guard::Guard;
use super::loader_cache::{self, LoaderCache};
use super::parts::Parts;
use super::paths::{clean, open_regular, read_whole};
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// At most this many library files are taken in.
const MAX_LIBRARIES: usize = 512;
/// At most this many folders in one search path.
const MAX_FOLDERS: usize = 64;
/// At most this many missing names are told.
const MAX_MISSING: usize = 256;
/// Folders for variants of a library, best processor first.
const VARIANTS: &[&str] = &["x86-64-v4", "x86-64-v3", "x86-64-v2"];

#[cfg(target_arch = "aarch64")]
const MULTIARCH: &str = "aarch64-linux-gnu";
#[cfg(not(target_arch = "aarch64"))]
const MULTIARCH: &str = "x86_64-linux-gnu";
const PLATFORM: &str = std::env::consts::ARCH;

/// What musl's loader is for itself.
const OF_MUSL: &[&str] = &["libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet."];

/// Which loader, as they search differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Loader {
    /// That of the GNU system.
    Glibc,
    /// That of Alpine.
    Musl,
}

/// A program whose libraries are known: where a library that it loads later would be looked for.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) loader: Loader,
    /// Names that are loaded already.
    names: HashSet<OsString>,
    /// The program's old search path, which counts for everything it loads.
    inherited: Rc<[PathBuf]>,
    /// Where the loader looks at last.
    folders: Rc<[PathBuf]>,
    /// Where the C library was found.
    pub(super) c_library: Option<PathBuf>,
}

/// A library whose own libraries are still to be found.
struct Waiting {
    elf: Rc<Elf>,
    /// The folder that `$ORIGIN` stands for.
    origin: PathBuf,
    path: PathBuf,
    inherited: Rc<[PathBuf]>,
}

/// A library that was found.
struct Found {
    real: PathBuf,
    elf: Rc<Elf>,
}

/// Finds libraries, and remembers what it found.
pub(super) struct Libraries<'a> {
    guard: &'a Guard,
    directory: &'a Path,
    cache: OnceCell<LoaderCache>,
    /// Results of the search that does not depend on who asks.
    defaults: HashMap<(Loader, OsString), Vec<PathBuf>>,
    /// Folders with their variants.
    variants: HashMap<PathBuf, Vec<PathBuf>>,
    /// Paths that were looked at, and what is there.
    known: HashMap<PathBuf, Option<Rc<Found>>>,
    /// Files whose libraries were looked for.
    seen: HashSet<PathBuf>,
    missing: BTreeMap<OsString, PathBuf>,
    is_full: bool,
}

impl<'a> Libraries<'a> {
    /// For a command that starts in `directory`.
    pub(super) fn new(guard: &'a Guard, directory: &'a Path) -> Self {
        Self {
            guard,
            directory,
            cache: OnceCell::new(),
            defaults: HashMap::new(),
            variants: HashMap::new(),
            known: HashMap::new(),
            seen: HashSet::new(),
            missing: BTreeMap::new(),
            is_full: false,
        }
    }

    /// Adds the loader and the libraries of a program. None if it needs none.
    pub(super) fn program(
        &mut self,
        parts: &mut Parts,
        path: &Path,
        real: &Path,
        elf: &Elf,
    ) -> Result<Option<Scope>, LoadingError> {
        let Some(interpreter) = &elf.interpreter else {
            return Ok(None);
        };
        let named = clean(&self.directory.join(interpreter));
        let bad =
            |what| LoadingError::Interpreter { path: path.to_owned(), interpreter: named.clone(), what };
        if !named.exists() {
            return Err(bad("is not there"));
        }
        let found = self.accept(&named).ok_or_else(|| bad("is no dynamic loader for this machine"))?;
        parts.file(&named, || format!("dynamic loader of {}", shown(path)));
        let loader = match named.file_name() {
            Some(name) if name.as_bytes().starts_with(b"ld-musl") => Loader::Musl,
            _ => Loader::Glibc,
        };
        let mut scope = Scope {
            loader,
            names: named
                .file_name()
                .map(OsStr::to_owned)
                .into_iter()
                .chain(found.elf.soname.clone())
                .collect(),
            inherited: Rc::from([]),
            folders: self.folders(loader, &named, &found.real),
            c_library: None,
        };
        match loader {
            Loader::Glibc if Path::new(loader_cache::PATH).exists() => {
                parts.file(Path::new(loader_cache::PATH), || "the dynamic loader's cache".into());
            }
            Loader::Musl if musl_list().exists() => {
                parts.file(&musl_list(), || "the dynamic loader's folders".into());
            }
            _ => {}
        }
        let origin = real.parent().unwrap_or(Path::new("/")).to_owned();
        scope.inherited = self.inherit(elf, &origin, &scope.inherited, loader);
        let inherited = Rc::clone(&scope.inherited);
        let first = Waiting { elf: Rc::new(elf.clone()), origin, path: path.to_owned(), inherited };
        self.close_over(parts, first, &mut scope);
        Ok(Some(scope))
    }

    /// Adds the libraries of a module that a program loads while it runs. Nothing is done for a file that is none.
    pub(super) fn module(&mut self, parts: &mut Parts, path: &Path, scope: &Scope) {
        let Some(elf) = open_regular(path).ok().and_then(|file| elf::read(&file).ok()) else {
            return;
        };
        if elf.shape != Shape::Shared || elf.needed.iter().all(|name| scope.names.contains(name)) {
            return;
        }
        let origin = path.parent().unwrap_or(Path::new("/")).to_owned();
        let inherited = self.inherit(&elf, &origin, &scope.inherited, scope.loader);
        let first = Waiting { elf: Rc::new(elf), origin, path: path.to_owned(), inherited };
        self.close_over(parts, first, &mut scope.clone());
    }

    /// Adds a module that is a link, if it leads to a library, and the libraries of that.
    pub(super) fn linked_module(&mut self, parts: &mut Parts, path: &Path, scope: &Scope) {
        if let Some(found) = self.accept(path) {
            parts.file(path, || "module of the runtime, behind a link".into());
            self.module(parts, &found.real, scope);
        }
    }

    /// Adds a library by name, as if the program asked for it, if it is there.
    pub(super) fn named(&mut self, parts: &mut Parts, name: &str, program: &Path, scope: &mut Scope) {
        if self.defaults(OsStr::new(name), scope).is_empty() {
            return;
        }
        let elf = Elf {
            shape: Shape::Shared,
            interpreter: None,
            needed: vec![name.into()],
            soname: None,
            rpath: None,
            runpath: None,
            closed: false,
        };
        let inherited = Rc::clone(&scope.inherited);
        let first = Waiting { elf: Rc::new(elf), origin: "/".into(), path: program.to_owned(), inherited };
        self.close_over(parts, first, scope);
    }

    /// Names that were not found, with what asked for them; and whether there were too many libraries.
    pub(super) fn into_missing(self) -> (Vec<String>, bool) {
        let told = self.missing.iter().take(MAX_MISSING);
        let told = told.map(|(name, asker)| format!("{}, needed by {}", shown(name), shown(asker)));
        (told.collect(), self.is_full)
    }

    /// Adds the libraries of `first`, theirs, and so on: breadth first, each name once, as the loader does.
    fn close_over(&mut self, parts: &mut Parts, first: Waiting, scope: &mut Scope) {
        let mut queue = VecDeque::from([first]);
        while let Some(asker) = queue.pop_front() {
            for name in &asker.elf.needed {
                if scope.names.contains(name) || is_of_loader(name, scope.loader) {
                    continue;
                }
                let paths = self.search(&asker, name, scope);
                if paths.is_empty() {
                    self.missing.entry(name.clone()).or_insert_with(|| asker.path.clone());
                    continue;
                }
                scope.names.insert(name.clone());
                if scope.c_library.is_none() && name.as_bytes() == b"libc.so.6" {
                    scope.c_library = paths.last().cloned();
                }
                for path in paths {
                    let Some(found) = self.accept(&path) else { continue };
                    scope.names.extend(found.elf.soname.clone());
                    parts.file(&path, || format!("library of {}", shown(&asker.path)));
                    if !self.seen.insert(found.real.clone()) {
                        continue;
                    }
                    if self.seen.len() > MAX_LIBRARIES {
                        self.is_full = true;
                        return;
                    }
                    let origin = path.parent().unwrap_or(Path::new("/")).to_owned();
                    let inherited = self.inherit(&found.elf, &origin, &asker.inherited, scope.loader);
                    queue.push_back(Waiting { elf: Rc::clone(&found.elf), origin, path, inherited });
                }
            }
        }
    }

    /// The search paths that count for what a library asks for: its own old one, then those of who asked for it.
    fn inherit(&self, elf: &Elf, origin: &Path, above: &Rc<[PathBuf]>, loader: Loader) -> Rc<[PathBuf]> {
        let own = match loader {
            Loader::Glibc => elf.rpath.as_ref(),
            Loader::Musl => elf.runpath.as_ref().or(elf.rpath.as_ref()),
        };
        let Some(own) = own else {
            return Rc::clone(above);
        };
        let mut folders = self.expand(own, origin);
        folders.extend(above.iter().cloned());
        folders.truncate(4 * MAX_FOLDERS);
        folders.into()
    }

    /// The files that the loader would take for a name: one, and its variants for other processors.
    fn search(&mut self, asker: &Waiting, name: &OsStr, scope: &Scope) -> Vec<PathBuf> {
        if name.as_bytes().contains(&b'/') {
            let paths = self.expand(name, &asker.origin);
            return paths.into_iter().find(|path| self.accept(path).is_some()).into_iter().collect();
        }
        let mut folders = Vec::new();
        if asker.elf.runpath.is_none() || scope.loader == Loader::Musl {
            folders.extend(asker.inherited.iter().cloned());
        }
        if let Some(list) = &asker.elf.runpath {
            folders.extend(self.expand(list, &asker.origin));
        }
        let found = self.in_folders(&folders, name, scope.loader);
        if found.is_empty() && !asker.elf.closed { self.defaults(name, scope) } else { found }
    }

    fn in_folders(&mut self, folders: &[PathBuf], name: &OsStr, loader: Loader) -> Vec<PathBuf> {
        for folder in folders {
            let mut found = Vec::new();
            if loader == Loader::Glibc {
                if !self.variants.contains_key(folder) {
                    self.variants.insert(folder.clone(), variants_of(folder));
                }
                let variants = self.variants.get(folder).into_iter().flatten();
                found.extend(variants.map(|variant| variant.join(name)));
            }
            found.push(folder.join(name));
            found.retain(|path| self.accept(path).is_some());
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The loader's cache, then its default folders.
    fn defaults(&mut self, name: &OsStr, scope: &Scope) -> Vec<PathBuf> {
        let key = (scope.loader, name.to_owned());
        if let Some(known) = self.defaults.get(&key) {
            return known.clone();
        }
        let mut found = Vec::new();
        if scope.loader == Loader::Glibc {
            found = self.cache.get_or_init(LoaderCache::read).get(name).to_vec();
            found.retain(|path| self.accept(path).is_some());
        }
        if found.is_empty() {
            found = self.in_folders(&scope.folders, name, scope.loader);
        }
        self.defaults.insert(key, found.clone());
        found
    }

    /// A library for this machine that may be shown.
    fn accept(&mut self, path: &Path) -> Option<Rc<Found>> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let found = library(self.guard, path).map(Rc::new);
        self.known.insert(path.to_owned(), found.clone());
        found
    }

    /// The folders of a search path, `$ORIGIN` and the like replaced.
    fn expand(&self, list: &OsStr, origin: &Path) -> Vec<PathBuf> {
        let mut out = Vec::new();
        for entry in list.as_bytes().split(|byte| *byte == b':').take(MAX_FOLDERS) {
            let mut entries = vec![replace(entry, "ORIGIN", origin.as_os_str().as_bytes())];
            if entry.contains(&b'$') {
                let multiarch = format!("lib/{MULTIARCH}");
                let kinds = [multiarch.as_str(), "lib64", "lib"];
                entries = kinds
                    .iter()
                    .flat_map(|kind| entries.iter().map(|e| replace(e, "LIB", kind.as_bytes())))
                    .collect();
                entries = entries.iter().map(|e| replace(e, "PLATFORM", PLATFORM.as_bytes())).collect();
            }
            for entry in entries {
                let path = clean(&self.directory.join(OsString::from_vec(entry)));
                if !out.contains(&path) {
                    out.push(path);
                }
            }
        }
        out
    }

    /// Where a loader looks at last: its built-in folders, and where it lies itself.
    fn folders(&self, loader: Loader, named: &Path, real: &Path) -> Rc<[PathBuf]> {
        let mut folders: Vec<PathBuf> = match loader {
            Loader::Glibc => standard_folders().map(PathBuf::from).collect(),
            Loader::Musl => match read_whole(&musl_list(), 64 << 10) {
                Some(text) => {
                    let entries = text.split(|byte| matches!(byte, b'\n' | b':'));
                    let entries = entries.map(|entry| PathBuf::from(OsStr::from_bytes(entry)));
                    entries.filter(|path| path.is_absolute()).take(MAX_FOLDERS).collect()
                }
                None => ["/lib", "/usr/local/lib", "/usr/lib"].map(PathBuf::from).to_vec(),
            },
        };
        folders.extend([named, real].into_iter().filter_map(Path::parent).map(Path::to_owned));
        let mut known = HashSet::new();
        folders.retain(|folder| known.insert(folder.clone()) && self.directory != folder);
        folders.into()
    }
}

/// The folders that glibc is built to look in, on the systems we know.
pub(super) fn standard_folders() -> impl Iterator<Item = String> {
    let multiarch = ["/lib", "/usr/lib"].map(|folder| format!("{folder}/{MULTIARCH}"));
    let plain = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(String::from);
    multiarch.into_iter().chain(plain)
}

fn library(guard: &Guard, path: &Path) -> Option<Found> {
    let real = guard.file(path).ok()?;
    let elf = elf::read(&open_regular(&real).ok()?).ok()?;
    (elf.shape == Shape::Shared).then(|| Found { real, elf: Rc::new(elf) })
}

fn musl_list() -> PathBuf {
    format!("/etc/ld-musl-{PLATFORM}.path").into()
}

fn variants_of(folder: &Path) -> Vec<PathBuf> {
    let above = folder.join("glibc-hwcaps");
    if !above.is_dir() {
        return Vec::new();
    }
    VARIANTS.iter().map(|variant| above.join(variant)).filter(|path| path.is_dir()).collect()
}

fn is_of_loader(name: &OsStr, loader: Loader) -> bool {
    loader == Loader::Musl && OF_MUSL.iter().any(|own| name.as_bytes().starts_with(own.as_bytes()))
}

/// `$NAME` and `${NAME}` replaced.
fn replace(text: &[u8], name: &str, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let plain = after.strip_prefix(name.as_bytes());
        let braced = after.strip_prefix(b"{").and_then(|after| after.strip_prefix(name.as_bytes()));
        let plain = plain.filter(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric));
        let replaced = braced.and_then(|after| after.strip_prefix(b"}")).or(plain);
        if let Some(after) = replaced.filter(|_| *first == b'$') {
            out.extend(value);
            rest = after;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}

#[cfg(test)]
mod tests;
