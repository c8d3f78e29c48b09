//! `schema`: the JSON Schema of an output.

use crate::cli::{self, Output};
use crate::exit::Exit;
use crate::report::change::{self, Change};
use crate::report::explain::{EXPLANATION_SCHEMA, Explanation};
use crate::report::undo::{Runs, Undo};
use crate::report::{self, AclReport, Attach, Fleet, Plan, Report, schema};
use crate::snapshot::{self, Snapshot};

use super::failure::Failure;
use super::output;

pub(super) fn run(options: &cli::Schema) -> Result<Exit, Failure> {
    let schema = match options.of {
        Output::Report => schema::of::<Report>(report::SCHEMA),
        Output::Plan => schema::of::<Plan>(report::PLAN_SCHEMA),
        Output::Undo => schema::of::<Undo>(report::undo::UNDO_SCHEMA),
        Output::Runs => schema::of::<Runs>(report::undo::RUNS_SCHEMA),
        Output::Attach => schema::of::<Attach>(report::ATTACH_SCHEMA),
        Output::Acl => schema::of::<AclReport>(report::ACL_SCHEMA),
        Output::Explanation => schema::of::<Explanation>(EXPLANATION_SCHEMA),
        Output::Snapshot => schema::of::<Snapshot>(snapshot::SCHEMA),
        Output::Fleet => schema::of::<Fleet>(report::FLEET_SCHEMA),
        Output::Change => schema::of::<Change>(change::CHANGE_SCHEMA),
    };
    let text = output::json(&schema)?;
    output::write(&text, None)?;
    Ok(Exit::Healthy)
}
