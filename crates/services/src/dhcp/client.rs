//! A DHCP client (RFC 2131, 4.4): obtains an address, keeps it while it may, and returns it.
//!
//! The owner of the machine probes the network for the address before it is used (RFC 2131, 2.2; RFC 5227), and configures the host.

use super::message::{Message, client_id, option};
use smoltcp::wire::{DhcpMessageType, EthernetAddress, Ipv4Address, Ipv4Cidr};
use wire::rng::Stream;
use wire::{Duration, Instant};

/// Requests for one offer before the client starts over: with their waits, about a minute.
const REQUESTS_MAX: u32 = 4;
/// Requests for the address of before, after which the client asks for any.
const REBOOTS_MAX: u32 = 2;
/// How long the client waits after it has declined an address (RFC 2131, 3.1.5).
const AFTER_DECLINE: Duration = Duration::from_secs(10);
/// A lease that is to be renewed is asked for again no sooner than this (RFC 2131, 4.4.5).
const RENEW_AGAIN: Duration = Duration::from_secs(60);

/// A lease, as the client has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The address with its network.
    pub address: Ipv4Cidr,
    /// The server that lent it.
    pub server: Ipv4Address,
    /// Default routers.
    pub routers: Vec<Ipv4Address>,
    /// DNS servers.
    pub dns: Vec<Ipv4Address>,
    /// The domain for names of one label.
    pub domain: Option<String>,
    /// T1: when the server is asked to extend it.
    pub renew_at: Instant,
    /// T2: when any server is.
    pub rebind_at: Instant,
    /// When it ends.
    pub until: Instant,
}

/// What a client wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A message is to be sent from port 68 to port 67.
    Send {
        /// The client's address, unspecified before it has one.
        from: Ipv4Address,
        /// A server's address, or the broadcast address.
        to: Ipv4Address,
        /// The message.
        bytes: Vec<u8>,
    },
    /// The network is to be asked whether this address is in use; the answer goes into [`Client::probed`].
    Probe(Ipv4Address),
    /// The host has this lease now; it may be an extension of the one before.
    Configure(Lease),
    /// The lease is over: the host does not use the address any more.
    Deconfigure(Ipv4Cidr),
    /// The state has changed.
    State(State),
}

/// The states of a client (RFC 2131, figure 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Switched off, or its lease was released.
    Off,
    /// About to look for servers.
    Init,
    /// It waits for offers.
    Selecting,
    /// It has asked for an offered address.
    Requesting,
    /// It has asked for the address of before (INIT-REBOOT, REBOOTING).
    Rebooting,
    /// The address is being probed.
    Probing,
    /// It has a lease.
    Bound,
    /// It asks its server to extend the lease.
    Renewing,
    /// It asks any server to extend the lease.
    Rebinding,
}

/// A DHCP client.
#[derive(Clone, Debug)]
pub struct Client {
    mac: EthernetAddress,
    name: Option<String>,
    random: Stream,
    state: State,
    /// The next message, or change of state; `None`: it waits for its owner.
    at: Option<Instant>,
    xid: u32,
    began: Instant,
    /// Messages sent in this state.
    tries: u32,
    /// Refusals in a row: a server that goes on refusing is not asked as fast as it answers.
    refusals: u32,
    /// The offer that was chosen: address and server.
    offer: Option<(Ipv4Address, Ipv4Address)>,
    lease: Option<Lease>,
}

impl Client {
    /// A client that is off.
    pub fn new(mac: EthernetAddress, name: Option<String>, random: Stream) -> Self {
        let at = None;
        let (xid, began, tries, refusals) = (0, Instant::ZERO, 0, 0);
        Self {
            mac,
            name,
            random,
            state: State::Off,
            at,
            xid,
            began,
            tries,
            refusals,
            offer: None,
            lease: None,
        }
    }

    /// What it does.
    pub fn state(&self) -> State {
        self.state
    }

    /// Its lease.
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// Starts, or verifies the lease that it has: its cable may lead into another network now (RFC 2131, 3.2).
    pub fn start(&mut self, now: Instant, out: &mut Vec<Output>) {
        let state = if self.lease.is_some() { State::Rebooting } else { State::Init };
        self.begin(now, state, out);
        self.poll(now, out);
    }

    /// Returns the lease (RFC 2131, 4.4.6) and stops.
    pub fn release(&mut self, now: Instant, out: &mut Vec<Output>) {
        if let Some(lease) = &self.lease {
            let mut message = self.message(now, DhcpMessageType::Release);
            message.secs = 0;
            message.client_ip = lease.address.address();
            message.set_addresses(option::SERVER_ID, &[lease.server]);
            out.push(Output::Send { from: message.client_ip, to: lease.server, bytes: message.write() });
        }
        self.lose(out);
        self.go(State::Off, None, out);
    }

