//! A host's kernel: one network card, a smoltcp stack with the host's own layers around it, and the two ends of runs.
//!
//! What arrives is handled at once, in [`arrival`]: below TCP and UDP everything is the host's own. Programs stand above it, in
//! [`machine`](crate::machine), and reach it through a [`System`](crate::system::System).

mod arrival;
mod outgoing;
mod start;

use crate::capture::Captures;
use crate::card::Card;
use crate::client::{Client, Fragments, Stack};
use crate::config::{Config, ResolverConfig};
use crate::connection::Connections;
use crate::dad::{self, Dad};
use crate::event::{Event, Output};
use crate::icmp_error::{Flow, IcmpReport};
use crate::icmp_reply::Limits;
use crate::listener::Listener;
use crate::loopback::{self, Loopback};
use crate::meter::Meter;
use crate::multicast::Groups;
use crate::neighbor::{Evidence, Neighbors};
use crate::path_mtu::PathMtus;
use crate::reassembly::Reassembly;
use crate::retransmission::Detector;
use crate::route::{Routes, Way};
use crate::run::{IcmpError, Outcome, RunId, Transport};
use crate::server::{Audience, Server, Service};
use crate::slaac::Slaac;
use crate::sockets::{Socket, Sockets, tuple_of};
use smoltcp::iface::{Interface, SocketHandle};
use smoltcp::socket::tcp;
use smoltcp::wire::{
    EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address, Ipv6Address,
};
use std::any::Any;
use wire::nic;
use wire::rng::Stream;
use wire::{Duration, Frame, Instant, NodeId};

/// Client ports and ICMP identifiers are taken from the dynamic range (RFC 6335, 6), one after the other.
const FIRST_CLIENT_PORT: u16 = 49_152;

/// The host's streams of random numbers, beside smoltcp's.
const STREAM_OF_GROUPS: u64 = 1;
const STREAM_OF_DAD: u64 = 2;

/// Everything of a host below its programs: one network card, a smoltcp stack, sockets, and the clients and servers of runs.
pub(crate) struct Kernel {
    id: NodeId,
    pub config: Config,
    pub mac: EthernetAddress,
    pub random: u64,
    pub iface: Interface,
    card: Card,
    /// The card is switched on.
    pub card_is_on: bool,
    pub sockets: Sockets,
    clients: Vec<Running>,
    servers: Vec<Server>,
    retransmissions: Vec<Detector>,
    /// TCP sockets of finished clients and programs, which still have to close.
    pub closing: Vec<SocketHandle>,
    /// Those of them that were programs'.
    pub closing_of_programs: Vec<SocketHandle>,
    /// The ports at which programs accept connections.
    pub listeners: Vec<Listener>,
    loopback: Loopback,
    /// What sees all frames of the card.
    pub captures: Captures,
    next_port: u16,
    pub neighbors: Neighbors,
    pub routes: Routes,
    slaac: Option<Slaac>,
    dad: Dad,
    pub groups: Groups,
    /// The groups that runs have joined here.
    memberships: Vec<(RunId, IpAddress)>,
    path_mtus: PathMtus,
    reassembly: Reassembly,
    connections: Connections,
    /// How many ICMP errors it sends.
    limits: Limits,
    /// Packets that programs have made in this step.
    pub made: Vec<(Frame, Fragments)>,
    /// The identification of the next packet that is fragmented, or that routers may fragment.
    next_ident: u16,
    /// The address that a program asks for before the host uses it, and whether another host has it (RFC 5227).
    pub(crate) probe: Option<(Ipv4Address, bool)>,
    /// Where names are looked up.
    pub(crate) resolver: ResolverConfig,
    /// What programs keep here for each other.
    pub kept: Option<Box<dyn Any>>,
}

/// Why a host wants to be polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The stack has something to send by itself: a retransmission or a delayed ACK; or a connection ends (user timeout).
    Stack,
    /// A program sends its next message, or gives up waiting for an answer.
    Program,
    /// A router solicitation is due (RFC 4861, 6.3.7), or an address or default router from an advertisement expires.
    Slaac,
    /// An address is asked for before it is relied on, or is now the host's own (RFC 4862, 5.4).
    Dad,
    /// A report of membership is due (RFC 2236, RFC 3810).
    GroupReport,
    /// A neighbor is asked for again, or given up (RFC 4861, 7.3.3).
    Neighbor,
    /// A fragment has not come in time (RFC 1122, 3.3.2; RFC 8200, 4.5).
    Reassembly,
    /// TIME-WAIT is over (RFC 9293, 3.6.1).
    TimeWait,
    /// A packet that the host has sent to itself arrives.
    Loopback,
}

