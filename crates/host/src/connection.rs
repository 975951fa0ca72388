//! What stands in front of smoltcp's TCP: which segments reach it, and what is answered without it.
//!
//! - A segment belongs to the connection of its two endpoints before any listener (RFC 9293, 3.10.7): smoltcp takes the first socket
//!   that fits, and a duplicated SYN would reach the next listener.
//! - A connection that was closed stays in TIME-WAIT for twice the maximum segment lifetime, and acknowledges a FIN that comes again
//!   (RFC 9293, 3.6.1 and 3.10.7.4). smoltcp's socket is gone by then: some numbers are enough.
//! - RST is believed only at the expected sequence number; elsewhere in the window, and for a SYN, the answer is an ACK with the right
//!   numbers (RFC 5961, 3.2 and 4.2).
//! - What a router could not forward is sent again as soon as the path's MTU is known (RFC 1191, 6.4): smoltcp waits for its timer.

use crate::packet::Header;
use smoltcp::wire::{
    IpAddress, IpEndpoint, IpProtocol, TcpControl, TcpOption, TcpPacket, TcpRepr, TcpSeqNumber,
};
use std::collections::VecDeque;
use wire::header::Ip;
use wire::sorted::SortedMap;
use wire::{Duration, Frame, Instant};

/// From one challenge ACK of a connection to the next (RFC 5961, 7; `tcp_invalid_ratelimit` of Linux).
const CHALLENGE_EVERY: Duration = Duration::from_millis(500);
/// Segments of a connection that are kept until they are acknowledged.
const UNACKNOWLEDGED_MAX: usize = 1_024;
/// Connections in TIME-WAIT; the oldest goes.
const WAITING_MAX: usize = 4_096;

/// The two endpoints of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tuple {
    pub local: IpEndpoint,
    pub remote: IpEndpoint,
}

/// The fields of a segment that decide where it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    pub tuple: Tuple,
    seq: TcpSeqNumber,
    /// With SYN and FIN.
    len: usize,
    ack: Option<TcpSeqNumber>,
    pub syn: bool,
    fin: bool,
    pub rst: bool,
    window: u16,
    /// The shift of the window, in a SYN that offers one (RFC 7323, 2.2).
    shift: Option<u8>,
}

impl Segment {
    /// Reads a segment that was received or, if not `arrives`, that is sent.
    pub fn read(ip: &Ip<'_>, arrives: bool) -> Option<Self> {
        if ip.protocol != IpProtocol::Tcp {
            return None;
        }
        let tcp = TcpPacket::new_checked(ip.payload()).ok()?;
        let from = IpEndpoint::new(ip.source, tcp.src_port());
        let to = IpEndpoint::new(ip.destination, tcp.dst_port());
        let (local, remote) = if arrives { (to, from) } else { (from, to) };
        Some(Self {
            tuple: Tuple { local, remote },
            seq: tcp.seq_number(),
            len: tcp.segment_len(),
            ack: tcp.ack().then(|| tcp.ack_number()),
            syn: tcp.syn(),
            fin: tcp.fin(),
            rst: tcp.rst(),
            window: tcp.window_len(),
            shift: if tcp.syn() { window_shift(tcp.options()) } else { None },
        })
    }

    /// It opens a connection.
    pub const fn is_request(&self) -> bool {
        self.syn && self.ack.is_none() && !self.rst
    }

    fn end(&self) -> TcpSeqNumber {
        self.seq + self.len
    }
}

fn window_shift(mut options: &[u8]) -> Option<u8> {
    while !options.is_empty() {
        let (rest, option) = TcpOption::parse(options).ok()?;
        match option {
            TcpOption::WindowScale(shift) => return Some(shift.min(14)),
            TcpOption::EndOfList => return None,
            _ => options = rest,
        }
    }
    None
}

/// Where a received segment goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To smoltcp.
    Pass,
    /// Nowhere.
    Drop,
    /// Nowhere, and this is the answer.
    Answer(Frame),
}

/// The TCP connections of a host.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: SortedMap<Tuple, Connection>,
    waiting: SortedMap<Tuple, TimeWait>,
}

#[derive(Debug)]
struct Connection {
    /// Behind the last sequence number that was sent.
    next: TcpSeqNumber,
    /// What was acknowledged last, and the window that was offered with it.
    acknowledged: TcpSeqNumber,
    window: u16,
    shifts: [Option<u8>; 2],
    /// Behind what has arrived in order; smoltcp may acknowledge it later.
    arrived: TcpSeqNumber,
    /// The last answer to a segment that does not belong here.
    challenged: Option<Instant>,
    /// Segments that routers forward, by the sequence number behind them, oldest first.
    unacknowledged: VecDeque<(TcpSeqNumber, Frame)>,
}

