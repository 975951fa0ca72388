//! Who spoke with whom in an opened capture: its addresses on a circle, and a line between two of them that exchanged packets.
//!
//! Those that exchanged most are shown; the rest is counted. An address is an IP address where packets have one, otherwise that of the card.

use super::conversation::address_field;
use crate::Lab;
use crate::format;
use crate::inspect::words;
use netlab::Instant;
use rustc_hash::FxHashMap;
use smoltcp::wire::{EthernetAddress, IpAddress};
use std::rc::Rc;
use texts::{plural, t};
use trace::ends::Ends;
use trace::swatch::Swatch;

/// More addresses would stand too close.
pub const PEERS_MAX: usize = 16;

/// The addresses of a capture, and which of them exchanged packets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meetings {
    /// The file's name.
    pub name: Rc<str>,
    /// `1,204 packets within 3.2 s between 5 addresses`
    pub summary: String,
    /// The addresses that exchanged most, around a circle.
    pub peers: Vec<Peer>,
    /// Pairs of them that exchanged packets.
    pub meetings: Vec<Meeting>,
    /// What of the selected packet is shown.
    pub selected: Option<Passing>,
}

/// An address.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// As text.
    pub name: String,
    /// Where it stands on the circle: in turns, clockwise from the left.
    pub turn: f64,
}

/// Two addresses that exchanged packets.
#[derive(Clone, Debug, PartialEq)]
pub struct Meeting {
    /// Their places among the peers.
    pub between: [usize; 2],
    /// Of the bytes of the pair that exchanged most, the share that these two exchanged: from 0 to 1.
    pub share: f64,
    /// What most of their packets were about.
    pub swatch: Swatch,
    /// `10.0.0.1 and 10.0.0.2: 12 packets, 1.2 kB`
    pub words: String,
    /// The display filter for their packets.
    pub filter: String,
}

/// A packet on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Passing {
    /// Sender and receiver, as places among the peers.
    pub between: [usize; 2],
    /// What stands on it.
    pub label: String,
    /// Its kind.
    pub swatch: Swatch,
}

/// An address of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Address {
    Ip(IpAddress),
    Card(EthernetAddress),
}

impl Address {
    fn of(ends: &Ends) -> [Self; 2] {
        match ends.ips {
            Some(ips) => ips.map(Self::Ip),
            None => ends.macs.map(Self::Card),
        }
    }

    fn name(self) -> String {
        match self {
            Self::Ip(address) => address.to_string(),
            Self::Card(address) => address.to_string().replace('-', ":"),
        }
    }

    /// The display filter for its packets.
    fn filter(self) -> String {
        let name = self.name();
        format!("{} == {name}", address_field(&name))
    }
}

/// What two addresses exchanged.
#[derive(Clone, Default)]
struct Exchange {
    packets: u64,
    bytes: u64,
    kinds: [u32; Swatch::ALL.len()],
}

/// All exchanges of a capture, counted once.
#[derive(Clone)]
pub struct Counted {
    /// Biggest first.
    pairs: Vec<([Address; 2], Exchange)>,
    peers: Vec<Address>,
    addresses: usize,
    packets: u64,
    lasts: netlab::Duration,
}

impl Counted {
    /// Of the packets of the list.
    pub fn of(lab: &Lab) -> Self {
        let (trace, source) = (lab.packets().trace(), lab.source());
        let mut pairs: FxHashMap<[Address; 2], Exchange> = FxHashMap::default();
        let mut bytes_of: FxHashMap<Address, u64> = FxHashMap::default();
        let (mut packets, mut first, mut last) = (0, None, Instant::ZERO);
        for (_, row) in trace.listed_rows(trace.first()) {
            let Some(ends) = source.bytes(row).and_then(Ends::of) else { continue };
            let [from, to] = Address::of(&ends);
            let exchange = pairs.entry([from.min(to), from.max(to)]).or_default();
            exchange.packets += 1;
            exchange.bytes += u64::from(row.length);
            exchange.kinds[Swatch::of(row.protocol, row.segment) as usize] += 1;
            for address in [from, to] {
                *bytes_of.entry(address).or_default() += u64::from(row.length);
            }
            packets += 1;
            first.get_or_insert(row.at);
            last = last.max(row.at);
        }
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        wire::sorted::sort_by_key(&mut pairs, |(pair, exchange)| (u64::MAX - exchange.bytes, *pair));
        let addresses = bytes_of.len();
        let mut peers: Vec<_> = bytes_of.into_iter().collect();
        wire::sorted::sort_by_key(&mut peers, |(address, bytes)| (u64::MAX - bytes, *address));
        peers.truncate(PEERS_MAX);
        let mut peers: Vec<Address> = peers.into_iter().map(|(address, _)| address).collect();
        // In order of their addresses: the same networks stand beside each other.
        wire::sorted::sort_by_key(&mut peers, |address| *address);
        Self { pairs, peers, addresses, packets, lasts: last - first.unwrap_or(last).min(last) }
    }

    /// Laid out, with the packet that is selected.
    pub fn meetings(&self, lab: &Lab) -> Option<Meetings> {
        let opened = lab.packets().opened()?;
        let place = |address: &Address| self.peers.iter().position(|peer| peer == address);
        let count = self.peers.len().max(1) as f64;
        let peers = self.peers.iter().enumerate();
        let peers = peers.map(|(number, address)| Peer { name: address.name(), turn: number as f64 / count });
        let most = self.pairs.first().map_or(1, |(_, exchange)| exchange.bytes.max(1));
        let meetings = self.pairs.iter().filter_map(|(pair, exchange)| {
            let [a, b] = pair;
            let kind = (0..Swatch::ALL.len()).max_by_key(|&kind| exchange.kinds[kind])?;
            Some(Meeting {
                between: [place(a)?, place(b)?],
                share: exchange.bytes as f64 / most as f64,
                swatch: Swatch::ALL[kind],
                words: t!(
                    "{} and {}: {}, {}",
                    a.name(),
                    b.name(),
                    words::packets(exchange.packets),
                    format::bytes(exchange.bytes)
                ),
                filter: format!("{} && {}", a.filter(), b.filter()),
            })
        });
        let (packets, lasts) = (words::packets(self.packets), format::duration(self.lasts));
        let addresses = plural!(
            self.addresses,
            "{count}\u{a0}address",
            "{count}\u{a0}addresses",
            count = format::count(self.addresses as u64)
        );
        let shown = self.peers.len();
        let summary = match self.addresses > shown {
            true => t!(
                "{packets} within {lasts} between {addresses}, of which the {shown} that exchanged most are shown"
            ),
            false => t!("{packets} within {lasts} between {addresses}"),
        };
        let selected = lab.selected_packet().and_then(|number| {
            let (trace, source) = (lab.packets().trace(), lab.source());
            let ends = Ends::of(source.bytes(trace.row(number)?)?)?;
            let [from, to] = Address::of(&ends);
            let message = dissect::meaning(trace.shown(source, number)?).message;
            Some(Passing {
                between: [place(&from)?, place(&to)?],
                label: message.label().to_string(),
                swatch: Swatch::of_message(&message),
            })
        });
        Some(Meetings {
            name: opened.name.clone(),
            summary,
            peers: peers.collect(),
            meetings: meetings.collect(),
            selected,
        })
    }
}