/// A client, and how to recognize its packets.
struct Running {
    client: Box<dyn Client>,
    to: IpAddress,
    protocol: Protocol,
    /// Its port, or the identifier of its echo requests.
    port: u16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Echo,
    Udp,
    Tcp,
}

/// The client's protocol and port to which a packet belongs; `None`: to no client's.
const fn client_of(flow: &Flow) -> Option<(Protocol, u16)> {
    match *flow {
        Flow::Echo { ident, .. } => Some((Protocol::Echo, ident)),
        Flow::Udp { from, .. } => Some((Protocol::Udp, from)),
        Flow::Tcp { from, .. } => Some((Protocol::Tcp, from)),
        Flow::Other => None,
    }
}

/// The server that a run's client needs on another host.
#[derive(Clone, Debug)]
pub struct ServerNeeds {
    /// The run.
    pub run: RunId,
    /// What the server listens for.
    pub transport: Transport,
    /// The port at which it listens.
    pub port: u16,
    pub(crate) service: Service,
    /// The source endpoint of the client's packets.
    pub(crate) client: IpEndpoint,
    /// The receiver's buffer in bytes, if the run sets one.
    pub(crate) rx_buffer: Option<usize>,
    /// The group that the client sends to, its text and the number of messages.
    pub(crate) group: Option<(IpAddress, String, u32)>,
}

impl Kernel {
    /// A host that is node `id`, without a cable. The settings have to be within their bounds.
    ///
    /// # Panics
    /// If there are more addresses than [`ADDRESSES_MAX`](crate::config::ADDRESSES_MAX).
    pub fn new(id: NodeId, config: Config, random_seed: u64) -> Self {
        let mac = config.mac(id);
        let mut settings = smoltcp::iface::Config::new(HardwareAddress::Ip);
        settings.random_seed = random_seed;
        let mut card = Card::new(config.ip_mtu);
        let mut iface = nic::interface(settings, &mut card, Instant::ZERO.into());
        iface.update_ip_addrs(|addresses| {
            for cidr in config.addresses_of_stack(id) {
                addresses.push(cidr).expect("the settings were checked");
            }
        });
        let slaac = config.slaac.then(|| Slaac::new(config.link_local(id), mac));
        let routes = Routes::new(config.gateways.clone());
        let resolver = ResolverConfig { servers: config.dns.clone(), domain: None };
        Self {
            id,
            config,
            mac,
            random: random_seed,
            iface,
            card,
            card_is_on: true,
            sockets: Sockets::new(),
            clients: Vec::new(),
            servers: Vec::new(),
            retransmissions: Vec::new(),
            closing: Vec::new(),
            closing_of_programs: Vec::new(),
            listeners: Vec::new(),
            loopback: Loopback::default(),
            captures: Captures::default(),
            next_port: FIRST_CLIENT_PORT,
            neighbors: Neighbors::default(),
            routes,
            slaac,
            dad: Dad::default(),
            groups: Groups::new(Stream::new(random_seed, &[STREAM_OF_GROUPS])),
            memberships: Vec::new(),
            path_mtus: PathMtus::default(),
            reassembly: Reassembly::default(),
            connections: Connections::default(),
            limits: Limits::default(),
            made: Vec::new(),
            next_ident: random_seed as u16,
            probe: None,
            resolver,
            kept: None,
        }
    }

    /// The host's cable was plugged in. It tests its IPv6 addresses, reports their groups, and may solicit routers; see
    /// [`next_timer`](Self::next_timer).
    pub fn plugged(&mut self, now: Instant) {
        if let Some(slaac) = &mut self.slaac {
            slaac.begin(now, self.random);
        }
        let delay = Stream::new(self.random, &[STREAM_OF_DAD]).draw_u64() % dad::DELAY_MAX.nanos();
        for address in self.ipv6_addresses() {
            self.new_address(now + Duration::from_nanos(delay), address);
        }
        self.neighbors.ask_again(now);
    }

    fn ipv6_addresses(&self) -> Vec<Ipv6Address> {
        let v6 = self.addresses().iter().filter_map(|cidr| match cidr {
            IpCidr::Ipv6(cidr) => Some(cidr.address()),
            IpCidr::Ipv4(_) => None,
        });
        v6.collect()
    }

    /// The host has an IPv6 address, which it tests, and whose group it reports, at `at`.
    pub fn new_address(&mut self, at: Instant, address: Ipv6Address) {
        self.groups.add_address(at, address);
        self.dad.begin(address, at);
    }

