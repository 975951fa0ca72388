use super::*;
use crate::packet;
use smoltcp::wire::IpAddress;

const OWN: IpEndpoint = IpEndpoint { addr: IpAddress::v4(10, 0, 0, 1), port: 80 };
const PEER: IpEndpoint = IpEndpoint { addr: IpAddress::v4(10, 0, 0, 2), port: 49_152 };
const TUPLE: Tuple = Tuple { local: OWN, remote: PEER };

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// A segment: control, sequence number, acknowledgment number, payload.
type Tcp<'p> = (TcpControl, i32, Option<i32>, &'p [u8]);

fn frame((from, to): (IpEndpoint, IpEndpoint), (control, seq, ack, payload): Tcp<'_>) -> Frame {
    let tcp = TcpRepr {
        src_port: from.port,
        dst_port: to.port,
        control,
        seq_number: TcpSeqNumber(seq),
        ack_number: ack.map(TcpSeqNumber),
        window_len: 1_000,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload,
    };
    let mut segment = vec![0; tcp.buffer_len()];
    let checksums = smoltcp::phy::ChecksumCapabilities::default();
    tcp.emit(&mut TcpPacket::new_unchecked(&mut segment[..]), &from.addr, &to.addr, &checksums);
    Header { protocol: IpProtocol::Tcp, ..Header::icmp(from.addr, to.addr) }.packet(&[&segment])
}

fn sends(connections: &mut Connections, tcp: Tcp<'_>) {
    let frame = frame((OWN, PEER), tcp);
    let segment = Segment::read(&packet::read(&frame).unwrap(), false).unwrap();
    connections.sent(&segment, Some(&frame));
}

fn arrives(connections: &mut Connections, now: Instant, tcp: Tcp<'_>, phase: Option<Phase>) -> Verdict {
    let frame = frame((PEER, OWN), tcp);
    let ip = packet::read(&frame).unwrap();
    let segment = Segment::read(&ip, true).unwrap();
    connections.arrived(now, &ip, &segment, |_| phase)
}

/// Sequence and acknowledgment number of the answer.
fn answer(verdict: Verdict) -> (i32, i32) {
    let Verdict::Answer(frame) = verdict else { panic!("{verdict:?}") };
    let ip = packet::read(&frame).unwrap();
    let tcp = TcpPacket::new_checked(ip.payload()).unwrap();
    assert!(verify(&ip) && tcp.ack() && !tcp.rst() && !tcp.syn());
    assert_eq!((ip.destination, tcp.dst_port()), (PEER.addr, PEER.port));
    (tcp.seq_number().0, tcp.ack_number().0)
}

use TcpControl::{Fin, None as Plain, Rst, Syn};
const OPEN: Option<Phase> = Some(Phase::Synchronized);

/// A connection of a server: its numbers are 5001 and 101.
fn established() -> Connections {
    let mut connections = Connections::default();
    let request = (Syn, 100, None, &b""[..]);
    assert_eq!(arrives(&mut connections, at(0), request, None), Verdict::Pass, "the listener gets it");
    sends(&mut connections, (Syn, 5_000, Some(101), b""));
    assert_eq!(arrives(&mut connections, at(1), (Plain, 101, Some(5_001), b""), OPEN), Verdict::Pass);
    connections
}

#[test]
fn a_duplicated_request_reaches_no_listener() {
    let mut connections = Connections::default();
    sends(&mut connections, (Syn, 5_000, Some(101), b""));
    let half_open = Some(Phase::SynReceived);
    let again = (Syn, 100, None, &b""[..]);
    assert_eq!(arrives(&mut connections, at(1), again, half_open), Verdict::Drop);
    let verdict = arrives(&mut established(), at(2), again, OPEN);
    assert_eq!(answer(verdict), (5_001, 101), "RFC 5961, 4.2");
}

#[test]
fn a_reset_is_believed_at_the_expected_number_challenged_in_the_window_and_ignored_elsewhere() {
    let reset = |seq| arrives(&mut established(), at(2), (Rst, seq, None, b""), OPEN);
    assert_eq!(reset(101), Verdict::Pass);
    assert_eq!(answer(reset(102)), (5_001, 101));
    assert_eq!(answer(reset(1_100)), (5_001, 101));
    assert_eq!(reset(1_101), Verdict::Drop);
    assert_eq!(reset(100), Verdict::Drop);
}

