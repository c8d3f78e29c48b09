//! /dev/net/tun is there, is the right device, opens for the subject.

use super::view::{answer, owner};
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::platform::{self, Action, Effect, ModeChange};
use crate::snapshot::{Answer, Driver, Errno, Fact, Inode, Kind};

const PATH: &str = "/dev/net/tun";
const NUMBER: (u32, u32) = (10, 200);
/// Why what stands in the way is not taken away.
const SOMEBODYS: &str = "what stands there is somebody's: whether it may go is not for a program to say";
const WHENCE: &str = "Find out what put it there: it may come back at the next boot.";

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let tun = &case.snapshot.tun;
    let found = tun.inode.known();
    let access = answer::of(case.snapshot, &tun.opens);
    match (found, access) {
        (Some(Err(errno)), _) if is_absent(*errno) => missing(case, *errno),
        (_, Fact::Known(Answer::No(errno))) if found.is_none() && is_absent(*errno) => missing(case, *errno),
        (Some(Ok(inode)), _) if inode.kind != Kind::TUN => wrong(case, inode.kind).into(),
        (Some(Err(Errno::ELOOP)), _) | (_, Fact::Known(Answer::No(Errno::ELOOP))) => wrong(case, Kind::Symlink).into(),
        (_, Fact::Known(Answer::No(Errno::ENODEV | Errno::ENXIO))) => driverless(case, Driver::Absent).into(),
        (_, Fact::Known(Answer::No(errno))) => closed(case, tun.inode.found(), *errno).into(),
        (_, Fact::Known(Answer::Yes)) => driven(case),
        (Some(Err(errno)), _) => Judgement::unjudged(format!("nobody could look at {PATH}: {}", errno.text())),
        (_, access) => Judgement::missing(access),
    }
}

fn is_absent(errno: Errno) -> bool {
    matches!(errno, Errno::ENOENT | Errno::ENOTDIR)
}

fn missing(case: &Case<'_>, errno: Errno) -> Judgement {
    let machine = &case.snapshot.machine;
    if !machine.live {
        return Judgement::not_applicable("the devices of a file tree are there only while it runs");
    }
    let found = match &case.snapshot.tun.link {
        Some(target) => format!("{PATH} is a link to {}, where nothing is", target.display()),
        None if errno == Errno::ENOTDIR => format!("there is no {PATH}, nor a directory for it"),
        None => format!("there is no {PATH}"),
    };
    let (message, remedy) = match (&machine.container, case.snapshot.tun.driver.known()) {
        (Some(container), _) => (format!("{found} in this container ({container})"), granted_anew(case)),
        (None, Some(Driver::ModulesMissing)) => {
            (format!("{found}, and the modules of the running kernel are not on disk"), reboot(case))
        }
        (None, _) if errno == Errno::ENOTDIR && case.snapshot.tun.link.is_none() => (found, directory_anew(case)),
        (None, _) => (found, load(case)),
    };
    Finding::fail("tun-device-missing", message).so(refused(errno)).seen("errno", errno).mend(remedy).into()
}

/// Something else stands there under the device's name.
fn wrong(case: &Case<'_>, found: Kind) -> Finding {
    let link = case.snapshot.tun.link.as_ref();
    let kind = match found {
        Kind::Symlink => "a symbolic link that leads back to itself".to_owned(),
        found => owner::kind(found),
    };
    let found_there = match link.filter(|_| found != Kind::Symlink) {
        Some(target) => format!("a link to {}, which is {kind}", target.display()),
        None => kind.clone(),
    };
    let consequence = match (answer::of(case.snapshot, &case.snapshot.tun.opens), found) {
        (Fact::Known(Answer::No(errno)), _) => refused(*errno),
        (_, Kind::Directory) => refused(Errno::EISDIR),
        (_, Kind::Socket) => refused(Errno::ENXIO),
        (_, Kind::Symlink) => refused(Errno::ELOOP),
        (_, Kind::Regular | Kind::Fifo) => {
            format!("it would stop with \"failed to create tun device: {}\"", Errno::ENOTTY.text())
        }
        _ => "it would get no tap from it, and stop".to_owned(),
    };
    let remedy = match link {
        _ if case.snapshot.machine.container.is_some() => granted_anew(case),
        // A link that leads nowhere is nobody's loss.
        Some(_) if found == Kind::Symlink => load(case),
        _ => made_anew(case, found == Kind::Directory && link.is_none()),
    };
    Finding::fail("tun-device-wrong", format!("{PATH} is {found_there}, not character device 10:200"))
        .so(consequence)
        .seen("kind", kind)
        .mend(remedy)
}

