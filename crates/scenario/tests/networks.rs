//! Switches and routers with everything that they can have: it survives text and link, and changes, and what is counted anew.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use bridge::config::{Edge, Membership, Stp, Vlan};
use netlab::history::Limits;
use netlab::topology::*;
use netlab::{Duration, Instant};
use proptest::prelude::*;
use router::config::{
    Filter, Forward, Nat, Protocol, Rip, Rule, SplitHorizon, StaticRoute, Transport, Verdict,
};
use scenario::{Change, Fault, Scenario, defaults, link};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};

const HOST: NodeId = NodeId(4);
const ROUTERS: [NodeId; 2] = [NodeId(2), NodeId(3)];

fn seconds(min: u64, max: u64) -> impl Strategy<Value = Duration> {
    (min * 1_000..=max * 1_000).prop_map(Duration::from_millis)
}

fn vlan() -> impl Strategy<Value = Vlan> {
    (1..=4_094u16).prop_map(|number| Vlan::new(number).unwrap())
}

fn membership() -> impl Strategy<Value = Membership> {
    let allowed = prop::option::of(prop::collection::btree_set(vlan(), 1..5));
    let allowed = allowed.prop_map(|allowed| allowed.map(|allowed| allowed.into_iter().collect()));
    prop_oneof![
        vlan().prop_map(Membership::Access),
        (prop::option::of(vlan()), allowed)
            .prop_map(|(native, allowed)| Membership::Trunk { native, allowed }),
        Just(Membership::default()),
    ]
}

fn switch_port() -> impl Strategy<Value = Port> {
    let edge = prop::sample::select(vec![Edge::Auto, Edge::Yes, Edge::No]);
    let cost = prop::option::of(1..=200_000_000u32);
    let port = (any::<bool>(), 68..=9_216usize, membership(), edge, cost, 0..=15u8);
    let port = port.prop_map(|(up, mtu, vlan, edge, cost, priority)| bridge::Port {
        up,
        mtu,
        vlan,
        edge,
        cost,
        priority: priority * 16,
    });
    prop_oneof![Just(Port::Plain), port.prop_map(defaults::port_of_switch)]
}

/// Of the router with this number, at its cable with this number: so no two have anything in common.
fn router_port(router: u8, cable: u8) -> impl Strategy<Value = Port> {
    let network = move |vlan: u8, v6: bool| match v6 {
        false => IpCidr::new(IpAddress::v4(10, router, cable * 16 + vlan, 1 + vlan), 24),
        true => {
            let [router, cable, vlan] = [router, cable, vlan].map(u16::from);
            IpCidr::new(IpAddress::v6(0xfd00, router, cable, vlan, 0, 0, 0, 1), 64)
        }
    };
    let addresses = move |vlan: u8| {
        any::<[bool; 2]>().prop_map(move |[four, six]| {
            let four = four.then(|| network(vlan, false));
            four.into_iter().chain(six.then(|| network(vlan, true))).collect::<Vec<_>>()
        })
    };
    let vlans = prop::collection::btree_map(1..=4_094u16, Just(()), 0..3);
    let lists = (addresses(0), addresses(1), addresses(2), addresses(3));
    let mac = prop::option::of(Just(EthernetAddress([2, 9, 0, 0, router, cable])));
    (any::<[bool; 4]>(), mac, lists, vlans, 68..=9_000usize).prop_map(
        |([up, outside, advertise, rip], mac, (addresses, a, b, c), vlans, mtu)| {
            let vlans = vlans.into_keys().zip([a, b, c]).collect();
            defaults::port_of_router(router::Port { up, mac, addresses, vlans, mtu, outside, advertise, rip })
        },
    )
}

fn switch() -> impl Strategy<Value = SwitchConfig> {
    let stp = (0..=15u16, seconds(1, 10), seconds(6, 40), seconds(21, 30));
    let stp = stp.prop_map(|(priority, hello, max_age, forward_delay)| Stp {
        priority: priority * 4_096,
        hello,
        max_age,
        forward_delay,
    });
    let stp = prop_oneof![Just(None), Just(Some(defaults::STP)), stp.prop_map(Some)];
    let mac = prop::option::of(any::<u8>().prop_map(|last| EthernetAddress([2, 9, 9, 9, 9, last])));
    (mac, seconds(1, 1_000_000), stp, any::<bool>()).prop_map(|(mac, ageing, stp, snooping)| SwitchConfig {
        mac,
        ageing,
        stp,
        snooping,
    })
}

