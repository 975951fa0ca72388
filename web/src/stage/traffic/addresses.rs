//! What the headers of frames in flight say, on demand: from whom, to whom, time to live, VLAN. A plate of two or three lines
//! beside the capsule, where there is room between the frame's neighbors.
//!
//! A frame has one number over switches, routers and translations. So the same frame is found on the wire before
//! ([`trace::earlier`]), and a field that is another one there was rewritten by the node between.

use super::marks::{Form, Mark, Traffic};
use super::moment::Moment;
use super::words::Turned;
use crate::stage::layout::Layout;
use crate::stage::looks::{Looks, Weight};
use crate::stage::sizes::Sizes;
use kurbo::{Point, Vec2};
use netlab::History;
use netlab::history::{Transit, TransitId};
use netlab::topology::Topology;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use trace::swatch::Swatch;
use wire::header::Ethernet;

/// So long after a frame has left is a rewritten field seen as it was before, in the viewer's seconds; and at most this part of the way.
const BEFORE_SECS: f64 = 0.7;
const BEFORE_PART: f64 = 0.35;
/// So long its new value flashes, in the viewer's seconds.
const FLASH_SECS: f64 = 1.4;
/// More plates than this are not read.
const PLATES_MAX: usize = 40;
/// The number of frames whose headers are kept as texts.
const KEPT_MAX: usize = 1_000;
/// The height of a line, at a font size of 1.
pub const LINE_EM: f64 = 1.3;
/// What is free around the lines, at a font size of 1.
const MARGIN_EM: f64 = 0.5;

/// A field of a header, as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its value.
    pub text: String,
    /// Its width at a font size of 1.
    pub width_em: f64,
    /// Its value on the wire before, if the node between has rewritten it; empty if it did not exist.
    pub before: Option<String>,
}

/// The headers of a frame: sender, receiver, and what else is said of the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headers {
    /// With its port, if it has one.
    pub source: Option<Field>,
    /// With its port, if it has one, and an arrow in front of it.
    pub destination: Option<Field>,
    /// Time to live, VLAN.
    pub rest: Vec<Field>,
}

/// The texts of the frames drawn last. The length and the address of the bytes tell the frames of one world from those of another.
pub type Kept = FxHashMap<TransitId, (usize, usize, Rc<Headers>)>;

/// A plate beside a frame.
#[derive(Clone, Debug)]
pub struct Plate {
    /// Its middle.
    pub center: Point,
    /// Along the lane, of length 1, for letters.
    pub reading: Vec2,
    /// Half its width and height.
    pub half: Vec2,
    /// What stands on it.
    pub headers: Rc<Headers>,
    /// Sender and receiver share a line.
    pub wide: bool,
    /// The frame's color.
    pub swatch: Swatch,
    /// Rewritten fields are shown as they were before.
    pub before: bool,
    /// How strongly rewritten fields are marked, from 0 to 1.
    pub flash: f64,
}

impl Headers {
    /// Of a frame; the other one is the same frame on the wire before.
    fn of(frame: &[u8], before: Option<&[u8]>, looks: &Looks) -> Self {
        let now = read(frame);
        let then = before.map(read);
        let field = |at: usize| {
            let text = now.get(at)?.clone()?;
            let was = then.as_ref().map(|then| then[at].clone().unwrap_or_default());
            let width_em = looks.measure(&text, Weight::Strong);
            Some(Field { before: was.filter(|was| *was != text), width_em, text })
        };
        Self {
            source: field(0),
            destination: field(1),
            rest: [field(2), field(3)].into_iter().flatten().collect(),
        }
    }

    /// Its lines, of which each is one or more fields.
    pub fn lines(&self, wide: bool) -> impl Iterator<Item = Vec<&Field>> {
        let ends = [self.source.as_ref(), self.destination.as_ref()];
        let both: Vec<&Field> = ends.into_iter().flatten().collect();
        let ends = if wide { vec![both] } else { both.into_iter().map(|end| vec![end]).collect() };
        ends.into_iter().chain([self.rest.iter().collect()]).filter(|line| !line.is_empty())
    }

    /// Half the width and the height of a plate with them.
    fn half(&self, wide: bool, sizes: &Sizes) -> Vec2 {
        let (mut width, mut lines) = (0.0f64, 0.0);
        for line in self.lines(wide) {
            lines += 1.0;
            width = width.max(line_em(&line));
        }
        Vec2::new(width + 2.0 * MARGIN_EM, lines * LINE_EM + MARGIN_EM) * sizes.badge_font / 2.0
    }
}

