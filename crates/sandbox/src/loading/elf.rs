//! What an ELF file says of its loading: machine, interpreter, libraries by name, and where to look for them.
//!
//! Only the headers and the few strings are read, by offset: a program of 100 MB costs some kilobytes. Whatever does not
//! add up makes the file damaged; nothing here panics or allocates by a number that the file names. Files of other
//! classes or byte orders are told apart and read no further.

use goblin::elf::dynamic::{DT_FLAGS_1, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRTAB};
use goblin::elf::header::{EI_CLASS, EI_DATA, ELFCLASS64, ELFDATA2LSB, ELFMAG, EM_AARCH64, EM_X86_64};
use goblin::elf::program_header::{PT_DYNAMIC, PT_INTERP, PT_LOAD};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;

/// A file longer than this is not looked at. Only its headers are read, and the libraries for graphics cards are long.
const MAX_FILE_LEN: u64 = 4 << 30;
/// The first piece read: headers, and mostly the interpreter's name.
const HEAD_LEN: usize = 1_024;
const MAX_PROGRAM_HEADERS: usize = 256;
const MAX_DYNAMIC_LEN: usize = 64 << 10;
/// The longest path, and so the longest string that can be one.
const MAX_STRING_LEN: usize = 4_096;
/// Search paths may hold several.
const MAX_LIST_LEN: usize = 32 << 10;
const MAX_NEEDED: usize = 512;

/// `DF_1_NODEFLIB`: the default folders are not searched.
const NO_DEFAULT_FOLDERS: u64 = 0x800;

const PROGRAM_HEADER_LEN: usize = 56;
const DYNAMIC_ENTRY_LEN: usize = 16;

/// What kind of ELF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A program at a fixed address.
    Fixed,
    /// A library, or a program that can be anywhere.
    Shared,
}

/// An ELF file for this machine, as far as loading needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Elf {
    pub(super) shape: Shape,
    /// The dynamic loader that it names.
    pub(super) interpreter: Option<OsString>,
    /// Libraries, in order.
    pub(super) needed: Vec<OsString>,
    pub(super) soname: Option<OsString>,
    /// The old search path, which holds for the libraries of libraries too; none where there is a new one.
    pub(super) rpath: Option<OsString>,
    /// The new search path, for its own libraries.
    pub(super) runpath: Option<OsString>,
    /// Whether it forbids the default folders.
    pub(super) closed: bool,
}

/// Why a file is no such ELF file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It does not start like one, or cannot be read.
    NotElf,
    /// It is for another processor.
    OtherMachine,
    /// It does not add up, and where.
    Damaged(&'static str),
}

/// Whether these first bytes of a file are those of an ELF file.
pub(super) fn is_elf(start: &[u8]) -> bool {
    start.starts_with(ELFMAG)
}

/// Reads what `file` says of its loading.
pub(super) fn read(file: &File) -> Result<Elf, Flaw> {
    let len = file.metadata().map_err(|_| Flaw::NotElf)?.len();
    let mut source = Source { file, len, window: Vec::new(), start: 0 };
    let head = source.bytes(0, HEAD_LEN).ok_or(Flaw::NotElf)?;
    if !is_elf(&head) {
        return Err(Flaw::NotElf);
    }
    let shape = shape(&head)?;
    if len > MAX_FILE_LEN {
        return Err(Flaw::Damaged("it is too long"));
    }
    let segments = segments(&mut source, &head)?;
    let mut elf = Elf {
        shape,
        interpreter: None,
        needed: Vec::new(),
        soname: None,
        rpath: None,
        runpath: None,
        closed: false,
    };
    if let Some(segment) = segments.iter().find(|segment| segment.kind == PT_INTERP) {
        elf.interpreter =
            Some(source.string(segment.offset, MAX_STRING_LEN).ok_or(Flaw::Damaged("its interpreter"))?);
    }
    if let Some(dynamic) = segments.iter().find(|segment| segment.kind == PT_DYNAMIC) {
        read_dynamic(&mut source, dynamic, &segments, &mut elf)?;
    }
    Ok(elf)
}

