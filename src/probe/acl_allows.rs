//! The bridge is allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::view::acl::{self, Files};
use super::view::near;
use super::view::open_up;
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::acl::{Diagnostic, IncludeResult, Reading, Rule, RuleKind, Verdict};
use crate::helper::NAME_SIZE;
use crate::platform::{self, AclState, Action, LineEdit, shell};
use crate::snapshot::{AclFile, Errno, Kind};

const DIRECTORY: &str = "a directory";

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    if case.bridge.len() >= NAME_SIZE {
        return Judgement::not_applicable("the name is refused before the ACL is read");
    }
    let files = Files::of(case);
    let reading = case.acl;
    if let Some(judgement) = acl::without_rules(case, reading) {
        return judgement;
    }
    let unseen = unseen(reading);
    let decision = reading.decide(case.bridge.as_bytes());
    match (decision.verdict, decision.rule) {
        (Verdict::Deny, Some(rule)) => denied(case, reading, rule).into(),
        (Verdict::Allow, Some(rule)) if unseen.is_none() => {
            let place = acl::at(reading, &rule.place);
            Judgement::pass(
                format!("`{}` is allowed by {place}", case.bridge),
                vec![Evidence::new("rule", written(rule))],
            )
        }
        (Verdict::Deny, None) if unseen.is_none() => unnamed(case, &files, reading).into(),
        _ => Judgement::unjudged(format!("{} is included, and nobody could look into it", unseen.unwrap_or_default())),
    }
}

/// A file that may hold a rule about it.
fn unseen(reading: &Reading) -> Option<String> {
    let unseen = reading.includes.iter().find(|include| include.result == IncludeResult::Unknown)?;
    Some(unseen.path.display().to_string())
}

/// A `deny` wins wherever it stands; where several match, all have to go.
fn denied(case: &Case<'_>, reading: &Reading, first: &Rule) -> Finding {
    let matching =
        |kind: RuleKind| reading.rules.iter().filter(move |rule| rule.kind == kind && matches(rule, case.bridge));
    let place = |rule: &Rule| format!("{}: `{}`", acl::at(reading, &rule.place), written(rule));
    let others: Vec<&Rule> = matching(RuleKind::Deny).filter(|rule| rule.place != first.place).collect();
    let mut message = format!("`{}` is denied by {}", case.bridge, place(first));
    match others.as_slice() {
        [] => {}
        [other] => message += &format!(", and by {}", place(other)),
        [other, more @ ..] => message += &format!(", by {}, and by {} more", place(other), more.len()),
    }
    let remedy = take_away(case, reading, matching(RuleKind::Deny))
        .by_hand("somebody wrote the `deny`, and taking it away is for whoever knows why")
        .with_note(if others.is_empty() {
            "It takes the line away; ask first why it is there."
        } else {
            "It takes the lines away; ask first why they are there."
        });
    let allowed = matching(RuleKind::Allow).next().is_some();
    refused(Finding::fail("acl-denied", message)).seen("rule", written(first)).mend(if allowed {
        remedy
    } else {
        remedy.with_note("The bridge needs an `allow` line besides.")
    })
}

