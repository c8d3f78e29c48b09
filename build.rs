//! Turns the pages under `checks/` into static tables, so that nothing is parsed when the program runs.
//!
//! A page that is not well-formed ends the build with one line that names the page and the fault.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use serde::Deserialize;

/// The front matter of a page, between two lines `+++`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    id: String,
    title: String,
    severity: Severity,
    requires: Vec<String>,
    #[serde(rename = "cause")]
    causes: Vec<Cause>,
    #[serde(rename = "error", default)]
    errors: Vec<KnownError>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Severity {
    Fail,
    Warn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cause {
    id: String,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownError {
    id: String,
    program: String,
    versions: String,
    meaning: String,
    pattern: String,
    example: String,
    causes: Vec<Suspect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suspect {
    id: String,
    likelihood: Likelihood,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Likelihood {
    Certain,
    Usual,
    Possible,
}

/// A page and the Markdown below its front matter.
struct Page {
    front: Front,
    body: String,
}

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            fault.lines().for_each(|line| println!("cargo::error={line}"));
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    println!("cargo::rerun-if-changed=checks");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?).join("checks");
    let output = Path::new(&env::var("OUT_DIR").map_err(|error| error.to_string())?).join("catalogue.rs");
    let pages = read_pages(&folder)?;
    validate(&pages)?;
    fs::write(&output, tables(&pages)).map_err(|error| format!("{}: {error}", output.display()))
}

/// Every page by its file's name: the order of the catalogue, in which it is searched.
fn read_pages(folder: &Path) -> Result<BTreeMap<String, Page>, String> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".md"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|error| format!("checks/{name}.md: {error}"))?;
        let page = read_page(&text).map_err(|fault| format!("checks/{name}.md: {fault}"))?;
        pages.insert(name.to_owned(), page);
    }
    if pages.is_empty() { Err(format!("{}: no page", folder.display())) } else { Ok(pages) }
}

fn read_page(text: &str) -> Result<Page, String> {
    let after_opening = text.strip_prefix("+++\n").ok_or("the first line is not `+++`")?;
    let (front, body) = after_opening.split_once("\n+++\n").ok_or("no second line `+++` ends the front matter")?;
    let front = toml::from_str(front).map_err(|error| error.to_string())?;
    Ok(Page { front, body: body.trim_start().to_owned() })
}

/// What one page cannot know about itself: unique ids, and references that lead somewhere.
fn validate(pages: &BTreeMap<String, Page>) -> Result<(), String> {
    let mut owners: BTreeMap<&str, String> = BTreeMap::new();
    for (name, page) in pages {
        let front = &page.front;
        let causes = front.causes.iter().map(|cause| (&cause.id, "cause"));
        let errors = front.errors.iter().map(|error| (&error.id, "error"));
        if front.id != *name {
            return Err(format!("checks/{name}.md: its id is `{}`", front.id));
        }
        // A check with one cause may share its id with it.
        let check = front.causes.iter().all(|cause| cause.id != front.id).then_some((&front.id, "check"));
        for (id, kind) in causes.chain(errors).chain(check) {
            if !is_kebab_case(id) {
                return Err(format!("checks/{name}.md: {kind} `{id}` is not in kebab-case"));
            }
            if let Some(other) = owners.insert(id, format!("checks/{name}.md as a {kind}")) {
                return Err(format!("checks/{name}.md: {kind} `{id}` stands already in {other}"));
            }
        }
    }
    for (name, Page { front, .. }) in pages {
        if let Some(missing) = front.requires.iter().find(|id| *id == name || !pages.contains_key(*id)) {
            return Err(format!("checks/{name}.md: requires `{missing}`, which is no other check"));
        }
        let suspects = front.errors.iter().flat_map(|error| error.causes.iter().map(move |suspect| (error, suspect)));
        for (error, suspect) in suspects {
            if !pages.values().any(|page| page.front.causes.iter().any(|cause| cause.id == suspect.id)) {
                return Err(format!("checks/{name}.md: error `{}` names the unknown cause `{}`", error.id, suspect.id));
            }
        }
    }
    Ok(())
}

fn is_kebab_case(id: &str) -> bool {
    !id.is_empty()
        && id.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}

/// The Rust source of the tables. Strings are written with `{:?}`, whose escapes are those of Rust.
fn tables(pages: &BTreeMap<String, Page>) -> String {
    let mut source = String::from("static PAGES: &[Page] = &[\n");
    for Page { front, body } in pages.values() {
        let Front { id, title, severity, requires, .. } = front;
        let causes = list(&front.causes, |cause| format!("Cause {{ id: {:?}, title: {:?} }}", cause.id, cause.title));
        let errors = list(&front.errors, error_table);
        // Writing to a String cannot fail.
        let _ = writeln!(
            source,
            "Page {{ id: {id:?}, title: {title:?}, severity: Severity::{severity:?}, requires: &{requires:?}, \
             causes: {causes}, errors: {errors}, body: {body:?} }},"
        );
    }
    source + "];\n"
}

fn error_table(error: &KnownError) -> String {
    let KnownError { id, program, versions, meaning, pattern, example, causes } = error;
    let causes = list(causes, |suspect| {
        format!("Suspect {{ cause: {:?}, likelihood: Likelihood::{:?} }}", suspect.id, suspect.likelihood)
    });
    format!(
        "KnownError {{ id: {id:?}, program: {program:?}, versions: {versions:?}, meaning: {meaning:?}, \
         pattern: {pattern:?}, example: {example:?}, causes: {causes} }}"
    )
}

fn list<T>(items: &[T], item: impl Fn(&T) -> String) -> String {
    format!("&[{}]", items.iter().map(item).collect::<Vec<_>>().join(", "))
}
