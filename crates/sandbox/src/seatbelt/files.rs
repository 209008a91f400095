//! What of the disk is permitted and what is refused.
//!
//! A rule is about a name, not about a file: whoever renames a folder takes what is closed in it to a name that no rule knows. So the
//! folders above a closed place stay where they are, and so does each writable tree itself, as a mount would. Out of a tree that may
//! be written and not read nothing is renamed at all, because where it went it could be read.

use super::path::CheckedPath;
use super::rule::{Filter, Operation, Rule};
use super::{Asked, SeatbeltError, spawns};
use crate::plan::Kind;
use crate::survey::{Extent, Place, Survey};
use portcullis_policy::value::AbsPath;
use std::collections::BTreeSet;
use std::path::Path;

/// The rules on files: those that permit, and those that refuse, which come after.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) permitted: Vec<Rule>,
    pub(super) refused: Vec<Rule>,
}

/// Everything that anything permits on a path, by name.
const CLOSED: &[Operation] = &[
    Operation::File,
    Operation::FileIoctl,
    Operation::FileMapExecutable,
    Operation::FileRead,
    Operation::FileReadData,
    Operation::FileReadMetadata,
    Operation::FileWrite,
    Operation::FileWriteCreate,
    Operation::FileWriteData,
    Operation::FileWriteUnlink,
    Operation::ProcessExec,
];

/// The part of it that changes something.
const UNCHANGED: &[Operation] =
    &[Operation::FileWrite, Operation::FileWriteCreate, Operation::FileWriteData, Operation::FileWriteUnlink];

/// Being taken away, and being put where something else is.
const UNMOVED: &[Operation] = &[Operation::FileWriteCreate, Operation::FileWriteUnlink];

const READ: &[Operation] = &[Operation::FileRead, Operation::FileMapExecutable];

/// Whether a place is a folder to write in that may not be read as well.
pub(super) fn is_unread_tree(place: &Place, survey: &Survey) -> bool {
    let is_read = survey
        .read
        .iter()
        .any(|read| read == place || read.extent == Extent::Tree && place.path.is_within(&read.path));
    is_tree(place) && !is_read
}

fn is_tree(place: &Place) -> bool {
    place.extent == Extent::Tree && place.kind == Kind::Folder
}

/// Sets of filters, one per use, without what is denied.
struct Collected {
    denied: Vec<CheckedPath>,
    /// Links on the way to anything.
    links: BTreeSet<Filter>,
    /// Where programs may be.
    execute: BTreeSet<Filter>,
    load: BTreeSet<Filter>,
    read: BTreeSet<Filter>,
    /// Folders to write in.
    change: BTreeSet<Filter>,
    /// Files to write to: only their content, so that they are not replaced by links.
    fill: BTreeSet<Filter>,
    /// Places that may be looked at from outside, whatever else.
    seen: BTreeSet<Filter>,
    scratch: BTreeSet<Filter>,
}

impl Files {
    pub(super) fn of(asked: &Asked<'_>) -> Result<Self, SeatbeltError> {
        let collected = Collected::of(asked)?;
        let refused = refused(asked)?;
        Ok(Self { permitted: collected.rules(), refused })
    }
}

impl Collected {
    fn of(asked: &Asked<'_>) -> Result<Self, SeatbeltError> {
        let denied =
            asked.survey.denied.iter().map(|place| checked(&place.path)).collect::<Result<_, _>>()?;
        let mut out = Self {
            denied,
            links: BTreeSet::new(),
            execute: BTreeSet::new(),
            load: BTreeSet::new(),
            read: BTreeSet::new(),
            change: BTreeSet::new(),
            fill: BTreeSet::new(),
            seen: BTreeSet::new(),
            scratch: BTreeSet::new(),
        };
        out.loading(asked)?;
        out.declared(asked)?;
        out.scratch = out.filters(&checked(asked.scratch)?, Filter::Subpath);
        if spawns(asked) {
            let places = [&out.read, &out.change, &out.fill, &out.scratch];
            out.execute.extend(places.into_iter().flatten().cloned().collect::<Vec<_>>());
        }
        Ok(out)
    }

    fn loading(&mut self, asked: &Asked<'_>) -> Result<(), SeatbeltError> {
        let program = CheckedPath::parse(&asked.loading.program)?;
        if self.is_denied(&program) {
            return Err(SeatbeltError::ConfigProgramDenied(program.as_str().to_owned()));
        }
        self.load = self.filters(&program, Filter::Literal);
        for load in &asked.loads.places {
            let shape = if load.kind == Kind::Folder { Filter::Subpath } else { Filter::Literal };
            self.load.extend(self.filters(&CheckedPath::parse(&load.path)?, shape));
        }
        self.execute = self.load.clone();
        for link in asked.loads.links.keys().chain(asked.survey.links.keys()) {
            self.links.extend(self.filters(&CheckedPath::parse(link)?, Filter::Literal));
        }
        Ok(())
    }