/// What is in the device's way has to go first, and somebody may need it.
fn made_anew(case: &Case<'_>, is_directory: bool) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    let remove = if is_directory { "rmdir" } else { "rm" };
    Remedy::manual(
        SOMEBODYS,
        [platform.as_root(&format!("{remove} {PATH}")), platform.as_root(&format!("mknod -m 0666 {PATH} c 10 200"))],
    )
    .with_note(WHENCE)
}

/// The same for something in the place of the directory.
fn directory_anew(case: &Case<'_>) -> Remedy {
    let platform = platform::of(&case.snapshot.machine);
    let commands =
        ["ls -ld /dev/net", "rm /dev/net", "mkdir -m 0755 /dev/net", &format!("mknod -m 0666 {PATH} c 10 200")];
    Remedy::manual(SOMEBODYS, commands.map(|command| platform.as_root(command))).with_note(WHENCE)
}

/// In a container: whatever stands there would be in the way of the device that the host gives.
fn granted_anew(case: &Case<'_>) -> Remedy {
    let tun = &case.snapshot.tun;
    let stands = tun.link.is_some() || matches!(tun.inode, Fact::Known(Ok(_)));
    let remedy = grant(case);
    match stands {
        true => remedy.with_note(format!("First take away what stands at {PATH} inside: it may be in the way.")),
        false => remedy,
    }
}

/// The device is right, and this user may not open it.
fn closed(case: &Case<'_>, inode: Option<&Inode>, errno: Errno) -> Finding {
    let subject = &case.snapshot.subject;
    let user = &subject.user;
    let mode = inode.map(|inode| owner::of_inode(inode, subject));
    let nodev = inode.and_then(|inode| inode.mount.known()).is_some_and(|mount| mount.nodev);
    let later = inode.filter(|inode| inode.mode & 0o060 == 0o060 && subject.groups_after_login.contains(&inode.gid));
    let (message, remedy) = if let Some(directory) = &case.snapshot.tun.closed_directory {
        let opened = Action::SetMode { path: directory.clone(), owner: None, mode: Some(ModeChange::Add(0o555)) };
        let remedy = Remedy::actions([opened]);
        let remedy = match directory.starts_with("/dev") {
            true => remedy,
            false => remedy.by_hand("the directory was not made for the device alone"),
        };
        (format!("{user} may not enter {}, where the tun device is", directory.display()), remedy)
    } else if errno == Errno::EPERM {
        (format!("the device cgroup forbids {PATH}"), grant(case))
    } else if nodev {
        (
            format!("{PATH} is on a mount with `nodev`: no device opens there"),
            Remedy::advice(
                "`nodev` was asked for, and holds for everything on that mount",
                "Mount /dev without `nodev`, or bind the host's /dev/net/tun over it.",
            ),
        )
    } else if let Some(inode) = later {
        let group = subject.group_name(inode.gid);
        (
            format!("{PATH} is for group {group}, which {user} is in from the next login on"),
            Remedy::advice(
                "nobody else can log in for the user",
                format!("Log in again, so that {user} is in group {group}."),
            ),
        )
    } else {
        let mode = mode.as_ref().map_or_else(String::new, |mode| format!(": mode {mode}"));
        (
            format!("{user} may not open {PATH}{mode}"),
            opened().with_note(
                "0666 is usual and safe: making a tap takes CAP_NET_ADMIN all the same. A udev rule may set it back at \
                 the next boot: look in /etc/udev/rules.d.",
            ),
        )
    };
    let finding = Finding::fail("tun-device-permission", message).so(refused(errno)).seen("errno", errno).mend(remedy);
    match mode {
        Some(mode) => finding.seen("mode", mode),
        None => finding,
    }
}

/// Opening is permitted; whether a driver answers is another thing.
fn driven(case: &Case<'_>) -> Judgement {
    match &case.snapshot.tun.driver {
        Fact::Known(Driver::Loaded) => pass("its driver is there"),
        Fact::Known(Driver::Loadable) => pass("the first open loads its driver"),
        Fact::Known(driver @ (Driver::ModulesMissing | Driver::Absent)) => driverless(case, *driver).into(),
        driver => Judgement::missing(driver),
    }
}

