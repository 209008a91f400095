//! How the program ends: its exit codes, and what it says when something kept it from doing what was asked.

use portcullis_sandbox::StartError;
use std::process::ExitCode;

macro_rules! codes {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// An exit code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Exit {
            $(#[doc = $text] $name = $code,)*
        }

        impl Exit {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// What it means.
            pub(crate) const fn describe(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    Good = 0, "all is well";
    Finding = 1, "something was found, or denied";
    Usage = 2, "the command line is not understood";
    Configuration = 3, "a configuration cannot be used";
    Unprotected = 4, "the machine lacks a required protection";
    NotExecutable = 126, "the program cannot be executed";
    NotFound = 127, "the program is not there";
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What kept a command from doing what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The code to end with.
    pub(crate) exit: Exit,
    /// What, and why.
    pub(crate) message: String,
    /// What to do about it, if that is known.
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::new(Exit::Unprotected, error.to_string())
    }
}
