//! Known messages that are like a text in which nothing was found; none, where none is near.

use crate::catalogue;
use crate::report::explain::Near;

/// How much of a message's words must be in the text.
const ENOUGH: f64 = 0.7;
/// How alike two ids must be.
const ALIKE: f64 = 0.85;
/// Words shorter than this say nothing.
const SHORT: usize = 3;
/// How much of a text is compared, and how many messages are named.
const COMPARED: usize = 4096;
const NAMED: usize = 3;

/// The nearest known messages, checks and causes, best first.
pub fn nearest(text: &[u8]) -> Vec<Near> {
    let text = String::from_utf8_lossy(text.get(..COMPARED).unwrap_or(text)).to_lowercase();
    let word = text.trim();
    if !word.contains(char::is_whitespace) {
        return ids(word);
    }
    let words = words(&text);
    let mut near: Vec<(f64, Near)> = catalogue::errors()
        .map(|(_, error)| (likeness(&words, error.example), Near { id: error.id, text: error.example }))
        .filter(|(likeness, _)| *likeness >= ENOUGH)
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.into_iter().map(|(_, near)| near).take(NAMED).collect()
}

/// How many of a message's words stand in the text, and how many of the text's in the message, both counted alike.
fn likeness(text: &[String], message: &str) -> f64 {
    let message = words(&message.to_lowercase());
    let shared = message.iter().filter(|word| text.iter().any(|other| alike(word, other))).count();
    if shared < 2 { 0.0 } else { 2.0 * count(shared) / (count(text.len()) + count(message.len())).max(1.0) }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| word.len() >= SHORT && !word.chars().any(char::is_numeric))
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn alike(one: &str, other: &str) -> bool {
    one == other || strsim::damerau_levenshtein(one, other) == 1
}

fn ids(word: &str) -> Vec<Near> {
    let checks = catalogue::pages()
        .iter()
        .flat_map(|page| page.causes.iter().map(|cause| (cause.id, cause.title)).chain([(page.id, page.title)]));
    let neighbours = catalogue::neighbours()
        .iter()
        .flat_map(|page| page.causes.iter().map(|cause| (cause.id, cause.title)).chain([(page.id, page.title)]));
    let word = word.replace('_', "-");
    let mut near: Vec<(f64, Near)> = checks
        .chain(neighbours)
        .map(|(id, text)| (strsim::normalized_damerau_levenshtein(&word, id), Near { id, text }))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.dedup_by_key(|(_, near)| near.id);
    near.into_iter().map(|(_, near)| near).take(NAMED).collect()
}
