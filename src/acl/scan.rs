//! One file, read on its own: the rules, the includes and the error that every reading of it meets.

use super::name::BridgeName;
use super::piece::{Piece, Pieces};
use super::statement::{Meaning, Statement, Word, meaning};
use super::{Place, Rule};

/// What a file holds up to its end or its first error.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    /// Its rules.
    pub(super) rules: Vec<Rule>,
    /// Its includes.
    pub(super) includes: Vec<ScannedInclude<'a>>,
    /// What the helper prints about its error, line by line.
    pub(super) error: Option<Vec<Vec<u8>>>,
    /// How many pieces were read.
    pub(super) pieces: u64,
}

/// An `include`, not yet followed.
#[derive(Debug)]
pub(super) struct ScannedInclude<'a> {
    /// The name as written.
    pub(super) path: &'a [u8],
    /// Where the name stands.
    pub(super) place: Place,
    /// How many rules of the file stand before it.
    pub(super) rules_before: usize,
}

impl<'a> Scan<'a> {
    /// Reads `content`, the file with this index in [`Reading::files`](super::Reading::files).
    pub(super) fn new(content: &'a [u8], file: usize) -> Self {
        let mut scan = Self::default();
        for piece in Pieces::new(content) {
            scan.pieces += 1;
            scan.error = scan.take(piece, file);
            if scan.error.is_some() {
                break;
            }
        }
        scan
    }

    /// Takes one piece; gives what the helper prints where it is an error.
    fn take(&mut self, piece: Piece<'a>, file: usize) -> Option<Vec<Vec<u8>>> {
        let (keyword, argument) = match Statement::parse(piece.text) {
            Statement::Nothing => return None,
            Statement::Bare(_) => return Some(invalid_line(piece.text)),
            Statement::Command { keyword, argument } => (keyword.text, argument),
        };
        let place = place_of(argument, &piece, file);
        match meaning(keyword, argument.text) {
            Meaning::Include => {
                self.includes.push(ScannedInclude { path: argument.text, place, rules_before: self.rules.len() })
            }
            Meaning::Rule(kind) => {
                self.rules.extend(BridgeName::new(argument.text).map(|bridge| Rule { kind, bridge, place }));
            }
            Meaning::TooLong => {
                let length = argument.text.len().to_string();
                return Some(lines(&[b"name `", argument.text, b"' too long: ", length.as_bytes()]));
            }
            Meaning::Unknown => return Some(lines(&[b"Unknown command `", keyword, b"'"])),
        }
        None
    }
}

/// The place of a word.
pub(super) fn place_of(word: Word<'_>, piece: &Piece<'_>, file: usize) -> Place {
    Place { file, line: piece.line, column: piece.offset + word.at + 1, length: word.text.len() }
}

/// The echo of a line: its own line feed stays, so that an empty line follows.
fn invalid_line(text: &[u8]) -> Vec<Vec<u8>> {
    lines(&[b"Invalid config line:\n  ", text])
}

fn lines(parts: &[&[u8]]) -> Vec<Vec<u8>> {
    parts.concat().split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}
