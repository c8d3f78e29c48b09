//! Many hosts as JUnit XML: a test case for each snapshot.

use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Fleet, HostEntry, HostStatus, told};
use crate::report::Run;
use crate::report::junit::written;

/// Writes the table for a CI system.
///
/// # Errors
///
/// Where the XML writer fails, which it does for no text.
pub fn render(fleet: &Fleet, run: &Run) -> Result<String, SerializeError> {
    let mut document = Document::new("bridge-doctor check");
    let mut suite = TestSuite::new("bridge-doctor check of many hosts");
    document.set_time(run.took);
    suite.set_time(run.took);
    suite.add_test_cases(fleet.hosts.iter().map(|host| case(host, run)));
    document.add_test_suite(suite);
    written(&document)
}

fn case(host: &HostEntry, run: &Run) -> TestCase {
    let mut status = match host.verdict(run.strict) {
        HostStatus::Pass | HostStatus::Warn => TestCaseStatus::success(),
        HostStatus::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        HostStatus::Unknown | HostStatus::Unreadable => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let passes = matches!(status, TestCaseStatus::Success { .. });
    if !passes {
        let kind = host.wrong().next().map_or(host.status.word(), |(_, cause)| cause);
        status.set_type(kind).set_message(told(host, run.charset));
    }
    let mut case = TestCase::new(run.text(&host.host), status);
    case.set_classname(format!("bridge-doctor.{}", run.text(&host.file)));
    if passes && host.status == HostStatus::Warn {
        case.set_system_out(format!("warning: {}", told(host, run.charset)));
    }
    case
}
