//! A broad set of reports: as the engine makes them, and with every cause of the catalogue.

use core::time::Duration;

use bridge_doctor::catalogue;
use bridge_doctor::engine::{self, Options};
use bridge_doctor::probe::Expect;
use bridge_doctor::report::text::Charset;
use bridge_doctor::report::{Check, CheckStatus, EvidenceEntry, FixEntry, Report, Run, Status, Summary};
use bridge_doctor::snapshot::{Bytes, Fact, Snapshot};

/// A report with the circumstances in which it was made.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) report: Report,
    pub(crate) run: Run,
}

/// Names that mean something to a terminal, to XML, to TAP, to a plugin, to a workflow, to Markdown.
pub(crate) const HOSTILE: [&str; 19] = [
    "br\x1b[2J0",
    "br0\u{202e}1rb",
    "a|b",
    "a # SKIP all",
    "a\\# TODO \\",
    "::error title=x::y",
    "x%0A::error::y",
    "a,b:c",
    "`code``",
    "` `",
    "<script>&amp;</script>",
    "]]>",
    "{\"x\"}\\",
    "line\nbreak\rhere",
    "@alice #1 [x](y)",
    "| pass | `helper-path` |",
    "#TODO",
    "\u{ffff}br0",
    "a\\|b",
];

pub(crate) fn run() -> Run {
    Run {
        made_at: Duration::from_millis(1_763_000_000_250),
        took: Duration::from_micros(4_500),
        strict: false,
        expecting: false,
        partial: false,
        charset: Charset::Unicode,
    }
}

pub(crate) fn healthy() -> Snapshot {
    serde_json::from_str(include_str!("../checks/healthy.json")).expect("healthy.json is a snapshot")
}

pub(crate) fn judge(snapshot: &Snapshot, bridges: &[&str], expect: Option<Expect>) -> Report {
    let bridges = bridges.iter().map(|&bridge| bridge.to_owned()).collect();
    engine::judge(snapshot, &Options { bridges, expect, ..Options::default() })
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut add = |name: &str, report: Report| {
        samples.push(Sample { name: name.to_owned(), report: report.clone(), run: run() });
        samples.push(Sample { name: format!("{name}, strictly"), report, run: Run { strict: true, ..run() } });
    };
    add("healthy", judge(&healthy(), &["br0"], None));
    add("no bridge at all", Report { checks: Vec::new(), ..judge(&healthy(), &["br0"], None) });
    add("several bridges", judge(&healthy(), &["br0", "br1", "enp3s0", "a-name-that-is-too-long"], None));
    add("hostile names", judge(&healthy(), &HOSTILE, None));
    add(
        "several findings of one check",
        judge(&acl("alow br0\nallow  br1\ninclude /no/where\n\x1b[2J\n"), &["br0", "br1"], None),
    );
    add("two causes of one check", two_causes());
    add("unseen", judge(&blind(), &["br0"], None));
    for page in catalogue::pages() {
        for cause in page.causes {
            for status in [CheckStatus::Fail, CheckStatus::Warn] {
                add(cause.id, with(page.id, Some(cause.id), status));
            }
        }
        for status in [CheckStatus::Unknown, CheckStatus::Blocked, CheckStatus::NotApplicable] {
            add(page.id, with(page.id, None, status));
        }
    }
    let expecting = Run { expecting: true, ..run() };
    let report = judge(&blind(), &["br0"], Some(Expect::Bridged));
    samples.push(Sample { name: "unseen where all matters".to_owned(), report, run: expecting });
    samples
}

pub(crate) fn acl(text: &str) -> Snapshot {
    let mut snapshot = healthy();
    snapshot.acl.files[0].content = Fact::Known(Bytes(text.as_bytes().to_vec()));
    snapshot
}

pub(crate) fn blind() -> Snapshot {
    let mut snapshot = healthy();
    snapshot.tun.inode = Fact::unknown("/dev is closed");
    snapshot.tun.opens.subject = Fact::unknown("/dev is closed");
    snapshot.tun.driver = Fact::unknown_but("/proc is | not mounted", "ls /proc | head");
    snapshot.firewall.forward = Fact::unknown_but("only root may", "sudo iptables -S FORWARD");
    snapshot.firewall.bridge_nf_call_iptables = Fact::unknown("only root may");
    snapshot
}

/// A check that warns of one thing and fails for another.
pub(crate) fn two_causes() -> Report {
    let mut report = with("helper-setuid", Some("helper-not-setuid"), CheckStatus::Warn);
    let at = report.checks.iter().position(|check| check.id == "helper-setuid").expect("it is there");
    let worse = Check { cause: Some("helper-owner-not-root"), status: CheckStatus::Fail, ..report.checks[at].clone() };
    report.checks.insert(at + 1, worse);
    settled(report)
}

/// The healthy host with one check that ends so, and a text that is hard to write.
fn with(id: &'static str, cause: Option<&'static str>, status: CheckStatus) -> Report {
    let mut report = judge(&healthy(), &["br0"], None);
    let at = report.checks.iter().position(|check| check.id == id);
    let check = Check {
        id,
        title: "it is as it should be",
        status,
        bridge: at.and_then(|at| report.checks[at].bridge.clone()),
        cause,
        message: "it | is `not` <as> it # should: be,\n\x1b[31m100% \\ @all".to_owned(),
        consequence: Some("it \"stops\" | there".to_owned()),
        evidence: vec![EvidenceEntry { fact: "mode", value: "`0755` | <root>".to_owned() }],
        blocked_by: (status == CheckStatus::Blocked).then_some("helper-missing"),
        fix: Some(FixEntry {
            commands: vec!["echo 'a' | tee b\n``` ls".to_owned()],
            automatic: false,
            note: Some("two\nlines".to_owned()),
            why: Some("it | `is` <theirs>".to_owned()),
            by_program: None,
        }),
        remedy: None,
        diagnostics: Vec::new(),
    };
    match at {
        Some(at) => report.checks[at] = check,
        None => report.checks.push(check),
    }
    settled(report)
}

/// Counts anew, after a check was replaced by hand.
fn settled(mut report: Report) -> Report {
    report.summary = Summary::of(&report.checks);
    report.status = Status::of(&report.checks, false);
    let fails = report.checks.iter().filter(|check| check.status == CheckStatus::Fail);
    report.root_causes = fails.filter_map(|check| check.cause).collect();
    report
}
