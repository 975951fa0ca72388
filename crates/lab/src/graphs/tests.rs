//! What is drawn and counted, beside what the history has.

use super::connections::{congestion_of, side_of};
use super::flow::{Flow, Graph};
use super::links;
use super::series::{Datum, Series};
use super::states::states_at;
use super::tables::{Layer, conversations, hierarchy, unanswered};
use crate::command::{Clock, Look};
use crate::packets::Observe;
use crate::timeline::Window;
use crate::{Lab, State};
use capture::Recording;
use netlab::history::Fate;
use netlab::topology::{Congestion, Direction, End, LinkId};
use netlab::{Duration, Instant};
use scenario::Scenario;
use smoltcp::socket::tcp::State as Tcp;
use std::rc::Rc;
use trace::census::{Census, Count};
use trace::connections::Connections;

fn whole(name: &str) -> Lab {
    run(crate::samples::document(name))
}

fn run(scenario: Scenario) -> Lab {
    let mut lab = Lab::new(scenario);
    lab.perform(Clock::SkipQuiet(true)).unwrap();
    for frame in 0..100_000 {
        lab.tick(f64::from(frame) * 16.7, true, &mut || true);
        if lab.state() == State::Quiet {
            lab.follow(&mut || true);
            return lab;
        }
    }
    panic!("it never became quiet")
}

fn lossy() -> Lab {
    whole("slow-lossy-link")
}

fn flow(lab: &Lab, at_most: usize) -> Flow {
    let mut connections = Connections::default();
    connections.follow(lab.trace(), lab.source());
    let [connection] = connections.list[..] else { panic!("one connection: {:?}", connections.list) };
    let [local, remote] = connection.ends;
    let side = side_of(lab.whole(), local, remote).unwrap();
    let congestion = congestion_of(lab.whole(), lab.look().history, &connection, local);
    assert_eq!(congestion, Congestion::Cubic, "as the run asks for");
    let mut flow = Flow::in_world(side, congestion, &connection, connections.again(&connection));
    while !flow.follow(lab.trace(), lab.source(), at_most) {}
    flow
}

fn data(flow: &Flow, graph: Graph, window: Window, name: &str) -> Vec<Datum> {
    let series = flow.series(graph, window);
    series.into_iter().find(|series| series.name.starts_with(name)).expect("it is there").data.into_owned()
}

#[test]
fn a_transfer_is_drawn_as_it_was() {
    let lab = lossy();
    let flow = flow(&lab, usize::MAX);
    let window = lab.whole_time();
    let sent = data(&flow, Graph::Tcptrace, window, "Sent");
    // A segment may repeat the end of the one before: a window probe's byte.
    let new = sent.iter().fold((1, 0), |(next, bytes), datum| {
        assert!(datum.low <= next, "no gap");
        (datum.high.max(next), bytes + datum.high.saturating_sub(datum.low.max(next)))
    });
    assert_eq!(new, (2_000_001, 2_000_000));
    let again = data(&flow, Graph::Tcptrace, window, "Retransmitted");
    let run = lab.look().history.runs().last().unwrap();
    assert_eq!(again.len() as u64, run.totals_at(lab.edge()).retransmits);
    assert!(!again.is_empty() && !data(&flow, Graph::Tcptrace, window, "Lost").is_empty());

    let trips = data(&flow, Graph::RoundTrip, window, "Round trip");
    assert!(trips.len() > 100);
    assert!(trips.iter().all(|trip| trip.high >= 40_000_000), "twice 20 ms: nothing is quicker");
    let acked = data(&flow, Graph::Tcptrace, window, "Acknowledged").last().unwrap().high;
    assert!(acked > 2_000_000, "all of it, and the SYN");
    let flight = data(&flow, Graph::InFlight, window, "In flight");
    assert!(flight.iter().all(|datum| datum.high <= 65_536) && flight.last().unwrap().high <= 1);
    assert!(flow.has_windows());

    let goodput = data(&flow, Graph::Throughput, window, "Goodput");
    let part = window.nanos() as f64 / 100.0 / 8e9;
    let good: f64 = goodput.iter().map(|datum| datum.high as f64 * part).sum();
    assert!((good / 2_000_000.0 - 1.0).abs() < 0.01, "{good}");
    for graph in [Graph::Stevens, Graph::Tcptrace, Graph::Throughput, Graph::RoundTrip, Graph::InFlight] {
        for series in flow.series(graph, window) {
            assert!(series.data.is_sorted_by_key(|datum| datum.at), "{}", series.name);
        }
    }
}

