//! What the private root holds, and where.

use super::{Asked, BuildError, bytes, etc, text};
use crate::gap::{Gap, GapName};
use crate::loading::confirm::is_system;
use crate::plan::{BindMode, Kind, Node, Owners, Root};
use crate::survey::{Extent, Place, Survey};
use portcullis_policy::manifest::Tier;
use portcullis_policy::value::{AbsPath, HostPattern, PortRule};
use portcullis_policy::{Policy, Power};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What is put where, before it is written down as nodes.
#[derive(Debug)]
pub(super) struct Layout {
    /// Binds by path: what it is and what may be done with it.
    pub(super) binds: BTreeMap<PathBuf, (Kind, BindMode)>,
    /// Binds that are the system's own: whose owners stay who they are.
    machines: BTreeSet<PathBuf>,
    /// Declared folders of which only they themselves may be seen.
    folders: BTreeSet<PathBuf>,
    /// Private folders, with their permission bits.
    pub(super) private: BTreeMap<PathBuf, u32>,
    masks: Vec<Place>,
    freezes: Vec<Place>,
    links: BTreeMap<PathBuf, PathBuf>,
    /// The home folder that the program sees.
    pub(super) home: AbsPath,
    pub(super) gaps: Vec<Gap>,
}

/// Devices that everybody may use.
pub(super) const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// What of `/proc` is about the machine rather than the jail's processes, and either lets it be steered or tells too much.
const HIDDEN_PROCESSES: &[(&std::ffi::CStr, Kind)] = &[
    (c"acpi", Kind::Folder),
    (c"bus", Kind::Folder),
    (c"fs", Kind::Folder),
    (c"irq", Kind::Folder),
    (c"sysvipc", Kind::Folder),
    (c"tty", Kind::Folder),
    (c"cmdline", Kind::File),
    (c"diskstats", Kind::File),
    (c"locks", Kind::File),
    (c"modules", Kind::File),
    (c"partitions", Kind::File),
    (c"swaps", Kind::File),
    (c"kallsyms", Kind::File),
    (c"kcore", Kind::File),
    (c"key-users", Kind::File),
    (c"keys", Kind::File),
    (c"kmsg", Kind::File),
    (c"sysrq-trigger", Kind::File),
    (c"timer_list", Kind::File),
];

impl Layout {
    pub(super) fn of(asked: &Asked<'_>) -> Result<Self, BuildError> {
        let survey = asked.survey;
        let mut out = Self {
            binds: BTreeMap::new(),
            machines: BTreeSet::new(),
            folders: BTreeSet::new(),
            private: BTreeMap::from([("/tmp".into(), 0o1777), ("/dev/shm".into(), 0o1777)]),
            masks: survey.denied.iter().chain(&asked.loads.blocked).cloned().collect(),
            freezes: survey.protected.clone(),
            links: survey.links.clone(),
            home: asked.home.clone(),
            gaps: Vec::new(),
        };
        out.load(asked);
        for place in &survey.read {
            out.declare(place, BindMode::Read);
        }
        for place in &survey.write {
            out.declare(place, BindMode::Write);
        }
        out.settle_home(survey)?;
        if asked.policy.powers().has(Power::Scratch) {
            out.private.insert(portcullis_policy::SCRATCH.into(), 0o700);
        }
        // What is declared is the machine's: nothing private is made in it.
        out.private.retain(|path, _| !path.ancestors().any(|above| out.binds.contains_key(above)));
        out.prune();
        Ok(out)
    }

    fn load(&mut self, asked: &Asked<'_>) {
        let rules =
            asked.policy.manifest().map(|manifest| manifest.network.allow.as_slice()).unwrap_or_default();
        for entry in rules.iter().filter(|entry| entry.value.port == PortRule::Any) {
            let what = format!("`{}` is held for the ports {COMMON_PORTS:?}", entry.value);
            self.gaps.push(Gap::new(GapName::AnyPort, what, Some(&entry.source)));
        }
        self.links.extend(asked.loads.links.clone());
        for load in &asked.loads.places {
            self.binds.insert(load.path.clone(), (load.kind, BindMode::Read));
            if is_system(&load.path) {
                self.machines.insert(load.path.clone());
            }
        }
    }

