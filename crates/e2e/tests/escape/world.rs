//! The world that attacks aim at: a folder of decoys, decoys that are alive, and a network from which nothing leaves. All of
//! it is made for one test and goes with it.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// As whom the attacks and the jail run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Root,
    Ordinary,
}

/// The number of the ordinary user where tests run as root: nobody else's.
const ORDINARY: u32 = 12_345;

/// What a secret's content starts with.
const SECRET: &str = "decoy-secret";

/// What needs this world.
pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) who: Who,
    /// The number of the user that attacks run as.
    pub(crate) user: u32,
    /// The number of the user that the tests run as.
    pub(crate) own: u32,
    facts: BTreeMap<String, String>,
    holder: Child,
    /// The holder ends when this does.
    hold: Option<ChildStdin>,
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.hold.take());
        // It tidies its objects up and ends; if it cannot, there is nothing more to do.
        let _ended = self.holder.wait();
    }
}

impl World {
    /// Makes a world; none if the tests' own user cannot be this somebody.
    pub(crate) fn new(who: Who, programs: &[(&str, PathBuf)]) -> io::Result<Option<Self>> {
        let own = std::fs::metadata("/proc/self")?.uid();
        let user = match (who, own) {
            (Who::Root, 0) => 0,
            (Who::Ordinary, 0) => ORDINARY,
            (Who::Ordinary, own) => own,
            (Who::Root, _) => return Ok(None),
        };
        // Not below the folder that a jail has a private one of.
        let folder = tempfile::Builder::new().prefix("portcullis-escape-").tempdir_in("/var/tmp")?;
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755))?;
        let at = |name: &str| folder.path().join(name);
        for name in ["bin", "sockets", "sockets/declared"] {
            std::fs::create_dir(at(name))?;
        }
        for (name, program) in programs {
            place(program, &at("bin").join(name))?;
        }
        std::fs::write(at("bin/idle"), "a program that nobody runs")?;
        std::fs::write(at("sockets/held"), SECRET)?;
        give(&at("sockets"), own, user)?;
        if own == 0 {
            // A program of root's that runs as root for the world's user, and for nobody else.
            let program = at("sockets/declared/as-root");
            std::fs::copy(at("bin/hostile"), &program)?;
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700))?;
            chown(&program, Some(0), Some(user))?;
            std::fs::set_permissions(&program, PermissionsExt::from_mode(0o4750))?;
        }
        let (mut holder, facts) = hold(&at("bin/stage"), &at("sockets"), user)?;
        let hold = holder.stdin.take();
        let mut world = Self { folder, who, user, own, facts, holder, hold };
        world.name_places()?;
        world.reset()?;
        Ok(Some(world))
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn fact(&self, name: &str) -> &str {
        self.facts.get(name).map_or("", String::as_str)
    }

    fn name_places(&mut self) -> io::Result<()> {
        let text = |path: PathBuf| {
            path.into_os_string().into_string().map_err(|_| io::Error::other("a strange path"))
        };
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
        self.facts.insert("host".into(), host.trim().into());
        self.facts.insert("user".into(), self.user.to_string());
        for (name, place) in [
            ("r", "read"),
            ("w", "write"),
            ("o", "open"),
            ("g", "worktree"),
            ("d", "sockets/declared"),
            ("secret", "secret"),
            ("home", "home"),
            ("s", "sockets"),
            ("world", "."),
            ("hostile", "bin/hostile"),
        ] {
            let path = if place == "." { self.folder.path().to_owned() } else { self.at(place) };
            self.facts.insert(name.into(), text(path)?);
        }
        Ok(())
    }

    /// Puts the world's places and facts where a text has their names in braces.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.facts
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Makes every folder that an attack may have changed anew.
    pub(crate) fn reset(&self) -> io::Result<()> {
        for name in ["read", "write", "open", "worktree", "secret", "home"] {
            let folder = self.at(name);
            if folder.exists() {
                // An attack may have closed it.
                std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755))?;
                std::fs::remove_dir_all(&folder)?;
            }
        }
        let files = [
            ("read/file", "only to be read\n"),
            ("read/sub/file", "below\n"),
            ("write/file", "to be written\n"),
            ("write/.git/hooks/pre-commit", "#!/bin/sh\n"),
            ("write/.git/config", "[core]\n"),
            ("write/.git/HEAD", "ref\n"),
            ("write/.bashrc", "# shell\n"),
            ("write/.mcp.json", "{}\n"),
            ("write/.vscode/tasks.json", "{}\n"),
            ("write/.config/git/config", "[core]\n"),
            ("write/bin/tool", "#!/bin/sh\n"),
            ("write/plain/file", "to be written\n"),
            ("worktree/.git", "gitdir: elsewhere\n"),
            ("write/deep/er/closed/key", SECRET),
            ("write/denied/key", SECRET),
            ("open/file", "to be written\n"),
            ("open/sub/file", "below\n"),
            ("secret/file", SECRET),
            ("home/.ssh/id_ed25519", SECRET),
            ("home/.bashrc", "# shell\n"),
            ("home/.config/claude/config.json", "{}\n"),
            ("home/bin/tool", "#!/bin/sh\n"),
        ];
        for (name, content) in files {
            let file = self.at(name);
            std::fs::create_dir_all(file.parent().unwrap_or(&file))?;
            std::fs::write(file, content)?;
        }
        symlink(self.at("secret"), self.at("read/link"))?;
        symlink("../secret/file", self.at("read/file-link"))?;
        for name in ["read", "write", "open", "worktree", "secret", "home"] {
            give(&self.at(name), self.own, self.user)?;
        }
        Ok(())
    }
}

/// Puts a program where anybody may execute it: as a link where that will do, since a driver with all that debuggers want to
/// know is large.
fn place(program: &Path, at: &Path) -> io::Result<()> {
    const READ_AND_EXECUTE: u32 = 0o005;
    let mode = std::fs::metadata(program)?.mode();
    if mode & READ_AND_EXECUTE == READ_AND_EXECUTE && std::fs::hard_link(program, at).is_ok() {
        return Ok(());
    }
    std::fs::copy(program, at)?;
    std::fs::set_permissions(at, PermissionsExt::from_mode(0o755))
}

/// Gives a folder and all in it to a user.
fn give(folder: &Path, own: u32, user: u32) -> io::Result<()> {
    if own == user {
        return Ok(());
    }
    chown(folder, Some(user), Some(user))?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            give(&entry.path(), own, user)?;
        } else if !entry.file_type()?.is_symlink() {
            chown(entry.path(), Some(user), Some(user))?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test sets its stage itself: the product is not in between"
)]
fn hold(stage: &Path, sockets: &Path, user: u32) -> io::Result<(Child, BTreeMap<String, String>)> {
    let mut child = Command::new(stage)
        .args(["--network", "--user", &user.to_string(), "--"])
        .arg(stage)
        .arg("hold")
        .arg(sockets)
        .env("DECOY_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = child.stdout.take().ok_or_else(|| io::Error::other("the decoys have no output"))?;
    let mut facts = BTreeMap::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        match line.split_once('=') {
            Some((name, value)) => facts.insert(name.to_owned(), value.to_owned()),
            None => return Ok((child, facts)),
        };
    }
    Err(io::Error::other("the decoys did not come alive"))
}
