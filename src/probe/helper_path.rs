//! A helper is where QEMU and libvirt look.

use super::{Case, Evidence, Finding, Judgement, helper_privilege};
use crate::helper::goes_to_the_shell;
use crate::platform::{self, Remedy};
use crate::snapshot::{Errno, Fact, PathSource};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let helper = &case.snapshot.helper;
    let path = helper.path.display().to_string();
    let chain = match &helper.chain {
        Fact::Known(chain) => chain,
        missing => return Judgement::missing(missing),
    };
    let absent = match &helper.file {
        Fact::Known(Ok(_)) => false,
        // With a link in the way it is the link's end that is absent: `helper-symlink` says so.
        Fact::Known(Err(Errno::ENOENT | Errno::ENOTDIR)) => chain.is_empty(),
        Fact::Known(Err(Errno::EACCES)) => {
            return Judgement::unjudged(format!("a directory that leads to {path} is closed"));
        }
        Fact::Known(Err(_)) => false,
        missing => return Judgement::missing(missing),
    };
    if goes_to_the_shell(helper) {
        let message = format!("{path} has a blank in it: QEMU hands it to the shell, which takes it apart");
        let remedy = Remedy::advice("only you can say which name it may have", "Name it by a path without a blank.");
        let finding = Finding::fail("helper-path-mismatch", message);
        return finding.so(helper_privilege::BARE).mend(remedy).into();
    }
    if !absent {
        let source = match &helper.source {
            PathSource::Option => "--helper".to_owned(),
            PathSource::LibvirtConfiguration(file) => format!("bridge_helper in {}", file.display()),
            PathSource::KnownPlace | PathSource::NotFound => "the place where this system's QEMU looks".to_owned(),
        };
        let mut evidence = vec![Evidence::new("path", &path), Evidence::new("chosen by", source)];
        evidence.extend(helper.others.iter().map(|other| Evidence::new("another copy", other.path.display())));
        return Judgement::pass(format!("{path} is there"), evidence);
    }
    missing(case, &path).into()
}

fn missing(case: &Case<'_>, path: &str) -> Finding {
    let helper = &case.snapshot.helper;
    let finding = match helper.others.first() {
        None => {
            let message =
                format!("there is no qemu-bridge-helper at {path}, nor at any other place it is known to stand");
            let remedy = platform::of(&case.snapshot.machine).package_of_helper();
            Finding::fail("helper-missing", message).mend(remedy)
        }
        Some(other) => {
            let message = format!("there is no helper at {path}; one stands at {}", other.path.display());
            let remedy = helper_privilege::link(case, other);
            Finding::fail("helper-path-mismatch", message).mend(remedy)
        }
    };
    let finding = finding.so(format!(
        "{}; libvirt: \"'{path}' is not a suitable bridge helper: {}\"",
        helper_privilege::BARE,
        Errno::ENOENT.text()
    ));
    helper.searched.iter().fold(finding, |finding, place| finding.seen("looked at", place.display()))
}
