//! What holds in every network, whatever it looks like.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::*;
use netlab::history::{DirectionTotals, DropReason, Fate, Limits, Transit};
use netlab::run::*;
use netlab::topology::*;
use netlab::world::{Command, CommandError};
use netlab::{Duration, Instant, Ratio, World};
use proptest::prelude::*;
use wire::impair::Impairment;
use wire::line::{CoDel, Discipline, LineConfig, Queue, Red};

/// A tree: `middles` hubs and switches, each hung on an earlier one, and hosts hung on them.
fn tree() -> impl Strategy<Value = Topology> {
    let middles = prop::collection::vec((any::<bool>(), any::<prop::sample::Index>()), 1..6);
    let hosts = prop::collection::vec(any::<prop::sample::Index>(), 2..8);
    let lines = prop::collection::vec((1u64..1_000, 1u64..20_000, 3_000usize..100_000), 12);
    (middles, hosts, lines).prop_map(|(middles, hosts, lines)| {
        let mut nodes: Vec<_> = (1..=hosts.len() as u8).map(host).collect();
        let mut links = Vec::new();
        let first = hosts.len() as u32;
        for (number, (is_hub, parent)) in middles.iter().enumerate() {
            nodes.push(if *is_hub { hub() } else { switch() });
            if number > 0 {
                links.push(cable(first + parent.index(number) as u32, first + number as u32));
            }
        }
        for (number, parent) in hosts.iter().enumerate() {
            links.push(cable(number as u32, first + parent.index(middles.len()) as u32));
        }
        for (link, (mbps, delay_us, queue)) in links.iter_mut().zip(lines.into_iter().cycle()) {
            let mut one = way(mbps, delay_us, queue);
            one.line.queue.discipline = match mbps % 3 {
                0 => Discipline::DropTail,
                1 => Discipline::CoDel(CoDel::default()),
                _ => {
                    let (min, max) = (queue / 4, queue * 3 / 4);
                    Discipline::Red(Red { min, max, probability: Ratio::percent(10), weight_log: 6 })
                }
            };
            link.ways = [one.clone(), one];
        }
        Topology { nodes, links }
    })
}

fn impairments() -> impl Strategy<Value = Vec<Impairment>> {
    let percent = || (0u32..=30).prop_map(Ratio::percent);
    let one = prop_oneof![
        percent().prop_map(Impairment::Loss),
        percent().prop_map(|probability| Impairment::LossOfSmall { probability, bytes_max: 100 }),
        (0u32..10).prop_map(Impairment::TrailingBytes),
        (600usize..1_514).prop_map(Impairment::FrameSizeMax),
        (0u64..20_000)
            .prop_map(|after_bytes| Impairment::SilenceOnce { after_bytes, lasts: Duration::from_secs(1) }),
        Just(Impairment::Down),
        (0u64..2_000, 1u64..500, prop::option::of(1u64..1_000)).prop_map(|(at, lasts, every)| {
            let millis = Duration::from_millis;
            let (at, lasts) = (Instant::ZERO + millis(at), millis(lasts));
            Impairment::Outage { at, lasts, every: every.map(millis) }
        }),
        (percent(), percent()).prop_map(|(probability, correlation)| {
            Impairment::LossCorrelated { probability, correlation }
        }),
        (percent(), percent(), percent()).prop_map(|(to_bad, to_good, bad)| Impairment::GilbertElliott {
            to_bad,
            to_good,
            bad,
            good: Ratio::percent(0)
        }),
        (1u32..9).prop_map(Impairment::LossEvery),
        (1u64..20).prop_map(Impairment::LossOfFrame),
        (percent(), percent())
            .prop_map(|(probability, correlation)| Impairment::Duplicate { probability, correlation }),
        (percent(), percent())
            .prop_map(|(probability, correlation)| Impairment::Corrupt { probability, correlation }),
        (0u64..5_000, 0u8..4, percent(), any::<bool>()).prop_map(|(us, which, correlation, overtakes)| {
            use wire::impair::Distribution::{Normal, Pareto, ParetoNormal, Uniform};
            let distribution = [Uniform, Normal, Pareto, ParetoNormal][usize::from(which)];
            Impairment::Jitter { spread: Duration::from_micros(us), distribution, correlation, overtakes }
        }),
        (percent(), percent(), 1u32..5).prop_map(|(probability, correlation, gap)| Impairment::Reorder {
            probability,
            correlation,
            gap
        }),
    ];
    prop::collection::vec(one, 0..4)
}

