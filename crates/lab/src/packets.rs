//! What the instruments look at: which packets, seen where, and which of them pass the filter.
//!
//! One filter for everything: the packet list, the time line, the stage and the graphs show the same packets.
//!
//! | module | what it is |
//! |---|---|
//! | [`pins`] | marks, and the packet from which times count |
//! | [`menu`] | what can be done with a packet |
//! | [`conversation`] | the filter of the conversation that a packet belongs to |
//! | [`followed`] | a conversation as text |
//! | [`meetings`] | who spoke with whom in an opened capture |
//! | [`find`] | finding a text in the list |

pub mod conversation;
pub mod find;
pub mod followed;
pub mod meetings;
pub mod menu;
pub mod pins;

use super::Lab;
use capture::{Network, Place, Recording, Sighting, WriteError, Writer};
use dissect::analysis::{self, Answer};
use dissect::filter::{Filter, FilterError};
use netlab::topology::{Direction, LinkId};
use netlab::{History, Instant};
use pins::Pins;
use std::borrow::Cow;
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use trace::{Row, Sequence, Source, Trace};

/// What the instruments look at.
pub struct Packets {
    /// Every packet once: what the time line and the stage go by.
    once: Trace,
    /// Seen at another place, if one is chosen.
    there: Option<Trace>,
    opened: Option<Opened>,
    filter: Rc<str>,
    /// The last filter that made sense: what is applied.
    applied: Rc<str>,
    fault: Option<FilterError>,
    /// On the packets of the network.
    pins: Pins,
}

/// A capture file that is shown instead of the network's packets.
pub struct Opened {
    /// The file's name.
    pub name: Rc<str>,
    /// What is in it.
    pub recording: Rc<Recording>,
    trace: Trace,
    pins: Pins,
}

impl Default for Packets {
    fn default() -> Self {
        Self {
            once: Trace::new(Place::Once),
            there: None,
            opened: None,
            filter: "".into(),
            applied: "".into(),
            fault: None,
            pins: Pins::default(),
        }
    }
}

impl Packets {
    /// For another world: the same place, if it has it, and the same filter.
    pub fn again(self, links: usize) -> Self {
        let mut again = Self { opened: self.opened, ..Self::default() };
        let place = self.there.map_or(Place::Once, |trace| trace.place());
        let link = match place {
            Place::Link(link) | Place::Port(Direction { link, .. }) => link.index(),
            Place::Once | Place::Everywhere => 0,
        };
        if link < links {
            again.look_at(place);
        }
        again.set_filter(&self.applied);
        again.set_filter(&self.filter);
        again
    }

    /// Looks there from now on.
    pub fn look_at(&mut self, place: Place) {
        self.opened = None;
        self.there = (place != Place::Once).then(|| Trace::new(place));
        self.sift();
    }

    /// Looks at a capture, or at the network again.
    pub fn open(&mut self, opened: Option<(Rc<str>, Rc<Recording>)>) {
        self.opened = opened.map(|(name, recording)| Opened {
            name,
            trace: Trace::of(&recording, Sequence::Time),
            recording,
            pins: Pins::default(),
        });
        self.sift();
    }

    /// Lists only what passes this. If it makes no sense, the last one that did stays, and [`fault`](Self::fault) says why.
    pub fn set_filter(&mut self, text: &str) {
        self.filter = text.into();
        self.fault = Filter::parse(text.trim()).err();
        if self.fault.is_none() && *self.applied != *text.trim() {
            self.applied = text.trim().into();
            self.sift();
        }
    }

    fn sift(&mut self) {
        let filter =
            (!self.applied.is_empty()).then(|| Filter::parse(&self.applied).ok().map(Rc::new)).flatten();
        let opened = self.opened.as_mut().map(|opened| &mut opened.trace);
        for trace in [Some(&mut self.once), self.there.as_mut(), opened].into_iter().flatten() {
            trace.sift(filter.clone());
        }
    }

    /// Takes what has happened up to `now`, as long as it may. What is looked at comes first.
    pub fn follow(&mut self, history: &History, now: Instant, go_on: &mut dyn FnMut() -> bool) {
        if let Some(opened) = &mut self.opened {
            opened.trace.follow(Source::Recording(&opened.recording), go_on);
        }
        if let Some(there) = &mut self.there {
            there.follow(Source::World(history, now), go_on);
        }
        self.once.follow(Source::World(history, now), go_on);
    }

