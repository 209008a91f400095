//! The files that a policy is about, as they are: which exist, what kind they are, where symbolic links lead.
//!
//! The edge between documents and the disk: [`crate::build`] works on what is found here and looks at no file itself. Reads names
//! and kinds, never content.

mod carve;
mod loads;
mod protected;
mod resolve;
mod walk;

pub use carve::{Carved, Listing, Remnant};
pub use loads::{Load, Loads, loads};
pub use protected::PROTECTED;
pub use resolve::{ResolveError, Resolved, resolve};

use crate::gap::{Gap, GapName};
use crate::plan::Kind;
use portcullis_policy::action::{Access, UsePath};
use portcullis_policy::value::{AbsPath, PathGlob, Reach};
use portcullis_policy::{Entry, OperatorPolicy, Policy, Power, Source, decide};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How much of a place is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// It alone.
    Alone,
    /// With everything below it.
    Tree,
}

/// A place that exists, free of symbolic links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub path: AbsPath,
    /// What stands there.
    pub kind: Kind,
    /// How much of it.
    pub extent: Extent,
}

/// Everything a policy names, found on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// What may be read.
    pub read: Vec<Place>,
    /// What may be written.
    pub write: Vec<Place>,
    /// What stays closed inside those.
    pub denied: Vec<Place>,
    /// What in writable places is only to be read: see [`PROTECTED`].
    pub protected: Vec<Place>,
    /// What may be read and written without what stays closed in it: for a layer that can only give, not take out.
    pub carved: Carved,
    /// Symbolic links on the way to any of it, and what they say.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// What is not exactly as the policy says.
    pub gaps: Vec<Gap>,
}

/// A document that does not fit the disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_place}: `{pattern}`: {why}\nhint: {hint}")]
pub struct SurveyError {
    source_place: Source,
    pattern: String,
    why: String,
    hint: String,
}

/// Looks at the disk for everything that a policy names.
///
/// # Errors
/// An entry of the manifest that names nothing, a link that leads out of what is declared, something that cannot be looked at.
pub fn survey(policy: &Policy) -> Result<Survey, SurveyError> {
    let mut out = Surveyor { policy, found: Survey::default() };
    out.declared()?;
    out.closed()?;
    if let Some(manifest) = policy.manifest() {
        protected::protect(&mut out.found, &manifest.files.write);
    }
    out.found.carved = carve::carve(&out.found);
    Ok(out.found)
}

struct Surveyor<'a> {
    policy: &'a Policy,
    found: Survey,
}

