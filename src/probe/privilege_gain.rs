//! This process may gain privilege at all, and over this network namespace.

use super::{Case, Evidence, Finding, Judgement, helper_privilege};
use crate::helper::{
    CAP_NET_ADMIN, Launch, Refusal, SECBIT_KEEP_CAPS_LOCKED, SECBIT_NOROOT, capability_name, launch, required_to_drop,
};
use crate::platform::Remedy;
use crate::snapshot::{Call, Errno, Fact, Inode, NetOwner, Process, RefusedCall};

/// What the user sees where the helper cannot become the calling user.
const NOT_DROPPED: &str = "it would stop with \"failed to drop privileges\"";

/// Why no change of the host helps.
const STARTED_SO: &str = "the process was started so, and no change of the host takes that back";

pub(super) fn judge(case: &Case<'_>) -> Judgement {
    let process = match &case.snapshot.process {
        Fact::Known(process) => process,
        missing => return Judgement::missing(missing),
    };
    let no_socket = process.socket_error.map(no_socket);
    let refused = refused_call(case, process);
    if no_socket.is_none()
        && refused.is_none()
        && let Launch::Started(credentials) = started(case)
        && credentials.has_net_admin()
        && process.net_owner == Fact::Known(NetOwner::Within)
    {
        return Judgement::pass("the helper has cap_net_admin when this process starts it", evidence(process));
    }
    let mut findings: Vec<Finding> = no_socket.into_iter().chain(refused).collect();
    if process.no_new_privs && !helper_privilege::needs_none(case) {
        findings.push(no_new_privs(process));
    }
    let lacking = lacking_capabilities(case, process);
    if !lacking.is_empty() {
        findings.push(bounding_set(case, process, &lacking));
    }
    findings.extend(secure_bits(case, process));
    if findings.is_empty() {
        findings.extend(capabilities_out_of_bounds(case, process));
    }
    match without_power_here(case, process) {
        Fact::Known(false) => {}
        Fact::Known(true) => findings.push(user_namespace(case, process)),
        missing if findings.is_empty() => return Judgement::missing(&missing),
        Fact::Unknown(_) | Fact::NeedsLiveHost => {}
    }
    if findings.is_empty() {
        return Judgement::pass("nothing keeps this process from gaining privilege", evidence(process));
    }
    Judgement::Found(findings)
}

/// The capabilities that the helper needs and the bounding set lacks.
fn lacking_capabilities(case: &Case<'_>, process: &Process) -> Vec<&'static str> {
    let bounding = process.capabilities.bounding;
    if helper_privilege::needs_none(case) || by_capability(case) || !becomes_caller(case) {
        let has = (bounding | process.capabilities.inheritable) & CAP_NET_ADMIN != 0;
        return if has { Vec::new() } else { vec![capability_name(CAP_NET_ADMIN)] };
    }
    required_to_drop().iter().filter(|(mask, _)| bounding & mask == 0).map(|(_, name)| *name).collect()
}

/// Whether the helper's file gives the capability itself, and not by being root's.
fn by_capability(case: &Case<'_>) -> bool {
    file(case).is_some_and(|inode| {
        !helper_privilege::is_setuid_root(inode)
            && helper_privilege::capabilities(case, inode).is_some_and(helper_privilege::grants_net_admin)
    })
}

/// Whether what this process can gain counts for nothing in its network namespace.
fn without_power_here(case: &Case<'_>, process: &Process) -> Fact<bool> {
    let namespace = &process.user_namespace;
    if !namespace.initial && !helper_privilege::needs_none(case) {
        let root_is_known = file(case).is_none_or(|inode| namespace.knows(inode.uid, inode.gid));
        let by_capability = file(case).is_some_and(|inode| {
            helper_privilege::capabilities(case, inode).is_some_and(helper_privilege::grants_net_admin)
        });
        let setuid_to_root = namespace.users.root.is_some() && root_is_known;
        if !setuid_to_root && !by_capability {
            return Fact::Known(true);
        }
    }
    process.net_owner.as_ref().map(|owner| *owner == NetOwner::Above)
}

fn file<'a>(case: &Case<'a>) -> Option<&'a Inode> {
    case.snapshot.helper.file.found()
}

