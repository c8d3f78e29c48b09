//! Joins the messages of one failed attempt: what stands above the end of it is its reason.

use std::rc::Rc;

use super::matcher::{Hit, Said};
use super::tally::Tally;
use crate::catalogue::Role;

/// Lines between two messages beyond which they belong to different attempts.
const FAR: u64 = 12;
/// Lines between a message and its repetition behind a traceback.
const TRACEBACK: u64 = 60;
/// Details of one attempt that are kept: the last of them is the one that counts.
const MANY: usize = 4;
/// Messages that are looked at together to see in which order their programs were heard.
const CLUSTER: usize = 64;

/// The messages of one attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Incident {
    /// What the shell said before.
    pub(super) context: Option<Hit>,
    /// Wrong lines of the ACL, as they were read.
    pub(super) details: Vec<Hit>,
    /// Why the attempt failed.
    pub(super) reason: Option<Hit>,
    /// That it failed.
    pub(super) wrapper: Option<Hit>,
}

impl Incident {
    /// The message that says most. What only wraps it, or follows from it, explains nothing.
    pub(super) fn principal(&self) -> Option<&Hit> {
        let detail = self.details.last().filter(|_| self.reason.as_ref().is_none_or(follows_from_detail));
        let context = self.context.as_ref().filter(|_| self.wrapper.is_some());
        detail.or(self.reason.as_ref()).or(context).or(self.wrapper.as_ref())
    }

    /// Whether everything that the helper said is known to be here: its end is, and it came after all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.wrapper.is_some() || self.reason.as_ref().is_some_and(|reason| reason.said.first_of_stderr)
    }

    /// Whether no message of it is a sign of anything by itself.
    fn is_doubtful(&self) -> bool {
        self.said().all(|said| said.doubtful)
    }

    /// Whether a message of it waits for another: a reason for its end, or an end for its reason.
    fn is_loose(&self) -> bool {
        let alone = self.reason.as_ref().is_some_and(|reason| reason.said.error.role == Role::Alone);
        !alone && (self.wrapper.is_none() || self.is_bare())
    }

    /// Whether it is the end of an attempt and nothing else.
    fn is_bare(&self) -> bool {
        self.reason.is_none() && self.details.is_empty() && self.context.is_none()
    }

    /// Whether it only repeats the one before.
    fn is_echo_of(&self, before: &Self) -> bool {
        let (Some(own), Some(other)) = (self.principal(), before.principal()) else { return false };
        let repeated = self.said().any(|said| said.echo) && self.first_line() <= before.last_line() + TRACEBACK;
        repeated && own.said.error.id == other.said.error.id && own.said.text == other.said.text
    }

    fn hits(&self) -> impl Iterator<Item = &Hit> {
        self.context.iter().chain(&self.details).chain(&self.reason).chain(&self.wrapper)
    }

    fn first_line(&self) -> u64 {
        self.hits().map(|hit| hit.line).min().unwrap_or(0)
    }

    fn last_line(&self) -> u64 {
        self.hits().map(|hit| hit.line).max().unwrap_or(0)
    }

    /// What its messages say.
    pub(super) fn said(&self) -> impl Iterator<Item = &Rc<Said>> {
        self.hits().map(|hit| &hit.said)
    }

    /// Whether these very messages, which lines that are alike share, are its own.
    pub(super) fn says(&self, said: &[Rc<Said>]) -> bool {
        let mut said = said.iter();
        self.said().all(|own| said.next().is_some_and(|other| Rc::ptr_eq(own, other))) && said.next().is_none()
    }

    fn add(&mut self, hit: Hit) {
        match hit.said.error.role {
            Role::Context => self.context = Some(hit),
            Role::Detail => {
                if self.details.len() == MANY {
                    self.details.remove(0);
                }
                self.details.push(hit);
            }
            // Of one that was broken in two the first half names the helper.
            Role::Wrapper => _ = self.wrapper.get_or_insert(hit),
            Role::Reason | Role::Alone => self.reason = Some(hit),
        }
    }
}

/// Whether the reason is only what the wrong line above it leads to.
fn follows_from_detail(reason: &Hit) -> bool {
    reason.said.error.id == "acl-not-parsed"
}

/// In which order the programs of one attempt are heard.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Order {
    /// As they speak.
    HelperFirst,
    /// QEMU's line before the helper's: a log that keeps their outputs apart may turn them round.
    QemuFirst,
}

/// Takes the messages in their order and hands on each incident when it is complete.
#[derive(Default)]
pub(super) struct Assembler {
    /// Messages that are near each other and not joined yet.
    cluster: Vec<Hit>,
    /// The incident that was handed on last.
    last: Option<Incident>,
}

