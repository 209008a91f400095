//! What a row of the tables says: which attack, which layer is to stop it, and how that shows.

/// What the manifest of the jail gives, beside the folders that every manifest here declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Powers {
    /// Nothing more.
    Files,
    /// Other programs.
    Spawn,
    /// Two addresses on port 443.
    Network,
    /// Other programs, and small limits.
    Limits,
}

/// Who has to try the attack outside for it to succeed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Anybody.
    Nothing,
    /// Root: an ordinary user's jail is still tried.
    Root,
    /// Somebody who is not root: root's jails are not tried.
    NotRoot,
}

/// What is set up around a run beside the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Plain,
    /// Standard input is a terminal.
    Terminal,
    /// The jail has half a second.
    Deadline,
    /// What counts is whether a process of the mark lives when the program has ended.
    Gone,
}

/// What runs the attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Native,
    Python,
    Node,
}

/// One attack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Its name: what SECURITY.md calls it by.
    pub(crate) name: &'static str,
    /// The layers that stop it: M private root, L Landlock, S system call filter, P process namespace, N network namespace,
    /// U user namespace and capabilities, R limits, B supervisor, E environment, D descriptors.
    pub(crate) layers: &'static str,
    /// The words for the hostile program, with the world's places and facts in braces.
    pub(crate) attack: &'static str,
    /// What stops it in T1, alternatives between bars.
    pub(crate) in_t1: &'static str,
    /// What stops it in T2; not looked at for what is listed as not stopped there.
    pub(crate) in_t2: &'static str,
    pub(crate) powers: Powers,
    pub(crate) needs: Needs,
    pub(crate) stage: Stage,
    pub(crate) language: Language,
}

/// A row for anybody, with a manifest that gives files only.
pub(crate) const fn row(
    name: &'static str,
    layers: &'static str,
    attack: &'static str,
    in_t1: &'static str,
    in_t2: &'static str,
) -> Row {
    Row {
        name,
        layers,
        attack,
        in_t1,
        in_t2,
        powers: Powers::Files,
        needs: Needs::Nothing,
        stage: Stage::Plain,
        language: Language::Native,
    }
}

impl Row {
    pub(crate) const fn with(self, powers: Powers) -> Self {
        Self { powers, ..self }
    }

    pub(crate) const fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    pub(crate) const fn on(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    pub(crate) const fn by(self, language: Language) -> Self {
        Self { language, ..self }
    }
}
