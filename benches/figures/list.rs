//! The figures of the design: what is measured, against what, and what it may be.

/// One figure.
pub(crate) struct Listed {
    /// Its name in the bench.
    pub(crate) id: &'static str,
    /// What is measured.
    pub(crate) what: &'static str,
    /// Beside what it runs.
    pub(crate) against: &'static str,
    /// What it may be at most.
    pub(crate) target: &'static str,
}

const fn listed(id: &'static str, what: &'static str, against: &'static str, target: &'static str) -> Listed {
    Listed { id, what, against, target }
}

/// Every figure, in the order of the table.
pub(crate) const FIGURES: [Listed; 12] = [
    listed("true", "`check` on a working host", "`/bin/true`", "3"),
    listed("validate", "`check` on a working host", "`virt-host-validate qemu`", "0.15"),
    listed("memory", "its peak memory", "", "8 MiB"),
    listed("ports", "`check` with 1,022 ports on the bridge, one of them the uplink", "`check` with none", "2"),
    listed("taps", "`check` with 1,023 taps on the bridge, and no uplink", "`check` with none", "2"),
    listed("interfaces", "`check` with 10,000 interfaces", "`check` with none", "2"),
    listed("acl", "`acl` on 1,000,001 rules", "`qemu-bridge-helper`", "1"),
    listed("attach", "`attach` with its frames", "two runs of `qemu-bridge-helper`", "+20 ms"),
    listed("explain-0", "`explain -f` on 1 GiB of log without known errors", "`rg --count -F -f TEXTS`", "1"),
    listed("explain-100", "`explain -f` on 1 GiB with 100 of them", "`rg --count -F -f TEXTS`", "1"),
    listed("explain-1000000", "`explain -f` on 1 GiB with 1,000,000", "`rg --count -F -f TEXTS`", "1"),
    listed("explain-memory", "the peak memory of these", "", "32 MiB"),
];
