//! Answering a TCP segment that nobody wants (RFC 9293, 3.10.7.1).

use smoltcp::wire::{IpProtocol, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber, TcpTimestampRepr};
use wire::header::Ip;

/// The segment that resets the connection that the segment in this packet is of, as from whom it was for. `None`: it is no
/// whole TCP segment, or itself a reset.
pub fn answer(packet: &[u8], segment: &[u8]) -> Option<Vec<u8>> {
    let Ip { source: from, destination: to, .. } = Ip::read(packet)?;
    let tcp = TcpPacket::new_checked(segment).ok()?;
    if tcp.rst() || !tcp.verify_checksum(&from, &to) || tcp.src_port() == 0 || tcp.dst_port() == 0 {
        return None;
    }
    let (sequence, acknowledged) = if tcp.ack() {
        (tcp.ack_number(), None)
    } else {
        (TcpSeqNumber(0), Some(tcp.seq_number() + tcp.segment_len()))
    };
    let repr = TcpRepr {
        src_port: tcp.dst_port(),
        dst_port: tcp.src_port(),
        control: TcpControl::Rst,
        seq_number: sequence,
        ack_number: acknowledged,
        window_len: 0,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None::<TcpTimestampRepr>,
        payload: &[],
    };
    let mut bytes = vec![0; repr.buffer_len()];
    let mut answer = TcpPacket::new_unchecked(&mut bytes[..]);
    repr.emit(&mut answer, &to, &from, &Default::default());
    Some(bytes)
}

/// Where an IP packet's TCP segment is; `None`: it has none, or not its beginning.
pub fn segment(packet: &[u8]) -> Option<&[u8]> {
    let ip = Ip::read(packet)?;
    (ip.protocol == IpProtocol::Tcp && ip.fragment.is_none()).then(|| ip.payload())
}
