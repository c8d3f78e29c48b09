//! The reports for programs: one object, indented, with a final line feed.

use serde::Serialize;

use super::text;

/// Writes a report as JSON.
///
/// # Errors
///
/// When the value has no JSON form, such as a map with keys that are not text.
pub fn render(report: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string_pretty(report)?;
    Ok(text::escaped_for_json(&json) + "\n")
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn what_commands_a_terminal_is_escaped_and_stays_the_same_text() {
        let names = ["br\u{9b}2J", "\u{202e}0rb", "größer 𝄞", "\u{e0001}"];
        let json = render(&names).unwrap();
        assert!(json.contains("größer 𝄞") && !json.contains(['\u{9b}', '\u{202e}', '\u{e0001}']), "{json}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), names);
    }
}
