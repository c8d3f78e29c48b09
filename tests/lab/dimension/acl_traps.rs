//! The ACL as text: what its grammar makes of lines that look right.

use super::{Made, Realise, Value};
use crate::sandbox::files::{self, acl};
use crate::sandbox::place::{ACL, ACL_DIRECTORY};

/// Every value.
pub(super) fn values() -> Vec<Value> {
    [understood(), denied(), refused()].concat()
}

fn understood() -> Vec<Value> {
    vec![
        good("allow-all", |_| acl("allow all\n")),
        good("tab-separated", |name| acl(format!("allow\t{name}\n"))),
        good("leading-blanks", |name| acl(format!(" \t\r\u{c}allow {name}\n"))),
        good("carriage-returns", |name| acl(format!("# made elsewhere\r\nallow {name}\r\n"))),
        good("trailing-blanks", |name| acl(format!("allow {name} \t \n"))),
        good("no-final-newline", |name| acl(format!("allow {name}"))),
        good("comments-and-blank-lines", |name| acl(format!("# a comment\n\n   \n#allow virbr0\nallow {name}\n"))),
        good("nul-ends-the-line", |name| acl(format!("allow {name}\0 # junk\n"))),
        good("long-comment", |name| acl(format!("#{}\nallow {name}\n", "x".repeat(4_094)))),
        good("comment-that-continues-as-a-rule", |name| acl(format!("#{}allow {name}\n", "x".repeat(4_094)))),
        good("duplicate-rule", |name| acl(format!("allow {name}\nallow {name}\nallow virbr0\n"))),
        good("deny-for-another", |name| acl(format!("allow {name}\ndeny virbr9\n"))),
    ]
}

fn denied() -> Vec<Value> {
    vec![
        denial("empty", |_| acl("")),
        denial("only-comments", |name| acl(format!("# allow {name}\n"))),
        denial("another-bridge", |_| acl("allow virbr7\n")),
        denial("deny-before", |name| acl(format!("deny {name}\nallow {name}\n"))),
        denial("deny-after", |name| acl(format!("allow {name}\ndeny {name}\n"))),
        denial("deny-all", |name| acl(format!("allow {name}\ndeny all\n"))),
        denial("short-trailing-comment", |_| acl("allow br0 # lan\n")),
        denial("quotes", |_| acl("allow \"br0\"\n")),
        denial("glob", |_| acl("allow br*\n")),
        denial("two-names", |_| acl("allow br0 br1\n")),
        denial("equals-sign-with-blanks", |_| acl("allow = br0\n")),
        denial("comma", |_| acl("allow br0,br1\n")),
        denial("other-case", |_| acl("allow Br0\n")),
        denial("all-in-capitals", |_| acl("allow ALL\n")),
        denial("two-blanks", |_| acl("allow  \u{b}br0\n")),
        denial("empty-name", |_| acl("allow \n")),
        denial("not-utf-8", |_| acl(b"allow br\xff\n")),
        denial("control-characters", |_| acl("allow \u{1b}[31mbr0\n")),
        denial("nul-hides-the-line", |name| acl(format!("\0allow {name}\n"))),
        denial("nul-ends-the-name", |_| acl("allow b\0r0\n")),
        denial("null-device", |_| {
            files::directory(ACL_DIRECTORY, 0o755)?;
            files::link("/dev/null", ACL)
        }),
        denial("directory", |_| files::directory(ACL, 0o755)),
    ]
}

fn refused() -> Vec<Value> {
    vec![
        broken("long-trailing-comment", |name| acl(format!("allow {name} # the network of the house\n"))),
        broken("tab-and-later-blank", |name| acl(format!("allow\t{name} x\n"))),
        broken("tab-and-trailing-comment", |name| acl(format!("allow\t{name} # lan\n"))),
        broken("keyword-only", |name| acl(format!("allow {name}\nallow\n"))),
        broken("equals-sign", |_| acl("allow=br0\n")),
        broken("colon", |name| acl(format!("allow: {name}\n"))),
        broken("upper-case", |name| acl(format!("ALLOW {name}\n"))),
        broken("byte-order-mark", |name| acl(format!("\u{feff}allow {name}\n"))),
        broken("vertical-tab", |name| acl(format!("\u{b}allow {name}\n"))),
        broken("no-break-space", |name| acl(format!("\u{a0}allow {name}\n"))),
        broken("no-break-space-between", |name| acl(format!("allow\u{a0}{name}\n"))),
        broken("misspelt", |name| acl(format!("alow {name}\n"))),
        broken("yaml", |_| acl("allow:\n  - br0\n")),
        broken("section", |name| acl(format!("[bridges]\nallow {name}\n"))),
        broken("semicolon-comment", |name| acl(format!("; a comment\nallow {name}\n"))),
        broken("only-a-name", |_| acl("br0\n")),
        broken("name-of-sixteen", |name| acl(format!("allow {name}\nallow sixteen-chars-xy\n"))),
        broken("error-after-a-deny", |name| acl(format!("deny {name}\nfrobnicate {name}\n"))),
        broken("long-line", |name| acl(format!("#{}\nallow {name}\n", "x".repeat(5_000)))),
        broken("long-line-of-blanks", |name| acl(format!("{}allow {name}\n", " ".repeat(4_093)))),
        broken("utf-16", |_| acl(b"\xff\xfea\0l\0l\0o\0w\0 \0b\0r\x000\0\n\0")),
    ]
}

fn good(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::good(name, Realise::Acl(make))
}

fn denial(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::fault(name, Realise::Acl(make), "acl-allows", "acl-denied")
}

fn broken(name: &'static str, make: fn(&str) -> Made) -> Value {
    Value::fault(name, Realise::Acl(make), "acl-syntax", "acl-syntax")
}
