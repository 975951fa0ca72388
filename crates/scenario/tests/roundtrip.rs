//! Whatever a scenario says survives text and link, and whatever a text says never panics.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use bridge::config::Stp;
use netlab::history::{Limits, ProgramId};
use netlab::run::*;
use netlab::topology::*;
use netlab::{BitsPerSec, Duration, Instant, Ratio};
use proptest::prelude::*;
use scenario::chapters::{Event, FrameKind, Moment, Pace};
use scenario::{Change, Chapter, CommandLine, Fault, Key, Scenario, link};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use wire::impair::{Distribution, Impairment};
use wire::line::{CoDel, Discipline, LineConfig, Queue, QueueLimit, Red};

/// Moments and lengths as people write them, and as the world makes them.
fn time(min_ns: u64, max_ns: u64) -> impl Strategy<Value = Duration> {
    let round = prop::sample::select(vec![1, 1_000, 1_000_000, 1_000_000_000]);
    (min_ns..=max_ns, round)
        .prop_map(move |(ns, unit)| Duration::from_nanos((ns / unit * unit).clamp(min_ns, max_ns)))
}

fn size(min: usize, max: usize) -> impl Strategy<Value = usize> {
    let round = prop::sample::select(vec![1, 1_000, 1_024, 1_000_000, 1 << 20]);
    (min..=max, round).prop_map(move |(bytes, unit)| (bytes / unit * unit).clamp(min, max))
}

fn text(chars: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![4 => any::<char>(), 1 => Just('"'), 4 => prop::char::range(' ', '~')],
        chars,
    )
    .prop_map(|chars| chars.into_iter().filter(|c| !c.is_control()).collect())
}

fn congestion() -> impl Strategy<Value = Congestion> {
    prop::sample::select(vec![Congestion::None, Congestion::Reno, Congestion::Cubic])
}

fn impairment() -> impl Strategy<Value = Impairment> {
    let ratio = || (0..=1_000_000_000u32).prop_map(|ppb| Ratio::from_ppb(ppb).unwrap());
    prop_oneof![
        ratio().prop_map(Impairment::Loss),
        (ratio(), size(60, 65_536))
            .prop_map(|(probability, bytes_max)| Impairment::LossOfSmall { probability, bytes_max }),
        size(60, 65_536).prop_map(Impairment::FrameSizeMax),
        (1..=1_500u32).prop_map(Impairment::TrailingBytes),
        (0..=1_000_000_000_000u64, time(1, 3_600_000_000_000))
            .prop_map(|(after_bytes, lasts)| Impairment::SilenceOnce { after_bytes, lasts }),
        Just(Impairment::Down),
        (
            time(0, 86_400_000_000_000),
            time(1_000, 1_000_000_000),
            prop::option::of(time(1_000_000_001, 86_400_000_000_000))
        )
            .prop_map(|(at, lasts, every)| Impairment::Outage {
                at: Instant::ZERO + at,
                lasts,
                every
            }),
        (ratio(), ratio())
            .prop_map(|(probability, correlation)| Impairment::LossCorrelated { probability, correlation }),
        [ratio(), ratio(), ratio(), ratio()].prop_map(|[to_bad, to_good, bad, good]| {
            Impairment::GilbertElliott { to_bad, to_good, bad, good }
        }),
        (1..=1_000_000u32).prop_map(Impairment::LossEvery),
        (1..=1_000_000_000_000u64).prop_map(Impairment::LossOfFrame),
        (ratio(), ratio())
            .prop_map(|(probability, correlation)| Impairment::Duplicate { probability, correlation }),
        (ratio(), ratio())
            .prop_map(|(probability, correlation)| Impairment::Corrupt { probability, correlation }),
        (time(0, 60_000_000_000), distribution(), ratio(), any::<bool>()).prop_map(
            |(spread, distribution, correlation, overtakes)| Impairment::Jitter {
                spread,
                distribution,
                correlation,
                overtakes
            }
        ),
        (ratio(), ratio(), 1..=1_000_000u32).prop_map(|(probability, correlation, gap)| {
            Impairment::Reorder { probability, correlation, gap }
        }),
    ]
}

fn distribution() -> impl Strategy<Value = Distribution> {
    prop::sample::select(vec![
        Distribution::Uniform,
        Distribution::Normal,
        Distribution::Pareto,
        Distribution::ParetoNormal,
    ])
}

