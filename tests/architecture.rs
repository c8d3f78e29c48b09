//! Holds the direction of the dependencies, the places of effects, and the size of the files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

/// What each part of `src/` may use, as drawn in CONTRIBUTING.md. `lib.rs` only names the parts.
const MAY_USE: [(&str, &[&str]); 16] = [
    ("snapshot", &[]),
    ("catalogue", &[]),
    ("acl", &["snapshot"]),
    ("helper", &["acl", "catalogue", "snapshot"]),
    ("host", &["acl", "helper", "snapshot"]),
    ("platform", &["acl", "helper", "snapshot"]),
    ("probe", &["acl", "catalogue", "helper", "platform", "snapshot"]),
    ("engine", &["acl", "catalogue", "helper", "platform", "probe", "report", "snapshot"]),
    ("report", &["acl", "catalogue", "helper", "platform", "probe", "snapshot"]),
    ("fix", &["acl", "catalogue", "engine", "helper", "platform", "report", "snapshot"]),
    ("attach", &["acl", "helper", "snapshot"]),
    ("explain", &["catalogue", "report"]),
    ("exit", &["helper", "report"]),
    ("cli", &["probe"]),
    (
        "command",
        &[
            "acl",
            "attach",
            "catalogue",
            "cli",
            "engine",
            "exit",
            "explain",
            "fix",
            "helper",
            "host",
            "platform",
            "probe",
            "report",
            "snapshot",
        ],
    ),
    ("main", &["command"]),
];

/// Where `unsafe` may stand.
const UNSAFE: [&str; 4] = ["host/", "helper/run", "attach/", "fix/apply"];

/// Where this machine is changed: the rest of `fix/` is as pure as the probes.
const CHANGES: [&str; 3] = ["fix/apply/", "fix/journal/", "fix/undo.rs"];

/// Where standard output and standard error may be written.
const OUTPUT: [&str; 2] = ["report/", "command/"];

/// Lines that a file may have.
const LONGEST: usize = 500;

/// A source file: its path below `src/`, and its text without comments and unit tests.
struct Source {
    path: String,
    code: String,
}

impl Source {
    /// The part of the crate that it belongs to: `acl` for `acl/scan.rs`, `engine` for `engine.rs`.
    fn part(&self) -> &str {
        let name = self.path.split('/').next().unwrap_or(&self.path);
        name.strip_suffix(".rs").unwrap_or(name)
    }

    fn stands_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }
}

fn files() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<(String, PathBuf)> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.expect("the sources can be read").into_path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| {
            let below = path.strip_prefix(&folder).expect("it was found there").to_string_lossy().into_owned();
            (below, path)
        })
        .collect();
    assert!(files.len() > 20, "the sources were not found");
    files
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources() -> Vec<Source> {
    let comment = regex(r"(?m)^\s*//.*$|\s//\s.*$");
    files()
        .into_iter()
        .map(|(below, path)| {
            let text = text(&path);
            let product = text.split("#[cfg(test)]").next().unwrap_or(&text);
            Source { path: below, code: comment.replace_all(product, "").into_owned() }
        })
        .collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

/// The parts of the crate that a piece of code names after `crate::` or, in the binary, `bridge_doctor::`.
fn named_parts(code: &str) -> BTreeSet<String> {
    let path = regex(r"\b(?:crate|bridge_doctor)::(?:([a-z_]+)|\{((?:[^{}]|\{[^{}]*\})*)\})");
    let nested = regex(r"\{[^{}]*\}");
    let mut parts = BTreeSet::new();
    for found in path.captures_iter(code) {
        if let Some(part) = found.get(1) {
            parts.insert(part.as_str().to_owned());
        }
        if let Some(group) = found.get(2) {
            let flat = nested.replace_all(group.as_str(), "").into_owned();
            let first = flat.split(',').filter_map(|item| item.trim().split("::").next().map(str::to_owned));
            parts.extend(first.filter(|part| !part.is_empty()));
        }
    }
    parts
}

#[test]
fn imports_of_every_shape_are_seen() {
    let code = "use crate::acl;\nuse crate::{host::{a, b}, probe, report::List as L};\nfn f() { crate::engine::run() }";
    let expected = ["acl", "engine", "host", "probe", "report"].map(str::to_owned);
    assert_eq!(named_parts(code), BTreeSet::from(expected));
}

#[test]
fn dependencies_run_one_way() {
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(part, _)| *part).collect();
    for source in sources().iter().filter(|source| source.path != "lib.rs") {
        let part = source.part();
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == part) else {
            panic!("src/{}: say in MAY_USE what {part} may use", source.path);
        };
        for used in named_parts(&source.code).iter().filter(|used| *used != part) {
            assert!(known.contains(used.as_str()), "src/{} uses {used}, which is no part of the crate", source.path);
            assert!(allowed.contains(&used.as_str()), "src/{}: {part} may not use {used}", source.path);
        }
    }
}

