//! Reports made by hand, as the engine makes them.

use bridge_doctor::helper::{Outcome, Prediction};
use bridge_doctor::report::{
    Check, CheckStatus, EvidenceEntry, FixEntry, Host, Report, SCHEMA, Status, SubjectEntry, Summary, TargetEntry, Tool,
};

/// Every check in the helper's order, all passing, for these bridges.
pub(crate) fn healthy(bridges: &[&str]) -> Report {
    const OF_THE_HOST: [&str; 13] = [
        "helper-path",
        "helper-symlink",
        "helper-executable",
        "helper-setuid",
        "helper-mount",
        "helper-tamper",
        "privilege-gain",
        "acl-file",
        "acl-syntax",
        "acl-include",
        "acl-exposure",
        "tun-device",
        "libvirt-helper",
    ];
    const OF_A_BRIDGE: [&str; 6] =
        ["acl-allows", "bridge-exists", "bridge-capacity", "bridge-up", "bridge-uplink", "bridge-forwarding"];
    let mut checks: Vec<Check> = OF_THE_HOST.map(|id| check(id, CheckStatus::Pass, "as it should be")).into();
    for bridge in bridges {
        checks.extend(OF_A_BRIDGE.map(|id| Check {
            bridge: Some((*bridge).to_owned()),
            evidence: if id == "bridge-uplink" { evidence(&[("uplink", "enp3s0")]) } else { vec![] },
            ..check(id, CheckStatus::Pass, "as it should be")
        }));
    }
    Report {
        schema: SCHEMA,
        tool: Tool { name: "bridge-doctor", version: "0.1.0" },
        host: Host {
            os: "debian".to_owned(),
            os_version: Some("12".to_owned()),
            kernel: Some("6.1.0".to_owned()),
            root: "/".to_owned(),
            container: None,
        },
        subject: SubjectEntry {
            user: "alice".to_owned(),
            uid: 1000,
            gid: 1000,
            groups: vec![1000, 36],
            how: "current user".to_owned(),
        },
        target: TargetEntry {
            helper: "/usr/lib/qemu/qemu-bridge-helper".to_owned(),
            acl: "/etc/qemu/bridge.conf".to_owned(),
            bridges: bridges.iter().map(|&bridge| bridge.to_owned()).collect(),
            why: "--bridge",
        },
        status: Status::Pass,
        checks,
        predictions: bridges.iter().map(|bridge| attached(bridge)).collect(),
        attach: None,
        root_causes: vec![],
        summary: Summary::default(),
    }
    .counted()
}

/// A helper that was never made privileged; two checks wait for it.
pub(crate) fn not_setuid() -> Report {
    let mut report = healthy(&["br0"]).with(setuid_fails());
    for id in ["helper-mount", "helper-tamper"] {
        report = report.with(Check { blocked_by: Some("helper-not-setuid"), ..check(id, CheckStatus::Blocked, "") });
    }
    report.root_causes = vec!["helper-not-setuid"];
    report.predictions = vec![Prediction {
        outcome: Outcome::Refused,
        exit_code: Some(1),
        stderr: Some("failed to create tun device: Operation not permitted".to_owned()),
        cause: Some("helper-not-setuid"),
        ..attached("br0")
    }];
    report
}

/// The failure of the design's own example.
pub(crate) fn setuid_fails() -> Check {
    Check {
        cause: Some("helper-not-setuid"),
        consequence: Some("it would stop with \"failed to create tun device: Operation not permitted\"".to_owned()),
        evidence: evidence(&[("mode", "0755 root:root"), ("file capabilities", "none")]),
        fix: Some(FixEntry {
            commands: vec![
                "sudo dpkg-statoverride --update --add root root 4755 /usr/lib/qemu/qemu-bridge-helper".to_owned(),
            ],
            automatic: true,
            ..FixEntry::default()
        }),
        ..check(
            "helper-setuid",
            CheckStatus::Fail,
            "/usr/lib/qemu/qemu-bridge-helper is not privileged: mode 0755 root:root, no file capability",
        )
    }
}

/// A check without details.
pub(crate) fn check(id: &'static str, status: CheckStatus, message: &str) -> Check {
    Check {
        id,
        title: "what should hold",
        status,
        bridge: None,
        cause: None,
        message: message.to_owned(),
        consequence: None,
        evidence: vec![],
        blocked_by: None,
        fix: None,
        remedy: None,
        diagnostics: vec![],
    }
}

pub(crate) fn evidence(facts: &[(&'static str, &str)]) -> Vec<EvidenceEntry> {
    facts.iter().map(|&(fact, value)| EvidenceEntry { fact, value: value.to_owned() }).collect()
}

fn attached(bridge: &str) -> Prediction {
    Prediction {
        bridge: bridge.to_owned(),
        outcome: Outcome::Attached,
        exit_code: Some(0),
        stderr: None,
        errno: None,
        cause: None,
        judged_by: &[],
    }
}

/// Changes to a report that keep it whole.
pub(crate) trait Edit {
    /// The report with this check in the place of the one with the same id and bridge.
    fn with(self, check: Check) -> Self;
    /// The report with its status and summary counted anew.
    fn counted(self) -> Self;
}

impl Edit for Report {
    fn with(mut self, check: Check) -> Self {
        match self.checks.iter_mut().find(|old| old.id == check.id && old.bridge == check.bridge) {
            Some(old) => *old = check,
            None => self.checks.push(check),
        }
        self.counted()
    }

    fn counted(mut self) -> Self {
        self.summary = Summary::of(&self.checks);
        self.status = Status::of(&self.checks, false);
        self
    }
}
