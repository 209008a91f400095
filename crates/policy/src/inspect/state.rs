//! One inspection under way: where it stands, what it has found.

use super::{
    Context,
    finding::{Finding, Found, refusal},
    rule::ArgumentRule,
};
use crate::{
    Area, Rule,
    action::{Access, Action, CommandSyntax, Connect, UsePath},
    value::{AbsPath, Host, Port, Surroundings},
};
use std::fmt::Write as _;

/// A step down into the parameters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// What is known about the value being looked at, beside its kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    /// What paths in it are used for.
    pub(super) access: Access,
    /// What a command in it may contain.
    pub(super) syntax: CommandSyntax,
    /// The port that stands beside a host.
    pub(super) port: Option<Port>,
}

/// One inspection under way.
pub(super) struct Inspection<'a> {
    pub(super) context: Context<'a>,
    pub(super) steps: Vec<Step<'a>>,
    pub(super) aim: Aim,
    /// How many JSON texts inside strings it is inside of.
    pub(super) nesting: usize,
    /// The pointer that the steps continue.
    stem: String,
    findings: Vec<Finding>,
    /// The findings from here on belong to the value being looked at.
    mark: usize,
    /// How often anything was found, the same thing again included.
    efforts: usize,
    /// It has ended early, with a refusal.
    closed: bool,
}

impl<'a> Inspection<'a> {
    /// More findings than this end the inspection with a refusal.
    pub(super) const MAX_FINDINGS: usize = 1_000;
    /// Finding things, the same thing again included, more often than this ends the inspection, too: each is compared
    /// with those before it.
    const MAX_EFFORTS: usize = 8_000;
    /// Longest pointer handed out, in bytes.
    const MAX_POINTER: usize = 1_024;
    /// Longest key shown in a pointer, in characters.
    const MAX_KEY: usize = 80;

    pub(super) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            steps: Vec::new(),
            aim: Aim { access: Access::Either, syntax: CommandSyntax::Plain, port: None },
            nesting: 0,
            stem: String::new(),
            findings: Vec::new(),
            mark: 0,
            efforts: 0,
            closed: false,
        }
    }

    /// An inspection of JSON text found in the string being looked at; [`Self::rejoin`] takes its findings back.
    pub(super) fn nested<'b>(&mut self) -> Inspection<'b>
    where
        'a: 'b,
    {
        Inspection {
            context: self.context,
            steps: Vec::new(),
            aim: self.aim,
            nesting: self.nesting + 1,
            stem: self.pointer(),
            findings: std::mem::take(&mut self.findings),
            mark: self.mark,
            efforts: self.efforts,
            closed: self.closed,
        }
    }

    pub(super) fn rejoin(&mut self, (findings, efforts, closed): (Vec<Finding>, usize, bool)) {
        self.findings = findings;
        self.efforts = efforts;
        self.closed = closed;
        self.mark = self.findings.len();
    }

    /// What was found.
    pub(super) fn finish(self) -> Vec<Finding> {
        self.findings
    }

    /// What was found, for the inspection that this one was part of.
    pub(super) fn leave(self) -> (Vec<Finding>, usize, bool) {
        (self.findings, self.efforts, self.closed)
    }

    pub(super) const fn surroundings(&self) -> &'a Surroundings {
        self.context.surroundings
    }

    /// Begins a new value: findings before it are not compared with its own.
    pub(super) fn begin(&mut self) {
        self.mark = self.findings.len();
    }

    /// Whether anything was found in the value being looked at.
    pub(super) fn found_any(&self) -> bool {
        self.findings.len() > self.mark
    }

    pub(super) fn is_full(&self) -> bool {
        self.closed
    }

    pub(super) fn use_path(&mut self, path: AbsPath, unfolded: Option<String>) {
        let access = self.aim.access;
        self.push(Found::Action(UsePath { path, access }.into()), unfolded.map(Into::into));
    }

    pub(super) fn connect(&mut self, host: Host, port: Port) {
        self.action(Connect { host, port }.into());
    }

    pub(super) fn action(&mut self, action: Action) {
        self.push(Found::Action(action), None);
    }

    /// Refuses a value that may mean different things; once for each value is enough.
    pub(super) fn unclear(&mut self, area: Area, text: &str, why: &str) {
        let own = self.findings.get(self.mark..).unwrap_or_default();
        let told = |finding: &Finding| {
            finding.refusal().is_some_and(|reason| reason.rule() == Rule::ArgumentUnclear)
        };
        if own.iter().any(told) {
            return self.count();
        }
        self.refuse(Rule::ArgumentUnclear, area, text, why.to_owned());
    }

    fn refuse(&mut self, rule: Rule, area: Area, text: &str, why: String) {
        let reason = refusal(rule, area, &self.pointer(), text, why);
        self.push(Found::Refusal(Box::new(reason)), None);
    }

    /// Refuses what the manifest's rule for the argument forbids.
    pub(super) fn refuse_by(&mut self, rule: &ArgumentRule, text: &str, why: String) {
        let mut reason = refusal(Rule::ArgumentRule, Area::Manifest, &self.pointer(), text, why);
        reason.source.clone_from(&rule.source);
        self.push(Found::Refusal(Box::new(reason)), None);
    }

    fn push(&mut self, found: Found, unfolded: Option<Box<str>>) {
        if self.is_full() {
            return;
        }
        self.count();
        let own = self.findings.get_mut(self.mark..).unwrap_or_default();
        for known in own.iter_mut().filter(|known| known.found == found) {
            if unfolded.is_none() || known.unfolded.is_none() || known.unfolded == unfolded {
                known.unfolded = known.unfolded.take().or(unfolded);
                return;
            }
        }
        let at: Box<str> = self.pointer().into();
        self.findings.push(Finding { at, found, unfolded });
        if self.findings.len() + 1 == Self::MAX_FINDINGS {
            self.close();
        }
    }

    fn count(&mut self) {
        self.efforts += 1;
        if self.efforts > Self::MAX_EFFORTS {
            self.close();
        }
    }

    /// Ends the inspection with a refusal.
    fn close(&mut self) {
        if self.is_full() {
            return;
        }
        let at = self.pointer();
        let why = "it asks for too many things at once".to_owned();
        let reason = refusal(Rule::ArgumentUnclear, Area::Manifest, &at, "the rest", why);
        self.findings.push(Finding {
            at: at.into(),
            found: Found::Refusal(Box::new(reason)),
            unfolded: None,
        });
        self.closed = true;
    }

    /// The JSON pointer of where the inspection stands.
    fn pointer(&self) -> String {
        let mut out = self.stem.clone();
        for step in &self.steps {
            if out.len() > Self::MAX_POINTER {
                out.push('…');
                break;
            }
            out.push('/');
            match step {
                // A `String` takes every write.
                Step::Index(index) => _ = write!(out, "{index}"),
                Step::Key(key) => shorten(&mut out, key, Self::MAX_KEY),
            }
        }
        out
    }
}

fn shorten(out: &mut String, key: &str, most: usize) {
    for (count, character) in key.chars().enumerate() {
        match character {
            _ if count == most => {
                out.push('…');
                return;
            }
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            _ => out.push(character),
        }
    }
}
