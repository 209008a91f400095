//! Sets of bytes, and the runs they make in a text.
//!
//! All classes of a rule file share one table of sets. [`Runs`] remembers the last run computed per class, so a text
//! that asks for the same run at every byte is still read once. It knows nothing of patterns or rules.

/// How many classes one rule file may define: [`Runs`] holds a run for each.
pub(super) const MAX_CLASSES: usize = 128;

/// Which class of the table: an index below [`MAX_CLASSES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassId(u8);

/// A set of bytes while it is being read from a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    /// Adds every byte from `first` to `last`, both included; nothing when they are in the wrong order.
    pub(super) fn add(&mut self, first: u8, last: u8) {
        for byte in first..=last {
            self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
    }

    /// Every byte that is not in the set.
    pub(super) fn inverted(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// Whether the set holds `byte`.
    pub(super) fn has(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    /// Whether the two sets share a byte.
    pub(super) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    /// Whether the set holds no byte.
    pub(super) fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    /// The bytes of the set in rising order.
    pub(super) fn bytes(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |byte| self.has(*byte))
    }
}

/// Every class of a rule file, interned.
#[derive(Debug)]
pub(super) struct ClassTable {
    sets: Vec<ByteSet>,
    /// The same sets spelled out: the fastest to ask, byte after byte.
    members: Vec<[bool; 256]>,
}

impl ClassTable {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self { sets: Vec::new(), members: Vec::new() }
    }

    /// The class of exactly these bytes; `None` when the table is full.
    pub(super) fn intern(&mut self, set: ByteSet) -> Option<ClassId> {
        if let Some(at) = self.sets.iter().position(|known| *known == set) {
            return u8::try_from(at).ok().map(ClassId);
        }
        let at = self.sets.len();
        if at >= MAX_CLASSES {
            return None;
        }
        self.sets.push(set);
        let mut members = [false; 256];
        set.bytes().for_each(|byte| members[usize::from(byte)] = true);
        self.members.push(members);
        u8::try_from(at).ok().map(ClassId)
    }

    /// The bytes of a class.
    pub(super) fn set(&self, class: ClassId) -> ByteSet {
        self.sets.get(usize::from(class.0)).copied().unwrap_or_default()
    }

    /// For every byte whether it is in `class`.
    fn members(&self, class: ClassId) -> &[bool; 256] {
        self.members.get(usize::from(class.0)).unwrap_or(&[false; 256])
    }

    /// Whether `byte` is in `class`.
    pub(super) fn has(&self, class: ClassId, byte: u8) -> bool {
        self.members(class)[usize::from(byte)]
    }
}

/// A run that was computed before: its bytes are in the class from `start` to `end`, and it may go on when `open`.
#[derive(Debug, Clone, Copy)]
struct Known {
    start: usize,
    end: usize,
    open: bool,
}

/// The last run of each class over one text.
#[derive(Debug)]
pub(super) struct Runs<'t> {
    table: &'t ClassTable,
    text: &'t [u8],
    known: [Known; MAX_CLASSES],
}

impl<'t> Runs<'t> {
    /// Nothing computed yet.
    pub(super) fn new(table: &'t ClassTable, text: &'t [u8]) -> Self {
        Self { table, text, known: [Known { start: 0, end: 0, open: true }; MAX_CLASSES] }
    }

    /// The text the runs are of.
    pub(super) fn text(&self) -> &'t [u8] {
        self.text
    }

    /// The table the classes are of.
    pub(super) fn table(&self) -> &'t ClassTable {
        self.table
    }

    /// How many bytes from `at` on are in `class`, counted up to `limit`.
    pub(super) fn length(&mut self, class: ClassId, at: usize, limit: usize) -> usize {
        // Most questions are asked where no run is: those are not worth remembering.
        let members = self.table.members(class);
        if self.text.get(at).is_none_or(|byte| !members[usize::from(*byte)]) {
            return 0;
        }
        let wanted = at.saturating_add(limit).min(self.text.len());
        let known = self.known[usize::from(class.0)];
        let mut end = if (known.start..=known.end).contains(&at) { known.end } else { at };
        let start = if end == at && known.end != at { at } else { known.start };
        if end < wanted && (known.open || start == at) {
            let rest = self.text.get(end..wanted).unwrap_or_default();
            end += rest.iter().take_while(|byte| members[usize::from(**byte)]).count();
            self.known[usize::from(class.0)] = Known { start, end, open: end == wanted };
        }
        end.min(wanted).saturating_sub(at)
    }
}
