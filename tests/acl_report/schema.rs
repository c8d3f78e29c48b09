//! The schema of `acl/v1` says what the JSON holds.

use std::collections::BTreeSet;

use bridge_doctor::acl::Limits;
use bridge_doctor::command::acl_report;
use bridge_doctor::report::AclReport;
use serde_json::Value;

use crate::trees::tree;

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn every_key_is_described_and_every_described_key_is_there() {
    let schema = serde_json::to_value(schemars::schema_for!(AclReport)).expect("a schema is JSON");
    let report = acl_report(&tree(b"allow br0 # lan\n", &[]), &["br0 # lan"], Limits::default());
    let report = serde_json::to_value(report).expect("a report is JSON");
    let described = |path: &str| schema.pointer(path).map(keys).unwrap_or_default();
    assert_eq!(described("/properties"), keys(&report));
    assert_eq!(described("/$defs/RuleEntry/properties"), keys(&report["rules"][0]));
    assert_eq!(described("/$defs/Diagnostic/properties"), keys(&report["diagnostics"][0]));
    assert_eq!(described("/$defs/AclDecision/properties"), keys(&report["decisions"][0]));
    assert_eq!(described("/$defs/DecidingRule/properties"), keys(&report["decisions"][0]["rule"]));
}