/// A network of this IP version.
fn network(v6: bool) -> BoxedStrategy<IpCidr> {
    match v6 {
        false => (0..=32u8, any::<u32>())
            .prop_map(|(bits, of)| {
                let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
                IpCidr::new(IpAddress::Ipv4((of & mask).into()), bits)
            })
            .boxed(),
        true => (0..=128u8, any::<u128>())
            .prop_map(|(bits, of)| {
                let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
                IpCidr::new(IpAddress::Ipv6((of & mask).into()), bits)
            })
            .boxed(),
    }
}

fn route(cables: u32) -> impl Strategy<Value = StaticRoute> {
    let port = prop::option::of(0..cables);
    let to = any::<bool>().prop_flat_map(network);
    (to, port, 1..=255u8, 1..=200u8).prop_map(|(to, port, metric, last)| {
        let via = match to.address() {
            IpAddress::Ipv4(_) => IpAddress::v4(10, 9, 9, last),
            IpAddress::Ipv6(_) => IpAddress::v6(0xfe80, 0, 0, 0, 0, 0, 0, last.into()),
        };
        StaticRoute { to, via, port, metric }
    })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![Verdict::Allow, Verdict::Deny, Verdict::Reject])
}

fn rule(cables: u32) -> impl Strategy<Value = Rule> {
    let protocol = prop::option::of(prop::sample::select(vec![Protocol::Tcp, Protocol::Udp, Protocol::Icmp]));
    let networks =
        any::<bool>().prop_flat_map(|v6| (prop::option::of(network(v6)), prop::option::of(network(v6))));
    let ports = prop::option::of((1..=u16::MAX, 0..=1_000u16));
    (verdict(), prop::option::of(0..cables), networks, protocol, ports).prop_map(
        |(verdict, port, (from, to), protocol, ports)| {
            let ports = ports.filter(|_| protocol != Some(Protocol::Icmp));
            let to_ports = ports.map(|(first, more)| first..=first.saturating_add(more));
            Rule { verdict, port, from, to, protocol, to_ports }
        },
    )
}

fn router_config(cables: u32) -> impl Strategy<Value = RouterConfig> {
    let split = [SplitHorizon::Off, SplitHorizon::Simple, SplitHorizon::PoisonedReverse];
    let times = || seconds(1, 3_600);
    let rip = (prop::sample::select(split.to_vec()), any::<bool>(), times(), times(), times());
    let rip = rip.prop_map(|(split_horizon, triggered, update, timeout, garbage)| Rip {
        split_horizon,
        triggered,
        update,
        timeout,
        garbage,
    });
    let forwards =
        prop::collection::btree_map((any::<bool>(), 1..=u16::MAX), (1..=u16::MAX, 1..=200u8), 0..4);
    let nat = forwards.prop_map(|forwards| Nat {
        forwards: forwards
            .into_iter()
            .map(|((udp, port), (to_port, last))| Forward {
                transport: if udp { Transport::Udp } else { Transport::Tcp },
                port,
                to: [192, 168, 1, last].into(),
                to_port,
            })
            .collect(),
    });
    let filter = (prop::collection::vec(rule(cables), 0..5), verdict());
    let filter = filter.prop_map(|(rules, otherwise)| Filter { rules, otherwise });
    let rip = prop_oneof![Just(None), Just(Some(defaults::RIP)), rip.prop_map(Some)];
    (prop::collection::vec(route(cables), 0..4), rip, prop::option::of(nat), prop::option::of(filter))
        .prop_map(|(routes, rip, nat, filter)| RouterConfig { routes, rip, nat, filter, services: None })
}

/// What happens: how much later, what, and what is new.
type Later = (Duration, u8, [Port; 2], SwitchConfig, RouterConfig, [Port; 2]);

fn later() -> impl Strategy<Value = Later> {
    let ports = [switch_port(), switch_port()];
    let router_ports = (router_port(2, 0), router_port(3, 0)).prop_map(|(a, b)| [a, b]);
    (seconds(0, 3_600), 0..6u8, ports, switch(), router_config(3), router_ports)
}