fn no_new_privs(process: &Process) -> Finding {
    let finding = Finding::fail("no-new-privs", "no_new_privs is set: executing a setuid file gains nothing");
    let remedy = Remedy::advice(
        STARTED_SO,
        "It cannot be taken back: start QEMU elsewhere. systemd sets it by NoNewPrivileges=yes (other sandbox options of \
         a unit imply it), containers by --security-opt no-new-privileges, bubblewrap and Flatpak always, QEMU by \
         -sandbox elevateprivileges=deny.",
    );
    Finding { evidence: evidence(process), ..finding.so(helper_privilege::REFUSAL).mend(remedy) }
}

fn bounding_set(case: &Case<'_>, process: &Process, lacking: &[&str]) -> Finding {
    let consequence = if helper_privilege::needs_none(case) { helper_privilege::REFUSAL } else { NOT_DROPPED };
    let options: String =
        lacking.iter().map(|name| format!(" --cap-add {}", name.trim_start_matches("cap_").to_uppercase())).collect();
    let remedy = Remedy::advice(
        STARTED_SO,
        match case.snapshot.machine.container.as_deref() {
            Some(container @ ("docker" | "podman")) => {
                format!("Start the container with `{container} run{options} …`.")
            }
            _ => "Give them back where they were taken: systemd's CapabilityBoundingSet=, a container's dropped \
              capabilities, capsh --drop."
                .to_owned(),
        },
    );
    let finding =
        Finding::fail("capability-bounding-set", format!("the capability bounding set lacks {}", lacking.join(", ")));
    Finding { evidence: evidence(process), ..finding.so(consequence).mend(remedy) }
}

/// What the file has in effect and the bounding set lacks keeps the kernel from executing it at all.
fn capabilities_out_of_bounds(case: &Case<'_>, process: &Process) -> Option<Finding> {
    if started(case) != Launch::Stopped(Refusal::NotStarted(Errno::EPERM)) {
        return None;
    }
    let of_file = file(case).and_then(|inode| helper_privilege::capabilities(case, inode))?.permitted;
    let lacking = of_file & !process.capabilities.bounding;
    let message = format!("the helper's file has capabilities in effect that the bounding set lacks: {lacking:#x}");
    let remedy = Remedy::advice(
        "whoever gave the file so much may have meant it",
        "Give the helper's file cap_net_admin=ep and no more, which is all that it needs.",
    );
    let finding = Finding::fail("capability-bounding-set", message);
    let finding = finding.so("the kernel would not start it, and QEMU prints a bare \"bridge helper failed\"");
    Some(Finding { evidence: evidence(process), ..finding.mend(remedy) })
}

/// The socket that interfaces are set with is no privilege, but it is refused in the same places.
fn no_socket(errno: Errno) -> Finding {
    let message = format!("this process may make no Internet socket: {}", errno.text());
    let remedy = Remedy::advice(
        STARTED_SO,
        "Start QEMU where nothing forbids it: systemd's RestrictAddressFamilies= (AF_INET is needed) or \
         SystemCallFilter=, a container's seccomp profile, a security module.",
    );
    let line = format!("it would stop with \"failed to open control socket: {}\"", errno.text());
    Finding::fail("socket-refused", message).so(line).seen("errno", errno).mend(remedy)
}

/// The first call that a filter refuses to the helper, beside that for a socket, which has a finding of its own.
fn refused_call(case: &Case<'_>, process: &Process) -> Option<Finding> {
    let matters = |refused: &&RefusedCall| match refused.call {
        Call::DropPrivileges => drops(case),
        Call::MakeSocket => refused.errno.is_none(),
        _ => true,
    };
    let refused = process.refused_calls.iter().find(matters)?;
    let (step, line) = match refused.call {
        Call::DropPrivileges => ("become the calling user", "failed to drop privileges"),
        Call::MakeSocket => ("make an Internet socket", "failed to open control socket"),
        Call::CreateTap => ("make a tap", "failed to create tun device"),
        Call::GetMtu => ("ask for an MTU", "failed to get mtu of bridge …"),
        Call::SetMtu => ("set an MTU", "failed to set mtu of device …"),
        Call::GetAddress => ("ask for a hardware address", "failed to get MAC address of device …"),
        Call::SetAddress => ("set a hardware address", "failed to set MAC address of device …"),
        Call::AddPort => ("put an interface on a bridge", "failed to add interface …"),
        Call::GetFlags => ("ask whether an interface is up", "failed to get interface flags for …"),
        Call::SetFlags => ("set an interface up", "failed to bring up interface …"),
        Call::SendDescriptor => ("send a descriptor", "failed to write fd to unix socket"),
    };
    let (how, consequence) = match (refused.errno, refused.call) {
        (None, _) => (
            "whoever tries is killed".to_owned(),
            "a signal would end it, and QEMU prints a bare \"bridge helper failed\"".to_owned(),
        ),
        (Some(errno), Call::DropPrivileges) => (errno.text(), format!("it would stop with \"{line}\"")),
        (Some(errno), _) => (errno.text(), format!("it would stop with \"{line}: {}\"", errno.text())),
    };
    let remedy = Remedy::advice(
        "the process was started so, and no change of the host takes that back",
        "Start QEMU where no seccomp filter forbids it: systemd's SystemCallFilter= and what else of a unit implies one, a \
         container's seccomp profile, a sandbox around the program.",
    );
    let message = format!("a seccomp filter keeps this process from calls that the helper makes to {step}: {how}");
    let finding = Finding::fail("call-refused", message).so(consequence).mend(remedy);
    Some(Finding { evidence: evidence(process), ..finding })
}

