//! What each run has measured so far, and how programs add to it.
//!
//! A run is measured at several hosts: its client counts what it sends, its server what arrives. So the measurements belong to
//! the owner of the hosts, who lends them to each host that does something.

use crate::event::{Actions, Event, Output};
use crate::run::{Failure, Interval, Outcome, RunEvent, RunId, Totals};
use smoltcp::wire::IpAddress;
use std::collections::VecDeque;
use wire::{Duration, Instant, NodeId};

/// Progress is reported at most this often, and at most a thousand times while the run doubles its length: finer than any
/// plot, and even a run of ten minutes leaves only some thousands of events.
const PROGRESS_EVERY: Duration = Duration::from_millis(1);
const PROGRESS_PART: u64 = 1_000;

/// The measurements of one run that has begun and not ended.
#[derive(Debug)]
pub struct Measured {
    run: RunId,
    began: Instant,
    /// What has been measured so far.
    pub totals: Totals,
    /// The receivers of a multicast run that have received a datagram, in order.
    pub reached: Vec<NodeId>,
    /// No datagram of an iperf run is under way after the last was sent.
    pub fates_known: bool,
    interval_from: Instant,
    interval_bytes: u64,
    /// The end of an interval that is not reported yet, and the bytes by then: the next datagram was partly received before it.
    interval_due: Option<(Instant, u64)>,
    /// When the last datagram was received; `None` if the payload comes over TCP, which is read in lumps.
    received_at: Option<Instant>,
    /// The bytes of the first datagram of a transfer, whose beginning is not known.
    first_bytes: u64,
    progress_at: Option<Instant>,
    transfer_from: Option<Instant>,
}

/// The measurements of all runs that have begun and not ended, in order of their ids: they are looked up at every step of
/// every program.
#[derive(Debug, Default)]
pub struct Runs {
    measured: Vec<Measured>,
    /// Runs that have ended but are not yet reported as [`Output::RunEnded`].
    ended: VecDeque<(RunId, Outcome)>,
}

impl Runs {
    /// A run begins.
    pub fn begin(&mut self, run: RunId, now: Instant) {
        let place = self.measured.partition_point(|measured| measured.run < run);
        let measured = Measured {
            run,
            began: now,
            totals: Totals::default(),
            reached: Vec::new(),
            fates_known: false,
            interval_from: now,
            interval_bytes: 0,
            interval_due: None,
            received_at: None,
            first_bytes: 0,
            progress_at: None,
            transfer_from: None,
        };
        self.measured.insert(place, measured);
    }

    /// A run's measurements; `None` unless it has begun and not ended.
    pub fn get_mut(&mut self, run: RunId) -> Option<&mut Measured> {
        let place = self.place(run)?;
        Some(&mut self.measured[place])
    }

    fn place(&self, run: RunId) -> Option<usize> {
        self.measured.binary_search_by_key(&run, |measured| measured.run).ok()
    }
}

/// What a host works with at one moment: the time, the measurements of runs, and the list of actions that it fills.
pub struct Meter<'a> {
    /// The time.
    pub now: Instant,
    /// The measurements of runs.
    pub runs: &'a mut Runs,
    /// What the host wants done.
    pub actions: &'a mut Actions,
}

