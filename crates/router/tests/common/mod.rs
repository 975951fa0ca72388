//! Routers wired together, with stations that answer for their addresses and keep what they get.
#![allow(dead_code, reason = "each test file uses its own part")]

use router::packet::{Ipv4Header, ethernet_header, ipv6_packet};
use router::{Actions, Config, Event, Port, Refusal, Router, checksum, icmp};
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet,
    UdpPacket,
};
use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, Ipv6Addr};
use wire::header::{EtherType, Ethernet};
use wire::node::{Action, Tag};
use wire::{Duration, Frame, Instant, PortId};

/// A router and one of its ports.
pub type Place = (usize, u32);

/// The address of a router's port.
pub const fn router_mac((router, port): Place) -> EthernetAddress {
    EthernetAddress([0x02, 0x51, 0, router as u8, 0, port as u8])
}

/// The address of the station at a router's port.
pub const fn station_mac((router, port): Place) -> EthernetAddress {
    EthernetAddress([0x02, 0x50, 0, router as u8, 0, port as u8])
}

/// A machine at a router's port.
#[derive(Default)]
pub struct Station {
    /// It answers for these, and answers echo requests to them.
    pub addresses: Vec<IpAddress>,
    /// Its frames have this tag.
    pub vlan: Option<u16>,
    /// It says nothing at all.
    pub mute: bool,
    /// The IP packets for it or its groups, without NDP that it answers.
    pub got: Vec<Vec<u8>>,
    /// All frames.
    pub frames: Vec<Vec<u8>>,
}

/// A network without delays: what is sent arrives at once.
#[derive(Default)]
pub struct Net {
    pub now: Instant,
    pub routers: Vec<Router>,
    pub wires: BTreeMap<Place, Place>,
    pub stations: BTreeMap<Place, Station>,
    pub events: Vec<(usize, Event)>,
    /// Why packets were kept, in order.
    pub refused: Vec<Refusal>,
    /// Of each frame that came in at a router: whether it was refused, or sent on.
    fates: BTreeMap<u64, bool>,
    /// The packets that came in at routers.
    arrived: BTreeMap<u64, Vec<u8>>,
    under_way: VecDeque<(Place, Frame)>,
    next_hop: u64,
}

pub fn port(addresses: &[&str]) -> Port {
    let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
    Port { addresses, advertise: false, rip: false, ..Port::default() }
}

pub fn via(to: &str, via: &str) -> router::config::StaticRoute {
    router::config::StaticRoute { to: to.parse().unwrap(), via: via.parse().unwrap(), port: None, metric: 1 }
}

pub fn routes(routes: &[(&str, &str)]) -> Config {
    Config { routes: routes.iter().map(|(to, hop)| via(to, hop)).collect(), ..Config::default() }
}

impl Net {
    /// One router with these ports.
    pub fn one(config: Config, ports: Vec<Port>) -> Self {
        let mut net = Self::default();
        net.add(config, ports);
        net
    }

    /// A router between two stations: 10.0.0.2 and fd00::2 at port 0, 10.0.1.2 and fd01::2 at port 1.
    pub fn two_stations(config: Config) -> Self {
        let ports = vec![port(&["10.0.0.1/24", "fd00::1/64"]), port(&["10.0.1.1/24", "fd01::1/64"])];
        let mut net = Self::one(config, ports);
        net.station((0, 0), &["10.0.0.2", "fd00::2", "fe80::2"]);
        net.station((0, 1), &["10.0.1.2", "fd01::2", "fe80::3"]);
        net
    }

    pub fn add(&mut self, config: Config, ports: Vec<Port>) -> usize {
        let number = self.routers.len();
        self.routers.push(Router::new(config, 7 + number as u64));
        for (at, port) in ports.into_iter().enumerate() {
            let mac = router_mac((number, at as u32));
            self.with(number, |router, now, out| router.add_port(now, port, mac, out));
        }
        number
    }

    /// A station that answers for these addresses.
    pub fn station(&mut self, at: Place, addresses: &[&str]) {
        let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
        self.stations.insert(at, Station { addresses, ..Station::default() });
    }

    pub fn wire(&mut self, a: Place, b: Place) {
        self.wires.insert(a, b);
        self.wires.insert(b, a);
    }

    /// Does something with a router, and whatever follows from it at this moment.
    pub fn with<R>(&mut self, number: usize, f: impl FnOnce(&mut Router, Instant, &mut Actions) -> R) -> R {
        let mut out = Actions::default();
        let result = f(&mut self.routers[number], self.now, &mut out);
        self.carry_out(number, out);
        self.run();
        result
    }

