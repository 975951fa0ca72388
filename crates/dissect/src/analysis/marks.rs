//! The remarks of the analysis on a packet, as a set of bits.

use std::fmt;

/// A remark on a packet. In the order in which tshark writes them in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Mark {
    /// `tcp.analysis.zero_window_probe_ack`: an answer to a zero window probe; the window is still closed.
    ZeroWindowProbeAck,
    /// `tcp.analysis.zero_window`: the sender cannot take any more data.
    ZeroWindow,
    /// `tcp.analysis.zero_window_probe`: one byte into a closed window, to find out whether it is open again.
    ZeroWindowProbe,
    /// `tcp.analysis.duplicate_ack`: it repeats the last ACK, because a segment arrived out of order.
    DuplicateAck,
    /// `tcp.analysis.keep_alive_ack`: an answer to a keep-alive.
    KeepAliveAck,
    /// `tcp.analysis.keep_alive`: a byte that was acknowledged before, to see whether the other end is still there.
    KeepAlive,
    /// `tcp.analysis.window_update`: only the window is new.
    WindowUpdate,
    /// `tcp.analysis.window_full`: with this segment the receiver's window is used up.
    WindowFull,
    /// `tcp.analysis.ack_lost_segment`: it acknowledges data that were never seen here.
    AckedUnseen,
    /// `tcp.analysis.lost_segment`: a segment before this one was not seen here.
    LostSegment,
    /// `tcp.analysis.out_of_order`: it fills a gap, so soon that it was overtaken rather than retransmitted.
    OutOfOrder,
    /// `tcp.analysis.spurious_retransmission`: retransmitted although its acknowledgment was seen here.
    SpuriousRetransmission,
    /// `tcp.analysis.fast_retransmission`: retransmitted at once because of duplicate ACKs.
    FastRetransmission,
    /// `tcp.analysis.retransmission`: retransmitted. Set with the two above as well.
    Retransmission,
    /// `tcp.analysis.reused_ports`: a new connection between ports that had one.
    PortReused,
    /// Not tshark's: this expects an answer (ARP, NDP, ICMP echo, DNS).
    Request,
    /// `arp.duplicate-address-detected`: the sender's IPv4 address was used with another MAC address before.
    DuplicateAddress,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 17] = [
        Mark::ZeroWindowProbeAck,
        Mark::ZeroWindow,
        Mark::ZeroWindowProbe,
        Mark::DuplicateAck,
        Mark::KeepAliveAck,
        Mark::KeepAlive,
        Mark::WindowUpdate,
        Mark::WindowFull,
        Mark::AckedUnseen,
        Mark::LostSegment,
        Mark::OutOfOrder,
        Mark::SpuriousRetransmission,
        Mark::FastRetransmission,
        Mark::Retransmission,
        Mark::PortReused,
        Mark::Request,
        Mark::DuplicateAddress,
    ];

    /// As tshark calls it in a packet's line, such as `TCP Out-Of-Order`.
    pub const fn name(self) -> &'static str {
        match self {
            Mark::ZeroWindowProbeAck => "TCP ZeroWindowProbeAck",
            Mark::ZeroWindow => "TCP ZeroWindow",
            Mark::ZeroWindowProbe => "TCP ZeroWindowProbe",
            Mark::DuplicateAck => "TCP Dup ACK",
            Mark::KeepAliveAck => "TCP Keep-Alive ACK",
            Mark::KeepAlive => "TCP Keep-Alive",
            Mark::WindowUpdate => "TCP Window Update",
            Mark::WindowFull => "TCP Window Full",
            Mark::AckedUnseen => "TCP ACKed unseen segment",
            Mark::LostSegment => "TCP Previous segment not captured",
            Mark::OutOfOrder => "TCP Out-Of-Order",
            Mark::SpuriousRetransmission => "TCP Spurious Retransmission",
            Mark::FastRetransmission => "TCP Fast Retransmission",
            Mark::Retransmission => "TCP Retransmission",
            Mark::PortReused => "TCP Port numbers reused",
            Mark::Request => "Request",
            Mark::DuplicateAddress => "Duplicate IP address",
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of [`Mark`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Marks(u32);

impl Marks {
    /// No mark.
    pub const NONE: Marks = Marks(0);

    /// Whether the mark is in the set.
    pub const fn contains(self, mark: Mark) -> bool {
        self.0 & 1 << mark as u32 != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// `tcp.analysis.flags`: whether there is a mark that is about a segment.
    pub const fn is_remarkable(self) -> bool {
        self.0 & !(1 << Mark::Request as u32 | 1 << Mark::DuplicateAddress as u32) != 0
    }

    /// Retransmitted, and neither because of duplicate ACKs nor needlessly: of those, analyzers read the content again.
    pub(crate) const fn is_plainly_retransmitted(self) -> bool {
        self.contains(Mark::Retransmission)
            && !self.contains(Mark::FastRetransmission)
            && !self.contains(Mark::SpuriousRetransmission)
    }

    /// In the order in which tshark writes them.
    pub fn iter(self) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |&mark| self.contains(mark))
    }

    /// The marks that a line shows: of a fast or spurious retransmission only that, and no request, because its line names the
    /// answer.
    pub(crate) fn shown(self) -> impl Iterator<Item = Mark> {
        let special = self.contains(Mark::FastRetransmission) || self.contains(Mark::SpuriousRetransmission);
        self.iter().filter(move |&mark| match mark {
            Mark::Retransmission => !special,
            Mark::Request | Mark::DuplicateAddress => false,
            _ => true,
        })
    }

    pub(crate) fn insert(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u32;
    }
}

impl From<Mark> for Marks {
    fn from(mark: Mark) -> Marks {
        Marks(1 << mark as u32)
    }
}

impl FromIterator<Mark> for Marks {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Marks {
        let mut set = Marks::NONE;
        marks.into_iter().for_each(|mark| set.insert(mark));
        set
    }
}

/// As tshark begins a line with them: `[TCP ZeroWindow] [TCP Retransmission]`. A duplicate ACK's numbers are in the
/// notes, not here.
impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mark) in self.shown().enumerate() {
            write!(f, "{}[{mark}]", if index > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_has_its_own_bit_and_place() {
        for (index, mark) in Mark::ALL.into_iter().enumerate() {
            assert_eq!(mark as usize, index);
        }
        assert_eq!(Mark::ALL.into_iter().collect::<Marks>().iter().count(), Mark::ALL.len());
    }

    #[test]
    fn a_fast_retransmission_is_called_only_that() {
        let marks: Marks = [Mark::Retransmission, Mark::FastRetransmission].into_iter().collect();
        assert_eq!(marks.to_string(), "[TCP Fast Retransmission]");
        assert!(marks.contains(Mark::Retransmission));
    }
}
