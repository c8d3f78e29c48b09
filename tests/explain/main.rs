//! `explain`: from the text of an error to its cause.

mod adversarial;
mod command;
mod healthy;
mod hostile;
mod installed;
mod pastes;
mod reports;
mod structure;
mod transcripts;
#[path = "../common/untested.rs"]
mod untested;
mod wordings;
mod wrapping;

use bridge_doctor::explain;
use bridge_doctor::report::explain::Match;

/// The incidents in a text.
fn matches(text: &str) -> Vec<Match> {
    explain::text(text.as_bytes()).matches
}

/// The errors of the incidents, and how often each happened.
fn errors(text: &str) -> Vec<(&'static str, u64)> {
    matches(text).iter().map(|one| (one.error, one.count)).collect()
}

/// The ids of an incident's causes, best first.
fn causes(one: &Match) -> Vec<&'static str> {
    one.causes.iter().map(|cause| cause.id).collect()
}

/// The causes of the only incident in a text.
fn only(text: &str) -> Vec<&'static str> {
    let matches = matches(text);
    assert_eq!(matches.len(), 1, "{text}\n{matches:#?}");
    causes(&matches[0])
}
