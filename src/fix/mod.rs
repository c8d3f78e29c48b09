//! Makes it work: the plan, which is a pure function of the facts, and taking it so that it can be taken back.

pub mod apply;
mod expected;
pub mod journal;
mod object;
mod plan;
mod trouble;
pub mod undo;

pub use expected::expect;
pub use object::{Attributes, Node, Object, Time};
pub use plan::{Choice, plan, simulate};
pub use trouble::Trouble;
