//! One action as three pieces of shell: is it done, does the state allow it, do it.

use super::checksum;
use super::words::{Words, printf};
use crate::acl;
use crate::platform::{Action, Effect, LineEdit, ModeChange};
use crate::report::{FoundFile, PlannedAction, Preimage};
use crate::snapshot::Kind;

/// The pieces, each a list of commands whose last one decides.
pub(super) struct Step {
    pub(super) summary: String,
    pub(super) note: Option<String>,
    pub(super) refusal: String,
    pub(super) done: String,
    pub(super) ready: String,
    pub(super) take: String,
}

/// What never is, and what always is.
const NEVER: &str = "false";
const ALWAYS: &str = "true";

pub(super) fn of(planned: &PlannedAction, words: &mut Words) -> Step {
    let preimage = &planned.preimage;
    let (done, ready, take) = match &planned.action {
        Action::MakeDirectory { path, mode } => {
            let path = words.path(path);
            let take = format!("mkdir -p {path}\nchown 0:0 {path}\nchmod {mode:04o} {path}");
            (format!("[ -d {path} ]"), format!("free {path}"), take)
        }
        Action::WriteFile { path, content, mode } => {
            write(&words.path(path), content, *mode, preimage, &format!("{} >", printf(content)))
        }
        Action::EditFile { path, edits, mode } => edit(&words.path(path), edits, *mode, preimage),
        Action::SetMode { path, owner, mode } => set_mode(&words.path(path), owner.as_ref(), *mode, preimage, words),
        Action::SetCapabilities { path, net_admin } => {
            let path = words.path(path);
            let ready = format!("command -v setcap >/dev/null && {}", as_found(&path, preimage));
            match net_admin {
                true => (NEVER.to_owned(), ready, format!("setcap cap_net_admin=ep {path}")),
                false => (format!("[ -z \"$(getcap {path})\" ]"), ready, format!("setcap -r {path}")),
            }
        }
        Action::MakeLink { path, target } => link(&words.path(path), &words.path(target), preimage, words),
        Action::MakeDevice { path, major, minor, mode } => {
            device(&words.path(path), (*major, *minor), *mode, preimage, words)
        }
        Action::Run { argv, .. } => run(argv, &planned.effect, preimage, words),
    };
    Step {
        summary: planned.summary.clone(),
        note: planned.note.clone(),
        refusal: format!("{}: the state is not the one that this was made for", planned.summary),
        done,
        ready,
        take,
    }
}

type Pieces = (String, String, String);

/// A file with this content; `fill` writes it, up to the name of the file.
fn write(path: &str, content: &[u8], mode: u32, preimage: &Preimage, fill: &str) -> Pieces {
    let done = format!("holds {path} '{}'", checksum::of(content));
    // What is half made would be in the way of the next try.
    let make =
        format!("{fill}{path} || {{\n    rm -f {path}\n    exit 1\n}}\nchown 0:0 {path}\nchmod {mode:04o} {path}");
    match preimage {
        Preimage::Standing(found) => match &found.content {
            Some(old) => (done, format!("holds {path} '{}'", checksum::of(old)), format!("{fill}{path}")),
            None => (done, as_found(path, preimage), format!("{fill}{path}")),
        },
        Preimage::Absent | Preimage::Free => (done, format!("free {path}"), make),
        Preimage::Unknown => (
            done,
            ALWAYS.to_owned(),
            format!("if free {path}; then\n    {}\nelse\n    {fill}{path}\nfi", make.replace('\n', "\n    ")),
        ),
    }
}

