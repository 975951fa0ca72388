use super::*;
use crate::config::{Forward, Nat};
use crate::event::{Event, Translation};
use crate::sample;
use proptest::prelude::*;
use smoltcp::wire::IpEndpoint;
use wire::Duration;
use wire::node::Action;

const O: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
const OUTSIDE: IpAddress = IpAddress::Ipv4(O);
const SYN: u8 = 2;
const ACK: u8 = 16;
const RST: u8 = 4;
const FIN: u8 = 1;

fn at(s: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(s)
}

fn inside(last: u8) -> IpAddress {
    IpAddress::v4(10, 0, 0, last)
}

fn remote(last: u8) -> IpAddress {
    IpAddress::v4(198, 51, 100, last)
}

fn forward(transport: Transport, port: u16, to: u8, to_port: u16) -> Forward {
    Forward { transport, port, to: Ipv4Addr::new(10, 0, 0, to), to_port }
}

/// A translator and what it wanted done.
struct Lab(Translator, Actions);

impl Lab {
    fn new(forwards: &[Forward]) -> Self {
        Self(Translator::new(Nat { forwards: forwards.to_vec() }), Actions::default())
    }

    /// A packet leaves; what is seen outside has right checksums.
    fn out(&mut self, now: Instant, mut bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        self.0.outbound(now, &mut bytes, O, &mut self.1)?;
        assert_eq!(&bytes[12..16], O.octets());
        assert!(fragment(&bytes) || sample::is_right(&bytes));
        Ok(bytes)
    }

    /// A packet comes; `None`: it is left as it is.
    fn back(&mut self, now: Instant, bytes: Vec<u8>) -> Result<Option<Vec<u8>>, Refusal> {
        let mut new = bytes.clone();
        match self.0.inbound(now, &mut new, O, &mut self.1)? {
            Inbound::Translated | Inbound::Hairpinned => {
                assert!(fragment(&new) || sample::is_right(&new));
                Ok(Some(new))
            }
            Inbound::Untouched => {
                assert_eq!(new, bytes);
                Ok(None)
            }
        }
    }

    fn hairpin(&mut self, now: Instant, mut bytes: Vec<u8>) -> Result<Option<Vec<u8>>, Refusal> {
        let done = self.0.hairpin(now, &mut bytes, O, &mut self.1)?;
        Ok((done == Inbound::Hairpinned).then(|| {
            assert!(sample::is_right(&bytes));
            bytes
        }))
    }

    fn events(&mut self) -> Vec<Event> {
        let event = |action| match action {
            Action::Event(event) => event,
            other => panic!("{other:?}"),
        };
        self.1.0.drain(..).map(event).collect()
    }

    /// The port outside of a UDP packet from there.
    fn port(&mut self, now: Instant, from: (IpAddress, u16), to: (IpAddress, u16)) -> u16 {
        ends(&self.out(now, sample::udp(from, to, b"x")).unwrap()).0.port
    }
}

fn fragment(bytes: &[u8]) -> bool {
    Packet::read(bytes).unwrap().fragment.is_some()
}

fn ends(bytes: &[u8]) -> (IpEndpoint, IpEndpoint) {
    let flow = Packet::read(bytes).unwrap().flow().unwrap();
    (flow.from, flow.to)
}

#[test]
fn a_datagram_and_its_answer_pass_and_only_addresses_change() {
    let mut lab = Lab::new(&[]);
    let sent = sample::udp((inside(2), 5_000), (remote(1), 53), b"who is it");
    let seen = lab.out(at(0), sent.clone()).unwrap();
    assert_eq!(seen, sample::udp((OUTSIDE, 5_000), (remote(1), 53), b"who is it"));
    let answer = sample::udp((remote(1), 53), (OUTSIDE, 5_000), b"me");
    let got = lab.back(at(1), answer).unwrap().unwrap();
    assert_eq!(got, sample::udp((remote(1), 53), (inside(2), 5_000), b"me"));
    let flow = Translation {
        transport: Some(Transport::Udp),
        inside: (inside(2), 5_000).into(),
        outside: (OUTSIDE, 5_000).into(),
        remote: (remote(1), 53).into(),
    };
    assert_eq!(lab.events(), [Event::Translation { entry: 0, flow }]);
}