/// The books balance on every wire, and time never runs backwards on any.
fn check_conservation(world: &World) -> Result<(), TestCaseError> {
    let history = world.history();
    for direction in (0..world.topology().links.len() * 2).map(Direction::from_index) {
        let on_it = || history.transits().filter(move |transit| transit.direction == direction);
        let totals = history.totals(direction);
        let under_way = on_it()
            .filter(|transit| transit.fate == Fate::Delivered && transit.arrival > world.now())
            .count();
        let dropped: u64 = totals.dropped.values().sum();
        prop_assert_eq!(totals.sent, totals.delivered + dropped + under_way as u64);
        let mut last_end = Instant::ZERO;
        for transit in on_it().filter(|transit| transit.arrival > transit.queued) {
            prop_assert!(transit.queued <= transit.start && transit.start <= transit.end);
            prop_assert!(transit.end <= transit.arrival);
            prop_assert!(transit.start >= last_end, "two frames at once on one wire");
            last_end = transit.end;
        }
    }
    Ok(())
}

/// Something done to a world, sound or not; numbers wrap around a little beyond what there is.
#[derive(Clone, Debug)]
enum Deed {
    AddHost {
        address: u8,
        mtu: usize,
    },
    AddMiddle {
        is_hub: bool,
    },
    AddLink {
        ends: [u32; 2],
        timeless: bool,
    },
    /// The youngest node gets a cable: most often it has none.
    Connect {
        to: u32,
    },
    SetLink {
        link: u32,
        impairments: Vec<Impairment>,
    },
    Ping {
        from: u32,
        to: u32,
    },
    Stop {
        run: u32,
    },
    Run {
        us: u64,
    },
}

fn deed() -> impl Strategy<Value = Deed> {
    let rarely = prop::bool::weighted(0.2);
    prop_oneof![
        2 => (any::<u8>(), 1_270usize..1_500).prop_map(|(address, mtu)| Deed::AddHost { address, mtu }),
        1 => any::<bool>().prop_map(|is_hub| Deed::AddMiddle { is_hub }),
        2 => (any::<[u32; 2]>(), rarely).prop_map(|(ends, timeless)| Deed::AddLink { ends, timeless }),
        4 => any::<u32>().prop_map(|to| Deed::Connect { to }),
        1 => (any::<u32>(), impairments())
            .prop_map(|(link, impairments)| Deed::SetLink { link, impairments }),
        6 => any::<[u32; 2]>().prop_map(|[from, to]| Deed::Ping { from, to }),
        1 => any::<u32>().prop_map(|run| Deed::Stop { run }),
        4 => (0u64..40_000).prop_map(|us| Deed::Run { us }),
    ]
}

/// So slow that even a storm in a loop of hubs is few frames.
fn slow() -> Way {
    way(1, 500, 3_000)
}

/// The command that a deed amounts to in this world; none if it only lets time pass.
fn command(world: &World, deed: Deed) -> Option<Command> {
    let topology = world.topology();
    let node = |number: u32| NodeId(number % (topology.nodes.len() as u32 + 1));
    Some(match deed {
        Deed::AddHost { address, mtu } => {
            let mut node = host(address);
            if let NodeKind::Host(config) = &mut node.kind {
                config.ip_mtu = mtu;
            }
            Command::AddNode(node)
        }
        Deed::AddMiddle { is_hub } => Command::AddNode(if is_hub { hub() } else { switch() }),
        Deed::AddLink { ends, timeless } => {
            let mut ways = [slow(), slow()];
            if timeless {
                ways[0].line = LineConfig { rate: None, delay: Duration::ZERO, queue: Queue::bytes(0) };
            }
            Command::AddLink(Link::new(ends.map(node), ways))
        }
        Deed::Connect { to } => {
            let youngest = NodeId(topology.nodes.len() as u32 - 1);
            Command::AddLink(Link::new([youngest, node(to)], [slow(), slow()]))
        }
        Deed::SetLink { link, impairments } => {
            let link = LinkId(link % (topology.links.len() as u32 + 1));
            Command::SetLink(link, [Way { impairments, ..slow() }, slow()])
        }
        Deed::Ping { from, to } => {
            let ping = Ping { count: 3, interval: Duration::from_millis(10), ..Ping::default() };
            let to = Target::Node(node(to), None);
            Command::Start(RunSpec { from: node(from), to, kind: RunKind::Ping(ping) })
        }
        Deed::Stop { run } => Command::Stop(RunId(run % (world.history().runs().len() as u32 + 1))),
        Deed::Run { .. } => return None,
    })
}

