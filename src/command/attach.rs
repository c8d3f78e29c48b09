//! `attach`: does it really work, with frames on the wire?

use crate::attach::Ladder;
use crate::cli::{self, Format, Selection};
use crate::engine;
use crate::exit::Exit;
use crate::report::human;

use super::failure::Failure;
use super::{output, selection, trial};

pub(super) fn run(options: &cli::Attach, ascii: bool) -> Result<Exit, Failure> {
    let selection = Selection {
        bridge: options.bridge.iter().cloned().collect(),
        user: options.user.clone(),
        helper: options.helper.clone(),
        ..Selection::default()
    };
    let question = engine::Options { bridges: selection::bridges(&selection.bridge)?, ..engine::Options::default() };
    let mut snapshot = selection::collect(&selection, None)?;
    let mut bridges = engine::target(&snapshot, &question).bridges;
    bridges.truncate(1);
    snapshot.trials = trial::run(&snapshot, &bridges, options.timeout, |_| Ladder::none())?;
    let report = engine::judge(&snapshot, &engine::Options { bridges, ..question });
    let Some(attach) = report.attach.as_ref().and_then(|attach| attach.first()) else {
        return Err(Failure::internal("there is no bridge to try", "attach", "--bridge NAME"));
    };
    let text = match options.format {
        Format::Human => human::render_attach(&report, attach, &output::look(ascii)),
        Format::Json => output::json(attach)?,
    };
    output::write(&text, None)?;
    Ok(Exit::of_attach(attach))
}
