//! Makes it work: the plan, which is a pure function of the facts, and taking it so that it can be taken back.

pub mod apply;
mod choice;
mod describe;
mod diff;
mod expected;
mod grants;
pub mod journal;
mod merge;
mod object;
mod plan;
mod simulate;
mod standing;
mod trouble;
pub mod undo;

pub use choice::Choice;
pub use expected::expect;
pub use object::{Attributes, Node, Object, Time};
pub use plan::plan;
pub use simulate::simulate;
pub use trouble::Trouble;
