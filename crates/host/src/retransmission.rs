//! Recognizes retransmitted TCP segments.
//!
//! smoltcp does not count them, but they can be seen on the wire: a segment whose sequence numbers were all sent before (RFC
//! 9293, 3.8) is a retransmission. A keep-alive probe carries nothing new either, but no client here uses them.

use crate::run::RunId;
use smoltcp::wire::{IpProtocol, TcpPacket, TcpSeqNumber};
use wire::header::Ip;

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

    /// Whether a packet that the host sends is a retransmission of this connection.
    pub fn is_retransmission(&mut self, ip: &Ip<'_>) -> bool {
        let Some((seq, len)) = segment(ip, self.local_port) else { return false };
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

/// The sequence number of the segment in this packet, and the number of sequence numbers that it takes, if it comes from this
/// TCP port.
fn segment(ip: &Ip<'_>, port: u16) -> Option<(TcpSeqNumber, usize)> {
    let (from, _) = ip.ports()?;
    if ip.protocol != IpProtocol::Tcp || from != port {
        return None;
    }
    let tcp = TcpPacket::new_checked(ip.payload()).ok()?;
    Some((tcp.seq_number(), tcp.segment_len()))
}
