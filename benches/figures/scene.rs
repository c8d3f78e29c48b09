//! A host on which everything works, in namespaces of this process.

use std::io::{BufWriter, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

/// The helper, setuid root in the scene.
pub(crate) const HELPER: &str = "/usr/lib/qemu/qemu-bridge-helper";
/// A copy of it without any privilege.
pub(crate) const PLAIN_HELPER: &str = "/run/qemu-bridge-helper";
/// The ACL that it reads.
pub(crate) const ACL: &str = "/etc/qemu/bridge.conf";

/// The scene; it ends with the process.
pub(crate) struct Scene;

impl Scene {
    /// Builds it: the real helper, an ACL, a tun device, a bridge that is up, with an uplink that has a signal.
    pub(crate) fn build() -> anyhow::Result<Self> {
        let helper =
            std::fs::read(HELPER).with_context(|| format!("{HELPER}: try `apt-get install qemu-system-common`"))?;
        unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)?;
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
        tmpfs("/run")?;
        for directory in ["/run/upper", "/run/work"] {
            std::fs::create_dir(directory)?;
        }
        let overlay = "lowerdir=/etc,upperdir=/run/upper,workdir=/run/work";
        mount(Some("overlay"), "/etc", Some("overlay"), MsFlags::empty(), Some(overlay))?;
        std::fs::create_dir_all("/etc/qemu")?;
        std::fs::write(ACL, "allow br0\n")?;
        tmpfs("/usr/lib/qemu")?;
        std::fs::write(PLAIN_HELPER, &helper)?;
        std::fs::set_permissions(PLAIN_HELPER, std::fs::Permissions::from_mode(0o755))?;
        std::fs::write(HELPER, helper)?;
        std::fs::set_permissions(HELPER, std::fs::Permissions::from_mode(0o4755))?;
        tmpfs("/dev/net")?;
        run(&["mknod", "-m", "666", "/dev/net/tun", "c", "10", "200"])?;
        mount(Some("sysfs"), "/sys", Some("sysfs"), MsFlags::empty(), None::<&str>)?;
        run(&["ip", "link", "add", "br0", "type", "bridge"])?;
        run(&["ip", "link", "set", "br0", "up"])?;
        run(&["ip", "link", "add", "uplink", "type", "veth", "peer", "name", "wire"])?;
        run(&["ip", "link", "set", "wire", "up"])?;
        run(&["ip", "link", "set", "uplink", "master", "br0", "up"])?;
        Ok(Self)
    }

    /// Adds ports to a bridge.
    pub(crate) fn add_ports(&self, bridge: &str, count: usize) -> anyhow::Result<()> {
        batch((0..count).map(|number| format!("link add p{number} master {bridge} type veth peer name q{number}\n")))
    }

    /// Gives br0 taps in the place of its uplink.
    pub(crate) fn replace_uplink_by_taps(&self, count: usize) -> anyhow::Result<()> {
        run(&["ip", "link", "set", "uplink", "nomaster"])?;
        batch((0..count).map(|number| format!("tuntap add p{number} mode tap\nlink set p{number} master br0\n")))
    }

    /// Takes them away.
    pub(crate) fn remove_ports(&self, count: usize) -> anyhow::Result<()> {
        batch((0..count).map(|number| format!("link del p{number}\n")))
    }

    /// Adds interfaces that belong to nothing.
    pub(crate) fn add_interfaces(&self, count: usize) -> anyhow::Result<()> {
        batch((0..count / 2).map(|number| format!("link add d{number} type veth peer name e{number}\n")))
    }

    /// Replaces the ACL.
    pub(crate) fn write_acl(&self, lines: impl Iterator<Item = String>) -> anyhow::Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(ACL)?);
        for line in lines {
            file.write_all(line.as_bytes())?;
        }
        Ok(file.flush()?)
    }
}

fn tmpfs(at: &str) -> anyhow::Result<()> {
    mount(Some("tmpfs"), Path::new(at), Some("tmpfs"), MsFlags::empty(), Some("mode=755"))
        .with_context(|| at.to_owned())
}

fn run(command: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(command[0]).args(&command[1..]).status().with_context(|| command[0].to_owned())?;
    anyhow::ensure!(status.success(), "{}: {status}", command.join(" "));
    Ok(())
}

fn batch(lines: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut child = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn().context("ip")?;
    let mut input = BufWriter::new(child.stdin.take().context("ip has no standard input")?);
    for line in lines {
        input.write_all(line.as_bytes())?;
    }
    drop(input);
    anyhow::ensure!(child.wait()?.success(), "ip -batch failed");
    Ok(())
}
