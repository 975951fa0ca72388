//! RIP's timers and messages, the same for both versions (RFC 2453, 3.8 to 3.10; RFC 2080, 2.3 to 2.5).

use super::message::{self, Entry, Message, Version, is_link_local};
use super::table::Table;
use super::{PORT_NG, PORT_V2};
use crate::Timer;
use crate::config::Rip;
use crate::routing::{Incoming, Interface, Local, Outgoing, Output};
use smoltcp::wire::{IpAddress, IpCidr};
use std::net::{Ipv4Addr, Ipv6Addr};
use wire::rng::Stream;
use wire::{Duration, Instant};

/// All RIP-2 routers on a link (RFC 2453, 4.5).
const GROUP_V2: IpAddress = IpAddress::Ipv4(Ipv4Addr::new(224, 0, 0, 9));
/// All RIPng routers on a link (RFC 2080, 2.5.2).
const GROUP_NG: IpAddress = IpAddress::Ipv6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 9));
/// After a triggered update the next waits at least this long, and up to [`HOLD_DOWN_SPREAD`] longer (RFC 2453, 3.10.1).
const HOLD_DOWN: Duration = Duration::from_secs(1);
const HOLD_DOWN_SPREAD: Duration = Duration::from_secs(4);
/// Full tables come no faster, whatever the settings say.
const UPDATE_MIN: Duration = Duration::from_millis(100);

impl Version {
    fn port(self) -> u16 {
        match self {
            Self::V2 => PORT_V2,
            Self::Ng => PORT_NG,
        }
    }

    fn group(self) -> IpAddress {
        match self {
            Self::V2 => GROUP_V2,
            Self::Ng => GROUP_NG,
        }
    }

    /// Far enough for a neighbor; for RIPng the proof that no router was between (RFC 2080, 2.4.2).
    fn hop_limit(self, destination: &IpAddress) -> u8 {
        match self {
            Self::V2 if *destination == GROUP_V2 => 1,
            Self::V2 => 64,
            Self::Ng => 255,
        }
    }

    /// The addresses with which a router speaks on an interface: one of each IPv4 network, or one link-local.
    fn voices(self, interface: &Interface) -> Vec<IpCidr> {
        if !interface.up {
            return Vec::new();
        }
        let mut voices: Vec<IpCidr> = Vec::new();
        for address in &interface.addresses {
            let speaks = match (self, address) {
                (Self::V2, IpCidr::Ipv4(_)) => {
                    !voices.iter().any(|voice| message::network(*voice) == message::network(*address))
                }
                (Self::Ng, IpCidr::Ipv6(address)) => voices.is_empty() && is_link_local(&address.address()),
                (Self::V2, IpCidr::Ipv6(_)) | (Self::Ng, IpCidr::Ipv4(_)) => false,
            };
            if speaks {
                voices.push(*address);
            }
        }
        voices
    }

    /// Whether who has this address is a neighbor on an interface where the router speaks with `voices`.
    fn is_neighbor(self, voices: &[IpCidr], address: &IpAddress) -> bool {
        match (self, address) {
            (Self::V2, IpAddress::Ipv4(_)) => voices.iter().any(|voice| voice.contains_addr(address)),
            (Self::Ng, IpAddress::Ipv6(address)) => !voices.is_empty() && is_link_local(address),
            (Self::V2, IpAddress::Ipv6(_)) | (Self::Ng, IpAddress::Ipv4(_)) => false,
        }
    }
}

/// RIP in one version.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    version: Version,
    config: Rip,
    random: Stream,
    interfaces: Vec<Interface>,
    table: Table,
    /// When the next full table goes out; `None`: there is nobody to tell.
    update_at: Option<Instant>,
    /// No triggered update before this.
    hold_until: Instant,
    /// Something has changed that neighbors do not know.
    untold: bool,
}

