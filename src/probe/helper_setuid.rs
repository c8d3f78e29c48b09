//! The helper is privileged: setuid root, or `cap_net_admin` in effect from its file capabilities.

use super::helper_privilege::{self, Privilege};
use super::view::owner;
use super::{Case, Evidence, Finding, Judgement};
use crate::helper::{CAP_NET_ADMIN, Launch, Refusal, launch};
use crate::snapshot::{Answer, Fact, FileCapabilities, Format, Helper, Inode, Kind};

/// Setuid and setgid.
const BITS: u32 = 0o6000;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let helper = &case.snapshot.helper;
    if helper_privilege::needs_none(case) && !loses_it(case) {
        return Judgement::not_applicable("the process brings the privilege along: the helper's file need not give it");
    }
    if let Fact::Known(Answer::No(_)) = helper.executable {
        return Judgement::unjudged("the subject cannot execute it");
    }
    let inode = match &helper.file {
        Fact::Known(Ok(inode)) => inode,
        Fact::Known(Err(_)) => return Judgement::unjudged("there is no file to look at"),
        missing => return Judgement::missing(missing),
    };
    if inode.size == 0 || inode.kind != Kind::Regular {
        return Judgement::unjudged("it is not a program");
    }
    if helper.binary.known().is_some_and(|binary| matches!(binary.format, Format::Script { .. })) {
        return Judgement::unjudged("it is a script, which gains nothing itself and may start a program that does");
    }
    let given = helper_privilege::privilege(case, inode);
    if given == Privilege::OwnerHidden {
        return Judgement::not_applicable("its owner has no identity in this user namespace");
    }
    if helper_privilege::links_to_unprivileged(case) {
        return Judgement::unjudged("the link leads to a copy that is not meant to be privileged");
    }
    let evidence = evidence(case, inode);
    if setuid_that_cannot_drop(case, inode) {
        let message = "it is setuid root and has file capabilities as well: those take the place of root's".to_owned();
        return finding(case, "helper-file-caps-incomplete", message, evidence).into();
    }
    if let (Fact::Unknown(unknown), Launch::Unknown(_)) =
        (&inode.capabilities, launch(&case.snapshot.subject, &case.snapshot.process, helper))
    {
        return Judgement::Unjudged(unknown.clone());
    }
    if given == Privilege::Granted {
        return Judgement::pass(privilege(case, inode), evidence);
    }
    let started = launch(&case.snapshot.subject, &case.snapshot.process, helper);
    if matches!(started, Launch::Started(credentials) if credentials.has_net_admin()) {
        let message = "cap_net_admin is inheritable in its file capabilities and in the process";
        return Judgement::pass(message, evidence);
    }
    if let (Fact::Unknown(unknown), false) = (&inode.capabilities, inode.mode & helper_privilege::SETUID != 0) {
        return Judgement::Unjudged(unknown.clone());
    }
    let (cause, message) = lacking(case, inode);
    finding(case, cause, message, evidence).into()
}

/// Whether the file takes away what the process brings along: the identity that it gives is a lesser one.
fn loses_it(case: &Case<'_>) -> bool {
    let snapshot = case.snapshot;
    let Fact::Known(Ok(inode)) = &snapshot.helper.file else { return false };
    let powerful = |helper: &Helper| match launch(&snapshot.subject, &snapshot.process, helper) {
        Launch::Started(credentials) => Some(credentials.has_net_admin()),
        _ => None,
    };
    if powerful(&snapshot.helper) != Some(false) {
        return false;
    }
    let plain = Inode { mode: inode.mode & !BITS, capabilities: Fact::Known(None), ..inode.clone() };
    powerful(&Helper { file: Fact::Known(Ok(plain)), ..snapshot.helper.clone() }) == Some(true)
}

/// Which of the three ways to be unprivileged it is.
fn lacking(case: &Case<'_>, inode: &Inode) -> (&'static str, String) {
    let path = case.snapshot.helper.path.display();
    let mode = owner::of_inode(inode, &case.snapshot.subject);
    if let Some(capabilities) = inode.capabilities.known().copied().flatten() {
        let lack = if helper_privilege::capabilities(case, inode).is_none() {
            "that count only where another user is root"
        } else if capabilities.permitted & CAP_NET_ADMIN == 0 {
            "without cap_net_admin among the permitted"
        } else {
            "permitted, but not effective (getcap shows no `e`)"
        };
        return ("helper-file-caps-incomplete", format!("{path} has file capabilities {lack}, and is not setuid root"));
    }
    if inode.mode & helper_privilege::SETUID != 0 {
        return ("helper-owner-not-root", format!("{path} is setuid, but belongs to user {}: mode {mode}", inode.uid));
    }
    ("helper-not-setuid", format!("{path} is not privileged: mode {mode}, no file capability"))
}

fn finding(case: &Case<'_>, cause: &'static str, message: String, evidence: Vec<Evidence>) -> Finding {
    let helper = &case.snapshot.helper;
    let consequence = match launch(&case.snapshot.subject, &case.snapshot.process, helper) {
        Launch::Stopped(Refusal::CannotDrop(_)) => "it would stop with \"failed to drop privileges\"",
        _ => helper_privilege::REFUSAL,
    };
    Finding { evidence, ..Finding::fail(cause, message).so(consequence).mend(helper_privilege::grant(case)) }
}

/// Setuid root with file capabilities gets only those, and then lacks what it needs to become the calling user.
fn setuid_that_cannot_drop(case: &Case<'_>, inode: &Inode) -> bool {
    helper_privilege::is_setuid_root(inode)
        && helper_privilege::capabilities(case, inode).is_some()
        && case.snapshot.helper.binary.known().is_none_or(|binary| binary.drops_privileges)
        && crate::helper::required_to_drop().iter().any(|(mask, _)| {
            helper_privilege::capabilities(case, inode).is_some_and(|found| found.permitted & mask == 0)
        })
}

fn privilege(case: &Case<'_>, inode: &Inode) -> String {
    if helper_privilege::is_setuid_root(inode) {
        format!("setuid root: mode {}", owner::of_inode(inode, &case.snapshot.subject))
    } else {
        "cap_net_admin is effective in its file capabilities".to_owned()
    }
}

fn evidence(case: &Case<'_>, inode: &Inode) -> Vec<Evidence> {
    let capabilities = match &inode.capabilities {
        Fact::Known(Some(found)) => describe(*found),
        Fact::Known(None) => "none".to_owned(),
        Fact::Unknown(unknown) => format!("unknown: {}", unknown.because),
        Fact::NeedsLiveHost => "unknown".to_owned(),
    };
    vec![
        Evidence::new("mode", owner::of_inode(inode, &case.snapshot.subject)),
        Evidence::new("file capabilities", capabilities),
    ]
}

fn describe(capabilities: FileCapabilities) -> String {
    let effective = if capabilities.effective { ", effective" } else { ", not effective" };
    format!("permitted {:#x}, inheritable {:#x}{effective}", capabilities.permitted, capabilities.inheritable)
}
