//! A host state: one value in each dimension.

use std::fmt;

use crate::dimension::{Dimension, Health, Realise, Value};
use crate::sandbox::{Credentials, Net};

/// One value in each dimension.
#[derive(Clone, Copy, Debug)]
pub struct State([&'static Value; 5]);

impl State {
    /// The state in which everything is well.
    pub fn healthy() -> Self {
        Self(Dimension::ALL.map(|dimension| &dimension.values()[0]))
    }

    /// The same with another value.
    pub fn with(mut self, dimension: Dimension, value: &'static Value) -> Self {
        self.0[dimension as usize] = value;
        self
    }

    /// Reads `dimension:value,…`.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').filter(|part| !part.is_empty()).try_fold(Self::healthy(), |state, part| {
            let (dimension, value) = part.split_once(':').ok_or_else(|| format!("`{part}` is not dimension:value"))?;
            let dimension = Dimension::ALL
                .into_iter()
                .find(|known| known.name() == dimension)
                .ok_or_else(|| format!("no dimension `{dimension}`"))?;
            let known = dimension.values();
            let value = known.iter().find(|known| known.name == value).ok_or_else(|| {
                let names: Vec<_> = known.iter().map(|value| value.name).collect();
                format!("no value `{value}` in `{}`; there are {}", dimension.name(), names.join(" "))
            })?;
            Ok(state.with(dimension, value))
        })
    }

    /// The value in one dimension.
    pub fn value(&self, dimension: Dimension) -> &'static Value {
        self.0[dimension as usize]
    }

    /// The name that is asked for.
    pub fn bridge(&self) -> &'static str {
        self.asked().0
    }

    /// The network the process is in, before its credentials move it elsewhere.
    pub fn net(&self) -> Net {
        self.asked().1
    }

    fn asked(&self) -> (&'static str, Net) {
        match self.value(Dimension::Bridge).realise {
            Realise::Bridge(name, net) => (name, net),
            _ => unreachable!("the table of bridges holds bridges"),
        }
    }

    /// The name that the ACL is to allow: a name that no rule can hold is allowed by `all`.
    pub fn allowed(&self) -> &'static str {
        let name = self.bridge();
        if name.is_empty() || name.len() > 15 { "all" } else { name }
    }

    /// The credentials of the process.
    pub fn credentials(&self) -> Credentials {
        match self.value(Dimension::Process).realise {
            Realise::Process(credentials) => credentials,
            _ => unreachable!("the table of processes holds credentials"),
        }
    }

    /// The health of a state with at most one value that is not the healthy one.
    pub fn single_health(&self) -> Health {
        let unlike = Dimension::ALL.iter().find(|dimension| self.value(**dimension).name != dimension.values()[0].name);
        unlike.map_or(Health::Good, |dimension| self.value(*dimension).health)
    }

    /// The values that are faults.
    pub fn faults(&self) -> Vec<crate::dimension::Fault> {
        self.0
            .iter()
            .filter_map(|value| match value.health {
                Health::Fault(fault) => Some(fault),
                Health::Good | Health::PredictionOnly => None,
            })
            .collect()
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unlike = Dimension::ALL
            .into_iter()
            .filter(|&dimension| self.value(dimension).name != dimension.values()[0].name)
            .map(|dimension| format!("{}:{}", dimension.name(), self.value(dimension).name))
            .peekable();
        if unlike.peek().is_none() {
            return f.write_str("(healthy)");
        }
        f.write_str(&unlike.collect::<Vec<_>>().join(","))
    }
}

/// Every state with at most one value that is not the healthy one.
pub fn singles() -> impl Iterator<Item = State> {
    std::iter::once(State::healthy()).chain(Dimension::ALL.into_iter().flat_map(|dimension| {
        dimension.values().iter().skip(1).map(move |value| State::healthy().with(dimension, value))
    }))
}

/// Every state that differs from the healthy one in exactly these two dimensions.
pub fn pairs(outer: Dimension, inner: Dimension) -> impl Iterator<Item = State> {
    let values = |dimension: Dimension| dimension.values().iter().skip(1).filter(|value| value.in_pairs);
    values(outer)
        .flat_map(move |first| values(inner).map(move |second| State::healthy().with(outer, first).with(inner, second)))
}
