//! The scanner: one automaton over the keywords of all rules, then that rule's own test where a keyword stands.
//!
//! The automaton searches the first bytes of every keyword, whatever the case; a hit hands over to the pattern, the
//! assignment reader or one of the hand-written readers, each bounded. There is no regular expression at run time. It
//! finds and does not replace: that is [`super::replace`].

use std::sync::OnceLock;

use aho_corasick::automaton::Automaton;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, MatchKind, dfa};

use super::address::{self, Kind, Parts};
use super::assignment::{Assignment, Reader, Style};
use super::check::is_filler;
use super::class::{ByteSet, Runs};
use super::finding::{Finding, settle};
use super::name::{self, Promise};
use super::pattern::{Shape, literal_at};
use super::pem::{self, Dashes};
use super::rule::{Rule, RuleFault, RuleFile, Special};
use super::value;

/// The rule file.
const RULES: &str = include_str!("../../data/credentials.rules");

/// How many bytes of a keyword the automaton knows; the rest is compared where it hits. Fewer keep the automaton in
/// the nearest cache, more keep it from stopping at common words.
const KEYWORD: usize = 6;

/// The shortest value [`Scanner::with_literals`] accepts: shorter ones are part of ordinary words.
pub const SHORTEST_LITERAL: usize = 6;

/// What to do where the automaton stops.
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
    automaton: dfa::DFA,
    /// Per keyword of the automaton, its length and the hooks.
    hooks: Vec<(usize, Vec<Hook>)>,
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
        let mut keywords: Vec<(Vec<u8>, Vec<Hook>)> = Vec::new();
        for (keyword, hook) in hooks_of(&file) {
            let short = keyword.get(..KEYWORD).unwrap_or(&keyword).to_ascii_lowercase();
            match keywords.iter_mut().find(|(known, _)| *known == short) {
                Some((_, hooks)) => hooks.push(hook),
                None => keywords.push((short, vec![hook])),
            }
        }
        let automaton = dfa::Builder::new()
            .match_kind(MatchKind::Standard)
            .start_kind(aho_corasick::StartKind::Unanchored)
            .ascii_case_insensitive(true)
            .prefilter(false)
            .build(keywords.iter().map(|(keyword, _)| keyword))
            .map_err(|error| late(error.to_string()))?;
        let hooks = keywords.into_iter().map(|(keyword, hooks)| (keyword.len(), hooks)).collect();
        Ok(Self { file, automaton, hooks, reader, parts })
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

    /// Deals with a state of the automaton that ends keywords at `end`.
    fn stop(
        &'static self,
        work: &mut Work<'_>,
        state: aho_corasick::automaton::StateID,
        end: usize,
        found: &mut Vec<Finding>,
    ) {
        for index in 0..self.automaton.match_len(state) {
            let keyword = self.automaton.match_pattern(state, index).as_usize();
            let Some((length, hooks)) = self.hooks.get(keyword) else { continue };
            let Some(at) = end.checked_sub(*length) else { continue };
            for hook in hooks {
                self.hook(work, *hook, at, found);
            }
        }
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
                    self.named_value(work.runs.text(), &assignment, name.unwrap_or_default(), promise, found);
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
        self.reader.read(&mut work.runs, at, at + word.len())
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
            if !rule.with.is_empty() && !rule.with.iter().any(|part| holds_folded(name, part.as_bytes())) {
                continue;
            }
            let fits =
                rule.values.iter().any(|pattern| pattern.fills(runs, assignment.start, assignment.end));
            if fits
                && !is_filler(value)
                && !value::is_stand_in(value, name)
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
        if value::is_credential(value, name, assignment.style, promise) {
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

    /// Bytes of memory the automaton holds.
    #[must_use]
    pub fn automaton_bytes(&self) -> usize {
        self.engine.automaton.memory_usage()
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
        let Ok(mut state) = engine.automaton.start_state(Anchored::No) else { return };
        let mut work: Option<Work<'_>> = None;
        for (at, &byte) in bytes.iter().enumerate() {
            state = engine.automaton.next_state(Anchored::No, state, byte);
            if engine.automaton.is_special(state) && engine.automaton.is_match(state) {
                let work = work.get_or_insert_with(|| Work {
                    runs: Runs::new(&engine.file.classes, bytes),
                    dashes: Dashes::default(),
                });
                engine.stop(work, state, at + 1, found);
            }
        }
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
        let Ok(mut state) = engine.automaton.start_state(Anchored::No) else { return };
        let whole =
            Assignment { name_start: 0, name_end: 0, start: 0, end: value.len(), style: Style::Named };
        let mut runs = Runs::new(&engine.file.classes, value.as_bytes());
        for (at, &byte) in key.as_bytes().iter().enumerate() {
            state = engine.automaton.next_state(Anchored::No, state, byte);
            if !engine.automaton.is_special(state) || !engine.automaton.is_match(state) {
                continue;
            }
            for index in 0..engine.automaton.match_len(state) {
                let keyword = engine.automaton.match_pattern(state, index).as_usize();
                let Some((length, hooks)) = engine.hooks.get(keyword) else { continue };
                let Some(start) = (at + 1).checked_sub(*length) else { continue };
                for hook in hooks {
                    match *hook {
                        Hook::Vendor(index) if engine.word_at(key, start, index) => {
                            engine.vendor(&mut runs, index, &whole, Some(key.as_bytes()), found);
                        }
                        Hook::Word(index) => {
                            let Some((word, promise)) = name::WORDS.get(index) else { continue };
                            if literal_at(key.as_bytes(), start, word.as_bytes(), true) {
                                let promise = name::promise(key.as_bytes(), start, word, *promise);
                                engine.named_value(value.as_bytes(), &whole, key.as_bytes(), promise, found);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

impl Engine {
    /// Whether the vendor's word stands at `at` of `key`.
    fn word_at(&self, key: &str, at: usize, word: usize) -> bool {
        self.file
            .words
            .get(word)
            .is_some_and(|word| literal_at(key.as_bytes(), at, word.word.as_bytes(), true))
    }
}

/// The values given to [`Scanner::with_literals`] are too large together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret values are too large to search for together")]
pub struct LiteralsTooLarge;
