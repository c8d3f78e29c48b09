//! The mount below the helper honours setuid bits and file capabilities.

use super::{Case, Evidence, Finding, Judgement, helper_privilege};
use crate::snapshot::Fact;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let helper = &case.snapshot.helper;
    if helper_privilege::needs_none(case) {
        return Judgement::not_applicable("the process brings the privilege along: the helper's file need not give it");
    }
    let inode = match &helper.file {
        Fact::Known(Ok(inode)) => inode,
        Fact::Known(Err(_)) => return Judgement::unjudged("there is no file to look at"),
        missing => return Judgement::missing(missing),
    };
    let mount = match &inode.mount {
        Fact::Known(mount) => mount,
        missing => return Judgement::missing(missing),
    };
    if !mount.nosuid {
        let message = "its file system is mounted without nosuid";
        return Judgement::pass(message, vec![Evidence::new("nosuid", "no")]);
    }
    let path = helper.real_path.as_ref().unwrap_or(&helper.path).display();
    let message =
        format!("{path} is on a file system mounted nosuid: its setuid bit and capabilities count for nothing");
    Finding::fail("helper-nosuid-mount", message)
        .so(helper_privilege::REFUSAL)
        .seen("nosuid", "yes")
        .mend(helper_privilege::remount(case, "suid"))
        .into()
}
