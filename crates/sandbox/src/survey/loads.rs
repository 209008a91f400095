//! Where the parts that a program is loaded from really are.

use super::resolve::{ResolveError, Resolved, resolve};
use super::{Extent as Whole, Place, walk};
use crate::gap::{Gap, GapName};
use crate::loading::confirm::{Confirmation, Namer};
use crate::loading::{Extent, Loading};
use crate::plan::Kind;
use portcullis_policy::value::{AbsPath, Reach};
use portcullis_policy::{Policy, Power};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The parts, free of links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loads {
    /// The files and trees.
    pub places: Vec<Load>,
    /// The links on the way to them, and what they say.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// What in them stays closed: programs that the operator blocks, and what is denied.
    pub blocked: Vec<Place>,
    /// What is not looked for in them.
    pub gaps: Vec<Gap>,
}

/// A file or tree that a program is loaded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Where.
    pub path: PathBuf,
    /// What stands there.
    pub kind: Kind,
    /// What needs it.
    pub why: String,
}

/// What programs find on every machine: where any program may be started, it is what they are loaded from.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/python3",
    "/etc/perl",
    "/etc/fonts",
    "/etc/terminfo",
];

/// The certificates of those whom programs may trust, which tell of nobody. They are named one by one, because the keys of
/// the machine lie beside them: a broker that is root would show them to the tool as its own.
const CERTIFICATES: &[&str] = &[
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/etc/pki/ca-trust",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/openssl.cnf",
    "/etc/crypto-policies",
];

/// What else a program with a network needs: the names of ports.
const NETWORK: &[&str] = &["/etc/services", "/etc/protocols"];