#[test]
fn read_in_pieces_it_is_the_same() {
    let lab = lossy();
    let (whole, pieces) = (flow(&lab, usize::MAX), flow(&lab, 7));
    let window = lab.whole_time();
    for graph in [Graph::Stevens, Graph::Tcptrace, Graph::RoundTrip, Graph::InFlight] {
        assert_eq!(whole.series(graph, window), pieces.series(graph, window));
    }
}

#[test]
fn a_link_carries_queues_and_drops_what_the_history_has() {
    let lab = lossy();
    let (history, edge) = (lab.look().history, lab.edge());
    let window = lab.whole_time();
    let of = |graph| -> Vec<Series<'static>> {
        links::series(lab.whole(), history, edge, LinkId(0), graph, window)
    };
    for from in End::BOTH {
        let direction = Direction { link: LinkId(0), from };
        let transits: Vec<_> = history.transits().filter(|transit| transit.direction == direction).collect();
        let on_wire = transits
            .iter()
            .filter(|transit| transit.arrival > transit.queued || transit.fate == Fate::Delivered);
        let bits: usize = on_wire.map(|transit| transit.frame.len() * 8).sum();
        let part = window.nanos() as f64 / 200.0 / 1e9;
        let drawn: f64 =
            of(links::Graph::Load)[from.index()].data.iter().map(|datum| datum.high as f64 * part).sum();
        assert!((drawn / bits as f64 - 1.0).abs() < 0.01, "{drawn} {bits}");

        let queue = &of(links::Graph::Queue)[from.index()];
        for ms in (0..edge.nanos() / 1_000_000).step_by(7) {
            let at = Instant::ZERO + Duration::from_millis(ms);
            let waits = transits.iter().filter(|transit| transit.queued <= at && at < transit.start);
            let bytes: usize = waits.map(|transit| transit.frame.len()).sum();
            assert_eq!(queue.at(at).unwrap().high, bytes as u64, "at {ms} ms");
        }
        let dropped: u64 = of(links::Graph::Drops)[from.index()].data.iter().map(|datum| datum.high).sum();
        assert_eq!(dropped, history.totals(direction).dropped.values().sum::<u64>());
    }
}

#[test]
fn everything_listed_is_counted_once_and_going_back_counts_anew() {
    let mut lab = whole("two-hosts-and-a-switch");
    let (mut census, all) = (Census::default(), lab.trace().count());
    let sum = |census: &Census| census.kinds().fold(Count::NONE, |sum, (_, count)| sum.and(count));
    let half = all / 2;
    for upto in [half, all, half / 2, all] {
        while !census.count(lab.trace(), lab.source(), upto, 50) {}
        let rows = || lab.trace().rows(0..upto).map(|(_, row)| row);
        assert_eq!(sum(&census).packets, upto as u64);
        assert_eq!(sum(&census).bytes, rows().map(|row| u64::from(row.length)).sum::<u64>());
        let mut fresh = Census::default();
        fresh.count(lab.trace(), lab.source(), upto, usize::MAX);
        for layer in Layer::ALL.map(|(layer, _)| layer) {
            assert_eq!(conversations(&census, layer, true), conversations(&fresh, layer, true));
        }
    }
    let tree = hierarchy(&census);
    let names: Vec<_> = tree.lines.iter().map(|line| (line.depth, line.cells[0].as_str())).collect();
    assert_eq!(
        names,
        [(0, "Ethernet"), (1, "ARP"), (1, "IPv4"), (2, "ICMP"), (2, "TCP")],
        "each below what carries it"
    );
    lab.perform(Look::Observe(Observe::Filter("arp".into()))).unwrap();
    lab.follow(&mut || true);
    census.count(lab.trace(), lab.source(), all, usize::MAX);
    assert_eq!(sum(&census).packets, lab.trace().listed() as u64);
}

