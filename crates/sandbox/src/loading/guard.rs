//! What is never offered to a tool, whoever names it: folders that hold secrets, the kernel's file systems, and trees so
//! wide that they hold more than one thing. It looks at names and links only; that a file is of the expected kind is for
//! those to check who ask.

use super::paths::clean;
use std::path::{Path, PathBuf};

/// Where a name in [`SECRETS`] counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In any folder.
    Anywhere,
    /// In the home folder.
    Home,
}

/// A folder or file whose content no tool needs in order to be loaded.
struct Secret {
    name: &'static str,
    place: Place,
    holds: &'static str,
}

const fn secret(name: &'static str, place: Place, holds: &'static str) -> Secret {
    Secret { name, place, holds }
}

/// What nothing is shown from. Relative to home, or the name of a folder anywhere.
const SECRETS: &[Secret] = &[
    secret(".ssh", Place::Anywhere, "it holds keys of other machines"),
    secret(".aws", Place::Anywhere, "it holds keys of a cloud account"),
    secret(".azure", Place::Anywhere, "it holds keys of a cloud account"),
    secret(".gnupg", Place::Anywhere, "it holds private keys"),
    secret(".kube", Place::Anywhere, "it holds keys of clusters"),
    secret(".docker", Place::Anywhere, "it holds keys of registries"),
    secret(".password-store", Place::Anywhere, "it holds passwords"),
    secret(".config", Place::Home, "it holds the settings and the tokens of other programs"),
    secret(".mozilla", Place::Home, "it holds the sessions of a browser"),
    secret(".thunderbird", Place::Home, "it holds mail"),
    secret(".netrc", Place::Home, "it is a list of passwords"),
    secret(".git-credentials", Place::Home, "it is a list of passwords"),
    secret(".npmrc", Place::Home, "it holds the token of a registry"),
    secret(".pypirc", Place::Home, "it holds the token of a registry"),
    secret(".local/share/keyrings", Place::Home, "it holds passwords"),
];

/// Folders below a secret one that hold programs all the same: version managers follow `XDG_CONFIG_HOME`.
const EXEMPT: &[&str] = &[".config/nvm/versions", ".config/yarn/global/node_modules"];

/// What the kernel shows of itself. Programs do not lie there.
const KERNEL: &[&str] = &["/proc", "/sys", "/dev"];

/// Folders that hold things of many owners: never a tree as a whole, though trees below them are.
const WIDE: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/share",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/tmp",
];

/// The same below home.
const WIDE_AT_HOME: &[&str] = &[
    ".cache",
    ".local",
    ".local/bin",
    ".local/lib",
    ".local/share",
    "Desktop",
    "Documents",
    "Downloads",
    "bin",
    "src",
];

/// Why something is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not there, or links lead nowhere.
    Absent,
    /// It is in a folder that is kept from tools, and what that holds.
    Private(&'static str),
    /// It is a folder with more in it than one thing.
    Wide,
}

/// The folders of this command's user that are closed.
pub(super) struct Guard {
    /// The home folder under each of its names.
    homes: Vec<PathBuf>,
    /// Closed folders under each of their names, and what they hold.
    closed: Vec<(PathBuf, &'static str)>,
    /// What is open below them.
    open: Vec<PathBuf>,
}

impl Guard {
    /// The guard for the user with this home folder.
    pub(super) fn new(home: Option<&Path>) -> Self {
        let mut homes: Vec<PathBuf> = home.map(clean).into_iter().collect();
        homes.extend(home.and_then(|home| home.canonicalize().ok()));
        homes.dedup();
        let below = |name: &str| homes.iter().map(|home| home.join(name)).collect::<Vec<_>>();
        let mut closed: Vec<_> =
            KERNEL.iter().map(|path| (PathBuf::from(path), "it is the kernel's")).collect();
        for Secret { name, holds, .. } in SECRETS {
            for path in below(name) {
                // A folder of keys may lie on another disk, behind a link.
                closed.extend(path.canonicalize().ok().map(|real| (real, *holds)));
                closed.push((path, holds));
            }
        }
        let open = EXEMPT.iter().flat_map(|name| below(name)).collect();
        Self { homes, closed, open }
    }

    /// The file that `path` leads to, if a file there may be shown.
    pub(super) fn file(&self, path: &Path) -> Result<PathBuf, Refusal> {
        self.named(path)?;
        let real = path.canonicalize().map_err(|_| Refusal::Absent)?;
        self.named(&real)?;
        Ok(real)
    }

    /// The folder that `path` leads to, if everything below may be shown.
    pub(super) fn tree(&self, path: &Path) -> Result<PathBuf, Refusal> {
        let real = self.file(path)?;
        for name in [&clean(path), &real] {
            if self.is_wide(name) {
                return Err(Refusal::Wide);
            }
        }
        let holds_closed = |(folder, _): &(PathBuf, _)| folder.starts_with(&real) && !self.is_open(&real);
        if self.closed.iter().any(holds_closed) {
            return Err(Refusal::Wide);
        }
        Ok(real)
    }

