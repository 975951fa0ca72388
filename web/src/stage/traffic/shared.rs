//! Half-duplex links: collisions at their stations, and the frames that wait there for the carrier to end.

use super::arrange::{Vessel, Way};
use super::marks::{Crash, Queue, Traffic};
use super::moment::{DROPPED_SECS, Moment};
use kurbo::Vec2;
use netlab::History;
use texts::t;
use wire::Instant;

impl Traffic {
    /// What one direction of a half-duplex link looks like beside the frames on it.
    pub fn share(&mut self, history: &History, way: &Way<'_>, moment: &Moment<'_>) {
        let [glow, now] =
            [moment.at.saturating_sub(moment.nanos(DROPPED_SECS)), moment.at].map(Instant::from_nanos);
        self.await_carrier(history, way, now);
        if let Some(newest) = history.collisions(way.direction, glow, now).next_back() {
            let before = history.collisions_by(way.direction, glow);
            let sizes = &way.layout.sizes;
            self.crashes.push(Crash {
                center: way.lane.at(0.0) + way.lane.unit * (sizes.capsule_height * 1.2),
                outward: way.lane.outward,
                reading: way.lane.reading(),
                age: (moment.secs((now - newest.at).nanos()) / DROPPED_SECS).min(1.0),
                count: (history.collisions_by(way.direction, now) - before).max(1),
                worded: true,
            });
        }
    }

    /// The frames that wait, as a full part of the vessel: each is drawn by itself only when it is sent.
    fn await_carrier(&mut self, history: &History, way: &Way<'_>, now: Instant) {
        let backlog = history.backlog_at(way.direction, now);
        if backlog.frames == 0 {
            return;
        }
        let Vessel { origin, length, height } = Vessel::beside(way);
        self.queues.push(Queue {
            way: way.direction,
            origin,
            unit: way.lane.unit,
            reading: way.lane.reading(),
            length,
            height,
            level: backlog.bytes as f64 / way.queue_bytes.max(backlog.bytes).max(1) as f64,
            count: backlog.frames,
            more: false,
            counted: true,
        });
    }
}

impl Crash {
    /// Of the star when it has grown, in heights of a capsule.
    pub const RADIUS: f64 = 0.75;

    /// The word beside it.
    pub fn words(&self) -> String {
        match self.count {
            1 => t!("collision").to_owned(),
            count => t!("collision ×{count}"),
        }
    }

    /// The tips of its rays, outer and inner ones in turn, for a star of this radius around the origin.
    pub fn star(radius: f64) -> impl Iterator<Item = Vec2> {
        const RAYS: u32 = 8;
        (0..2 * RAYS).map(move |tip| {
            let reach = if tip % 2 == 0 { radius } else { radius * 0.45 };
            Vec2::from_angle(f64::from(tip) * std::f64::consts::PI / f64::from(RAYS)) * reach
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::layout::tests::layout;
    use netlab::history::Limits;
    use netlab::run::{Amount, Iperf, RunKind, RunSpec, Target};
    use netlab::topology::{Direction, Duplex, End, LinkId, NodeId};
    use netlab::world::Command;
    use netlab::{Duration, World};

    /// Two hosts at a switch; the first link is half duplex, and both hosts send to each other at once.
    fn world() -> World {
        let mut scenario = scenario::first();
        scenario.topology.links[0].duplex[0] = Duplex::Half;
        scenario.runs.clear();
        scenario.chapters.clear();
        let mut world = scenario.world(Limits::default()).unwrap();
        for (from, to) in [(0, 2), (2, 0)] {
            let kind =
                RunKind::Iperf(Iperf { amount: Amount::Time(Duration::from_secs(1)), ..Iperf::default() });
            let spec = RunSpec { from: NodeId(from), to: Target::Node(NodeId(to), None), kind };
            world.apply(Command::Start(spec)).unwrap();
        }
        world.run_until(Instant::ZERO + Duration::from_secs(1), || true);
        world
    }

    fn at(history: &History, direction: Direction, at: Instant) -> Traffic {
        let layout = layout();
        let way = Way { direction, lane: layout.lane(direction), queue_bytes: 64 << 10, layout: &layout };
        let moment = Moment {
            at: at.nanos(),
            rate: 1e6,
            selected: None,
            hovered: None,
            sieve: None,
            addresses: false,
        };
        let mut traffic = Traffic::default();
        traffic.begin(2);
        traffic.share(history, &way, &moment);
        traffic
    }

    #[test]
    fn a_collision_is_seen_at_every_station_for_its_time_and_waiting_frames_at_their_port() {
        let world = world();
        let history = world.history();
        let direction = Direction { link: LinkId(0), from: End::First };
        let collision = history.collisions(direction, Instant::ZERO, world.now()).next();
        let collision = *collision.expect("frames that are sent both ways collide sometimes");
        for direction in [direction, direction.reverse()] {
            let traffic = at(history, direction, collision.at);
            let [crash] = traffic.crashes.as_slice() else { panic!("one collision") };
            assert_eq!((crash.age, crash.words()), (0.0, "collision".to_owned()));
            let [queue] = traffic.queues.as_slice() else { panic!("its frame waits") };
            let waiting = history.backlog_at(direction, collision.at).frames;
            assert!(waiting > 0 && queue.count == waiting);
        }
        let before = Instant::from_nanos(collision.at.nanos() - 1);
        assert!(at(history, direction, before).crashes.is_empty());
    }
}
