//! `--from`: a snapshot that `collect` made, perhaps elsewhere, perhaps by another version.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;
use serde_json::error::Category;

use crate::snapshot::{SCHEMA, Snapshot};

use super::failure::{Failure, reason};

/// No host has this much to tell; beyond it stands something else by mistake.
const LIMIT: u64 = 256 << 20;

/// What every version of a snapshot begins with.
#[derive(Deserialize)]
struct Header {
    schema: String,
    collected_by: Option<String>,
}

/// Reads a snapshot from a file or, by the name `-`, from standard input.
///
/// A snapshot holds the kernel's answers for one subject, so another `user` cannot be asked about.
pub(super) fn read(path: &Path, user: Option<&str>) -> Result<Snapshot, Failure> {
    let stdin = path.as_os_str() == "-";
    let name = if stdin { "standard input".to_owned() } else { path.display().to_string() };
    let content = if stdin { bytes(io::stdin().lock()) } else { File::open(path).and_then(bytes) };
    let content = content.map_err(|error| {
        Failure::internal(
            format!("cannot read the snapshot: {}", reason(&error)),
            &name,
            "name a file that `bridge-doctor collect > FILE` made, or `-` for standard input",
        )
    })?;
    let snapshot = parse(&content, &name)?;
    match user {
        Some(user) if user != snapshot.subject.user && user.parse() != Ok(snapshot.subject.uid) => Err(Failure::usage(
            format!("a snapshot holds one subject's answers, and this one's subject is `{}`", snapshot.subject.user),
            format!("--user {user}"),
            format!("on that host: `bridge-doctor collect --user {user} > FILE`"),
        )),
        _ => Ok(snapshot),
    }
}

fn bytes(source: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    source.take(LIMIT + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LIMIT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large to be one"));
    }
    Ok(content)
}

fn parse(content: &[u8], name: &str) -> Result<Snapshot, Failure> {
    let again = "collect it again: `bridge-doctor collect > FILE`";
    if content.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::internal("the snapshot is empty", name, again));
    }
    // Most are what they should be: what else it could be is asked of the others only.
    let error = match serde_json::from_slice::<Snapshot>(content) {
        Ok(snapshot) if snapshot.schema == SCHEMA => return Ok(snapshot),
        parsed => parsed.err(),
    };
    let place = |error: &serde_json::Error| format!("{name}, line {} column {}", error.line(), error.column());
    let header: Header = serde_json::from_slice(content).map_err(|error| match error.classify() {
        Category::Eof => Failure::internal("the snapshot is cut short", place(&error), again),
        Category::Syntax | Category::Io => Failure::internal("not a snapshot: it is no JSON", place(&error), again),
        Category::Data => Failure::internal("not a snapshot", place(&error), again),
    })?;
    Err(match error {
        Some(error) if header.schema == SCHEMA => {
            Failure::internal(format!("not a whole {SCHEMA}: {}", without_place(&error)), place(&error), again)
        }
        _ => foreign(&header, name),
    })
}

/// A snapshot of another version, or another of our outputs.
fn foreign(header: &Header, name: &str) -> Failure {
    let family = SCHEMA.trim_end_matches(|last: char| last.is_ascii_digit());
    let version = |schema: &str| schema.strip_prefix(family).and_then(|digits| digits.parse::<u64>().ok());
    if version(&header.schema) > version(SCHEMA) {
        let maker = header.collected_by.as_ref().map_or_else(String::new, |version| format!("{version}, "));
        return Failure::internal(
            format!("the snapshot was made by a newer bridge-doctor ({maker}{})", header.schema),
            name,
            format!("use that version here, or collect with this one ({})", env!("CARGO_PKG_VERSION")),
        );
    }
    Failure::internal(
        format!("not a snapshot: it says that it is `{}`", header.schema),
        name,
        "give --from what `bridge-doctor collect` prints",
    )
}

/// The parser's message; the place is named beside it.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned()
}
