//! Limits that the figures have to keep. They come from a study before the engine was written.

use crate::Measured;
use crate::instrument::Instrument;
use crate::page::Page;
use crate::peer::PEER;
use crate::rounds::{Host, Results};
use crate::stage::{Bound, Stage};
use crate::statistics::{Summary, number};
use bench::Figure;

/// The factors by which we have to be faster than the peer, natively and in wasm.
const TIMES_PEER_NATIVE: f64 = 20.0;
const TIMES_PEER_WASM: f64 = 10.0;
/// From navigation to the first frame that moves.
const FIRST_FRAME_MS: f64 = 1_000.0;
/// The time for one frame at 60 frames a second.
pub const FRAME_MS: f64 = 1_000.0 / 60.0;
/// A filter over 100,000 packets: one that reads fields where they are, and one that needs the whole tree of each packet.
const FILTER_MS: f64 = 150.0;
const TREE_FILTER_MS: f64 = 4_000.0;
/// What a page may take after ten minutes of traffic: the history's limit of 256 MB, and half as much for all else.
const MEMORY_MB: f64 = 384.0;

/// A figure and its limit.
struct Gate {
    what: &'static str,
    case: &'static str,
    reading: Reading,
    limit: Limit,
    /// A stricter limit, as a goal.
    stretch: f64,
    hosts: &'static [Host],
}

enum Reading {
    Figure(Figure),
    /// Of the figure, as a part of native speed.
    Speed(Figure),
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

const GATES: [Gate; 8] = [
    Gate {
        what: "wasm ÷ native, TCP bulk, MTU 1500, checksums",
        case: "bulk/1500",
        reading: Reading::Speed(Figure::Rate),
        limit: Limit::AtLeast(0.45),
        stretch: 0.60,
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, unicast: learn and look up, ns",
        case: "switch/look-256",
        reading: Reading::Figure(Figure::NanosPer("look")),
        limit: Limit::AtMost(50.0),
        stretch: 28.0,
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, unicast: whole delivery, ns",
        case: "switch/unicast",
        reading: Reading::Figure(Figure::NanosPer("delivery")),
        limit: Limit::AtMost(50.0),
        stretch: 28.0,
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, flood to 8, ns a port",
        case: "switch/flood-8",
        reading: Reading::Figure(Figure::NanosPer("delivery")),
        limit: Limit::AtMost(15.0),
        stretch: 10.0,
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, flood to 64, ns a port",
        case: "switch/flood-64",
        reading: Reading::Figure(Figure::NanosPer("delivery")),
        limit: Limit::AtMost(15.0),
        stretch: 10.0,
        hosts: &Host::WASM,
    },
    Gate {
        what: "TCP event in virtual time, two hosts, ns",
        case: "world/pair",
        reading: Reading::Figure(Figure::NanosPer("event")),
        limit: Limit::AtMost(1_500.0),
        stretch: 900.0,
        hosts: &Host::WASM,
    },
    Gate {
        what: "64 hosts, 32 TCP flows, × real time",
        case: "world/tcp",
        reading: Reading::Figure(Figure::TimesRealTime),
        limit: Limit::AtLeast(6.0),
        stretch: 12.0,
        hosts: &[Host::Chromium],
    },
    Gate {
        what: "64 hosts, 32 UDP flows, × real time",
        case: "world/udp",
        reading: Reading::Figure(Figure::TimesRealTime),
        limit: Limit::AtLeast(6.0),
        stretch: 12.0,
        hosts: &[Host::Chromium],
    },
];

/// A gate and what was measured.
#[derive(Debug)]
pub struct Verdict {
    pub what: String,
    pub limit: String,
    pub measured: String,
    pub holds: bool,
    /// Whether the goal is reached, too; `None`: there is none.
    pub stretch_holds: Option<bool>,
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    fn with(self, other: f64) -> Self {
        match self {
            Self::AtLeast(_) => Self::AtLeast(other),
            Self::AtMost(_) => Self::AtMost(other),
        }
    }

