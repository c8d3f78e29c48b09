//! Whether the words of a known message are a sign of it by themselves: other programs and people use some of them too.

use super::errno;
use super::speaker;
use crate::catalogue::{KnownError, Role};

/// What only a bridge helper says, or QEMU and libvirt of it.
const OF_BRIDGES: &[&str] = &["acl file", "bridge"];

/// A message in its line.
pub(super) struct Place<'a> {
    /// The line up to the message.
    pub(super) before: &'a [u8],
    /// The message.
    pub(super) words: &'a [u8],
    /// The line behind it.
    pub(super) after: &'a [u8],
    /// It is what libvirt took from the standard error of its child.
    pub(super) of_child: bool,
}

/// A doubt, and the program that says the words.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    pub(super) is: bool,
    /// The program, where it is known.
    pub(super) tag: Option<String>,
    /// It has nothing to do with the helper.
    pub(super) foreign: bool,
}

/// Whether these words are a sign of this error.
pub(super) fn about(error: &KnownError, place: &Place<'_>) -> Doubt {
    if place.of_child {
        return Doubt::default();
    }
    let tag = speaker::tag(place.before).or_else(|| speaker::identified(place.after));
    let foreign = tag.is_some_and(|tag| tag.is_another(is_of_bridges(error))) && !names_itself(error);
    let is = match error.program {
        "qemu-bridge-helper" => {
            is_detail_of_others(error, place) || has_other_reason(error, place) || has_gos_reason(place)
        }
        "qemu" => has_gos_reason(place) || is_of_other_bridge(error, place),
        "libvirt" => is_sentence(error, place.after),
        "modprobe" => is_told(place.before),
        "nixos wrapper" => false,
        _ => return Doubt::default(),
    };
    let is = is || is_source(place.before);
    Doubt { is: is || foreign, tag: tag.map(|tag| tag.name.to_owned()), foreign }
}

/// Whether QEMU or libvirt says this and nobody else: QEMU names itself as it was called, and so by any name.
pub(super) fn names_itself(error: &KnownError) -> bool {
    error.program != "qemu-bridge-helper" && is_of_bridges(error)
}

/// Whether nobody else says this.
pub(super) fn is_of_bridges(error: &KnownError) -> bool {
    OF_BRIDGES.iter().any(|words| error.pattern.contains(words))
}

/// Many programs have commands, lines and names. The helper quotes them in a way of its own, at the beginning of a line.
fn is_detail_of_others(error: &KnownError, place: &Place<'_>) -> bool {
    if error.role != Role::Detail {
        return false;
    }
    let within = place.before.trim_ascii_end().last().is_some_and(u8::is_ascii_lowercase);
    let quotes = error.pattern.contains('`');
    let quoted = place.words.contains(&b'`') || is_as_long_as_said(place.words);
    let goes_on = error.goes_on() && matches!(place.after, [b' ', b'!'..=b'~', ..]);
    within || quotes && !quoted || goes_on
}

/// Whether a name is followed by its own length, which is more than an interface's name can have.
fn is_as_long_as_said(words: &[u8]) -> bool {
    const SHORTEST: usize = 16;
    let Ok(words) = std::str::from_utf8(words) else { return false };
    let parts = words.split_once(' ').and_then(|(_, rest)| rest.rsplit_once(" too long: "));
    parts.is_some_and(|(name, length)| {
        let name = name.trim_matches(['\'', '"', '`', ' ']);
        name.len() >= SHORTEST && length.parse() == Ok(name.len())
    })
}

/// The helper gives a reason only where its message has a place for one.
fn has_other_reason(error: &KnownError, place: &Place<'_>) -> bool {
    let given = error.pattern.contains("errno>") || error.pattern.contains("['’]: ");
    !given && place.after.strip_prefix(b": ").is_some_and(|reason| errno::length(reason).is_some())
}

/// A program in Go gives reasons in small letters, one in C does not.
fn has_gos_reason(place: &Place<'_>) -> bool {
    let reason = memchr::memmem::rfind(place.words, b": ").and_then(|colon| place.words.get(colon + 2..));
    reason.is_some_and(errno::is_of_go)
}

/// Another program tells in a sentence what it was told: "is it enabled? it failed with: ".
fn is_told(before: &[u8]) -> bool {
    let sentence = before.trim_ascii_end().strip_suffix(b":").unwrap_or_default();
    let last = sentence.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    last.len() < sentence.len() && !last.is_empty() && last.iter().all(u8::is_ascii_lowercase)
}

/// Other programs have bridges, too, and helpers for them: "Mail Bridge helper failed", "bridge helper failed: timeout". QEMU
/// ends its line with these words, and puts a colon before them.
fn is_of_other_bridge(error: &KnownError, place: &Place<'_>) -> bool {
    if error.role != Role::Wrapper || place.words.starts_with(b"-") {
        return false;
    }
    // Whoever tells of it may add the reason that stood above.
    let reason = place.after.strip_prefix(b": ").filter(|reason| errno::length(reason) != Some(reason.len()));
    let goes_on = [&b" with "[..], b" error"].iter().any(|more| place.after.starts_with(more));
    reason.is_some() || goes_on || is_part_of_name(place.before)
}

/// Whether a line ends with the first words of a name, which QEMU's is not.
fn is_part_of_name(before: &[u8]) -> bool {
    let Some(words) = before.strip_suffix(b" ") else { return false };
    let word = words.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    word.first().is_some_and(u8::is_ascii_uppercase) && !std::str::from_utf8(word).is_ok_and(speaker::is_bringer)
}

/// Whether a line is one of a program's source, which prints the message.
fn is_source(before: &[u8]) -> bool {
    memchr::memmem::find(before, b"printf(").is_some()
}

/// What libvirt says of nothing in particular ends there.
fn is_sentence(error: &KnownError, after: &[u8]) -> bool {
    let short = !error.pattern.contains("errno>") && error.role == Role::Alone && !error.pattern.contains("active");
    short && matches!(after, [b' ', b'a'..=b'z', ..] | [b',' | b';', b' ', b'a'..=b'z', ..])
}
