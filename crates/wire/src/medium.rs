//! A medium that several stations share, one at a time: carrier sense with collision detection (CSMA/CD, IEEE 802.3-2022, clause 4.2.3).
//!
//! A station with a frame waits until the medium has been idle for an interframe gap, and then sends. Stations that begin at the
//! same moment collide: all of them stop after a jam, and each tries again after a random number of slots, of twice as many after
//! every further collision of that frame (truncated binary exponential backoff). After sixteen collisions it drops the frame.
//!
//! The carrier is sensed everywhere at once. IEEE 802.3 bounds a medium so that a signal goes there and back within a slot (51.2 µs at
//! 10 Mbit/s: some kilometers); documents give links delays of milliseconds, so that an eye can follow a frame. No medium of that
//! length works. So delays are left to the wires that carry the frames, and the medium here is a short one.
//!
//! Unlike a [`line`](mod@crate::line), a medium cannot tell when a frame will be sent at the moment it is handed over: that depends on frames
//! which are handed over later. So frames wait here, and [`contend`](Medium::contend) is called when [`next_at`](Medium::next_at) has come, after
//! all frames of that moment were handed over.

use crate::line::{Discipline, Queue, QueueDrop, QueueLimit, codel, red};
use crate::rng::Stream;
use crate::sorted::SortedMap;
use crate::time::{Duration, Instant};
use crate::units::BitsPerSec;
use std::collections::VecDeque;

/// The attempts to send one frame (attemptLimit, IEEE 802.3-2022, 4.4.2).
pub const ATTEMPTS_MAX: u8 = 16;
/// After this number of collisions the range of the backoff grows no more (backOffLimit).
const BACKOFF_MAX: u8 = 10;
/// The gap between two frames, in bit times (interPacketGap).
const GAP_BITS: u64 = 96;
/// What is sent before all stations have stopped: the preamble with its delimiter, which is always completed, and the jam, in bit times.
const COLLISION_BITS: u64 = 64 + 32;

/// The slot time: 512 bit times up to 100 Mbit/s, and 4096 above (IEEE 802.3-2022, table 4-2).
pub fn slot_time(rate: BitsPerSec) -> Duration {
    bits(rate, if rate.get() <= 100_000_000 { 512 } else { 4_096 })
}

fn bits(rate: BitsPerSec, bits: u64) -> Duration {
    rate.time_for((bits / 8) as usize)
}

/// A frame that can wait for a medium.
pub trait Load {
    /// Its length in bytes.
    fn bytes(&self) -> usize;
}

/// A shared medium, and the frames that wait for it.
#[derive(Clone, Debug)]
pub struct Medium<F> {
    rate: BitsPerSec,
    /// The end of the last transmission or collision.
    idle_from: Instant,
    /// Nothing was sent yet, so no gap is to be kept.
    fresh: bool,
    /// By the numbers that their owner has given them.
    stations: SortedMap<u32, Station<F>>,
}

/// A station of a medium: its transmitter and its queue.
#[derive(Clone, Debug)]
struct Station<F> {
    queue: Queue,
    /// The first is in the transmitter; the queue's limit is for those behind it.
    frames: VecDeque<Waiting<F>>,
    /// The bytes behind the first.
    waiting_bytes: usize,
    /// It does not send before this moment: the end of its backoff.
    ready: Instant,
    /// Collisions of the frame in the transmitter.
    collisions: u8,
    /// When it last had nothing to send.
    idle_from: Instant,
    red: red::Memory,
    codel: codel::Memory,
    /// For random early detection.
    draws: Stream,
    /// For the backoff.
    backoff: Stream,
}

#[derive(Clone, Debug)]
struct Waiting<F> {
    frame: F,
    since: Instant,
    /// The bytes in front of it when it was enqueued.
    before: usize,
}

/// What happens at one moment to a frame of one station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<F> {
    /// It is sent from now on.
    Sent {
        /// The station's number.
        station: u32,
        /// The frame.
        frame: F,
    },
    /// It collides with others, and stays in the transmitter.
    Collided {
        /// The station's number.
        station: u32,
        /// The number of this frame's collisions so far.
        collisions: u8,
        /// The end of the jam.
        until: Instant,
        /// When the station tries again, if the medium is idle then.
        ready: Instant,
    },
    /// It is dropped.
    Dropped {
        /// The station's number.
        station: u32,
        /// The frame.
        frame: F,
        /// Why.
        why: Dropped,
    },
}

/// Why a station drops a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Its queue dropped the frame.
    Queue(QueueDrop),
    /// The frame has collided [`ATTEMPTS_MAX`] times.
    Collisions,
}

impl<F: Load> Medium<F> {
    /// An idle medium without stations.
    pub fn new(rate: BitsPerSec) -> Self {
        Self { rate, idle_from: Instant::ZERO, fresh: true, stations: SortedMap::new() }
    }

