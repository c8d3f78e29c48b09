//! Counts incidents that are alike, so that a log of any size gives a short answer in little memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use super::hypotheses;
use super::incident::Incident;
use super::matcher::Said;
use crate::catalogue::{self, Suspect};
use crate::report::explain::{Match, Possible};

/// Different incidents that are told apart; beyond that, those of one error count as one.
const MANY: usize = 256;
/// Incidents that are known again without a look at their words.
const RECENT: usize = 32;
/// Parameters that differ from attempt to attempt.
const FLEETING: [&str; 4] = ["fd", "tap", "netdev", "program"];

/// What makes incidents alike: the error, what it is about, and what can be behind it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Kind {
    error: &'static str,
    about: Vec<(&'static str, String)>,
    causes: Vec<&'static str>,
}

/// The incidents so far.
#[derive(Default)]
pub(super) struct Tally {
    places: HashMap<Kind, usize>,
    matches: Vec<Match>,
    /// Where the last incidents were counted, by what their lines said.
    recent: VecDeque<(Vec<Rc<Said>>, usize)>,
    /// How much of all matches the patterns spell out.
    pub(super) spelled: usize,
    /// How many messages were joined to these incidents.
    pub(super) messages: usize,
}

impl Tally {
    /// Counts an incident; one that says nothing by itself is not one.
    pub(super) fn add(&mut self, incident: &Incident) {
        let place = self.recent.iter().find(|(said, _)| incident.says(said)).map(|(_, place)| *place);
        let place = place.or_else(|| self.place(incident));
        if let Some(one) = place.and_then(|place| self.matches.get_mut(place)) {
            one.count += 1;
        }
    }

    /// Where incidents of this kind are counted.
    fn place(&mut self, incident: &Incident) -> Option<usize> {
        let principal = incident.principal()?;
        let params = params(incident);
        let suspects = hypotheses::causes(incident, &params);
        let about = params.iter().filter(|(name, _)| !FLEETING.contains(name)).cloned().collect();
        let causes = suspects.iter().map(|suspect| suspect.cause).collect();
        let mut kind = Kind { error: principal.said.error.id, about, causes };
        if self.places.len() >= MANY && !self.places.contains_key(&kind) {
            kind = Kind { error: kind.error, about: Vec::new(), causes: Vec::new() };
        }
        let place = *self.places.entry(kind).or_insert_with(|| {
            self.matches.push(Match {
                line: principal.line,
                text: principal.said.text.clone(),
                error: principal.said.error.id,
                program: principal.said.error.program,
                meaning: principal.said.error.meaning,
                count: 0,
                params: params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
                causes: suspects.iter().map(possible).collect(),
            });
            self.matches.len() - 1
        });
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((incident.said().cloned().collect(), place));
        Some(place)
    }

    /// The different incidents, in the order in which they first appeared.
    pub(super) fn matches(self) -> Vec<Match> {
        self.matches
    }
}

/// What the messages of an incident say about it, the best informed first.
fn params(incident: &Incident) -> Vec<(&'static str, String)> {
    let mut params: Vec<(&'static str, String)> =
        incident.principal().map(|hit| hit.said.params.clone()).unwrap_or_default();
    let others = incident.reason.iter().chain(&incident.wrapper).flat_map(|hit| &hit.said.params);
    for (name, value) in others {
        if *name == "netdev" {
            params.extend(netdev(value).into_iter().filter(|(name, _)| !has(&params, name)).collect::<Vec<_>>());
        } else if !has(&params, name) {
            params.push((name, value.clone()));
        }
    }
    params
        .extend(params.iter().find(|(name, _)| *name == "netdev").map(|(_, value)| netdev(value)).unwrap_or_default());
    params.retain(|(name, _)| *name != "netdev");
    params
}

fn has(params: &[(&'static str, String)], name: &str) -> bool {
    params.iter().any(|(other, _)| *other == name)
}

/// What QEMU's option says about bridge and helper, in either of its notations.
fn netdev(option: &str) -> Vec<(&'static str, String)> {
    let json: Option<serde_json::Value> = serde_json::from_str(option).ok();
    let value = |key: &str| match &json {
        Some(json) => json.get(key)?.as_str().map(str::to_owned),
        None => option.split(',').find_map(|part| part.strip_prefix(key)?.strip_prefix('=')).map(str::to_owned),
    };
    let bridge = value("br").map(|bridge| ("bridge", bridge));
    bridge.into_iter().chain(value("helper").map(|helper| ("helper", helper))).collect()
}

fn possible(suspect: &Suspect) -> Possible {
    let check = catalogue::cause(suspect.cause).map(|(page, cause)| (page.id, cause.title));
    let neighbour = || catalogue::cause_of_neighbour(suspect.cause).map(|(page, cause)| (page.id, cause.title));
    Possible {
        id: suspect.cause,
        title: check.or_else(neighbour).map_or("", |(_, title)| title),
        check: check.map(|(page, _)| page),
        likelihood: suspect.likelihood,
        here: None,
        found: None,
    }
}
