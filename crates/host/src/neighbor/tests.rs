use super::*;

const IP: IpAddress = IpAddress::v4(10, 0, 0, 2);
const ONE: EthernetAddress = EthernetAddress([2, 0x51, 0, 0, 0, 1]);
const TWO: EthernetAddress = EthernetAddress([2, 0x51, 0, 0, 0, 2]);
const REPLY: Evidence = Evidence::Advertisement { solicited: true, overrides: true };

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

fn effects(table: &mut Neighbors) -> Vec<String> {
    let text = |effect| match effect {
        Effect::Solicit(_, None) => "ask all".into(),
        Effect::Solicit(_, Some(mac)) => format!("ask {}", mac.0[5]),
        Effect::Send(mac, frame) => format!("send {} to {}", frame[0], mac.0[5]),
        Effect::Unanswered(frame) => format!("give up {}", frame[0]),
        Effect::Overflow(frame) => format!("overflow {}", frame[0]),
        Effect::Known(_, mac) => format!("known {}", mac.0[5]),
        Effect::Gone(_) => "gone".into(),
        Effect::Silent(_) => "silent".into(),
    };
    std::iter::from_fn(|| table.next_effect()).map(text).collect()
}

fn known() -> Neighbors {
    let mut table = Neighbors::default();
    table.learn(at(0), IP, Some(ONE), Evidence::Request);
    assert_eq!(effects(&mut table), ["known 1"]);
    table
}

/// Polls whenever something is due, up to `until`.
fn run(table: &mut Neighbors, until: Instant) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    while let Some(at) = table.deadline().filter(|at| *at <= until) {
        table.poll(at);
        let millis = (at - Instant::ZERO).nanos() / 1_000_000;
        all.extend(effects(table).into_iter().map(|effect| (millis, effect)));
    }
    all
}

#[test]
fn packets_wait_for_the_answer_and_go_in_order() {
    let mut table = Neighbors::default();
    assert_eq!(table.lookup(at(0), &IP), None);
    for number in [1, 2] {
        table.wait(at(0), IP, Frame::copy_from(&[number]));
    }
    assert_eq!(effects(&mut table), ["ask all"]);
    table.learn(at(500), IP, Some(ONE), REPLY);
    assert_eq!(effects(&mut table), ["known 1", "send 1 to 1", "send 2 to 1"]);
    assert_eq!(table.lookup(at(501), &IP), Some(ONE));
}

#[test]
fn a_neighbor_that_does_not_answer_is_asked_three_times_and_its_packets_are_given_up() {
    let mut table = Neighbors::default();
    table.wait(at(0), IP, Frame::copy_from(&[7]));
    assert_eq!(effects(&mut table), ["ask all"]);
    let then = [(1_000, "ask all"), (2_000, "ask all"), (3_000, "silent"), (3_000, "give up 7")];
    assert_eq!(run(&mut table, at(10_000)), then.map(|(at, what)| (at, what.to_owned())));
    assert_eq!(table.deadline(), None);
    table.wait(at(20_000), IP, Frame::copy_from(&[8]));
    assert_eq!(effects(&mut table), ["ask all"], "the next packet asks again");
    run(&mut table, at(30_000));
    table.learn(at(31_000), IP, Some(ONE), REPLY);
    assert_eq!(effects(&mut table), ["known 1"], "a late answer is taken");
}

#[test]
fn the_queue_is_bounded_and_the_oldest_goes() {
    let mut table = Neighbors::default();
    for number in 0..=WAITING_EACH_MAX {
        table.wait(at(0), IP, Frame::copy_from(&[number as u8]));
    }
    assert_eq!(effects(&mut table), ["ask all", "overflow 0"]);
}

#[test]
fn what_is_used_and_not_heard_is_probed_and_removed_when_it_is_silent() {
    let mut table = known();
    table.heard(at(0), &IP, ONE);
    assert_eq!(table.lookup(at(59_999), &IP), Some(ONE));
    assert_eq!(table.deadline(), None, "it was heard less than a minute ago");
    assert_eq!(table.lookup(at(60_000), &IP), Some(ONE), "it is used with a doubt");
    let then = [(65_000, "ask 1"), (66_000, "ask 1"), (67_000, "ask 1"), (68_000, "gone")];
    assert_eq!(run(&mut table, at(100_000)), then.map(|(at, what)| (at, what.to_owned())));
    assert!(!table.knows(&IP));
}

#[test]
fn a_packet_from_the_neighbor_ends_the_doubt_and_one_from_another_station_does_not() {
    let mut table = known();
    assert_eq!(table.lookup(at(0), &IP), Some(ONE));
    assert_eq!(table.deadline(), Some(at(5_000)), "it has only asked, so it is probed");
    table.heard(at(100), &IP, TWO);
    assert_eq!(run(&mut table, at(5_000)).len(), 1);
    let mut table = known();
    table.lookup(at(0), &IP);
    table.heard(at(100), &IP, ONE);
    assert_eq!(run(&mut table, at(50_000)), []);
}

#[test]
fn an_announcement_updates_what_is_known_and_makes_no_entry() {
    let mut table = Neighbors::default();
    let announcement = Evidence::Advertisement { solicited: false, overrides: true };
    table.learn(at(0), IP, Some(ONE), announcement);
    assert!(!table.knows(&IP));
    let mut table = known();
    table.learn(at(10), IP, Some(TWO), announcement);
    assert_eq!((effects(&mut table), table.lookup(at(11), &IP)), (vec!["known 2".into()], Some(TWO)));
}

#[test]
fn without_the_override_flag_another_address_is_only_a_doubt() {
    let mut table = known();
    table.heard(at(0), &IP, ONE);
    let weak = Evidence::Advertisement { solicited: true, overrides: false };
    table.learn(at(10), IP, Some(TWO), weak);
    assert_eq!((effects(&mut table), table.lookup(at(11), &IP)), (vec![], Some(ONE)));
    assert_eq!(table.deadline(), Some(at(5_011)), "the old address is probed");
    table.learn(at(20), IP, Some(ONE), weak);
    assert_eq!(run(&mut table, at(30_000)), [], "it has confirmed itself");
}

#[test]
fn the_table_is_bounded_and_the_one_not_used_for_the_longest_time_goes() {
    let mut table = Neighbors::default();
    for number in 0..=NEIGHBORS_MAX as u64 {
        let ip = IpAddress::v4(10, 1, (number >> 8) as u8, number as u8);
        table.learn(at(number), ip, Some(ONE), Evidence::Request);
    }
    assert_eq!(table.entries.len(), NEIGHBORS_MAX);
    assert!(!table.knows(&IpAddress::v4(10, 1, 0, 0)) && table.knows(&IpAddress::v4(10, 1, 0, 1)));
}