#[test]
fn a_datagram_without_checksum_stays_without() {
    let mut lab = Lab::new(&[]);
    let mut sent = sample::udp((inside(2), 5_000), (remote(1), 53), b"x");
    sent[26..28].fill(0);
    assert_eq!(lab.out(at(0), sent).unwrap()[26..28], [0, 0]);
}

#[test]
fn a_damaged_datagram_stays_damaged() {
    let mut lab = Lab::new(&[]);
    let mut sent = sample::udp((inside(2), 5_000), (remote(1), 53), b"hello");
    sent[30] ^= 0x10;
    lab.0.outbound(at(0), &mut sent, O, &mut lab.1).unwrap();
    assert!(!sample::is_right(&sent));
    sent[30] ^= 0x10;
    assert!(sample::is_right(&sent));
}

#[test]
fn one_port_inside_is_one_port_outside_whoever_it_talks_with() {
    let mut lab = Lab::new(&[]);
    let first = lab.port(at(0), (inside(2), 5_000), (remote(1), 53));
    assert_eq!(lab.port(at(0), (inside(2), 5_000), (remote(2), 99)), first);
    assert_eq!(lab.events().len(), 1);
}

#[test]
fn a_port_in_use_gives_way_to_the_next_of_its_range_and_parity() {
    let mut lab = Lab::new(&[]);
    let to = (remote(1), 53);
    let ports = [2, 3, 4].map(|host| lab.port(at(0), (inside(host), 5_000), to));
    assert_eq!(ports, [5_000, 5_002, 5_004]);
    let low = [2, 3].map(|host| lab.port(at(0), (inside(host), 1_023), to));
    assert_eq!(low, [1_023, 1]);
    let high = [2, 3].map(|host| lab.port(at(0), (inside(host), 65_535), to));
    assert_eq!(high, [65_535, 1_025]);
}

#[test]
fn tcp_and_udp_ports_and_icmp_identifiers_are_counted_apart() {
    let mut lab = Lab::new(&[]);
    assert_eq!(lab.port(at(0), (inside(2), 5_000), (remote(1), 53)), 5_000);
    let syn = lab.out(at(0), sample::tcp((inside(3), 5_000), (remote(1), 80), SYN, b"")).unwrap();
    assert_eq!(ends(&syn).0.port, 5_000);
    let ping = lab.out(at(0), sample::echo(inside(4), remote(1), false, 5_000)).unwrap();
    assert_eq!(ends(&ping).0.port, 5_000);
}

#[test]
fn the_routers_own_ports_are_nobodys() {
    let mut lab = Lab::new(&[forward(Transport::Udp, 600, 9, 600)]);
    lab.0.reserve(Kind::Udp, 700);
    let to = (remote(1), 53);
    // RIP, a forwarded port, a reserved one.
    assert_eq!([520, 600, 700].map(|port| lab.port(at(0), (inside(2), port), to)), [522, 602, 702]);
    assert!(lab.0.is_taken(Kind::Udp, O, 522) && lab.0.is_taken(Kind::Udp, O, 600));
    assert!(!lab.0.is_taken(Kind::Udp, O, 520) && !lab.0.is_taken(Kind::Tcp, O, 522));
    let own = sample::udp((OUTSIDE, 520), (remote(1), 520), b"rip");
    assert_eq!(lab.out(at(0), own.clone()).unwrap(), own);
}

#[test]
fn a_stranger_is_let_in_nowhere() {
    let mut lab = Lab::new(&[]);
    lab.port(at(0), (inside(2), 5_000), (remote(1), 53));
    for stranger in [(remote(2), 53), (remote(1), 54)] {
        let packet = sample::udp(stranger, (OUTSIDE, 5_000), b"x");
        assert_eq!(lab.back(at(0), packet), Err(Refusal::NoTranslation));
    }
    let elsewhere = sample::udp((remote(1), 53), (OUTSIDE, 5_001), b"x");
    assert_eq!(lab.back(at(0), elsewhere), Ok(None));
    let past = sample::udp((remote(1), 53), (inside(2), 5_000), b"x");
    assert_eq!(lab.back(at(0), past), Ok(None));
}

