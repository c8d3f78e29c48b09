//! Finds the places in a log at which a pattern can match, without looking at every byte.
//!
//! Nearly every needle is so long that one of its grams stands at each `STEP`th place, wherever it begins: it is enough to
//! look there. The few needles that are shorter are searched for by themselves.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::Span;
use aho_corasick::packed::{self, Searcher};
use hashbrown::HashMap;
use memchr::memmem::Finder;

use crate::catalogue::{self, LENGTH_OF_GRAM, LENGTH_OF_NEEDLE, Needle};

/// A needle has this many grams, one for each way in which it can lie between two places that are looked at.
const STEP: usize = LENGTH_OF_NEEDLE - LENGTH_OF_GRAM + 1;
/// Bits of a gram's hash: the table of them fits the fastest cache.
const HASH_BITS: u32 = 16;
/// An odd number without a pattern in its bits, 2^64 by the golden ratio: its products mix well.
const MIXER: u64 = 0x9e37_79b9_7f4a_7c15;

static PREFILTER: LazyLock<Prefilter> = LazyLock::new(Prefilter::of_the_catalogue);

pub(super) struct Prefilter {
    /// A bit for each hash that the gram of some needle has.
    hashes: Vec<u64>,
    /// Where each gram stands in which needles.
    grams: HashMap<u64, Vec<(&'static Needle, usize)>>,
    short: Vec<(&'static Needle, Finder<'static>)>,
    /// Finds the first short needle with vector instructions, where the processor has them.
    fast: Option<Searcher>,
}

impl Prefilter {
    /// The one for every known error.
    pub(super) fn get() -> &'static Self {
        &PREFILTER
    }

    fn of_the_catalogue() -> Self {
        let (long, short): (Vec<&Needle>, Vec<&Needle>) =
            catalogue::needles().iter().partition(|needle| needle.text.len() >= LENGTH_OF_NEEDLE);
        let (mut hashes, mut grams) = (vec![0; 1 << (HASH_BITS - u64::BITS.ilog2())], HashMap::new());
        for needle in long {
            for (offset, window) in needle.text.as_bytes().windows(LENGTH_OF_GRAM).take(STEP).enumerate() {
                let Some(gram) = gram(window, 0) else { continue };
                let (word, bit) = place(gram);
                if let Some(word) = hashes.get_mut(word) {
                    *word |= bit;
                }
                grams.entry(gram).or_insert_with(Vec::new).push((needle, offset));
            }
        }
        let fast = packed::Config::new().builder().extend(short.iter().map(|needle| needle.text)).build();
        let short = short.into_iter().map(|needle| (needle, Finder::new(needle.text))).collect();
        Self { hashes, grams, short, fast }
    }

    /// The long needle of which a gram stands next in a range, with its beginning.
    fn long(&self, text: &[u8], range: Range<usize>) -> Option<(usize, &'static Needle)> {
        let text = text.get(..range.end)?;
        let mut at = range.start + STEP - 1;
        while let Some(gram) = gram(text, at) {
            let (word, bit) = place(gram);
            if self.hashes.get(word).is_some_and(|word| word & bit != 0) {
                let needles = self.grams.get(&gram).into_iter().flatten();
                let begins = |(needle, offset): &(&'static Needle, usize)| {
                    let begin = at.checked_sub(*offset).filter(|begin| *begin >= range.start)?;
                    text.get(begin..)?.starts_with(needle.text.as_bytes()).then_some((begin, *needle))
                };
                if let Some(found) = needles.filter_map(begins).next() {
                    return Some(found);
                }
            }
            at += STEP;
        }
        None
    }

    /// Where the next short needle begins.
    fn short(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        match &self.fast {
            Some(fast) => fast.find_in(text, Span::from(range)).map(|found| found.start()),
            None => {
                let rest = text.get(range.clone())?;
                let places = self.short.iter().filter_map(|(_, finder)| finder.find(rest));
                places.min().map(|place| range.start + place)
            }
        }
    }

    /// The errors whose needles stand in a line, in the order of the catalogue.
    pub(super) fn suspects(&self, line: &[u8]) -> Vec<usize> {
        let mut errors: Vec<usize> = Vec::new();
        let short = self.short.iter().filter(|(_, finder)| finder.find(line).is_some());
        errors.extend(short.flat_map(|(needle, _)| needle.errors));
        let mut at = STEP - 1;
        while let Some(gram) = gram(line, at) {
            for (needle, offset) in self.grams.get(&gram).into_iter().flatten() {
                let rest = at.checked_sub(*offset).and_then(|begin| line.get(begin..)).unwrap_or_default();
                if rest.starts_with(needle.text.as_bytes()) {
                    errors.extend(needle.errors);
                }
            }
            at += STEP;
        }
        errors.sort_unstable();
        errors.dedup();
        errors
    }
}

/// The bytes at a place.
fn gram(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..at + LENGTH_OF_GRAM)?.try_into().ok().map(u64::from_le_bytes)
}

/// Where in the table the bit of a gram is.
fn place(gram: u64) -> (usize, u64) {
    let hash = gram.wrapping_mul(MIXER) >> (u64::BITS - HASH_BITS);
    // Sixteen bits are always an index.
    ((hash >> u64::BITS.ilog2()) as usize, 1 << (hash & u64::from(u64::BITS - 1)))
}

/// The places of a text at which a needle stands, one after the other.
pub(super) struct Candidates<'a> {
    text: &'a [u8],
    end: usize,
    /// What was found and not yet handed out.
    long: Option<usize>,
    short: Option<usize>,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(text: &'a [u8], range: Range<usize>) -> Self {
        let filter = Prefilter::get();
        let long = filter.long(text, range.clone()).map(|(place, _)| place);
        Self { text, end: range.end, long, short: filter.short(text, range) }
    }

    /// The first needle that begins at this place or later.
    pub(super) fn from(&mut self, at: usize) -> Option<usize> {
        let range = at.min(self.end)..self.end;
        if self.long.is_some_and(|place| place < at) {
            self.long = Prefilter::get().long(self.text, range.clone()).map(|(place, _)| place);
        }
        if self.short.is_some_and(|place| place < at) {
            self.short = Prefilter::get().short(self.text, range);
        }
        self.long.into_iter().chain(self.short).min()
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidates, Prefilter};
    use crate::catalogue;

    #[test]
    fn every_needle_is_found_wherever_it_stands() {
        for needle in catalogue::needles() {
            for before in 0..40 {
                let text = format!("{}{}", "\u{1}".repeat(before), needle.text);
                let found = Candidates::new(text.as_bytes(), 0..text.len()).from(0);
                assert!(
                    found.is_some_and(|place| place <= before + needle.text.len()),
                    "{:?} at {before}",
                    needle.text
                );
                let suspects = Prefilter::get().suspects(text.as_bytes());
                assert!(needle.errors.iter().all(|error| suspects.contains(error)), "{:?} at {before}", needle.text);
                assert_eq!(Candidates::new(text.as_bytes(), 0..text.len() - 1).from(before), None, "{:?}", needle.text);
            }
        }
    }

    #[test]
    fn few_needles_are_short() {
        let short: Vec<_> = catalogue::needles().iter().filter(|needle| needle.text.len() < 14).collect();
        assert!(short.len() <= 8, "each of them costs a search of its own: {short:#?}");
    }
}