/// Half of them full as they always were, the others of every sort.
fn queue() -> impl Strategy<Value = Queue> {
    let limit = prop_oneof![
        size(0, 64 << 20).prop_map(QueueLimit::Bytes),
        (0..=10_000usize).prop_map(QueueLimit::Frames)
    ];
    let ratio = (0..=1_000_000_000u32).prop_map(|ppb| Ratio::from_ppb(ppb).unwrap());
    let red = (limit.clone(), 0..1_000usize, 0..1_000usize, ratio, 1..=16u8).prop_map(
        |(limit, min, max, probability, weight_log)| {
            let (QueueLimit::Bytes(most) | QueueLimit::Frames(most)) = limit;
            // In wasm a usize has 32 bits.
            let part = |of: usize, thousandths: usize| (of as u64 * thousandths as u64 / 1_000) as usize;
            let max = 1 + part(most.saturating_sub(1), max);
            let red = Red { min: part(max, min), max, probability, weight_log };
            Queue { limit, discipline: Discipline::Red(red) }
        },
    );
    let codel = (limit.clone(), time(1_000, 10_000_000_000), time(1_000, 60_000_000_000)).prop_map(
        |(limit, target, interval)| Queue {
            limit,
            discipline: Discipline::CoDel(CoDel { target, interval }),
        },
    );
    let simple = limit.prop_map(|limit| Queue { limit, discipline: Discipline::DropTail });
    prop_oneof![3 => simple, 1 => red, 1 => codel]
}

fn stp() -> impl Strategy<Value = Stp> {
    let second = 1_000_000_000;
    (0..=15u16, time(second, 10 * second), time(6 * second, 40 * second), time(0, 9 * second)).prop_map(
        move |(priority, hello, max_age, more)| {
            let forward_delay = Duration::from_nanos(second + max_age.nanos().div_ceil(2)) + more;
            let forward_delay = forward_delay.clamp(Duration::from_secs(4), Duration::from_secs(30));
            Stp { priority: priority * 4_096, hello, max_age, forward_delay }
        },
    )
}

fn way() -> impl Strategy<Value = Way> {
    let rate = prop::option::of((1..=10_000_000_000u64).prop_map(|rate| BitsPerSec::new(rate).unwrap()));
    let line = (rate, time(1, 200_000_000), queue());
    let line = line.prop_map(|(rate, delay, queue)| LineConfig { rate, delay, queue });
    (line, prop::collection::vec(impairment(), 0..4))
        .prop_map(|(line, impairments)| Way { line, impairments })
}

/// Both ways alike, as usual, or each by itself, with something in common.
fn ways() -> impl Strategy<Value = [Way; 2]> {
    prop_oneof![
        way().prop_map(|way| [way.clone(), way]),
        [way(), way()],
        (way(), way(), prop::collection::vec(impairment(), 0..3)).prop_map(
            |(mut first, mut second, both)| {
                first.impairments.extend(both.clone());
                second.impairments.splice(0..0, both);
                [first, second]
            }
        ),
    ]
}

/// Whether hosts can have services in this program.
const HAS_SERVICES: bool = cfg!(feature = "services");

fn host(number: u8) -> impl Strategy<Value = HostConfig> {
    let timeout = prop::option::of((1u64..86_400_000).prop_map(Duration::from_millis));
    let tcp = (congestion(), size(128, 1 << 20), size(128, 1 << 20), timeout, time(0, 240_000_000_000));
    let tcp = tcp.prop_map(|(congestion, rx_buffer, tx_buffer, timeout, time_wait)| TcpConfig {
        congestion,
        rx_buffer,
        tx_buffer,
        timeout,
        time_wait,
    });
    (any::<[bool; 8]>(), 1_280..=9_000usize, tcp).prop_map(
        move |([second, gateway, gateway6, mac, slaac, dhcp, dns, services], ip_mtu, tcp)| {
            let v4 = |net| IpAddress::v4(10, 0, net, number + 1);
            let v6 = |last| IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, last);
            let mut addresses = vec![IpCidr::new(v4(0), 24), IpCidr::new(v6(u16::from(number) + 1), 64)];
            addresses.extend(second.then(|| IpCidr::new(v4(1), 24 + number % 3)));
            let gateways = gateway.then_some(IpAddress::v4(10, 0, 0, 254)).into_iter();
            HostConfig {
                mac: mac.then_some(EthernetAddress([2, 0, 0, 0, 0, number])),
                addresses,
                gateways: gateways.chain(gateway6.then_some(v6(0xff))).collect(),
                slaac,
                dhcp: dhcp && HAS_SERVICES,
                dns: if dns { vec![v4(0), v6(0xff)] } else { Vec::new() },
                services: (services && HAS_SERVICES).then(|| r#"{"http":{"pages":{"/":"a \"b\""}}}"#.into()),
                ip_mtu,
                tcp,
            }
        },
    )
}

