//! The rules by which a segment is a retransmission, a duplicate ACK and so on: those of tshark 4, as the Wireshark
//! User's Guide describes them in "TCP Analysis" and as tshark shows them when it reads a capture.
//!
//! They are guesses from outside: what the hosts know is not seen. A segment seen for the first time that fills a gap may have
//! been overtaken, or may be a retransmission of one that was lost before this place: time and duplicate ACKs decide.

use super::marks::{Mark, Marks};
use super::unacked::{Segment, Unacked, before, up_to};
use super::{Notes, Packets};

/// Within this time after duplicate ACKs, a repeated segment is the answer to them.
const FAST_NS: i64 = 20_000_000;
/// While no round trip has been measured, a segment that fills a gap within this time was overtaken.
const OVERTAKEN_NS: i64 = 3_000_000;

/// What the rules look at in a header.
pub(super) struct Header {
    pub seq: u32,
    pub ack: u32,
    pub window: u16,
    /// The number of bytes of data.
    pub len: u32,
    /// The length of the header, in bytes.
    pub header_len: usize,
    pub syn: bool,
    pub psh: bool,
    pub fin: bool,
    pub rst: bool,
    pub is_ack: bool,
    /// The shift of the window scale option (RFC 7323 §2.2).
    pub scale: Option<u8>,
    pub sacks: Sacks,
}

/// Blocks of selective acknowledgments (RFC 2018 §3), at most four.
#[derive(Clone, Copy, Default)]
pub(super) struct Sacks {
    blocks: [(u32, u32); 4],
    count: usize,
}

impl Sacks {
    pub fn push(&mut self, left: u32, right: u32) {
        if let Some(place) = self.blocks.get_mut(self.count) {
            *place = (left, right);
            self.count += 1;
        }
    }

    fn blocks(&self) -> &[(u32, u32)] {
        &self.blocks[..self.count]
    }
}

/// The factor of the windows that an end announces.
#[derive(Clone, Copy, Default, PartialEq)]
enum Scale {
    /// Its SYN was not seen.
    #[default]
    Unknown,
    None,
    Shift(u8),
}

/// A connection, as far as its segments show it.
#[derive(Default)]
pub(super) struct Connection {
    ways: [Way; 2],
    begun_at_ns: u64,
    /// The last packet of it.
    pub last_packet: Option<u32>,
    /// When the last SYN was seen, while no round trip is measured.
    syn_at_ns: Option<u64>,
    first_round_trip_ns: Option<u64>,
    /// `tcp.completeness`: which steps of a connection were seen.
    seen: u8,
}

/// What is known of a connection as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// When its first packet was seen, in nanoseconds.
    pub begun_at_ns: u64,
    /// `tcp.analysis.initial_rtt`: from the SYN to the ACK that completes the handshake, in nanoseconds.
    pub first_round_trip_ns: Option<u64>,
    /// `tcp.completeness`: 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN, 32 RST, added up.
    pub completeness: u8,
}

/// Nanoseconds from one moment to another, which is before it if a clock was set back.
fn since(at_ns: u64, before_ns: u64) -> i64 {
    at_ns.wrapping_sub(before_ns) as i64
}

/// What one of the ends has sent.
#[derive(Default)]
struct Way {
    /// The sequence number that relative numbers count from.
    base: Option<u32>,
    /// The sequence number behind the highest seen, and when that was seen.
    next: Option<u32>,
    next_at_ns: u64,
    /// The sequence number behind what was seen without a gap: an ACK beyond it acknowledges unseen data.
    gapless: Option<u32>,
    /// The window in the header of the last segment, and whether that had SYN: then it is not scaled.
    window: Option<u16>,
    window_of_syn: bool,
    scale: Scale,
    last_ack: u32,
    last_ack_at_ns: u64,
    /// The packet that first had the last acknowledgment number, and the number of duplicates of it.
    ack_packet: u32,
    ack_repeated: u32,
    sacks: Sacks,
    marks: Marks,
    /// There was a gap, and since then no acknowledgment: the bytes in flight are unknown.
    flight_unknown: bool,
    unacked: Unacked,
    /// Bytes since the last segment with PSH, and whether the next begins anew.
    pushed: u32,
    push_ends: bool,
}