#[test]
fn a_reset_behind_data_that_is_not_acknowledged_yet_is_at_the_expected_number() {
    let mut connections = established();
    let data = (Plain, 101, Some(5_001), &[7; 50][..]);
    assert_eq!(arrives(&mut connections, at(2), data, OPEN), Verdict::Pass);
    assert_eq!(arrives(&mut connections, at(2), (Rst, 151, None, b""), OPEN), Verdict::Pass);
}

#[test]
fn challenges_are_limited() {
    let mut connections = established();
    let mut reset = |now| arrives(&mut connections, at(now), (Rst, 500, None, b""), OPEN);
    answer(reset(2));
    assert_eq!(reset(501), Verdict::Drop);
    answer(reset(502));
}

#[test]
fn a_damaged_reset_is_ignored() {
    let mut connections = established();
    let mut frame = frame((PEER, OWN), (Rst, 101, None, b""));
    frame.make_mut()[14 + 20 + 16] ^= 1;
    let ip = packet::read(&frame).unwrap();
    let segment = Segment::read(&ip, true).unwrap();
    assert_eq!(connections.arrived(at(2), &ip, &segment, |_| OPEN), Verdict::Drop);
}

/// The server has closed first, and the other side's FIN is acknowledged.
fn closed() -> Connections {
    let mut connections = established();
    sends(&mut connections, (Fin, 5_001, Some(101), b""));
    arrives(&mut connections, at(10), (Fin, 101, Some(5_002), b""), OPEN);
    assert!(!connections.wait(at(10), TUPLE, Duration::from_secs(60)), "the FIN is not acknowledged yet");
    sends(&mut connections, (Plain, 5_002, Some(102), b""));
    assert!(connections.wait(at(10), TUPLE, Duration::from_secs(60)));
    assert_eq!(connections.counts(), (0, 1));
    connections
}

#[test]
fn in_time_wait_a_repeated_fin_is_acknowledged_for_twice_the_segment_lifetime() {
    let mut connections = closed();
    let fin = (Fin, 101, Some(5_002), &b""[..]);
    assert_eq!(answer(arrives(&mut connections, at(1_000), fin, None)), (5_002, 102));
    assert_eq!(connections.deadline(), Some(at(61_000)), "it begins again");
    assert_eq!(arrives(&mut connections, at(2_000), (Plain, 102, Some(5_002), b""), None), Verdict::Drop);
    connections.poll(at(61_000));
    assert_eq!((connections.counts(), connections.is_waiting(&TUPLE)), ((0, 0), false));
    assert_eq!(arrives(&mut connections, at(61_000), fin, None), Verdict::Pass, "the stack resets it");
}

#[test]
fn time_wait_ends_for_a_newer_connection_and_for_the_expected_reset_only() {
    let old = (Syn, 90, None, &b""[..]);
    assert_eq!(answer(arrives(&mut closed(), at(20), old, None)), (5_002, 102));
    let mut connections = closed();
    assert_eq!(arrives(&mut connections, at(20), (Syn, 90_000, None, b""), None), Verdict::Pass);
    assert_eq!(connections.counts(), (0, 0));
    let mut connections = closed();
    assert_eq!(arrives(&mut connections, at(20), (Rst, 103, None, b""), None), Verdict::Drop);
    assert!(connections.is_waiting(&TUPLE));
    assert_eq!(arrives(&mut connections, at(20), (Rst, 102, None, b""), None), Verdict::Drop);
    assert!(!connections.is_waiting(&TUPLE));
}

#[test]
fn segments_are_kept_until_they_are_acknowledged_and_taken_when_the_path_is_too_narrow() {
    let mut connections = established();
    for number in 0..3 {
        sends(&mut connections, (Plain, 5_001 + number * 500, Some(101), &[7; 500]));
    }
    sends(&mut connections, (Plain, 6_501, Some(101), &[7; 10]));
    arrives(&mut connections, at(3), (Plain, 101, Some(5_501), b""), OPEN);
    let seqs = |frames: Vec<Frame>| {
        let seq = |frame: &Frame| Segment::read(&packet::read(frame).unwrap(), false).unwrap().seq.0;
        frames.iter().map(seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(connections.take_too_long(&PEER.addr, 540)), [0; 0]);
    assert_eq!(seqs(connections.take_too_long(&OWN.addr, 100)), [0; 0], "another destination");
    assert_eq!(seqs(connections.take_too_long(&PEER.addr, 539)), [5_501, 6_001]);
    assert_eq!(seqs(connections.take_too_long(&PEER.addr, 539)), [0; 0], "once");
}
