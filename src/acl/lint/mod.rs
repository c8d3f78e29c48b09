//! What a person should know about an ACL that the helper would not say: one file a family of remarks.

mod bytes;
mod command;
mod effect;
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
    let mut first_errors = Vec::with_capacity(reading.files.len());
    for (file, path) in reading.files.iter().enumerate() {
        let Opened::Content(content) = source.open(path) else {
            first_errors.push(None);
            continue;
        };
        first_errors.push(lint_file(file, content, &mut remarks));
    }
    include::look(reading, &first_errors, &mut remarks);
    effect::look(reading, &mut remarks);
    remarks.finish(reading, source)
}

/// Looks at one file, and gives the place of its first error.
fn lint_file(file: usize, content: &[u8], remarks: &mut Remarks) -> Option<Place> {
    let mut first_error = None;
    let mut lost = None;
    let is_utf16 = bytes::is_utf16(content);
    for piece in Pieces::new(content) {
        let here = Here { file, piece };
        if !is_utf16 {
            bytes::look(here, remarks);
        }
        let error = match Statement::parse(piece.text) {
            Statement::Nothing => None,
            Statement::Bare(word) => {
                line::look(here, word, remarks);
                Some(word)
            }
            Statement::Command { keyword, argument } => match meaning(keyword.text, argument.text) {
                Meaning::Rule(_) => {
                    if first_error.is_some() {
                        lost.get_or_insert((here.place(argument), 0)).1 += 1;
                    } else {
                        name::look(here, keyword.text, argument, remarks);
                    }
                    None
                }
                Meaning::Include => None,
                Meaning::TooLong if matches!(keyword.text, b"allow" | b"deny") => {
                    name::too_long(here, keyword.text, argument, remarks);
                    Some(argument)
                }
                Meaning::TooLong | Meaning::Unknown => {
                    command::look(here, keyword, argument, remarks);
                    Some(keyword)
                }
            },
        };
        first_error = first_error.or(error.map(|word| here.place(word)));
        if first_error.is_some() && is_utf16 {
            break;
        }
    }
    if let (Some(error), Some((place, rules))) = (first_error, lost) {
        effect::lost(place, error, rules, remarks);
    }
    first_error
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
