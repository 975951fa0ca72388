//! Which frames the card takes, and the neighbors' addresses in them.
//!
//! smoltcp's neighbor cache cannot be read, but what fills it is what arrives: ARP aimed at one of the host's addresses
//! (RFC 826), and neighbor solicitations and advertisements (RFC 4861). This follows smoltcp's own rules for both.

use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, Icmpv6Message, Icmpv6Packet, IpAddress, NdiscRepr,
    RawHardwareAddress,
};
use wire::header::{EtherType, Ethernet, Ip};

/// What a received frame means for the card and the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Not for this host: its card drops it. ARP for another host's address counts here too, and so do groups that the host
    /// is not in: the stack would only throw it away, and a broadcast would cost as many polls as there are hosts.
    NotForUs,
    /// The stack has to see it.
    ForUs,
    /// The stack has to see it, and it contains a neighbor's IP and Ethernet address.
    Learned(IpAddress, EthernetAddress),
}

/// Whether the card `own` accepts a frame for this Ethernet address: its own, or one of a group.
pub(crate) fn accepts(own: EthernetAddress, destination: EthernetAddress) -> bool {
    destination == own || !destination.is_unicast()
}

/// Looks at a frame that the card has accepted and at the IP packet in it, if it is readable; `is_ours` returns whether an IP
/// address is the host's, or that of a group that it is in.
pub(crate) fn look(
    ethernet: &Ethernet<'_>,
    ip: Option<&Ip<'_>>,
    is_ours: impl Fn(IpAddress) -> bool,
) -> Arrival {
    match ip {
        None if ethernet.kind == EtherType::ARP => arp(ethernet.payload(), is_ours),
        // What is unreadable here, the stack has to reject.
        None => Arrival::ForUs,
        // A card filters groups by their Ethernet addresses, which several groups share; the stack would drop the rest.
        Some(ip) if ip.destination.is_multicast() && !is_ours(ip.destination) => Arrival::NotForUs,
        Some(ip) => ndp(ip).map_or(Arrival::ForUs, |(ip, mac)| Arrival::Learned(ip, mac)),
    }
}

fn arp(payload: &[u8], is_ours: impl Fn(IpAddress) -> bool) -> Arrival {
    let Ok(ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr,
        source_protocol_addr,
        target_protocol_addr,
        ..
    }) = ArpPacket::new_checked(payload).and_then(|packet| ArpRepr::parse(&packet))
    else {
        return Arrival::NotForUs;
    };
    if !is_ours(target_protocol_addr.into()) {
        return Arrival::NotForUs;
    }
    let known = matches!(operation, ArpOperation::Request | ArpOperation::Reply);
    if known && source_hardware_addr.is_unicast() && !source_protocol_addr.is_unspecified() {
        Arrival::Learned(source_protocol_addr.into(), source_hardware_addr)
    } else {
        Arrival::ForUs
    }
}

/// The neighbor's addresses in a solicitation or an advertisement, which is no fragment (RFC 6980, 5).
fn ndp(ip: &Ip<'_>) -> Option<(IpAddress, EthernetAddress)> {
    if ip.hop_limit != 255 || ip.fragment.is_some() {
        return None;
    }
    let (address, lladdr) = match ndisc(ip)? {
        NdiscRepr::NeighborSolicit { lladdr, .. } => (ip.source, lladdr?),
        NdiscRepr::NeighborAdvert { target_addr, lladdr, .. } => (target_addr.into(), lladdr?),
        _ => return None,
    };
    Some((address, ethernet(lladdr)?))
}

/// The neighbor solicitation or advertisement in this packet.
fn ndisc<'p>(ip: &Ip<'p>) -> Option<NdiscRepr<'p>> {
    let is_one = |kind: u8| {
        matches!(Icmpv6Message::from(kind), Icmpv6Message::NeighborSolicit | Icmpv6Message::NeighborAdvert)
    };
    let is_v6 = matches!(ip.source, IpAddress::Ipv6(_));
    ip.icmp().filter(|icmp| is_v6 && is_one(icmp.kind))?;
    NdiscRepr::parse(&Icmpv6Packet::new_checked(ip.payload()).ok()?).ok()
}

/// The IP address that an ARP request or neighbor solicitation asks for.
pub(crate) fn asks_for(frame: &[u8]) -> Option<IpAddress> {
    let ethernet = Ethernet::read(frame)?;
    if ethernet.kind != EtherType::ARP {
        return match ndisc(&ethernet.ip()?)? {
            NdiscRepr::NeighborSolicit { target_addr, .. } => Some(target_addr.into()),
            _ => None,
        };
    }
    let ArpRepr::EthernetIpv4 { operation, target_protocol_addr, .. } =
        ArpPacket::new_checked(ethernet.payload()).and_then(|arp| ArpRepr::parse(&arp)).ok()?
    else {
        return None;
    };
    (operation == ArpOperation::Request).then(|| target_protocol_addr.into())
}

