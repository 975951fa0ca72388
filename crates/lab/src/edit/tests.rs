use super::change::{Change, between};
use super::*;
use netlab::topology::End;
use std::collections::BTreeSet;

fn example(number: usize) -> Scenario {
    crate::samples::numbered(number)
}

fn done(scenario: &Scenario, edits: impl IntoIterator<Item = Edit>) -> Scenario {
    edits.into_iter().fold(scenario.clone(), |scenario, edit| edit.apply(&scenario).unwrap().0)
}

/// Two hosts and a switch, drawn from nothing.
fn drawn() -> Scenario {
    let [h1, h2, s1] = [0, 1, 2].map(NodeId);
    let add = |kind| Edit::Add(kind, None);
    done(
        &Scenario::default(),
        [add(Kind::Host), add(Kind::Host), add(Kind::Switch), Edit::Connect(h1, s1), Edit::Connect(s1, h2)],
    )
}

#[test]
fn a_network_drawn_from_nothing_has_names_and_addresses_and_no_problem() {
    let scenario = drawn();
    assert_eq!(scenario.ids, ["h1", "h2", "s1"]);
    let address = |id: u32| scenario.topology.host(NodeId(id)).unwrap().addresses[0].to_string();
    assert_eq!([address(0), address(1)], ["10.0.0.1/24", "10.0.0.2/24"]);
    assert_eq!(scenario.check(), []);
    let places: BTreeSet<_> = scenario.positions().iter().map(|(x, y)| (*x as i64, *y as i64)).collect();
    assert_eq!(places.len(), 3, "none lies on another");
}

#[test]
fn a_host_takes_one_cable_and_says_what_to_do_instead() {
    let scenario = drawn();
    let error = Edit::Connect(NodeId(0), NodeId(1)).apply(&scenario).unwrap_err();
    assert_eq!(error, EditError::HostIsConnected("h1".into()));
    assert!(error.to_string().contains("Put a switch or a hub between"));
    assert_eq!(Edit::Connect(NodeId(2), NodeId(2)).apply(&scenario), Err(EditError::SameNode));
}

#[test]
fn deleting_a_node_takes_its_cables_and_runs_along_and_leaves_the_others_as_they_were() {
    let scenario = example(0);
    let (left, _) = Edit::Delete(vec![NodeId(0)], Vec::new()).apply(&scenario).unwrap();
    assert_eq!(left.ids, ["s1", "b"]);
    assert_eq!(left.topology.links.len(), 1);
    assert_eq!(left.topology.links[0].ends, [NodeId(0), NodeId(1)]);
    assert_eq!(left.runs, [], "each of them had a as one end");
    assert_eq!(left.positions(), scenario.positions()[1..]);
    let (left, _) = Edit::Delete(Vec::new(), vec![LinkId(0)]).apply(&scenario).unwrap();
    assert_eq!((left.topology.links.len(), left.runs.len()), (1, 3));
}

#[test]
fn a_copy_has_its_own_names_and_addresses_and_the_cables_between() {
    let scenario = drawn();
    let all: Vec<NodeId> = scenario.topology.node_ids().collect();
    let clip = Clip::of(&scenario, &all).unwrap();
    let (both, selected) = Edit::Paste(clip.clone()).apply(&scenario).unwrap();
    assert_eq!(selected.unwrap(), [3, 4, 5].map(NodeId));
    assert_eq!(both.ids[3..], ["h3", "h4", "s2"]);
    assert_eq!(both.topology.links.len(), 4);
    assert!(!both.check().iter().any(scenario::Fault::is_error));
    let (three, _) = Edit::Paste(clip).apply(&both).unwrap();
    assert_ne!(three.at[6], three.at[3], "a second copy is not put onto the first");
    assert_eq!(Clip::of(&scenario, &[]), None);
}

#[test]
fn nodes_keep_to_the_grid_and_align() {
    let scenario = drawn();
    let moved = done(&scenario, [Edit::Move(vec![NodeId(0)], (13.0, -26.0))]);
    let (x, y) = moved.positions()[0];
    assert_eq!((x % GRID, y % GRID), (0.0, 0.0));
    assert_eq!(moved.positions()[1..], scenario.positions()[1..]);
    let all: Vec<NodeId> = moved.topology.node_ids().collect();
    let row = done(&moved, [Edit::Align(all.clone(), false)]);
    assert!(row.positions().windows(2).all(|pair| pair[0].1 == pair[1].1));
    let column = done(&moved, [Edit::Align(all, true)]);
    assert!(column.positions().windows(2).all(|pair| pair[0].0 == pair[1].0));
}

