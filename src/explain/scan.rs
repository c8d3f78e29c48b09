//! Runs over a log of any size: one pass for needles, a closer look only at the lines that hold one.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::decode;
use super::incident::Assembler;
use super::matcher::{self, Hit};
use super::memo::Memo;
use super::prefilter::Candidates;
use super::speaker;
use super::tally::Tally;
use super::unwrap;

/// How much is read at once.
const BLOCK: usize = 1 << 18;
/// A longer line is looked at in pieces.
const LONGEST_LINE: usize = 1 << 16;
/// How far a message reaches behind the line in which it begins.
const FOLLOWING_LINES: usize = 2;
/// Around a needle in a line that is too long.
const SURROUNDINGS: usize = 1 << 12;

/// Explains everything that is read.
pub(super) fn stream(input: &mut dyn Read, tally: &mut Tally, progress: &mut dyn FnMut(u64)) -> io::Result<()> {
    let mut assembler = Assembler::default();
    let mut memo = Memo::default();
    let mut buffer = vec![0; BLOCK + LONGEST_LINE];
    let (mut filled, mut seen, mut number) = (0, 0, 1);
    loop {
        let read = fill(input, buffer.get_mut(filled..).unwrap_or_default())?;
        progress(read as u64);
        filled += read;
        let text = buffer.get(..filled).unwrap_or_default();
        let until = if read == 0 { filled } else { complete(text, seen) };
        let done = block(text, seen..until, number, &mut memo, &mut |hit| assembler.push(hit, tally));
        number += newlines(text, seen, until);
        // Of a line that was cut, the end is kept: a message may begin there. What was used up is not looked at again.
        let whole = text.get(..until).is_some_and(|text| text.ends_with(b"\n"));
        let kept = if whole { until } else { until.saturating_sub(SURROUNDINGS) }.max(done);
        buffer.copy_within(kept..filled, 0);
        (seen, filled) = (until.max(kept) - kept, filled - kept);
        if read == 0 {
            assembler.finish(tally);
            return Ok(());
        }
    }
}

