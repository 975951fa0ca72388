//! A DHCP relay: carries the messages of a network without a server to servers elsewhere, and their answers back (RFC 1542, 4; RFC 2131, 2).
//!
//! Options are passed on as they are, byte for byte: only the header's `hops` and `giaddr` change.

use super::message::Message;
use super::{CLIENT_PORT, SERVER_PORT};
use smoltcp::wire::{DhcpPacket, EthernetAddress, Ipv4Address};

/// Messages that have passed more relays are dropped (RFC 1542, 4.1.1).
pub const HOPS_MAX: u8 = 16;

/// A message that a relay wants sent from port 67.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// The relay's address in the network of the client: where the message came from, or where it goes to.
    pub network: Ipv4Address,
    /// The receiver's address.
    pub to: Ipv4Address,
    /// Its port.
    pub port: u16,
    /// The client's MAC address if it has no IP address yet.
    pub mac: Option<EthernetAddress>,
    /// The message.
    pub bytes: Vec<u8>,
}

/// Relays a message that came to port 67 of the interface with the address `interface`; `own` are all addresses of the relay.
/// Returns one copy for each server, or one for the client.
pub fn relay(
    bytes: &[u8],
    interface: Ipv4Address,
    own: &[Ipv4Address],
    servers: &[Ipv4Address],
) -> Vec<Relayed> {
    let Some(message) = Message::read(bytes) else { return Vec::new() };
    let mut bytes = bytes.to_vec();
    let mut packet = DhcpPacket::new_unchecked(&mut bytes[..]);
    if packet.opcode() == smoltcp::wire::DhcpOpCode::Request {
        if message.hops >= HOPS_MAX || own.contains(&message.relay_ip) {
            return Vec::new();
        }
        packet.set_hops(message.hops + 1);
        let network = match message.relay_ip {
            // The first relay says in which network the client is; further ones leave that (RFC 1542, 4.1.1).
            none if none.is_unspecified() => interface,
            first => first,
        };
        packet.set_relay_agent_ip(network);
        let copy =
            |&to: &Ipv4Address| Relayed { network, to, port: SERVER_PORT, mac: None, bytes: bytes.clone() };
        return servers.iter().map(copy).collect();
    }
    let network = message.relay_ip;
    if !own.contains(&network) {
        return Vec::new();
    }
    let (to, mac) =
        if message.broadcast || (message.your_ip.is_unspecified() && message.client_ip.is_unspecified()) {
            (Ipv4Address::BROADCAST, None)
        } else if message.your_ip.is_unspecified() {
            (message.client_ip, None)
        } else {
            (message.your_ip, Some(message.mac))
        };
    vec![Relayed { network, to, port: CLIENT_PORT, mac, bytes }]
}