fn run(hosts: u32) -> impl Strategy<Value = (Instant, RunSpec)> {
    let version = prop::option::of(prop::sample::select(vec![IpVersion::V4, IpVersion::V6]));
    let ends =
        (0..hosts, 1..hosts, version, any::<bool>()).prop_map(move |(from, away, version, literal)| {
            let to = (from + away) % hosts;
            let target = match (literal, version) {
                (true, Some(IpVersion::V6)) => {
                    Target::Address(IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, to as u16 + 1))
                }
                (true, _) => Target::Address(IpAddress::v4(10, 0, 0, to as u8 + 1)),
                (false, version) => Target::Node(NodeId(to), version),
            };
            (NodeId(from), target)
        });
    let message = || text(1..=40).prop_map(|text| if text.is_empty() { "x".to_owned() } else { text });
    let hour = 3_600_000_000_000;
    let udp = ((1..=10_000_000_000u64), size(16, 1_200)).prop_map(|(rate, datagram_bytes)| {
        IperfTransport::Udp { rate: BitsPerSec::new(rate).unwrap(), datagram_bytes }
    });
    let buffer = || prop::option::of(size(128, 1 << 20));
    let tcp = (prop::option::of(congestion()), buffer(), buffer()).prop_map(
        |(congestion, rx_buffer, tx_buffer)| IperfTransport::Tcp { congestion, rx_buffer, tx_buffer },
    );
    let amount = prop_oneof![
        (1..=1_000_000_000_000u64).prop_map(Amount::Bytes),
        time(1_000_000, hour).prop_map(Amount::Time),
    ];
    let kind = prop_oneof![
        (
            1..=60_000u32,
            time(10_000, hour),
            size(0, 1_200),
            time(10_000, hour),
            prop::option::of(1..=255u8),
            any::<bool>()
        )
            .prop_map(|(count, interval, payload_bytes, timeout, ttl, fragments)| {
                RunKind::Ping(Ping { count, interval, payload_bytes, timeout, ttl, fragments })
            }),
        (any::<bool>(), 1..=64u8, 1..=10u8, time(1_000_000, hour)).prop_map(
            |(icmp, hops_max, tries, timeout)| {
                let probe = if icmp { Probe::Icmp } else { Probe::Udp };
                RunKind::Traceroute(Traceroute { probe, hops_max, tries, timeout })
            }
        ),
        time(1_000_000, hour).prop_map(|timeout| RunKind::PathMtu(PathMtu { timeout })),
        (1..=60_000u32, time(10_000, hour), message(), 1..=u16::MAX).prop_map(
            |(count, interval, text, port)| {
                RunKind::Multicast(Multicast { receivers: Vec::new(), count, interval, text, port })
            }
        ),
        (any::<bool>(), 1..=60_000u32, message(), time(10_000, hour)).prop_map(
            |(udp, count, text, timeout)| {
                let transport = if udp { Transport::Udp } else { Transport::Tcp };
                RunKind::Echo(Echo { transport, count, text, timeout })
            }
        ),
        (amount, time(1_000_000, hour), prop_oneof![tcp, udp])
            .prop_map(|(amount, interval, transport)| RunKind::Iperf(Iperf { amount, interval, transport })),
        (1..=u16::MAX, message()).prop_map(|(port, text)| RunKind::Connect(Connect { port, text })),
    ];
    (time(0, 24 * hour), ends, kind, 1..hosts).prop_map(move |(at, (from, mut to), mut kind, away)| {
        if let RunKind::Multicast(run) = &mut kind {
            to = Target::Address(match to {
                Target::Address(IpAddress::Ipv6(_)) => IpAddress::v6(0xff15, 0, 0, 0, 0, 0, 0, 9),
                _ => IpAddress::v4(239, 1, 2, 3),
            });
            run.receivers = (1..=away).map(|away| NodeId((from.0 + away) % hosts)).collect();
        }
        (Instant::ZERO + at, RunSpec { from, to, kind })
    })
}

