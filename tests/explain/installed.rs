//! The messages of the QEMU and the libvirt that are installed are known.

use std::path::Path;

use regex::Regex;

use crate::matches;
use crate::untested;

const QEMU: &str = "/usr/bin/qemu-system-x86_64";
const LIBVIRT: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/libvirt.so.0",
    "/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so",
];

/// What QEMU says of taps and vhost that is of other things: offloads, hubs, descriptors that another program passed.
const OTHER_IN_QEMU: [&str; 16] = [
    "vhost_net for queue",
    "passt",
    "TUNGETFEATURES",
    "TUNSETSNDBUF",
    "enable queue",
    "disable queue",
    "TUNGETVNETHDRSZ",
    "TUNSETVNETHDRSZ",
    "TUNSETVNET",
    "TUNSETOFFLOAD",
    "TUNSETSTEERINGEBPF",
    "cannot be used with hubs",
    "does not match the number of vhostfds",
    "not consistent across given tap fds",
    "vhostfds= is invalid if fds=",
    "struct virtio_net_hdr",
];
/// What libvirt says of bridges and taps that are not those of this way.
const OTHER_IN_LIBVIRT: [&str; 4] = ["macvtap", "OVS bridge", "Opened so far", "for network interfaces of type"];

/// The strings of a program; none, and a loud word, where it is not installed.
fn strings(path: &str) -> Option<Vec<String>> {
    if !Path::new(path).is_file() {
        let said = untested::say("the messages of a program", &format!("{path} is not installed"));
        said.expect("everything must be tested here");
        return None;
    }
    let binary = std::fs::read(path).expect("it can be read");
    let strings = binary.split(|byte| *byte == 0).filter_map(|bytes| std::str::from_utf8(bytes).ok());
    Some(strings.map(str::to_owned).collect())
}

/// A message with something in the place of what differs, and a reason.
fn rendered(format: &str) -> String {
    let conversion = Regex::new(r"%(?:\d+\$)?[a-z]+").expect("it is a pattern");
    let text = format.replace("%d", "16").replace("could not open %s", "could not open /dev/net/tun");
    let text = text.replace("could not configure %s", "could not configure /dev/net/tun");
    format!("error: {}: Operation not permitted", conversion.replace_all(&text, "x0"))
}

fn unknown(formats: impl Iterator<Item = String>) -> Vec<String> {
    formats.filter(|format| matches(&rendered(format)).is_empty()).collect()
}

#[test]
fn what_qemu_says_of_taps_is_known() {
    let Some(strings) = strings(QEMU) else { return };
    let about = Regex::new(
        r"(?i)\btaps?\b|/dev/net/tun|TUN[GS]ET|bridge helper|network script|vhost.?net|could not (?:open|configure) %s:? ?\S*$",
    )
    .expect("it is a pattern");
    let fails = Regex::new("could not|[Ff]ailed|invalid").expect("it is a pattern");
    let of_taps = strings
        .iter()
        .filter(|text| text.contains(' ') && about.is_match(text) && fails.is_match(text))
        .filter(|text| !OTHER_IN_QEMU.iter().any(|other| text.contains(other)) && !text.contains("->"));
    let of_taps: Vec<String> = of_taps.cloned().collect();
    assert!(of_taps.len() >= 7, "{of_taps:#?}");
    let unknown = unknown(of_taps.into_iter());
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn what_libvirt_says_of_the_helper_and_of_bridges_is_known() {
    let about = Regex::new(
        r"bridge helper|tap device|tun module|tap interface name|[Cc]annot [gs]et interface (?:MTU|flags)|^Unable to (?:add|remove|set|create|delete) (?:\w+ )?bridge|^vhost-net |managed='no'.|interface control socket|Network interface name|custom tap|multiqueue network",
    )
    .expect("it is a pattern");
    let mut seen = 0;
    for path in LIBVIRT {
        let Some(strings) = strings(path) else { return };
        let formats = strings.into_iter().filter(|text| about.is_match(text) && text.contains(' ') && text.len() < 200);
        let formats: Vec<String> =
            formats.filter(|text| !OTHER_IN_LIBVIRT.iter().any(|other| text.contains(other))).collect();
        seen += formats.len();
        let unknown = unknown(formats.into_iter());
        assert!(unknown.is_empty(), "{path}: {unknown:#?}");
    }
    assert!(seen >= 20, "only {seen} messages");
}