#[test]
fn a_ping_comes_back_with_its_own_identifier_and_one_for_the_router_is_left_alone() {
    let mut lab = Lab::new(&[]);
    for (host, seen) in [(2, 7), (3, 9)] {
        let asked = lab.out(at(0), sample::echo(inside(host), remote(1), false, 7)).unwrap();
        assert_eq!(asked, sample::echo(OUTSIDE, remote(1), false, seen));
        let answer = sample::echo(remote(1), OUTSIDE, true, seen);
        let got = lab.back(at(1), answer).unwrap().unwrap();
        assert_eq!(got, sample::echo(remote(1), inside(host), true, 7));
    }
    assert_eq!(lab.back(at(1), sample::echo(remote(1), OUTSIDE, false, 7)), Ok(None));
    assert_eq!(lab.out(at(1), sample::echo(inside(2), remote(5), true, 7)), Err(Refusal::NoTranslation));
    assert_eq!(lab.0.poll_at(), Some(at(60)));
}

#[test]
fn a_udp_mapping_lives_five_minutes_after_the_last_packet_from_inside() {
    let mut lab = Lab::new(&[]);
    let (host, to) = ((inside(2), 5_000), (remote(1), 53));
    lab.port(at(0), host, to);
    lab.port(at(100), host, to);
    assert!(lab.back(at(390), sample::udp(to, (OUTSIDE, 5_000), b"x")).unwrap().is_some());
    assert_eq!(lab.0.poll_at(), Some(at(400)));
    lab.events();
    // It is over at that moment, polled or not.
    assert_eq!(lab.back(at(400), sample::udp(to, (OUTSIDE, 5_000), b"x")), Ok(None));
    assert_eq!(lab.events(), [Event::TranslationGone { entry: 0 }]);
    assert_eq!(lab.0.poll_at(), None);
}

#[test]
fn a_tcp_connection_lasts_long_once_established_and_short_when_closed() {
    let mut lab = Lab::new(&[]);
    let (host, to, seen) = ((inside(2), 5_000), (remote(1), 80), (OUTSIDE, 5_000));
    lab.out(at(0), sample::tcp(host, to, SYN, b"")).unwrap();
    lab.back(at(1), sample::tcp(to, seen, SYN | ACK, b"")).unwrap().unwrap();
    assert_eq!(lab.0.poll_at(), Some(at(241)));
    lab.out(at(2), sample::tcp(host, to, ACK, b"")).unwrap();
    assert_eq!(lab.0.poll_at(), Some(at(2 + 7_440)));
    lab.out(at(3), sample::tcp(host, to, ACK | FIN, b"")).unwrap();
    assert_eq!(lab.0.poll_at(), Some(at(3 + 7_440)));
    lab.back(at(4), sample::tcp(to, seen, ACK | FIN, b"")).unwrap().unwrap();
    assert_eq!(lab.0.poll_at(), Some(at(4 + 240)));
    lab.0.poll(at(244), &mut lab.1);
    assert_eq!(lab.events().last(), Some(&Event::TranslationGone { entry: 0 }));
}

#[test]
fn a_reset_begins_nothing_but_a_connection_survives_a_router_that_forgot_it() {
    let mut lab = Lab::new(&[]);
    let (host, to) = ((inside(2), 5_000), (remote(1), 80));
    assert_eq!(lab.out(at(0), sample::tcp(host, to, RST, b"")), Err(Refusal::NoTranslation));
    lab.out(at(0), sample::tcp(host, to, SYN, b"")).unwrap();
    lab.0.clear(&mut lab.1);
    assert_eq!(lab.0.poll_at(), None);
    let segment = sample::tcp(to, (OUTSIDE, 5_000), ACK, b"x");
    assert_eq!(lab.back(at(1), segment.clone()), Ok(None));
    lab.out(at(2), sample::tcp(host, to, ACK, b"")).unwrap();
    assert!(lab.back(at(3), segment).unwrap().is_some());
}

