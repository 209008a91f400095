//! The program's environment: built, not filtered.

use super::{Asked, BuildError, bytes};
use portcullis_policy::action::PassEnv;
use portcullis_policy::decide;
use portcullis_policy::manifest::Tier;
use portcullis_policy::value::{AbsPath, EnvName};
use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where programs are looked for in the jail, after those folders in which the user looks and the jail has something.
const PROGRAM_FOLDERS: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// What every program gets, what its runtime needs, and what the manifest declares and the broker has: the later win.
pub(super) fn of(asked: &Asked<'_>, home: &AbsPath, tier: Tier) -> Result<Vec<CString>, BuildError> {
    let mut out: BTreeMap<String, OsString> = BTreeMap::new();
    let folders: Vec<_> = folders(asked).iter().map(|folder| folder.as_os_str().to_owned()).collect();
    let temporary = if tier == Tier::T1 { "/tmp" } else { home.as_str() };
    out.insert("PATH".into(), folders.join(std::ffi::OsStr::new(":")));
    out.insert("HOME".into(), home.as_str().into());
    out.insert("TMPDIR".into(), temporary.into());
    out.insert("LANG".into(), "C.UTF-8".into());
    out.insert("TZ".into(), "UTC".into());
    out.insert("USER".into(), "tool".into());
    out.insert("LOGNAME".into(), "tool".into());
    if tier != Tier::T1 {
        // The machine's settings of git are there, and closed: git would stop at that. In a private root there are none.
        out.insert("GIT_CONFIG_NOSYSTEM".into(), "1".into());
    }
    for (name, value) in &asked.loading.variables {
        out.insert((*name).into(), value.clone());
    }
    let declared = asked.policy.manifest().map(|manifest| manifest.env.as_slice()).unwrap_or_default();
    for entry in declared {
        if let Some(value) = asked.variables.get(&entry.value).filter(|_| passes(asked, &entry.value)) {
            out.insert(entry.value.as_str().into(), value.clone());
        }
    }
    out.into_iter().map(|(name, value)| bytes(&[name.as_bytes(), b"=", value.as_bytes()].concat())).collect()
}

/// The folders of `PATH`, in the user's order: what a script asks `env` for must be what was found for it.
fn folders(asked: &Asked<'_>) -> Vec<PathBuf> {
    let shown = |folder: &Path| {
        asked.loading.parts.iter().any(|part| part.path.starts_with(folder) || folder.starts_with(&part.path))
            || asked.loads.places.iter().any(|place| folder.starts_with(&place.path))
    };
    let users = asked.search.iter().filter(|folder| folder.is_absolute() && shown(folder)).cloned();
    let mut out: Vec<PathBuf> = Vec::new();
    for folder in users.chain(PROGRAM_FOLDERS.map(PathBuf::from)) {
        if !out.contains(&folder) {
            out.push(folder);
        }
    }
    out
}

fn passes(asked: &Asked<'_>, name: &EnvName) -> bool {
    decide(PassEnv { name: name.clone() }, asked.policy).is_allow()
}
