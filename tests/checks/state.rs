//! States of a host, made from one recorded snapshot.

use std::fmt::Write as _;

use bridge_doctor::probe::{Case, Expect, Finding, Judgement, Level, PROBES, Target, read_acl};
use bridge_doctor::snapshot::{
    AclFile, Answer, Bridge, Bytes, Errno, Fact, FileCapabilities, Inode, Kind, Link, Network, Owned, Snapshot, Unknown,
};

/// The host that every case starts from.
const HEALTHY: &str = include_str!("healthy.json");

/// The mask of `cap_net_admin`.
pub(crate) const NET_ADMIN: u64 = 1 << 12;

/// `cap_net_admin=ep`.
pub(crate) const NET_ADMIN_EP: FileCapabilities =
    FileCapabilities { permitted: NET_ADMIN, inheritable: 0, effective: true, root_uid: 0 };

/// A host, the bridge in question, and what it is for.
pub(crate) struct State {
    pub(crate) host: Snapshot,
    pub(crate) bridge: String,
    pub(crate) expect: Option<Expect>,
}

impl State {
    pub(crate) fn healthy() -> Self {
        let host = serde_json::from_str(HEALTHY).expect("healthy.json is a snapshot");
        Self { host, bridge: "br0".to_owned(), expect: None }
    }

    /// The healthy host with one change.
    pub(crate) fn with(change: impl FnOnce(&mut Snapshot)) -> Self {
        let mut state = Self::healthy();
        change(&mut state.host);
        state
    }

    /// The same with one change, as a host of this distribution.
    pub(crate) fn on(id: &str, change: impl FnOnce(&mut Snapshot)) -> Self {
        Self::with(|host| {
            host.machine.os.id = id.to_owned();
            change(host);
        })
    }

    /// The healthy host, for which somebody else's rights left nothing to see.
    pub(crate) fn blind() -> Self {
        Self::with(|host| {
            host.process = unseen();
            host.helper.chain = unseen();
            host.helper.file = unseen();
            host.helper.executable = unseen();
            host.helper.binary = unseen();
            host.helper.owners.clear();
            let file = acl_file(host);
            file.readable.subject = unseen();
            file.inode = unseen();
            file.content = unseen();
            file.owners.clear();
            host.tun.inode = unseen();
            host.tun.opens.subject = unseen();
            host.tun.driver = unseen();
            host.network = unseen();
            host.firewall.bridge_nf_call_iptables = unseen();
            host.firewall.forward = unseen();
            host.libvirt.helper = unseen();
            host.libvirt.networks = unseen();
        })
    }

    pub(crate) fn asking_for(mut self, bridge: &str) -> Self {
        self.bridge = bridge.to_owned();
        self
    }

    pub(crate) fn expecting(mut self, expect: Expect) -> Self {
        self.expect = Some(expect);
        self
    }

    pub(crate) fn judge(&self, id: &str) -> Judgement {
        let probe = PROBES.iter().find(|probe| probe.id == id).expect("the check exists");
        let target = Target { bridges: vec![self.bridge.clone()], why: "--bridge" };
        let acl = read_acl(&self.host);
        (probe.judge)(&Case {
            snapshot: &self.host,
            acl: &acl,
            bridge: &self.bridge,
            target: &target,
            expect: self.expect,
            prediction: None,
        })
    }

    /// Everything that any check finds.
    pub(crate) fn findings(&self) -> Vec<(&'static str, Finding)> {
        PROBES
            .iter()
            .flat_map(|probe| match self.judge(probe.id) {
                Judgement::Found(findings) => findings.into_iter().map(|finding| (probe.id, finding)).collect(),
                _ => Vec::new(),
            })
            .collect()
    }
}

/// Asserts what all the checks find, no more and no less, and gives it as a person would want to read it.
pub(crate) fn finds(state: &State, expected: &[(&str, Level, &str)]) -> String {
    let findings = state.findings();
    let found: Vec<(&str, Level, &str)> =
        findings.iter().map(|(check, finding)| (*check, finding.level, finding.cause)).collect();
    let text: String = findings.iter().map(|(check, finding)| written(&state.host, check, finding)).collect();
    assert_eq!(found, expected, "\n{text}");
    text
}

