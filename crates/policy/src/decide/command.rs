//! Command lines, as far as a decision looks into them: their words, and whether they hold shell syntax.

/// Longest line that is looked into, in bytes.
const LONGEST: usize = 64 << 10;

/// A command line taken apart as a POSIX shell would, and again at every operator, separator and quote: one word may be
/// a command line to the program that gets it.
pub(crate) struct Line {
    words: Vec<String>,
    expands: bool,
}

impl Line {
    /// Splits a line; none where quotes are not closed, a NUL makes it end early for some readers, or it is too long.
    pub(crate) fn split(line: &str) -> Option<Self> {
        if line.contains('\0') || line.len() > LONGEST {
            return None;
        }
        let quoted = shlex::split(line)?;
        // Quotes and backslashes inside a word are gone once a shell has read it.
        let bare = |text: &str| text.replace(['\'', '"', '\\'], "");
        let texts =
            quoted.iter().map(String::as_str).chain([line]).flat_map(|text| [text.to_owned(), bare(text)]);
        let pieces = texts.flat_map(|text| {
            text.split(is_separator)
                .chain([text.as_str()])
                .map(|piece| last_component(&bare(piece)).to_owned())
                .collect::<Vec<_>>()
        });
        let mut words: Vec<String> = pieces.filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        // A wildcard by itself is an argument, unless it stands where the program does.
        let program = quoted.first().map(|word| last_component(word));
        words.retain(|word| word.chars().any(|c| !matches!(c, '*' | '?')) || program == Some(word.as_str()));
        Some(Self { words, expands: outside_quotes(line, &['\'']).contains(['$', '`']) })
    }

    /// Whether a shell would put something else in the place of a part of the line.
    pub(crate) const fn expands(&self) -> bool {
        self.expands
    }

    /// Whether some word names the program, by itself, as the end of a path, or by a wildcard. An argument counts too,
    /// since programs such as `env`, `sudo` and `xargs` run their arguments.
    pub(crate) fn names(&self, program: &str) -> bool {
        let program = program.to_lowercase();
        self.words.iter().any(|word| covers(&word.to_lowercase(), &program))
    }
}

fn last_component(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Whether a shell's wildcard pattern covers the name; `[…]` counts as any character. Takes at most the product of both
/// lengths in steps.
fn covers(pattern: &str, name: &str) -> bool {
    let mut pieces: Vec<char> = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        let class =
            if character == '[' { after.get(1..).and_then(|inside| inside.split_once(']')) } else { None };
        pieces.push(if class.is_some() { '?' } else { character });
        rest = class.map_or(after, |(_, after)| after);
    }
    let name: Vec<char> = name.chars().collect();
    // Which prefixes of the name the pieces so far can stand for.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for piece in pieces {
        if piece == '*' {
            let mut any = false;
            for at in &mut reached {
                any |= *at;
                *at = any;
            }
            continue;
        }
        let stepped = name.iter().zip(&reached).map(|(letter, at)| *at && (piece == '?' || piece == *letter));
        reached = std::iter::once(false).chain(stepped).collect();
    }
    reached.last().copied().unwrap_or(false)
}

/// The line without what stands in these quotes.
fn outside_quotes(line: &str, quotes: &[char]) -> String {
    let mut open = None;
    let outside = line.chars().filter(|character| {
        let was_open = open.is_some();
        if open == Some(*character) {
            open = None;
        } else if open.is_none() && quotes.contains(character) {
            open = Some(*character);
        }
        !was_open && open.is_none()
    });
    outside.collect()
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
    let outside = outside_quotes(line, &['\'', '"']);
    if outside.split_once('{').is_some_and(|(_, rest)| rest.contains(',') && rest.contains('}')) {
        return Some("{…,…}");
    }
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
            ("{nc,-l}", Some("{…,…}")),
            ("curl -d '{\"a\":1,\"b\":2}'", None),
            ("find . -exec rm {} +", None),
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
        for line in ["rsync a b", "launch", "ncat x", "ls *", "[ -f x ]", "find . -name *.c"] {
            assert!(!names(line), "{line}");
        }
        assert!(Line::split("a 'b").is_none());
        assert!(Line::split("a\0b").is_none());
        assert!(Line::split(&"? ".repeat(40_000)).is_none());
        assert!(!Line::split("grep 'foo$' x").is_none_or(|line| line.expands()));
    }
}
