//! Conversations whose addresses a router rewrites on their way (NAT, RFC 3022).
//!
//! Where each packet is looked at once, where it was sent first, the two directions of such a conversation have different addresses:
//! the packets of the host inside have its own, and the answers that of the router. Each direction by itself would be a conversation that
//! is never answered. Therefore a packet that was seen on both sides of the router is noted, and the conversation keeps the addresses
//! that its packets had first.
//!
//! Hosts of different networks may have the same private addresses (RFC 1918), and use the same ports: the addresses that their packets
//! have on the link tell them apart, where each packet is seen where it was sent first.
//!
//! An echo has its identifier in place of ports, as it has in a router's table (RFC 3022 §4.1).

use super::endpoints::{Endpoint, Ends};
use crate::captured::Captured;
use crate::header::content::{Content, content};
use crate::header::ip::Packet;
use rustc_hash::FxHashMap;
use smoltcp::wire::{IpAddress, IpProtocol};

/// Pairs that are kept at least since they were noted last: more than the sessions of several routers. Each passing on notes its pair
/// again, so only silent conversations are forgotten.
const KEPT_MIN: usize = 1 << 15;

type Pairs = FxHashMap<(IpProtocol, Ends), (Ends, bool)>;

/// The pairs of addresses that stand for others.
#[derive(Default)]
pub(super) struct Rewritten {
    /// For each pair behind a router the pair in front of it, and whether the sender changes places in it.
    recent: Pairs,
    /// Those that were noted before, and not since.
    old: Pairs,
    /// For each direction of a pair with a private sender the link's address of the first host that was it. Nothing where packets are
    /// not seen where they were sent first.
    hosts: Option<FxHashMap<(IpProtocol, Ends, bool), u64>>,
    /// The link's addresses of the packet that is being analyzed: receiver and sender.
    macs: [u64; 2],
}

impl Rewritten {
    /// Where each packet is seen once, where it was sent first.
    pub fn at_senders() -> Self {
        Self { hosts: Some(FxHashMap::default()), ..Self::default() }
    }

    /// Takes the next packet.
    pub fn see(&mut self, captured: Captured<'_>) {
        if self.hosts.is_some() {
            self.macs = macs(captured);
        }
    }

    /// Notes that both are the same packet: `first` as it was sent, `later` as a router has passed it on. A pair that the router used
    /// for another conversation before stands for this one from now on.
    pub fn note(&mut self, first: Captured<'_>, later: Captured<'_>) {
        let (Some((source, protocol, pair)), Some((.., later))) = (pair_of(first), pair_of(later)) else {
            return;
        };
        if pair == later {
            return;
        }
        // A router in front of another one has its own first.
        let (known, backwards) = match protocol {
            IpProtocol::Icmp => self.known_as(protocol, pair).unwrap_or(pair),
            _ => self.in_its_network(source, protocol, pair, macs(first)),
        };
        // An answer that has the first addresses again says nothing new.
        if known.in_network(0) == later.0 {
            return;
        }
        if self.recent.len() >= KEPT_MIN {
            self.old = std::mem::take(&mut self.recent);
        }
        self.recent.insert((protocol, later.0), (known, backwards != later.1));
    }

    /// The pair under which the conversation of a packet with these ports is known, and whether the sender is the second of it.
    pub fn ends(&mut self, packet: &Packet, ports: [u16; 2]) -> (Ends, bool) {
        self.in_its_network(packet.source, packet.carries, pair(packet, ports), self.macs)
    }

    /// The same of an echo with this identifier. A router that answers one may do so by another link than before; so echoes of hosts in
    /// different networks that have the same address and identifier are one conversation.
    pub fn ends_of_echo(&self, packet: &Packet, ident: u16) -> (Ends, bool) {
        let pair = pair(packet, [ident; 2]);
        self.known_as(packet.carries, pair).unwrap_or(pair)
    }

    fn known_as(&self, protocol: IpProtocol, (ends, backwards): (Ends, bool)) -> Option<(Ends, bool)> {
        let key = (protocol, ends);
        let &(first, swapped) = self.recent.get(&key).or_else(|| self.old.get(&key))?;
        Some((first, backwards != swapped))
    }

    fn in_its_network(
        &mut self,
        source: IpAddress,
        protocol: IpProtocol,
        (ends, backwards): (Ends, bool),
        [to, from]: [u64; 2],
    ) -> (Ends, bool) {
        if let Some(known) = self.known_as(protocol, (ends, backwards)) {
            return known;
        }
        let is_private = matches!(source, IpAddress::Ipv4(source) if source.is_private());
        let Some(hosts) = self.hosts.as_mut().filter(|_| is_private) else { return (ends, backwards) };
        let first = *hosts.entry((protocol, ends, backwards)).or_insert(from);
        // Within that network, both directions have the same two.
        let network = if first == from { 0 } else { from ^ to };
        (ends.in_network(network), backwards)
    }
}

fn pair(packet: &Packet, [source, destination]: [u16; 2]) -> (Ends, bool) {
    Ends::of(Endpoint::new(packet.source, source), Endpoint::new(packet.destination, destination))
}

/// The receiver's and the sender's address on the link.
fn macs(captured: Captured<'_>) -> [u64; 2] {
    let number = |mac: &[u8]| mac.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    captured.bytes.first_chunk::<12>().map_or([0; 2], |both| [number(&both[..6]), number(&both[6..])])
}

/// Its source, and sender and receiver of a packet, or of the first fragment of one.
fn pair_of(captured: Captured<'_>) -> Option<(IpAddress, IpProtocol, (Ends, bool))> {
    let Some((_, Content::Ip(packet))) = content(captured) else { return None };
    if packet.fragment.as_ref().is_some_and(|fragment| fragment.offset > 0) {
        return None;
    }
    let message = captured.bytes.get(packet.payload.clone())?;
    let ports = match (packet.carries, message) {
        (IpProtocol::Tcp | IpProtocol::Udp, &[a, b, c, d, ..]) => [[a, b], [c, d]],
        (IpProtocol::Icmp, &[0 | 8, 0, _, _, a, b, ..]) => [[a, b]; 2],
        _ => return None,
    };
    Some((packet.source, packet.carries, pair(&packet, ports.map(u16::from_be_bytes))))
}
