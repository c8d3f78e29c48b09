//! Text out of files, made safe to show: what would steer a terminal or hide itself is written as an escape.

use std::fmt::Write as _;

/// Which characters may stand for themselves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Charset {
    /// Every visible one.
    Unicode,
    /// Those of ASCII.
    Ascii,
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
        _ if charset == Charset::Ascii || is_hidden(character) => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        }
        _ => out.push(character),
    }
}

/// Characters that show nothing or change how their neighbours show: C1 controls, zero width, direction, line ends.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{Charset, visible};

    #[test]
    fn nothing_that_steers_a_terminal_passes() {
        assert_eq!(visible(b"a\x1b[31mb\t\x7f\n", Charset::Unicode), r"a\x1b[31mb\t\x7f\n");
        assert_eq!(visible("\u{9b}31m\u{202e}\u{feff}".as_bytes(), Charset::Unicode), r"\u{9b}31m\u{202e}\u{feff}");
        assert_eq!(visible(b"br\xff0", Charset::Unicode), r"br\xff0");
    }

    #[test]
    fn letters_of_any_script_pass_unless_only_ascii_may() {
        assert_eq!(visible("brücke".as_bytes(), Charset::Unicode), "brücke");
        assert_eq!(visible("brücke".as_bytes(), Charset::Ascii), r"br\u{fc}cke");
    }
}
