//! Where a Python's modules are: its environment (`pyvenv.cfg`), the Python that was made from, the system's packages.
//!
//! A folder counts only by its landmark: `os.py` for a Python's own modules, `pyvenv.cfg` with `lib/pythonX.Y` for an
//! environment. `pyvenv.cfg` is a text that anybody may have written; what it names counts by the same landmark.

use crate::loading::chain::Surroundings;
use crate::loading::elf::Elf;
use crate::loading::paths::{clean, read_whole};
use std::path::{Path, PathBuf};

const MAX_SETTINGS_LEN: usize = 64 << 10;
/// Folders above the program in which its modules are looked for.
const MAX_ABOVE: usize = 4;
/// Folders that hold modules, below a prefix.
const LIBRARY_FOLDERS: [&str; 2] = ["lib", "lib64"];

/// Whether packages of the user count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserSite {
    /// They do, unless an option forbids it.
    Used,
    /// The environment is closed.
    Closed,
}

/// A tree of modules.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) path: PathBuf,
    pub(super) why: &'static str,
    /// What is shown instead, if the tree is too wide.
    pub(super) instead: Vec<PathBuf>,
}

/// Where modules are.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) trees: Vec<Tree>,
    /// Files outside of the trees.
    pub(super) files: Vec<PathBuf>,
    /// The folder's name: `python3.11`.
    pub(super) version: Option<String>,
    pub(super) user_site: UserSite,
}

/// What `pyvenv.cfg` says.
struct Settings {
    /// The environment.
    root: PathBuf,
    /// The folder of the program that it was made from.
    home: Option<PathBuf>,
    system: SystemSite,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SystemSite {
    Used,
    Closed,
}

impl Environment {
    /// Looks around the program: first where it was started from, then where links lead to.
    pub(super) fn find(around: &Surroundings<'_>, named: &Path, real: &Path, elf: &Elf) -> Self {
        let settings = [named, real].into_iter().find_map(Settings::beside);
        let mut version =
            [real, named].into_iter().find_map(version_of_name).or_else(|| version_of_library(elf));
        let mut environment =
            Self { trees: Vec::new(), files: Vec::new(), version: None, user_site: UserSite::Used };
        let mut starts: Vec<PathBuf> = Vec::new();
        let mut system = SystemSite::Used;
        if let Some(settings) = settings {
            system = settings.system;
            environment.add_virtual(&settings, &mut version);
            starts.extend(settings.home.filter(|home| home.is_absolute()));
        }
        starts.extend([real, named].into_iter().filter_map(Path::parent).map(Path::to_owned));
        for start in starts {
            let Some((prefix, found)) = prefix_above(around, &start, version.as_deref()) else { continue };
            environment.add_base(&prefix, &found, system);
            version.get_or_insert(found);
        }
        environment.version = version;
        environment
    }

    fn add_virtual(&mut self, settings: &Settings, version: &mut Option<String>) {
        let root = &settings.root;
        let Some(found) = versions_in(&root.join("lib"), version.as_deref(), "site-packages") else {
            return;
        };
        let packages = root.join("lib").join(&found);
        self.trees.push(Tree { path: root.clone(), why: "environment of Python", instead: vec![packages] });
        self.files.push(root.join("pyvenv.cfg"));
        version.get_or_insert(found);
        if settings.system == SystemSite::Closed {
            self.user_site = UserSite::Closed;
        }
    }

