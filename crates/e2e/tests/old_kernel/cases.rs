//! What is run on the old kernel, and what must come of it.

/// One run of the driver.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) how: How,
    /// The number of the driver's user.
    pub(crate) user: &'static str,
    pub(crate) group: Group,
    pub(crate) manifest: &'static str,
    /// The words of the driver before the program's.
    pub(crate) options: &'static [&'static str],
    pub(crate) program: &'static [&'static str],
    /// How the driver ends.
    pub(crate) ended: &'static str,
    /// What it says: parts of its text.
    pub(crate) said: &'static [&'static str],
    /// What it does not say.
    pub(crate) unsaid: &'static [&'static str],
    /// What the events of the lent group say: parts of the text.
    pub(crate) memory: &'static [&'static str],
}

/// How long the driver runs.
#[derive(Clone, Copy)]
pub(crate) enum How {
    ToTheEnd,
    /// Until the program lingers: then the driver is killed, from outside and by a signal that it cannot see.
    UntilKilled,
}

/// The control group that the driver is started in.
#[derive(Clone, Copy)]
pub(crate) enum Group {
    /// The one of everything, which is root's.
    Root,
    /// One that has been given to its user.
    Lent,
}

const ROOT: Case = Case {
    name: "",
    how: How::ToTheEnd,
    user: "0",
    group: Group::Root,
    manifest: "plain",
    options: &[],
    program: &[],
    ended: "exit status: 0",
    said: &[],
    unsaid: &[],
    memory: &[],
};

const USER: Case = Case { user: "1000", ..ROOT };

/// What Landlock's second version lacks where there is nothing but Landlock.
const ACCEPTED: &[&str] =
    &["--accept", "truncate,device-requests,signals,abstract-sockets,private-size,process-count,memory"];

/// The same for root.
const ACCEPTED_AS_ROOT: &[&str] = &[
    "--accept",
    "truncate,device-requests,signals,abstract-sockets,private-size,process-count,memory,root-outside",
];

/// The same without a control group, for a program that starts others.
const ALONE: &[&str] =
    &["--accept", "truncate,device-requests,signals,abstract-sockets,private-size,process-count,memory"];

/// Memory that is looked at, and not held.
const UNHELD: &[&str] = &["--accept", "memory"];

const HELLO: &[&str] = &["hello", "/data/open/file", "/data/closed", "/etc/shadow"];

/// Killed by the group: nothing else looks at memory where there is one.
const OUT_OF_MEMORY: Case = Case {
    manifest: "tight",
    program: &["fill", "128"],
    group: Group::Lent,
    ended: "exit status: 124",
    said: &["filled 16 MB", "jail: the program was killed: memory limit"],
    unsaid: &["filled 40 MB"],
    memory: &["oom 1", "oom_group_kill 1"],
    ..USER
};

/// The same without a group: the memory is looked at from time to time.
const SEEN_OUT_OF_MEMORY: Case = Case {
    program: &["hold", "64"],
    group: Group::Root,
    said: &["jail: the program was killed: memory limit"],
    unsaid: &[],
    memory: &[],
    ..OUT_OF_MEMORY
};

/// 16 processes, of which the supervisor and the program are two. 11: `EAGAIN`.
const BOMB: Case = Case {
    manifest: "tight",
    program: &["forks", "200"],
    group: Group::Lent,
    said: &["forked 14, refused 186 with 11"],
    ..USER
};

const KILLED: Case = Case {
    how: How::UntilKilled,
    manifest: "tight",
    program: &["linger"],
    group: Group::Lent,
    ended: "signal: 9 (SIGKILL)",
    said: &["lingering, a child: true"],
    ..USER
};

/// What is run where user namespaces can be had. 2: `ENOENT`.
pub(crate) const WITH_NAMESPACES: &[Case] = &[
    Case {
        name: "root",
        options: &["--show"],
        program: HELLO,
        said: &[
            "enclosure: Yes(",
            "landlock: Some(\n        2,\n",
            "seccomp: Yes(",
            "identity: Yes(",
            "control_group: Yes(",
            "\nT1\n[]\n",
            "hello from process 2",
            "/data/open/file holds something",
            "/data/closed fails with 2",
            "/etc/shadow fails with 2",
        ],
        ..ROOT
    },
    Case { name: "root-memory", user: "0", ..OUT_OF_MEMORY },
    Case { name: "root-forks", user: "0", ..BOMB },
    Case { name: "root-killed", user: "0", ..KILLED },
    Case {
        name: "user",
        options: &["--show"],
        program: HELLO,
        said: &[
            "enclosure: Yes(",
            "control_group: No(",
            "is not given to this user",
            "\nT1\n[]\n",
            "hello from process 2",
            "/data/open/file holds something",
            "/data/closed fails with 2",
            "/etc/shadow fails with 2",
        ],
        ..USER
    },
    Case { name: "user-empty", program: &["empty", "/data/spare"], said: &["spare fails with 2"], ..USER },
    Case { name: "user-memory", ..OUT_OF_MEMORY },
    Case { name: "user-forks", ..BOMB },
    Case { name: "user-killed", ..KILLED },
    Case { name: "user-alone-memory", options: UNHELD, ..SEEN_OUT_OF_MEMORY },
    Case { name: "user-alone-forks", options: UNHELD, group: Group::Root, ..BOMB },
    Case { name: "user-alone-killed", options: UNHELD, group: Group::Root, ..KILLED },
];

/// What is run where they cannot. 13: `EACCES`.
pub(crate) const WITHOUT_NAMESPACES: &[Case] = &[
    Case {
        name: "bare-refused",
        program: HELLO,
        ended: "exit status: 4",
        said: &["\n  truncate: ", "\n  device-requests: ", "\n  signals: ", "\n  abstract-sockets: "],
        unsaid: &["hello from"],
        ..USER
    },
    Case {
        name: "bare-root-refused",
        program: HELLO,
        ended: "exit status: 4",
        said: &["\n  truncate: ", "\n  root-outside: "],
        unsaid: &["hello from"],
        ..ROOT
    },
    Case {
        name: "bare",
        group: Group::Lent,
        options: &[
            "--show",
            "--accept",
            "truncate,device-requests,signals,abstract-sockets,private-size,process-count,memory",
        ],
        program: HELLO,
        said: &[
            "enclosure: No(",
            "landlock: Some(\n        2,\n",
            "seccomp: Yes(",
            "control_group: Yes(",
            "\nT2\n",
            "hello from process ",
            "/data/open/file holds something",
            "/data/closed fails with 13",
            "/etc/shadow fails with 13",
        ],
        ..USER
    },
    // A gap that is named is one.
    Case {
        name: "bare-empty",
        options: ACCEPTED,
        program: &["empty", "/data/spare"],
        said: &["spare is empty"],
        ..USER
    },
    Case { name: "bare-memory", options: ACCEPTED, ..OUT_OF_MEMORY },
    Case { name: "bare-forks", options: ACCEPTED, ..BOMB },
    Case { name: "bare-killed", options: ACCEPTED, ..KILLED },
    Case { name: "bare-root-killed", user: "0", options: ACCEPTED_AS_ROOT, ..KILLED },
    Case { name: "bare-alone-memory", options: ALONE, ..SEEN_OUT_OF_MEMORY },
    Case { name: "bare-alone-killed", options: ALONE, group: Group::Root, ..KILLED },
];
