//! What each rule of RFC 2453 and RFC 2080 asks, of one router.

mod graphs;
mod net;

use super::message::{self, Entry, Message};
use super::*;
use crate::config::SplitHorizon;
use crate::routing::{Change, Outgoing};
use proptest::prelude::*;
use smoltcp::wire::{IpAddress, IpCidr};
use wire::Duration;

fn at(s: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(s)
}

fn ip(text: &str) -> IpAddress {
    text.parse().unwrap()
}

fn net(text: &str) -> IpCidr {
    text.parse().unwrap()
}

fn entry(to: &str, metric: u8) -> Entry {
    Entry { to: net(to), tag: 0, via: None, metric }
}

/// A router with two interfaces, 10.0.0.1/24 and 10.0.1.1/24, on which it also speaks RIPng.
struct Lab(Rip, Output);

impl Lab {
    fn new(config: config::Rip) -> Self {
        let mut lab = Self(Rip::new(config, Stream::new(7, &[])), Output::default());
        lab.local(0, &[]);
        lab.0.set_interfaces(at(0), &interfaces(), &mut lab.1);
        lab
    }

    fn local(&mut self, s: u64, more: &[Local]) {
        let connected =
            |interface| Local { to: net(&format!("10.0.{interface}.0/24")), interface, via: None };
        let local = [&[connected(0), connected(1)], more].concat();
        self.0.set_local(at(s), &local, &mut self.1);
    }

    fn take(&mut self) -> (Vec<Outgoing>, Vec<Change>) {
        (std::mem::take(&mut self.1.send), std::mem::take(&mut self.1.changes))
    }

    /// Runs until `s`, and gives what it did.
    fn run(&mut self, s: u64) -> (Vec<Outgoing>, Vec<Change>) {
        while let Some(next) = self.0.poll_at().filter(|next| *next <= at(s)) {
            self.0.poll(next, &mut self.1);
        }
        self.take()
    }

    /// A neighbor says something on interface 0.
    fn hear(&mut self, s: u64, from: &str, entries: &[Entry]) -> Vec<Change> {
        self.hear_with(s, from, entries, |_| {})
    }

