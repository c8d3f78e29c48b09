//! Joins the messages of one failed attempt: what stands above the end of it is its reason.

use std::rc::Rc;

use super::matcher::{Hit, Said};
use super::tally::Tally;
use crate::catalogue::Role;

/// Lines between two messages beyond which they belong to different attempts.
const FAR: u64 = 12;
/// Details of one attempt that are kept: the last of them is the one that counts.
const MANY: usize = 4;

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

    /// Whether all of it was said by programs that have nothing to do with the helper, though in its words.
    fn is_of_another(&self) -> bool {
        self.wrapper.is_none() && self.said().all(|said| said.of_another)
    }

    fn hits(&self) -> impl Iterator<Item = &Hit> {
        self.context.iter().chain(&self.details).chain(&self.reason).chain(&self.wrapper)
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
}

/// Whether the reason is only what the wrong line above it leads to.
fn follows_from_detail(reason: &Hit) -> bool {
    reason.said.error.id == "acl-not-parsed"
}

/// Takes the messages in their order and hands on each incident when it is complete.
#[derive(Default)]
pub(super) struct Assembler {
    open: Option<Incident>,
}

impl Assembler {
    /// The next message.
    pub(super) fn push(&mut self, hit: Hit, tally: &mut Tally) {
        if self.open.as_ref().is_some_and(|open| hit.line > open.last_line() + FAR || begins_another(open, &hit)) {
            self.finish(tally);
        }
        if hit.said.error.role == Role::Alone {
            self.finish(tally);
            tally.add(&Incident { reason: Some(hit), ..Incident::default() });
            return;
        }
        let open = self.open.get_or_insert_default();
        match hit.said.error.role {
            Role::Context => open.context = Some(hit),
            Role::Detail => {
                if open.details.len() == MANY {
                    open.details.remove(0);
                }
                open.details.push(hit);
            }
            // Of one that was broken in two the first half names the helper.
            Role::Wrapper => _ = open.wrapper.get_or_insert(hit),
            Role::Reason | Role::Alone => open.reason = Some(hit),
        }
    }

    /// No message follows.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        if let Some(incident) = self.open.take().filter(|open| !open.is_of_another()) {
            tally.add(&incident);
        }
    }
}

/// Whether a line is the rest of the one above it.
fn goes_on(wrapper: &Hit, hit: &Hit) -> bool {
    hit.line <= wrapper.line + 1 && wrapper.said.text.ends_with(':') && hit.said.params.is_empty()
}

/// Whether a message cannot belong to what is open. libvirt wraps around the helper's words, and so may come before them;
/// QEMU's line is always the last.
fn begins_another(open: &Incident, hit: &Hit) -> bool {
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
