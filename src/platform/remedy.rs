//! How a finding is mended: by typed actions where a program may do it, else by a person, and why.

use std::path::{Path, PathBuf};

use super::command;
use super::{Action, DECLARED, Declaration};
use crate::snapshot::Snapshot;

/// The steps that mend a finding, and what to know about them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Remedy {
    /// In their order.
    pub steps: Vec<Step>,
    /// Why a person has to decide or to do it; none where a program may.
    pub why: Option<String>,
    /// What to know beside the steps.
    pub note: Option<String>,
}

/// One step of a remedy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// What a program can do, and what the facts are like afterwards.
    Act(Action, Effect),
    /// A command or a setting for a person, as it stands.
    Say(String),
    /// What the system's configuration should say.
    Declare(Declaration),
}

/// What an action makes of the facts, where the action alone does not tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Effect {
    /// What the action itself says.
    Evident,
    /// None yet: it prepares the next one.
    Prepares,
    /// The file belongs to root and this group, and has this mode.
    Owned {
        /// Which file.
        path: PathBuf,
        /// The group's name.
        group: String,
        /// All twelve bits.
        mode: u32,
    },
    /// The interface is up.
    LinkUp(String),
    /// The interface has this MTU.
    Mtu(String, u32),
    /// A bridge of this name is there; one that libvirt makes has an address.
    BridgeMade {
        /// Its name.
        name: String,
        /// Whether the host has an address on it.
        addressed: bool,
    },
    /// The host forwards IPv4.
    ForwardsIp,
    /// The tun driver and its device are there.
    TunReady,
    /// libvirt's session driver runs the helper at this path.
    LibvirtRuns(PathBuf),
}

impl Remedy {
    /// Actions that a program may take.
    pub fn automatic(steps: impl IntoIterator<Item = (Action, Effect)>) -> Self {
        let steps = steps.into_iter().map(|(action, effect)| Step::Act(action, effect)).collect();
        Self { steps, why: None, note: None }
    }

    /// Actions whose effect is evident.
    pub fn actions(actions: impl IntoIterator<Item = Action>) -> Self {
        Self::automatic(actions.into_iter().map(|action| (action, Effect::Evident)))
    }

    /// Commands or settings for a person, and why a program must not.
    pub fn manual(why: impl Into<String>, commands: impl IntoIterator<Item = String>) -> Self {
        Self { steps: commands.into_iter().map(Step::Say).collect(), why: Some(why.into()), note: None }
    }

    /// Advice without a command, and why there is none.
    pub fn advice(why: impl Into<String>, note: impl Into<String>) -> Self {
        Self { steps: Vec::new(), why: Some(why.into()), note: Some(note.into()) }
    }

    /// A declaration for the system's configuration.
    pub fn declaration(declaration: Declaration) -> Self {
        Self { steps: vec![Step::Declare(declaration)], why: Some(DECLARED.to_owned()), note: None }
    }

    /// The same steps, which a person has to take.
    #[must_use]
    pub fn by_hand(self, why: impl Into<String>) -> Self {
        Self { why: self.why.or_else(|| Some(why.into())), ..self }
    }

    /// Adds a sentence to the note.
    #[must_use]
    pub fn with_note(mut self, note: impl AsRef<str>) -> Self {
        self.note = Some(match self.note {
            Some(before) => format!("{before} {}", note.as_ref()),
            None => note.as_ref().to_owned(),
        });
        self
    }

    /// Goes on with the steps and the note of another remedy; automatic only if both are.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.steps.extend(next.steps);
        self.why = self.why.or(next.why);
        match next.note {
            Some(note) => self.with_note(note),
            None => self,
        }
    }

    /// Whether a program may do all of it.
    pub fn is_automatic(&self) -> bool {
        self.why.is_none() && !self.steps.is_empty() && self.acts().count() == self.steps.len()
    }

    /// What a program can do.
    pub fn acts(&self) -> impl Iterator<Item = (&Action, &Effect)> {
        self.steps.iter().filter_map(|step| match step {
            Step::Act(action, effect) => Some((action, effect)),
            Step::Say(_) | Step::Declare(_) => None,
        })
    }

    /// What it asks of the system's configuration.
    pub fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        self.steps.iter().filter_map(|step| match step {
            Step::Declare(declaration) => Some(declaration),
            Step::Act(..) | Step::Say(_) => None,
        })
    }

    /// The steps as commands of a shell, or as lines of the configuration, for the host of these facts.
    pub fn commands(&self, snapshot: &Snapshot) -> Vec<String> {
        let platform = super::of(&snapshot.machine);
        let declared: Vec<Declaration> = self.declarations().cloned().collect();
        let mut commands = if declared.is_empty() { Vec::new() } else { platform.declare(&declared) };
        for step in &self.steps {
            match step {
                Step::Act(action, _) => commands.extend(command::of(action, platform.as_root_prefix(), snapshot)),
                Step::Say(text) => commands.push(text.clone()),
                Step::Declare(_) => {}
            }
        }
        commands
    }
}

impl Action {
    /// The file or directory that it changes; none for a program that is run.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::MakeDirectory { path, .. }
            | Self::WriteFile { path, .. }
            | Self::EditFile { path, .. }
            | Self::SetMode { path, .. }
            | Self::SetCapabilities { path, .. }
            | Self::MakeLink { path, .. }
            | Self::MakeDevice { path, .. } => Some(path),
            Self::Run { .. } => None,
        }
    }

    /// A program with its arguments, and the one that takes it back.
    pub(super) fn run(argv: &[&str], undo: Option<&[&str]>) -> Self {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self::Run { argv: owned(argv), undo: undo.map(owned), writes: Vec::new() }
    }
}