    fn hear_with(
        &mut self,
        s: u64,
        from: &str,
        entries: &[Entry],
        wrong: impl Fn(&mut Incoming<'_>),
    ) -> Vec<Change> {
        let source = ip(from);
        let (version, port, group) = match source {
            IpAddress::Ipv4(_) => (Version::V2, PORT_V2, "224.0.0.9"),
            IpAddress::Ipv6(_) => (Version::Ng, PORT_NG, "ff02::9"),
        };
        for payload in message::responses(version, entries, 1_500) {
            let mut datagram = Incoming {
                interface: 0,
                source,
                destination: ip(group),
                source_port: port,
                destination_port: port,
                hop_limit: 255,
                payload: &payload,
            };
            wrong(&mut datagram);
            self.0.receive(at(s), datagram, &mut self.1);
        }
        std::mem::take(&mut self.1.changes)
    }

    /// What it answers to a request on interface 0.
    fn ask(&mut self, s: u64, from: (&str, u16), payload: &[u8]) -> Vec<Outgoing> {
        self.run(s);
        let datagram = Incoming {
            interface: 0,
            source: ip(from.0),
            destination: ip("224.0.0.9"),
            source_port: from.1,
            destination_port: PORT_V2,
            hop_limit: 1,
            payload,
        };
        self.0.receive(at(s), datagram, &mut self.1);
        self.take().0
    }
}

fn interfaces() -> [Interface; 2] {
    [0, 1].map(|id| Interface {
        id,
        up: true,
        addresses: vec![net(&format!("10.0.{id}.1/24")), net(&format!("fe80::1:{id}/64"))],
        mtu: 1_500,
    })
}

fn learned(to: &str, via: &str, metric: u8) -> Change {
    Change::Learned { to: net(to), via: ip(via), interface: 0, metric }
}

fn lost(to: &str) -> Change {
    Change::Lost { to: net(to) }
}

/// The entries of the IPv4 responses sent on this interface.
fn announced(sent: &[Outgoing], interface: u32) -> Vec<Entry> {
    let of = |sent: &&Outgoing| sent.interface == interface && sent.source_port == PORT_V2;
    let entries = |sent: &Outgoing| match message::read(Version::V2, &sent.payload) {
        Some(Message::Response(entries)) => entries,
        _ => vec![],
    };
    sent.iter().filter(of).flat_map(entries).collect()
}

fn default() -> config::Rip {
    config::Rip::default()
}

#[test]
fn it_begins_by_asking_everybody_for_everything() {
    let (sent, _) = Lab::new(default()).take();
    let asked: Vec<_> = sent
        .iter()
        .filter(|sent| sent.payload[0] == 1)
        .map(|s| (s.interface, s.source, s.destination))
        .collect();
    let v2 = |id| (id, ip(&format!("10.0.{id}.1")), ip("224.0.0.9"));
    let ng = |id| (id, ip(&format!("fe80::1:{id}")), ip("ff02::9"));
    assert_eq!(asked, [v2(0), v2(1), ng(0), ng(1)]);
    assert!(sent.iter().all(|sent| sent.source_port == sent.destination_port));
    for sent in sent {
        let (port, hops) = if sent.destination == ip("ff02::9") { (521, 255) } else { (520, 1) };
        assert_eq!((sent.source_port, sent.hop_limit), (port, hops));
    }
}

#[test]
fn full_tables_go_out_every_half_minute_up_to_a_sixth_sooner_or_later() {
    let mut lab = Lab::new(default());
    lab.take();
    let (mut last, mut gaps) = (None, Vec::new());
    while let Some(next) = lab.0.poll_at().filter(|next| *next < at(3_000)) {
        lab.0.poll(next, &mut lab.1);
        let (sent, _) = lab.take();
        if !announced(&sent, 0).is_empty() {
            gaps.extend(last.map(|last: Instant| next - last));
            last = Some(next);
        }
    }
    let [least, most] = [25, 35].map(Duration::from_secs);
    assert!(gaps.len() > 80 && gaps.iter().all(|gap| (least..=most).contains(gap)), "{gaps:?}");
    let longest = gaps.iter().max().unwrap().nanos();
    assert!(gaps.iter().any(|gap| longest - gap.nanos() > 7_000_000_000), "{gaps:?}");
}

#[test]
fn a_neighbors_route_costs_one_more_and_the_shortest_wins() {
    let mut lab = Lab::new(default());
    assert_eq!(lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]), [learned("10.9.0.0/16", "10.0.0.2", 4)]);
    assert_eq!(lab.hear(2, "10.0.0.3", &[entry("10.9.0.0/16", 3)]), []);
    assert_eq!(lab.hear(3, "10.0.0.3", &[entry("10.9.0.0/16", 2)]), [learned("10.9.0.0/16", "10.0.0.3", 3)]);
    assert_eq!(lab.hear(4, "10.0.0.2", &[entry("10.9.0.0/16", 16)]), []);
}

#[test]
fn who_told_of_a_route_is_believed_when_it_gets_longer_or_ends() {
    let mut lab = Lab::new(default());
    lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    assert_eq!(lab.hear(2, "10.0.0.2", &[entry("10.9.0.0/16", 7)]), [learned("10.9.0.0/16", "10.0.0.2", 8)]);
    assert_eq!(lab.hear(3, "10.0.0.2", &[entry("10.9.0.0/16", 15)]), [lost("10.9.0.0/16")]);
    assert_eq!(lab.hear(4, "10.0.0.2", &[entry("10.9.0.0/16", 16)]), []);
    assert_eq!(
        lab.hear(5, "10.0.0.3", &[entry("10.9.0.0/16", 14)]),
        [learned("10.9.0.0/16", "10.0.0.3", 15)]
    );
    assert_eq!(lab.hear(5, "10.0.0.3", &[entry("10.8.0.0/16", 15)]), []);
}

