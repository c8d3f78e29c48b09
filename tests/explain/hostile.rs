//! Input that no program writes on purpose.

use bridge_doctor::explain;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const DENIED: &[u8] = b"access denied by acl file";

fn errors(text: &[u8]) -> Vec<&'static str> {
    let found = explain::read(&mut &*text, &mut |_| ()).expect("memory can be read");
    found.matches.iter().map(|one| one.error).collect()
}

fn around(before: &[u8], after: &[u8]) -> Vec<u8> {
    [before, DENIED, after].concat()
}

#[test]
fn a_message_among_binary_data_is_found() {
    let binary: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    assert_eq!(errors(&around(&binary, &binary)), ["acl-access-denied"]);
    assert_eq!(errors(&around(b"\0\0\xff\xfe", b"\0\xc3\x28\n")), ["acl-access-denied"]);
}

#[test]
fn a_line_of_a_mebibyte_is_no_trouble() {
    for place in [0, 1 << 16, 1 << 20] {
        let line = vec![b'x'; place];
        assert_eq!(errors(&around(&line, &vec![b'y'; (1 << 20) - place])), ["acl-access-denied"], "{place}");
    }
}

#[test]
fn a_parameter_without_end_is_cut() {
    let text = format!("failed to open control socket: {}", "e".repeat(1 << 20));
    let found = explain::text(text.as_bytes());
    assert_eq!(found.matches.len(), 1);
    assert!(found.matches[0].params["errno"].len() < 1000);
    assert!(found.matches[0].text.len() < 1000);
}

#[test]
fn a_million_different_incidents_are_not_a_million_explanations() {
    let text: String =
        (0..100_000).map(|number| format!("failed to get mtu of bridge `b{number}': No such device\n")).collect();
    let found = explain::read(&mut text.as_bytes(), &mut |_| ()).expect("memory can be read");
    assert!(found.matches.len() < 1000, "{}", found.matches.len());
    assert_eq!(found.matches.iter().map(|one| one.count).sum::<u64>(), 100_000);
}

#[test]
fn a_needle_everywhere_does_not_take_for_ever() {
    let text = "bridge helper ".repeat(300_000);
    assert!(errors(text.as_bytes()).is_empty());
    let text = "name `".repeat(300_000) + " too long: ";
    assert!(errors(text.as_bytes()).is_empty());
}

/// A text that arrives in pieces of these sizes, over and over.
struct Pieces<'a> {
    rest: &'a [u8],
    sizes: &'a [usize],
    next: usize,
}

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes[self.next % self.sizes.len()].min(buffer.len());
        self.next += 1;
        self.rest.read(&mut buffer[..size])
    }
}

proptest! {
    // The same inputs in every run.
    #![proptest_config(ProptestConfig {
        cases: 32, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..2000)) {
        explain::text(&text);
    }

    #[test]
    fn nothing_around_a_message_hides_it(
        before in r"[ -~\n\t\r]{0,200}", after in r"[ -~\n\t\r]{0,200}",
    ) {
        let text = format!("{before}\nfailed to drop privileges\n{after}");
        let found = explain::text(text.as_bytes());
        prop_assert!(found.matches.iter().any(|one| one.error == "privileges-not-dropped"), "{:?}", found);
    }

    #[test]
    fn how_a_log_arrives_changes_nothing(
        parts in prop::collection::vec((0..7_usize, 0..3000_usize), 500..900),
        sizes in prop::collection::vec(1..400_000_usize, 1..12),
    ) {
        let lines = [
            "Invalid config line:\n  allow=br0\n\nfailed to parse default acl file `/etc/qemu/bridge.conf'",
            "Nov 23 06:00:01 host q[7]: Unknown command `alow'", "q: bridge helper failed", "nothing",
            "failed to drop privileges", "\x1b[1mfailed to \x1b[0mcreate tun device: Operation not permitted",
            r#"{"m":"access denied by acl file\nq: bridge helper failed\n"}"#,
        ];
        let text: String = parts.iter().map(|(part, gap)| format!("{}\n{}\n", ".".repeat(*gap), lines[*part])).collect();
        let text = text.repeat(1 + (1 << 20) / text.len());
        let whole = explain::read(&mut text.as_bytes(), &mut |_| ()).expect("memory can be read");
        let mut pieces = Pieces { rest: text.as_bytes(), sizes: &sizes, next: 0 };
        let arrived = explain::read(&mut pieces, &mut |_| ()).expect("memory can be read");
        prop_assert_eq!(whole, arrived);
    }

    #[test]
    fn a_log_and_a_paste_say_the_same(parts in prop::collection::vec(0..6_usize, 0..40)) {
        let lines = [
            "failed to parse default acl file `/etc/qemu/bridge.conf'", "Unknown command `alow'", "q: bridge helper failed",
            "nothing", "failed to drop privileges", "stderr=access denied by acl file",
        ];
        let text: String = parts.iter().map(|part| format!("{}\n", lines[*part])).collect();
        let padding = ".\n".repeat(1 << 20);
        let paste = explain::text(text.as_bytes()).matches;
        let log = explain::read(&mut (text + &padding).as_bytes(), &mut |_| ()).expect("memory can be read").matches;
        prop_assert_eq!(paste, log);
    }
}
