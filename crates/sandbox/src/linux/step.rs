//! The steps in which a jail is made, and how one that failed is told.

use rustix::io::Errno;

macro_rules! steps {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        /// A step in the making of a jail, roughly in order: some are taken in another place where there is no private root.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Step {
            $(#[doc = $text] $name = $code,)*
        }

        impl Step {
            /// All steps, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What the step does, in words.
            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

steps! {
    Receive = 1, "take the plan over";
    Trees = 2, "open the declared files and folders";
    Namespaces = 3, "make namespaces of its own";
    Identity = 4, "map its user and group";
    Lifeline = 5, "tie its life to the broker's";
    Loopback = 6, "bring up a loopback of its own";
    Capture = 7, "take hold of its connections";
    Mounts = 8, "keep its mounts to itself";
    PrivateRoot = 9, "make an empty root";
    Populate = 10, "fill the private root";
    Processes = 11, "mount its own /proc";
    Pivot = 12, "leave the machine's root";
    Scratch = 13, "make its scratch folder";
    Watch = 14, "watch over its processes";
    Serve = 15, "wait for the broker to serve";
    Descriptors = 16, "arrange its descriptors";
    Limits = 17, "set limits";
    Capabilities = 18, "drop all capabilities";
    NoNewPrivileges = 19, "rule out new privileges";
    Landlock = 20, "apply Landlock";
    Directory = 21, "enter the working directory";
    Close = 22, "close every other descriptor";
    Seccomp = 23, "filter system calls";
    Execute = 24, "execute the program";
    Group = 25, "make a control group";
}

impl Step {
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| *step as u8 == code)
    }
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) step: Step,
    pub(crate) errno: Errno,
    /// What it was about: a path of the plan, mostly. Empty where the step says it all.
    pub(crate) about: String,
}

pub(crate) type Done<T> = Result<T, Failure>;

/// Says which step an error belongs to.
pub(crate) trait During<T> {
    fn during(self, step: Step) -> Done<T>;
    fn during_about(self, step: Step, about: impl FnOnce() -> String) -> Done<T>;
}

impl<T, E: Into<Errno>> During<T> for Result<T, E> {
    fn during(self, step: Step) -> Done<T> {
        self.during_about(step, String::new)
    }

    fn during_about(self, step: Step, about: impl FnOnce() -> String) -> Done<T> {
        self.map_err(|error| Failure { step, errno: error.into(), about: about() })
    }
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn every_step_has_a_code_of_its_own() {
        for (index, step) in Step::ALL.iter().enumerate() {
            assert_eq!(usize::from(*step as u8), index + 1);
            assert_eq!(Step::from_code(*step as u8), Some(*step));
        }
    }
}