    fn shown(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {least}"),
            Self::AtMost(most) => format!("≤ {most}"),
        }
    }
}

/// All gates for which something was measured.
pub fn verdicts(measured: &Measured) -> Vec<Verdict> {
    let Measured { results, alone, page, .. } = measured;
    let mut verdicts: Vec<_> = GATES.iter().flat_map(|gate| gate.verdicts(results)).collect();
    verdicts.extend(times_peer(results));
    verdicts.extend(of_memory(alone));
    verdicts.extend(page.iter().flat_map(of_page));
    verdicts.extend(page.iter().flat_map(|page| of_instrument(&page.instrument)));
    verdicts.extend(page.iter().flat_map(|page| of_stage(&page.stage)));
    verdicts
}

impl Gate {
    fn verdicts<'a>(&'a self, results: &'a Results) -> impl Iterator<Item = Verdict> + 'a {
        self.hosts.iter().filter_map(|&host| {
            let of_case = results.of(self.case)?;
            let value = match self.reading {
                Reading::Figure(figure) => results.figure(of_case, host, figure),
                Reading::Speed(figure) => results.speed(of_case, host, figure),
            }?
            .median;
            Some(Verdict {
                what: format!("{}, {host}", self.what),
                limit: format!("{} ({})", self.limit.shown(), self.stretch),
                measured: number(value),
                holds: self.limit.holds(value),
                stretch_holds: Some(self.limit.with(self.stretch).holds(value)),
            })
        })
    }
}

