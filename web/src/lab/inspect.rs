//! What is to be known of a node, a link or a frame at the playhead, in words.

use super::trace::Row;
use crate::format;
use crate::stage::Selection;
use bridge::event::{BridgeId, Role, State};
use capture::Recording;
use dissect::Dissection;
use netlab::history::{DropReason, Fate, SocketState, Transit, TransitId};
use netlab::topology::{Congestion, Direction, End, LinkId, NodeId, NodeKind, Topology, Way};
use netlab::{Frame, History, Instant};
use smoltcp::socket::tcp::State as TcpState;
use smoltcp::wire::EthernetAddress;
use std::rc::Rc;
use vnetif::impair::{Impairment, LossReason};
use vnetif::line::{Discipline, Queue, QueueLimit};

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
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// `Host`, `Switch`, `Hub`, `Link`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it does, for those who meet one for the first time.
    pub meaning: &'static str,
    /// What, how much.
    pub facts: Vec<(&'static str, String)>,
    /// What changes.
    pub tables: Vec<Table>,
    /// Frames that are here now: which, and where to. What a pointer finds on the drawing, for those who use none.
    pub frames: Vec<(TransitId, String)>,
}

/// A table with a heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its heading.
    pub title: &'static str,
    /// The headings of its columns.
    pub columns: Vec<String>,
    /// Its rows; the first cell of each names it.
    pub rows: Vec<Vec<String>>,
    /// What to say if there are no rows.
    pub empty: &'static str,
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
    /// Whether it was dropped by then.
    pub lost: bool,
    /// Its times and size.
    pub facts: Vec<(&'static str, String)>,
    /// The same frame on every link that it crossed by then: which transit, from where to where.
    pub hops: Vec<(TransitId, String)>,
    /// Its bytes.
    pub frame: Frame,
    /// Its layers.
    pub dissection: Dissection,
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

/// More frames than this on one link are not listed.
const FRAMES_MAX: usize = 40;
/// Hops of a frame are looked for among so many transits before and after.
const HOPS_WITHIN: u64 = 4_000;

/// Looks closely.
pub fn inspect(topology: &Topology, history: &History, at: Instant, what: Selection) -> Inspected {
    match what {
        Selection::Node(node) => Inspected::Sheet(node_sheet(topology, history, at, node)),
        Selection::Link(link) => Inspected::Sheet(link_sheet(topology, history, at, link)),
        Selection::Frame(id) => match history.transit(id) {
            Some(transit) => Inspected::Frame(Rc::new(frame_sheet(topology, history, at, transit))),
            None => Inspected::Forgotten,
        },
    }
}

/// A bridge identifier, as most switches show it.
pub fn bridge_id(id: BridgeId) -> String {
    format!("{} {}", id.priority, ethernet(EthernetAddress(id.mac)))
}

/// What a port's role is called.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Root => "root port",
        Role::Designated => "designated",
        Role::Alternate => "alternate",
        Role::Backup => "backup",
        Role::Disabled => "disabled",
    }
}

/// What a port's state is called.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Discarding => "discarding",
        State::Learning => "learning",
        State::Forwarding => "forwarding",
    }
}

/// What a kind of node is called.
pub const fn kind_name(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Host(_) => "Host",
        NodeKind::Hub => "Hub",
        NodeKind::Switch(_) => "Switch",
        NodeKind::Router(_) => "Router",
    }
}

