//! Host names, ports, and the patterns over them.

use super::{Cidr, ValueError};
use std::{fmt, net::IpAddr, num::NonZeroU16};

/// A TCP or UDP port, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port(NonZeroU16);

impl Port {
    /// HTTP's port, 80.
    pub const HTTP: Self = Self(NonZeroU16::MIN.saturating_add(79));
    /// HTTPS's port, 443.
    pub const HTTPS: Self = Self(NonZeroU16::MIN.saturating_add(442));

    /// A port from its number; 0 is not a port.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        match NonZeroU16::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Parses a decimal number without sign or leading zeros.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let plain = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        let number = if plain { text.parse().ok() } else { None };
        number
            .and_then(Self::new)
            .ok_or_else(|| ValueError::new("a port", text, "it must be a number from 1 to 65535"))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

/// A host name in its one spelling: lower case, IDNA-encoded, without trailing dot; labels of letters, digits, `-`, `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName(Box<str>);

impl HostName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name means this machine by definition: `localhost` or a name below it (RFC 6761).
    #[must_use]
    pub fn is_localhost(&self) -> bool {
        &*self.0 == "localhost" || self.0.ends_with(".localhost")
    }

    fn check(ascii: &str, text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| Err(ValueError::new("a host name", text, why));
        let name = ascii.strip_suffix('.').unwrap_or(ascii);
        if name.is_empty() || name.len() > 253 {
            return refuse("it must have 1 to 253 characters");
        }
        for label in name.split('.') {
            if label.is_empty() || label.len() > 63 {
                return refuse("each label must have 1 to 63 characters");
            }
            let plain =
                label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
            if !plain || label.starts_with('-') || label.ends_with('-') {
                return refuse("a label holds letters, digits, `_` and inner `-` only");
            }
        }
        Ok(Self(name.into()))
    }
}

/// Where a connection is to go: a name, or an address written out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// A name that has to be resolved.
    Name(HostName),
    /// A literal address, IPv4-mapped IPv6 already turned into IPv4.
    Address(IpAddr),
}

impl Host {
    /// Parses a host as the WHATWG URL standard does: IDNA, case, percent escapes, and IPv4 in every numeric spelling
    /// (`0x7f.1`, `2130706433`). IPv6 may come with or without brackets.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Address(address.to_canonical()));
        }
        match url::Host::parse(text) {
            Ok(host) => Self::from_url(&host, text),
            Err(cause) => Err(ValueError::new("a host", text, cause.to_string())),
        }
    }

    /// The host of a URL that the `url` crate has parsed.
    pub fn from_url<S: AsRef<str>>(host: &url::Host<S>, text: &str) -> Result<Self, ValueError> {
        match host {
            url::Host::Ipv4(address) => Ok(Self::Address((*address).into())),
            url::Host::Ipv6(address) => Ok(Self::Address(IpAddr::from(*address).to_canonical())),
            url::Host::Domain(name) => {
                // `1.2.3.4.` is a domain to the parser and an address to resolvers.
                if let Ok(address) = name.as_ref().trim_end_matches('.').parse::<IpAddr>() {
                    return Ok(Self::Address(address.to_canonical()));
                }
                HostName::check(name.as_ref(), text).map(Self::Name)
            }
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => out.write_str(&name.0),
            Self::Address(address) => fmt::Display::fmt(address, out),
        }
    }
}

/// Which hosts a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    /// Every host: `*`.
    Any,
    /// One name.
    Name(HostName),
    /// Every name below this one, at any depth, by whole labels, the name itself not included: `*.example.com`.
    Below(HostName),
    /// A range of literal addresses, or one.
    Range(Cidr),
}

impl HostPattern {
    /// Parses `*`, `*.suffix`, a name, an address or a CIDR range.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| Err(ValueError::new("a host pattern", text, why));
        if text == "*" {
            return Ok(Self::Any);
        }
        let (suffix, below) = text.strip_prefix("*.").map_or((text, false), |suffix| (suffix, true));
        if suffix.contains('*') {
            return refuse("a wildcard stands for whole labels at the front: `*.example.com`");
        }
        if suffix.contains('%') {
            return refuse("percent escapes are not allowed in a pattern");
        }
        let bare = suffix.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(suffix);
        if bare.contains(['[', ']']) {
            return refuse("its brackets do not match");
        }
        if !below && (bare.contains('/') || bare.parse::<IpAddr>().is_ok()) {
            return Cidr::parse(bare).map(Self::Range);
        }
        match Host::parse(suffix)? {
            Host::Name(name) if below => Ok(Self::Below(name)),
            Host::Name(name) => Ok(Self::Name(name)),
            Host::Address(_) => refuse("write an address in its plain form, such as `192.0.2.7` or `[::1]`"),
        }
    }

    /// Whether the pattern covers the host.
    #[must_use]
    pub fn matches(&self, host: &Host) -> bool {
        match host {
            Host::Name(name) => self.matches_name(name),
            Host::Address(address) => match self {
                Self::Any => true,
                Self::Range(range) => range.contains(*address),
                Self::Name(_) | Self::Below(_) => false,
            },
        }
    }

    /// Whether the pattern covers the name.
    #[must_use]
    pub fn matches_name(&self, name: &HostName) -> bool {
        match self {
            Self::Any => true,
            Self::Name(wanted) => wanted == name,
            Self::Below(suffix) => {
                let head = name.0.strip_suffix(&*suffix.0);
                head.is_some_and(|head| head.len() > 1 && head.ends_with('.'))
            }
            Self::Range(_) => false,
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("*"),
            Self::Name(name) => out.write_str(&name.0),
            Self::Below(suffix) => write!(out, "*.{}", suffix.0),
            Self::Range(range) => fmt::Display::fmt(range, out),
        }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            HostPattern::Range(range) if range.to_string().contains(':') => write!(out, "[{range}]:")?,
            host => write!(out, "{host}:")?,
        }
        match self.port {
            PortRule::Any => out.write_str("*"),
            PortRule::One(port) => fmt::Display::fmt(&port, out),
        }
    }
}

