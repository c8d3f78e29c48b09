//! Reports on many hosts: the versioned data, and one renderer a file.

pub mod human;
pub mod junit;
pub mod markdown;
mod model;
pub mod nagios;
pub mod prometheus;
pub mod tap;

use human::told;
pub use model::{CauseEntry, FLEET_SCHEMA, Fleet, FleetSummary, HostEntry, HostStatus};
