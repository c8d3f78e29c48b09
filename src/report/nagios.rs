//! The report as a monitoring plugin says it: one line with performance data, then the details.

use super::{Check, CheckStatus, Report, Run, Status};

/// The states of a monitoring plugin, with its exit codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PluginState {
    /// Everything passed.
    Ok,
    /// Something warned.
    Warning,
    /// Something failed.
    Critical,
    /// It could not look.
    Unknown,
}

impl PluginState {
    /// Every state, by its code.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Critical, Self::Unknown];

    /// The state for a report.
    pub fn of(report: &Report, strict: bool) -> Self {
        match report.status {
            Status::Fail => Self::Critical,
            _ if strict && report.summary.warn > 0 => Self::Critical,
            Status::Unknown => Self::Unknown,
            Status::Warn => Self::Warning,
            Status::Pass => Self::Ok,
        }
    }

    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// What it is called on the first line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Writes the report for Nagios, Icinga and their kin.
pub fn render(report: &Report, run: &Run) -> String {
    let state = PluginState::of(report, run.strict);
    let bridges: Vec<String> = report.target.bridges.iter().map(|bridge| run.text(bridge)).collect();
    let about = format!("{} on {}", run.text(&report.subject.user), bridges.join(", "));
    let head = format!("BRIDGE {} - {about}: {}", state.word(), answer(report, run));
    let mut lines = vec![format!("{} | {}", plain(&head), performance(report, run))];
    for check in report.checks.iter().filter(|check| is_told(check)) {
        lines.extend(details(check, run).iter().map(|line| plain(line)));
    }
    lines.join("\n") + "\n"
}

/// The line for a run that came to no report.
pub fn render_failure(what: &str, place: &str) -> String {
    let text = |text| super::text::printable(text, super::text::Charset::Unicode);
    plain(&format!("BRIDGE UNKNOWN - {}: {}", text(what), text(place))) + "\n"
}

/// The first of what is wrong, and how much more there is.
fn answer(report: &Report, run: &Run) -> String {
    let mut wrong = report.wrong(run.expecting);
    let Some(first) = wrong.next() else {
        let checks = if report.summary.pass == 1 { "check" } else { "checks" };
        return format!("{} {checks} passed", report.summary.pass);
    };
    let more = match wrong.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    format!("{}: {}{more}", first.cause.unwrap_or(first.id), run.message(first))
}

fn performance(report: &Report, run: &Run) -> String {
    let summary = &report.summary;
    let counts = [
        ("pass", summary.pass),
        ("warn", summary.warn),
        ("fail", summary.fail),
        ("blocked", summary.blocked),
        ("unknown", summary.unknown),
        ("not_applicable", summary.not_applicable),
    ];
    let mut data: Vec<String> = counts.iter().map(|(label, count)| format!("{label}={count};;;0")).collect();
    data.push(format!("time={:.6}s;;;0", run.took.as_secs_f64()));
    data.join(" ")
}

fn is_told(check: &Check) -> bool {
    !matches!(check.status, CheckStatus::Pass | CheckStatus::NotApplicable)
}

fn details(check: &Check, run: &Run) -> Vec<String> {
    let cause = check.cause.map_or_else(String::new, |cause| format!(" ({cause})"));
    let mut lines = run.lines(check);
    let first = format!("[{}] {}{cause}: {}", check.status.word(), run.name(check), lines.remove(0));
    // What would mend the check that this one waits for stands there.
    let rest = if check.status == CheckStatus::Blocked { Vec::new() } else { lines };
    let rest = rest.into_iter().map(|line| match line.split_once(": ") {
        // A command with an escape in it would be another one.
        Some(("by hand", command)) if command.contains('|') => "  by hand: see `bridge-doctor check`".to_owned(),
        _ => format!("  {line}"),
    });
    std::iter::once(first).chain(rest).collect()
}

/// Text in which nothing begins performance data.
pub(super) fn plain(text: &str) -> String {
    text.replace('|', "\\x7c")
}
