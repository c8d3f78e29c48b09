//! What `undo` prints: the runs of `fix`, and what taking one back changes.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::human::Options;
use super::text::printable;

/// The identifier and version of the JSON of `undo`.
pub const UNDO_SCHEMA: &str = "bridge-doctor/undo/v1";

/// The identifier and version of the JSON of `undo --list`.
pub const RUNS_SCHEMA: &str = "bridge-doctor/runs/v1";

/// The runs of `fix`, oldest first.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Runs {
    /// [`RUNS_SCHEMA`].
    pub schema: &'static str,
    /// Each of them.
    pub runs: Vec<RunEntry>,
}

/// One run of `fix`.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RunEntry {
    /// Its name, for `undo RUN`.
    pub run: String,
    /// When it began, as of RFC 3339.
    pub time: String,
    /// What it mended.
    pub causes: Vec<String>,
    /// `applied`, `undone`, `partly-undone`, `interrupted` or `damaged`.
    pub state: &'static str,
    /// What is wrong with it and how to go on, where it is damaged.
    pub problem: Option<String>,
}

/// What taking a run back changes.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Undo {
    /// [`UNDO_SCHEMA`].
    pub schema: &'static str,
    /// The run; none where there is nothing to take back.
    pub run: Option<String>,
    /// `undone`, or `partly-undone` where something was kept; before that `applied` or `interrupted`; `nothing` without
    /// a run.
    pub state: &'static str,
    /// What is put back, last change first.
    pub changes: Vec<ChangeEntry>,
    /// The programs that are run for what no file holds.
    pub programs: Vec<String>,
    /// What could not be put back and stays.
    pub left: Vec<String>,
    /// What is not put back, as somebody changed it since.
    pub kept: Vec<KeptEntry>,
}

/// One object that is put back.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct ChangeEntry {
    /// Where it stands.
    pub path: String,
    /// How it changes, as a unified diff with lines for mode, owner and extended attributes.
    pub diff: String,
}

/// One object that stays as somebody made it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct KeptEntry {
    /// Where it stands.
    pub path: String,
    /// Why it stays.
    pub why: String,
    /// What was changed since the run, as a unified diff; empty where it stays for another's sake.
    pub diff: String,
    /// How a person goes on.
    pub remedy: String,
}

/// Writes the list for a person.
pub fn render_runs(runs: &Runs, options: &Options) -> String {
    if runs.runs.is_empty() {
        return "bridge-doctor has changed nothing on this machine.\n".to_owned();
    }
    let mut text = String::new();
    for run in &runs.runs {
        let causes = run.causes.join(", ");
        let line = format!("{}  {}  {:<13}  {causes}", run.run, run.time, run.state);
        let _ = writeln!(text, "{}", printable(line.trim_end(), options.charset()));
        if let Some(problem) = &run.problem {
            let _ = writeln!(text, "  {}", printable(problem, options.charset()));
        }
    }
    text
}

/// Writes what an undo changes, or changed, for a person.
pub fn render(undo: &Undo, options: &Options) -> String {
    let Some(run) = &undo.run else {
        return "There is nothing to take back.\n".to_owned();
    };
    let charset = options.charset();
    let is_done = matches!(undo.state, "undone" | "partly-undone");
    let mut text = String::new();
    for change in undo.changes.iter().filter(|_| !is_done) {
        for line in change.diff.lines() {
            let _ = writeln!(text, "{}", printable(line, charset));
        }
        text.push('\n');
    }
    for program in &undo.programs {
        let verb = if is_done { "Ran" } else { "Runs" };
        let _ = writeln!(text, "{verb} `{}`.", printable(program, charset));
    }
    for left in &undo.left {
        let _ = writeln!(text, "Left: {}.", printable(left, charset));
    }
    for kept in &undo.kept {
        let _ = writeln!(text, "Kept: {}: {}.", printable(&kept.path, charset), printable(&kept.why, charset));
        for line in kept.diff.lines().chain([kept.remedy.as_str()]) {
            let _ = writeln!(text, "  {}", printable(line, charset));
        }
    }
    let count = match undo.changes.len() {
        0 => "no file".to_owned(),
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    let _ = match (is_done, undo.left.is_empty() && undo.kept.is_empty()) {
        (true, true) => writeln!(text, "Run {run} is taken back: {count} put back and compared."),
        (true, false) => writeln!(text, "Run {run} is taken back but for what stays: {count} put back and compared."),
        (false, _) => writeln!(text, "To take run {run} ({}) back, {count} would be put back.", undo.state),
    };
    text
}
