//! Turns the pages under `checks/` into static tables, so that nothing is parsed when the program runs.
//!
//! A page that is not well-formed ends the build with one line that names the page and the fault.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[path = "build/needles.rs"]
mod needles;
#[path = "build/unwinder.rs"]
mod unwinder;

/// The front matter of a neighbour's page: causes that no check can find.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeighbourFront {
    id: String,
    title: String,
    #[serde(rename = "cause")]
    causes: Vec<Cause>,
    #[serde(rename = "error")]
    errors: Vec<KnownError>,
}

/// The front matter of a check's page, between two lines `+++`.
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
    role: Option<Role>,
    causes: Vec<Suspect>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Role {
    Alone,
    Context,
    Detail,
    Reason,
    Wrapper,
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

/// A page: its front matter and the Markdown below.
struct Page<F> {
    front: F,
    body: String,
}

/// Pages by their ids: the order of the catalogue, in which it is searched.
type Pages<F> = BTreeMap<String, Page<F>>;

fn main() -> ExitCode {
    unwinder::link();
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
    println!("cargo::rerun-if-changed=build");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?).join("checks");
    let output = Path::new(&env::var("OUT_DIR").map_err(|error| error.to_string())?).join("catalogue.rs");
    let checks: Pages<Front> = read_pages(&folder)?;
    let neighbours: Pages<NeighbourFront> = read_pages(&folder.join("neighbours"))?;
    validate(&checks, &neighbours)?;
    let tables = tables(&checks, &neighbours)?;
    fs::write(&output, tables).map_err(|error| format!("{}: {error}", output.display()))
}

fn read_pages<F: DeserializeOwned>(folder: &Path) -> Result<Pages<F>, String> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".md"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let page = read_page(&text).map_err(|fault| format!("{}: {fault}", path.display()))?;
        pages.insert(name.to_owned(), page);
    }
    if pages.is_empty() { Err(format!("{}: no page", folder.display())) } else { Ok(pages) }
}

fn read_page<F: DeserializeOwned>(text: &str) -> Result<Page<F>, String> {
    let after_opening = text.strip_prefix("+++\n").ok_or("the first line is not `+++`")?;
    let (front, body) = after_opening.split_once("\n+++\n").ok_or("no second line `+++` ends the front matter")?;
    let front = toml::from_str(front).map_err(|error| error.to_string())?;
    Ok(Page { front, body: body.trim_start().to_owned() })
}

/// What both kinds of pages have in common, for validation.
struct Entry<'a> {
    file: String,
    name: &'a str,
    id: &'a String,
    causes: &'a [Cause],
    errors: &'a [KnownError],
}

/// What one page cannot know about itself: unique ids, and references that lead somewhere.
fn validate(checks: &Pages<Front>, neighbours: &Pages<NeighbourFront>) -> Result<(), String> {
    let of_checks = checks.iter().map(|(name, Page { front, .. })| {
        let Front { id, causes, errors, .. } = front;
        Entry { file: format!("checks/{name}.md"), name, id, causes, errors }
    });
    let of_neighbours = neighbours.iter().map(|(name, Page { front, .. })| {
        let NeighbourFront { id, causes, errors, .. } = front;
        Entry { file: format!("checks/neighbours/{name}.md"), name, id, causes, errors }
    });
    let entries: Vec<Entry<'_>> = of_checks.chain(of_neighbours).collect();
    validate_ids(&entries)?;
    for (name, Page { front, .. }) in checks {
        if let Some(missing) = front.requires.iter().find(|id| *id == name || !checks.contains_key(*id)) {
            return Err(format!("checks/{name}.md: requires `{missing}`, which is no other check"));
        }
    }
    for Entry { file, errors, .. } in &entries {
        let suspects = errors.iter().flat_map(|error| error.causes.iter().map(move |suspect| (error, suspect)));
        for (error, suspect) in suspects {
            if !entries.iter().any(|entry| entry.causes.iter().any(|cause| cause.id == suspect.id)) {
                return Err(format!("{file}: error `{}` names the unknown cause `{}`", error.id, suspect.id));
            }
        }
    }
    Ok(())
}

