//! Sizes and times with their units in the type.

use super::ValueError;
use std::{fmt, str::FromStr, time::Duration};

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

impl ByteSize {
    /// So many bytes.
    #[must_use]
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// So many kibibytes (1,024 bytes each): the `_kb` fields of the manifest.
    #[must_use]
    pub const fn from_kib(count: u64) -> Self {
        Self(count.saturating_mul(1024))
    }

    /// So many mebibytes: the `_mb` fields of the manifest.
    #[must_use]
    pub const fn from_mib(count: u64) -> Self {
        Self(count.saturating_mul(1024 * 1024))
    }

    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = ValueError;

    /// Reads a whole number and a unit: `512`, `64KB`, `10 MiB`, `1GB`. KB and `KiB` alike are 1,024 bytes.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refuse = |why: &str| ValueError::new("a size", text, why);
        let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let count: u64 = digits.parse().map_err(|_| refuse("it must begin with a whole number"))?;
        let factor: u64 = match unit.trim() {
            "" | "B" => 1,
            "KB" | "KiB" => 1 << 10,
            "MB" | "MiB" => 1 << 20,
            "GB" | "GiB" => 1 << 30,
            _ => return Err(refuse("the unit must be B, KB, MB or GB")),
        };
        count.checked_mul(factor).map(Self).ok_or_else(|| refuse("it is too large"))
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 30 && bytes % (1 << 30) == 0 => write!(out, "{} GB", bytes >> 30),
            bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => write!(out, "{} MB", bytes >> 20),
            bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => write!(out, "{} KB", bytes >> 10),
            bytes => write!(out, "{bytes} bytes"),
        }
    }
}

/// How long one tool call may take: 100 ms to 300 s (`timeout_ms` of the manifest).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallTimeout(Duration);

impl CallTimeout {
    /// Shortest and longest time, in milliseconds.
    pub const RANGE_MS: std::ops::RangeInclusive<u64> = 100..=300_000;

    /// A time in milliseconds, within [`Self::RANGE_MS`].
    pub fn from_millis(millis: u64) -> Result<Self, ValueError> {
        if Self::RANGE_MS.contains(&millis) {
            return Ok(Self(Duration::from_millis(millis)));
        }
        Err(ValueError::new(
            "a time for one call",
            &millis.to_string(),
            "it must be 100 to 300000 milliseconds",
        ))
    }

    /// The time.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl fmt::Display for CallTimeout {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ms", self.0.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_unit() {
        let rows = [("512", 512), ("64KB", 65_536), ("10 MiB", 10 << 20), ("1GB", 1 << 30), ("0", 0)];
        for (text, bytes) in rows {
            assert_eq!(text.parse::<ByteSize>().unwrap().bytes(), bytes, "{text}");
        }
        for bad in ["", "KB", "-1", "1.5MB", "1TB", "99999999999999999999", "18446744073709551615KB"] {
            assert!(bad.parse::<ByteSize>().is_err(), "{bad}");
        }
        assert_eq!(ByteSize::from_kib(512).to_string(), "512 KB");
    }

    #[test]
    fn a_call_takes_between_a_tenth_of_a_second_and_five_minutes() {
        assert!(CallTimeout::from_millis(99).is_err());
        assert!(CallTimeout::from_millis(300_001).is_err());
        assert_eq!(CallTimeout::from_millis(100).unwrap().duration(), Duration::from_millis(100));
    }
}
