//! (to come)

use serde::Serialize;

/// Stands in.
#[derive(Serialize)]
pub struct List(Vec<&'static str>);

impl List {
    /// The checks.
    pub fn checks() -> Self {
        Self(crate::catalogue::pages().iter().map(|page| page.id).collect())
    }

    /// The causes.
    pub fn causes() -> Self {
        Self::checks()
    }

    /// The known errors.
    pub fn errors() -> Self {
        Self::checks()
    }
}

/// For people.
pub fn render(list: &List) -> String {
    list.0.join("\n") + "\n"
}
