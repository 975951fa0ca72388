//! ARP (RFC 826, RFC 5227): the router answers for its addresses and learns from those who ask it or answer it.

use crate::interface::{Interface, Link};
use crate::neighbor::Heard;
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
        // One that only probes (RFC 5227, 2.1.1) has no address yet, and nobody has somebody else's network or a group's address.
        if mac.is_unicast() && interface.is_on_link(sender) && !interface.has(sender) {
            let solicited = operation == ArpOperation::Reply && for_us;
            let how = if operation == ArpOperation::Request && for_us {
                Heard::Asking
            } else {
                Heard::Telling { solicited, overrides: true }
            };
            self.neighbors.heard(now, link, sender, Some(mac), how);
        }
        let Some(interface) = self.interfaces.get(&link) else { return Err(Refusal::NotForUs) };
        match operation {
            ArpOperation::Request if for_us => {
                send(interface, ArpOperation::Reply, target, mac, ip, out);
                Ok(())
            }
            ArpOperation::Reply if for_us => Ok(()),
            // Everybody hears these; RFC 826 only wants known addresses brought up to date.
            _ => Err(Refusal::NotForUs),
        }
    }

    /// Asks who has this address: everybody, or the machine that had it.
    pub(crate) fn ask_arp(
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
