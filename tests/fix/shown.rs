//! A plan as a person reads it.

use bridge_doctor::engine::Options;
use bridge_doctor::fix::{self, Choice};
use bridge_doctor::report::Plan;
use bridge_doctor::report::human;
use bridge_doctor::snapshot::Snapshot;

/// What mends every failure, for br0.
pub(crate) fn plan(host: &Snapshot) -> Plan {
    plan_for(host, &["br0"], &[])
}

pub(crate) fn plan_for(host: &Snapshot, bridges: &[&str], chosen: &[&str]) -> Plan {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    fix::plan(host, &Options { bridges: owned(bridges), ..Options::default() }, &Choice { ids: owned(chosen) })
}

pub(crate) fn written(plan: &Plan) -> String {
    let options =
        human::Options { colour: false, ascii: false, verbose: false, width: 110, partial: false, expecting: false };
    bridge_doctor::report::plan::human::render(plan, &options)
}
