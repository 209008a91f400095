//! The scanner: one search for the keywords of all rules, then that rule's own test where a keyword stands.
//!
//! A hit hands over to the pattern, the assignment reader or one of the hand-written readers, each bounded. There is no regular expression at run time. It
//! finds and does not replace: that is [`super::replace`].

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::address::{self, Kind, Parts};
use super::assignment::{Assignment, Reader, Style};
use super::check::is_filler;
use super::class::{ByteSet, ClassTable, Runs};
use super::finding::{Finding, settle};
use super::keywords::Keywords;
use super::name::{self, Promise};
use super::pattern::{Shape, literal_at};
use super::pem::{self, Dashes};
use super::rule::{Rule, RuleFault, RuleFile, Special};
use super::value;
use super::words;

/// The rule file.
const RULES: &str = include_str!("../../data/credentials.rules");

/// The shortest value [`Scanner::with_literals`] accepts: shorter ones are part of ordinary words.
pub const SHORTEST_LITERAL: usize = 6;

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
    /// Read the private part of a PuTTY file.
    Putty,
    /// Read an address.
    Address,
}

/// The rules, ready to search: built once for the life of the program.
struct Engine {
    file: RuleFile,
    keywords: Keywords,
    /// What to do at each keyword.
    hooks: Vec<Hook>,
    telltales: words::Parts,
    reader: Reader,
    parts: Parts,
}

/// Finds credentials in text.
///
/// Cheap to keep, free to share between threads. [`Scanner::builtin`] knows the built-in rules;
/// [`Scanner::with_literals`] adds values the caller knows to be secret.
pub struct Scanner {
    engine: &'static Engine,
    literals: Option<AhoCorasick>,
}

/// What one scan carries along.
struct Work<'t> {
    runs: Runs<'t>,
    dashes: Dashes,
    /// The last assignment read, by where its name's word ran on to: several words of one name ask for the same.
    last: Option<(usize, Option<Assignment>)>,
    /// The last value judged, by its start, and what its name promised.
    judged: Option<(usize, Promise)>,
}

