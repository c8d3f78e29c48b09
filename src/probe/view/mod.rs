//! Views of the snapshot that several probes share.

pub(super) mod acl;
pub(super) mod answer;
pub(super) mod bridge;
pub(super) mod correct;
pub(super) mod interface;
pub(super) mod near;
pub(super) mod open_up;
pub(super) mod owner;