    fn declare(&mut self, place: &Place, mode: BindMode) {
        let path = PathBuf::from(place.path.as_str());
        match (place.extent, place.kind) {
            (Extent::Alone, Kind::Folder) => {
                self.folders.insert(path);
            }
            _ => self.bind(path, place.kind, mode),
        }
    }

    /// A bind of both uses is the wider one: what may be written was declared as such.
    fn bind(&mut self, path: PathBuf, kind: Kind, mode: BindMode) {
        self.machines.remove(&path);
        let entry = self.binds.entry(path).or_insert((kind, mode));
        if mode == BindMode::Write {
            *entry = (kind, mode);
        }
    }

    /// The private home stands where the real one does, unless that is declared itself. A real one that lies in what programs are
    /// loaded from is made to look empty, and the private one stands elsewhere.
    fn settle_home(&mut self, survey: &Survey) -> Result<(), BuildError> {
        let home = PathBuf::from(self.home.as_str());
        let declared = |place: &Place| self.home.is_within(&place.path) && place.extent == Extent::Tree;
        if survey.read.iter().chain(&survey.write).any(declared) || self.home == AbsPath::root() {
            return Ok(());
        }
        if self.binds.keys().any(|path| home.starts_with(path)) {
            self.masks.push(Place { path: self.home.clone(), kind: Kind::Folder, extent: Extent::Tree });
            self.home =
                AbsPath::parse("/tmp/home").map_err(|error| BuildError::ConfigInvalid(error.to_string()))?;
        }
        self.private.insert(self.home.as_str().into(), 0o700);
        Ok(())
    }

    /// Takes out what stands in a bind that gives it already.
    fn prune(&mut self) {
        let all = self.binds.clone();
        self.binds.retain(|path, (_, mode)| {
            let above = path.ancestors().skip(1).find_map(|above| all.get(above));
            match above {
                Some((_, above)) => *above == BindMode::Read && *mode == BindMode::Write,
                None => true,
            }
        });
    }

    /// Whether something is visible at a path.
    pub(super) fn shows(&self, path: &AbsPath, tier: Tier) -> bool {
        let path = Path::new(path.as_str());
        let hidden = self.masks.iter().any(|mask| path.starts_with(mask.path.as_str()));
        let in_bind = path.ancestors().any(|above| self.binds.contains_key(above));
        let own = tier == Tier::T1 && self.private.contains_key(path);
        !hidden && (in_bind || own || self.folders.contains(path))
    }

    /// The root as nodes, in the order in which they are put: what is above before what is below.
    pub(super) fn root(&self, asked: &Asked<'_>) -> Result<Root, BuildError> {
        let limits = asked.policy.manifest().map(|manifest| manifest.limits).unwrap_or_default();
        let capture = capture(asked.policy);
        Ok(Root {
            nodes: self.nodes()?,
            private_bytes: limits.tmp_size.map_or(256 << 20, portcullis_policy::value::ByteSize::bytes),
            private_files: 65_536,
            capture: capture.into_iter().collect(),
            identity: etc::IDENTITY,
            host_name: text(etc::HOST_NAME)?,
        })
    }