impl Connection {
    /// With its first packet.
    pub fn begun(at_ns: u64) -> Connection {
        Connection { begun_at_ns: at_ns, ..Connection::default() }
    }

    pub fn facts(&self) -> Facts {
        Facts {
            begun_at_ns: self.begun_at_ns,
            first_round_trip_ns: self.first_round_trip_ns,
            completeness: self.seen,
        }
    }

    fn note_step(&mut self, header: &Header) {
        self.seen |= match (header.syn, header.is_ack) {
            (true, false) => 1,
            (true, true) => 2,
            (false, true) if header.len == 0 && !header.fin && !header.rst => 4,
            (false, _) => 0,
        };
        for (step, taken) in [(8, header.len > 0), (16, header.fin), (32, header.rst)] {
            if taken {
                self.seen |= step;
            }
        }
    }

    /// Whether a SYN with this sequence number opens another connection between the same ports.
    pub fn is_over_by(&self, backwards: bool, header: &Header) -> bool {
        let base = self.ways[usize::from(backwards)].base;
        header.syn && !header.is_ack && base.is_some_and(|base| base != header.seq)
    }

    /// Judges the next segment. `backwards` if the second of the ends sends it.
    pub fn push(&mut self, header: &Header, backwards: bool, at_ns: u64, packets: &mut Packets) -> Notes {
        let packet = packets.next();
        let &Header { seq, ack, window, len, .. } = header;
        let (syn, fin) = (header.syn, header.fin);
        let round_trip_ns = self.first_round_trip_ns;
        self.measure(header, at_ns);
        self.note_step(header);

        let [first, second] = &mut self.ways;
        let (fwd, rev) = if backwards { (second, first) } else { (first, second) };
        // A SYN-ACK with another number accepts another connection, whose SYN was not seen.
        let accepts_another = syn && header.is_ack && fwd.base.is_some_and(|base| base != seq);
        if accepts_another {
            fwd.base = Some(seq);
        }
        let base = *fwd.base.get_or_insert(if syn { seq } else { seq.wrapping_sub(1) });
        if header.is_ack {
            rev.base.get_or_insert(ack.wrapping_sub(1));
            rev.flight_unknown = false;
        }
        fwd.learn_scale(rev, header);

        let mut marks = Marks::NONE;
        let mut notes = Notes { len, ..Notes::default() };
        let next = fwd.next;
        let is_probe = len == 1 && next == Some(seq) && rev.window == Some(0);

        if is_probe {
            marks.insert(Mark::ZeroWindowProbe);
        } else {
            fwd.judge_state(rev, header, &mut marks, &mut notes);
        }
        if ack != fwd.last_ack {
            fwd.ack_packet = packet;
            fwd.ack_repeated = 0;
        }
        if header.is_ack && !is_probe {
            rev.judge_acknowledgment(ack, &mut marks);
        }
        let to = seq.wrapping_add(len);
        let end = to.wrapping_add(u32::from(syn || fin));
        if (len > 0 || syn || fin) && !marks.contains(Mark::KeepAlive) {
            // A probe's byte may not have been accepted: then the data behind it begin with that byte once more.
            let repeats =
                next.is_some_and(|next| before(seq, next) && !(len > 1 && next.wrapping_sub(1) == seq));
            fwd.judge_repeated(rev, seq, len, end, repeats, at_ns, round_trip_ns, &mut marks);
        }

        let to = end;
        if to != seq {
            fwd.unacked.push(Segment { packet, from: seq, to, at_ns });
        }
        if !marks.contains(Mark::ZeroWindowProbe) {
            // A SYN begins anew, whatever a reset beyond the window has said.
            if next.is_none_or(|next| before(next, to)) || (syn && !header.is_ack) {
                fwd.next = Some(to);
                fwd.next_at_ns = at_ns;
            }
            let beyond = |gapless| before(to, gapless) && next == Some(seq) && len > 0;
            let stale = marks.contains(Mark::SpuriousRetransmission) && fwd.gapless.is_none();
            if !stale && fwd.gapless.is_none_or(|gapless| gapless == seq || beyond(gapless)) {
                fwd.gapless = fwd.next;
            }
        }
        fwd.window = Some(window);
        fwd.window_of_syn = syn;
        fwd.last_ack = ack;
        fwd.last_ack_at_ns = at_ns;
        fwd.marks = marks;
        fwd.sacks = header.sacks;

        // Without the flag, the number is no acknowledgment.
        if header.is_ack
            && let Some(acked) =
                rev.unacked.acknowledge(ack, |segment| packets.answered(segment.packet, packet))
        {
            notes.answers = Some(acked.packet);
            notes.after_ns = at_ns.saturating_sub(acked.at_ns);
        }
        if len > 0 && !fwd.flight_unknown {
            notes.in_flight = fwd.in_flight(rev, fin);
        }
        if accepts_another {
            marks.insert(Mark::PortReused);
        }
        notes.pushed = fwd.push_bytes(header);
        notes.window_factor = match fwd.scale {
            Scale::Unknown => -1,
            Scale::None => -2,
            Scale::Shift(shift) => 1 << shift,
        };
        notes.marks = marks;
        notes.seq = seq.wrapping_sub(base);
        notes.ack = if header.is_ack { ack.wrapping_sub(rev.base.unwrap_or(0)) } else { 0 };
        notes.window = if syn { window.into() } else { fwd.scaled(window) };
        notes
    }