/// Reads until the buffer is full or nothing follows, so that what is found does not hang on how the text arrives.
fn fill(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    loop {
        match input.read(buffer.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => return Ok(filled),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Up to where the text can be looked at: the end of the last line behind which those stand that a message can go on in. A
/// line that is too long to wait for its end is looked at without the last part, in which a message may begin.
fn complete(text: &[u8], seen: usize) -> usize {
    let new = text.get(seen..).unwrap_or_default();
    let ends = || memchr::memrchr_iter(b'\n', new);
    match ends().nth(FOLLOWING_LINES).or_else(|| ends().next()) {
        Some(end) => seen + end + 1,
        None if text.len() >= LONGEST_LINE => (text.len() - SURROUNDINGS).max(seen),
        None => seen,
    }
}

/// The same as `lines`; colours could part a needle, and lists of bytes hide it, so they are taken out first.
fn block(text: &[u8], range: Range<usize>, first: u64, memo: &mut Memo, found: &mut dyn FnMut(Hit)) -> usize {
    let new = text.get(range.clone()).unwrap_or_default();
    if memchr::memchr(b'\x1b', new).is_none() && !decode::may_hold_list(new) {
        return lines(text, range, first, memo, found);
    }
    let mut plain = undisguised(new);
    let end = plain.len();
    // What follows belongs to a message that goes on there.
    plain.extend(undisguised(text.get(range.end..).unwrap_or_default()));
    lines(&plain, 0..end, first, memo, found);
    range.start
}

fn undisguised(text: &[u8]) -> Vec<u8> {
    unwrap::without_colours(&decode::without_lists(text)).into_owned()
}

/// Every known error whose needle stands in a range of the text, of which the first line has this number; says how far the
/// text has been used up.
pub(super) fn lines(
    text: &[u8],
    range: Range<usize>,
    first: u64,
    memo: &mut Memo,
    found: &mut dyn FnMut(Hit),
) -> usize {
    let (mut at, mut floor, mut counted, mut number) = (range.start, 0, range.start, first);
    let mut candidates = Candidates::new(text, range);
    while let Some(needle) = candidates.from(at) {
        let before = text.get(..needle).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        let start = start.max(needle.saturating_sub(SURROUNDINGS)).max(floor);
        let end = line_end(text, needle).min(needle + SURROUNDINGS);
        number += newlines(text, counted, start);
        counted = start.max(counted);
        let reach = (0..FOLLOWING_LINES).fold(end, |end, _| line_end(text, end + 1)).min(end + SURROUNDINGS);
        let used = one(text.get(start..reach.min(text.len())).unwrap_or_default(), end - start, number, memo, found);
        // Of a line that was cut, a message may reach behind the cut.
        let cut = text.get(end).is_some_and(|byte| *byte != b'\n');
        at = if cut { end.max(start + used) } else { end };
        floor = at;
    }
    floor
}

fn newlines(text: &[u8], from: usize, until: usize) -> u64 {
    memchr::memchr_iter(b'\n', text.get(from..until).unwrap_or_default()).count() as u64
}

fn line_end(block: &[u8], from: usize) -> usize {
    let rest = block.get(from..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(block.len(), |end| from + end)
}

/// One line of the text, with what follows it; it holds several where line ends are escaped. Says how far its messages reach.
fn one(text: &[u8], end: usize, number: u64, memo: &mut Memo, found: &mut dyn FnMut(Hit)) -> usize {
    let line = text.get(..end).unwrap_or(text);
    let source = speaker::source(line);
    if let Some(said) = memo.recall(line) {
        said.iter().for_each(|said| found(Hit { line: number, source, said: said.clone() }));
        return end;
    }
    let clean = unwrap::clean(line);
    let (said, place) = if matches!(clean, Cow::Borrowed(_)) {
        matcher::line(text, end)
    } else {
        let (mut all, mut first, mut start) = (Vec::new(), clean.len(), 0);
        while start < clean.len() {
            let end = line_end(&clean, start);
            let (said, place) = matcher::line(clean.get(start..).unwrap_or_default(), end - start);
            first = if all.is_empty() { start + place.start } else { first };
            all.extend(said);
            start = end + 1;
        }
        (all, first..end)
    };
    // A message that goes on in the next line is not known by its first.
    if !said.iter().any(|said| said.error.goes_on()) {
        memo.keep(&said, place.start);
    }
    said.into_iter().for_each(|said| found(Hit { line: number, source, said }));
    place.end
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, LONGEST_LINE, Memo, lines, stream};
    use crate::explain::tally::Tally;

    const DENIED: &str = "access denied by acl file";

    fn found(text: &[u8]) -> Vec<(u64, &'static str)> {
        let mut hits = Vec::new();
        lines(text, 0..text.len(), 1, &mut Memo::default(), &mut |hit| hits.push((hit.line, hit.said.error.id)));
        hits
    }

    #[test]
    fn every_line_keeps_its_number() {
        let text = format!("a\n\n{DENIED}\nb\nx {DENIED} y\n{DENIED}");
        assert_eq!(found(text.as_bytes()), [3, 5, 6].map(|line| (line, "acl-access-denied")));
    }

    #[test]
    fn a_message_across_a_cut_is_counted_once() {
        let text = format!("{DENIED} qemu-kvm: -nic bridge,br=br0: bridge helper failed ").repeat(1000);
        assert_eq!(found(text.as_bytes()).len(), 2000);
    }

    #[test]
    fn a_json_line_holds_several() {
        let text =
            r#"{"message":"failed to create tun device: Operation not permitted\nqemu: bridge helper failed\n","n":1}"#;
        assert_eq!(found(text.as_bytes()), [(1, "tun-create-not-permitted"), (1, "qemu-helper-failed")]);
    }

    #[test]
    fn a_message_is_found_wherever_a_block_ends() {
        for gap in (BLOCK + LONGEST_LINE - 40)..(BLOCK + LONGEST_LINE + 20) {
            for filler in ["x", "x\n"] {
                let text = filler.repeat(gap / filler.len()) + "\n" + DENIED + "\n" + &"y\n".repeat(BLOCK);
                let mut tally = Tally::default();
                stream(&mut text.as_bytes(), &mut tally, &mut |_| ()).unwrap();
                let matches = tally.matches();
                assert_eq!(matches.len(), 1, "{gap} {filler:?}");
                assert_eq!(matches[0].count, 1, "{gap} {filler:?}");
            }
        }
    }

    #[test]
    fn a_message_of_two_lines_is_whole_wherever_a_block_ends() {
        for gap in (BLOCK + LONGEST_LINE - 60)..(BLOCK + LONGEST_LINE + 20) {
            let text = "x\n".repeat(gap / 2)
                + &"\n".repeat(gap % 2)
                + "Invalid config line:\n  allow=br0\n"
                + &"y\n".repeat(BLOCK);
            let mut tally = Tally::default();
            stream(&mut text.as_bytes(), &mut tally, &mut |_| ()).unwrap();
            let matches = tally.matches();
            assert_eq!((matches.len(), matches[0].params["line"].as_str()), (1, "allow=br0"), "{gap}");
        }
    }

    #[test]
    fn a_message_within_a_line_that_never_ends_is_found_and_counted_once() {
        for place in [0, LONGEST_LINE, BLOCK, BLOCK + LONGEST_LINE - 10, 3 * BLOCK] {
            let text = "z".repeat(place) + DENIED + &"z".repeat(4 * BLOCK);
            let mut tally = Tally::default();
            stream(&mut text.as_bytes(), &mut tally, &mut |_| ()).unwrap();
            assert_eq!(tally.matches().iter().map(|one| one.count).collect::<Vec<_>>(), [1], "{place}");
        }
    }
}
