//! ARP (RFC 826, RFC 5227): the router answers requests for its addresses, and learns from requests and replies to it.

use crate::interface::{Interface, Link};
use crate::neighbor::Evidence;
use crate::packet::ethernet_header;
use crate::{Actions, Refusal, Router};
use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, EthernetAddress, IpAddress};
use std::net::Ipv4Addr;
use wire::header::EtherType;
use wire::{Frame, Instant};

/// The length of an ARP packet for Ethernet and IPv4.
const ARP_LEN: usize = 28;

impl Router {
    pub(crate) fn receive_arp(
        &mut self,
        now: Instant,
        link: Link,
        bytes: &[u8],
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        let packet = ArpPacket::new_checked(bytes).map_err(|_| Refusal::Malformed)?;
        let ArpRepr::EthernetIpv4 {
            operation,
            source_hardware_addr: mac,
            source_protocol_addr: ip,
            target_protocol_addr: target,
            ..
        } = ArpRepr::parse(&packet).map_err(|_| Refusal::Malformed)?
        else {
            return Err(Refusal::NotForUs);
        };
        let Some(interface) = self.interfaces.get(&link) else { return Err(Refusal::NotForUs) };
        let for_us = interface.has(target.into());
        let sender = IpAddress::Ipv4(ip);
        // A probe (RFC 5227, 2.1.1) has no sender address; other invalid ones are those of another network or of a group.
        if mac.is_unicast() && interface.is_on_link(sender) && !interface.has(sender) {
            let solicited = operation == ArpOperation::Reply && for_us;
            let how = if operation == ArpOperation::Request && for_us {
                Evidence::Request
            } else {
                Evidence::Advertisement { solicited, overrides: true }
            };
            self.neighbors.learn_from(now, link, sender, Some(mac), how);
        }
        let Some(interface) = self.interfaces.get(&link) else { return Err(Refusal::NotForUs) };
        match operation {
            ArpOperation::Request if for_us => {
                send(interface, ArpOperation::Reply, target, mac, ip, out);
                Ok(())
            }
            ArpOperation::Reply if for_us => Ok(()),
            // Gratuitous ARP is a broadcast; RFC 826 only updates known addresses by it.
            _ => Err(Refusal::NotForUs),
        }
    }

    /// Sends an ARP request for this address: to all stations, or to the one with the MAC address `to`.
    pub(crate) fn send_arp_request(
        &self,
        interface: &Interface,
        ip: Ipv4Addr,
        to: Option<EthernetAddress>,
        out: &mut Actions,
    ) {
        let Some(IpAddress::Ipv4(from)) = interface.source_for(ip.into()) else { return };
        send(interface, ArpOperation::Request, from, to.unwrap_or(EthernetAddress::BROADCAST), ip, out);
    }
}

fn send(
    interface: &Interface,
    operation: ArpOperation,
    from: Ipv4Addr,
    mac: EthernetAddress,
    ip: Ipv4Addr,
    out: &mut Actions,
) {
    let (header, len) = ethernet_header(mac, interface.mac, interface.link.vlan, EtherType::ARP);
    let asks_all = mac == EthernetAddress::BROADCAST;
    let repr = ArpRepr::EthernetIpv4 {
        operation,
        source_hardware_addr: interface.mac,
        source_protocol_addr: from,
        target_hardware_addr: if asks_all { EthernetAddress([0; 6]) } else { mac },
        target_protocol_addr: ip,
    };
    let frame = Frame::build(len + ARP_LEN, |bytes| {
        bytes[..len].copy_from_slice(&header[..len]);
        repr.emit(&mut ArpPacket::new_unchecked(&mut bytes[len..]));
    });
    out.send(interface.link.port, frame, None);
}