#[derive(Clone, Copy, Debug)]
struct TimeWait {
    next: TcpSeqNumber,
    acknowledged: TcpSeqNumber,
    window: u16,
    until: Instant,
    lasts: Duration,
}

impl Connections {
    /// Follows a segment that the host sends. `frame`: to be kept until it is acknowledged, since a router may not be able to forward
    /// it.
    pub fn sent(&mut self, segment: &Segment, frame: Option<&Frame>) {
        let fresh = segment.syn && !segment.rst;
        let Some(connection) = (match self.open.get_mut(&segment.tuple) {
            Some(known) => Some(known),
            None if fresh => {
                let new = Connection::new(segment);
                Some(self.open.entry(segment.tuple).or_insert(new))
            }
            None => None,
        }) else {
            return;
        };
        if fresh {
            connection.shifts[0] = segment.shift;
            if segment.ack.is_some() {
                // A SYN-ACK offers a shift only if the SYN did (RFC 7323, 2.2).
                connection.shifts[1] = segment.shift;
            }
        }
        if segment.end() > connection.next {
            connection.next = segment.end();
        }
        if let Some(ack) = segment.ack {
            (connection.acknowledged, connection.window) = (ack, segment.window);
            if ack > connection.arrived {
                connection.arrived = ack;
            }
        }
        if let Some(frame) = frame.filter(|_| segment.len > 0) {
            if connection.unacknowledged.len() == UNACKNOWLEDGED_MAX {
                connection.unacknowledged.pop_front();
            }
            connection.unacknowledged.push_back((segment.end(), frame.clone()));
        }
    }

    /// Judges a segment that was received. `has_socket`: a socket of smoltcp is connected to these endpoints, and beyond its handshake or
    /// not.
    pub fn arrived(
        &mut self,
        now: Instant,
        ip: &Ip<'_>,
        segment: &Segment,
        has_socket: impl Fn(&Tuple) -> Option<Phase>,
    ) -> Verdict {
        if self.waiting.contains_key(&segment.tuple) {
            return if verify(ip) { self.in_time_wait(now, segment) } else { Verdict::Drop };
        }
        let Some(connection) = self.open.get_mut(&segment.tuple) else { return Verdict::Pass };
        if segment.syn || segment.rst {
            let Some(phase) = has_socket(&segment.tuple) else {
                self.open.remove(&segment.tuple);
                return Verdict::Pass;
            };
            if !verify(ip) {
                return Verdict::Drop;
            }
            if let Some(verdict) = connection.judge(now, segment, phase) {
                return verdict;
            }
        }
        if segment.syn {
            connection.shifts[1] = segment.shift;
            connection.arrived = segment.end();
        } else if segment.seq <= connection.arrived && connection.arrived < segment.end() {
            connection.arrived = segment.end();
        }
        if let Some(ack) = segment.ack {
            while connection.unacknowledged.front().is_some_and(|(end, _)| *end <= ack) {
                connection.unacknowledged.pop_front();
            }
        }
        Verdict::Pass
    }

    /// RFC 9293, 3.10.7.4; RFC 1122, 4.2.2.13 for a new connection.
    fn in_time_wait(&mut self, now: Instant, segment: &Segment) -> Verdict {
        let Some(waiting) = self.waiting.get_mut(&segment.tuple) else { return Verdict::Pass };
        if segment.rst {
            if segment.seq == waiting.acknowledged {
                self.waiting.remove(&segment.tuple);
            }
            return Verdict::Drop;
        }
        if segment.is_request() && segment.seq > waiting.acknowledged {
            self.waiting.remove(&segment.tuple);
            return Verdict::Pass;
        }
        if segment.fin {
            waiting.until = now + waiting.lasts;
        }
        let answer = segment.len > 0 || segment.syn;
        let TimeWait { next, acknowledged, window, .. } = *waiting;
        if !answer {
            return Verdict::Drop;
        }
        Verdict::Answer(acknowledgment(&segment.tuple, next, acknowledged, window))
    }

    /// A connection whose end was acknowledged goes into TIME-WAIT for this long; `false`: it was not acknowledged yet.
    pub fn wait(&mut self, now: Instant, tuple: Tuple, lasts: Duration) -> bool {
        let Some(connection) = self.open.get(&tuple) else { return true };
        if connection.acknowledged < connection.arrived {
            return false;
        }
        let Connection { next, acknowledged, window, .. } = *connection;
        if self.waiting.len() >= WAITING_MAX
            && let Some((_, oldest)) = self.waiting.iter().map(|(tuple, wait)| (wait.until, *tuple)).min()
        {
            self.waiting.remove(&oldest);
        }
        self.open.remove(&tuple);
        let until = now + lasts;
        self.waiting.insert(tuple, TimeWait { next, acknowledged, window, until, lasts });
        true
    }