prop_compose! {
    /// Two switches and two routers, of which one has two cables to a switch; and a host.
    fn networks()(
        switches in [switch(), switch()],
        routers in (router_config(3), router_config(2)),
        trunk in [switch_port(), switch_port()],
        at_switches in [switch_port(), switch_port(), switch_port(), switch_port()],
        at_first in (router_port(2, 0), router_port(2, 1), router_port(2, 2)),
        at_second in (router_port(3, 0), router_port(3, 1)),
        slaac in any::<bool>(),
        later in prop::collection::vec(later(), 0..5),
    ) -> Scenario {
        let host = HostConfig { addresses: vec!["172.16.0.1/24".parse().unwrap()], slaac, ..HostConfig::default() };
        let kinds = switches.into_iter().map(NodeKind::Switch);
        let kinds = kinds.chain([NodeKind::Router(routers.0), NodeKind::Router(routers.1), NodeKind::Host(host)]);
        let ids: Vec<_> = ["s0", "s1", "r2", "r3", "h4"].map(str::to_owned).into();
        let [a, b, c, d] = at_switches;
        let link = |ends: [u32; 2], ports: [Port; 2]| Link { ports, ..Link::new(ends.map(NodeId), [defaults::way(), defaults::way()]) };
        let links = vec![
            link([0, 1], trunk),
            link([0, 2], [a, at_first.0]),
            link([3, 1], [at_second.0, b]),
            link([2, 3], [at_first.1, at_second.1]),
            link([1, 4], [c, Port::Plain]),
            link([2, 0], [at_first.2, d]),
        ];
        let nodes = ids.iter().zip(kinds).map(|(id, kind)| Node { name: id.clone(), kind }).collect();
        let at = vec![None; ids.len()];
        let mut scenario = Scenario { topology: Topology { nodes, links }, ids, at, ..Scenario::default() };
        let mut now = Instant::ZERO;
        for (after, what, ports, switch, router, router_ports) in later {
            now += after;
            let change = match what {
                0 => Change::Port(LinkId(0), End::Second, ports[0].clone()),
                1 => Change::Set(NodeId(1), NodeKind::Switch(switch)),
                2 => Change::Set(ROUTERS[0], NodeKind::Router(router)),
                3 => Change::Clear(ROUTERS[1]),
                4 => Change::Port(LinkId(1), End::Second, router_ports[0].clone()),
                _ => Change::Port(LinkId(2), End::First, router_ports[1].clone()),
            };
            scenario.changes.push((now.min(scenario::bounds::AT_MAX), change));
        }
        scenario
    }
}

fn errors(scenario: &Scenario) -> Vec<Fault> {
    scenario.check().into_iter().filter(Fault::is_error).collect()
}

