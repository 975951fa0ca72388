//! Ids and addresses for what is new: the next one in the line of those that are there.

use scenario::Scenario;
use smoltcp::wire::{IpAddress, IpCidr, Ipv4Address};

/// An id that nobody has: `h1`, `h2`, …
pub fn fresh_id(scenario: &Scenario, prefix: &str) -> String {
    let mut ids = (1..).map(|number: u32| format!("{prefix}{number}"));
    ids.find(|id| !scenario.ids.contains(id)).expect("there are more numbers than nodes")
}

/// An address that nobody has, in the network that most hosts are in; 10.0.0.1/24 for the first one. `None` if that network
/// is full.
pub fn fresh_addresses(scenario: &Scenario) -> Option<IpCidr> {
    let hosts = scenario.topology.node_ids().filter_map(|id| scenario.topology.host(id));
    let all: Vec<IpCidr> = hosts.flat_map(|host| host.addresses.iter().copied()).collect();
    let taken = |address: &IpAddress| all.iter().any(|cidr| cidr.address() == *address);
    let ipv4: Vec<(u32, u8)> = all
        .iter()
        .filter_map(|cidr| match cidr.address() {
            IpAddress::Ipv4(address) => {
                Some((address.to_bits() & mask(cidr.prefix_len()), cidr.prefix_len()))
            }
            IpAddress::Ipv6(_) => None,
        })
        .collect();
    let members = |network: &(u32, u8)| ipv4.iter().filter(|other| *other == network).count();
    // The first of those that are met most often; of very many hosts, some are enough to tell.
    let most = ipv4.iter().take(256).rev().max_by_key(|network| members(network));
    let (network, prefix) = most.copied().unwrap_or((Ipv4Address::new(10, 0, 0, 0).to_bits(), 24));
    // The network itself and its broadcast address are nobody's (RFC 1122, 3.2.1.3); of two or one, all are (RFC 3021).
    let last = network | !mask(prefix);
    let range = if prefix >= 31 { network..=last } else { network + 1..=last - 1 };
    let mut free = range.take(all.len() + 1).map(|bits| IpAddress::Ipv4(Ipv4Address::from_bits(bits)));
    free.find(|address| !taken(address)).map(|address| IpCidr::new(address, prefix))
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}
