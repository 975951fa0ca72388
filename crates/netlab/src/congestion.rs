//! The congestion window and the slow-start threshold of a TCP sender, which smoltcp keeps to itself: derived from what is on the
//! sender's wire.
//!
//! A [`Shadow`] follows every segment that a stack hands to its cable and every one that arrives there, and derives from
//! them the input of smoltcp's controller: bytes acknowledged, duplicate ACKs, the third of them, timeouts. `control` then
//! does the controller's sums. [`Shadowing`] tells a shadow what a history has of one connection.
//!
//! How good it is, is a test: at every moment of transfers over all sorts of bad links the shadow's numbers are those in the
//! socket (`the_shadow_is_the_socket`). What it cannot see: a timeout after which nothing may be sent, because the receiver's
//! window is closed, or because the next hop's address is not known yet; it is noticed when something is sent again.

mod control;

use crate::history::{Fate, History, HostEvent, NodeEntry, NodeEvent, SocketState, Transit, TransitId};
use crate::topology::{Congestion, Direction};
use control::Control;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpEndpoint, IpProtocol, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use wire::Instant;
use wire::header::Ethernet;

/// What limits a sender besides the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// cwnd: bytes that may be in flight (RFC 5681, 2).
    pub congestion: usize,
    /// ssthresh: up to here cwnd grows with every ACK. `None`: as far as it can, for nothing was lost yet.
    pub threshold: Option<usize>,
}

/// A sender's congestion control, from what is on its wire.
pub struct Shadow {
    control: Option<Control>,
    rtt: RoundTrip,
    /// The oldest sequence number that is not acknowledged, and the next to be sent: after a timeout once more the oldest.
    sent: Option<Sent>,
    last_ack: Option<TcpSeqNumber>,
    duplicates: u32,
    /// Three duplicate ACKs came, and at this moment: the stack answers as soon as it has looked at all that arrived then.
    fast_at_us: Option<i64>,
    fast_is_due: bool,
    remote: Remote,
}

struct Sent {
    una: TcpSeqNumber,
    next: TcpSeqNumber,
    highest: TcpSeqNumber,
    /// The SYN is not acknowledged.
    syn: bool,
    /// Behind the FIN, once one was sent.
    fin_end: Option<TcpSeqNumber>,
}

/// What the other side said.
struct Remote {
    mss: usize,
    scale: u8,
    window: usize,
    /// The next that is expected of it.
    next: Option<TcpSeqNumber>,
}

impl Shadow {
    /// Of a socket before its SYN.
    pub fn new(congestion: Congestion) -> Self {
        Self {
            control: Control::new(congestion),
            rtt: RoundTrip::default(),
            sent: None,
            last_ack: None,
            duplicates: 0,
            fast_at_us: None,
            fast_is_due: false,
            remote: Remote { mss: 536, scale: 0, window: 0, next: None },
        }
    }

    /// The windows now; `None` if there is no congestion control.
    pub fn windows(&self) -> Option<Windows> {
        let control = self.control.as_ref()?;
        let threshold = (control.ssthresh < usize::MAX).then_some(control.ssthresh);
        Some(Windows { congestion: control.cwnd, threshold })
    }

    /// Time has passed up to, but not with, this moment: what was due before has been done.
    pub fn settle(&mut self, before: Instant) {
        if self.fast_at_us.is_some_and(|at| at < micros(before)) {
            self.recover_fast();
        }
    }

    /// All that arrived has been looked at: what follows from it is done.
    pub fn looked(&mut self) {
        self.recover_fast();
    }

    fn recover_fast(&mut self) {
        if let (Some(at), Some(sent)) = (self.fast_at_us.take(), &self.sent) {
            if let Some(control) = &mut self.control {
                control.lost(at, sent.next - sent.una);
            }
            self.rtt.forget_sample();
            self.fast_is_due = true;
        }
    }