/// How long a transfer took whose first `first` of `bytes` bytes were complete this long before its last: the time in which they were
/// received is not known, but at the same rate as the others. A single datagram has no rate.
fn lengthened(since_first: Duration, bytes: u64, first: u64) -> Duration {
    let others = bytes.saturating_sub(first);
    if others == 0 || first == 0 {
        return since_first;
    }
    let nanos = (u128::from(since_first.nanos()) * u128::from(bytes)).div_ceil(u128::from(others));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

impl Meter<'_> {
    /// Reports a change in the host.
    pub(crate) fn changed(&mut self, event: Event) {
        self.actions.event(Output::Changed(event));
    }

    /// A run's measurements; `None` once it has ended.
    pub fn run(&mut self, run: RunId) -> Option<&mut Measured> {
        self.runs.get_mut(run)
    }

    /// Reports an event of a run, unless the run has ended.
    pub fn event(&mut self, run: RunId, event: RunEvent) {
        if let Some(place) = self.runs.place(run) {
            let totals = self.runs.measured[place].totals;
            self.actions.event(Output::Run { run, event, totals });
        }
    }

    /// A request or message was sent.
    pub(crate) fn sent(&mut self, run: RunId, number: u32) {
        if let Some(measured) = self.run(run) {
            measured.totals.sent += 1;
        }
        self.event(run, RunEvent::Sent { number });
    }

    /// An answer with this many bytes of payload was received.
    pub(crate) fn answered(&mut self, run: RunId, number: u32, rtt: Duration, bytes: usize) {
        if let Some(measured) = self.run(run) {
            measured.totals.received += 1;
            measured.totals.bytes += bytes as u64;
            measured.totals.add_rtt(rtt);
        }
        self.event(run, RunEvent::Answered { number, rtt });
    }

    /// A further answer to a request came, with this round-trip time.
    pub(crate) fn duplicate(&mut self, run: RunId, number: u32, rtt: Duration, from: IpAddress) {
        if let Some(measured) = self.run(run) {
            measured.totals.duplicates += 1;
        }
        self.event(run, RunEvent::Duplicate { number, rtt, from });
    }

    /// The server's side of the transfer is ready: throughput is measured from now on.
    pub(crate) fn transfer_begins(&mut self, run: RunId) {
        let now = self.now;
        if let Some(measured) = self.run(run) {
            measured.transfer_from.get_or_insert(now);
        }
    }

    /// The client has handed over all datagrams that it will send; asks when their fates are known.
    pub(crate) fn all_sent(&mut self, run: RunId) {
        if let Some(measured) = self.run(run) {
            measured.fates_known = false;
            self.actions.event(Output::AllSent { run });
        }
    }

    /// The server received a datagram.
    pub(crate) fn server_received_datagram(&mut self, run: RunId, bytes: usize) {
        let now = self.now;
        self.settle_interval(run, bytes as u64);
        if let Some(measured) = self.run(run) {
            measured.received_at = Some(now);
        }
        self.server_received(run, bytes);
    }

    /// The server received payload.
    pub(crate) fn server_received(&mut self, run: RunId, bytes: usize) {
        let now = self.now;
        let Some(measured) = self.run(run) else { return };
        measured.totals.bytes += bytes as u64;
        let from = *measured.transfer_from.get_or_insert_with(|| {
            measured.first_bytes = bytes as u64;
            now
        });
        measured.totals.transfer_time = lengthened(now - from, measured.totals.bytes, measured.first_bytes);
        let gap = PROGRESS_EVERY.max(Duration::from_nanos((now - measured.began).nanos() / PROGRESS_PART));
        if measured.progress_at.is_none_or(|last| now - last >= gap) {
            measured.progress_at = Some(now);
            self.event(run, RunEvent::Progress);
        }
    }

    /// A receiver of a multicast run received a datagram.
    pub(crate) fn group_received(&mut self, run: RunId, by: NodeId, number: u32, bytes: usize) {
        let Some(measured) = self.run(run) else { return };
        measured.totals.received += 1;
        measured.totals.bytes += bytes as u64;
        if let Err(place) = measured.reached.binary_search(&by) {
            measured.reached.insert(place, by);
        }
        self.event(run, RunEvent::Received { number, by });
    }

    /// An iperf interval is over. Over UDP it is reported when the next datagram arrives, a part of which it may have received: counted by
    /// the last byte alone, a short interval would have more than the line can carry.
    pub fn interval(&mut self, run: RunId) {
        let now = self.now;
        self.settle_interval(run, 0);
        let Some(measured) = self.run(run) else { return };
        measured.interval_due = Some((now, measured.totals.bytes));
        if measured.received_at.is_none() {
            self.settle_interval(run, 0);
        }
    }

    /// Reports the interval that is over, if there is one, when `bytes` of payload have arrived: they were received evenly since
    /// the payload before them.
    fn settle_interval(&mut self, run: RunId, bytes: u64) {
        let now = self.now;
        let Some(measured) = self.run(run) else { return };
        let Some((end, by_then)) = measured.interval_due.take() else { return };
        let from = measured.interval_from.max(measured.received_at.unwrap_or(end));
        let (part, whole) = ((end - from).nanos(), (now - from).nanos());
        let early = (u128::from(bytes) * u128::from(part)).div_ceil(u128::from(whole.max(1))) as u64;
        let interval = Interval {
            from: measured.interval_from - measured.began,
            to: end - measured.began,
            bytes: (by_then + early).saturating_sub(measured.interval_bytes),
        };
        measured.interval_from = end;
        measured.interval_bytes = by_then + early;
        if interval.to > interval.from {
            self.event(run, RunEvent::Interval(interval));
        }
    }

    /// The run is over; nothing more is measured. To be followed by [`next_ended`](Self::next_ended).
    pub fn finish(&mut self, run: RunId, outcome: Outcome) {
        let Some(place) = self.runs.place(run) else { return };
        let measured = &self.runs.measured[place];
        if measured.interval_from > measured.began || measured.interval_due.is_some() {
            self.interval(run); // The rest of the last interval.
            self.settle_interval(run, 0);
        }
        self.event(run, RunEvent::Finished(outcome.clone()));
        self.runs.measured.remove(place);
        self.runs.ended.push_back((run, outcome));
    }

    /// The run is over and failed.
    pub fn fail(&mut self, run: RunId, failure: Failure) {
        self.finish(run, Outcome::Failed(failure));
    }

    /// The next run that has ended and is not yet reported, and how it ended. It has to be reported as [`Output::RunEnded`], after
    /// all else that happens in the same step; a host does so at the end of `receive` and `poll`.
    pub fn next_ended(&mut self) -> Option<(RunId, Outcome)> {
        self.runs.ended.pop_front()
    }
}
