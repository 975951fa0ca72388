//! A network's picture without a scale: shapes, captions with their measured widths, badges. It is made once for
//! a topology; [`Layout`](super::layout::Layout) puts it on the canvas for one view.

use super::camera::{Scenery, View};
use super::line::Line;
use super::looks::{Looks, Weight};
use super::plates::{Plate, plates};
use super::silhouette::Kind;
use super::sizes::{Sizes, node_half};
use super::standing::Standing;
use kurbo::{Point, Rect, Size, Vec2};
use netlab::topology::{End, HostConfig, Link, Node, NodeKind, Port, Topology, Way};
use smoltcp::wire::IpCidr;
use texts::t;
use wire::decimal::decimal;
use wire::impair::Impairment;
use wire::line::LineConfig;
use wire::sorted::{SortedMap, sort_by};

/// A network's picture, without a scale.
pub struct Sketch {
    topology: Topology,
    positions: Vec<(f64, f64)>,
    /// The typical distance between nodes, in the document's units: most nodes have their nearest neighbor farther away.
    spacing: f64,
    /// The nodes, by their ids.
    pub nodes: Vec<NodeSketch>,
    /// The links, by their ids.
    pub cables: Vec<CableSketch>,
    /// At the ports, end by end.
    pub plates: Vec<Plate>,
    /// The words of the pictures in place of those of the nodes' kinds, by node.
    pub icons: Vec<Option<&'static str>>,
    /// What nodes offer to others, by node: the last line of their captions.
    services: Vec<String>,
    /// No letters are smaller, in CSS pixels.
    pub font_min: f64,
    /// Of the addresses that hosts have from routers and DHCP servers.
    addresses_revision: u64,
}

/// A node's picture.
#[derive(Clone, Debug)]
pub struct NodeSketch {
    /// The position, in the document's units.
    pub at: Point,
    /// Its silhouette.
    pub kind: Kind,
    /// The number of cables at the node.
    pub cables: usize,
    /// Its name, then its addresses.
    pub caption: Vec<Line>,
    /// The side of the caption, chosen so that no cable runs through it.
    pub side: Side,
}

/// A side of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Below the node: the preferred side.
    Below,
    /// Above the node.
    Above,
    /// Right of the node.
    Right,
    /// Left of the node.
    Left,
}

/// A cable's picture.
#[derive(Clone, Debug)]
pub struct CableSketch {
    /// Half the thickness of its core, in pixels at detail 1: the faster, the thicker.
    pub core: f64,
    /// The position among parallel cables between the same two nodes; 0 is the middle.
    pub rank: f64,
    /// Whether the cable is pulled in at least one direction.
    pub down: bool,
    /// For each end whether its port is switched off.
    pub off: [bool; 2],
    /// Whether frames are dropped at the middle of the cable, which texts then avoid if they can.
    pub lossy: bool,
    /// Rate and delay.
    pub about: Line,
    /// Its impairments.
    pub warnings: Vec<Warning>,
}

/// An impairment on a cable's badge.
#[derive(Clone, Debug, PartialEq)]
pub struct Warning {
    /// The text.
    pub line: Line,
    /// Whether the cable is pulled: the badge then has the color of a fault.
    pub is_down: bool,
}

const NAME_CHARS_MAX: usize = 24;
const ADDRESS_CHARS_MAX: usize = 26;
const ADDRESS_LINES_MAX: usize = 2;
const ROUTER_LINES_MAX: usize = 3;
const WARNINGS_MAX: usize = 3;