fn node_sheet(topology: &Topology, history: &History, at: Instant, id: NodeId) -> Sheet {
    let node = topology.node(id);
    let tables = history.node_at(id, at);
    let ports = &topology.ports()[id.index()];
    let mut facts = Vec::new();
    let mut shown = Vec::new();
    let meaning = match &node.kind {
        NodeKind::Host(config) => {
            for cidr in &config.addresses {
                facts.push(("Address", cidr.to_string()));
            }
            for gateway in &config.gateways {
                facts.push(("Gateway", gateway.to_string()));
            }
            facts.push(("Ethernet address", ethernet(config.mac(id))));
            facts.push(("Largest packet", format::buffer(config.ip_mtu)));
            facts.push(("TCP", tcp_settings(config.tcp)));
            shown.push(Table {
                title: "Neighbors",
                columns: ["IP address", "Ethernet address", "Learned"].map(String::from).into(),
                rows: tables
                    .neighbors
                    .iter()
                    .map(|(ip, mac, since)| vec![ip.to_string(), ethernet(*mac), ago(at, *since)])
                    .collect(),
                empty: "None yet: it will ask by ARP or NDP when it has something to send.",
            });
            shown.push(Table {
                title: "Sockets",
                columns: ["Socket", "State", "Other side"].map(String::from).into(),
                rows: tables.sockets.iter().map(|(_, state, _)| socket_row(state)).collect(),
                empty: "None open: no program here is using the network.",
            });
            "Has a TCP/IP stack of its own and runs the programs that talk."
        }
        NodeKind::Hub => "Repeats what comes in at one port out of all the others, without looking at it.",
        NodeKind::Switch(config) => {
            facts.push(("Forgets an address after", format::setting(config.ageing)));
            shown.push(Table {
                title: "MAC table",
                columns: ["Ethernet address", "Port", "Learned"].map(String::from).into(),
                rows: tables
                    .macs
                    .iter()
                    .map(|entry| {
                        let beyond = ports.get(entry.port.0 as usize).map(|&port| topology.receiver(port));
                        let beyond = beyond
                            .map_or(String::new(), |node| format!(" (to {})", topology.node(node).name));
                        vec![ethernet(entry.mac), format!("{}{beyond}", entry.port.0), ago(at, entry.since)]
                    })
                    .collect(),
                empty: "Empty: it has heard nobody yet, and sends what comes out of every other port.",
            });
            "Learns behind which port each address is, and sends frames only there."
        }
        NodeKind::Router(_) => {
            "Takes packets from one network and sends them on to the next, nearer to where they go."
        }
    };
    shown.push(Table {
        title: "Ports",
        columns: ["Port", "Cable to", "Frames out", "Frames in"].map(String::from).into(),
        rows: ports
            .iter()
            .enumerate()
            .map(|(number, &direction)| {
                let name = &topology.node(topology.receiver(direction)).name;
                let out = history.totals_at(direction, at).sent;
                let back = history.totals_at(direction.reverse(), at).delivered;
                vec![number.to_string(), name.clone(), format::count(out), format::count(back)]
            })
            .collect(),
        empty: "No cable is plugged in: nothing it sends gets anywhere.",
    });
    Sheet {
        kind: kind_name(&node.kind),
        name: node.name.clone(),
        meaning,
        facts,
        tables: shown,
        frames: Vec::new(),
    }
}

fn tcp_settings(tcp: netlab::topology::TcpConfig) -> String {
    let congestion = match tcp.congestion {
        Congestion::None => "no congestion control",
        Congestion::Reno => "Reno",
        Congestion::Cubic => "CUBIC",
    };
    let (send, receive) = (format::buffer(tcp.tx_buffer), format::buffer(tcp.rx_buffer));
    format!("{congestion}, {send} to send, {receive} to receive")
}

fn socket_row(socket: &SocketState) -> Vec<String> {
    match socket {
        SocketState::Tcp { state, local, remote, port } => {
            let port = local.map_or(*port, |local| local.port);
            let remote = remote.map_or("–".to_string(), |remote| remote.to_string());
            vec![format!("TCP {port}"), tcp_state(*state).to_string(), remote]
        }
        SocketState::Udp { port } => vec![format!("UDP {port}"), "open".into(), "any".into()],
        SocketState::Icmp { ident } => vec![format!("ICMP {ident}"), "open".into(), "any".into()],
    }
}

/// As RFC 9293 writes it.
pub fn tcp_state(state: TcpState) -> &'static str {
    match state {
        TcpState::Closed => "CLOSED",
        TcpState::Listen => "LISTEN",
        TcpState::SynSent => "SYN-SENT",
        TcpState::SynReceived => "SYN-RECEIVED",
        TcpState::Established => "ESTABLISHED",
        TcpState::FinWait1 => "FIN-WAIT-1",
        TcpState::FinWait2 => "FIN-WAIT-2",
        TcpState::CloseWait => "CLOSE-WAIT",
        TcpState::Closing => "CLOSING",
        TcpState::LastAck => "LAST-ACK",
        TcpState::TimeWait => "TIME-WAIT",
    }
}

