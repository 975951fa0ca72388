//! A host: one network card, a smoltcp stack, and the programs on it.
//!
//! A poll is one pass: what arrived goes in, programs do what they can, what is to be sent comes out. It happens when a
//! frame came or a timer is due, never because somebody looked or a slice of the run ended.

mod outgoing;
mod start;

use crate::app::server::{Audience, Server, Service};
use crate::app::{Client, Stack};
use crate::book::Book;
use crate::history::{History, NodeEvent};
use crate::multicast::{Groups, leave_solicited_nodes};
use crate::neighbor::{self, Arrival};
use crate::path_mtu::PathMtus;
use crate::run::{IcmpError, RunId, Transport};
use crate::segment::right_fragments;
use crate::slaac::Slaac;
use crate::sockets::Sockets;
use crate::told::{self, Flow, Told};
use crate::topology::{HostConfig, NodeId};
use crate::watch::Watch;
use smoltcp::iface::{Config, Interface, PollResult, SocketHandle, SocketSet};
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address};
use std::collections::{BTreeMap, VecDeque};
use wire::nic::Nic;
use wire::{Frame, Instant};

/// Client ports and ICMP identifiers are taken from the dynamic range (RFC 6335, 6), one after the other.
const FIRST_CLIENT_PORT: u16 = 49_152;
/// How long fragments wait for the rest of their packet (RFC 791, 3.2). A host puts eight packets together at a time.
const REASSEMBLY: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(15);

/// What is not answered within this time is not answered: as long as neighbors are asked for (RFC 4861, 10).
const UNANSWERED: wire::Duration = wire::Duration::from_secs(3);

pub(crate) struct Host {
    id: NodeId,
    config: HostConfig,
    mac: EthernetAddress,
    random: u64,
    iface: Interface,
    nic: Nic,
    sockets: Sockets,
    /// No sockets: what the stack has to do even so.
    no_sockets: SocketSet<'static>,
    clients: Vec<Running>,
    servers: Vec<Server>,
    watches: Vec<Watch>,
    /// TCP sockets of clients that are done: they still have to close.
    closing: Vec<SocketHandle>,
    next_port: u16,
    neighbors: BTreeMap<IpAddress, EthernetAddress>,
    slaac: Option<Slaac>,
    groups: Groups,
    /// The groups that runs have joined here.
    memberships: Vec<(RunId, IpAddress)>,
    path_mtus: PathMtus,
    /// The rest of a segment that was cut.
    pieces: VecDeque<Frame>,
    /// Who pings with packets that routers may fragment, and with which identifier: the replies may be too.
    loose: VecDeque<(Ipv4Address, u16)>,
    /// What would be answered if the neighbor's address were known, and since when.
    unanswered: Option<(IpAddress, Frame, Instant)>,
    /// The identification of the next IPv4 packet that routers may fragment.
    next_ident: u16,
    /// See [`Stack::fragmenting`].
    fragmenting: Option<SocketHandle>,
    /// When the stack or a program has something to do by itself.
    deadline: Option<Instant>,
    /// The one timer event that is in the world's queue.
    pub armed: Option<Instant>,
}

/// A client, and how to recognise its packets.
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
    /// Never: they are to find out.
    Never,
}

/// What a client on one host needs of a server's host.
pub(crate) struct ServerNeeds {
    pub run: RunId,
    pub transport: Transport,
    pub port: u16,
    pub service: Service,
    /// Where the client's packets will come from.
    pub client: IpEndpoint,
    /// The receiver's buffer, if the run asks for one.
    pub rx_buffer: Option<usize>,
    /// The group that it sends to, its text and how many of it there are.
    pub group: Option<(IpAddress, String, u32)>,
}

