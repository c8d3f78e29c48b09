//! Messages that a terminal, a pager or a hasty hand cut off.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::doubt;
use super::errno;
use crate::catalogue::{self, KnownError, Likelihood, Role, Suspect};

/// Less than this of a message's first words is not told from another program's.
const ENOUGH: (usize, usize) = (4, 5);
/// So much of them is left at least where their beginning is missing, and so many letters.
const LEFT: (usize, usize) = (1, 2);
const SHORTEST: usize = 12;
/// What a pager or a program puts where it cut a line off.
const MARK: &str = "(?:…|\\.\\.\\.|>)?";
/// A name that ends with its word, which may have been cut off.
const NAME: &str = "[^\\s`'\"«»’…>]*";
/// What stands before a text that was quoted.
const MARGIN: [char; 7] = [' ', '\t', '>', '|', '│', '…', '`'];

/// What the helper says of itself, and QEMU of it, as it looks when the end of its line is missing.
pub(super) static PATTERNS: LazyLock<Vec<(&'static KnownError, Regex)>> = LazyLock::new(|| {
    let errors: Vec<&KnownError> = catalogue::errors().map(|(_, error)| error).filter(is_of_interest).collect();
    let open = errors.iter().filter(|error| error.pattern.ends_with(OPEN));
    let open: Vec<_> = open.filter_map(|error| Some((error.id, Regex::new(error.pattern).ok()?))).collect();
    // A case of another message is told from it by its reason.
    let is_special =
        |error: &KnownError| open.iter().any(|(id, regex)| *id != error.id && regex.is_match(error.example.as_bytes()));
    let whole = errors.iter().filter(|error| !is_special(error));
    whole.filter_map(|error| Some((*error, Regex::new(&pattern(error.pattern)?).ok()?))).collect()
});

fn is_of_interest(error: &&KnownError) -> bool {
    let of_helper = error.program == "qemu-bridge-helper" || error.program == "qemu" && doubt::is_of_bridges(error);
    of_helper && error.role != Role::Detail
}

/// The reason in a message that can have any.
const OPEN: &str = ": (?P<errno>[^\\n]+)";

/// The words with which a pattern begins, up to the first name or reason, and the pattern behind them.
fn words(pattern: &str) -> Option<(&str, &str)> {
    // What may be missing is not looked for.
    let pattern = match pattern.strip_prefix("(?:") {
        Some(group) => group.split_once(": )?")?.1,
        None => pattern,
    };
    let end = pattern.find(['[', '(', '\\', '|', '?']).unwrap_or(pattern.len());
    let end = pattern.find(": ").map_or(end, |reason| reason.min(end));
    pattern.split_at_checked(end).filter(|(words, _)| !words.is_empty())
}

/// A pattern for what is left of a message whose end is missing: each of its parts only where the one before it is there.
fn pattern(whole: &str) -> Option<String> {
    let (words, mut rest) = words(whole)?;
    let needed = words.len() * ENOUGH.0 / ENOUGH.1;
    let mut parts: Vec<String> =
        words.get(needed..)?.chars().map(|letter| regex::escape(&letter.to_string())).collect();
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '[' => rest.find(']')? + 1,
            '(' => match rest.strip_prefix("(?P<errno>") {
                Some(_) => break,
                None => rest.find(")[")? + 1,
            },
            '|' | '\\' | '?' => return None,
            _ => letter.len_utf8(),
        };
        let (part, after) = rest.split_at_checked(length)?;
        rest = after;
        parts.push(match part.strip_prefix("(?P<").and_then(|part| part.split_once('>')) {
            Some((name, _)) => format!("(?P<{name}>{NAME})"),
            None if part.starts_with('[') => format!("{part}?"),
            None => part.to_owned(),
        });
    }
    let opened = parts.iter().map(|part| format!("(?:{part}")).collect::<String>();
    Some(format!(
        "(?m){}{opened}{}[ \\t]*{MARK}[ \\t\\r]*$",
        regex::escape(words.get(..needed)?),
        ")?".repeat(parts.len())
    ))
}

