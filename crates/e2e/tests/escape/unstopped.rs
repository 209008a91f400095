//! The attacks that tier T2 does not stop, by the names of their rows. SECURITY.md says the same. A row that is listed and
//! stopped, or not listed and not stopped, fails.

/// Rows, and why nothing there stops them.
pub(crate) const IN_T2: &[(&str, &str)] = &[
    ("metadata-read", METADATA),
    ("temporary-shared", METADATA),
    ("read-only-chmod", ATTRIBUTES),
    ("read-only-chown", ATTRIBUTES),
    ("read-only-xattr", ATTRIBUTES),
    ("read-only-utime", ATTRIBUTES),
    ("undeclared-chmod", ATTRIBUTES),
    ("undeclared-chown", ATTRIBUTES),
    ("undeclared-xattr", ATTRIBUTES),
    ("undeclared-utime", ATTRIBUTES),
    ("start-file-chmod", ATTRIBUTES),
    ("limits-of", STEERING),
    ("limits-of-starter", STEERING),
    ("priority-of", STEERING),
    ("io-priority-of", STEERING),
    ("processors-of", STEERING),
    ("scheduler-of", STEERING),
    ("root-inside", "without a user namespace the program is who started it, without capabilities"),
    ("fork-bomb", "without a user namespace the kernel counts all processes of the user together"),
    ("fill-disk", "the private folder is one of the disk's: only the size of each file has a limit"),
];

const METADATA: &str = "Landlock does not hold asking for names, sizes and times";
const ATTRIBUTES: &str = "Landlock does not hold changes of a file's attributes";
const STEERING: &str = "Landlock does not hold how processes of the same user are scheduled and limited";
