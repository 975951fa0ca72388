//! Recognizes retransmitted TCP segments.
//!
//! smoltcp does not count them, but they can be seen on the wire: a segment whose sequence numbers were all sent before (RFC
//! 9293, 3.8) is a retransmission. A keep-alive probe carries nothing new either, but no client here uses them.

use crate::run::RunId;
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket, TcpSeqNumber,
};

/// Follows the sequence numbers that the client of one run sends.
pub(crate) struct Detector {
    pub run: RunId,
    pub local_port: u16,
    /// The first sequence number that was not sent yet.
    next: Option<TcpSeqNumber>,
}

impl Detector {
    pub fn new(run: RunId, local_port: u16) -> Self {
        Self { run, local_port, next: None }
    }

    /// Whether a frame that the host sends is a retransmission of this connection.
    pub fn is_retransmission(&mut self, frame: &[u8]) -> bool {
        let Some((seq, len)) = segment(frame, self.local_port) else { return false };
        if len == 0 {
            return false;
        }
        let end = seq + len;
        match self.next {
            Some(next) if end <= next => true,
            _ => {
                self.next = Some(end);
                false
            }
        }
    }
}

/// Where the segment in this frame begins, and how many sequence numbers it takes, if it comes from this TCP port.
fn segment(frame: &[u8], port: u16) -> Option<(TcpSeqNumber, usize)> {
    let ethernet = EthernetFrame::new_checked(frame).ok()?;
    let payload = ethernet.payload();
    let tcp = match ethernet.ethertype() {
        EthernetProtocol::Ipv4 => {
            let ip = Ipv4Packet::new_checked(payload).ok()?;
            (ip.next_header() == IpProtocol::Tcp).then(|| ip.payload())?
        }
        EthernetProtocol::Ipv6 => {
            let ip = Ipv6Packet::new_checked(payload).ok()?;
            (ip.next_header() == IpProtocol::Tcp).then(|| ip.payload())?
        }
        _ => return None,
    };
    let tcp = TcpPacket::new_checked(tcp).ok()?;
    (tcp.src_port() == port).then(|| (tcp.seq_number(), tcp.segment_len()))
}
