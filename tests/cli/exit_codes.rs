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
        let formats = ["human", "json", "junit", "tap", "prometheus", "github", "markdown"];
        let formats = formats.map(|format| ["--format", format]);
        let formats = formats.iter().map(|format| &format[..]).chain([&["--verbose"][..], &["--ascii"]]);
        for format in formats {
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
fn a_plugin_has_codes_of_its_own() {
    let table = [
        (hosts::healthy(), 0, 0, "OK"),
        (hosts::generous_acl(), 1, 2, "WARNING"),
        (hosts::unprivileged_helper(), 2, 2, "CRITICAL"),
        (hosts::unseen_tun(), 3, 3, "UNKNOWN"),
    ];
    let nagios = ["check", "--from", "-", "--bridge", "br0", "--format", "nagios"];
    for (snapshot, lenient, strict, word) in table {
        let output = run_with_input(nagios, &hosts::json(&snapshot));
        assert_eq!(output.status.code(), Some(lenient), "{word}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.starts_with(&format!("BRIDGE {word} - alice on br0: ")), "{said}");
        let output = run_with_input(nagios.iter().chain([&"--strict"]), &hosts::json(&snapshot));
        assert_eq!(output.status.code(), Some(strict), "{word}, strict");
    }
}

#[test]
fn a_plugin_that_cannot_look_is_unknown_and_says_so_where_the_agent_reads() {
    for (arguments, what) in [
        (&["check", "--format", "nagios", "--from", "/no/where"][..], "cannot read the snapshot"),
        (&["check", "--format", "nagios", "--only", "weather"], "no check is called `weather`"),
        (&["check", "--format=nagios", "--user", "no-such-user-here"], "there is no user"),
        (&["check", "--format=nagios", "--weather"], "the command line makes no sense"),
        (&["check", "--pid", "x", "--format", "nagios"], "the command line makes no sense"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.starts_with(&format!("BRIDGE UNKNOWN - {what}")), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1);
    }
}

#[test]
fn a_format_that_a_command_has_not_is_refused_with_those_that_it_has() {
    for command in ["attach", "acl", "explain", "list"] {
        let output = run([command, "--format", "tap"]);
        assert_eq!(output.status.code(), Some(2), "{command}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("invalid value 'tap'") && error.contains("human, json"), "{command}: {error}");
    }
}

#[test]
fn the_command_line_is_of_one_piece() {
    Cli::command().debug_assert();
}

#[test]
fn the_help_of_a_subcommand_begins_with_what_it_does() {
    for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
        let about = command.get_about().expect("it does something").to_string();
        let help = run([command.get_name(), "--help"]);
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(&about), "{help}");
    }
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
