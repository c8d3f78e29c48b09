//! What a probe answers: data, never text on a terminal.

use crate::acl::Diagnostic;
use crate::platform::Remedy;
use crate::snapshot::{Fact, Unknown};

/// Why a check of a file tree does not look at what only the kernel knows.
pub const ONLY_LIVE: &str = "only a running machine can tell";

/// The answer of one probe for one case.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// The positive statement of the check's title holds, and this was seen.
    Pass {
        /// What was seen, in one line.
        message: String,
        /// The facts behind it.
        evidence: Vec<Evidence>,
    },
    /// One or more causes were found.
    Found(Vec<Finding>),
    /// The question does not arise here.
    NotApplicable {
        /// Why not, in one line.
        because: String,
    },
    /// A fact is missing: the engine makes it `blocked` or `unknown`.
    Unjudged(Unknown),
}

impl Judgement {
    /// A pass with its evidence.
    pub fn pass(message: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self::Pass { message: message.into(), evidence }
    }

    /// A question that does not arise.
    pub fn not_applicable(because: impl Into<String>) -> Self {
        Self::NotApplicable { because: because.into() }
    }

    /// A judgement that has to wait for another check, or for somebody who may look.
    pub fn unjudged(because: impl Into<String>) -> Self {
        Self::Unjudged(Unknown { because: because.into(), command: None })
    }

    /// The judgement for a fact that is not there.
    pub fn missing<T>(fact: &Fact<T>) -> Self {
        match fact {
            Fact::NeedsLiveHost => Self::not_applicable(ONLY_LIVE),
            Fact::Unknown(unknown) => Self::Unjudged(unknown.clone()),
            Fact::Known(_) => Self::unjudged("the facts do not fit together"),
        }
    }
}

/// Fail or warn.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// It works, but less than the user may expect, or more than is safe.
    Warn,
    /// The helper would refuse, or no frame could pass.
    Fail,
}

/// One cause, found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The cause's id, as the check's page declares it.
    pub cause: &'static str,
    /// How bad.
    pub level: Level,
    /// The observed fact, in one line.
    pub message: String,
    /// What the user will see because of it.
    pub consequence: Option<String>,
    /// The facts behind it.
    pub evidence: Vec<Evidence>,
    /// How to mend it, in this distribution's idiom.
    pub remedy: Option<Remedy>,
    /// Lines of the ACL, to be shown as compilers show theirs.
    pub diagnostics: Vec<Diagnostic>,
}

impl Finding {
    /// A cause that makes the helper refuse, or no frame pass.
    pub fn fail(cause: &'static str, message: impl Into<String>) -> Self {
        Self::new(cause, Level::Fail, message)
    }

    /// A cause that leaves it working, but less well or less safely.
    pub fn warn(cause: &'static str, message: impl Into<String>) -> Self {
        Self::new(cause, Level::Warn, message)
    }

    /// A cause of the given level.
    pub fn new(cause: &'static str, level: Level, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { cause, level, message, consequence: None, evidence: Vec::new(), remedy: None, diagnostics: Vec::new() }
    }

    /// Says what the user will see.
    #[must_use]
    pub fn so(mut self, consequence: impl Into<String>) -> Self {
        self.consequence = Some(consequence.into());
        self
    }

    /// Adds a fact behind it.
    #[must_use]
    pub fn seen(mut self, fact: &'static str, value: impl ToString) -> Self {
        self.evidence.push(Evidence::new(fact, value));
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn mend(mut self, remedy: Remedy) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Shows these lines of the ACL.
    #[must_use]
    pub fn showing(mut self, diagnostics: Vec<Diagnostic>) -> Self {
        self.diagnostics = diagnostics;
        self
    }
}

impl From<Finding> for Judgement {
    fn from(finding: Finding) -> Self {
        Self::Found(vec![finding])
    }
}

/// A fact, named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Evidence {
    /// Its name: `mode`, `owner`, `errno`.
    pub fact: &'static str,
    /// Its value.
    pub value: String,
}

impl Evidence {
    /// A named fact.
    pub fn new(fact: &'static str, value: impl ToString) -> Self {
        Self { fact, value: value.to_string() }
    }
}
