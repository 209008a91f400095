//! Attacks by network.

use super::row::{Needs, Powers, Row, row};

const NO_SOCKET: &str = "EAFNOSUPPORT";

/// The broker here closes its listeners when the jail has started: what came before is reset, or left without an answer.
const NOBODY: &str = "ECONNREFUSED|ECONNRESET|EAGAIN";

/// Addresses and ports. Where a manifest gives any, every address leads to its ports inside the jail, and nobody answers.
pub(crate) const ADDRESSES: &[Row] = &[
    row("no-network-public", "N", "tcp 93.184.216.34:80", "ENETUNREACH", NO_SOCKET),
    row("no-network-public-six", "N", "tcp [2606:2800:220:1::1]:80", "ENETUNREACH", NO_SOCKET),
    row("no-network-loopback", "N", "tcp 127.0.0.1:9999", "ECONNREFUSED", NO_SOCKET),
    row("no-network-names", "N", "udp 8.8.8.8:53", "ENETUNREACH", NO_SOCKET),
    network("public-four", "tcp 93.184.216.35:80"),
    network("public-six", "tcp [2606:2800:220:1::1]:80"),
    network("undeclared-port", "tcp 93.184.216.34:80"),
    network("undeclared-host-on-declared-port", "tcp 1.1.1.1:443"),
    network("private-ten", "tcp 10.0.0.1:443"),
    network("private-192", "tcp 192.168.1.1:443"),
    network("private-six", "tcp [fd00::1]:443"),
    network("metadata", "tcp 169.254.169.254:80"),
    network("metadata-six", "tcp [fd00:ec2::254]:80"),
    network("metadata-decimal", "tcp-spelled 2852039166 80"),
    network("metadata-hexadecimal", "tcp-spelled 0xa9fea9fe 80"),
    network("metadata-octal", "tcp-spelled 0251.0376.0251.0376 80"),
    network("metadata-short", "tcp-spelled 169.254.43518 80"),
    network("metadata-mapped", "tcp [::ffff:169.254.169.254]:80"),
    network("metadata-nat64", "tcp [64:ff9b::a9fe:a9fe]:80"),
    network("metadata-6to4", "tcp [2002:a9fe:a9fe::]:80"),
    network("unspecified", "tcp 0.0.0.0:9999"),
    network("unspecified-six", "tcp [::]:9999"),
    network("loopback", "tcp 127.0.0.1:9999"),
    network("loopback-other", "tcp 127.1.2.3:5432"),
    network("loopback-six", "tcp [::1]:9999"),
    network("loopback-docker", "tcp 127.0.0.1:2375"),
    network("names-of-a-chosen-server", "udp 8.8.8.8:53"),
    network("names-of-a-chosen-server-by-tcp", "tcp 8.8.8.8:53"),
    network("datagrams-public", "udp 1.1.1.1:443"),
    network("datagrams-public-six", "udp [2606:4700:4700::1111]:443"),
    network("datagrams-loopback", "udp 127.0.0.1:9999"),
    network("datagrams-time", "udp 17.253.34.123:123"),
    network("connect-by-sending", "fast-open 1.1.1.1:443"),
];

const fn network(name: &'static str, attack: &'static str) -> Row {
    row(name, "N S", attack, NOBODY, NO_SOCKET).with(Powers::Network)
}

/// Kinds of sockets, and sockets that have no address.
pub(crate) const SOCKETS: &[Row] = &[
    row("echo-request", "S", "ping 1.1.1.1", "EPERM", NO_SOCKET).with(Powers::Network),
    row("raw-packets", "S U", "raw", "EPERM", NO_SOCKET).with(Powers::Network).needs(Needs::Root),
    row("link-packets", "S U", "packet", NO_SOCKET, NO_SOCKET).with(Powers::Network).needs(Needs::Root),
    row("link-datagrams", "S U", "packet-datagram", NO_SOCKET, NO_SOCKET)
        .with(Powers::Network)
        .needs(Needs::Root),
    row("machine-sockets", "S", "vsock", NO_SOCKET, NO_SOCKET).with(Powers::Network),
    row("multipath", "S", "multipath", "EPERM", NO_SOCKET).with(Powers::Network),
    row("light-datagrams", "S", "udp-lite", "EPERM", NO_SOCKET).with(Powers::Network),
    row("kernel-events", "S", "netlink-events", "EPERM", NO_SOCKET).with(Powers::Network),
    row("socket-lists", "S", "netlink-sockets", "EPERM", NO_SOCKET).with(Powers::Network),
    row("firewall-rules", "S", "netlink-firewall", "EPERM", NO_SOCKET).with(Powers::Network),
    row("every-other-family", "S", "families", "none could be opened", "none could be opened")
        .with(Powers::Network),
    row("foreign-source", "U", "forged-source", "EPERM", NO_SOCKET).with(Powers::Network).needs(Needs::Root),
    row("interface-set", "U", "interface-set", "EPERM", NO_SOCKET).with(Powers::Network).needs(Needs::Root),
    row("local-socket", "S", "local-socket", NO_SOCKET, NO_SOCKET).with(Powers::Network),
    row("key-agent", "M S", "local {s}/agent.sock", NO_SOCKET, NO_SOCKET).with(Powers::Network),
    row("container-engine", "M S", "local {s}/docker.sock", NO_SOCKET, NO_SOCKET).with(Powers::Network),
    row("declared-local-socket", "S", "local {d}/stream.sock", NO_SOCKET, NO_SOCKET),
    row("abstract-socket", "N S", "abstract {abstract}", NO_SOCKET, NO_SOCKET).with(Powers::Network),
    row("pair-to-declared-socket", "S", "pair-local {d}/log.sock", "EPERM", "EPERM"),
    row("pair-to-declared-socket-raw", "S", "pair-local-raw {d}/log.sock", "EPERM", "EPERM"),
    row("pair-to-undeclared-socket", "M S", "pair-local {s}/log.sock", "EPERM", "EPERM"),
    row("pair-to-abstract-socket", "N S", "pair-abstract {abstract}-datagram", "EPERM", "EPERM"),
];
