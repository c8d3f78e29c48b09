//! Hardware addresses and IP addresses.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Six octets, however they are written out.
static HARDWARE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\b").expect("a constant pattern"));

/// Where a hardware address may stand without colons, as in `enx525400abcdef`.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-fA-F]{12,}").expect("a constant pattern"));

/// Where IP addresses may stand; the standard library then says what is one.
static INTERNET: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-fA-F:.]{3,}").expect("a constant pattern"));

/// The length of the longest IP address as text.
const LONGEST: usize = 45;

/// The addresses met so far, each with the number that its token is made from.
#[derive(Default)]
pub(super) struct Addresses {
    hardware: HashMap<String, usize>,
    internet: HashMap<IpAddr, usize>,
}

impl Addresses {
    /// Remembers the hardware addresses in this text.
    pub(super) fn learn(&mut self, text: &str) {
        for found in HARDWARE.find_iter(text) {
            number(&mut self.hardware, found.as_str().replace(':', "").to_lowercase());
        }
    }

    /// The text with every address replaced that leads to a machine or a network.
    pub(super) fn replace(&mut self, text: &str) -> String {
        let text = HARDWARE.replace_all(text, |found: &Captures<'_>| {
            let digits = found[0].replace(':', "").to_lowercase();
            if is_nobody(&digits) {
                return found[0].to_owned();
            }
            let octet = first_octet(&digits);
            hardware_token(octet, number(&mut self.hardware, digits), ":")
        });
        let text = DIGITS.replace_all(&text, |found: &Captures<'_>| self.replace_digits(&found[0]));
        self.replace_internet(&text)
    }

    fn replace_internet(&mut self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        for run in INTERNET.find_iter(text) {
            let mut from = run.start();
            while let Some((start, end, address)) = first_address(text, from, run.end()) {
                from = end;
                if tells(address) {
                    replaced += &text[done..start];
                    replaced += &internet_token(number(&mut self.internet, address), address);
                    done = end;
                }
            }
        }
        replaced + &text[done..]
    }

    fn replace_digits(&self, run: &str) -> String {
        let lower = run.to_lowercase();
        let known = (0..=lower.len() - 12).find_map(|at| Some((at, *self.hardware.get(&lower[at..at + 12])?)));
        match known {
            Some((at, number)) if !is_nobody(&lower[at..at + 12]) => {
                let token = hardware_token(first_octet(&lower[at..]), number, "");
                format!("{}{token}{}", &run[..at], &run[at + 12..])
            }
            _ => run.to_owned(),
        }
    }
}

/// The number of this address, counted from 1 in the order in which they are met.
fn number<T: Eq + Hash>(known: &mut HashMap<T, usize>, address: T) -> usize {
    let next = known.len() + 1;
    *known.entry(address).or_insert(next)
}

/// The first address between two places: where it begins and ends, and which it is.
///
/// A sentence goes on around an address: `from 8.8.8.8: refused`, `peer:2001:db8::1.`
fn first_address(text: &str, from: usize, to: usize) -> Option<(usize, usize, IpAddr)> {
    let bytes = text.as_bytes();
    let separates = |at: usize| bytes.get(at).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let starts = (from..to).filter(|&at| at == 0 || separates(at) || separates(at - 1));
    starts.into_iter().find_map(|start| {
        let ends = (start + 2..=to.min(start + LONGEST)).rev().filter(|&end| separates(end) || separates(end - 1));
        let address = |end: usize| Some((start, end, text[start..end].parse::<IpAddr>().ok()?));
        ends.into_iter().find_map(address)
    })
}

/// All zeros (a bridge without ports) and all ones (everybody) are no machine's.
fn is_nobody(digits: &str) -> bool {
    digits == "000000000000" || digits == "ffffffffffff"
}

/// The first octet of a token: that of a tap, which the helper chose so that no bridge takes it, says so.
fn first_octet(digits: &str) -> usize {
    if digits.starts_with("fe") { 0xfe } else { 2 }
}

/// A locally administered address, numbered.
fn hardware_token(octet: usize, number: usize, separator: &str) -> String {
    let octets = [octet, 0, number >> 24 & 255, number >> 16 & 255, number >> 8 & 255, number & 255];
    octets.map(|octet| format!("{octet:02x}")).join(separator)
}

/// An address of the range for benchmarks, or of the one for documentation: neither is anybody's.
fn internet_token(number: usize, address: IpAddr) -> String {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    match address {
        IpAddr::V4(_) => Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) | number & 0x1_ffff).to_string(),
        IpAddr::V6(_) => Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from(number)).to_string(),
    }
}

/// Whether an address points to a machine: a public one does, and one that is made from a hardware address.
fn tells(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let shared = first == 100 && second & 0xc0 == 64;
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || first == 0
                || first >= 240
                || shared)
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            let from_hardware = address.octets()[11..13] == [0xff, 0xfe];
            let local = address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80;
            from_hardware || !local
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    fn redacted(text: &str) -> String {
        let mut addresses = Addresses::default();
        addresses.learn(text);
        addresses.replace(text)
    }

    #[test]
    fn a_hardware_address_is_found_in_names_and_in_any_case() {
        assert_eq!(redacted("52:54:00:AB:cd:ef enx525400abcdef"), "02:00:00:00:00:01 enx020000000001");
    }

    #[test]
    fn the_address_of_a_tap_stays_one_of_a_tap() {
        assert_eq!(redacted("fe:ab:01:02:03:04 xfeab01020304"), "fe:00:00:00:00:01 xfe0000000001");
    }

    #[test]
    fn public_addresses_get_one_token_each() {
        assert_eq!(redacted("8.8.8.8/24 9.9.9.9 8.8.8.8"), "198.18.0.1/24 198.18.0.2 198.18.0.1");
        assert_eq!(redacted("2a01:4f8::1/64,2a01:4f8::2"), "2001:db8::1/64,2001:db8::2");
    }

    #[test]
    fn an_address_is_found_in_a_sentence() {
        assert_eq!(redacted("from 8.8.8.8: refused by:9.9.9.9."), "from 198.18.0.1: refused by:198.18.0.2.");
        assert_eq!(redacted("peer:2a01:4f8::1: or 2a01:4f8::2."), "peer:2001:db8::1: or 2001:db8::2.");
    }

    #[test]
    fn private_addresses_stay_unless_they_hold_a_hardware_address() {
        let private = "10.0.0.1/8 192.168.122.1 100.64.0.1 127.0.0.1 fe80::1/64 fd00::2 ::1";
        assert_eq!(redacted(private), private);
        assert_eq!(redacted("fe80::5054:ff:fe12:3456/64"), "2001:db8::1/64");
    }

    #[test]
    fn what_only_looks_like_an_address_stays() {
        assert_eq!(redacted("00:1f.6 ::: 1.2.3 a:b std::io"), "00:1f.6 ::: 1.2.3 a:b std::io");
    }
}