impl Surveyor<'_> {
    fn declared(&mut self) -> Result<(), SurveyError> {
        let Some(manifest) = self.policy.manifest().filter(|_| self.policy.powers().has(Power::Files)) else {
            return Ok(());
        };
        for (entries, access) in
            [(&manifest.files.read, Access::Read), (&manifest.files.write, Access::Write)]
        {
            for entry in entries {
                let places = self.places(entry)?;
                let places = self.allowed_by_operator(entry, places)?;
                match access {
                    Access::Write => self.found.write.extend(places),
                    Access::Read | Access::Either => self.found.read.extend(places),
                }
            }
        }
        Ok(())
    }

    /// What an entry of the manifest stands for on this disk.
    fn places(&mut self, entry: &Entry<PathGlob>) -> Result<Vec<Place>, SurveyError> {
        match entry.value.reach() {
            Reach::Path(path) => self.one(entry, path, Extent::Alone),
            Reach::Tree(path) => self.one(entry, path, Extent::Tree),
            Reach::Within(prefix) => {
                let refuse = |why: String, hint: &str| refused(entry, why, hint);
                let start = resolve(Path::new(prefix.as_str()))
                    .map_err(|error| refuse(error.to_string(), "create it, or take the entry out"))?;
                let matches =
                    walk::matching(&entry.value, &start.path).map_err(|why| refuse(why, "name a folder"))?;
                if matches.is_empty() {
                    return Err(refuse(
                        "it matches nothing".into(),
                        "create what it should match, or take the entry out",
                    ));
                }
                let what =
                    format!("`{}` stands for what it matched at the start: {}", entry.value, matches.len());
                self.found.gaps.push(Gap::new(GapName::Patterns, what, Some(&entry.source)));
                Ok(matches)
            }
        }
    }

    fn one(
        &mut self,
        entry: &Entry<PathGlob>,
        path: &AbsPath,
        extent: Extent,
    ) -> Result<Vec<Place>, SurveyError> {
        let resolved = resolve(Path::new(path.as_str()))
            .map_err(|error| refused(entry, error.to_string(), "create it, or take the entry out"))?;
        let Resolved { path: real, links, kind } = resolved;
        self.found.links.extend(links);
        if real != *path && !self.is_covered(entry, &real, extent) {
            let why = format!("a symbolic link leads to `{real}`, which nothing declares");
            return Err(refused(entry, why, "declare where it leads, if that is meant"));
        }
        if extent == Extent::Tree && real == AbsPath::root() {
            self.found.gaps.push(Gap::new(
                GapName::WholeDisk,
                GapName::WholeDisk.describe(),
                Some(&entry.source),
            ));
            return Ok(self.top_folders());
        }
        if extent == Extent::Alone && kind == Kind::Folder {
            let what = format!("`{path}` is a folder, declared without what it holds: write `{path}/**`");
            self.found.gaps.push(Gap::new(GapName::FolderAlone, what, Some(&entry.source)));
        }
        Ok(vec![Place { path: real, kind, extent }])
    }

    /// What stands at the root, without what is the kernel's or the jail's own.
    fn top_folders(&mut self) -> Vec<Place> {
        const NEVER: [&str; 4] = ["proc", "sys", "dev", "run"];
        let mut out = Vec::new();
        for entry in std::fs::read_dir("/").into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(|name| NEVER.contains(&name)) {
                continue;
            }
            if let Ok(Resolved { path, kind, links }) = resolve(&entry.path()) {
                self.found.links.extend(links);
                out.push(Place { path, kind, extent: Extent::Tree });
            }
        }
        out
    }

    /// Whether the policy gives what a link leads to by itself, for the use that the entry is about; a folder with all it holds, if
    /// that is what the entry means.
    fn is_covered(&self, entry: &Entry<PathGlob>, path: &AbsPath, extent: Extent) -> bool {
        let Some(files) = self.policy.manifest().map(|manifest| &manifest.files) else {
            return false;
        };
        let writes = files.write.iter().any(|other| std::ptr::eq(other, entry));
        let (entries, access) =
            if writes { (&files.write, Access::Write) } else { (&files.read, Access::Read) };
        let whole = entries
            .iter()
            .any(|entry| matches!(entry.value.reach(), Reach::Tree(tree) if path.is_within(tree)));
        (extent == Extent::Alone || whole)
            && decide(UsePath { path: path.clone(), access }, self.policy).is_allow()
    }

    /// What of these places the operator allows.
    fn allowed_by_operator(
        &mut self,
        entry: &Entry<PathGlob>,
        places: Vec<Place>,
    ) -> Result<Vec<Place>, SurveyError> {
        let Some(operator) = self.policy.operator() else {
            return Ok(places);
        };
        let mut out = Vec::new();
        for place in places {
            out.extend(
                cut(&place, operator, &mut self.found).map_err(|why| refused(entry, why, "name a folder"))?,
            );
        }
        Ok(out)
    }

    /// Finds what is denied inside what is allowed.
    fn closed(&mut self) -> Result<(), SurveyError> {
        let manifest =
            self.policy.manifest().map(|manifest| manifest.files.deny.as_slice()).unwrap_or_default();
        let operator =
            self.policy.operator().map(|operator| operator.denied_paths.as_slice()).unwrap_or_default();
        let entries: Vec<_> = manifest.iter().chain(operator).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let is_denied = |place: &Place| entries.iter().any(|entry| entry.value.denies(&place.path));
        self.found.read.retain(|place| !is_denied(place));
        self.found.write.retain(|place| !is_denied(place));
        let mut denied = BTreeMap::new();
        let places = places_of(&self.found);
        for entry in &entries {
            for place in &places {
                let found = walk::denied(&entry.value, place)
                    .map_err(|why| refused(entry, why, "name the folder that is to stay closed"))?;
                denied.extend(found.into_iter().map(|place| (place.path.clone(), place)));
            }
            if let Some(tree) = self.found.write.iter().find(|place| place.extent == Extent::Tree) {
                let what = format!(
                    "`{}` is looked for at the start; in `{}` it could be made later",
                    entry.value, tree.path
                );
                self.found.gaps.push(Gap::new(GapName::DeniedLater, what, Some(&entry.source)));
            }
        }
        // What lies in something denied is denied with it.
        let tops: BTreeSet<_> = denied.keys().cloned().collect();
        let is_inside = |path: &AbsPath| {
            std::iter::successors(path.parent(), AbsPath::parent).any(|above| tops.contains(&above))
        };
        self.found.denied = denied.into_values().filter(|place| !is_inside(&place.path)).collect();
        Ok(())
    }
}

fn places_of(found: &Survey) -> Vec<Place> {
    let mut places: Vec<_> = found.read.iter().chain(&found.write).cloned().collect();
    places.sort_by(|left, right| left.path.cmp(&right.path));
    places.dedup();
    places
}