    /// Handles a message to port 68.
    pub fn receive(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<Output>) {
        let Some(message) = Message::read(bytes) else { return };
        if message.xid != self.xid || message.mac != self.mac {
            return;
        }
        let asked =
            matches!(self.state, State::Requesting | State::Rebooting | State::Renewing | State::Rebinding);
        match message.kind {
            DhcpMessageType::Offer if self.state == State::Selecting => {
                let Some(server) = message.address(option::SERVER_ID) else { return };
                if is_host(message.your_ip) {
                    self.offer = Some((message.your_ip, server));
                    self.tries = 0;
                    self.go(State::Requesting, Some(now), out);
                    self.poll(now, out);
                }
            }
            DhcpMessageType::Ack if asked => self.acknowledged(now, &message, out),
            DhcpMessageType::Nak if asked => {
                // Another server's refusal of an offer that it did not make means nothing (RFC 2131, 4.4.1).
                let chosen = self.offer.map(|(_, server)| server).filter(|_| self.state == State::Requesting);
                if chosen.is_some() && chosen != message.address(option::SERVER_ID) {
                    return;
                }
                self.lose(out);
                self.begin(now + Duration::from_secs((1 << self.refusals.min(6)) - 1), State::Init, out);
                self.refusals += 1;
                self.poll(now, out);
            }
            _ => {}
        }
    }

    /// What the probe for the address has found (RFC 2131, 4.4.1).
    pub fn probed(&mut self, now: Instant, in_use: bool, out: &mut Vec<Output>) {
        let Some(lease) = self.lease.clone().filter(|_| self.state == State::Probing) else { return };
        if in_use {
            let mut message = self.message(now, DhcpMessageType::Decline);
            message.secs = 0;
            message.set_addresses(option::REQUESTED_IP, &[lease.address.address()]);
            message.set_addresses(option::SERVER_ID, &[lease.server]);
            self.send(Ipv4Address::UNSPECIFIED, Ipv4Address::BROADCAST, message, out);
            self.lease = None;
            self.begin(now + AFTER_DECLINE, State::Init, out);
        } else {
            self.bound(lease, out);
        }
    }

    /// Does what is due.
    pub fn poll(&mut self, now: Instant, out: &mut Vec<Output>) {
        // Each step sends, or moves the moment on.
        while self.at.is_some_and(|at| at <= now) {
            self.step(now, out);
        }
    }

    /// When [`Client::poll`] next has something to do.
    pub fn poll_at(&self) -> Option<Instant> {
        self.at
    }

    fn step(&mut self, now: Instant, out: &mut Vec<Output>) {
        let lease = self.lease.as_ref();
        match self.state {
            State::Off | State::Probing => self.at = None,
            State::Init => self.go(State::Selecting, Some(now), out),
            State::Selecting => {
                let mut message = self.message(now, DhcpMessageType::Discover);
                self.ask(&mut message);
                self.broadcast(now, message, out);
            }
            State::Requesting => match self.offer {
                Some((address, server)) if self.tries < REQUESTS_MAX => {
                    let mut message = self.message(now, DhcpMessageType::Request);
                    message.set_addresses(option::REQUESTED_IP, &[address]);
                    message.set_addresses(option::SERVER_ID, &[server]);
                    self.ask(&mut message);
                    self.broadcast(now, message, out);
                }
                _ => self.begin(now, State::Init, out),
            },
            State::Rebooting => match lease.map(|lease| (lease.address.address(), lease.until)) {
                Some((address, until)) if until > now && self.tries < REBOOTS_MAX => {
                    let mut message = self.message(now, DhcpMessageType::Request);
                    message.set_addresses(option::REQUESTED_IP, &[address]);
                    self.ask(&mut message);
                    self.broadcast(now, message, out);
                }
                // RFC 2131, 3.2: without an answer it may go on using the lease; a host that moved could not, so it starts over.
                _ => {
                    self.lose(out);
                    self.begin(now, State::Init, out);
                }
            },
            State::Bound => {
                self.xid = self.random.draw();
                self.began = now;
                self.go(State::Renewing, Some(now), out);
            }
            State::Renewing | State::Rebinding => self.extend(now, out),
        }
    }

    /// RFC 2131, 4.4.5: half the time that is left, but a minute at least, from one request to the next.
    fn extend(&mut self, now: Instant, out: &mut Vec<Output>) {
        let Some(lease) = self.lease.clone().filter(|lease| now < lease.until) else {
            self.lose(out);
            return self.begin(now, State::Init, out);
        };
        let (state, to, end) = match now < lease.rebind_at {
            true => (State::Renewing, lease.server, lease.rebind_at),
            false => (State::Rebinding, Ipv4Address::BROADCAST, lease.until),
        };
        let half = Duration::from_nanos((end - now).nanos() / 2);
        self.go(state, Some((now + half.max(RENEW_AGAIN)).min(end)), out);
        let mut message = self.message(now, DhcpMessageType::Request);
        message.client_ip = lease.address.address();
        self.ask(&mut message);
        self.send(message.client_ip, to, message, out);
    }

    fn acknowledged(&mut self, now: Instant, message: &Message, out: &mut Vec<Output>) {
        let lease = lease(now, message, self.offer.map(|(_, server)| server));
        let Some(lease) = lease.filter(|lease| is_host(lease.address.address())) else { return };
        let before = self.lease.as_ref().map(|lease| lease.address);
        if self.state == State::Requesting && before != Some(lease.address) {
            let address = lease.address.address();
            self.lease = Some(lease);
            self.go(State::Probing, None, out);
            out.push(Output::Probe(address));
        } else {
            if before != Some(lease.address) {
                self.lose(out);
            }
            self.bound(lease, out);
        }
    }