/// Whether the helper, once its file is as it should be, is root before it becomes the calling user.
fn drops(case: &Case<'_>) -> bool {
    match started(case) {
        Launch::Started(credentials) if credentials.has_net_admin() => false,
        Launch::Stopped(Refusal::CannotDrop(_) | Refusal::Forbidden(_)) => true,
        _ => !helper_privilege::needs_none(case) && !by_capability(case) && becomes_caller(case),
    }
}

/// Whether this build of the helper reads its files as the calling user.
fn becomes_caller(case: &Case<'_>) -> bool {
    let binary = case.snapshot.helper.binary.known();
    binary.is_none_or(|binary| binary.drops_privileges || !binary.is_helper)
}

/// `SECBIT_NOROOT`: root is a user like any other. `SECBIT_KEEP_CAPS_LOCKED`: whoever stops being root has nothing left.
fn secure_bits(case: &Case<'_>, process: &Process) -> Option<Finding> {
    let bits = process.securebits.known().copied().unwrap_or(0);
    let rootless = bits & SECBIT_NOROOT != 0;
    let locked = !rootless && bits & SECBIT_KEEP_CAPS_LOCKED != 0 && drops(case);
    let brought_along = by_capability(case) || process.capabilities.ambient & CAP_NET_ADMIN != 0;
    if !(locked || rootless && !brought_along) {
        return None;
    }
    let (message, setting) = match rootless {
        true => ("the process's securebits have NOROOT: root gains no capability", "SecureBits=noroot"),
        false => (
            "the process's securebits have KEEP_CAPS_LOCKED: no capability outlives a change of user",
            "SecureBits=keep-caps-locked",
        ),
    };
    let consequence = if helper_privilege::needs_none(case) { helper_privilege::REFUSAL } else { NOT_DROPPED };
    let remedy = Remedy::advice(
        STARTED_SO,
        format!(
            "Start QEMU elsewhere, or give the helper's file cap_net_admin=ep in place of the setuid bit. systemd sets \
             them by {setting}."
        ),
    );
    let finding = Finding::fail("secure-bits", message);
    Some(Finding { evidence: evidence(process), ..finding.so(consequence).mend(remedy) })
}

fn started(case: &Case<'_>) -> Launch {
    launch(&case.snapshot.subject, &case.snapshot.process, &case.snapshot.helper)
}

fn user_namespace(case: &Case<'_>, process: &Process) -> Finding {
    let message = if helper_privilege::needs_none(case) {
        "root of this user namespace has no power over the network namespace, which belongs to another"
    } else {
        "in this user namespace the helper cannot gain power over the network namespace"
    };
    let remedy = Remedy::advice(
        STARTED_SO,
        "Start QEMU outside of the user namespace (rootless container, unshare -U), or give the namespace a network of \
         its own: with `unshare -Urn` the plain helper works on a bridge made inside.",
    );
    let finding = Finding::fail("user-namespace", message).so(helper_privilege::REFUSAL).mend(remedy);
    Finding { evidence: evidence(process), ..finding }
}

fn evidence(process: &Process) -> Vec<Evidence> {
    let namespace = if process.user_namespace.initial { "the initial one" } else { "not the initial one" };
    let mut evidence = vec![
        Evidence::new("NoNewPrivs", u8::from(process.no_new_privs)),
        Evidence::new("bounding set", format!("{:016x}", process.capabilities.bounding)),
        Evidence::new("user namespace", namespace),
    ];
    if process.seccomp != 0 {
        evidence.push(Evidence::new("seccomp", "a filter, and nobody can see what it forbids"));
    }
    if let Some(pid) = process.pid {
        evidence.insert(0, Evidence::new("process", pid));
    }
    evidence
}