#[test]
fn edits_of_a_running_network_are_allowed_or_refused() {
    let scenario = drawn();
    let after = |edit: Edit| between(&scenario, &done(&scenario, [edit]));
    assert_eq!(after(Edit::Title("Mine".into())), Change::Looks);
    assert_eq!(after(Edit::Rename(NodeId(0), "Anna".into())), Change::Looks);
    assert_eq!(after(Edit::Tidy), Change::Looks);
    assert!(matches!(after(Edit::Add(Kind::Hub, None)), Change::Live(commands) if commands.len() == 1));
    assert!(matches!(after(Edit::Plug(LinkId(0), false)), Change::Live(commands) if commands.len() == 1));
    for edit in
        [Edit::Delete(vec![NodeId(0)], Vec::new()), Edit::Seed(9), Edit::Delete(Vec::new(), vec![LinkId(0)])]
    {
        assert_eq!(after(edit), Change::Restart);
    }
}

#[test]
fn a_pulled_cable_is_put_back_as_it_was() {
    let scenario = drawn();
    let pulled = done(&scenario, [Edit::Plug(LinkId(0), false)]);
    for end in End::BOTH {
        assert_eq!(pulled.topology.links[0].ways[end.index()].impairments, [Impairment::Down]);
    }
    assert_eq!(done(&pulled, [Edit::Plug(LinkId(0), true)]).topology, scenario.topology);
}

#[test]
fn steps_are_undone_and_done_again_one_by_one() {
    let steps =
        [drawn(), done(&drawn(), [Edit::Title("Äpfel → Birnen".into())]), example(3), Scenario::default()];
    let mut undo = undo::Undo::default();
    for pair in steps.windows(2) {
        undo.push(&pair[0], &pair[1]);
    }
    for pair in steps.windows(2).rev() {
        assert_eq!(undo.back(&pair[1]).as_ref(), Some(&pair[0]));
    }
    assert_eq!((undo.back(&steps[0]), undo.possible()), (None, (false, true)));
    for pair in steps.windows(2) {
        assert_eq!(undo.forth(&pair[0]).as_ref(), Some(&pair[1]));
    }
    assert_eq!(undo.forth(&steps[3]), None);
}

/// Two hosts at a switch; later a third host and its cable, which then loses frames, and a ping to it that is stopped.
fn growing() -> Scenario {
    let text = r#"{"packetarium":1,"nodes":[
        {"id":"a","kind":"host","addresses":["10.0.0.1/24"],"at":[0,0]},
        {"id":"s","kind":"switch","at":[100,0]},
        {"id":"b","kind":"host","addresses":["10.0.0.2/24"],"at":[200,0]}],
        "links":[{"ends":["a","s"]},{"ends":["s","b"]}],
        "runs":[{"ping":{"from":"a","to":"b"}},{"at":"2s","ping":{"from":"a","to":"h1"}}],
        "changes":[
        {"at":"500ms","link":{"ends":["s","b"],"impair":[{"down":true}]}},
        {"at":"1s","node":{"id":"h1","kind":"host","addresses":["10.0.0.3/24"]}},
        {"at":"1s","cable":{"ends":["h1","s"]}},
        {"at":"1.5s","link":{"ends":["h1","s"],"impair":[{"loss":0.5}]}},
        {"at":"3s","stop":1}]}"#;
    Scenario::parse(text).unwrap()
}

