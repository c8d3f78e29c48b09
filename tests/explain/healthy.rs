//! Logs of runs in which nothing was wrong.

use bridge_doctor::explain;

/// The logs: those of the machine on which this was written, and those of a kernel and a QEMU that were started for it.
fn logs() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/healthy");
    let entries = std::fs::read_dir(&folder).expect("the logs are there");
    let logs: Vec<(String, String)> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("the log can be read")))
        .map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned()))
        .collect();
    assert!(logs.len() >= 8, "only {} logs", logs.len());
    assert!(logs.iter().all(|(_, text)| text.len() > 500));
    logs
}

fn nothing_is_found(what: &str, text: &str) {
    let found = explain::text(text.as_bytes()).matches;
    assert!(found.is_empty(), "{what}: {found:#?}");
    // And where the same is read as a log.
    let padded = format!("{text}\n{}", ".\n".repeat(1 << 20));
    let found = explain::read(&mut padded.as_bytes(), &mut |_| ()).expect("memory can be read").matches;
    assert!(found.is_empty(), "{what}, as a log: {found:#?}");
}

#[test]
fn nothing_is_found_where_nothing_was_wrong() {
    for (path, text) in logs() {
        nothing_is_found(&path, &text);
    }
}

/// How a format writes a message, with its number.
type Format = fn(usize, &str) -> String;

/// The journal's own formats, written here around real messages: no journal is to be had where this was written.
#[test]
fn nor_in_a_journal_of_any_format() {
    let formats: [(&str, Format); 4] = [
        ("short", |number, line| format!("Nov 23 06:{:02}:{:02} host kernel: {line}\n", number / 60 % 60, number % 60)),
        ("json", |number, line| {
            let fields = serde_json::json!({
                "__REALTIME_TIMESTAMP": (1_763_870_000_000_000_u64 + number as u64).to_string(), "_TRANSPORT": "kernel",
                "PRIORITY": "6", "SYSLOG_IDENTIFIER": "kernel", "MESSAGE": line,
            });
            fields.to_string() + "\n"
        }),
        ("verbose", |number, line| {
            format!(
                "Mon 2026-11-23 06:00:00.{number:06} UTC [s=0f;i={number:x};b=1e;m=5;t=6;x=7]\n    _TRANSPORT=kernel\n    \
                 PRIORITY=6\n    MESSAGE={line}\n"
            )
        }),
        ("export", |number, line| {
            format!("__CURSOR=s=0f;i={number:x}\n_TRANSPORT=kernel\nPRIORITY=6\nMESSAGE={line}\n\n")
        }),
    ];
    for (path, text) in logs() {
        for (name, format) in formats {
            let journal: String =
                text.lines().take(200).enumerate().map(|(number, line)| format(number, line)).collect();
            nothing_is_found(&format!("{path} as {name}"), &journal);
        }
    }
}

/// Lines that programs print without a bridge helper having failed.
#[test]
fn nor_where_the_words_are_near() {
    const LINES: [&str; 18] = [
        "openvpn[77]: TUN/TAP device tun0 opened",
        "openvpn[77]: ERROR: Cannot ioctl TUNSETIFF tun0: Operation not permitted (errno=1)",
        "wg-quick[9]: [#] ip link add wg0 type wireguard",
        "kernel: bridge: filtering via arp/ip/ip6tables is no longer available by default",
        "kernel: br0: port 1(enp3s0) entered forwarding state",
        "kernel: tun: Universal TUN/TAP device driver, 1.6",
        "git-credential-helper: failed to open the store: Permission denied",
        "dockerd: failed to start daemon: error initializing network controller: bridge docker0 already exists",
        "systemd[1]: dev-net-tun.device: Job dev-net-tun.device/start running",
        "systemd-udevd[5]: vnet0: Failed to get link config: No such device",
        "gdm-helper: failed to drop caches",
        "libvirtd: debug : virCommandRunAsync: About to run /usr/lib/qemu/qemu-bridge-helper --help",
        "chown: changing ownership of 'x': Operation not permitted",
        "pulseaudio: failed to create socket: Address already in use",
        "nft: Error: Could not process rule: Operation not supported",
        "ebtables: The kernel doesn't support the ebtables 'filter' table.",
        "avahi-daemon: Joining mDNS multicast group on interface br0.IPv4",
        "sh: 1: qemu: not found",
    ];
    let text = LINES.join("\n");
    nothing_is_found("all of them", &text);
    for line in LINES {
        nothing_is_found(line, line);
    }
}

