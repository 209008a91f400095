//! The same ideas by interpreters: what a server written in Python or Node would try.

use super::row::{Language, Powers, Row, row};

/// Attacks in Python.
pub(crate) const PYTHON: &[Row] = &[
    python("python-undeclared-read", "M L", "read {secret}/file", "ENOENT", "EACCES"),
    python("python-system-users", "M L", "read /etc/passwd root:", "it holds nothing of the kind", "EACCES"),
    python("python-read-only-write", "M L", "write {r}/file", "EROFS", "EACCES"),
    python("python-start-file-write", "M L", "write {w}/.bashrc", "EROFS", "EACCES"),
    python("python-link", "M L", "symlink-read {secret}/file {o}/planted", "ENOENT", "EACCES"),
    python("python-chmod", "M S", "chmod {secret}/file", "ENOENT", "EPERM"),
    python("python-process-list", "P L", "list /proc {pid}", "it is not listed", "EACCES"),
    python("python-environment-of", "P L", "read /proc/{pid}/environ DECOY", "ENOENT", "EACCES"),
    python("python-environment-of-init", "P L", "read /proc/{init}/environ DECOY", "EACCES", "EACCES"),
    python("python-signal", "P L", "signal {pid}", "ESRCH", "EPERM"),
    python("python-trace", "S", "trace {pid}", "EPERM", "EPERM"),
    python("python-memory-read", "S", "memory-read {pid} {address}", "EPERM", "EPERM"),
    python("python-unshare", "S", "unshare-user", "EPERM", "EPERM"),
    python("python-spawn", "S", "spawn {hostile}", "EPERM", "EPERM"),
    python("python-variable", "E", "variable DECOY_SECRET", "it is not set", "it is not set"),
    python(
        "python-loopback",
        "N S",
        "tcp 127.0.0.1 9999",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    python(
        "python-public",
        "N S",
        "tcp 1.1.1.1 443",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    python(
        "python-metadata-decimal",
        "N S",
        "tcp 2852039166 80",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    python(
        "python-metadata-hexadecimal",
        "N S",
        "tcp 0xa9fea9fe 80",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    python(
        "python-datagrams",
        "N S",
        "udp 8.8.8.8 53",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    python("python-key-agent", "M S", "local {s}/agent.sock", "EAFNOSUPPORT", "EAFNOSUPPORT"),
    python("python-pair", "S", "pair {d}/log.sock", "EPERM", "EPERM"),
];

/// Attacks in JavaScript.
pub(crate) const NODE: &[Row] = &[
    node("node-undeclared-read", "M L", "read {secret}/file", "ENOENT", "EACCES"),
    node("node-system-users", "M L", "read /etc/passwd root:", "it holds nothing of the kind", "EACCES"),
    node("node-read-only-write", "M L", "write {r}/file", "EROFS", "EACCES"),
    node("node-hook-write", "M L", "write {w}/.git/hooks/pre-commit", "EROFS", "EACCES"),
    node("node-link", "M L", "symlink-read {secret}/file {o}/planted", "ENOENT", "EACCES"),
    node("node-hard-link", "M L", "link {r}/file {o}/hard", "EXDEV", "EACCES|EXDEV"),
    node("node-rename", "M L", "rename {r}/file {o}/stolen", "EXDEV", "EACCES|EXDEV"),
    node("node-chmod", "M S", "chmod {r}/file", "EROFS", "EPERM"),
    node("node-process-list", "P L", "list /proc {pid}", "it is not listed", "EACCES"),
    node("node-environment-of", "P L", "read /proc/{pid}/environ DECOY", "ENOENT", "EACCES"),
    node("node-signal", "P L", "signal {pid}", "ESRCH", "EPERM"),
    node("node-spawn", "S", "spawn {hostile}", "EPERM", "EPERM"),
    node("node-variable", "E", "variable DECOY_SECRET", "it is not set", "it is not set"),
    node(
        "node-loopback",
        "N S",
        "tcp 127.0.0.1 9999",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    node("node-public", "N S", "tcp 1.1.1.1 443", "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT", "EAFNOSUPPORT")
        .with(Powers::Network),
    node(
        "node-metadata",
        "N S",
        "tcp 169.254.169.254 80",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    node(
        "node-datagrams",
        "N S",
        "udp 8.8.8.8 53",
        "ECONNREFUSED|ECONNRESET|EAGAIN|ETIMEDOUT",
        "EAFNOSUPPORT",
    )
    .with(Powers::Network),
    node("node-container-engine", "M S", "local {s}/docker.sock", "EAFNOSUPPORT", "EAFNOSUPPORT"),
];

const fn python(
    name: &'static str,
    layers: &'static str,
    attack: &'static str,
    in_t1: &'static str,
    in_t2: &'static str,
) -> Row {
    row(name, layers, attack, in_t1, in_t2).by(Language::Python)
}

const fn node(
    name: &'static str,
    layers: &'static str,
    attack: &'static str,
    in_t1: &'static str,
    in_t2: &'static str,
) -> Row {
    row(name, layers, attack, in_t1, in_t2).by(Language::Node)
}
