//! Words of the script: plain ones as they are, all others spelled by `printf` into a variable.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The odd words, in the order of their variables.
#[derive(Default)]
pub(super) struct Words(Vec<Vec<u8>>);

impl Words {
    pub(super) fn path(&mut self, path: &Path) -> String {
        self.word(path.as_os_str().as_bytes())
    }

    /// One word of a command, whatever it holds.
    pub(super) fn word(&mut self, bytes: &[u8]) -> String {
        if !bytes.is_empty() && bytes.iter().all(|byte| is_plain(*byte)) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        if bytes.iter().all(|byte| is_literal(*byte)) {
            return quoted(&String::from_utf8_lossy(bytes));
        }
        let at = self.0.iter().position(|known| known == bytes).unwrap_or_else(|| {
            self.0.push(bytes.to_vec());
            self.0.len() - 1
        });
        format!("\"$word_{}\"", at + 1)
    }

    pub(super) fn argv(&mut self, words: &[String]) -> String {
        words.iter().map(|word| self.word(word.as_bytes())).collect::<Vec<_>>().join(" ")
    }

    /// The variables. A command substitution drops the newlines at its end: the x keeps them.
    pub(super) fn definitions(&self) -> String {
        let mut text = String::new();
        for (at, bytes) in self.0.iter().enumerate() {
            let name = format!("word_{}", at + 1);
            let _ = write!(text, "\n{name}=$(printf '{}x')\n{name}=${{{name}%x}}\n", spelled(bytes));
        }
        text
    }
}

/// A text of nothing but literal characters, quoted.
pub(super) fn quoted(text: &str) -> String {
    let literal: String = text
        .chars()
        .map(|letter| match letter {
            '`' => '"',
            letter if u8::try_from(letter).is_ok_and(is_literal) => letter,
            _ => '?',
        })
        .collect();
    format!("'{literal}'")
}

/// The command that prints these bytes.
pub(super) fn printf(bytes: &[u8]) -> String {
    format!("printf '{}'", spelled(bytes))
}

/// The format of `printf` that prints these bytes.
fn spelled(bytes: &[u8]) -> String {
    let mut format = String::new();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => format.push_str("\\n"),
            // It would be taken for an option.
            b'-' if at == 0 => format.push_str("\\055"),
            byte if is_literal(byte) => format.push(char::from(byte)),
            byte => _ = write!(format, "\\{byte:03o}"),
        }
    }
    format
}

/// Without a meaning to any shell.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+:@,".contains(&byte)
}

/// Without a meaning between single quotes, in a format of `printf`, and to those who read scripts for slips.
fn is_literal(byte: u8) -> bool {
    is_plain(byte) || b" =#~!?;&|<>()[]{}*^\"".contains(&byte)
}
