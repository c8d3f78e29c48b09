//! `--watch`: a line for each change of state.

use serde_json::Value;

use crate::doctor::Doctor;
use crate::place::run;

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("a bridge comes, rises and goes", bridge),
    ("changes as json lines", json),
    ("a crowd of changes costs few lines", crowd),
    ("several users at once", users),
];

/// The line without its time, which is of the right shape.
#[track_caller]
fn timeless(line: &str) -> String {
    let (time, rest) = line.split_once(' ').unwrap_or_else(|| panic!("no time: {line}"));
    humantime::parse_rfc3339(time).unwrap_or_else(|error| panic!("{error}: {line}"));
    rest.to_owned()
}

fn bridge() {
    let mut doctor = Doctor::check(&["--watch", "--bridge", "br0", "--only", "bridge-exists,bridge-up"]);
    assert_eq!(timeless(&doctor.line()), "[fail] nobody on br0: bridge-missing");
    run("ip link add br0 type bridge");
    assert_eq!(timeless(&doctor.line()), "[fail] bridge-exists on br0: cleared (was fail bridge-missing)");
    assert_eq!(timeless(&doctor.line()), "[fail] bridge-up on br0: fail bridge-down: `br0` is down");
    run("ip link set br0 up");
    assert_eq!(timeless(&doctor.line()), "[pass] bridge-up on br0: cleared (was fail bridge-down)");
    run("ip link set br0 down");
    assert_eq!(timeless(&doctor.line()), "[fail] bridge-up on br0: fail bridge-down: `br0` is down");
    run("ip link del br0");
    let line = timeless(&doctor.line());
    assert!(line.starts_with("[fail] bridge-exists on br0: fail bridge-missing: "), "{line}");
    assert_eq!(timeless(&doctor.line()), "[fail] bridge-up on br0: waits for bridge-missing (was fail bridge-down)");
    doctor.signal(nix::sys::signal::Signal::SIGINT);
    assert_eq!(doctor.end(), (Some(1), String::new(), String::new()));
}

fn json() {
    let options = ["--watch", "--format", "json", "--bridge", "br0", "--only", "acl-file,acl-allows"];
    let mut doctor = Doctor::check(&options);
    let schema = std::process::Command::new(env!("CARGO_BIN_EXE_bridge-doctor")).args(["schema", "change"]).output();
    let schema: Value = serde_json::from_slice(&schema.expect("it starts").stdout).expect("a schema");
    let mut next = || {
        let change: Value = serde_json::from_str(&doctor.line()).expect("a document a line");
        jsonschema::validate(&schema, &change).unwrap_or_else(|error| panic!("{error}: {change}"));
        change
    };
    let first = next();
    assert_eq!((&first["check"], &first["was"], &first["status"]), (&Value::Null, &Value::Null, &"fail".into()));
    assert_eq!(first["root_causes"], serde_json::json!(["acl-missing"]));
    run("echo allow br9 > /mnt/acl; mv /mnt/acl /etc/qemu/bridge.conf");
    let cleared = next();
    assert_eq!(cleared["check"], "acl-file");
    assert_eq!((&cleared["was"]["cause"], &cleared["now"]["status"]), (&"acl-missing".into(), &"pass".into()));
    let denied = next();
    assert_eq!(
        (&denied["check"], &denied["bridge"], &denied["was"]),
        (&"acl-allows".into(), &"br0".into(), &Value::Null)
    );
    assert_eq!(denied["now"]["cause"], "acl-denied");
    doctor.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(doctor.end().0, Some(1));
}

fn crowd() {
    let mut doctor = Doctor::check(&["--watch", "--bridge", "br0", "--only", "bridge-exists"]);
    doctor.line();
    doctor.until_it_waits();
    run("{ i=0; while [ $i -lt 300 ]; do echo link add d$i type veth peer name p$i; i=$((i+1)); done
           echo link add br0 type bridge; } | ip -batch -");
    assert!(doctor.line().ends_with("cleared (was fail bridge-missing)"));
    doctor.signal(nix::sys::signal::Signal::SIGINT);
    let (code, out, _) = doctor.end();
    assert_eq!((code, out.as_str()), (Some(0), ""), "what the answer does not depend on is no change of it");
}

fn users() {
    run("echo allow br0 > /etc/qemu/bridge.conf; chmod 640 /etc/qemu/bridge.conf");
    let options = |user: &'static str| {
        ["--user", user, "--helper", "/mnt/helper", "--bridge", "br0", "--only", "acl-file", "--watch"]
    };
    let (mut root, mut other) = (Doctor::start(&options("root")), Doctor::start(&options("54321")));
    assert_eq!(timeless(&root.line()), "[pass] root on br0");
    assert!(timeless(&other.line()).starts_with("[fail] 54321 on br0: acl-unreadable"));
    run("chmod 644 /etc/qemu/bridge.conf");
    assert!(other.line().contains("cleared (was fail acl-unreadable)"));
    for doctor in [root, other] {
        doctor.signal(nix::sys::signal::Signal::SIGHUP);
        assert_eq!(doctor.end(), (Some(0), String::new(), String::new()));
    }
}
