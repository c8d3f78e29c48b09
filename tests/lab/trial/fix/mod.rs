//! `fix` and `undo`: on hosts of the lab, on hostile ones, and cut off at every step.

mod adversity;
mod asked;
mod changed_since;
mod granted;
mod host;
mod hostile;
mod killed;
mod library;
mod mended;
mod packaged;
mod taken_back;
mod tree;
mod unsafe_places;

use libtest_mimic::Trial;

/// The trials.
pub fn trials() -> Vec<Trial> {
    [
        library::trials(),
        taken_back::trials(),
        changed_since::trials(),
        unsafe_places::trials(),
        adversity::trials(),
        mended::trials(),
        killed::trials(),
        asked::trials(),
        packaged::trials(),
        granted::trials(),
        hostile::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
