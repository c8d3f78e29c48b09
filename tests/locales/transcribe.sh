#!/bin/sh
# Makes libvirt's session driver fail in each way and each language that is asked for, as an unprivileged user, and prints what
# virsh shows. Runs in its own mount, network and process namespaces; nothing outside of them changes.
# usage: transcribe.sh DIRECTORY LOCALE...     each record begins with a line `== LOCALE CAUSE`
set -eu
work=$1
shift
helper=/usr/lib/qemu/qemu-bridge-helper
user=65534

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$work"
mkdir "$work/etc" "$work/etc-work" "$work/qemu" "$work/qemu-work" "$work/home" "$work/run" "$work/locales"
mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" overlay /etc
mount -t overlay -o "lowerdir=/usr/lib/qemu,upperdir=$work/qemu,workdir=$work/qemu-work" overlay /usr/lib/qemu
mount -t tmpfs -o mode=755 tmpfs /dev/net
mount -t proc proc /proc
mkdir -p /etc/qemu
cp "$helper" "$work/helper"
chown "$user:$user" "$work/home" "$work/run"
chmod 700 "$work/home" "$work/run"
ip link set lo up

cat >"$work/guest.xml" <<'XML'
<domain type='qemu'><name>guest</name><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os>
<devices><interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface></devices></domain>
XML

# Everything as it should be.
mend() {
    cp "$work/helper" "$helper.new"
    chmod 4755 "$helper.new"
    mv -f "$helper.new" "$helper"
    echo 'allow br0' >/etc/qemu/bridge.conf
    [ -e /dev/net/tun ] || mknod -m 666 /dev/net/tun c 10 200
    ip link show br0 >/dev/null 2>&1 || ip link add br0 type bridge
    ip link set br0 up
}

break_by() {
    case $1 in
    acl-missing) rm /etc/qemu/bridge.conf ;;
    acl-denied) echo 'allow virbr0' >/etc/qemu/bridge.conf ;;
    acl-syntax) echo 'alow br0' >/etc/qemu/bridge.conf ;;
    helper-not-setuid) chmod 755 "$helper" ;;
    helper-missing) rm "$helper" ;;
    helper-not-executable) chmod 644 "$helper" ;;
    tun-device-missing) rm /dev/net/tun ;;
    bridge-missing) ip link delete br0 ;;
    esac
}

# as_user LOCALE COMMAND...
as_user() {
    locale=$1
    shift
    setpriv --reuid "$user" --regid "$user" --clear-groups env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        HOME="$work/home" XDG_RUNTIME_DIR="$work/run" LOCPATH="$work/locales" LC_ALL="$locale.UTF-8" LANGUAGE="$locale" \
        timeout 60 virsh -c qemu:///session "$@" 2>&1
}

for locale in "$@"; do
    localedef -i "$locale" -f UTF-8 "$work/locales/$locale.UTF-8" >/dev/null 2>&1 || [ -d "$work/locales/$locale.UTF-8" ]
    as_user "$locale" list >/dev/null || as_user "$locale" list >/dev/null
    for cause in acl-missing acl-denied acl-syntax helper-not-setuid helper-missing helper-not-executable \
        tun-device-missing bridge-missing; do
        mend
        break_by "$cause"
        # libvirt now and then loses what the helper said, and a daemon that has just started is slow to answer.
        for attempt in 1 2 3 4 5; do
            shown=$(as_user "$locale" create "$work/guest.xml") && { echo "the guest started although $cause" >&2; exit 1; }
            case $shown in
            *' --fd='*stderr=*) break ;;
            *' --fd='*) ;;
            *qemu-bridge-helper*) break ;;
            esac
            sleep "$attempt"
        done
        printf '== %s %s\n%s\n' "$locale" "$cause" "$shown"
    done
    # The daemon speaks the language in which it was started. Only those of this process namespace are in sight.
    for process in /proc/[0-9]*; do
        case $(cat "$process/comm" 2>/dev/null) in
        libvirtd | virtqemud) kill "${process#/proc/}" ;;
        esac
    done
    sleep 1
done