impl Sketch {
    /// The picture of this network. Positions that are missing or not finite count as the origin: a document's checks find
    /// them, but a broken picture is no reason to fail.
    pub fn new(topology: &Topology, positions: &[(f64, f64)], standing: &Standing, looks: &Looks) -> Self {
        let place = |id: usize| {
            let (x, y) = positions.get(id).copied().unwrap_or_default();
            if x.is_finite() && y.is_finite() { Point::new(x, y) } else { Point::ORIGIN }
        };
        let mut sides_taken: Vec<Vec<Vec2>> = vec![Vec::new(); topology.nodes.len()];
        let mut parallel: SortedMap<[u32; 2], u32> = SortedMap::new();
        for link in &topology.links {
            let [a, b] = link.ends.map(|end| end.index());
            sides_taken[a].push(place(b) - place(a));
            sides_taken[b].push(place(a) - place(b));
            *parallel.entry(pair(link)).or_default() += 1;
        }
        let line = |text: String, weight| {
            let width_em = looks.measure(&text, weight);
            Line { text, width_em }
        };
        let nodes = topology.nodes.iter().enumerate().map(|(id, node)| NodeSketch {
            at: place(id),
            kind: Kind::of(node),
            cables: sides_taken[id].len(),
            caption: caption(topology, id, standing.addresses(id), line),
            side: Side::clear_of(&sides_taken[id]),
        });
        let mut drawn: SortedMap<[u32; 2], u32> = SortedMap::new();
        let cables = topology.links.iter().map(|link| {
            let [a, b] = link.ends.map(|end| place(end.index()));
            let number = drawn.entry(pair(link)).or_default();
            let rank = f64::from(*number) - (f64::from(parallel[&pair(link)]) - 1.0) / 2.0;
            *number += 1;
            // As seen from the node with the smaller number, so that cables the other way round do not change sides.
            let rank = if link.ends[0] <= link.ends[1] { rank } else { -rank };
            CableSketch::new(link, rank, b - a, line)
        });
        let nodes: Vec<NodeSketch> = nodes.collect();
        Self {
            spacing: spacing(&nodes),
            nodes,
            cables: cables.collect(),
            plates: plates(topology, line),
            icons: Vec::new(),
            services: Vec::new(),
            font_min: 0.0,
            addresses_revision: standing.addresses_revision,
            topology: topology.clone(),
            positions: positions.to_vec(),
        }
    }

    /// Whether it is the picture of this network.
    pub fn shows(&self, topology: &Topology, positions: &[(f64, f64)]) -> bool {
        self.positions == positions && self.topology == *topology
    }

    /// Writes what nodes offer to others below their addresses; an empty text: nothing.
    pub fn offer(&mut self, services: &[String], looks: &Looks) {
        self.services = services.to_vec();
        for (node, text) in self.nodes.iter_mut().zip(services).filter(|(_, text)| !text.is_empty()) {
            let text = elided(text, ADDRESS_CHARS_MAX);
            let width_em = looks.measure(&text, Weight::Normal);
            node.caption.push(Line { text, width_em });
        }
    }

    /// Whether it shows that nodes offer this.
    pub fn offers(&self, services: &[String]) -> bool {
        self.services == services
    }

    /// Whether its captions have the hosts' present addresses.
    pub fn is_up_to_date(&self, standing: &Standing) -> bool {
        self.addresses_revision == standing.addresses_revision
    }

    /// The sizes of all items in this view.
    pub fn sizes(&self, view: View) -> Sizes {
        Sizes::new(view, self.spacing, self.font_min)
    }

    /// Whether a node is a switch that takes part in a spanning tree.
    pub fn has_tree(&self, node: usize) -> bool {
        matches!(&self.topology.nodes[node].kind, NodeKind::Switch(config) if config.stp.is_some())
    }

    /// The network.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }
}

impl Scenery for Sketch {
    fn bounds(&self, view: View) -> Option<Rect> {
        let sizes = self.sizes(view);
        self.nodes.iter().map(|node| node.bounds(view, &sizes)).reduce(|all, one| all.union(one))
    }

    fn touches(&self, view: View, pixels: Rect) -> bool {
        let sizes = self.sizes(view);
        self.nodes.iter().any(|node| node.bounds(view, &sizes).overlaps(pixels))
    }
}

impl NodeSketch {
    /// The size in pixels of the first `lines` lines of its caption.
    fn caption_size(&self, lines: usize, sizes: &Sizes) -> Size {
        let [name, rest @ ..] = &self.caption[..lines] else { return Size::ZERO };
        let widest = rest.iter().map(|line| line.width_em * sizes.address_font).fold(0.0, f64::max);
        Size::new(
            (name.width_em * sizes.name_font).max(widest),
            sizes.name_font * 1.3 + sizes.address_font * 1.3 * rest.len() as f64,
        )
    }