/// The space between two fields of a line, at a font size of 1.
pub const SPACE_EM: f64 = 0.45;

/// The width of a line at a font size of 1.
pub fn line_em(line: &[&Field]) -> f64 {
    line.iter().map(|field| field.width_em + SPACE_EM).sum::<f64>() - SPACE_EM
}

/// Sender, receiver, time to live and VLAN of a frame, as far as it has them.
fn read(frame: &[u8]) -> [Option<String>; 4] {
    let Some(outer) = Ethernet::read(frame) else { return [const { None }; 4] };
    let vlan = outer.untag().and_then(|(tag, _)| tag.vlan()).map(|vlan| format!("VLAN {vlan}"));
    let inner = outer.innermost();
    let (from, to, ttl) = match inner.ip() {
        Some(ip) => {
            let end = |address: smoltcp::wire::IpAddress, port: Option<u16>| match (address, port) {
                (smoltcp::wire::IpAddress::Ipv6(_), Some(port)) => format!("[{address}]:{port}"),
                (_, Some(port)) => format!("{address}:{port}"),
                (_, None) => address.to_string(),
            };
            let (from, to) = ip.ports().unzip();
            let ttl = format!("TTL {}", ip.hop_limit);
            (end(ip.source, from), end(ip.destination, to), Some(ttl))
        }
        None => (card(inner.source), card(inner.destination), None),
    };
    [Some(from), Some(format!("→ {to}")), ttl, vlan]
}

/// A MAC address, as the panes write it.
fn card(address: smoltcp::wire::EthernetAddress) -> String {
    address.0.map(|byte| format!("{byte:02x}")).join(":")
}

impl Traffic {
    /// Puts plates beside the frames that have their label, where there is room.
    pub(super) fn address(
        &mut self,
        topology: &Topology,
        history: &History,
        layout: &Layout,
        looks: &Looks,
        moment: &Moment<'_>,
    ) {
        self.plates.clear();
        if !moment.addresses || self.crowd {
            return;
        }
        if self.headers.len() > KEPT_MAX {
            self.headers.clear();
        }
        let mut taken: Vec<Turned> = Vec::new();
        for mark in self.marks.iter().filter(|mark| mark.form == Form::Capsule) {
            let Some(transit) = history.transit(mark.transit) else { continue };
            let headers = headers(&mut self.headers, topology, history, looks, transit);
            let Some(plate) = plate(mark, transit, headers, layout, moment) else { continue };
            let covers = Turned { center: plate.center, along: plate.reading, half: plate.half };
            if self.plates.len() < PLATES_MAX && !taken.iter().any(|other| other.overlaps(&covers)) {
                taken.push(covers);
                self.plates.push(plate);
            }
        }
    }
}

/// The texts of a frame, made when it is first asked for.
fn headers(
    kept: &mut Kept,
    topology: &Topology,
    history: &History,
    looks: &Looks,
    transit: &Transit,
) -> Rc<Headers> {
    let whose = (transit.frame.as_ptr() as usize, transit.frame.len());
    if let Some((address, len, headers)) = kept.get(&transit.id)
        && (*address, *len) == whose
    {
        return headers.clone();
    }
    let before = trace::earlier(topology, history, transit);
    let headers = Rc::new(Headers::of(&transit.frame, before.map(|before| &*before.frame), looks));
    kept.insert(transit.id, (whose.0, whose.1, headers.clone()));
    headers
}

