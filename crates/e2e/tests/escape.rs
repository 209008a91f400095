//! Hostile programs against the jail: every row of the tables is one attack, tried outside, in tier T1 and in tier T2, by
//! root and by an ordinary user. Outside it must succeed, or the row proves nothing; what it comes to inside is in the row.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop on bad input")]

mod escape {
    pub(crate) mod environment;
    pub(crate) mod files;
    pub(crate) mod kernel;
    pub(crate) mod network;
    pub(crate) mod processes;
    pub(crate) mod row;
    pub(crate) mod run;
    pub(crate) mod scripts;
    pub(crate) mod unstopped;
    pub(crate) mod world;
}

use escape::row::Row;
use escape::run::group;
use escape::world::Who;
use escape::{environment, files, kernel, network, processes, scripts};

mod reading_files {
    use super::*;

    #[test]
    fn as_root() {
        group(files::READING, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(files::READING, Who::Ordinary);
    }
}

mod changing_files {
    use super::*;

    #[test]
    fn as_root() {
        group(files::CHANGING, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(files::CHANGING, Who::Ordinary);
    }
}

mod protected_files {
    use super::*;

    #[test]
    fn as_root() {
        group(files::PROTECTED, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(files::PROTECTED, Who::Ordinary);
    }
}

mod devices_and_mounts {
    use super::*;

    #[test]
    fn as_root() {
        group(kernel::SPACES, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(kernel::SPACES, Who::Ordinary);
    }
}

mod the_kernels_surface {
    use super::*;

    #[test]
    fn as_root() {
        group(kernel::SURFACE, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(kernel::SURFACE, Who::Ordinary);
    }
}

mod objects_of_others {
    use super::*;

    #[test]
    fn as_root() {
        group(kernel::SHARED, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(kernel::SHARED, Who::Ordinary);
    }
}

mod addresses {
    use super::*;

    #[test]
    fn as_root() {
        group(network::ADDRESSES, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(network::ADDRESSES, Who::Ordinary);
    }
}

mod sockets {
    use super::*;

    #[test]
    fn as_root() {
        group(network::SOCKETS, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(network::SOCKETS, Who::Ordinary);
    }
}

mod other_processes {
    use super::*;

    #[test]
    fn as_root() {
        group(processes::OTHERS, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(processes::OTHERS, Who::Ordinary);
    }
}

mod own_processes {
    use super::*;

    #[test]
    fn as_root() {
        group(processes::OWN, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(processes::OWN, Who::Ordinary);
    }
}

mod limits {
    use super::*;

    #[test]
    fn as_root() {
        group(processes::LIMITS, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(processes::LIMITS, Who::Ordinary);
    }
}

mod variables {
    use super::*;

    #[test]
    fn as_root() {
        group(environment::VARIABLES, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(environment::VARIABLES, Who::Ordinary);
    }
}

mod python {
    use super::*;

    #[test]
    fn as_root() {
        group(scripts::PYTHON, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(scripts::PYTHON, Who::Ordinary);
    }
}

mod node {
    use super::*;

    #[test]
    fn as_root() {
        group(scripts::NODE, Who::Root);
    }

    #[test]
    fn as_an_ordinary_user() {
        group(scripts::NODE, Who::Ordinary);
    }
}

#[test]
fn a_jail_ends_with_the_one_who_started_it() {
    for who in [Who::Root, Who::Ordinary] {
        escape::run::ends_with_its_broker(who);
    }
}

#[test]
fn the_rows_are_many_and_each_has_a_name_of_its_own() {
    let tables: [&[Row]; 14] = [
        files::READING,
        files::CHANGING,
        files::PROTECTED,
        kernel::SPACES,
        kernel::SURFACE,
        kernel::SHARED,
        network::ADDRESSES,
        network::SOCKETS,
        processes::OTHERS,
        processes::OWN,
        processes::LIMITS,
        environment::VARIABLES,
        scripts::PYTHON,
        scripts::NODE,
    ];
    let mut names: Vec<_> = tables.iter().flat_map(|rows| rows.iter()).map(|row| row.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two rows of one name");
    assert!(count >= 100, "{count} rows");
    let strays: Vec<_> = escape::unstopped::IN_T2
        .iter()
        .map(|unstopped| &unstopped.name)
        .filter(|name| !names.contains(name))
        .collect();
    assert!(strays.is_empty(), "no such rows: {strays:?}");
}
