//! What `list` prints: the catalogue, without its pages' text.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{self, Cause, KnownError, Likelihood, Page, Severity};
use crate::probe::PROBES;

/// The identifier and version of the list's JSON.
pub const SCHEMA: &str = "bridge-doctor/list/v1";

/// One list.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct List {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What is listed.
    #[serde(flatten)]
    pub entries: Entries,
}

/// The entries, under the name of their kind.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entries {
    /// Every check, in the order in which they run.
    Checks(Vec<CheckEntry>),
    /// Every cause, in the order of the checks.
    Causes(Vec<CauseEntry>),
    /// Every known error, in the order in which the patterns are tried.
    Errors(Vec<ErrorEntry>),
}

/// A check.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct CheckEntry {
    /// Its id.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// What it can do at worst.
    pub severity: Severity,
    /// Checks that must pass before it can be judged.
    pub requires: &'static [&'static str],
    /// The ids of what it can find.
    pub causes: Vec<&'static str>,
}

/// A cause.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct CauseEntry {
    /// Its id.
    pub id: &'static str,
    /// What is wrong.
    pub title: &'static str,
    /// The check that reports it.
    pub check: &'static str,
}

/// A known error.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct ErrorEntry {
    /// Its id.
    pub id: &'static str,
    /// The page on which it stands: a check, or a neighbour.
    pub page: &'static str,
    /// The program that prints it.
    pub program: &'static str,
    /// The versions of that program that do.
    pub versions: &'static str,
    /// What it says, and what it proves.
    pub meaning: &'static str,
    /// A regular expression for its fixed part.
    pub pattern: &'static str,
    /// The message as it was seen.
    pub example: &'static str,
    /// What can be behind it, best first.
    pub causes: Vec<SuspectEntry>,
}

/// A cause that an error points to.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct SuspectEntry {
    /// The id of the cause.
    pub id: &'static str,
    /// How strongly.
    pub likelihood: Likelihood,
}

impl List {
    /// The checks.
    pub fn checks() -> Self {
        Self::of(Entries::Checks(pages().map(CheckEntry::from).collect()))
    }

    /// The causes.
    pub fn causes() -> Self {
        let causes = pages().flat_map(|page| page.causes.iter().map(move |cause| CauseEntry::new(page, cause)));
        Self::of(Entries::Causes(causes.collect()))
    }

    /// The known errors.
    pub fn errors() -> Self {
        Self::of(Entries::Errors(catalogue::errors().map(|(page, error)| ErrorEntry::new(page, error)).collect()))
    }

    fn of(entries: Entries) -> Self {
        Self { schema: SCHEMA, entries }
    }
}

/// The pages in the order in which their checks run.
fn pages() -> impl Iterator<Item = &'static Page> {
    PROBES.iter().filter_map(|probe| catalogue::page(probe.id))
}

impl From<&'static Page> for CheckEntry {
    fn from(page: &'static Page) -> Self {
        let Page { id, title, severity, requires, causes, .. } = *page;
        Self { id, title, severity, requires, causes: causes.iter().map(|cause| cause.id).collect() }
    }
}

impl CauseEntry {
    fn new(page: &'static Page, cause: &'static Cause) -> Self {
        Self { id: cause.id, title: cause.title, check: page.id }
    }
}

impl ErrorEntry {
    fn new(page: &'static str, error: &'static KnownError) -> Self {
        let KnownError { id, program, versions, meaning, pattern, example, causes, .. } = *error;
        let causes =
            causes.iter().map(|suspect| SuspectEntry { id: suspect.cause, likelihood: suspect.likelihood }).collect();
        Self { id, page, program, versions, meaning, pattern, example, causes }
    }
}

/// Writes the list for a person.
pub fn render(list: &List) -> String {
    match &list.entries {
        Entries::Checks(checks) => {
            let severity = |severity| if severity == Severity::Fail { "fail" } else { "warn" };
            table(checks.iter().map(|check| [check.id, severity(check.severity), check.title]))
        }
        Entries::Causes(causes) => table(causes.iter().map(|cause| [cause.id, cause.check, cause.title])),
        Entries::Errors(errors) => errors.iter().map(paragraph).collect::<Vec<_>>().join("\n"),
    }
}

/// Three columns, the first two as wide as their longest entry.
fn table(rows: impl Iterator<Item = [&'static str; 3]> + Clone) -> String {
    let width = |column: usize| rows.clone().map(|row| row[column].len()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    rows.fold(String::new(), |mut text, [one, two, three]| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{one:first$}  {two:second$}  {three}");
        text
    })
}

/// The message as the program prints it, then where it comes from, what it means, and what is behind it.
fn paragraph(error: &ErrorEntry) -> String {
    let message = error.example.trim_end().replace('\n', "\n    ");
    let causes = match error.causes.as_slice() {
        [] => "none that a check can see".to_owned(),
        causes => causes.iter().map(|suspect| suspect.id).collect::<Vec<_>>().join(", "),
    };
    let ErrorEntry { id, program, versions, meaning, .. } = error;
    format!("{id}: {program} {versions}\n    {message}\n    means   {meaning}\n    causes  {causes}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{List, pages, render};
    use crate::catalogue;
    use crate::probe::PROBES;

    fn entries(list: &List, name: &str) -> Vec<Value> {
        let json = serde_json::to_value(list).unwrap();
        assert_eq!(json["schema"], "bridge-doctor/list/v1");
        assert_eq!(json.as_object().unwrap().len(), 2);
        json[name].as_array().unwrap().clone()
    }

    fn keys(entry: &Value) -> Vec<&str> {
        entry.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn checks_stand_in_the_order_in_which_they_run() {
        let checks = entries(&List::checks(), "checks");
        assert_eq!(keys(&checks[0]), ["causes", "id", "requires", "severity", "title"]);
        let ids: Vec<&str> = checks.iter().filter_map(|check| check["id"].as_str()).collect();
        assert_eq!(ids, PROBES.iter().map(|probe| probe.id).collect::<Vec<_>>());
    }

    #[test]
    fn every_cause_names_its_check() {
        let causes = entries(&List::causes(), "causes");
        assert_eq!(keys(&causes[0]), ["check", "id", "title"]);
        assert_eq!(causes.len(), pages().map(|page| page.causes.len()).sum::<usize>());
        for cause in causes {
            assert_eq!(catalogue::check_of_cause(cause["id"].as_str().unwrap()), cause["check"].as_str());
        }
    }

    #[test]
    fn errors_carry_their_pattern_and_their_causes() {
        let errors = entries(&List::errors(), "errors");
        assert_eq!(errors.len(), catalogue::errors().count());
        let denied = errors.iter().find(|error| error["id"] == "acl-access-denied").unwrap();
        assert_eq!(denied["page"], "acl-allows");
        assert_eq!(denied["causes"][0], serde_json::json!({ "id": "acl-denied", "likelihood": "usual" }));
    }

    #[test]
    fn the_columns_of_a_table_are_aligned() {
        let text = render(&List::causes());
        let columns: Vec<Option<usize>> = text
            .lines()
            .zip(pages().flat_map(|page| page.causes))
            .map(|(line, cause)| line.find(cause.title))
            .collect();
        assert!(columns[0].is_some() && columns.iter().all(|column| *column == columns[0]), "{text}");
    }

    #[test]
    fn an_error_shows_its_message_whole() {
        let text = render(&List::errors());
        assert!(text.contains("\n    failed to open /dev/net/tun: Permission denied\n"), "{text}");
        assert!(text.contains("\n    Invalid config line:\n      allow=br0\n"), "{text}");
    }
}
