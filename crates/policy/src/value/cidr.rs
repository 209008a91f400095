//! Ranges of addresses.

use super::{AddressClass, ValueError, classify};
use ipnet::IpNet;
use std::{fmt, net::IpAddr};

/// A range of IP addresses in CIDR notation; host bits are cleared, a single address is a range of one.
///
/// IPv4-mapped IPv6 addresses count as the IPv4 address they carry, on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr(IpNet);

impl Cidr {
    /// Parses `10.0.0.0/8`, `fe80::/10` or a single address.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| ValueError::new("an address range", text, why);
        let Some((address, _)) = text.split_once('/') else {
            let address: IpAddr = text.parse().map_err(|_| refuse("it is not an IP address"))?;
            return Ok(Self(address.to_canonical().into()));
        };
        let form = "it is not `address/bits`, such as `10.0.0.0/8` or `fe80::/10`";
        // ipnet reads leading zeros in an address; the standard library refuses them as ambiguous (octal).
        let address: IpAddr = address.parse().map_err(|_| refuse(form))?;
        if address != address.to_canonical() {
            return Err(refuse("write the IPv4 range instead of its IPv6-mapped form"));
        }
        let net: IpNet = text.parse().map_err(|_| refuse(form))?;
        Ok(Self(net.trunc()))
    }

    /// Whether the range holds the address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Whether the range lies within addresses of no ordinary use, from its first to its last.
    pub(crate) fn is_reserved(&self) -> bool {
        let reserved = |address| classify(address) == AddressClass::Reserved;
        reserved(self.0.network()) && reserved(self.0.broadcast())
    }

    /// Its first address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.0.network()
    }

    /// Whether the range holds one address only.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() {
            fmt::Display::fmt(&self.0.addr(), out)
        } else {
            fmt::Display::fmt(&self.0, out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_without_host_bits() {
        assert_eq!(Cidr::parse("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(Cidr::parse("192.168.0.1").unwrap().to_string(), "192.168.0.1");
        assert_eq!(Cidr::parse("fe80::1/10").unwrap().to_string(), "fe80::/10");
        for bad in ["10.0.0.0/33", "10/8", "", "x", "::1/129", "::ffff:10.0.0.0/104", "010.0.0.1/8"] {
            assert!(Cidr::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mapped_address_counts_as_the_one_it_carries() {
        let ten = Cidr::parse("10.0.0.0/8").unwrap();
        assert!(ten.contains("::ffff:10.1.1.1".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()));
        assert!(!Cidr::parse("::/0").unwrap().contains("10.0.0.1".parse().unwrap()));
    }
}