fn shape(head: &[u8]) -> Result<Shape, Flaw> {
    let native = if cfg!(target_arch = "x86_64") {
        EM_X86_64
    } else if cfg!(target_arch = "aarch64") {
        EM_AARCH64
    } else {
        return Err(Flaw::OtherMachine);
    };
    let machine = number16(head, 18).ok_or(Flaw::Damaged("its header"))?;
    let same = head.get(EI_CLASS) == Some(&ELFCLASS64)
        && head.get(EI_DATA) == Some(&ELFDATA2LSB)
        && machine == native;
    if !same {
        return Err(Flaw::OtherMachine);
    }
    match number16(head, 16) {
        Some(goblin::elf::header::ET_EXEC) => Ok(Shape::Fixed),
        Some(goblin::elf::header::ET_DYN) => Ok(Shape::Shared),
        _ => Err(Flaw::Damaged("it is neither a program nor a library")),
    }
}

struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    file_len: u64,
}

fn segments(source: &mut Source<'_>, head: &[u8]) -> Result<Vec<Segment>, Flaw> {
    let flaw = Flaw::Damaged("its program headers");
    let offset = number64(head, 32).ok_or(flaw)?;
    let each = number16(head, 54).map(usize::from).ok_or(flaw)?;
    let count = number16(head, 56).map(usize::from).ok_or(flaw)?;
    if each != PROGRAM_HEADER_LEN || count == 0 || count > MAX_PROGRAM_HEADERS {
        return Err(flaw);
    }
    let table = source.bytes(offset, count * PROGRAM_HEADER_LEN).ok_or(flaw)?;
    if table.len() < count * PROGRAM_HEADER_LEN {
        return Err(flaw);
    }
    let segment = |bytes: &[u8]| {
        Some(Segment {
            kind: number32(bytes, 0)?,
            offset: number64(bytes, 8)?,
            address: number64(bytes, 16)?,
            file_len: number64(bytes, 32)?,
        })
    };
    table.chunks_exact(PROGRAM_HEADER_LEN).map(segment).collect::<Option<_>>().ok_or(flaw)
}

fn read_dynamic(
    source: &mut Source<'_>,
    dynamic: &Segment,
    segments: &[Segment],
    elf: &mut Elf,
) -> Result<(), Flaw> {
    let len = usize::try_from(dynamic.file_len).unwrap_or(usize::MAX).min(MAX_DYNAMIC_LEN);
    let table = source.bytes(dynamic.offset, len).ok_or(Flaw::Damaged("its dynamic section"))?;
    let mut strings = None;
    let mut needed = Vec::new();
    let (mut soname, mut rpath, mut runpath) = (None, None, None);
    for entry in table.chunks_exact(DYNAMIC_ENTRY_LEN) {
        let (Some(tag), Some(value)) = (number64(entry, 0), number64(entry, 8)) else { break };
        match tag {
            DT_NULL => break,
            DT_STRTAB => strings = Some(value),
            DT_NEEDED => needed.push(value),
            DT_SONAME => soname = Some(value),
            DT_RPATH => rpath = Some(value),
            DT_RUNPATH => runpath = Some(value),
            DT_FLAGS_1 => elf.closed = value & NO_DEFAULT_FOLDERS != 0,
            _ => {}
        }
    }
    if needed.is_empty() && soname.is_none() {
        return Ok(());
    }
    if needed.len() > MAX_NEEDED {
        return Err(Flaw::Damaged("it needs too many libraries"));
    }
    let flaw = Flaw::Damaged("its table of names");
    let strings = strings.and_then(|address| offset_of(address, segments)).ok_or(flaw)?;
    let mut string = |at: u64, limit| strings.checked_add(at).and_then(|offset| source.string(offset, limit));
    for at in needed {
        elf.needed.push(string(at, MAX_STRING_LEN).ok_or(flaw)?);
    }
    elf.soname = soname.and_then(|at| string(at, MAX_STRING_LEN));
    match runpath {
        Some(at) => elf.runpath = Some(string(at, MAX_LIST_LEN).ok_or(flaw)?),
        None => elf.rpath = rpath.map(|at| string(at, MAX_LIST_LEN).ok_or(flaw)).transpose()?,
    }
    Ok(())
}

