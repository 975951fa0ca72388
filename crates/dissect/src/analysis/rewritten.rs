//! Conversations whose addresses a router rewrites on their way (NAT, RFC 3022).
//!
//! Where each packet is looked at once, where it was sent first, the two directions of such a conversation have different addresses:
//! the packets of the host inside have its own, and the answers that of the router. Each direction by itself would be a conversation that
//! is never answered. Whoever sees a packet on both sides of the router says so, and its conversation keeps the addresses that it had
//! first.
//!
//! An echo has its identifier in place of ports, as it has in a router's table (RFC 3022 §4.1).

use super::endpoints::{Endpoint, Ends};
use crate::captured::Captured;
use crate::header::content::{Content, content};
use crate::header::ip::Packet;
use rustc_hash::FxHashMap;
use smoltcp::wire::IpProtocol;

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
}

impl Rewritten {
    /// Notes that both are the same packet: `first` as it was sent, `later` as a router has passed it on. A pair that the router used
    /// for another conversation before stands for this one from now on.
    pub fn note(&mut self, first: Captured<'_>, later: Captured<'_>) {
        let (Some((protocol, first)), Some((_, later))) = (pair_of(first), pair_of(later)) else { return };
        if first == later {
            return;
        }
        // A router in front of another one has its own first.
        let (known, backwards) = self.known_as(protocol, first);
        // An answer that has the first addresses again says nothing new.
        if known == later.0 {
            return;
        }
        if self.recent.len() >= KEPT_MIN {
            self.old = std::mem::take(&mut self.recent);
        }
        self.recent.insert((protocol, later.0), (known, backwards != later.1));
    }

    /// The pair under which the conversation of a packet with these ports is known, and whether the sender is the second of it.
    pub fn ends(&self, packet: &Packet, ports: [u16; 2]) -> (Ends, bool) {
        self.known_as(packet.carries, pair(packet, ports))
    }

    fn known_as(&self, protocol: IpProtocol, (ends, backwards): (Ends, bool)) -> (Ends, bool) {
        let key = (protocol, ends);
        match self.recent.get(&key).or_else(|| self.old.get(&key)) {
            Some(&(first, swapped)) => (first, backwards != swapped),
            None => (ends, backwards),
        }
    }
}

fn pair(packet: &Packet, [source, destination]: [u16; 2]) -> (Ends, bool) {
    Ends::of(Endpoint::new(packet.source, source), Endpoint::new(packet.destination, destination))
}

/// Sender and receiver of a packet, or of the first fragment of one.
fn pair_of(captured: Captured<'_>) -> Option<(IpProtocol, (Ends, bool))> {
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
    Some((packet.carries, pair(&packet, ports.map(u16::from_be_bytes))))
}