    /// Its bit rate.
    pub fn rate(&self) -> BitsPerSec {
        self.rate
    }

    /// Changes the rate, for frames that are sent from now on.
    pub fn set_rate(&mut self, rate: BitsPerSec) {
        self.rate = rate;
    }

    /// Adds a station with this number, or changes its queue. `streams`: for random early detection, and for the backoff.
    pub fn set_station(&mut self, number: u32, queue: Queue, streams: impl FnOnce() -> [Stream; 2]) {
        let station = self.stations.entry(number).or_insert_with(|| {
            let [draws, backoff] = streams();
            Station {
                queue,
                frames: VecDeque::new(),
                waiting_bytes: 0,
                ready: Instant::ZERO,
                collisions: 0,
                idle_from: Instant::ZERO,
                red: red::Memory::default(),
                codel: codel::Memory::default(),
                draws,
                backoff,
            }
        });
        station.queue = queue;
    }

    /// Takes over the stations of another medium, whose numbers differ, with their frames: the two have been joined.
    pub fn join(&mut self, other: Self) {
        self.idle_from = self.idle_from.max(other.idle_from);
        self.fresh &= other.fresh;
        self.stations.extend(other.stations);
    }

    /// Frames that wait at all stations.
    pub fn waiting(&self) -> usize {
        self.stations.values().map(|station| station.frames.len()).sum()
    }

    /// The frames that wait at a station, the one in its transmitter included, and their bytes.
    pub fn waiting_at(&self, station: u32) -> (usize, usize) {
        self.stations.get(&station).map_or((0, 0), |station| {
            let first = station.frames.front().map_or(0, |waiting| waiting.frame.bytes());
            (station.frames.len(), first + station.waiting_bytes)
        })
    }

    /// The frames that wait at all stations, each with the station's number.
    pub fn frames(&self) -> impl Iterator<Item = (u32, &F)> {
        let all = self.stations.iter();
        all.flat_map(|(&number, station)| station.frames.iter().map(move |waiting| (number, &waiting.frame)))
    }

    /// Takes the frames of a station out: it has no carrier any more.
    pub fn empty(&mut self, station: u32) -> Vec<F> {
        let Some(station) = self.stations.get_mut(&station) else { return Vec::new() };
        (station.waiting_bytes, station.collisions, station.ready) = (0, 0, Instant::ZERO);
        station.frames.drain(..).map(|waiting| waiting.frame).collect()
    }

    /// Enqueues a frame at a station. `now` must not decrease.
    ///
    /// # Errors
    /// The frame, and why the queue drops it.
    ///
    /// # Panics
    /// If there is no such station.
    pub fn enqueue(&mut self, now: Instant, station: u32, frame: F) -> Result<(), (F, QueueDrop)> {
        let full_frame = self.rate.time_for(1_514).nanos().max(1);
        let station = self.stations.get_mut(&station).expect("the station was added");
        let bytes = frame.bytes();
        let behind = !station.frames.is_empty();
        if let Discipline::Red(red) = station.queue.discipline {
            let length = match station.queue.limit {
                QueueLimit::Bytes(_) => station.waiting_bytes,
                QueueLimit::Frames(_) => station.frames.len().saturating_sub(1),
            };
            let idle = (!behind).then(|| now.since(station.idle_from).nanos() / full_frame);
            if station.red.drops(&red, length, idle, station.draws.draw()) {
                return Err((frame, QueueDrop::Early));
            }
        }
        let fits = match station.queue.limit {
            QueueLimit::Bytes(max) => station.waiting_bytes + bytes <= max,
            QueueLimit::Frames(max) => station.frames.len() <= max,
        };
        if behind && !fits {
            return Err((frame, QueueDrop::Full));
        }
        let before = station.waiting_bytes;
        station.frames.push_back(Waiting { frame, since: now, before });
        if behind {
            station.waiting_bytes += bytes;
        }
        Ok(())
    }

    /// When the next station sends, unless more frames are enqueued before.
    pub fn next_at(&self) -> Option<Instant> {
        let waiting = self.stations.values().filter(|station| !station.frames.is_empty());
        let ready = waiting.map(|station| station.ready).min()?;
        Some(if self.fresh { ready } else { ready.max(self.idle_from + bits(self.rate, GAP_BITS)) })
    }