    fn carry_out(&mut self, number: usize, out: Actions) {
        for action in out.0 {
            match action {
                Action::Send { port: PortId(port), frame, of } => {
                    if let Some(tag) = of {
                        let before = self.fates.insert(tag.hop, false);
                        assert_ne!(before, Some(true), "a packet that was refused is sent on");
                    }
                    self.under_way.push_back(((number, port), frame));
                }
                Action::Refuse { tag, why } => {
                    assert_eq!(self.fates.insert(tag.hop, true), None, "a packet has one fate");
                    self.refused.push(why);
                }
                Action::Event(event) => self.events.push((number, event)),
            }
        }
    }

    fn run(&mut self) {
        while let Some((from, frame)) = self.under_way.pop_front() {
            if is_report(&frame) {
                continue; // No snooping switch is here.
            }
            if let Some(&to) = self.wires.get(&from) {
                self.arrive(to, frame);
            } else if let Some(mut station) = self.stations.remove(&from) {
                let answers = station.receive(from, &frame);
                self.stations.insert(from, station);
                answers.into_iter().for_each(|answer| self.arrive(from, answer));
            }
        }
    }

    fn arrive(&mut self, at: Place, frame: Frame) {
        self.next_hop += 1;
        let tag = Tag { frame: 1, hop: self.next_hop };
        let ethernet = Ethernet::read(&frame).map(Ethernet::innermost);
        if let Some(ip) =
            ethernet.filter(|ethernet| [EtherType::IPV4, EtherType::IPV6].contains(&ethernet.kind))
        {
            self.arrived.insert(self.next_hop, ip.payload().to_vec());
        }
        let mut out = Actions::default();
        self.routers[at.0].receive(self.now, PortId(at.1), frame, tag, &mut out);
        self.carry_out(at.0, out);
    }

    /// This frame comes in there.
    pub fn frame(&mut self, at: Place, frame: &[u8]) {
        self.arrive(at, Frame::copy_from(frame));
        self.run();
    }

    /// The station there sends this packet to the router.
    pub fn send(&mut self, at: Place, packet: &[u8]) {
        let vlan = self.stations.get(&at).and_then(|station| station.vlan);
        self.frame(at, &framed(router_mac(at), station_mac(at), vlan, packet));
    }

    /// Lets time pass, from deadline to deadline.
    pub fn pass(&mut self, duration: Duration) {
        let until = self.now + duration;
        loop {
            let next = |(number, router): (usize, &Router)| Some((router.poll_at()?, number));
            let Some((at, number)) = self.routers.iter().enumerate().filter_map(next).min() else { break };
            if at > until {
                break;
            }
            self.now = self.now.max(at);
            let now = self.now;
            self.with(number, |router, now, out| router.poll(now, out));
            let next = self.routers[number].poll_at();
            assert!(next.is_none_or(|next| next > now), "a router is busy");
        }
        self.now = until;
    }

    /// What the station there has got since it was asked last.
    pub fn got(&mut self, at: Place) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.stations.get_mut(&at).unwrap().got)
    }

    /// The same of frames.
    pub fn frames(&mut self, at: Place) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.stations.get_mut(&at).unwrap().frames)
    }

    pub fn refused(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.refused)
    }

    /// The packets of which nothing was heard again: consumed, or still waiting.
    pub fn unanswered(&self) -> Vec<Vec<u8>> {
        let lost = self.arrived.iter().filter(|(hop, _)| !self.fates.contains_key(hop));
        lost.map(|(_, packet)| packet.clone()).collect()
    }

    /// The routes in use now at a router, read from its events: prefix, next hop, port.
    pub fn routes(&self, number: usize) -> Vec<String> {
        let mut routes = BTreeMap::new();
        for (_, event) in self.events.iter().filter(|(router, _)| *router == number) {
            match event {
                Event::Route(route) => {
                    let via = route.via.map_or("-".to_owned(), |via| via.to_string());
                    routes.insert(route.to, format!("{} {via} {} {}", route.to, route.port, route.metric));
                }
                Event::RouteGone { to } => {
                    routes.remove(to).expect("it was there");
                }
                _ => {}
            }
        }
        routes.into_values().collect()
    }
}

