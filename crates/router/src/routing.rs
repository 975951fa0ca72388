//! What a routing protocol is to a router: the seam behind which RIP stands, and beside it a link-state protocol could.
//!
//! A protocol never sees frames, UDP sockets or the router's table. It is told of interfaces, of the networks that the router
//! reaches without it, and of datagrams; it answers with datagrams to send and with changes of its own routes. Which of several
//! routes to one network is used (connected, written down, learned) is for the router to decide.

use smoltcp::wire::{IpAddress, IpCidr};
use wire::Instant;

/// An interface on which a protocol speaks: a port, or one VLAN of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its number, the router's choice: 0, 1, … or any others.
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
    /// Where it leads. Host bits are ignored.
    pub to: IpCidr,
    /// Through this interface; it need not be one on which the protocol speaks.
    pub interface: u32,
    /// The next hop of a route that somebody wrote down; `None`: the network is connected.
    pub via: Option<IpAddress>,
}

/// A datagram that came in on the protocol's port.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// At this interface.
    pub interface: u32,
    /// From there.
    pub source: IpAddress,
    /// To there: one of the router's addresses, or a group.
    pub destination: IpAddress,
    /// The port that it was sent from.
    pub source_port: u16,
    /// The port that it was sent to.
    pub destination_port: u16,
    /// What is left of its time to live, or hop limit.
    pub hop_limit: u8,
    /// The UDP payload.
    pub payload: &'a [u8],
}

/// A datagram to send. It is never forwarded: it goes to a neighbor on that interface, or to all that listen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Through this interface.
    pub interface: u32,
    /// From this address of it.
    pub source: IpAddress,
    /// To there.
    pub destination: IpAddress,
    /// From this port.
    pub source_port: u16,
    /// To this port.
    pub destination_port: u16,
    /// With this time to live, or hop limit.
    pub hop_limit: u8,
    /// The UDP payload.
    pub payload: Vec<u8>,
}

/// A route that a protocol has found, or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a route, or another than before.
    Learned {
        /// Where it leads, without host bits.
        to: IpCidr,
        /// The next hop.
        via: IpAddress,
        /// Through this interface.
        interface: u32,
        /// The protocol's measure; for RIP 2 to 15.
        metric: u8,
    },
    /// There is none any more.
    Lost {
        /// Where it led.
        to: IpCidr,
    },
}

/// What a protocol wants done, in this order: filled by the protocol, emptied by its owner, and used again.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// Datagrams to send.
    pub send: Vec<Outgoing>,
    /// Changes of its routes.
    pub changes: Vec<Change>,
}

/// A routing protocol, sans-IO.
pub trait Protocol {
    /// The interfaces on which it speaks from now on. Routes through others, and through those that are down, are lost.
    fn set_interfaces(&mut self, now: Instant, interfaces: &[Interface], out: &mut Output);

    /// The networks that the router reaches without it, all of them: it tells its neighbors, and learns no route there.
    fn set_local(&mut self, now: Instant, local: &[Local], out: &mut Output);

    /// A datagram came in. What is wrong with it is ignored.
    fn receive(&mut self, now: Instant, datagram: Incoming<'_>, out: &mut Output);

    /// Does what is due by itself.
    fn poll(&mut self, now: Instant, out: &mut Output);

    /// When it next has something to do by itself.
    fn poll_at(&self) -> Option<Instant>;
}
