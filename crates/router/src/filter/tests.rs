use super::*;
use crate::config::{Protocol, Rule, Verdict};
use crate::sample;
use proptest::prelude::*;
use smoltcp::wire::{IpAddress, IpCidr};
use wire::node::Action;

const INSIDE: PortId = PortId(0);
const OUTSIDE: PortId = PortId(1);
const SYN: u8 = 2;
const ACK: u8 = 16;
const RST: u8 = 4;
const FIN: u8 = 1;
const ANY: Rule =
    Rule { verdict: Verdict::Allow, port: None, from: None, to: None, protocol: None, to_ports: None };

fn at(s: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(s)
}

fn a(last: u8) -> IpAddress {
    IpAddress::v4(10, 0, 0, last)
}

fn b(last: u8) -> IpAddress {
    IpAddress::v4(192, 0, 2, last)
}

/// What every home has: out is allowed, in is not.
fn home() -> Filter {
    Filter { rules: vec![Rule { port: Some(INSIDE.0), ..ANY }], otherwise: Verdict::Deny }
}

fn of(rules: &[Rule], otherwise: Verdict) -> Filter {
    Filter { rules: rules.to_vec(), otherwise }
}

#[derive(Default)]
struct Lab(Tracker, Actions);

impl Lab {
    fn judge(&mut self, s: u64, packet: &[u8], ingress: PortId, filter: &Filter) -> Decision {
        self.0.judge(at(s), packet, ingress, filter, &mut self.1)
    }

    fn events(&mut self) -> Vec<Event> {
        let event = |action| match action {
            Action::Event(event) => event,
            other => panic!("{other:?}"),
        };
        self.1.0.drain(..).map(event).collect()
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let net = |text: (u8, u8)| Some(IpCidr::new(IpAddress::v4(10, 0, 0, text.0), text.1));
    let rules = [
        Rule { verdict: Verdict::Reject, to_ports: Some(23..=23), ..ANY },
        Rule { verdict: Verdict::Deny, protocol: Some(Protocol::Tcp), to_ports: Some(20..=30), ..ANY },
        Rule { verdict: Verdict::Deny, from: net((4, 30)), ..ANY },
        Rule { verdict: Verdict::Deny, to: Some(IpCidr::new(b(9), 32)), ..ANY },
        Rule { verdict: Verdict::Deny, port: Some(7), ..ANY },
        Rule { verdict: Verdict::Deny, protocol: Some(Protocol::Icmp), ..ANY },
    ];
    let filter = of(&rules, Verdict::Allow);
    let mut lab = Lab::default();
    let mut judge = |packet: Vec<u8>, port| lab.judge(0, &packet, PortId(port), &filter);
    let (from, to) = ((a(1), 1_000), b(1));
    assert_eq!(judge(sample::tcp(from, (to, 23), SYN, b""), 0), Decision::Reject(Some(0)));
    assert_eq!(judge(sample::udp(from, (to, 23), b""), 0), Decision::Reject(Some(0)));
    assert_eq!(judge(sample::tcp(from, (to, 30), SYN, b""), 0), Decision::Deny(Some(1)));
    assert_eq!(judge(sample::udp(from, (to, 30), b""), 0), Decision::Allow);
    assert_eq!(judge(sample::udp((a(7), 1), (to, 31), b""), 0), Decision::Deny(Some(2)));
    assert_eq!(judge(sample::udp((a(8), 1), (to, 31), b""), 0), Decision::Allow);
    assert_eq!(judge(sample::udp(from, (b(9), 31), b""), 0), Decision::Deny(Some(3)));
    assert_eq!(judge(sample::udp(from, (to, 32), b""), 7), Decision::Deny(Some(4)));
    assert_eq!(judge(sample::echo(a(1), to, false, 23), 0), Decision::Deny(Some(5)));
    let [v6a, v6b] = [1, 2].map(|n| IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, n));
    assert_eq!(judge(sample::echo(v6a, v6b, false, 23), 0), Decision::Deny(Some(5)));
    assert_eq!(judge(sample::udp((v6a, 1), (v6b, 31), b""), 0), Decision::Allow);
    assert_eq!(judge(sample::packet(a(1), to, 47, &[0; 8]), 0), Decision::Allow);
}

