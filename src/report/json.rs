//! The reports for programs: one object, with a final line feed, and nothing in it that would steer a terminal.

use std::io::{self, Write};

use serde::Serialize;

use super::text;

/// Writes a report as JSON, indented.
///
/// # Errors
///
/// When the value has no JSON form, such as a map with keys that are not text.
pub fn render(report: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(report)?;
    Ok(text::escaped_for_json(&json) + "\n")
}

/// The same on one line, for a stream of reports.
///
/// # Errors
///
/// Those of [`render`].
pub fn line(report: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(report)?;
    Ok(text::escaped_for_json(&json) + "\n")
}

/// Writes a report as JSON, indented, bit by bit, for one that may be large.
///
/// # Errors
///
/// Those of `out`, and those of [`render`].
pub fn write(report: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaping(out), report)?;
    out.write_all(b"\n")
}

/// Escapes what comes through it; the serializer hands over whole pieces of its texts.
struct Escaping<'a>(&'a mut dyn Write);

impl Write for Escaping<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(piece) {
            Ok(text) if !text.is_ascii() => self.0.write_all(text::escaped_for_json(text).as_bytes())?,
            _ => self.0.write_all(piece)?,
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{line, render, write};

    #[test]
    fn what_commands_a_terminal_is_escaped_and_stays_the_same_text() {
        let names = ["br\u{9b}2J", "\u{202e}0rb", "größer 𝄞", "\u{e0001}"];
        let json = render(&names).unwrap();
        assert!(json.contains("größer 𝄞") && !json.contains(['\u{9b}', '\u{202e}', '\u{e0001}']), "{json}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), names);
        let mut streamed = Vec::new();
        write(&names, &mut streamed).unwrap();
        assert_eq!(String::from_utf8(streamed).unwrap(), json);
        let unescaped_otherwise = json.replace("\n  ", "").replace("\n]", "]");
        assert_eq!(line(&names).unwrap(), unescaped_otherwise);
    }
}
