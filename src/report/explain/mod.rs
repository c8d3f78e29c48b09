//! What an error means: the versioned data, and its renderers.

pub mod human;
mod markdown;
mod model;

pub use markdown::page;
pub use model::{EXPLANATION_SCHEMA, Explanation, Match, Near, Observation, Possible, Verdict};