fn link_sheet(topology: &Topology, history: &History, at: Instant, id: LinkId) -> Sheet {
    let (link, ways) = (topology.link(id), &history.link_at(id, at).ways);
    let directions = End::BOTH.map(|from| Direction { link: id, from });
    let both = |name: &str, value: &dyn Fn(Direction, &Way) -> String| {
        let mut row = vec![name.to_string()];
        row.extend(directions.map(|direction| value(direction, &ways[direction.from.index()])));
        row
    };
    let mut columns = vec![String::new()];
    columns.extend(directions.map(|direction| way_name(topology, direction)));
    let settings = vec![
        both("Rate", &|_, way| {
            way.line.rate.map_or("unlimited".into(), |rate| format::bit_rate(rate.get() as f64))
        }),
        both("Delay", &|_, way| format::setting(way.line.delay)),
        both("Queue", &|_, way| queue_words(way.line.queue)),
        both("Trouble", &|_, way| impairments(&way.impairments)),
    ];
    let mut traffic = vec![
        both("Frames sent", &|direction, _| format::count(history.totals_at(direction, at).sent)),
        both("Delivered", &|direction, _| format::count(history.totals_at(direction, at).delivered)),
        both("On the wire now", &|direction, _| {
            let now = history.passing(direction, at, at).filter(|transit| transit.start <= at);
            format::count(now.count() as u64)
        }),
        both("Waiting now", &|direction, _| {
            let (mut frames, mut bytes) = (0, 0);
            for transit in history.passing(direction, at, at).filter(|transit| at < transit.start) {
                frames += 1;
                bytes += transit.frame.len();
            }
            if frames == 0 { "0".into() } else { format!("{frames} ({})", format::bytes(bytes as u64)) }
        }),
    ];
    let mut reasons: Vec<DropReason> = Vec::new();
    for reason in
        directions.iter().flat_map(|&direction| history.totals_at(direction, at).dropped.into_keys())
    {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    for reason in reasons {
        let dropped = |direction, _: &Way| {
            format::count(history.totals_at(direction, at).dropped.get(&reason).copied().unwrap_or(0))
        };
        traffic.push(both(&format!("Dropped: {}", drop_reason(reason)), &dropped));
    }
    let frames = directions.into_iter().flat_map(|direction| {
        let to = &topology.node(topology.receiver(direction)).name;
        history
            .passing(direction, at, at)
            .map(move |transit| (transit.id, format!("{} to {to}", dissect::summary(&transit.frame).label)))
    });
    Sheet {
        kind: "Link",
        name: link.ends.map(|end| topology.node(end).name.clone()).join(" – "),
        meaning: "A cable with one lane each way. Bits need time to get onto it (rate) and to travel (delay); \
                  frames that have to wait stand in the sender's queue.",
        facts: Vec::new(),
        tables: vec![
            Table { title: "Settings", columns: columns.clone(), rows: settings, empty: "" },
            Table { title: "Traffic", columns, rows: traffic, empty: "" },
        ],
        frames: frames.take(FRAMES_MAX).collect(),
    }
}

fn way_name(topology: &Topology, direction: Direction) -> String {
    let name = |node| &topology.node(node).name;
    format!("{} → {}", name(topology.sender(direction)), name(topology.receiver(direction)))
}

/// What a link is like, in a few words; both directions if they differ.
pub fn way_words(ways: &[Way; 2]) -> String {
    let words = |way: &Way| {
        let rate = way.line.rate.map_or("no rate".into(), |rate| format::bit_rate(rate.get() as f64));
        let delay = format::setting(way.line.delay);
        match impairments(&way.impairments).as_str() {
            "none" => format!("{rate}, {delay}"),
            trouble => format!("{rate}, {delay}, {trouble}"),
        }
    };
    let [there, back] = [&ways[0], &ways[1]].map(words);
    if there == back { there } else { format!("{there}; back: {back}") }
}

fn impairments(impairments: &[Impairment]) -> String {
    let words = |impairment: &Impairment| match *impairment {
        Impairment::FrameSizeMax(max) => format!("frames over {} are refused", format::buffer(max)),
        Impairment::TrailingBytes(max) => format!("up to {max} stray bytes are appended"),
        Impairment::Loss(ratio) => format!("{} lost", format::percent(ratio)),
        Impairment::LossOfSmall { probability, bytes_max } => {
            format!("{} lost of frames up to {}", format::percent(probability), format::buffer(bytes_max))
        }
        Impairment::SilenceOnce { after_bytes, lasts } => {
            format!("silent for {} after {}", format::setting(lasts), format::bytes(after_bytes))
        }
        Impairment::Down => "the cable is pulled".into(),
        Impairment::Outage { at, lasts, every } => {
            let from = format::setting(at - Instant::ZERO);
            let again =
                every.map_or(String::new(), |every| format!(", again every {}", format::setting(every)));
            format!("the cable is pulled at {from} for {}{again}", format::setting(lasts))
        }
        Impairment::LossCorrelated { probability, correlation } => {
            format!("{} lost, correlated by {}", format::percent(probability), format::percent(correlation))
        }
        Impairment::GilbertElliott { to_bad, to_good, bad, good } => format!(
            "lost in bursts: {} in bad times, {} in good ones; {} of frames begin a bad time, {} end it",
            format::percent(bad),
            format::percent(good),
            format::percent(to_bad),
            format::percent(to_good)
        ),
        Impairment::LossEvery(number) => format!("every {} frame lost", format::ordinal(u64::from(number))),
        Impairment::LossOfFrame(number) => format!("the {} frame lost", format::ordinal(number)),
        Impairment::Duplicate { probability, .. } => format!("{} come twice", format::percent(probability)),
        Impairment::Corrupt { probability, .. } => {
            format!("{} have a wrong bit", format::percent(probability))
        }
        Impairment::Jitter { spread, .. } => format!("delay varies by {}", format::setting(spread)),
        Impairment::Reorder { probability, .. } => format!("{} go ahead", format::percent(probability)),
    };
    match impairments {
        [] => "none".into(),
        some => some.iter().map(words).collect::<Vec<_>>().join(", "),
    }
}

/// A queue in a few words.
fn queue_words(queue: Queue) -> String {
    let size = match queue.limit {
        QueueLimit::Bytes(bytes) => format::buffer(bytes),
        QueueLimit::Frames(frames) => format::plural(frames as u64, "frame", "frames"),
    };
    match queue.discipline {
        Discipline::DropTail => size,
        Discipline::Red(_) => format!("{size}, RED"),
        Discipline::CoDel(_) => format!("{size}, CoDel"),
    }
}

/// Why a frame was dropped, in words.
pub const fn drop_reason(reason: DropReason) -> &'static str {
    match reason {
        DropReason::QueueFull => "queue full",
        DropReason::Overload => "more frames under way than can be simulated",
        DropReason::Impaired(LossReason::TooBig) => "too big for the link",
        DropReason::Impaired(LossReason::LinkDown) => "cable pulled",
        DropReason::Impaired(LossReason::Silence) => "in a silence",
        DropReason::Impaired(LossReason::Loss) => "lost on the way",
        DropReason::Impaired(LossReason::LossOfSmall) => "lost on the way, being small",
        DropReason::Impaired(LossReason::Outage) => "cable pulled for a time",
        DropReason::Impaired(LossReason::LossCorrelated) => "lost on the way, like others before it",
        DropReason::Impaired(LossReason::Burst) => "lost on the way, in a burst",
        DropReason::Impaired(LossReason::Every) => "lost on the way, being the nth",
        DropReason::Impaired(LossReason::Picked) => "lost on the way, being picked",
        DropReason::Early => "queue getting full (RED)",
        DropReason::Late => "waited too long (CoDel)",
    }
}

