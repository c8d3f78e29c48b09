//! bridge-doctor: will a user's virtual machine go on a bridge through `qemu-bridge-helper`, and if not, why exactly?
//!
//! Data flows one way: `host` fills a [`snapshot::Snapshot`], the probes judge it, the engine orders their findings into
//! a [`report::Report`], a renderer writes it.

pub mod acl;
pub mod attach;
pub mod catalogue;
pub mod cli;
pub mod command;
pub mod engine;
pub mod exit;
pub mod explain;
pub mod fix;
pub mod helper;
pub mod host;
pub mod platform;
pub mod probe;
pub mod report;
pub mod snapshot;
