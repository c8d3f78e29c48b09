//! Chooses what to search for in a log before any pattern is tried.
//!
//! Each pattern has text that stands in every one of its messages. A few short pieces, each shared by several patterns,
//! cover all of them, and few pieces are found in one fast pass; the patterns are then tried only where a piece stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use regex_syntax::hir::{Hir, HirKind};

/// A piece of text and the patterns that it stands for, by their places.
pub(crate) struct Needle {
    pub(crate) text: String,
    pub(crate) patterns: Vec<usize>,
}

/// How long a piece is. A search that looks at every seventh place only cannot miss one.
pub(crate) const LENGTH: usize = 14;

/// How much is compared at each of these places.
pub(crate) const GRAM: usize = 8;

/// For a pattern that has no piece of that length. Few are, since they are searched for one after the other.
const SHORTER: RangeInclusive<usize> = 5..=LENGTH - 1;

/// A piece that is met more often than this in the text below is worse than a shorter one.
const OFTEN: usize = 500;

/// Alternatives of a pattern beyond which they count as no text at all.
const MOST_WAYS: usize = 64;

/// What logs are full of, beside plain English: a piece that holds one of these is often met in vain.
const LOGS: &str = "failed to open, failed to get, failed to set, failed to create, failed to start, Failed to start, unable to, \
    Unable to set, Unable to create, Unable to add, Cannot get, Cannot set, cannot open, could not open, not found, is not, no \
    device, device, interface, network, bridge, port, service, session, warning: error: info: debug: warning error user for \
    user; the system is; entered state; link is up; connection; listening on; opened closed started stopped starting stopping \
    No such file or directory, No such device, Permission denied, Operation not permitted, not supported, is deprecated, \
    requested, available, invalid argument, managed, already, unknown command, with status, by pid, to bridge, of device, \
    internal error: netdev: /dev/net/tun /usr/lib/qemu/ network interface, set interface, get interface";

/// Few pieces that are rarely met in vain: at each step the one that covers most of what is left for the times that it is.
/// `prose` is what ordinary text looks like.
pub(crate) fn choose(patterns: &[&str], prose: &str) -> Result<Vec<Needle>, String> {
    let usual = grams(prose);
    let mut open = Vec::new();
    for (place, pattern) in patterns.iter().enumerate() {
        let hir = regex_syntax::parse(pattern).map_err(|error| error.to_string())?;
        for way in ways(&hir) {
            let of = |lengths: &RangeInclusive<usize>| -> BTreeSet<String> {
                way.iter().flat_map(|run| pieces(run, lengths)).collect()
            };
            let long = of(&(LENGTH..=LENGTH));
            let rare = |piece: &String| times_met(piece, &usual) < OFTEN;
            let pieces = if long.iter().any(rare) { long } else { &long | &of(&SHORTER) };
            if pieces.is_empty() {
                return Err(format!("the pattern {pattern} has no text of its own to search for"));
            }
            open.push((place, pieces));
        }
    }
    let mut needles = Vec::new();
    while let Some(text) = best(&open, &usual) {
        let (covered, left): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, pieces)| pieces.contains(&text));
        let patterns: BTreeSet<usize> = covered.into_iter().map(|(place, _)| place).collect();
        needles.push(Needle { text, patterns: patterns.into_iter().collect() });
        open = left;
    }
    Ok(needles)
}

/// How often each gram is met in prose and in logs.
fn grams(prose: &str) -> BTreeMap<&[u8], usize> {
    let mut counts = BTreeMap::new();
    for gram in prose.as_bytes().windows(GRAM) {
        *counts.entry(gram).or_default() += 1;
    }
    for gram in LOGS.as_bytes().windows(GRAM) {
        *counts.entry(gram).or_default() += 100;
    }
    counts
}

/// How often a piece will be looked at in vain.
fn times_met(piece: &str, usual: &BTreeMap<&[u8], usize>) -> usize {
    piece.as_bytes().windows(GRAM).filter_map(|gram| usual.get(gram)).sum()
}

fn best(open: &[(usize, BTreeSet<String>)], usual: &BTreeMap<&[u8], usize>) -> Option<String> {
    let mut covers: BTreeMap<&String, usize> = BTreeMap::new();
    for piece in open.iter().flat_map(|(_, pieces)| pieces) {
        *covers.entry(piece).or_default() += 1;
    }
    let worth = |piece: &str, covers: usize| {
        let slow = if piece.len() < LENGTH { OFTEN } else { 0 };
        covers * 10_000 / (10 + slow + times_met(piece, usual))
    };
    covers
        .into_iter()
        .max_by_key(|(piece, covers)| (worth(piece, *covers), piece.len()))
        .map(|(piece, _)| piece.clone())
}

/// The stretches of text that every match has, for each way through the pattern's alternatives.
fn ways(hir: &Hir) -> Vec<Vec<Vec<u8>>> {
    let end = || vec![vec![Vec::new(), Vec::new()]];
    match hir.kind() {
        HirKind::Literal(literal) => vec![vec![literal.0.to_vec()]],
        HirKind::Empty | HirKind::Look(_) => vec![vec![Vec::new()]],
        HirKind::Capture(group) => ways(&group.sub),
        HirKind::Alternation(branches) => branches.iter().flat_map(ways).collect(),
        HirKind::Concat(parts) => parts.iter().fold(vec![vec![Vec::new()]], |before, part| {
            let after = ways(part);
            let after = if before.len() * after.len() > MOST_WAYS { end() } else { after };
            before.iter().flat_map(|way| after.iter().map(|next| joined(way, next))).collect()
        }),
        HirKind::Class(_) | HirKind::Repetition(_) => end(),
    }
}

/// Two sequences of stretches, of which the last and the first touch.
fn joined(before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let (Some((last, head)), Some((first, tail))) = (before.split_last(), after.split_first()) else {
        return Vec::new();
    };
    let middle = [last.as_slice(), first.as_slice()].concat();
    head.iter().cloned().chain([middle]).chain(tail.iter().cloned()).collect()
}

/// Pieces of a run, without characters that JSON writes in another way.
fn pieces(run: &[u8], lengths: &RangeInclusive<usize>) -> Vec<String> {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\') || *byte == b' ';
    let stretches = run.split(|byte| !plain(byte)).filter_map(|stretch| std::str::from_utf8(stretch).ok());
    let windows = stretches.flat_map(|stretch| {
        let of_length =
            move |length| (0..(stretch.len() + 1).saturating_sub(length)).map(move |at| &stretch[at..at + length]);
        lengths.clone().flat_map(of_length)
    });
    windows.map(str::to_owned).collect()
}