    /// The stack handed this to its cable.
    pub fn sent(&mut self, at: Instant, segment: &TcpRepr<'_>) {
        self.settle(at);
        let length = segment.segment_len();
        if length == 0 || segment.control == TcpControl::Rst {
            return;
        }
        self.recover_fast();
        let (begin, end) = (segment.seq_number, segment.seq_number + length);
        let Some(sent) = &mut self.sent else {
            self.sent = Some(Sent {
                una: begin,
                next: end,
                highest: end,
                syn: segment.control == TcpControl::Syn,
                fin_end: None,
            });
            return self.left(at, end);
        };
        let probes = self.remote.window == 0 && segment.payload.len() == 1 && begin == sent.next && !sent.syn;
        if begin < sent.una || probes {
            return;
        }
        if begin == sent.una && begin < sent.next && !std::mem::take(&mut self.fast_is_due) {
            if let Some(control) = &mut self.control {
                control.timeout(sent.next - sent.una);
            }
            sent.next = sent.una;
            self.rtt.back_off();
        }
        sent.next = sent.next.max(end);
        sent.highest = sent.highest.max(end);
        if segment.control == TcpControl::Fin {
            sent.fin_end = Some(end);
        }
        self.left(at, end);
    }

    fn left(&mut self, at: Instant, end: TcpSeqNumber) {
        self.rtt.left(micros(at), end);
        if let Some(control) = &mut self.control {
            control.sent(micros(at));
        }
    }

    /// This arrived at the stack.
    pub fn received(&mut self, at: Instant, segment: &TcpRepr<'_>) {
        self.settle(at);
        let is_syn = segment.control == TcpControl::Syn;
        if segment.control == TcpControl::Rst || is_syn && self.remote.next.is_some() {
            return;
        }
        let Some(ack) = segment.ack_number else {
            if is_syn {
                self.meet(segment);
                self.offer(segment);
            }
            return;
        };
        let Some(sent) = &mut self.sent else { return };
        let oldest = sent.una + usize::from(sent.syn);
        if ack < oldest || ack > sent.highest {
            return;
        }
        // What the stack takes for a repetition or a probe it answers, and looks at no further.
        let data_end = segment.seq_number + segment.payload.len();
        match self.remote.next {
            None if !is_syn => return,
            Some(next) if segment.payload.is_empty() && segment.seq_number < next => return,
            Some(next) if !segment.payload.is_empty() && data_end <= next => return,
            _ => {}
        }
        let bytes = ack - oldest - usize::from(sent.fin_end == Some(ack) && ack > oldest);
        let (flight, all) = (sent.next - sent.una, sent.next <= ack);
        let is_repeated =
            segment.payload.is_empty() && self.last_ack == Some(ack) && ack < sent.next && bytes == 0;
        (sent.una, sent.next, sent.syn) = (ack, sent.next.max(ack), false);

        if is_syn {
            self.meet(segment);
        }
        let updates_window = self.offer(segment);
        let now_us = micros(at);
        if is_repeated && !updates_window {
            self.duplicates += 1;
            if self.duplicates == 3 {
                self.fast_at_us = Some(now_us);
            }
            if let Some(control) = &mut self.control {
                control.duplicate(self.remote.mss);
            }
        } else {
            self.duplicates = 0;
            self.last_ack = Some(ack);
            self.rtt.acked(now_us, ack);
            if let Some(control) = &mut self.control {
                control.acked(now_us, bytes, flight.saturating_sub(bytes), self.rtt.smoothed_ms());
            }
        }
        if all || bytes > 0 {
            self.fast_at_us = None;
        }
        if let Some(next) = &mut self.remote.next
            && segment.seq_number <= *next
        {
            let fin = usize::from(segment.control == TcpControl::Fin);
            *next = (*next).max(data_end + fin);
        }
    }

    fn meet(&mut self, syn: &TcpRepr<'_>) {
        /// smoltcp believes no smaller one.
        const MSS_MIN: usize = 48;
        if let Some(mss) = syn.max_seg_size.filter(|&mss| mss > 0) {
            self.remote.mss = usize::from(mss).max(MSS_MIN);
            if let Some(control) = &mut self.control {
                control.set_mss(self.remote.mss);
            }
        }
        self.remote.scale = syn.window_scale.unwrap_or(0);
        self.remote.next = Some(syn.seq_number + 1);
    }

