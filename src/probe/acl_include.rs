//! Includes resolve, open, parse, and make no cycle.

use super::view::acl::{self, Files};
use super::view::{correct, open_up};
use super::{Case, Evidence, Finding, Judgement, Level, Remedy};
use crate::acl::{Diagnostic, Include, IncludeResult, Outcome, Reading};
use crate::snapshot::Errno;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let files = Files::of(case);
    let reading = case.acl;
    match reading.outcome {
        Outcome::NotOpened(_) => return Judgement::unjudged("the ACL does not open"),
        Outcome::Unknown => return acl::unread(case),
        Outcome::Parsed | Outcome::Broken | Outcome::Endless => {}
    }
    if reading.includes.is_empty() {
        return Judgement::not_applicable("the ACL includes no other file");
    }
    let (of_cycle, of_ignored): (Vec<Diagnostic>, Vec<Diagnostic>) = files
        .lint(reading)
        .into_iter()
        .filter(|remark| acl::is_about_include(reading, remark))
        .partition(|remark| matches!(remark.code, "include-cycle" | "include-endless"));
    let mut findings = Vec::new();
    findings.extend(ignored(case, reading, &of_ignored).map(|finding| finding.showing(of_ignored)));
    findings.extend(without_end(reading).or_else(|| cycle(reading)).map(|finding| finding.showing(of_cycle)));
    if !findings.is_empty() {
        return Judgement::Found(findings);
    }
    match reading.includes.iter().find(|include| include.result == IncludeResult::Unknown) {
        Some(unseen) => Judgement::unjudged(format!("nobody could look into {}", unseen.path.display())),
        None => Judgement::pass(
            "every included file opens and parses",
            vec![Evidence::new("includes", reading.includes.len())],
        ),
    }
}

/// Includes that the helper skips without a word.
fn ignored(case: &Case<'_>, reading: &Reading, remarks: &[Diagnostic]) -> Option<Finding> {
    let mut ignored = reading.includes.iter().filter_map(|include| match include.result {
        IncludeResult::NotOpened(errno) => Some((include, Some(errno))),
        IncludeResult::Broken => Some((include, None)),
        IncludeResult::Read | IncludeResult::Cycle | IncludeResult::Endless | IncludeResult::Unknown => None,
    });
    let (include, errno) = ignored.next()?;
    let (path, place) = (include.path.display(), acl::at(reading, &include.place));
    let more = match ignored.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let finding = match errno {
        Some(errno) => Finding::warn(
            "acl-include-ignored",
            format!("{place}: the include of {path} does not open: {}{more}", errno.text()),
        )
        .seen("errno", errno),
        None => Finding::warn(
            "acl-include-ignored",
            format!("{place}: {path} has an error, and is read no further than that{more}"),
        ),
    };
    let finding = finding.so("it would go on without it, in silence: neither its `allow` nor its `deny` lines count");
    let own = |remark: &&Diagnostic| include.path.to_string_lossy() == remark.file.as_str();
    let own: Vec<Diagnostic> = remarks.iter().filter(own).cloned().collect();
    Some(finding.mend(remedy(case, include, errno, &own)))
}

fn remedy(case: &Case<'_>, include: &Include, errno: Option<Errno>, own: &[Diagnostic]) -> Remedy {
    match errno {
        None if own.is_empty() => Remedy::advice(
            "only whoever wrote the line knows what was meant",
            format!("Mend {}.", include.path.display()),
        ),
        None => correct::lines(case, own),
        Some(Errno::EACCES | Errno::EPERM) => open_up::file(case, &include.path),
        Some(Errno::ENOENT) if include.path.is_relative() => Remedy::advice(
            "only you know which file is meant",
            "Write its full path: a relative one is looked for in the directory in which QEMU was started.",
        ),
        _ => Remedy::advice(
            "only you know what should stand in the file",
            format!("Make {}, or take the include away.", include.path.display()),
        ),
    }
}

/// A pipe, or a device without an end.
fn without_end(reading: &Reading) -> Option<Finding> {
    let include = reading.includes.iter().find(|include| include.result == IncludeResult::Endless)?;
    let (path, place) = (include.path.display(), acl::at(reading, &include.place));
    let message = format!("{place}: {path} is a pipe, or a device without an end");
    let remedy = Remedy::advice("only you know which file is meant", format!("Take the include of {path} away."));
    let finding = Finding::fail("acl-include-endless", message);
    Some(finding.so("it would wait or read for ever, and QEMU with it").mend(remedy))
}

/// Files that include each other.
fn cycle(reading: &Reading) -> Option<Finding> {
    let endless = reading.outcome == Outcome::Endless;
    let include = reading.includes.iter().find(|include| include.result == IncludeResult::Cycle);
    if !endless && include.is_none() {
        return None;
    }
    let message = match include {
        Some(include) => {
            let place = acl::at(reading, &include.place);
            format!("{place}: {} is being read already when it is included", include.path.display())
        }
        None => "the includes go deeper than the helper can follow".to_owned(),
    };
    let (level, consequence) = if endless {
        (Level::Fail, "it would be ended by a signal, or never end; QEMU says \"bridge helper failed\" and no more")
    } else {
        (
            Level::Warn,
            "it would read the files over and over until no more can be opened, and then go on; QEMU 10 lets it open \
             more than this process may, and then it may crash",
        )
    };
    let remedy = Remedy::advice(
        "only you know which file should include the other",
        "Take one of the includes that lead back away.",
    );
    Some(Finding::new("acl-include-cycle", level, message).so(consequence).mend(remedy))
}
