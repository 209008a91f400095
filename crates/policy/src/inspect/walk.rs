//! The way through the arguments: every member, every element, every key, each with what is known about it.
//!
//! Knows nothing about paths and URLs themselves.

use super::{
    command,
    kind::{Kind, Role},
    path,
    rule::ArgumentRule,
    schema::{Naming, Place},
    shape,
    state::{Aim, Inspection, Step},
    text, url,
    url::Manner,
    words::{self, Strength},
};
use crate::{Area, action::CommandSyntax, value::Port};
use serde_json::{Map, Value};

/// Values nested deeper than this are refused.
const MAX_DEPTH: usize = 128;

/// What is known about a value before it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) place: Option<Place<'a>>,
    /// The kind, where the schema does not have the word.
    kind: Option<Kind>,
    role: Role,
    rule: Option<&'a ArgumentRule>,
    port: Option<Port>,
    names: Names,
}

/// Whether names that no schema declares say what a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Read,
    Ignored,
}

impl<'a> Spot<'a> {
    const NOTHING: Self =
        Self { place: None, kind: None, role: Role::Neutral, rule: None, port: None, names: Names::Ignored };

    /// Only the shape of values counts.
    pub(super) const fn by_shape() -> Self {
        Self::NOTHING
    }

    /// The names of members count, and the shape.
    pub(super) const fn named() -> Self {
        Self { names: Names::Read, ..Self::NOTHING }
    }

    /// The schema counts, then names, then shapes.
    pub(super) const fn at(place: Option<Place<'a>>) -> Self {
        Self { place, ..Self::named() }
    }

    /// The rule of the argument, if it refuses the value, and why.
    fn refused(&self, text: &str) -> Option<(&'a ArgumentRule, String)> {
        self.rule.and_then(|rule| Some((rule, rule.refuses(text)?)))
    }

    fn kind(&self, text: Option<&str>) -> Kind {
        let schema = || self.place.map(|place| place.kind(text));
        self.kind.or_else(schema).unwrap_or_default()
    }

    fn is_lost(&self) -> bool {
        let ruled = self.rule.is_some_and(|rule| rule.kind.is_some());
        !ruled && self.place.is_some_and(Place::is_lost)
    }

    /// What is known about the member of that name, at which the inspection stands.
    pub(super) fn member(&self, inspection: &Inspection<'a>, name: &str) -> Self {
        let (place, naming) = match self.place.and_then(|place| place.member(name)) {
            Some((place, naming)) => (Some(place), naming),
            None => (None, Naming::Undeclared),
        };
        let rule = rule_at(inspection).or(self.rule);
        let mut spot = Self {
            place,
            kind: rule.and_then(|rule| rule.kind),
            role: place.map_or(Role::Neutral, Place::role),
            rule,
            port: None,
            names: self.names,
        };
        let told = place.map_or(Kind::Unknown, |place| place.kind(None));
        if naming == Naming::Undeclared && self.names == Names::Read && told == Kind::Unknown {
            let facts = words::facts(name);
            // Only a schema can say that nobody need look, and what a doubtful name means.
            let sure = facts.strength == Strength::Plain;
            let named = facts.kind.filter(|kind| sure && *kind > Kind::Unknown);
            spot.kind = spot.kind.or(named);
            spot.role = facts.role;
        }
        spot
    }

    fn element(&self, index: usize) -> Self {
        Self { place: self.place.and_then(|place| place.element(index)), ..*self }
    }
}

/// The rule for the argument that the inspection stands at, if one names it.
fn rule_at<'a>(inspection: &Inspection<'a>) -> Option<&'a ArgumentRule> {
    let rules = inspection.context.rules.filter(|rules| !rules.is_empty())?;
    if inspection.nesting > 0 {
        return None;
    }
    let mut keys = inspection.steps.iter().filter_map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Index(_) => None,
    });
    keys.next().filter(|first| *first == "arguments")?;
    let name = keys.collect::<Vec<_>>().join(".");
    rules.get(&name)
}

/// Looks at a value and everything in it.
pub(super) fn value<'a>(inspection: &mut Inspection<'a>, value: &'a Value, spot: Spot<'a>) {
    if inspection.is_full() {
        return;
    }
    inspection.begin();
    if inspection.steps.len() > MAX_DEPTH {
        return inspection.unclear(Area::Manifest, "a value", "it is nested more than 128 levels deep");
    }
    match value {
        Value::Null | Value::Bool(_) => ruled(inspection, spot, &|| value.to_string()),
        Value::Number(_) => number(inspection, value, spot),
        Value::String(text) => string(inspection, text, spot),
        Value::Array(list) => array(inspection, list, spot),
        Value::Object(map) => object(inspection, map, spot),
    }
}

