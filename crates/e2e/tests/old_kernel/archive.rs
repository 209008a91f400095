//! The file system that a kernel starts with, written as it wants it: a cpio archive of the kind `newc`.

/// An archive in the making.
#[derive(Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_644;
const PROGRAM: u32 = 0o100_755;
const CONSOLE: u32 = 0o020_600;

impl Archive {
    /// Folders, what is above before what is below.
    pub(crate) fn folders(&mut self, paths: &[&str]) {
        for path in paths {
            self.entry(path, FOLDER, 0, (0, 0), b"");
        }
    }

    /// A file that everybody may read, belonging to `owner`.
    pub(crate) fn file(&mut self, path: &str, owner: u32, content: &[u8]) {
        self.entry(path, FILE, owner, (0, 0), content);
    }

    /// A file that everybody may run.
    pub(crate) fn program(&mut self, path: &str, content: &[u8]) {
        self.entry(path, PROGRAM, 0, (0, 0), content);
    }

    /// The console, without which the first process would have no streams.
    pub(crate) fn console(&mut self) {
        self.entry("dev/console", CONSOLE, 0, (5, 1), b"");
    }

    /// The whole of it.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, 0, (0, 0), b"");
        self.bytes
    }

    fn entry(&mut self, path: &str, mode: u32, owner: u32, device: (u32, u32), content: &[u8]) {
        self.entries += 1;
        let length = |bytes: usize| u32::try_from(bytes).unwrap();
        let (links, time, nowhere, unchecked) = (1, 0, (0, 0), 0);
        let fields = [
            self.entries,
            mode,
            owner,
            owner,
            links,
            time,
            length(content.len()),
            nowhere.0,
            nowhere.1,
            device.0,
            device.1,
            length(path.len() + 1),
            unchecked,
        ];
        self.bytes.extend(b"070701");
        for field in fields {
            self.bytes.extend(format!("{field:08x}").bytes());
        }
        self.bytes.extend(path.bytes().chain([0]));
        self.pad();
        self.bytes.extend(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}
