//! A router: IPv4 and IPv6 forwarding, with ARP and NDP, ICMP errors, fragmentation, router advertisements, RIP, address
//! translation and a stateful filter. One sans-IO machine: frames and time go in, [`Action`](wire::node::Action)s come out.
//!
//! A map, in the order in which a packet passes the modules:
//!
//! | module | what it is |
//! |---|---|
//! | [`config`], [`event`], `timer` | settings; reported changes and drop reasons; why the router wakes |
//! | [`interface`] | a port's untagged frames, and each of its VLANs |
//! | [`packet`] | the packet as it was received; headers written |
//! | `ipv4`, `ipv6`, `options` | forwarding; the options of packets |
//! | [`routes`], `prefix` | the routing table: candidates, and the routes in use |
//! | `overtaking` | fragments that wait for the first one of their packet |
//! | [`nat`], [`filter`], [`flow`], `admit` | address translation, and the filter |
//! | [`fragmentation`] | IPv4 packets cut to the next link's MTU |
//! | [`neighbor`], `arp`, [`ndp`] | the neighbor table, ARP and neighbor discovery |
//! | `output` | packets sent in frames |
//! | [`icmp`], `send_error`, [`limit`] | ICMP errors: their contents, when they may be sent, and their rate limit |
//! | `own`, [`reassembly`], [`reset`] | packets for the router itself |
//! | [`advertise`] | router advertisements |
//! | [`routing`], [`rip`], `protocol` | the interface for routing protocols, and RIP |
//! | [`agent`] | services of the router: DHCP, DNS |
//! | `settings` | from settings and carriers to interfaces and routes |
//!
//! Left out on purpose: the router does not check whether its own addresses are in use already (RFC 5227; RFC 4862, 5.4), since
//! the document that configures them is checked for that; it neither reports nor queries group memberships (RFC 9776, RFC 3810),
//! since it forwards no multicast; it does not follow source routes; and it stores no path MTU, since its own long packets are
//! only answers to long echo requests.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod admit;
pub mod advertise;
pub mod agent;
mod arp;
pub mod checksum;
pub mod config;
pub mod event;
pub mod filter;
pub mod flow;
pub mod fragmentation;
mod fragments;
pub mod icmp;
pub mod interface;
mod ipv4;
mod ipv6;
pub mod limit;
mod membership;
pub mod nat;
pub mod ndp;
pub mod neighbor;
mod options;
mod output;
mod overtaking;
mod own;
pub mod packet;
mod prefix;
mod protocol;
pub mod reassembly;
pub mod reset;
pub mod rip;
pub mod routes;
pub mod routing;
#[cfg(test)]
mod sample;
mod send_error;
mod settings;
mod table;
mod tcp;
mod timer;

pub use config::{Config, Port};
pub use event::{Event, Refusal};
pub use timer::Timer;

use advertise::Advertiser;
use filter::Tracker;
use flow::Packet;
use interface::{Interface, Link};
use limit::Bucket;
use membership::Memberships;
use nat::Translator;
use neighbor::Neighbors;
use overtaking::Overtaking;
use packet::Received;
use reassembly::Reassembly;
use rip::Rip;
use routes::Table;
use smoltcp::wire::{EthernetAddress, IpAddress, IpVersion};
use std::net::Ipv6Addr;
use wire::header::{EtherType, Ethernet};
use wire::node::Tag;
use wire::rng::Stream;
use wire::sorted::{SortedMap, SortedSet};
use wire::{Duration, Frame, Instant, PortId};

/// The actions that a router returns.
pub type Actions = wire::node::Actions<Event, Refusal>;

/// ICMP errors: a hundred a second, and fifty at once (RFC 1812, 4.3.2.8).
const ERRORS: Bucket = Bucket::new(Duration::from_millis(10), 50);
/// Redirects: one a second, and ten at once. A host that does not follow one need not get one with every packet.
const REDIRECTS: Bucket = Bucket::new(Duration::from_secs(1), 10);

/// The first numbers of the paths that name random streams.
const STREAM_OF_IDENTS: u64 = 1;
const STREAM_OF_ADVERTISEMENTS: u64 = 2;
const STREAM_OF_RIP: u64 = 3;
const STREAM_OF_MEMBERSHIPS: u64 = 4;

/// A router.
pub struct Router {
    config: Config,
    random_seed: u64,
    ports: Vec<PortState>,
    /// The interfaces that are up.
    interfaces: SortedMap<Link, Interface>,
    /// The addresses of all interfaces, without link-local ones.
    own: SortedSet<IpAddress>,
    table: Table,
    neighbors: Neighbors,
    advertiser: Advertiser,
    memberships: Memberships,
    rip: Option<Rip>,
    agent: Option<Box<dyn agent::Agent>>,
    /// Translator and tracker exist, with empty tables, even where they are not configured, since their entries are numbered over the
    /// router's life.
    nat: Translator,
    tracker: Tracker,
    overtaking: Overtaking,
    reassembly: Reassembly,
    errors: Bucket,
    redirects: Bucket,
    /// The identification of the last IPv4 packet that the router made.
    ident: u16,
    /// A buffer for a packet that is being changed.
    scratch: Vec<u8>,
}

