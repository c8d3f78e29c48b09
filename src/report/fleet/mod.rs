//! Reports on many hosts: the versioned data, and one renderer a file.

mod human;
mod model;
mod prometheus;

pub use human::render as render_fleet;
pub use model::{CauseEntry, FLEET_SCHEMA, Fleet, FleetSummary, HostEntry, HostStatus};
pub use prometheus::render as render_fleet_metrics;
