//! /dev/net/tun is there, is the right device, opens for the subject.

use super::view::{answer, owner};
use super::{Case, Evidence, Finding, Judgement, Remedy};
use crate::platform::{self, Action, Effect, ModeChange};
use crate::snapshot::{Answer, Driver, Errno, Fact, Inode, Kind};

const PATH: &str = "/dev/net/tun";
const DEVICE: Kind = Kind::CharDevice { major: 10, minor: 200 };

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let tun = &case.snapshot.tun;
    let found = tun.inode.known();
    let access = answer::of(case.snapshot, &tun.opens);
    match (found, access) {
        (Some(Err(errno)), _) if is_absent(*errno) => missing(case, *errno),
        (_, Fact::Known(Answer::No(errno))) if found.is_none() && is_absent(*errno) => missing(case, *errno),
        (Some(Ok(inode)), _) if inode.kind != DEVICE => wrong(case, inode.kind).into(),
        (Some(Err(Errno::ELOOP)), _) | (_, Fact::Known(Answer::No(Errno::ELOOP))) => wrong(case, Kind::Symlink).into(),
        (_, Fact::Known(Answer::No(Errno::ENODEV | Errno::ENXIO))) => driverless(case, Driver::Absent).into(),
        (_, Fact::Known(Answer::No(errno))) => closed(case, found.and_then(|found| found.as_ref().ok()), *errno).into(),
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
    let (message, remedy) = match (&machine.container, case.snapshot.tun.driver.known()) {
        (Some(container), _) => {
            (format!("there is no {PATH} in this container ({container})"), platform::grant_tun(container))
        }
        (None, Some(Driver::ModulesMissing)) => {
            (format!("there is no {PATH}, and the modules of the running kernel are not on disk"), reboot(case))
        }
        (None, _) => (format!("there is no {PATH}"), load(case)),
    };
    Finding::fail("tun-device-missing", message).so(refused(errno)).seen("errno", errno).mend(remedy).into()
}

/// Something else stands there under the device's name.
fn wrong(case: &Case<'_>, found: Kind) -> Finding {
    let platform = platform::of(&case.snapshot.machine);
    let kind = match found {
        Kind::Symlink => "a symbolic link that leads back to itself".to_owned(),
        found => owner::kind(found),
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
    let remove = if found == Kind::Directory { "rmdir" } else { "rm" };
    Finding::fail("tun-device-wrong", format!("{PATH} is {kind}, not character device 10:200"))
        .so(consequence)
        .seen("kind", kind)
        .mend(
            Remedy::manual(
                "what stands there is somebody's: whether it may go is not for a program to say",
                [
                    platform.as_root(&format!("{remove} {PATH}")),
                    platform.as_root(&format!("mknod -m 0666 {PATH} c 10 200")),
                ],
            )
            .with_note("Find out what put it there: it may come back at the next boot."),
        )
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
        let group = owner::group(inode.gid, subject);
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
    let machine = &case.snapshot.machine;
    let modprobe = Action::Run { argv: ["modprobe", "tun"].map(str::to_owned).into(), undo: None, writes: Vec::new() };
    let at_boot =
        Action::WriteFile { path: "/etc/modules-load.d/tun.conf".into(), content: b"tun\n".to_vec(), mode: 0o644 };
    let remedy = Remedy::automatic([(modprobe, Effect::TunReady), (at_boot, Effect::Evident)]);
    let remedy = match () {
        () if case.snapshot.tun.driver == Fact::Known(Driver::Loaded) => node(),
        () if platform::of(machine).is_declarative() => Remedy::manual(
            "this system is made from its configuration: what is changed by hand is lost or refused",
            [platform::of(machine).as_root("modprobe tun")],
        ),
        () if case.snapshot.tun.driver == Fact::Known(Driver::Absent) => {
            remedy.by_hand("the running kernel was not seen to have the module, or its loading is forbidden")
        }
        () => remedy,
    };
    remedy.with_note("If that is refused, look for `blacklist tun` or `install tun` in /etc/modprobe.d.")
}

/// The device of a driver that is there; udev, where it runs, gives it the same mode.
fn node() -> Remedy {
    let directory = Action::MakeDirectory { path: "/dev/net".into(), mode: 0o755 };
    let make = ["mknod", "-m", "0666", PATH, "c", "10", "200"].map(str::to_owned);
    let unmake = ["rm", "-f", PATH].map(str::to_owned);
    let make = Action::Run { argv: make.into(), undo: Some(unmake.into()), writes: Vec::new() };
    Remedy::automatic([(directory, Effect::Prepares), (make, Effect::TunReady)])
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
