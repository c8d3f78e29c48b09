//! `check --wait` and `check --watch`: looking again whenever something changes.

use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant, SystemTime};

use crate::cli::{self, CheckFormat};
use crate::engine;
use crate::exit::Exit;
use crate::host::{self, Wake, Watch};
use crate::report::change::{self, Change};
use crate::report::text::Charset;
use crate::report::{CheckStatus, Report};
use crate::snapshot::Snapshot;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{output, selection};

/// Looks until everything passes, or the time is over; the last look, and when it began.
pub(super) fn wait(
    options: &cli::Check,
    question: &engine::Options,
    longest: Duration,
) -> Result<(Snapshot, Instant), Failure> {
    let until = Instant::now() + longest;
    let request = selection::request(&options.selection, options.expect)?;
    let interrupt = Interrupt::hold("check")?;
    let mut watch = Watch::begin(options.selection.pid).map_err(Failure::of_collecting)?;
    let mut progress = Progress::new();
    let mut over = false;
    let mut last: Option<Result<(Snapshot, Instant), Failure>> = None;
    loop {
        let begun = Instant::now();
        let seen = match (watch.look(&request), last) {
            (Ok(snapshot), _) => Ok((snapshot, begun)),
            (Err(error), Some(Ok(last))) if has_ended(&error, &mut watch, &interrupt)? => {
                interrupt.take();
                return Ok(last);
            }
            // A user may come as a bridge may.
            (Err(error), _) if is_unknown_user(&error) => Err(Failure::of_collecting(error)),
            (Err(error), _) => return Err(Failure::of_collecting(error)),
        };
        let (done, missing) = match &seen {
            Ok((snapshot, _)) => {
                let report = engine::judge(snapshot, question);
                (Exit::of(&report, options.strict) == Exit::Healthy, first_missing(&report, options.strict))
            }
            Err(failure) => (false, failure.what.clone()),
        };
        if over || done {
            interrupt.take();
            return seen;
        }
        progress.say(&awaited(&missing, longest));
        match watch.wait(interrupt.as_fd(), None, Some(until)).map_err(Failure::of_collecting)? {
            Wake::Look => {}
            // What changes without telling may have changed meanwhile.
            Wake::Over => over = true,
            Wake::Interrupted | Wake::ProcessEnded | Wake::ReaderGone => {
                interrupt.take();
                return seen;
            }
        }
        last = Some(seen);
    }
}

/// Prints the present state, and then each change of it.
pub(super) fn watch(options: &cli::Check, question: &engine::Options, ascii: bool) -> Result<Exit, Failure> {
    if !matches!(options.format, CheckFormat::Human | CheckFormat::Json) {
        return Err(Failure::usage(
            "a watch prints a line for each change, which this format has no word for",
            "--watch",
            "--format human or --format json; for a report of another format, `check --wait`, or run it at times",
        ));
    }
    let request = selection::request(&options.selection, options.expect)?;
    let interrupt = Interrupt::hold("check")?;
    let mut watch = Watch::begin(options.selection.pid).map_err(Failure::of_collecting)?;
    let mut before: Option<Report> = None;
    loop {
        let looked = watch.look(&request).map(|snapshot| engine::judge(&snapshot, question));
        let report = match (looked, &before) {
            (Ok(report), _) => report,
            // Where the process has just ended there is nothing to look at any more.
            (Err(error), Some(before)) if has_ended(&error, &mut watch, &interrupt)? => {
                interrupt.take();
                return Ok(Exit::of(before, options.strict));
            }
            (Err(error), _) => return Err(Failure::of_collecting(error)),
        };
        let time = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let changes = match &before {
            None => vec![change::present(&report, &time)],
            Some(before) => change::changes(before, &report, &time),
        };
        let mut read = true;
        for change in &changes {
            read = read && output::line(&written(change, options.format, ascii)?)?;
        }
        let wake = if read { sleep(&mut watch, &interrupt, None)? } else { Wake::ReaderGone };
        if wake != Wake::Look && wake != Wake::Over {
            interrupt.take();
            return Ok(Exit::of(&report, options.strict));
        }
        before = Some(report);
    }
}

fn sleep(watch: &mut Watch, interrupt: &Interrupt, until: Option<Instant>) -> Result<Wake, Failure> {
    let out = io::stdout();
    watch.wait(interrupt.as_fd(), Some(out.as_fd()), until).map_err(Failure::of_collecting)
}

/// Whether a look failed because the process in question is no more.
fn has_ended(error: &anyhow::Error, watch: &mut Watch, interrupt: &Interrupt) -> Result<bool, Failure> {
    let gone = matches!(error.downcast_ref(), Some(host::Error::NoSuchProcess { .. }));
    Ok(gone || sleep(watch, interrupt, Some(Instant::now()))? == Wake::ProcessEnded)
}

/// Whether a look failed because nobody has that name, yet.
fn is_unknown_user(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(host::Error::UnknownUser { .. }))
}

/// The first check that is waited for.
fn first_missing(report: &Report, strict: bool) -> String {
    let wrong = |check: &&crate::report::Check| {
        check.status == CheckStatus::Fail
            || check.status == CheckStatus::Unknown
            || (strict && check.status == CheckStatus::Warn)
    };
    let first = report.checks.iter().find(wrong);
    first.map_or_else(String::new, |check| format!("{}: {}", check.id, check.message))
}

/// What is waited for, in a line.
fn awaited(missing: &str, longest: Duration) -> String {
    let longest = humantime::format_duration(longest);
    format!("waiting up to {longest}: {}", crate::report::text::printable(missing, Charset::Unicode))
}

fn written(change: &Change, format: CheckFormat, ascii: bool) -> Result<String, Failure> {
    if format == CheckFormat::Json {
        return output::json_line(change);
    }
    Ok(change::line(change, Charset::of(ascii)))
}