fn ethernet(address: RawHardwareAddress) -> Option<EthernetAddress> {
    let bytes = address.as_bytes().first_chunk::<6>()?;
    let mac = EthernetAddress(*bytes);
    mac.is_unicast().then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{
        EthernetFrame, EthernetProtocol, EthernetRepr, Icmpv6Repr, Ipv4Address, Ipv6Address,
    };

    const OWN: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 1]);
    const PEER: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 2]);
    const OWN_IP: Ipv4Address = Ipv4Address::new(10, 0, 0, 1);
    const PEER_IP: Ipv4Address = Ipv4Address::new(10, 0, 0, 2);

    fn who_has(target: Ipv4Address) -> Vec<u8> {
        let arp = ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr: PEER,
            source_protocol_addr: PEER_IP,
            target_hardware_addr: EthernetAddress([0; 6]),
            target_protocol_addr: target,
        };
        let header = EthernetRepr {
            src_addr: PEER,
            dst_addr: EthernetAddress::BROADCAST,
            ethertype: EthernetProtocol::Arp,
        };
        let mut bytes = vec![0; 14 + arp.buffer_len()];
        let mut frame = EthernetFrame::new_unchecked(&mut bytes[..]);
        header.emit(&mut frame);
        arp.emit(&mut ArpPacket::new_unchecked(frame.payload_mut()));
        bytes
    }

    fn ours(ip: IpAddress) -> bool {
        ip == OWN_IP.into()
    }

    fn look(frame: &[u8]) -> Arrival {
        let ethernet = Ethernet::read(frame).unwrap();
        super::look(&ethernet, ethernet.ip().as_ref(), ours)
    }

    #[test]
    fn arp_for_this_host_teaches_an_address_and_other_arp_is_ignored() {
        assert_eq!(look(&who_has(OWN_IP)), Arrival::Learned(PEER_IP.into(), PEER));
        assert_eq!(look(&who_has(Ipv4Address::new(10, 0, 0, 3))), Arrival::NotForUs);
    }

    #[test]
    fn a_card_accepts_only_frames_for_itself_and_for_groups() {
        assert!(accepts(OWN, OWN) && accepts(OWN, EthernetAddress::BROADCAST));
        assert!(accepts(OWN, EthernetAddress([0x33, 0x33, 0, 0, 0, 1])));
        assert!(!accepts(OWN, PEER));
    }

    #[test]
    fn unreadable_packets_are_left_to_the_stack() {
        for kind in [EtherType::IPV4, EtherType::IPV6, EtherType::VLAN] {
            let mut frame = vec![0; 60];
            frame[12..14].copy_from_slice(&kind.0.to_be_bytes());
            assert_eq!(look(&frame), Arrival::ForUs, "{kind:?}");
        }
    }

    /// A neighbor solicitation by `fe80::2`, with these bytes between the IPv6 header and the message.
    fn solicitation(next_header: u8, extension: &[u8]) -> Vec<u8> {
        let (from, to) =
            (Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 2), Ipv6Address::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
        let message = NdiscRepr::NeighborSolicit { target_addr: to, lladdr: Some(PEER.into()) };
        let message = Icmpv6Repr::Ndisc(message);
        let mut icmp = vec![0; message.buffer_len()];
        message.emit(
            &from,
            &to,
            &mut Icmpv6Packet::new_unchecked(&mut icmp[..]),
            &ChecksumCapabilities::default(),
        );
        let len = (extension.len() + icmp.len()) as u8;
        let header = [0x60, 0, 0, 0, 0, len, next_header, 255];
        [&OWN.0[..], &PEER.0, &[0x86, 0xdd], &header, &from.octets(), &to.octets(), extension, &icmp].concat()
    }

    #[test]
    fn neighbor_discovery_teaches_an_address_also_behind_options_and_never_in_a_fragment() {
        let learned = Arrival::Learned(IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 0, 2), PEER);
        assert_eq!(look(&solicitation(58, &[])), learned);
        assert_eq!(look(&solicitation(0, &[58, 0, 1, 4, 0, 0, 0, 0])), learned);
        assert_eq!(look(&solicitation(44, &[58, 0, 0, 0, 0, 0, 0, 7])), Arrival::ForUs);
        assert_eq!(asks_for(&solicitation(58, &[])), Some(IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 0, 1)));
        assert_eq!(asks_for(&who_has(OWN_IP)), Some(OWN_IP.into()));
    }
}