struct PortState {
    settings: Port,
    /// The address that it has unless its settings choose one.
    burned_in: EthernetAddress,
    carrier: bool,
}

impl PortState {
    fn mac(&self) -> EthernetAddress {
        self.settings.mac.filter(EthernetAddress::is_unicast).unwrap_or(self.burned_in)
    }
}

impl Router {
    /// A router without ports. `random_seed`: the seed of its random numbers (identifiers, jitter of timers).
    pub fn new(config: Config, random_seed: u64) -> Self {
        let stream = |purpose| Stream::new(random_seed, &[purpose]);
        let mut tracker = Tracker::default();
        if let Some(filter) = &config.filter {
            tracker.set_filter(filter, &mut Actions::default());
        }
        Self {
            random_seed,
            ports: Vec::new(),
            interfaces: SortedMap::new(),
            own: SortedSet::new(),
            table: Table::default(),
            neighbors: Neighbors::default(),
            advertiser: Advertiser::new(stream(STREAM_OF_ADVERTISEMENTS)),
            memberships: Memberships::new(stream(STREAM_OF_MEMBERSHIPS)),
            rip: config.rip.map(|settings| Rip::new(settings, stream(STREAM_OF_RIP))),
            agent: None,
            nat: Translator::new(config.nat.clone().unwrap_or_default()),
            tracker,
            overtaking: Overtaking::default(),
            reassembly: Reassembly::default(),
            errors: ERRORS,
            redirects: REDIRECTS,
            ident: stream(STREAM_OF_IDENTS).draw() as u16,
            scratch: Vec::new(),
            config,
        }
    }

    /// Adds the next port, with a cable plugged in. `mac`: the port's own address, unless its settings choose one.
    pub fn add_port(&mut self, now: Instant, port: Port, mac: EthernetAddress, out: &mut Actions) -> PortId {
        self.ports.push(PortState { settings: port, burned_in: mac, carrier: true });
        self.refresh(now, out);
        self.settle(now, out);
        PortId(self.ports.len() as u32 - 1)
    }

    /// Changes a port's settings.
    pub fn set_port(&mut self, now: Instant, port: PortId, settings: Port, out: &mut Actions) {
        if let Some(state) = self.ports.get_mut(port.0 as usize) {
            state.settings = settings;
            self.refresh(now, out);
            self.settle(now, out);
        }
    }

    /// Sets whether the cable at this port has a carrier.
    pub fn set_carrier(&mut self, now: Instant, port: PortId, up: bool, out: &mut Actions) {
        if let Some(state) = self.ports.get_mut(port.0 as usize) {
            state.carrier = up;
            self.refresh(now, out);
            self.settle(now, out);
        }
    }

    /// Changes the router's own settings. Learned entries stay as far as they fit the new settings.
    pub fn set_config(&mut self, now: Instant, config: Config, out: &mut Actions) {
        if config != self.config {
            self.reconfigure(now, config, out);
            self.settle(now, out);
        }
    }

    /// Removes all neighbors, translations and connections.
    pub fn clear(&mut self, now: Instant, out: &mut Actions) {
        self.neighbors.retain(|_, _| false);
        self.nat.clear(out);
        self.tracker.clear(out);
        self.settle(now, out);
    }

    /// Receives a frame.
    ///
    /// Each frame has one of these outcomes: it is forwarded with its tag, now or later; it is refused with its tag, now or later; or
    /// it was for the router itself, and no action names its tag.
    pub fn receive(&mut self, now: Instant, port: PortId, frame: Frame, tag: Tag, out: &mut Actions) {
        if let Err(why) = self.ingress(now, port, frame, tag, out) {
            out.refuse(tag, why);
        }
        self.settle(now, out);
    }

