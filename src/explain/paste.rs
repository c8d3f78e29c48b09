//! A pasted text, whose lines a terminal, a logger or a mail program may have broken and quoted.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::incident::Assembler;
use super::matcher::Hit;
use super::memo::Memo;
use super::tally::Tally;
use super::{decode, errno, loose, record, scan, speaker, unwrap};

/// Terminals and columns are not narrower than this.
const NARROWEST: usize = 20;
/// A text with more lines is a log rather than something that one person copied.
const FEW_LINES: usize = 80;
/// A larger text is read as its lines stand, and as they were before a terminal broke them.
const SMALL: usize = 1 << 16;
/// A larger text is a log, which nobody wrote down by hand.
const SHORT: usize = 1 << 14;

/// A journal may be exported out of another.
const LISTS: usize = 3;

/// What stands at the beginning of each line of a log or a quotation, and is no part of what was written.
static PREFIX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const STAMP: &str = r"\d{4}[-/]\d\d[-/]\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:\ ?(?:Z|UTC|[+-]\d\d:?\d\d))?";
    Regex::new(&format!(
        r"^(?x:
            [\ \t>|│┃┆║]+
            | <\d{{1,3}}>(?:1\ )?
            | \[\s*\d+\.\d+\]\ ?
            | \[?{STAMP}\]?:?(?:\ (?:stdout|stderr)\ [FP])?(?:\ |$)
            | \d+:\ (?:error|warning|info|debug)\ *:\ (?:\w+:\d+\ :\ )?
            | [A-Z][a-z][a-z]\ [\ \d]\d\ (?:\d{{4}}\ )?\d\d:\d\d:\d\d(?:\.\d+)?\ (?:\S+\ )?
            | (?:\S+\ )?[\w./@-]+\[\d+\]:(?:\ |$)
            | [\w.-]+\ +\|(?:\ |$)
            | \d+[:\t]
        )"
    ))
    .ok()
});

/// Reads the text as it stands, and as it was before its lines were broken and quoted. The reading in which more of the text
/// is known counts; where that is the same, the plainer one.
pub(super) fn read(text: &[u8]) -> Tally {
    let text = decode::Encoding::of(text).decode(text);
    let raw = Lines::of(&text).without_transfer_encoding().without_records();
    let small = text.len() <= SMALL;
    let mut best = Tally::default();
    for before in raw.readings(small) {
        let plain = before.clean();
        consider(&plain, &mut best);
        for mended in plain.readings(small).skip(1) {
            consider(&mended, &mut best);
        }
        if let Some(bare) = small.then(|| plain.without_prefixes()).flatten() {
            bare.readings(small).for_each(|lines| consider(&lines, &mut best));
        }
    }
    if text.len() <= SHORT { loosely(&raw.clean(), best) } else { best }
}

/// The reading of a text that somebody wrote down rather than copied, where more messages are known in it than in the best
/// of the others.
fn loosely(plain: &Lines, mut best: Tally) -> Tally {
    let bare = plain.without_prefixes();
    for lines in plain.readings(true).chain(bare.iter().flat_map(|bare| bare.readings(true))) {
        let text = lines.with_single_blanks();
        let tally = lines.tally(loose::hits(text.as_bytes()).into_iter());
        if tally.messages > best.messages {
            best = tally;
        }
    }
    best
}

fn consider(lines: &Lines, best: &mut Tally) {
    let tally = lines.scanned();
    if tally.spelled > best.spelled {
        *best = tally;
    }
}

/// How lines were broken.
#[derive(Clone, Copy)]
enum Break {
    /// By a terminal, at its last column.
    Anywhere,
    /// By a program, at a blank, which went away.
    AtBlank,
}

/// Lines, each with the number of the line of the text in which it begins.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Lines(Vec<(u64, String)>);