    fn add_base(&mut self, prefix: &Path, version: &str, system: SystemSite) {
        let mut add = |path: PathBuf, why| {
            if path.is_dir() && !self.trees.iter().any(|tree| tree.path == path) {
                self.trees.push(Tree { path, why, instead: Vec::new() });
            }
        };
        for folder in LIBRARY_FOLDERS {
            let path = prefix.join(folder).join(version);
            let is_one =
                ["os.py", "lib-dynload", "site-packages"].iter().any(|mark| path.join(mark).exists());
            if is_one {
                add(path, "modules of Python");
            }
        }
        if prefix == Path::new("/usr") {
            // The system's own Python has a second Python's site, and packages of all versions.
            if system == SystemSite::Used {
                if Path::new("/usr/lib/python3/dist-packages").is_dir() {
                    add("/usr/lib/python3".into(), "packages of the system");
                }
                add(Path::new("/usr/local/lib").join(version), "packages of the system");
            }
            self.files.push(Path::new("/etc").join(version).join("sitecustomize.py"));
        }
    }
}

impl Settings {
    /// Reads `pyvenv.cfg` beside the program or one folder above.
    fn beside(program: &Path) -> Option<Self> {
        let folder = program.parent()?;
        let roots = [Some(folder), folder.parent()];
        roots.into_iter().flatten().find_map(|root| {
            let text = read_whole(&root.join("pyvenv.cfg"), MAX_SETTINGS_LEN)?;
            Some(Self::parse(root, &String::from_utf8_lossy(&text)))
        })
    }

    fn parse(root: &Path, text: &str) -> Self {
        let mut settings = Self { root: root.to_owned(), home: None, system: SystemSite::Closed };
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match key.trim().to_ascii_lowercase().as_str() {
                "home" => settings.home = Some(clean(Path::new(value.trim()))),
                "include-system-site-packages" if value.trim().eq_ignore_ascii_case("true") => {
                    settings.system = SystemSite::Used;
                }
                _ => {}
            }
        }
        settings
    }
}

/// `python3.11` out of a program of that name.
fn version_of_name(program: &Path) -> Option<String> {
    let name = program.file_name()?.to_str()?;
    let is_exact = name.starts_with("python") || name.starts_with("pypy");
    (is_exact && minor(name).is_some()).then(|| name.trim_end_matches(['d', 'm', 'u']).to_owned())
}

/// `python3.11` out of `libpython3.11.so.1.0`.
fn version_of_library(elf: &Elf) -> Option<String> {
    elf.needed.iter().find_map(|name| {
        let name = name.to_str()?.strip_prefix("lib")?;
        let (name, _) = name.split_once(".so")?;
        (name.starts_with("python") && minor(name).is_some())
            .then(|| name.trim_end_matches(['d', 'm']).to_owned())
    })
}

/// The version behind the name: `(3, 11)` of `python3.11`.
fn minor(name: &str) -> Option<(u32, u32)> {
    let rest = name.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let (major, minor) = rest.split_once('.')?;
    let minor = minor.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The folder of modules in `folder` that has the landmark: of that version, or the newest.
fn versions_in(folder: &Path, version: Option<&str>, landmark: &str) -> Option<String> {
    if let Some(version) = version {
        return folder.join(version).join(landmark).exists().then(|| version.to_owned());
    }
    let names = folder.read_dir().ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let known = names.filter(|name| name.starts_with("python") || name.starts_with("pypy"));
    let found = known.filter(|name| minor(name).is_some() && folder.join(name).join(landmark).exists());
    found.max_by_key(|name| minor(name))
}

/// The nearest folder above the program's that holds a Python's modules, and the version.
fn prefix_above(around: &Surroundings<'_>, start: &Path, version: Option<&str>) -> Option<(PathBuf, String)> {
    start.ancestors().take(MAX_ABOVE).find_map(|prefix| {
        let found = LIBRARY_FOLDERS.iter().find_map(|folder| {
            let folder = prefix.join(folder);
            let found = versions_in(&folder, version, "os.py")?;
            around.guard.tree(&folder.join(&found)).is_ok().then_some(found)
        })?;
        Some((prefix.to_owned(), found))
    })
}

/// Whether a folder is an environment: it has `pyvenv.cfg` and modules.
pub(in crate::loading) fn is_environment(root: &Path) -> bool {
    root.join("pyvenv.cfg").is_file() && versions_in(&root.join("lib"), None, "site-packages").is_some()
}
