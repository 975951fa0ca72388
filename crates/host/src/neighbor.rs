//! What a host learns of its neighbors, read off the wire.
//!
//! smoltcp's neighbor cache cannot be read, but what fills it is what arrives: ARP aimed at one of the host's addresses
//! (RFC 826), and neighbor solicitations and advertisements (RFC 4861). This follows smoltcp's own rules for both.

use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, Icmpv6Message,
    Icmpv6Packet, IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet, NdiscRepr, RawHardwareAddress,
};

/// What a received frame means for the card and the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Not for this host: its card drops it. ARP for somebody else's address counts here too, and so do groups that the host
    /// is not in: the stack would only throw it away, and a broadcast would cost as many polls as there are hosts.
    NotForUs,
    /// The stack has to see it.
    ForUs,
    /// The same, and it teaches a neighbor's address.
    Teaches(IpAddress, EthernetAddress),
}

/// Looks at a frame that reached the card `own`; `is_ours` says whether an IP address is the host's, or one of
/// a group that it is in.
pub(crate) fn look(frame: &[u8], own: EthernetAddress, is_ours: impl Fn(IpAddress) -> bool) -> Arrival {
    let Ok(ethernet) = EthernetFrame::new_checked(frame) else { return Arrival::NotForUs };
    let destination = ethernet.dst_addr();
    if destination != own && destination.is_unicast() {
        return Arrival::NotForUs;
    }
    // A card listens to the groups that its host is in; it goes by their Ethernet addresses, and the stack throws away what
    // is left of others.
    let other_group = |to: IpAddress| to.is_multicast() && !is_ours(to);
    match ethernet.ethertype() {
        EthernetProtocol::Arp => arp(ethernet.payload(), is_ours),
        EthernetProtocol::Ipv4 => match Ipv4Packet::new_checked(ethernet.payload()) {
            Ok(ip) if other_group(ip.dst_addr().into()) => Arrival::NotForUs,
            _ => Arrival::ForUs,
        },
        EthernetProtocol::Ipv6 => match Ipv6Packet::new_checked(ethernet.payload()) {
            Ok(ip) if other_group(ip.dst_addr().into()) => Arrival::NotForUs,
            _ => match ndp(ethernet.payload()) {
                Some((ip, mac)) => Arrival::Teaches(ip, mac),
                None => Arrival::ForUs,
            },
        },
        _ => Arrival::ForUs,
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
        Arrival::Teaches(source_protocol_addr.into(), source_hardware_addr)
    } else {
        Arrival::ForUs
    }
}

fn ndp(payload: &[u8]) -> Option<(IpAddress, EthernetAddress)> {
    let ip = Ipv6Packet::new_checked(payload).ok()?;
    if ip.next_header() != IpProtocol::Icmpv6 || ip.hop_limit() != 255 {
        return None;
    }
    let icmp = Icmpv6Packet::new_checked(ip.payload()).ok()?;
    if !matches!(icmp.msg_type(), Icmpv6Message::NeighborSolicit | Icmpv6Message::NeighborAdvert) {
        return None;
    }
    let (address, lladdr) = match NdiscRepr::parse(&icmp).ok()? {
        NdiscRepr::NeighborSolicit { lladdr, .. } => (ip.src_addr(), lladdr?),
        NdiscRepr::NeighborAdvert { target_addr, lladdr, .. } => (target_addr, lladdr?),
        _ => return None,
    };
    Some((address.into(), ethernet(lladdr)?))
}

/// Whose Ethernet address a frame asks for.
pub(crate) fn asks_for(frame: &[u8]) -> Option<IpAddress> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    match ethernet.ethertype() {
        EthernetProtocol::Arp => {
            let ArpRepr::EthernetIpv4 { operation, target_protocol_addr, .. } =
                ArpPacket::new_checked(ethernet.payload()).and_then(|arp| ArpRepr::parse(&arp)).ok()?
            else {
                return None;
            };
            (operation == ArpOperation::Request).then(|| target_protocol_addr.into())
        }
        EthernetProtocol::Ipv6 => {
            let ip = Ipv6Packet::new_checked(ethernet.payload()).ok()?;
            let icmp = (ip.next_header() == IpProtocol::Icmpv6).then(|| ip.payload())?;
            match NdiscRepr::parse(&Icmpv6Packet::new_checked(icmp).ok()?).ok()? {
                NdiscRepr::NeighborSolicit { target_addr, .. } => Some(target_addr.into()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn ethernet(address: RawHardwareAddress) -> Option<EthernetAddress> {
    let bytes = address.as_bytes().first_chunk::<6>()?;
    let mac = EthernetAddress(*bytes);
    mac.is_unicast().then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use smoltcp::wire::{EthernetRepr, Ipv4Address};

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

    #[test]
    fn arp_for_us_teaches_and_arp_for_others_is_left_alone() {
        assert_eq!(look(&who_has(OWN_IP), OWN, ours), Arrival::Teaches(PEER_IP.into(), PEER));
        assert_eq!(look(&who_has(Ipv4Address::new(10, 0, 0, 3)), OWN, ours), Arrival::NotForUs);
    }

    #[test]
    fn a_card_takes_only_its_own_frames_and_group_frames() {
        let mut frame = vec![0; 60];
        frame[..6].copy_from_slice(&PEER.0);
        assert_eq!(look(&frame, OWN, ours), Arrival::NotForUs);
        frame[..6].copy_from_slice(&OWN.0);
        assert_eq!(look(&frame, OWN, ours), Arrival::ForUs);
        frame[..6].copy_from_slice(&EthernetAddress::BROADCAST.0);
        assert_eq!(look(&frame, OWN, ours), Arrival::ForUs);
        assert_eq!(look(&frame[..13], OWN, ours), Arrival::NotForUs, "a runt");
    }
}
