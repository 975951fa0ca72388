//! The Inspect pane's texts and tables of a node, a link or a frame at the playhead.
//!
//! | module | what it is |
//! |---|---|
//! | `host`, `switch`, `router` | a node's settings and tables, as they were at that moment |
//! | `services` | what its services have lent and learned |
//! | `link` | a link's, in both directions |
//! | `frame` | a frame: its position, its path and its layers |
//! | `noted` | what the packet list knows of a frame: its conversation, its answer, the message that it completes |
//! | `changed` | what a node has changed in a frame that it passed on |
//! | [`words`] | settings and states in words |

mod changed;
pub mod field_filter;
mod frame;
mod host;
mod link;
mod noted;
mod router;
mod services;
mod switch;
pub mod words;

pub use frame::packet;
pub use words::{bridge_id, drop_reason, ethernet, role, state, tcp_state, way_words};

use super::action::Action;
use super::edit::Kind;
use super::names::Ports;
use crate::format;
use crate::topology::LiveTopology;
use dissect::analysis::Notes;
use dissect::{Captured, Dissection, Field, Link};
use netlab::history::{NodeView, Refusal, TransitId};
use netlab::topology::{NodeId, NodeKind};
use netlab::{Frame, History, Instant};
use std::rc::Rc;
use texts::t;
use trace::selection::Selection;
use wire::PortId;
use wire::sorted::SortedMap;

/// Something looked at closely.
#[derive(Clone, Debug, PartialEq)]
pub enum Inspected {
    /// A node or a link.
    Sheet(Sheet),
    /// A frame on a link.
    Frame(Rc<FrameSheet>),
    /// A frame that is no longer kept.
    Forgotten,
    /// A node or a link that is added later than the playhead.
    NotYet,
}

/// A node or a link, in facts and tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// `Host`, `Switch`, `Hub`, `Router`, `Link`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it does, for those who meet one for the first time.
    pub meaning: &'static str,
    /// What can be done to it.
    pub buttons: Vec<Button>,
    /// What, how much.
    pub facts: Vec<(&'static str, String)>,
    /// What changes.
    pub tables: Vec<Table>,
    /// Frames that are here now: which, and where to. What a pointer finds on the drawing, for those who use none.
    pub frames: Vec<(TransitId, String)>,
}

/// Something that can be done to what is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// What stands on it.
    pub text: &'static str,
    /// What of several things that is, for those who do not see its row.
    pub of: Option<String>,
    /// What it does.
    pub action: Action,
    /// The tools of the editor have it as well, so that it is left out while they are there.
    pub in_tools: bool,
}

/// A table with a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Its heading.
    pub title: &'static str,
    /// The headings of its columns.
    pub columns: Vec<String>,
    /// Its rows; the first cell of each names it.
    pub rows: Vec<Vec<String>>,
    /// What can be done to each row; empty if nothing can to any.
    pub buttons: Vec<Option<Button>>,
    /// What to say if there are no rows.
    pub empty: &'static str,
    /// What of the node's memory it is, and since when each row has been as it is. `None`: it counts or lists settings.
    pub memory: Option<(Memory, Vec<Instant>)>,
}

/// What a node remembers, each in a table of its own: what can stand beside the node on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Memory {
    /// A switch's MAC table.
    Macs,
    /// The ports of a spanning tree.
    Tree,
    /// The multicast groups behind a switch's ports.
    Groups,
    /// A router's routes.
    Routes,
    /// The neighbors of a host or a router, from ARP and NDP.
    Neighbors,
    /// A router's address translations.
    Translations,
    /// The connections that a router's filter tracks.
    Connections,
    /// A host's sockets.
    Sockets,
    /// A host's path MTUs.
    PathMtus,
    /// The redirects that a host follows.
    Redirects,
    /// The multicast groups that a host has joined.
    Memberships,
    /// The addresses that a DHCP server has lent.
    Leases,
    /// The names that a host has learned by DNS.
    Names,
}