#[test]
fn a_forwarded_port_is_open_to_everybody_and_its_answers_leave_through_it() {
    let mut lab = Lab::new(&[forward(Transport::Tcp, 80, 9, 8_080), forward(Transport::Tcp, 81, 9, 8_080)]);
    for (n, port) in [(1, 80), (2, 81), (3, 80)] {
        let client = (remote(n), 4_000);
        let got = lab.back(at(0), sample::tcp(client, (OUTSIDE, port), SYN, b"")).unwrap().unwrap();
        assert_eq!(got, sample::tcp(client, (inside(9), 8_080), SYN, b""));
        let answer = lab.out(at(0), sample::tcp((inside(9), 8_080), client, SYN | ACK, b"")).unwrap();
        assert_eq!(answer, sample::tcp((OUTSIDE, port), client, SYN | ACK, b""));
    }
    // The same client through the other port: its answers could not be distinguished.
    let again = sample::tcp((remote(1), 4_000), (OUTSIDE, 81), SYN, b"");
    assert_eq!(lab.back(at(0), again), Err(Refusal::NoTranslation));
    // UDP is not forwarded.
    assert_eq!(lab.back(at(0), sample::udp((remote(1), 1), (OUTSIDE, 80), b"")), Ok(None));
    assert_eq!(lab.events().len(), 2);
}

#[test]
fn who_is_forwarded_to_also_calls_from_that_port() {
    let mut lab = Lab::new(&[forward(Transport::Udp, 53, 9, 5_353)]);
    assert_eq!(lab.port(at(0), (inside(9), 5_353), (remote(1), 7)), 53);
    assert!(lab.back(at(0), sample::udp((remote(2), 7), (OUTSIDE, 53), b"x")).unwrap().is_some());
}

#[test]
fn a_mapping_outlives_the_sessions_of_a_forward_to_the_same_machine() {
    let mut lab = Lab::new(&[]);
    let host = (inside(9), 5_353);
    assert_eq!(lab.port(at(0), host, (remote(1), 7)), 5_353);
    let forwards = vec![forward(Transport::Udp, 53, 9, 5_353)];
    lab.0.set_config(Nat { forwards }, &mut lab.1);
    lab.back(at(0), sample::udp((remote(2), 7), (OUTSIDE, 53), b"x")).unwrap().unwrap();
    lab.port(at(200), host, (remote(1), 7));
    // The session through the forwarded port is over; who is new is still talked to through the mapping.
    assert_eq!(lab.port(at(301), host, (remote(3), 7)), 5_353);
}

#[test]
fn forwards_that_go_take_their_translations_along_and_new_ones_push_others_out() {
    let mut lab = Lab::new(&[forward(Transport::Udp, 53, 9, 53)]);
    lab.back(at(0), sample::udp((remote(1), 7), (OUTSIDE, 53), b"x")).unwrap().unwrap();
    lab.port(at(0), (inside(2), 5_000), (remote(1), 7));
    lab.port(at(0), (inside(2), 6_000), (remote(1), 7));
    lab.events();
    let forwards = vec![forward(Transport::Udp, 5_000, 9, 53)];
    lab.0.set_config(Nat { forwards }, &mut lab.1);
    let gone = [0, 1].map(|entry| Event::TranslationGone { entry });
    assert_eq!(lab.events(), gone);
    assert_eq!(lab.back(at(0), sample::udp((remote(1), 7), (OUTSIDE, 53), b"x")), Ok(None));
    assert_eq!(lab.port(at(0), (inside(2), 5_000), (remote(1), 7)), 5_002);
}