#[test]
fn a_request_has_no_answer_until_it_comes() {
    let lab = whole("two-hosts-and-a-switch");
    let mut census = Census::default();
    let at = |number: usize| lab.trace().row(number).unwrap().at;
    // The first packet is an ARP request, the second its answer.
    census.count(lab.trace(), lab.source(), 1, usize::MAX);
    assert_eq!(unanswered(&lab, &census, at(0), true).lines.len(), 1);
    census.count(lab.trace(), lab.source(), lab.trace().count(), usize::MAX);
    assert_eq!(unanswered(&lab, &census, at(1), true).lines.len(), census.requests().len() - 1);
    assert_eq!(unanswered(&lab, &census, lab.edge(), true).lines.len(), 0);
}

const LOSSY: &str = r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
    {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}], "links": [{"ends": ["a", "b"], "impair": [{"every": 20}]}],
    "runs": [{"iperf": {"from": "a", "to": "b", "bytes": "200kB"}}]}"#;

/// Each end knows the other by the address that the router gives it: at the server the phone is the router.
#[test]
fn a_connection_through_nat_has_graphs_and_states_at_both_ends() {
    let lab = run(Scenario::parse(include_str!("../../../../scenarios/home-network.json")).unwrap());
    let (topology, history) = (lab.whole(), lab.look().history);
    let mut connections = Connections::default();
    connections.follow(lab.trace(), lab.source());
    assert_eq!(connections.list.len(), 3, "two out of the house, one in: {:?}", connections.list);
    for connection in &connections.list {
        for end in [0, 1] {
            let [local, remote] = connection.seen_by(end);
            let side = side_of(topology, local, remote).unwrap_or_else(|| panic!("{local} is no host"));
            let congestion = congestion_of(topology, history, connection, local);
            let mut flow = Flow::in_world(side, congestion, connection, connections.again(connection));
            while !flow.follow(lab.trace(), lab.source(), 100) {}
            assert!(flow.data_count() > 0, "nothing at {local}, which talks with {remote}");
        }
        let of = |row: &trace::Row| row.notes.stream == Some(connection.stream) && row.notes.len > 0;
        let mut all = lab.trace().rows(0..lab.trace().count());
        let last = all.rfind(|(_, row)| row.segment.is_some() && of(row)).unwrap().1.at;
        let states =
            states_at(topology, history, connection, last).map(|state| state.map(|(state, _)| state));
        // A listening socket would be one that knows nothing of the other end.
        let knows = |state: &Option<Tcp>| state.is_some_and(|state| state != Tcp::Listen);
        assert!(states.iter().all(knows), "{states:?}");
    }
}

/// The capture of the packets that the lab lists: Ethernet frames, or only the IP packets in them.
fn captured(lab: &Lab, bare: bool) -> Rc<Recording> {
    let link_type = if bare { 101u8 } else { 1 };
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, link_type, 0, 0, 0];
    for (_, row) in lab.packets().trace().rows(0..lab.packets().trace().count()) {
        let frame = lab.source().bytes(row).unwrap().bytes;
        if !matches!(frame.get(12..14), Some([8, 0])) {
            continue;
        }
        let packet = if bare { &frame[14..] } else { frame };
        let us = row.at.nanos() / 1_000;
        for word in [us / 1_000_000, us % 1_000_000, packet.len() as u64, packet.len() as u64] {
            file.extend((word as u32).to_le_bytes());
        }
        file.extend(packet);
    }
    Rc::new(capture::read(file).unwrap())
}

#[test]
fn what_is_acknowledged_selectively_is_drawn_of_captures_without_ethernet_too() {
    let mut lab = run(Scenario::parse(LOSSY).unwrap());
    let recordings = [false, true].map(|bare| captured(&lab, bare));
    let [ethernet, bare] = recordings.map(|recording| {
        lab.perform(Look::Observe(Observe::Open("file.pcap".into(), recording))).unwrap();
        lab.follow(&mut || true);
        let (trace, source) = (lab.packets().trace(), lab.source());
        let mut connections = Connections::default();
        connections.follow(trace, source);
        let connection = connections.list[0];
        let mut flow = Flow::in_recording(connection.ends, &connection);
        while !flow.follow(trace, source, usize::MAX) {}
        data(&flow, Graph::Tcptrace, lab.whole_time(), "Selectively")
    });
    assert!(!bare.is_empty());
    assert_eq!(ethernet, bare);
}
