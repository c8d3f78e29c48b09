//! Which known errors a piece of text contains.

use std::ops::Range;
use std::rc::Rc;
use std::sync::{LazyLock, OnceLock};

use regex::bytes::{Captures, Regex};

use super::doubt::{self, Place};
use super::errno;
use super::prefilter::Prefilter;
use crate::catalogue::{self, KnownError};

/// What is kept of a parameter or message; the rest of a longer one tells nothing more.
const LONGEST: usize = 400;

/// How much of a line is looked at around a message: what a log puts there is shorter.
const NEAR: usize = 1 << 10;

/// What stands before a message that is told again: by Python's libvirt behind a traceback, by Ansible line by line.
const ECHOES: [&[u8]; 3] = [b"libvirtError: ", b"stderr_lines\"", b"stdout_lines\""];

/// A known error in a text.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    /// The line, from 1.
    pub(super) line: u64,
    /// What tells its program from others that speak at the same time.
    pub(super) source: Option<u64>,
    pub(super) said: Rc<Said>,
}

/// What a message says. Lines that are alike share it.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) error: &'static KnownError,
    /// The message, without what another program put around it.
    pub(super) text: String,
    pub(super) params: Vec<(&'static str, String)>,
    /// It stands directly after `stderr=`: what libvirt took from the helper begins here.
    pub(super) first_of_stderr: bool,
    /// The words of a known message, and by themselves no sign of one: another program says them, or a person.
    pub(super) doubtful: bool,
    /// The program that the log names as the one who says it.
    pub(super) tag: Option<String>,
    /// That program has nothing to do with the helper.
    pub(super) foreign: bool,
    /// A program that failed repeats what it was told before.
    pub(super) echo: bool,
    /// Bytes of the match that the pattern spells out.
    pub(super) spelled: usize,
}

/// A pattern, compiled when it is first needed: most runs need two or three of them.
struct Pattern {
    error: &'static KnownError,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn regex(&self) -> Option<&Regex> {
        // The catalogue's test compiles them all.
        self.regex.get_or_init(|| Regex::new(self.error.pattern).ok()).as_ref()
    }
}

static PATTERNS: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| catalogue::errors().map(|(_, error)| Pattern { error, regex: OnceLock::new() }).collect());

/// What the known errors of a line say, in the order in which they stand there, and from where to where they do. `text` goes
/// on behind the line, for a message that takes more than one; of two that overlap the one that the catalogue names first is
/// meant.
pub(super) fn line(text: &[u8], end: usize) -> (Vec<Rc<Said>>, Range<usize>) {
    let line = text.get(..end).unwrap_or(text);
    let mut taken: Vec<(usize, usize, Rc<Said>)> = Vec::new();
    for pattern in Prefilter::get().suspects(line).into_iter().filter_map(|suspect| PATTERNS.get(suspect)) {
        let Some(regex) = pattern.regex() else { continue };
        let mut at = 0;
        while let Some(found) = regex.captures_at(text, at) {
            let Some(whole) = found.get(0).filter(|whole| whole.start() < end) else { break };
            let (from, to) = (whole.start(), whole.start() + length(&found));
            if !taken.iter().any(|(start, stop, _)| from < *stop && *start < to) && !is_format(&found) {
                taken.push((from, to, Rc::new(said(pattern.error, regex, &found, text))));
            }
            at = to.max(from + 1);
        }
    }
    taken.sort_by_key(|(from, ..)| *from);
    let place = taken.first().map_or(end, |(from, ..)| *from)..taken.last().map_or(end, |(_, to, _)| *to);
    (taken.into_iter().map(|(.., said)| said).collect(), place)
}

/// How long a message is. One that runs to the end of its line ends with the text of an error number, where that is one.
fn length(found: &Captures<'_>) -> usize {
    let Some(whole) = found.get(0) else { return 0 };
    let last = found.name("errno").filter(|errno| errno.end() == whole.end());
    let known = last.and_then(|errno| Some(errno.start() + errno::length(errno.as_bytes())?));
    known.unwrap_or(whole.end()) - whole.start()
}

