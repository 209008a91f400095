//! The text, read back: what it says is what was asked for, and nothing else.

mod cases;
mod laws;
mod reader;

use super::{Asked, Profile, SeatbeltError, profile};
use crate::gap::GapName;
use crate::loading::Loading;
use crate::plan::Kind;
use crate::survey::{Extent, Load, Loads, Place, Survey};
use portcullis_policy::value::{AbsPath, Port, Surroundings};
use portcullis_policy::{Manifest, Policy};

/// Something to make a profile from; by default a program that needs itself alone, and a manifest that declares nothing.
#[derive(Debug, Clone)]
struct Case {
    manifest: &'static str,
    survey: Survey,
    loading: Loading,
    loads: Loads,
    broker: Option<u16>,
    accepted: Vec<GapName>,
}

const EMPTY: &str = r#"{"version": "1.0", "profile": "sandboxed"}"#;
const SPAWNING: &str = r#"{"version": "1.0", "profile": "sandboxed", "spawn": true}"#;
const CONNECTING: &str =
    r#"{"version": "1.0", "profile": "sandboxed", "network": {"allow": ["api.example.com:443"]}}"#;

impl Case {
    fn new(manifest: &'static str) -> Self {
        let program = "/opt/tool/bin/tool";
        Self {
            manifest,
            survey: Survey::default(),
            loading: Loading {
                program: program.into(),
                words: vec![program.into()],
                parts: Vec::new(),
                variables: Vec::new(),
                missing: Vec::new(),
                notes: Vec::new(),
            },
            loads: Loads { places: vec![load(program, Kind::File)], ..Loads::default() },
            broker: None,
            accepted: vec![GapName::Unproven, GapName::SystemCalls, GapName::Memory, GapName::Processes],
        }
    }

    fn profile(&self) -> Result<Profile, SeatbeltError> {
        self.with(profile)
    }

    fn text(&self) -> String {
        self.profile().unwrap().text
    }

    fn with<T>(&self, make: impl Fn(&Asked<'_>) -> T) -> T {
        let manifest = Manifest::parse("armor.json", self.manifest, &Surroundings::unknown()).unwrap();
        make(&Asked {
            policy: &Policy::merge(&manifest, None, None),
            survey: &self.survey,
            loading: &self.loading,
            loads: &self.loads,
            scratch: &AbsPath::parse("/private/var/jails/1").unwrap(),
            broker: self.broker.and_then(Port::new),
            accepted: &self.accepted,
        })
    }
}

fn load(path: &str, kind: Kind) -> Load {
    Load { path: path.into(), kind, why: "the program".into() }
}

fn tree(path: &str) -> Place {
    Place { path: AbsPath::parse(path).unwrap(), kind: Kind::Folder, extent: Extent::Tree }
}

fn file(path: &str) -> Place {
    Place { path: AbsPath::parse(path).unwrap(), kind: Kind::File, extent: Extent::Alone }
}
