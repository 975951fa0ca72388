//! Sender and receiver of a packet, in a form that is quick to look up.

use smoltcp::wire::IpAddress;

/// An address and a port. IPv4 addresses are written as IPv6 ones (RFC 4291 §2.5.5.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Endpoint(u128, u16);

impl Endpoint {
    pub fn new(address: IpAddress, port: u16) -> Endpoint {
        let bits = match address {
            IpAddress::Ipv4(v4) => 0xffff_0000_0000 | u128::from(v4.to_bits()),
            IpAddress::Ipv6(v6) => v6.to_bits(),
        };
        Endpoint(bits, port)
    }
}

/// Two endpoints, the smaller first: the same for both directions. Then the network that they are in, where several use the same addresses.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ends(Endpoint, Endpoint, u64);

impl Ends {
    /// The pair, and whether the sender is the second of it.
    pub fn of(sender: Endpoint, receiver: Endpoint) -> (Ends, bool) {
        if sender <= receiver {
            (Ends(sender, receiver, 0), false)
        } else {
            (Ends(receiver, sender, 0), true)
        }
    }

    /// The same two in another network that uses these addresses, too; 0 is the first.
    pub fn in_network(self, network: u64) -> Ends {
        Ends(self.0, self.1, network)
    }

    /// Sender and receiver, if the sender is the second (`backwards`) or the first.
    pub fn in_order(self, backwards: bool) -> [Endpoint; 2] {
        if backwards { [self.1, self.0] } else { [self.0, self.1] }
    }
}
