//! The interface between a router and a routing protocol: RIP implements it, and a link-state protocol could.
//!
//! A protocol never sees frames, UDP sockets or the router's table. It receives the interfaces, the networks that the router
//! reaches without it, and datagrams; it returns datagrams to send and changes of its own routes. Which of several routes to one
//! network is used (connected, static, learned) is decided by the router.

use smoltcp::wire::{IpAddress, IpCidr};
use wire::Instant;

/// An interface on which a protocol runs: a port, or one VLAN of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number, chosen by the router.
    pub id: u32,
    /// It has a carrier and is switched on.
    pub up: bool,
    /// Its addresses and networks, the IPv6 link-local address included.
    pub addresses: Vec<IpCidr>,
    /// The longest packet, in bytes.
    pub mtu: usize,
}

/// A network that the router reaches without the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local {
    /// The prefix. Host bits are ignored.
    pub to: IpCidr,
    /// The interface that leads there; the protocol need not run on it.
    pub interface: u32,
    /// The next hop of a static route; `None`: the network is connected.
    pub via: Option<IpAddress>,
}

/// A datagram received on the protocol's port.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The interface at which it was received.
    pub interface: u32,
    /// The source address.
    pub source: IpAddress,
    /// The destination address: one of the router's, or a group.
    pub destination: IpAddress,
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// Its time to live, or hop limit, on arrival.
    pub hop_limit: u8,
    /// The UDP payload.
    pub payload: &'a [u8],
}

/// A datagram to send. It is never forwarded: it goes to a neighbor on that interface, or to a group there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The interface.
    pub interface: u32,
    /// The source address, one of the interface's.
    pub source: IpAddress,
    /// The destination address.
    pub destination: IpAddress,
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// The time to live, or hop limit.
    pub hop_limit: u8,
    /// The UDP payload.
    pub payload: Vec<u8>,
}

/// A change of a protocol's routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A route is new or has changed.
    Learned {
        /// The prefix, without host bits.
        to: IpCidr,
        /// The next hop.
        via: IpAddress,
        /// The interface.
        interface: u32,
        /// The protocol's metric; for RIP 2 to 15.
        metric: u8,
    },
    /// A route was lost.
    Lost {
        /// The prefix.
        to: IpCidr,
    },
}

/// The output of a protocol: filled by the protocol, emptied by its owner, and used again.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Datagrams to send.
    pub send: Vec<Outgoing>,
    /// Changes of its routes.
    pub changes: Vec<Change>,
}

/// A routing protocol, sans-IO.
pub trait Protocol {
    /// Sets the interfaces on which it runs. Routes through others, and through those that are down, are lost.
    fn set_interfaces(&mut self, now: Instant, interfaces: &[Interface], out: &mut Output);

    /// Sets all networks that the router reaches without it: the protocol announces them, and learns no route to them.
    fn set_local(&mut self, now: Instant, local: &[Local], out: &mut Output);

    /// Receives a datagram. Malformed parts are ignored.
    fn receive(&mut self, now: Instant, datagram: Incoming<'_>, out: &mut Output);

    /// Runs the timers that are due.
    fn poll(&mut self, now: Instant, out: &mut Output);

    /// When its next timer fires.
    fn poll_at(&self) -> Option<Instant>;
}
