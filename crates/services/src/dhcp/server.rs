//! A DHCP server (RFC 2131, 4.3): pools of addresses that are lent for a time, and reservations.
//!
//! Before an address that nobody has had from this server is offered, its owner may ask the network whether it is in use (RFC 2131, 2.2):
//! the offer waits meanwhile. The table of leases is the pools' addresses at most, and bounded besides.

use super::message::{Message, client_id, option};
use super::{CLIENT_PORT, SERVER_PORT};
use smoltcp::wire::{DhcpMessageType, EthernetAddress, Ipv4Address, Ipv4Cidr};
use wire::sorted::SortedMap;
use wire::{Duration, Instant};

/// Addresses that one server has an entry for at most.
pub const LEASES_MAX: usize = 4_096;
/// Offers that wait for probes at the same time; further clients are answered when they ask again.
const WAITING_MAX: usize = 64;
/// How long an offered address is kept for the client (dnsmasq: a minute).
pub const OFFER_LASTS: Duration = Duration::from_secs(60);
/// Longer names of clients are not kept (RFC 1035, 2.3.4).
const NAME_MAX: usize = 255;
/// How long an address that another host turned out to use is not offered (dnsmasq: ten minutes).
pub const CONFLICT_LASTS: Duration = Duration::from_secs(600);

/// A server's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The server's own address: its identifier (RFC 2132, 9.7).
    pub address: Ipv4Address,
    /// One scope for each network that is served, directly or through relays.
    pub scopes: Vec<Scope>,
    /// Addresses of certain clients; each has to be in the network of a scope, in or outside its pool.
    pub reservations: Vec<(EthernetAddress, Ipv4Address)>,
    /// How long it waits for a sign that an address is in use before it offers it; `None`: it does not ask.
    pub probe: Option<Duration>,
}

/// What clients of one network get.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The network that the pool is in.
    pub network: Ipv4Cidr,
    /// The first address that is lent.
    pub first: Ipv4Address,
    /// The last address that is lent.
    pub last: Ipv4Address,
    /// How long an address is lent.
    pub lease: Duration,
    /// Default routers.
    pub routers: Vec<Ipv4Address>,
    /// DNS servers.
    pub dns: Vec<Ipv4Address>,
    /// The domain in which clients look up names of one label.
    pub domain: Option<String>,
}

impl Scope {
    fn has(&self, address: Ipv4Address) -> bool {
        (self.first..=self.last).contains(&address)
    }
}

/// What a server wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A message from port 67 is to be sent.
    Send {
        /// The receiver's address.
        to: Ipv4Address,
        /// Its port.
        port: u16,
        /// The receiver's MAC address if it has no IP address yet, so that ARP would not find it (RFC 2131, 4.1).
        mac: Option<EthernetAddress>,
        /// The message.
        bytes: Vec<u8>,
    },
    /// The network is to be asked whether this address is in use; if so, [`Server::conflict`] is to be called.
    Probe(Ipv4Address),
    /// The entry of an address is new or changed.
    Lease(Ipv4Address, Lease),
    /// The address is free again.
    Free(Ipv4Address),
}

/// An entry of the table of leases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What identifies the client (RFC 2131, 4.2).
    pub client: Vec<u8>,
    /// The client's MAC address.
    pub mac: EthernetAddress,
    /// The name that the client gave (RFC 2132, 3.14).
    pub name: Option<String>,
    /// What the address is at present.
    pub state: LeaseState,
    /// Until when.
    pub until: Instant,
}

/// What an address of a pool is at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// The network is being asked whether it is in use; then it is offered.
    Probed,
    /// It is kept for a client that has not asked for it yet.
    Offered,
    /// It is lent.
    Bound,
    /// The loan is over; the client gets the same address again if it comes back.
    Past,
    /// Another host uses it (RFC 2131, 4.3.3).
    Conflict,
}

impl LeaseState {
    /// Whether the address is kept for its client.
    fn is_held(self) -> bool {
        matches!(self, Self::Probed | Self::Offered | Self::Bound)
    }
}

/// A DHCP server.
#[derive(Clone, Debug)]
pub struct Server {
    config: Config,
    leases: SortedMap<Ipv4Address, Lease>,
    /// Offers that wait for the end of a probe: the client's Discover.
    waiting: SortedMap<Ipv4Address, Message>,
}

impl Server {
    /// A server that has lent nothing.
    pub fn new(config: Config) -> Self {
        Self { config, leases: SortedMap::new(), waiting: SortedMap::new() }
    }

    /// The server's own address.
    pub fn address(&self) -> Ipv4Address {
        self.config.address
    }

