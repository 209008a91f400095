//! Whether the value of an assignment looks like a credential rather than like code, prose or a placeholder.
//!
//! Looks at the value, the style it was written in and what its name promises. Strict where the text may be program
//! source, lenient where the name and value came apart as data. Knows no vendor: their alphabets are in the rules.

use super::assignment::Style;
use super::check::is_filler;
use super::encoding::entropy;
use super::lexicon::PLACEHOLDERS;
use super::makeup::{Makeup, Signs};
use super::name::Promise;
use super::pattern::literal_at;
use super::words::Parts;

/// The start of a redaction label: what is already hidden is not found again.
pub(super) const LABEL_START: &[u8] = b"[REDACTED:";

/// The shortest value that counts as a password in text.
const SHORTEST_PASSWORD: usize = 4;
/// The shortest value that counts as a machine's key in text.
const SHORTEST_KEY: usize = 12;
/// The longest value that counts.
const LONGEST: usize = 512;

/// A value that looks like a credential as far as that can be said without its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'t> {
    value: &'t [u8],
    style: Style,
    made: Makeup,
}

impl<'t> Candidate<'t> {
    /// Looks at a value written in `style`; `None` when no name would make a credential of it.
    pub(super) fn of(value: &'t [u8], style: Style) -> Option<Self> {
        if value.len() < shortest(style, Promise::Password) || value.len() > LONGEST {
            return None;
        }
        let made = Makeup::of(value);
        let code = style != Style::Named && style != Style::Pair && made.is_one_case_name();
        let prose = made.space > 0 && (style != Style::Named || made.space > 5);
        (!made.all_same && !code && !prose).then_some(Self { value, style, made })
    }

    /// Whether the value looks like the credential that `name` promises.
    pub(super) fn is_credential(&self, name: &[u8], promise: Promise, telltales: &Parts) -> bool {
        let Self { value, style, made } = self;
        let prose = made.space > 0;
        if value.len() < shortest(*style, promise) || (prose && promise != Promise::Password) {
            return false;
        }
        // The style's own judgement comes first: it is the cheaper and turns down the most.
        let fits = prose
            || match style {
                Style::Named => named(value, made, promise),
                Style::Argument => is_machine_made(value, made),
                Style::Pair | Style::Quoted => quoted(value, made, *style, promise),
                Style::Tight | Style::Line | Style::Marked | Style::Bare => {
                    bare(value, made, *style, promise)
                }
            };
        fits && !is_filler(value)
            && !is_reference(value, made)
            && !is_number(value, made)
            && !is_stand_in(value, name, made.signs, telltales)
    }
}

/// The length below which a value is none.
fn shortest(style: Style, promise: Promise) -> usize {
    match (style, promise) {
        (Style::Named, _) => 3,
        (_, Promise::Password) => SHORTEST_PASSWORD,
        (Style::Pair, Promise::Key) => 8,
        (_, Promise::Key) => SHORTEST_KEY,
    }
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
fn is_number(value: &[u8], made: &Makeup) -> bool {
    made.signs.has(Signs::DOT)
        && value.iter().all(|byte| byte.is_ascii_digit() || b".^~<>=* -xX".contains(byte))
}

/// A value without quotes: mostly code unless it stands like configuration.
fn bare(value: &[u8], made: &Makeup, style: Style, promise: Promise) -> bool {
    if made.signs.has(Signs::CODE) {
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
    let address = made.signs.has(Signs::AT) && made.signs.has(Signs::DOT);
    value.len() >= 8
        && made.letters() > 3
        && made.signs.has(Signs::DEFIANT)
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
    let mixed = made.upper > 0 && made.lower > 0;
    let restless = made.changes * 100 >= value.len() * if mixed { 42 } else { 25 };
    // The entropy comes last: it costs the most.
    match made.digits {
        0 => {
            made.upper > 1
                && made.lower > 1
                && value.len() >= 20
                && made.changes * 2 >= value.len()
                && entropy(value) >= 350
        }
        1 => value.len() >= 20 && restless && entropy(value) >= 350,
        _ => restless && entropy(value) >= 280,
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
    if made.signs.has(Signs::NOT_IN_WORDS) {
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
    if (made.signs.has(Signs::COLON) && value.windows(3).any(|part| matches!(part, [b':', b'/', b'/'])))
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
    let operator = |part: &[u8]| {
        matches!(
            part,
            [b':', b':'] | [b'-' | b'=', b'>'] | [b'&', b'&'] | [b'|', b'|'] | [b'\\', b'u' | b'x']
        )
    };
    value.ends_with(b"()") || (made.signs.has(Signs::OPERATOR) && value.windows(2).any(operator))
}

/// Whether every byte is a base64 digit.
fn made_like_base64(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// Whether a value has a hole to be filled: `${NAME}`, `{{ name }}`, `<name>`, `%(name)s`, `{name}`, `%NAME%`.
pub(super) fn is_template(value: &[u8]) -> bool {
    may_have_hole(value, Signs::within(value)) && has_hole(value)
}

/// Whether a value could have a hole or be a label: those have a sign of their own, or underscores in front.
fn may_have_hole(value: &[u8], signs: Signs) -> bool {
    signs.has(Signs::HOLE) || value.starts_with(b"__")
}

/// Whether there is a hole in a value that could have one.
fn has_hole(value: &[u8]) -> bool {
    const HOLES: &[(&[u8], &[u8])] = &[
        (b"${", b"}"),
        (b"{{", b"}}"),
        (b"<%", b"%>"),
        (b"#{", b"}"),
        (b"%(", b")"),
        (b"$(", b")"),
        (b"${{", b"}}"),
    ];
    let name = |inside: &[u8]| {
        inside.iter().all(|byte| byte.is_ascii_alphanumeric() || b" _.-:|?'\"!/@()".contains(byte))
    };
    let inner = HOLES.iter().any(|(open, close)| {
        let begins = |at: &usize| value[*at] == open[0] && literal_at(value, *at, open, false);
        let Some(at) = (0..value.len()).find(begins) else {
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
    inner || wrapped
}

/// Whether a value is a known filler word, holds a telltale part, repeats its own name, or counts up.
fn is_placeholder(value: &[u8], name: &[u8], signs: Signs, telltales: &Parts) -> bool {
    // No filler word has a digit, most credentials have.
    if value.eq_ignore_ascii_case(name) || (!signs.has(Signs::DIGIT) && PLACEHOLDERS.holds(value)) {
        return true;
    }
    value.len() <= 96 && telltales.any_in(value)
}

/// Whether a redaction label is in the value.
pub(super) fn holds_label(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(at, byte)| *byte == b'[' && literal_at(value, at, LABEL_START, false))
}

/// Whether the value of a vendor's name only stands for one: a hole, a word such as `changeme`, a path or a variable.
pub(super) fn is_stand_in(value: &[u8], name: &[u8], signs: Signs, telltales: &Parts) -> bool {
    (may_have_hole(value, signs) && (has_hole(value) || holds_label(value)))
        || is_placeholder(value, name, signs, telltales)
}