/// The text with the letters that are missing at its beginning, where only one message can have been meant.
pub(super) fn with_beginning(text: &str) -> Option<String> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    let bare = first.trim_start_matches(MARGIN);
    let at = text.find(first)? + first.len() - bare.len();
    let mut meant: Option<(usize, &str)> = None;
    for (_, error) in catalogue::errors().filter(|(_, error)| is_of_interest(error)) {
        let Some((words, _)) = words(error.pattern) else { continue };
        let least = SHORTEST.max(words.len() * LEFT.0 / LEFT.1);
        let cuts = (1..=words.len().saturating_sub(least)).filter_map(|cut| words.split_at_checked(cut));
        for (missing, left) in cuts.filter(|(_, left)| bare.starts_with(left)) {
            let within = missing.ends_with(char::is_alphabetic) && left.starts_with(char::is_alphabetic);
            if !within && !doubt::is_of_bridges(error) {
                continue;
            }
            match meant {
                Some((length, _)) if length > left.len() => {}
                Some((length, other)) if length == left.len() && other != missing => return None,
                _ => meant = Some((left.len(), missing)),
            }
        }
    }
    let (_, missing) = meant?;
    let (before, after) = text.split_at_checked(at)?;
    Some(format!("{before}{missing}{after}"))
}

/// The messages of the programs that give reasons, compiled once: a log can be full of reasons that nobody knows.
static KNOWN: LazyLock<Vec<(&'static str, &'static KnownError, Regex)>> = LazyLock::new(|| {
    let errors =
        catalogue::errors().filter(|(_, error)| ["qemu-bridge-helper", "qemu", "libvirt"].contains(&error.program));
    errors.filter_map(|(page, error)| Some((page, error, Regex::new(error.pattern).ok()?))).collect()
});

/// The id of a message, and the reasons that it may have had.
type Message = (&'static str, Vec<&'static str>);

thread_local! {
    /// The causes of each message with each set of reasons that was asked for. There are few sets.
    static CAUSES: RefCell<HashMap<Message, Vec<Suspect>>> = RefCell::default();
}

/// The causes of a message whose reason is missing, in whole or from some letter on, or was not written as the C library has
/// it: those of each reason that it may have had. None, where the reason is there.
pub(super) fn causes(error: &'static KnownError, reason: Option<&str>) -> Option<Vec<Suspect>> {
    let reason = match reason {
        Some(reason) => reason,
        None if error.pattern.ends_with(OPEN) => "",
        None => return None,
    };
    // libvirt speaks the user's language, and has a page of its own for it.
    let texts =
        if reason.is_ascii() || error.program == "qemu-bridge-helper" { errno::meant(reason) } else { Vec::new() };
    if texts.is_empty() {
        return None;
    }
    let key = (error.id, texts);
    if let Some(causes) = CAUSES.with_borrow(|causes| causes.get(&key).cloned()) {
        return Some(causes);
    }
    let causes = joined(messages_with(error, &key.1)?);
    CAUSES.with_borrow_mut(|all| all.insert(key, causes.clone()));
    Some(causes)
}

/// The known messages that this one is with any of these reasons.
fn messages_with(error: &KnownError, texts: &[&str]) -> Option<Vec<(&'static str, &'static KnownError)>> {
    let (.., regex) = KNOWN.iter().find(|(_, known, _)| known.id == error.id)?;
    let stem = error.example.get(..regex.captures(error.example.as_bytes())?.name("errno")?.start())?;
    let messages: Vec<String> = texts.iter().map(|text| format!("{stem}{text}")).collect();
    let mut open: Vec<&str> = messages.iter().map(String::as_str).collect();
    let mut meant = Vec::new();
    for (page, one, regex) in KNOWN.iter().filter(|(_, one, _)| one.program == error.program) {
        let before = open.len();
        open.retain(|message| !regex.is_match(message.as_bytes()));
        if open.len() < before {
            meant.push((*page, *one));
        }
    }
    Some(meant)
}

/// The causes of any of these errors, first those of checks that others wait for.
fn joined(mut errors: Vec<(&str, &KnownError)>) -> Vec<Suspect> {
    let pages: Vec<&str> = errors.iter().map(|(page, _)| *page).collect();
    errors.sort_by_key(|(page, _)| {
        let requires = catalogue::page(page).map_or(&[][..], |page| page.requires);
        requires.iter().filter(|required| pages.contains(required)).count()
    });
    let best = if errors.len() > 1 { Likelihood::Usual } else { Likelihood::Certain };
    let mut joined: Vec<Suspect> = Vec::new();
    for suspect in errors.iter().flat_map(|(_, error)| error.causes) {
        let likelihood = suspect.likelihood.max(best);
        match joined.iter_mut().find(|other| other.cause == suspect.cause) {
            Some(other) => other.likelihood = other.likelihood.min(likelihood),
            None => joined.push(Suspect { likelihood, ..*suspect }),
        }
    }
    joined.sort_by_key(|suspect| suspect.likelihood);
    joined
}
