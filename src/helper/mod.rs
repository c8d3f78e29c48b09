//! qemu-bridge-helper itself: the prediction of what it does (pure).

mod prediction;

pub use prediction::{Outcome, Prediction};