fn written(host: &Snapshot, check: &str, finding: &Finding) -> String {
    let mut text = String::new();
    let level = if finding.level == Level::Fail { "fail" } else { "warn" };
    let _ = writeln!(text, "{level} {check} ({}): {}", finding.cause, finding.message);
    if let Some(consequence) = &finding.consequence {
        let _ = writeln!(text, "  so {consequence}");
    }
    for evidence in &finding.evidence {
        let _ = writeln!(text, "  seen {}: {}", evidence.fact, evidence.value);
    }
    for remark in &finding.diagnostics {
        let _ = writeln!(text, "  line {}:{} [{}]", remark.line, remark.column, remark.code);
    }
    if let Some(remedy) = &finding.remedy {
        let how = if remedy.is_automatic() { "run" } else { "by hand" };
        for command in remedy.commands(host) {
            let _ = writeln!(text, "  {how}: {command}");
        }
        if let Some(why) = &remedy.why {
            let _ = writeln!(text, "  by hand because {why}");
        }
        if let Some(note) = &remedy.note {
            let _ = writeln!(text, "  note: {note}");
        }
    }
    text
}

/// What the recorded host has, to be changed.
pub(crate) fn known<T>(fact: &mut Fact<T>) -> &mut T {
    match fact {
        Fact::Known(value) => value,
        Fact::Unknown(_) | Fact::NeedsLiveHost => panic!("the recorded host has it"),
    }
}

pub(crate) fn unseen<T>() -> Fact<T> {
    Fact::Unknown(Unknown { because: "only root may look".to_owned(), command: None })
}

pub(crate) fn no(errno: Errno) -> Fact<Answer> {
    Fact::Known(Answer::No(errno))
}

pub(crate) fn acl_file(host: &mut Snapshot) -> &mut AclFile {
    &mut host.acl.files[0]
}

/// Writes the ACL.
pub(crate) fn acl(text: &str) -> State {
    State::with(|host| acl_file(host).content = bytes(text))
}

pub(crate) fn bytes(text: &str) -> Fact<Bytes> {
    Fact::Known(Bytes(text.as_bytes().to_vec()))
}

/// An ACL and a file that it includes; both open.
pub(crate) fn including(text: &str, path: &str, more: &str) -> State {
    State::with(|host| {
        acl_file(host).content = bytes(text);
        included(host, path, more);
    })
}

/// An ACL of root's, whose mode and group keep the user from reading it.
pub(crate) fn closed_to_user(mode: u32, gid: u32) -> State {
    State::with(|host| {
        let file = acl_file(host);
        file.readable.subject = no(Errno::EACCES);
        inode(&mut file.inode).mode = mode;
        inode(&mut file.inode).gid = gid;
    })
}

/// An included file that opens.
pub(crate) fn included(host: &mut Snapshot, path: &str, text: &str) {
    let mut file = host.acl.files[0].clone();
    file.path = path.into();
    file.content = bytes(text);
    for owned in file.owners.iter_mut().filter(|owned| !owned.directory) {
        owned.path = path.into();
    }
    host.acl.files.push(file);
}

/// Takes the file away.
pub(crate) fn absent(file: &mut AclFile) {
    file.readable.subject = no(Errno::ENOENT);
    file.inode = Fact::Known(Err(Errno::ENOENT));
    file.content = unseen();
    file.owners.clear();
}

pub(crate) fn inode(fact: &mut Fact<Result<Inode, Errno>>) -> &mut Inode {
    known(fact).as_mut().expect("the recorded host has it")
}

pub(crate) fn kind(fact: &mut Fact<Result<Inode, Errno>>, kind: Kind) {
    inode(fact).kind = kind;
}

pub(crate) fn network(host: &mut Snapshot) -> &mut Network {
    known(&mut host.network)
}

pub(crate) fn link<'a>(host: &'a mut Snapshot, name: &str) -> &'a mut Link {
    network(host).links.iter_mut().find(|link| link.name == name).expect("the recorded host has it")
}

pub(crate) fn bridge(host: &mut Snapshot) -> &mut Bridge {
    link(host, "br0").bridge.as_mut().expect("the recorded bridge has settings")
}

/// Gives the bridge another port in place of the recorded uplink.
pub(crate) fn only_port(host: &mut Snapshot, name: &str, kind: &str) {
    detach(host);
    let mut port = link(host, "enp3s0").clone();
    port.index = 9;
    port.name = name.to_owned();
    port.altnames.clear();
    port.kind = Some(kind.to_owned());
    port.master = Some(3);
    network(host).links.push(port);
}

/// Takes the uplink off the bridge.
pub(crate) fn detach(host: &mut Snapshot) {
    let uplink = link(host, "enp3s0");
    uplink.master = None;
    uplink.port = None;
    bridge(host).ports = 0;
}

pub(crate) fn owned<'a>(host: &'a mut Snapshot, path: &str) -> &'a mut Owned {
    acl_file(host)
        .owners
        .iter_mut()
        .find(|owned| owned.path == std::path::Path::new(path))
        .expect("the recorded host has it")
}
