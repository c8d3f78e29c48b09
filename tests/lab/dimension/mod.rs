//! What a host state is made of: five dimensions, each a table of values.
//!
//! The first value of each table is the healthy one; a state with nothing but first values is a host where all is well.

mod acl;
mod acl_include;
mod acl_traps;
mod bridge;
mod helper;
mod process;
mod tun;

use std::io;
use std::sync::LazyLock;

use crate::sandbox::{Credentials, Net};

/// What making a value gives.
pub type Made = io::Result<()>;

/// One axis of the space of host states.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dimension {
    /// The bridge that is asked for.
    Bridge,
    /// The credentials of the process that starts the helper.
    Process,
    /// The file at the helper's path.
    Helper,
    /// The ACL and what it includes.
    Acl,
    /// `/dev/net/tun`.
    Tun,
}

impl Dimension {
    /// All of them, in the order of a state's values.
    pub const ALL: [Self; 5] = [Self::Bridge, Self::Process, Self::Helper, Self::Acl, Self::Tun];

    /// Its name in reports and in `LAB_ONLY`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bridge => "bridge",
            Self::Process => "process",
            Self::Helper => "helper",
            Self::Acl => "acl",
            Self::Tun => "tun",
        }
    }

    /// Every value, the healthy one first.
    pub fn values(self) -> &'static [Value] {
        static ACL: LazyLock<Vec<Value>> =
            LazyLock::new(|| [acl::values(), acl_traps::values(), acl_include::values()].concat());
        static BRIDGE: LazyLock<Vec<Value>> = LazyLock::new(bridge::values);
        static HELPER: LazyLock<Vec<Value>> = LazyLock::new(helper::values);
        static PROCESS: LazyLock<Vec<Value>> = LazyLock::new(process::values);
        static TUN: LazyLock<Vec<Value>> = LazyLock::new(tun::values);
        match self {
            Self::Bridge => &BRIDGE,
            Self::Process => &PROCESS,
            Self::Helper => &HELPER,
            Self::Acl => &ACL,
            Self::Tun => &TUN,
        }
    }
}

/// One value of a dimension.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// Its name, unique within the dimension.
    pub name: &'static str,
    /// How it is made.
    pub realise: Realise,
    /// What the doctor should say where everything else is well.
    pub health: Health,
    /// Whether it takes part in pairs: a helper that never ends would cost its time limit in each.
    pub in_pairs: bool,
}

/// How a value is made.
#[derive(Clone, Copy, Debug)]
pub enum Realise {
    /// A file operation that starts from a clean place.
    Files(fn() -> Made),
    /// The same for the ACL, which gets the name that is to be allowed.
    Acl(fn(&str) -> Made),
    /// Credentials for the process.
    Process(Credentials),
    /// The name that is asked for, in one of the prepared networks.
    Bridge(&'static str, Net),
}

/// What the doctor should say about one value.
#[derive(Clone, Copy, Debug)]
pub enum Health {
    /// The helper attaches; nothing fails.
    Good,
    /// Exactly this fails.
    Fault(Fault),
    /// No cause of the catalogue fits; only the prediction is compared.
    PredictionOnly,
}

/// The one finding of a state with one fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The check that fails.
    pub check: &'static str,
    /// The cause it names.
    pub cause: &'static str,
    /// Whom it concerns.
    pub bites: Bites,
}

/// Whom a fault concerns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bites {
    /// Everybody.
    Everybody,
    /// Ordinary users: root may open or run it, or needs no privilege from it.
    OrdinaryUsers,
}

impl Value {
    fn new(name: &'static str, realise: Realise, health: Health) -> Self {
        Self { name, realise, health, in_pairs: true }
    }

    fn good(name: &'static str, realise: Realise) -> Self {
        Self::new(name, realise, Health::Good)
    }

    fn odd(name: &'static str, realise: Realise) -> Self {
        Self::new(name, realise, Health::PredictionOnly)
    }

    fn fault(name: &'static str, realise: Realise, check: &'static str, cause: &'static str) -> Self {
        Self::new(name, realise, Health::Fault(Fault { check, cause, bites: Bites::Everybody }))
    }

    fn for_ordinary_users(mut self) -> Self {
        if let Health::Fault(fault) = &mut self.health {
            fault.bites = Bites::OrdinaryUsers;
        }
        self
    }

    fn alone(mut self) -> Self {
        self.in_pairs = false;
        self
    }
}