    /// Whether the folder holds more than one thing: home, what home lies in, and the system's own.
    pub(super) fn is_wide(&self, folder: &Path) -> bool {
        WIDE.iter().any(|wide| folder == Path::new(wide))
            || self.homes.iter().any(|home| {
                home.starts_with(folder) || WIDE_AT_HOME.iter().any(|name| folder == home.join(name))
            })
    }

    fn is_open(&self, path: &Path) -> bool {
        self.open.iter().any(|open| path.starts_with(open))
    }

    /// Looks at the path as it is written.
    fn named(&self, path: &Path) -> Result<(), Refusal> {
        let path = clean(path);
        for name in &path {
            let found = SECRETS.iter().find(|secret| secret.place == Place::Anywhere && name == secret.name);
            if let Some(secret) = found {
                return Err(Refusal::Private(secret.holds));
            }
        }
        match self.closed.iter().find(|(folder, _)| path.starts_with(folder)) {
            Some((_, holds)) if !self.is_open(&path) => Err(Refusal::Private(holds)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EXEMPT, Guard, KERNEL, Refusal, SECRETS, WIDE, WIDE_AT_HOME};
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    fn home() -> (tempfile::TempDir, PathBuf, Guard) {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap().join("home/me");
        fs::create_dir_all(home.join("project/src")).unwrap();
        fs::write(home.join("project/src/a.py"), "").unwrap();
        let guard = Guard::new(Some(&home));
        (folder, home, guard)
    }

    #[test]
    fn nothing_is_shown_from_a_secret_folder_by_any_name() {
        let (_folder, home, _) = home();
        for secret in SECRETS {
            let keys = home.join(secret.name);
            fs::create_dir_all(&keys).unwrap();
            fs::write(keys.join("key"), "secret").unwrap();
            let link = home.join("project/link");
            let _ = fs::remove_file(&link);
            symlink(keys.join("key"), &link).unwrap();
            let guard = Guard::new(Some(&home));
            let expected = Refusal::Private(secret.holds);
            assert_eq!(guard.file(&keys.join("key")).unwrap_err(), expected, "{}", secret.name);
            assert_eq!(guard.file(&link).unwrap_err(), expected, "{} by a link", secret.name);
            assert_eq!(guard.tree(&keys).unwrap_err(), expected, "{} as a tree", secret.name);
            let around = home.join("project/src/../..").join(secret.name).join("key");
            assert_eq!(guard.file(&around).unwrap_err(), expected, "{} with dots", secret.name);
        }
    }

    #[test]
    fn a_secret_folder_on_another_disk_is_closed_there_too() {
        let (folder, home, _) = home();
        let far = folder.path().canonicalize().unwrap().join("disk/keys");
        fs::create_dir_all(&far).unwrap();
        fs::write(far.join("id"), "secret").unwrap();
        symlink(&far, home.join(".config")).unwrap();
        let guard = Guard::new(Some(&home));
        assert!(matches!(guard.file(&far.join("id")), Err(Refusal::Private(_))));
        assert_eq!(guard.tree(far.parent().unwrap()).unwrap_err(), Refusal::Wide);
    }

    #[test]
    fn wide_folders_are_no_trees() {
        let (folder, home, guard) = home();
        for name in WIDE_AT_HOME {
            fs::create_dir_all(home.join(name)).unwrap();
            assert_eq!(guard.tree(&home.join(name)).unwrap_err(), Refusal::Wide, "{name}");
        }
        let ancestors = [home.clone(), home.join("project/.."), folder.path().to_owned(), "/".into()];
        for path in ancestors.iter().chain(&WIDE.iter().map(PathBuf::from).collect::<Vec<_>>()) {
            let refused = matches!(guard.tree(path), Err(Refusal::Wide | Refusal::Absent));
            assert!(refused, "{}", path.display());
        }
        symlink(&home, home.join("project/round")).unwrap();
        assert_eq!(guard.tree(&home.join("project/round")).unwrap_err(), Refusal::Wide);
        assert_eq!(guard.tree(&home.join("project")).unwrap(), home.join("project"));
    }

    #[test]
    fn programs_of_version_managers_are_open() {
        let (_folder, home, guard) = home();
        for name in EXEMPT {
            let path = home.join(name).join("v1");
            fs::create_dir_all(&path).unwrap();
            assert_eq!(guard.tree(&path).unwrap(), path);
        }
        fs::create_dir_all(home.join(".config/nvm/other")).unwrap();
        assert!(guard.file(&home.join(".config/nvm/other")).is_err());
    }

    #[test]
    fn the_kernels_files_are_closed() {
        let guard = Guard::new(None);
        for folder in KERNEL {
            assert!(matches!(guard.tree(folder.as_ref()), Err(Refusal::Private(_))), "{folder}");
        }
        assert!(matches!(guard.file("/proc/self/exe".as_ref()), Err(Refusal::Private(_))));
    }
}