    /// Lets the stations contend for the medium at this moment, and adds what happens to `events`, in the order of the stations' numbers.
    /// Nothing happens before [`next_at`](Self::next_at).
    pub fn contend(&mut self, now: Instant, events: &mut Vec<Event<F>>) {
        if self.next_at().is_none_or(|at| at > now) {
            return;
        }
        let begins = |station: &Station<F>| !station.frames.is_empty() && station.ready <= now;
        let begin: Vec<u32> =
            self.stations.iter().filter(|(_, station)| begins(station)).map(|(&number, _)| number).collect();
        self.fresh = false;
        if let [only] = begin[..] {
            let Some(frame) = self.stations.get_mut(&only).and_then(Station::take_first) else { return };
            self.idle_from = now + self.rate.time_for(frame.bytes());
            events.push(Event::Sent { station: only, frame });
            self.next_frame(now, only, events);
            return;
        }
        let until = now + bits(self.rate, COLLISION_BITS);
        self.idle_from = until;
        for number in begin {
            self.collide(number, until, events);
        }
    }

    fn collide(&mut self, number: u32, until: Instant, events: &mut Vec<Event<F>>) {
        let slot = slot_time(self.rate);
        let Some(station) = self.stations.get_mut(&number) else { return };
        station.collisions += 1;
        let collisions = station.collisions;
        let slots = station.backoff.up_to((1 << collisions.min(BACKOFF_MAX)) - 1);
        station.ready = until + Duration::from_nanos(slot.nanos() * u64::from(slots));
        events.push(Event::Collided { station: number, collisions, until, ready: station.ready });
        if collisions == ATTEMPTS_MAX
            && let Some(frame) = station.take_first()
        {
            events.push(Event::Dropped { station: number, frame, why: Dropped::Collisions });
            self.next_frame(until, number, events);
        }
    }

    /// The next frame of a station reaches the transmitter, which is free from now on; a queue may drop it at that moment.
    fn next_frame(&mut self, now: Instant, number: u32, events: &mut Vec<Event<F>>) {
        let idle_from = self.idle_from;
        let Some(station) = self.stations.get_mut(&number) else { return };
        station.ready = idle_from;
        while let Some(first) = station.frames.front() {
            let bytes = first.frame.bytes();
            let late = match station.queue.discipline {
                Discipline::DropTail | Discipline::Red(_) => false,
                Discipline::CoDel(codel) => {
                    let waited = idle_from.since(first.since);
                    let head = codel::Head { now: idle_from, waited, bytes, before: first.before };
                    station.codel.drops(&codel, head)
                }
            };
            if !late {
                return;
            }
            if let Some(frame) = station.take_first() {
                let why = Dropped::Queue(QueueDrop::Late);
                events.push(Event::Dropped { station: number, frame, why });
            }
        }
        station.idle_from = now.max(idle_from);
    }
}

