//! Text out of files, made safe to show: what would steer a terminal or hide itself is written as an escape.

use std::fmt::Write as _;

/// Which characters may stand for themselves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Charset {
    /// Every visible one.
    #[default]
    Unicode,
    /// Those of ASCII.
    Ascii,
}

impl Charset {
    /// That of a reader who asked for ASCII, or did not.
    pub fn of(ascii: bool) -> Self {
        if ascii { Self::Ascii } else { Self::Unicode }
    }
}

/// The bytes as text, with every control character and every byte that is no UTF-8 escaped.
pub fn visible(bytes: &[u8], charset: Charset) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut out, character, charset);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Text, escaped in the same way.
pub fn visible_text(text: &str, charset: Charset) -> String {
    visible(text.as_bytes(), charset)
}

fn push(out: &mut String, character: char, charset: Charset) {
    match character {
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        _ if character.is_ascii_control() => {
            let _ = write!(out, "\\x{:02x}", u32::from(character));
        }
        _ if character.is_ascii() => out.push(character),
        _ if charset == Charset::Ascii || is_unseen(character) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        }
        _ => out.push(character),
    }
}

/// Control, bidirectional, zero-width and other characters that print as nothing or as something else.
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || is_no_character(character)
        || matches!(character,
            '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{1680}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{10ffff}')
}

/// A code that stands for nothing in all of Unicode; XML forbids U+FFFE and U+FFFF.
fn is_no_character(character: char) -> bool {
    u32::from(character) & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests {
    use super::{Charset, visible};

    #[test]
    fn nothing_that_steers_a_terminal_passes() {
        assert_eq!(visible(b"a\x1b[31mb\t\x7f\n", Charset::Unicode), r"a\x1b[31mb\t\x7f\n");
        assert_eq!(visible("\u{9b}31m\u{202e}\u{feff}".as_bytes(), Charset::Unicode), r"\u{9b}31m\u{202e}\u{feff}");
        assert_eq!(visible("br\u{3164}\u{2800}0".as_bytes(), Charset::Unicode), r"br\u{3164}\u{2800}0");
        assert_eq!(visible(b"br\xff0", Charset::Unicode), r"br\xff0");
    }

    #[test]
    fn letters_of_any_script_pass_unless_only_ascii_may() {
        assert_eq!(visible("brücke".as_bytes(), Charset::Unicode), "brücke");
        assert_eq!(visible("brücke".as_bytes(), Charset::Ascii), r"br\u{fc}cke");
    }
}
