//! Whether the value of an assignment looks like a credential rather than like code, prose or a placeholder.
//!
//! Looks at the value, the style it was written in and what its name promises. Strict where the text may be program
//! source, lenient where the name and value came apart as data. Knows no vendor: their alphabets are in the rules.

use super::assignment::Style;
use super::check::is_filler;
use super::encoding::entropy;
use super::lexicon::PLACEHOLDERS;
use super::name::Promise;
use super::pattern::literal_at;
use super::words::{Parts, is_among};

/// The start of a redaction label: what is already hidden is not found again.
pub(super) const LABEL_START: &[u8] = b"[REDACTED:";

/// The shortest value that counts as a password in text.
const SHORTEST_PASSWORD: usize = 4;
/// The shortest value that counts as a machine's key in text.
const SHORTEST_KEY: usize = 12;
/// The longest value that counts.
const LONGEST: usize = 512;

/// What a value is made of.
#[derive(Debug, Default)]
struct Makeup {
    digits: usize,
    lower: usize,
    upper: usize,
    space: usize,
    other: usize,
    /// Those of `other` that join the words of names.
    separators: usize,
    /// Changes between small letters, capitals, digits and the rest.
    changes: usize,
    /// A bracket closes that was never opened: no code does that within one expression.
    unbalanced: bool,
    all_same: bool,
}

impl Makeup {
    fn of(value: &[u8]) -> Self {
        let mut made = Self { all_same: true, ..Self::default() };
        let mut before = None;
        let mut depth = [0_i32; 3];
        for &byte in value {
            let kind = match byte {
                b'0'..=b'9' => &mut made.digits,
                b'a'..=b'z' => &mut made.lower,
                b'A'..=b'Z' => &mut made.upper,
                b' ' | b'\t' => &mut made.space,
                _ => &mut made.other,
            };
            *kind += 1;
            made.separators += usize::from(matches!(byte, b'-' | b'_' | b'.' | b'='));
            let (slot, step) = match byte {
                b'(' => (0, 1),
                b')' => (0, -1),
                b'[' => (1, 1),
                b']' => (1, -1),
                b'{' => (2, 1),
                b'}' => (2, -1),
                _ => (0, 0),
            };
            depth[slot] += step;
            made.unbalanced |= depth[slot] < 0;
            let class = class_of(byte);
            made.changes += usize::from(before.is_some_and(|before| before != class));
            made.all_same &= byte == value[0];
            before = Some(class);
        }
        made
    }

    /// Letters of one case with the separators of names: code, whatever promised otherwise.
    fn is_one_case_name(&self) -> bool {
        self.digits == 0 && self.other == self.separators && (self.lower == 0 || self.upper == 0)
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }
}

