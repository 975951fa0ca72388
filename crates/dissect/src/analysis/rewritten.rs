//! Conversations whose addresses a router rewrites on their way (NAT, RFC 3022).
//!
//! Where each packet is looked at once, where it was sent first, the two directions of such a conversation have different addresses:
//! the packets of the host inside have its own, and the answers that of the router. Each direction by itself would be a conversation that
//! is never answered. Whoever sees a packet on both sides of the router says so, and its conversation keeps the addresses that it had
//! first.

use super::endpoints::{Endpoint, Ends};
use crate::captured::Captured;
use crate::header::content::{Content, content};
use rustc_hash::FxHashMap;
use smoltcp::wire::IpProtocol;

/// More conversations than a router's table can hold; of those beyond, both directions are analyzed by themselves.
const KNOWN_MAX: usize = 1 << 16;

/// The pairs of addresses that stand for others.
#[derive(Default)]
pub(super) struct Rewritten {
    /// For each pair behind a router the pair in front of it, and whether the sender changes places in it.
    first: FxHashMap<(IpProtocol, Ends), (Ends, bool)>,
}

impl Rewritten {
    /// Notes that both are the same packet: `first` as it was sent, `later` as a router has passed it on.
    pub fn note(&mut self, first: Captured<'_>, later: Captured<'_>) {
        let (Some((protocol, ends)), Some((_, passed_on))) = (ends_of(first), ends_of(later)) else { return };
        if ends != passed_on && self.first.len() < KNOWN_MAX {
            // A router in front of another one has its own first.
            let (ends, backwards) = self.known_as(protocol, ends);
            self.first.insert((protocol, passed_on.0), (ends, backwards != passed_on.1));
        }
    }

    /// The pair under which a conversation is known, and whether the sender is the second of it.
    pub fn known_as(&self, protocol: IpProtocol, (ends, backwards): (Ends, bool)) -> (Ends, bool) {
        match self.first.get(&(protocol, ends)) {
            Some(&(first, swapped)) => (first, backwards != swapped),
            None => (ends, backwards),
        }
    }
}

/// Sender and receiver of a whole packet of TCP or UDP.
fn ends_of(captured: Captured<'_>) -> Option<(IpProtocol, (Ends, bool))> {
    let Some((_, Content::Ip(packet))) = content(captured) else { return None };
    let whole = packet.fragment.is_none() && matches!(packet.carries, IpProtocol::Tcp | IpProtocol::Udp);
    let &[a, b, c, d] = captured.bytes.get(packet.payload.clone()).filter(|_| whole)?.first_chunk()?;
    let [source, destination] = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
    let ends = Ends::of(
        Endpoint::new(packet.source, source),
        Endpoint::new(packet.destination, destination),
    );
    Some((packet.carries, ends))
}
