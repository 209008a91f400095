//! Replaces what the scanner finds by labels, in text and in JSON values.
//!
//! A label is `[REDACTED:` + the rule's label + `]`. Labels are never findings, so redacting twice changes nothing; a
//! text is scanned again after a replacement because removing one credential can free the boundary of its neighbour.

use std::borrow::Cow;

use serde_json::Value;

use super::encoding::{decode64, encode64};
use super::finding::Finding;
use super::rule::Rule;
use super::scanner::Scanner;

/// How often a text is scanned again after a replacement before it is taken as it is.
const PASSES: usize = 8;

/// The deepest JSON value that is walked; what lies deeper is replaced whole.
const DEEPEST: usize = 128;

/// The largest base64 text that is decoded, in bytes of text.
const LARGEST_BLOB: usize = 64 << 20;

/// What to do with credentials in what a tool says (`output.scan_secrets`, specification section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Let everything through.
    #[default]
    Off,
    /// Replace each by its label.
    Redact,
    /// Refuse the whole message.
    Block,
}

/// The label that replaces what `rule` found.
#[must_use]
pub fn label(rule: &Rule) -> String {
    format!("[REDACTED:{}]", rule.label())
}

impl Scanner {
    /// `text` with every credential replaced by its label; borrowed when there is none.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hits = Vec::new();
        self.redact_into(text, None, &mut hits)
    }

    /// The value of a document's member with every credential replaced, its name taken into account.
    #[must_use]
    pub fn redact_named<'t>(&self, key: &str, value: &'t str) -> Cow<'t, str> {
        let mut hits = Vec::new();
        self.redact_into(value, Some(key), &mut hits)
    }

    /// Replaces the credentials of `text` and adds the rules that found them to `hits`.
    fn redact_into<'t>(
        &self,
        text: &'t str,
        key: Option<&str>,
        hits: &mut Vec<&'static Rule>,
    ) -> Cow<'t, str> {
        let mut current = Cow::Borrowed(text);
        let mut found = Vec::new();
        for _ in 0..PASSES {
            found.clear();
            match key {
                Some(key) => self.scan_named(key, &current, &mut found),
                None => self.scan(&current, &mut found),
            }
            if found.is_empty() {
                break;
            }
            hits.extend(found.iter().map(|finding| finding.rule));
            current = Cow::Owned(replaced(&current, &found));
        }
        current
    }

    /// Replaces the credentials of every string and key of `value`, and answers which rules found them, in order.
    ///
    /// A string is judged by the key it stands under, also inside lists. Deeper than 128 levels everything is replaced
    /// by a label of the generic rule.
    pub fn redact_value(&self, value: &mut Value) -> Vec<&'static Rule> {
        let mut hits = Vec::new();
        self.walk(value, None, 0, &mut hits);
        hits
    }

    fn walk(&self, value: &mut Value, key: Option<&str>, depth: usize, hits: &mut Vec<&'static Rule>) {
        if depth > DEEPEST {
            *value = Value::String("[REDACTED:generic_secret]".to_owned());
            return;
        }
        match value {
            Value::String(text) => {
                if let Cow::Owned(clean) = self.redact_into(text, key, hits) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item, key, depth + 1, hits)),
            Value::Object(members) => {
                let renamed = members.keys().any(|name| self.finds_in(name));
                if renamed {
                    let taken = std::mem::take(members);
                    for (name, member) in taken {
                        let clean = self.redact_into(&name, None, hits).into_owned();
                        members.insert(free_name(members, clean), member);
                    }
                }
                for (name, member) in members.iter_mut() {
                    self.walk(member, Some(name), depth + 1, hits);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The text inside a base64 blob and its credentials; `None` when the bytes are no UTF-8 text.
    #[must_use]
    pub fn scan_base64(&self, blob: &str) -> Option<(String, Vec<Finding>)> {
        if blob.len() > LARGEST_BLOB {
            return None;
        }
        let text = String::from_utf8(decode64(blob.as_bytes(), blob.len())?).ok()?;
        let mut found = Vec::new();
        self.scan(&text, &mut found);
        Some((text, found))
    }

    /// A base64 blob with the credentials of its text replaced; `None` when it holds none or is no text.
    #[must_use]
    pub fn redact_base64(&self, blob: &str) -> Option<String> {
        let (text, found) = self.scan_base64(blob)?;
        (!found.is_empty()).then(|| encode64(self.redact(&text).as_bytes()))
    }
}

/// A name that is not taken yet: two keys that were credentials must not become one member.
fn free_name(members: &serde_json::Map<String, Value>, name: String) -> String {
    if !members.contains_key(&name) {
        return name;
    }
    let mut count = members.len();
    while members.contains_key(&format!("{name} ({count})")) {
        count += 1;
    }
    format!("{name} ({count})")
}

/// `text` with each span replaced by its label.
fn replaced(text: &str, found: &[Finding]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for finding in found {
        out.push_str(text.get(from..finding.start).unwrap_or_default());
        out.push_str(&label(finding.rule));
        from = finding.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