/// The kind of a byte for counting changes.
fn class_of(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Whether `value`, assigned to `name` in `style`, looks like the credential its name promises.
pub(super) fn is_credential(
    value: &[u8],
    name: &[u8],
    style: Style,
    promise: Promise,
    telltales: &Parts,
) -> bool {
    let shortest = match (style, promise) {
        (Style::Named, _) => 3,
        (_, Promise::Password) => SHORTEST_PASSWORD,
        (Style::Pair, Promise::Key) => 8,
        (_, Promise::Key) => SHORTEST_KEY,
    };
    if value.len() < shortest || value.len() > LONGEST {
        return false;
    }
    let made = Makeup::of(value);
    if made.all_same {
        return false;
    }
    if style != Style::Named && style != Style::Pair && made.is_one_case_name() {
        return false;
    }
    let prose = made.space > 0;
    if prose && (style != Style::Named || promise != Promise::Password || made.space > 5) {
        return false;
    }
    // The style's own judgement comes first: it is the cheaper and turns down the most.
    let fits = prose
        || match style {
            Style::Named => named(value, &made, promise),
            Style::Argument => is_machine_made(value, &made),
            Style::Pair | Style::Quoted => quoted(value, &made, style, promise),
            Style::Tight | Style::Line | Style::Marked | Style::Bare => bare(value, &made, style, promise),
        };
    fits && !is_filler(value)
        && !is_reference(value, &made)
        && !is_number(value)
        && !is_stand_in(value, name, telltales)
}

/// A key and its value given apart.
fn named(value: &[u8], made: &Makeup, promise: Promise) -> bool {
    match promise {
        Promise::Password => true,
        Promise::Key => {
            value.len() >= 8
                && made.letters() > 0
                && (made.digits > 0 || (value.len() >= 16 && !is_words(value, made)))
        }
    }
}

/// A value in quotes.
fn quoted(value: &[u8], made: &Makeup, style: Style, promise: Promise) -> bool {
    match promise {
        Promise::Password if style == Style::Pair => {
            !is_words(value, made) || (made.other == 0 && made.upper == 0)
        }
        Promise::Password => {
            let plain_number = made.letters() == 0 && made.other == 0;
            !is_words(value, made) && (!plain_number || value.len() >= 6)
        }
        Promise::Key => is_machine_made(value, made),
    }
}

/// Whether a value is a version or another number with dots.
fn is_number(value: &[u8]) -> bool {
    value.contains(&b'.') && value.iter().all(|byte| byte.is_ascii_digit() || b".^~<>=* -xX".contains(byte))
}

/// A value without quotes: mostly code unless it stands like configuration.
fn bare(value: &[u8], made: &Makeup, style: Style, promise: Promise) -> bool {
    let code = value
        .iter()
        .any(|byte| matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'$' | b'*'));
    if code {
        return style == Style::Line && made.unbalanced && value.len() >= 16 && made.other * 5 > value.len();
    }
    match (style, promise) {
        (Style::Bare, _) => is_machine_made(value, made) && value.len() >= 16 && made.digits >= 3,
        (Style::Line | Style::Tight | Style::Marked, Promise::Password) => {
            let mixed = made.letters() > 0 && made.digits > 0 && value.len() >= 6 && !is_words(value, made);
            mixed || is_defiant(value, made) || is_machine_made(value, made)
        }
        (_, _) => is_machine_made(value, made),
    }
}

/// Whether a value has letters around a sign that neither names nor addresses have: a password somebody made up.
fn is_defiant(value: &[u8], made: &Makeup) -> bool {
    let address = value.contains(&b'@') && value.contains(&b'.');
    let sign = value.iter().any(|byte| matches!(byte, b'!' | b'#' | b'%' | b'^' | b'~' | b'@'));
    value.len() >= 8
        && made.letters() > 3
        && sign
        && !address
        && value.first().is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a value looks drawn at random: long enough, digits among the letters, many changes between kinds.
///
/// Of two neighbours in random letters and digits more than half differ in kind; in names such as `ApiV2Account` a
/// third. Hexadecimal and one-case texts lie between.
fn is_machine_made(value: &[u8], made: &Makeup) -> bool {
    if made.letters() == 0 || is_words(value, made) || is_uuid(value) {
        return false;
    }
    // Brackets that close without opening are in no code: somebody hit the keys.
    if made.unbalanced && made.other * 5 > value.len() && value.len() >= 16 {
        return true;
    }
    let random = entropy(value);
    let mixed = made.upper > 0 && made.lower > 0;
    let restless = made.changes * 100 >= value.len() * if mixed { 42 } else { 25 };
    match made.digits {
        0 => {
            made.upper > 1
                && made.lower > 1
                && value.len() >= 20
                && made.changes * 2 >= value.len()
                && random >= 350
        }
        1 => value.len() >= 20 && random >= 350 && restless,
        _ => random >= 280 && restless,
    }
}

/// Whether a value is a UUID: mostly a name of something, so only a vendor's rule takes one.
fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Whether a value is words: an identifier, a slug, a sentence without spaces.
fn is_words(value: &[u8], made: &Makeup) -> bool {
    if made.digits > 2 {
        return is_slug(value);
    }
    let separators = value.iter().all(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/' | b'$' | b'@' | b'?' | b'!' | b',')
    });
    if !separators {
        return false;
    }
    if made.digits == 0 {
        let slow = made.changes * 4 < value.len() + 4;
        return slow || made.upper == 0 || made.lower == 0;
    }
    // One number at the end of a word: `token2`, `sha256`, `key_v1`.
    made.changes <= 2 && value.len() < 8 && made.other > 0 || is_slug(value)
}

