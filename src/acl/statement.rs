//! What one piece of a file says.

use super::RuleKind;
use super::name::LONGEST_NAME;

/// White space to the helper: the C locale's, without the vertical tab.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// A run of bytes and where it begins in its piece.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Word<'a> {
    /// The bytes.
    pub(super) text: &'a [u8],
    /// How many bytes of the piece come before them.
    pub(super) at: usize,
}

/// A piece, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Statement<'a> {
    /// Empty, or a comment.
    Nothing,
    /// No separator: an error. Trailing white space is left out.
    Bare(Word<'a>),
    /// A keyword and its argument.
    Command {
        /// All up to the separator.
        keyword: Word<'a>,
        /// All behind it, trimmed.
        argument: Word<'a>,
    },
}

/// What a keyword with its argument means to the helper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning {
    /// `allow` or `deny`.
    Rule(RuleKind),
    /// `include`.
    Include,
    /// An argument too long for a name; this is looked at before the keyword is.
    TooLong,
    /// No such command.
    Unknown,
}

impl<'a> Statement<'a> {
    /// Takes the text of a piece apart.
    pub(super) fn parse(text: &'a [u8]) -> Self {
        let Some(start) = text.iter().position(|&byte| !is_blank(byte)) else { return Self::Nothing };
        let line = &text[start..];
        if line[0] == b'#' {
            return Self::Nothing;
        }
        let separator =
            line.iter().position(|&byte| byte == b' ').or_else(|| line.iter().position(|&byte| byte == b'\t'));
        match separator {
            None => Self::Bare(Word { text: line.trim_ascii_end(), at: start }),
            Some(at) => Self::Command {
                keyword: Word { text: &line[..at], at: start },
                argument: trimmed(&line[at + 1..], start + at + 1),
            },
        }
    }
}

fn trimmed(text: &[u8], at: usize) -> Word<'_> {
    // `trim_ascii` removes the helper's white space exactly: it leaves the vertical tab.
    let rest = text.trim_ascii_start();
    Word { text: rest.trim_ascii_end(), at: at + text.len() - rest.len() }
}

/// What the helper takes this keyword with this argument for.
pub(super) fn meaning(keyword: &[u8], argument: &[u8]) -> Meaning {
    match keyword {
        b"include" => Meaning::Include,
        _ if argument.len() > LONGEST_NAME => Meaning::TooLong,
        b"allow" => Meaning::Rule(RuleKind::Allow),
        b"deny" => Meaning::Rule(RuleKind::Deny),
        _ => Meaning::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, RuleKind, Statement, Word, meaning};

    fn command(text: &str) -> Option<(&str, &str, usize)> {
        match Statement::parse(text.as_bytes()) {
            Statement::Command { keyword, argument } => {
                Some((std::str::from_utf8(keyword.text).ok()?, std::str::from_utf8(argument.text).ok()?, argument.at))
            }
            Statement::Nothing | Statement::Bare(_) => None,
        }
    }

    #[test]
    fn the_separator_is_the_first_space_and_only_without_one_a_tab() {
        assert_eq!(command("allow br0\n"), Some(("allow", "br0", 6)));
        assert_eq!(command("allow\tbr0\n"), Some(("allow", "br0", 6)));
        assert_eq!(command("allow\tbr0 x"), Some(("allow\tbr0", "x", 10)));
        assert_eq!(command(" \t\r\x0callow \t\x0cbr0 \r\n"), Some(("allow", "br0", 12)));
    }

    #[test]
    fn a_vertical_tab_is_not_white_space() {
        assert_eq!(command("allow \x0b br0"), Some(("allow", "\x0b br0", 6)));
        assert_eq!(Statement::parse(b"\x0b#\n"), Statement::Bare(Word { text: b"\x0b#", at: 0 }));
    }

    #[test]
    fn an_argument_may_be_empty_but_not_absent() {
        assert_eq!(command("allow \n"), Some(("allow", "", 7)));
        assert_eq!(command("allow\t\n"), Some(("allow", "", 7)));
        assert_eq!(Statement::parse(b"allow\n"), Statement::Bare(Word { text: b"allow", at: 0 }));
    }

    #[test]
    fn blank_lines_and_comments_say_nothing() {
        for text in ["", "\n", " \t\r\n", "# allow br0", "  #x"] {
            assert_eq!(Statement::parse(text.as_bytes()), Statement::Nothing, "{text:?}");
        }
    }

    #[test]
    fn length_is_looked_at_before_the_keyword() {
        assert_eq!(meaning(b"allow", b"012345678901234"), Meaning::Rule(RuleKind::Allow));
        assert_eq!(meaning(b"deny", b""), Meaning::Rule(RuleKind::Deny));
        assert_eq!(meaning(b"alow", b"0123456789012345"), Meaning::TooLong);
        assert_eq!(meaning(b"ALLOW", b"br0"), Meaning::Unknown);
        assert_eq!(meaning(b"include", &[b'/'; 100]), Meaning::Include);
    }
}