    /// The box of the first `lines` lines of its caption, if the node's center is at this pixel.
    pub fn caption_rect(&self, lines: usize, center: Point, sizes: &Sizes) -> Rect {
        let size = self.caption_size(lines, sizes);
        let half = node_half(self.kind, self.cables, sizes.detail);
        let gap = sizes.caption_gap;
        let (left, top) = match self.side {
            Side::Below => (center.x - size.width / 2.0, center.y + half.y + gap),
            Side::Above => (center.x - size.width / 2.0, center.y - half.y - gap - size.height),
            Side::Right => (center.x + half.x + gap * 1.6, center.y - size.height / 2.0),
            Side::Left => (center.x - half.x - gap * 1.6 - size.width, center.y - size.height / 2.0),
        };
        Rect::from_origin_size((left, top), size)
    }

    fn bounds(&self, view: View, sizes: &Sizes) -> Rect {
        let center = view.to_screen(self.at);
        let half = node_half(self.kind, self.cables, sizes.detail);
        let caption = self.caption_rect(self.caption.len(), center, sizes);
        Rect::from_points(center - half, center + half).union(caption)
    }
}

impl Kind {
    fn of(node: &Node) -> Self {
        match node.kind {
            NodeKind::Host(_) => Self::Host,
            NodeKind::Hub => Self::Hub,
            NodeKind::Switch(_) => Self::Switch,
            NodeKind::Router(_) => Self::Router,
        }
    }
}

impl Side {
    /// The first side, in order of preference, that no cable leaves from; else the one with most room. Only directions
    /// count, so that a caption never changes sides during a zoom.
    fn clear_of(cables: &[Vec2]) -> Self {
        let crowding = |side: Self| {
            let along = |cable: &Vec2| cable.normalize().dot(side.direction());
            cables.iter().filter(|cable| cable.hypot() > 0.0).map(along).fold(-1.0, f64::max)
        };
        let sides = [Self::Below, Self::Above, Self::Right, Self::Left];
        // Captions are wide: above and below they need 55 degrees of free sky to each side, beside the node only 30.
        let enough = |side: &Self| {
            crowding(*side) < if matches!(side, Self::Below | Self::Above) { 0.57 } else { 0.87 }
        };
        sides.into_iter().find(enough).unwrap_or_else(|| {
            sides.into_iter().min_by(|a, b| crowding(*a).total_cmp(&crowding(*b))).expect("there are four")
        })
    }

    fn direction(self) -> Vec2 {
        match self {
            Self::Below => Vec2::new(0.0, 1.0),
            Self::Above => Vec2::new(0.0, -1.0),
            Self::Right => Vec2::new(1.0, 0.0),
            Self::Left => Vec2::new(-1.0, 0.0),
        }
    }
}

/// The distance within which a quarter of the nodes have their nearest neighbor. Two nodes at the same position make the other nodes
/// no smaller than this bound.
fn spacing(nodes: &[NodeSketch]) -> f64 {
    const LEAST: f64 = 48.0;
    const SAMPLES: usize = 256;
    let step = nodes.len().div_ceil(SAMPLES).max(1);
    let nearest = |(id, node): (usize, &NodeSketch)| {
        let others = nodes.iter().enumerate().filter(|(other, _)| *other != id);
        others.map(|(_, other)| node.at.distance(other.at)).fold(f64::INFINITY, f64::min)
    };
    let mut distances: Vec<f64> = nodes.iter().enumerate().step_by(step).map(nearest).collect();
    sort_by(&mut distances, f64::total_cmp);
    distances.get(distances.len() / 4).map_or(f64::INFINITY, |distance| distance.max(LEAST))
}

fn pair(link: &Link) -> [u32; 2] {
    let [a, b] = link.ends.map(|end| end.0);
    [a.min(b), a.max(b)]
}