/// The parts of a place that an operator's allowed paths cover.
fn cut(place: &Place, operator: &OperatorPolicy, found: &mut Survey) -> Result<Vec<Place>, String> {
    let mut out = Vec::new();
    for allowed in &operator.allowed_paths {
        let (path, extent) = match allowed.value.reach() {
            Reach::Path(path) => (path, Extent::Alone),
            Reach::Tree(path) => (path, Extent::Tree),
            Reach::Within(_) if place.extent == Extent::Alone => {
                if allowed.value.matches(&place.path) {
                    out.push(place.clone());
                }
                continue;
            }
            Reach::Within(_) => {
                let what = format!("`{}` stands for what it matched at the start", allowed.value);
                found.gaps.push(Gap::new(GapName::Patterns, what, Some(&allowed.source)));
                out.extend(walk::matching(&allowed.value, &place.path)?);
                continue;
            }
        };
        match (place.extent, extent) {
            (_, Extent::Tree) if place.path.is_within(path) => out.push(place.clone()),
            (Extent::Alone, Extent::Alone) if place.path == *path => out.push(place.clone()),
            (Extent::Tree, _) if path.is_within(&place.path) => {
                // What does not exist gives nothing; a link must lead to something covered, and then that is found there.
                if let Ok(resolved) = resolve(Path::new(path.as_str()))
                    && resolved.path == *path
                {
                    out.push(Place { path: resolved.path, kind: resolved.kind, extent });
                }
            }
            _ => {}
        }
    }
    Ok(out)
}

fn refused(entry: &Entry<PathGlob>, why: String, hint: &str) -> SurveyError {
    SurveyError {
        source_place: entry.source.clone(),
        pattern: entry.value.to_string(),
        why,
        hint: hint.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::value::Surroundings;
    use portcullis_policy::{Manifest, OperatorPolicy};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    struct World(tempfile::TempDir);

    impl World {
        fn new() -> Self {
            let world = Self(tempfile::tempdir().unwrap());
            for folder in ["d/real/secret", "d/open"] {
                std::fs::create_dir_all(world.at(folder)).unwrap();
            }
            for file in ["d/real/secret/key", "d/real/a.pem", "d/open/file"] {
                std::fs::write(world.at(file), "").unwrap();
            }
            symlink("real", world.at("d/cur")).unwrap();
            symlink("d", world.at("alias")).unwrap();
            world
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.path().canonicalize().unwrap().join(name)
        }

        fn survey(&self, deny: &[&str], operator: Option<&str>) -> Result<Survey, SurveyError> {
            let list = |names: &[&str]| {
                let texts: Vec<_> =
                    names.iter().map(|name| format!("\"{}\"", self.at(name).display())).collect();
                texts.join(", ")
            };
            let text = format!(
                r#"{{ "$schema": "{}", "version": "1.0", "profile": "system", "filesystem": {{ "read": [{}], "deny": [{}] }} }}"#,
                Manifest::SCHEMA_1_1,
                list(&["d/**"]),
                list(deny)
            );
            let manifest = Manifest::parse("armor.json", &text, &Surroundings::unknown()).unwrap();
            let operator = operator.map(|denied| {
                let text = format!(
                    r#"{{ "version": "1.0", "filesystem": {{ "allowed_paths": [{}], "denied_paths": [{}] }} }}"#,
                    list(&["d/**"]),
                    list(&[denied])
                );
                OperatorPolicy::parse("policy.yaml", &text, &Surroundings::unknown()).unwrap()
            });
            survey(&Policy::merge(&manifest, operator.as_ref(), None))
        }

        fn denied(&self, deny: &[&str], operator: Option<&str>) -> Vec<PathBuf> {
            let found = self.survey(deny, operator).unwrap();
            found.denied.iter().map(|place| place.path.as_str().into()).collect()
        }
    }

    #[test]
    fn a_denial_spelt_through_a_link_closes_where_it_leads() {
        let world = World::new();
        let secret = vec![world.at("d/real/secret")];
        assert_eq!(world.denied(&["d/real/secret/**"], None), secret);
        assert_eq!(world.denied(&["d/cur/secret/**"], None), secret);
        assert_eq!(world.denied(&["d/cur/*.pem"], None), [world.at("d/real/a.pem")]);
        assert_eq!(world.denied(&[], Some("alias/real/secret/**")), secret);
        assert_eq!(world.denied(&[], Some("alias/**")), [world.at("d")], "an alias of the whole folder");
        symlink(".", world.at("up")).unwrap();
        assert_eq!(world.denied(&[], Some("up/**")), [world.at("d")], "and of what it lies in");
        symlink("real/secret", world.at("d/last")).unwrap();
        assert_eq!(world.denied(&["d/last/**"], None), secret);
    }

    #[test]
    fn where_something_denied_could_hide_is_an_error() {
        let world = World::new();
        std::fs::write(world.at("d/open").join(OsStr::from_bytes(b"\xff.pem")), "").unwrap();
        let error = world.survey(&["d/**/*.pem"], None).unwrap_err().to_string();
        assert!(error.contains("not UTF-8"), "{error}");
        assert!(world.survey(&["d/real/**"], None).is_ok(), "it lies elsewhere");
        symlink("loop", world.at("d/loop")).unwrap();
        let error = world.survey(&["d/loop/**"], None).unwrap_err().to_string();
        assert!(error.contains("too many symbolic links"), "{error}");
    }
}