#[test]
fn where_no_rule_fits_the_filter_says_what_happens() {
    let packet = sample::udp((a(1), 5), (b(1), 6), b"");
    let judge = |otherwise| Lab::default().judge(0, &packet, INSIDE, &of(&[], otherwise));
    assert_eq!(judge(Verdict::Allow), Decision::Allow);
    assert_eq!(judge(Verdict::Deny), Decision::Deny(None));
    assert_eq!(judge(Verdict::Reject), Decision::Reject(None));
}

#[test]
fn answers_pass_and_strangers_do_not() {
    let mut lab = Lab::default();
    let v6 = |n| IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, n);
    for (n, (us, them)) in [(a(1), b(1)), (v6(1), v6(2))].into_iter().enumerate() {
        let answer = sample::udp((them, 53), (us, 5), b"");
        assert_eq!(lab.judge(0, &answer, OUTSIDE, &home()), Decision::Deny(None));
        let question = sample::udp((us, 5), (them, 53), b"");
        assert_eq!(lab.judge(0, &question, INSIDE, &home()), Decision::Allow);
        assert_eq!(lab.judge(1, &answer, OUTSIDE, &home()), Decision::Allow);
        let other = sample::udp((them, 54), (us, 5), b"");
        assert_eq!(lab.judge(1, &other, OUTSIDE, &home()), Decision::Deny(None));
        let flow = Flow { protocol: UDP, from: (us, 5).into(), to: (them, 53).into() };
        let entry = n as u32;
        assert_eq!(lab.events(), [Event::Connection { entry, flow, rule: Some(0) }]);
        assert_eq!(lab.judge(1, &sample::echo(them, us, true, 9), OUTSIDE, &home()), Decision::Deny(None));
    }
}

#[test]
fn who_was_pinged_may_answer_but_not_ping_back() {
    let mut lab = Lab::default();
    let v6 = |n| IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, n);
    for (us, them) in [(a(1), b(1)), (v6(1), v6(2))] {
        assert_eq!(lab.judge(0, &sample::echo(us, them, false, 9), INSIDE, &home()), Decision::Allow);
        assert_eq!(lab.judge(0, &sample::echo(them, us, false, 9), OUTSIDE, &home()), Decision::Deny(None));
        assert_eq!(lab.judge(0, &sample::echo(us, them, true, 9), OUTSIDE, &home()), Decision::Deny(None));
        assert_eq!(lab.judge(0, &sample::echo(them, us, true, 9), OUTSIDE, &home()), Decision::Allow);
        // Where both may ask, each gets its answer.
        let both = of(&[ANY], Verdict::Deny);
        assert_eq!(lab.judge(0, &sample::echo(them, us, false, 9), OUTSIDE, &both), Decision::Allow);
        assert_eq!(lab.judge(0, &sample::echo(us, them, true, 9), INSIDE, &home()), Decision::Allow);
        assert_eq!(lab.judge(0, &sample::echo(them, us, true, 9), OUTSIDE, &home()), Decision::Allow);
    }
}

#[test]
fn pings_are_answered_and_answers_begin_nothing() {
    let mut lab = Lab::default();
    assert_eq!(lab.judge(0, &sample::echo(a(1), b(1), true, 9), INSIDE, &home()), Decision::Allow);
    let answer = sample::echo(b(1), a(1), true, 9);
    assert_eq!(lab.judge(0, &answer, OUTSIDE, &home()), Decision::Deny(None));
    assert_eq!(lab.judge(0, &sample::echo(a(1), b(1), false, 9), INSIDE, &home()), Decision::Allow);
    assert_eq!(lab.judge(59, &answer, OUTSIDE, &home()), Decision::Allow);
    assert_eq!(lab.0.poll_at(), Some(at(119)));
}