impl Engine {
    pub(super) fn new(version: Version, config: Rip, random: Stream) -> Self {
        Self {
            version,
            config,
            random,
            interfaces: Vec::new(),
            table: Table::default(),
            update_at: None,
            hold_until: Instant::ZERO,
            untold: false,
        }
    }

    pub(super) fn set_config(&mut self, config: Rip) {
        self.config = config;
    }

    pub(super) fn set_interfaces(&mut self, now: Instant, interfaces: &[Interface], out: &mut Output) {
        let old = std::mem::replace(&mut self.interfaces, interfaces.to_vec());
        let version = self.version;
        let stays = |id, from: &IpAddress| {
            let interface = interfaces.iter().find(|interface| interface.id == id);
            interface.is_some_and(|interface| version.is_neighbor(&version.voices(interface), from))
        };
        self.table.retain(now, stays, &self.config, &mut out.changes);
        for interface in interfaces {
            let before = old.iter().find(|old| old.id == interface.id);
            let before = before.map_or(Vec::new(), |old| version.voices(old));
            let voices = version.voices(interface);
            for voice in voices.iter().filter(|voice| !before.contains(voice)) {
                let whole = message::whole_table(version);
                out.send.push(self.outgoing(interface.id, voice, version.group(), version.port(), whole));
            }
        }
        let speaks = interfaces.iter().any(|interface| !version.voices(interface).is_empty());
        self.update_at = match self.update_at {
            _ if !speaks => None,
            None => Some(now + self.jittered()),
            running => running,
        };
        self.changed(now, out);
    }

    pub(super) fn set_local(&mut self, now: Instant, local: &[Local], out: &mut Output) {
        self.table.set_local(now, self.version, local, &self.config, &mut out.changes);
        self.changed(now, out);
    }

    pub(super) fn receive(&mut self, now: Instant, datagram: &Incoming<'_>, out: &mut Output) {
        self.poll(now, out);
        let version = self.version;
        let interface = self.interfaces.iter().find(|interface| interface.id == datagram.interface);
        let Some(interface) = interface else { return };
        let voices = version.voices(interface);
        if datagram.destination_port != version.port()
            || !version.is_neighbor(&voices, &datagram.source)
            || self.is_own(&datagram.source)
        {
            return;
        }
        match message::read(version, datagram.payload) {
            Some(Message::Response(entries)) => self.hear(now, datagram, &voices, entries, out),
            Some(Message::WholeTable) => {
                let Some(voice) = voice_for(&voices, &datagram.source) else { return };
                let entries = self.table.announce(interface, voice, self.config.split_horizon, false);
                self.answer(datagram, voice, interface.mtu, &entries, out);
            }
            Some(Message::Request(mut entries)) => {
                let Some(voice) = voice_for(&voices, &datagram.source) else { return };
                // Somebody looks for faults and wants the table as it is (RFC 2453, 3.9.1): without split horizon.
                for entry in &mut entries {
                    entry.metric = self.table.metric(&entry.to);
                    entry.via = None;
                }
                self.answer(datagram, voice, interface.mtu, &entries, out);
            }
            None => {}
        }
    }

    fn hear(
        &mut self,
        now: Instant,
        datagram: &Incoming<'_>,
        voices: &[IpCidr],
        entries: Vec<Entry>,
        out: &mut Output,
    ) {
        let version = self.version;
        let far = version == Version::Ng && datagram.destination.is_multicast() && datagram.hop_limit != 255;
        if datagram.source_port != version.port() || far {
            return;
        }
        for entry in entries {
            let via = match entry.via {
                // The way would lead back to us.
                Some(via) if self.is_own(&via) => continue,
                Some(via) if version.is_neighbor(voices, &via) => via,
                Some(_) | None => datagram.source,
            };
            let from = (datagram.interface, datagram.source, via);
            self.table.hear(now, from, entry, &self.config, &mut out.changes);
        }
        self.table.look_ahead();
        self.changed(now, out);
    }