fn frame_sheet(topology: &Topology, history: &History, at: Instant, transit: &Transit) -> FrameSheet {
    let summary = dissect::summary(&transit.frame);
    let [from, to] = [topology.sender(transit.direction), topology.receiver(transit.direction)]
        .map(|node| topology.node(node).name.as_str());
    let dropped = match transit.fate {
        Fate::Dropped { reason, at: when } if when <= at => Some(reason),
        _ => None,
    };
    let whereabouts = match dropped {
        Some(reason) => format!("Dropped between {from} and {to}: {}.", drop_reason(reason)),
        None if at < transit.queued => format!("Not yet sent by {from}."),
        None if at < transit.start => format!("Waiting in {from}'s queue for the cable to {to}."),
        None if at < transit.arrival => format!("On the wire from {from} to {to}."),
        None => format!("Arrived at {to}."),
    };
    let mut facts = vec![
        ("Size", format::buffer(transit.frame.len())),
        ("Queued at", format!("{}\u{a0}s", format::clock(transit.queued))),
    ];
    if transit.start > transit.queued {
        facts.push(("Waited", format::duration(transit.start - transit.queued)));
    }
    if transit.end > transit.start {
        facts.push(("Sent within", format::duration(transit.end - transit.start)));
    }
    match transit.fate {
        Fate::Delivered => facts.push(("Arrives", format!("{}\u{a0}s", format::clock(transit.arrival)))),
        Fate::Dropped { at: when, .. } => facts.push(("Dropped", format!("{}\u{a0}s", format::clock(when)))),
    }
    let near = transit.id.0.saturating_sub(HOPS_WITHIN)..=transit.id.0 + HOPS_WITHIN;
    let hops = near
        .filter_map(|id| history.transit(TransitId(id)))
        .filter(|other| other.frame_id == transit.frame_id && other.queued <= at)
        .map(|other| (other.id, way_name(topology, other.direction)))
        .collect();
    FrameSheet {
        id: transit.id,
        label: summary.label.to_string(),
        info: summary.info,
        whereabouts,
        lost: dropped.is_some(),
        facts,
        hops,
        frame: transit.frame.clone(),
        dissection: dissect::layers(&transit.frame),
    }
}