#[test]
fn a_connection_is_followed_to_its_end() {
    let mut lab = Lab::default();
    let (us, them) = ((a(1), 5_000), (b(1), 80));
    let mut step = |s, out: bool, flags| {
        let (from, to, port) = if out { (us, them, INSIDE) } else { (them, us, OUTSIDE) };
        let decision = lab.judge(s, &sample::tcp(from, to, flags, b""), port, &home());
        (decision, lab.0.poll_at())
    };
    let allowed = |until| (Decision::Allow, Some(at(until)));
    assert_eq!(step(0, false, SYN), (Decision::Deny(None), None));
    assert_eq!(step(0, true, RST), (Decision::Allow, None));
    assert_eq!(step(1, true, SYN), allowed(241));
    assert_eq!(step(2, false, SYN | ACK), allowed(242));
    assert_eq!(step(3, true, ACK), allowed(7_443));
    assert_eq!(step(4, true, ACK | FIN), allowed(7_444));
    assert_eq!(step(5, false, ACK | FIN), allowed(245));
    assert_eq!(step(6, true, ACK), allowed(246));
    assert_eq!(step(246, false, ACK), (Decision::Deny(None), None));
    assert!(matches!(lab.events()[..], [Event::Connection { .. }, Event::ConnectionGone { entry: 0 }]));
}

#[test]
fn errors_about_a_connection_pass_and_others_do_not() {
    let mut lab = Lab::default();
    let sent = sample::udp((a(1), 5), (b(1), 53), b"");
    let error = sample::error(b(7), &sent, 8);
    assert_eq!(lab.judge(0, &error, OUTSIDE, &home()), Decision::Deny(None));
    lab.judge(0, &sent, INSIDE, &home());
    assert_eq!(lab.judge(0, &error, OUTSIDE, &home()), Decision::Allow);
    // To another host than the packet's sender.
    let mut astray = sample::error(b(7), &sent, 8);
    astray[19] = 99;
    assert_eq!(lab.judge(0, &astray, OUTSIDE, &home()), Decision::Deny(None));
    assert_eq!(lab.0.poll_at(), Some(at(120)));
}

#[test]
fn fragments_share_the_fate_of_the_first() {
    let filter = of(&[Rule { protocol: Some(Protocol::Udp), to_ports: Some(53..=53), ..ANY }], Verdict::Deny);
    for (port, decision) in [(53, Decision::Allow), (54, Decision::Deny(None))] {
        let mut lab = Lab::default();
        let pieces = sample::fragments(&sample::udp((a(1), 5), (b(1), port), &[1; 200]), 64);
        for piece in pieces {
            assert_eq!(lab.judge(0, &piece, INSIDE, &filter), decision);
        }
    }
}

#[test]
fn what_is_forbidden_does_not_pass_in_pieces() {
    let later = &sample::fragments(&sample::udp((a(1), 5), (b(1), 53), &[1; 200]), 64)[1];
    let rule = |verdict| Rule { verdict, to_ports: Some(53..=53), ..ANY };
    let judge = |filter: &Filter| Lab::default().judge(0, later, INSIDE, filter);
    assert_eq!(judge(&of(&[rule(Verdict::Deny)], Verdict::Allow)), Decision::Deny(Some(0)));
    assert_eq!(judge(&of(&[rule(Verdict::Allow)], Verdict::Deny)), Decision::Deny(None));
    assert_eq!(judge(&of(&[], Verdict::Allow)), Decision::Allow);
    let tiny = &sample::fragments(&sample::tcp((a(1), 5), (b(1), 80), SYN, &[1; 200]), 8)[0];
    assert_eq!(Lab::default().judge(0, tiny, INSIDE, &of(&[], Verdict::Allow)), Decision::Deny(None));
}

