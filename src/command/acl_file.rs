//! `acl`, the half that reads: an ACL file by name, or the one that this host's helper reads.

use std::path::Path;

use crate::acl::Limits;
use crate::cli::{self, Format, Selection};
use crate::exit::Exit;
use crate::host;
use crate::report::{json, render_acl};
use crate::snapshot::Acl;

use super::failure::Failure;
use super::{acl_exit, acl_report, output, selection};

pub(super) fn run(options: &cli::Acl, ascii: bool) -> Result<Exit, Failure> {
    let bridges = selection::bridges(&options.bridge)?;
    let files = match &options.file {
        Some(file) => named(file, options.user.as_deref())?,
        None => selection::collect(&Selection { user: options.user.clone(), ..Selection::default() }, None)?.acl,
    };
    let report = acl_report(&files, &bridges, Limits::default());
    match options.format {
        Format::Human => output::write(&render_acl(&report, output::wants_colour(), ascii), None)?,
        Format::Json => output::stream(|out| json::write(&report, out))?,
    }
    Ok(acl_exit(&report))
}

fn named(file: &Path, user: Option<&str>) -> Result<Acl, Failure> {
    host::acl_files(file, user).map_err(Failure::of_collecting)
}
