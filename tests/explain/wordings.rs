//! Every message of the way through the helper, in the wording of every version and of both C libraries.

use crate::matches;

/// The text, and the error that it is.
type Row = (&'static str, &'static str);

const HELPER: &[Row] = &[
    ("failed to drop privileges", "privileges-not-dropped"),
    ("Usage: qemu-bridge-helper [--use-vnet] --br=bridge --fd=unixfd", "helper-usage"),
    ("name `br01234567890123456' too long: 19", "name-too-long"),
    ("name `br0 # a quite long comment here' too long: 31", "acl-argument-too-long"),
    (
        "Invalid config line:\n  allow=br0\n\nfailed to parse default acl file `/etc/qemu/bridge.conf'",
        "acl-invalid-line",
    ),
    ("Invalid config line:\n  br0\n", "acl-invalid-line"),
    ("Unknown command `ALLOW'", "acl-unknown-command"),
    ("Unknown command `\u{feff}allow'", "acl-unknown-command"),
    ("Unknown command `allow\tbr0'", "acl-unknown-command"),
    ("failed to parse default acl file `/etc/qemu/bridge.conf'", "acl-not-parsed"),
    ("failed to parse default acl file `/usr/bin/../etc/qemu/bridge.conf'", "acl-not-parsed"),
    ("failed to parse default acl file `/nix/store/x-qemu-9.1/etc/qemu/bridge.conf'", "acl-not-parsed"),
    ("access denied by acl file", "acl-access-denied"),
    ("failed to open control socket: Permission denied", "control-socket-refused"),
    ("failed to open control socket: Operation not permitted", "control-socket-refused"),
    ("failed to open control socket: Address family not supported by protocol", "control-socket-refused"),
    ("failed to open control socket: Too many open files", "control-socket-refused"),
    ("failed to open control socket: No file descriptors available", "control-socket-refused"),
    ("failed to open control socket: Too many open files in system", "control-socket-refused"),
    ("failed to open control socket: No buffer space available", "control-socket-refused"),
    ("failed to open control socket: Cannot allocate memory", "control-socket-refused"),
    ("failed to open control socket: Out of memory", "control-socket-refused"),
    ("failed to open /dev/net/tun: No such file or directory", "tun-open-missing"),
    ("failed to open /dev/net/tun: Permission denied", "tun-open-denied"),
    ("failed to open /dev/net/tun: Operation not permitted", "tun-open-denied"),
    ("failed to open /dev/net/tun: No such device", "tun-open-no-driver"),
    ("failed to open /dev/net/tun: No such device or address", "tun-open-no-driver"),
    ("failed to open /dev/net/tun: Too many open files", "tun-open-failed"),
    ("failed to open /dev/net/tun: No file descriptors available", "tun-open-failed"),
    ("failed to create tun device: Operation not permitted", "tun-create-not-permitted"),
    ("failed to create tun device: Inappropriate ioctl for device", "tun-create-wrong-device"),
    ("failed to create tun device: Not a tty", "tun-create-wrong-device"),
    ("failed to create tun device: Device or resource busy", "tun-create-failed"),
    ("failed to create tun device: Resource busy", "tun-create-failed"),
    ("failed to create tun device: Invalid argument", "tun-create-failed"),
    ("failed to create tun device: Cannot allocate memory", "tun-create-failed"),
    ("failed to create tun device: Out of memory", "tun-create-failed"),
    ("failed to create tun device: Too many open files in system", "tun-create-failed"),
    ("failed to get mtu of bridge `br9': No such device", "bridge-not-found"),
    ("failed to get mtu of bridge `': No such device", "bridge-not-found"),
    ("failed to set mtu of device `tap0' to 65535: Invalid argument", "tap-mtu-invalid"),
    ("failed to set mtu of device `tap0' to 1500: Operation not permitted", "tap-mtu-not-set"),
    ("failed to get MAC address of device `tap0': No such device", "tap-mac-not-read"),
    ("failed to set MAC address of device `tap0': Cannot assign requested address", "tap-mac-not-set"),
    ("failed to set MAC address of device `tap0': Address not available", "tap-mac-not-set"),
    ("failed to set MAC address of device `tap0': Device or resource busy", "tap-mac-not-set"),
    ("failed to set MAC address of device `tap0': Resource busy", "tap-mac-not-set"),
    ("failed to set MAC address of device `tap0': Operation not supported", "tap-mac-not-set"),
    ("failed to add interface `tap0' to bridge `nb0': Operation not supported", "port-add-not-supported"),
    ("failed to add interface `tap0' to bridge `nb0': Not supported", "port-add-not-supported"),
    ("failed to add interface `tap0' to bridge `br0': Exchange full", "port-add-full"),
    ("failed to add interface `tap0' to bridge `br0': No error information", "port-add-full"),
    ("failed to add interface `tap0' to bridge `br0': No such device", "port-add-no-device"),
    ("failed to add interface `tap0' to bridge `br0': Device or resource busy", "port-add-failed"),
    ("failed to add interface `tap0' to bridge `br0': Resource busy", "port-add-failed"),
    ("failed to add interface `tap0' to bridge `br0': Operation not permitted", "port-add-failed"),
    ("failed to add interface `tap0' to bridge `br0': Invalid argument", "port-add-failed"),
    ("failed to add interface `tap0' to bridge `br0': Too many levels of symbolic links", "port-add-failed"),
    ("failed to add interface `tap0' to bridge `br0': Symbolic link loop", "port-add-failed"),
    ("failed to get interface flags for `tap0': No such device", "tap-flags-not-read"),
    ("failed to bring up interface `tap0': Operation not permitted", "tap-not-brought-up"),
    ("failed to bring up interface `tap0': No buffer space available", "tap-not-brought-up"),
    ("failed to write fd to unix socket: Bad file descriptor", "helper-fd-not-sent"),
    ("failed to write fd to unix socket: Socket operation on non-socket", "helper-fd-not-sent"),
    ("failed to write fd to unix socket: Not a socket", "helper-fd-not-sent"),
    ("failed to write fd to unix socket: Too many references: cannot splice", "helper-fd-not-sent"),
];