/// Lines that change: the file is put together from its own lines, so that every other byte stays.
fn edit(path: &str, edits: &[LineEdit], mode: u32, preimage: &Preimage) -> Pieces {
    let old = match preimage {
        Preimage::Absent | Preimage::Free => Some(Vec::new()),
        Preimage::Standing(found) => found.content.clone(),
        Preimage::Unknown => None,
    };
    let Some(old) = old else { return append_unseen(path, &LineEdit::appended(edits).collect::<Vec<_>>(), mode) };
    let replaced = LineEdit::replacements(edits);
    let between = acl::edited(&old, &replaced);
    let new = LineEdit::applied(edits, &old);
    if !matches!(preimage, Preimage::Standing(_)) {
        return write(path, &new, mode, preimage, &format!("{} >", printf(&new)));
    }
    let added = new.get(between.len()..).unwrap_or_default();
    if replaced.is_empty() {
        return write(path, &new, mode, preimage, &format!("{} >>", printf(added)));
    }
    let (done, ready, _) = write(path, &new, mode, preimage, "");
    let copy = format!(
        "copy=$(mktemp)\ncat {path} >\"$copy\"\n{{\n    {}\n}} >{path} || {{\n    cat \"$copy\" >{path}\n    exit 1\n}}\nrm -f \"$copy\"",
        pieces(&old, &replaced, added).join(" &&\n        ")
    );
    (done, ready, copy)
}

/// The commands that print the file anew from its copy.
fn pieces(old: &[u8], replaced: &[(usize, Vec<Vec<u8>>)], added: &[u8]) -> Vec<String> {
    let lines: Vec<&[u8]> = old.split_inclusive(|byte| *byte == b'\n').collect();
    let mut sorted: Vec<&(usize, Vec<Vec<u8>>)> = replaced.iter().collect();
    sorted.sort_by_key(|(line, _)| *line);
    let mut text = Vec::new();
    let mut next = 1;
    for (line, to) in sorted {
        match next {
            1 if *line > 1 => text.push(format!("head -n {} \"$copy\"", line - 1)),
            from if from < *line => text.push(format!("tail -n +{from} \"$copy\" | head -n {}", line - from)),
            _ => {}
        }
        let finished = lines.get(line.saturating_sub(1)).is_some_and(|line| line.ends_with(b"\n"));
        let mut written = to.join(&b'\n');
        if finished && !to.is_empty() {
            written.push(b'\n');
        }
        if !written.is_empty() {
            text.push(printf(&written));
        }
        next = line + 1;
    }
    if next <= lines.len() {
        text.push(format!("tail -n +{next} \"$copy\""));
    }
    if !added.is_empty() {
        text.push(printf(added));
    }
    if text.is_empty() {
        text.push(":".to_owned());
    }
    text
}

/// Lines at the end of a file that nobody read.
fn append_unseen(path: &str, lines: &[&[u8]], mode: u32) -> Pieces {
    let there = |line: &&[u8]| format!("{} | grep -Fxq -f - {path}", printf(line));
    let done =
        std::iter::once(format!("[ -f {path} ]")).chain(lines.iter().map(there)).collect::<Vec<_>>().join(" && ");
    let mut take = format!(
        "if free {path}; then\n    : >{path}\n    chown 0:0 {path}\n    chmod {mode:04o} {path}\nfi\n\
         if [ -n \"$(tail -c 1 {path})\" ]; then\n    printf '\\n' >>{path}\nfi"
    );
    for line in lines {
        take += &format!("\n{} >>{path}", printf(&[line, &b"\n"[..]].concat()));
    }
    (done, format!("free {path} || {{ [ -f {path} ] && [ ! -L {path} ]; }}"), take)
}

fn set_mode(
    path: &str,
    owner: Option<&(String, String)>,
    mode: Option<ModeChange>,
    preimage: &Preimage,
    words: &mut Words,
) -> Pieces {
    let found = match preimage {
        Preimage::Standing(found) => Some(found),
        Preimage::Unknown | Preimage::Free | Preimage::Absent => None,
    };
    let done = match (found, mode) {
        (Some(found), Some(mode)) => {
            let after = FoundFile { mode: mode.applied(found.mode), ..found.clone() };
            let (uid, gid) = match owner {
                None => (found.uid.to_string(), found.gid.to_string()),
                Some((user, group)) => (id(user), id(group)),
            };
            format!("stands {path} {} {uid} {gid}", permissions(&after))
        }
        _ => NEVER.to_owned(),
    };
    let owner = owner.map(|(user, group)| format!("chown {} {path}", words.word(format!("{user}:{group}").as_bytes())));
    let mode = mode.map(|mode| format!("chmod {} {path}", mode.for_chmod()));
    let take: Vec<String> = owner.into_iter().chain(mode).collect();
    (done, as_found(path, preimage), take.join("\n"))
}

