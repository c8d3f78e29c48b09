//! Shapes of words that the families of remarks share.

use crate::acl::LONGEST_NAME;

/// The commands.
pub(super) const COMMANDS: [&[u8]; 3] = [b"allow", b"deny", b"include"];

/// Whether this could be the name of an interface, as people give names.
pub(super) fn is_plausible_name(name: &[u8]) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:@".contains(byte))
        && !matches!(name, b"." | b"..")
}

/// A comment behind a word: what stands before it, and the comment.
pub(super) fn split_comment(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = (0..text.len()).find(|&at| text[at] == b'#' && (at == 0 || text[at - 1].is_ascii_whitespace()))?;
    Some((text[..at].trim_ascii_end(), &text[at..]))
}

/// The names of a list that is separated by commas or white space.
pub(super) fn split_names(text: &[u8]) -> Option<Vec<&[u8]>> {
    let names: Vec<_> =
        text.split(|&byte| byte == b',' || byte.is_ascii_whitespace()).filter(|name| !name.is_empty()).collect();
    (names.len() > 1 && names.iter().all(|name| is_plausible_name(name))).then_some(names)
}

/// What stands between quotes, or behind one that is not closed.
pub(super) fn unquote(text: &[u8]) -> Option<&[u8]> {
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let inner = &text[1..];
    Some(inner.strip_suffix(&[quote]).or_else(|| inner.strip_suffix(b"'")).unwrap_or(inner))
}

/// The text without its vertical tabs, trimmed.
pub(super) fn without_vertical_tabs(text: &[u8]) -> Vec<u8> {
    let kept: Vec<u8> = text.iter().copied().filter(|&byte| byte != b'\x0b').collect();
    kept.trim_ascii().to_vec()
}
