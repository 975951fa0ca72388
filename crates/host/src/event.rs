//! What changes in a host, and what it asks of its owner.

use crate::process::{ProgramEvent, ProgramId};
use crate::run::{Outcome, RunEvent, RunId, Totals};
use smoltcp::socket::tcp;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint};
use std::fmt;
use texts::t;

/// What a host wants done, in this order.
pub type Actions = wire::node::Actions<Output, Refusal>;

/// Why a host drops a frame that is for it. What its stack merely ignores (an unknown protocol, a wrong checksum) leaves no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The packet is longer than the card's MTU: the card drops it as a giant.
    TooBig,
    /// The program that it is for has not read what came before, and the socket's receive buffer is full.
    SocketFull,
    /// It asks for a connection, and too many others have not finished their handshake (RFC 4987, 2.2).
    BacklogFull,
    /// The card is switched off (`ip link set eth0 down`).
    CardOff,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooBig => t!("longer than the card's MTU"),
            Self::SocketFull => t!("the socket's receive buffer is full"),
            Self::BacklogFull => t!("too many connections are not finished with their handshake"),
            Self::CardOff => t!("the network card is switched off"),
        })
    }
}

/// What a host reports.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Something changed in the host.
    Changed(Event),
    /// Something happened to a run.
    Run {
        /// The run.
        run: RunId,
        /// What happened.
        event: RunEvent,
        /// All that was measured of the run up to and with this event.
        totals: Totals,
    },
    /// The client of an iperf run has sent its last datagram. When the owner of the network knows that no datagram of the run is under
    /// way any more, but no sooner than a second later, it sets [`Measured::fates_known`](crate::meter::Measured::fates_known) and polls the host.
    AllSent {
        /// The run.
        run: RunId,
    },
    /// A program did something.
    Program {
        /// The program.
        program: ProgramId,
        /// What it did.
        event: ProgramEvent,
    },
    /// A run has ended, and its last event has been reported. All other hosts that take part in it have to
    /// [end](crate::Host::end) it.
    RunEnded {
        /// The run.
        run: RunId,
        /// How it ended.
        outcome: Outcome,
    },
}

/// A change in a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The host has a new address: made from a router's advertisement (RFC 4862), leased, or given by a command.
    Address {
        /// The address and its prefix.
        cidr: IpCidr,
    },
    /// An address is no longer the host's: an advertised or leased one expired, or a command took it away.
    AddressGone {
        /// The address and its prefix.
        cidr: IpCidr,
    },
    /// The host has a new default router, which advertised itself (RFC 4861, 6.3.4), was leased, or was given by a command.
    DefaultRouter {
        /// The router's address.
        router: IpAddress,
    },
    /// A default router is used no longer: its lifetime is over, or a lease or command replaced it.
    DefaultRouterGone {
        /// The router's address.
        router: IpAddress,
    },
    /// The host joined a multicast group.
    Joined {
        /// The group's address.
        group: IpAddress,
    },
    /// The host left a multicast group.
    Left {
        /// The group's address.
        group: IpAddress,
    },
    /// The path MTU to a destination changed (RFC 1191, RFC 8201): reduced by an ICMP error, or back at the host's own MTU after
    /// ten minutes.
    PathMtu {
        /// The destination.
        to: IpAddress,
        /// The longest packet, in bytes.
        mtu: usize,
    },
    /// The host learned a neighbor's address, by ARP (RFC 826) or NDP (RFC 4861).
    Neighbor {
        /// The neighbor's IP address.
        ip: IpAddress,
        /// The neighbor's MAC address.
        mac: EthernetAddress,
    },
    /// The host no longer knows a neighbor's address: the neighbor did not answer.
    NeighborGone {
        /// The neighbor's IP address.
        ip: IpAddress,
    },
    /// Another host has an address of this host, which does not use it any more (RFC 4862, 5.4.5).
    DuplicateAddress {
        /// The address.
        address: IpAddress,
        /// The other host's MAC address, if it said so.
        mac: Option<EthernetAddress>,
    },
    /// A router said that another one is nearer to a destination (RFC 1122, 3.2.2.2; RFC 4861, 8.3).
    Redirected {
        /// The destination.
        to: IpAddress,
        /// The next hop from now on.
        via: IpAddress,
    },
    /// The next hop of a redirect does not answer: the host goes back to its routes.
    RedirectGone {
        /// The destination.
        to: IpAddress,
    },
    /// A command switched the network card on or off. Both ends of the cable detect that.
    Card {
        /// It is on.
        up: bool,
    },
    /// A router advertised the network's MTU for IPv6 (RFC 4861, 6.3.4).
    AdvertisedMtu {
        /// In bytes.
        mtu: usize,
    },
    /// A socket was opened, or changed.
    Socket {
        /// The socket's number, counted over the host's life.
        socket: u32,
        /// What it is now.
        state: SocketState,
    },
    /// A socket was removed.
    SocketGone {
        /// The socket's number.
        socket: u32,
    },
    /// The host sent a frame but has no cable. Only the owner knows that.
    NoCable,
}

/// What can be seen of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketState {
    /// A TCP socket.
    Tcp {
        /// RFC 9293, 3.3.2.
        state: tcp::State,
        /// The local endpoint; `None` until the socket is bound to one.
        local: Option<IpEndpoint>,
        /// The remote endpoint; `None` while there is no connection.
        remote: Option<IpEndpoint>,
        /// The port it listens on, or is bound to.
        port: u16,
    },
    /// A bound UDP socket.
    Udp {
        /// Its port.
        port: u16,
    },
    /// An ICMP socket.
    Icmp {
        /// The identifier of its echo requests.
        ident: u16,
    },
}