    /// Notes the window that is offered; whether it is another one.
    fn offer(&mut self, segment: &TcpRepr<'_>) -> bool {
        let shift = if segment.control == TcpControl::Syn { 0 } else { self.remote.scale };
        let window = usize::from(segment.window_len) << shift;
        if let Some(control) = &mut self.control {
            control.offered(window);
        }
        std::mem::replace(&mut self.remote.window, window) != window
    }
}

fn micros(at: Instant) -> i64 {
    (at.nanos() / 1_000) as i64
}

/// smoltcp's smoothed round-trip time (RFC 6298), in whole milliseconds: CUBIC looks that far ahead.
#[derive(Default)]
struct RoundTrip {
    smoothed_ms: Option<u32>,
    sample: Option<(i64, TcpSeqNumber)>,
    highest: Option<TcpSeqNumber>,
    /// Timeouts since the last sample; the third makes it forget what it knew.
    timeouts: u8,
}

impl RoundTrip {
    fn smoothed_ms(&self) -> u32 {
        self.smoothed_ms.unwrap_or(0)
    }

    fn left(&mut self, now_us: i64, end: TcpSeqNumber) {
        if self.highest.is_none_or(|highest| end > highest) {
            self.highest = Some(end);
            self.sample.get_or_insert((now_us, end));
        }
    }

    fn acked(&mut self, now_us: i64, ack: TcpSeqNumber) {
        if let Some((sent_us, _)) = self.sample.filter(|(_, end)| ack >= *end) {
            let ms = ((now_us - sent_us) / 1_000) as u32;
            self.smoothed_ms = Some(self.smoothed_ms.map_or(ms, |smoothed| (smoothed * 7 + ms).div_ceil(8)));
            (self.sample, self.timeouts) = (None, 0);
        }
    }

    /// It is ambiguous which of the two is acknowledged (Karn's rule).
    fn forget_sample(&mut self) {
        self.sample = None;
    }

    fn back_off(&mut self) {
        self.forget_sample();
        self.timeouts += 1;
        if self.timeouts == 3 {
            (self.timeouts, self.smoothed_ms) = (0, None);
        }
    }
}

/// A connection as one of its ends sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// The direction of the host's cable into which the host sends.
    pub port: Direction,
    /// Its own end.
    pub local: IpEndpoint,
    /// The other.
    pub remote: IpEndpoint,
}

/// Tells a [`Shadow`] what a history has of a connection, in the order in which the stack saw it: what it sent when it handed it to
/// its cable, before any queue, and what arrived when it did.
pub struct Shadowing {
    side: Side,
    shadow: Shadow,
    next: TransitId,
    /// What was handed over to come here: when, and its number.
    coming: BinaryHeap<Reverse<(Instant, TransitId)>>,
    complete: bool,
}

impl Shadowing {
    /// Of a connection of which nothing was seen yet; from the transit `first` on, if something is to be left out.
    pub fn new(side: Side, congestion: Congestion, first: TransitId) -> Self {
        let (shadow, coming) = (Shadow::new(congestion), BinaryHeap::new());
        Self { side, shadow, next: first, coming, complete: true }
    }

    /// Whether nothing was forgotten before it could be looked at: otherwise what it says is wrong.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// What it is now.
    pub fn windows(&self) -> Option<Windows> {
        self.shadow.windows()
    }