impl Lines {
    fn of(text: &[u8]) -> Self {
        let lines = text.split(|byte| *byte == b'\n').map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            String::from_utf8_lossy(line).into_owned()
        });
        Self((1..).zip(lines).collect())
    }

    /// The lines as they were before a mail program made them fit into its own.
    fn without_transfer_encoding(self) -> Self {
        if !decode::is_quoted_printable(self.0.iter().map(|(_, line)| line.as_str())) {
            return self;
        }
        let mut joined: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut open = false;
        for (number, line) in &self.0 {
            let (whole, goes_on) = line.strip_suffix('=').map_or((line.as_str(), false), |line| (line, true));
            let plain = decode::quoted_printable(whole);
            match joined.last_mut() {
                Some((_, before)) if open => before.extend(plain),
                _ => joined.push((*number, plain)),
            }
            open = goes_on;
        }
        let lines = joined.into_iter().map(|(number, line)| (number, String::from_utf8_lossy(&line).into_owned()));
        Self(lines.collect())
    }

    /// The lines that programs wrote, where those of the text are objects of a log.
    fn without_records(self) -> Self {
        let written = |(number, line): (u64, String)| match record::lines(&line) {
            Some(lines) => lines.into_iter().map(|line| (number, line)).collect(),
            None => vec![(number, line)],
        };
        Self(self.0.into_iter().flat_map(written).collect())
    }

    /// The lines as they stand, and then with those put together again that may have been one.
    fn readings(&self, small: bool) -> impl Iterator<Item = Self> + '_ {
        let widths = self.widths(small);
        let kinds = [Break::Anywhere, Break::AtBlank];
        let mended = kinds.into_iter().flat_map(move |kind| widths.clone().into_iter().map(move |width| (kind, width)));
        let mended = mended.filter_map(|(kind, width)| self.mended(kind, width));
        std::iter::once(self.clone()).chain(mended)
    }

    /// How wide what broke the lines may have been: as wide as the longest line, or as several lines; in a text of few lines
    /// each of them may be a broken one.
    fn widths(&self, small: bool) -> Vec<usize> {
        let mut lengths: Vec<usize> = self.0.iter().map(|(_, line)| line.chars().count()).collect();
        lengths.sort_unstable();
        let longest = lengths.last().copied().unwrap_or(0);
        let mut widths = vec![longest];
        if small {
            let mut alike: Vec<&[usize]> = lengths.chunk_by(|one, other| one == other).collect();
            alike.sort_by_key(|lengths| std::cmp::Reverse(lengths.len()));
            let frequent = alike.iter().filter(|lengths| lengths.len() > 1).filter_map(|lengths| lengths.first());
            widths.extend(frequent.copied().filter(|width| *width != longest).take(2));
        }
        widths.retain(|width| *width >= NARROWEST);
        if small && self.0.len() <= FEW_LINES {
            widths.push(0);
        }
        widths
    }

    /// The lines put together again; none where all are whole.
    fn mended(&self, kind: Break, width: usize) -> Option<Self> {
        let mut joined: Vec<(u64, String)> = Vec::new();
        let mut before: Option<&str> = None;
        for (number, line) in &self.0 {
            let bare = without_margin(line);
            match joined.last_mut() {
                Some((_, open)) if before.is_some_and(|before| is_broken(before, bare, width, kind)) => match kind {
                    Break::Anywhere => open.push_str(line),
                    Break::AtBlank => {
                        open.truncate(open.trim_end().len());
                        open.push(' ');
                        open.push_str(bare);
                    }
                },
                _ => joined.push((*number, line.clone())),
            }
            before = Some(line);
        }
        (joined.len() < self.0.len()).then_some(Self(joined))
    }

    fn clean(&self) -> Self {
        let clean = self.0.iter().flat_map(|(number, line)| {
            let mut clean = unwrap::clean(line.as_bytes()).into_owned();
            for _ in 0..LISTS {
                let Cow::Owned(listed) = decode::without_lists(&clean) else { break };
                clean = unwrap::clean(&listed).into_owned();
            }
            let lines: Vec<_> = Self::of(&clean).0.into_iter().map(|(_, line)| (*number, line)).collect();
            lines
        });
        Self(clean.collect())
    }

    /// The lines without what stands before and after each of them; none where nothing does.
    fn without_prefixes(&self) -> Option<Self> {
        let prefix = PREFIX.as_ref()?;
        let bare = |line: &str| {
            let mut rest = if speaker::is_logged_for_another(line.as_bytes()) { return line.to_owned() } else { line };
            while let Some(found) = prefix.find(rest).filter(|found| found.end() > 0) {
                rest = rest.get(found.end()..).unwrap_or_default();
            }
            // The border of a pane.
            let rest = rest.trim_end().trim_end_matches(['│', '┃', '┆', '║', '|']);
            if rest.len() < line.trim_end().len() { rest.trim_end() } else { rest }.to_owned()
        };
        let lines = Self(self.0.iter().map(|(number, line)| (*number, bare(line))).collect());
        (lines != *self).then_some(lines)
    }

    fn scanned(&self) -> Tally {
        let text: String = self.0.iter().flat_map(|(_, line)| completed(line).into_iter().chain(["\n"])).collect();
        let mut hits = Vec::new();
        scan::lines(text.as_bytes(), 0..text.len(), 1, &mut Memo::default(), &mut |hit| hits.push(hit));
        self.tally(hits.into_iter())
    }

    /// The incidents that messages in these lines make.
    fn tally(&self, hits: impl Iterator<Item = Hit>) -> Tally {
        let mut tally = Tally::default();
        let mut assembler = Assembler::default();
        let (mut spelled, mut messages) = (0, 0);
        let place = |line: u64| {
            let index = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
            index.and_then(|index| self.0.get(index)).map_or(line, |(number, _)| *number)
        };
        for hit in hits {
            spelled += hit.said.spelled;
            messages += usize::from(!hit.said.doubtful);
            assembler.push(Hit { line: place(hit.line), ..hit }, &mut tally);
        }
        assembler.finish(&mut tally);
        (tally.spelled, tally.messages) = (spelled, messages);
        tally
    }

    /// The text with no more than one blank between its words.
    fn with_single_blanks(&self) -> String {
        let words = |line: &str| line.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        self.0.iter().map(|(_, line)| words(line) + "\n").collect()
    }
}

