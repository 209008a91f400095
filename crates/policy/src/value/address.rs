//! What kind of address an address is: the special-use table (IANA special-purpose registries).
//!
//! IPv4 embedded in IPv6 (mapped, compatible, 6to4, NAT64) is judged by the IPv4 address it carries, since that is where
//! the packets go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for, as far as a decision cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressClass {
    /// A public unicast address.
    Public,
    /// This machine: 127/8 and `::1`, and 0/8 and `::`, which the kernel takes for it.
    Loopback,
    /// A private network: RFC 1918, RFC 6598 (carrier NAT), unique local, IPv6 link-local and site-local, local NAT64.
    Private,
    /// A cloud's instance-metadata service, and all of IPv4 link-local, where clouds put theirs.
    Metadata,
    /// Anything else that is no ordinary destination: multicast, documentation, benchmarking, reserved.
    Reserved,
}

impl AddressClass {
    /// The class in words, for messages.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private-network address",
            Self::Metadata => "a cloud metadata address",
            Self::Reserved => "a reserved address",
        }
    }
}

/// Classifies an address by where its packets would go.
#[must_use]
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

const METADATA_V4: [[u8; 4]; 2] = [[168, 63, 129, 16], [100, 100, 100, 200]];

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let octets = address.octets();
    if METADATA_V4.contains(&octets) {
        return AddressClass::Metadata;
    }
    match octets {
        // The whole link-local block: clouds keep adding services to it.
        [169, 254, ..] => AddressClass::Metadata,
        // To the kernel 0.0.0.0 is this machine, and so may be the rest of its block.
        [0 | 127, ..] => AddressClass::Loopback,
        [10, ..] | [192, 168, ..] => AddressClass::Private,
        [100, second, ..] if second & 0xc0 == 64 => AddressClass::Private,
        [172, second, ..] if second & 0xf0 == 16 => AddressClass::Private,
        [224..=255, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => AddressClass::Reserved,
        _ => AddressClass::Public,
    }
}

const METADATA_V6: [[u16; 8]; 3] = [
    [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254],
    [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23],
    [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254],
];

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    let segments = address.segments();
    if METADATA_V6.contains(&segments) {
        return AddressClass::Metadata;
    }
    if let Some(embedded) = embedded_v4(segments) {
        return classify_v4(embedded);
    }
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => AddressClass::Loopback,
        // Local-use translation: where in it the IPv4 address stands is the network's own affair.
        [0x64, 0xff9b, 1, ..] => AddressClass::Private,
        [first, ..] if first & 0xfe00 == 0xfc00 => AddressClass::Private,
        [first, ..] if matches!(first & 0xffc0, 0xfe80 | 0xfec0) => AddressClass::Private,
        // Only 2000::/3 is global unicast; within it, Teredo, ORCHID, benchmarking and documentation are not.
        [first, ..] if first & 0xe000 != 0x2000 => AddressClass::Reserved,
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressClass::Reserved,
        _ => AddressClass::Public,
    }
}

/// The address that packets to this one end at: the IPv4 address that it carries, else itself.
pub(crate) fn carried(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(outer) => embedded_v4(outer.segments()).map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IPv4 address inside an IPv6 one: mapped, translated, compatible, NAT64 (its well-known prefix) and 6to4.
fn embedded_v4(segments: [u16; 8]) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Some(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // `::` and `::1` are their own addresses, not IPv4-compatible ones.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => from(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> AddressClass {
        classify(text.parse().unwrap())
    }

    #[test]
    fn the_special_use_table() {
        use AddressClass::{Loopback, Metadata, Private, Public, Reserved};
        let rows = [
            ("8.8.8.8", Public),
            ("127.0.0.1", Loopback),
            ("127.255.255.255", Loopback),
            ("10.0.0.1", Private),
            ("172.15.255.255", Public),
            ("172.16.0.1", Private),
            ("172.31.255.255", Private),
            ("172.32.0.1", Public),
            ("192.168.1.1", Private),
            ("169.254.1.1", Metadata),
            ("100.63.0.1", Public),
            ("100.64.0.1", Private),
            ("100.127.255.255", Private),
            ("100.128.0.1", Public),
            ("169.254.169.254", Metadata),
            ("169.254.170.2", Metadata),
            ("168.63.129.16", Metadata),
            ("100.100.100.200", Metadata),
            ("0.0.0.0", Loopback),
            ("0.1.2.3", Loopback),
            ("192.0.0.1", Reserved),
            ("192.0.2.1", Reserved),
            ("192.88.99.1", Reserved),
            ("198.18.0.1", Reserved),
            ("198.19.255.255", Reserved),
            ("198.51.100.1", Reserved),
            ("203.0.113.1", Reserved),
            ("224.0.0.1", Reserved),
            ("239.255.255.255", Reserved),
            ("240.0.0.1", Reserved),
            ("255.255.255.255", Reserved),
            ("2606:4700::1111", Public),
            ("::", Loopback),
            ("::1", Loopback),
            ("fc00::1", Private),
            ("fdff::1", Private),
            ("fe80::1", Private),
            ("fec0::1", Private),
            ("ff02::1", Reserved),
            ("100::1", Reserved),
            ("2001::1", Reserved),
            ("2001:db8::1", Reserved),
            ("3fff::1", Reserved),
            ("fd00:ec2::254", Metadata),
            ("fd20:ce::254", Metadata),
            ("fd00:ec2::23", Metadata),
            ("169.254.170.23", Metadata),
            ("64:ff9b:1:a9fe:a9:fe00:808:808", Private),
            ("64:ff9b:0:dead:1:2:808:808", Reserved),
        ];
        for (address, wanted) in rows {
            assert_eq!(class(address), wanted, "{address}");
        }
    }

    #[test]
    fn an_embedded_address_is_judged_as_itself() {
        use AddressClass::{Loopback, Metadata, Private, Public};
        let carriers = ["::ffff:", "::ffff:0:", "::", "64:ff9b::"];
        let inner = [
            ("127.0.0.1", Loopback),
            ("10.1.2.3", Private),
            ("169.254.169.254", Metadata),
            ("8.8.8.8", Public),
        ];
        for carrier in carriers {
            for (address, wanted) in inner {
                assert_eq!(class(&format!("{carrier}{address}")), wanted, "{carrier}{address}");
            }
        }
        assert_eq!(class("2002:7f00:1::"), Loopback);
        assert_eq!(class("2002:a9fe:a9fe::1"), Metadata);
    }
}