#[test]
fn a_route_unheard_of_for_180_s_is_lost_and_told_as_unreachable_for_120_s() {
    let mut lab = Lab::new(default());
    lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    lab.hear(31, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    assert_eq!(lab.run(210).1, []);
    let (sent, changes) = lab.run(211);
    assert_eq!(changes, [lost("10.9.0.0/16")]);
    assert!(announced(&sent, 1).contains(&entry("10.9.0.0/16", 16)), "at once");
    let (sent, _) = lab.run(330);
    assert!(
        announced(&sent, 1).iter().filter(|announced| **announced == entry("10.9.0.0/16", 16)).count() >= 3
    );
    lab.run(331);
    let (sent, _) = lab.run(400);
    assert!(
        !announced(&sent, 1).is_empty()
            && announced(&sent, 1).iter().all(|announced| announced.to != net("10.9.0.0/16"))
    );
}

#[test]
fn a_route_half_forgotten_gives_way_to_one_as_short() {
    let mut lab = Lab::new(default());
    lab.hear(0, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    assert_eq!(lab.hear(90, "10.0.0.3", &[entry("10.9.0.0/16", 3)]), []);
    assert_eq!(lab.hear(91, "10.0.0.3", &[entry("10.9.0.0/16", 3)]), [learned("10.9.0.0/16", "10.0.0.3", 4)]);
}

#[test]
fn what_came_from_a_neighbor_goes_back_as_split_horizon_says() {
    let told_back = |split_horizon| {
        let mut lab = Lab::new(config::Rip { split_horizon, ..default() });
        lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
        lab.take();
        let sent = lab.run(40).0;
        let about = |interface| {
            announced(&sent, interface)
                .into_iter()
                .filter(|announced| announced.to == net("10.9.0.0/16"))
                .map(|announced| announced.metric)
                .collect()
        };
        let own = announced(&sent, 0).iter().any(|announced| announced.to == net("10.0.0.0/24"));
        let [back, on]: [Vec<u8>; 2] = [about(0), about(1)];
        assert!(!on.is_empty() && on.iter().all(|metric| *metric == 4));
        (back.first().copied(), own)
    };
    assert_eq!(told_back(SplitHorizon::Off), (Some(4), true));
    assert_eq!(told_back(SplitHorizon::Simple), (None, false));
    assert_eq!(told_back(SplitHorizon::PoisonedReverse), (Some(16), false));
}

#[test]
fn a_change_is_told_at_once_and_the_next_after_one_to_five_seconds_and_only_changes_are() {
    let mut lab = Lab::new(default());
    lab.run(8);
    lab.hear(10, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    let sent = lab.take().0;
    assert_eq!(announced(&sent, 1), [entry("10.9.0.0/16", 4)]);
    lab.hear(10, "10.0.0.2", &[entry("10.8.0.0/16", 3)]);
    lab.hear(10, "10.0.0.2", &[entry("10.7.0.0/16", 3)]);
    assert_eq!(announced(&lab.take().0, 1), []);
    let next = lab.0.poll_at().unwrap();
    assert!((at(11)..=at(15)).contains(&next), "{next}");
    lab.0.poll(next, &mut lab.1);
    assert_eq!(announced(&lab.take().0, 1), [entry("10.7.0.0/16", 4), entry("10.8.0.0/16", 4)]);
}

#[test]
fn without_triggered_updates_a_change_waits_for_the_full_table() {
    let mut lab = Lab::new(config::Rip { triggered: false, ..default() });
    lab.take();
    lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    assert_eq!(announced(&lab.run(24).0, 1), []);
    assert!(announced(&lab.run(35).0, 1).contains(&entry("10.9.0.0/16", 4)));
}

#[test]
fn strangers_and_echoes_are_not_believed() {
    let mut lab = Lab::new(default());
    let route = [entry("10.9.0.0/16", 3)];
    for from in ["10.0.1.2", "192.0.2.1", "10.0.0.1", "10.0.1.1"] {
        assert_eq!(lab.hear(1, from, &route), [], "{from}");
    }
    let route_ng = [entry("2001:db8::/32", 3)];
    for from in ["2001:db8::1", "fe80::1:0", "fe80::1:1"] {
        assert_eq!(lab.hear(1, from, &route_ng), [], "{from}");
    }
    for wrong in [
        |datagram: &mut Incoming<'_>| datagram.source_port = 5_000,
        |datagram: &mut Incoming<'_>| datagram.destination_port = 519,
        |datagram: &mut Incoming<'_>| datagram.interface = 5,
    ] {
        assert_eq!(lab.hear_with(1, "10.0.0.2", &route, wrong), []);
        assert_eq!(lab.hear_with(1, "fe80::2", &route_ng, wrong), []);
    }
    // It has come over another router (RFC 2080, 2.4.2).
    assert_eq!(lab.hear_with(1, "fe80::2", &route_ng, |datagram| datagram.hop_limit = 254), []);
    assert_eq!(lab.hear(1, "fe80::2", &route_ng), [learned("2001:db8::/32", "fe80::2", 4)]);
    // TTL says nothing in version 2.
    let heard = lab.hear_with(1, "10.0.0.2", &route, |datagram| datagram.hop_limit = 1);
    assert_eq!(heard, [learned("10.9.0.0/16", "10.0.0.2", 4)]);
}

#[test]
fn what_the_router_reaches_itself_is_never_learned_and_is_told_with_metric_one() {
    let mut lab = Lab::new(default());
    let stub = Local { to: net("192.168.0.7/24"), interface: 9, via: None };
    lab.hear(1, "10.0.0.2", &[entry("192.168.0.0/24", 1)]);
    lab.local(2, &[stub]);
    assert_eq!(lab.take().1, [lost("192.168.0.0/24")]);
    assert_eq!(lab.hear(3, "10.0.0.2", &[entry("192.168.0.0/24", 1), entry("10.0.0.0/24", 1)]), []);
    assert!(announced(&lab.run(40).0, 0).contains(&entry("192.168.0.0/24", 1)));
    lab.local(41, &[]);
    assert!(announced(&lab.run(46).0, 0).contains(&entry("192.168.0.0/24", 16)));
    assert_eq!(
        lab.hear(47, "10.0.0.2", &[entry("192.168.0.0/24", 1)]),
        [learned("192.168.0.0/24", "10.0.0.2", 2)]
    );
}

#[test]
fn a_written_route_names_its_router_to_those_who_are_neighbors_of_it() {
    let mut lab = Lab::new(default());
    let via = Some(ip("10.0.0.77"));
    lab.local(1, &[Local { to: net("0.0.0.0/0"), interface: 0, via }]);
    let sent = lab.run(40).0;
    assert!(announced(&sent, 0).contains(&Entry { via, ..entry("0.0.0.0/0", 1) }));
    assert!(announced(&sent, 1).contains(&entry("0.0.0.0/0", 1)));
}

#[test]
fn a_named_next_hop_is_used_if_it_is_a_neighbor_and_not_oneself() {
    let mut lab = Lab::new(default());
    let mut heard = |via, to| lab.hear(1, "10.0.0.2", &[Entry { via: Some(ip(via)), ..entry(to, 1) }]);
    assert_eq!(heard("10.0.0.77", "10.7.0.0/16"), [learned("10.7.0.0/16", "10.0.0.77", 2)]);
    assert_eq!(heard("10.0.9.77", "10.8.0.0/16"), [learned("10.8.0.0/16", "10.0.0.2", 2)]);
    assert_eq!(heard("10.0.0.1", "10.9.0.0/16"), []);
    let heard = lab.hear(1, "fe80::2", &[Entry { via: Some(ip("fe80::77")), ..entry("2001:db8::/32", 1) }]);
    assert_eq!(heard, [learned("2001:db8::/32", "fe80::77", 2)]);
}

#[test]
fn who_asks_for_everything_gets_the_table_with_split_horizon_back_to_his_port() {
    let mut lab = Lab::new(default());
    lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    let sent = lab.ask(2, ("10.0.0.3", 5_000), &message::whole_table(Version::V2));
    assert_eq!(announced(&sent, 0), [entry("10.0.1.0/24", 1), entry("10.9.0.0/16", 16)]);
    let [sent] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((sent.destination, sent.destination_port), (ip("10.0.0.3"), 5_000));
    assert_eq!((sent.source, sent.source_port), (ip("10.0.0.1"), 520));
    assert_eq!(lab.ask(2, ("10.0.7.3", 520), &message::whole_table(Version::V2)), []);
}

#[test]
fn who_asks_for_a_network_gets_the_bare_truth() {
    let mut lab = Lab::new(default());
    lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    let mut request = message::responses(
        Version::V2,
        &[entry("10.9.0.0/16", 0), entry("10.9.0.0/17", 0), entry("10.0.0.0/24", 9)],
        1_500,
    )
    .remove(0);
    request[0] = 1;
    let sent = lab.ask(2, ("10.0.0.3", 520), &request);
    assert_eq!(
        announced(&sent, 0),
        [entry("10.9.0.0/16", 4), entry("10.9.0.0/17", 16), entry("10.0.0.0/24", 1)]
    );
    assert_eq!(lab.ask(2, ("10.0.0.3", 520), &[1, 2, 0, 0]), []);
}

#[test]
fn an_interface_that_goes_takes_its_routes_and_asks_anew_when_it_comes_back() {
    let mut lab = Lab::new(default());
    lab.hear(1, "10.0.0.2", &[entry("10.9.0.0/16", 3)]);
    lab.hear(1, "fe80::2", &[entry("2001:db8::/32", 3)]);
    lab.run(10);
    let mut down = interfaces();
    down[0].up = false;
    lab.0.set_interfaces(at(10), &down, &mut lab.1);
    let (sent, changes) = lab.take();
    assert_eq!(changes, [lost("10.9.0.0/16"), lost("2001:db8::/32")]);
    assert_eq!(announced(&sent, 1), [entry("10.9.0.0/16", 16)]);
    assert!(sent.iter().all(|sent| sent.interface == 1));
    lab.0.set_interfaces(at(12), &interfaces(), &mut lab.1);
    let asked: Vec<_> =
        lab.take().0.iter().filter(|sent| sent.payload[0] == 1).map(|sent| sent.interface).collect();
    assert_eq!(asked, [0, 0]);
}

#[test]
fn the_table_is_bounded() {
    let mut lab = Lab::new(default());
    let mut learned = 0;
    for n in 0..=255 {
        let routes: Vec<_> = (0..25).map(|m| entry(&format!("20.{n}.{m}.0/24"), 1)).collect();
        learned += lab.hear(1, "10.0.0.2", &routes).len();
    }
    // The two connected ones are in the table as well.
    assert_eq!(learned, 4_096 - 2);
}

#[test]
fn without_an_interface_it_has_nothing_to_do() {
    let mut rip = Rip::new(default(), Stream::new(1, &[]));
    let mut out = Output::default();
    rip.set_local(at(0), &[Local { to: net("10.0.0.0/8"), interface: 0, via: None }], &mut out);
    assert_eq!((rip.poll_at(), out.send), (None, vec![]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_heard_and_time_goes_on(
        datagrams in prop::collection::vec(
            (prop::collection::vec(prop_oneof![3 => Just(0), 2 => 0u8..3, 1 => any::<u8>()], 4..104), any::<bool>(), 1u64..40),
            1..20,
        ),
    ) {
        let mut lab = Lab::new(config::Rip { update: Duration::ZERO, ..default() });
        let mut now = at(0);
        for (mut payload, six, gap) in datagrams {
            let port = if six { PORT_NG } else { PORT_V2 };
            payload[1] = if six { 1 } else { 2 };
            let datagram = Incoming {
                interface: 0,
                source: if six { ip("fe80::2") } else { ip("10.0.0.2") },
                destination: ip("ff02::9"),
                source_port: port,
                destination_port: port,
                hop_limit: 255,
                payload: &payload,
            };
            now += Duration::from_millis(gap * 10);
            lab.0.receive(now, datagram, &mut lab.1);
            while let Some(next) = lab.0.poll_at().filter(|next| *next <= now) {
                lab.0.poll(next, &mut lab.1);
                prop_assert!(lab.0.poll_at().is_some_and(|after| after > next));
            }
        }
    }
}