const QEMU: &[Row] = &[
    ("qemu-system-x86_64: -netdev bridge,id=n0,br=br0: bridge helper failed", "qemu-helper-failed"),
    ("/usr/libexec/qemu-kvm: -nic bridge,br=br0: bridge helper failed", "qemu-helper-failed"),
    (".qemu-system-x86_64-wrapped: -net bridge: bridge helper failed", "qemu-helper-failed"),
    (r#"{"error":{"class":"GenericError","desc":"bridge helper failed"}}"#, "qemu-helper-failed"),
    (
        "failed to launch bridge helper\nqemu-system-x86_64: -netdev bridge,id=n0: Device 'bridge' could not be initialized",
        "qemu-helper-not-launched",
    ),
    ("failed to recv file descriptor", "qemu-descriptor-not-received"),
    (
        "qemu: -netdev bridge,id=a: failed to recv file descriptor: Connection reset by peer",
        "qemu-descriptor-not-received",
    ),
    ("qemu: -netdev bridge,id=a: Parameter 'type' expects a netdev backend type", "qemu-no-bridge-backend"),
    ("qemu: -nic bridge: Parameter 'type' does not accept value 'bridge'", "qemu-no-bridge-backend"),
    ("qemu: -netdev bridge,id=a: socketpair() failed: Too many open files", "qemu-no-socketpair"),
    ("qemu: -netdev bridge,id=a: socketpair() failed: No file descriptors available", "qemu-no-socketpair"),
    ("qemu: -netdev bridge,id=a: Can't fork bridge helper: Resource temporarily unavailable", "qemu-helper-not-forked"),
    ("qemu: -netdev bridge,id=a: Can't fork bridge helper: Out of memory", "qemu-helper-not-forked"),
    ("qemu: -netdev bridge,id=a: Unable to query TUNGETIFF on FD 0: Inappropriate ioctl for device", "qemu-not-a-tap"),
    ("qemu: -netdev bridge,id=a: Unable to query TUNGETIFF on FD 0: Not a tty", "qemu-not-a-tap"),
    ("qemu: warning: TUNGETIFF ioctl() failed: Inappropriate ioctl for device", "qemu-not-a-tap-warning"),
    ("qemu: -net tap,fd=3: TUNGETIFF ioctl() failed: Inappropriate ioctl for device", "qemu-fd-not-a-tap"),
    ("qemu: -netdev tap,id=a,fd=3: Unable to query TUNGETIFF on FD 3: Bad file descriptor", "qemu-fd-not-a-tap"),
    ("qemu: -netdev tap,fd=9: Failed to set FD nonblocking: Bad file descriptor", "qemu-descriptor-mode"),
    ("qemu: -netdev tap,fd=9: Can't set file descriptor 9 non-blocking: Bad file descriptor", "qemu-descriptor-mode"),
    ("qemu: -netdev tap,fd=9: Can't set file descriptor 9 blocking: Bad file descriptor", "qemu-descriptor-mode"),
    (
        "qemu: ifname=, script=, downscript=, vnet_hdr=, queues=, and vhostfds= are invalid with helper=",
        "qemu-options-with-helper",
    ),
    ("qemu: ifname=, script=, downscript=, and vnet_hdr= are invalid with helper=", "qemu-options-with-helper"),
    ("qemu: ifname=, script=, downscript=, vnet_hdr= are invalid with fd=/fds=/helper=", "qemu-options-with-helper"),
    ("qemu: queues=, helper=, fds= and fd= are mutual exclusive", "qemu-options-with-helper"),
    ("qemu: -netdev tap,id=a: could not open /dev/net/tun: No such file or directory", "qemu-tun-not-opened"),
    ("warning: could not open /dev/net/tun: no virtual network emulation", "qemu-tun-not-opened"),
    ("qemu: -netdev tap,id=a: could not configure /dev/net/tun: Operation not permitted", "qemu-tap-not-permitted"),
    ("qemu: could not configure /dev/net/tun (tap0): Operation not permitted", "qemu-tap-not-permitted"),
    ("qemu: could not configure /dev/net/tun (tap0): Device or resource busy", "qemu-tap-not-configured"),
    ("qemu: could not configure /dev/net/tun (tap0): Resource busy", "qemu-tap-not-configured"),
    ("qemu: network script /etc/qemu-ifup failed with status 256", "qemu-script-failed"),
    ("/etc/qemu-ifup: could not launch network script", "qemu-script-not-run"),
    ("qemu: could not launch network script /etc/qemu-ifup: Cannot allocate memory", "qemu-script-not-run"),
    ("vnet_hdr=1 requested, but no kernel support for IFF_VNET_HDR available", "qemu-no-vnet-hdr"),
    ("multiqueue required, but no kernel support for IFF_MULTI_QUEUE available", "qemu-no-multiqueue"),
    ("qemu: tap: open vhost char device failed: No such file or directory", "qemu-no-vhost-device"),
    ("qemu: vhost-net requested but could not be initialized", "qemu-vhost-not-initialised"),
    ("qemu: vhostfd(s)= is not valid without vhost", "qemu-vhost-not-initialised"),
    ("qemu-system-x86_64: warning: netdev n0 has no peer", "qemu-no-peer"),
    ("Warning: netdev n0 has no peer", "qemu-no-peer"),
];

const LIBVIRT: &[Row] = &[
    (
        "'/usr/lib/qemu/qemu-bridge-helper' is not a suitable bridge helper: No such file or directory",
        "libvirt-helper-not-found",
    ),
    ("'qemu-bridge-helper' is not a suitable bridge helper: No such file or directory", "libvirt-helper-not-found"),
    (
        "'/usr/lib/qemu/qemu-bridge-helper' is not a suitable bridge helper: Permission denied",
        "libvirt-helper-not-executable",
    ),
    ("'/usr/lib/qemu' is not a suitable bridge helper: Is a directory", "libvirt-helper-not-executable"),
    ("'/x/h' is not a suitable bridge helper: Symbolic link loop", "libvirt-helper-link-loop"),
    (
        "internal error: /usr/lib/qemu/qemu-bridge-helper --use-vnet --br=virbr0 --fd=25: failed to communicate with bridge \
         helper: Transport endpoint is not connected",
        "libvirt-helper-no-answer-internal",
    ),
    (
        "/usr/lib/qemu/qemu-bridge-helper --br=br0 --fd=31: failed to communicate with bridge helper: Socket not connected",
        "libvirt-helper-no-answer",
    ),
    (
        "libvirt: QEMU Driver error : failed to retrieve file descriptor for interface: Transport endpoint is not connected",
        "libvirt-helper-no-descriptor",
    ),
    ("Missing bridge helper name", "libvirt-no-bridge-name"),
    ("internal error: Missing bridge name", "libvirt-no-bridge-name"),
    ("error: failed to create socket: Too many open files", "libvirt-no-socket"),
    ("error: failed to create socket: No file descriptors available", "libvirt-no-socket"),
    ("error: An error occurred, but the cause is unknown", "libvirt-no-words"),
    ("Unable to query tap interface name: Inappropriate ioctl for device", "libvirt-tap-not-queried"),
    (
        "Child process (/usr/lib/qemu/qemu-bridge-helper --use-vnet --br=br0 --fd=26) unexpected fatal signal 9",
        "libvirt-helper-child-failed",
    ),
    (
        "libvirt:  error : cannot execute binary /usr/lib/qemu/qemu-bridge-helper: Permission denied",
        "libvirt-cannot-execute-denied",
    ),
    (
        "libvirt:  error : cannot execute binary /usr/lib/qemu/qemu-bridge-helper: Exec format error",
        "libvirt-cannot-execute",
    ),
    ("cannot use custom tap device in session mode", "libvirt-session-custom-tap"),
    ("Ignoring multiqueue network request", "libvirt-session-one-queue"),
    ("Unable to open /dev/net/tun, is tun module loaded?: No such file or directory", "system-tun-not-opened"),
    ("Unable to create tap device vnet0: Operation not permitted", "system-tap-not-created"),
    ("Unable to create tap device vnet0: Resource busy", "system-tap-busy"),
    ("Unable to create tap device net1: Invalid argument", "system-tap-busy"),
    (
        "Unable to create multiple fds for tap device tap0 (maybe existing device was created without multi_queue flag): \
         Invalid argument",
        "system-tap-not-multiqueue",
    ),
    ("Unable to set tap device vnet0 to persistent: Operation not permitted", "system-tap-not-persistent"),
    ("The vnet7 interface already exists", "system-interface-exists"),
    ("Cannot get interface MTU on 'br0': No such device", "system-bridge-not-found"),
    ("Cannot set interface MTU on 'vnet0': Invalid argument", "system-tap-not-configured"),
    ("Cannot set interface MAC to fe:54:00:00:00:01 on 'vnet0': Address not available", "system-tap-not-configured"),
    ("Cannot get interface flags on 'vnet0': No such device", "system-tap-not-configured"),
    ("Cannot set interface flags on 'vnet0': Operation not permitted", "system-tap-not-permitted"),
    ("Unable to add bridge enp3s0 port vnet0: Operation not supported", "system-port-not-supported"),
    ("Unable to add bridge enp3s0 port vnet0: Not supported", "system-port-not-supported"),
    ("Unable to add bridge br0 port vnet0: Device or resource busy", "system-port-busy"),
    ("Unable to add bridge br0 port vnet0: Operation not permitted", "system-port-not-permitted"),
    ("Unable to add bridge br0 port vnet0: No such device", "system-port-not-added"),
    ("Unable to get interface index for br0: No such device", "system-no-interface-index"),
    ("Network interface name 'br01234567890123' is too long: Result not representable", "system-name-too-long"),
    ("Cannot open network interface control socket: Permission denied", "system-no-control-socket"),
    ("Unable to set bridge virbr0 port vnet0 isolated to 1: Permission denied", "system-bridge-not-managed"),
    ("Unable to set bridge virbr0 port vnet0 isolated to 1: Invalid argument", "system-port-not-isolated"),
    ("Failed to set bridge virbr0 forward_delay via ioctl: Operation not supported", "system-bridge-not-managed"),
    ("error adding vlan filter to interface vnet0: Operation not permitted", "system-bridge-not-managed"),
    ("error creating bridge interface virbr0: File exists", "system-bridge-exists"),
    ("Unable to create bridge virbr0: File exists", "system-bridge-exists"),
    ("internal error: bridge name 'virbr0' already in use.", "system-bridge-exists"),
    ("Unable to create bridge virbr1: Package not installed", "system-bridge-no-driver"),
    ("error creating bridge interface virbr0: Operation not supported", "system-bridge-no-driver"),
    ("Unable to create bridge device: Operation not permitted", "system-bridge-of-bsd"),
    ("internal error: Network is already in use by interface virbr0", "system-network-in-use"),
    ("internal error: Failed to initialize a valid firewall backend", "system-network-no-firewall"),
    (
        "internal error: Failed to apply firewall rules /usr/bin/iptables -w --table filter --list-rules: x",
        "system-network-no-firewall",
    ),
    ("Failed to add tap interface to bridge 'br0': No such device", "system-tap-not-on-bridge"),
    ("Failed to add tap interface to bridge. eth0 is not a bridge device", "system-tap-on-no-bridge"),
    ("internal error: Unable to add port vnet0 to OVS bridge br-int", "system-port-not-on-openvswitch"),
    ("Requested operation is not valid: network is not running", "system-network-inactive"),
    (
        "error creating macvtap interface macvtap0@vport5 (52:54:00:55:18:e7): Device or resource busy",
        "system-macvtap-busy",
    ),
    ("error creating macvtap type of interface attach to eth0: Device or resource busy", "system-macvtap-busy"),
    (
        "error creating macvtap interface macvtap0@enp115s0 (52:54:00:2c:2d:c0): Operation not permitted",
        "system-macvtap-not-permitted",
    ),
    ("Unable to create bridge virbr0: Operation not permitted", "system-bridge-not-managed"),
    ("Unable to delete bridge virbr0: Operation not permitted", "system-bridge-not-managed"),
    ("Unable to remove bridge virbr0 port vnet0: Invalid argument", "system-bridge-not-managed"),
    ("Requested operation is not valid: network 'default' is not active", "system-network-inactive"),
    ("error: Network not found: no network with matching name 'lab'", "system-network-not-found"),
    ("vhost-net was requested for an interface, but is unavailable", "system-vhost-unavailable"),
    ("vhost-net is only supported for virtio network interfaces", "system-vhost-unavailable"),
    ("vhost-net is not supported with this QEMU binary", "system-vhost-unavailable"),
    ("target dev must be supplied when managed='no'", "system-unmanaged-tap"),
    ("target managed='no' but specified dev doesn't exist", "system-unmanaged-tap"),
];

const OTHERS: &[Row] = &[
    (
        "/run/wrappers/bin/qemu-bridge-helper: cannot run `/nix/store/x/qemu-bridge-helper': No such file or directory",
        "nixos-wrapper-cannot-run",
    ),
    (
        "cannot get capabilities for /run/wrappers/wrappers.x/qemu-bridge-helper: No data available",
        "nixos-wrapper-no-capability",
    ),
    ("failed to inherit capabilities: Operation not permitted", "nixos-wrapper-no-capability"),
    ("cannot raise the capability 12 into the ambient set: Operation not permitted", "nixos-wrapper-no-capability"),
    ("Assertion `!(st.st_mode & S_ISUID)` in NixOS's wrapper.c failed.", "nixos-wrapper-assertion"),
    (
        "qemu-bridge-helper: /nix/store/x-wrapper.c:203: main: Assertion `!(st.st_mode & S_ISUID)' failed.",
        "nixos-wrapper-assertion",
    ),
    (
        "warning: failed to privilege \"/gnu/store/x/qemu-bridge-helper\": No such file or directory",
        "guix-not-privileged",
    ),
    (
        "dpkg-statoverride: error: an override for '/usr/lib/qemu/qemu-bridge-helper' already exists; aborting",
        "statoverride-exists",
    ),
    (
        "apparmor=\"DENIED\" operation=\"open\" profile=\"libvirtd//qemu_bridge_helper\" name=\"/etc/x\"",
        "apparmor-denied",
    ),
    ("avc:  denied  { read } for pid=1 scontext=system_u:system_r:virt_bridgehelper_t:s0", "selinux-denied"),
];

#[test]
fn every_wording_is_known_as_what_it_is() {
    let rows = [HELPER, QEMU, LIBVIRT, OTHERS].concat();
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(text, error)| {
            let found: Vec<&str> = matches(text).iter().map(|one| one.error).collect();
            (found != [*error]).then(|| format!("{text:?} is {found:?} in place of {error}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_same_failure_of_both_c_libraries_has_the_same_causes() {
    let pairs = [
        ("failed to add interface `tap0' to bridge `x': ", "Operation not supported", "Not supported"),
        ("failed to add interface `tap0' to bridge `x': ", "Exchange full", "No error information"),
        ("failed to create tun device: ", "Inappropriate ioctl for device", "Not a tty"),
        ("failed to create tun device: ", "Device or resource busy", "Resource busy"),
        ("Unable to add bridge x port vnet0: ", "Operation not supported", "Not supported"),
        ("'/x/h' is not a suitable bridge helper: ", "Too many levels of symbolic links", "Symbolic link loop"),
    ];
    for (message, glibc, musl) in pairs {
        let causes = |errno: &str| crate::causes(&matches(&format!("{message}{errno}"))[0]);
        assert_eq!(causes(glibc), causes(musl), "{message}");
    }
}