    fn ingress(
        &mut self,
        now: Instant,
        port: PortId,
        frame: Frame,
        tag: Tag,
        out: &mut Actions,
    ) -> Result<(), Refusal> {
        if !self.ports.get(port.0 as usize).is_some_and(|port| port.settings.up && port.carrier) {
            return Err(Refusal::PortOff);
        }
        let outer = Ethernet::read(&frame).ok_or(Refusal::Malformed)?;
        let (vlan, ethernet) = match outer.kind {
            EtherType::VLAN => {
                let (tag, inner) = outer.untag().ok_or(Refusal::Malformed)?;
                (tag.vlan(), inner)
            }
            _ => (None, outer),
        };
        let (to, payload) = (ethernet.destination, ethernet.payload());
        let link = Link { port, vlan };
        let interface = self.interfaces.get(&link).ok_or(Refusal::NotForUs)?;
        if to != interface.mac && !to.is_broadcast() && !interface.is_in_group(to) {
            return Err(Refusal::NotForUs);
        }
        if !ethernet.source.is_unicast() {
            return Err(Refusal::Malformed);
        }
        let to_group = to != interface.mac;
        let received = |version| {
            let len = packet::whole_len(payload, version).ok_or(Refusal::Malformed)?;
            if len > interface.mtu {
                return Err(Refusal::TooBig); // The port drops it as a giant.
            }
            let packet = ethernet.payload_at..ethernet.payload_at + len;
            Ok(Received { frame: frame.clone(), packet, tag, from: link, to_group })
        };
        match ethernet.kind {
            EtherType::ARP if interface.speaks_ipv4() => self.receive_arp(now, link, payload, out),
            EtherType::IPV4 if interface.speaks_ipv4() => {
                self.receive_ip(now, received(IpVersion::Ipv4)?, out)
            }
            EtherType::IPV6 if interface.link_local.is_some() => {
                self.receive_ip(now, received(IpVersion::Ipv6)?, out)
            }
            _ => Err(Refusal::NotForUs),
        }
    }

    /// Receives a whole packet. Where ports decide about packets, a fragment that has none waits for the one that has them.
    fn receive_ip(&mut self, now: Instant, received: Received, out: &mut Actions) -> Result<(), Refusal> {
        let ports_decide = self.config.nat.is_some() || self.config.filter.is_some();
        let packet = ports_decide.then(|| Packet::read(received.bytes())).flatten();
        if packet.is_some_and(|packet| self.overtaking.waits(now, &packet, &received)) {
            return Ok(());
        }
        let result = self.receive_whole(now, received, out);
        for follower in packet.map(|packet| self.overtaking.follow(now, &packet)).unwrap_or_default() {
            let tag = follower.tag;
            if let Err(why) = self.receive_whole(now, follower, out) {
                out.refuse(tag, why);
            }
        }
        result
    }

    fn receive_whole(&mut self, now: Instant, received: Received, out: &mut Actions) -> Result<(), Refusal> {
        match received.bytes()[0] >> 4 {
            4 => self.receive_ipv4(now, received, out),
            _ => self.receive_ipv6(now, received, out),
        }
    }

    /// Runs the timers that are due.
    pub fn poll(&mut self, now: Instant, out: &mut Actions) {
        self.neighbors.poll(now);
        self.poll_memberships(now, out);
        self.poll_advertisements(now, out);
        self.poll_rip(now, out);
        self.poll_services(now, out);
        self.poll_reassembly(now, out);
        self.nat.poll(now, out);
        self.tracker.poll(now, out);
        self.settle(now, out);
    }

    /// When the router next has to be polled, whatever frames come in.
    pub fn poll_at(&self) -> Option<Instant> {
        self.next_timer().map(|(at, _)| at)
    }

    /// The same, and why: of several timers that fire at one moment the first in the order of [`Timer`].
    pub fn next_timer(&self) -> Option<(Instant, Timer)> {
        let timers = [
            (self.neighbors.poll_at(), Timer::Neighbor),
            (self.advertiser.poll_at(), Timer::RouterAdvertisement),
            (self.memberships.poll_at(), Timer::GroupReport),
            (self.reassembly.poll_at(), Timer::Reassembly),
            (self.overtaking.poll_at(), Timer::Reassembly),
            (self.nat.poll_at(), Timer::Translation),
            (self.tracker.poll_at(), Timer::Connection),
            (self.agent.as_ref().and_then(|agent| agent.poll_at()), Timer::Service),
        ];
        let timers = timers.into_iter().filter_map(|(at, timer)| Some((at?, timer)));
        timers.chain(self.rip.as_ref().and_then(Rip::next_timer)).min()
    }

    /// Whether this is the address of all routers of a network at an interface of the router, or, if it is link-local, at `link`.
    fn is_anycast(&self, link: Link, address: Ipv6Addr) -> bool {
        match address.is_unicast_link_local() {
            true => self.interfaces.get(&link).is_some_and(|interface| interface.has_anycast(address)),
            false => self.interfaces.values().any(|interface| interface.has_anycast(address)),
        }
    }

    /// Whether this is an address of the router, or of the interface `link` if it is link-local.
    fn is_own(&self, link: Link, address: IpAddress) -> bool {
        self.own.contains(&address)
            || self.interfaces.get(&link).is_some_and(|interface| interface.has(address))
    }
}
