//! The end-to-end test: what `attach` says is what the helper does, what frames do, and what guests meet.

mod agreement;
mod crowd;
mod guests;
mod impostors;
mod leaves_nothing;
mod namespaces;
mod silences;
mod tools;

use libtest_mimic::Trial;

/// The trials.
pub fn trials() -> Vec<Trial> {
    [
        agreement::trials(),
        silences::trials(),
        impostors::trials(),
        leaves_nothing::trials(),
        crowd::trials(),
        namespaces::trials(),
        guests::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
