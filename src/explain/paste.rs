//! A pasted text, whose lines a terminal or a mail program may have broken.

use std::borrow::Cow;

use super::incident::Assembler;
use super::memo::Memo;
use super::scan;
use super::tally::Tally;
use super::unwrap;

/// Terminals are not narrower than this.
const NARROWEST: usize = 30;

/// Reads the text as it stands, and as it was before its lines were broken. The reading in which more of the text is known
/// counts; where that is the same, the text as it stands.
pub(super) fn read(text: &[u8]) -> Tally {
    let text = unwrap::without_colours(text);
    let as_is = scanned(&text, &|line| line as u64);
    let others = [Break::Anywhere, Break::AtBlank].map(|kind| {
        let (joined, starts) = mended(&text, kind);
        scanned(&joined, &|line| starts.get(line - 1).copied().unwrap_or(1))
    });
    others.into_iter().fold(as_is, |best, other| if other.spelled > best.spelled { other } else { best })
}

fn scanned(text: &[u8], place: &dyn Fn(usize) -> u64) -> Tally {
    let mut tally = Tally::default();
    let mut assembler = Assembler::default();
    let mut spelled = 0;
    scan::lines(text, 0..text.len(), 1, &mut Memo::default(), &mut |mut hit| {
        spelled += hit.said.spelled;
        hit.line = usize::try_from(hit.line).map_or(hit.line, place);
        assembler.push(hit, &mut tally);
    });
    assembler.finish(&mut tally);
    tally.spelled = spelled;
    tally
}

/// How lines were broken.
#[derive(Clone, Copy)]
enum Break {
    /// By a terminal, at its last column.
    Anywhere,
    /// By a program, at a blank, which went away.
    AtBlank,
}

/// The text with its lines put together again, and for each of them the number that it begins at.
fn mended(text: &[u8], kind: Break) -> (Vec<u8>, Vec<u64>) {
    let lines: Vec<Cow<'_, str>> = text.split(|byte| *byte == b'\n').map(String::from_utf8_lossy).collect();
    let width = lines.iter().map(|line| line.trim_end_matches('\r').chars().count()).max().unwrap_or(0);
    let (mut joined, mut starts) = (Vec::new(), Vec::new());
    let mut open = false;
    for (number, line) in (1..).zip(&lines) {
        let line = line.trim_end_matches('\r');
        if !open {
            starts.push(number);
        }
        let rest = if open && matches!(kind, Break::AtBlank) { without_margin(line) } else { line };
        joined.extend_from_slice(rest.as_bytes());
        let next = lines
            .get(usize::try_from(number).unwrap_or(usize::MAX))
            .map(|next| without_margin(next))
            .unwrap_or_default();
        open = width >= NARROWEST && !next.is_empty() && is_broken(line, next, width, kind);
        match kind {
            _ if !open => joined.push(b'\n'),
            Break::Anywhere => {}
            Break::AtBlank => joined.push(b' '),
        }
    }
    (joined, starts)
}

fn is_broken(line: &str, next: &str, width: usize, kind: Break) -> bool {
    let length = line.chars().count();
    match kind {
        Break::Anywhere => length == width,
        Break::AtBlank => {
            let word = next.split_whitespace().next().map_or(0, |word| word.chars().count());
            length > 0 && length + 1 + word > width
        }
    }
}

/// A line without its indentation and the marks of a quotation.
fn without_margin(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '|', '│'])
}
