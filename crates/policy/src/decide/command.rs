//! Command lines, as far as a decision looks into them: their words, and whether they hold shell syntax.

/// A command line split into words as a POSIX shell would, and again at every operator.
pub(crate) struct Line {
    words: Vec<String>,
}

impl Line {
    /// Splits a line; none where quotes are not closed or a NUL makes it end early for some readers.
    pub(crate) fn split(line: &str) -> Option<Self> {
        if line.contains('\0') {
            return None;
        }
        let mut words = shlex::split(line)?;
        // A word in which a shell would see an operator or a substitution holds further words.
        let inner = words.iter().flat_map(|word| word.split(is_operator)).filter(|word| !word.is_empty());
        let inner: Vec<String> = inner.map(Into::into).collect();
        words.extend(inner);
        Some(Self { words })
    }

    /// Every word that may name a program: its last path component. An argument counts too, since programs such as
    /// `env`, `sudo` and `xargs` run their arguments.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| word.rsplit(['/', '\\']).next())
    }
}

fn is_operator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, ';' | '|' | '&' | '>' | '<' | '`' | '$' | '(' | ')' | '{' | '}' | '=')
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
            '$' => match characters.peek() {
                Some('(') => "$(",
                Some('{') => "${",
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
        ];
        for (line, wanted) in rows {
            assert_eq!(shell_syntax(line), wanted, "{line:?}");
        }
    }

    #[test]
    fn every_word_that_could_be_a_program_is_seen() {
        let seen = |line: &str| -> Vec<String> {
            Line::split(line).map(|line| line.programs().map(Into::into).collect()).unwrap_or_default()
        };
        assert!(seen("/usr/bin/nc -l").contains(&"nc".to_owned()));
        assert!(!seen("rsync a b").contains(&"nc".to_owned()));
        assert!(seen("x=$(nc -l)").contains(&"nc".to_owned()));
        assert!(seen("a;nc").contains(&"nc".to_owned()));
        assert!(seen("sudo 'n'c").contains(&"nc".to_owned()));
        assert!(Line::split("a 'b").is_none());
        assert!(Line::split("a\0b").is_none());
    }
}
