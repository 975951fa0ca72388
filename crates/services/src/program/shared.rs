//! What the programs of a host share: names that are known, and the DHCP client that runs.

use crate::dhcp::client;
use crate::dns::cache::Cache;
use std::collections::VecDeque;
use wire::Instant;

/// What the programs of a host share.
#[derive(Default)]
pub struct Shared {
    /// What is known of names.
    pub names: Cache,
    /// The DHCP client that runs on it.
    pub dhcp: Running,
    /// The command lines that were typed on it, the oldest first.
    pub typed: VecDeque<String>,
}

/// What is known of the client that runs on a host, for other programs: only one can be bound to its port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// The state of the client; `None`: none runs.
    pub state: Option<client::State>,
    /// Another program wants this of it, and it has not seen that yet.
    pub wish: Option<Wish>,
    /// The lease that the host has, and when it was granted.
    pub lease: Option<(client::Lease, Instant)>,
}

/// What a running client is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A lease: the one that it has anew, or another.
    Renew,
    /// To return its lease.
    Release,
}
