//! (to come)

use crate::acl::Limits;
use crate::exit::Exit;
use crate::report::{ACL_SCHEMA, AclReport};
use crate::snapshot;

/// Stands in.
pub fn acl_report(_files: &snapshot::Acl, _bridges: &[impl AsRef<[u8]>], _limits: Limits) -> AclReport {
    AclReport { schema: ACL_SCHEMA }
}

/// Stands in.
pub fn acl_exit(_report: &AclReport) -> Exit {
    Exit::Healthy
}