    /// Takes what has happened, up to `now` (the world's [`now()`](crate::World::now)) or as long as `each` says so. `each` is
    /// told the windows after each segment that was sent or received.
    pub fn follow(
        &mut self,
        history: &History,
        now: Instant,
        each: &mut dyn FnMut(Instant, Option<Windows>) -> bool,
    ) {
        if let Some(oldest) = history.transits().next().filter(|oldest| oldest.id > self.next) {
            (self.next, self.complete) = (oldest.id, false);
        }
        loop {
            let handed_over = history.transit(self.next);
            let settled = handed_over.map_or(now, |transit| transit.queued);
            if let Some(&Reverse((at, id))) = self.coming.peek().filter(|Reverse((at, _))| *at <= settled) {
                self.coming.pop();
                match history.transit(id).and_then(|transit| segment(&transit.frame)) {
                    Some((_, _, segment)) => self.shadow.received(at, &segment),
                    None => self.complete = false,
                }
                if self.coming.peek().is_none_or(|Reverse((next, _))| *next > at) {
                    self.shadow.looked();
                }
                if !each(at, self.shadow.windows()) {
                    return;
                }
            } else if let Some(transit) = handed_over {
                self.next = TransitId(self.next.0 + 1);
                if self.look(history, transit) && !each(transit.queued, self.shadow.windows()) {
                    return;
                }
            } else {
                return;
            }
        }
    }

    /// Whether the host's TCP sent it, for this connection.
    fn look(&mut self, history: &History, transit: &Transit) -> bool {
        let Side { port, local, remote } = self.side;
        if transit.direction == port {
            if let Some((from, to, segment)) = segment(&transit.frame)
                && (from, to) == (local, remote)
            {
                if self.was_cut_again(history, transit.queued) {
                    return false;
                }
                let begins = segment.control == TcpControl::Syn && self.shadow.sent.is_none();
                let left = if begins { self.beginning(history) } else { None };
                self.shadow.sent(left.unwrap_or(transit.queued), &segment);
                return true;
            }
        } else if transit.direction == port.reverse()
            && transit.fate == Fate::Delivered
            && segment(&transit.frame).is_some_and(|(from, to, _)| (from, to) == (remote, local))
        {
            self.coming.push(Reverse((transit.arrival, transit.id)));
        }
        false
    }

    fn log<'h>(&self, history: &'h History) -> &'h [NodeEntry] {
        let Direction { link, from } = self.side.port;
        history.node(history.link_at(link, Instant::ZERO).ends[from.index()])
    }

    /// When TCP sent its first segment: it may have waited in the host for the address of the next hop.
    fn beginning(&self, history: &History) -> Option<Instant> {
        let Side { local, remote, .. } = self.side;
        let its = |entry: &&NodeEntry| match entry.event {
            NodeEvent::Host(HostEvent::Socket {
                state: SocketState::Tcp { local: l, remote: r, .. },
                ..
            }) => (l, r) == (Some(local), Some(remote)),
            _ => false,
        };
        self.log(history).iter().find(its).map(|entry| entry.at)
    }

    /// Whether the host itself, and not its TCP, sent segments to the other end again at this moment: it had just learned that the
    /// path is narrower.
    fn was_cut_again(&self, history: &History, at: Instant) -> bool {
        let log = self.log(history);
        let now = log.partition_point(|entry| entry.at < at)..;
        let learned = |entry: &NodeEntry| matches!(entry.event, NodeEvent::Host(HostEvent::PathMtu { to, .. }) if to == self.side.remote.addr);
        log[now].iter().take_while(|entry| entry.at == at).any(learned)
    }
}

/// The TCP segment in a frame, with its ends, as a stack would take it: nothing if a checksum is wrong.
fn segment(frame: &[u8]) -> Option<(IpEndpoint, IpEndpoint, TcpRepr<'_>)> {
    let ip = Ethernet::read(frame)?.ip()?;
    if ip.protocol != IpProtocol::Tcp || ip.fragment.is_some() || !ip.verify_checksum() {
        return None;
    }
    let (from, to) = (ip.source, ip.destination);
    let tcp = TcpPacket::new_checked(ip.payload()).ok()?;
    let repr = TcpRepr::parse(&tcp, &from, &to, &ChecksumCapabilities::default()).ok()?;
    Some((IpEndpoint::new(from, repr.src_port), IpEndpoint::new(to, repr.dst_port), repr))
}

#[cfg(test)]
mod tests;
