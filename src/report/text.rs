//! Text from the host, made safe for a terminal.
//!
//! Interface names, ACL lines and paths are chosen by whoever owns them, and root may be the one who reads the report:
//! a control character would command the terminal, a bidirectional or invisible one would let a name look like another.

use std::fmt::Write as _;

pub use crate::acl::Charset;
use crate::acl::is_unseen;

/// The text with everything escaped that would not be seen as itself.
pub fn printable(text: &str, charset: Charset) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut safe, character, charset);
    }
    safe
}

/// The same, cut to at most `limit` characters.
pub fn clipped(text: &str, limit: usize, charset: Charset) -> String {
    let ellipsis = if charset == Charset::Ascii { "..." } else { "…" };
    let safe = printable(text, charset);
    if safe.chars().count() <= limit {
        return safe;
    }
    let kept: String = safe.chars().take(limit.saturating_sub(ellipsis.chars().count())).collect();
    kept + ellipsis
}

/// JSON with everything in its strings escaped that would not be seen as itself, in JSON's own way.
pub fn escaped_for_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() || !is_unseen(character) {
            safe.push(character);
        } else {
            character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| _ = write!(safe, "\\u{unit:04x}"));
        }
    }
    safe
}

fn push(safe: &mut String, character: char, charset: Charset) {
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        '\0'..='\x1f' | '\x7f' => _ = write!(safe, "\\x{:02x}", u32::from(character)),
        ' '..='~' => safe.push(character),
        _ if charset == Charset::Ascii => push_transliterated(safe, character),
        _ if is_unseen(character) => push_code(safe, character),
        _ => safe.push(character),
    }
}

fn push_transliterated(safe: &mut String, character: char) {
    match character {
        '…' => safe.push_str("..."),
        '–' | '—' => safe.push('-'),
        '‘' | '’' => safe.push('\''),
        '“' | '”' => safe.push('"'),
        '×' => safe.push('x'),
        '→' => safe.push_str("->"),
        _ => push_code(safe, character),
    }
}

fn push_code(safe: &mut String, character: char) {
    let _ = write!(safe, "\\u{{{:x}}}", u32::from(character));
}

#[cfg(test)]
mod tests {
    use super::{Charset, clipped, printable};

    #[test]
    fn what_commands_a_terminal_is_escaped() {
        let shown = printable("br\x1b[2J0\x07\u{9b}31m\x7f\r\n\t", Charset::Unicode);
        assert_eq!(shown, r"br\x1b[2J0\x07\u{9b}31m\x7f\r\n\t");
    }

    #[test]
    fn what_makes_a_name_look_like_another_is_escaped() {
        for unseen in [
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{200d}',
            '\u{feff}',
            '\u{ad}',
            '\u{e0041}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{fdd0}',
            '\u{ffff}',
            '\u{1fffe}',
        ] {
            let shown = printable(&format!("br{unseen}0"), Charset::Unicode);
            assert_eq!(shown, format!("br\\u{{{:x}}}0", u32::from(unseen)));
        }
    }

    #[test]
    fn letters_of_every_language_stay_in_unicode_and_not_in_ascii() {
        assert_eq!(printable("Łódź 橋", Charset::Unicode), "Łódź 橋");
        assert_eq!(printable("é → …", Charset::Ascii), r"\u{e9} -> ...");
    }

    #[test]
    fn a_long_name_is_cut_after_it_is_escaped() {
        assert_eq!(clipped("\x1b\x1b\x1b", 6, Charset::Unicode), r"\x1b\…");
        assert_eq!(clipped("br0", 3, Charset::Ascii), "br0");
        assert_eq!(clipped("bridge", 5, Charset::Ascii), "br...");
    }
}
