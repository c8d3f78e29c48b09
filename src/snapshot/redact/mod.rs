//! A snapshot that can be shown to strangers: `collect --redact`.
//!
//! Every text of the snapshot is searched, wherever it stands: a user's name is in paths, in group names, in reasons.
//! The same secret gets the same token throughout, and a token is as long as the name it replaces, since the helper
//! counts bytes. So the checks find the same in the redacted snapshot.

mod address;
mod name;

use std::collections::HashSet;

use schemars::schema_for;
use serde_json::Value;

use super::Snapshot;
use super::bytes::{from_hex, to_hex};
use address::Addresses;
use name::Names;

/// Members whose text is the tool's, the distribution's or the kernel's own, and never tells who somebody is.
const IMPERSONAL: &[&str] = &["schema", "collected_by", "os", "kernel", "container", "kind", "how", "network_managers"];

/// The snapshot without host name, user name, home directory, hardware addresses and public IP addresses.
///
/// # Errors
///
/// When the redacted text is no snapshot any more, which would be an error of this module.
pub fn redact(snapshot: &Snapshot) -> serde_json::Result<Snapshot> {
    let mut value = serde_json::to_value(snapshot)?;
    let words = vocabulary();
    let mut secrets = Secrets { names: Names::of(snapshot), addresses: Addresses::default() };
    // Hardware addresses first: interface names repeat them without colons.
    each_text(&mut value, &mut |text| secrets.addresses.learn(text));
    each_text(&mut value, &mut |text| {
        if !words.contains(text) {
            *text = secrets.replace(text);
        }
    });
    secrets.names.replace_members(&mut value);
    serde_json::from_value(value)
}

/// The words that the snapshot's own types write, such as `yes`: a user may be called that.
fn vocabulary() -> HashSet<String> {
    let mut words = HashSet::new();
    gather(schema_for!(Snapshot).as_value(), &mut words);
    words
}

fn gather(schema: &Value, words: &mut HashSet<String>) {
    let mut add = |word: &Value| words.extend(word.as_str().map(str::to_owned));
    match schema {
        Value::Object(members) => {
            members.get("const").into_iter().for_each(&mut add);
            members.get("enum").and_then(Value::as_array).into_iter().flatten().for_each(&mut add);
            members.values().for_each(|member| gather(member, words));
        }
        Value::Array(members) => members.iter().for_each(|member| gather(member, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

struct Secrets {
    names: Names,
    addresses: Addresses,
}

impl Secrets {
    fn replace(&mut self, text: &str) -> String {
        let text = self.addresses.replace(text);
        self.names.replace(&text)
    }
}

/// Visits every text that may hold a secret; bytes that are not UTF-8 are shown as far as they can be.
fn each_text(value: &mut Value, visit: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, visit)),
        Value::Object(members) => {
            for (key, value) in members.iter_mut().filter(|(key, _)| !IMPERSONAL.contains(&key.as_str())) {
                match value {
                    Value::String(digits) if key == "hex" => each_byte_as_text(digits, visit),
                    value => each_text(value, visit),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Hexadecimal digits, seen as one character a byte, so that secrets between foreign bytes are found and nothing is lost.
fn each_byte_as_text(digits: &mut String, visit: &mut impl FnMut(&mut String)) {
    let mut text: String = from_hex(digits).map(char::from).collect();
    visit(&mut text);
    let bytes: Vec<u8> = text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect();
    *digits = to_hex(&bytes);
}