fn caption(
    topology: &Topology,
    id: usize,
    learned: &[IpCidr],
    line: impl Fn(String, Weight) -> Line,
) -> Vec<Line> {
    let node = &topology.nodes[id];
    let name: String = node.name.chars().filter(|letter| !letter.is_control()).collect();
    let mut lines = vec![line(elided(&name, NAME_CHARS_MAX), Weight::Strong)];
    let (addresses, lines_max) = match &node.kind {
        NodeKind::Host(HostConfig { addresses, .. }) => {
            ([addresses, learned].concat(), ADDRESS_LINES_MAX + usize::from(!learned.is_empty()))
        }
        NodeKind::Router(_) => (router_addresses(topology, id), ROUTER_LINES_MAX),
        NodeKind::Hub | NodeKind::Switch(_) => return lines,
    };
    let shown = if addresses.len() > lines_max { lines_max - 1 } else { addresses.len() };
    for cidr in &addresses[..shown] {
        lines.push(line(elided(&cidr.to_string(), ADDRESS_CHARS_MAX), Weight::Normal));
    }
    if addresses.len() > shown {
        lines.push(line(t!("and {} more", addresses.len() - shown), Weight::Normal));
    }
    lines
}

/// All addresses of a router, port by port.
fn router_addresses(topology: &Topology, id: usize) -> Vec<IpCidr> {
    let ports = topology.links.iter().flat_map(|link| link.ends.iter().zip(&link.ports));
    let own = ports.filter(|(node, _)| node.index() == id).filter_map(|(_, port)| match port {
        Port::Router(port) => Some(port),
        Port::Plain | Port::Switch(_) => None,
    });
    own.flat_map(|port| [&port.addresses].into_iter().chain(port.vlans.iter().map(|(_, list)| list)))
        .flatten()
        .copied()
        .collect()
}

/// Shortens a text in the middle, because addresses and names differ at their ends.
fn elided(text: &str, chars_max: usize) -> String {
    let count = text.chars().count();
    if count <= chars_max {
        return text.to_owned();
    }
    let tail = (chars_max - 1) / 2;
    let head = chars_max - 1 - tail;
    text.chars().take(head).chain(['…']).chain(text.chars().skip(count - tail)).collect()
}

