//! What a value is made of: counts of each kind of byte and the signs it holds, gathered in one pass.
//!
//! Every judgement of a value starts here, so that the later ones look at the bytes again only where a sign says that
//! they could find something. It judges nothing itself.

/// Which signs a value holds: a set of the groups below, each asked for by one of the judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(u16);

impl Signs {
    /// Brackets and the signs of variables and pointers: code.
    pub(super) const CODE: Self = Self(1);
    /// What a hole to be filled, or a label, is written with.
    pub(super) const HOLE: Self = Self(1 << 1);
    /// Signs that neither names nor addresses have.
    pub(super) const DEFIANT: Self = Self(1 << 2);
    /// What no word has around or inside it, white space among it.
    pub(super) const NOT_IN_WORDS: Self = Self(1 << 3);
    /// The first byte of the operators that make a value a reference.
    pub(super) const OPERATOR: Self = Self(1 << 4);
    /// A colon.
    pub(super) const COLON: Self = Self(1 << 5);
    /// A full stop.
    pub(super) const DOT: Self = Self(1 << 6);
    /// An at sign.
    pub(super) const AT: Self = Self(1 << 7);
    /// A digit.
    pub(super) const DIGIT: Self = Self(1 << 8);
    /// A bracket that opens or closes.
    const BRACKET: Self = Self(1 << 9);

    /// The signs of `value`.
    pub(super) fn within(value: &[u8]) -> Self {
        Self(value.iter().fold(0, |signs, byte| signs | TRAITS[usize::from(*byte)].signs.0))
    }

    /// Whether one of `other` is among these.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The groups `byte` belongs to.
    const fn of(byte: u8) -> Self {
        const fn among(byte: u8, group: &[u8], sign: Signs) -> u16 {
            let mut at = 0;
            while at < group.len() {
                if group[at] == byte {
                    return sign.0;
                }
                at += 1;
            }
            0
        }
        let in_words = byte.is_ascii_alphanumeric() || among(byte, b"_-.:/$@?!,", Self::NOT_IN_WORDS) != 0;
        Self(
            among(byte, b"(){}[]<>$*", Self::CODE)
                | among(byte, b"${<#%[", Self::HOLE)
                | among(byte, b"!#%^~@", Self::DEFIANT)
                | if in_words { 0 } else { Self::NOT_IN_WORDS.0 }
                | among(byte, b":-=&|\\", Self::OPERATOR)
                | among(byte, b":", Self::COLON)
                | among(byte, b".", Self::DOT)
                | among(byte, b"@", Self::AT)
                | among(byte, b"0123456789", Self::DIGIT)
                | among(byte, b"()[]{}", Self::BRACKET),
        )
    }
}

/// What one byte adds to a [`Makeup`].
#[derive(Debug, Clone, Copy)]
struct Traits {
    /// One in the field of its kind; see [`Tally`].
    tally: u64,
    signs: Signs,
    /// Digit, small letter, capital or the rest, for counting changes.
    class: u8,
}

/// The fields of the packed counts: twelve bits each, enough for [`Makeup::LONGEST`]. A byte counts in one field at most;
/// signs that are not separators in none.
#[derive(Debug, Clone, Copy)]
enum Tally {
    Digits,
    Lower,
    Upper,
    Space,
    Separators,
}

impl Tally {
    const BITS: u32 = 12;

    const fn one(self) -> u64 {
        1 << (self as u32 * Self::BITS)
    }

    fn read(self, tally: u64) -> usize {
        (tally >> (self as u32 * Self::BITS) & 0xfff) as usize
    }
}

/// The traits of every byte.
static TRAITS: [Traits; 256] = {
    let mut all = [Traits { tally: 0, signs: Signs(0), class: 3 }; 256];
    let mut byte = u8::MAX;
    loop {
        let (tally, class) = match byte {
            b'0'..=b'9' => (Tally::Digits.one(), 0),
            b'a'..=b'z' => (Tally::Lower.one(), 1),
            b'A'..=b'Z' => (Tally::Upper.one(), 2),
            b' ' | b'\t' => (Tally::Space.one(), 3),
            b'-' | b'_' | b'.' | b'=' => (Tally::Separators.one(), 3),
            _ => (0, 3),
        };
        all[byte as usize] = Traits { tally, signs: Signs::of(byte), class };
        if byte == 0 {
            break all;
        }
        byte -= 1;
    }
};

/// What a value is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Makeup {
    pub(super) digits: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
    pub(super) space: usize,
    /// Neither letters, digits nor white space.
    pub(super) other: usize,
    /// Those of `other` that join the words of names.
    pub(super) separators: usize,
    /// Changes between small letters, capitals, digits and the rest.
    pub(super) changes: usize,
    pub(super) signs: Signs,
    /// A bracket closes that was never opened: no code does that within one expression.
    pub(super) unbalanced: bool,
    pub(super) all_same: bool,
}

impl Makeup {
    /// Reads the first [`Self::LONGEST`] bytes of `value`.
    pub(super) fn of(value: &[u8]) -> Self {
        let value = value.get(..Self::LONGEST).unwrap_or(value);
        let first = value.first().copied().unwrap_or_default();
        let mut class = TRAITS[usize::from(first)].class;
        let mut tally = 0;
        let mut signs = 0;
        let mut changes = 0;
        let mut different = 0;
        for &byte in value {
            let traits = &TRAITS[usize::from(byte)];
            tally += traits.tally;
            signs |= traits.signs.0;
            changes += usize::from(traits.class != class);
            class = traits.class;
            different |= byte ^ first;
        }
        let [digits, lower, upper, space, separators] =
            [Tally::Digits, Tally::Lower, Tally::Upper, Tally::Space, Tally::Separators]
                .map(|field| field.read(tally));
        let signs = Signs(signs);
        Self {
            digits,
            lower,
            upper,
            space,
            other: value.len() - digits - lower - upper - space,
            separators,
            changes,
            signs,
            unbalanced: signs.has(Signs::BRACKET) && is_unbalanced(value),
            all_same: different == 0,
        }
    }

    /// The most bytes that are read.
    pub(super) const LONGEST: usize = 2048;

    /// Letters of one case with the separators of names: code, whatever promised otherwise.
    pub(super) fn is_one_case_name(&self) -> bool {
        self.digits == 0 && self.other == self.separators && (self.lower == 0 || self.upper == 0)
    }

    pub(super) fn letters(&self) -> usize {
        self.lower + self.upper
    }
}

/// Whether a bracket closes that was never opened.
fn is_unbalanced(value: &[u8]) -> bool {
    let mut depth = [0_i32; 3];
    value.iter().any(|byte| {
        let (slot, step) = match byte {
            b'(' => (0, 1),
            b')' => (0, -1),
            b'[' => (1, 1),
            b']' => (1, -1),
            b'{' => (2, 1),
            b'}' => (2, -1),
            _ => return false,
        };
        depth[slot] += step;
        depth[slot] < 0
    })
}
