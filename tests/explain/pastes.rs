//! Texts as people paste and write them: every one is known as what it is, once, with what it names.

use crate::matches;

/// A text, the errors in it with how often each happened, and parameters of the first that names them.
type Row = (&'static str, &'static [(&'static str, u64)], &'static [(&'static str, &'static str)]);

#[track_caller]
fn hold(rows: &[Row]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, errors, params)| {
            let matches = matches(text);
            let found: Vec<_> = matches.iter().map(|one| (one.error, one.count)).collect();
            let named = |name: &str| matches.iter().find_map(|one| one.params.get(name)).map(String::as_str);
            let differs = params.iter().find(|(name, value)| named(name) != Some(value));
            let differs = differs.map(|(name, _)| format!("{name} is {:?}", named(name)));
            let differs = (found != *errors).then(|| format!("{found:?}")).or(differs)?;
            Some(format!("{text}\n{differs} in place of {errors:?} {params:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n----\n"));
}

#[test]
fn written_down_from_memory() {
    hold(&[
        (
            "Failed to parse default acl file /etc/qemu/bridge.conf",
            &[("acl-not-parsed", 1)],
            &[("acl", "/etc/qemu/bridge.conf")],
        ),
        (
            "It says failed to parse default ACL file /etc/qemu/bridge.conf.",
            &[("acl-not-parsed", 1)],
            &[("acl", "/etc/qemu/bridge.conf")],
        ),
        ("failed to parse default acl file", &[("acl-not-parsed", 1)], &[]),
        ("Access denied by ACL file", &[("acl-access-denied", 1)], &[]),
        ("ACCESS DENIED BY ACL FILE", &[("acl-access-denied", 1)], &[]),
        ("Bridge helper failed", &[("qemu-helper-failed", 1)], &[]),
        ("Failed to create TUN device: operation not permitted", &[("tun-create-not-permitted", 1)], &[]),
        ("failed  to create tun  device: Operation not permitted", &[("tun-create-not-permitted", 1)], &[]),
        ("Failed to get MTU of bridge br0: no such device", &[("bridge-not-found", 1)], &[("bridge", "br0")]),
        (
            "failed to add interface tap0 to bridge wlan0: Operation not supported",
            &[("port-add-not-supported", 1)],
            &[("bridge", "wlan0"), ("tap", "tap0")],
        ),
        ("failed to set mtu of device tap0 to 65535: Invalid argument", &[("tap-mtu-invalid", 1)], &[("mtu", "65535")]),
        ("name br01234567890123 too long: 16", &[("name-too-long", 1)], &[("name", "br01234567890123")]),
        (
            "/usr/lib/qemu/qemu-bridge-helper is not a suitable bridge helper: No such file or directory",
            &[("libvirt-helper-not-found", 1)],
            &[("helper", "/usr/lib/qemu/qemu-bridge-helper")],
        ),
        (
            "Failed to parse default acl file /etc/qemu/bridge.conf\nqemu-system-x86_64: -nic bridge,br=br7: bridge helper failed",
            &[("acl-not-parsed", 1)],
            &[("bridge", "br7")],
        ),
    ]);
}

#[test]
fn in_other_quotes() {
    hold(&[
        (
            "failed to parse default acl file «/etc/qemu/bridge.conf»",
            &[("acl-not-parsed", 1)],
            &[("acl", "/etc/qemu/bridge.conf")],
        ),
        (
            "failed to parse default acl file ‘/etc/qemu/bridge.conf’",
            &[("acl-not-parsed", 1)],
            &[("acl", "/etc/qemu/bridge.conf")],
        ),
        ("failed to get mtu of bridge `br0`: No such device", &[("bridge-not-found", 1)], &[("bridge", "br0")]),
        ("failed to get mtu of bridge \"br0\": No such device", &[("bridge-not-found", 1)], &[("bridge", "br0")]),
        (
            "erreur : « /usr/lib/qemu/qemu-bridge-helper » is not a suitable bridge helper: Aucun fichier",
            &[("libvirt-helper-unsuitable", 1)],
            &[("helper", "/usr/lib/qemu/qemu-bridge-helper")],
        ),
        (
            "failed to get mtu of bridge `<code>br0</code>': No such device<br/>",
            &[("bridge-not-found", 1)],
            &[("bridge", "br0")],
        ),
        (
            "<span class=\"e\">failed</span> to create tun device: <b>Operation not permitted</b>",
            &[("tun-create-not-permitted", 1)],
            &[],
        ),
        (
            r"qemu-system-x86\_64: -netdev bridge,id=n0,br=br\_lan: bridge helper failed",
            &[("qemu-helper-failed", 1)],
            &[("bridge", "br_lan")],
        ),
    ]);
}

#[test]
fn from_a_log_that_says_who_wrote_each_line() {
    hold(&[
        (
            "May 03 10:11:12 h vm[11]: Invalid config line:\nMay 03 10:11:12 h vm[11]:   allow=br0\nMay 03 10:11:12 h vm[11]: failed to parse default acl file `/etc/qemu/bridge.conf'\nMay 03 10:11:12 h vm[11]: qemu-system-x86_64: -nic bridge: bridge helper failed",
            &[("acl-invalid-line", 1)],
            &[("line", "allow=br0"), ("acl", "/etc/qemu/bridge.conf")],
        ),
        (
            "{\"_PID\":\"7\",\"SYSLOG_IDENTIFIER\":\"vm.sh\",\"MESSAGE\":\"Invalid config line:\"}\n{\"_PID\":\"7\",\"SYSLOG_IDENTIFIER\":\"vm.sh\",\"MESSAGE\":\"  allow=br0\"}\n{\"_PID\":\"7\",\"SYSLOG_IDENTIFIER\":\"vm.sh\",\"MESSAGE\":\"failed to parse default acl file `/etc/qemu/bridge.conf'\"}",
            &[("acl-invalid-line", 1)],
            &[("line", "allow=br0")],
        ),
        (
            "{\"log\":\"Invalid config line:\\n\",\"stream\":\"stderr\",\"time\":\"t\"}\n{\"log\":\"  br0\\n\",\"stream\":\"stderr\",\"time\":\"t\"}\n{\"log\":\"failed to parse default acl file `/etc/qemu/bridge.conf'\\n\",\"stream\":\"stderr\",\"time\":\"t\"}",
            &[("acl-invalid-line", 1)],
            &[("line", "br0")],
        ),
        (
            "Nov 23 06:21:12 srv win10[812]: failed to parse default acl file `/etc/qemu/bridge.conf'",
            &[("acl-not-parsed", 1)],
            &[],
        ),
        (
            "Nov 23 06:21:12 srv win10[812]: failed to drop privileges\nNov 23 06:21:12 srv win10[812]: qemu-system-x86_64: -nic bridge,br=br0: bridge helper failed",
            &[("privileges-not-dropped", 1)],
            &[("bridge", "br0")],
        ),
        (
            "Nov 23 06:21:12 srv nginx[1]: failed to drop privileges\nNov 23 06:21:12 srv run-guest.sh[5]: qemu-system-x86_64: -nic bridge,br=br0: bridge helper failed",
            &[("qemu-helper-failed", 1)],
            &[],
        ),
        (
            "\x1b_bk;t=1714725072123\x07failed to create tun device: Operation not permitted\r\n\x1b_bk;t=1714725072124\x07qemu-kvm: -nic bridge,br=br0: bridge helper failed\r\n",
            &[("tun-create-not-permitted", 1)],
            &[("bridge", "br0")],
        ),
        (
            "Nov 23 06:21:12 host virtqemud[4242]: internal error: /usr/lib/qemu/qemu-bridge-helper --use-vnet --br=br0\nNov 23 06:21:12 host virtqemud[4242]: --fd=31: failed to communicate with bridge helper: stderr=access\nNov 23 06:21:12 host virtqemud[4242]: denied by acl file",
            &[("acl-access-denied", 1)],
            &[("bridge", "br0")],
        ),
    ]);
}

#[test]
fn with_the_end_before_its_reason() {
    const TUN: &str = "failed to create tun device: Operation not permitted";
    const ACL: &str = "failed to parse default acl file `/etc/qemu/bridge.conf'";
    let qemu = |bridge: &str| format!("qemu-system-x86_64: -netdev bridge,id=n0,br={bridge}: bridge helper failed");
    let found = matches(&format!("{}\n{TUN}\n", qemu("br0")));
    assert_eq!(
        (found.len(), found[0].error, found[0].params["bridge"].as_str()),
        (1, "tun-create-not-permitted", "br0")
    );
    let two = matches(&format!("{}\n{ACL}\n{}\n{TUN}", qemu("br0"), qemu("br1")));
    let told: Vec<_> = two.iter().map(|one| (one.error, one.params["bridge"].as_str())).collect();
    assert_eq!(told, [("acl-not-parsed", "br0"), ("tun-create-not-permitted", "br1")]);
    // As they come, the end belongs to what stands before it.
    let usual = matches(&format!("{ACL}\n{}\n{TUN}\n{}", qemu("br0"), qemu("br1")));
    let told: Vec<_> = usual.iter().map(|one| (one.error, one.params["bridge"].as_str())).collect();
    assert_eq!(told, [("acl-not-parsed", "br0"), ("tun-create-not-permitted", "br1")]);
}

#[test]
fn of_two_guests_that_start_at_once() {
    for (one, other) in
        [("May 03 10:11:12 h vm[11]: ", "May 03 10:11:12 h vm[12]: "), ("vm1-1  | ", "vm2-1  | "), ("vm1: ", "vm2: ")]
    {
        let text = format!(
            "{one}access denied by acl file\n{other}failed to create tun device: Operation not permitted\n\
             {one}kvm: -nic bridge,br=br1: bridge helper failed\n{other}kvm: -nic bridge,br=br2: bridge helper failed\n"
        );
        let found = matches(&text);
        let told: Vec<_> = found.iter().map(|one| (one.error, one.params["bridge"].as_str())).collect();
        assert_eq!(told, [("acl-access-denied", "br1"), ("tun-create-not-permitted", "br2")], "{text}");
    }
}

#[test]
fn many_attempts_in_a_row_are_counted_each() {
    let one = "access denied by acl file\nqemu-kvm: -nic bridge,br=br0: bridge helper failed\n";
    for times in [31, 32, 33, 100, 1001] {
        let found = matches(&format!("failed to drop privileges\n{}", one.repeat(times)));
        let counts: Vec<_> = found.iter().map(|one| (one.error, one.count)).collect();
        assert_eq!(counts, [("privileges-not-dropped", 1), ("acl-access-denied", times as u64)], "{times}");
    }
}

#[test]
fn told_twice_it_happened_once() {
    let error = "/usr/lib/qemu/qemu-bridge-helper --use-vnet --br=virbr0 --fd=31: failed to communicate with bridge helper: \
                 stderr=access denied by acl file\n: Transport endpoint is not connected";
    let frame =
        "  File \"/usr/share/virt-manager/virtManager/asyncjob.py\", line 72, in cb_wrapper\n    callback(asyncjob)\n";
    let text = format!(
        "Error starting domain: {error}\n\nTraceback (most recent call last):\n{}libvirt.libvirtError: {error}\n",
        frame.repeat(8)
    );
    let counts = |text: &str| matches(text).iter().map(|one| (one.error, one.count)).collect::<Vec<_>>();
    assert_eq!(counts(&text), [("acl-access-denied", 1)]);
    assert_eq!(counts(&text.repeat(3)), [("acl-access-denied", 3)]);
    let ansible = serde_json::json!({ "rc": 1, "stderr": error, "stderr_lines": error.lines().collect::<Vec<_>>() });
    assert_eq!(counts(&format!("fatal: [kvm01]: FAILED! => {ansible}")), [("acl-access-denied", 1)]);
}

#[test]
fn of_every_qemu() {
    hold(&[
        (
            "access denied by acl file\nfailed to launch bridge helper\nqemu-system-x86_64: -netdev bridge,id=hn0,br=br0: Device 'bridge' could not be initialized",
            &[("acl-access-denied", 1)],
            &[("bridge", "br0")],
        ),
        (
            "failed to launch bridge helper\nkvm: -net bridge,br=br0: Device 'bridge' could not be initialized",
            &[("qemu-helper-not-launched", 1)],
            &[("bridge", "br0")],
        ),
        (
            "qemu-system-x86_64: -netdev {\"type\":\"bridge\",\"id\":\"n\",\"br\":\"br0\",\"helper\":\"/opt/h\"}: bridge helper failed",
            &[("qemu-helper-failed", 1)],
            &[("bridge", "br0"), ("helper", "/opt/h")],
        ),
        (
            "myguest: -nic bridge,br=br-lan.10: bridge helper failed",
            &[("qemu-helper-failed", 1)],
            &[("bridge", "br-lan.10")],
        ),
    ]);
}

#[test]
fn of_a_helper_anywhere() {
    hold(&[
        (
            "error: /home/me/my vms/qemu-bridge-helper --use-vnet --br=br0 --fd=31: failed to communicate with bridge helper: stderr=access denied by acl file",
            &[("acl-access-denied", 1)],
            &[("helper", "/home/me/my vms/qemu-bridge-helper"), ("bridge", "br0")],
        ),
        (
            "启动域时出错: 内部错误：/usr/lib/qemu/qemu-bridge-helper --use-vnet --br=virbr0 --fd=25：与网桥帮助程序通信失败\nstderr=access denied by acl file",
            &[("acl-access-denied", 1)],
            &[("bridge", "virbr0")],
        ),
        (
            "/run/wrappers/bin/qemu-bridge-helper: cannot run `/nix/store/abc-qemu-8/libexec/qemu-bridge-helper': No such file or directory\nqemu-kvm: -nic bridge,br=br0: bridge helper failed",
            &[("nixos-wrapper-cannot-run", 1)],
            &[("bridge", "br0")],
        ),
    ]);
}

#[test]
fn cut_off_at_its_end() {
    hold(&[
        ("access denied by acl f", &[("acl-access-denied", 1)], &[]),
        ("failed to parse default acl file `/etc/qe", &[("acl-not-parsed", 1)], &[]),
        ("failed to get mtu of bridge `br0'", &[("bridge-not-read", 1)], &[("bridge", "br0")]),
        ("failed to get mtu of bridge br0", &[("bridge-not-read", 1)], &[("bridge", "br0")]),
        ("failed to add interface `tap0' to bri", &[("port-add-failed", 1)], &[("tap", "tap0")]),
        (
            "failed to create tun dev\nqemu-system-x86_64: -netdev bridge,id=n0,br=br7: bridge helper failed",
            &[("tun-create-failed", 1)],
            &[("bridge", "br7")],
        ),
        (
            "Nov 24 10:00:00 srv vm[811]: failed to create tun device: Operation not per>\n\
             Nov 24 10:00:00 srv vm[811]: qemu-system-x86_64: -netdev bridge,id=n0,br=br>\n\
             Nov 24 10:00:00 srv systemd[1]: vm.service: Main process exited, code=exite>",
            &[("tun-create-not-permitted", 1)],
            &[],
        ),
        ("Nov 24 10:00:00 srv qemu-system-x86[811]: access denied by acl…", &[("acl-access-denied", 1)], &[]),
    ]);
}

#[test]
fn without_its_reason_it_has_the_causes_of_every_reason() {
    let causes = |text: &str| -> Vec<&str> { matches(text)[0].causes.iter().map(|cause| cause.id).collect() };
    for text in
        ["", ":", ": ", ": Oper", ": Operation", ": Operation not", ": Operation not permltted", ": 不允许的操作"]
    {
        let causes = causes(&format!("failed to create tun device{text}"));
        assert_eq!(causes.first(), Some(&"helper-not-setuid"), "{text:?}");
    }
    assert_eq!(
        causes("failed to add interface `tap0' to bridge `br0'"),
        ["not-a-bridge", "bridge-missing", "bridge-full", "call-refused"]
    );
    assert_eq!(causes("failed to add interface `tap0' to bridge `br0': Exch"), ["bridge-full"]);
    assert_eq!(causes("'/x/helper' is not a suitable bridge helper: Perm"), ["helper-not-executable"]);
    assert_eq!(causes("failed to open /dev/net/tun: Permission denied"), ["tun-device-permission"]);
}

#[test]
fn cut_off_at_its_beginning() {
    hold(&[
        ("nied by acl file", &[("acl-access-denied", 1)], &[]),
        ("denied by acl file", &[("acl-access-denied", 1)], &[]),
        ("ed to create tun device: Operation not permitted", &[("tun-create-not-permitted", 1)], &[]),
        ("ed to create tun device: Operation not permi", &[("tun-create-not-permitted", 1)], &[]),
        ("> rse default acl file `/etc/qemu/bridge.co", &[("acl-not-parsed", 1)], &[]),
        (
            "nied by acl file\nqemu-system-x86_64: -netdev bridge,id=n0,br=br7: bridge helper failed",
            &[("acl-access-denied", 1)],
            &[("bridge", "br7")],
        ),
    ]);
}

#[test]
fn what_may_be_left_of_any_message_is_left_of_none() {
    hold(&[
        ("device: Operation not permitted", &[], &[]),
        ("create tun device: Operation not permitted", &[], &[]),
        ("to drop privileges", &[], &[]),
        ("rivileges", &[], &[]),
        ("access denied by admin", &[], &[]),
        ("wg-quick: failed to create tun device", &[], &[]),
        ("10:00:00 ERR failed to create tun device\n10:00:01 ERR exiting", &[], &[]),
        ("Error: failed to create tun device\n\nCaused by:\n    Operation not permitted (os error 1)", &[], &[]),
        ("failed to open /dev/net/tun\nand the service gave up", &[], &[]),
    ]);
}

#[test]
fn a_helper_is_named_without_what_stands_around_it() {
    let helper = "/usr/lib/qemu/qemu-bridge-helper";
    let message = format!(
        "{helper} --use-vnet --br=br7 --fd=31: failed to communicate with bridge helper: stderr=access denied by acl file"
    );
    for before in ["virError(Code=38, Domain=0, Message='", "FAILED! => {\"msg\": \"", "(", "cause="] {
        let matches = matches(&format!("{before}{message}\n: Transport endpoint is not connected"));
        assert_eq!(matches[0].params.get("helper").map(String::as_str), Some(helper), "{before}");
    }
}

#[test]
fn of_another_programs_bridge() {
    hold(&[
        ("Mail Bridge helper failed: The operation could not be completed.", &[], &[]),
        ("Error: Mail Bridge helper failed.", &[], &[]),
        ("[ERROR] Bridge helper failed with code: 1", &[], &[]),
        ("error: launch chat bridge helper failed: No such file or directory (os error 2)", &[], &[]),
        ("TerminateProcess bridge helper failed error=5", &[], &[]),
        ("{\"error\":\"Elevated bridge helper failed. Inspect the journal.\"}", &[], &[]),
        ("fprintf(stderr, \"access denied by acl file\\n\");", &[], &[]),
        ("QEMU bridge helper failed", &[("qemu-helper-failed", 1)], &[]),
        ("QEMU: bridge helper failed. What now?", &[("qemu-helper-failed", 1)], &[]),
        ("Error: bridge helper failed", &[("qemu-helper-failed", 1)], &[]),
        ("I get bridge helper failed when I start it", &[("qemu-helper-failed", 1)], &[]),
        ("Why does it say \"bridge helper failed\"?", &[("qemu-helper-failed", 1)], &[]),
    ]);
}

#[test]
fn from_the_source_of_a_mail() {
    hold(&[(
        "failed to create tun dev=\nice: Operation not permitted=0D\n\
         qemu-system-x86_64: -netdev bridge,id=3Dn0,br=3Dbr7: bridge helper failed=0D",
        &[("tun-create-not-permitted", 1)],
        &[("bridge", "br7")],
    )]);
}