/// The very words of a helper, of QEMU or of libvirt, or nearly, said by programs that have nothing to do with them.
#[test]
fn nor_where_other_programs_say_the_same() {
    const LINES: [&str; 45] = [
        "nginx[1]: failed to drop privileges",
        "May 03 10:11:12 web1 nginx[1]: failed to drop privileges",
        "2024-05-03T10:11:12.123456+02:00 ns1 named[811]: failed to drop privileges",
        "<30>May  3 10:11:12 mx postfix/smtpd[99]: fatal: failed to drop privileges",
        "systemd-timesyncd[1]: Failed to drop privileges: Operation not permitted",
        "failed to drop privileges: Operation not permitted",
        "avahi-daemon[1]: Failed to drop privileges",
        "{\"MESSAGE\":\"failed to drop privileges\",\"SYSLOG_IDENTIFIER\":\"unbound\",\"_PID\":\"1\"}",
        "cc: error: file name 'x' too long",
        "ld: error: section name 'foo' too long: 300",
        "warning: column name 'x' too long: 65",
        "-bash: /usr/bin/foo: cannot execute binary file: Exec format error",
        "libvirt:  error : cannot execute binary /usr/sbin/dnsmasq: No such file or directory",
        "cannot execute binary",
        "tailscaled[733]: modprobe: FATAL: Module tun not found in directory /lib/modules/6.1.0-18-amd64",
        "is CONFIG_TUN enabled in your kernel? `modprobe tun` failed with: modprobe: FATAL: Module tun not found in directory /lib/modules/5.15.0",
        "tailscaled[1]: failed to create tun device: operation not permitted",
        "ERROR: (wg0) 2020/01/02 10:11:12 Failed to create TUN device: operation not permitted",
        "vtund[8]: failed to create tun device: Operation not permitted",
        "May 03 10:11:12 h openconnect[7]: failed to open /dev/net/tun: Permission denied",
        "May 03 10:11:12 h tincd[8]: Could not open /dev/net/tun: No such file or directory",
        "May 03 10:11:12 h wpa_supplicant[5]: failed to open control socket: Permission denied",
        "Unknown command 'vgasstart' - try 'help'",
        "ERROR: Unknown command 'foo'",
        "redis: ERR unknown command 'FOO', with args beginning with:",
        "May 03 10:11:12 h dnsmasq[1]: Invalid config line: foo",
        "Invalid config line: foo=bar in /etc/app.conf",
        "msmtp: Invalid config line:",
        "audit: type=1400 audit(1700000000.000:12): apparmor=\"STATUS\" operation=\"profile_replace\" profile=\"unconfined\" name=\"libvirtd//qemu_bridge_helper\" pid=700 comm=\"apparmor_parser\"",
        "audit: type=1400 audit(1700000000.000:12): apparmor=\"ALLOWED\" operation=\"open\" profile=\"libvirtd//qemu_bridge_helper\" name=\"/etc/x\" pid=1",
        "NetworkManager[500]: <warn>  [1700000000.0] device (wlan0): failed to set MAC address",
        "systemd-networkd[3]: br0: Failed to set MTU: Invalid argument",
        "docker: Error response from daemon: network default is not active",
        "celery: socketpair() failed: Too many open files",
        "An error occurred, but the cause is unknown to us; please contact support",
        "mysqld: An error occurred, but the cause is unknown",
        "bwrap: failed to inherit capabilities: Operation not permitted",
        "The wg0 interface already exists, please remove it",
        "dhclient: failed to bring up interface eth0: Operation not permitted",
        "macchanger: failed to set MAC address of device 'eth0': Device or resource busy",
        "lxc-start: failed to add interface 'veth1' to bridge 'br0': Operation not permitted",
        "        fprintf(stderr, \"failed to parse default acl file `%s'\\n\", DEFAULT_ACL_FILE);",
        "        fprintf(stderr, \"failed to create tun device: %s\\n\", strerror(errno));",
        "vde_switch: TUNGETIFF ioctl() failed: Inappropriate ioctl for device",
        "ls: cannot access '/etc/qemu/host.conf': No such file or directory",
    ];
    nothing_is_found("all of them", &LINES.join("\n"));
    for line in LINES {
        nothing_is_found(line, line);
    }
}

#[test]
fn a_program_that_is_not_the_helper_is_left_alone() {
    let lines = [
        "bash: qemu-bridge-helper: command not found",
        "failed to open /dev/kvm: Permission denied",
        "mount: /mnt: Operation not permitted",
        "access denied by policy",
    ];
    for line in lines {
        assert!(explain::text(line.as_bytes()).matches.is_empty(), "{line}");
    }
}
