//! `explain`: what does this error mean, and is it so here?

use std::io::{self, IsTerminal};
use std::path::{Component, Path, PathBuf};

use crate::cli::{self, Format};
use crate::engine;
use crate::exit::Exit;
use crate::explain::{self, Found, Topic};
use crate::report::distinct;
use crate::report::explain::{EXPLANATION_SCHEMA, Explanation, Match, human as text, page};

use super::failure::Failure;
use super::{log, output, selection};

pub(super) fn run(options: &cli::Explain, ascii: bool) -> Result<Exit, Failure> {
    refuse_selection_without_here(options)?;
    if let Some(topics) = topics(options)? {
        let pages =
            topics.iter().map(|topic| page(topic.id, topic.title, topic.body, topic.cause, &output::look(ascii)));
        output::write(&pages.collect::<Vec<_>>().join("\n"), None)?;
        return Ok(Exit::Healthy);
    }
    let Found { mut matches, nearest } = read(options)?;
    if options.here && !matches.is_empty() {
        compare(&mut matches, options)?;
    }
    if matches.is_empty() {
        refuse_path(options)?;
    }
    let exit = if matches.is_empty() { Exit::Broken } else { Exit::Healthy };
    let explanation = Explanation { schema: EXPLANATION_SCHEMA, matches, nearest };
    let rendered = match options.format {
        Format::Human => text::render(&explanation, &output::look(ascii)),
        Format::Json => output::json(&explanation)?,
    };
    output::write(&rendered, None)?;
    Ok(exit)
}

/// The pages that are asked for, where every word is the name of one.
fn topics(options: &cli::Explain) -> Result<Option<Vec<Topic>>, Failure> {
    let topics: Option<Vec<Topic>> = options.text.iter().map(|word| word.to_str().and_then(explain::topic)).collect();
    let topics = topics.filter(|topics| !topics.is_empty());
    if topics.is_none() {
        refuse_unknown_name_among_others(options)?;
    }
    if topics.is_some() && (options.here || options.format == Format::Json) {
        return Err(Failure::usage(
            "the pages of the catalogue are text for people",
            "--here, --format json",
            "`bridge-doctor check --only CHECK` for this machine, `bridge-doctor list errors --format json` for programs",
        ));
    }
    Ok(topics)
}

/// Of several names that the catalogue could have, each must be one: else nobody asked about a text.
fn refuse_unknown_name_among_others(options: &cli::Explain) -> Result<(), Failure> {
    let words: Option<Vec<&str>> = options.text.iter().map(|word| word.to_str()).collect();
    let words =
        words.filter(|words| words.iter().all(|word| word.contains('-') && !word.contains(char::is_whitespace)));
    let words = words.unwrap_or_default();
    let unknown = words.iter().find(|word| explain::topic(word).is_none());
    match unknown.filter(|_| words.iter().any(|word| explain::topic(word).is_some())) {
        Some(word) => {
            let near = explain::nearest(word.as_bytes());
            let list = || "`bridge-doctor list checks`, `list causes` and `list errors` name them all".to_owned();
            let near = near.first().map(|near| format!("did you mean `{}`?", near.id));
            Err(Failure::usage("no check, cause or error has this name", *word, near.unwrap_or_else(list)))
        }
        None => Ok(()),
    }
}

/// A path is no text of an error; whoever gives one means what is in the file.
fn refuse_path(options: &cli::Explain) -> Result<(), Failure> {
    let [word] = options.text.as_slice() else { return Ok(()) };
    if !word.as_encoded_bytes().contains(&b'/') || !Path::new(word).is_file() {
        return Ok(());
    }
    let path = Path::new(word).display().to_string();
    Err(Failure::usage("it is a file and no text of an error", path, "`bridge-doctor explain -f FILE` reads it"))
}

fn refuse_selection_without_here(options: &cli::Explain) -> Result<(), Failure> {
    let cli::Selection { bridge, user, pid, helper, root } = &options.selection;
    let given = [
        ("--bridge", !bridge.is_empty()),
        ("--user", user.is_some()),
        ("--pid", pid.is_some()),
        ("--helper", helper.is_some()),
        ("--root", !root.is_empty()),
    ];
    match given.iter().find(|(_, given)| *given && !options.here) {
        Some((option, _)) => {
            Err(Failure::usage("it says what to check, and nothing is checked", *option, "add --here"))
        }
        None => Ok(()),
    }
}

fn read(options: &cli::Explain) -> Result<Found, Failure> {
    if !options.text.is_empty() {
        let words: Vec<&[u8]> = options.text.iter().map(|word| word.as_encoded_bytes()).collect();
        return Ok(explain::text(&words.join(&b' ')));
    }
    match options.file.as_deref() {
        Some(file) if file.as_os_str() != "-" => log::read_file(file),
        None if io::stdin().is_terminal() => Err(Failure::usage(
            "there is no text to explain",
            "explain",
            "give the error as an argument, a log with `-f FILE`, or pipe it in",
        )),
        _ => log::read_stdin(),
    }
}

/// Runs the checks that tell the causes apart, for the bridge and the helper that the text names.
fn compare(matches: &mut [Match], options: &cli::Explain) -> Result<(), Failure> {
    let only: Vec<String> = explain::candidates(matches).into_iter().map(str::to_owned).collect();
    let mut selection = options.selection.clone();
    if selection.bridge.is_empty() {
        selection.bridge = named(matches, "bridge").into_iter().map(Into::into).collect();
    }
    if selection.helper.is_none() && selection.root.is_empty() {
        selection.helper = named(matches, "helper").into_iter().find(|path| may_be_helper(path)).map(PathBuf::from);
    }
    let bridges = selection::bridges(&selection.bridge)?;
    let snapshot = selection::collect(&selection, None)?;
    let question = engine::Options { bridges, only, ..engine::Options::default() };
    explain::compare(matches, &engine::judge(&snapshot, &question));
    Ok(())
}

/// Whether a path out of a text may be looked at: whoever wrote the text chose it.
fn may_be_helper(path: &str) -> bool {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let of_kernel = ["/proc", "/sys", "/dev"].iter().any(|place| Path::new(path).starts_with(place));
    path.starts_with('/') && plain && !of_kernel && !path.contains(char::is_control)
}

/// What the incidents name, each once.
fn named(matches: &[Match], param: &str) -> Vec<String> {
    let names = matches.iter().filter_map(|one| one.params.get(param)).filter(|name| !name.is_empty());
    distinct(names).into_iter().cloned().collect()
}
