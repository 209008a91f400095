//! The engine: one search for the keywords of all rules, then that rule's own test where a keyword stands.
//!
//! A hit hands over to the pattern, the assignment reader or one of the hand-written readers, each bounded. There is no
//! regular expression at run time. It finds; what overlaps is settled by its caller, [`super::scanner`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::address::{self, Kind, Parts};
use super::assignment::{Assignment, Reader, Style};
use super::check::{Check, crc62_holds, is_filler};
use super::class::{ByteSet, ClassTable, Runs};
use super::companion;
use super::finding::Finding;
use super::keywords::Keywords;
use super::lexicon::TELLTALES;
use super::makeup::Signs;
use super::name::{self, Promise};
use super::pattern::{literal_at, tail_stands};
use super::pem::{self, Dashes};
use super::rule::{Rule, RuleFault, RuleFile, Special};
use super::value::{self, Candidate};
use super::words;

/// The rule file.
const RULES: &str = include_str!("../../data/credentials.rules");

/// What to do where a keyword stands.
#[derive(Debug, Clone, Copy)]
enum Hook {
    /// Test the pattern of this find.
    Find(usize),
    /// Read the assignment to a name with this word of a vendor.
    Vendor(usize),
    /// Read the assignment to a name with this word of [`name::WORDS`].
    Word(usize),
    /// Read armour.
    Armour(&'static [u8]),
    /// Read the private part of a `PuTTY` file.
    Putty,
    /// Read an address.
    Address,
}

/// The rules, ready to search: built once for the life of the program.
pub(super) struct Engine {
    pub(super) file: RuleFile,
    pub(super) keywords: Keywords,
    /// What to do at each keyword.
    hooks: Vec<Hook>,
    telltales: words::Parts,
    /// The rule of each hand-written reader.
    specials: BTreeMap<Special, usize>,
    reader: Reader,
    parts: Parts,
}

/// What one scan of a text carries along.
struct Pass<'t> {
    runs: Runs<'t>,
    dashes: Dashes,
    /// The last assignment read: several words of one name ask for the same.
    last: Option<LastRead>,
    /// The last value looked at, and what came of it before its name was asked.
    looked_at: Option<(Assignment, Option<Candidate<'t>>)>,
    /// The last value judged, by its start, and what its name promised.
    judged: Option<(usize, Promise)>,
    /// How many findings there were before this text's own.
    from: usize,
}

/// What was read for the name that goes on from `word_end` to `name_end`.
#[derive(Debug, Clone, Copy)]
struct LastRead {
    word_end: usize,
    name_end: usize,
    assignment: Option<Assignment>,
}

impl<'t> Pass<'t> {
    fn new(classes: &'t ClassTable, text: &'t [u8], from: usize) -> Self {
        let runs = Runs::new(classes, text);
        Self { runs, dashes: Dashes::default(), last: None, looked_at: None, judged: None, from }
    }

    /// The value of `assignment`, if it could be a credential.
    fn candidate(&mut self, assignment: &Assignment) -> Option<Candidate<'t>> {
        if let Some((known, candidate)) = self.looked_at
            && known == *assignment
        {
            return candidate;
        }
        let value = self.runs.text().get(assignment.start..assignment.end)?;
        let candidate = Candidate::of(value, assignment.style);
        self.looked_at = Some((*assignment, candidate));
        candidate
    }

    /// Whether the value at `start` was judged already for a name that promised as much.
    ///
    /// What passes as a key passes as a password too, so one judgement as a password is enough.
    fn is_judged(&self, start: usize, promise: Promise) -> bool {
        self.judged
            .is_some_and(|(at, judged)| at == start && (judged == promise || judged == Promise::Password))
    }
}

