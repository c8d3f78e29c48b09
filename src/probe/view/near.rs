//! Names that may have been meant.

/// The candidate nearest to what was written, where one is near enough to be a slip.
pub(in crate::probe) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = if written.len() <= 2 { 1 } else { 2 };
    let folded = written.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many names a sentence has.
const SHOWN: usize = 5;

/// Names for a sentence: "br0, br1 and 3 more".
pub(in crate::probe) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let all = names.len();
    list_of(names, all)
}

/// The same where only the first names are known, and how many there are.
pub(in crate::probe) fn list_of<'a>(names: impl IntoIterator<Item = &'a str>, all: usize) -> String {
    let names: Vec<&str> = names.into_iter().take(SHOWN).collect();
    match all.saturating_sub(names.len()) {
        0 if names.is_empty() => "none".to_owned(),
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_and_other_names_are_not() {
        let bridges = ["br0", "virbr0", "lan"];
        assert_eq!(nearest("bro", bridges), Some("br0"));
        assert_eq!(nearest("rb0", bridges), Some("br0"));
        assert_eq!(nearest("VIRBR0", bridges), Some("virbr0"));
        assert_eq!(nearest("vibr0", bridges), Some("virbr0"));
        assert_eq!(nearest("docker0", bridges), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
