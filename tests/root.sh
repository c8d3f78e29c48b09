# shellcheck shell=bash
# A fresh Debian in a root of its own, for the scripts that source this: they call these functions in this order.

step() {
    printf '\n=== [%4d s] %s\n' "$SECONDS" "$1"
}

# Starts the script again in namespaces of its own, unless it is there, and sets `root`, the directory of the new root.
# The mounts go with the namespace, whatever ends the script; the directory goes at the end.
in_namespaces() {
    if [[ $(id -u) -ne 0 ]]; then
        echo "$0: it builds a root and enters it, which takes root" >&2
        exit 4
    fi
    root=${BRIDGE_DOCTOR_ROOT:-}
    unset BRIDGE_DOCTOR_ROOT
    if [[ -z $root ]]; then
        root=$(mktemp -d /var/tmp/bridge-doctor.XXXXXX)
        trap 'rm -rf --one-file-system "$root"' EXIT
        chmod 755 "$root"
        BRIDGE_DOCTOR_ROOT=$root unshare --mount --pid --fork --kill-child -- "$0" "$@"
        exit
    fi
}

# build_root RELEASE PACKAGE,...: with this machine's way to the network, a proxy's certificate included, and its Rust,
# seen read-only, at /opt/rust.
build_root() {
    step "a fresh Debian $1"
    debootstrap --variant=minbase --include="ca-certificates,$2" "$1" "$root" >"$root.log" 2>&1 || {
        cat "$root.log" >&2
        exit 1
    }
    rm -f "$root.log"
    mount --bind "$root" "$root"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    mkdir "$root/opt/rust"
    mount --bind "$(rustc --print sysroot)" "$root/opt/rust"
    mount -o remount,bind,ro "$root/opt/rust"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount --rbind /dev "$root/dev"
}

# In a directory that was only changed to with chroot, the kernel refuses user namespaces, and / is no mount of its own.
enter_root() {
    cd "$root" || exit
    pivot_root . mnt
    umount -l /mnt
    hash -r
}
