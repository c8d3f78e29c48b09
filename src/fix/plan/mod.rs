//! From the facts to a plan: pure.

mod choice;
mod describe;
mod diff;
mod draft;
mod grants;
mod merge;
mod simulate;
mod standing;

pub use choice::Choice;
pub use draft::plan;
pub use simulate::simulate;