impl Engine {
    /// Reads the built-in rules and indexes their keywords.
    fn build() -> Result<Self, RuleFault> {
        let late = |why: String| RuleFault { line: 0, why };
        let mut file = RuleFile::parse(RULES)?;
        let reader = Reader::new(&mut file.classes).map_err(late)?;
        let mut part = |extra: &[u8]| {
            let mut set = ByteSet::default();
            b"\"'<>`\\ |{}[]".iter().chain(extra).for_each(|byte| set.add(*byte, *byte));
            set.add(0, 31);
            // Holes such as `${NAME}` are part of what is judged.
            let mut kept = set.inverted();
            b"{}<>[]".iter().for_each(|byte| kept.add(*byte, *byte));
            file.classes.intern(kept).ok_or_else(|| late("too many classes".to_owned()))
        };
        let parts = Parts { strict: part(b"/?#")?, loose: part(b"")? };
        let (keywords, hooks): (Vec<Vec<u8>>, Vec<Hook>) = hooks_of(&file).into_iter().unzip();
        let keywords = Keywords::new(keywords.iter().map(Vec::as_slice));
        let telltales = words::Parts::new(TELLTALES);
        let specials =
            file.rules.iter().filter_map(|rule| rule.special.map(|special| (special, rule.place))).collect();
        Ok(Self { file, keywords, hooks, telltales, specials, reader, parts })
    }