impl<F: Load> Station<F> {
    /// Takes the frame out of the transmitter, and lets the next one in.
    fn take_first(&mut self) -> Option<F> {
        let first = self.frames.pop_front()?.frame;
        self.collisions = 0;
        self.waiting_bytes -= self.frames.front().map_or(0, |next| next.frame.bytes());
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEN_MBPS: BitsPerSec = BitsPerSec::new(10_000_000).unwrap();

    /// A frame of this many bytes.
    impl Load for usize {
        fn bytes(&self) -> usize {
            *self
        }
    }

    fn medium(rate: BitsPerSec, stations: u32, queue: Queue) -> Medium<usize> {
        let mut medium = Medium::new(rate);
        for number in 0..stations {
            medium.set_station(number, queue, || [0, 1].map(|of| Stream::new(7, &[u64::from(number), of])));
        }
        medium
    }

    fn us(us: f64) -> Instant {
        Instant::from_nanos((us * 1_000.0) as u64)
    }

    /// Runs until no frame waits; returns what happened and when.
    fn run(medium: &mut Medium<usize>) -> Vec<(Instant, Event<usize>)> {
        let mut all = Vec::new();
        while let Some(now) = medium.next_at() {
            let mut events = Vec::new();
            medium.contend(now, &mut events);
            assert!(!events.is_empty(), "something happens at {now}");
            all.extend(events.into_iter().map(|event| (now, event)));
        }
        all
    }

    #[test]
    fn a_station_alone_sends_at_once_and_again_after_the_gap() {
        let mut medium = medium(TEN_MBPS, 2, Queue::bytes(10_000));
        medium.enqueue(us(5.0), 0, 1_000).unwrap();
        medium.enqueue(us(5.0), 0, 500).unwrap();
        assert_eq!(medium.next_at(), Some(us(0.0)), "it is idle");
        let mut events = Vec::new();
        medium.contend(us(5.0), &mut events);
        assert_eq!(events, [Event::Sent { station: 0, frame: 1_000 }]);
        // 1000 bytes take 800 µs, and the gap of 96 bits 9.6 µs.
        assert_eq!(run(&mut medium), [(us(814.6), Event::Sent { station: 0, frame: 500 })]);
    }

    #[test]
    fn a_station_defers_to_the_carrier_of_another() {
        let mut medium = medium(TEN_MBPS, 2, Queue::bytes(10_000));
        medium.enqueue(us(0.0), 0, 1_000).unwrap();
        let mut events = Vec::new();
        medium.contend(us(0.0), &mut events);
        medium.enqueue(us(10.0), 1, 64).unwrap();
        assert_eq!(run(&mut medium), [(us(809.6), Event::Sent { station: 1, frame: 64 })]);
    }

    #[test]
    fn stations_that_begin_together_collide_and_try_again_at_different_times() {
        let mut medium = medium(TEN_MBPS, 2, Queue::bytes(10_000));
        for station in [0, 1] {
            medium.enqueue(us(0.0), station, 1_000).unwrap();
        }
        let all = run(&mut medium);
        let collided = |station| move |(_, event): &&(Instant, Event<usize>)| matches!(event, Event::Collided { station: of, .. } if *of == station);
        let collisions = [0, 1].map(|station| all.iter().filter(collided(station)).count());
        assert!(
            collisions[0] > 0 && collisions[0] == collisions[1],
            "both see each collision: {collisions:?}"
        );
        let sent: Vec<_> = all.iter().filter(|(_, event)| matches!(event, Event::Sent { .. })).collect();
        assert_eq!(sent.len(), 2);
        // The first collision jams for 96 bit times; a station waits whole slots of 512 from its end.
        let Event::Collided { until, ready, collisions: 1, .. } = all[0].1 else { panic!("{:?}", all[0]) };
        assert_eq!(until, us(9.6));
        assert!([until, until + slot_time(TEN_MBPS)].contains(&ready));
    }

    #[test]
    fn a_frame_is_dropped_after_sixteen_collisions() {
        // So many stations at once that some frame collides sixteen times.
        let mut medium = medium(TEN_MBPS, 2_000, Queue::bytes(10_000));
        for station in 0..2_000 {
            medium.enqueue(us(0.0), station, 64).unwrap();
        }
        let all = run(&mut medium);
        let mut most = std::collections::BTreeMap::new();
        for (_, event) in &all {
            match event {
                Event::Collided { station, collisions, .. } => drop(most.insert(*station, *collisions)),
                Event::Dropped { station, why, .. } => {
                    assert_eq!((most[station], *why), (ATTEMPTS_MAX, Dropped::Collisions));
                }
                Event::Sent { station, .. } => assert!(most[station] < ATTEMPTS_MAX),
            }
        }
        assert!(all.iter().any(|(_, event)| matches!(event, Event::Dropped { .. })));
    }

    #[test]
    fn a_queue_holds_what_its_limit_says_behind_the_frame_in_the_transmitter() {
        let mut bytes = medium(TEN_MBPS, 1, Queue::bytes(150));
        let into = |medium: &mut Medium<usize>| {
            [100, 100, 50, 1].map(|frame| medium.enqueue(us(0.0), 0, frame).is_ok())
        };
        assert_eq!(into(&mut bytes), [true, true, true, false]);
        assert_eq!(bytes.waiting_at(0), (3, 250));
        let two = Queue { limit: QueueLimit::Frames(2), discipline: Discipline::DropTail };
        assert_eq!(into(&mut medium(TEN_MBPS, 1, two)), [true, true, true, false]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_frame_is_sent_at_a_time_and_each_has_one_end(
            frames in prop::collection::vec((0u64..3_000_000, 0u32..5, 60usize..1_515), 1..80),
            rate in prop::sample::select(vec![1_000_000u64, 10_000_000, 100_000_000, 1_000_000_000]),
        ) {
            let rate = BitsPerSec::new(rate).unwrap();
            let mut medium = medium(rate, 5, Queue::bytes(20_000));
            let (mut handed, mut ended, mut free, mut now) = (0, 0, Instant::ZERO, Instant::ZERO);
            let end = (Instant::from_nanos(u64::MAX / 2), 0, 0);
            let frames = frames.into_iter().scan(Instant::ZERO, |at, (gap, station, bytes)| {
                *at += Duration::from_nanos(gap);
                Some((*at, station, bytes))
            });
            for (next, station, bytes) in frames.chain([end]) {
                while let Some(at) = medium.next_at().map(|at| at.max(now)).filter(|at| *at < next) {
                    let mut events = Vec::new();
                    medium.contend(at, &mut events);
                    prop_assert!(!events.is_empty());
                    for event in events {
                        prop_assert!(at >= free, "the medium is idle");
                        match event {
                            Event::Sent { frame, .. } => {
                                free = at + rate.time_for(frame);
                                ended += 1;
                            }
                            Event::Collided { .. } => {}
                            Event::Dropped { .. } => ended += 1,
                        }
                    }
                }
                now = next;
                handed += usize::from(bytes > 0 && medium.enqueue(now, station, bytes).is_ok());
            }
            prop_assert_eq!((handed, medium.waiting()), (ended, 0));
        }
    }
}
