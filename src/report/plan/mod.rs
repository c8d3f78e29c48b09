//! The plan of `fix`: its data, and how it is shown.

pub mod applied;
pub mod human;
mod model;
pub mod script;

pub use model::{ActionState, FoundFile, Manual, PLAN_SCHEMA, Plan, PlannedAction, Preimage, Question};
