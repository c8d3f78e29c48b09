//! The plan as a script that root runs with any POSIX shell.

use crate::report::Plan;

/// Writes the script.
pub fn render(plan: &Plan) -> String {
    let mut text = String::from("#!/bin/sh\nset -eu\n");
    for action in &plan.actions {
        text += &format!("# {}\n", action.id);
    }
    text
}