    /// Every packet of the network once, where it was sent first.
    pub fn once(&self) -> &Trace {
        &self.once
    }

    /// The packets that are looked at.
    pub fn trace(&self) -> &Trace {
        match (&self.opened, &self.there) {
            (Some(opened), _) => &opened.trace,
            (None, Some(there)) => there,
            (None, None) => &self.once,
        }
    }

    /// What is on them.
    pub fn pins(&self) -> &Pins {
        self.opened.as_ref().map_or(&self.pins, |opened| &opened.pins)
    }

    /// Changes what is on a packet.
    fn pin(&mut self, number: usize, change: impl FnOnce(&mut Pins, &Row)) {
        let Some(&row) = self.trace().row(number) else { return };
        change(self.opened.as_mut().map_or(&mut self.pins, |opened| &mut opened.pins), &row);
    }

    /// Where they were seen.
    pub fn place(&self) -> Place {
        self.trace().place()
    }

    /// The capture that is looked at.
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    /// The filter, as it was written.
    pub fn filter(&self) -> &Rc<str> {
        &self.filter
    }

    /// The filter that is applied.
    pub fn applied(&self) -> &Rc<str> {
        &self.applied
    }

    /// What is wrong with it.
    pub fn fault(&self) -> Option<&FilterError> {
        self.fault.as_ref()
    }
}

/// A packet as a row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Counted from 0.
    pub number: usize,
    /// Its typed values.
    pub row: Row,
    /// When it was seen, in seconds from the beginning, or from the packet from which times count.
    pub time: String,
    /// It is marked.
    pub marked: bool,
    /// Times count from it.
    pub is_reference: bool,
    /// Where it was seen: `a → s1`, or the interface of a capture.
    pub place: String,
    /// The source address or name, as packet analyzers show it.
    pub source: String,
    /// The destination address or name.
    pub destination: String,
    /// The name of the innermost protocol.
    pub protocol: Cow<'static, str>,
    /// The Info column: the packet in a line, with the analysis of its conversation.
    pub info: String,
    /// Whether it is later than the playhead.
    pub to_come: bool,
    /// The node that has received and dropped it by now, and the reason.
    pub dropped_by: Option<String>,
}

impl Lab {
    /// What the instruments look at.
    pub fn packets(&self) -> &Packets {
        &self.packets
    }

    /// Every packet of the network once, where it was sent first.
    pub fn trace(&self) -> &Trace {
        self.packets.once()
    }

