//! What each container manager calls the device that taps are made with.

use super::Remedy;

/// Why nothing inside can do it.
const OUTSIDE: &str = "only the host of the container can give it the device";

/// How to give a container `/dev/net/tun` and the right to use it.
pub fn grant_tun(container: &str) -> Remedy {
    match container {
        "docker" => docker_like("docker"),
        "podman" => docker_like("podman").with_note("A rootless one has CAP_NET_ADMIN over its own network only."),
        "lxc" | "lxc-libvirt" => Remedy::manual(OUTSIDE, [
            "lxc.cgroup2.devices.allow = c 10:200 rwm".to_owned(),
            "lxc.mount.entry = /dev/net/tun dev/net/tun none bind,create=file".to_owned(),
        ])
        .with_note(
            "Add it to the container's configuration on the host (Proxmox: /etc/pve/lxc/ID.conf, with `key: value`), \
             and restart the container.",
        ),
        "systemd-nspawn" => Remedy::manual(OUTSIDE, [
            "systemd-nspawn --bind=/dev/net/tun --property=DeviceAllow='/dev/net/tun rwm' --capability=CAP_NET_ADMIN …"
                .to_owned(),
        ]),
        "wsl" => Remedy::manual(OUTSIDE, ["wsl --update".to_owned(), "wsl --shutdown".to_owned()])
            .with_note("Run it in Windows: WSL 1 has no tun device, the kernel of WSL 2 has one."),
        "flatpak" => Remedy::advice(OUTSIDE, 
            "A Flatpak has neither the device nor the right to gain privilege: use the host's libvirt \
             (qemu:///system) or user-mode networking.",
        ),
        "snap" => Remedy::advice(OUTSIDE, 
            "A snap reaches the device only where it declares an interface that grants it: use the distribution's \
             QEMU, or user-mode networking.",
        ),
        other => Remedy::advice(OUTSIDE, format!(
            "Give the container ({other}) the device /dev/net/tun (character device 10:200) and CAP_NET_ADMIN on the \
             host side."
        )),
    }
}

/// Docker's options, which Podman shares.
fn docker_like(program: &str) -> Remedy {
    Remedy::manual(OUTSIDE, [format!("{program} run --device /dev/net/tun --cap-add NET_ADMIN …")])
}
