//! The command line: clap types only.

#![allow(missing_docs, reason = "clap would say what stands above a subcommand's options in place of what it does")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::probe::Expect;

/// Says whether a user's virtual machine can go on a bridge through qemu-bridge-helper, and exactly why not.
#[derive(Debug, Parser)]
#[command(name = "bridge-doctor", version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Use only ASCII characters.
    #[arg(long, global = true)]
    pub ascii: bool,
}

/// The subcommands. The options of each are described only where they are asked for: most runs ask for one.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Will it work for this user and this bridge, and if not, why exactly?
    Check(Check),
    /// Make it work, the way this distribution wants it; --dry-run shows it first.
    Fix(Fix),
    /// Take back what `fix` changed.
    Undo(Undo),
    /// Does it really work, with frames on the wire? Runs the real helper; nothing is left behind.
    Attach(Attach),
    /// Check an ACL file (bridge.conf) as the helper reads it.
    Acl(Acl),
    /// What does this error mean? Takes an error text, a log, or the id of a check or cause.
    Explain(Explain),
    /// Print every fact about this host as JSON, for `check --from`.
    Collect(Collect),
    /// List checks, causes or known errors.
    List(List),
    /// Print the JSON Schema of an output.
    Schema(Schema),
    /// Print the script that completes this command line in a shell.
    Completions(Completions),
    /// Print a manual page, or write all of them.
    Man(Man),
    /// What could stand at the end of a command line; the completion scripts ask it.
    #[command(name = "__complete", hide = true)]
    Complete(Complete),
}

// Whose virtual machine, which bridge, which helper, which host.
#[derive(Args, Clone, Debug, Default)]
pub struct Selection {
    /// The bridge, by name; may be given more than once [default: those the ACL allows, else those that exist, else br0].
    #[arg(long, short, value_name = "NAME")]
    pub bridge: Vec<OsString>,
    /// The user who runs the virtual machine, by name or number [default: you, also under sudo].
    #[arg(long, short, value_name = "USER", conflicts_with = "pid")]
    pub user: Option<String>,
    /// Take user, groups, privileges and namespaces from this running process.
    #[arg(long, value_name = "PID")]
    pub pid: Option<u32>,
    /// The helper [default: what libvirt's session driver or QEMU would use].
    #[arg(long, value_name = "PATH")]
    pub helper: Option<PathBuf>,
    /// Read the file tree below DIR in place of this machine; given more than once, `check` makes one table of all.
    #[arg(long, value_name = "DIR", conflicts_with = "pid")]
    pub root: Vec<PathBuf>,
}

// `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// What is checked.
    #[command(flatten)]
    pub selection: Selection,
    /// Judge a snapshot made by `collect` in place of this machine (`-`: standard input); several, or a directory of
    /// *.json files, give one table.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["root", "pid", "helper"])]
    pub from: Vec<PathBuf>,
    /// Run the real helper as well, and send frames between two taps.
    #[arg(long, conflicts_with_all = ["from", "root", "pid"])]
    pub attach: bool,
    /// Check again until everything passes, at every change of the host, for at most this long. What changes without
    /// telling, such as most sysctls, is seen after 30 seconds at the latest.
    #[arg(long, value_name = "DURATION", value_parser = timeout, conflicts_with_all = ["from", "root", "watch"])]
    pub wait: Option<Duration>,
    /// Print one line for every change of state, until interrupted.
    #[arg(long, conflicts_with_all = ["from", "root", "attach", "output", "redact"])]
    pub watch: bool,
    /// Replace host names, user names, MAC and public addresses by stable tokens before anything is judged.
    #[arg(long)]
    pub redact: bool,
    /// What the bridge is for; what contradicts it then fails.
    #[arg(long, value_enum)]
    pub expect: Option<Expect>,
    /// Run only these checks.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Leave out these checks.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub skip: Vec<String>,
    /// Let a warning count as a failure in the exit code.
    #[arg(long)]
    pub strict: bool,
    /// Show the checks that passed, too, and every fact.
    #[arg(long, short)]
    pub verbose: bool,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    /// Write the report to FILE in place of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

// `fix`.
#[derive(Args, Debug)]
pub struct Fix {
    /// What to mend, by the ids of causes or checks; a warning is mended only where it is named [default: every failure].
    #[arg(value_name = "CAUSE|CHECK")]
    pub what: Vec<String>,
    /// What is looked at.
    #[command(flatten)]
    pub selection: Selection,
    /// Plan for a snapshot made by `collect` in place of this machine (`-`: standard input).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["root", "pid", "helper"])]
    pub from: Option<PathBuf>,
    /// What the bridge is for; what contradicts it is mended, too.
    #[arg(long, value_enum)]
    pub expect: Option<Expect>,
    /// Only show what would be done; it needs no root and changes nothing.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, short, conflicts_with = "dry_run")]
    pub yes: bool,
    /// How to print it; a script is only printed, never run.
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum PlanFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
    /// As a script that root runs with `sh`.
    Sh,
}

