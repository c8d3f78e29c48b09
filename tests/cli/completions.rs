//! What the completion scripts ask, and what nothing but they may bring about.

use bridge_doctor::exit::Exit;

use crate::invocation::{bridge_doctor, run};

fn completed(words: &[&str]) -> Vec<String> {
    let output = run(["__complete", "--"].iter().chain(words));
    assert_eq!(output.status.code(), Some(0), "{words:?}");
    assert!(output.stderr.is_empty(), "{words:?} says something into somebody's prompt");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn checks_come_with_their_titles_and_in_their_order() {
    let offered = completed(&["bridge-doctor", "check", "--only", "helper-s"]);
    assert_eq!(
        offered,
        ["helper-symlink\tthe helper's path leads to the privileged copy", "helper-setuid\tthe helper is privileged"]
    );
}

#[test]
fn causes_are_offered_where_a_cause_may_stand() {
    let is_offered = |words: &[&str]| completed(words).iter().any(|line| line.starts_with("helper-not-setuid\t"));
    assert!(is_offered(&["bridge-doctor", "explain", "helper-not"]));
    assert!(!is_offered(&["bridge-doctor", "check", "--only", "helper-not"]));
}

#[test]
fn files_are_left_to_the_shell() {
    for words in [&["acl", ""][..], &["check", "--root", "/"], &["check", "--output=/tmp/x"], &["explain", "-f", "v"]] {
        let line: Vec<&str> = std::iter::once(&"bridge-doctor").chain(words).copied().collect();
        assert_eq!(completed(&line), ["/"], "{words:?}");
    }
}

#[test]
fn every_value_that_could_be_known_is_offered() {
    use bridge_doctor::cli::Cli;
    use clap::{Arg, CommandFactory};

    // A text, a number and a time are whatever they are.
    let free = |argument: &Arg| ["pid", "timeout", "wait"].contains(&argument.get_id().as_str());
    let mut program = Cli::command();
    program.build();
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        let named = command.get_opts().filter(|argument| argument.get_action().takes_values() && !free(argument));
        for argument in named {
            let option = format!("--{}", argument.get_long().unwrap_or_default());
            let offered = completed(&["bridge-doctor", command.get_name(), &option, ""]);
            // A machine may have no bridge.
            assert!(option == "--bridge" || !offered.is_empty(), "{} {option}", command.get_name());
        }
    }
}

#[test]
fn a_broken_line_is_met_with_silence() {
    let lines: [&[&str]; 4] = [
        &[],
        &["bridge-doctor", "nosuch", "--x"],
        &["bridge-doctor", "check", "--only", "\u{1b}[2J"],
        &["bridge-doctor", "check", "--", "--", ""],
    ];
    for words in lines {
        assert_eq!(completed(words), Vec::<String>::new(), "{words:?}");
    }
}

#[test]
fn the_environment_completes_nothing() {
    for shell in ["bash", "zsh", "fish", "1"] {
        let mut command = bridge_doctor(["--version"]);
        command.env("COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "1");
        let output = command.output().expect("it starts");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            concat!("bridge-doctor ", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn scripts_are_for_shells_that_are_known() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(["completions", shell]);
        let script = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(script.contains("bridge-doctor"), "{shell}: {script}");
        let answer = matches!(shell, "elvish" | "powershell");
        assert_eq!(script.contains("__complete"), !answer, "{shell}: {script}");
    }
    let output = run(["completions", "tcsh"]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error.contains("tcsh") && error.contains("[possible values: bash, elvish, fish, powershell, zsh]"),
        "{error}"
    );
}

#[test]
fn the_manual_and_the_readme_have_the_table_of_exit_codes() {
    let readme = include_str!("../../README.md");
    for page in [&["man"][..], &["man", "check"], &["man", "completions"]] {
        let output = run(page);
        let page = String::from_utf8_lossy(&output.stdout).replace('\n', " ");
        for exit in Exit::ALL {
            let plain = exit.meaning().replace('`', "");
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(readme.contains(&row), "README.md has not the row {row}");
            let shown = page.replace("\\fB", "").replace("\\fR", "").replace('\\', "");
            assert!(shown.contains(&format!(".TP {} {plain}", exit.code())), "{plain}\n{shown}");
        }
    }
}

#[test]
fn a_page_of_nothing_is_a_usage_error_that_names_the_pages() {
    let output = run(["man", "nosuch"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("nosuch") && error.contains("one of check, "), "{error}");
}
