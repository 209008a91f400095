//! What is read of the surroundings, once: the terminal, and the environment that says how to write to it.

use std::io::IsTerminal;

/// Whether output may be coloured. It reads well without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// Text alone.
    Plain,
    /// With the terminal's escape sequences.
    Ansi,
}

impl Colour {
    /// What stdout takes: colours only on a terminal that has them, and whose user has not said no (<https://no-color.org>).
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub(crate) fn of_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        if std::io::stdout().is_terminal() && !refused && !dumb { Self::Ansi } else { Self::Plain }
    }

    /// Text in one of the terminal's colours: 31 is red, 32 green, 33 yellow; 1 is bold.
    pub(crate) fn paint(self, code: u8, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
