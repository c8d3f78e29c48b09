//! The reports for programs: one object, indented, with a final line feed.

use serde::Serialize;

/// Writes a report as JSON.
///
/// # Errors
///
/// When the value has no JSON form, such as a map with keys that are not text.
pub fn render(report: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