/// A packet of a capture that was opened, looked at closely.
pub fn packet(recording: &Recording, number: usize, row: &Row) -> Inspected {
    let index = row.transit.0 as usize;
    let packet = recording.packets[index];
    let interface = &recording.interfaces[packet.interface as usize];
    let seen = recording.frame(index);
    let bytes = seen.unwrap_or_default();
    let summary = dissect::summary(bytes);
    let place =
        [interface.name.as_str(), interface.description.as_str()].into_iter().find(|name| !name.is_empty());
    let whereabouts = match &seen {
        Err(other) => other.to_string(),
        Ok(_) => match (place, recording.sent(index)) {
            (Some(place), Some(true)) => format!("Sent at {place}."),
            (Some(place), Some(false)) => format!("Received at {place}."),
            (Some(place), None) => format!("Seen at {place}."),
            (None, _) => "From an opened capture.".to_string(),
        },
    };
    let mut facts = vec![
        ("Packet", format::count(number as u64 + 1)),
        ("Size", format::buffer(packet.original_len as usize)),
        ("Seen at", format!("{}\u{a0}s", format::clock(row.at))),
    ];
    if packet.captured_len < packet.original_len {
        facts.push(("Captured", format::buffer(packet.captured_len as usize)));
    }
    facts.extend(recording.comments(index).map(|comment| ("Comment", comment.chars().take(300).collect())));
    Inspected::Frame(Rc::new(FrameSheet {
        id: row.transit,
        label: summary.label.to_string(),
        info: summary.info,
        whereabouts,
        lost: seen.is_err(),
        facts,
        hops: Vec::new(),
        frame: Frame::copy_from(bytes),
        dissection: dissect::layers(bytes),
    }))
}

/// As the analyzers write it; IEEE's own dashes would make two spellings on one page.
pub fn ethernet(address: EthernetAddress) -> String {
    let bytes = address.0.map(|byte| format!("{byte:02x}"));
    bytes.join(":")
}

fn ago(at: Instant, since: Instant) -> String {
    format!("{}\u{a0}ago", format::duration(at - since))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::ahead::advance;
    use crate::lab::samples;
    use netlab::history::Limits;
    use netlab::run::{Ping, RunKind, RunSpec, Target};
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
        match inspect(world.topology(), world.history(), at, what) {
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

    #[test]
    fn a_frame_tells_where_it_is_at_every_moment() {
        let world = pinged();
        let first = world.history().transits().next().unwrap();
        let (id, arrival) = (first.id, first.arrival);
        let whereabouts = |at| match inspect(world.topology(), world.history(), at, Selection::Frame(id)) {
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
                inspect(world.topology(), world.history(), at, what);
            }
        }
    }
}
