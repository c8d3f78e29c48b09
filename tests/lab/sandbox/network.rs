//! The prepared networks: every value of the bridge dimension stands in one of them.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;

use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};

use super::namespaces::leave;

/// A prepared network namespace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Net {
    /// A dozen interfaces, with taps that make the next one's number worth guessing.
    Quiet,
    /// `br0` has all the 1,023 ports that a bridge can have.
    Crowded,
    /// Nothing but a loopback interface.
    Empty,
}

/// A host's interfaces. The names say what each is for; `tap0` is taken by an interface and `tap1` by an altname.
const QUIET: &str = "\
link add br0 type bridge
link add uplink0 type veth peer name far0
link set uplink0 master br0 up
link set far0 up
link set br0 up
address add 192.0.2.1/24 dev br0 label br0:1
link add brdown type bridge
link add brstp up type bridge stp_state 1 forward_delay 400
link add br9000 up mtu 9000 type bridge
link add br68 up mtu 68 type bridge
link add br65521 up mtu 65521 type bridge
link add br65522 up mtu 65522 type bridge
link add br65535 up mtu 65535 type bridge
link add brnamed up type bridge
link property add dev brnamed altname guests altname tap1
link set brnamed alias office
link add fifteen-chars-x up type bridge
link add br.0 up type bridge
link add wire0 type veth peer name wire1
link add vlan-ish link wire0 type macvlan
link add tunnel0 type vxlan id 3 dstport 4789
link add ifb9 type ifb
tuntap add tap0 mode tap
tuntap add tun0 mode tun
link set wire1 master brdown
";

/// Bridges that sort frames by VLAN, which not every kernel is built for.
const VLANS: &str = "\
link add brvlan up type bridge vlan_filtering 1
link add brnovlan up type bridge vlan_filtering 1 vlan_default_pvid 0
";

/// Whether this kernel's bridges can sort frames by VLAN.
pub fn knows_vlans() -> bool {
    static KNOWS: LazyLock<bool> = LazyLock::new(|| {
        let tried = thread::spawn(|| make(Net::Empty).and_then(|net| within(&net, || ip(VLANS)))).join();
        let knows = tried.is_ok_and(|made| made.is_ok());
        if !knows {
            let _ = writeln!(io::stderr(), "*** this kernel's bridges know no VLANs: those values are left out ***");
        }
        knows
    });
    *KNOWS
}

/// Makes a network namespace and leaves the thread where it was.
pub fn make(net: Net) -> io::Result<OwnedFd> {
    let before: OwnedFd = File::open("/proc/thread-self/ns/net")?.into();
    leave(UnshareFlags::NEWNET)?;
    let made = fill(net).and_then(|()| Ok(File::open("/proc/thread-self/ns/net")?.into()));
    enter(&before)?;
    made
}

fn fill(net: Net) -> io::Result<()> {
    match net {
        Net::Quiet => ip(QUIET).and_then(|()| if knows_vlans() { ip(VLANS) } else { Ok(()) }),
        Net::Crowded => ip(&crowd()),
        Net::Empty => Ok(()),
    }
}

/// `br0` with 1,023 ports, both ends of 511 virtual cables and one more.
fn crowd() -> String {
    let mut script = "link add br0 up type bridge\n".to_owned();
    for number in 0..512 {
        let _ = writeln!(script, "link add a{number} type veth peer name b{number}\nlink set a{number} master br0");
        if number < 511 {
            let _ = writeln!(script, "link set b{number} master br0");
        }
    }
    script
}

/// A `br0` that is up, and nothing else.
pub fn make_lonely_bridge() -> io::Result<()> {
    ip("link add br0 up type bridge\n")
}

/// Moves the thread into a network namespace.
pub fn enter(net: &OwnedFd) -> io::Result<()> {
    Ok(move_into_link_name_space(net.as_fd(), Some(LinkNameSpaceType::Network))?)
}

/// Does something in another network namespace.
pub fn within(net: &OwnedFd, work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let before: OwnedFd = File::open("/proc/thread-self/ns/net")?.into();
    enter(net)?;
    let done = work();
    enter(&before)?;
    done
}

fn ip(script: &str) -> io::Result<()> {
    let mut ip = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = ip.stdin.take() {
        input.write_all(script.as_bytes())?;
    }
    let ended = ip.wait_with_output()?;
    if ended.status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("ip -batch: {}", String::from_utf8_lossy(&ended.stderr))))
    }
}
