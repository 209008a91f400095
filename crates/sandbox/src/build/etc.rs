//! The jail's own `/etc`: who it is, what it is called, where names are looked up. Nothing of the machine's, but for what says
//! nothing of anybody.

use super::{BuildError, text};
use crate::plan::Node;

/// The name that a tool sees the machine under.
pub(super) const HOST_NAME: &str = "portcullis";

/// The user and group number that a tool sees itself as.
pub(super) const IDENTITY: u32 = 1000;

/// The files that are made.
pub(super) fn files(home: &str) -> Result<Vec<Node>, BuildError> {
    let id = IDENTITY;
    let rows = [
        (
            "/etc/passwd",
            format!("tool:x:{id}:{id}:tool:{home}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
        ),
        ("/etc/group", format!("tool:x:{id}:\nnogroup:x:65534:\n")),
        ("/etc/hostname", format!("{HOST_NAME}\n")),
        ("/etc/hosts", format!("127.0.0.1 localhost {HOST_NAME}\n::1 localhost\n")),
        // Names are answered on the jail's own loopback, or not at all.
        ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n".to_owned()),
        (
            "/etc/nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n".to_owned(),
        ),
        ("/etc/host.conf", "multi on\n".to_owned()),
    ];
    rows.into_iter()
        .map(|(target, content)| Ok(Node::File { target: text(target)?, content: content.into_bytes() }))
        .collect()
}