fn array<'a>(inspection: &mut Inspection<'a>, list: &'a [Value], spot: Spot<'a>) {
    if spot.kind(None) == Kind::Command || spot.element(0).kind(None) == Kind::Command {
        aim(inspection, spot);
        if command::words(inspection, list) && spot.rule.is_none() {
            return;
        }
    }
    for (index, element) in list.iter().enumerate() {
        inspection.steps.push(Step::Index(index));
        value(inspection, element, spot.element(index));
        inspection.steps.pop();
    }
}

fn object<'a>(inspection: &mut Inspection<'a>, map: &'a Map<String, Value>, spot: Spot<'a>) {
    let mut port = None;
    for (name, member) in map {
        inspection.steps.push(Step::Key(name));
        key(inspection, name, spot);
        let mut inner = spot.member(inspection, name);
        if matches!(inner.kind(None), Kind::Host | Kind::Domain) {
            inner.port = *port.get_or_insert_with(|| port_beside(map));
        }
        value(inspection, member, inner);
        inspection.steps.pop();
    }
}

/// The port that stands beside a host.
fn port_beside(map: &Map<String, Value>) -> Option<Port> {
    let is_port = |name: &str| words::split(name).last().is_some_and(|word| word == "port");
    let (_, value) = map.iter().find(|(name, _)| is_port(name))?;
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Port::new(u16::try_from(number).ok()?)
}

/// A key is a value, too.
fn key<'a>(inspection: &mut Inspection<'a>, name: &str, spot: Spot<'a>) {
    inspection.begin();
    if let Some((rule, why)) = spot.refused(name) {
        inspection.refuse_by(rule, name, why);
    }
    let kind = spot.place.map_or(Kind::Unknown, Place::names);
    if kind == Kind::Unknown && text::is_plain_word(name) {
        return;
    }
    aim(inspection, spot);
    by_kind(inspection, name, kind);
}

fn ruled(inspection: &mut Inspection<'_>, spot: Spot<'_>, text: &dyn Fn() -> String) {
    let Some(rule) = spot.rule else {
        return;
    };
    let text = text();
    if let Some(why) = rule.refuses(&text) {
        inspection.refuse_by(rule, &text, why);
    }
}

fn number(inspection: &mut Inspection<'_>, value: &Value, spot: Spot<'_>) {
    ruled(inspection, spot, &|| value.to_string());
    let kind = spot.kind(None);
    if matches!(kind, Kind::Path | Kind::Host | Kind::Url) {
        aim(inspection, spot);
        by_kind(inspection, &value.to_string(), kind);
    }
}

fn string(inspection: &mut Inspection<'_>, text: &str, spot: Spot<'_>) {
    if text.is_empty() && spot.rule.is_none() {
        return;
    }
    if let Some((rule, why)) = spot.refused(text) {
        return inspection.refuse_by(rule, text, why);
    }
    if spot.is_lost() {
        let why = "the tool's schema is too large to tell what belongs here";
        return inspection.unclear(Area::Manifest, text, why);
    }
    aim(inspection, spot);
    by_kind(inspection, text, spot.kind(Some(text)));
}

/// Sets what findings in the value will say beside what they found.
fn aim(inspection: &mut Inspection<'_>, spot: Spot<'_>) {
    let access = spot.rule.and_then(|rule| rule.access);
    let syntax = spot.rule.and_then(|rule| rule.syntax);
    inspection.aim = Aim {
        access: access.unwrap_or_else(|| inspection.context.usage.access(spot.role)),
        syntax: syntax.unwrap_or(CommandSyntax::Plain),
        port: spot.port,
    };
}

fn by_kind(inspection: &mut Inspection<'_>, text: &str, kind: Kind) {
    match kind {
        Kind::Opaque | Kind::Prose => {}
        Kind::Unknown => shape::judge(inspection, text),
        Kind::Domain => domain(inspection, text),
        Kind::Reference => url::judge(inspection, text, Manner::Reference),
        Kind::Host => url::hosts(inspection, text),
        Kind::Url => url::judge(inspection, text, Manner::Stated),
        Kind::Path => path::judge(inspection, text),
        Kind::Command => command::line(inspection, text),
    }
}

/// A word that may be a host name, or a word of the tool's own.
fn domain(inspection: &mut Inspection<'_>, raw: &str) {
    let text = text::bare(raw);
    let dotted = text.contains(['.', ':']) && !text.contains(char::is_whitespace);
    if (dotted || text == "localhost") && url::host_and_port(text).is_some() {
        url::hosts(inspection, text);
    } else {
        shape::judge(inspection, raw);
    }
}
