//! The helper is a program that the subject may execute.

use super::view::owner;
use super::{Case, Evidence, Finding, Judgement, helper_privilege};
use crate::helper::is_the_helper;
use crate::platform::{self, Remedy, shell};
use crate::snapshot::{Answer, Binary, Errno, Fact, Format, Inode, Kind};

const REINSTALL: &str = "What stands there now is not what it ships.";

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let helper = &case.snapshot.helper;
    let user = &case.snapshot.subject.user;
    let path = helper.path.display();
    let answer = match &helper.executable {
        Fact::Known(answer) => *answer,
        missing => return Judgement::missing(missing),
    };
    if let (Answer::No(errno), Some(directory)) = (answer, &helper.closed_directory) {
        let message = format!("{user} may not pass through {} to {path}", directory.display());
        let platform = platform::of(&case.snapshot.machine);
        let remedy = Remedy::manual(
            "the directory was not made for the helper alone, and its owner may want it closed",
            [platform.as_root(&format!("chmod a+x {}", shell::path(directory)))],
        );
        return not_executable(message, vec![Evidence::new("errno", errno)], remedy).into();
    }
    let inode = match &helper.file {
        Fact::Known(Ok(inode)) => inode,
        Fact::Known(Err(errno)) => {
            return Judgement::unjudged(format!("there is no file to look at: {}", errno.text()));
        }
        missing => return Judgement::missing(missing),
    };
    let evidence = vec![
        Evidence::new("mode", owner::of_inode(inode, &case.snapshot.subject)),
        Evidence::new("the kernel says", answer.errno().map_or_else(|| "yes".to_owned(), Errno::text)),
    ];
    if let Some((message, remedy)) = forbidden(case, inode, answer) {
        return not_executable(message, evidence, remedy).into();
    }
    if let Some(message) = bad_format(case, inode, helper.binary.known()) {
        let finding = Finding::fail("helper-bad-format", message).so(helper_privilege::BARE);
        let remedy = helper_privilege::install_again(case);
        return Finding { evidence, ..finding.mend(remedy.with_note(REINSTALL)) }.into();
    }
    if let Some(library) = helper.binary.known().and_then(|binary| binary.missing_library.as_ref()) {
        let message = format!("{path} needs {library}, which is not installed");
        let consequence = format!("it would stop with \"error while loading shared libraries: {library}\"");
        let remedy = helper_privilege::install_again(case)
            .with_note("Where that does not bring the library back, reinstall the package that holds it.");
        let finding = Finding::fail("helper-library-missing", message).so(consequence).mend(remedy);
        return Finding { evidence, ..finding.seen("library", library) }.into();
    }
    if inode.mount.known().is_none() {
        return Judgement::missing(&inode.mount);
    }
    if !is_the_helper(helper) {
        return Judgement::unjudged(format!(
            "{path} runs, but it is not qemu-bridge-helper: nobody can foretell what it does"
        ));
    }
    Judgement::pass(format!("{user} may execute {path}"), evidence)
}

/// Why the kernel refuses, whatever the format.
fn forbidden(case: &Case<'_>, inode: &Inode, answer: Answer) -> Option<(String, Remedy)> {
    let snapshot = case.snapshot;
    let path = snapshot.helper.path.display().to_string();
    let user = &snapshot.subject.user;
    let platform = platform::of(&snapshot.machine);
    if inode.kind != Kind::Regular {
        let kind = if inode.kind == Kind::Directory { "a directory" } else { "not a regular file" };
        return Some((format!("{path} is {kind}"), helper_privilege::install_again(case).with_note(REINSTALL)));
    }
    if inode.mount.known().is_some_and(|mount| mount.noexec) {
        let message = format!("{path} is on a file system mounted noexec");
        return Some((message, helper_privilege::remount(case, "exec")));
    }
    let errno = answer.errno()?;
    let mode = owner::of_inode(inode, &case.snapshot.subject);
    let group_may = inode.mode & 0o010 != 0;
    if inode.mode & 0o111 == 0 || !group_may {
        let message = format!("{user} may not execute {path}: mode {mode} ({})", errno.text());
        return Some((message, helper_privilege::grant(case)));
    }
    let group = snapshot.subject.group_name(inode.gid);
    let message =
        format!("only root and group {group} may execute {path} (mode {mode}), and {user} is not in that group");
    let remedy = if snapshot.subject.groups_after_login.contains(&inode.gid) {
        Remedy::advice(
            "nobody else can log in for the user",
            format!("{user} is a member of {group} from the next login on: log out and in again."),
        )
    } else if inode.gid == 0 {
        helper_privilege::grant(case)
    } else {
        platform.add_to_group(user, &group)
    };
    Some((message, remedy))
}

/// What the kernel would not recognise, or not find the interpreter of.
fn bad_format(case: &Case<'_>, inode: &Inode, binary: Option<&Binary>) -> Option<String> {
    let path = case.snapshot.helper.path.display();
    if inode.size == 0 {
        return Some(format!("{path} is empty"));
    }
    match &binary?.format {
        Format::Elf { interpreter: Some(interpreter), interpreter_error: Some(errno) }
        | Format::Script { interpreter, interpreter_error: Some(errno) } => {
            Some(format!("{path} needs {}: {}", interpreter.display(), errno.text()))
        }
        Format::TruncatedElf => Some(format!("{path} is cut off: parts of the program are beyond its end")),
        Format::ForeignElf { machine } => {
            Some(format!("{path} is a program for another machine (ELF machine {machine})"))
        }
        Format::Unrecognised => Some(format!("{path} is in no format that the kernel executes")),
        Format::Elf { .. } | Format::Script { .. } => None,
    }
}

fn not_executable(message: String, evidence: Vec<Evidence>, remedy: Remedy) -> Finding {
    let consequence = format!("{}; libvirt: \"cannot execute binary …: Permission denied\"", helper_privilege::BARE);
    Finding { evidence, ..Finding::fail("helper-not-executable", message).so(consequence).mend(remedy) }
}