    fn declared(&mut self, asked: &Asked<'_>) -> Result<(), SeatbeltError> {
        for place in &asked.survey.read {
            let path = checked(&place.path)?;
            match (is_tree(place), place.kind) {
                (true, _) => self.read.extend(self.filters(&path, Filter::Subpath)),
                (false, Kind::File) => self.read.extend(self.filters(&path, Filter::Literal)),
                // A folder alone, without what it holds: reading it would be listing that.
                (false, Kind::Folder) => self.seen.extend(self.filters(&path, Filter::Literal)),
            }
        }
        for place in &asked.survey.write {
            let path = checked(&place.path)?;
            if is_tree(place) {
                self.change.extend(self.filters(&path, Filter::Subpath));
            } else if place.kind == Kind::File {
                self.fill.extend(self.filters(&path, Filter::Literal));
            }
            // A folder alone, without what it holds, is nothing that could be written.
            self.seen.extend(self.filters(&path, Filter::Literal));
        }
        Ok(())
    }

    fn is_denied(&self, path: &CheckedPath) -> bool {
        self.denied.iter().any(|denied| path.is_within(denied))
    }

    fn filters(&self, path: &CheckedPath, shape: fn(CheckedPath) -> Filter) -> BTreeSet<Filter> {
        if self.is_denied(path) {
            return BTreeSet::new();
        }
        path.spellings().into_iter().map(shape).collect()
    }

    /// What has to be passed on the way to anything permitted.
    fn above(&self) -> BTreeSet<Filter> {
        let all = [
            &self.links,
            &self.execute,
            &self.load,
            &self.read,
            &self.change,
            &self.fill,
            &self.seen,
            &self.scratch,
        ];
        let above = all.into_iter().flatten().filter_map(Filter::path).flat_map(CheckedPath::above);
        above.map(Filter::Literal).chain(self.seen.iter().cloned()).collect()
    }

    fn rules(self) -> Vec<Rule> {
        use Operation::{
            FileMapExecutable, FileRead, FileReadMetadata, FileWrite, FileWriteData, ProcessExec,
        };
        let above = self.above();
        let rules = [
            Rule::permit(&[ProcessExec], self.execute),
            Rule::permit(&[FileReadMetadata], above),
            Rule::permit(&[FileRead], self.links),
            Rule::permit(READ, self.load),
            Rule::permit(READ, self.read),
            Rule::permit(&[FileWrite], self.change),
            Rule::permit(&[FileWriteData], self.fill),
            Rule::permit(&[FileRead, FileMapExecutable, FileWrite], self.scratch),
        ];
        // INVARIANT: a permission without a filter would be one for everything.
        rules.into_iter().filter(|rule| !rule.filters.is_empty()).collect()
    }
}

fn refused(asked: &Asked<'_>) -> Result<Vec<Rule>, SeatbeltError> {
    let survey = asked.survey;
    let mut unmoved = literals(&checked(asked.scratch)?);
    let mut kept = BTreeSet::new();
    for place in &survey.write {
        let tree = checked(&place.path)?;
        unmoved.extend(literals(&tree));
        if is_unread_tree(place, survey) {
            kept.extend(tree.spellings().into_iter().map(Filter::Subpath));
        }
        for closed in survey.denied.iter().chain(&survey.protected) {
            let between = checked(&closed.path)?.above().into_iter().filter(|above| above.is_within(&tree));
            unmoved.extend(between.flat_map(|path| literals(&path)));
        }
    }
    let rules = [
        Rule::refuse(&[Operation::FileWriteUnlink], kept),
        Rule::refuse(UNMOVED, unmoved),
        Rule::refuse(UNCHANGED, both_shapes(&survey.protected)?),
        Rule::refuse(CLOSED, both_shapes(&survey.denied)?),
    ];
    Ok(rules.into_iter().filter(|rule| !rule.filters.is_empty()).collect())
}

fn literals(path: &CheckedPath) -> BTreeSet<Filter> {
    path.spellings().into_iter().map(Filter::Literal).collect()
}

/// What is closed is closed as a file and as a folder: a single path has been seen to need the first.
fn both_shapes(places: &[Place]) -> Result<BTreeSet<Filter>, SeatbeltError> {
    let mut out = BTreeSet::new();
    for place in places {
        for path in checked(&place.path)?.spellings() {
            out.extend([Filter::Literal(path.clone()), Filter::Subpath(path)]);
        }
    }
    Ok(out)
}

fn checked(path: &AbsPath) -> Result<CheckedPath, SeatbeltError> {
    CheckedPath::parse(Path::new(path.as_str()))
}
