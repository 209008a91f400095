//! An entry of a list in a document, and where it stands; and what turning wire texts into entries needs.

use crate::document::{Fault, Place, Spanned};
use crate::value::ValueError;
use crate::verdict::Source;
use std::{ops::RangeInclusive, sync::Arc};

/// A checked value and the place in the document that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// The value.
    pub value: T,
    /// Its document, line and column.
    pub source: Source,
}

/// Most entries of one list, and most bytes of them together: what is compiled from them grows with both.
const MOST_ENTRIES: usize = 1000;
const MOST_BYTES: usize = 64 << 10;

/// Turns what was written into checked values, keeping places.
pub(crate) struct Checker<'a> {
    pub(crate) document: &'a Arc<str>,
}

impl Checker<'_> {
    pub(crate) fn source(&self, place: Place) -> Source {
        Source { document: Arc::clone(self.document), line: place.line, column: place.column }
    }

    /// One text into one value.
    pub(crate) fn one<T>(
        &self,
        field: &str,
        text: &Spanned<String>,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Result<Entry<T>, Fault> {
        let value =
            parse(&text.value).map_err(|error| Fault::new(error.to_string()).at(text.place).below(field))?;
        Ok(Entry { value, source: self.source(text.place) })
    }

    /// A list of texts into values, in order.
    pub(crate) fn all<T>(
        &self,
        field: &str,
        texts: &[Spanned<String>],
        parse: impl Fn(&str) -> Result<T, ValueError>,
    ) -> Result<Vec<Entry<T>>, Fault> {
        let bytes: usize = texts.iter().map(|text| text.value.len()).sum();
        if let Some(first) = texts.first().filter(|_| texts.len() > MOST_ENTRIES || bytes > MOST_BYTES) {
            let message = "the list is too long: at most 1000 entries, and 64 KB in all";
            return Err(Fault::new(message).at(first.place).below(field));
        }
        let entry =
            |(index, text)| self.one(&format!("[{index}]"), text, &parse).map_err(|fault| fault.below(field));
        texts.iter().enumerate().map(entry).collect()
    }

    /// A whole number within a range.
    pub(crate) fn bounded(
        field: &str,
        number: Option<&Spanned<u64>>,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>, Fault> {
        match number {
            Some(number) if !range.contains(&number.value) => {
                let (low, high) = (range.start(), range.end());
                let message = format!("`{}` is not between {low} and {high}", number.value);
                Err(Fault::new(message).at(number.place).below(field))
            }
            number => Ok(number.map(|number| number.value)),
        }
    }
}