    pub(super) fn poll(&mut self, now: Instant, out: &mut Output) {
        self.table.poll(now, &self.config, &mut out.changes);
        self.untold |= self.table.has_changed();
        if self.update_at.is_some_and(|at| at <= now) {
            self.tell(false, out);
            self.update_at = Some(now + self.jittered());
        }
        self.tell_changes(now, out);
    }

    pub(super) fn next_timer(&self) -> Option<(Instant, Timer)> {
        let waits = self.untold && self.config.triggered && self.update_at.is_some();
        let triggered = waits.then_some((self.hold_until, Timer::RipTriggeredUpdate));
        let update = self.update_at.map(|at| (at, Timer::RipUpdate));
        let route = self.table.next().map(|at| (at, Timer::RipRoute));
        [update, triggered, route].into_iter().flatten().min()
    }

    /// Something may have changed: tells of it, at once or as soon as it may.
    fn changed(&mut self, now: Instant, out: &mut Output) {
        self.untold |= self.table.has_changed();
        self.tell_changes(now, out);
    }

    /// A triggered update (RFC 2453, 3.10.1), if one is due.
    fn tell_changes(&mut self, now: Instant, out: &mut Output) {
        if self.untold && self.config.triggered && self.update_at.is_some() && self.hold_until <= now {
            self.tell(true, out);
            self.hold_until = now + HOLD_DOWN + up_to(&mut self.random, HOLD_DOWN_SPREAD);
        }
    }

    /// Tells all neighbors the table, or what has changed in it.
    fn tell(&mut self, only_changed: bool, out: &mut Output) {
        let version = self.version;
        for interface in &self.interfaces {
            for voice in version.voices(interface) {
                let entries = self.table.announce(interface, &voice, self.config.split_horizon, only_changed);
                for payload in message::responses(version, &entries, interface.mtu) {
                    let sent = self.outgoing(interface.id, &voice, version.group(), version.port(), payload);
                    out.send.push(sent);
                }
            }
        }
        self.table.told();
        self.untold = false;
    }

    fn answer(&self, asked: &Incoming<'_>, voice: &IpCidr, mtu: usize, entries: &[Entry], out: &mut Output) {
        for payload in message::responses(self.version, entries, mtu) {
            let sent = self.outgoing(asked.interface, voice, asked.source, asked.source_port, payload);
            out.send.push(sent);
        }
    }

    fn outgoing(
        &self,
        interface: u32,
        voice: &IpCidr,
        destination: IpAddress,
        destination_port: u16,
        payload: Vec<u8>,
    ) -> Outgoing {
        Outgoing {
            interface,
            source: voice.address(),
            destination,
            source_port: self.version.port(),
            destination_port,
            hop_limit: self.version.hop_limit(&destination),
            payload,
        }
    }

    fn is_own(&self, address: &IpAddress) -> bool {
        let own = |interface: &Interface| interface.addresses.iter().any(|own| own.address() == *address);
        self.interfaces.iter().any(own)
    }

    /// The time to the next full table: routers that started together do not speak together for ever (RFC 2453, 3.8).
    fn jittered(&mut self) -> Duration {
        let update = self.config.update.max(UPDATE_MIN).nanos();
        let sooner = Duration::from_nanos(update - update / 6);
        sooner + up_to(&mut self.random, Duration::from_nanos(update / 3))
    }
}

/// The router's address in the network of a neighbor.
fn voice_for<'a>(voices: &'a [IpCidr], neighbor: &IpAddress) -> Option<&'a IpCidr> {
    voices.iter().find(|voice| voice.contains_addr(neighbor)).or(voices.first())
}

/// Uniform from zero to `longest`.
fn up_to(random: &mut Stream, longest: Duration) -> Duration {
    let scaled = u128::from(random.draw_u64()) * (u128::from(longest.nanos()) + 1);
    Duration::from_nanos((scaled >> 64) as u64)
}
