//! Messages as people write them down: with a capital first letter, with other quotes than the program's, or with none.

use std::rc::Rc;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::cut;
use super::doubt;
use super::errno;
use super::matcher::{self, Hit};
use super::speaker;
use crate::catalogue::{self, KnownError};

/// What programs and people put around a name.
const QUOTES: &str = "`'\"‘’“”„«»";
/// Any of them, doubled or with a blank as in some languages.
const QUOTED: &str = "[ ]?[`'\"«»]{1,3}[ ]?";
/// A name that ends where the next word begins.
const WORD: &str = "[^\\s`'\"«»]+";
/// The same at the end of a sentence.
const LAST_WORD: &str = "[^\\s`'\"«»]*[^\\s`'\"«».,:;!?)]";

/// How a pattern's quotes are read.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Quotes {
    Others,
    None,
}

static PATTERNS: LazyLock<Vec<(&'static KnownError, Regex)>> = LazyLock::new(|| {
    let of_interest = |error: &&KnownError| ["qemu-bridge-helper", "qemu", "libvirt"].contains(&error.program);
    let both = catalogue::errors().map(|(_, error)| error).filter(of_interest).flat_map(|error| {
        let of_helper = error.program == "qemu-bridge-helper" || doubt::is_of_bridges(error);
        let bare = of_helper && error.pattern.contains(|letter| QUOTES.contains(letter));
        let forms = [Some(Quotes::Others), bare.then_some(Quotes::None)];
        forms.into_iter().flatten().map(move |quotes| (error, pattern(error.pattern, quotes)))
    });
    both.filter_map(|(error, pattern)| Some((error, Regex::new(&pattern).ok()?))).collect()
});

/// A piece of a text, from where to where, and what it says.
type Piece = (usize, usize, Option<Hit>);

/// Lines between the end of an attempt and what is left of the message before it.
const NEAR: u64 = 3;

/// The known errors in a text, whatever the case of their letters and their quotes, and those of which the end is missing, in
/// the order in which they stand there.
pub(super) fn hits(text: &[u8]) -> Vec<Hit> {
    let mut taken: Vec<Piece> = Vec::new();
    find(&PATTERNS, text, &mut taken);
    let lines: Vec<u64> = taken
        .iter()
        .filter_map(|(.., hit)| hit.as_ref())
        .filter(|hit| !hit.said.doubtful)
        .map(|hit| hit.line)
        .collect();
    let mut left: Vec<Piece> = taken.iter().map(|(from, to, _)| (*from, *to, None)).collect();
    find(&cut::PATTERNS, text, &mut left);
    for (from, to, hit) in left.split_off(taken.len()) {
        let Some(mut hit) = hit else { continue };
        let around = |range| text.get(range).is_some_and(is_around);
        let alone = around(0..from) && around(to..text.len());
        let is_sign = alone || lines.iter().any(|line| line.abs_diff(hit.line) <= NEAR) || is_marked(text, from, to);
        if let Some(said) = Rc::get_mut(&mut hit.said) {
            said.doubtful |= !is_sign;
        }
        taken.push((from, to, Some(hit)));
    }
    taken.sort_by_key(|(from, ..)| *from);
    taken.into_iter().filter_map(|(.., hit)| hit).collect()
}

/// Whether a program or a pager says that it cut something off here.
fn is_marked(text: &[u8], from: usize, to: usize) -> bool {
    let words = text.get(from..to).and_then(|words| std::str::from_utf8(words).ok()).unwrap_or_default();
    errno::without_mark(words).len() < words.trim_end().len()
}