/// Which ports a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PortRule {
    /// Every port: `*`.
    Any,
    /// One port.
    One(Port),
}

impl PortRule {
    /// Whether the rule covers the port.
    #[must_use]
    pub fn matches(self, port: Port) -> bool {
        match self {
            Self::Any => true,
            Self::One(wanted) => wanted == port,
        }
    }
}

/// One entry of `network.allow`: `host:port`, `*.suffix:port`, `host:*`, `*:port`, an address or a range with a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostRule {
    /// Which hosts.
    pub host: HostPattern,
    /// Which of their ports.
    pub port: PortRule,
}

impl HostRule {
    /// Parses an entry; `*:*` is refused, since it would be no rule at all.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| ValueError::new("a network rule", text, why);
        let (host, port) = text
            .rsplit_once(':')
            .ok_or_else(|| refuse("it must be `host:port`, such as `api.example.com:443`"))?;
        if text.contains("://") {
            return Err(refuse("write `host:port` without a scheme, such as `api.example.com:443`"));
        }
        if host.contains(':') && !host.starts_with('[') {
            return Err(refuse("an IPv6 address needs brackets, such as `[::1]:443`"));
        }
        let port = if port == "*" { PortRule::Any } else { PortRule::One(Port::parse(port)?) };
        let host = HostPattern::parse(host)?;
        if host == HostPattern::Any && port == PortRule::Any {
            return Err(refuse("`*:*` would allow everything; name a host or a port"));
        }
        Ok(Self { host, port })
    }

    /// Whether the rule covers a connection.
    #[must_use]
    pub fn matches(&self, host: &Host, port: Port) -> bool {
        self.port.matches(port) && self.host.matches(host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn one_host_has_one_spelling() {
        for spelling in ["API.GitHub.com", "api.github.com.", "api%2Egithub.com", "api.gіthub.com"] {
            let parsed = host(spelling).to_string();
            let wanted = if spelling.is_ascii() { "api.github.com" } else { "api.xn--gthub-n2e.com" };
            assert_eq!(parsed, wanted, "{spelling}");
        }
        assert_eq!(host("bücher.example").to_string(), "xn--bcher-kva.example");
    }

    #[test]
    fn addresses_in_every_spelling() {
        for text in
            ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "::ffff:127.0.0.1", "127.0.0.1."]
        {
            assert_eq!(host(text), Host::Address("127.0.0.1".parse().unwrap()), "{text}");
        }
        assert_eq!(host("[::1]"), host("::1"));
    }

    #[test]
    fn what_is_no_host() {
        let long = format!("{}.com", "a".repeat(64));
        for bad in
            ["", ".", "a..b", "-a.com", "a-.com", "a b", "a/b", "a@b", "a\0b", "999.1.1.1", "a!b", &long]
        {
            assert!(Host::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn wildcards_stand_for_whole_labels() {
        let rows = [
            ("*.github.com", "api.github.com", true),
            ("*.github.com", "a.b.github.com", true),
            ("*.github.com", "github.com", false),
            ("*.github.com", "evilgithub.com", false),
            ("*.GitHub.com.", "API.github.com", true),
            ("github.com", "api.github.com", false),
            ("*", "anything.example", true),
            ("10.0.0.0/8", "10.2.3.4", true),
            ("10.0.0.0/8", "11.2.3.4", false),
            ("10.0.0.0/8", "ten.example", false),
        ];
        for (pattern, text, wanted) in rows {
            assert_eq!(HostPattern::parse(pattern).unwrap().matches(&host(text)), wanted, "{pattern} {text}");
        }
        for bad in ["", "*.*", "a.*.com", "*github.com", "*.", "*.1.2.3.4", "%41.com", "0x7f.1"] {
            assert!(HostPattern::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn rules_name_a_host_and_a_port() {
        assert!(HostRule::parse("[::1]:8080").unwrap().matches(&host("::1"), Port::new(8080).unwrap()));
        assert!(HostRule::parse("*:443").unwrap().matches(&host("x.example"), Port::HTTPS));
        assert!(!HostRule::parse("x.example:443").unwrap().matches(&host("x.example"), Port::HTTP));
        for bad in
            ["*:*", "x.example", "x.example:", "x.example:0", "x.example:65536", "::1:80", "x:080", "x:+80"]
        {
            assert!(HostRule::parse(bad).is_err(), "{bad}");
        }
    }
}
