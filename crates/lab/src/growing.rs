//! Networks to which nodes and links are added while they run: whatever is done and looked at, nothing panics.

use crate::action::Action;
use crate::command::{Act, Clock, Command, Editor, Look, Refusal};
use crate::edit::{Edit, Kind};
use crate::graphs::{links, states};
use crate::packets::Observe;
use crate::sequence::axis::Scale;
use crate::sequence::side::Side;
use crate::sequence::{Ladder, Zoom};
use crate::travel::{Steps, Travel};
use crate::{Lab, State};
use netlab::history::TransitId;
use netlab::run::{Ping, RunKind, RunSpec, Target};
use netlab::topology::{End, HostConfig, Link, LinkId, Node, NodeId, NodeKind, SwitchConfig};
use netlab::{Duration, Instant};
use proptest::prelude::*;
use scenario::{Change, Scenario, defaults};
use smoltcp::wire::{IpAddress, IpCidr};
use trace::selection::Selection;

/// A host and a cable are added at 1 s, and the host is pinged at 2 s.
const ADDED_HOST: &str = r#"{
    "packetarium": 1,
    "nodes": [
        {"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]},
        {"id": "s1", "kind": "switch"}
    ],
    "links": [{"ends": ["a", "s1"]}],
    "changes": [
        {"at": "1s", "node": {"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}},
        {"at": "1s", "cable": {"ends": ["b", "s1"]}}
    ],
    "runs": [{"at": "2s", "ping": {"from": "a", "to": "b", "count": 2}}]
}"#;

/// Lets animation frames come until nothing moves, and looks at everything after each.
fn play(lab: &mut Lab, now_ms: &mut f64, frames: u32) -> Vec<String> {
    let mut narration = Vec::new();
    for _ in 0..frames {
        *now_ms += 16.7;
        lab.tick(*now_ms, true, &mut || true);
        lab.follow(&mut || true);
        let sentence = lab.view().narration.to_string();
        if narration.last() != Some(&sentence) {
            narration.push(sentence);
        }
        if lab.state() == State::Quiet {
            break;
        }
    }
    narration
}

/// Everything that the page shows of a moment.
fn look_at_everything(lab: &mut Lab) {
    let view = lab.view();
    let (edge, whole) = (view.at, lab.whole());
    let history = lab.look().history;
    for link in (0..whole.links.len() as u32).map(LinkId) {
        let window = lab.window();
        for graph in [links::Graph::Load, links::Graph::Queue, links::Graph::Drops] {
            links::series(whole, history, edge, link, graph, window);
        }
    }
    for node in whole.node_ids() {
        states::mac_changes(whole, history, node, edge, true);
        states::tree_changes(whole, history, node, edge, true);
        states::route_changes(whole, history, node, edge, true);
        lab.log(Some(node));
        Ladder::conversation(lab, Selection::Node(node));
    }
    let mut connections = trace::connections::Connections::default();
    connections.follow(lab.trace(), lab.source());
    lab.log(None);
    lab.places();
    lab.pcapng().unwrap();
    for number in 0..lab.trace().count().min(50) {
        lab.line(number);
    }
    let scale: Scale = Zoom::default().scale(lab, 16.0);
    let mut ladder = Ladder::new(false, scale);
    ladder.follow(Side::here(lab), false, &mut || true);
    for place in 0..ladder.transit_count().min(50) {
        let arrow = ladder.arrow(Side::here(lab), place);
        arrow.map(|arrow| ladder.sentence(Side::here(lab), &arrow));
    }
    for selection in everything(lab) {
        lab.perform(Look::Select(Some(selection))).unwrap();
        lab.view();
    }
    lab.perform(Look::Select(None)).unwrap();
}

fn everything(lab: &Lab) -> Vec<Selection> {
    let mut all: Vec<_> = lab.whole().node_ids().map(Selection::Node).collect();
    all.extend((0..lab.whole().links.len() as u32).map(|link| Selection::Link(LinkId(link))));
    all.extend((0..20).map(|transit| Selection::Frame(TransitId(transit))));
    all
}

#[test]
fn a_host_that_the_document_adds_is_pinged_and_every_frame_of_it_is_narrated() {
    let scenario = Scenario::parse(ADDED_HOST).expect("it has no faults");
    let mut lab = Lab::new(scenario);
    let narration = play(&mut lab, &mut 0.0, 100_000).join("\n");
    assert!(narration.contains("b answers ping 1."), "{narration}");
    look_at_everything(&mut lab);
}

#[test]
fn time_in_which_only_an_added_link_carries_frames_is_not_skipped_as_quiet() {
    let slow = ADDED_HOST.replace(r#"{"ends": ["b", "s1"]}"#, r#"{"ends": ["b", "s1"], "delay": "900ms"}"#);
    let mut lab = Lab::new(Scenario::parse(&slow).expect("it has no faults"));
    let mut now_ms = 0.0;
    let on_its_way = Instant::ZERO + Duration::from_millis(2_400);
    lab.perform(Clock::Travel(Travel::To(on_its_way))).unwrap();
    play(&mut lab, &mut now_ms, 100);
    assert_eq!(lab.look().at, on_its_way);
    assert!(!lab.nothing_to_see(), "the ARP request is under way to b");
}

#[test]
fn an_added_node_is_edited_like_any_other_and_one_that_is_yet_to_come_is_refused() {
    let mut lab = Lab::new(Scenario::parse(ADDED_HOST).expect("it has no faults"));
    let b = NodeId(2);
    let rename = Command::from(Edit::Rename(b, "bob".into()));
    assert!(matches!(lab.perform(rename.clone()), Err(Refusal::Edit(_))), "it is not there yet");
    play(&mut lab, &mut 0.0, 100_000);
    lab.perform(rename).unwrap();
    assert_eq!(lab.whole().node(b).name, "bob");
    lab.perform(Look::Select(Some(Selection::Node(b)))).unwrap();
    lab.perform(Editor::Copy).unwrap();
    lab.perform(Editor::Edit(Box::new(Edit::Plug(LinkId(1), false)))).unwrap();
    assert!(lab.edited().topology.links[1].ways[0].impairments.contains(&wire::impair::Impairment::Down));
}

#[test]
fn a_draft_that_adds_nodes_and_cannot_run_is_shown_and_has_a_log() {
    // The second host's gateway is in none of its networks.
    let wrong = ADDED_HOST.replace(r#"["10.0.0.2/24"]"#, r#"["10.0.0.2/24"], "gateway": "10.9.9.9""#);
    assert_ne!(wrong, ADDED_HOST);
    let mut lab = Lab::new(Scenario::draft(&wrong).expect("it can be drawn"));
    assert_eq!(lab.state(), State::Broken);
    look_at_everything(&mut lab);
}

/// Something that is added, on top of what is there by then.
#[derive(Clone, Debug)]
enum Growth {
    /// A host, and its cable to one of the switches.
    Host(u8),
    /// A switch, and its cable to one of the switches.
    Switch(u8),
    /// One of the cables is slower from now on.
    Slower(u8),
}

fn growth() -> impl Strategy<Value = Vec<(u64, Growth)>> {
    let one = prop_oneof![
        any::<u8>().prop_map(Growth::Host),
        any::<u8>().prop_map(Growth::Switch),
        any::<u8>().prop_map(Growth::Slower),
    ];
    prop::collection::vec((0u64..3_000, one), 0..8)
}

fn host(number: u8) -> Node {
    let addresses = vec![IpCidr::new(IpAddress::v4(10, 0, 0, number), 24)];
    Node {
        name: format!("h{number}"),
        kind: NodeKind::Host(HostConfig { addresses, ..HostConfig::default() }),
    }
}

/// Two hosts at a switch, and what is added at its moments; each added host is pinged by the first and pings it.
fn growing(mut growth: Vec<(u64, Growth)>) -> Scenario {
    growth.sort_by_key(|(ms, _)| *ms);
    let cable = |ends: [u32; 2]| Link::new(ends.map(NodeId), [defaults::way(), defaults::way()]);
    let mut scenario = Scenario::default();
    let mut switches = vec![0];
    scenario.add_node(
        "s".into(),
        Node { name: "s".into(), kind: NodeKind::Switch(SwitchConfig::default()) },
        None,
    );
    for number in [1, 2] {
        scenario.add_node(format!("h{number}"), host(number), None);
        scenario.add_link(cable([u32::from(number), 0]));
    }
    let (mut nodes, mut cables) = (3, 2);
    for (ms, growth) in growth {
        let at = Instant::ZERO + Duration::from_millis(ms);
        let pick = |of: &[u32], number: u8| of[usize::from(number) % of.len()];
        let (kind, to) = match growth {
            Growth::Host(to) => (host(nodes as u8).kind, pick(&switches, to)),
            Growth::Switch(to) => (NodeKind::Switch(SwitchConfig::default()), pick(&switches, to)),
            Growth::Slower(which) => {
                let mut way = defaults::way();
                way.line.delay = Duration::from_millis(20);
                let link = LinkId(u32::from(which) % cables);
                scenario = scenario.with_change(at, Change::Link(link, [way.clone(), way]));
                continue;
            }
        };
        let is_host = matches!(kind, NodeKind::Host(_));
        let id = format!("n{nodes}");
        let node = Node { name: id.clone(), kind };
        scenario = scenario.with_change(at, Change::Node { id, at: None, node });
        scenario = scenario.with_change(at, Change::Cable(cable([nodes, to])));
        if is_host {
            for (from, to) in [(1, nodes), (nodes, 1)] {
                scenario = scenario.with_run(at, ping(from, to));
            }
        } else {
            switches.push(nodes);
        }
        (nodes, cables) = (nodes + 1, cables + 1);
    }
    scenario
}

fn ping(from: u32, to: u32) -> RunSpec {
    let kind = RunKind::Ping(Ping { count: 1, ..Ping::default() });
    RunSpec { from: NodeId(from), to: Target::Node(NodeId(to), None), kind }
}

/// Something that a person does; numbers are taken modulo what there is, and now and then lie behind it.
fn deed(kind: u8, a: u32, b: u32) -> Command {
    let (node, other, link) = (NodeId(a % 12), NodeId(b % 12), LinkId(a % 12));
    let at = Instant::ZERO + Duration::from_millis(u64::from(b % 4_000));
    let edit = |edit: Edit| Command::from(edit);
    match kind % 24 {
        0 => Clock::Travel(Travel::To(at)).into(),
        1 => Clock::Travel(Travel::Forward).into(),
        2 => Clock::Travel(Travel::Back).into(),
        3 => Clock::Travel(Travel::Live).into(),
        4 => edit(Edit::Add(Kind::Host, None)),
        5 => edit(Edit::Connect(node, other)),
        6 => edit(Edit::Rename(node, "renamed".into())),
        7 => edit(Edit::Plug(link, b.is_multiple_of(2))),
        8 => edit(Edit::Move(vec![node, other], (10.0, 10.0))),
        9 => Command::Agreed(Box::new(edit(Edit::Delete(vec![node], vec![link])))),
        10 => Act::Start(Box::new(ping(a % 12, b % 12))).into(),
        11 => Look::Select(Some(Selection::Node(node))).into(),
        12 => Look::Select(Some(Selection::Link(link))).into(),
        13 => Editor::SelectAll.into(),
        14 => Editor::Copy.into(),
        15 => Editor::Paste.into(),
        16 => Editor::Undo.into(),
        17 => Editor::Redo.into(),
        18 => Act::Do(Action::Port(link, End::First, b.is_multiple_of(2))).into(),
        19 => Act::Do(Action::Clear(node)).into(),
        20 => Act::Do(Action::Lose(TransitId(u64::from(a % 30)))).into(),
        21 => Clock::StepBy(Steps::Selected).into(),
        22 => Look::Branch(a % 3).into(),
        _ => Look::Observe(Observe::Filter("arp".into())).into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_added_and_done_at_whatever_moment_the_page_can_show_it(
        growth in growth(),
        deeds in prop::collection::vec((any::<u8>(), any::<u32>(), any::<u32>(), 1u32..400), 0..12),
    ) {
        let mut lab = Lab::new(growing(growth));
        let mut now_ms = 0.0;
        for (kind, a, b, frames) in deeds {
            play(&mut lab, &mut now_ms, frames);
            // A refusal is an answer, too.
            let _ = lab.perform(deed(kind, a, b));
            look_at_everything(&mut lab);
        }
        play(&mut lab, &mut now_ms, 2_000);
        look_at_everything(&mut lab);
    }
}