impl Host {
    pub fn new(id: NodeId, config: HostConfig, random_seed: u64) -> Self {
        let mac = config.mac(id);
        let mut settings = Config::new(HardwareAddress::Ethernet(mac));
        settings.random_seed = random_seed;
        // The queue is drained after every poll, and socket buffers bound what one poll can send.
        let mut nic = Nic::new(config.ip_mtu, usize::MAX);
        let mut iface = Interface::new(settings, &mut nic, Instant::ZERO.into());
        iface.set_reassembly_timeout(REASSEMBLY);
        iface.update_ip_addrs(|addresses| {
            for cidr in config.addresses_of_stack(id) {
                addresses.push(cidr).expect("the topology was checked");
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
            watches: Vec::new(),
            closing: Vec::new(),
            next_port: FIRST_CLIENT_PORT,
            neighbors: BTreeMap::new(),
            slaac,
            groups: Groups::default(),
            memberships: Vec::new(),
            path_mtus: PathMtus::default(),
            pieces: VecDeque::new(),
            loose: VecDeque::new(),
            unanswered: None,
            next_ident: random_seed as u16,
            fragmenting: None,
            deadline: None,
            armed: None,
        }
    }

    /// Its cable was plugged in. It may want to be polled without any frame; see [`deadline`](Self::deadline).
    pub fn plugged(&mut self, now: Instant) {
        if let Some(slaac) = &mut self.slaac {
            slaac.begin(now, self.random);
            self.deadline = self.deadline.into_iter().chain(slaac.deadline()).min();
        }
    }

    /// The addresses that it has now.
    pub fn addresses(&self) -> &[IpCidr] {
        self.iface.ip_addrs()
    }

    /// A frame reached the card. Returns whether the host has to be polled for it.
    pub fn receive(&mut self, frame: Frame, book: &mut Book<'_>) -> bool {
        let (iface, groups) = (&self.iface, &self.groups);
        let is_ours = |ip: IpAddress| match ip.is_multicast() {
            true => groups.contains(ip, iface.ip_addrs()),
            false => iface.has_ip_addr(ip),
        };
        let mut learned = None;
        match neighbor::look(&frame, self.mac, is_ours) {
            Arrival::NotForUs => return false,
            Arrival::ForUs => {}
            Arrival::Teaches(ip, mac) => {
                learned = Some(ip);
                if self.neighbors.insert(ip, mac) != Some(mac) {
                    book.history.node_event(book.now, self.id, NodeEvent::Neighbor { ip, mac });
                }
            }
        }
        if let Some(told) = told::read(&frame, |ip| iface.has_ip_addr(ip)) {
            self.told(&told, book);
        }
        if let Some(slaac) = &mut self.slaac {
            slaac.receive(book.now, &frame);
        }
        self.groups.receive(book.now, &frame);
        self.note_loose(&frame);
        self.nic.rx.push_back(frame);
        if let Some((_, frame, since)) = self.unanswered.take_if(|(ip, ..)| learned == Some(*ip))
            && book.now - since < UNANSWERED
        {
            self.nic.rx.push_back(frame);
        }
        true
    }

    /// Somebody on the way says that a packet of this host got no further.
    fn told(&mut self, told: &Told, book: &mut Book<'_>) {
        if let IcmpError::TooBig(mtu) = told.what {
            let (to, mtu) = (told.of.to, usize::try_from(mtu).unwrap_or(usize::MAX));
            if self.path_mtus.learn(book.now, to, mtu, self.config.ip_mtu) {
                book.history.node_event(book.now, self.id, NodeEvent::PathMtu { to, mtu });
            }
        }
        let (protocol, port) = match told.of.flow {
            Flow::Echo { ident, .. } => (Protocol::Echo, ident),
            Flow::Udp { from, .. } => (Protocol::Udp, from),
            Flow::Tcp { from, .. } => (Protocol::Tcp, from),
            Flow::Other => return,
        };
        let its = |running: &&mut Running| {
            (running.to, running.protocol, running.port) == (told.of.to, protocol, port)
        };
        if let Some(running) = self.clients.iter_mut().find(its)
            && book.run(running.client.run()).is_some()
        {
            running.client.told(told, book);
        }
    }

    /// Lets the stack and the programs do all that can be done at this moment. What they send is then in
    /// [`sent`](Self::sent).
    pub fn poll(&mut self, book: &mut Book<'_>) {
        let now = book.now.into();
        self.configure(book);
        self.iface.poll_maintenance(now);
        while let Some(frame) = self.nic.rx.front().cloned() {
            let before = self.nic.tx.len();
            self.iface.poll_ingress_single(now, &mut self.nic, &mut self.sockets.set);
            // smoltcp drops an answer whose way it has to ask for. Real hosts keep one meanwhile (RFC 1122, 2.3.2.2; RFC 4861,
            // 7.2.2), so what is to be answered comes in once more when the way is known.
            if let Some(ip) = self.nic.tx.get(before).and_then(|sent| neighbor::asks_for(sent)) {
                self.unanswered = Some((ip, frame, book.now));
            }
            self.send_fragments(now);
        }
        self.step(book);
        while self.egress(now) && self.step(book) {}
        self.groups.polled(book.now);
        self.tidy();
        self.sockets.show(book.now, self.id, book.history);
        let stack = self.iface.poll_at(now, &self.sockets.set).map(Instant::from);
        // A wake that is not to come has been heeded: the program waits for the stack.
        let wakes = self.clients.iter().filter_map(|running| running.client.wake());
        let programs = wakes.filter(|&at| at > book.now).min();
        // smoltcp's microseconds may lie just behind our nanoseconds; time has to go on.
        let soonest = book.now + wire::Duration::from_micros(1);
        let slaac = self.slaac.as_ref().and_then(Slaac::deadline);
        self.deadline = stack
            .map(|at| at.max(soonest))
            .into_iter()
            .chain(programs)
            .chain(slaac)
            .chain(self.groups.deadline())
            .min();
    }

    /// Takes over what routers have advertised, forgets what is no longer valid, and asks for routers.
    fn configure(&mut self, book: &mut Book<'_>) {
        let Some(slaac) = &mut self.slaac else { return };
        self.nic.tx.extend(slaac.poll(book.now));
        for event in slaac.apply(&mut self.iface) {
            book.history.node_event(book.now, self.id, event);
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

    fn step(&mut self, book: &mut Book<'_>) -> bool {
        let mut stack =
            Stack { iface: &mut self.iface, sockets: &mut self.sockets, fragmenting: &mut self.fragmenting };
        let mut acted = false;
        for server in &mut self.servers {
            acted |= server.step(&mut stack, book);
        }
        for Running { client, .. } in &mut self.clients {
            // Its run may have ended a moment ago, in this very step.
            if book.run(client.run()).is_some() {
                acted |= client.step(&mut stack, book);
            }
        }
        acted
    }

    /// Removes what is closed and no longer needed.
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

    /// A TCP socket, for tests that compare.
    #[cfg(test)]
    pub fn tcp_socket(&mut self, local_port: u16) -> Option<&smoltcp::socket::tcp::Socket<'static>> {
        self.sockets.by_port(local_port)
    }

    /// When the host next has something to do by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Makes sure that a server is there for a run.
    pub fn serve(&mut self, needs: &ServerNeeds, now: Instant, history: &mut History) {
        let mut tcp = self.config.tcp;
        tcp.rx_buffer = needs.rx_buffer.unwrap_or(tcp.rx_buffer);
        let same = |server: &Server| (server.transport, server.port) == (needs.transport, needs.port);
        if !self.servers.iter().any(same) {
            self.servers.push(Server::new(needs.transport, needs.port, needs.service, tcp));
        }
        let audience = needs.group.as_ref().map(|(group, text, count)| {
            self.memberships.push((needs.run, *group));
            if self.groups.join(&mut self.iface, *group) {
                history.node_event(now, self.id, NodeEvent::Joined { group: *group });
            }
            Audience { by: self.id, text: text.clone(), count: *count }
        });
        let mut stack =
            Stack { iface: &mut self.iface, sockets: &mut self.sockets, fragmenting: &mut self.fragmenting };
        let server = self.servers.iter_mut().find(|server| same(server)).expect("it was just made sure of");
        server.expect(needs.run, (needs.client, audience), tcp, &mut stack);
    }

    /// The run is over: its client closes, or breaks off, and its server is needed no more.
    pub fn end(&mut self, run: RunId, gracefully: bool, now: Instant, history: &mut History) {
        self.watches.retain(|watch| watch.run != run);
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
                history.node_event(now, self.id, NodeEvent::Left { group });
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
