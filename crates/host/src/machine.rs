//! A host: one network card, a smoltcp stack, and the programs on it.
//!
//! A poll is one pass: what arrived goes in, programs do what they can, what is to be sent comes out. It happens when a
//! frame came or a timer is due, never because a slice of the run ended.

mod outgoing;
mod start;

use crate::config::Config;
use crate::event::{Event, Output};
use crate::icmp_error::{self, Flow, IcmpReport};
use crate::meter::Meter;
use crate::multicast::{Groups, leave_solicited_nodes};
use crate::neighbor::{self, Arrival};
use crate::path_mtu::PathMtus;
use crate::program::server::{Audience, Server, Service};
use crate::program::{Client, Stack};
use crate::retransmission::Detector;
use crate::run::{IcmpError, Outcome, RunId, Transport};
use crate::segment::right_fragments;
use crate::slaac::Slaac;
use crate::sockets::Sockets;
use smoltcp::iface::{Interface, PollResult, SocketHandle, SocketSet};
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address};
use std::collections::VecDeque;
use wire::header::{Ethernet, Ip};
use wire::nic::Nic;
use wire::sorted::SortedMap;
use wire::{Frame, Instant, NodeId, PortId};

/// Client ports and ICMP identifiers are taken from the dynamic range (RFC 6335, 6), one after the other.
const FIRST_CLIENT_PORT: u16 = 49_152;
/// How long fragments wait for the rest of their packet (RFC 791, 3.2). A host puts eight packets together at a time.
const REASSEMBLY: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(15);

/// A packet to be answered waits at most this long for its next hop: as long as neighbors are asked for (RFC 4861, 10).
const UNRESOLVED_MAX: wire::Duration = wire::Duration::from_secs(3);

/// A host: one network card, a smoltcp stack, and the programs on it.
pub struct Host {
    id: NodeId,
    config: Config,
    mac: EthernetAddress,
    random: u64,
    iface: Interface,
    nic: Nic,
    sockets: Sockets,
    /// An empty socket set: to poll the stack for what it does without sockets.
    no_sockets: SocketSet<'static>,
    clients: Vec<Running>,
    servers: Vec<Server>,
    retransmissions: Vec<Detector>,
    /// TCP sockets of finished clients, which still have to close.
    closing: Vec<SocketHandle>,
    next_port: u16,
    neighbors: SortedMap<IpAddress, EthernetAddress>,
    slaac: Option<Slaac>,
    groups: Groups,
    /// The groups that runs have joined here.
    memberships: Vec<(RunId, IpAddress)>,
    path_mtus: PathMtus,
    /// The rest of a segment that was cut to the path MTU.
    pieces: VecDeque<Frame>,
    /// Sources and identifiers of echo requests without "don't fragment": the replies may be fragmented too.
    fragmentable_pings: VecDeque<(Ipv4Address, u16)>,
    /// A packet whose answer waits for the address of a neighbor: that neighbor, the packet, and since when it waits.
    unresolved: Option<(IpAddress, Frame, Instant)>,
    /// The identification of the next IPv4 packet that routers may fragment.
    next_ident: u16,
    /// See [`Stack::fragmenting`].
    fragmenting: Option<SocketHandle>,
    /// When the stack or a program has something to do by itself, and why.
    timer: Option<(Instant, Timer)>,
}

/// Why a host wants to be polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The stack has something to send by itself: a retransmission, a delayed ACK, a request for a neighbor's address, or a
    /// connection ends (TIME-WAIT, user timeout).
    Stack,
    /// A program sends its next message, or gives up waiting for an answer.
    Program,
    /// A router solicitation is due (RFC 4861, 6.3.7), or an address or default router from an advertisement expires.
    Slaac,
    /// A membership report is due that answers a query (RFC 2236, RFC 3810).
    GroupReport,
}

/// A client, and how to recognize its packets.
struct Running {
    client: Box<dyn Client>,
    to: IpAddress,
    protocol: Protocol,
    /// Its port, or the identifier of its echo requests.
    port: u16,
    fragments: Fragments,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Echo,
    Udp,
    Tcp,
}