/// A frame on a link.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameSheet {
    /// Which transit; of a packet of an opened capture its place in the file.
    pub id: TransitId,
    /// What is written on it.
    pub label: String,
    /// Its line in a packet list.
    pub info: String,
    /// Where it is, at the playhead.
    pub whereabouts: String,
    /// Whether it was dropped by then, or kept by the node that got it.
    pub lost: bool,
    /// What the wire has done to it, in sentences.
    pub marks: Vec<String>,
    /// What can be done to it.
    pub button: Option<Button>,
    /// Its times and size.
    pub facts: Vec<(&'static str, String)>,
    /// The same frame on every link that it crossed by then: which transit, from where to where.
    pub hops: Vec<(TransitId, String)>,
    /// Who has changed it since the wire before, and what: its name before, its value before, its value now.
    pub changed: Option<(String, Vec<Changed>)>,
    /// What its bytes begin with.
    pub link: Link,
    /// Its bytes.
    pub frame: Frame,
    /// Its layers.
    pub dissection: Dissection,
    /// What the packet list knows of it: its place in its conversation.
    pub notes: Notes,
    /// The packet or message of which it is the last piece, put together: its bytes, and the layers that the frame itself does not have.
    pub whole: Option<(Frame, Dissection)>,
}

impl FrameSheet {
    /// The display filter for packets with the same value of one of its fields, if filters know the field.
    pub fn filter_of(&self, field: &Field) -> Option<String> {
        let bytes = &*self.frame;
        let frame = Captured { link: self.link, bytes, fcs: &[], wire_len: bytes.len() };
        dissect::filter::same_value(frame, &self.notes, field)
    }
}

/// Something that a node has changed in a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The field or layer that changed.
    pub name: String,
    /// Its value before; `None`: it did not exist.
    pub before: Option<String>,
    /// Its value now; `None`: it no longer exists.
    pub now: Option<String>,
}

impl Inspected {
    /// Its name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Sheet(sheet) => Some(&sheet.name),
            Self::Frame(sheet) => Some(&sheet.label),
            Self::Forgotten | Self::NotYet => None,
        }
    }
}

impl Table {
    fn new(title: &'static str, columns: &[&str], rows: Vec<Vec<String>>, empty: &'static str) -> Self {
        let columns = columns.iter().map(|&column| column.to_string()).collect();
        Self { title, columns, rows, buttons: Vec::new(), empty, memory: None }
    }

    /// The same table, as a part of the node's memory: since when each row has been as it is.
    fn remembering(self, memory: Memory, since: impl Iterator<Item = Instant>) -> Self {
        let since: Vec<_> = since.collect();
        debug_assert_eq!(since.len(), self.rows.len());
        Self { memory: Some((memory, since)), ..self }
    }
}

/// Looks closely.
pub fn inspect(topology: LiveTopology<'_>, history: &History, at: Instant, what: Selection) -> Inspected {
    match what {
        Selection::Node(node) => Inspected::Sheet(node_sheet(topology, history, at, node)),
        Selection::Link(link) => Inspected::Sheet(link::sheet(topology, history, at, link)),
        Selection::Frame(id) => match history.transit(id) {
            Some(transit) => Inspected::Frame(Rc::new(frame::sheet(topology, history, at, transit))),
            None => Inspected::Forgotten,
        },
    }
}

/// The tables of what a node remembered at a moment, the most telling first.
pub fn memories(topology: LiveTopology<'_>, history: &History, at: Instant, node: NodeId) -> Vec<Table> {
    let mut tables = node_sheet(topology, history, at, node).tables;
    tables.retain(|table| table.memory.is_some());
    tables
}

/// What the sheet of a node is made from.
struct Scene<'a> {
    topology: LiveTopology<'a>,
    history: &'a History,
    at: Instant,
    id: NodeId,
    tables: NodeView,
    ports: Ports<'a>,
}

fn node_sheet(topology: LiveTopology<'_>, history: &History, at: Instant, id: NodeId) -> Sheet {
    let ports = Ports::of(topology, id);
    let scene = Scene { topology, history, at, id, tables: history.node_at(id, at), ports };
    let kind = history.kind_at(id, at);
    let mut sheet =
        Sheet { kind: Kind::of(kind).name(), name: topology.node(id).name.clone(), ..Sheet::default() };
    match kind {
        NodeKind::Host(config) => host::fill(&mut sheet, &scene, config),
        NodeKind::Hub => {
            sheet.meaning = t!(
                "Repeats every frame that arrives at one port at all other ports, without reading it. All its links together \
                 are one collision domain: only one station sends at a time."
            );
            sheet.tables.push(scene.port_table(&[], &|_| Vec::new()));
        }
        NodeKind::Switch(config) => switch::fill(&mut sheet, &scene, config),
        NodeKind::Router(config) => router::fill(&mut sheet, &scene, config),
    }
    services::fill(&mut sheet, &scene, kind);
    sheet.tables.extend(scene.refused_table(kind));
    sheet
}

