//! bridge-doctor: will a user's virtual machine go on a bridge through `qemu-bridge-helper`, and if not, why exactly?
//!
//! Data flows one way: [`host`] fills a [`snapshot::Snapshot`], the probes in [`probe`] judge it and [`helper`] predicts
//! from it, [`engine`] orders their findings into a [`report::Report`], a renderer in [`report`] writes it, and
//! [`command`] puts them together. [`fix`] plans from the same facts, and takes its plan; [`attach`] runs the real helper;
//! [`explain`] goes from the text of an error to its causes. CONTRIBUTING.md draws the map.

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
