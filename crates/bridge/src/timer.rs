//! Why a bridge wakes.

use wire::{Instant, PortId};

/// What is due at the moment for which a bridge asks to be polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The bridge opens a port that was added, whose carrier is known only now. Fires at once.
    NewPort,
    /// The spanning tree acts on a port. Fires when one of that port's timers reaches zero.
    SpanningTree(PortId, StpTimer),
    /// Snooping sends a general query. Fires shortly after a port has opened or the tree has changed, a second time 31 s later, then
    /// every 125 s (RFC 3376, 8.2, 8.6, 8.7).
    GeneralQuery,
    /// Snooping removes a group member, router or querier that was not heard any more, or repeats the query that follows a leave.
    /// Fires at the earliest such deadline, and once in vain if that has been postponed meanwhile.
    Membership,
    /// Learned addresses age out (IEEE 802.1Q-2022, 8.8.3). Fires when the oldest entry reaches the aging time, and once in vain if
    /// its station has sent meanwhile.
    AddressAging,
}

/// The spanning tree timers of a port, with the standard's names (IEEE 802.1D-2004, 17.17). Those that come first change a port's role or
/// state, the last two only send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StpTimer {
    /// rcvdInfoWhile: the information received at the port is too old. Fires three hello times after the last BPDU.
    ReceivedInfo,
    /// fdWhile: a port that is discarding begins to learn, or one that is learning to forward.
    ForwardDelay,
    /// rrWhile: a port that was the root port is one no longer for everybody, so that another may forward.
    RecentRoot,
    /// rbWhile: a port that was a backup port may become the root port at once.
    RecentBackup,
    /// edgeDelayWhile: no BPDU was received, so that the port is taken for an edge port.
    EdgeDelay,
    /// helloWhen: the next BPDU is due, one hello time after the last.
    Hello,
    /// txCount: a BPDU that the transmit limit held back may leave. Fires one second after the limit was reached.
    TransmitHold,
}