impl Assembler {
    /// The next message.
    pub(super) fn push(&mut self, hit: Hit, tally: &mut Tally) {
        if self.cluster.last().is_some_and(|last| hit.line > last.line + FAR) {
            self.finish(tally);
        }
        if self.cluster.len() == CLUSTER {
            let mut incidents = joined(&self.cluster);
            // The last may go on.
            let open = incidents.pop();
            self.cluster = open.iter().flat_map(Incident::hits).cloned().collect();
            self.cluster.sort_by_key(|hit| hit.line);
            self.hand_on(incidents, tally);
        }
        self.cluster.push(hit);
    }

    /// No message follows.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        let incidents = joined(&self.cluster);
        self.cluster.clear();
        self.hand_on(incidents, tally);
    }

    fn hand_on(&mut self, incidents: Vec<Incident>, tally: &mut Tally) {
        for incident in incidents.into_iter().filter(|incident| !incident.is_doubtful()) {
            if !self.last.as_ref().is_some_and(|last| incident.is_echo_of(last)) {
                tally.add(&incident);
                self.last = Some(incident);
            }
        }
    }
}

/// The incidents in messages that are near each other: as they follow each other, unless fewer ends are left loose where
/// QEMU is heard before its helper, or several are heard at once.
fn joined(hits: &[Hit]) -> Vec<Incident> {
    let mut best = in_order(hits.iter(), Order::HelperFirst);
    let loose = |incidents: &[Incident]| incidents.iter().filter(|one| one.is_loose()).count();
    let loose_wrapper = best.iter().any(|one| one.is_loose() && one.wrapper.is_some());
    let loose_reason = best.iter().any(|one| one.is_loose() && one.wrapper.is_none());
    if loose_wrapper && loose_reason {
        let turned = in_order(hits.iter(), Order::QemuFirst);
        for other in [Some(turned), by_source(hits)].into_iter().flatten() {
            if loose(&other) < loose(&best) {
                best = other;
            }
        }
    }
    best
}

/// The incidents of each of several programs that are heard at once.
fn by_source(hits: &[Hit]) -> Option<Vec<Incident>> {
    let mut sources: Vec<u64> = hits.iter().map(|hit| hit.source).collect::<Option<_>>()?;
    sources.sort_unstable();
    sources.dedup();
    let of = |source: u64| hits.iter().filter(move |hit| hit.source == Some(source));
    let mut incidents: Vec<Incident> =
        sources.into_iter().flat_map(|source| in_order(of(source), Order::HelperFirst)).collect();
    incidents.sort_by_key(Incident::first_line);
    Some(incidents)
}

fn in_order<'a>(hits: impl Iterator<Item = &'a Hit>, order: Order) -> Vec<Incident> {
    let mut incidents: Vec<Incident> = Vec::new();
    let mut open = false;
    for hit in hits {
        let alone = hit.said.error.role == Role::Alone;
        match incidents.last_mut() {
            Some(last)
                if open
                    && !alone
                    && hit.line <= last.last_line() + FAR
                    && !speaks_for_itself(last, hit)
                    && !begins_another(last, hit, order) =>
            {
                last.add(hit.clone());
            }
            _ => {
                let mut one = Incident::default();
                one.add(hit.clone());
                incidents.push(one);
            }
        }
        open = !alone;
    }
    incidents
}

/// Whether one of them is said by a program that has nothing to do with the other's.
fn speaks_for_itself(open: &Incident, hit: &Hit) -> bool {
    open.said().any(|said| (said.foreign || hit.said.foreign) && said.tag != hit.said.tag)
}

/// Whether a line is the rest of the one above it.
fn goes_on(wrapper: &Hit, hit: &Hit) -> bool {
    hit.line <= wrapper.line + 1 && wrapper.said.text.ends_with(':') && hit.said.params.is_empty()
}

/// Whether a message cannot belong to what is open. libvirt wraps around the helper's words, and so may come before them;
/// QEMU's line is the last or, where it was turned round, the first.
fn begins_another(open: &Incident, hit: &Hit, order: Order) -> bool {
    if order == Order::QemuFirst {
        return match hit.said.error.role {
            Role::Detail | Role::Reason => open.wrapper.is_none() || open.reason.is_some(),
            Role::Context | Role::Wrapper | Role::Alone => true,
        };
    }
    let wrapped =
        open.wrapper.as_ref().is_some_and(|wrapper| wrapper.said.error.program != "libvirt" || open.reason.is_some());
    match hit.said.error.role {
        Role::Context => open.wrapper.is_some() || open.reason.is_some() || !open.details.is_empty(),
        Role::Detail | Role::Reason => {
            let begins_stderr = hit.said.first_of_stderr && (open.reason.is_some() || !open.details.is_empty());
            let loose = open.wrapper.is_some() && open.details.is_empty() && !hit.said.first_of_stderr;
            open.reason.is_some() || wrapped || begins_stderr || loose
        }
        Role::Wrapper => open.wrapper.as_ref().is_some_and(|wrapper| !goes_on(wrapper, hit)),
        Role::Alone => false,
    }
}
