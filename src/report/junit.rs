//! The report as JUnit XML: a test suite for the host, a test case for each check of each bridge.
//!
//! A failure makes the exit code 1, an error 3. What waits for another check, does not arise or matters too little is
//! skipped, with that word as its type; a warning passes, and says so in its output.

use chrono::DateTime;
use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::run::{Point, Verdict, points};
use super::{Check, CheckStatus, Report, Run};

/// Writes the report for a CI system.
///
/// # Errors
///
/// Where the XML writer fails, which it does for no text.
pub fn render(report: &Report, run: &Run) -> Result<String, SerializeError> {
    let mut document = Document::new("bridge-doctor check");
    let mut suite = TestSuite::new("bridge-doctor check");
    let seconds = i64::try_from(run.made_at.as_secs()).unwrap_or(0);
    if let Some(made_at) = DateTime::from_timestamp(seconds, run.made_at.subsec_nanos()) {
        suite.set_timestamp(made_at);
    }
    document.set_time(run.took);
    suite.set_time(run.took);
    for (name, value) in properties(report, run) {
        suite.add_property((name, value.as_str()));
    }
    suite.add_test_cases(points(&report.checks).iter().map(|point| case(point, run)));
    document.add_test_suite(suite);
    written(&document)
}

/// The document's text, without the root's count of skipped tests: Jenkins' xUnit plugin refuses a report that has it.
pub(super) fn written(document: &Document) -> Result<String, SerializeError> {
    // The root comes first, and its name is ours.
    Ok(document.to_string()?.replacen(&format!(" skipped=\"{}\"", document.skipped), "", 1))
}

fn properties(report: &Report, run: &Run) -> [(&'static str, String); 7] {
    [
        ("version", report.tool.version.to_owned()),
        ("schema", report.schema.to_owned()),
        ("os", run.text(&report.host.os)),
        ("user", run.text(&report.subject.user)),
        ("helper", run.text(&report.target.helper)),
        ("acl", run.text(&report.target.acl)),
        ("root_causes", report.root_causes.join(" ")),
    ]
}

fn case(point: &Point<'_>, run: &Run) -> TestCase {
    let check = point.worst;
    let told: Vec<String> = point.found.iter().flat_map(|check| run.lines(check)).collect();
    let told = told.join("\n");
    let mut case = TestCase::new(run.name(check), status(check, run, &told));
    let class = match &check.bridge {
        Some(bridge) => format!("bridge-doctor.{}", run.text(bridge)),
        None => "bridge-doctor".to_owned(),
    };
    case.set_classname(class);
    if check.status == CheckStatus::Warn && !run.strict {
        case.set_system_out(format!("warning ({}): {told}", check.cause.unwrap_or(check.id)));
    }
    case
}

fn status(check: &Check, run: &Run, told: &str) -> TestCaseStatus {
    let mut status = match run.verdict(check) {
        Verdict::Good => return TestCaseStatus::success(),
        Verdict::Bad => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Unseen => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Silent => TestCaseStatus::skipped(),
    };
    let silent = run.verdict(check) == Verdict::Silent;
    let warning = if check.status == CheckStatus::Warn { "warning: " } else { "" };
    status.set_message(format!("{warning}{}", run.message(check))).set_type(check.cause.unwrap_or(check.status.word()));
    if !silent {
        status.set_description(told);
    }
    status
}
