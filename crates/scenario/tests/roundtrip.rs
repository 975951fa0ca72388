//! Whatever a scenario says survives text and link, and whatever a text says never panics.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use netlab::history::Limits;
use netlab::run::*;
use netlab::topology::*;
use netlab::{BitsPerSec, Duration, Instant, Ratio};
use proptest::prelude::*;
use scenario::{Fault, Scenario, link};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr};
use vnetif::impair::Impairment;
use vnetif::line::LineConfig;

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
    ]
}

fn way() -> impl Strategy<Value = Way> {
    let rate = prop::option::of((1..=10_000_000_000u64).prop_map(|rate| BitsPerSec::new(rate).unwrap()));
    let line = (rate, time(1, 200_000_000), size(0, 64 << 20));
    let line = line.prop_map(|(rate, delay, queue_bytes)| LineConfig { rate, delay, queue_bytes });
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

fn host(number: u8) -> impl Strategy<Value = HostConfig> {
    let tcp = (congestion(), size(128, 1 << 20), size(128, 1 << 20));
    let tcp =
        tcp.prop_map(|(congestion, rx_buffer, tx_buffer)| TcpConfig { congestion, rx_buffer, tx_buffer });
    (any::<[bool; 4]>(), 1_280..=9_000usize, tcp).prop_map(
        move |([second, gateway, gateway6, mac], ip_mtu, tcp)| {
            let v4 = |net| IpAddress::v4(10, 0, net, number + 1);
            let v6 = |last| IpAddress::v6(0xfd00, 0, 0, 0, 0, 0, 0, last);
            let mut addresses = vec![IpCidr::new(v4(0), 24), IpCidr::new(v6(u16::from(number) + 1), 64)];
            addresses.extend(second.then(|| IpCidr::new(v4(1), 24 + number % 3)));
            let gateways = gateway.then_some(IpAddress::v4(10, 0, 0, 254)).into_iter();
            HostConfig {
                mac: mac.then_some(EthernetAddress([2, 0, 0, 0, 0, number])),
                addresses,
                gateways: gateways.chain(gateway6.then_some(v6(0xff))).collect(),
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
        (1..=60_000u32, time(10_000, hour), size(0, 1_200), time(10_000, hour)).prop_map(
            |(count, interval, payload_bytes, timeout)| {
                RunKind::Ping(Ping { count, interval, payload_bytes, timeout })
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
    (time(0, 24 * hour), ends, kind)
        .prop_map(|(at, (from, to), kind)| (Instant::ZERO + at, RunSpec { from, to, kind }))
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
        ways in prop::collection::vec(ways(), hosts as usize + 1),
        sides in prop::collection::vec(any::<bool>(), hosts as usize),
        runs in prop::collection::vec(run(hosts), 0..6),
        seed in 0..=(1u64 << 53) - 1,
        title in text(0..=60),
        description in prop::option::of(text(0..=100)),
    ) -> Scenario {
        let hosts = configs.len() as u32;
        let switch = NodeKind::Switch(SwitchConfig { ageing });
        let kinds = configs.into_iter().map(NodeKind::Host).chain([switch, NodeKind::Hub]);
        let ids: Vec<_> = (0..hosts + 2).map(|number| format!("n-{number}_X")).collect();
        let name = |(number, name): (usize, Option<String>)| name.filter(|name| !name.is_empty()).unwrap_or(ids[number].clone());
        let names = names.into_iter().enumerate().map(name);
        let ends = sides.iter().zip(0..).map(|(hub, host)| [NodeId(host), NodeId(hosts + u32::from(*hub))]);
        let ends = ends.chain([[NodeId(hosts + 1), NodeId(hosts)]]);
        Scenario {
            title,
            description,
            seed,
            topology: Topology {
                nodes: names.zip(kinds).map(|(name, kind)| Node { name, kind }).collect(),
                links: ends.zip(ways).map(|(ends, ways)| Link { ends, ways }).collect(),
            },
            ids,
            at,
            runs,
            changes: Vec::new(),
        }
    }
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
    let looped = r#"{"packetarium":1,"nodes":[{"id":"x","kind":"hub"},{"id":"y","kind":"hub"},{"id":"z","kind":"hub"}],
        "links":[{"ends":["x","y"]},{"ends":["y","z"]},{"ends":["z","x"]}]}"#;
    assert!(Scenario::parse(looped).is_err());
    let draft = Scenario::draft(looped).unwrap();
    assert_eq!(Scenario::draft(&draft.to_compact_json()), Ok(draft.clone()), "it survives being kept");
    assert!(draft.check().iter().any(scenario::Fault::is_error));
    // No world could be made of these.
    for bad in [looped.replace(r#"["z","x"]"#, r#"["z","z"]"#), looped.replace("hub", "tub")] {
        assert!(Scenario::draft(&bad).is_err());
    }
}