#[test]
fn new_rules_hold_for_old_connections() {
    let mut lab = Lab::default();
    for port in [53, 54, 55] {
        lab.judge(0, &sample::udp((a(1), 5), (b(1), port), b""), INSIDE, &home());
    }
    lab.events();
    let rules = [
        Rule { verdict: Verdict::Deny, to_ports: Some(53..=53), ..ANY },
        Rule { to_ports: Some(54..=54), port: Some(INSIDE.0), ..ANY },
    ];
    let filter = of(&rules, Verdict::Deny);
    lab.0.set_filter(&filter, &mut lab.1);
    let flow = Flow { protocol: UDP, from: (a(1), 5).into(), to: (b(1), 54).into() };
    assert_eq!(
        lab.events(),
        [
            Event::ConnectionGone { entry: 0 },
            Event::Connection { entry: 1, flow, rule: Some(1) },
            Event::ConnectionGone { entry: 2 },
        ]
    );
    let answer = |port| sample::udp((b(1), port), (a(1), 5), b"");
    assert_eq!(lab.judge(1, &answer(53), OUTSIDE, &filter), Decision::Deny(None));
    assert_eq!(lab.judge(1, &answer(54), OUTSIDE, &filter), Decision::Allow);
    lab.0.clear(&mut lab.1);
    assert_eq!((lab.events(), lab.0.poll_at()), (vec![Event::ConnectionGone { entry: 1 }], None));
}

#[test]
fn a_flood_pushes_out_what_is_young_and_spares_what_is_established() {
    let mut lab = Lab::default();
    let (us, them) = ((a(1), 5_000), (b(1), 80));
    lab.judge(0, &sample::tcp(us, them, SYN, b""), INSIDE, &home());
    lab.judge(0, &sample::tcp(them, us, SYN | ACK, b""), OUTSIDE, &home());
    lab.judge(0, &sample::tcp(us, them, ACK, b""), INSIDE, &home());
    let syn = |n: u16| sample::tcp((a(2), n), them, SYN, b"");
    for n in 0..5_000 {
        assert_eq!(lab.judge(u64::from(n / 100), &syn(n), INSIDE, &home()), Decision::Allow);
    }
    assert_eq!(lab.0.connections.len(), CONNECTIONS_MAX);
    let gone: Vec<Event> =
        lab.events().into_iter().filter(|event| matches!(event, Event::ConnectionGone { .. })).collect();
    assert_eq!(gone.len(), 5_001 - CONNECTIONS_MAX);
    // The oldest first; entry 0 is the established one.
    assert_eq!(gone[0], Event::ConnectionGone { entry: 1 });
    assert_eq!(lab.judge(60, &sample::tcp(them, us, ACK, b""), OUTSIDE, &home()), Decision::Allow);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_judged_and_nothing_comes_in_that_nobody_asked_for(
        packets in prop::collection::vec((sample::nearly_packets(), any::<bool>()), 1..60),
    ) {
        let mut lab = Lab::default();
        let mut asked = std::collections::BTreeSet::new();
        for (n, (bytes, inside)) in packets.into_iter().enumerate() {
            let port = if inside { INSIDE } else { OUTSIDE };
            let decision = lab.judge(n as u64, &bytes, port, &home());
            let Some(packet) = Packet::read(&bytes) else {
                prop_assert_eq!(decision, Decision::Deny(None));
                continue;
            };
            let flow = packet.flow();
            match (inside, flow) {
                (true, Some(flow)) if decision == Decision::Allow => {
                    asked.insert(flow);
                }
                (false, Some(flow)) if decision == Decision::Allow => {
                    prop_assert!(asked.contains(&flow.reversed()) || asked.contains(&flow));
                }
                _ => {}
            }
        }
        while let Some(next) = lab.0.poll_at() {
            let before = lab.0.connections.len();
            lab.0.poll(next, &mut lab.1);
            prop_assert!(lab.0.connections.len() < before);
        }
    }
}
