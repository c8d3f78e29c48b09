//! Remarks on their way to diagnostics.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use memchr::memchr;

use crate::acl::{Charset, Diagnostic, DiagnosticLevel, Opened, Place, Reading, Source, visible};

/// How many remarks of one kind are kept.
const KEPT: usize = 100;
/// How much of a line is kept on each side of the place.
const MARGIN: usize = 100;

/// The words of a remark.
pub(super) struct Said {
    message: String,
    suggestion: Option<String>,
}

impl Said {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), suggestion: None }
    }

    /// Adds the corrected line, made of these parts; none where it holds bytes that cannot be shown as they are.
    pub(super) fn write(mut self, parts: &[&[u8]]) -> Self {
        self.suggestion = String::from_utf8(parts.concat())
            .ok()
            .filter(|text| text.split('\n').all(|line| visible(line.as_bytes(), Charset::Unicode) == line));
        self
    }

    pub(super) fn because(mut self, consequence: &str) -> Self {
        self.message = format!("{}; {consequence}", self.message);
        self
    }
}

/// A word of the file within a message, in backticks and of a bearable length.
pub(super) fn quoted(text: &[u8]) -> String {
    let shown = visible(text, Charset::Unicode);
    match shown.char_indices().nth(60) {
        Some((end, _)) => format!("`{}...`", &shown[..end]),
        None => format!("`{shown}`"),
    }
}

struct Remark {
    level: DiagnosticLevel,
    code: &'static str,
    place: Place,
    said: Said,
}

/// The remarks so far.
#[derive(Default)]
pub(super) struct Remarks {
    kept: Vec<Remark>,
    counts: BTreeMap<&'static str, usize>,
}

impl Remarks {
    /// Adds a remark; its words are made only where it is kept.
    pub(super) fn add(&mut self, level: DiagnosticLevel, code: &'static str, place: Place, say: impl FnOnce() -> Said) {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        if *count <= KEPT {
            self.kept.push(Remark { level, code, place, said: say() });
        }
    }

    /// The diagnostics in the order of their places, then the notes about what was left out.
    pub(super) fn finish(mut self, reading: &Reading, source: &dyn Source) -> Vec<Diagnostic> {
        self.kept.sort_by_key(|remark| remark.place);
        let lines = Lines::of(self.kept.iter().map(|remark| remark.place), reading, source);
        let mut diagnostics: Vec<_> =
            self.kept.into_iter().map(|remark| remark.into_diagnostic(&lines, reading)).collect();
        let left_out = self.counts.into_iter().filter(|(_, count)| *count > KEPT);
        diagnostics.extend(left_out.map(|(code, count)| note(code, count - KEPT, reading)));
        diagnostics
    }
}

impl Remark {
    fn into_diagnostic(self, lines: &Lines<'_>, reading: &Reading) -> Diagnostic {
        let Place { line, column, length, .. } = self.place;
        let (line, column, length) = (line as usize, column as usize, length as usize);
        let text = lines.get(self.place);
        let start = column.saturating_sub(1).saturating_sub(MARGIN);
        let end = text.len().min(column + length.min(MARGIN) + MARGIN);
        Diagnostic {
            level: self.level,
            code: self.code,
            file: file_name(reading.file(self.place)),
            line,
            column,
            message: self.said.message,
            suggestion: self.said.suggestion,
            source: text.get(start..end).unwrap_or_default().to_vec(),
            source_column: start + 1,
            length,
        }
    }
}

fn note(code: &'static str, more: usize, reading: &Reading) -> Diagnostic {
    Diagnostic {
        level: DiagnosticLevel::Note,
        code,
        file: reading.files.first().map(|path| file_name(path)).unwrap_or_default(),
        line: 1,
        column: 1,
        message: format!("{more} more remarks of this kind are left out"),
        suggestion: None,
        source: Vec::new(),
        source_column: 1,
        length: 0,
    }
}

/// The name of a file, fit to be shown.
pub(super) fn file_name(path: &Path) -> String {
    visible(path.as_os_str().as_bytes(), Charset::Unicode)
}

/// The lines that remarks are about, found in one pass over each file.
struct Lines<'a>(HashMap<(u32, u32), &'a [u8]>);

impl<'a> Lines<'a> {
    fn of(places: impl Iterator<Item = Place>, reading: &Reading, source: &'a dyn Source) -> Self {
        let mut found = HashMap::new();
        let mut file = None;
        let (mut rest, mut line): (&[u8], u32) = (&[], 1);
        for place in places {
            if file != Some(place.file) {
                file = Some(place.file);
                rest = match source.open(reading.file(place)) {
                    Opened::Content(content) => content,
                    Opened::Failed(_) | Opened::Endless | Opened::Unknown => &[],
                };
                line = 1;
            }
            let skipped = place.line.saturating_sub(line);
            if let Some(at) = skipped.checked_sub(1).map(|nth| memchr::memchr_iter(b'\n', rest).nth(nth as usize)) {
                rest = at.map_or(&[], |at| &rest[at + 1..]);
                line = place.line;
            }
            found.insert((place.file, place.line), &rest[..memchr(b'\n', rest).unwrap_or(rest.len())]);
        }
        Self(found)
    }

    fn get(&self, place: Place) -> &'a [u8] {
        self.0.get(&(place.file, place.line)).copied().unwrap_or_default()
    }
}