    /// The engine of the built-in rules.
    pub(super) fn builtin() -> &'static Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        ENGINE.get_or_init(|| match Self::build() {
            Ok(engine) => engine,
            // INVARIANT: the file is part of the program and a test builds it, so no release reaches this arm.
            #[expect(clippy::panic, reason = "a scanner without rules would let every credential pass")]
            Err(fault) => panic!("{fault}"),
        })
    }

    /// The rule bound to a hand-written reader.
    pub(super) fn special(&'static self, special: Special) -> Option<&'static Rule> {
        self.specials.get(&special).and_then(|place| self.file.rules.get(*place))
    }

    /// Adds what the rules find in `text`, overlaps and all.
    pub(super) fn collect(&'static self, text: &[u8], found: &mut Vec<Finding>) {
        let from = found.len();
        let mut pass: Option<Pass<'_>> = None;
        self.keywords.each(text, |at, number| {
            let pass = pass.get_or_insert_with(|| Pass::new(&self.file.classes, text, from));
            if let Some(hook) = self.hooks.get(usize::from(number)) {
                self.hook(pass, *hook, at, found);
            }
        });
    }

    /// Judges the whole of `value` by the words of its name `key`; its own findings are those from `from` on.
    pub(super) fn judge_by_name(
        &'static self,
        key: &[u8],
        value: &[u8],
        from: usize,
        found: &mut Vec<Finding>,
    ) {
        let whole =
            Assignment { name_start: 0, name_end: 0, start: 0, end: value.len(), style: Style::Named };
        let candidate = Candidate::of(value, Style::Named);
        let mut runs = Runs::new(&self.file.classes, value);
        self.keywords.each(key, |at, number| match self.hooks.get(usize::from(number)) {
            Some(Hook::Vendor(index)) if self.word_at(key, at, *index) => {
                self.vendor(&mut runs, *index, &whole, Some(key), found);
            }
            Some(Hook::Word(index)) => {
                let Some((word, promise)) = name::WORDS.get(*index) else {
                    return;
                };
                if tail_stands(key, at, word.as_bytes()) && !is_taken(&whole, found.get(from..)) {
                    let promise = name::promise(key, at, word, *promise);
                    self.named_value(candidate.as_ref(), &whole, key, promise, found);
                }
            }
            _ => {}
        });
    }

    /// Deals with one hook whose keyword starts at `at`.
    fn hook(&'static self, pass: &mut Pass<'_>, hook: Hook, at: usize, found: &mut Vec<Finding>) {
        match hook {
            Hook::Find(index) => self.find(pass, index, at, found),
            Hook::Vendor(index) => {
                let Some(word) = self.file.words.get(index) else {
                    return;
                };
                if let Some(assignment) = self.assignment(pass, at, &word.word) {
                    self.vendor(&mut pass.runs, index, &assignment, None, found);
                }
            }
            Hook::Word(index) => self.word(pass, index, at, found),
            Hook::Armour(mark) => {
                let text = pass.runs.text();
                if literal_at(text, at, mark, false) {
                    let span = pem::block(text, at, at + mark.len(), &mut pass.dashes);
                    self.push(Special::PrivateKey, span, found);
                }
            }
            Hook::Putty => {
                if literal_at(pass.runs.text(), at, pem::PUTTY, false) {
                    self.push(Special::PrivateKey, pem::putty(pass.runs.text(), at), found);
                }
            }
            Hook::Address => {
                if let Some((kind, start, end)) = address::password(&mut pass.runs, self.parts, at) {
                    let special = if kind == Kind::Database { Special::Database } else { Special::Address };
                    self.push(special, Some((start, end)), found);
                }
            }
        }
    }

    fn push(&'static self, special: Special, span: Option<(usize, usize)>, found: &mut Vec<Finding>) {
        if let (Some(rule), Some((start, end))) = (self.special(special), span) {
            found.push(Finding { rule, start, end });
        }
    }

    /// Judges the assignment to a name with a word that promises a credential.
    fn word(&'static self, pass: &mut Pass<'_>, index: usize, at: usize, found: &mut Vec<Finding>) {
        let Some((word, promise)) = name::WORDS.get(index) else {
            return;
        };
        let assignment = self.assignment(pass, at, word);
        let Some(assignment) = assignment.filter(|found| !pass.is_judged(found.start, *promise)) else {
            return;
        };
        // The value is the cheaper to look at, and turns down most.
        let Some(candidate) = pass.candidate(&assignment) else {
            return;
        };
        if is_taken(&assignment, found.get(pass.from..)) {
            return;
        }
        let text = pass.runs.text();
        let name = text.get(assignment.name_start..assignment.name_end).unwrap_or_default();
        let promise = name::promise(name, at - assignment.name_start, word, *promise);
        if let Some(promise) = promise {
            pass.judged = Some((assignment.start, promise));
        }
        self.named_value(Some(&candidate), &assignment, name, promise, found);
    }

    /// Tests a pattern where its anchor may stand.
    fn find(&'static self, pass: &mut Pass<'_>, index: usize, at: usize, found: &mut Vec<Finding>) {
        let Some(find) = self.file.finds.get(index) else {
            return;
        };
        let Some(span) = find.pattern.test(&mut pass.runs, at) else {
            return;
        };
        let Some(rule) = self.file.rules.get(find.rule) else {
            return;
        };
        let text = pass.runs.text();
        let (Some(credential), Some(body)) = (text.get(span.start..span.end), text.get(span.body..span.end))
        else {
            return;
        };
        let sure = rule.checks.contains(&Check::Crc62) && crc62_holds(body);
        if !sure && (is_filler(body) || !rule.checks.iter().all(|check| check.passes(credential, body))) {
            return;
        }
        if rule.near.as_ref().is_some_and(|word| !stands_near(text, span.start, span.end, word)) {
            return;
        }
        found.push(Finding { rule, start: span.start, end: span.end });
        if &*rule.id == "aws_access_key" {
            self.push(Special::Companion, companion::secret(text, span.end), found);
        }
    }

    /// Reads the assignment to the name that holds `word` at `at`, where its head was found.
    fn assignment(&self, pass: &mut Pass<'_>, at: usize, word: &str) -> Option<Assignment> {
        if !tail_stands(pass.runs.text(), at, word.as_bytes()) {
            return None;
        }
        let word_end = at + word.len();
        if let Some(last) = pass.last.filter(|last| (last.word_end..=last.name_end).contains(&word_end)) {
            return last.assignment;
        }
        let name_end = self.reader.name_end(&mut pass.runs, word_end)?;
        let known = pass.last.filter(|last| last.name_end == name_end).map(|last| last.assignment);
        let assignment = known.unwrap_or_else(|| self.reader.read(&mut pass.runs, at, name_end));
        pass.last = Some(LastRead { word_end, name_end, assignment });
        assignment
    }

    /// Tests a value against the rules of a vendor; `key` is the name when it is not in the same text.
    fn vendor(
        &'static self,
        runs: &mut Runs<'_>,
        word: usize,
        assignment: &Assignment,
        key: Option<&[u8]>,
        found: &mut Vec<Finding>,
    ) {
        let text = runs.text();
        let Some(word) = self.file.words.get(word) else {
            return;
        };
        let name = key.or_else(|| text.get(assignment.name_start..assignment.name_end)).unwrap_or_default();
        let Some(value) = text.get(assignment.start..assignment.end) else {
            return;
        };
        for rule in word.rules.iter().filter_map(|rule| self.file.rules.get(*rule)) {
            if !rule.values.iter().any(|pattern| pattern.fills(runs, assignment.start, assignment.end)) {
                continue;
            }
            if !rule.with.is_empty() && !rule.with.iter().any(|part| holds_folded(name, part.as_bytes())) {
                continue;
            }
            if !is_filler(value)
                && !value::is_stand_in(value, name, Signs::within(value), &self.telltales)
                && rule.checks.iter().all(|check| check.passes(value, value))
            {
                found.push(Finding { rule, start: assignment.start, end: assignment.end });
            }
        }
    }

    /// Judges the value of a name that promises a credential.
    fn named_value(
        &'static self,
        candidate: Option<&Candidate<'_>>,
        assignment: &Assignment,
        name: &[u8],
        promise: Option<Promise>,
        found: &mut Vec<Finding>,
    ) {
        if let (Some(promise), Some(candidate)) = (promise, candidate)
            && candidate.is_credential(name, promise, &self.telltales)
        {
            self.push(Special::Names, Some((assignment.start, assignment.end)), found);
        }
    }
}

