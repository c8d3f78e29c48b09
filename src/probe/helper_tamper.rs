//! Nobody but root can replace or write the helper.

use super::view::owner;
use super::{Case, Evidence, Finding, Judgement};
use crate::platform::{Action, ModeChange, Remedy};
use crate::snapshot::{Fact, Owned, Subject};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let helper = &case.snapshot.helper;
    if !matches!(helper.file, Fact::Known(Ok(_))) {
        return Judgement::unjudged("there is no file to look at");
    }
    let namespace = case.snapshot.process.known().map(|process| &process.user_namespace);
    if namespace.is_some_and(|namespace| !namespace.initial) {
        return Judgement::not_applicable("owners cannot be told apart in this user namespace");
    }
    let findings: Vec<Finding> =
        helper.owners.iter().filter_map(|owned| finding(&case.snapshot.subject, owned)).collect();
    if findings.is_empty() {
        let evidence = helper.owners.iter().map(|owned| Evidence::new("root's", owned.path.display())).collect();
        return Judgement::pass("only root can replace or write it", evidence);
    }
    Judgement::Found(findings)
}

fn finding(subject: &Subject, owned: &Owned) -> Option<Finding> {
    let who = owner::foreign_writer(owned)?;
    let path = owned.path.display();
    let what = if owned.directory { "replace the helper in" } else { "write" };
    let action = Action::SetMode {
        path: owned.path.clone(),
        owner: (owned.uid != 0).then(|| ("root".to_owned(), subject.group_name(owned.gid))),
        mode: (owned.mode & 0o022 != 0).then_some(ModeChange::Remove(0o022)),
    };
    let mut remedy = Remedy::actions([action]).by_hand(format!(
        "{who} may have changed the helper already: before others are shut out, see that it is the package's own"
    ));
    if !owned.directory && owned.uid != 0 {
        remedy = remedy.with_note("A new owner takes the setuid bit away: make the helper privileged again after it.");
    }
    let finding = Finding::warn("helper-writable", format!("{who} can {what} {path}"))
        .so("whoever can change a privileged program has its privilege")
        .seen("mode", format!("{:04o}", owned.mode))
        .seen("owner", owned.uid);
    Some(finding.mend(remedy))
}