    /// Whether the connection is in TIME-WAIT.
    pub fn is_waiting(&self, tuple: &Tuple) -> bool {
        self.waiting.contains_key(tuple)
    }

    /// Forgets connections whose sockets are gone.
    pub fn retain(&mut self, has_socket: impl Fn(&Tuple) -> bool) {
        self.open.retain(|tuple, _| has_socket(tuple));
    }

    /// Ends the TIME-WAIT of connections that have waited long enough.
    pub fn poll(&mut self, now: Instant) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.waiting.retain(|_, waiting| waiting.until > now);
        }
    }

    /// When [`poll`](Self::poll) next has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.waiting.values().map(|waiting| waiting.until).min()
    }

    /// Takes the segments to this address that are not acknowledged and longer than `mtu` bytes, oldest first.
    pub fn take_too_long(&mut self, to: &IpAddress, mtu: usize) -> Vec<Frame> {
        let is_too_long = |frame: &Frame| crate::packet::read(frame).is_some_and(|ip| ip.len > mtu);
        let mut taken = Vec::new();
        for (tuple, connection) in &mut self.open {
            if tuple.remote.addr == *to {
                connection.unacknowledged.retain(|(_, frame)| {
                    let goes = is_too_long(frame);
                    if goes {
                        taken.push(frame.clone());
                    }
                    !goes
                });
            }
        }
        taken
    }

    /// The number of connections, and of those in TIME-WAIT.
    #[cfg(test)]
    pub fn counts(&self) -> (usize, usize) {
        (self.open.len(), self.waiting.len())
    }
}

/// How far a socket's connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has sent a SYN and waits for the other's.
    SynSent,
    /// It has answered a SYN.
    SynReceived,
    /// Both sides know each other's numbers.
    Synchronized,
}

impl Connection {
    fn new(segment: &Segment) -> Self {
        let ack = segment.ack.unwrap_or_default();
        Self {
            next: segment.end(),
            acknowledged: ack,
            window: segment.window,
            shifts: [None; 2],
            arrived: ack,
            challenged: None,
            unacknowledged: VecDeque::new(),
        }
    }

    /// The end of the window that was offered last.
    fn window_end(&self) -> TcpSeqNumber {
        let shift = match self.shifts {
            [Some(own), Some(_)] => own,
            _ => 0,
        };
        self.acknowledged + (usize::from(self.window) << shift)
    }

    /// Judges a SYN or RST; `None`: smoltcp does.
    fn judge(&mut self, now: Instant, segment: &Segment, phase: Phase) -> Option<Verdict> {
        match phase {
            Phase::SynSent => None,
            // The same SYN again: the answer to it is repeated by its timer.
            Phase::SynReceived if segment.is_request() && segment.end() == self.arrived => {
                Some(Verdict::Drop)
            }
            Phase::SynReceived | Phase::Synchronized if segment.rst => {
                let expected = segment.seq == self.acknowledged || segment.seq == self.arrived;
                let in_window = self.acknowledged <= segment.seq && segment.seq < self.window_end();
                match (expected, in_window) {
                    (true, _) => None,
                    (false, true) => Some(self.challenge(now, segment)),
                    (false, false) => Some(Verdict::Drop),
                }
            }
            // The last acknowledgment of the handshake was lost, and the SYN-ACK comes again; or another connection is wanted.
            Phase::SynReceived | Phase::Synchronized => Some(self.challenge(now, segment)),
        }
    }

    fn challenge(&mut self, now: Instant, segment: &Segment) -> Verdict {
        if self.challenged.is_some_and(|last| now - last < CHALLENGE_EVERY) {
            return Verdict::Drop;
        }
        self.challenged = Some(now);
        Verdict::Answer(acknowledgment(&segment.tuple, self.next, self.acknowledged, self.window))
    }
}

fn verify(ip: &Ip<'_>) -> bool {
    TcpPacket::new_unchecked(ip.payload()).verify_checksum(&ip.source, &ip.destination)
}

/// An ACK without data.
fn acknowledgment(tuple: &Tuple, seq: TcpSeqNumber, ack: TcpSeqNumber, window: u16) -> Frame {
    let Tuple { local, remote } = *tuple;
    let tcp = TcpRepr {
        src_port: local.port,
        dst_port: remote.port,
        control: TcpControl::None,
        seq_number: seq,
        ack_number: Some(ack),
        window_len: window,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: &[],
    };
    let mut segment = vec![0; tcp.buffer_len()];
    let checksums = smoltcp::phy::ChecksumCapabilities::default();
    tcp.emit(&mut TcpPacket::new_unchecked(&mut segment[..]), &local.addr, &remote.addr, &checksums);
    let header = Header { protocol: IpProtocol::Tcp, ..Header::icmp(local.addr, remote.addr) };
    header.packet(&[&segment])
}

#[cfg(test)]
mod tests;
