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

macro_rules! groups {
    ($($name:ident: $rows:expr;)+) => {
        $(mod $name {
            use super::*;

            #[test]
            fn as_root() {
                group($rows, Who::Root);
            }

            #[test]
            fn as_an_ordinary_user() {
                group($rows, Who::Ordinary);
            }
        })+
    };
}

groups! {
    reading_files: files::READING;
    changing_files: files::CHANGING;
    protected_files: files::PROTECTED;
    devices_and_mounts: kernel::SPACES;
    the_kernels_surface: kernel::SURFACE;
    objects_of_others: kernel::SHARED;
    addresses: network::ADDRESSES;
    sockets: network::SOCKETS;
    other_processes: processes::OTHERS;
    own_processes: processes::OWN;
    limits: processes::LIMITS;
    variables: environment::VARIABLES;
    python: scripts::PYTHON;
    node: scripts::NODE;
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
