//! The attacks that tier T2 does not stop, by the names of their rows. SECURITY.md says the same. A row that is listed and
//! stopped, or not listed and not stopped, fails.

use super::world::Who;

/// An attack that tier T2 does not stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unstopped {
    /// The row.
    pub(crate) name: &'static str,
    /// For whom, where another is stopped.
    pub(crate) only: Option<Who>,
    /// Why nothing there stops it.
    #[expect(dead_code, reason = "for people")]
    why: &'static str,
}

const fn anybody(name: &'static str, why: &'static str) -> Unstopped {
    Unstopped { name, only: None, why }
}

const fn only(who: Who, name: &'static str, why: &'static str) -> Unstopped {
    Unstopped { name, only: Some(who), why }
}

/// All of them.
pub(crate) const IN_T2: &[Unstopped] = &[
    anybody("metadata-read", METADATA),
    anybody("temporary-shared", METADATA),
    anybody("watch-undeclared", METADATA),
    anybody("enter-undeclared", METADATA),
    anybody("mounts-of-machine-read", "the program is in the machine's own mount namespace"),
    only(
        Who::Root,
        "root-inside",
        "without a user namespace the program is who started it, without capabilities",
    ),
    anybody("fork-bomb", "without a user namespace the kernel counts all processes of the user together"),
    anybody("fill-disk", "the private folder is one of the disk's: only the size of each file has a limit"),
];

const METADATA: &str = "Landlock does not hold asking for names, sizes and times";
