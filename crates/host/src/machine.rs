//! A host: one network card, a smoltcp stack with the host's own layers around it, and the programs on it.
//!
//! What arrives is handled at once, in [`arrival`]: below TCP and UDP everything is the host's own. A poll lets the programs do
//! what they can and sends what is to be sent. It happens when a frame came or a timer is due, never because a slice of the run ended.

mod arrival;
mod outgoing;
mod start;

use crate::card::Card;
use crate::config::Config;
use crate::connection::Connections;
use crate::dad::{self, Dad};
use crate::event::{Event, Output};
use crate::icmp_error::{Flow, IcmpReport};
use crate::icmp_reply::Limits;
use crate::meter::Meter;
use crate::multicast::Groups;
use crate::neighbor::Neighbors;
use crate::path_mtu::PathMtus;
use crate::program::server::{Audience, Server, Service};
use crate::program::{Client, Fragments, Stack};
use crate::reassembly::Reassembly;
use crate::retransmission::Detector;
use crate::route::Routes;
use crate::run::{IcmpError, Outcome, RunId, Transport};
use crate::slaac::Slaac;
use crate::sockets::{Socket, Sockets, tuple_of};
use smoltcp::iface::{Interface, PollResult, SocketHandle};
use smoltcp::socket::tcp;
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv6Address};
use wire::rng::Stream;
use wire::{Duration, Frame, Instant, NodeId, PortId};

/// Client ports and ICMP identifiers are taken from the dynamic range (RFC 6335, 6), one after the other.
const FIRST_CLIENT_PORT: u16 = 49_152;

/// The host's streams of random numbers, beside smoltcp's.
const STREAM_OF_GROUPS: u64 = 1;
const STREAM_OF_DAD: u64 = 2;

/// A host: one network card, a smoltcp stack, and the programs on it.
pub struct Host {
    id: NodeId,
    config: Config,
    mac: EthernetAddress,
    random: u64,
    iface: Interface,
    card: Card,
    sockets: Sockets,
    clients: Vec<Running>,
    servers: Vec<Server>,
    retransmissions: Vec<Detector>,
    /// TCP sockets of finished clients, which still have to close.
    closing: Vec<SocketHandle>,
    next_port: u16,
    neighbors: Neighbors,
    routes: Routes,
    slaac: Option<Slaac>,
    dad: Dad,
    groups: Groups,
    /// The groups that runs have joined here.
    memberships: Vec<(RunId, IpAddress)>,
    path_mtus: PathMtus,
    reassembly: Reassembly,
    connections: Connections,
    /// How many ICMP errors it sends.
    limits: Limits,
    /// Packets that programs have made in this step.
    made: Vec<(Frame, Fragments)>,
    /// The identification of the next packet that is fragmented, or that routers may fragment.
    next_ident: u16,
    /// When the stack or a program has something to do by itself, and why.
    timer: Option<(Instant, Timer)>,
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

impl Host {
    /// A host that is node `id`, without a cable. The settings have to be within their bounds.
    ///
    /// # Panics
    /// If there are more addresses than [`ADDRESSES_MAX`](crate::config::ADDRESSES_MAX).
    pub fn new(id: NodeId, config: Config, random_seed: u64) -> Self {
        let mac = config.mac(id);
        let mut settings = smoltcp::iface::Config::new(HardwareAddress::Ip);
        settings.random_seed = random_seed;
        let mut card = Card::new(config.ip_mtu);
        let mut iface = Interface::new(settings, &mut card, Instant::ZERO.into());
        iface.update_ip_addrs(|addresses| {
            for cidr in config.addresses_of_stack(id) {
                addresses.push(cidr).expect("the settings were checked");
            }
        });
        let slaac = config.slaac.then(|| Slaac::new(config.link_local(id), mac));
        let routes = Routes::new(config.gateways.clone());
        Self {
            id,
            config,
            mac,
            random: random_seed,
            iface,
            card,
            sockets: Sockets::new(),
            clients: Vec::new(),
            servers: Vec::new(),
            retransmissions: Vec::new(),
            closing: Vec::new(),
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
            timer: None,
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
        self.timer = self.timers(now).min();
    }

    fn ipv6_addresses(&self) -> Vec<Ipv6Address> {
        let v6 = self.iface.ip_addrs().iter().filter_map(|cidr| match cidr {
            IpCidr::Ipv6(cidr) => Some(cidr.address()),
            IpCidr::Ipv4(_) => None,
        });
        v6.collect()
    }

    /// The host has an IPv6 address, which it tests, and whose group it reports, at `at`.
    fn new_address(&mut self, at: Instant, address: Ipv6Address) {
        self.groups.add_address(at, address);
        self.dad.begin(address, at);
    }

    /// The addresses that the host has now, advertised ones included.
    pub fn addresses(&self) -> &[IpCidr] {
        self.iface.ip_addrs()
    }

    /// Handles an ICMP error about a packet of this host.
    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        if let IcmpError::TooBig(mtu) = error.what
            && !error.is_local
        {
            self.too_big(error.of.to, usize::try_from(mtu).unwrap_or(usize::MAX), meter);
        }
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

    /// Lets the stack and the programs do all that can be done at this moment, and sends what they have to send.
    pub fn poll(&mut self, meter: &mut Meter<'_>) {
        self.do_what_is_due(meter);
        self.step(meter);
        while self.egress(meter) && self.step(meter) {}
        self.tidy(meter.now);
        self.sockets.report(meter);
        self.end_runs(meter);
        self.timer = self.timers(meter.now).min();
    }

    /// Does what the host's own layers have to do at this moment.
    fn do_what_is_due(&mut self, meter: &mut Meter<'_>) {
        self.configure(meter);
        // The group in which an answer would come is reported first (RFC 4862, 5.4.2).
        for frame in self.groups.poll(meter.now, self.iface.ip_addrs()) {
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
    fn timers(&mut self, now: Instant) -> impl Iterator<Item = (Instant, Timer)> {
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

    fn egress(&mut self, meter: &mut Meter<'_>) -> bool {
        let mut sent = self.send_made(meter);
        while self.iface.poll_egress(meter.now.into(), &mut self.card, &mut self.sockets.set)
            == PollResult::SocketStateChanged
        {
            sent = true;
            self.drain(meter);
        }
        self.drain(meter);
        sent
    }

    fn step(&mut self, meter: &mut Meter<'_>) -> bool {
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
        if self.closing.len() != before || !self.servers.is_empty() {
            let sockets = &self.sockets;
            self.connections.retain(|tuple| sockets.phase(tuple).is_some());
        }
        self.servers.retain(|server| !server.is_gone());
    }

    /// The TCP socket at this port: to compare with it what was derived from the wire.
    pub fn tcp_socket(&mut self, local_port: u16) -> Option<&tcp::Socket<'static>> {
        self.sockets.by_port(local_port)
    }

    /// When the host next has something to do by itself, and why.
    pub fn next_timer(&self) -> Option<(Instant, Timer)> {
        self.timer
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

#[cfg(test)]
mod tests;
