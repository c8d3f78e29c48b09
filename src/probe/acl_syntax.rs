//! The ACL parses, as the helper parses.

use super::view::acl::{self, Files};
use super::view::correct;
use super::{Case, Evidence, Finding, Judgement};
use crate::acl::{Diagnostic, DiagnosticLevel, Outcome, Reading};
use crate::snapshot::Kind;

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let files = Files::of(case);
    let reading = case.acl;
    let path = case.snapshot.acl.path.display().to_string();
    match reading.outcome {
        Outcome::NotOpened(_) => Judgement::unjudged("the ACL does not open"),
        Outcome::Unknown => acl::unread(case),
        Outcome::Broken => broken(case, &path, files.lint(reading)).into(),
        Outcome::Endless => {
            Judgement::pass(format!("{path} parses up to the include that never ends"), vec![rules(reading)])
        }
        Outcome::Parsed if is_directory(case) => {
            Judgement::pass(format!("{path} is a directory, which reads as an empty ACL"), vec![rules(reading)])
        }
        Outcome::Parsed => {
            let idle: Vec<Diagnostic> = files
                .lint(reading)
                .into_iter()
                .filter(|remark| remark.level == DiagnosticLevel::Warning && !acl::is_about_include(reading, remark))
                .collect();
            if idle.is_empty() {
                Judgement::pass(format!("{path} parses"), vec![rules(reading)])
            } else {
                without_effect(case, idle).into()
            }
        }
    }
}

fn rules(reading: &Reading) -> Evidence {
    Evidence::new("rules", reading.rules.len())
}

/// One bad line, and nothing in the file counts.
fn broken(case: &Case<'_>, path: &str, diagnostics: Vec<Diagnostic>) -> Finding {
    let errors: Vec<Diagnostic> = diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.level == DiagnosticLevel::Error && diagnostic.file == path)
        .collect();
    let finding = match errors.first() {
        Some(first) => Finding::fail("acl-syntax", format!("{}:{}: {}", first.file, first.line, first.message))
            .seen("line", first.line),
        None => Finding::fail("acl-syntax", format!("{path} does not parse")),
    };
    let remedy = (!errors.is_empty()).then(|| correct::lines(case, &errors));
    let finding = finding
        .so(format!("it would stop with \"failed to parse default acl file `{path}'\": one bad line voids the file"))
        .showing(errors);
    match remedy {
        Some(remedy) => finding.mend(remedy),
        None => finding,
    }
}

/// Lines that parse and do not do what they seem to do.
fn without_effect(case: &Case<'_>, idle: Vec<Diagnostic>) -> Finding {
    let (more, first) = (idle.len() - 1, &idle[0]);
    let rest = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    let message = format!("{}:{}: {}{rest}", first.file, first.line, first.message);
    let remedy = correct::lines(case, &idle);
    Finding::warn("acl-syntax", message)
        .so("it would read the line, and not as it was meant")
        .mend(remedy)
        .showing(idle)
}

fn is_directory(case: &Case<'_>) -> bool {
    let inode = acl::first(case.snapshot).and_then(|file| file.inode.found());
    inode.is_some_and(|inode| inode.kind == Kind::Directory)
}
