//! The examples of the manual. A test reads every line with the real command line.

/// A command line, and what it is for.
pub(super) struct Example {
    /// The subcommand whose page has it.
    pub(super) command: &'static str,
    /// Whether the program's own page shows it, too.
    pub(super) common: bool,
    /// What it is for.
    pub(super) what: &'static str,
    /// The line, as it is typed.
    pub(super) line: &'static str,
}

const fn common(command: &'static str, line: &'static str, what: &'static str) -> Example {
    Example { command, common: true, what, line }
}

const fn example(command: &'static str, line: &'static str, what: &'static str) -> Example {
    Example { command, common: false, what, line }
}

const EXAMPLES: [Example; 27] = [
    common("check", "bridge-doctor check", "Will it work for you, on the bridges that the ACL allows?"),
    common(
        "check",
        "sudo bridge-doctor check --user alice --bridge br1",
        "Will it work for alice, on br1? Root can look as anybody.",
    ),
    example(
        "check",
        "sudo bridge-doctor check --pid 4711",
        "With the groups, privileges and namespaces of a running process.",
    ),
    example(
        "check",
        "bridge-doctor check --expect bridged --strict",
        "For a job that must not go on where guests would not reach the network.",
    ),
    example("check", "bridge-doctor check --wait 60s", "While a host boots, whose bridge comes late."),
    example(
        "check",
        "bridge-doctor check --from snapshots/",
        "A table of many hosts, worst first, by what was collected on them.",
    ),
    example(
        "check",
        "bridge-doctor check --format prometheus --output /var/lib/prometheus/node-exporter/bridge-doctor.prom",
        "For the textfile collector of node_exporter.",
    ),
    example("check", "bridge-doctor check --root /mnt", "Judge a system that is mounted at /mnt."),
    common("fix", "bridge-doctor fix --dry-run", "Show what would make it work: every change, with its difference."),
    example(
        "fix",
        "sudo bridge-doctor fix helper-setuid --user alice --bridge br0",
        "Mend what this check finds, after a question.",
    ),
    example("fix", "bridge-doctor fix --from host.json --format sh --dry-run", "A script for another host."),
    common("undo", "sudo bridge-doctor undo", "Take the last run of fix back, after a question."),
    example("undo", "bridge-doctor undo --list", "Every run, with what became of it."),
    common(
        "attach",
        "bridge-doctor attach --bridge br0",
        "Put it to the proof: the real helper, and frames between two taps.",
    ),
    example("attach", "bridge-doctor attach --timeout 35s", "On a bridge whose spanning tree holds ports back."),
    example("attach", "bridge-doctor attach --sandbox", "Test the kernel alone."),
    example("acl", "bridge-doctor acl", "Check the file that the helper reads."),
    example(
        "acl",
        "bridge-doctor acl ./bridge.conf --bridge br0",
        "Check a file before it is installed, and ask about br0.",
    ),
    common(
        "explain",
        "bridge-doctor explain 'failed to create tun device: Operation not permitted' --here",
        "What does this message mean, and which of its causes is present on this machine?",
    ),
    example("explain", "bridge-doctor explain --file /var/log/libvirt/qemu/guest.log", "Find known errors in a log."),
    example("explain", "bridge-doctor explain helper-setuid", "Read the page of a check."),
    common("collect", "bridge-doctor collect --redact", "Every fact about this host, fit for a bug report."),
    example("list", "bridge-doctor list causes", "Every cause that a check can report."),
    example("list", "bridge-doctor list errors --format json", "The known error messages, for a program."),
    example("schema", "bridge-doctor schema report", "The JSON Schema of what `check --format json` prints."),
    example(
        "completions",
        "bridge-doctor completions bash",
        "For ~/.local/share/bash-completion/completions/bridge-doctor.",
    ),
    example("man", "bridge-doctor man --directory ~/.local/share/man/man1", "Write every page where man(1) finds it."),
];

/// The examples of a subcommand, or those of the program.
pub(super) fn of(command: Option<&str>) -> impl Iterator<Item = &'static Example> {
    EXAMPLES.iter().filter(move |example| match command {
        Some(name) => example.command == name,
        None => example.common,
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::Cli;

    /// The words of a line: what stands between quotes is one, and `sudo` is none.
    fn words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (place, part) in line.split('\'').enumerate() {
            match place % 2 {
                1 => words.push(part.to_owned()),
                _ => words.extend(part.split_whitespace().map(str::to_owned)),
            }
        }
        words.into_iter().skip_while(|word| word == "sudo").collect()
    }

    #[test]
    fn every_example_is_a_command_line_of_its_subcommand() {
        for example in &EXAMPLES {
            let words = words(example.line);
            assert_eq!(words[..2], ["bridge-doctor", example.command], "{}", example.line);
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{}: {error}", example.line);
            }
        }
    }

    #[test]
    fn every_subcommand_has_an_example() {
        for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            assert!(of(Some(command.get_name())).next().is_some(), "{} has no example", command.get_name());
        }
        assert!(of(None).count() >= 3);
    }
}
