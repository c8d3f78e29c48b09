//! A line that is suggested is one that the helper takes.

use bridge_doctor::acl::{DiagnosticLevel, Limits};
use bridge_doctor::command::acl_report;

use crate::trees::tree;

const COMMANDS: &[&str] = &[
    "allow ",
    "Allow ",
    "ALLOW ",
    "alow ",
    "allow: ",
    "dney ",
    "deny= ",
    "\u{feff}allow ",
    "allow\t",
    "\x0ballow ",
    "allow=",
];
const ARGUMENTS: &[&str] = &[
    "br0",
    "br0 # x",
    "br0\t# x",
    "br0 # the bridge of the whole office",
    "br0,br1",
    "br0 br1 br2 br3 virbr0",
    "\"br0\"",
    "'br0'",
    "All",
    "*",
    "br*",
    "br0;",
    "abcdefghijklmnopq",
    "\u{7f51}\u{6865}\u{7f51}\u{6865}\u{7f51}\u{6865}",
    "b\u{e4}r",
    "",
];

#[test]
fn what_is_suggested_for_a_line_is_free_of_errors_and_oddities() {
    let mut suggested = 0;
    for command in COMMANDS {
        for argument in ARGUMENTS {
            let line = format!("{command}{argument}\n");
            let report = acl_report(&tree(line.as_bytes(), &[]), &[] as &[&str], Limits::default());
            for suggestion in report.diagnostics.iter().filter_map(|found| found.suggestion.as_ref()) {
                suggested += 1;
                let again =
                    acl_report(&tree(format!("{suggestion}\n").as_bytes(), &[]), &[] as &[&str], Limits::default());
                let left: Vec<_> =
                    again.diagnostics.iter().filter(|found| found.level > DiagnosticLevel::Note).collect();
                assert!(left.is_empty(), "{line:?} gives {suggestion:?}, which gives {left:?}");
            }
        }
    }
    assert!(suggested > 80, "{suggested}");
}