#[test]
fn an_error_from_outside_reaches_who_sent_the_packet_in_it() {
    let mut lab = Lab::new(&[]);
    lab.port(at(0), (inside(3), 5_000), (remote(1), 53));
    for (sent, more) in [
        (sample::udp((inside(2), 5_000), (remote(1), 53), b"hello"), 8),
        (sample::udp((inside(2), 5_000), (remote(1), 53), b"hello"), 100),
        (sample::tcp((inside(2), 5_000), (remote(1), 80), SYN, b""), 8),
        (sample::tcp((inside(2), 5_000), (remote(1), 80), SYN, b""), 20),
        (sample::echo(inside(2), remote(1), false, 7), 9),
        (sample::echo(inside(2), remote(1), false, 7), 100),
    ] {
        let seen = lab.out(at(0), sent.clone()).unwrap();
        // From a router on the way (RFC 5508, REQ-4): its own address stays.
        let got = lab.back(at(1), sample::error(remote(9), &seen, more)).unwrap().unwrap();
        let packet = Packet::read(&got).unwrap();
        assert_eq!((packet.source, packet.destination), (remote(9), inside(2)));
        let embedded = &got[28..];
        assert_eq!(embedded, &sent[..sent.len().min(20 + more)]);
    }
    let stray = sample::udp((OUTSIDE, 9_999), (remote(1), 53), b"");
    assert_eq!(lab.back(at(1), sample::error(remote(9), &stray, 8)), Ok(None));
    let other = sample::udp((OUTSIDE, 5_000), (remote(7), 53), b"");
    assert_eq!(lab.back(at(1), sample::error(remote(9), &other, 8)), Ok(None));
}

#[test]
fn an_error_from_inside_shows_nothing_of_the_inside() {
    let mut lab = Lab::new(&[forward(Transport::Udp, 53, 9, 5_353)]);
    let asked = sample::udp((remote(1), 7), (OUTSIDE, 53), b"hello");
    let got = lab.back(at(0), asked.clone()).unwrap().unwrap();
    // From the host itself, and from a router inside (RFC 5508, REQ-5).
    for from in [inside(9), inside(77)] {
        let seen = lab.out(at(0), sample::error(from, &got, 100)).unwrap();
        assert_eq!(seen, sample::error(OUTSIDE, &asked, 100));
    }
    let stray = sample::error(inside(9), &sample::udp((remote(1), 7), (inside(9), 1), b""), 8);
    assert_eq!(lab.out(at(0), stray), Err(Refusal::NoTranslation));
}

#[test]
fn a_damaged_error_is_not_made_to_look_right() {
    let mut lab = Lab::new(&[]);
    let seen = lab.out(at(0), sample::udp((inside(2), 5_000), (remote(1), 53), b"hello")).unwrap();
    for place in [22, 27, 38, 50] {
        let mut error = sample::error(remote(9), &seen, 8);
        error[place] ^= 1;
        assert_eq!(lab.back(at(0), error), Err(Refusal::Malformed));
    }
}

#[test]
fn an_error_about_a_damaged_header_goes_nowhere() {
    let mut lab = Lab::new(&[]);
    let mut seen = lab.out(at(0), sample::udp((inside(2), 5_000), (remote(1), 53), b"hello")).unwrap();
    // The time to live of the packet in the error, but not its checksum; the error's own is right.
    seen[8] ^= 1;
    assert_eq!(lab.back(at(0), sample::error(remote(9), &seen, 8)), Err(Refusal::Malformed));
}

#[test]
fn what_follows_the_packet_in_an_error_is_left_alone() {
    let mut lab = Lab::new(&[]);
    let sent = sample::tcp((inside(2), 5_000), (remote(1), 80), SYN, b"");
    lab.port(at(0), (inside(3), 5_000), (remote(1), 80));
    let seen = lab.out(at(0), sent).unwrap();
    // A packet that says it ends before its TCP checksum, and extensions of the error after it (RFC 4884).
    let short = sample::packet(OUTSIDE, remote(1), crate::flow::TCP, &seen[20..28]);
    let extended = sample::packet(
        remote(9),
        OUTSIDE,
        crate::flow::ICMP,
        &[&[3, 3, 0, 0, 0, 0, 0, 0], &short[..], &[0xee; 40]].concat(),
    );
    let got = lab.back(at(0), extended).unwrap().unwrap();
    assert_eq!(got[got.len() - 40..], [0xee; 40]);
}