/// What is found by a pattern in a text.
pub(super) fn said(error: &'static KnownError, regex: &Regex, found: &Captures<'_>, text: &[u8]) -> Said {
    let from = found.get(0).map_or(0, |whole| whole.start());
    let to = from + length(found);
    let mut spelled = to - from;
    let mut params = Vec::new();
    let (before, words, after) = around(text, from, to);
    let first_of_stderr = begins_stderr(before, words);
    let doubt = doubt::about(error, &Place { before, words, after, of_child: first_of_stderr });
    for name in regex.capture_names().flatten() {
        if let Some(value) = found.name(name) {
            let value = text.get(value.start()..value.end().min(to)).unwrap_or_default();
            spelled = spelled.saturating_sub(if is_open(error, name, value) { value.len() } else { 0 });
            let value = if error.goes_on() { without_prefix(value, before) } else { value };
            let value = kept(value);
            let value = if name == "errno" { reason(&value).to_owned() } else { value };
            params.push((parameter(error, name), value));
        }
    }
    Said {
        error,
        text: reason(&kept(words)).to_owned(),
        params,
        doubtful: doubt.is,
        tag: doubt.tag,
        foreign: doubt.foreign,
        echo: ECHOES.iter().any(|echo| memchr::memmem::find(before, echo).is_some()),
        first_of_stderr,
        spelled,
    }
}

/// A message and what of its line stands near it.
fn around(text: &[u8], from: usize, to: usize) -> (&[u8], &[u8], &[u8]) {
    let before = text.get(from.saturating_sub(NEAR)..from).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let after = text.get(to..text.len().min(to + NEAR)).unwrap_or_default();
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
    (
        before.get(start..).unwrap_or_default(),
        text.get(from..to).unwrap_or_default(),
        after.get(..end).unwrap_or_default(),
    )
}

/// Whether this is the message in the source of a program.
pub(super) fn is_format(found: &Captures<'_>) -> bool {
    let is_format = |value: &[u8]| matches!(value, [b'%', b's'] | [b'%', b's', b'\'' | b'\\' | b'"' | b' ', ..]);
    found.iter().skip(1).flatten().any(|value| is_format(value.as_bytes()))
}

/// What goes on in the next line of a log, without what the log puts before each line.
fn without_prefix<'a>(value: &'a [u8], before: &[u8]) -> &'a [u8] {
    let last = before.trim_ascii_end().rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    if last.is_empty() {
        return value;
    }
    memchr::memmem::find(value, last).and_then(|at| value.get(at + last.len()..)).unwrap_or(value)
}

/// Whether what is found from here on is the first that libvirt took from the standard error of its child: the helper, or
/// libvirt itself that could not start it.
fn begins_stderr(before: &[u8], words: &[u8]) -> bool {
    const LABEL: &[u8] = b"stderr=";
    if words.starts_with(LABEL) {
        return true;
    }
    let Some(label) = memchr::memmem::rfind(before, LABEL) else { return false };
    let between = before.get(label + LABEL.len()..).unwrap_or_default();
    between.trim_ascii().is_empty() || between.starts_with(b"libvirt: ")
}

/// Whether anything could stand in a parameter's place, and does. The text of an error number is not just anything.
fn is_open(error: &KnownError, name: &str, value: &[u8]) -> bool {
    if name == "errno" && errno::length(value) == Some(value.len()) {
        return false;
    }
    ["[^", r"\S"].iter().any(|any| error.pattern.contains(&format!("(?P<{name}>{any}")))
}

/// The name as the catalogue has it, which lives as long as the program.
fn parameter(error: &'static KnownError, name: &str) -> &'static str {
    const OPENING: &str = "(?P<";
    let group = error.pattern.find(&format!("{OPENING}{name}>"));
    let start = group.map_or(0, |group| group + OPENING.len());
    error.pattern.get(start..start + name.len()).unwrap_or("")
}

fn kept(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..LONGEST).unwrap_or(bytes));
    text.trim().to_owned()
}

/// A message that runs to the end of its line, without the rest of a JSON object around it.
fn reason(text: &str) -> &str {
    let end = text.find("\",").or_else(|| text.find("\"}")).unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end()
}