/// A coordinate: documents keep them to a thousandth.
fn thousandths() -> impl Strategy<Value = f64> {
    prop_oneof![-100_000_000..=100_000_000i32, -2_000..2_000i32].prop_map(|number| f64::from(number) / 1e3)
}

prop_compose! {
    /// Up to seven hosts at a switch that has a hub beside it.
    fn scenarios()(hosts in 2..7u32)(
        configs in (0..hosts as u8).map(host).collect::<Vec<_>>(),
        names in prop::collection::vec(prop::option::of(text(1..=20)), hosts as usize + 2),
        at in prop::collection::vec(prop::option::of((thousandths(), thousandths())), hosts as usize + 2),
        ageing in time(1_000_000, 1_000_000_000_000_000),
        mac in prop::option::of(any::<[u8; 5]>()),
        stp in prop::option::of(stp()),
        snooping in any::<bool>(),
        ways in prop::collection::vec(ways(), hosts as usize + 1),
        sides in prop::collection::vec(any::<bool>(), hosts as usize),
        runs in prop::collection::vec(run(hosts), 0..6),
        seed in 0..=(1u64 << 53) - 1,
        title in text(0..=60),
        description in prop::option::of(text(0..=100)),
        (later, told) in (
            prop::collection::vec((time(0, 7_200_000_000_000), 0..6u8, any::<prop::sample::Index>(), ways(), text(1..=9)), 0..9),
            prop::collection::vec((time(0, 7_200_000_000_000), 0..12u8, any::<prop::sample::Index>(), text(0..=30)), 0..6),
        ),
        later_hosts in (100..104u8).map(host).collect::<Vec<_>>(),
    ) -> Scenario {
        let hosts = configs.len() as u32;
        let switch = NodeKind::Switch(SwitchConfig { mac: mac.map(|[a, b, c, d, e]| EthernetAddress([2, a, b, c, d, e])), ageing, stp, snooping });
        let kinds = configs.into_iter().map(NodeKind::Host).chain([switch, NodeKind::Hub]);
        let ids: Vec<_> = (0..hosts + 2).map(|number| format!("n-{number}_X")).collect();
        let name = |(number, name): (usize, Option<String>)| name.filter(|name| !name.is_empty()).unwrap_or(ids[number].clone());
        let names = names.into_iter().enumerate().map(name);
        let ends = sides.iter().zip(0..).map(|(hub, host)| [NodeId(host), NodeId(hosts + u32::from(*hub))]);
        let ends = ends.chain([[NodeId(hosts + 1), NodeId(hosts)]]);
        let mut scenario = Scenario {
            title,
            description,
            seed,
            topology: Topology {
                nodes: names.zip(kinds).map(|(name, kind)| Node { name, kind }).collect(),
                links: ends.zip(ways).map(|(ends, ways)| Link::new(ends, ways)).collect(),
            },
            ids,
            at,
            runs,
            ..Scenario::default()
        };
        happen(&mut scenario, later, later_hosts);
        tell(&mut scenario, told);
        scenario
    }
}

/// What happens to a network: how much later, what, to which one, and what is new.
type Later = Vec<(Duration, u8, prop::sample::Index, [Way; 2], String)>;