#[test]
fn errors_keep_nothing_alive() {
    let mut lab = Lab::new(&[]);
    let seen = lab.out(at(0), sample::udp((inside(2), 5_000), (remote(1), 53), b"")).unwrap();
    lab.back(at(200), sample::error(remote(9), &seen, 8)).unwrap().unwrap();
    assert_eq!(lab.0.poll_at(), Some(at(300)));
}

#[test]
fn fragments_follow_the_first_in_both_directions() {
    let mut lab = Lab::new(&[]);
    lab.port(at(0), (inside(3), 5_000), (remote(1), 53));
    let sent = sample::fragments(&sample::udp((inside(2), 5_000), (remote(1), 53), &[7; 300]), 64);
    assert_eq!(lab.out(at(0), sent[1].clone()), Err(Refusal::NoTranslation));
    let [first, later] = sent.map(|piece| lab.out(at(0), piece).unwrap());
    let whole = sample::joined([&first, &later]);
    assert_eq!(whole, sample::udp((OUTSIDE, 5_002), (remote(1), 53), &[7; 300]));
    let answer = sample::fragments(&sample::udp((remote(1), 53), (OUTSIDE, 5_002), &[8; 300]), 64);
    assert_eq!(lab.back(at(0), answer[1].clone()), Ok(None));
    let [first, later] = answer.map(|piece| lab.back(at(0), piece).unwrap().unwrap());
    let whole = sample::joined([&first, &later]);
    assert_eq!(whole, sample::udp((remote(1), 53), (inside(2), 5_000), &[8; 300]));
}

#[test]
fn a_fragment_is_not_recognized_for_ever_nor_are_more_than_64() {
    let mut lab = Lab::new(&[]);
    let sent = |id: u8| sample::fragments(&sample::udp((inside(2), 5_000), (remote(id), 53), &[7; 300]), 64);
    for id in 0..65 {
        lab.out(at(0), sent(id)[0].clone()).unwrap();
    }
    assert_eq!(lab.out(at(0), sent(0)[1].clone()), Err(Refusal::NoTranslation));
    assert!(lab.out(at(59), sent(1)[1].clone()).is_ok());
    assert_eq!(lab.out(at(60), sent(1)[1].clone()), Err(Refusal::NoTranslation));
}

#[test]
fn two_machines_inside_meet_at_their_outside_addresses() {
    let mut lab = Lab::new(&[forward(Transport::Tcp, 80, 9, 8_080)]);
    // Through a forwarded port.
    let got = lab.hairpin(at(0), sample::tcp((inside(2), 4_000), (OUTSIDE, 80), SYN, b"")).unwrap().unwrap();
    assert_eq!(got, sample::tcp((OUTSIDE, 4_000), (inside(9), 8_080), SYN, b""));
    let back = lab.hairpin(at(0), sample::tcp((inside(9), 8_080), (OUTSIDE, 4_000), SYN | ACK, b"")).unwrap();
    assert_eq!(back.unwrap(), sample::tcp((OUTSIDE, 80), (inside(2), 4_000), SYN | ACK, b""));
    // An error comes back as well (RFC 5508, REQ-7).
    let error = lab.hairpin(at(0), sample::error(inside(9), &got, 20));
    let expected = sample::error(OUTSIDE, &sample::tcp((inside(2), 4_000), (OUTSIDE, 80), SYN, b""), 20);
    assert_eq!(error.unwrap().unwrap(), expected);
}

#[test]
fn what_hits_no_translation_from_inside_is_for_the_router() {
    let mut lab = Lab::new(&[]);
    assert_eq!(lab.hairpin(at(0), sample::udp((inside(2), 5), (OUTSIDE, 9), b"")), Ok(None));
    assert_eq!(lab.hairpin(at(0), sample::echo(inside(2), OUTSIDE, false, 9)), Ok(None));
    assert_eq!(lab.0.poll_at(), None);
}

