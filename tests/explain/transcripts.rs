//! Real output of QEMU and libvirt, with causes that are known because they were made.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::{causes, matches};

const RECORDED: [&str; 2] =
    [include_str!("transcripts/qemu-5.2-libvirt-7.0.jsonl"), include_str!("transcripts/qemu-7.2-libvirt-9.0.jsonl")];

#[derive(Deserialize)]
struct Transcript {
    tool: String,
    state: BTreeMap<String, String>,
    cause: String,
    text: String,
}

impl Transcript {
    /// The cause by its name of today: what stands in the device's place had none of its own when these were recorded.
    fn truth(&self) -> &str {
        if self.state.get("tun").is_some_and(|tun| tun == "regular-file") { "tun-device-wrong" } else { &self.cause }
    }
}

fn transcripts() -> Vec<Transcript> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let all: Vec<Transcript> = RECORDED.iter().flat_map(|file| file.lines()).map(read).collect();
    assert_eq!(all.len(), 182);
    all
}

/// What can be behind each text.
fn truths() -> BTreeMap<String, BTreeSet<String>> {
    let mut truths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for transcript in transcripts() {
        truths.entry(essence(&transcript.text)).or_default().insert(transcript.truth().to_owned());
    }
    truths
}

/// The text without what differs from run to run.
fn essence(text: &str) -> String {
    let digits = regex::Regex::new("--fd=[0-9]+").expect("it is a pattern");
    digits.replace(text, "--fd=N").into_owned()
}

#[test]
fn the_true_cause_is_always_among_the_causes() {
    for Transcript { tool, cause, text, .. } in transcripts() {
        let found = matches(&text);
        assert_eq!(found.len(), 1, "{tool} {cause}: {text}\n{found:#?}");
        assert!(causes(&found[0]).contains(&cause.as_str()), "{tool} {cause}: {:?}\n{text}", causes(&found[0]));
    }
}

#[test]
fn the_best_cause_is_right_wherever_the_text_can_tell() {
    let truths = truths();
    let told: Vec<Transcript> =
        transcripts().into_iter().filter(|one| truths[&essence(&one.text)].len() == 1).collect();
    let wrong: Vec<&str> =
        told.iter().filter(|one| best(&one.text) != one.truth()).map(|one| one.text.as_str()).collect();
    assert!(told.len() > 100, "only {} texts can tell", told.len());
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), told.len());
}

#[test]
fn where_a_text_has_several_truths_the_best_cause_is_one_of_them() {
    for (text, truths) in truths().iter().filter(|(_, truths)| truths.len() > 1) {
        let best = best(text);
        assert!(truths.contains(best), "{best} is none of {truths:?}: {text}");
    }
}

fn best(text: &str) -> &'static str {
    causes(&matches(text)[0]).first().copied().unwrap_or_default()
}

#[test]
fn everything_in_one_log_is_counted_and_not_repeated() {
    let log: String = transcripts().iter().map(|one| one.text.clone() + &"\n".repeat(20)).collect();
    let found = matches(&log);
    assert_eq!(found.iter().map(|one| one.count).sum::<u64>(), 182, "{found:#?}");
    let kinds: BTreeSet<_> = found.iter().map(|one| (one.error, &one.params, causes(one))).collect();
    assert_eq!(kinds.len(), found.len());
    assert!(found.len() < 60, "{}", found.len());
}
