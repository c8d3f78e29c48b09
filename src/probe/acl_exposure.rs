//! The ACL allows no more than meant, and nobody but root can change it.

use std::collections::BTreeSet;

use super::view::acl;
use super::view::{near, owner};
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::acl::{Outcome, Reading, Rule, RuleKind};
use crate::platform::{Action, LineEdit, ModeChange};
use crate::snapshot::{AclFile, Owned};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let reading = case.acl;
    if matches!(reading.outcome, Outcome::NotOpened(_)) {
        return Judgement::unjudged("the ACL does not open");
    }
    let findings: Vec<Finding> = allows_all(case, reading).into_iter().chain(writable(case)).collect();
    if !findings.is_empty() {
        return Judgement::Found(findings);
    }
    match reading.outcome {
        Outcome::Unknown => acl::unread(case),
        _ if owned(case).next().is_none() => Judgement::unjudged("the owners of the ACL were not seen"),
        _ => Judgement::pass(
            "only root can change the ACL, and it names its bridges",
            vec![Evidence::new("files", case.snapshot.acl.files.len())],
        ),
    }
}

/// A rule that lets guests onto every bridge, also one that is made later.
fn allows_all(case: &Case<'_>, reading: &Reading) -> Option<Finding> {
    let counts = reading.outcome == Outcome::Parsed;
    let rule =
        reading.rules.iter().find(|rule| counts && rule.kind == RuleKind::Allow && rule.bridge[..] == *b"all")?;
    Some(
        Finding::warn("acl-allows-all", format!("{}: every bridge is allowed", acl::at(reading, &rule.place)))
            .so("every user who may run the helper can put a guest on any bridge of this host")
            .seen("rule", "allow all")
            .mend(one_by_one(case, reading, rule)),
    )
}

/// A rule for each bridge in use in the place of the one for all.
fn one_by_one(case: &Case<'_>, reading: &Reading, rule: &Rule) -> Remedy {
    const WHY: &str = "only you know which bridges are in use";
    let path = reading.file(rule.place);
    let names = near::list(case.target.bridges.iter().map(String::as_str));
    let note = format!("Replace `allow all` by one `allow NAME` for each bridge in use: {names}.");
    let file = case.snapshot.acl.file(path);
    let line = rule.place.line as usize;
    match (file, file.and_then(|file| file.line(line))) {
        (Some(file), Some(from)) => {
            let to = case.target.bridges.iter().map(|bridge| [b"allow ", bridge.as_bytes()].concat()).collect();
            let edits = vec![LineEdit::Replace { line, from: from.to_vec(), to }];
            let edit = Action::EditFile { path: file.real_path().to_owned(), edits, mode: 0o644 };
            Remedy::actions([edit]).by_hand(WHY).with_note(note)
        }
        _ => Remedy::advice(WHY, note),
    }
}

/// Files and directories that somebody else than root can change or replace.
fn writable(case: &Case<'_>) -> Option<Finding> {
    let subject = &case.snapshot.subject;
    let mut seen = BTreeSet::new();
    let exposed: Vec<&Owned> =
        owned(case).filter(|owned| owner::foreign_writer(owned).is_some() && seen.insert(&owned.path)).collect();
    let first = exposed.first()?;
    let actions = exposed.iter().map(|owned| Action::SetMode {
        path: owned.path.clone(),
        owner: (owned.uid != 0).then(|| ("root".to_owned(), subject.group_name(owned.gid))),
        mode: (owned.mode & 0o022 != 0).then_some(ModeChange::Remove(0o022)),
    });
    let remedy = Remedy::actions(actions);
    let mut others = exposed.iter().filter(|owned| owned.directory && !owned.path.starts_with("/etc"));
    let remedy = match (exposed.iter().find(|owned| owned.uid != 0), others.next()) {
        (Some(owned), _) => remedy.by_hand(format!(
            "{} belongs to user {}, who may need it: look at what stands there first",
            owned.path.display(),
            owned.uid
        )),
        (None, Some(directory)) => remedy.by_hand(format!(
            "others may need to write in {}: look at what stands there first",
            directory.path.display()
        )),
        (None, None) => remedy,
    };
    let message =
        format!("{} can be changed by others than root: {}", first.path.display(), owner::of_owned(first, subject));
    let finding = Finding::warn("acl-writable", message)
        .so("whoever can change it can put guests on any bridge of this host")
        .mend(remedy);
    Some(exposed.iter().fold(finding, |finding, owned| {
        finding.seen("writable", format!("{} {}", owned.path.display(), owner::of_owned(owned, subject)))
    }))
}

/// Without devices, whose content nobody changes by writing to them.
fn owned<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Owned> {
    let is_device = |file: &AclFile| file.inode.found().is_some_and(|inode| inode.kind.is_device());
    let files = case.snapshot.acl.files.iter();
    files.flat_map(move |file| file.owners.iter().filter(move |owned| owned.directory || !is_device(file)))
}