/// Where in the file an address of memory lies.
fn offset_of(address: u64, segments: &[Segment]) -> Option<u64> {
    segments.iter().filter(|segment| segment.kind == PT_LOAD).find_map(|segment| {
        let within = address.checked_sub(segment.address)?;
        if within < segment.file_len { segment.offset.checked_add(within) } else { None }
    })
}

/// A file read in windows.
struct Source<'a> {
    file: &'a File,
    len: u64,
    window: Vec<u8>,
    start: u64,
}

impl Source<'_> {
    /// At most `len` bytes from `offset` on; fewer at the end of the file, none behind it.
    fn bytes(&mut self, offset: u64, len: usize) -> Option<Vec<u8>> {
        if let Some(part) = self.in_window(offset).and_then(|rest| rest.get(..len)) {
            return Some(part.to_vec());
        }
        let left = self.len.checked_sub(offset)?;
        let len = len.max(HEAD_LEN).min(usize::try_from(left).unwrap_or(usize::MAX));
        let mut bytes = vec![0; len];
        let mut filled = 0;
        while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.file.read_at(room, offset.checked_add(u64::try_from(filled).ok()?)?) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        bytes.truncate(filled);
        self.window.clone_from(&bytes);
        self.start = offset;
        Some(bytes)
    }

    /// The string at `offset`, which must end within `limit`.
    fn string(&mut self, offset: u64, limit: usize) -> Option<OsString> {
        let end = |bytes: &[u8]| bytes.iter().take(limit).position(|byte| *byte == 0);
        if let Some(rest) = self.in_window(offset)
            && let Some(at) = end(rest)
        {
            return rest.get(..at).map(|text| OsStr::from_bytes(text).to_owned());
        }
        let mut bytes = self.bytes(offset, HEAD_LEN)?;
        if end(&bytes).is_none() {
            bytes = self.bytes(offset, limit)?;
        }
        let at = end(&bytes)?;
        bytes.get(..at).map(|text| OsStr::from_bytes(text).to_owned())
    }

    fn in_window(&self, offset: u64) -> Option<&[u8]> {
        let at = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.window.get(at..).filter(|rest| !rest.is_empty())
    }
}

/// The little-endian number at `at`.
pub(super) fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The little-endian number at `at`.
pub(super) fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

/// ELF files made by hand, for the tests of this and other modules.
#[cfg(test)]
pub(super) mod forge {
    use super::{DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRTAB};

