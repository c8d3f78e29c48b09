//! The pages under `checks/`: what each check asks, its causes, and the errors that point to them; and, below
//! `neighbours/`, the errors that are mistaken for the helper's.
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

/// A page about messages that people mistake for the helper's, and whose causes no check can find.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Neighbour {
    /// Its id, which is also the name of the file.
    pub id: &'static str,
    /// What holds when none of this is met.
    pub title: &'static str,
    /// What can be behind the messages.
    pub causes: &'static [Cause],
    /// The messages.
    pub errors: &'static [KnownError],
    /// The page itself, in Markdown, without its front matter.
    pub body: &'static str,
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
    /// What it is within a failed attempt.
    pub role: Role,
    /// What can be behind it, best first.
    pub causes: &'static [Suspect],
}

impl KnownError {
    /// Whether the message takes more than one line.
    pub fn goes_on(&self) -> bool {
        self.pattern.contains(r"\n\s*")
    }
}

/// What a message is within one failed attempt to start a virtual machine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// It stands for itself.
    Alone,
    /// It means something only where another message of the attempt follows.
    Context,
    /// It says why the reason after it was given.
    Detail,
    /// It is why the attempt failed.
    Reason,
    /// It says that the attempt failed, and not why.
    Wrapper,
}

/// A piece of text that stands in every message of some errors.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Needle {
    /// The text.
    pub text: &'static str,
    /// The errors, by their places in [`errors`].
    pub errors: &'static [usize],
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

/// This cause of a check, and the page that explains it.
pub fn cause(id: &str) -> Option<(&'static Page, &'static Cause)> {
    PAGES.iter().find_map(|page| page.causes.iter().find(|cause| cause.id == id).map(|cause| (page, cause)))
}

/// The id of the check that reports this cause.
pub fn check_of_cause(id: &str) -> Option<&'static str> {
    cause(id).map(|(page, _)| page.id)
}

/// Every neighbour's page, sorted by id.
pub fn neighbours() -> &'static [Neighbour] {
    NEIGHBOURS
}

/// This neighbour's page.
pub fn neighbour(id: &str) -> Option<&'static Neighbour> {
    NEIGHBOURS.iter().find(|page| page.id == id)
}

/// This cause of a neighbour, and the page that explains it.
pub fn cause_of_neighbour(id: &str) -> Option<(&'static Neighbour, &'static Cause)> {
    NEIGHBOURS.iter().find_map(|page| page.causes.iter().find(|cause| cause.id == id).map(|cause| (page, cause)))
}

/// Every known error with the id of the page on which it stands, in the order in which its pattern is tried: the first
/// that matches is meant.
pub fn errors() -> impl Iterator<Item = (&'static str, &'static KnownError)> {
    let of_checks = PAGES.iter().flat_map(|page| page.errors.iter().map(move |error| (page.id, error)));
    of_checks.chain(NEIGHBOURS.iter().flat_map(|page| page.errors.iter().map(move |error| (page.id, error))))
}

/// How long most needles are; those that are shorter are few.
pub const LENGTH_OF_NEEDLE: usize = NEEDLE;

/// How much of a needle is enough to look at it closer.
pub const LENGTH_OF_GRAM: usize = GRAM;

/// The texts to search for before any pattern is tried: each message of each error has one of them that names it.
pub fn needles() -> &'static [Needle] {
    NEEDLES
}