fn pass(driver: &str) -> Judgement {
    Judgement::pass(format!("{PATH} opens, and {driver}"), vec![Evidence::new("device", "10:200")])
}

/// A node without a driver behind it.
fn driverless(case: &Case<'_>, driver: Driver) -> Finding {
    let (message, remedy) = match (driver, &case.snapshot.machine.container) {
        (Driver::ModulesMissing, _) => {
            let kernel = case.snapshot.machine.kernel.as_deref().unwrap_or("the running kernel");
            (format!("the tun driver cannot be loaded: the modules of {kernel} are not on disk any more"), reboot(case))
        }
        (_, Some(container)) => (
            format!("{PATH} has no driver: the kernel below this container ({container}) has not loaded tun"),
            Remedy::advice(
                "only the host of the container can load it",
                "Load it on the container's host: `modprobe tun`.",
            ),
        ),
        (_, None) => (format!("{PATH} has no driver: the kernel has no tun, or may not load it"), load(case)),
    };
    Finding::fail("tun-driver-missing", message).so(refused(Errno::ENODEV)).seen("driver", "missing").mend(remedy)
}

fn grant(case: &Case<'_>) -> Remedy {
    case.snapshot.machine.container.as_deref().map_or_else(
        || {
            Remedy::advice(
                "only whoever starts the service can widen what it may use",
                "Add `DeviceAllow=/dev/net/tun rw` to the unit of the service that starts QEMU.",
            )
        },
        platform::grant_tun,
    )
}

fn load(case: &Case<'_>) -> Remedy {
    let (machine, tun) = (&case.snapshot.machine, &case.snapshot.tun);
    if tun.driver == Fact::Known(Driver::Loaded) {
        return node(case);
    }
    let modprobe = Action::Run { argv: ["modprobe", "tun"].map(str::to_owned).into(), undo: None, writes: Vec::new() };
    let at_boot =
        Action::WriteFile { path: "/etc/modules-load.d/tun.conf".into(), content: b"tun\n".to_vec(), mode: 0o644 };
    let loaded = match tun.link {
        // The kernel makes no node where something stands.
        Some(_) => vec![(modprobe, Effect::Prepares), (device(), Effect::TunReady)],
        None => vec![(modprobe, Effect::TunReady)],
    };
    let remedy = Remedy::automatic(loaded.into_iter().chain([(at_boot, Effect::Evident)]));
    let remedy = match () {
        () if platform::of(machine).is_declarative() => {
            Remedy::manual(platform::DECLARED, [platform::of(machine).as_root("modprobe tun")])
        }
        () if tun.driver == Fact::Known(Driver::Absent) => {
            remedy.by_hand("the running kernel was not seen to have the module, or its loading is forbidden")
        }
        () => remedy,
    };
    remedy.with_note("If that is refused, look for `blacklist tun` or `install tun` in /etc/modprobe.d.")
}

/// The device of a driver that is there; udev, where it runs, gives it the same mode.
fn node(case: &Case<'_>) -> Remedy {
    let directory = Action::MakeDirectory { path: "/dev/net".into(), mode: 0o755 };
    // A link in the device's place stands in that directory.
    let directory = case.snapshot.tun.link.is_none().then_some((directory, Effect::Prepares));
    Remedy::automatic(directory.into_iter().chain([(device(), Effect::TunReady)]))
}

fn device() -> Action {
    Action::MakeDevice { path: PATH.into(), major: NUMBER.0, minor: NUMBER.1, mode: 0o666 }
}

/// What udev gives the device, and what every user of it has on most systems.
fn opened() -> Remedy {
    Remedy::actions([Action::SetMode { path: PATH.into(), owner: None, mode: Some(ModeChange::Set(0o666)) }])
}

fn reboot(case: &Case<'_>) -> Remedy {
    let command = platform::of(&case.snapshot.machine).as_root("reboot");
    Remedy::manual("a reboot stops everything that runs here", [command])
        .with_note("A kernel upgrade took the modules of the running kernel away; the new kernel finds its own.")
}

fn refused(errno: Errno) -> String {
    format!("it would stop with \"failed to open {PATH}: {}\"", errno.text())
}
