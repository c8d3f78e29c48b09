//! Writes a log as a busy host of virtual machines has it, with known errors in it. It is made anew each time.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// Lines of programs at work; some are near to what is searched for. `{}` is a number that differs.
const LINES: [&str; 36] = [
    "kernel: [{}.048211] br0: port 3(vnet{}) entered forwarding state",
    "kernel: [{}.048199] device vnet{} entered promiscuous mode",
    "kernel: [{}.411802] tun: Universal TUN/TAP device driver, 1.6",
    "kernel: [{}.771043] audit: type=1400 audit(1763870000.123:{}): apparmor=\"ALLOWED\" operation=\"open\" class=\"file\" profile=\"libvirtd\" name=\"/proc/{}/status\" pid={} comm=\"rpc-worker\" requested_mask=\"r\" denied_mask=\"r\"",
    "kernel: [{}.002] IPv6: ADDRCONF(NETDEV_CHANGE): vnet{}: link becomes ready",
    "systemd[1]: Started Session {} of user alice.",
    "systemd[1]: Starting Daily apt upgrade and clean activities...",
    "systemd[1]: Failed to start app@{}.service - Worker of the application: Operation not permitted",
    "systemd[1]: libvirtd.service: Unit process {} (dnsmasq) remains running after unit stopped.",
    "systemd-networkd[{}]: vnet{}: Gained carrier",
    "systemd-networkd[{}]: br0: Failed to set MTU of interface: Device or resource busy",
    "systemd-resolved[{}]: Using degraded feature set UDP instead of UDP+EDNS0 for DNS server 192.0.2.1.",
    "sshd[{}]: Accepted publickey for alice from 192.0.2.77 port {} ssh2: ED25519 SHA256:Zk0vS9QnC4",
    "sshd[{}]: pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)",
    "sshd[{}]: error: kex_exchange_identification: Connection closed by remote host",
    "sudo[{}]: alice : TTY=pts/1 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/virsh list --all",
    "CRON[{}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
    "NetworkManager[{}]: <info>  [1763870000.1234] device (vnet{}): state change: unmanaged -> unavailable (reason 'connection-assumed')",
    "NetworkManager[{}]: <info>  [1763870000.4711] device (br0): attached bridge port vnet{}",
    "dnsmasq-dhcp[{}]: DHCPACK(virbr0) 192.168.122.{} 52:54:00:12:34:56 guest",
    "dnsmasq[{}]: could not open lease file /var/lib/misc/dnsmasq.leases: No such file or directory",
    "libvirtd[{}]: {}: debug : virNetDevTapCreateInBridgePort:678 : Created tap device vnet{} on bridge br0",
    "libvirtd[{}]: {}: debug : virCommandRunAsync:2589 : About to run /usr/sbin/ip link set dev vnet{} up",
    "libvirtd[{}]: {}: debug : virThreadJobSetWorker:75 : Thread 0x7f0b is running worker prio-rpc-virtqemud",
    "libvirtd[{}]: {}: info : virObjectUnref:378 : OBJECT_UNREF: obj=0x7f0b34{}",
    "libvirtd[{}]: {}: debug : qemuInterfaceBridgeConnect:512 : creating tap device for bridge network default",
    "dockerd[{}]: time=\"2026-11-23T06:00:{}Z\" level=info msg=\"ignoring event\" container=4f6bd2 module=libcontainerd",
    "dockerd[{}]: {\"log\":\"GET /api/v1/items/{} 200 in 12ms\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-23T06:00:00Z\"}",
    "nginx: 192.0.2.10 - - [23/Nov/2026:06:00:{} +0000] \"GET /static/app.{}.js HTTP/1.1\" 200 51234 \"https://example.org/\" \"Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0\"",
    "nginx: 2026/11/23 06:00:{} [error] {}#0: *17 open() \"/srv/www/favicon.ico\" failed (2: No such file or directory), client: 192.0.2.9",
    "postfix/smtpd[{}]: connect from unknown[198.51.100.{}]",
    "kubelet[{}]: E1123 06:00:{} pod_workers.go:1298] \"Error syncing pod, skipping\" err=\"failed to start container with CrashLoopBackOff\"",
    "polkitd[{}]: Unregistered Authentication Agent for unix-process:{} (system bus name :1.{}, locale de_DE.UTF-8)",
    "dbus-daemon[{}]: [system] Activating via systemd: service name='org.freedesktop.hostname1' requested by ':1.{}'",
    "smartd[{}]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from {} to 64",
    "gnome-shell[{}]: Grüße, 世界: Window manager warning: Overwriting existing binding of keysym {}",
];

/// What attempts that failed leave in it.
const ERRORS: [&str; 4] = [
    "libvirtd[812]: failed to create tun device: Operation not permitted",
    "qemu-system-x86_64[{}]: failed to get mtu of bridge `br{}': No such device",
    "libvirtd[812]: /usr/lib/qemu/qemu-bridge-helper --use-vnet --br=br0 --fd={}: failed to communicate with bridge helper: stderr=access denied by acl file",
    "qemu-system-x86_64[{}]: qemu-system-x86_64: -netdev bridge,id=n0,br=br0: bridge helper failed",
];

/// A log of this many bytes, with the errors spread evenly over it.
pub(crate) fn write(path: &Path, size: u64, errors: u64) -> io::Result<()> {
    let mut log = BufWriter::new(File::create(path)?);
    let mut random = Random(1);
    let (mut written, mut put) = (0, 0);
    while written < size {
        written += line(&mut log, &LINES, &mut random)?;
        while put < errors && put * size < written * errors {
            written += line(&mut log, &ERRORS, &mut random)?;
            put += 1;
        }
    }
    log.flush()
}

/// One of these lines as syslog writes it, with its numbers; says how long it is.
fn line(log: &mut impl io::Write, lines: &[&str], random: &mut Random) -> io::Result<u64> {
    let text = lines.get(random.next(lines.len())).copied().unwrap_or_default();
    let mut line = format!("Nov 23 06:{:02}:{:02} host ", random.next(60), random.next(60));
    let mut parts = text.split("{}");
    line += parts.next().unwrap_or_default();
    for part in parts {
        line += &format!("{}{part}", random.next(100));
    }
    line.push('\n');
    log.write_all(line.as_bytes())?;
    Ok(line.len() as u64)
}

/// The same numbers each time.
struct Random(usize);

impl Random {
    fn next(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }
}
