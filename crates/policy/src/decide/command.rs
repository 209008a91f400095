//! Command lines, as far as a decision looks into them: their words, and whether they hold shell syntax.

use globset::Glob;

/// A command line taken apart as a POSIX shell would, and again at every operator, separator and quote: one word may be
/// a command line to the program that gets it.
pub(crate) struct Line {
    words: Vec<String>,
    expands: bool,
}

impl Line {
    /// Splits a line; none where quotes are not closed or a NUL makes it end early for some readers.
    pub(crate) fn split(line: &str) -> Option<Self> {
        if line.contains('\0') {
            return None;
        }
        let quoted = shlex::split(line)?;
        // Quotes and backslashes inside a word are gone once a shell has read it.
        let bare = |text: &str| text.replace(['\'', '"', '\\'], "");
        let texts =
            quoted.iter().map(String::as_str).chain([line]).flat_map(|text| [text.to_owned(), bare(text)]);
        let words = texts
            .flat_map(|text| text.split(is_separator).chain([text.as_str()]).map(bare).collect::<Vec<_>>());
        let words = words.filter(|word| !word.is_empty()).collect();
        Some(Self { words, expands: line.contains(['$', '`']) })
    }

    /// Whether a shell would put something else in the place of a part of the line.
    pub(crate) const fn expands(&self) -> bool {
        self.expands
    }

    /// Whether some word names the program, by itself, as the end of a path, or by a wildcard. An argument counts too,
    /// since programs such as `env`, `sudo` and `xargs` run their arguments.
    pub(crate) fn names(&self, program: &str) -> bool {
        self.words.iter().filter_map(|word| word.rsplit('/').next()).any(|word| {
            let wild = word.contains(['*', '?', '[']);
            word.eq_ignore_ascii_case(program)
                || (wild && Glob::new(word).map_or(true, |glob| glob.compile_matcher().is_match(program)))
        })
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            ';' | '|' | '&' | '>' | '<' | '`' | '$' | '(' | ')' | '{' | '}' | '=' | ',' | '\'' | '"'
        )
}

/// The first piece of shell syntax in a line that should be one program and its words.
pub(crate) fn shell_syntax(line: &str) -> Option<&'static str> {
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let found = match character {
            ';' => ";",
            '|' => "|",
            '&' => "&",
            '>' => ">",
            '<' => "<",
            '\n' | '\r' => "a line break",
            '`' => "a backtick",
            '{' => "{",
            '}' => "}",
            '$' => match characters.peek() {
                Some('(') => "$(",
                Some('{') => "${",
                Some('[') => "$[",
                Some('\'' | '"') => "a `$` before a quote",
                Some(next) if next.is_ascii_alphanumeric() || "_@*#?$!-".contains(*next) => "$VAR",
                _ => continue,
            },
            _ => continue,
        };
        return Some(found);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_syntax_is_found() {
        let rows = [
            ("ls -l /tmp", None),
            ("echo costs 5$ only", None),
            ("a; b", Some(";")),
            ("a && b", Some("&")),
            ("a & b", Some("&")),
            ("a > b", Some(">")),
            ("a < b", Some("<")),
            ("a\nb", Some("a line break")),
            ("a `b`", Some("a backtick")),
            ("a $(b)", Some("$(")),
            ("a ${b}", Some("${")),
            ("a $HOME", Some("$VAR")),
            ("a $1", Some("$VAR")),
            ("{nc,-l}", Some("{")),
            ("$'\\x6ec' -l", Some("a `$` before a quote")),
            ("$[1+1]", Some("$[")),
        ];
        for (line, wanted) in rows {
            assert_eq!(shell_syntax(line), wanted, "{line:?}");
        }
    }

    #[test]
    fn every_word_that_could_be_a_program_is_seen() {
        let names = |line: &str| Line::split(line).is_some_and(|line| line.names("nc"));
        for line in [
            "/usr/bin/nc -l",
            "x=$(nc -l)",
            "a;nc",
            "sudo 'n'c",
            "{nc,-l}",
            "/bin/n? -l",
            "/bin/n[c] -l",
            "*nc",
            "bash -c \"n''c -l\"",
            "bash -c 'n\\c -l'",
            "env -S 'n\\c'",
            "true #;nc -l",
            "NC -l",
        ] {
            assert!(names(line), "{line}");
        }
        for line in ["rsync a b", "launch", "ncat x"] {
            assert!(!names(line), "{line}");
        }
        assert!(Line::split("a 'b").is_none());
        assert!(Line::split("a\0b").is_none());
    }
}