#[test]
fn holes_are_punched_from_both_sides() {
    let mut lab = Lab::new(&[]);
    lab.port(at(0), (inside(2), 5_000), (remote(1), 53));
    lab.port(at(0), (inside(3), 6_000), (remote(1), 53));
    let first = lab.hairpin(at(1), sample::udp((inside(2), 5_000), (OUTSIDE, 6_000), b"hi"));
    assert_eq!(first, Err(Refusal::NoTranslation));
    let second = lab.hairpin(at(1), sample::udp((inside(3), 6_000), (OUTSIDE, 5_000), b"ho"));
    assert_eq!(second.unwrap().unwrap(), sample::udp((OUTSIDE, 6_000), (inside(2), 5_000), b"ho"));
}

/// A connection of this host's port is opened, as far as its third segment.
fn establish(lab: &mut Lab, now: Instant, port: u16) {
    let (near, far) = ((inside(2), port), (remote(1), 80));
    let outside = ends(&lab.out(now, sample::tcp(near, far, SYN, b"")).unwrap()).0.port;
    lab.back(now, sample::tcp(far, (OUTSIDE, outside), SYN | ACK, b"")).unwrap().unwrap();
    lab.out(now, sample::tcp(near, far, ACK, b"")).unwrap();
}

#[test]
fn a_full_table_gives_up_the_session_that_was_idle_longest() {
    let mut lab = Lab::new(&[]);
    let syn = |n: u16| sample::tcp((inside(2), n), (remote(1), 80), SYN, b"");
    establish(&mut lab, at(0), 1_500);
    lab.out(at(1), syn(1_501)).unwrap();
    // A ping that goes on, and a scan whose SYNs are answered by resets.
    let ping = || sample::echo(inside(3), remote(1), false, 7);
    lab.out(at(2), ping()).unwrap();
    for n in 0..SESSIONS_MAX as u16 - 3 {
        let outside = ends(&lab.out(at(3), syn(2_000 + n)).unwrap()).0.port;
        lab.back(at(3), sample::tcp((remote(1), 80), (OUTSIDE, outside), RST | ACK, b"")).unwrap();
    }
    lab.out(at(4), ping()).unwrap();
    lab.events();
    let opens = |lab: &mut Lab, port| {
        lab.port(at(5), (inside(4), port), (remote(2), 53));
        lab.events()
            .into_iter()
            .filter_map(|event| match event {
                Event::TranslationGone { entry } => Some(entry),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(opens(&mut lab, 9), [1], "the SYN of second 1, which nothing answered");
    assert_eq!([opens(&mut lab, 10), opens(&mut lab, 11)], [[3], [4]], "the first two of the scan");
    assert!(lab.out(at(6), sample::tcp((inside(2), 1_500), (remote(1), 80), ACK, b"")).is_ok());
    assert_eq!(ends(&lab.out(at(6), ping()).unwrap()).0.port, 7);
    assert_eq!(lab.events(), [], "both were still there");
}

#[test]
fn a_table_of_established_connections_keeps_them_and_takes_no_more() {
    let mut lab = Lab::new(&[]);
    for n in 0..SESSIONS_MAX as u16 {
        establish(&mut lab, at(0), 2_000 + n);
    }
    let new = |port| sample::udp((inside(3), port), (remote(1), 53), b"");
    assert_eq!(lab.out(at(1), new(5)), Err(Refusal::TranslationsFull));
    assert!(lab.out(at(1), sample::tcp((inside(2), 2_000), (remote(1), 80), ACK, b"")).is_ok());
    // One of them closes, and makes room at once.
    lab.out(at(2), sample::tcp((inside(2), 2_000), (remote(1), 80), RST, b"")).unwrap();
    assert!(lab.out(at(2), new(5)).is_ok());
    assert!(lab.out(at(2), new(6)).is_ok(), "and the datagram in its place is the next to go");
}

#[test]
fn protocols_without_ports_and_half_headers_do_not_pass() {
    let mut lab = Lab::new(&[]);
    let gre = sample::packet(inside(2), remote(1), 47, &[0; 20]);
    assert_eq!(lab.out(at(0), gre.clone()), Err(Refusal::NoTranslation));
    let tiny = sample::fragments(&sample::tcp((inside(2), 5), (remote(1), 6), SYN, &[0; 40]), 16);
    assert_eq!(lab.out(at(0), tiny[0].clone()), Err(Refusal::Malformed));
    assert_eq!(lab.out(at(0), vec![0x45; 7]), Err(Refusal::Malformed));
}

/// A packet from inside: kind, host, port, remote host, remote port.
fn packets() -> impl Strategy<Value = Vec<(u8, u8, u16, u8, u16, Vec<u8>)>> {
    let data = prop::collection::vec(any::<u8>(), 0..20);
    prop::collection::vec((0u8..3, 2u8..6, 0u16..6, 1u8..4, 1u16..4, data), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_packet_and_its_answer_arrive_unchanged_but_for_the_address_and_no_two_mappings_collide(
        packets in packets(),
    ) {
        let mut lab = Lab::new(&[forward(Transport::Udp, 3, 5, 3)]);
        let mut seen = std::collections::BTreeMap::new();
        for (n, (kind, host, port, to, to_port, data)) in packets.into_iter().enumerate() {
            let now = at(n as u64);
            let (from, to) = ((inside(host), port), (remote(to), to_port));
            let make = |from, to, reply| match kind {
                0 => sample::udp(from, to, &data),
                1 => sample::tcp(from, to, SYN | ACK, &data),
                _ if reply => sample::echo(from.0, to.0, true, to.1),
                _ => sample::echo(from.0, to.0, false, from.1),
            };
            let outside = lab.out(now, make(from, to, false)).unwrap();
            let port_seen = ends(&outside).0.port;
            prop_assert_eq!(&outside, &make((OUTSIDE, port_seen), to, false));
            prop_assert_eq!(*seen.entry((kind, port_seen)).or_insert((host, port)), (host, port));
            let answer = lab.back(now, make(to, (OUTSIDE, port_seen), true)).unwrap();
            prop_assert_eq!(answer.unwrap(), make(to, from, true));
            let error = lab.back(now, sample::error(remote(9), &outside, 64)).unwrap();
            prop_assert_eq!(error.unwrap(), sample::error(remote(9), &make(from, to, false), 64));
        }
        // Everything ends by itself.
        let mut rounds = 0;
        while let Some(next) = lab.0.poll_at() {
            lab.0.poll(next, &mut lab.1);
            rounds += 1;
            prop_assert!(rounds < 100);
        }
        let events = lab.events();
        let begun = events.iter().filter(|event| matches!(event, Event::Translation { .. })).count();
        prop_assert_eq!(events.len(), begun * 2);
    }

    #[test]
    fn any_bytes_are_translated_or_refused(
        packets in prop::collection::vec((sample::nearly_packets(), 0u8..3), 1..40),
    ) {
        let forwards = vec![Forward { transport: Transport::Udp, port: 2, to: Ipv4Addr::new(10, 0, 0, 1), to_port: 1 }];
        let mut translator = Translator::new(Nat { forwards });
        let mut out = Actions::default();
        let outside = Ipv4Addr::new(10, 0, 0, 3);
        for (n, (mut bytes, way)) in packets.into_iter().enumerate() {
            let (now, length) = (at(n as u64), bytes.len());
            let right = sample::is_right(&bytes);
            let done = match way {
                0 => translator.outbound(now, &mut bytes, outside, &mut out).map(|()| Inbound::Translated),
                1 => translator.inbound(now, &mut bytes, outside, &mut out),
                _ => translator.hairpin(now, &mut bytes, outside, &mut out),
            };
            prop_assert_eq!(bytes.len(), length);
            let whole = Packet::read(&bytes).is_some_and(|packet| packet.fragment.is_none());
            if done.is_ok() && right && whole {
                prop_assert!(sample::is_right(&bytes), "{done:?} {bytes:02x?}");
            }
        }
    }
}
