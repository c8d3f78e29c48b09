//! The pages under `checks/`: what each check asks, its causes, and the errors that point to them.
//!
//! The build turns the pages into static tables, sorted by id; here nothing is parsed or allocated.

use schemars::JsonSchema;
use serde::Serialize;

/// The page of one check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Page {
    /// The check's id, which is also the name of the file and of the probe.
    pub id: &'static str,
    /// What holds when the check passes.
    pub title: &'static str,
    /// What the check can do at worst.
    pub severity: Severity,
    /// Checks that must pass before this one can be judged.
    pub requires: &'static [&'static str],
    /// What it can find.
    pub causes: &'static [Cause],
    /// Error messages that are most at home here.
    pub errors: &'static [KnownError],
    /// The page itself, in Markdown, without its front matter.
    pub body: &'static str,
}

/// How bad it is where a check does not pass.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It works, but less than may be expected, or more than is safe.
    Warn,
    /// The helper would refuse, or no frame could pass.
    Fail,
}

/// A root cause, by one id for ever.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cause {
    /// Its id.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
}

/// An error message of QEMU, its helper or libvirt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownError {
    /// Its id.
    pub id: &'static str,
    /// The program that prints it.
    pub program: &'static str,
    /// The versions of that program that do.
    pub versions: &'static str,
    /// What the message says, and what it proves.
    pub meaning: &'static str,
    /// A regular expression for its fixed part, with a named group for each parameter.
    pub pattern: &'static str,
    /// The message as it was seen.
    pub example: &'static str,
    /// What can be behind it, best first.
    pub causes: &'static [Suspect],
}

/// A cause that an error points to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Suspect {
    /// The id of the cause.
    pub cause: &'static str,
    /// How strongly the error points to it.
    pub likelihood: Likelihood,
}

/// How strongly an error points to a cause.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likelihood {
    /// Nothing else gives this message.
    Certain,
    /// Among the first things to look at.
    Usual,
    /// It happens.
    Possible,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every page, sorted by id.
pub fn pages() -> &'static [Page] {
    PAGES
}

/// The page of this check.
pub fn page(id: &str) -> Option<&'static Page> {
    PAGES.binary_search_by(|page| page.id.cmp(id)).ok().and_then(|index| PAGES.get(index))
}

/// This cause, and the page that explains it.
pub fn cause(id: &str) -> Option<(&'static Page, &'static Cause)> {
    PAGES.iter().find_map(|page| page.causes.iter().find(|cause| cause.id == id).map(|cause| (page, cause)))
}

/// The id of the check that reports this cause.
pub fn check_of_cause(id: &str) -> Option<&'static str> {
    cause(id).map(|(page, _)| page.id)
}

/// Every known error, in the order in which its pattern is tried: the first that matches is meant.
pub fn errors() -> impl Iterator<Item = (&'static Page, &'static KnownError)> {
    PAGES.iter().flat_map(|page| page.errors.iter().map(move |error| (page, error)))
}