/// Changes that can be: each of something that is there by then, and no cable that closes a loop. The first host that is added
/// and connected pings another.
fn happen(scenario: &mut Scenario, later: Later, mut hosts: Vec<HostConfig>) {
    let switch = scenario
        .topology
        .node_ids()
        .find(|id| scenario.ids[id.index()] == format!("n-{}_X", scenario.ids.len() - 2));
    let (switch, mut at, mut loose) = (switch.unwrap(), Instant::ZERO, Vec::new());
    let [mut nodes, mut links] = [scenario.topology.nodes.len() as u32, scenario.topology.links.len() as u32];
    for (after, what, which, ways, name) in later {
        at = (at + after).min(scenario::bounds::AT_MAX);
        let change = match what {
            0 | 1 => Change::Link(LinkId(which.index(links as usize) as u32), ways),
            2 | 3 => {
                let id = format!("later-{nodes}");
                let kind = match hosts.pop() {
                    Some(config) if what == 2 => NodeKind::Host(config),
                    _ => NodeKind::Hub,
                };
                loose.push(NodeId(nodes));
                nodes += 1;
                let name = if name.is_empty() { id.clone() } else { name };
                let place = (name.len() % 2 == 0).then_some((f64::from(nodes), -0.125));
                Change::Node { id, at: place, node: Node { name, kind } }
            }
            4 if !loose.is_empty() => {
                let new = loose.swap_remove(which.index(loose.len()));
                links += 1;
                Change::Cable(Link::new(if what % 2 == 0 { [new, switch] } else { [switch, new] }, ways))
            }
            5 => {
                let program = ProgramId(scenario.commands.len() as u32);
                // A pipe needs services.
                let line = format!("echo {name}").replace(['\n', '\r', '|'], " ");
                scenario.commands.push((at, CommandLine { on: NodeId(0), line }));
                Change::Key(
                    program,
                    [Key::Interrupt, Key::End, Key::Line("yes".into())][which.index(3)].clone(),
                )
            }
            _ => match scenario.runs.iter().position(|(begins, _)| *begins <= at) {
                Some(run) => Change::Stop(RunId(run as u32)),
                None => continue,
            },
        };
        scenario.changes.push((at, change));
    }
    let whole = scenario.whole().into_owned();
    let added = (scenario.ids.len() as u32..nodes).map(NodeId).find(|&id| whole.topology.host(id).is_some());
    if let Some(from) = added {
        let to = Target::Node(NodeId(0), None);
        scenario.runs.push((at, RunSpec { from, to, kind: RunKind::Ping(Ping::default()) }));
    }
}

/// Chapters that can be: of nodes, links and runs that are there, those with a time in order of time.
fn tell(scenario: &mut Scenario, told: Vec<(Duration, u8, prop::sample::Index, String)>) {
    let whole = scenario.whole().into_owned();
    let (mut chapters, mut last) = (Vec::new(), Instant::ZERO);
    for (time, what, which, text) in told {
        let node = NodeId(which.index(whole.ids.len()) as u32);
        let link = LinkId(which.index(whole.topology.links.len()) as u32);
        let run = (!scenario.runs.is_empty()).then(|| RunId(which.index(scenario.runs.len()) as u32));
        let frame = FrameKind::ALL[which.index(FrameKind::ALL.len())].0;
        let kind = &whole.topology.nodes[node.index()].kind;
        let event = match (what, run) {
            (0, _) => Event::Frame(frame, None),
            (1, _) => Event::Frame(frame, Some(node)),
            (2, _) => Event::Drop(node),
            (3, _) => Event::Down(link),
            (4, _) => Event::Up(link),
            (5, Some(run)) => Event::Begins(run),
            (6, Some(run)) => Event::Ends(run),
            (7, _) if matches!(kind, NodeKind::Switch(_)) => Event::Tree(node),
            (8, _) if matches!(kind, NodeKind::Router(_)) => Event::Route(node),
            (9, _) if matches!(kind, NodeKind::Host(_)) => Event::Address(node),
            _ => Event::Frame(FrameKind::Other, None),
        };
        let moment = match what {
            10.. => {
                last = last.max(Instant::ZERO + time);
                Moment::At(last)
            }
            _ => Moment::On { event, after: Instant::ZERO + time },
        };
        chapters.push(Chapter {
            title: format!("Chapter {what}"),
            text,
            moment,
            look: if what % 2 == 0 { vec![node] } else { Vec::new() },
            pace: Pace::ALL[which.index(Pace::ALL.len())].0,
            headline: chapters.is_empty(),
        });
    }
    scenario.chapters = chapters;
}

/// Everything that refers to something, by ids.
fn runs_and_changes(scenario: &Scenario) -> String {
    let text = scenario.to_json();
    let parts = ["runs", "changes", "chapters"].map(|part| text.find(&format!("\n  \"{part}\"")));
    let from = parts.into_iter().flatten().next().unwrap_or(text.len());
    text[from..].to_owned()
}

fn errors(scenario: &Scenario) -> Vec<Fault> {
    scenario.check().into_iter().filter(Fault::is_error).collect()
}