/// What the topology would be after this command.
fn after(topology: &Topology, command: &Command) -> Topology {
    let mut topology = topology.clone();
    match command {
        Command::AddNode(node) => topology.nodes.push(node.clone()),
        Command::AddLink(link) => topology.links.push(link.clone()),
        Command::Start(_)
        | Command::Stop(_)
        | Command::SetLink(..)
        | Command::SetPort(..)
        | Command::SetNode(..)
        | Command::Clear(_)
        | Command::Launch { .. }
        | Command::Type(..)
        | Command::EndInput(_)
        | Command::Interrupt(_) => {}
    }
    topology
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_tree_every_host_reaches_every_other(topology in tree()) {
        let hosts: Vec<_> = topology.node_ids().filter(|&id| topology.host(id).is_some()).collect();
        let mut world = world(topology);
        let mut runs = Vec::new();
        for &from in &hosts {
            for &to in hosts.iter().filter(|&&to| to != from) {
                let ping = Ping { count: 2, timeout: Duration::from_secs(60), ..Ping::default() };
                runs.push(start(&mut world, from, to, RunKind::Ping(ping)));
                // smoltcp resolves one neighbor a second.
                let next = world.now() + Duration::from_secs(1);
                world.run_until(next, || true);
            }
        }
        finish(&mut world);
        for run in runs {
            prop_assert_eq!(result(&world, run).1.received, 2);
        }
        check_conservation(&world)?;
    }

    #[test]
    fn whatever_the_links_do_every_run_ends_and_the_books_balance(
        topology in tree(),
        bad in prop::collection::vec(impairments(), 24),
        kinds in prop::collection::vec(0usize..5, 1..4),
    ) {
        let mut topology = topology;
        let ways = topology.links.iter_mut().flat_map(|link| &mut link.ways);
        for (way, impairments) in ways.zip(bad) {
            way.impairments = impairments;
        }
        let mut world = world(topology);
        let mut runs = Vec::new();
        for kind in kinds {
            let iperf = Iperf { amount: Amount::Bytes(30_000), ..Iperf::default() };
            let kind = match kind {
                0 => RunKind::Ping(Ping::default()),
                1 => RunKind::Echo(Echo { count: 3, ..Echo::default() }),
                2 => RunKind::Echo(Echo { transport: Transport::Udp, count: 3, ..Echo::default() }),
                3 => RunKind::Connect(Connect::default()),
                _ => RunKind::Iperf(iperf),
            };
            let spec = RunSpec { from: A, to: Target::Node(B, None), kind };
            runs.push(world.apply(Command::Start(spec)).unwrap().1.unwrap());
        }
        finish(&mut world);
        for run in runs {
            prop_assert!(world.history().run(run).outcome_at(world.now()).is_some());
        }
        check_conservation(&world)?;
    }
    #[test]
    fn the_counters_of_any_moment_are_those_of_a_naive_count_whatever_was_forgotten(
        mut topology in tree(),
        bad in prop::collection::vec(impairments(), 24),
        worse in prop::collection::vec((0u64..400_000, any::<u32>(), impairments()), 0..6),
        transits in 1usize..300,
        asked in prop::collection::vec(0u64..600_000_000, 12),
    ) {
        let ways = topology.links.iter_mut().flat_map(|link| &mut link.ways);
        for (way, impairments) in ways.zip(bad) {
            way.impairments = impairments;
        }
        let links = topology.links.len() as u32;
        let [few, all] = [Limits { transits, ..Limits::default() }, Limits::default()].map(|limits| {
            let mut world = World::new(topology.clone(), 7, limits).unwrap();
            for (us, link, impairments) in &worse {
                let ways = [Way { impairments: impairments.clone(), ..slow() }, way(10, 10, 3_000)];
                let at = Instant::ZERO + Duration::from_micros(*us);
                world.schedule(at, Command::SetLink(LinkId(link % links), ways)).unwrap();
            }
            let iperf = Iperf { amount: Amount::Bytes(60_000), ..Iperf::default() };
            for kind in [RunKind::Ping(Ping::default()), RunKind::Iperf(iperf)] {
                start(&mut world, A, B, kind);
            }
            world.run_until(Instant::from_nanos(500_000_000), || true);
            world
        });
        let moments = asked.into_iter().map(Instant::from_nanos);
        let turns = all.history().transits().step_by(17).flat_map(|transit| [transit.queued, transit.gone()]);
        for at in moments.chain(turns).chain([few.history().complete_since(), few.now()]) {
            for direction in (0..links as usize * 2).map(Direction::from_index) {
                let mut naive = DirectionTotals::default();
                let (mut under_way, mut bytes) = (0, (0, 0));
                let by = all.history().transits().filter(|transit| transit.direction == direction && transit.queued <= at);
                for transit in by {
                    naive.sent += 1;
                    bytes.0 += transit.frame.len() as u64;
                    if transit.fate == Fate::Delivered && transit.gone() <= at {
                        bytes.1 += transit.frame.len() as u64;
                    }
                    match transit.fate {
                        _ if transit.gone() > at => under_way += 1,
                        Fate::Delivered => naive.delivered += 1,
                        Fate::Dropped { reason, .. } => *naive.dropped.entry(reason).or_default() += 1,
                    }
                }
                let dropped: u64 = naive.dropped.values().sum();
                prop_assert_eq!(naive.sent, naive.delivered + dropped + under_way);
                prop_assert_eq!(&all.history().totals_at(direction, at), &naive);
                prop_assert_eq!(all.history().bytes_at(direction, at), bytes);
                if at >= few.history().complete_since() {
                    prop_assert_eq!(few.history().totals_at(direction, at), naive);
                    prop_assert_eq!(few.history().bytes_at(direction, at), bytes);
                }
            }
        }
        for transit in few.history().transits() {
            let same = all.history().transit(transit.id).expect("nothing was forgotten");
            let handed = all.history().transits().take_while(|other| other.id <= same.id);
            // What a station drops before it has the medium never gets to its wire.
            let unsent = |other: &Transit| {
                let sender = &topology.node(topology.sender(other.direction)).kind;
                let queue = matches!(
                    other.fate,
                    Fate::Dropped { reason: DropReason::QueueFull | DropReason::Early | DropReason::Collisions, .. }
                );
                queue && topology.is_half_duplex(other.direction.link) && *sender != NodeKind::Hub
            };
            let handed = handed.filter(|other| {
                other.direction == same.direction && !other.marks.duplicate && !unsent(other)
            });
            prop_assert_eq!(transit.number, handed.count() as u64);
        }
        prop_assert_eq!(few.history().transits().len(), all.history().transits().len().min(transits));
        prop_assert!(few.history().bytes_kept() <= all.history().bytes_kept());
    }

    #[test]
    fn whatever_is_added_while_it_runs_a_world_equals_its_replay_and_the_books_balance(
        topology in tree(),
        deeds in prop::collection::vec((deed(), 0u64..10_000), 1..80),
    ) {
        let mut topology = topology;
        for link in &mut topology.links {
            link.ways = [slow(), slow()];
        }
        let mut live = world(topology.clone());
        let mut journal = Vec::new();
        for (deed, ahead_us) in deeds {
            if let Deed::Run { us } = deed {
                let until = live.now() + Duration::from_micros(us);
                live.run_until(until, || true);
            }
            let Some(command) = command(&live, deed) else { continue };
            // Some at once, some planned ahead.
            let at = live.frontier() + Duration::from_micros(ahead_us.saturating_sub(5_000));
            let grown = after(live.topology(), &command);
            let scheduled = live.schedule(at, command.clone());
            if let Command::AddNode(_) | Command::AddLink(_) = command {
                match &scheduled {
                    Ok(_) => prop_assert!(grown.check().is_ok()),
                    Err(CommandError::OutOfOrder { last, .. }) => prop_assert!(*last > at),
                    Err(CommandError::Topology(error)) => prop_assert!(grown.check().unwrap_err().contains(error)),
                    Err(error) => prop_assert!(false, "{error}"),
                }
            }
            if scheduled.is_ok() {
                journal.push((at, command));
                prop_assert_eq!(live.topology(), &grown);
            }
        }
        let end = live.now() + Duration::from_millis(100);
        live.run_until(end, || true);
        check_conservation(&live)?;
        for transit in live.history().transits() {
            prop_assert!(transit.queued >= live.history().born_link(transit.direction.link));
        }
        let mut replay = world(topology);
        for (at, command) in journal {
            replay.schedule(at, command).unwrap();
        }
        replay.run_until(end, || true);
        prop_assert_eq!(live.history().hash(), replay.history().hash());
        prop_assert_eq!(live.topology(), replay.topology());
    }
}
