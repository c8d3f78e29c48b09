//! The plan as a script that root runs with any POSIX shell.
//!
//! It looks at everything first and changes nothing where the state is another than the plan was made for. Every
//! step that is done already is passed over. The script is ASCII: any other byte is spelled by `printf`.

mod checksum;
mod step;
mod words;

use crate::report::Plan;
use crate::report::text::{Charset, printable};
use step::Step;
use words::Words;

/// What every script begins with: its refusal, and how it compares what stands there.
const PRELUDE: &str = r#"set -eu
LC_ALL=C
export LC_ALL
umask 022

refuse() {
    printf 'refused, and nothing was changed: %s\n' "$1" >&2
    exit 1
}
# Says where it ended, if on the way.
step=
ended() {
    code=$?
    [ "$code" -eq 0 ] || [ -z "$step" ] || printf '%s\n' "step $step failed: the steps before it are done, those after it \
are not; mend what is said above and run this again, which passes over what is done" >&2
    exit "$code"
}
trap ended EXIT
# Whether nothing stands at $1.
free() {
    [ ! -e "$1" ] && [ ! -L "$1" ]
}
# Whether $1 is a regular file with the checksum $2.
holds() {
    [ -f "$1" ] && [ ! -L "$1" ] && cksum <"$1" | {
        read -r crc size _
        [ "$crc $size" = "$2" ]
    }
}
# Whether $1 has the permissions $2, as ls writes them, the owner $3 and the group $4; a dash is for any.
# Of the line of ls only what stands before the name is read.
# shellcheck disable=SC2012
stands() {
    [ ! -L "$1" ] && [ -e "$1" ] && LC_ALL=C ls -ldn -- "$1" | {
        read -r permissions _ owner group _
        case $permissions in "$2"*) ;; *) [ "$2" = - ] ;; esac &&
            { [ "$3" = - ] || [ "$3" = "$owner" ]; } && { [ "$4" = - ] || [ "$4" = "$group" ]; }
    }
}
# Whether $1 is the character device with the numbers $2 and $3.
# shellcheck disable=SC2012
device() {
    [ -c "$1" ] && [ ! -L "$1" ] && LC_ALL=C ls -ldn -- "$1" | {
        read -r _ _ _ _ major minor _
        [ "$major $minor" = "$2, $3" ]
    }
}
# Whether $1 is a link to $2.
leads() {
    [ -L "$1" ] && [ "$(
        readlink -- "$1"
        printf x
    )" = "$2
x" ]
}

[ "$(id -u)" -eq 0 ] || refuse 'only root can do this'
"#;

/// Writes the script.
pub fn render(plan: &Plan) -> String {
    let mut words = Words::default();
    let steps: Vec<Step> = plan.actions.iter().map(|action| step::of(action, &mut words)).collect();
    let mut text = format!("#!/bin/sh\n# A plan of bridge-doctor {}.\n", env!("CARGO_PKG_VERSION"));
    if steps.is_empty() {
        text += "set -eu\n\nprintf 'nothing has to be done\\n'\n";
    } else {
        text += "# Run it as root: sh FILE\n";
        text += &used(PRELUDE, &steps);
        text += &words.definitions();
        for (number, step) in (1..).zip(&steps) {
            text += &format!("\n# {number}. {}\n", comment(&step.summary));
            if let Some(note) = &step.note {
                text += &format!("# {}\n", comment(note));
            }
            text += &format!("done_{number}() {{\n{}}}\n", indented(&step.done));
            text += &format!("ready_{number}() {{\n{}}}\n", indented(&step.ready));
            text += &format!("take_{number}() {{\n{}}}\n", indented(&step.take));
        }
        text.push('\n');
        for (number, step) in (1..).zip(&steps) {
            text += &format!("done_{number} || ready_{number} || refuse {}\n", words::quoted(&comment(&step.refusal)));
        }
        for (number, step) in (1..).zip(&steps) {
            let name = words::quoted(&comment(&format!("{number} of {}, {}", steps.len(), step.summary)));
            text += &format!("step={name}\ndone_{number} || take_{number}\n");
        }
    }
    text + &left(plan)
}

/// The prelude without the functions that no step calls.
fn used(prelude: &str, steps: &[Step]) -> String {
    let called = |name: &str| {
        let call = format!("{name} ");
        ["refuse", "ended"].contains(&name)
            || steps.iter().any(|step| [&step.done, &step.ready, &step.take].iter().any(|code| code.contains(&call)))
    };
    let mut kept = String::new();
    let mut pending = String::new();
    let mut skipping = false;
    for line in prelude.lines() {
        if line.starts_with("# ") {
            pending += &format!("{line}\n");
            continue;
        }
        if let Some(name) = line.strip_suffix("() {") {
            skipping = !called(name);
        }
        if !skipping {
            kept += &pending;
            kept += line;
            kept.push('\n');
        }
        pending.clear();
        if line == "}" {
            skipping = false;
        }
    }
    kept
}

/// What a person has to do, as comments.
fn left(plan: &Plan) -> String {
    let mut text = String::new();
    for entry in &plan.manual {
        text += &format!("\n# Left for you ({}): {}\n", entry.causes.join(", "), comment(&entry.summary));
        text += &format!("# Not done here, because {}.\n", comment(&entry.why));
        for line in entry.commands.iter().flat_map(|command| command.split('\n')) {
            text += format!("#     {}", comment(line)).trim_end();
            text.push('\n');
        }
    }
    text
}

/// Text of the plan on one line.
fn comment(text: &str) -> String {
    printable(text, Charset::Ascii)
}

fn indented(code: &str) -> String {
    code.lines().map(|line| format!("    {line}\n")).collect()
}