/// Text that looks like a document until it does not.
fn nearly_documents() -> impl Strategy<Value = String> {
    let full = common::FULL;
    let boundaries: Vec<_> = full.char_indices().map(|(at, _)| at).collect();
    let cut = prop::sample::select(boundaries);
    let junk = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "null",
            "{}",
            "[]",
            "1e999",
            "-0",
            "\"\"",
            "\"\\ud800\"",
            "0.1",
            "\"1ms\"",
            ",",
            "]",
            "}",
            "\""
        ])
        .prop_map(str::to_owned),
    ];
    (cut.clone(), cut, junk).prop_map(move |(a, b, junk)| {
        let (start, end) = (a.min(b), a.max(b));
        format!("{}{junk}{}", &full[..start], &full[end..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_survives_document_text_and_link(scenario in scenarios()) {
        let errors: Vec<_> = scenario.check().into_iter().filter(Fault::is_error).collect();
        prop_assert_eq!(&errors, &[]);
        let (pretty, compact) = (scenario.to_json(), scenario.to_compact_json());
        let by_hand = format!("#json:{}", compact.replace('%', "%25").replace('&', "%26"));
        for text in [&pretty, &compact] {
            let read = Scenario::parse(text);
            prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
        }
        for link in [link::encode(&scenario), by_hand] {
            let read = link::decode(&link);
            prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", link);
        }
    }

    #[test]
    fn the_world_takes_whatever_the_document_allows(scenario in scenarios()) {
        prop_assert!(scenario.world(Limits::default()).is_ok(), "{:?}", scenario.world(Limits::default()).err());
    }

    #[test]
    fn the_world_is_at_every_moment_what_the_document_says_of_it(scenario in scenarios(), at in time(0, 20_000_000_000_000)) {
        let mut world = Scenario { runs: Vec::new(), chapters: Vec::new(), changes: scenario.changes.iter().filter(|(_, change)| !matches!(change, Change::Stop(_))).cloned().collect(), ..scenario.clone() }.world(Limits::default()).unwrap();
        let moment = Instant::ZERO + at;
        world.run_until(moment, || true);
        let then = scenario.at(moment);
        prop_assert_eq!(errors(&then), []);
        for (number, link) in then.topology.links.iter().enumerate() {
            prop_assert_eq!(link, world.history().link_at(LinkId(number as u32), moment));
        }
        for id in world.topology().node_ids() {
            prop_assert_eq!(world.history().born_node(id) <= moment, id.index() < then.ids.len());
            prop_assert_eq!(scenario.node(scenario.id(id)), Some(id));
        }
        let whole = scenario.whole();
        prop_assert_eq!(errors(&whole), []);
        prop_assert_eq!(&whole.topology.nodes, &world.topology().nodes);
        prop_assert_eq!(whole.positions().len(), whole.ids.len());
    }

    #[test]
    fn what_is_put_in_or_taken_out_leaves_everything_else_as_it_was(scenario in scenarios(), node in any::<prop::sample::Index>(), link in any::<prop::sample::Index>()) {
        let before = runs_and_changes(&scenario);
        let mut more = scenario.clone();
        let hub = |name: &str| Node { name: name.to_owned(), kind: NodeKind::Hub };
        let first = more.add_node("put-in".into(), hub("put-in"), None);
        prop_assert_eq!(runs_and_changes(&more), &before[..]);
        let there = NodeId(more.ids.len() as u32 - 2);
        let way = scenario::defaults::way;
        let cable = more.add_link(Link::new([first, there], [way(), way()]));
        prop_assert_eq!(runs_and_changes(&more), &before[..]);
        prop_assert_eq!(errors(&more), []);
        prop_assert_eq!(Scenario::parse(&more.to_json()), Ok(more.clone()));
        prop_assert_eq!(more.without(&[first], &[cable]), scenario.clone());

        // As a change, before the others.
        let node_change = Change::Node { id: "put-in".into(), at: None, node: hub("put-in") };
        let changed = scenario.clone().with_change(Instant::ZERO, node_change);
        let new = changed.node("put-in").unwrap();
        let mut changed_more = changed.clone();
        let cable = changed_more.add_link(Link::new([new, there], [way(), way()]));
        prop_assert_eq!(errors(&changed_more), []);
        prop_assert_eq!(Scenario::parse(&changed_more.to_json()), Ok(changed_more.clone()));
        prop_assert_eq!(changed_more.without(&[], &[cable]), changed.clone());
        prop_assert_eq!(changed.without(&[new], &[]), scenario.clone());

        // Whatever goes, the rest can be run.
        let whole = scenario.whole();
        let node = NodeId(node.index(whole.ids.len()) as u32);
        let link = LinkId(link.index(whole.topology.links.len()) as u32);
        let left = scenario.without(&[node], &[link]);
        prop_assert_eq!(errors(&left), []);
        prop_assert_eq!(Scenario::parse(&left.to_json()), Ok(left.clone()));
        let id = format!("\"{}\"", scenario.id(node));
        prop_assert!(!runs_and_changes(&left).contains(&id));
        prop_assert!(left.world(Limits::default()).is_ok());
        for (number, _) in scenario.runs.iter().enumerate() {
            prop_assert_eq!(errors(&scenario.without_run(RunId(number as u32))), []);
        }
    }

    #[test]
    fn every_problem_can_be_reported_and_a_fix_removes_it(scenario in scenarios(), address in any::<prop::sample::Index>()) {
        // Two hosts, of the start or added, have one address.
        let mut wrong = scenario;
        let first = wrong.topology.host(NodeId(0)).unwrap().addresses[0];
        let hosts = wrong.changes.iter_mut().filter_map(|(_, change)| match change {
            Change::Node { node: Node { kind: NodeKind::Host(config), .. }, .. } => Some(config),
            _ => None,
        });
        let mut hosts: Vec<_> = hosts.collect();
        if let Some(number) = (!hosts.is_empty()).then(|| address.index(hosts.len())) {
            hosts[number].addresses[0] = first;
        }
        for problem in scenario::problems(&wrong) {
            prop_assert!(problem.nodes.iter().all(|node| wrong.whole().ids.len() > node.index()));
            if let Some(fix) = problem.fix(&wrong) {
                prop_assert_eq!(Scenario::draft(&fix.scenario.to_json()), Ok(fix.scenario.clone()));
                prop_assert!(!scenario::problems(&fix.scenario).iter().any(|other| (other.kind, &other.nodes, other.run) == (problem.kind, &problem.nodes, problem.run) && other.fault.place == problem.fault.place), "{:?}", fix);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_reason(text in any::<String>()) {
        let reading = Scenario::read(&text);
        prop_assert!(reading.scenario.is_some() || reading.faults.iter().any(Fault::is_error));
    }

    #[test]
    fn any_damaged_document_is_read_or_refused_with_a_reason(text in nearly_documents()) {
        let reading = Scenario::read(&text);
        prop_assert_eq!(reading.scenario.is_none(), reading.faults.iter().any(Fault::is_error));
        if let Some(scenario) = reading.scenario {
            prop_assert_eq!(Scenario::parse(&scenario.to_json()), Ok(scenario));
        }
    }

    #[test]
    fn any_link_is_read_or_refused(codec in "#?(1|json|2|3|x)(:|%3A)?", payload in any::<String>()) {
        let link = format!("{codec}{payload}");
        prop_assert!(link::decode(&link).is_err());
        prop_assert!(link::decode(&payload).is_err());
    }

    #[test]
    fn any_bytes_in_a_link_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        use base64::Engine;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
        for link in [format!("1:{payload}"), format!("2:{payload}")] {
            prop_assert!(link::decode(&link).is_err());
        }
    }

    #[test]
    fn a_link_with_one_character_changed_never_panics(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_-]") {
        let mut link = link::encode(&Scenario::parse(common::FULL).unwrap());
        let at = at.index(link.len());
        link.replace_range(at..=at, &with);
        let _ = link::decode(&link);
    }
}

#[test]
fn a_network_that_is_wrong_can_be_drafted_but_a_text_that_is_wrong_cannot() {
    let wrong = r#"{"packetarium":1,"nodes":[{"id":"x","kind":"host","addresses":["10.0.0.1/24"]},{"id":"y","kind":"host","addresses":["10.0.0.2/24"],"gateway":"10.0.9.9"},{"id":"z","kind":"hub"}],
        "links":[{"ends":["x","z"]},{"ends":["z","y"]}]}"#;
    assert!(Scenario::parse(wrong).is_err());
    let draft = Scenario::draft(wrong).unwrap();
    assert_eq!(Scenario::draft(&draft.to_compact_json()), Ok(draft.clone()), "it survives being kept");
    assert!(draft.check().iter().any(scenario::Fault::is_error));
    // No world could be made of these.
    for bad in [wrong.replace(r#"["x","z"]"#, r#"["z","z"]"#), wrong.replace("hub", "tub")] {
        assert!(Scenario::draft(&bad).is_err());
    }
}
