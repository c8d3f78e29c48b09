//! Mending a host: applying a list of changes so that it can be taken back at any instant, and taking it back.

pub mod apply;
mod diff;
pub mod journal;
mod object;
mod trouble;
pub mod undo;

pub use object::{Attributes, Node, Object, Time};
pub use trouble::Trouble;