/// What these patterns find where nothing was found before.
fn find(patterns: &[(&'static KnownError, Regex)], text: &[u8], taken: &mut Vec<Piece>) {
    let one_line = memchr::memchr(b'\n', text.trim_ascii()).is_none();
    for (error, regex) in patterns {
        for found in regex.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            let (from, to) = (whole.start(), whole.end());
            if taken.iter().any(|(start, stop, _)| from < *stop && *start < to) {
                continue;
            }
            if matcher::is_format(&found) {
                taken.push((from, to, None));
                continue;
            }
            let (start, end) = line(text, from, to);
            let (before, after) = (text.get(start..from).unwrap_or_default(), text.get(to..end).unwrap_or_default());
            if !doubt::names_itself(error) && speaker::tag(before).is_some_and(|tag| tag.is_another(false)) {
                continue;
            }
            let mut said = matcher::said(error, regex, &found, text);
            // Whoever asks about one message and nothing else did not ask about another program's.
            said.doubtful &= !(one_line && is_around(before) && is_around(after));
            let number = memchr::memchr_iter(b'\n', text.get(..from).unwrap_or_default()).count() as u64 + 1;
            taken.push((from, to, Some(Hit { line: number, source: None, said: Rc::new(said) })));
        }
    }
}

/// The line, or the lines, in which something stands.
fn line(text: &[u8], from: usize, to: usize) -> (usize, usize) {
    let start = memchr::memrchr(b'\n', text.get(..from).unwrap_or_default()).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', text.get(to..).unwrap_or_default()).map_or(text.len(), |end| to + end);
    (start, end)
}

/// Whether there is nothing but quotes, blanks and full stops.
fn is_around(rest: &[u8]) -> bool {
    rest.iter().all(|byte| !byte.is_ascii_alphanumeric() && byte.is_ascii())
}

/// A pattern of the catalogue for letters of either case and for these quotes.
fn pattern(pattern: &str, quotes: Quotes) -> String {
    let mut loose = String::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\\' => escape(rest),
            '[' => class(rest),
            '(' => group(rest),
            _ => letter.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        if is_quote(token) {
            rest = rest.strip_prefix('?').unwrap_or(rest);
            match quotes {
                Quotes::Others => loose.push_str(QUOTED),
                Quotes::None => rest = unquoted(rest, &mut loose),
            }
        } else if letter.is_ascii_alphabetic() {
            loose.extend(['[', letter.to_ascii_lowercase(), letter.to_ascii_uppercase(), ']']);
        } else {
            loose.push_str(token);
        }
    }
    loose
}

/// A name without its quotes, and what of the pattern stands behind them. One at the end may be left out.
fn unquoted<'a>(rest: &'a str, loose: &mut String) -> &'a str {
    let Some(name) = rest.strip_prefix("(?P<").and_then(|name| name.split('>').next()) else { return rest };
    let Some(closing) = rest.find(")[") else { return rest };
    let (group, after) = rest.split_at_checked(closing + 1).unwrap_or((rest, ""));
    let after = after.get(class(after)..).unwrap_or_default();
    if group.matches('[').count() > 1 {
        loose.push_str(group);
    } else if after.is_empty() {
        loose.truncate(loose.trim_end_matches(' ').len());
        loose.push_str(&format!("(?: (?P<{name}>{LAST_WORD}))?"));
    } else {
        loose.push_str(&format!("(?P<{name}>{WORD}?)"));
    }
    after
}

fn escape(rest: &str) -> usize {
    rest.chars().take(2).map(char::len_utf8).sum()
}

fn class(rest: &str) -> usize {
    rest.find(']').map_or(rest.len(), |end| end + 1)
}

/// The beginning of a group up to where its pattern begins.
fn group(rest: &str) -> usize {
    let named = rest.starts_with("(?P<").then(|| rest.find('>')).flatten().map(|end| end + 1);
    named.unwrap_or(if rest.starts_with("(?:") { "(?:".len() } else { 1 })
}

/// Whether a token stands for quotes and nothing else.
fn is_quote(token: &str) -> bool {
    let inside = token.strip_prefix('[').and_then(|token| token.strip_suffix(']')).unwrap_or(token);
    !inside.is_empty() && inside.chars().all(|letter| QUOTES.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::{PATTERNS, Quotes, hits, pattern};

    #[test]
    fn every_pattern_has_its_loose_forms() {
        let (all, compiled) = (crate::catalogue::errors(), PATTERNS.len());
        let of_interest =
            all.filter(|(_, one)| ["qemu-bridge-helper", "qemu", "libvirt"].contains(&one.program)).count();
        assert!(compiled >= of_interest, "{compiled} of {of_interest}");
        assert_eq!(pattern("a [`'‘](?P<x>[^\\n]*?)['’]: B", Quotes::None), "[aA] (?P<x>[^\\s`'\"«»]+?): [bB]");
    }

    #[test]
    fn a_name_without_quotes_ends_with_its_word() {
        let found = hits(b"Failed to parse default ACL file /etc/qemu/bridge.conf, and then?");
        assert_eq!(found[0].said.params, [("acl", "/etc/qemu/bridge.conf".to_owned())]);
    }

    #[test]
    fn words_of_go_are_another_programs_unless_nothing_else_is_asked() {
        assert!(hits(b"ERROR: 2020/01/02 Failed to create TUN device: operation not permitted")[0].said.doubtful);
        assert!(!hits(b"Failed to create tun device: operation not permitted.")[0].said.doubtful);
    }
}
