//! Making changes: what is planned is looked at before anything changes, journaled before each step, and looked at
//! after it.

mod accounts;
pub(super) mod bridge;
mod lines;
mod look;
mod obstacle;
mod outcome;
pub(super) mod place;
mod prepare;
mod program;
mod reach;
mod steps;

pub use prepare::{Prepared, Task, prepare};
pub use steps::{Event, Stopped, apply};

pub(super) use look::look;
pub(super) use program::run as run_program;
pub(super) use reach::{clear, reach};