/// No rule matches; the finding says which rule was probably meant to.
fn unnamed(case: &Case<'_>, files: &Files<'_>, reading: &Reading) -> Finding {
    let path = case.snapshot.acl.path.display();
    let bridge = case.bridge;
    let allowed: Vec<String> = reading
        .rules
        .iter()
        .filter(|rule| rule.kind == RuleKind::Allow)
        .map(|rule| String::from_utf8_lossy(&rule.bridge).into_owned())
        .collect();
    let seen = near::list(allowed.iter().map(String::as_str));
    let finding = if let Some((message, remedy)) = ignored_include(case, reading) {
        Finding::fail("acl-denied", message).mend(remedy)
    } else if let Some((message, remedy)) = other_name(case, &allowed).or_else(|| slip(case, &allowed)) {
        Finding::fail("acl-denied", message).mend(remedy)
    } else {
        let message = match allowed.as_slice() {
            [] if let Some(kind) = void(case) => format!("{path} is {kind}, which reads as an ACL without rules"),
            [] => format!("{path} allows no bridge at all{}", shipped(case, "comments only")),
            [only] if only == "virbr0" => format!(
                "{path} allows only virbr0, libvirt's own bridge{}, and not `{bridge}`",
                shipped(case, "allow virbr0")
            ),
            _ => format!("{path} does not allow `{bridge}`, only {seen}"),
        };
        Finding::fail("acl-denied", message).mend(allow(case))
    };
    let names_it = |diagnostic: &Diagnostic| String::from_utf8_lossy(diagnostic.source.as_ref()).contains(bridge);
    let near = files.lint(reading).into_iter().filter(names_it).collect();
    refused(finding).seen("allowed", seen).showing(near)
}

/// Says so where that is how the distribution's package leaves it.
fn shipped(case: &Case<'_>, acl: &str) -> String {
    let platform = platform::of(&case.snapshot.machine);
    if platform.default_acl() == Some(acl) { format!(", as {} ships it", platform.name()) } else { String::new() }
}

/// An include that was skipped may hold the rule.
fn ignored_include(case: &Case<'_>, reading: &Reading) -> Option<(String, Remedy)> {
    let (include, why) = reading.includes.iter().find_map(|include| match include.result {
        IncludeResult::NotOpened(errno) => Some((include, errno.text())),
        IncludeResult::Broken => Some((include, "it has an error".to_owned())),
        IncludeResult::Read | IncludeResult::Cycle | IncludeResult::Endless | IncludeResult::Unknown => None,
    })?;
    let message = format!(
        "no rule that was read allows `{}`; the include of {} at {} was ignored: {why}",
        case.bridge,
        include.path.display(),
        acl::at(reading, &include.place),
    );
    let remedy = match include.result {
        IncludeResult::NotOpened(Errno::EACCES | Errno::EPERM) => open_up::file(case, &include.path),
        _ => allow(case).with_note("Or mend the include, if the rule stands there."),
    };
    Some((message, remedy))
}

/// The kernel knows several names of one interface; the ACL compares the text.
fn other_name(case: &Case<'_>, allowed: &[String]) -> Option<(String, Remedy)> {
    let link = case.snapshot.network.known()?.resolve(case.bridge)?;
    let other = std::iter::once(&link.name).chain(&link.altnames).find(|name| allowed.contains(name))?;
    let bridge = case.bridge;
    let message = format!("the ACL allows `{other}`, another name of the interface `{bridge}`, but compares the text");
    let remedy = Remedy::advice(
        "only you can say which name QEMU should be given",
        format!("Name the bridge `{other}` to QEMU, or allow `{bridge}` as well."),
    );
    Some((message, remedy))
}

/// A rule that looks as if it was meant for this bridge.
fn slip(case: &Case<'_>, allowed: &[String]) -> Option<(String, Remedy)> {
    let bridge = case.bridge;
    let message = allowed.iter().find_map(|name| {
        let bare = name.trim_matches(['"', '\'', '`']);
        if bare != name && bare == bridge {
            Some(format!("the ACL allows `{name}`: the quotes are part of the name"))
        } else if name.strip_prefix(bridge).is_some_and(|rest| rest.starts_with([' ', '\t', '#', ',', ';'])) {
            Some(format!("the ACL allows a bridge called `{name}`: all that follows the name is part of it"))
        } else if name.eq_ignore_ascii_case("all") || name == "*" {
            Some(format!(
                "the ACL allows a bridge called `{name}`: the word for every bridge is `all`, in small letters"
            ))
        } else if name.ends_with('*') && bridge.starts_with(name.trim_end_matches('*')) {
            Some(format!(
                "the ACL allows a bridge called `{name}`: there are no patterns, each bridge has a line of its own"
            ))
        } else if name.eq_ignore_ascii_case(bridge) {
            Some(format!("the ACL allows `{name}`, not `{bridge}`: upper and lower case differ"))
        } else {
            None
        }
    });
    if let Some(message) = message {
        return Some((message, allow(case)));
    }
    let meant = near::nearest(bridge, allowed.iter().map(String::as_str))?;
    let message = format!("the ACL does not allow `{bridge}`; it allows `{meant}`, which may have been meant");
    Some((message, allow(case).with_note(format!("If `{meant}` was meant, name that to QEMU in place of `{bridge}`."))))
}