    fn bound(&mut self, lease: Lease, out: &mut Vec<Output>) {
        self.refusals = 0;
        self.lease = Some(lease.clone());
        self.go(State::Bound, (lease.until != Instant::MAX).then_some(lease.renew_at), out);
        out.push(Output::Configure(lease));
    }

    /// Gives up the address, if the host uses it.
    fn lose(&mut self, out: &mut Vec<Output>) {
        let probing = self.state == State::Probing;
        if let Some(lease) = self.lease.take().filter(|_| !probing) {
            out.push(Output::Deconfigure(lease.address));
        }
    }

    /// A new transaction.
    fn begin(&mut self, at: Instant, state: State, out: &mut Vec<Output>) {
        self.xid = self.random.draw();
        (self.began, self.tries, self.offer) = (at, 0, None);
        self.go(state, Some(at), out);
    }

    fn go(&mut self, state: State, at: Option<Instant>, out: &mut Vec<Output>) {
        self.at = at;
        if self.state != state {
            self.state = state;
            out.push(Output::State(state));
        }
    }

    fn message(&self, now: Instant, kind: DhcpMessageType) -> Message {
        let mut message = Message::new(kind, self.xid, self.mac);
        message.secs = ((now - self.began).nanos() / 1_000_000_000).min(u64::from(u16::MAX)) as u16;
        message.set(option::CLIENT_ID, client_id(self.mac));
        message
    }

    /// What it wants to know, and how much it can receive.
    fn ask(&self, message: &mut Message) {
        message.set(option::MAX_SIZE, 1_500u16.to_be_bytes());
        if let Some(name) = &self.name {
            message.set(option::HOST_NAME, name.as_str());
        }
        let wanted = [option::SUBNET_MASK, option::ROUTER, option::DNS, option::DOMAIN, option::BROADCAST];
        message.set(option::PARAMETERS, wanted);
    }

    /// Broadcasts; the next time is 4, 8, 16, 32 and then 64 seconds later, a second more or less (RFC 2131, 4.1).
    fn broadcast(&mut self, now: Instant, mut message: Message, out: &mut Vec<Output>) {
        // A host without an address does not receive what is sent to the address that it may get (RFC 2131, 4.1).
        message.broadcast = true;
        let secs = 4_000 << self.tries.min(4);
        let wait = secs - 1_000 + u64::from(self.random.up_to(2_000));
        self.tries = self.tries.saturating_add(1);
        self.at = Some(now + Duration::from_millis(wait));
        self.send(Ipv4Address::UNSPECIFIED, Ipv4Address::BROADCAST, message, out);
    }

    fn send(&self, from: Ipv4Address, to: Ipv4Address, message: Message, out: &mut Vec<Output>) {
        out.push(Output::Send { from, to, bytes: message.write() });
    }
}

/// Whether a host may have this address.
fn is_host(address: Ipv4Address) -> bool {
    !(address.is_unspecified() || address.is_broadcast() || address.is_multicast() || address.is_loopback())
}

/// The lease that a server acknowledges.
fn lease(now: Instant, message: &Message, chosen: Option<Ipv4Address>) -> Option<Lease> {
    let address = message.your_ip;
    // Without a mask the class of the address counts (RFC 950).
    let class = match address.octets()[0] {
        0..128 => 8,
        128..192 => 16,
        _ => 24,
    };
    let mask = message.address(option::SUBNET_MASK).map(Ipv4Address::to_bits);
    let mask =
        mask.filter(|mask| mask.leading_ones() == mask.count_ones()).map(|mask| mask.leading_ones() as u8);
    let secs = message.number(option::LEASE_TIME)?;
    let after = |secs: u64| match secs {
        // RFC 2131, 3.3: for ever.
        0xffff_ffff => Instant::MAX,
        secs => now + Duration::from_secs(secs),
    };
    // T1 < T2 < end; what is not so is replaced by the defaults (RFC 2131, 4.4.5).
    let whole = u64::from(secs);
    // A lease of a second would be renewed as fast as its server answers.
    let (t1, t2) = match (message.number(option::RENEWAL_TIME), message.number(option::REBINDING_TIME)) {
        (Some(t1), Some(t2)) if t1 < t2 && t2 < secs => (u64::from(t1), u64::from(t2)),
        _ => (whole / 2, whole - whole / 8),
    };
    Some(Lease {
        address: Ipv4Cidr::new(address, mask.unwrap_or(class)),
        server: message.address(option::SERVER_ID).or(chosen)?,
        routers: message.addresses(option::ROUTER).take(4).collect(),
        dns: message.addresses(option::DNS).take(4).collect(),
        domain: message.text(option::DOMAIN).map(str::to_owned),
        renew_at: after(t1.max(1)),
        rebind_at: after(t2),
        until: after(whole),
    })
    .filter(|_| secs > 0)
}
