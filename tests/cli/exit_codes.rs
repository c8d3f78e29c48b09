//! The exit code is the verdict's, whatever the format.

use bridge_doctor::cli::Cli;
use bridge_doctor::exit::Exit;
use bridge_doctor::report::CheckStatus;
use clap::CommandFactory;

use crate::hosts;
use crate::invocation::{run, run_with_input};
use crate::reports::{Edit, check, healthy, not_setuid};

#[test]
fn a_report_has_one_exit_code() {
    let warns = healthy(&["br0"]).with(check("acl-exposure", CheckStatus::Warn, "it allows all"));
    let unknown = healthy(&["br0"]).with(check("tun-device", CheckStatus::Unknown, "closed"));
    let both = unknown.clone().with(check("acl-exposure", CheckStatus::Warn, "it allows all"));
    let trifle = healthy(&["br0"]).with(check("bridge-netfilter", CheckStatus::Unknown, "only root may"));
    let table =
        [(healthy(&["br0"]), 0, 0), (warns, 0, 1), (not_setuid(), 1, 1), (unknown, 3, 3), (both, 3, 1), (trifle, 0, 0)];
    for (report, lenient, strict) in table {
        assert_eq!(Exit::of(&report, false).code(), lenient, "{:?}", report.status);
        assert_eq!(Exit::of(&report, true).code(), strict, "{:?}, strict", report.status);
    }
}

#[test]
fn every_format_ends_alike() {
    let table = [
        (hosts::healthy(), 0, 0),
        (hosts::unprivileged_helper(), 1, 1),
        (hosts::generous_acl(), 0, 1),
        (hosts::unseen_tun(), 3, 3),
    ];
    for (snapshot, lenient, strict) in table {
        let input = hosts::json(&snapshot);
        for format in [&["--format", "human"][..], &["--format", "json"], &["--verbose"], &["--ascii"]] {
            for (option, code) in [(None, lenient), (Some("--strict"), strict)] {
                let arguments = ["check", "--from", "-", "--bridge", "br0"].iter().chain(format).chain(option.as_ref());
                let output = run_with_input(arguments, &input);
                let shown = String::from_utf8_lossy(&output.stdout);
                assert_eq!(output.status.code(), Some(code), "{format:?} {option:?}\n{shown}");
            }
        }
    }
}

#[test]
fn the_command_line_is_of_one_piece() {
    Cli::command().debug_assert();
}

#[test]
fn help_and_version_are_what_was_asked_for() {
    for arguments in [&["--help"][..], &["check", "--help"], &["help", "collect"], &["--version"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn no_command_is_a_usage_error_that_shows_the_commands() {
    let output = run::<&str>([]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("check"));
}
