//! Files made to take long do not.

use std::time::{Duration, Instant};

use bridge_doctor::acl::{Limits, Outcome};
use bridge_doctor::command::acl_report;
use bridge_doctor::report::render_acl;
use bridge_doctor::snapshot::Acl;

use crate::trees::tree;

/// Much more than any of them takes without optimisation, on a machine with other work.
const SOON: Duration = Duration::from_secs(60);

fn soon(acl: &Acl) -> Outcome {
    let start = Instant::now();
    let report = acl_report(acl, &["br0"], Limits::default());
    let text = render_acl(&report, false, false);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(text.len() < 1_000_000, "{} bytes", text.len());
    report.outcome
}

#[test]
fn many_includes_of_different_names() {
    let content: String = (0..200_000).map(|number| format!("include /{number}\n")).collect();
    assert_eq!(soon(&tree(content.as_bytes(), &[])), Outcome::Parsed);
}

#[test]
fn errors_that_repeat_without_end() {
    let content = b"include a\n".repeat(30);
    let error = [b"include a\n".repeat(3), vec![b'x'; 4_000], b"\n".to_vec()].concat();
    assert_eq!(soon(&tree(&content, &[("a", &error)])), Outcome::Endless);
}

#[test]
fn a_long_line_of_nothing() {
    assert_eq!(soon(&tree(&vec![b' '; 4_000_000], &[])), Outcome::Parsed);
    assert_eq!(soon(&tree(&vec![0; 4_000_000], &[])), Outcome::Parsed);
    assert_eq!(soon(&tree(&vec![b'x'; 4_000_000], &[])), Outcome::Broken);
}

#[test]
fn names_that_are_all_odd() {
    assert_eq!(soon(&tree(&b"deny br*\nallow br0 br1\n".repeat(100_000), &[])), Outcome::Parsed);
}
