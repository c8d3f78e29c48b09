//! (to come)

/// What a check can do at worst.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Severity {
    /// The helper would refuse.
    Fail,
    /// It works, but less than expected.
    Warn,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The id.
    pub id: &'static str,
    /// The severity.
    pub severity: Severity,
}

const fn page_of(id: &'static str, severity: Severity) -> Page {
    Page { id, severity }
}

static PAGES: &[Page] = &[
    page_of("helper-path", Severity::Fail),
    page_of("helper-symlink", Severity::Fail),
    page_of("helper-setuid", Severity::Fail),
    page_of("acl-allows", Severity::Fail),
    page_of("tun-device", Severity::Fail),
    page_of("bridge-up", Severity::Fail),
    page_of("bridge-uplink", Severity::Warn),
    page_of("bridge-netfilter", Severity::Warn),
];

/// One page.
pub fn page(id: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.id == id)
}

/// All pages.
pub fn pages() -> &'static [Page] {
    PAGES
}

/// The check of a cause.
pub fn check_of_cause(id: &str) -> Option<&'static str> {
    (id == "acl-denied").then_some("acl-allows")
}