#[test]
fn the_table_itself_has_no_circle() {
    for (place, (part, uses)) in MAY_USE.iter().enumerate() {
        for used in *uses {
            // The engine fills the report's data; the report's renderers know nothing of the engine.
            let before =
                MAY_USE[..place].iter().any(|(other, _)| other == used) || (*part, *used) == ("engine", "report");
            assert!(before, "{part} uses {used}, which does not stand above it");
        }
    }
}

#[test]
fn no_file_reaches_out_of_its_part_by_super() {
    for source in sources() {
        let depth = source.path.matches('/').count() - usize::from(source.path.ends_with("/mod.rs"));
        let longest = regex(r"(?:super::)+").find_iter(&source.code).map(|found| found.len() / "super::".len()).max();
        assert!(longest.unwrap_or(0) <= depth, "src/{} leaves {} by super", source.path, source.part());
    }
}

#[test]
fn effects_stand_in_their_places() {
    let unsafe_code = regex(r"\bunsafe\b|allow\(unsafe_code");
    let output = regex(r"\bstd(?:out|err)\(\)|\be?print(?:ln)?!|\bdbg!");
    for source in sources() {
        if let Some(found) = unsafe_code.find(&source.code).filter(|_| !source.stands_in(&UNSAFE)) {
            panic!("src/{}: `{}` belongs to {UNSAFE:?}", source.path, found.as_str());
        }
        if let Some(found) = output.find(&source.code).filter(|_| !source.stands_in(&OUTPUT)) {
            panic!("src/{}: `{}` belongs to {OUTPUT:?}", source.path, found.as_str());
        }
    }
}

#[test]
fn probes_and_reports_never_touch_the_machine() {
    let machine = regex(
        r"\bstd::(?:fs|process|env|thread|time|net::[TU][a-z]+|os::fd|os::unix::(?:fs|io|net|process))\b|\b(?:nix|rustix|procfs|libc|netlink_[a-z_]+)::",
    );
    for source in sources() {
        let pure = ["snapshot", "catalogue", "acl", "helper", "platform", "probe", "engine", "explain", "report"];
        let plans = source.part() == "fix" && !source.stands_in(&CHANGES);
        if (pure.contains(&source.part()) || plans) && !source.stands_in(&UNSAFE) {
            let found = machine.find(&source.code).map(|found| found.as_str());
            assert!(found.is_none(), "src/{} is pure and uses {found:?}", source.path);
        }
    }
}

#[test]
fn only_a_fix_changes_the_machine() {
    let change = regex(
        r"\bfs::(?:rename|write|remove_\w+|create_dir\w*|set_permissions|copy|hard_link)\b|\b(?:renameat\w*|unlinkat|mkdirat|mknodat|symlinkat|linkat|chmodat|fchmod|chownat|fchown|setxattr|removexattr|futimens)\(",
    );
    // `--output` and `man --directory` write where they are told to.
    let told = ["command/output.rs", "command/man.rs"];
    for source in sources() {
        if !source.stands_in(&CHANGES) && !told.contains(&source.path.as_str()) {
            let found = change.find(&source.code).map(|found| found.as_str());
            assert!(found.is_none(), "src/{}: {found:?} belongs to {CHANGES:?}", source.path);
        }
    }
}

#[test]
fn nobody_takes_what_could_not_be_looked_at_for_absent() {
    for source in sources() {
        assert!(!source.code.contains(".exists()"), "src/{}: `exists` hides errors; use `try_exists`", source.path);
    }
}

#[test]
fn files_are_small_and_named_for_what_they_do() {
    for (below, path) in files() {
        let lines = text(&path).lines().count();
        assert!(lines <= LONGEST, "src/{below} has {lines} lines, more than {LONGEST}");
        let vague = below
            .split('/')
            .any(|name| ["utils", "util", "helpers", "misc", "common"].contains(&name.trim_end_matches(".rs")));
        assert!(!vague, "src/{below} does not say what it does");
    }
}
