//! Golden reports: what each format looks like for one broken host with a name that is hard to write.

use bridge_doctor::report::{github, junit, markdown, nagios, prometheus, tap};
use insta::assert_snapshot;

use crate::samples::{acl, judge, run};

fn report() -> bridge_doctor::report::Report {
    judge(&acl("allow br0\nalow  br1\n"), &["br0", "a|b # `x`"], None)
}

#[test]
fn junit_golden() {
    assert_snapshot!(junit::render(&report(), &run()).expect("XML"));
}

#[test]
fn tap_golden() {
    assert_snapshot!(tap::render(&report(), &run()));
}

#[test]
fn nagios_golden() {
    assert_snapshot!(nagios::render(&report(), &run()));
}

#[test]
fn prometheus_golden() {
    assert_snapshot!(prometheus::render(&report(), &run()));
}

#[test]
fn github_golden() {
    assert_snapshot!(github::render(&report(), &run()));
}

#[test]
fn markdown_golden() {
    assert_snapshot!(markdown::render(&report(), &run()));
}

#[test]
fn names_that_print_alike_make_one_series() {
    // An escape character, and the four letters that stand for it in print.
    let report = judge(&acl("allow br0\n"), &["br\x1b", "br\\x1b"], None);
    let metrics = prometheus::render(&report, &run());
    let line = r#"bridge_doctor_check_status{user="alice",check="bridge-exists",bridge="br\\x1b",status="fail"} 1"#;
    assert_eq!(metrics.lines().filter(|one| *one == line).count(), 1, "{metrics}");
}
