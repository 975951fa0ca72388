use super::*;
use crate::packet::Header;
use wire::Frame;

const A: IpAddress = IpAddress::v4(10, 0, 0, 1);
const B: IpAddress = IpAddress::v4(10, 0, 0, 2);
const A6: IpAddress = IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 1);
const B6: IpAddress = IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, 2);

fn udp(from: IpAddress, to: IpAddress, payload: usize) -> Frame {
    let header = Header {
        protocol: IpProtocol::Udp,
        hop_limit: 17,
        traffic_class: 0x48,
        ident: Some(4_711),
        ..Header::icmp(from, to)
    };
    header.packet(&[&vec![7; payload]])
}

fn quoted(frame: &Frame, trouble: Trouble, to_group: bool) -> Option<([u8; 8], usize)> {
    let packet = &frame[14..];
    let (head, quoted) = error(trouble, packet, &packet::read(frame).unwrap(), to_group)?;
    assert_eq!(quoted, &packet[..quoted.len()], "as it came: type of service, identification, time to live");
    Some((head, quoted.len()))
}

#[test]
fn an_error_quotes_the_packet_as_it_came_and_as_much_as_fits() {
    let port = Trouble::PortUnreachable;
    assert_eq!(quoted(&udp(A, B, 1), port, false), Some(([3, 3, 0, 0, 0, 0, 0, 0], 21)));
    assert_eq!(quoted(&udp(A, B, 1_400), port, false), Some(([3, 3, 0, 0, 0, 0, 0, 0], 576 - 28)));
    assert_eq!(quoted(&udp(A6, B6, 1_400), port, false), Some(([1, 4, 0, 0, 0, 0, 0, 0], 1_280 - 48)));
    let expired = Trouble::ReassemblyExpired;
    assert_eq!(quoted(&udp(A, B, 8), expired, false).unwrap().0[..2], [11, 1]);
    assert_eq!(quoted(&udp(A6, B6, 8), expired, false).unwrap().0[..2], [3, 1]);
    let protocol = Trouble::ProtocolUnreachable(6);
    assert_eq!(quoted(&udp(A, B, 8), protocol, false).unwrap().0[..2], [3, 2]);
    assert_eq!(quoted(&udp(A6, B6, 8), protocol, false).unwrap().0, [4, 1, 0, 0, 0, 0, 0, 6]);
}

#[test]
fn no_error_is_sent_to_many_or_about_many_or_about_an_error() {
    let port = Trouble::PortUnreachable;
    for (from, to) in [
        (IpAddress::v4(0, 0, 0, 0), B),
        (A, IpAddress::v4(224, 0, 0, 1)),
        (A, IpAddress::v4(255, 255, 255, 255)),
        (A6, IpAddress::v6(0xff02, 0, 0, 0, 0, 0, 0, 1)),
    ] {
        assert_eq!(quoted(&udp(from, to, 8), port, false), None, "{from} {to}");
    }
    assert_eq!(quoted(&udp(A, B, 8), port, true), None, "the frame was a broadcast");
    let icmp = |from, to, kind| packet::icmp(&Header::icmp(from, to), &[&[kind, 0, 0, 0, 0, 0, 0, 0]]);
    let expired = Trouble::ReassemblyExpired;
    assert_eq!(quoted(&icmp(A, B, 3), expired, false), None);
    assert!(quoted(&icmp(A, B, 8), expired, false).is_some());
    assert_eq!(quoted(&icmp(A6, B6, 1), expired, false), None);
    assert_eq!(quoted(&icmp(A6, B6, 137), expired, false), None);
    assert!(quoted(&icmp(A6, B6, 128), expired, false).is_some());
}

#[test]
fn each_receiver_gets_six_errors_at_once_and_then_one_each_second() {
    let mut limits = Limits::default();
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    let mut sent = |to, seconds| (0..20).filter(|_| limits.allow(at(seconds), to)).count();
    assert_eq!(
        [sent(A, 0), sent(B, 0), sent(A, 0), sent(A, 1), sent(A, 4), sent(A, 100)],
        [6, 6, 0, 1, 3, 6]
    );
}