    /// Where the packets that are looked at come from.
    pub fn source(&self) -> Source<'_> {
        match self.packets.opened() {
            Some(opened) => Source::Recording(&opened.recording),
            None => Source::World(self.world.history(), self.world.now()),
        }
    }

    /// How many of the listed packets there are up to and with the playhead; of an opened capture all.
    pub fn listed_by_now(&self) -> usize {
        let trace = self.packets.trace();
        match self.packets.opened() {
            Some(_) => trace.listed(),
            None => trace.listed_before(trace.count_at(self.playhead.at())),
        }
    }

    /// The number of the packet that is looked at, if it is in the list.
    pub fn selected_packet(&self) -> Option<usize> {
        match self.selection {
            _ if self.packets.opened().is_some() => self.packet,
            Some(Selection::Frame(id)) => self.packets.trace().find(self.world.history(), id),
            _ => None,
        }
    }

    /// The row of a packet.
    pub fn line(&self, number: usize) -> Option<Line> {
        let trace = self.packets.trace();
        let row = *trace.row(number)?;
        let frame = trace.shown(self.source(), number)?;
        let meaning = dissect::meaning(frame);
        let (source, destination) = meaning.addresses();
        let place = match self.packets.opened() {
            Some(opened) => {
                let packet = opened.recording.packets[row.transit.0 as usize];
                opened.recording.interfaces[packet.interface as usize].name.clone()
            }
            None => {
                let direction = self.world.history().transit(row.transit)?.direction;
                let name = |node| &self.whole().node(node).name;
                let topology = self.world.topology();
                format!("{} → {}", name(topology.sender(direction)), name(topology.receiver(direction)))
            }
        };
        let over = self.packets.opened().is_some();
        let transit = if over { None } else { self.world.history().transit(row.transit) };
        let refused = transit.and_then(|transit| transit.refused.map(|(at, why)| (transit, at, why)));
        let dropped_by = refused.filter(|(_, at, _)| *at <= self.playhead.at()).map(|(transit, _, why)| {
            let receiver = self.world.topology().receiver(transit.direction);
            format!("{}: {why}", self.whole().node(receiver).name)
        });
        let answer = match trace.answer(number) {
            Some((by, _)) if over || trace.row(by).is_some_and(|by| by.at <= self.playhead.at()) => {
                Answer::By(by as u32)
            }
            None if over => Answer::Never,
            _ => Answer::Unknown,
        };
        let pins = self.packets.pins();
        let first = if over { trace.first_at().unwrap_or(Instant::ZERO) } else { Instant::ZERO };
        Some(Line {
            number,
            time: pins.time(row.at, first),
            marked: pins.is_marked(row.transit),
            is_reference: pins.is_reference(row.transit),
            place,
            source,
            destination,
            protocol: trace.protocol_name(number, &meaning),
            info: analysis::info(frame, &row.notes, answer),
            to_come: !over && row.at > self.playhead.at(),
            row,
            dropped_by,
        })
    }

    /// What the packet list has, up to the live edge, as pcapng: seen there, and of that what passes the filter.
    pub fn pcapng(&self) -> Result<Vec<u8>, WriteError> {
        let (trace, history) = (self.packets.trace(), self.world.history());
        let whole = self.scenario.whole();
        let network = Network { title: &whole.title, topology: &whole.topology, ids: &whole.ids };
        let mut writer = Writer::new(Vec::new(), &network, trace.place())?;
        for (number, row) in trace.rows(0..trace.count()) {
            let Some(transit) = history.transit(row.transit) else { continue };
            let sighting = Sighting { at: row.at, transit: row.transit, sent: row.sent };
            match trace.is_listed(number) {
                true => writer.write(sighting, transit)?,
                false => writer.skip(sighting, transit),
            }
        }
        writer.finish(self.world.now())
    }

    /// The places at which one can look: all frames once, everywhere, each link, each port; with their names.
    pub fn places(&self) -> Vec<(Place, String)> {
        let whole = self.whole();
        let name = |node| &whole.node(node).name;
        let mut places = vec![
            (Place::Once, t!("Each packet once").to_string()),
            (Place::Everywhere, t!("Every port").to_string()),
        ];
        for (number, link) in whole.links.iter().enumerate() {
            let link_id = LinkId(number as u32);
            let [a, b] = link.ends.map(name);
            places.push((Place::Link(link_id), t!("Link {a} – {b}")));
            for from in netlab::topology::End::BOTH {
                let direction = Direction { link: link_id, from };
                let (at, to) = (name(whole.sender(direction)), name(whole.receiver(direction)));
                places.push((Place::Port(direction), t!("{at}, port to {to}")));
            }
        }
        places
    }

    /// Lets what is read off the history come after it, as long as it may.
    pub fn follow(&mut self, go_on: &mut dyn FnMut() -> bool) {
        if let Some(instruments) = self.parts.instruments {
            (instruments.follow)(&mut self.packets, self.world.history(), self.world.now(), go_on);
        }
    }

    /// Chooses what the instruments look at.
    pub(super) fn observe(&mut self, observe: Observe) {
        match observe {
            Observe::At(place) => self.packets.look_at(place),
            Observe::Filter(text) => self.packets.set_filter(&text),
            Observe::Open(name, recording) => self.packets.open(Some((name, recording))),
            Observe::Close => self.packets.open(None),
            Observe::Mark(number) => {
                return self.packets.pin(number, |pins, row| pins.mark(row.transit));
            }
            Observe::CountFrom(number) => {
                return self.packets.pin(number, |pins, row| pins.count_from(row.transit, row.at));
            }
        }
        self.packet = None;
    }

    /// What is looked at in another world. Without the instruments nothing was chosen.
    pub(super) fn packets_again(&mut self, links: usize) -> Packets {
        let packets = std::mem::take(&mut self.packets);
        self.parts
            .instruments
            .map_or_else(Packets::default, |instruments| (instruments.again)(packets, links))
    }
}

/// What the instruments look at.
#[derive(Clone, Debug, PartialEq)]
pub enum Observe {
    /// The packets at this place.
    At(Place),
    /// Those that pass this filter.
    Filter(String),
    /// A capture from elsewhere, by this name.
    Open(Rc<str>, Rc<Recording>),
    /// The network again.
    Close,
    /// This packet with a mark, or without the one that it has.
    Mark(usize),
    /// Times from this packet on, or, if that is so already, from the beginning.
    CountFrom(usize),
}

#[cfg(test)]
mod tests;