    /// The parts of a made-up ELF file.
    #[derive(Default)]
    pub(crate) struct Forged<'a> {
        /// Whether it is a program that can only be at one address.
        pub(crate) fixed: bool,
        pub(crate) interpreter: &'a str,
        pub(crate) needed: &'a [&'a str],
        pub(crate) soname: &'a str,
        pub(crate) rpath: &'a str,
        pub(crate) runpath: &'a str,
        /// The machine, where it is not this one.
        pub(crate) machine: Option<u16>,
    }

    impl Forged<'_> {
        /// The bytes: header, three program headers, interpreter, dynamic section, strings.
        pub(crate) fn bytes(&self) -> Vec<u8> {
            let native = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
            let mut strings = vec![0];
            let mut entries = Vec::new();
            let mut add = |tag: u64, text: &str| {
                entries.push((tag, strings.len() as u64));
                strings.extend(text.bytes().chain([0]));
            };
            self.needed.iter().for_each(|name| add(DT_NEEDED, name));
            for (tag, text) in [(DT_SONAME, self.soname), (DT_RPATH, self.rpath), (DT_RUNPATH, self.runpath)]
            {
                if !text.is_empty() {
                    add(tag, text);
                }
            }
            let interpreter_at = 64 + 3 * 56;
            let dynamic_at = interpreter_at + self.interpreter.len() + 1;
            let dynamic_len = (entries.len() + 2) * 16;
            let strings_at = dynamic_at + dynamic_len;
            let total = strings_at + strings.len();

            let mut out = b"\x7fELF\x02\x01\x01".to_vec();
            out.resize(16, 0);
            out.extend(if self.fixed { 2u16 } else { 3 }.to_le_bytes());
            out.extend(self.machine.unwrap_or(native).to_le_bytes());
            out.extend(1u32.to_le_bytes());
            out.extend(0u64.to_le_bytes());
            out.extend(64u64.to_le_bytes());
            out.resize(52, 0);
            let interpreted = !self.interpreter.is_empty();
            for number in [64u16, 56, 2 + u16::from(interpreted), 0, 0, 0] {
                out.extend(number.to_le_bytes());
            }
            let mut segment = |kind: u32, at: usize, len: usize| {
                out.extend(kind.to_le_bytes());
                out.extend(0u32.to_le_bytes());
                for number in [at, at, at, len, len, 1] {
                    out.extend((number as u64).to_le_bytes());
                }
            };
            segment(1, 0, total);
            segment(2, dynamic_at, dynamic_len);
            segment(3, interpreter_at, self.interpreter.len() + 1);
            out.extend(self.interpreter.bytes().chain([0]));
            entries.extend([(DT_STRTAB, strings_at as u64), (0, 0)]);
            for (tag, value) in entries {
                out.extend(tag.to_le_bytes());
                out.extend(value.to_le_bytes());
            }
            out.extend(strings);
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::forge::Forged;
    use super::{Elf, Flaw, read};
    use proptest::prelude::{Strategy, any, prop, prop_assert, proptest};
    use std::fs::File;
    use std::io::Write;

    fn read_bytes(bytes: &[u8]) -> Result<Elf, Flaw> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        read(&file)
    }

    #[test]
    fn a_forged_file_says_what_was_written() {
        let forged = Forged {
            interpreter: "/lib/ld.so",
            needed: &["liba.so.1", "libb.so"],
            soname: "me.so",
            rpath: "/old",
            ..Forged::default()
        };
        let elf = read_bytes(&forged.bytes()).unwrap();
        assert_eq!(elf.interpreter.unwrap(), "/lib/ld.so");
        assert_eq!(elf.needed, ["liba.so.1", "libb.so"]);
        assert_eq!(elf.soname.unwrap(), "me.so");
        assert_eq!(elf.rpath.unwrap(), "/old");
        let both = Forged { runpath: "/new", rpath: "/old", needed: &["x"], ..Forged::default() };
        let elf = read_bytes(&both.bytes()).unwrap();
        assert_eq!((elf.rpath, elf.runpath.unwrap()), (None, "/new".into()));
    }

    #[test]
    fn real_programs_are_read() {
        let elf = read(&File::open("/bin/sh").unwrap()).unwrap();
        assert!(elf.interpreter.is_some());
        assert!(elf.needed.iter().any(|name| name.as_encoded_bytes().starts_with(b"libc.")));
    }

    #[test]
    fn other_machines_and_other_files_are_told_apart() {
        let other = Forged { machine: Some(8), ..Forged::default() };
        assert_eq!(read_bytes(&other.bytes()).unwrap_err(), Flaw::OtherMachine);
        let mut small = Forged::default().bytes();
        small[4] = 1;
        assert_eq!(read_bytes(&small).unwrap_err(), Flaw::OtherMachine);
        assert_eq!(read_bytes(b"#!/bin/sh\n").unwrap_err(), Flaw::NotElf);
        assert_eq!(read_bytes(b"").unwrap_err(), Flaw::NotElf);
        assert!(matches!(read_bytes(b"\x7fELF"), Err(Flaw::Damaged(_))));
    }

    proptest! {
        #[test]
        fn damaged_files_end_in_an_answer(
            hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in (0usize..400).prop_map(Some),
        ) {
            let forged = Forged { interpreter: "/lib/ld.so", needed: &["liba.so.1"], rpath: "/x", ..Forged::default() };
            let mut bytes = forged.bytes();
            for (index, value) in hits {
                let at = index.index(bytes.len());
                if let Some(byte) = bytes.get_mut(at) { *byte = value; }
            }
            if let Some(cut) = cut { bytes.truncate(bytes.len().saturating_sub(cut)); }
            if let Ok(elf) = read_bytes(&bytes) {
                prop_assert!(elf.needed.len() <= super::MAX_NEEDED);
            }
        }
    }
}
