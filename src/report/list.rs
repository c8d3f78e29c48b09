//! (to come)

use crate::cli::{Format, Listing};

/// Stands in.
pub fn render(_what: Listing, _format: Format) -> String {
    crate::catalogue::pages().iter().map(|page| format!("{}\n", page.id)).collect()
}