    /// Whether packets to this address come back to the host itself.
    pub fn is_own(&self, ip: &IpAddress) -> bool {
        loopback::is_loopback(ip) || self.iface.has_ip_addr(*ip)
    }

    /// Whether packets to this address can be sent.
    pub fn is_reachable(&self, to: &IpAddress) -> bool {
        self.is_own(to) || self.way(to) != Way::Nowhere
    }

    /// The next hop of packets to this address; `None`: there is no route.
    pub fn next_hop(&self, to: &IpAddress) -> Option<IpAddress> {
        match self.way(to) {
            _ if self.is_own(to) => Some(*to),
            Way::Group(_) => Some(*to),
            Way::Via(hop) => Some(hop),
            Way::Nowhere => None,
        }
    }

    /// The default gateways in use.
    pub fn gateways(&self) -> Vec<IpAddress> {
        let advertised = self.slaac.as_ref().and_then(|slaac| slaac.router(&self.neighbors));
        let configured = self.routes.gateways();
        let has_v6 = configured.iter().any(|gateway| matches!(gateway, IpAddress::Ipv6(_)));
        configured.iter().copied().chain(advertised.filter(|_| !has_v6)).collect()
    }

    /// Enters a neighbor's MAC address.
    pub fn set_neighbor(&mut self, ip: IpAddress, mac: EthernetAddress, meter: &mut Meter<'_>) {
        self.neighbors.learn(meter.now, ip, Some(mac), Evidence::Request);
        self.neighbor_effects(meter);
    }

    /// Removes a neighbor from the table; returns whether it was there.
    pub fn remove_neighbor(&mut self, ip: IpAddress, meter: &mut Meter<'_>) -> bool {
        let was_there = self.neighbors.remove(ip);
        self.neighbor_effects(meter);
        was_there
    }

    /// The address from which packets to this one are sent; `None`: the host has none of its IP version.
    pub fn source_for(&self, to: &IpAddress) -> Option<IpAddress> {
        if loopback::is_loopback(to) {
            return Some(loopback::address(to.version()));
        }
        let same_version = |cidr: &IpCidr| cidr.address().version() == to.version();
        let has_address = self.addresses().iter().any(same_version);
        self.iface.get_source_address(to).filter(|_| has_address)
    }

    /// Whether something of a program that has ended, or that it sent to its own host, is under way.
    pub fn is_busy(&self) -> bool {
        let closes = |handle: &SocketHandle| self.sockets.is_unsettled(*handle);
        self.loopback.deadline().is_some() || self.closing_of_programs.iter().any(closes)
    }

    /// The addresses that the host has now, advertised ones included; not those of the loopback interface.
    pub fn addresses(&self) -> &[IpCidr] {
        loopback::others(self.iface.ip_addrs())
    }