/// Finds the parts on the disk. What a policy adds to what a program needs is added: programs that may be started, a network.
///
/// # Errors
/// A part that was found a moment ago is gone, or is no file or folder.
pub fn loads(loading: &Loading, policy: &Policy, home: &AbsPath) -> Result<Loads, ResolveError> {
    let mut out = Loads::default();
    let confirmation = Confirmation::new(Path::new(home.as_str()));
    for part in &loading.parts {
        let found = resolve(&part.path)?;
        let typed = |word: &OsString| Path::new(word).file_name() == part.path.file_name();
        let namer = if loading.words.iter().any(typed) { Namer::User } else { Namer::Tool };
        if !confirmation.fits(Path::new(found.path.as_str()), part.extent, namer) {
            return Err(ResolveError::Changed(part.path.clone()));
        }
        // A tree that has become a file, or the other way round, is for the jailer to refuse.
        let kind = match part.extent {
            Extent::File => Kind::File,
            Extent::Tree => Kind::Folder,
        };
        out.add(found, kind, &part.why);
    }
    let manifest = policy.manifest();
    let spawns = policy.powers().has(Power::Spawn) && manifest.is_some_and(|manifest| manifest.spawn);
    let connects = policy.powers().has(Power::Network)
        && manifest.is_some_and(|manifest| !manifest.network.allow.is_empty());
    // Programs that may be started get them without a network too: some do not start where they are there and closed.
    let trusts = spawns || connects;
    for (wanted, list, why) in [
        (spawns, SYSTEM, "programs that may be started"),
        (trusts, CERTIFICATES, "certificates"),
        (connects, NETWORK, "connections"),
    ] {
        for path in list.iter().filter(|_| wanted) {
            match resolve(Path::new(path)) {
                Ok(found) => {
                    let kind = found.kind;
                    out.add(found, kind, why);
                }
                Err(ResolveError::Missing(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    if spawns {
        out.block(policy);
    }
    out.close(policy)?;
    Ok(out)
}

/// Where programs lie in [`SYSTEM`].
const PROGRAMS: &[&str] =
    &["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/games", "/bin", "/sbin"];

impl Loads {
    /// Finds the programs that the operator blocks, by each name that leads to them. The tool's own program is not one that it
    /// starts.
    fn block(&mut self, policy: &Policy) {
        let names =
            policy.operator().map(|operator| operator.blocked_commands.as_slice()).unwrap_or_default();
        let own: Vec<_> = self.places.iter().filter(|place| place.kind == Kind::File).collect();
        let mut found = BTreeMap::new();
        for folder in PROGRAMS {
            for name in names {
                let Ok(Resolved { path, kind: Kind::File, .. }) =
                    resolve(&Path::new(folder).join(&*name.value))
                else {
                    continue;
                };
                if !own.iter().any(|place| place.path == Path::new(path.as_str())) {
                    found.insert(path.clone(), Place { path, kind: Kind::File, extent: Whole::Alone });
                }
            }
        }
        self.blocked = found.into_values().collect();
        self.block_other_names();
    }

    /// Finds other names of the same files.
    fn block_other_names(&mut self) {
        let identity =
            |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino(), file.nlink()));
        let many = |place: &Place| {
            identity(Path::new(place.path.as_str()))
                .filter(|(_, _, names)| *names > 1)
                .map(|(dev, ino, _)| (dev, ino))
        };
        let files: Vec<_> = self.blocked.iter().filter_map(many).collect();
        if files.is_empty() {
            return;
        }
        for entry in PROGRAMS.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
            let is_same = identity(&entry.path()).is_some_and(|(dev, ino, _)| files.contains(&(dev, ino)));
            if let Ok(Resolved { path, kind: Kind::File, .. }) = resolve(&entry.path())
                && is_same
                && !self.blocked.iter().any(|place| place.path == path)
            {
                self.blocked.push(Place { path, kind: Kind::File, extent: Whole::Alone });
            }
        }
    }

    /// Closes what is denied in the folders that programs are loaded from. Patterns for any folder are not looked for there.
    fn close(&mut self, policy: &Policy) -> Result<(), ResolveError> {
        let manifest = policy.manifest().map(|manifest| manifest.files.deny.as_slice()).unwrap_or_default();
        let operator = policy.operator().map(|operator| operator.denied_paths.as_slice()).unwrap_or_default();
        let trees: Vec<_> = self.places.iter().filter(|place| place.kind == Kind::Folder).cloned().collect();
        for entry in manifest.iter().chain(operator) {
            let (Reach::Path(start) | Reach::Tree(start) | Reach::Within(start)) =
                entry.value.reach_of_deny();
            if start == AbsPath::root() {
                let what = format!("`{}` is not looked for in what programs are loaded from", entry.value);
                self.gaps.push(Gap::new(GapName::DeniedInSystem, what, Some(&entry.source)));
                continue;
            }
            for tree in &trees {
                let Some(path) = tree.path.to_str().and_then(|path| AbsPath::parse(path).ok()) else {
                    continue;
                };
                let tree = Place { path, kind: Kind::Folder, extent: Whole::Tree };
                let found = walk::denied(&entry.value, &tree)
                    .map_err(|cause| ResolveError::Os { path: tree.path.as_str().into(), cause })?;
                self.blocked.extend(found);
            }
        }
        Ok(())
    }

    fn add(&mut self, found: Resolved, kind: Kind, why: &str) {
        let Resolved { path, kind: _, links } = found;
        self.links.extend(links);
        self.places.push(Load { path: path.as_str().into(), kind, why: why.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::{CERTIFICATES, NETWORK, SYSTEM};
    use std::path::Path;

    #[test]
    fn private_keys_of_the_machine_are_not_loaded() {
        let keys = [
            "/etc/ssl/private",
            "/etc/pki/tls/private",
            "/etc/pki/consumer",
            "/etc/pki/nssdb",
            "/etc/ssl/keys",
        ];
        for listed in [SYSTEM, CERTIFICATES, NETWORK].into_iter().flatten() {
            assert!(!keys.iter().any(|key| Path::new(key).starts_with(listed)), "{listed}");
        }
    }
}