impl CableSketch {
    fn new(link: &Link, rank: f64, along: Vec2, line: impl Fn(String, Weight) -> Line) -> Self {
        let [there, back] = &link.ways;
        let about = if there.line == back.line {
            line_text(&there.line)
        } else {
            format!(
                "{} {}   {} {}",
                arrow(along, End::First),
                line_text(&there.line),
                arrow(along, End::Second),
                line_text(&back.line)
            )
        };
        let mut warnings: Vec<(String, bool)> = Vec::new();
        for end in End::BOTH {
            let [own, other] = [end, end.other()].map(|end| &link.ways[end.index()].impairments);
            for impairment in own {
                let text = impairment_text(impairment);
                let text =
                    if other.contains(impairment) { text } else { format!("{} {text}", arrow(along, end)) };
                let warning = (text, *impairment == Impairment::Down);
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
        }
        if warnings.len() > WARNINGS_MAX {
            let more = warnings.len() - (WARNINGS_MAX - 1);
            warnings.truncate(WARNINGS_MAX - 1);
            warnings.push((format!("+{more}"), false));
        }
        let down = |way: &Way| way.impairments.contains(&Impairment::Down);
        Self {
            core: core(&there.line).max(core(&back.line)),
            rank,
            down: link.ways.iter().any(down),
            off: link.ports.each_ref().map(|port| !port.is_up()),
            lossy: link.ways.iter().flat_map(|way| &way.impairments).any(loses),
            about: line(about, Weight::Normal),
            warnings: warnings
                .into_iter()
                .map(|(text, is_down)| Warning { line: line(text, Weight::Strong), is_down })
                .collect(),
        }
    }
}

/// Whether the impairment loses frames on the wire, instead of dropping them before it.
fn loses(impairment: &Impairment) -> bool {
    match impairment {
        Impairment::Loss(_)
        | Impairment::LossOfSmall { .. }
        | Impairment::SilenceOnce { .. }
        | Impairment::LossCorrelated { .. }
        | Impairment::GilbertElliott { .. }
        | Impairment::LossEvery(_)
        | Impairment::LossOfFrame(_) => true,
        Impairment::FrameSizeMax(_)
        | Impairment::TrailingBytes(_)
        | Impairment::Down
        | Impairment::Outage { .. }
        | Impairment::Duplicate { .. }
        | Impairment::Corrupt { .. }
        | Impairment::Jitter { .. }
        | Impairment::Reorder { .. } => false,
    }
}

/// The thickness of a cable by its rate: from 1 Mbit/s to 10 Gbit/s it grows by a factor of 2.5.
fn core(line: &LineConfig) -> f64 {
    line.rate.map_or(3.2, |rate| (0.45 * (rate.get() as f64).log10() - 1.3).clamp(1.0, 3.2))
}

/// The direction of a vector on the canvas.
fn arrow(along: Vec2, from: End) -> char {
    let along = if from == End::First { along } else { -along };
    match along.x.abs() >= along.y.abs() {
        true if along.x >= 0.0 => '→',
        true => '←',
        false if along.y >= 0.0 => '↓',
        false => '↑',
    }
}

fn line_text(line: &LineConfig) -> String {
    match line.rate {
        Some(rate) => format!("{} · {}", spaced(&rate.to_string()), spaced(&line.delay.to_string())),
        None => spaced(&line.delay.to_string()),
    }
}

fn impairment_text(impairment: &Impairment) -> String {
    match *impairment {
        Impairment::FrameSizeMax(bytes) => t!("max {bytes} B"),
        Impairment::TrailingBytes(bytes) => format!("+0…{bytes} B"),
        Impairment::Loss(ratio) => t!("{} % loss", percent(ratio.as_f64())),
        Impairment::LossOfSmall { probability, bytes_max } => {
            t!("{} % loss ≤ {bytes_max} B", percent(probability.as_f64()))
        }
        Impairment::SilenceOnce { lasts, .. } => t!("silence {}", spaced(&lasts.to_string())),
        Impairment::Down => t!("down").into(),
        Impairment::Outage { lasts, .. } => t!("down for {}", spaced(&lasts.to_string())),
        Impairment::LossCorrelated { probability, .. } => t!("{} % loss", percent(probability.as_f64())),
        Impairment::GilbertElliott { .. } => t!("burst loss").into(),
        Impairment::LossEvery(number) => t!("1 in {number} lost"),
        Impairment::LossOfFrame(number) => t!("frame {number} lost"),
        Impairment::Duplicate { probability, .. } => {
            t!("{} % duplicated", percent(probability.as_f64()))
        }
        Impairment::Corrupt { probability, .. } => t!("{} % corrupted", percent(probability.as_f64())),
        Impairment::Jitter { spread, .. } => format!("± {}", spaced(&spread.to_string())),
        Impairment::Reorder { probability, .. } => format!("{} % reordered", percent(probability.as_f64())),
    }
}

/// A number with at most three decimals and without trailing zeros.
fn percent(ratio: f64) -> String {
    decimal(ratio * 100.0, 3)
}

/// A quantity of the document as people write it: `10Mbps` becomes `10 Mbit/s`, `1.5ms` becomes `1.5 ms`.
fn spaced(quantity: &str) -> String {
    let unit =
        quantity.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(quantity.len());
    let (number, unit) = quantity.split_at(unit);
    match unit.strip_suffix("bps") {
        Some(prefix) => format!("{number} {prefix}bit/s"),
        None => format!("{number} {unit}"),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::stage::looks::tests::looks;
    use netlab::topology::{NodeId, SwitchConfig};
    use wire::line::Queue;
    use wire::{BitsPerSec, Duration, Ratio};

    /// A link of 100 Mbit/s and 1 ms.
    pub fn link(a: u32, b: u32, impairments: [&[Impairment]; 2]) -> Link {
        let way = |impairments: &[Impairment]| Way {
            line: LineConfig {
                rate: BitsPerSec::new(100_000_000),
                delay: Duration::from_millis(1),
                queue: Queue::bytes(64 * 1024),
            },
            impairments: impairments.to_vec(),
        };
        Link::new([NodeId(a), NodeId(b)], impairments.map(way))
    }

    /// Two hosts beside a switch.
    pub fn two_hosts_and_a_switch() -> (Topology, Vec<(f64, f64)>) {
        let host = |name: &str, address: &str| Node {
            name: name.into(),
            kind: NodeKind::Host(HostConfig {
                addresses: vec![address.parse().unwrap()],
                ..HostConfig::default()
            }),
        };
        let topology = Topology {
            nodes: vec![
                host("a", "10.0.0.1/24"),
                Node { name: "s1".into(), kind: NodeKind::Switch(SwitchConfig::default()) },
                host("b", "10.0.0.2/24"),
            ],
            links: vec![link(0, 1, [&[], &[]]), link(1, 2, [&[], &[]])],
        };
        (topology, vec![(120.0, 200.0), (300.0, 200.0), (480.0, 200.0)])
    }

    #[test]
    fn a_caption_keeps_clear_of_the_cables() {
        let down = Vec2::new(0.0, 1.0);
        let right = Vec2::new(1.0, 0.0);
        assert_eq!(Side::clear_of(&[]), Side::Below);
        assert_eq!(Side::clear_of(&[right, -right]), Side::Below);
        assert_eq!(Side::clear_of(&[down]), Side::Above);
        assert_eq!(Side::clear_of(&[down, -down]), Side::Right);
        assert_eq!(Side::clear_of(&[down, -down, right]), Side::Left);
        assert_eq!(Side::clear_of(&[Vec2::ZERO]), Side::Below, "two nodes at one place");
    }

    #[test]
    fn texts_are_bounded_and_keep_both_ends() {
        assert_eq!(elided("2001:db8:1:2:3:4:5:6/64", 26), "2001:db8:1:2:3:4:5:6/64");
        assert_eq!(elided("2001:db8:1111:2222:3333:4444:5555:6666/64", 26), "2001:db8:1111…5555:6666/64");
        let (mut topology, positions) = two_hosts_and_a_switch();
        topology.nodes[0].name = "<b>\n".repeat(10_000);
        let sketch = Sketch::new(&topology, &positions, &Standing::default(), &looks());
        assert_eq!(sketch.nodes[0].caption[0].text.chars().count(), NAME_CHARS_MAX);
        assert!(!sketch.nodes[0].caption[0].text.contains('\n'));
    }

    #[test]
    fn a_badge_says_what_differs_between_the_directions() {
        let loss = [Impairment::Loss(Ratio::percent(1))];
        let line = |text: String, _| Line { text, width_em: 1.0 };
        let right = Vec2::new(1.0, 0.0);
        let texts = |link: &Link, along| -> Vec<String> {
            CableSketch::new(link, 0.0, along, line)
                .warnings
                .into_iter()
                .map(|warning| warning.line.text)
                .collect()
        };
        assert_eq!(texts(&link(0, 1, [&loss, &loss]), right), ["1 % loss"]);
        assert_eq!(texts(&link(0, 1, [&[], &loss]), right), ["← 1 % loss"]);
        assert_eq!(texts(&link(0, 1, [&[], &loss]), Vec2::new(0.0, -3.0)), ["↓ 1 % loss"]);
        let sketch = CableSketch::new(&link(0, 1, [&[], &[]]), 0.0, right, line);
        assert_eq!(sketch.about.text, "100 Mbit/s · 1 ms");
    }

    #[test]
    fn quantities_are_written_with_a_space() {
        assert_eq!(spaced("1.5ms"), "1.5 ms");
        assert_eq!(percent(0.01), "1");
        assert_eq!(percent(0.000_05), "0.005");
        assert_eq!(percent(1.0), "100");
    }

    #[test]
    fn a_change_of_the_network_is_noticed() {
        let (mut topology, positions) = two_hosts_and_a_switch();
        let sketch = Sketch::new(&topology, &positions, &Standing::default(), &looks());
        assert!(sketch.shows(&topology, &positions));
        topology.links[0].ways[1].impairments.push(Impairment::Down);
        assert!(!sketch.shows(&topology, &positions));
    }
}
