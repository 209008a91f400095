//! Where the parts that a program is loaded from really are.

use super::resolve::{ResolveError, Resolved, resolve};
use super::{Extent as Whole, Place};
use crate::loading::{Extent, Loading};
use crate::plan::Kind;
use portcullis_policy::{Policy, Power};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The parts, free of links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loads {
    /// The files and trees.
    pub places: Vec<Load>,
    /// The links on the way to them, and what they say.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// Programs among them that the operator blocks.
    pub blocked: Vec<Place>,
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
pub fn loads(loading: &Loading, policy: &Policy) -> Result<Loads, ResolveError> {
    let mut out = Loads::default();
    for part in &loading.parts {
        let found = resolve(&part.path)?;
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