/// Whether a value is at least two lower-case or capital words joined by separators, with short numbers among them.
fn is_slug(value: &[u8]) -> bool {
    let parts = value.split(|byte| matches!(byte, b'-' | b'_' | b'.' | b'/' | b':'));
    let mut words = 0;
    let mut others = 0;
    for part in parts {
        let letters = part.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let all_letters = letters == part.len();
        if all_letters && letters >= 3 {
            words += 1;
        } else if part.len() > 4 || (letters > 0 && letters < part.len() && part.len() > 3) {
            others += 1;
        }
    }
    words >= 2 && others == 0
}

/// Whether a value stands for another: a variable, a path, an address, a call, a hash.
fn is_reference(value: &[u8], made: &Makeup) -> bool {
    let starts = |prefix: &[u8]| value.starts_with(prefix);
    if starts(b"$") && value.iter().skip(1).all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return made.digits == 0 || value.len() < 12;
    }
    let path = starts(b"/") || starts(b"./") || starts(b"../") || starts(b"~/");
    if path && (made.digits < 3 || !made_like_base64(value)) {
        return true;
    }
    if value.windows(3).any(|part| matches!(part, [b':', b'/', b'/']))
        || starts(b"sha1-")
        || starts(b"sha256-")
        || starts(b"sha384-")
        || starts(b"sha512-")
    {
        return true;
    }
    if starts(b"#") && value.len() <= 9
        || starts(b"--")
        || starts(b"data:")
        || starts(b"urn:")
        || starts(b"arn:")
    {
        return true;
    }
    value.ends_with(b"()")
        || value.windows(2).any(|part| {
            matches!(
                part,
                [b':', b':'] | [b'-' | b'=', b'>'] | [b'&', b'&'] | [b'|', b'|'] | [b'\\', b'u' | b'x']
            )
        })
}

/// Whether every byte is a base64 digit.
fn made_like_base64(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// Whether a value has a hole to be filled: `${NAME}`, `{{ name }}`, `<name>`, `%(name)s`, `{name}`, `%NAME%`.
pub(super) fn is_template(value: &[u8]) -> bool {
    const HOLES: &[(&[u8], &[u8])] = &[
        (b"${", b"}"),
        (b"{{", b"}}"),
        (b"<%", b"%>"),
        (b"#{", b"}"),
        (b"%(", b")"),
        (b"$(", b")"),
        (b"${{", b"}}"),
    ];
    if !value.starts_with(b"__")
        && !value.iter().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'#' | b'%' | b'['))
    {
        return false;
    }
    let name = |inside: &[u8]| {
        inside.iter().all(|byte| byte.is_ascii_alphanumeric() || b" _.-:|?'\"!/@()".contains(byte))
    };
    let has_hole = HOLES.iter().any(|(open, close)| {
        let Some(at) = (0..value.len()).find(|at| literal_at(value, *at, open, false)) else {
            return false;
        };
        let inside = &value[at + open.len()..];
        inside.windows(close.len()).position(|part| part == *close).is_some_and(|end| name(&inside[..end]))
    });
    let wrapped = match value {
        [b'<', inside @ .., b'>']
        | [b'{', inside @ .., b'}']
        | [b'[', inside @ .., b']']
        | [b'%', inside @ .., b'%']
        | [b'_', b'_', inside @ .., b'_', b'_'] => name(inside),
        _ => false,
    };
    has_hole || wrapped
}

/// Whether a value is a known filler word, holds a telltale part, repeats its own name, or counts up.
fn is_placeholder(value: &[u8], name: &[u8], telltales: &Parts) -> bool {
    if value.eq_ignore_ascii_case(name) || is_among(value, PLACEHOLDERS) {
        return true;
    }
    value.len() <= 96 && telltales.any_in(value)
}

/// Whether a redaction label is in the value.
pub(super) fn holds_label(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(at, byte)| *byte == b'[' && literal_at(value, at, LABEL_START, false))
}

/// Whether the value of a vendor's name only stands for one: a hole, a word such as `changeme`, a path or a variable.
pub(super) fn is_stand_in(value: &[u8], name: &[u8], telltales: &Parts) -> bool {
    is_template(value) || is_placeholder(value, name, telltales) || holds_label(value)
}
