//! (to come)

mod error;

use std::path::{Path, PathBuf};

pub use error::Error;

use crate::snapshot::{Acl, Snapshot};

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `--user`.
    pub user: Option<String>,
    /// `--pid`.
    pub pid: Option<u32>,
    /// `--helper`.
    pub helper: Option<PathBuf>,
    /// `--root`.
    pub root: Option<PathBuf>,
    /// `--bridge`.
    pub bridges: Vec<String>,
    /// Every interface.
    pub everything: bool,
}

/// Stands in for the host.
///
/// # Errors
///
/// Always.
pub fn collect(request: &Request) -> anyhow::Result<Snapshot> {
    match &request.user {
        Some(name) => Err(Error::UnknownUser { name: name.clone(), source: "--user".to_owned(), near: vec![] }.into()),
        None => Err(anyhow::anyhow!("there is no host yet")),
    }
}

/// Stands in.
///
/// # Errors
///
/// Always.
pub fn acl_files(_file: &Path, _user: Option<&str>) -> anyhow::Result<Acl> {
    Err(anyhow::anyhow!("there is no host yet"))
}