    /// The first round trip: from the SYN to the ACK that completes the handshake.
    fn measure(&mut self, header: &Header, at_ns: u64) {
        if header.syn && !header.is_ack {
            self.syn_at_ns = Some(at_ns);
        } else if header.is_ack && !header.syn && self.first_round_trip_ns.is_none() {
            self.first_round_trip_ns = self.syn_at_ns.map(|syn_at_ns| at_ns.saturating_sub(syn_at_ns));
        }
    }
}

impl Way {
    /// Learns the scale from a SYN. It is in use only if both ends send the option.
    fn learn_scale(&mut self, rev: &mut Way, header: &Header) {
        if !header.syn {
            // Where it does not belong, analyzers believe it all the same.
            if let Some(shift) = header.scale {
                self.scale = Scale::Shift(shift.min(14));
            }
            return;
        }
        self.scale = header.scale.map_or(Scale::None, |shift| Scale::Shift(shift.min(14)));
        if header.is_ack && (self.scale == Scale::None || rev.scale == Scale::None) {
            (self.scale, rev.scale) = (Scale::None, Scale::None);
        }
    }

    /// The bytes since the last segment with PSH.
    fn push_bytes(&mut self, header: &Header) -> u32 {
        if std::mem::replace(&mut self.push_ends, header.psh) {
            self.pushed = 0;
        }
        self.pushed = self.pushed.wrapping_add(header.len);
        if header.len > 0 { self.pushed } else { 0 }
    }

    fn scaled(&self, window: u16) -> u32 {
        match self.scale {
            Scale::Shift(shift) => u32::from(window) << shift,
            Scale::None | Scale::Unknown => window.into(),
        }
    }

    /// The first sequence number beyond the window that this end announced last.
    fn right_edge(&self) -> Option<u32> {
        let window = self.window.filter(|_| self.scale != Scale::Unknown)?;
        let window = if self.window_of_syn { window.into() } else { self.scaled(window) };
        Some(self.last_ack.wrapping_add(window))
    }

