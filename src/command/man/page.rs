//! One manual page: what clap knows of a command, and what it does not.

use std::io;

use clap::Command;
use clap_mangen::Man;
use roff::{Inline, Roff, bold, italic, roman};
use textwrap::{WordSeparator, WordSplitter};

use super::examples::{self, Example};
use super::shown;
use crate::exit::Exit;
use crate::report::nagios::PluginState;

/// The day of the last change to what the pages say.
const DATE: &str = "2026-11-24";

/// Columns of a page's source, as its readers are used to.
const WIDTH: usize = 80;

/// Files that are read or kept, and why. Where a distribution has them elsewhere, `check` says so.
const FILES: [(&str, &str); 5] = [
    ("/etc/qemu/bridge.conf", "The ACL: which bridges the helper may put a tap on."),
    (
        "/usr/lib/qemu/qemu-bridge-helper, /usr/libexec/qemu-bridge-helper",
        "The helper. A distribution has it in one place; where there are several, check names them.",
    ),
    ("/dev/net/tun", "The device by which the helper makes a tap."),
    ("$XDG_CONFIG_HOME/libvirt/qemu.conf", "Where libvirt's session driver is told of another helper."),
    ("/var/lib/bridge-doctor/", "What `fix` changed, run by run: all that `undo` needs. Only root can read it."),
];

/// Pages of other programs that a reader may want next.
const ELSEWHERE: [(&str, &str); 4] = [("bridge", "8"), ("ip-link", "8"), ("qemu-system-x86_64", "1"), ("virsh", "1")];

/// The name of a page, without its section.
pub(super) fn name(program: &Command, command: Option<&Command>) -> String {
    match command {
        None => program.get_name().to_owned(),
        Some(command) => format!("{}-{}", program.get_name(), command.get_name()),
    }
}

/// The page of a subcommand, or of the program.
pub(super) fn render(program: &Command, command: Option<&Command>) -> io::Result<String> {
    let subject = command.unwrap_or(program);
    let version = program.get_version().unwrap_or_default();
    let source = format!("{} {version}", program.get_name());
    let title = name(program, command).to_uppercase();
    let of_clap = Man::new(subject.clone()).title(title).date(DATE).source(source).manual("User Commands");
    let mut page = Vec::new();
    of_clap.render_title(&mut page)?;
    of_clap.render_name_section(&mut page)?;
    of_clap.render_synopsis_section(&mut page)?;
    of_clap.render_description_section(&mut page)?;
    of_clap.render_options_section(&mut page)?;
    if command.is_none() {
        of_clap.render_subcommands_section(&mut page)?;
    }
    let mut rest = Roff::new();
    exit_status(&mut rest, subject);
    files(&mut rest);
    examples_of(&mut rest, command.map(Command::get_name));
    see_also(&mut rest, program, command);
    rest.to_writer(&mut page)?;
    Ok(tidy(&String::from_utf8_lossy(&page)))
}

/// The same page without what `mandoc -T lint` objects to.
fn tidy(page: &str) -> String {
    let mut tidied = String::new();
    let mut is_tag = false;
    for line in page.replace("\n.br\n\n.br\n", "\n.sp\n").lines().map(str::trim_end) {
        // The tag of a list is one line, however long.
        if line.starts_with('.') || is_tag || line.len() <= WIDTH {
            tidied.push_str(line);
            tidied.push('\n');
        } else {
            fill(&mut tidied, line);
        }
        is_tag = line == ".TP";
    }
    tidied
}

/// Breaks a line of text, which the reader's program fills anew.
fn fill(page: &mut String, line: &str) {
    let options = textwrap::Options::new(WIDTH)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    for part in textwrap::wrap(line, options) {
        // At the start of a line these two would make a request of it.
        if part.starts_with(['.', '\'']) {
            page.push_str("\\&");
        }
        page.push_str(&part);
        page.push('\n');
    }
}

fn exit_status(roff: &mut Roff, command: &Command) {
    roff.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        roff.control("TP", []).text([bold(exit.code().to_string())]).text(marked(exit.meaning()));
    }
    if writes(command, "nagios") {
        let codes = PluginState::ALL.map(|state| format!("{} {}", state.code(), state.word())).join(", ");
        roff.control("PP", []).text(marked(&format!("With `--format nagios` it is the code of a plugin: {codes}.")));
    }
}

/// Whether `--format` takes this.
fn writes(command: &Command, format: &str) -> bool {
    let formats = command.get_arguments().filter(|argument| argument.get_id() == "format");
    formats.flat_map(clap::Arg::get_possible_values).any(|value| value.get_name() == format)
}

/// A text in which what stands between back quotes is typed as it is.
fn marked(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate();
    parts.map(|(place, part)| if place % 2 == 1 { bold(part) } else { roman(part) }).collect()
}

fn files(roff: &mut Roff) {
    roff.control("SH", ["FILES"]);
    for (path, meaning) in FILES {
        roff.control("TP", []).text([italic(path)]).text([roman(meaning)]);
    }
}

fn examples_of(roff: &mut Roff, command: Option<&str>) {
    roff.control("SH", ["EXAMPLES"]);
    for Example { what, line, .. } in examples::of(command) {
        roff.control("TP", []).text([bold(*line)]).text([roman(*what)]);
    }
}

fn see_also(roff: &mut Roff, program: &Command, command: Option<&Command>) {
    roff.control("SH", ["SEE ALSO"]);
    let own = std::iter::once(None).chain(shown(program).map(Some));
    let own = own.map(|other| name(program, other)).filter(|other| *other != name(program, command));
    let pages = own.map(|name| (name, "1")).chain(ELSEWHERE.map(|(name, section)| (name.to_owned(), section)));
    let mut line = Vec::new();
    for (name, section) in pages {
        line.extend([if line.is_empty() { roman("") } else { roman(", ") }, bold(name), roman(format!("({section})"))]);
    }
    roff.text(line);
}