impl<'t> Work<'t> {
    fn new(classes: &'t ClassTable, text: &'t [u8]) -> Self {
        Self { runs: Runs::new(classes, text), dashes: Dashes::default(), last: None, judged: None }
    }
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Scanner").field("rules", &self.rules().len()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads the built-in rules and builds the automaton.
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
        let telltales = words::Parts::new(value::TELLTALES);
        Ok(Self { file, keywords, hooks, telltales, reader, parts })
    }

    /// The engine of the built-in rules.
    fn builtin() -> &'static Self {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        ENGINE.get_or_init(|| match Self::build() {
            Ok(engine) => engine,
            // INVARIANT: the file is part of the program and a test builds it, so no release reaches this arm.
            #[expect(clippy::panic, reason = "a scanner without rules would let every credential pass")]
            Err(fault) => panic!("{fault}"),
        })
    }

    /// The rule bound to a hand-written reader.
    fn special(&'static self, special: Special) -> Option<&'static Rule> {
        self.file.rules.iter().find(|rule| rule.special == Some(special))
    }

    /// Deals with one hook whose keyword starts at `at`.
    fn hook(&'static self, work: &mut Work<'_>, hook: Hook, at: usize, found: &mut Vec<Finding>) {
        match hook {
            Hook::Find(index) => self.find(work, index, at, found),
            Hook::Vendor(index) => {
                let Some(word) = self.file.words.get(index) else { return };
                if let Some(assignment) = self.assignment(work, at, &word.word) {
                    self.vendor(&mut work.runs, index, &assignment, None, found);
                }
            }
            Hook::Word(index) => {
                let Some((word, promise)) = name::WORDS.get(index) else { return };
                if let Some(assignment) = self.assignment(work, at, word) {
                    let name = work.runs.text().get(assignment.name_start..assignment.name_end);
                    let promise =
                        name.and_then(|name| name::promise(name, at - assignment.name_start, word, *promise));
                    if promise.is_some_and(|promise| {
                        work.judged.replace((assignment.start, promise)) != Some((assignment.start, promise))
                    }) {
                        self.named_value(
                            work.runs.text(),
                            &assignment,
                            name.unwrap_or_default(),
                            promise,
                            found,
                        );
                    }
                }
            }
            Hook::Armour(mark) => {
                let text = work.runs.text();
                if literal_at(text, at, mark, false) {
                    let span = pem::block(text, at, at + mark.len(), &mut work.dashes);
                    self.push(Special::PrivateKey, span, found);
                }
            }
            Hook::Putty => {
                if literal_at(work.runs.text(), at, pem::PUTTY, false) {
                    self.push(Special::PrivateKey, pem::putty(work.runs.text(), at), found);
                }
            }
            Hook::Address => {
                if let Some((kind, start, end)) = address::password(&mut work.runs, self.parts, at) {
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

    /// Tests a pattern where its anchor may stand.
    fn find(&'static self, work: &mut Work<'_>, index: usize, at: usize, found: &mut Vec<Finding>) {
        let Some(find) = self.file.finds.get(index) else { return };
        let Some(span) = find.pattern.test(&mut work.runs, at) else { return };
        let Some(rule) = self.file.rules.get(find.rule) else { return };
        let text = work.runs.text();
        let (Some(credential), Some(body)) = (text.get(span.start..span.end), text.get(span.body..span.end))
        else {
            return;
        };
        let sure = rule.checks.contains(&super::check::Check::Crc62) && super::check::crc62_holds(body);
        if !sure && (is_filler(body) || !rule.checks.iter().all(|check| check.passes(credential, body))) {
            return;
        }
        found.push(Finding { rule, start: span.start, end: span.end });
        if &*rule.id == "aws_access_key" {
            self.push(Special::Companion, super::companion::secret(text, span.end), found);
        }
    }

    /// Reads the assignment to the name that holds `word` at `at`.
    fn assignment(&self, work: &mut Work<'_>, at: usize, word: &str) -> Option<Assignment> {
        if !literal_at(work.runs.text(), at, word.as_bytes(), true) {
            return None;
        }
        let name_end = self.reader.name_end(&mut work.runs, at + word.len())?;
        if let Some((end, known)) = work.last
            && end == name_end
        {
            return known;
        }
        let read = self.reader.read(&mut work.runs, at, name_end);
        work.last = Some((name_end, read));
        read
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
        let Some(word) = self.file.words.get(word) else { return };
        let name = key.or_else(|| text.get(assignment.name_start..assignment.name_end)).unwrap_or_default();
        let Some(value) = text.get(assignment.start..assignment.end) else { return };
        for rule in word.rules.iter().filter_map(|rule| self.file.rules.get(*rule)) {
            if !rule.values.iter().any(|pattern| pattern.fills(runs, assignment.start, assignment.end)) {
                continue;
            }
            if !rule.with.is_empty() && !rule.with.iter().any(|part| holds_folded(name, part.as_bytes())) {
                continue;
            }
            if !is_filler(value)
                && !value::is_stand_in(value, name, &self.telltales)
                && rule.checks.iter().all(|check| check.passes(value, value))
            {
                found.push(Finding { rule, start: assignment.start, end: assignment.end });
            }
        }
    }

    /// Judges the value of a name that promises a credential.
    fn named_value(
        &'static self,
        text: &[u8],
        assignment: &Assignment,
        name: &[u8],
        promise: Option<Promise>,
        found: &mut Vec<Finding>,
    ) {
        let (Some(promise), Some(value)) = (promise, text.get(assignment.start..assignment.end)) else {
            return;
        };
        if value::is_credential(value, name, assignment.style, promise, &self.telltales) {
            self.push(Special::Names, Some((assignment.start, assignment.end)), found);
        }
    }
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

/// Whether the lower-case `part` is in `text`, whatever its case.
fn holds_folded(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|found| found.eq_ignore_ascii_case(part))
}

impl Scanner {
    /// The scanner of the built-in rules, built at the first call.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static SCANNER: OnceLock<Scanner> = OnceLock::new();
        SCANNER.get_or_init(|| Self { engine: Engine::builtin(), literals: None })
    }

    /// The built-in rules and values the caller knows to be secret, found wherever they stand.
    ///
    /// Values shorter than [`SHORTEST_LITERAL`] bytes are left out. Each is also found percent-encoded, JSON-escaped
    /// and in base64.
    ///
    /// # Errors
    /// When the values together are too large for one automaton.
    pub fn with_literals<'v>(values: impl IntoIterator<Item = &'v str>) -> Result<Self, LiteralsTooLarge> {
        let spelled: Vec<String> = values
            .into_iter()
            .filter(|value| value.len() >= SHORTEST_LITERAL)
            .flat_map(super::spelling::of)
            .collect();
        let literals = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&spelled)
            .map_err(|_| LiteralsTooLarge)?;
        Ok(Self { engine: Engine::builtin(), literals: Some(literals) })
    }

    /// The rules in the order of the file.
    #[must_use]
    pub fn rules(&self) -> std::slice::Iter<'static, Rule> {
        self.engine.file.rules.iter()
    }

    /// What texts of a rule look like, one sequence of pieces per pattern; empty for rules read by hand.
    #[must_use]
    pub fn shapes(&self, rule: &Rule) -> Vec<Vec<Shape>> {
        self.engine.file.shapes(rule.place)
    }

    /// Bytes of memory the search for keywords holds.
    #[must_use]
    pub fn keyword_bytes(&self) -> usize {
        self.engine.keywords.bytes()
    }

    /// Adds to `found` every credential of `text`, sorted by place and apart from each other.
    ///
    /// `text` is decoded text: JSON escapes are the caller's to undo first.
    pub fn scan(&self, text: &str, found: &mut Vec<Finding>) {
        let from = found.len();
        self.collect(text, found);
        settle(found, from, text);
    }

    /// Adds to `found` every credential of `value`, which stands under the name `key` in some structured document: a
    /// value that says nothing by itself is judged by its name too. Places are in `value`.
    pub fn scan_named(&self, key: &str, value: &str, found: &mut Vec<Finding>) {
        let from = found.len();
        self.collect(value, found);
        self.judge_by_name(key, value, found);
        settle(found, from, value);
    }

    /// Whether `text` holds a credential.
    #[must_use]
    pub fn finds_in(&self, text: &str) -> bool {
        let mut found = Vec::new();
        self.collect(text, &mut found);
        !found.is_empty()
    }

    /// Runs the automaton over `text`.
    fn collect(&self, text: &str, found: &mut Vec<Finding>) {
        let engine = self.engine;
        let bytes = text.as_bytes();
        let mut work: Option<Work<'_>> = None;
        engine.keywords.each(bytes, |at, number| {
            let work = work.get_or_insert_with(|| Work::new(&engine.file.classes, bytes));
            if let Some(hook) = engine.hooks.get(usize::from(number)) {
                engine.hook(work, *hook, at, found);
            }
        });
        if let (Some(literals), Some(rule)) = (&self.literals, engine.special(Special::Known)) {
            found.extend(literals.find_iter(bytes).map(|hit| Finding {
                rule,
                start: hit.start(),
                end: hit.end(),
            }));
        }
    }

    /// Judges the whole of `value` by the words of `key`.
    fn judge_by_name(&self, key: &str, value: &str, found: &mut Vec<Finding>) {
        let engine = self.engine;
        let whole =
            Assignment { name_start: 0, name_end: 0, start: 0, end: value.len(), style: Style::Named };
        let mut runs = Runs::new(&engine.file.classes, value.as_bytes());
        let key = key.as_bytes();
        engine.keywords.each(key, |at, number| match engine.hooks.get(usize::from(number)) {
            Some(Hook::Vendor(index)) if engine.word_at(key, at, *index) => {
                engine.vendor(&mut runs, *index, &whole, Some(key), found);
            }
            Some(Hook::Word(index)) => {
                let Some((word, promise)) = name::WORDS.get(*index) else { return };
                if literal_at(key, at, word.as_bytes(), true) {
                    let promise = name::promise(key, at, word, *promise);
                    engine.named_value(value.as_bytes(), &whole, key, promise, found);
                }
            }
            _ => {}
        });
    }
}

impl Engine {
    /// Whether the vendor's word stands at `at` of `key`.
    fn word_at(&self, key: &[u8], at: usize, word: usize) -> bool {
        self.file.words.get(word).is_some_and(|word| literal_at(key, at, word.word.as_bytes(), true))
    }
}

/// The values given to [`Scanner::with_literals`] are too large together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret values are too large to search for together")]
pub struct LiteralsTooLarge;
