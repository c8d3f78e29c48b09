//! Whose words a line brings.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::memo;

/// Parts of names of programs that bring the words of a helper, of QEMU or of libvirt.
const BRINGERS: &[&str] = &["emu", "kvm", "virt", "bridge", "domain", "helper"];
/// How names of virtual machines begin, and those of what starts them.
const GUESTS: &[&str] = &["vm", "guest"];
/// Parts of words with which a line begins that nobody in particular says.
const LABELS: &[&str] = &[
    "err", "warn", "fail", "fatal", "fault", "info", "debug", "note", "std", "out", "log", "msg", "message", "desc",
    "reason", "cause",
];
/// "error" in the languages in which it begins with a small letter and is not like the English word.
const LABELS_OF_LIBVIRT: &[&str] = &["chyba", "fel", "feil", "fout", "hiba", "virhe", "greška", "viga"];
/// Programs in whose names the words of those stand that they start.
const STARTERS: &[&str] =
    &["sh", "ash", "bash", "dash", "zsh", "ksh", "fish", "python", "python3", "perl", "sudo", "root"];
/// The field of a journal in JSON that names who speaks.
const IDENTIFIER: &[u8] = b"\"SYSLOG_IDENTIFIER\":";
/// No prefix of a log is longer.
const LONGEST: usize = 256;

/// The program that a log names in front of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Tag<'a> {
    /// Its name without a path.
    pub(super) name: &'a str,
    /// The log itself names it, by a process id or in a field; else the line only begins like one of a program.
    logged: bool,
    /// What stands between it and the message.
    after: &'a str,
}

impl Tag<'_> {
    /// Whether a helper's words can stand behind this name, or QEMU's or libvirt's.
    fn brings(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        contains(&name, BRINGERS)
            || contains(&name, LABELS)
            || name.split(['-', '_', '.']).any(|word| GUESTS.iter().any(|guest| word.starts_with(guest)))
            || LABELS_OF_LIBVIRT.contains(&name.as_str())
            || self.logged && (STARTERS.contains(&name.as_str()) || is_script(&name))
            || contains(&self.after.to_ascii_lowercase(), BRINGERS)
    }

    /// Whether another program says it. What only a helper ever says is its own under any name that a log gives.
    pub(super) fn is_another(&self, only_of_helper: bool) -> bool {
        !(self.brings() || self.logged && only_of_helper)
    }
}

/// Who says what stands behind the beginning of this line.
pub(super) fn tag(before: &[u8]) -> Option<Tag<'_>> {
    let near = before.get(before.len().saturating_sub(LONGEST)..).unwrap_or_default();
    if let Some((name, after)) = std::str::from_utf8(near).ok().and_then(process) {
        return Some(Tag { name, logged: true, after });
    }
    if let Some(tag) = identified(before) {
        return Some(tag);
    }
    let (stamp, _) = memo::variable(before);
    let stamp = if is_time(before.get(..stamp)?) { stamp } else { 0 };
    let rest = std::str::from_utf8(before.get(stamp..)?).ok()?.trim_start();
    let (words, after) = rest.split_once(": ")?;
    let mut words = words.split(' ');
    let (first, second) = (words.next()?, words.next());
    // A time has a host's name after it.
    let word = if stamp > 0 { second.unwrap_or(first) } else { first };
    let one = words.next().is_none() && (stamp > 0 || second.is_none());
    let name = base(word);
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.+".contains(letter));
    (one && is_name).then_some(Tag { name, logged: stamp > 0 && second.is_some(), after })
}

/// Whether digits and signs are a time rather than the end of a word that was broken.
fn is_time(stamp: &[u8]) -> bool {
    stamp.iter().filter(|byte| byte.is_ascii_digit()).count() > 2 && stamp.iter().any(|byte| b":.-".contains(byte))
}

/// Whether a log says of a line that another program wrote it.
pub(super) fn is_logged_for_another(line: &[u8]) -> bool {
    let start = line.get(..LONGEST).unwrap_or(line);
    tag(start).is_some_and(|tag| tag.logged && tag.is_another(false))
}

/// Whether such a line begins here, with its time: a name alone may be the rest of one that was broken.
pub(super) fn begins_for_another(line: &[u8]) -> bool {
    let (stamp, _) = memo::variable(line);
    line.get(..stamp).is_some_and(is_time) && is_logged_for_another(line)
}

/// Whether this is a name or a label that the words of the helper, of QEMU or of libvirt can stand behind.
pub(super) fn is_bringer(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    contains(&word, BRINGERS) || contains(&word, LABELS)
}