impl Scene<'_> {
    /// A table of all ports: the frames and bytes sent and received, and the columns that `more` returns for each.
    fn port_table(&self, columns: &[&str], more: &dyn Fn(usize) -> Vec<String>) -> Table {
        let frames_and_bytes = |frames, bytes| format!("{}, {}", words::frames(frames), format::bytes(bytes));
        let counts = |number: usize| {
            let direction = self.ports.directions[number];
            let back = direction.reverse();
            let out = self.history.totals_at(direction, self.at).sent;
            let arrived = self.history.totals_at(back, self.at).delivered;
            let (sent, _) = self.history.bytes_at(direction, self.at);
            let (_, received) = self.history.bytes_at(back, self.at);
            let link = self.history.link_at(direction.link, self.at);
            let name = self.ports.short(PortId(number as u32));
            let is_up = link.ports[direction.from.index()].is_up();
            let mut row = vec![if is_up { name } else { t!("{name}, off") }];
            row.extend([frames_and_bytes(out, sent), frames_and_bytes(arrived, received)]);
            row.extend(more(number));
            row
        };
        let rows = (0..self.ports.directions.len()).map(counts).collect();
        Table::new(
            t!("Ports"),
            &[&[t!("Port"), t!("Out"), t!("In")], columns].concat(),
            rows,
            t!("No cable is plugged in, so it cannot send anything."),
        )
    }

    /// The number of frames that arrived at this port and that the node dropped.
    fn refused_at_port(&self, port: usize) -> u64 {
        self.history.refused_at(self.ports.directions[port].reverse(), self.at).values().sum()
    }

    /// The number of frames that the node has dropped until now, by reason. Frames that the history no longer holds were before.
    fn refused(&self) -> SortedMap<Refusal, u64> {
        let mut all = self.history.refused(self.id).clone();
        for direction in &self.ports.directions {
            let [ever, by_now] =
                [Instant::MAX, self.at].map(|at| self.history.refused_at(direction.reverse(), at));
            for (why, count) in ever {
                let later = count - by_now.get(&why).copied().unwrap_or(0);
                if let Some(all) = all.get_mut(&why) {
                    *all -= later;
                }
            }
        }
        all.retain(|_, count| *count > 0);
        all
    }

    fn refused_table(&self, kind: &NodeKind) -> Option<Table> {
        match kind {
            NodeKind::Switch(_) | NodeKind::Router(_) => {}
            NodeKind::Host(_) if !self.refused().is_empty() => {}
            NodeKind::Host(_) | NodeKind::Hub => return None,
        }
        let row =
            |(why, count): (Refusal, u64)| vec![format::capital(&why.to_string()), format::count(count)];
        let rows = self.refused().into_iter().map(row).collect();
        Some(Table::new(
            t!("Dropped"),
            &[t!("Why"), t!("Frames")],
            rows,
            t!("None: every frame that arrived could be forwarded."),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ahead::advance;
    use crate::samples;
    use netlab::history::Limits;
    use netlab::run::{Ping, RunKind, RunSpec, Target};
    use netlab::topology::LinkId;
    use netlab::world::Command;
    use netlab::{Duration, World};

    fn pinged() -> World {
        let topology = samples::star(2, Duration::from_millis(1), 100_000_000);
        let mut world = World::new(topology, 7, Limits::default()).unwrap();
        let kind = RunKind::Ping(Ping { count: 1, ..Ping::default() });
        let spec = RunSpec { from: NodeId(1), to: Target::Node(NodeId(2), None), kind };
        world.schedule(Instant::ZERO, Command::Start(spec)).unwrap();
        advance(&mut world, Instant::MAX, &mut || true);
        world
    }

    fn sheet(world: &World, at: Instant, what: Selection) -> Sheet {
        match inspect(LiveTopology::of(world), world.history(), at, what) {
            Inspected::Sheet(sheet) => sheet,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_switch_shows_whom_it_has_heard_by_then() {
        let world = pinged();
        let switch = Selection::Node(NodeId(0));
        assert!(sheet(&world, Instant::ZERO, switch).tables[0].rows.is_empty());
        let after = sheet(&world, world.now(), switch);
        let rows = &after.tables[0].rows;
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0][..2], ["02:50:00:00:00:02", "0 (to h1)"]);
    }

    #[test]
    fn a_host_shows_its_neighbors_and_addresses() {
        let world = pinged();
        let host = sheet(&world, world.now(), Selection::Node(NodeId(1)));
        assert_eq!(host.facts[0], ("Address", "10.0.0.1/24".into()));
        assert_eq!(host.tables[0].rows[0][0], "10.0.0.2");
    }

    fn remembered(world: &World, at: Instant, node: NodeId) -> Vec<Table> {
        memories(LiveTopology::of(world), world.history(), at, node)
    }

    #[test]
    fn what_a_node_remembers_is_the_inspectors_tables_and_each_row_has_the_moment_it_came() {
        let world = pinged();
        let end = world.now();
        let titles = |tables: &[Table]| tables.iter().map(|table| table.title).collect::<Vec<_>>();
        let switch = remembered(&world, end, NodeId(0));
        assert_eq!(titles(&switch), ["MAC table"]);
        assert_eq!(switch, [sheet(&world, end, Selection::Node(NodeId(0))).tables[0].clone()]);
        let (memory, since) = switch[0].memory.clone().unwrap();
        assert_eq!((memory, since.len()), (Memory::Macs, 2));
        for moment in since {
            let rows = |at| remembered(&world, at, NodeId(0))[0].rows.len();
            assert!(rows(moment) > rows(Instant::from_nanos(moment.nanos() - 1)), "a row came at {moment:?}");
        }
        assert_eq!(titles(&remembered(&world, end, NodeId(1))), ["Neighbors", "Sockets"]);
        let home = ran(HOME, 10);
        let router = remembered(&home, home.now(), named(&home, "home"));
        assert_eq!(titles(&router), ["Routes", "Neighbors", "Translations", "Connections"]);
        assert!(router.iter().all(|table| table.memory.as_ref().unwrap().1.len() == table.rows.len()));
    }

    #[test]
    fn a_frame_tells_where_it_is_at_every_moment() {
        let world = pinged();
        let first = world.history().transits().next().unwrap();
        let (id, arrival) = (first.id, first.arrival);
        let whereabouts =
            |at| match inspect(LiveTopology::of(&world), world.history(), at, Selection::Frame(id)) {
                Inspected::Frame(sheet) => (sheet.label.clone(), sheet.whereabouts.clone(), sheet.hops.len()),
                other => panic!("{other:?}"),
            };
        assert_eq!(whereabouts(Instant::ZERO).1, "On the wire from h1 to s1.");
        let (label, arrived, hops) = whereabouts(arrival);
        assert_eq!((label.as_str(), arrived.as_str(), hops), ("ARP who-has", "Arrived at s1.", 2));
    }

    #[test]
    fn every_thing_of_a_world_can_be_inspected_at_every_moment() {
        let world = pinged();
        let mut all: Vec<_> = world.topology().node_ids().map(Selection::Node).collect();
        all.extend((0..2).map(|link| Selection::Link(LinkId(link))));
        all.extend(world.history().transits().map(|transit| Selection::Frame(transit.id)));
        all.push(Selection::Frame(TransitId(9_999)));
        for at in (0..60).map(|step| Instant::from_nanos(step * 100_000)) {
            for &what in &all {
                inspect(LiveTopology::of(&world), world.history(), at, what);
            }
        }
    }

    const HOME: &str = include_str!("../../../../scenarios/home-network.json");
    const ROUTED: &str = include_str!("../../../../scenarios/three-networks.json");
    const TREE: &str = include_str!("../../../../scenarios/spanning-tree.json");
    const VLANS: &str = include_str!("../../../../scenarios/vlans.json");

    /// A scenario after it has run for this many seconds.
    fn ran(text: &str, seconds: u64) -> World {
        let scenario = scenario::Scenario::parse(text).expect("it has no faults");
        let mut world = scenario.world(Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(seconds), || true);
        world
    }

    fn named(world: &World, name: &str) -> NodeId {
        let topology = world.topology();
        topology.node_ids().find(|&id| topology.node(id).name == name).expect("there is one")
    }

    fn table<'a>(sheet: &'a Sheet, title: &str) -> &'a Table {
        sheet.tables.iter().find(|table| table.title == title).unwrap_or_else(|| panic!("no {title}"))
    }

    #[test]
    fn a_router_shows_its_interfaces_routes_and_translations() {
        let world = ran(HOME, 5);
        let home = sheet(&world, world.now(), Selection::Node(named(&world, "home")));
        let interfaces = &table(&home, "Interfaces").rows;
        assert_eq!(interfaces[1][0], "1 (to isp)");
        assert!(interfaces[1][1].starts_with("203.0.113.2/30, 02:"), "{interfaces:?}");
        assert_eq!([&interfaces[0][2], &interfaces[1][2]], ["up", "up, outside"]);
        assert!(
            table(&home, "Routes")
                .rows
                .iter()
                .any(|row| row[0] == "0.0.0.0/0" && row[1] == "isp (203.0.113.1) at port 1")
        );
        let translated = &table(&home, "Translations").rows;
        assert!(
            translated
                .iter()
                .any(|row| row[0].starts_with("192.168.1.10:") && row[1].starts_with("203.0.113.2:"))
        );
        // Each rule has its count, and the last row has the verdict for all other packets.
        let rules = &table(&home, "Filter").rows;
        assert_eq!(rules.len(), 3);
        assert_eq!((rules[2][0].as_str(), rules[2][1].as_str()), ("otherwise", "drop"));
        assert!(rules[0][3].ends_with("connections") && !rules[0][3].starts_with('0'), "{rules:?}");
    }

    #[test]
    fn dropped_frames_are_counted_by_reason_from_the_moment_of_the_drop() {
        let world = ran(ROUTED, 12);
        let router = Selection::Node(named(&world, "r1"));
        let kept = |at| {
            let sheet = sheet(&world, at, router);
            let rows = &table(&sheet, "Dropped").rows;
            rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect::<Vec<_>>()
        };
        assert_eq!(kept(Instant::ZERO), []);
        let all = kept(world.now());
        assert!(all.contains(&("No route leads there".into(), "1".into())), "{all:?}");
        assert!(all.contains(&("Its time to live has expired".into(), "1".into())), "{all:?}");
    }

    #[test]
    fn a_switch_shows_its_tree_and_a_trunk_its_vlans() {
        let world = ran(TREE, 5);
        let other = sheet(&world, world.now(), Selection::Node(named(&world, "s4")));
        let tree = &table(&other, "Spanning tree").rows;
        assert!(tree.iter().any(|row| row[1] == "root port" && row[2] == "forwarding"), "{tree:?}");
        assert!(
            other.facts.iter().any(|(name, root)| *name == "Root of the tree" && root.starts_with("4096 "))
        );

        let world = ran(VLANS, 3);
        let switch = sheet(&world, world.now(), Selection::Node(named(&world, "s1")));
        let macs = table(&switch, "MAC table");
        assert_eq!(macs.columns[1], "VLAN");
        assert!(macs.rows.iter().any(|row| row[1] == "10"));
        let ports = table(&switch, "Ports");
        assert!(ports.rows[2].contains(&"10, 20 tagged".into()), "{:?}", ports.rows[2]);
        assert_eq!(ports.buttons.len(), ports.rows.len());
    }

    #[test]
    fn every_item_of_networks_with_switches_and_routers_can_be_inspected() {
        for text in [HOME, ROUTED, TREE, VLANS] {
            let world = ran(text, 5);
            let topology = world.topology().clone();
            let mut all: Vec<_> = topology.node_ids().map(Selection::Node).collect();
            all.extend((0..topology.links.len() as u32).map(|link| Selection::Link(LinkId(link))));
            all.extend(world.history().transits().step_by(7).map(|transit| Selection::Frame(transit.id)));
            for at in [0, 700, 5_000].map(|ms| Instant::ZERO + Duration::from_millis(ms)) {
                for &what in &all {
                    inspect(LiveTopology::fixed(&topology), world.history(), at, what);
                }
            }
        }
    }
}