/// The number of a name, where no database has to be asked; a dash: any.
fn id(name: &str) -> String {
    match name {
        "root" => "0".to_owned(),
        name if name.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => "-".to_owned(),
    }
}

/// Whether the file is as the plan found it.
fn as_found(path: &str, preimage: &Preimage) -> String {
    match preimage {
        Preimage::Standing(FoundFile { target: Some(_), .. }) => format!("[ -L {path} ]"),
        Preimage::Standing(found) => format!("stands {path} {} {} {}", permissions(found), found.uid, found.gid),
        Preimage::Unknown => format!("[ -e {path} ] && [ ! -L {path} ]"),
        // An earlier step makes it.
        Preimage::Absent | Preimage::Free => ALWAYS.to_owned(),
    }
}

fn link(path: &str, target: &str, preimage: &Preimage, words: &mut Words) -> Pieces {
    let done = format!("leads {path} {target}");
    match preimage {
        Preimage::Standing(FoundFile { target: Some(old), .. }) => {
            let old = words.path(old);
            (done, format!("leads {path} {old}"), format!("rm -f {path}\nln -s {target} {path}"))
        }
        _ => (done, format!("free {path}"), format!("ln -s {target} {path}")),
    }
}

fn device(path: &str, (major, minor): (u32, u32), mode: u32, preimage: &Preimage, words: &mut Words) -> Pieces {
    let done = format!("device {path} {major} {minor}");
    let make = format!("mknod -m {mode:04o} {path} c {major} {minor}\nchown 0:0 {path}");
    match preimage {
        Preimage::Standing(FoundFile { target: Some(old), .. }) => {
            (done, format!("leads {path} {}", words.path(old)), format!("rm -f {path}\n{make}"))
        }
        _ => (done, format!("free {path}"), make),
    }
}

/// A program; some complain when what they do is done already.
fn run(argv: &[String], effect: &Effect, preimage: &Preimage, words: &mut Words) -> Pieces {
    let take = words.argv(argv);
    let program = words.word(argv.first().map_or("", String::as_str).as_bytes());
    let ready = format!("command -v {program} >/dev/null");
    let first: Vec<&str> = argv.iter().map(String::as_str).take(3).collect();
    match (effect, first.as_slice()) {
        (Effect::Owned { path, group, mode }, _) => {
            let file = words.path(path);
            let ready = format!("{ready} && {}", as_found(&file, preimage));
            let after = FoundFile {
                kind: Kind::Regular,
                mode: *mode,
                uid: 0,
                gid: 0,
                content: None,
                capabilities: None,
                target: None,
            };
            let stands = format!("stands {file} {} 0 {}", permissions(&after), id(group));
            let done = if first.first() == Some(&"dpkg-statoverride") {
                format!("{stands} && [ \"$(dpkg-statoverride --list {file})\" = \"root {group} {mode:o} \"{file} ]")
            } else {
                NEVER.to_owned()
            };
            (done, ready, take)
        }
        (_, ["dpkg-statoverride", "--remove", path]) => {
            let file = words.word(path.as_bytes());
            (format!("! dpkg-statoverride --list {file} >/dev/null"), ready, take)
        }
        (Effect::BridgeMade { name, .. }, _) => {
            (format!("ip link show dev {} >/dev/null 2>&1", words.word(name.as_bytes())), ready, take)
        }
        (_, ["nmcli", "connection", "add"]) => {
            let name = argv.iter().skip_while(|word| *word != "con-name").nth(1).map_or("", String::as_str);
            (format!("nmcli connection show id {} >/dev/null 2>&1", words.word(name.as_bytes())), ready, take)
        }
        _ => (NEVER.to_owned(), ready, take),
    }
}

/// Type and permissions as `ls -l` writes them.
fn permissions(found: &FoundFile) -> String {
    let mut text = String::from(match found.kind {
        Kind::Regular => "-",
        Kind::Directory => "d",
        Kind::Symlink => "l",
        Kind::CharDevice { .. } => "c",
        Kind::BlockDevice { .. } => "b",
        Kind::Fifo => "p",
        Kind::Socket => "s",
    });
    for (shift, special, set, unset) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
        let bits = found.mode >> shift & 7;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (bits & 1 != 0, found.mode & special != 0) {
            (true, true) => set,
            (false, true) => unset,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}