fn validate_ids<'a>(entries: &[Entry<'a>]) -> Result<(), String> {
    let mut owners: BTreeMap<&'a str, String> = BTreeMap::new();
    for Entry { file, name, id, causes: of_page, errors } in entries {
        if id != name {
            return Err(format!("{file}: its id is `{id}`"));
        }
        let causes = of_page.iter().map(|cause| (&cause.id, "cause"));
        let errors = errors.iter().map(|error| (&error.id, "error"));
        // A page with one cause may share its id with it.
        let page = of_page.iter().all(|cause| cause.id != **id).then_some((*id, "page"));
        for (id, kind) in causes.chain(errors).chain(page) {
            if !is_kebab_case(id) {
                return Err(format!("{file}: {kind} `{id}` is not in kebab-case"));
            }
            if let Some(other) = owners.insert(id, format!("{file} as a {kind}")) {
                return Err(format!("{file}: {kind} `{id}` stands already in {other}"));
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
fn tables(checks: &Pages<Front>, neighbours: &Pages<NeighbourFront>) -> Result<String, String> {
    let mut source = String::from("static PAGES: &[Page] = &[\n");
    // Writing to a String cannot fail.
    for Page { front, body } in checks.values() {
        let Front { id, title, severity, requires, causes, errors } = front;
        let (causes, errors) = (list(causes, cause_table), list(errors, error_table));
        let _ = writeln!(
            source,
            "Page {{ id: {id:?}, title: {title:?}, severity: Severity::{severity:?}, requires: &{requires:?}, \
             causes: {causes}, errors: {errors}, body: {body:?} }},"
        );
    }
    source.push_str("];\nstatic NEIGHBOURS: &[Neighbour] = &[\n");
    for Page { front, body } in neighbours.values() {
        let NeighbourFront { id, title, causes, errors } = front;
        let (causes, errors) = (list(causes, cause_table), list(errors, error_table));
        let _ = writeln!(
            source,
            "Neighbour {{ id: {id:?}, title: {title:?}, causes: {causes}, errors: {errors}, body: {body:?} }},"
        );
    }
    let of_checks = checks.values().flat_map(|page| &page.front.errors);
    let of_neighbours = neighbours.values().flat_map(|page| &page.front.errors);
    let patterns: Vec<&str> = of_checks.chain(of_neighbours).map(|error| error.pattern.as_str()).collect();
    let prose: String = checks.values().map(|page| page.body.as_str()).collect();
    let needles = needles::choose(&patterns, &prose)?;
    let table =
        list(&needles, |needle| format!("Needle {{ text: {:?}, errors: &{:?} }}", needle.text, needle.patterns));
    let _ = writeln!(source, "];\nstatic NEEDLES: &[Needle] = {table};");
    Ok(source)
}

fn cause_table(cause: &Cause) -> String {
    format!("Cause {{ id: {:?}, title: {:?} }}", cause.id, cause.title)
}

fn error_table(error: &KnownError) -> String {
    let KnownError { id, program, versions, meaning, pattern, example, role, causes } = error;
    // What the helper says is always the end of an attempt.
    let usual = if program == "qemu-bridge-helper" { Role::Reason } else { Role::Alone };
    let role = role.unwrap_or(usual);
    let causes = list(causes, |suspect| {
        format!("Suspect {{ cause: {:?}, likelihood: Likelihood::{:?} }}", suspect.id, suspect.likelihood)
    });
    format!(
        "KnownError {{ id: {id:?}, program: {program:?}, versions: {versions:?}, meaning: {meaning:?}, \
         pattern: {pattern:?}, example: {example:?}, role: Role::{role:?}, causes: {causes} }}"
    )
}

fn list<T>(items: &[T], item: impl Fn(&T) -> String) -> String {
    format!("&[{}]", items.iter().map(item).collect::<Vec<_>>().join(", "))
}
