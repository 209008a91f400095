//! A world of a test's own: a folder with the jail's driver in it, for root or for an ordinary user. What is run in it and
//! what must come of that is the tests' business.

use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a test that needs the driver may be skipped.
pub(crate) const NO_DRIVER: &str =
    "needs the driver of the jail: `cargo build -p portcullis-sandbox --example jail`";

/// What T2 leaves open, and these tests are not about: the number of processes, the size of the private folder, and, where no
/// other user can be had, that the jail of root is root.
pub(crate) const ACCEPTED: &str = "process-count,private-size,root-outside,memory";

/// A user who is nobody in particular.
const ORDINARY: u32 = 12_345;

/// Who the broker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// Whoever runs the test.
    Own,
    /// An ordinary user, where the test is run by root.
    Ordinary,
}

impl User {
    /// Every user that the test can be. It can be another only if it is root.
    pub(crate) fn all() -> &'static [Self] {
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0);
        if is_root { &[Self::Own, Self::Ordinary] } else { &[Self::Own] }
    }
}

/// A folder that goes with the value.
pub(crate) struct World {
    /// Goes with the value.
    _folder: tempfile::TempDir,
    path: PathBuf,
    user: User,
}

impl World {
    /// A new one, with the driver in it. None if the driver has not been built.
    pub(crate) fn new(user: User) -> Option<Self> {
        let driver = portcullis_e2e::program("examples/jail")?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
        let path = folder.path().canonicalize().unwrap();
        let world = Self { _folder: folder, path, user };
        world.program(&driver, "jail");
        world.folder("home");
        Some(world)
    }

    /// A place in it.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A new folder in it, the user's.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.at(name);
        std::fs::create_dir(&path).unwrap();
        if self.user == User::Ordinary {
            chown(&path, Some(ORDINARY), Some(ORDINARY)).unwrap();
        }
        path
    }

    /// A program, which everybody may execute. A link where that can be: a program that is being written cannot be executed,
    /// and a process that another test is just starting may have it open still.
    pub(crate) fn program(&self, from: &Path, name: &str) -> PathBuf {
        let path = self.at(name);
        if std::fs::hard_link(from, &path).is_err() {
            std::fs::copy(from, &path).unwrap();
        }
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path
    }

    /// A program to be run as the user, in an environment of its own, without input.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test starts the driver itself, as another user where need be"
    )]
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.at("home"))
            .env("LANG", "C.UTF-8")
            .env("USER", "somebody")
            .current_dir(&self.path)
            .stdin(Stdio::null());
        if self.user == User::Ordinary {
            command.uid(ORDINARY).gid(ORDINARY);
        }
        command
    }

    /// The driver, for a program under a manifest. More words may be added: they are the program's.
    pub(crate) fn jail(&self, manifest: &Value, options: &[&str], program: &Path) -> Command {
        let text = manifest.to_string();
        let file = self.at(&format!("armor-{:016x}.json", hash(&text)));
        if !file.exists() {
            // A jail that starts at this moment may be reading the same one.
            std::fs::write(&file, text).unwrap();
        }
        let mut command = self.command(&self.at("jail"));
        command.arg("--manifest").arg(file).args(options).arg("--").arg(program);
        command
    }
}

/// What tells one text from another in the name of a file.
pub(crate) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
