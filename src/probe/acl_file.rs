//! The ACL the helper reads exists and opens for the subject.

use std::path::{Path, PathBuf};

use super::view::{acl, answer, open_up, owner};
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::acl::{Opened, special};
use crate::platform::{self, AclState};
use crate::snapshot::{AclFile, Answer, Errno, Fact, Inode, Kind};

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let Some(file) = acl::first(case.snapshot) else { return Judgement::unjudged("nobody looked for the ACL") };
    match answer::of(case.snapshot, &file.readable) {
        Fact::Known(Answer::Yes) => opens(case, file),
        Fact::Known(Answer::No(Errno::ENOENT | Errno::ENOTDIR)) => missing(case, file).into(),
        Fact::Known(Answer::No(errno)) => unreadable(case, file, *errno).into(),
        fact => Judgement::missing(fact),
    }
}

/// Permission to open is there; a file that is none can still keep the helper from reading.
fn opens(case: &Case<'_>, file: &AclFile) -> Judgement {
    let path = file.path.display();
    let inode = file.inode.found();
    match inode.map(|inode| inode.kind) {
        Some(Kind::Fifo) => Finding::fail("acl-unreadable", format!("{path} is a named pipe"))
            .so("it would wait for somebody to write into the pipe, for ever")
            .seen("kind", "fifo")
            .mend(replace(case, file))
            .into(),
        Some(Kind::CharDevice { .. }) if special(file) == Some(Opened::Endless) => {
            Finding::fail("acl-unreadable", format!("{path} is a device whose content has no end"))
                .so("it would read for ever")
                .seen("kind", "character device")
                .mend(replace(case, file))
                .into()
        }
        Some(Kind::Socket) => Finding::fail("acl-unreadable", format!("{path} is a socket, which does not open"))
            .so(refused(file))
            .seen("errno", Errno::ENXIO)
            .mend(replace(case, file))
            .into(),
        _ => {
            let mode = inode.map(|inode| Evidence::new("mode", owner::of_inode(inode, &case.snapshot.subject)));
            Judgement::pass(format!("{path} opens for {}", case.snapshot.subject.user), mode.into_iter().collect())
        }
    }
}

/// Nothing at the path: not written yet, a link into the void, or written where the helper does not look.
fn missing(case: &Case<'_>, file: &AclFile) -> Finding {
    let path = file.path.display();
    let elsewhere = &case.snapshot.acl.elsewhere;
    let finding = match (elsewhere.first(), &file.link) {
        (_, Some(target)) if target.to_str().is_some_and(|text| text.starts_with("allow ")) => {
            Finding::fail("acl-missing", format!("{path} is a symbolic link whose target is the text of a rule"))
                .seen("link", target.display().to_string().trim_end())
        }
        (_, Some(target)) => Finding::fail(
            "acl-missing",
            format!("{path} is a symbolic link to {}, which is not there", target.display()),
        )
        .seen("link", target.display()),
        (Some(other), None) => Finding::fail(
            "acl-wrong-path",
            format!("the helper reads {path}, which is not there; {} is, and it does not read that", other.display()),
        )
        .seen("elsewhere", listed(elsewhere)),
        (None, None) => Finding::fail("acl-missing", format!("there is no {path}")),
    };
    let remedy = match elsewhere.first() {
        Some(other) if finding.cause == "acl-wrong-path" => allow(case, file).with_note(format!(
            "What else {} allows is not copied: it was never in force, and may be more than is wanted.",
            other.display()
        )),
        _ => allow(case, file),
    };
    assumed(case, finding).so(refused(file)).seen("errno", Errno::ENOENT).mend(remedy)
}

/// It is there, and this user may not read it.
fn unreadable(case: &Case<'_>, file: &AclFile, errno: Errno) -> Finding {
    let subject = &case.snapshot.subject;
    let (path, user) = (file.path.display(), &subject.user);
    let mode = file.inode.found().map(|inode| owner::of_inode(inode, subject));
    let closed = file.closed_directory.as_deref();
    let finding = if let Some(directory) = closed {
        let owned = file.owners.iter().find(|owned| owned.path == directory);
        let how = owned.map_or_else(String::new, |owned| format!(": mode {}", owner::of_owned(owned, subject)));
        Finding::fail("acl-unreadable", format!("{user} may not enter {}, where the ACL is{how}", directory.display()))
            .seen("closed directory", directory.display())
            .mend(open_up::file(case, &file.path))
    } else if errno == Errno::ELOOP {
        Finding::fail("acl-unreadable", format!("{path} is a symbolic link that leads back to itself"))
            .mend(replace(case, file))
    } else if let Some(group) = file.inode.found().and_then(|inode| group_after_login(case, inode)) {
        Finding::fail(
            "acl-unreadable",
            format!("{path} is for group {group}, which {user} is in from the next login on"),
        )
        .seen("group", &group)
        .mend(Remedy::advice(
            "nobody else can log in for the user",
            format!("Log in again, so that {user} is in group {group}."),
        ))
    } else {
        let mode = mode.as_ref().map_or_else(String::new, |mode| format!(": mode {mode}"));
        Finding::fail("acl-unreadable", format!("{user} may not read {path}{mode}"))
            .mend(open_up::file(case, &file.path))
    };
    let finding = match mode {
        Some(mode) => finding.seen("mode", mode),
        None => finding,
    };
    finding.so(refused(file)).seen("errno", errno)
}

/// A group that would open the file and that this login does not have yet.
fn group_after_login(case: &Case<'_>, inode: &Inode) -> Option<String> {
    let subject = &case.snapshot.subject;
    let granted = inode.mode & 0o040 != 0 && subject.groups_after_login.contains(&inode.gid);
    granted.then(|| subject.group_name(inode.gid))
}

/// Writes a first rule; under a symbolic link, after the link is gone.
fn allow(case: &Case<'_>, file: &AclFile) -> Remedy {
    let remedy = platform::acl_allow(&case.snapshot.machine, &file.path, case.bridge, AclState::Missing);
    // A declared ACL is made by the system, which puts it in the link's place.
    let declared = remedy.declarations().next().is_some();
    if let (Fact::Known(Err(Errno::ENOTDIR)), None, Some(parent)) = (&file.inode, &file.link, file.path.parent()) {
        return move_away(case, parent).then(remedy);
    }
    if file.link.is_some() && !declared { remove(case, file).then(remedy) } else { remedy }
}

/// Puts a file in place of what is none.
fn replace(case: &Case<'_>, file: &AclFile) -> Remedy {
    remove(case, file).then(platform::acl_allow(&case.snapshot.machine, &file.path, case.bridge, AclState::Missing))
}

/// Makes room for the ACL's directory.
fn move_away(case: &Case<'_>, parent: &Path) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    let path = platform::shell::path(parent);
    Remedy::manual(
        "a file stands where the ACL's directory should be, and whether it may go is not for a program to say",
        [platform.as_root(&format!("mv {path} {path}.before"))],
    )
}

fn remove(case: &Case<'_>, file: &AclFile) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    Remedy::manual(
        "what stands there, and what a link leads to, is somebody's: whether it may go is not for a program to say",
        [platform.as_root(&format!("rm {}", platform::shell::path(&file.path)))],
    )
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// A path that the helper itself did not tell is said to be one.
fn assumed(case: &Case<'_>, finding: Finding) -> Finding {
    if case.snapshot.acl.path_from_helper {
        finding
    } else {
        finding.seen("path", "assumed from the distribution: the helper cannot be read")
    }
}

fn refused(file: &AclFile) -> String {
    format!("it would stop with \"failed to parse default acl file `{}'\"", file.path.display())
}