fn is_broken(line: &str, next: &str, width: usize, kind: Break) -> bool {
    if line.is_empty() || next.is_empty() || speaker::begins_for_another(next.as_bytes()) {
        return false;
    }
    let length = line.chars().count();
    match kind {
        _ if width == 0 => true,
        Break::Anywhere => length == width,
        Break::AtBlank => {
            let word = next.split_whitespace().next().map_or(0, |word| word.chars().count());
            length + 1 + word > width
        }
    }
}

/// A line of which the last word may have been cut off.
fn completed(line: &str) -> [&str; 2] {
    let reason = line.rfind(": ").map(|colon| colon + 2);
    let missing = reason.and_then(|start| errno::missing(line.get(start..)?));
    match missing {
        Some(missing) => [errno::without_mark(line), missing],
        None => [line, ""],
    }
}

/// A line without its indentation and the marks of a quotation.
fn without_margin(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '|', '│'])
}

#[cfg(test)]
mod tests {
    use super::{Lines, PREFIX};

    #[test]
    fn what_logs_put_before_each_line_is_no_part_of_it() {
        assert!(PREFIX.is_some());
        let lines = [
            "Nov 23 06:21:12 host libvirtd[812]: a",
            "2026-11-23T06:21:12.123456+01:00 host virtqemud[4242]: a",
            "2026-11-23 06:21:12.000+0000: 4242: error : virFunction:12 : a",
            "2026-11-23T06:21:12.123456789Z stderr F a",
            "[2026-11-23 06:21:12] a",
            "[ 1234.567890] a",
            "> > a",
            "vm-1  | a",
        ];
        for line in lines {
            assert_eq!(Lines::of(line.as_bytes()).without_prefixes(), Some(Lines::of(b"a")), "{line}");
        }
        assert_eq!(Lines::of(b"Nov 23 06:21:12 web nginx[812]: a").without_prefixes(), None);
    }
}
