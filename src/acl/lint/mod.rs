//! What a person should know about an ACL that the helper would not say: one file a family of remarks.

mod bytes;
mod command;
mod effect;
mod first;
mod include;
mod line;
mod name;
mod pattern;
mod remark;

use super::piece::{Piece, Pieces};
use super::scan::place_of;
use super::statement::{Meaning, Statement, Word, meaning};
use super::{Diagnostic, DiagnosticLevel, Opened, Place, Reading, Source};
use remark::{Remarks, Said};

/// Every remark about the files of a reading, file by file and line by line.
///
/// All errors of a file are named, though the helper stops at the first. Of one kind 100 are kept, and a note says
/// how many more there are.
pub fn lint(reading: &Reading, source: &dyn Source) -> Vec<Diagnostic> {
    let mut remarks = Remarks::default();
    for (file, (path, error)) in reading.files.iter().zip(&reading.errors).enumerate() {
        let Opened::Content(content) = source.open(path) else { continue };
        if source.is_directory(path) {
            let start = Place { file: u32::try_from(file).unwrap_or(u32::MAX), line: 1, column: 1, length: 0 };
            remarks.add(DiagnosticLevel::Warning, "directory", start, || {
                Said::new(format!(
                    "{} is a directory, which the helper reads as an empty file",
                    remark::file_name(path)
                ))
            });
        }
        if error.is_some() || bytes::are_odd(content) {
            walk(file, content, *error, &mut remarks);
        }
    }
    for rule in &reading.rules {
        name::look(rule, &mut remarks);
    }
    include::look(reading, &mut remarks);
    effect::look(&reading.rules, reading, &mut remarks);
    remarks.finish(reading, source)
}

/// Looks at the lines of a file that is not as it should be; its first error stands at `first`.
fn walk(file: usize, content: &[u8], first: Option<Place>, remarks: &mut Remarks) {
    let is_utf16 = bytes::is_utf16(content);
    let mut lost = None;
    for piece in Pieces::new(content) {
        let here = Here { file, piece };
        if !is_utf16 {
            bytes::look(here, remarks);
        }
        match Statement::parse(piece.text) {
            Statement::Nothing => {}
            Statement::Bare(word) => line::look(here, word, remarks),
            Statement::Command { keyword, argument } => match meaning(keyword.text, argument.text) {
                Meaning::Include => {}
                Meaning::Rule(_) if first.is_some_and(|first| here.place(argument) > first) => {
                    lost.get_or_insert((here.place(argument), 0)).1 += 1;
                }
                // The reading has it.
                Meaning::Rule(_) => {}
                Meaning::TooLong if matches!(keyword.text, b"allow" | b"deny") => {
                    name::too_long(here, keyword.text, argument, remarks);
                }
                Meaning::TooLong | Meaning::Unknown => command::look(here, keyword, argument, remarks),
            },
        }
        if is_utf16 && first.is_some() {
            break;
        }
    }
    if let (Some(first), Some((place, rules))) = (first, lost) {
        effect::lost(place, first, rules, remarks);
    }
}

/// The piece that is being looked at.
#[derive(Clone, Copy)]
struct Here<'a> {
    file: usize,
    piece: Piece<'a>,
}

impl Here<'_> {
    fn place(&self, word: Word<'_>) -> Place {
        place_of(word, &self.piece, self.file)
    }

    /// An error: in the first file it is one for the helper, too; in an included one it is passed over.
    fn error(&self, remarks: &mut Remarks, code: &'static str, word: Word<'_>, say: impl FnOnce() -> Said) {
        let level = if self.file == 0 { DiagnosticLevel::Error } else { DiagnosticLevel::Warning };
        let consequence =
            if self.file == 0 { "the helper refuses the whole file" } else { "the helper reads this file no further" };
        remarks.add(level, code, self.place(word), || say().because(consequence));
    }

    fn warning(&self, remarks: &mut Remarks, code: &'static str, word: Word<'_>, say: impl FnOnce() -> Said) {
        remarks.add(DiagnosticLevel::Warning, code, self.place(word), say);
    }
}
