//! The reasons why a router wakes.

/// What is due at the moment for which a router asks to be polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The router asks a neighbor for its MAC address again, probes one that it has not heard of for long, or gives up. Fires
    /// one second after each question, and five seconds after the first use of a stale entry (RFC 4861, 10).
    Neighbor,
    /// An interface sends a router advertisement. Fires at random intervals of 200 to 600 s, at 16 s at most for the first three, and
    /// within half a second of a solicitation (RFC 4861, 6.2).
    RouterAdvertisement,
    /// An interface reports the IPv6 groups that it is in. Fires within a second of a change, and within the time that a query gives (RFC
    /// 3810, 6).
    GroupReport,
    /// RIP sends its whole table. Fires at the update interval, each time up to a sixth sooner or later (RFC 2453, 3.8).
    RipUpdate,
    /// RIP sends changed routes. Fires when the pause of one to five seconds after the previous triggered update is over (RFC 2453,
    /// 3.10.1).
    RipTriggeredUpdate,
    /// A learned route becomes unreachable, or an unreachable one is deleted. Fires when its timeout or its garbage-collection timer
    /// expires (RFC 2453, 3.8).
    RipRoute,
    /// Fragments are dropped because others are missing: those of a packet for the router itself, or, where ports decide about packets,
    /// those that wait for the first. Fires 60 s after they came (RFC 1122, 3.3.2; RFC 8200, 4.5).
    Reassembly,
    /// A session of the address translation ends. Fires when its idle time is over (RFC 4787, REQ-5; RFC 5382, REQ-5; RFC 5508, REQ-2).
    Translation,
    /// The filter removes a connection. Fires when its idle time is over.
    Connection,
    /// A service of the router has something to do: a lease ends, or a DNS server has not answered.
    Service,
}
