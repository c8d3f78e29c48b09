//! Every link of the helper's path resolves, and to the privileged copy.

use super::helper_privilege::{self, Privilege};
use super::{Case, Evidence, Finding, Judgement};
use crate::platform;
use crate::snapshot::{Errno, Fact};

/// The kernel follows no more.
const MOST_LINKS: usize = 40;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let helper = &case.snapshot.helper;
    let chain = match &helper.chain {
        Fact::Known(chain) => chain,
        missing => return Judgement::missing(missing),
    };
    let links: Vec<Evidence> = chain
        .iter()
        .map(|step| Evidence::new("link", format!("{} -> {}", step.path.display(), step.target.display())))
        .collect();
    match &helper.file {
        Fact::Known(Ok(_)) => {}
        Fact::Known(Err(errno)) if !chain.is_empty() && *errno != Errno::EACCES => {
            return dangling(case, *errno, links).into();
        }
        Fact::Known(Err(_)) => return Judgement::unjudged("what stands at the end of the path cannot be seen"),
        missing => return Judgement::missing(missing),
    }
    if chain.is_empty() {
        return Judgement::pass("the path holds no symbolic link", vec![Evidence::new("path", helper.path.display())]);
    }
    if !helper_privilege::needs_none(case) && helper_privilege::links_to_unprivileged(case) {
        return unprivileged_copy(case, links).into();
    }
    let end = helper.real_path.as_ref().unwrap_or(&helper.path);
    Judgement::pass(format!("the links lead to {}", end.display()), links)
}

fn dangling(case: &Case<'_>, errno: Errno, links: Vec<Evidence>) -> Finding {
    let helper = &case.snapshot.helper;
    let chain = helper.chain.known().map_or(&[][..], Vec::as_slice);
    let circle = chain.iter().enumerate().any(|(at, step)| chain[..at].iter().any(|before| before.path == step.path));
    let followed_nowhere = errno == Errno::ELOOP && !circle && chain.len() < MOST_LINKS;
    let message = match (errno, chain.last()) {
        (_, Some(step)) if followed_nowhere => {
            format!("{} is a link, and its mount lets nobody follow links (nosymfollow)", step.path.display())
        }
        (Errno::ELOOP, _) if !circle => {
            format!("{} leads over more links than the kernel follows", helper.path.display())
        }
        (Errno::ELOOP, _) => format!("the links of {} go round in a circle", helper.path.display()),
        (_, Some(step)) => format!("{} leads to {}: {}", step.path.display(), step.target.display(), errno.text()),
        (_, None) => format!("{}: {}", helper.path.display(), errno.text()),
    };
    let remedy = match helper.others.first() {
        _ if followed_nowhere => helper_privilege::remount(case, "symfollow"),
        Some(other) => helper_privilege::link(case, other),
        None => platform::of(&case.snapshot.machine).package_of_helper(),
    };
    let finding = Finding::fail("helper-symlink-dangling", message);
    Finding { evidence: links, ..finding.so(helper_privilege::BARE).mend(remedy) }
}

fn unprivileged_copy(case: &Case<'_>, links: Vec<Evidence>) -> Finding {
    let helper = &case.snapshot.helper;
    let end = helper.real_path.as_ref().unwrap_or(&helper.path);
    let message = format!("{} leads to {}, which is not privileged", helper.path.display(), end.display());
    let privileged =
        helper.others.iter().find(|other| helper_privilege::privilege(case, &other.inode) == Privilege::Granted);
    let (message, remedy) = match privileged {
        Some(other) => {
            let message = format!("{message}; the privileged copy is {}", other.path.display());
            (message, helper_privilege::link(case, other))
        }
        None => (message, helper_privilege::grant(case)),
    };
    let finding = Finding::fail("helper-symlink-unprivileged-copy", message);
    Finding { evidence: links, ..finding.so(helper_privilege::REFUSAL).mend(remedy) }
}
