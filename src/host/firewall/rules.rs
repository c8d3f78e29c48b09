//! What nft and iptables-save print, reduced to the chains at the forward hook.

use serde_json::Value;

use crate::snapshot::Chain;

/// The base chains at the forward hook of the families that see IP, from `nft -j list ruleset`.
pub(super) fn of_nft(text: &str) -> Result<Vec<Chain>, String> {
    let listing: Value = serde_json::from_str(text).map_err(|error| format!("nft printed no JSON: {error}"))?;
    let objects = listing.get("nftables").and_then(Value::as_array).ok_or("nft printed no ruleset")?;
    let word = |object: &Value, key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let table = |object: &Value| format!("{} {}", word(object, "family"), word(object, "table"));
    let mut chains: Vec<Chain> = Vec::new();
    for chain in objects.iter().filter_map(|object| object.get("chain")) {
        let sees_ip = matches!(word(chain, "family").as_str(), "ip" | "inet");
        if sees_ip && word(chain, "hook") == "forward" {
            let drops = word(chain, "policy") == "drop";
            chains.push(Chain { table: table(chain), name: word(chain, "name"), drops, accepts: Vec::new() });
        }
    }
    for rule in objects.iter().filter_map(|object| object.get("rule")) {
        let (table, name) = (table(rule), word(rule, "chain"));
        let Some(chain) = chains.iter_mut().find(|chain| chain.table == table && chain.name == name) else { continue };
        let parts = rule.get("expr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if parts.iter().any(|part| part.get("accept").is_some()) {
            chain.accepts.extend(accepted(parts));
        }
    }
    Ok(chains)
}

/// The interfaces that an accepting rule names; `*` for one without a condition; nothing for other conditions.
fn accepted(parts: &[Value]) -> Vec<String> {
    let conditions: Vec<_> = parts.iter().filter_map(|part| part.get("match")).collect();
    if conditions.is_empty() {
        let plain = |part: &Value| part.get("accept").is_some() || part.get("counter").is_some();
        return if parts.iter().all(plain) { vec!["*".to_owned()] } else { Vec::new() };
    }
    let mut names = Vec::new();
    for condition in conditions {
        let key = condition.pointer("/left/meta/key").and_then(Value::as_str);
        let equal = condition.get("op").and_then(Value::as_str) == Some("==");
        match (key, condition.get("right")) {
            (Some("iifname" | "oifname" | "iif" | "oif"), Some(Value::String(name))) if equal => {
                names.push(name.clone());
            }
            _ => return Vec::new(),
        }
    }
    names.dedup();
    names
}

/// The chain FORWARD, from `iptables-save -t filter`.
pub(super) fn of_iptables(text: &str) -> Vec<Chain> {
    let Some(policy) = text.lines().find_map(|line| line.strip_prefix(":FORWARD ")) else { return Vec::new() };
    let mut chain = Chain {
        table: "ip filter".to_owned(),
        name: "FORWARD".to_owned(),
        drops: policy.starts_with("DROP"),
        accepts: Vec::new(),
    };
    for rule in text.lines().filter_map(|line| line.strip_prefix("-A FORWARD")) {
        let words: Vec<_> = rule.split_ascii_whitespace().collect();
        let mut names = Vec::new();
        let mut rest = words.as_slice();
        let accepts = loop {
            match rest {
                ["-j", "ACCEPT"] => break true,
                ["-i" | "-o", name, more @ ..] => {
                    names.push((*name).to_owned());
                    rest = more;
                }
                _ => break false,
            }
        };
        if accepts {
            names.dedup();
            chain.accepts.extend(if names.is_empty() { vec!["*".to_owned()] } else { names });
        }
    }
    vec![chain]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_s_chain_drops_and_names_what_it_accepts() {
        let text = r#"{"nftables": [{"metainfo": {"version": "1.0.6"}},
            {"table": {"family": "ip", "name": "filter", "handle": 1}},
            {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
            {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
            {"chain": {"family": "bridge", "table": "x", "name": "f", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
            {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "expr": [
                {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "br0"}},
                {"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": "br0"}},
                {"counter": {"packets": 0, "bytes": 0}}, {"accept": null}]}},
            {"rule": {"family": "ip", "table": "filter", "chain": "FORWARD", "expr": [
                {"match": {"op": "==", "left": {"meta": {"key": "oifname"}}, "right": "docker0"}},
                {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established"]}}, {"accept": null}]}}]}"#;
        let expected =
            Chain { table: "ip filter".into(), name: "FORWARD".into(), drops: true, accepts: vec!["br0".into()] };
        assert_eq!(of_nft(text), Ok(vec![expected]));
    }

    #[test]
    fn iptables_save_says_the_same() {
        let text = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -i br0 -o br0 -j ACCEPT\n\
                    -A FORWARD -o docker0 -m conntrack --ctstate RELATED -j ACCEPT\n-A FORWARD -j DOCKER\nCOMMIT\n";
        let chains = of_iptables(text);
        assert_eq!(chains.len(), 1);
        assert!(chains[0].drops);
        assert_eq!(chains[0].accepts, ["br0"]);
        assert_eq!(of_iptables(":FORWARD ACCEPT [0:0]\n-A FORWARD -j ACCEPT\n")[0].accepts, ["*"]);
        assert_eq!(of_iptables("*nat\n:POSTROUTING ACCEPT\n"), []);
    }

    #[test]
    fn what_is_no_listing_is_an_error() {
        assert!(of_nft("").is_err());
        assert!(of_nft("{}").is_err());
    }
}
