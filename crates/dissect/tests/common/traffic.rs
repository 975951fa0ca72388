//! Traffic for tshark to judge: conversations with everything that can go wrong, and what netlab's hosts really say.

use super::Packet;
use netlab::history::{Fate, Limits};
use netlab::run::{
    Amount, Echo, IpVersion, Iperf, IperfTransport, Ping, RunKind, RunSpec, Target, Transport,
};
use netlab::topology::{End, HostConfig, Link, LinkId, Node, NodeId, NodeKind, Topology, Way};
use netlab::world::Command;
use netlab::{BitsPerSec, Duration, Instant, Ratio, World};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::*;
use wire::impair::Impairment;
use wire::line::{LineConfig, Queue};
use wire::rng::Stream;

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
struct Speaker {
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
        let mut ends = [0, 1].map(|end: usize| Speaker {
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

/// What is seen at one end of a cable between two hosts that ping, echo and transfer, over IPv4 and IPv6, while some of
/// it gets lost.
pub fn real(seed: u64, loss_percent: u32) -> Vec<Packet> {
    let host = |number: u8| {
        let addresses = [format!("10.0.0.{number}/24"), format!("fd00::{number}/64")];
        let addresses = addresses.map(|address| address.parse().unwrap()).to_vec();
        Node {
            name: format!("h{number}"),
            kind: NodeKind::Host(HostConfig { addresses, ..HostConfig::default() }),
        }
    };
    let line = LineConfig {
        rate: BitsPerSec::new(20_000_000),
        delay: Duration::from_millis(2),
        queue: Queue::bytes(30_000),
    };
    let way = Way { line, impairments: vec![Impairment::Loss(Ratio::percent(loss_percent))] };
    let topology = Topology {
        nodes: vec![host(1), host(2)],
        links: vec![Link::new([NodeId(0), NodeId(1)], [way.clone(), way])],
    };
    let mut world = World::new(topology, seed, Limits::default()).unwrap();
    let transfer = RunKind::Iperf(Iperf {
        amount: Amount::Bytes(400_000),
        transport: IperfTransport::Tcp { congestion: None, rx_buffer: Some(20_000), tx_buffer: None },
        ..Iperf::default()
    });
    let echo = |transport| RunKind::Echo(Echo { transport, count: 5, ..Echo::default() });
    for version in [IpVersion::V4, IpVersion::V6] {
        let kinds =
            [RunKind::Ping(Ping::default()), echo(Transport::Udp), echo(Transport::Tcp), transfer.clone()];
        for kind in kinds {
            let to = Target::Node(NodeId(1), Some(version));
            world.apply(Command::Start(RunSpec { from: NodeId(0), to, kind })).unwrap();
        }
    }
    world.run_until(Instant::ZERO + Duration::from_secs(20), || true);

    let mut packets: Vec<Packet> = Vec::new();
    for transit in world.history().transits() {
        assert_eq!(transit.direction.link, LinkId(0));
        let sent = transit.direction.from == End::First;
        if sent && transit.start < transit.end {
            packets.push((transit.start.nanos(), transit.frame.to_vec()));
        } else if !sent && transit.fate == Fate::Delivered {
            packets.push((transit.arrival.nanos(), transit.frame.to_vec()));
        }
    }
    packets.sort_by_key(|(at_ns, _)| *at_ns);
    packets
}

/// A frame of each kind that [`real`] has not.
pub fn odd() -> Vec<Packet> {
    let caps = ChecksumCapabilities::default();
    let drawn = Drawn { seq: 7, ack: None, window: 512, flags: SYN, options: vec![2, 4, 5, 180], len: 0 };
    let syn = frame(0, [40_000, 80], &drawn);
    let mut tagged = syn.clone();
    tagged.splice(12..12, [0x81, 0x00, 0x60, 100]);
    let mut data = frame(1, [40_000, 80], &Drawn { ack: Some(8), flags: PSH, len: 18, ..drawn });
    let text = data.len() - 18;
    data[text..].copy_from_slice(b"GET / HTTP/1.0\r\n\r\n");

    // What a router says of the SYN: it quotes its IP header and eight bytes.
    let quoted = Ipv4Repr {
        src_addr: ADDRESSES[0],
        dst_addr: ADDRESSES[1],
        next_header: IpProtocol::Tcp,
        payload_len: syn.len() - 34,
        hop_limit: 1,
    };
    let message = Icmpv4Repr::TimeExceeded {
        reason: Icmpv4TimeExceeded::TtlExpired,
        header: quoted,
        data: &syn[34..42],
    };
    let ip = Ipv4Repr {
        src_addr: Ipv4Address::new(192, 168, 7, 1),
        dst_addr: ADDRESSES[0],
        next_header: IpProtocol::Icmp,
        payload_len: message.buffer_len(),
        hop_limit: 255,
    };
    let mut exceeded = vec![0; 34 + message.buffer_len()];
    exceeded[..14].copy_from_slice(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0]);
    ip.emit(&mut Ipv4Packet::new_unchecked(&mut exceeded[14..]), &caps);
    message.emit(&mut Icmpv4Packet::new_unchecked(&mut exceeded[34..]), &caps);

    let llc = [&[1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 7][..], &[0xaa, 0xaa, 3, 0, 0, 0, 0]].concat();
    let raw = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1, 0x88, 0xb5], b"no IP in here"].concat();
    [syn, tagged, data, exceeded, llc, raw]
        .into_iter()
        .enumerate()
        .map(|(n, f)| (n as u64 * 1_000, f))
        .collect()
}