    /// The same server under another address: its own has changed.
    pub fn with_address(mut self, address: Ipv4Address) -> Self {
        self.config.address = address;
        self
    }

    /// The table of leases, in the order of addresses.
    pub fn leases(&self) -> impl Iterator<Item = (&Ipv4Address, &Lease)> {
        self.leases.iter()
    }

    /// Handles a message to port 67.
    pub fn receive(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<Output>) {
        self.poll(now, out);
        let Some(message) = Message::read(bytes) else { return };
        // RFC 2131, 4.3.1: the network is the relay's, or the one that the server is in.
        let place = match message.relay_ip {
            relay if relay.is_unspecified() => self.config.address,
            relay => relay,
        };
        let Some(scope) = self.config.scopes.iter().find(|scope| scope.network.contains_addr(&place)) else {
            return;
        };
        let scope = scope.clone();
        match message.kind {
            DhcpMessageType::Discover => self.discover(now, &message, &scope, out),
            DhcpMessageType::Request => self.request(now, &message, &scope, out),
            DhcpMessageType::Decline => {
                if let Some(address) = message.address(option::REQUESTED_IP)
                    && message.address(option::SERVER_ID) == Some(self.config.address)
                    && self.holds(address, &message)
                {
                    self.conflict(now, address, out);
                }
            }
            DhcpMessageType::Release => {
                if message.address(option::SERVER_ID) == Some(self.config.address)
                    && self.holds(message.client_ip, &message)
                {
                    self.end(message.client_ip, out);
                }
            }
            DhcpMessageType::Inform => {
                let mut answer = message.answer(DhcpMessageType::Ack);
                answer.client_ip = message.client_ip;
                self.fill(&mut answer, &message, &scope, None);
                self.send(answer, &message, out);
            }
            DhcpMessageType::Offer
            | DhcpMessageType::Ack
            | DhcpMessageType::Nak
            | DhcpMessageType::Unknown(_) => {}
        }
    }

    /// Another host uses this address: it is not offered for ten minutes, and a client that waits for it gets another one.
    pub fn conflict(&mut self, now: Instant, address: Ipv4Address, out: &mut Vec<Output>) {
        let Some(lease) = self.leases.get_mut(&address) else { return };
        (lease.state, lease.until) = (LeaseState::Conflict, now + CONFLICT_LASTS);
        out.push(Output::Lease(address, lease.clone()));
        if let Some(message) = self.waiting.remove(&address) {
            self.receive(now, &message.write(), out);
        }
    }