// `attach`.
#[derive(Args, Debug)]
pub struct Attach {
    /// The bridge, by name [default: the first that the ACL allows, else that exists, else br0].
    #[arg(long, short, value_name = "NAME")]
    pub bridge: Option<OsString>,
    /// The user who runs the virtual machine, by name or number; only root can be somebody else [default: you, also
    /// under sudo].
    #[arg(long, short, value_name = "USER")]
    pub user: Option<String>,
    /// The helper [default: what libvirt's session driver or QEMU would use].
    #[arg(long, value_name = "PATH")]
    pub helper: Option<PathBuf>,
    /// How long one run of the helper, and the wait for the ports, may take.
    #[arg(long, value_name = "DURATION", default_value = TIMEOUT_AS_TYPED, value_parser = timeout)]
    pub timeout: Duration,
    /// Test the kernel alone: a bridge and two taps in namespaces of their own, without helper, bridge and root.
    #[arg(long, conflicts_with_all = ["bridge", "user", "helper"])]
    pub sandbox: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How long `check --attach` waits, as `attach` does by default.
pub const TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT_AS_TYPED: &str = "10s";

/// A duration that somebody might wait for.
fn timeout(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(3600);
    let duration =
        humantime::parse_duration(text).map_err(|error| format!("{error}; `10s` and `500ms` are durations"))?;
    if duration.is_zero() || duration > LONGEST {
        return Err("it takes more than 0s and at most 1h".to_owned());
    }
    Ok(duration)
}

// `undo`.
#[derive(Args, Debug)]
pub struct Undo {
    /// The run of `fix`, as `--list` names it [default: the last that was not taken back].
    pub run: Option<String>,
    /// List the runs of `fix` on this machine.
    #[arg(long, conflicts_with_all = ["run", "dry_run", "yes"])]
    pub list: bool,
    /// Show what would be put back, and change nothing.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

// `acl`.
#[derive(Args, Debug)]
pub struct Acl {
    /// The ACL file [default: the one that the helper reads].
    pub file: Option<PathBuf>,
    /// Say whether this bridge is allowed; may be given more than once.
    #[arg(long, short, value_name = "NAME")]
    pub bridge: Vec<OsString>,
    /// Read the files with this user's rights.
    #[arg(long, short, value_name = "USER")]
    pub user: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

// `explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The text of an error, or ids of checks, causes or errors, whose pages are shown [default: standard input].
    #[arg(value_name = "CHECK|CAUSE|TEXT")]
    pub text: Vec<OsString>,
    /// Read the text from FILE (`-`: standard input); it may be a log of any size.
    #[arg(long, short, value_name = "FILE", conflicts_with = "text")]
    pub file: Option<PathBuf>,
    /// Run the checks that tell the causes apart, and say which one it is on this machine.
    #[arg(long)]
    pub here: bool,
    /// What is checked, with --here; bridge and helper are else those that the text names.
    #[command(flatten)]
    pub selection: Selection,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

// `collect`.
#[derive(Args, Debug)]
pub struct Collect {
    /// What is looked at.
    #[command(flatten)]
    pub selection: Selection,
    /// Replace host names, user names, MAC and public addresses by stable tokens.
    #[arg(long)]
    pub redact: bool,
}

// `list`.
#[derive(Args, Debug)]
pub struct List {
    /// What to list.
    #[arg(value_enum, default_value_t)]
    pub what: Listing,
    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What `list` lists.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Listing {
    /// The checks, in their order.
    #[default]
    Checks,
    /// Every cause that a check can report.
    Causes,
    /// Every error message that is known.
    Errors,
}

// `schema`.
#[derive(Args, Debug)]
pub struct Schema {
    /// Which output.
    #[arg(value_enum)]
    pub of: Output,
}

/// The outputs that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Output {
    /// `check --format json`.
    Report,
    /// `fix --format json`.
    Plan,
    /// `undo --format json`.
    Undo,
    /// `undo --list --format json`.
    Runs,
    /// `attach --format json`.
    Attach,
    /// `acl --format json`.
    Acl,
    /// `explain --format json`.
    Explanation,
    /// `collect`.
    Snapshot,
    /// `check --from` with many snapshots, and `--format json`.
    Fleet,
    /// A line of `check --watch --format json`.
    Change,
}

// `completions`.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell that is to read the script.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that a script is there for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// Elvish; options and subcommands only.
    Elvish,
    /// fish.
    Fish,
    /// PowerShell; options and subcommands only.
    Powershell,
    /// Zsh.
    Zsh,
}

// `man`.
#[derive(Args, Debug)]
pub struct Man {
    /// The subcommand that the page is about [default: the program].
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
    /// Write every page into DIR, which is made where it is missing.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub directory: Option<PathBuf>,
}

// `__complete`.
#[derive(Args, Debug)]
pub struct Complete {
    /// The command line with the program's name, up to the word under the cursor, which may be empty.
    #[arg(last = true)]
    pub words: Vec<OsString>,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
}

/// How `check` prints its report.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum CheckFormat {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
    /// JUnit XML, for CI systems.
    Junit,
    /// The Test Anything Protocol, version 13.
    Tap,
    /// A monitoring plugin's output and exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    Nagios,
    /// Metrics for Prometheus, by node_exporter's textfile collector.
    Prometheus,
    /// Annotations of a GitHub Actions workflow.
    Github,
    /// Markdown, for a bug report; see --redact.
    Markdown,
}