    /// Handles an ICMP error about a packet of this host.
    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        if let IcmpError::TooBig(mtu) = error.what
            && !error.is_local
        {
            self.too_big(error.of.to, usize::try_from(mtu).unwrap_or(usize::MAX), meter);
        }
        self.sockets.report_error(error);
        if let Some(client) = self.client_of(error, meter) {
            client.icmp_error(error, meter);
        }
    }

    /// The client whose packet an error is about, if its run goes on.
    fn client_of(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) -> Option<&mut Box<dyn Client>> {
        let of = client_of(&error.of.flow)?;
        let its =
            |running: &&mut Running| running.to == error.of.to && (running.protocol, running.port) == of;
        let client = &mut self.clients.iter_mut().find(its)?.client;
        meter.run(client.run()).is_some().then_some(client)
    }

    /// A router could not forward what is longer than `mtu`: shorter segments go out at once.
    fn too_big(&mut self, to: IpAddress, mtu: usize, meter: &mut Meter<'_>) {
        if self.path_mtus.learn(meter.now, to, mtu, self.config.ip_mtu) {
            meter.changed(Event::PathMtu { to, mtu });
            for frame in self.connections.take_too_long(&to, mtu) {
                self.output(frame, Fragments::AsUsual, meter);
            }
        }
    }

    /// What comes after all steps of this moment: what has closed is removed, changes of sockets and the ends of runs are reported.
    pub fn settle(&mut self, meter: &mut Meter<'_>) {
        self.tidy(meter.now);
        self.sockets.report(meter);
        self.end_runs(meter);
    }

    /// Does what the host's own layers have to do at this moment.
    pub fn do_what_is_due(&mut self, meter: &mut Meter<'_>) {
        while let Some(frame) = self.loopback.receive(meter.now) {
            self.receive_own(frame, meter);
        }
        self.configure(meter);
        // The group in which an answer would come is reported first (RFC 4862, 5.4.2).
        for frame in self.groups.poll(meter.now, loopback::others(self.iface.ip_addrs())) {
            self.output(frame, Fragments::AsUsual, meter);
        }
        for frame in self.dad.poll(meter.now) {
            self.output(frame, Fragments::AsUsual, meter);
        }
        self.neighbors.poll(meter.now);
        self.neighbor_effects(meter);
        for frame in self.reassembly.poll(meter.now) {
            self.reassembly_expired(&frame, meter);
        }
        self.connections.poll(meter.now);
        let connections = &self.connections;
        self.sockets.end_time_wait(|tuple| connections.is_waiting(tuple));
    }

    /// All timers that are running.
    pub fn timers(&mut self, now: Instant) -> impl Iterator<Item = (Instant, Timer)> {
        let stack = self.iface.poll_at(now.into(), &self.sockets.set).map(Instant::from);
        // smoltcp's microseconds may lie just behind our nanoseconds; time has to go on.
        let soonest = now + Duration::from_micros(1);
        let stack = stack.map(|at| (at.max(soonest), Timer::Stack));
        // A program whose moment has come and that still waits waits for the stack.
        let wakes = self.clients.iter().filter_map(|running| running.client.wake());
        let program = wakes.filter(|&at| at > now).min().map(|at| (at, Timer::Program));
        let own = [
            (self.slaac.as_ref().and_then(Slaac::deadline), Timer::Slaac),
            (self.dad.deadline(), Timer::Dad),
            (self.groups.deadline(), Timer::GroupReport),
            (self.neighbors.deadline(), Timer::Neighbor),
            (self.reassembly.deadline(), Timer::Reassembly),
            (self.connections.deadline(), Timer::TimeWait),
            (self.loopback.deadline(), Timer::Loopback),
        ];
        let own = own.into_iter().filter_map(|(at, why)| Some((at?, why)));
        [stack, program].into_iter().flatten().chain(own)
    }

    /// Ends the runs whose clients have finished in this step, and reports them.
    fn end_runs(&mut self, meter: &mut Meter<'_>) {
        while let Some((run, outcome)) = meter.next_ended() {
            self.end(run, outcome == Outcome::Succeeded, meter);
            meter.actions.event(Output::RunEnded { run, outcome });
        }
    }

    /// Applies advertised addresses and routers, removes expired and duplicate ones, and solicits routers.
    fn configure(&mut self, meter: &mut Meter<'_>) {
        while let Some((address, mac)) = self.dad.next_duplicate() {
            self.iface.update_ip_addrs(|own| own.retain(|cidr| cidr.address() != IpAddress::Ipv6(address)));
            self.groups.remove_address(meter.now, address);
            meter.changed(Event::DuplicateAddress { address: address.into(), mac });
        }
        let Some(slaac) = &mut self.slaac else { return };
        let solicitation = slaac.poll(meter.now);
        let events = slaac.apply(&mut self.iface, &self.dad);
        loopback::put_last(&mut self.iface);
        if let Some(frame) = solicitation {
            self.output(frame, Fragments::AsUsual, meter);
        }
        for event in events {
            match event {
                Event::Address { cidr: IpCidr::Ipv6(cidr) } => self.new_address(meter.now, cidr.address()),
                Event::AddressGone { cidr: IpCidr::Ipv6(cidr) } => {
                    self.groups.remove_address(meter.now, cidr.address());
                }
                _ => {}
            }
            meter.changed(event);
        }
    }

    /// Sends what the stack has to send; returns whether there was anything.
    pub fn egress(&mut self, meter: &mut Meter<'_>) -> bool {
        let mut sent = self.send_made(meter);
        while nic::send(&mut self.iface, meter.now.into(), &mut self.card, &mut self.sockets.set) {
            sent = true;
            self.drain(meter);
        }
        self.drain(meter);
        sent
    }

    /// Lets the clients and servers of runs do what they can; returns whether they touched a socket.
    pub fn step(&mut self, meter: &mut Meter<'_>) -> bool {
        let mut stack = Stack { iface: &mut self.iface, sockets: &mut self.sockets, made: &mut self.made };
        let mut acted = false;
        for server in &mut self.servers {
            acted |= server.step(&mut stack, meter);
        }
        for Running { client, .. } in &mut self.clients {
            // Its run may have ended a moment ago, in this very step.
            if meter.run(client.run()).is_some() {
                acted |= client.step(&mut stack, meter);
            }
        }
        acted
    }

    /// Removes the socket of a connection whose request was not answered.
    pub fn forget_request(&mut self, handle: SocketHandle) {
        self.sockets.remove(handle);
        let sockets = &self.sockets;
        self.connections.retain(|tuple| sockets.phase(tuple).is_some());
    }

    /// Removes closed sockets and servers that no run needs, and keeps in TIME-WAIT what has to wait.
    fn tidy(&mut self, now: Instant) {
        for server in &mut self.servers {
            self.closing.extend(server.take_time_wait(&self.sockets));
        }
        let (sockets, connections, lasts) =
            (&mut self.sockets, &mut self.connections, self.config.tcp.time_wait);
        let before = self.closing.len();
        self.closing.retain(|&handle| {
            let socket = sockets.tcp(handle);
            match (socket.state(), tuple_of(socket)) {
                (tcp::State::TimeWait, Some(tuple)) if lasts > Duration::ZERO => {
                    if !connections.wait(now, tuple, lasts) {
                        return true;
                    }
                    sockets.wait(handle, tuple);
                    false
                }
                (tcp::State::TimeWait | tcp::State::Closed, _) => {
                    sockets.remove(handle);
                    false
                }
                _ => true,
            }
        });
        let closing = &self.closing;
        self.closing_of_programs.retain(|handle| closing.contains(handle));
        if self.closing.len() != before || !self.servers.is_empty() || !self.listeners.is_empty() {
            let sockets = &self.sockets;
            self.connections.retain(|tuple| sockets.phase(tuple).is_some());
        }
        self.servers.retain(|server| !server.is_gone());
    }

    /// The TCP socket at this port: to compare with it what was derived from the wire.
    pub fn tcp_socket(&mut self, local_port: u16) -> Option<&tcp::Socket<'static>> {
        self.sockets.by_port(local_port)
    }

    /// Starts a server for a run, or lets a running one serve that run too.
    pub fn serve(&mut self, needs: &ServerNeeds, meter: &mut Meter<'_>) {
        let mut tcp = self.config.tcp;
        tcp.rx_buffer = needs.rx_buffer.unwrap_or(tcp.rx_buffer);
        let same = |server: &Server| (server.transport, server.port) == (needs.transport, needs.port);
        if !self.servers.iter().any(same) {
            self.servers.push(Server::new(needs.transport, needs.port, needs.service, tcp));
        }
        let audience = needs.group.as_ref().map(|(group, text, count)| {
            self.memberships.push((needs.run, *group));
            if self.groups.join(meter.now, *group) {
                // smoltcp holds 32, and ignores more.
                let _ = self.iface.join_multicast_group(*group);
                meter.changed(Event::Joined { group: *group });
            }
            Audience { by: self.id, text: text.clone(), count: *count }
        });
        let mut stack = Stack { iface: &mut self.iface, sockets: &mut self.sockets, made: &mut self.made };
        let server = self.servers.iter_mut().find(|server| same(server)).expect("it was just made sure of");
        server.expect(needs.run, (needs.client, audience), tcp, &mut stack);
    }

    /// Ends a run: its client closes its connection, or resets it unless the run ended gracefully, and its server stops
    /// unless another run needs it.
    pub fn end(&mut self, run: RunId, gracefully: bool, meter: &mut Meter<'_>) {
        self.retransmissions.retain(|detector| detector.run != run);
        if let Some(place) = self.clients.iter().position(|running| running.client.run() == run) {
            let Running { client, protocol, .. } = self.clients.remove(place);
            match client.socket() {
                Socket::Stack(handle) if protocol == Protocol::Tcp => {
                    let socket = self.sockets.tcp(handle);
                    if gracefully {
                        socket.close()
                    } else {
                        socket.abort()
                    }
                    self.closing.push(handle);
                }
                Socket::Stack(handle) => self.sockets.remove(handle),
                Socket::Echo(ident) => self.sockets.remove_echo(ident),
            }
        }
        if let Some(place) = self.memberships.iter().position(|(member, _)| *member == run) {
            let (_, group) = self.memberships.remove(place);
            if self.groups.leave(meter.now, group) {
                let _ = self.iface.leave_multicast_group(group);
                meter.changed(Event::Left { group });
            }
        }
        let mut stack = Stack { iface: &mut self.iface, sockets: &mut self.sockets, made: &mut self.made };
        for server in &mut self.servers {
            server.release(run, &mut stack);
        }
    }
}
