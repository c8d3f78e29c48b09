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
    /// Its error.
    pub(super) error: Option<ScannedError>,
    /// How many pieces were read.
    pub(super) pieces: u64,
}

/// Where the helper stops, and what it prints, line by line.
#[derive(Debug)]
pub(super) struct ScannedError {
    pub(super) place: Place,
    pub(super) stderr: Vec<Vec<u8>>,
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

    /// Takes one piece; gives the error where it is one.
    fn take(&mut self, piece: Piece<'a>, file: usize) -> Option<ScannedError> {
        let (keyword, argument) = match Statement::parse(piece.text) {
            Statement::Nothing => return None,
            Statement::Bare(word) => {
                return Some(error(word, &piece, file, &[b"Invalid config line:\n  ", piece.text]));
            }
            Statement::Command { keyword, argument } => (keyword, argument),
        };
        let place = place_of(argument, &piece, file);
        match meaning(keyword.text, argument.text) {
            Meaning::Include => {
                let rules_before = self.rules.len();
                self.includes.push(ScannedInclude { path: argument.text, place, rules_before });
            }
            Meaning::Rule(kind) => {
                self.rules.extend(BridgeName::new(argument.text).map(|bridge| Rule { kind, bridge, place }));
            }
            Meaning::TooLong => {
                let length = argument.text.len().to_string();
                let said: [&[u8]; 4] = [b"name `", argument.text, b"' too long: ", length.as_bytes()];
                return Some(error(argument, &piece, file, &said));
            }
            Meaning::Unknown => {
                return Some(error(keyword, &piece, file, &[b"Unknown command `", keyword.text, b"'"]));
            }
        }
        None
    }
}

/// An error at this word; the line that is echoed keeps its line feed, so that an empty line follows.
fn error(word: Word<'_>, piece: &Piece<'_>, file: usize, said: &[&[u8]]) -> ScannedError {
    let stderr = said.concat().split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    ScannedError { place: place_of(word, piece, file), stderr }
}

/// The place of a word.
pub(super) fn place_of(word: Word<'_>, piece: &Piece<'_>, file: usize) -> Place {
    // A number that does not fit is off the end of what anybody can look at.
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place {
        file: number(file),
        line: number(piece.line),
        column: number(piece.offset + word.at + 1),
        length: number(word.text.len()),
    }
}
