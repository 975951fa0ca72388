//! The book of runs: what each has measured so far, and the pen that writes it into the history.

use crate::history::History;
use crate::run::{Failure, Interval, Outcome, RunEvent, RunId, Totals};
use crate::topology::NodeId;
use wire::{Duration, Instant};

/// Progress is noted at most this often, and at most a thousand times while the run doubles its length: finer than any
/// plot, and even a run of ten minutes leaves only some thousands of notes.
const PROGRESS_EVERY: Duration = Duration::from_millis(1);
const PROGRESS_PART: u64 = 1_000;

/// A run that has begun.
#[derive(Debug)]
pub(crate) struct Active {
    pub run: RunId,
    pub began: Instant,
    pub totals: Totals,
    pub client: NodeId,
    /// Whoever serves it: nobody, one host, or all receivers of a multicast run.
    pub servers: Vec<NodeId>,
    /// Those of them that received something of a multicast run, in order.
    pub heard: Vec<NodeId>,
    interval_from: Instant,
    interval_bytes: u64,
    progress_at: Option<Instant>,
    transfer_from: Option<Instant>,
}

/// Everyone who measures writes here.
pub(crate) struct Book<'a> {
    pub now: Instant,
    pub history: &'a mut History,
    /// In order of their ids: looked up at every step of every program.
    pub active: &'a mut Vec<Active>,
    /// Runs that ended in this step; the world tidies up after them.
    pub ended: &'a mut Vec<(Active, Outcome)>,
}

impl Active {
    pub fn new(run: RunId, began: Instant, client: NodeId, servers: Vec<NodeId>) -> Self {
        Self {
            run,
            began,
            totals: Totals::default(),
            client,
            servers,
            heard: Vec::new(),
            interval_from: began,
            interval_bytes: 0,
            progress_at: None,
            transfer_from: None,
        }
    }
}

impl Book<'_> {
    /// The run's measurements; `None` once it has ended.
    pub fn run(&mut self, run: RunId) -> Option<&mut Active> {
        let place = self.place(run)?;
        Some(&mut self.active[place])
    }

    fn place(&self, run: RunId) -> Option<usize> {
        self.active.binary_search_by_key(&run, |active| active.run).ok()
    }

    /// Writes an event of a run that has not ended.
    pub fn event(&mut self, run: RunId, event: RunEvent) {
        let now = self.now;
        if let Some(place) = self.place(run) {
            self.history.run_event(now, run, event, self.active[place].totals);
        }
    }

    /// A request or message was sent.
    pub fn sent(&mut self, run: RunId, number: u32) {
        if let Some(active) = self.run(run) {
            active.totals.sent += 1;
        }
        self.event(run, RunEvent::Sent { number });
    }

    /// An answer came, with so much payload.
    pub fn answered(&mut self, run: RunId, number: u32, rtt: Duration, bytes: usize) {
        if let Some(active) = self.run(run) {
            active.totals.received += 1;
            active.totals.bytes += bytes as u64;
            active.totals.add_rtt(rtt);
        }
        self.event(run, RunEvent::Answered { number, rtt });
    }

    /// The server's side of the transfer stands ready: rates count from here.
    pub fn transfer_begins(&mut self, run: RunId) {
        let now = self.now;
        if let Some(active) = self.run(run) {
            active.transfer_from.get_or_insert(now);
        }
    }

    /// The server received payload.
    pub fn server_received(&mut self, run: RunId, bytes: usize) {
        let now = self.now;
        let Some(active) = self.run(run) else { return };
        active.totals.bytes += bytes as u64;
        let from = *active.transfer_from.get_or_insert(now);
        active.totals.transfer_time = now - from;
        let gap = PROGRESS_EVERY.max(Duration::from_nanos((now - active.began).nanos() / PROGRESS_PART));
        if active.progress_at.is_none_or(|last| now - last >= gap) {
            active.progress_at = Some(now);
            self.event(run, RunEvent::Progress);
        }
    }

    /// A receiver of a multicast run got a datagram.
    pub fn group_received(&mut self, run: RunId, by: NodeId, number: u32, bytes: usize) {
        let Some(active) = self.run(run) else { return };
        active.totals.received += 1;
        active.totals.bytes += bytes as u64;
        if let Err(place) = active.heard.binary_search(&by) {
            active.heard.insert(place, by);
        }
        self.event(run, RunEvent::Received { number, by });
    }

    /// An iperf interval is over.
    pub fn interval(&mut self, run: RunId) {
        let now = self.now;
        let Some(active) = self.run(run) else { return };
        let interval = Interval {
            from: active.interval_from - active.began,
            to: now - active.began,
            bytes: active.totals.bytes - active.interval_bytes,
        };
        active.interval_from = now;
        active.interval_bytes = active.totals.bytes;
        if interval.to > interval.from {
            self.event(run, RunEvent::Interval(interval));
        }
    }

    /// The run is over; nothing more is measured.
    pub fn finish(&mut self, run: RunId, outcome: Outcome) {
        let Some(place) = self.place(run) else { return };
        if self.active[place].interval_from > self.active[place].began {
            self.interval(run); // The rest of the last interval.
        }
        self.event(run, RunEvent::Finished(outcome.clone()));
        self.ended.push((self.active.remove(place), outcome));
    }

    /// The run is over and failed.
    pub fn fail(&mut self, run: RunId, failure: Failure) {
        self.finish(run, Outcome::Failed(failure));
    }
}
