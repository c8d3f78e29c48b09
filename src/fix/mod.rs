//! Makes it work: the plan, which is a pure function of the facts.

mod choice;
mod describe;
mod diff;
mod grants;
mod merge;
mod plan;
mod simulate;
mod standing;

pub use choice::Choice;
pub use plan::plan;
pub use simulate::simulate;
