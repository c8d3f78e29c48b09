//! Whatever is put around a message, it is found, and found as the same.

use crate::{causes, errors, matches};

const HELPER: &str = "failed to add interface `tap0' to bridge `br0': Operation not supported";
const QEMU: &str = "qemu-system-x86_64: -netdev bridge,id=n0,br=br0: bridge helper failed";

fn is_found(text: &str) {
    let found = matches(text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    assert_eq!((found[0].error, causes(&found[0])), ("port-add-not-supported", vec!["not-a-bridge"]), "{text}");
    assert_eq!(found[0].params["bridge"], "br0", "{text}");
    assert_eq!(found[0].text, HELPER, "{text}");
}

#[test]
fn as_it_is() {
    is_found(&format!("{HELPER}\n{QEMU}\n"));
}

#[test]
fn with_windows_line_ends() {
    is_found(&format!("{HELPER}\r\n{QEMU}\r\n"));
}

#[test]
fn in_colour() {
    is_found(&format!("\x1b[1m\x1b[31m{HELPER}\x1b[0m\n\x1b]0;title\x07{QEMU}\n"));
    is_found(&format!("{}\n", HELPER.replace("bridge", "\x1b[01;31m\x1b[Kbridge\x1b[m\x1b[K")));
}

#[test]
fn from_a_journal() {
    let lines = format!("{HELPER}\n{QEMU}");
    let prefixes = [
        "Nov 23 06:21:12 host libvirtd[812]: ",
        "<3>2026-11-23T06:21:12.123456+01:00 host virtqemud[4242]: ",
        "[ 1234.567890] ",
        "2026-11-23 06:21:12.000+0000: 4242: error : virFunction:12 : ",
        "> ",
    ];
    for prefix in prefixes {
        is_found(&lines.lines().map(|line| format!("{prefix}{line}\n")).collect::<String>());
    }
}

#[test]
fn in_json_however_often_it_was_quoted() {
    let message = format!("{HELPER}\n{QEMU}\n");
    let mut text = message;
    for _ in 0..3 {
        text = serde_json::json!({ "MESSAGE": text, "PRIORITY": "3" }).to_string();
        is_found(&text);
    }
    is_found(&format!("Nov 23 06:21:12 host app: {HELPER}#012{QEMU}#012"));
}

#[test]
fn broken_by_a_terminal_of_any_width() {
    let text = format!("error: Failed to start domain 'guest' because of what follows here: {HELPER}\n{QEMU}");
    for width in 40..100 {
        let broken: Vec<String> = text
            .lines()
            .flat_map(|line| {
                let letters: Vec<char> = line.chars().collect();
                letters.chunks(width).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>()
            })
            .collect();
        is_found(&broken.join("\n"));
    }
}

#[test]
fn broken_at_blanks_and_quoted() {
    let text = format!("error: Failed to start domain 'guest' because of what follows here: {HELPER}");
    for width in 40..100 {
        let broken = textwrap::fill(&text, textwrap::Options::new(width).break_words(false));
        is_found(&broken);
        is_found(&broken.lines().map(|line| format!("> {line}\n")).collect::<String>());
    }
}

#[test]
fn in_other_languages_of_libvirt() {
    let wrappers = [
        "Fehler: Domain konnte nicht gestartet werden\nFehler: interner Fehler: ",
        "erro: Falha ao iniciar o domínio\nerro: ",
        "エラー: ドメインの起動に失敗しました\nエラー: ",
    ];
    for wrapper in wrappers {
        let text = format!(
            "{wrapper}/usr/lib/qemu/qemu-bridge-helper --use-vnet --br=br0 --fd=26: 通信: stderr={HELPER}\n: нет соединения\n"
        );
        is_found(&text);
    }
}

#[test]
fn by_virt_managers_traceback() {
    let text = format!(
        "Error starting domain: /usr/lib/qemu/qemu-bridge-helper --use-vnet --br=br0 --fd=31: failed to communicate with \
         bridge helper: stderr={HELPER}\n: Transport endpoint is not connected\n\nTraceback (most recent call last):\n  \
         File \"/usr/share/virt-manager/virtManager/asyncjob.py\", line 72, in cb_wrapper\n"
    );
    is_found(&text);
}

#[test]
fn a_pair_of_lines_is_not_taken_for_a_broken_one() {
    let text =
        "access denied by acl file and the rest of a line that is long\nqemu-system-x86_64: bridge helper failed";
    assert_eq!(errors(text), [("acl-access-denied", 1)]);
}
