//! Traffic for tshark to judge: conversations with everything that can go wrong, and what netlab's hosts really say.

use super::Packet;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::*;
use vnetif::rng::Stream;

/// A segment as it is drawn: what smoltcp writes but for the options, of which it has opinions.
#[derive(Clone)]
struct Drawn {
    seq: u32,
    ack: Option<u32>,
    window: u16,
    flags: u8,
    options: Vec<u8>,
    len: usize,
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;

pub const ADDRESSES: [Ipv4Address; 2] = [Ipv4Address::new(10, 0, 0, 1), Ipv4Address::new(10, 0, 0, 2)];

fn frame(from: usize, ports: [u16; 2], drawn: &Drawn) -> Vec<u8> {
    let options_len = drawn.options.len().next_multiple_of(4);
    let header_len = 20 + options_len;
    let mut segment = vec![0; header_len + drawn.len];
    segment[20..20 + drawn.options.len()].copy_from_slice(&drawn.options);
    let mut tcp = TcpPacket::new_unchecked(&mut segment);
    tcp.set_src_port(ports[from]);
    tcp.set_dst_port(ports[1 - from]);
    tcp.set_seq_number(TcpSeqNumber(drawn.seq as i32));
    tcp.set_ack_number(TcpSeqNumber(drawn.ack.unwrap_or(0) as i32));
    tcp.set_window_len(drawn.window);
    tcp.set_header_len(header_len as u8);
    segment[13] = drawn.flags | if drawn.ack.is_some() { ACK } else { 0 };
    let (source, destination) = (ADDRESSES[from], ADDRESSES[1 - from]);
    TcpPacket::new_unchecked(&mut segment).fill_checksum(&source.into(), &destination.into());
    let ip = Ipv4Repr {
        src_addr: source,
        dst_addr: destination,
        next_header: IpProtocol::Tcp,
        payload_len: segment.len(),
        hop_limit: 64,
    };
    let mut frame = vec![0; 34];
    let mac = |end: usize| EthernetAddress([2, 0, 0, 0, 0, end as u8 + 1]);
    EthernetRepr { src_addr: mac(from), dst_addr: mac(1 - from), ethertype: EthernetProtocol::Ipv4 }
        .emit(&mut EthernetFrame::new_unchecked(&mut frame));
    ip.emit(&mut Ipv4Packet::new_unchecked(&mut frame[14..]), &ChecksumCapabilities::default());
    frame.extend(segment);
    frame
}

/// One end of a drawn conversation.
struct End {
    /// The next sequence number that it will send.
    next: u32,
    /// What it has sent so far, or should have.
    sent: Vec<(u32, usize)>,
    ack: u32,
    window: u16,
}

/// A conversation over TCP in which everything can happen. No implementation behaves like that, so all the rules are
/// asked.
pub fn conversation(seed: u64, steps: usize) -> Vec<Packet> {
    let mut random = Stream::new(seed, &[]);
    let mut up_to = |max: u32| random.up_to(max);
    let mut packets = Vec::new();
    let mut at_ns = 1_000_000_000;
    let mut ports = [49_152 + up_to(200) as u16, 49_999];

    while packets.len() < steps {
        let bases = [up_to(u32::MAX), up_to(u32::MAX)];
        let mut ends = [0, 1].map(|end: usize| End {
            next: bases[end],
            sent: Vec::new(),
            ack: bases[1 - end],
            window: [65_535, 4_096, 8_760][up_to(2) as usize],
        });
        let sacks = up_to(1) == 0;
        let scales = [0, 1].map(|_| (up_to(3) > 0).then(|| up_to(9) as u8));
        // Now and then the beginning is not seen, or not all of it.
        let skipped = if up_to(3) > 0 { 0 } else { up_to(3) };
        if skipped > 0 {
            ports[0] += 1;
        }
        for (step, from) in [(0, 0), (1, 1), (2, 0)] {
            let mut options = Vec::new();
            if step < 2 {
                options.extend([2, 4, 5, 180]);
                options.extend(scales[from].into_iter().flat_map(|scale| [3, 3, scale, 1]));
            }
            let (syn, ack) = (step < 2, step > 0);
            let drawn = Drawn {
                seq: ends[from].next,
                ack: ack.then(|| ends[1 - from].next),
                window: ends[from].window,
                flags: if syn { SYN } else { 0 },
                options,
                len: 0,
            };
            ends[from].next = ends[from].next.wrapping_add(u32::from(syn));
            ends[from].ack = ends[1 - from].next;
            let times = if up_to(9) == 0 { 2 } else { 1 };
            for _ in 0..if step < skipped { 0 } else { times } {
                packets.push((at_ns, frame(from, ports, &drawn)));
                at_ns += [100_000, 2_000_000, 30_000_000, 1_000_000_000][up_to(3) as usize];
            }
        }

        let length = 10 + up_to(60);
        for _ in 0..length {
            at_ns += [10_000, 400_000, 2_000_000, 4_000_000, 15_000_000, 25_000_000, 300_000_000]
                [up_to(6) as usize];
            // One end sends most of the data.
            let from = usize::from(up_to(9) >= 5);
            let far_next = ends[1 - from].next;
            let end = &mut ends[from];
            let mut drawn = Drawn {
                seq: end.next,
                ack: Some(end.ack),
                window: end.window,
                flags: 0,
                options: Vec::new(),
                len: 0,
            };
            let size = [1, 2, 100, 536, 1460][up_to(4) as usize];
            let mut repeat = 1;
            match up_to(19) {
                0..=5 => {
                    drawn.len = size;
                    drawn.flags = if up_to(1) == 0 { PSH } else { 0 };
                    end.sent.push((end.next, size));
                    end.next = end.next.wrapping_add(size as u32);
                }
                // It is lost before it comes past here.
                6 => {
                    end.sent.push((end.next, size));
                    end.next = end.next.wrapping_add(size as u32);
                    continue;
                }
                7 | 8 if !end.sent.is_empty() => {
                    let back = up_to(end.sent.len().min(4) as u32 - 1) as usize;
                    let (seq, len) = end.sent[end.sent.len() - 1 - back];
                    (drawn.seq, drawn.len) = (seq, len);
                    // Now and then cut differently.
                    match up_to(4) {
                        0 => drawn.len = len.div_ceil(2),
                        1 => drawn.len = len + 10,
                        _ => {}
                    }
                }
                9..=11 => {
                    end.ack = far_next;
                    drawn.ack = Some(far_next);
                }
                12 => {
                    end.ack = far_next.wrapping_sub(up_to(1460));
                    drawn.ack = Some(end.ack);
                }
                // Duplicate ACKs, with or without blocks that tell what has arrived.
                13 | 14 => {
                    repeat = 1 + up_to(3);
                    if sacks {
                        let left = end.ack.wrapping_add(1460);
                        let blocks = (0..=up_to(2)).flat_map(|block| {
                            let left = left.wrapping_add(4000 * block);
                            [left, left.wrapping_add(536)].map(u32::to_be_bytes).concat()
                        });
                        let blocks: Vec<_> = blocks.collect();
                        drawn.options = [vec![1, 1, 5, blocks.len() as u8 + 2], blocks].concat();
                    }
                }
                15 => {
                    end.window = [0, 0, 1, 100, 8_760, 65_535][up_to(5) as usize];
                    drawn.window = end.window;
                }
                16 => {
                    drawn.seq = end.next.wrapping_sub(1);
                    drawn.len = up_to(1) as usize;
                }
                // A probe of a closed window: its byte may be taken or not.
                17 => {
                    drawn.len = 1;
                    if up_to(2) == 0 {
                        end.next = end.next.wrapping_add(1);
                    }
                }
                18 if up_to(9) == 0 => {
                    drawn.flags = [FIN, RST, FIN | PSH][up_to(2) as usize];
                    drawn.len = if up_to(3) == 0 { size } else { 0 };
                    let taken = drawn.len as u32 + u32::from(drawn.flags & FIN != 0);
                    end.next = end.next.wrapping_add(taken);
                }
                19 if up_to(3) == 0 => drawn.ack = Some(far_next.wrapping_add(1 + up_to(2_000))),
                _ => repeat = 1 + up_to(1),
            }
            for _ in 0..repeat {
                packets.push((at_ns, frame(from, ports, &drawn)));
                at_ns += 50_000;
            }
        }
    }
    packets
}
