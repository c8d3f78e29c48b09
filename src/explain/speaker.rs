//! Whose words a line brings.

/// Parts of names of programs that bring the helper's words, and of words with which a line of theirs begins.
const BRINGERS: &[&str] = &[
    "emu", "kvm", "virt", "bridge", "err", "warn", "fail", "fatal", "fault", "info", "debug", "note", "std", "out",
    "log", "msg", "message", "desc", "reason", "cause", "domain",
];

/// Whether a line is the words of another program, from what stands there before the message: `passt: ` or `/sbin/dnsmasq: `.
/// The helper puts no name before its messages.
pub(super) fn is_another(before: &[u8]) -> bool {
    let Ok(before) = std::str::from_utf8(before) else { return false };
    let Some((word, between)) = before.split_once(": ") else { return false };
    let name = word.rsplit('/').next().unwrap_or(word);
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-.+".contains(letter))
        && !word.contains(char::is_whitespace);
    is_name && !brings(name) && !brings(between)
}

fn brings(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    BRINGERS.iter().any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::is_another;

    #[test]
    fn a_name_at_the_beginning_is_that_of_the_program_that_speaks() {
        for before in ["passt: ", "/usr/sbin/dnsmasq: ", "bash: line 1: ", "crosvm: ", "wpa_supplicant: "] {
            assert!(is_another(before.as_bytes()), "{before}");
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
            "libvirt: QEMU Driver error : ",
            "Error starting domain: ",
            "quickemu: ",
            "Nov 24 10:00:00 srv guest[811]: ",
            "vm-1  | ",
            "foreman: qemu: ",
            "fatal: [host]: FAILED! => {\"msg\": \"",
            "x: y --br=br0 --fd=3: failed to communicate with bridge helper: stderr=",
            "12: ",
        ];
        for before in bringing {
            assert!(!is_another(before.as_bytes()), "{before}");
        }
    }
}
