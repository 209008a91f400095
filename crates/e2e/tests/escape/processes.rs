//! Attacks on processes, on what there is only so much of, and on the end of a jail.

use super::row::{Needs, Powers, Row, Stage, row};

/// Processes of the same user that are alive outside.
pub(crate) const OTHERS: &[Row] = &[
    row("signal", "P L", "signal {pid}", "ESRCH", "EPERM"),
    row("signal-thread", "P L", "signal-thread {pid}", "ESRCH", "EPERM"),
    row("signal-any-thread", "P L", "signal-any-thread {pid}", "ESRCH", "EPERM"),
    row("signal-queued", "P L", "signal-queued {pid}", "ESRCH", "EPERM"),
    row("signal-by-descriptor", "P L", "signal-descriptor {pid}", "ESRCH", "EPERM"),
    row("signal-the-starter", "P L", "signal-broker", "EPERM", "EPERM"),
    row("trace", "S", "trace {pid}", "EPERM", "EPERM"),
    row("memory-read", "S", "memory-read {pid} {address}", "EPERM", "EPERM"),
    row("memory-write", "S", "memory-write {pid} {address}", "EPERM", "EPERM"),
    row("descriptor-copy", "P S", "descriptor-copy {pid} {fd}", "ESRCH", "EPERM"),
    row("compare", "S", "compare {pid}", "EPERM", "EPERM"),
    row("advise-memory", "P S", "advise {pid} {address}", "ESRCH", "EPERM").needs(Needs::Root),
    row("move-pages", "S", "move-pages {pid}", "EPERM", "EPERM"),
    row("environment-of", "P L", "proc {pid} environ", "ENOENT", "EACCES"),
    row("words-of", "P L", "proc {pid} cmdline", "ENOENT", "EACCES"),
    row("memory-map-of", "P L", "proc {pid} maps", "ENOENT", "EACCES"),
    row("memory-file-of", "P L", "proc-memory {pid} {address}", "ENOENT", "EACCES"),
    row("environment-of-starter", "P L", "proc parent environ", "EACCES", "EACCES"),
    row("words-of-starter", "P L", "proc parent cmdline", "it is empty", "EACCES"),
    row("memory-map-of-starter", "P L", "proc parent maps", "EACCES", "EACCES"),
    row("environment-of-init", "P L", "proc {init} environ", "EACCES", "EACCES"),
    row("words-of-init", "P L", "proc {init} cmdline", "it is empty", "EACCES"),
    row("process-list", "P L", "list /proc {pid}", "it is not listed", "EACCES"),
    row("limits-of", "S", "limits-of {pid}", "EPERM", "EPERM"),
    row("limits-of-starter", "S", "limits-of parent", "EPERM", "EPERM"),
    row("priority-of", "P", "priority-of {pid}", "ESRCH", "EPERM"),
    row("io-priority-of", "P", "io-priority-of {pid}", "ESRCH", "EPERM"),
    row("processors-of", "P", "processors-of {pid}", "ESRCH", "EPERM"),
    row("scheduler-of", "P", "scheduler-of {pid}", "ESRCH", "EPERM"),
    row("priority-of-starter", "S", "priority-of parent", "EPERM", "EPERM"),
    row("io-priority-of-starter", "S", "io-priority-of parent", "EPERM", "EPERM"),
    row("processors-of-starter", "S", "processors-of parent", "EPERM", "EPERM"),
    row("scheduler-of-starter", "S", "scheduler-of parent", "EPERM", "EPERM"),
];

/// What a program may start and be.
pub(crate) const OWN: &[Row] = &[
    row("fork", "S", "fork", "EPERM", "EPERM"),
    row("vfork", "S", "vfork", "EPERM", "EPERM"),
    row("clone", "S", "clone", "EPERM", "EPERM"),
    row("clone3", "S", "clone3", "ENOSYS", "ENOSYS"),
    row("spawn", "S", "spawn {hostile}", "EPERM", "EPERM"),
    row("root-inside", "U", "user-zero", "it is user 1000", "it is user {user}").needs(Needs::Root),
    row("capabilities", "U", "capabilities", "it has none", "it has none").needs(Needs::Root),
    row("set-user-program", "U", "set-user-program {d}/as-root", "it is user 1000", "it is user {user}")
        .with(Powers::Spawn)
        .needs(Needs::NotRoot),
    row("daemon", "P B", "daemon {mark}", "gone", "gone").with(Powers::Spawn).on(Stage::Gone),
    row("daemon-on-the-run", "P B", "runner {mark}", "gone", "gone").with(Powers::Spawn).on(Stage::Gone),
    row("ignore-the-end", "B", "ignore-end", "killed: deadline", "killed: deadline").on(Stage::Deadline),
    row("stop-itself", "B", "stop-itself", "killed: deadline", "killed: deadline")
        .with(Powers::Spawn)
        .on(Stage::Deadline),
];

/// What there is only so much of.
pub(crate) const LIMITS: &[Row] = &[
    row("fork-bomb", "R", "fork-bomb", "EAGAIN", "").with(Powers::Limits),
    row("fill-memory", "B", "fill-memory", "killed: memory limit", "killed: memory limit")
        .with(Powers::Limits),
    row("fill-descriptors", "R", "fill-descriptors", "EMFILE", "EMFILE").with(Powers::Limits),
    row("blind-the-supervisor", "S", "blind-starter", "EPERM", "EPERM").with(Powers::Limits),
    row("long-file", "R", "long-file {o}/long", "killed by signal 25", "killed by signal 25")
        .with(Powers::Limits),
    row("fill-disk", "M", "fill-disk", "ENOSPC", "").with(Powers::Limits),
    row("fill-names", "M", "fill-names /dev/shm", "ENOSPC", "EACCES").with(Powers::Limits),
    row("leave-a-core", "R", "core-limit", "no core", "no core"),
];