/// What a document says after its links: runs and changes, by ids.
fn later(scenario: &Scenario) -> String {
    assert_eq!(Scenario::parse(&scenario.to_json()).as_ref(), Ok(scenario));
    let text = scenario.to_compact_json();
    text[text.find(r#""runs""#).or(text.find(r#""changes""#)).unwrap_or(text.len())..].to_owned()
}

#[test]
fn what_is_drawn_at_the_start_leaves_what_comes_later_as_it_was() {
    let scenario = growing();
    let all: Vec<NodeId> = scenario.topology.node_ids().collect();
    let clip = Clip::of(&scenario, &all).unwrap();
    let drawn = done(
        &scenario,
        [
            Edit::Add(Kind::Host, None),
            Edit::Connect(NodeId(3), NodeId(1)),
            Edit::Paste(clip),
            Edit::Rename(NodeId(0), "Anna".into()),
            Edit::Plug(LinkId(0), false),
        ],
    );
    assert_eq!(drawn.ids, ["a", "s", "b", "h2", "a1", "s1", "b1"], "h1 comes later");
    assert_eq!(later(&drawn), later(&scenario));
    let mut addresses: Vec<_> = drawn
        .whole()
        .topology
        .node_ids()
        .filter_map(|id| Some(drawn.whole().topology.host(id)?.addresses[0]))
        .collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 6, "{addresses:?}");
}

#[test]
fn deleting_takes_the_changes_along_of_what_is_gone_and_keeps_the_others_at_what_they_meant() {
    let scenario = growing();
    let [ping, to_new] =
        [r#"{"ping":{"from":"a","to":"b"}}"#, r#"{"at":"2s","ping":{"from":"a","to":"h1"}}"#];
    let pulled = r#"{"at":"500ms","link":{"ends":["s","b"],"impair":[{"down":true}]}}"#;
    let node = r#"{"at":"1s","node":{"id":"h1","kind":"host","addresses":["10.0.0.3/24"]}}"#;
    let cable = r#"{"at":"1s","cable":{"ends":["h1","s"]}}"#;
    let lossy = r#"{"at":"1.5s","link":{"ends":["h1","s"],"impair":[{"loss":0.5}]}}"#;
    let left = |edit: Edit| later(&done(&scenario, [edit]));
    // "a" is the first node, so every other number is another now; and both runs are gone.
    assert_eq!(
        left(Edit::Delete(vec![NodeId(0)], Vec::new())),
        format!(r#""changes":[{pulled},{node},{cable},{lossy}]}}"#)
    );
    // The cable of "b": only its own change goes.
    assert_eq!(
        left(Edit::Delete(Vec::new(), vec![LinkId(1)])),
        format!(r#""runs":[{ping},{to_new}],"changes":[{node},{cable},{lossy},{{"at":"3s","stop":1}}]}}"#)
    );
    // The switch takes all cables along, and leaves the hosts.
    assert_eq!(
        left(Edit::Delete(vec![NodeId(1)], Vec::new())),
        format!(r#""runs":[{ping},{to_new}],"changes":[{node},{{"at":"3s","stop":1}}]}}"#)
    );
    assert_eq!(
        left(Edit::RemoveRun(0)),
        format!(r#""runs":[{to_new}],"changes":[{pulled},{node},{cable},{lossy},{{"at":"3s","stop":0}}]}}"#)
    );
    assert!(!left(Edit::RemoveRun(1)).contains("stop"));
}

#[test]
fn a_host_that_gets_its_cable_later_takes_no_other_one() {
    let (mut scenario, _) = Edit::Add(Kind::Host, None).apply(&growing()).unwrap();
    let cable = Link::new([NodeId(3), NodeId(1)], [defaults::way(), defaults::way()]);
    scenario = scenario.with_change(netlab::Instant::from_nanos(9), scenario::Change::Cable(cable));
    assert!(Edit::Connect(NodeId(3), NodeId(1)).apply(&scenario).is_err());
}

#[test]
fn a_world_with_more_to_come_begins_again_when_something_is_pushed_in_before_it() {
    let scenario = growing();
    let after = |edit: Edit| between(&scenario, &done(&scenario, [edit]));
    assert_eq!(after(Edit::Add(Kind::Hub, None)), Change::Restart);
    assert!(matches!(after(Edit::Plug(LinkId(0), false)), Change::Live(commands) if commands.len() == 1));
    let later = scenario
        .clone()
        .with_change(netlab::Instant::from_nanos(9), scenario::Change::Stop(netlab::run::RunId(0)));
    assert_eq!(between(&scenario, &later), Change::Restart);
}

/// Two LANs drawn as people draw them, and a router put between.
fn two_lans() -> Scenario {
    let [h1, s1, h2, s2, r1] = [0, 1, 2, 3, 4].map(NodeId);
    let add = |kind| Edit::Add(kind, None);
    let kinds = [Kind::Host, Kind::Switch, Kind::Host, Kind::Switch, Kind::Router];
    let cables = [(h1, s1), (h2, s2), (r1, s1), (r1, s2)];
    done(&Scenario::default(), kinds.map(add).into_iter().chain(cables.map(|(a, b)| Edit::Connect(a, b))))
}

fn addresses(scenario: &Scenario, host: u32) -> String {
    let host = scenario.topology.host(NodeId(host)).unwrap();
    let gateways: Vec<String> = host.gateways.iter().map(ToString::to_string).collect();
    format!("{} via {}", host.addresses[0], gateways.join(", "))
}

#[test]
fn a_router_between_two_lans_makes_networks_of_them_in_which_packets_get_through() {
    let scenario = two_lans();
    assert_eq!(scenario.ids[4], "r1");
    let port = |link: usize| scenario.topology.links[link].ports[0].of_router().addresses[0].to_string();
    assert_eq!([port(2), port(3)], ["10.0.0.254/24", "10.0.1.254/24"]);
    assert_eq!(addresses(&scenario, 0), "10.0.0.1/24 via 10.0.0.254");
    assert_eq!(addresses(&scenario, 2), "10.0.1.2/24 via 10.0.1.254");
    let wrong: Vec<_> = scenario.check().into_iter().filter(scenario::Fault::is_error).collect();
    assert_eq!(wrong, []);
}

#[test]
fn a_host_that_comes_to_a_routed_lan_gets_an_address_there() {
    let scenario = done(&two_lans(), [Edit::Add(Kind::Host, None), Edit::Connect(NodeId(5), NodeId(3))]);
    assert_eq!(addresses(&scenario, 5), "10.0.1.1/24 via 10.0.1.254");
    let scenario = done(&scenario, [Edit::Add(Kind::Host, None), Edit::Connect(NodeId(6), NodeId(4))]);
    let port = scenario.topology.links[5].ports[1].of_router();
    assert_eq!(port.addresses.len(), 1, "straight at the router");
    assert!(addresses(&scenario, 6).starts_with("10.0.2."), "{}", addresses(&scenario, 6));
}

#[test]
fn a_cable_between_routers_is_a_network_of_its_own() {
    let scenario = done(&two_lans(), [Edit::Add(Kind::Router, None), Edit::Connect(NodeId(4), NodeId(5))]);
    let ports =
        scenario.topology.links[4].ports.each_ref().map(|port| port.of_router().addresses[0].to_string());
    assert_eq!(ports, ["10.0.2.1/24", "10.0.2.2/24"]);
}

#[test]
fn hosts_that_expect_a_router_find_it_where_they_expect_it() {
    let text = r#"{"packetarium":1,"nodes":[
        {"id":"a","kind":"host","addresses":["192.168.7.9/24"],"gateway":"192.168.7.1"},
        {"id":"s","kind":"switch"},{"id":"r","kind":"router"}],"links":[{"ends":["a","s"]}]}"#;
    let scenario = done(&Scenario::parse(text).unwrap(), [Edit::Connect(NodeId(1), NodeId(2))]);
    assert_eq!(scenario.topology.links[1].ports[1].of_router().addresses[0].to_string(), "192.168.7.1/24");
}

#[test]
fn ports_and_switches_change_while_the_network_runs() {
    let scenario = two_lans();
    let after = |edit: Edit| between(&scenario, &done(&scenario, [edit]));
    let tree = bridge::Config { stp: Some(bridge::config::Stp::default()), ..Default::default() };
    assert!(
        matches!(after(Edit::SetNode(NodeId(1), NodeKind::Switch(tree))), Change::Live(commands) if commands.len() == 1)
    );
    let [host, switch] = scenario.topology.links[0].ports.clone();
    let off = Port::Switch(bridge::Port { up: false, ..switch.of_switch() });
    assert!(
        matches!(after(Edit::SetPorts(LinkId(0), [host, off])), Change::Live(commands) if commands.len() == 1)
    );
    let half = after(Edit::SetDuplex(LinkId(0), [Duplex::Full, Duplex::Half]));
    assert_eq!(half, Change::Restart, "a medium of another kind");
}

#[test]
fn a_node_is_drawn_as_something_else_and_so_are_its_copies() {
    let scenario = Scenario { ..crate::samples::numbered(0) };
    let icons = |scenario: &Scenario| crate::lab::icons(scenario);
    let (drawn, _) = Edit::SetIcon(NodeId(0), Some(scenario::Icon::Laptop)).apply(&scenario).unwrap();
    assert_eq!(icons(&drawn)[0], Some("laptop"));
    assert_eq!(between(&scenario, &drawn), Change::Looks, "nothing begins again for it");
    assert_eq!(super::item_form::ItemForm::of_node(&drawn, NodeId(0)).icon(), Some(scenario::Icon::Laptop));
    let clip = Clip::of(&drawn, &[NodeId(0), NodeId(1)]).unwrap();
    let (both, new) = Edit::Paste(clip).apply(&drawn).unwrap();
    let copies: Vec<_> = new.unwrap().iter().map(|node| icons(&both)[node.index()]).collect();
    assert_eq!(copies, [Some("laptop"), None]);
    assert_eq!(Scenario::parse(&both.to_json()).unwrap(), both);
    let (plain, _) = Edit::SetIcon(NodeId(0), None).apply(&drawn).unwrap();
    assert_eq!(icons(&plain)[0], None);
}

#[test]
fn the_form_offers_every_icon() {
    let super::item_form::field::Input::Choice(choices) = super::item_form::ICON.input else {
        panic!("a choice")
    };
    let words: Vec<_> = choices.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, scenario::Icon::WORDS);
}