    /// Marks what a segment, which is no probe of a closed window, says about windows, gaps and repeated ACKs.
    fn judge_state(&mut self, rev: &Way, header: &Header, marks: &mut Marks, notes: &mut Notes) {
        let &Header { seq, ack, window, len, rst, .. } = header;
        let plain = !(header.syn || header.fin || rst);
        let next = self.next;
        let repeats_ack = ack == self.last_ack && next == Some(seq) && plain;
        if window == 0 && plain {
            marks.insert(Mark::ZeroWindow);
        }
        if next.is_some_and(|next| before(next, seq)) && !rst {
            marks.insert(Mark::LostSegment);
            self.flight_unknown = true;
            self.gapless = self.gapless.or(next);
        }
        if len <= 1 && next.is_some_and(|next| next.wrapping_sub(1) == seq) && plain {
            marks.insert(Mark::KeepAlive);
        }
        if len == 0 && window > 0 && self.window != Some(window) && repeats_ack {
            marks.insert(Mark::WindowUpdate);
        }
        if len > 0 && plain && rev.right_edge() == Some(seq.wrapping_add(len)) {
            marks.insert(Mark::WindowFull);
        }
        let same_window = len == 0 && self.window == Some(window);
        if same_window && window > 0 && repeats_ack {
            if rev.marks.contains(Mark::KeepAlive) {
                marks.insert(Mark::KeepAliveAck);
            } else {
                marks.insert(Mark::DuplicateAck);
                self.ack_repeated += 1;
                notes.duplicate_of = self.ack_packet;
                notes.duplicate = self.ack_repeated;
            }
        } else if same_window
            && window == 0
            && plain
            && next == Some(seq)
            && ack == self.last_ack
            && rev.marks.contains(Mark::ZeroWindowProbe)
        {
            marks.insert(Mark::ZeroWindowProbeAck);
        }
    }

    /// Marks an acknowledgment by the other end of data from this end that were not seen.
    fn judge_acknowledgment(&mut self, ack: u32, marks: &mut Marks) {
        let Some(next) = self.next else { return };
        let all_seen = self.gapless.is_none_or(|gapless| up_to(next, gapless));
        if self.ack_repeated > 0 && all_seen && before(next, ack) {
            // This end had sent duplicate ACKs: the missing data seem to have arrived by another path.
            self.ack_repeated = 0;
            self.gapless = self.gapless.map(|_| ack);
        } else if self.gapless.is_some_and(|gapless| before(gapless, ack)) {
            marks.insert(Mark::AckedUnseen);
            // Once is enough: until this end is seen sending again, it is known that something is missing.
            self.gapless = None;
        }
    }

    /// The bytes that this end has sent and the other end neither acknowledged nor SACKed; 0 if that makes no sense.
    fn in_flight(&self, rev: &Way, fin: bool) -> u32 {
        let sacked = |(left, right): &(u32, u32)| right.wrapping_sub(*left);
        let sacked = rev.sacks.blocks().iter().map(sacked).fold(0, u32::wrapping_add);
        // A FIN has a sequence number, but is not counted among the bytes in flight.
        let in_flight = self.unacked.span().wrapping_sub(sacked).wrapping_sub(u32::from(fin));
        if in_flight < 2_000_000_000 { in_flight } else { 0 }
    }

    /// Marks a segment that does not begin where the highest so far ended: a retransmission, or out of order.
    #[expect(clippy::too_many_arguments, reason = "it is one step of `push`, named")]
    fn judge_repeated(
        &self,
        rev: &Way,
        seq: u32,
        len: u32,
        end: u32,
        repeats: bool,
        at_ns: u64,
        round_trip_ns: Option<u64>,
        marks: &mut Marks,
    ) {
        let to = seq.wrapping_add(len);
        let asked_for =
            rev.ack_repeated >= 2 && rev.last_ack == seq && since(at_ns, rev.last_ack_at_ns) < FAST_NS;
        let overtaken = since(at_ns, self.next_at_ns) < round_trip_ns.map_or(OVERTAKEN_NS, |ns| ns as i64)
            && self.next != Some(end);
        if len > 0 && rev.window.is_some() && up_to(to, rev.last_ack) {
            marks.insert(Mark::SpuriousRetransmission);
            marks.insert(Mark::Retransmission);
        } else if repeats && asked_for {
            marks.insert(Mark::FastRetransmission);
            marks.insert(Mark::Retransmission);
        } else if repeats && overtaken {
            marks.insert(Mark::OutOfOrder);
        } else if repeats {
            marks.insert(Mark::Retransmission);
        }
    }
}