/// Whether routers may fragment a client's packets (IPv4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fragments {
    /// Only once it is known that they have to.
    AsUsual,
    /// Always.
    Allowed,
    /// Never: path MTU probes.
    Never,
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
        let mut settings = smoltcp::iface::Config::new(HardwareAddress::Ethernet(mac));
        settings.random_seed = random_seed;
        // The queue is drained after every poll, and socket buffers bound what one poll can send.
        let mut nic = Nic::new(config.ip_mtu, usize::MAX);
        let mut iface = Interface::new(settings, &mut nic, Instant::ZERO.into());
        iface.set_reassembly_timeout(REASSEMBLY);
        iface.update_ip_addrs(|addresses| {
            for cidr in config.addresses_of_stack(id) {
                addresses.push(cidr).expect("the settings were checked");
            }
        });
        leave_solicited_nodes(&mut iface);
        for gateway in &config.gateways {
            let routes = iface.routes_mut();
            match gateway {
                IpAddress::Ipv4(gateway) => drop(routes.add_default_ipv4_route(*gateway)),
                IpAddress::Ipv6(gateway) => drop(routes.add_default_ipv6_route(*gateway)),
            }
        }
        let slaac = config.slaac.then(|| Slaac::new(config.link_local(id), mac));
        Self {
            id,
            config,
            mac,
            random: random_seed,
            iface,
            nic,
            sockets: Sockets::new(),
            no_sockets: SocketSet::new(Vec::new()),
            clients: Vec::new(),
            servers: Vec::new(),
            retransmissions: Vec::new(),
            closing: Vec::new(),
            next_port: FIRST_CLIENT_PORT,
            neighbors: SortedMap::new(),
            slaac,
            groups: Groups::default(),
            memberships: Vec::new(),
            path_mtus: PathMtus::default(),
            pieces: VecDeque::new(),
            fragmentable_pings: VecDeque::new(),
            unresolved: None,
            next_ident: random_seed as u16,
            fragmenting: None,
            timer: None,
        }
    }

    /// The host's cable was plugged in. It may then solicit routers; see [`next_timer`](Self::next_timer).
    pub fn plugged(&mut self, now: Instant) {
        if let Some(slaac) = &mut self.slaac {
            slaac.begin(now, self.random);
            let slaac = slaac.deadline().map(|at| (at, Timer::Slaac));
            self.timer = self.timer.into_iter().chain(slaac).min();
        }
    }

    /// The addresses that the host has now, advertised ones included.
    pub fn addresses(&self) -> &[IpCidr] {
        self.iface.ip_addrs()
    }

    /// A frame reached the card. Returns whether the host has to be polled for it.
    pub fn receive(&mut self, frame: Frame, meter: &mut Meter<'_>) -> bool {
        let Some(ethernet) = Ethernet::read(&frame) else { return false };
        if !neighbor::accepts(self.mac, ethernet.destination) {
            return false;
        }
        let ip = ethernet.ip();
        let (iface, groups) = (&self.iface, &self.groups);
        let is_ours = |ip: IpAddress| match ip.is_multicast() {
            true => groups.contains(ip, iface.ip_addrs()),
            false => iface.has_ip_addr(ip),
        };
        let mut learned = None;
        match neighbor::look(&ethernet, ip.as_ref(), is_ours) {
            Arrival::NotForUs => return false,
            Arrival::ForUs => {}
            Arrival::Learned(ip, mac) => {
                learned = Some(ip);
                if self.neighbors.insert(ip, mac) != Some(mac) {
                    meter.changed(Event::Neighbor { ip, mac });
                }
            }
        }
        if let Some(ip) = &ip {
            self.receive_packet(ip, meter);
        }
        self.nic.rx.push_back(frame);
        if let Some((_, frame, since)) = self.unresolved.take_if(|(ip, ..)| learned == Some(*ip))
            && meter.now - since < UNRESOLVED_MAX
        {
            self.nic.rx.push_back(frame);
        }
        self.end_runs(meter);
        true
    }

    /// Handles what the stack leaves to its user in a received packet.
    fn receive_packet(&mut self, ip: &Ip<'_>, meter: &mut Meter<'_>) {
        if let Some(error) = icmp_error::read(ip, |ip| self.iface.has_ip_addr(ip)) {
            self.icmp_error(&error, meter);
        }
        if let Some(slaac) = &mut self.slaac {
            slaac.receive(meter.now, ip);
        }
        self.groups.receive(meter.now, ip);
        self.note_fragmentable(ip);
    }

    /// Handles an ICMP error about a packet of this host.
    fn icmp_error(&mut self, error: &IcmpReport, meter: &mut Meter<'_>) {
        if let IcmpError::TooBig(mtu) = error.what {
            let (to, mtu) = (error.of.to, usize::try_from(mtu).unwrap_or(usize::MAX));
            if self.path_mtus.learn(meter.now, to, mtu, self.config.ip_mtu) {
                meter.changed(Event::PathMtu { to, mtu });
            }
        }
        let (protocol, port) = match error.of.flow {
            Flow::Echo { ident, .. } => (Protocol::Echo, ident),
            Flow::Udp { from, .. } => (Protocol::Udp, from),
            Flow::Tcp { from, .. } => (Protocol::Tcp, from),
            Flow::Other => return,
        };
        let its = |running: &&mut Running| {
            (running.to, running.protocol, running.port) == (error.of.to, protocol, port)
        };
        if let Some(running) = self.clients.iter_mut().find(its)
            && meter.run(running.client.run()).is_some()
        {
            running.client.icmp_error(error, meter);
        }
    }

    /// Lets the stack and the programs do all that can be done at this moment, and sends what they have to send.
    pub fn poll(&mut self, meter: &mut Meter<'_>) {
        let now = meter.now.into();
        self.configure(meter);
        self.iface.poll_maintenance(now);
        while let Some(frame) = self.nic.rx.front().cloned() {
            let before = self.nic.tx.len();
            self.iface.poll_ingress_single(now, &mut self.nic, &mut self.sockets.set);
            // smoltcp drops an answer whose next hop it has to resolve first. Real hosts queue one packet meanwhile (RFC 1122, 2.3.2.2; RFC 4861,
            // 7.2.2), so the packet to be answered is received once more when the next hop is known.
            if let Some(ip) = self.nic.tx.get(before).and_then(|sent| neighbor::asks_for(sent)) {
                self.unresolved = Some((ip, frame, meter.now));
            }
            self.send_fragments(now);
        }
        self.step(meter);
        while self.egress(now) && self.step(meter) {}
        self.groups.polled(meter.now);
        self.tidy();
        self.sockets.report(meter);
        self.timer = self.timers(meter.now).min();
        self.end_runs(meter);
        while let Some(frame) = self.sent(meter) {
            meter.actions.send(PortId(0), frame, None);
        }
    }

    /// All timers that are running.
    fn timers(&mut self, now: Instant) -> impl Iterator<Item = (Instant, Timer)> {
        let stack = self.iface.poll_at(now.into(), &self.sockets.set).map(Instant::from);
        // smoltcp's microseconds may lie just behind our nanoseconds; time has to go on.
        let soonest = now + wire::Duration::from_micros(1);
        let stack = stack.map(|at| (at.max(soonest), Timer::Stack));
        // A program whose moment has come and that still waits waits for the stack.
        let wakes = self.clients.iter().filter_map(|running| running.client.wake());
        let program = wakes.filter(|&at| at > now).min().map(|at| (at, Timer::Program));
        let slaac = self.slaac.as_ref().and_then(Slaac::deadline).map(|at| (at, Timer::Slaac));
        let groups = self.groups.deadline().map(|at| (at, Timer::GroupReport));
        [stack, program, slaac, groups].into_iter().flatten()
    }

    /// Ends the runs whose clients have finished in this step, and reports them.
    fn end_runs(&mut self, meter: &mut Meter<'_>) {
        while let Some((run, outcome)) = meter.next_ended() {
            self.end(run, outcome == Outcome::Succeeded, meter);
            meter.actions.event(Output::RunEnded { run, outcome });
        }
    }

    /// Applies advertised addresses and routers, removes expired ones, and solicits routers.
    fn configure(&mut self, meter: &mut Meter<'_>) {
        let Some(slaac) = &mut self.slaac else { return };
        self.nic.tx.extend(slaac.poll(meter.now));
        for event in slaac.apply(&mut self.iface) {
            meter.changed(event);
        }
    }

    fn egress(&mut self, now: smoltcp::time::Instant) -> bool {
        let mut sent = false;
        while self.iface.poll_egress(now, &mut self.nic, &mut self.sockets.set)
            == PollResult::SocketStateChanged
        {
            sent = true;
            self.send_fragments(now);
        }
        sent
    }

    /// Sends the rest of a packet that the stack fragments, before another one comes: it would take its place.
    fn send_fragments(&mut self, now: smoltcp::time::Instant) {
        let mut fragmented = false;
        while self.iface.poll_at(now, &self.no_sockets) == Some(smoltcp::time::Instant::ZERO) {
            self.iface.poll_egress(now, &mut self.nic, &mut self.no_sockets);
            fragmented = true;
        }
        if fragmented {
            right_fragments(&mut self.nic.tx);
        }
    }

    fn step(&mut self, meter: &mut Meter<'_>) -> bool {
        let mut stack =
            Stack { iface: &mut self.iface, sockets: &mut self.sockets, fragmenting: &mut self.fragmenting };
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

    /// Removes closed sockets and servers that no run needs.
    fn tidy(&mut self) {
        let sockets = &mut self.sockets;
        self.closing.retain(|&handle| {
            let open = sockets.tcp(handle).is_open();
            if !open {
                sockets.remove(handle);
            }
            open
        });
        self.servers.retain(|server| !server.is_gone());
    }

    /// The TCP socket at this port: to compare with it what was derived from the wire.
    pub fn tcp_socket(&mut self, local_port: u16) -> Option<&smoltcp::socket::tcp::Socket<'static>> {
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
            if self.groups.join(&mut self.iface, *group) {
                meter.changed(Event::Joined { group: *group });
            }
            Audience { by: self.id, text: text.clone(), count: *count }
        });
        let mut stack =
            Stack { iface: &mut self.iface, sockets: &mut self.sockets, fragmenting: &mut self.fragmenting };
        let server = self.servers.iter_mut().find(|server| same(server)).expect("it was just made sure of");
        server.expect(needs.run, (needs.client, audience), tcp, &mut stack);
    }

    /// Ends a run: its client closes its connection, or resets it unless the run ended gracefully, and its server stops
    /// unless another run needs it.
    pub fn end(&mut self, run: RunId, gracefully: bool, meter: &mut Meter<'_>) {
        self.retransmissions.retain(|detector| detector.run != run);
        if let Some(place) = self.clients.iter().position(|running| running.client.run() == run) {
            let handle = self.clients.remove(place).client.socket();
            if self.sockets.is_tcp(handle) {
                let socket = self.sockets.tcp(handle);
                if gracefully {
                    socket.close()
                } else {
                    socket.abort()
                }
                self.closing.push(handle);
            } else {
                self.sockets.remove(handle);
                self.fragmenting = self.fragmenting.filter(|other| *other != handle);
            }
        }
        if let Some(place) = self.memberships.iter().position(|(member, _)| *member == run) {
            let (_, group) = self.memberships.remove(place);
            if self.groups.leave(&mut self.iface, group) {
                meter.changed(Event::Left { group });
            }
        }
        let mut stack =
            Stack { iface: &mut self.iface, sockets: &mut self.sockets, fragmenting: &mut self.fragmenting };
        for server in &mut self.servers {
            server.release(run, &mut stack);
        }
    }
}

#[cfg(test)]
mod tests;
