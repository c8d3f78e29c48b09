//! qemu-bridge-helper itself: what it would do for a subject and a bridge (pure).

mod credentials;
mod launch;
mod observation;
mod predict;
mod prediction;
pub mod run;
mod steps;

pub use credentials::{
    CAP_NET_ADMIN, Credentials, SECBIT_KEEP_CAPS_LOCKED, SECBIT_NOROOT, capability_name, required_to_drop,
};
pub use launch::{Launch, Refusal, goes_to_the_shell, is_the_helper, launch};
pub use observation::agrees;
pub use predict::predict;
pub use prediction::{Outcome, Prediction};
pub use steps::{BRIDGE_PORTS, NAME_SIZE, TAP_MTU, acl_reading, limits};
