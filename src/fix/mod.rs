//! Makes it work: the plan, which is a pure function of the facts.

mod plan;

pub use plan::{Choice, plan, simulate};