    fn nodes(&self) -> Result<Vec<Node>, BuildError> {
        let path = |path: &Path| bytes(path.as_os_str().as_bytes());
        let mut by_path: BTreeMap<PathBuf, Node> = BTreeMap::new();
        for folder in &self.folders {
            by_path.insert(folder.clone(), Node::Folder { target: path(folder)? });
        }
        for (folder, mode) in &self.private {
            by_path.insert(folder.clone(), Node::Private { target: path(folder)?, mode: *mode });
        }
        for device in DEVICES {
            by_path.insert(device.into(), device_node(device)?);
        }
        for (place, (kind, mode)) in &self.binds {
            let owners = if self.machines.contains(place) { Owners::Machine } else { Owners::Jail };
            let (source, target) = (path(place)?, path(place)?);
            let node = Node::Bind { source, target, kind: *kind, mode: *mode, owners };
            by_path.insert(place.clone(), node);
        }
        let in_bind = |place: &Path| place.ancestors().skip(1).any(|above| self.binds.contains_key(above));
        let links =
            self.links.iter().chain(device_links().iter().map(|(link, to)| (link, to)).collect::<Vec<_>>());
        for (link, to) in links.filter(|(link, _)| !in_bind(link)) {
            by_path.insert(link.clone(), Node::Link { target: path(link)?, to: path(to)? });
        }
        for node in etc::files(self.home.as_str())? {
            if let Node::File { target, .. } = &node {
                let place = PathBuf::from(std::ffi::OsStr::from_bytes(target.to_bytes()));
                if !in_bind(&place) {
                    by_path.insert(place, node);
                }
            }
        }
        let mut nodes: Vec<_> = by_path.into_values().collect();
        for folder in self.pinned() {
            nodes.push(Node::Pin { target: path(&folder)? });
        }
        for frozen in &self.freezes {
            nodes.push(Node::Freeze { target: text(frozen.path.as_str())? });
        }
        for mask in &self.masks {
            nodes.push(Node::Mask { target: text(mask.path.as_str())?, kind: mask.kind });
        }
        nodes.push(Node::Processes {
            target: text("/proc")?,
            hide: HIDDEN_PROCESSES.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
            freeze: vec![c"sys".to_owned()],
        });
        Ok(nodes)
    }

    /// The folders between a writable bind and what is masked or frozen in it, those above first.
    fn pinned(&self) -> BTreeSet<PathBuf> {
        let mut out = BTreeSet::new();
        for closed in self.masks.iter().chain(&self.freezes) {
            let above: Vec<_> = Path::new(closed.path.as_str()).ancestors().skip(1).collect();
            let bind = above.iter().position(|above| self.binds.contains_key(*above));
            let Some((between, bind)) = bind.and_then(|bind| Some((above.get(..bind)?, above.get(bind)?)))
            else {
                continue;
            };
            if self.binds.get(*bind).is_some_and(|(_, mode)| *mode == BindMode::Write) {
                out.extend(between.iter().map(|folder| (*folder).to_owned()));
            }
        }
        // What is made to look empty, or is only to be read, is one of those folders itself where the other lies in it.
        let closed = |folder: &PathBuf| {
            self.masks.iter().chain(&self.freezes).any(|closed| folder.starts_with(closed.path.as_str()))
        };
        out.retain(|folder| !closed(folder));
        out
    }
}

fn device_node(device: &str) -> Result<Node, BuildError> {
    let (source, target) = (text(device)?, text(device)?);
    Ok(Node::Bind { source, target, kind: Kind::File, mode: BindMode::Device, owners: Owners::Machine })
}

fn device_links() -> &'static [(PathBuf, PathBuf)] {
    static LINKS: std::sync::OnceLock<Vec<(PathBuf, PathBuf)>> = std::sync::OnceLock::new();
    LINKS.get_or_init(|| {
        [
            ("/dev/fd", "/proc/self/fd"),
            ("/dev/stdin", "/proc/self/fd/0"),
            ("/dev/stdout", "/proc/self/fd/1"),
            ("/dev/stderr", "/proc/self/fd/2"),
        ]
        .map(|(link, to)| (link.into(), to.into()))
        .into()
    })
}

/// The ports on which every address is answered, names (53) included where anything is.
fn capture(policy: &Policy) -> BTreeSet<u16> {
    let Some(manifest) = policy.manifest().filter(|_| policy.powers().has(Power::Network)) else {
        return BTreeSet::new();
    };
    let mut ports = BTreeSet::new();
    for entry in &manifest.network.allow {
        match entry.value.port {
            PortRule::Any => ports.extend(COMMON_PORTS),
            PortRule::One(port) => {
                ports.insert(port.number());
            }
        }
        if !matches!(entry.value.host, HostPattern::Range(_)) {
            ports.insert(53);
        }
    }
    ports
}

/// What a rule for every port is held for.
pub(super) const COMMON_PORTS: [u16; 12] = [22, 25, 80, 143, 443, 465, 587, 993, 3000, 5432, 8080, 8443];