/// The last name with a process id, and what stands behind it.
fn process(text: &str) -> Option<(&str, &str)> {
    let (before, after) = text.rsplit_once("]: ")?;
    let (name, id) = before.rsplit_once('[')?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| Some((base(name.rsplit([' ', '\t', '>']).next()?), after)))?
}

/// What tells the lines of several programs apart that speak at the same time: the process, the container, or the name in
/// front.
pub(super) fn source(line: &[u8]) -> Option<u64> {
    let line = line.get(..LONGEST).unwrap_or(line);
    let (_, (open, close)) = memo::variable(line);
    let word = |until: usize| line.get(..until).filter(|name| !name.trim_ascii_end().contains(&b' '));
    let name = if open < close {
        line.get(..close)?.rsplit(|byte| *byte == b' ').next()?
    } else {
        let container = memchr::memmem::find(line, b" | ").and_then(word);
        container.or_else(|| memchr::memmem::find(line, b": ").and_then(word))?.trim_ascii_end()
    };
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    Some(hasher.finish())
}

/// Who speaks, by a field of a journal in JSON.
pub(super) fn identified(text: &[u8]) -> Option<Tag<'_>> {
    let at = memchr::memmem::find(text, IDENTIFIER)?;
    let rest = text.get(at + IDENTIFIER.len()..)?.trim_ascii_start().strip_prefix(b"\"")?;
    let name = std::str::from_utf8(rest.split(|byte| *byte == b'"').next()?).ok()?;
    Some(Tag { name, logged: true, after: "" })
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_script(name: &str) -> bool {
    [".sh", ".py", ".pl", ".rb"].iter().any(|ending| name.ends_with(ending))
}

fn contains(words: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::{source, tag};

    fn is_another(before: &str) -> bool {
        tag(before.as_bytes()).is_some_and(|tag| tag.is_another(false))
    }

    #[test]
    fn a_name_at_the_beginning_is_that_of_the_program_that_speaks() {
        let others = [
            "passt: ",
            "/usr/sbin/dnsmasq: ",
            "bash: line 1: ",
            "tailscaled: ",
            "crosvm: ",
            "lvm: ",
            "wpa_supplicant: ",
            "nginx[1]: ",
            "May 03 10:11:12 web1 nginx[1]: ",
            "<30>May  3 10:11:12 mx postfix/smtpd[99]: fatal: ",
            "2024-05-03T10:11:12.1+02:00 ns1 named[811]: ",
            "May  3 10:11:12 host radvd: ",
            r#"{"SYSLOG_IDENTIFIER":"unbound","MESSAGE":""#,
        ];
        for before in others {
            assert!(is_another(before), "{before}");
        }
    }

    #[test]
    fn what_only_brings_the_words_of_the_helper_is_no_speaker() {
        let bringing = [
            "",
            "    ",
            "qemu-system-x86_64: ",
            "/usr/libexec/qemu-kvm: ",
            "error: ",
            "chyba: ",
            "libvirt: QEMU Driver error : ",
            "Error starting domain: ",
            "quickemu: ",
            "Nov 24 10:00:00 srv run-guest.sh[811]: ",
            "Nov 24 10:00:00 srv bash[811]: ",
            "Nov 24 10:00:00 srv root: ",
            "vm-1  | ",
            "foreman: qemu: ",
            "fatal: [host]: FAILED! => {\"msg\": \"",
            "x: y --br=br0 --fd=3: failed to communicate with bridge helper: stderr=",
            "12: ",
        ];
        for before in bringing {
            assert!(!is_another(before), "{before}");
        }
    }

    #[test]
    fn what_only_a_helper_says_is_its_own_under_any_name_that_a_log_gives() {
        let only_of_helper = |before: &str| !tag(before.as_bytes()).is_some_and(|tag| tag.is_another(true));
        assert!(only_of_helper("Nov 24 10:00:00 srv guest[811]: "));
        assert!(!only_of_helper("passt: "));
    }

    #[test]
    fn a_source_is_a_process_a_container_or_a_name() {
        let same = |one: &str, other: &str| source(one.as_bytes()) == source(other.as_bytes());
        assert!(same("May 03 10:11:12 h vm[11]: a", "May 03 10:11:13 h vm[11]: b"));
        assert!(!same("May 03 10:11:12 h vm[11]: a", "May 03 10:11:12 h vm[12]: a"));
        assert!(same("vm1-1  | a: b", "vm1-1  | c"));
        assert!(!same("vm1: a", "vm2: a"));
        assert_eq!(source(b"access denied by acl file"), None);
    }
}