impl Station {
    fn receive(&mut self, at: Place, frame: &[u8]) -> Vec<Frame> {
        self.frames.push(frame.to_vec());
        let own_mac = station_mac(at);
        let outer = Ethernet::read(frame).unwrap();
        let (vlan, ethernet) = outer.untag().map_or((None, outer), |(tag, inner)| (tag.vlan(), inner));
        let (to, from, payload) = (ethernet.destination, ethernet.source, ethernet.payload());
        if vlan != self.vlan || (to != own_mac && !to.is_broadcast() && !to.is_multicast()) {
            return Vec::new();
        }
        let reply = |bytes: &[u8]| vec![Frame::copy_from(&framed(from, own_mac, vlan, bytes))];
        match ethernet.kind {
            EtherType::ARP if !self.mute => {
                let ArpRepr::EthernetIpv4 {
                    operation: ArpOperation::Request,
                    source_hardware_addr,
                    source_protocol_addr,
                    target_protocol_addr,
                    ..
                } = ArpRepr::parse(&ArpPacket::new_checked(payload).unwrap()).unwrap()
                else {
                    return Vec::new();
                };
                if !self.addresses.contains(&target_protocol_addr.into()) {
                    return Vec::new();
                }
                let repr = ArpRepr::EthernetIpv4 {
                    operation: ArpOperation::Reply,
                    source_hardware_addr: own_mac,
                    source_protocol_addr: target_protocol_addr,
                    target_hardware_addr: source_hardware_addr,
                    target_protocol_addr: source_protocol_addr,
                };
                vec![Frame::copy_from(&arp_frame(from, own_mac, vlan, repr))]
            }
            EtherType::IPV4 => {
                let packet = Ipv4Packet::new_checked(payload).unwrap();
                assert!(packet.verify_checksum());
                let (from, to) = (packet.src_addr(), packet.dst_addr());
                self.got.push(payload[..packet.total_len().into()].to_vec());
                let body = packet.payload();
                if packet.next_header() == IpProtocol::Icmp
                    && body.len() >= 8
                    && body[0] == 8
                    && !self.mute
                    && self.addresses.contains(&to.into())
                {
                    return reply(&ipv4(
                        to,
                        from,
                        IpProtocol::Icmp,
                        64,
                        &icmp::icmpv4(&[&[0; 4], &body[4..]]),
                    ));
                }
                Vec::new()
            }
            EtherType::IPV6 => {
                let packet = Ipv6Packet::new_checked(payload).unwrap();
                let (from, to) = (packet.src_addr(), packet.dst_addr());
                let body = packet.payload();
                if packet.next_header() == IpProtocol::Icmpv6 {
                    let pseudo = checksum::pseudo_v6(from, to, 58, body.len() as u32);
                    if body.len() < 8 || checksum::add(checksum::sum(body), pseudo) != 0xffff {
                        self.got.push(payload.to_vec());
                        return Vec::new(); // Damaged before it came to a router.
                    }
                    if body[0] == 135 && body.len() >= 24 && !self.mute {
                        let target = Ipv6Addr::from(<[u8; 16]>::try_from(&body[8..24]).unwrap());
                        if !self.addresses.contains(&target.into()) {
                            return Vec::new();
                        }
                        return reply(&advertisement(target, from, 0x60, Some(own_mac)));
                    }
                    if body[0] == 128 && !self.mute && self.addresses.contains(&to.into()) {
                        self.got.push(payload.to_vec());
                        let echo = icmp::icmpv6(to, from, &[&[129, 0, 0, 0], &body[4..]]);
                        return reply(&ipv6(to, from, IpProtocol::Icmpv6, 64, &echo));
                    }
                }
                self.got.push(payload[..packet.total_len()].to_vec());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

/// A frame around an IP packet.
/// Whether this is a report of membership (RFC 3810), which concerns switches and has a test of its own.
pub fn is_report(frame: &[u8]) -> bool {
    let ip = Ethernet::read(frame).map(Ethernet::innermost).and_then(|ethernet| ethernet.ip());
    ip.and_then(|ip| ip.icmp()).is_some_and(|icmp| icmp.kind == 143)
}

pub fn framed(to: EthernetAddress, from: EthernetAddress, vlan: Option<u16>, packet: &[u8]) -> Vec<u8> {
    let kind = if packet[0] >> 4 == 4 { EtherType::IPV4 } else { EtherType::IPV6 };
    let (header, len) = ethernet_header(to, from, vlan, kind);
    [&header[..len], packet].concat()
}

pub fn arp_frame(to: EthernetAddress, from: EthernetAddress, vlan: Option<u16>, repr: ArpRepr) -> Vec<u8> {
    let (header, len) = ethernet_header(to, from, vlan, EtherType::ARP);
    let mut bytes = [&header[..len], &[0; 28]].concat();
    repr.emit(&mut ArpPacket::new_unchecked(&mut bytes[len..]));
    bytes
}

pub fn advertisement(target: Ipv6Addr, to: Ipv6Addr, flags: u8, mac: Option<EthernetAddress>) -> Vec<u8> {
    let option = mac.map(|mac| router::ndp::address_option(2, mac));
    let option = option.as_ref().map_or(&[][..], |option| option);
    let message = icmp::icmpv6(target, to, &[&[136, 0, 0, 0, flags, 0, 0, 0], &target.octets(), option]);
    ipv6(target, to, IpProtocol::Icmpv6, 255, &message)
}

pub fn ipv4(from: Ipv4Addr, to: Ipv4Addr, protocol: IpProtocol, ttl: u8, payload: &[u8]) -> Vec<u8> {
    Ipv4Header { from, to, protocol, ttl, tos: 0, ident: 0x1234 }.packet(payload)
}

pub fn ipv6(from: Ipv6Addr, to: Ipv6Addr, protocol: IpProtocol, limit: u8, payload: &[u8]) -> Vec<u8> {
    ipv6_packet(from, to, protocol, limit, payload)
}

/// An IP packet between these.
pub fn ip(from: &str, to: &str, protocol: IpProtocol, ttl: u8, payload: &[u8]) -> Vec<u8> {
    match (from.parse().unwrap(), to.parse().unwrap()) {
        (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) => ipv4(from, to, protocol, ttl, payload),
        (IpAddress::Ipv6(from), IpAddress::Ipv6(to)) => ipv6(from, to, protocol, ttl, payload),
        _ => panic!("of two families"),
    }
}

/// A UDP datagram from port 4000 to port 33434, as traceroute sends it.
pub fn udp(from: &str, to: &str, ttl: u8, len: usize) -> Vec<u8> {
    udp_ports(from, to, ttl, [4_000, 33_434], &vec![0x55; len])
}

pub fn udp_ports(from: &str, to: &str, ttl: u8, [source, destination]: [u16; 2], data: &[u8]) -> Vec<u8> {
    let mut bytes = [&[0; 8], data].concat();
    let mut packet = UdpPacket::new_unchecked(&mut bytes[..]);
    packet.set_src_port(source);
    packet.set_dst_port(destination);
    packet.set_len(8 + data.len() as u16);
    packet.fill_checksum(&from.parse().unwrap(), &to.parse().unwrap());
    ip(from, to, IpProtocol::Udp, ttl, &bytes)
}

/// An echo request.
pub fn ping(from: &str, to: &str, ttl: u8, data: &[u8]) -> Vec<u8> {
    let rest = [&[0, 7, 0, 1], data].concat();
    match (from.parse().unwrap(), to.parse().unwrap()) {
        (IpAddress::Ipv4(a), IpAddress::Ipv4(b)) => {
            ipv4(a, b, IpProtocol::Icmp, ttl, &icmp::icmpv4(&[&[8, 0, 0, 0], &rest]))
        }
        (IpAddress::Ipv6(a), IpAddress::Ipv6(b)) => {
            ipv6(a, b, IpProtocol::Icmpv6, ttl, &icmp::icmpv6(a, b, &[&[128, 0, 0, 0], &rest]))
        }
        _ => panic!("of two families"),
    }
}

/// What a packet is, in short: from whom to whom, time to live, protocol, and of ICMP its type and code.
pub fn shown(packet: &[u8]) -> String {
    let (from, to, ttl, protocol, body) = if packet[0] >> 4 == 4 {
        let p = Ipv4Packet::new_checked(packet).unwrap();
        let (from, to) = (p.src_addr().to_string(), p.dst_addr().to_string());
        (from, to, p.hop_limit(), p.next_header(), p.payload())
    } else {
        let p = Ipv6Packet::new_checked(packet).unwrap();
        let (from, to) = (p.src_addr().to_string(), p.dst_addr().to_string());
        (from, to, p.hop_limit(), p.next_header(), p.payload())
    };
    let what = match protocol {
        IpProtocol::Icmp | IpProtocol::Icmpv6 => format!("{protocol} {}/{}", body[0], body[1]),
        _ => format!("{protocol}"),
    };
    format!("{from} > {to} ttl {ttl} {what}")
}

/// The packet that an ICMP error quotes.
pub fn quoted(packet: &[u8]) -> &[u8] {
    if packet[0] >> 4 == 4 { &packet[28..] } else { &packet[48..] }
}