/// Whether the last finding of the same text covers the value: a name adds nothing to what is joined in the end, as no
/// rule is less certain.
fn is_taken(assignment: &Assignment, found: Option<&[Finding]>) -> bool {
    let last = found.and_then(<[Finding]>::last);
    last.is_some_and(|last| last.start <= assignment.start && last.end >= assignment.end)
}

/// Every keyword with what to do where it stands.
fn hooks_of(file: &RuleFile) -> Vec<(Vec<u8>, Hook)> {
    let finds = file
        .finds
        .iter()
        .enumerate()
        .map(|(index, find)| (find.pattern.anchor().to_vec(), Hook::Find(index)));
    let vendors = file
        .words
        .iter()
        .enumerate()
        .map(|(index, word)| (word.word.as_bytes().to_vec(), Hook::Vendor(index)));
    let words = name::WORDS
        .iter()
        .enumerate()
        .map(|(index, (word, _))| (word.as_bytes().to_vec(), Hook::Word(index)));
    let readers = [
        (pem::BEGIN.to_vec(), Hook::Armour(pem::BEGIN)),
        (pem::BEGIN_TIGHT.to_vec(), Hook::Armour(pem::BEGIN_TIGHT)),
        (pem::PUTTY.to_vec(), Hook::Putty),
        (address::MARK.to_vec(), Hook::Address),
    ];
    finds.chain(vendors).chain(words).chain(readers).collect()
}

/// Whether `word` stands close to `start..end`, which is no digest such as `sha512-...`.
fn stands_near(text: &[u8], start: usize, end: usize, word: &str) -> bool {
    const REACH: usize = 200;
    let before = text.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let after = text.get(end..text.len().min(end + REACH)).unwrap_or_default();
    let digest = matches!(before, [.., b'-' | b':']);
    !digest && (holds_folded(before, word.as_bytes()) || holds_folded(after, word.as_bytes()))
}

/// Whether the lower-case `part` is in `text`, whatever its case.
fn holds_folded(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|found| found.eq_ignore_ascii_case(part))
}

impl Engine {
    /// Whether the vendor's word stands at `at` of `key`.
    fn word_at(&self, key: &[u8], at: usize, word: usize) -> bool {
        self.file.words.get(word).is_some_and(|word| tail_stands(key, at, word.word.as_bytes()))
    }
}
