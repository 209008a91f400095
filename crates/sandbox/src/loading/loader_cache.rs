//! The cache of glibc's loader, `/etc/ld.so.cache`: which file it takes for a library's name. Other formats than that of
//! glibc 2.2 and later, and damaged ones, are an empty cache; the loader then looks in the default folders too.

use super::elf::number32;
use super::paths::read_whole;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where it is.
pub(super) const PATH: &str = "/etc/ld.so.cache";

const MAX_LEN: usize = 16 << 20;
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER_LEN: usize = 48;
const ENTRY_LEN: usize = 24;
/// What came before, and may still stand before the new part.
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER_LEN: usize = 16;
const OLD_ENTRY_LEN: usize = 12;

/// Files by the name of the library, in the loader's order: variants for newer processors are among them.
#[derive(Debug, Default)]
pub(super) struct LoaderCache {
    files: HashMap<OsString, Vec<PathBuf>>,
}

impl LoaderCache {
    /// Reads the machine's.
    pub(super) fn read() -> Self {
        read_whole(Path::new(PATH), MAX_LEN).and_then(|bytes| Self::parse(&bytes)).unwrap_or_default()
    }

    /// Reads the bytes of one. None if they do not add up.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = if bytes.starts_with(OLD_MAGIC) {
            let count = usize::try_from(number32(bytes, 12)?).ok()?;
            let end = count.checked_mul(OLD_ENTRY_LEN)?.checked_add(OLD_HEADER_LEN)?;
            bytes.get(end.checked_next_multiple_of(8)?..)?
        } else {
            bytes
        };
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let count = usize::try_from(number32(bytes, MAGIC.len())?).ok()?;
        let table = bytes.get(HEADER_LEN..HEADER_LEN.checked_add(count.checked_mul(ENTRY_LEN)?)?)?;
        let mut files: HashMap<OsString, Vec<PathBuf>> = HashMap::with_capacity(count);
        for entry in table.chunks_exact(ENTRY_LEN) {
            let name = string(bytes, number32(entry, 4)?)?;
            let path = Path::new(string(bytes, number32(entry, 8)?)?);
            if path.is_absolute() {
                files.entry(name.to_owned()).or_default().push(path.to_owned());
            }
        }
        Some(Self { files })
    }

    /// The files for a library's name.
    pub(super) fn get(&self, name: &OsStr) -> &[PathBuf] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The string at an offset; 4096 is the longest path.
fn string(bytes: &[u8], at: u32) -> Option<&OsStr> {
    let rest = bytes.get(usize::try_from(at).ok()?..)?;
    let end = rest.iter().take(4_096).position(|byte| *byte == 0)?;
    rest.get(..end).map(OsStr::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::{LoaderCache, MAGIC};
    use proptest::prelude::{any, prop, proptest};
    use std::ffi::OsStr;
    use std::path::PathBuf;

    fn cache(rows: &[(&str, &str)]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(u32::try_from(rows.len()).unwrap().to_le_bytes());
        out.resize(48, 0);
        let mut strings = Vec::new();
        let start = 48 + rows.len() * 24;
        for (name, path) in rows {
            out.extend(0x303u32.to_le_bytes());
            for text in [name, path] {
                out.extend(u32::try_from(start + strings.len()).unwrap().to_le_bytes());
                strings.extend(text.bytes().chain([0]));
            }
            out.resize(out.len() + 12, 0);
        }
        out.extend(strings);
        out
    }

    #[test]
    fn names_lead_to_files() {
        let new = cache(&[("liba.so", "/x/hw/liba.so"), ("liba.so", "/x/liba.so"), ("libb.so", "relative")]);
        let mut old = b"ld.so-1.7.0\0".to_vec();
        old.extend(1u32.to_le_bytes());
        old.resize(16 + 12 + 4, 7);
        old.extend(&new);
        for bytes in [new, old] {
            let cache = LoaderCache::parse(&bytes).unwrap();
            let expected = ["/x/hw/liba.so", "/x/liba.so"].map(PathBuf::from);
            assert_eq!(cache.get(OsStr::new("liba.so")), expected);
            assert!(cache.get(OsStr::new("libb.so")).is_empty());
        }
    }

    #[test]
    fn a_cache_that_does_not_add_up_is_none() {
        let good = cache(&[("liba.so", "/x/liba.so")]);
        assert!(LoaderCache::parse(b"").is_none());
        assert!(LoaderCache::parse(&good[..good.len() - 1]).is_none());
        let mut many = good;
        many[20..24].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(LoaderCache::parse(&many).is_none());
    }

    proptest! {
        #[test]
        fn damaged_caches_end_in_an_answer(
            hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
        ) {
            let mut bytes = cache(&[("liba.so", "/x/liba.so"), ("libb.so", "/x/libb.so")]);
            for (index, value) in hits {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            let _ = LoaderCache::parse(&bytes);
        }
    }
}