/// Every rule about a cable: its router's id, the rest of it, and the ids at the ends of the cable with its place in the network.
fn rules(scenario: &Scenario) -> Vec<(String, Rule, usize)> {
    let ports = scenario.topology.ports();
    let start = scenario.topology.nodes.iter().map(|node| &node.kind).enumerate();
    let later = scenario.changes.iter().filter_map(|(_, change)| match change {
        Change::Set(node, kind) => Some((node.index(), kind)),
        _ => None,
    });
    let mut all = Vec::new();
    for (node, kind) in start.chain(later) {
        if let NodeKind::Router(RouterConfig { filter: Some(filter), .. }) = kind {
            for rule in &filter.rules {
                if let Some(port) = rule.port {
                    let link = ports[node][port as usize].link.index();
                    all.push((scenario.ids[node].clone(), Rule { port: None, ..rule.clone() }, link));
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn all_settings_survive_text_and_link(scenario in networks()) {
        prop_assert_eq!(errors(&scenario), []);
        for text in [scenario.to_json(), scenario.to_compact_json()] {
            let read = Scenario::parse(&text);
            prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
        }
        let read = link::decode(&link::encode(&scenario));
        prop_assert_eq!(read.as_ref(), Ok(&scenario));
        prop_assert!(scenario.world(Limits::default()).is_ok(), "{:?}", scenario.world(Limits::default()).err());
    }

    #[test]
    fn the_scenario_of_a_moment_has_what_has_changed_by_then(scenario in networks(), at in seconds(0, 10_000)) {
        let then = scenario.at(Instant::ZERO + at);
        prop_assert_eq!(errors(&then), []);
        let last = |wanted: &dyn Fn(&Change) -> bool| {
            let past = scenario.changes.iter().filter(|(moment, _)| *moment <= Instant::ZERO + at);
            past.map(|(_, change)| change).rfind(|change| wanted(change)).cloned()
        };
        if let Some(Change::Set(node, kind)) = last(&|change| matches!(change, Change::Set(..))) {
            prop_assert_eq!(&then.topology.node(node).kind, &kind);
        }
        if let Some(Change::Port(link, end, port)) = last(&|change| matches!(change, Change::Port(..))) {
            prop_assert_eq!(&then.topology.link(link).ports[end.index()], &port);
        }
    }

    #[test]
    fn rules_stay_with_their_cables_when_others_come_and_go(scenario in networks(), gone in 0..6u32) {
        let before = rules(&scenario);
        let left = scenario.without(&[], &[LinkId(gone)]);
        prop_assert_eq!(errors(&left), []);
        let expected: Vec<_> = before
            .iter()
            .filter(|(_, _, link)| *link != gone as usize)
            .map(|(id, rule, link)| (id.clone(), rule.clone(), *link - usize::from(*link > gone as usize)))
            .collect();
        prop_assert_eq!(rules(&left), expected);

        // A node before all others, and cables in the middle.
        let mut more = scenario.clone();
        let hub = Node { name: "hub".into(), kind: NodeKind::Hub };
        let hub = more.add_node("hub".into(), hub, None);
        more.add_link(Link::new([hub, ROUTERS[0]], [defaults::way(), defaults::way()]));
        prop_assert_eq!(rules(&more), before.clone());
        let cable = Change::Cable(Link::new([hub, ROUTERS[1]], [defaults::way(), defaults::way()]));
        let changed = more.with_change(Instant::ZERO, cable);
        prop_assert_eq!(rules(&changed), before);
        prop_assert_eq!(Scenario::parse(&changed.to_json()), Ok(changed.clone()));
        let back = changed.without(&[hub], &[]);
        prop_assert_eq!(back, scenario);
    }

    #[test]
    fn whatever_goes_the_rest_can_be_run(scenario in networks(), node in 0..5u32) {
        let left = scenario.without(&[NodeId(node)], &[]);
        prop_assert_eq!(errors(&left), []);
        prop_assert_eq!(Scenario::parse(&left.to_json()), Ok(left.clone()));
        prop_assert!(left.world(Limits::default()).is_ok());
        for problem in scenario::problems(&scenario) {
            if let Some(fix) = problem.fix(&scenario) {
                prop_assert_eq!(Scenario::draft(&fix.scenario.to_json()), Ok(fix.scenario.clone()));
            }
        }
        prop_assert!(scenario.topology.host(HOST).is_some());
    }
}

/// What a hostile document could make of the checks: everything that is compared, as often as there is room for it.
#[test]
fn many_routers_vlans_and_routes_are_looked_at_quickly() {
    let node = |id: String, more: &str| format!(r#"{{"id":"{id}"{more}}}"#);
    let router = |routes: &str| format!(r#","kind":"router","routes":[{routes}]"#);
    let lab = |nodes: Vec<String>, links: Vec<String>, runs: Vec<String>| {
        let text = format!(
            r#"{{"packetarium":1,"nodes":[{}],"links":[{}],"runs":[{}]}}"#,
            nodes.join(","),
            links.join(","),
            runs.join(",")
        );
        assert!(text.len() < scenario::bounds::DOCUMENT_BYTES_MAX, "{}", text.len());
        let scenario = Scenario::draft(&text).unwrap_or_else(|faults| panic!("{:?}", &faults[..1]));
        scenario::problems(&scenario).len()
    };
    // One router on 4,000 LANs, another route for each, and every host sends to one far away.
    let cidr = |n: usize, last: u8| format!("10.{}.{}.{last}/24", n / 250, n % 250);
    let routes: Vec<_> = (0..1_000)
        .map(|n| {
            format!(
                r#"{{"to":"10.200.0.0/{}","via":"{}"}}"#,
                13 + n % 3,
                &cidr(n, 1).split('/').next().unwrap()
            )
        })
        .collect();
    let mut nodes = vec![node("r".into(), &router(&routes.join(",")))];
    let host = |n: usize| {
        format!(
            r#","kind":"host","addresses":["{}"],"gateway":"{}""#,
            cidr(n, 1),
            cidr(n, 2).split('/').next().unwrap()
        )
    };
    nodes.extend((0..4_000).map(|n| node(format!("h{n}"), &host(n))));
    let links = (0..4_000)
        .map(|n| format!(r#"{{"ends":["h{n}","r"],"ports":{{"r":{{"addresses":["{}"]}}}}}}"#, cidr(n, 2)));
    let runs = (0..4_000).map(|n| format!(r#"{{"ping":{{"from":"h{n}","to":"10.200.0.1"}}}}"#));
    assert!(lab(nodes, links.collect(), runs.collect()) > 0);
    // Two switches with a thousand trunks between them, and as many VLANs.
    let nodes = vec![node("s".into(), r#","kind":"switch""#), node("t".into(), r#","kind":"switch""#)];
    let links = (0..4_094).map(|n| {
        format!(r#"{{"ends":["s","t"],"ports":{{"s":{{"vlan":{}}},"t":{{"trunk":true}}}}}}"#, n + 1)
    });
    assert!(lab(nodes, links.collect(), Vec::new()) > 0);
    // A hub with nothing but cables to another.
    let nodes = vec![node("u".into(), r#","kind":"hub""#), node("v".into(), r#","kind":"hub""#)];
    let links = vec![r#"{"ends":["u","v"]}"#.to_owned(); 16_384];
    assert!(lab(nodes, links, Vec::new()) > 0);
}