/// Adds the rule.
fn allow(case: &Case<'_>) -> Remedy {
    let machine = &case.snapshot.machine;
    let path = &case.snapshot.acl.path;
    let file = acl::first(case.snapshot);
    if let Some(kind) = void(case) {
        let remove = if kind == DIRECTORY && file.is_none_or(|file| file.link.is_none()) { "rmdir" } else { "rm" };
        let remove = platform::of(machine).as_root(&format!("{remove} {}", shell::path(path)));
        return Remedy::manual(format!("whoever put {kind} there may need it"), [remove]).then(platform::acl_allow(
            machine,
            path,
            case.bridge,
            AclState::Missing,
        ));
    }
    let content = file.map_or(&[][..], AclFile::bytes);
    let path = file.map_or(path.as_path(), AclFile::real_path);
    let remedy = platform::acl_allow(machine, path, case.bridge, AclState::Present(content));
    if content.contains(&0) {
        return remedy.by_hand("the file holds NUL bytes, which no text editor's line means");
    }
    remedy
}

/// Takes the lines of these rules away, file by file.
fn take_away<'a>(case: &Case<'_>, reading: &Reading, rules: impl Iterator<Item = &'a Rule>) -> Remedy {
    let mut lines: BTreeMap<&Path, BTreeSet<usize>> = BTreeMap::new();
    for rule in rules {
        lines.entry(reading.file(rule.place)).or_default().insert(rule.place.line as usize);
    }
    lines.into_iter().fold(Remedy::default(), |remedy, (path, lines)| remedy.then(without_lines(case, path, &lines)))
}

/// Takes lines of one file away, where their bytes are known.
fn without_lines(case: &Case<'_>, path: &Path, lines: &BTreeSet<usize>) -> Remedy {
    let file = case.snapshot.acl.file(path);
    let edit = |line: &usize| {
        let from = file?.line(*line)?.to_vec();
        Some(LineEdit::Replace { line: *line, from, to: Vec::new() })
    };
    match lines.iter().map(edit).collect() {
        Some(edits) => {
            let path = file.map_or(path, AclFile::real_path).to_owned();
            Remedy::actions([Action::EditFile { path, edits, mode: 0o644 }])
        }
        None => {
            let lines = lines.iter().map(|line| format!("{line}d")).collect::<Vec<_>>().join(";");
            Remedy::manual("the line could not be read", [format!("sed -i '{lines}' {}", shell::path(path))])
        }
    }
}

/// What reads as an empty file in the ACL's place, and is none.
fn void(case: &Case<'_>) -> Option<&'static str> {
    let inode = acl::first(case.snapshot)?.inode.found()?;
    let name = if inode.kind == Kind::Directory { DIRECTORY } else { "the null device" };
    inode.kind.reads_as_empty().then_some(name)
}

fn matches(rule: &Rule, bridge: &str) -> bool {
    rule.bridge[..] == *b"all" || rule.bridge[..] == *bridge.as_bytes()
}

fn written(rule: &Rule) -> String {
    let kind = match rule.kind {
        RuleKind::Allow => "allow",
        RuleKind::Deny => "deny",
    };
    format!("{kind} {}", String::from_utf8_lossy(&rule.bridge))
}

fn refused(finding: Finding) -> Finding {
    finding.so("it would stop with \"access denied by acl file\"")
}