/// The plate of a frame: with all of it in two lines, in three, or none if its neighbors are too near.
fn plate(
    mark: &Mark,
    transit: &Transit,
    headers: Rc<Headers>,
    layout: &Layout,
    moment: &Moment<'_>,
) -> Option<Plate> {
    let lane = layout.lane(transit.direction);
    let sizes = &layout.sizes;
    let (half, wide) = [true, false]
        .map(|wide| (headers.half(wide, sizes), wide))
        .into_iter()
        .find(|(half, _)| half.x <= mark.room && 2.0 * half.x <= lane.length)?;
    // Beside the capsule, as its letters are read: above or below them.
    let up = Vec2::new(-mark.reading.y, mark.reading.x);
    let side = if up.dot(lane.outward) >= 0.0 { up } else { -up };
    let age = moment.secs(moment.at.saturating_sub(transit.start.nanos()));
    let lasts = moment.secs(transit.arrival.nanos().saturating_sub(transit.start.nanos()));
    // Over the cable, not over the nodes at its ends.
    let along = (mark.center - lane.origin).dot(lane.unit);
    let inside = along.min(lane.length - half.x).max(half.x);
    let center = mark.center + lane.unit * (inside - along);
    Some(Plate {
        center: center + side * (sizes.capsule_height / 2.0 + half.y + 2.0),
        reading: mark.reading,
        half,
        wide,
        headers,
        swatch: mark.look.swatch,
        before: age < BEFORE_SECS.min(BEFORE_PART * lasts),
        flash: (1.0 - age / FLASH_SECS).max(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::camera::View;
    use crate::stage::looks::tests::looks;
    use crate::stage::sketch::Sketch;
    use crate::stage::standing::Standing;
    use kurbo::Size;
    use netlab::history::Limits;
    use netlab::{Duration, Instant, World};

    const HOME: &str = include_str!("../../../../scenarios/home-network.json");
    const VLANS: &str = include_str!("../../../../scenarios/vlans.json");

    fn ran(text: &str) -> World {
        let mut world = scenario::Scenario::parse(text).unwrap().world(Limits::default()).unwrap();
        world.run_until(Instant::ZERO + Duration::from_secs(3), || true);
        world
    }

    fn all(world: &World) -> Vec<Headers> {
        let looks = looks();
        let (topology, history) = (world.topology(), world.history());
        let of = |transit: &Transit| {
            let before = trace::earlier(topology, history, transit);
            Headers::of(&transit.frame, before.map(|before| &*before.frame), &looks)
        };
        history.transits().map(of).collect()
    }

    #[test]
    fn what_a_translating_router_rewrites_is_known_and_nothing_else() {
        let world = ran(HOME);
        let headers = all(&world);
        let rewritten: Vec<_> = headers
            .iter()
            .filter_map(|headers| headers.source.as_ref()?.before.as_ref().map(|before| (before, headers)))
            .collect();
        assert!(!rewritten.is_empty());
        for (before, headers) in rewritten {
            assert_ne!(*before, headers.source.as_ref().unwrap().text);
            let ttl = headers.rest.iter().find(|field| field.text.starts_with("TTL")).unwrap();
            assert!(ttl.before.is_some(), "a router counts the time to live down: {headers:?}");
        }
        let first = world.history().transits().find(|transit| transit.first).unwrap();
        let made = Headers::of(&first.frame, None, &looks());
        assert!(
            made.source.unwrap().before.is_none() && made.rest.iter().all(|field| field.before.is_none())
        );
    }

    #[test]
    fn a_switch_rewrites_only_the_tag() {
        let headers = all(&ran(VLANS));
        let tagged = |of: &Headers| {
            of.rest.iter().any(|field| field.text.starts_with("VLAN") && field.before.is_some())
        };
        assert!(headers.iter().any(tagged));
        for of in headers.iter().filter(|of| tagged(of)) {
            let ends = [&of.source, &of.destination];
            assert!(ends.iter().all(|end| end.as_ref().unwrap().before.is_none()), "{of:?}");
        }
    }

    /// The plates of the home network in a view of this scale, while each frame is in the middle of its way.
    fn plates(scale: f64, addresses: bool) -> Vec<Vec<Plate>> {
        let world = ran(HOME);
        let mut looks = looks();
        let positions = scenario::Scenario::parse(HOME).unwrap().positions();
        let sketch = Sketch::new(world.topology(), &positions, &Standing::default(), &looks);
        let view = View { scale, offset: Vec2::ZERO };
        let layout = Layout::new(&sketch, view, Size::new(5_000.0, 4_000.0));
        let mut traffic = Traffic::default();
        let moments = world.history().transits().filter(|transit| transit.arrival > transit.start);
        let moments = moments.map(|transit| transit.start.nanos().midpoint(transit.arrival.nanos()));
        moments
            .map(|at| {
                let moment = Moment { at, rate: 1e7, selected: None, hovered: None, sieve: None, addresses };
                traffic.compose(world.topology(), world.history(), &layout, &mut looks, &moment);
                traffic.plates.clone()
            })
            .collect()
    }

    #[test]
    fn plates_are_shown_on_demand_where_there_is_room_and_none_covers_another() {
        assert!(plates(2.5, false).iter().all(Vec::is_empty));
        let shown = plates(2.5, true);
        assert!(shown.iter().any(|plates| plates.len() > 1));
        for plates in &shown {
            let boxes: Vec<_> = plates
                .iter()
                .map(|plate| Turned { center: plate.center, along: plate.reading, half: plate.half })
                .collect();
            for (number, one) in boxes.iter().enumerate() {
                assert!(!boxes[..number].iter().any(|other| other.overlaps(one)));
            }
        }
        assert!(plates(0.2, true).iter().all(Vec::is_empty), "there is no room");
    }
}
