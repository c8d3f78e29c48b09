//! `check` with many snapshots or file trees: judged side by side, each forgotten as soon as its line is known.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::cli::{self, CheckFormat, Selection};
use crate::engine;
use crate::exit::Exit;
use crate::report::{Fleet, HostEntry, Run, Tool, fleet};
use crate::snapshot::Snapshot;

use super::check;
use super::failure::{Failure, reason};
use super::output::{self, Reader};
use super::progress::Progress;
use super::{from, selection};

/// How often it is seen whether all are judged, where a person waits.
const TELL: Duration = Duration::from_millis(20);

/// Host names that every host could have.
const NAMELESS: [&str; 4] = ["", "localhost", "localhost.localdomain", "(none)"];

/// Whether there are many hosts; one file or tree is a report of its own, as ever.
pub(super) fn is_meant(options: &cli::Check) -> bool {
    match options.from.as_slice() {
        [] => options.selection.root.len() > 1,
        [only] => only.as_os_str() != "-" && only.is_dir(),
        _ => true,
    }
}

pub(super) fn run(options: &cli::Check, question: &engine::Options, ascii: bool) -> Result<Exit, Failure> {
    if options.format == CheckFormat::Github {
        return Err(Failure::usage(
            "a workflow shows ten annotations, and many snapshots make a table",
            "--format github",
            "--format markdown, for the job's summary; or give one snapshot at a time",
        ));
    }
    if options.redact {
        return Err(Failure::usage(
            "a table names hosts and their files",
            "--redact",
            "one snapshot, or collect with `bridge-doctor collect --redact`",
        ));
    }
    let begun = Instant::now();
    let sources = sources(options)?;
    let tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    let fleet = Fleet::of(judge_all(&sources, options, question), tool);
    let run = check::circumstances(options, ascii, begun);
    let text = render(&fleet, options, &run)?;
    let reader = if options.format == CheckFormat::Prometheus { Reader::Daemon } else { Reader::Anybody };
    output::write_for(reader, &text, options.output.as_deref())?;
    Ok(match options.format {
        CheckFormat::Nagios => Exit::Plugin(fleet::nagios::state(&fleet, options.strict)),
        _ => Exit::of_fleet(&fleet, options.strict),
    })
}

fn render(fleet: &Fleet, options: &cli::Check, run: &Run) -> Result<String, Failure> {
    Ok(match options.format {
        CheckFormat::Human | CheckFormat::Github => fleet::human::render(fleet, run.charset, options.verbose),
        CheckFormat::Json => output::json(fleet)?,
        CheckFormat::Junit => fleet::junit::render(fleet, run).map_err(|error| output::unwritable("XML", &error))?,
        CheckFormat::Tap => fleet::tap::render(fleet, run),
        CheckFormat::Nagios => fleet::nagios::render(fleet, run),
        CheckFormat::Prometheus => fleet::prometheus::render(fleet, run),
        CheckFormat::Markdown => fleet::markdown::render(fleet, run),
    })
}

/// A host to look at.
struct Source {
    path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    /// A snapshot that was named.
    Named,
    /// A snapshot that was found in a directory: it is not opened unless it is a plain file.
    Found,
    /// A file tree.
    Tree,
}

/// The trees, or the files, directories opened up.
fn sources(options: &cli::Check) -> Result<Vec<Source>, Failure> {
    let tree = |path: &PathBuf| Source { path: path.clone(), kind: Kind::Tree };
    let mut sources: Vec<Source> = options.selection.root.iter().map(tree).collect();
    for path in &options.from {
        if path.as_os_str() == "-" && sources.iter().any(|source| source.path == *path) {
            return Err(Failure::usage("standard input can be read once only", "--from -", "give `-` once"));
        }
        if path.as_os_str() != "-" && path.is_dir() {
            sources.extend(snapshots_in(path)?.into_iter().map(|path| Source { path, kind: Kind::Found }));
        } else {
            sources.push(Source { path: path.clone(), kind: Kind::Named });
        }
    }
    // A host that was named twice is one host.
    let mut seen = HashSet::new();
    sources.retain(|source| seen.insert(source.path.clone()));
    Ok(sources)
}

fn snapshots_in(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = fs::read_dir(directory).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let entries = listed.map_err(|error| {
        let why = reason(&error);
        Failure::internal(format!("cannot list it: {why}"), directory.display().to_string(), "a directory you may read")
    })?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    if files.is_empty() {
        return Err(Failure::internal(
            "there is no snapshot in the directory",
            directory.display().to_string(),
            "a directory of what `bridge-doctor collect > NAME.json` made",
        ));
    }
    files.sort();
    Ok(files)
}

/// Judges on every processor. What is kept is a line for each, and as many snapshots as there are processors.
fn judge_all(sources: &[Source], options: &cli::Check, question: &engine::Options) -> Vec<HostEntry> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(sources.len())));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(sources.len());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = sources.get(at) else { break };
            let line = judge(source, options, question);
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, line));
        }
    };
    let mut progress = Progress::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
            let judged = next.load(Ordering::Relaxed).min(sources.len());
            if progress.is_shown() {
                progress.count(judged, sources.len());
                thread::sleep(TELL);
            } else {
                break;
            }
        }
    });
    drop(progress);
    let mut lines = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn judge(source: &Source, options: &cli::Check, question: &engine::Options) -> HostEntry {
    let Source { path: source, kind } = source;
    let file = source.display().to_string();
    // Opening a pipe would wait for somebody to write into it.
    if *kind == Kind::Found && fs::metadata(source).is_ok_and(|found| !found.is_file()) {
        return HostEntry::unreadable(file, "it is no regular file".to_owned());
    }
    let read = match kind {
        Kind::Tree => {
            let selection = Selection { root: vec![source.clone()], ..options.selection.clone() };
            selection::collect(&selection, options.expect)
        }
        Kind::Named | Kind::Found => from::read(source, options.selection.user.as_deref()),
    };
    let judged = read.map(|snapshot| {
        let report = engine::judge(&snapshot, question);
        let name = name(&snapshot).unwrap_or_else(|| stem(source));
        HostEntry::of(&report, name, file.clone(), question.expect.is_some())
    });
    judged.unwrap_or_else(|failure| {
        // Where the place is more than the file, it says where in it.
        let inside = failure.place.strip_prefix(&file).unwrap_or_default();
        HostEntry::unreadable(file.clone(), format!("{}{inside}", failure.what))
    })
}

/// The host's name, where it tells one host from another.
fn name(snapshot: &Snapshot) -> Option<String> {
    let name = snapshot.machine.hostname.as_deref()?.trim();
    let redacted = name.starts_with("host") && name[4..].bytes().all(|letter| letter == b'x');
    (!redacted && !NAMELESS.contains(&name)).then(|| name.to_owned())
}

fn stem(source: &Path) -> String {
    let whole = source.file_name().filter(|_| source.is_dir());
    let stem = whole.or(source.file_stem()).unwrap_or(source.as_os_str());
    if stem == "-" { "standard input".to_owned() } else { stem.to_string_lossy().into_owned() }
}