    /// Sends the offers whose probes found nothing, and ends what has lasted long enough.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<Output>) {
        let due = |(address, lease): (&Ipv4Address, &Lease)| {
            (lease.state != LeaseState::Past && lease.until <= now).then_some((*address, lease.state))
        };
        let due: Vec<_> = self.leases.iter().filter_map(due).collect();
        for (address, state) in due {
            match (state, self.waiting.remove(&address)) {
                (LeaseState::Probed, Some(message)) => {
                    let scope = self.config.scopes.iter().find(|scope| scope.network.contains_addr(&address));
                    let scope = scope.expect("addresses are taken out of scopes").clone();
                    self.offer(now, address, &message, &scope, out);
                }
                _ => self.end(address, out),
            }
        }
    }

    /// When [`Server::poll`] next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        let running = self.leases.values().filter(|lease| lease.state != LeaseState::Past);
        running.map(|lease| lease.until).min()
    }

    /// The client's address goes back: the entry stays, so that the client gets the same one again.
    fn end(&mut self, address: Ipv4Address, out: &mut Vec<Output>) {
        if let Some(lease) = self.leases.get_mut(&address) {
            lease.state = LeaseState::Past;
            out.push(Output::Free(address));
        }
    }

    /// Whether the address is kept for the client.
    fn holds(&self, address: Ipv4Address, message: &Message) -> bool {
        let its = |lease: &Lease| lease.state.is_held() && lease.client == message.client();
        self.leases.get(&address).is_some_and(its)
    }

    /// Whether the client may have this address.
    fn is_available(&self, address: Ipv4Address, message: &Message, scope: &Scope) -> bool {
        let reserved = self.config.reservations.iter().find(|(_, its)| *its == address);
        let allowed = match reserved {
            Some((mac, _)) => *mac == message.mac,
            None => scope.has(address),
        };
        let free = self.leases.get(&address).is_none_or(|lease| match lease.state {
            LeaseState::Past => true,
            LeaseState::Conflict => false,
            LeaseState::Probed | LeaseState::Offered | LeaseState::Bound => lease.client == message.client(),
        });
        let room = self.leases.len() < LEASES_MAX || self.leases.contains_key(&address);
        allowed && free && room && address != self.config.address && scope.network.contains_addr(&address)
    }

    /// The address for a client (RFC 2131, 4.3.1): reserved, held, held before, wanted, never used, or used the longest ago.
    fn choose(&self, message: &Message, scope: &Scope) -> Option<Ipv4Address> {
        let reserved = self.config.reservations.iter().filter(|(mac, _)| *mac == message.mac);
        let client = message.client();
        let its = |is_held: bool| {
            let mut leases = self.leases.iter();
            leases.find(|(_, lease)| lease.client == client && lease.state.is_held() == is_held)
        };
        let first = reserved
            .map(|(_, address)| *address)
            .chain([its(true), its(false)].into_iter().flatten().map(|(address, _)| *address))
            .chain(message.address(option::REQUESTED_IP))
            .find(|address| self.is_available(*address, message, scope));
        let numbers = || (scope.first.to_bits()..=scope.last.to_bits()).map(Ipv4Address::from_bits);
        let unused = || {
            let mut first = numbers().take(2 * LEASES_MAX);
            first.find(|address| {
                !self.leases.contains_key(address) && self.is_available(*address, message, scope)
            })
        };
        let oldest = || {
            let past = self.leases.iter().filter(|(address, lease)| {
                lease.state == LeaseState::Past && self.is_available(**address, message, scope)
            });
            past.min_by_key(|(_, lease)| lease.until).map(|(address, _)| *address)
        };
        first.or_else(unused).or_else(oldest)
    }

    fn discover(&mut self, now: Instant, message: &Message, scope: &Scope, out: &mut Vec<Output>) {
        let Some(address) = self.choose(message, scope) else { return };
        if self.waiting.contains_key(&address) {
            return;
        }
        let known = self.leases.get(&address).is_some_and(|lease| lease.client == message.client());
        match self.config.probe {
            Some(_) if !known && self.waiting.len() >= WAITING_MAX => {}
            Some(wait) if !known => {
                self.hold(address, message, (LeaseState::Probed, now + wait), out);
                self.waiting.insert(address, message.clone());
                out.push(Output::Probe(address));
            }
            _ => self.offer(now, address, message, scope, out),
        }
    }

    fn offer(
        &mut self,
        now: Instant,
        address: Ipv4Address,
        message: &Message,
        scope: &Scope,
        out: &mut Vec<Output>,
    ) {
        // An address that is lent already stays so while it is offered to the same client.
        if self.leases.get(&address).is_none_or(|lease| lease.state != LeaseState::Bound) {
            self.hold(address, message, (LeaseState::Offered, now + OFFER_LASTS), out);
        }
        let mut answer = message.answer(DhcpMessageType::Offer);
        answer.your_ip = address;
        self.fill(&mut answer, message, scope, Some(scope.lease));
        self.send(answer, message, out);
    }

    fn hold(
        &mut self,
        address: Ipv4Address,
        message: &Message,
        (state, until): (LeaseState, Instant),
        out: &mut Vec<Output>,
    ) {
        let name = message.text(option::HOST_NAME).filter(|name| name.len() <= NAME_MAX).map(str::to_owned);
        let lease = Lease { client: message.client(), mac: message.mac, name, state, until };
        self.leases.insert(address, lease.clone());
        out.push(Output::Lease(address, lease));
    }

    /// RFC 2131, 4.3.2: what a request means depends on what it contains.
    fn request(&mut self, now: Instant, message: &Message, scope: &Scope, out: &mut Vec<Output>) {
        let wanted = message.address(option::REQUESTED_IP);
        match (message.address(option::SERVER_ID), wanted) {
            // It has chosen another server's offer.
            (Some(server), _) if server != self.config.address => {
                let client = message.client();
                let offered = self.leases.iter().filter(|(_, lease)| {
                    matches!(lease.state, LeaseState::Offered | LeaseState::Probed) && lease.client == client
                });
                for address in offered.map(|(address, _)| *address).collect::<Vec<_>>() {
                    self.waiting.remove(&address);
                    self.end(address, out);
                }
            }
            // SELECTING: it has chosen this server's offer.
            (Some(_), wanted) => match wanted
                .or((!message.client_ip.is_unspecified()).then_some(message.client_ip))
            {
                Some(address) if self.holds(address, message) => self.bind(now, address, message, scope, out),
                _ => self.refuse(message, "that address was not offered", out),
            },
            // INIT-REBOOT: it had an address before it was switched off or moved.
            (None, Some(address)) if message.client_ip.is_unspecified() => {
                self.extend(now, address, message, scope, out)
            }
            // RENEWING or REBINDING.
            (None, _) if !message.client_ip.is_unspecified() => {
                self.extend(now, message.client_ip, message, scope, out);
            }
            (None, _) => {}
        }
    }

    /// A client wants to keep an address. Without any record of the client the server is silent, since another one may have lent it.
    fn extend(
        &mut self,
        now: Instant,
        address: Ipv4Address,
        message: &Message,
        scope: &Scope,
        out: &mut Vec<Output>,
    ) {
        let client = message.client();
        let known = self.leases.values().any(|lease| lease.client == client);
        let its = self.leases.get(&address).is_some_and(|lease| lease.client == client);
        if !scope.network.contains_addr(&address) {
            self.refuse(message, "that address belongs to another network", out);
        } else if its && self.is_available(address, message, scope) {
            self.bind(now, address, message, scope, out);
        } else if known || (self.leases.get(&address).is_some_and(|lease| lease.state.is_held())) {
            self.refuse(message, "that address is not yours", out);
        }
    }

    fn bind(
        &mut self,
        now: Instant,
        address: Ipv4Address,
        message: &Message,
        scope: &Scope,
        out: &mut Vec<Output>,
    ) {
        self.waiting.remove(&address);
        self.hold(address, message, (LeaseState::Bound, now + scope.lease), out);
        let mut answer = message.answer(DhcpMessageType::Ack);
        (answer.your_ip, answer.client_ip) = (address, message.client_ip);
        self.fill(&mut answer, message, scope, Some(scope.lease));
        self.send(answer, message, out);
    }

    fn refuse(&self, message: &Message, why: &str, out: &mut Vec<Output>) {
        let mut answer = message.answer(DhcpMessageType::Nak);
        answer.set_addresses(option::SERVER_ID, &[self.config.address]);
        answer.set(option::MESSAGE, why);
        // RFC 2131, 4.1: the client may not receive unicast, so a NAK is broadcast, by the relay if there is one.
        answer.broadcast = true;
        let relay = message.relay_ip;
        let (to, port) = match relay.is_unspecified() {
            true => (Ipv4Address::BROADCAST, CLIENT_PORT),
            false => (relay, SERVER_PORT),
        };
        out.push(Output::Send { to, port, mac: None, bytes: answer.write() });
    }

    /// Adds the options for a client; without `lease` those that are no loan (RFC 2131, 4.3.5).
    fn fill(&self, answer: &mut Message, request: &Message, scope: &Scope, lease: Option<Duration>) {
        answer.set_addresses(option::SERVER_ID, &[self.config.address]);
        if let Some(lease) = lease {
            let secs = (lease.nanos() / 1_000_000_000).clamp(1, u64::from(u32::MAX)) as u32;
            // RFC 2131, 4.4.5.
            let times = [
                (option::LEASE_TIME, secs),
                (option::RENEWAL_TIME, secs / 2),
                (option::REBINDING_TIME, secs - secs / 8),
            ];
            for (code, secs) in times {
                answer.set(code, secs.to_be_bytes());
            }
        }
        answer.set_addresses(option::SUBNET_MASK, &[scope.network.netmask()]);
        // Those that the client asks for, in its order (RFC 2132, 9.8); all if it does not say.
        let all = [option::BROADCAST, option::ROUTER, option::DNS, option::DOMAIN];
        let asked = request.option(option::PARAMETERS).unwrap_or(&all);
        for &code in asked.iter().take(64) {
            match code {
                _ if answer.option(code).is_some() => {}
                option::BROADCAST => answer.set_addresses(code, scope.network.broadcast().as_slice()),
                option::ROUTER => answer.set_addresses(code, &scope.routers),
                option::DNS => answer.set_addresses(code, &scope.dns),
                option::DOMAIN => {
                    if let Some(domain) = &scope.domain {
                        answer.set(code, domain.as_str());
                    }
                }
                _ => {}
            }
        }
    }

    /// Sends an answer to where its client can receive it (RFC 2131, 4.1).
    fn send(&self, answer: Message, request: &Message, out: &mut Vec<Output>) {
        let (to, port, mac) = if !request.relay_ip.is_unspecified() {
            (request.relay_ip, SERVER_PORT, None)
        } else if !request.client_ip.is_unspecified() {
            (request.client_ip, CLIENT_PORT, None)
        } else if request.broadcast {
            (Ipv4Address::BROADCAST, CLIENT_PORT, None)
        } else {
            (answer.your_ip, CLIENT_PORT, Some(answer.mac))
        };
        out.push(Output::Send { to, port, mac, bytes: answer.write() });
    }
}

impl Lease {
    /// Whether the client is identified by its MAC address.
    pub fn is_by_mac(&self) -> bool {
        self.client == client_id(self.mac)
    }
}
