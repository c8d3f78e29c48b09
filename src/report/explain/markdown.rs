//! A page of the catalogue, for a terminal.

use owo_colors::OwoColorize;

use crate::report::human::Options;
use crate::report::text::printable;

/// A page: its heading, its text wrapped to the terminal, its code as it stands. With a cause, only what is said about it,
/// and how it is mended.
pub fn page(id: &str, title: &str, body: &str, cause: Option<&str>, options: &Options) -> String {
    let mut text = format!("{}: {title}\n", bold(id, options));
    let mut paragraph = String::new();
    let mut code = false;
    for line in body.lines().filter(selected(cause)) {
        let fenced = line.starts_with("```");
        let verbatim = code || fenced || line.starts_with("    ") || line.starts_with('|');
        code ^= fenced;
        if verbatim || line.is_empty() || line.starts_with(['#', '-']) {
            flush(&mut paragraph, &mut text, options);
        }
        match line {
            _ if fenced => {}
            "" => text.push('\n'),
            _ if verbatim => text += &(shown(line, options) + "\n"),
            _ if line.starts_with('#') => {
                text += &(bold(&shown(line.trim_start_matches(['#', ' ']), options), options) + "\n");
            }
            _ => paragraph += &(line.trim().to_owned() + " "),
        }
    }
    flush(&mut paragraph, &mut text, options);
    text.trim_end().to_owned() + "\n"
}

/// Which lines of the page to keep: all, or the sections on one cause and on what to do.
fn selected<'a>(cause: Option<&'a str>) -> impl FnMut(&&str) -> bool + 'a {
    let (mut in_cause, mut in_remedy) = (false, false);
    move |line| {
        if line.starts_with('#') {
            in_cause = line.strip_prefix("### ").is_some_and(|heading| Some(heading) == cause);
            in_remedy |= line.starts_with("## ");
            in_remedy = if line.starts_with("## ") {
                matches!(*line, "## How to mend it" | "## What to do")
            } else {
                in_remedy
            };
        }
        cause.is_none() || in_cause || in_remedy
    }
}

fn flush(paragraph: &mut String, text: &mut String, options: &Options) {
    if !paragraph.is_empty() {
        let indent = if paragraph.starts_with("- ") { "  " } else { "" };
        let plain = shown(&plain(paragraph.trim_end()), options);
        let wrapping = textwrap::Options::new(options.width).subsequent_indent(indent).break_words(false);
        *text += &(textwrap::fill(&plain, wrapping) + "\n");
        paragraph.clear();
    }
}

/// Text without the marks that only Markdown needs.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.replace("**", "").replace("``", "`");
    while let Some((before, link)) = rest.split_once('[') {
        let Some((name, target)) = link.split_once("](") else { break };
        let Some((_, after)) = target.split_once(')') else { break };
        plain += before;
        plain += name;
        rest = after.to_owned();
    }
    plain + &rest
}

fn shown(line: &str, options: &Options) -> String {
    printable(line, options.charset())
}

fn bold(text: &str, options: &Options) -> String {
    if options.colour { text.bold().to_string() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::report::human::Options;

    const OPTIONS: Options =
        Options { colour: false, ascii: false, verbose: false, width: 40, partial: false, expecting: false };
    const BODY: &str = "## How it fails\n\nAll of *them* stop with ``name `x'``, one\nafter another, see [tun](tun.md).\n\n### one\n\nFirst.\n\n### two\n\nSecond.\n\n## How to mend it\n\n    ls  -l\n\n## Side effects\n\nNone.\n";

    #[test]
    fn a_whole_page_is_wrapped_and_its_code_is_not() {
        let text = page("a", "it is", BODY, None, &OPTIONS);
        assert!(
            text.starts_with(
                "a: it is\nHow it fails\n\nAll of *them* stop with `name `x'`, one\nafter another, see tun.\n"
            ),
            "{text}"
        );
        assert!(text.contains("\n    ls  -l\n") && text.ends_with("\nNone.\n"), "{text}");
    }

    #[test]
    fn a_cause_takes_its_section_and_the_remedy() {
        let text = page("a", "it is", BODY, Some("two"), &OPTIONS);
        assert_eq!(text, "a: it is\ntwo\n\nSecond.\n\nHow to mend it\n\n    ls  -l\n");
    }
}