/// For each host the worst ratio.
fn times_peer(results: &Results) -> Vec<Verdict> {
    let worst = |host: Host| {
        let times = PEER.iter().filter(|peer| !peer.waits).filter_map(|peer| {
            let ours = results.figure(results.of(peer.case)?, host, peer.figure)?;
            Some((peer.figure.speed(ours.median, peer.value), peer.what))
        });
        times.min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let verdict = |host: Host| {
        let (times, what) = worst(host)?;
        let least = if host == Host::Native { TIMES_PEER_NATIVE } else { TIMES_PEER_WASM };
        Some(Verdict {
            what: format!("× mirage-vnetif's native speed, the least of all, {host}"),
            limit: format!("≥ {least}"),
            measured: format!("{} ({what})", number(times)),
            holds: times >= least,
            stretch_holds: None,
        })
    };
    results.hosts.iter().filter_map(|&host| verdict(host)).collect()
}

/// Ten minutes, at each host.
fn of_memory(alone: &Results) -> Vec<Verdict> {
    let verdict = |host: Host| {
        let taken = alone.figure(alone.of("memory/ten-minutes")?, host, Figure::Taken)?.median;
        // Where the system does not report memory, there is nothing to compare.
        (taken > 0.0)
            .then(|| at_most(format!("memory after ten minutes of TCP, MB, {host}"), MEMORY_MB, taken))
    };
    alone.hosts.iter().filter_map(|&host| verdict(host)).collect()
}

fn of_page(page: &Page) -> [Verdict; 2] {
    let kilobytes = |bytes: usize| bytes as f64 / 1024.0;
    let first = "from navigation to the first moving frame, Chromium, ms".into();
    [
        at_most(
            "the whole page, brotli, KB".into(),
            kilobytes(page.budget_bytes),
            kilobytes(page.brotli_bytes),
        ),
        at_most(first, FIRST_FRAME_MS, page.first_frame_ms.median),
    ]
}

fn of_instrument(instrument: &Instrument) -> Vec<Verdict> {
    let median = |costs: &[f64]| Summary::of(costs.iter().copied()).median;
    let among = format!("among {} packets, ms, Chromium", instrument.frames);
    let mut verdicts = vec![
        at_most(format!("dragging the playhead, the median, {among}"), FRAME_MS, median(&instrument.scrub)),
        at_most(format!("scrolling the list, the median, {among}"), FRAME_MS, median(&instrument.scroll)),
    ];
    verdicts.extend(instrument.filters.iter().map(|filter| {
        let limit = if filter.tree { TREE_FILTER_MS } else { FILTER_MS };
        at_most(format!("`{}` {among}", filter.text), limit, filter.ms)
    }));
    let what = "memory of the page after ten minutes of TCP, MB, Chromium".into();
    verdicts.push(at_most(what, MEMORY_MB, instrument.long as f64 / f64::from(1 << 20)));
    verdicts
}

fn of_stage(stage: &Stage) -> [Verdict; 4] {
    stage.bounds().map(|Bound { what, value, limit }| at_most(what.into(), limit, value))
}

fn at_most(what: String, limit: f64, value: f64) -> Verdict {
    Verdict {
        what,
        limit: format!("≤ {}", number(limit)),
        measured: number(value),
        holds: value <= limit,
        stretch_holds: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Sifted;
    use crate::rounds::tests::results;
    use crate::stage::Playing;
    use bench::Case;

    #[test]
    fn gates_and_peers_name_cases_that_yield_their_figures() {
        let figures = GATES.iter().map(|gate| match gate.reading {
            Reading::Figure(figure) | Reading::Speed(figure) => (gate.case, figure),
        });
        for (case, figure) in figures.chain(PEER.iter().map(|peer| (peer.case, peer.figure))) {
            assert!(Case::named(case).unwrap().figures.contains(&figure), "{case} has no {figure:?}");
        }
    }

    #[test]
    fn a_gate_that_is_missed_is_said_to_be() {
        // 1000 deliveries in 20 and 60 µs.
        let results = results("switch/unicast", &Host::WASM, &[&[0.02, 0.06]]);
        let verdicts = verdicts(&only(results));
        let outcomes: Vec<_> =
            verdicts.iter().map(|verdict| (verdict.holds, verdict.stretch_holds)).collect();
        assert_eq!(outcomes, [(true, Some(true)), (false, Some(false))]);
    }

    #[test]
    fn the_least_of_the_ratios_to_the_peer_is_the_one_that_counts() {
        // 1000 raw frames in 0.1 ms: 100 ns each, 30 times the peer.
        let verdicts = verdicts(&only(results("raw/unicast", &[Host::Native], &[&[0.1]])));
        assert_eq!((verdicts[0].measured.as_str(), verdicts[0].holds), ("30.0 (raw frames)", true));
    }

    fn only(results: Results) -> Measured {
        let alone = Results { hosts: Vec::new(), cases: Vec::new() };
        Measured { results, alone, fresh: None, page: None }
    }

    #[test]
    fn a_page_has_to_be_small_and_quick() {
        let page = Page {
            raw_bytes: 1 << 20,
            brotli_bytes: (640 << 10) + 1,
            budget_bytes: 640 << 10,
            first_frame_ms: Summary::of([300.0]),
            loads: 1,
            instrument: Instrument::default(),
            stage: Stage::default(),
        };
        assert_eq!(of_page(&page).map(|verdict| verdict.holds), [false, true]);
    }

    #[test]
    fn what_is_dragged_has_to_be_there_with_the_next_picture_and_filters_have_their_time() {
        let sifted = |tree| Sifted { text: "arp".into(), tree, ms: 151.0, count: 1 };
        let instrument = Instrument {
            frames: 100_000,
            scrub: vec![10.0, 17.0, 90.0],
            scroll: vec![10.0, 16.0, 90.0],
            filters: vec![sifted(false), sifted(true)],
            memory: 0,
            long: 384 << 20,
        };
        let holds: Vec<_> = of_instrument(&instrument).iter().map(|verdict| verdict.holds).collect();
        assert_eq!(holds, [false, true, false, true, true]);
    }

    #[test]
    fn animation_frames_have_to_come_evenly() {
        let playing =
            |busy, interval50, interval95| Playing { busy, interval50, interval95, ..Playing::default() };
        let stage = Stage {
            two: playing(15.1, 16.7, 16.7),
            storm: playing(80.0, 16.7, 16.8),
            thousand: playing(90.0, 16.7, 33.4),
        };
        assert_eq!(of_stage(&stage).map(|verdict| verdict.holds), [false, true, true, false]);
    }
}
