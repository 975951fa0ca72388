//! Limits that the figures have to keep: ratios of what one run has measured, or counts, so that they hold or fail on any machine.
//!
//! A figure in nanoseconds says as much about the machine as about the program. So the switch is compared with plain copies of a full frame, a
//! network in virtual time with two stacks that have no network between them, and the page's milliseconds with such frames.

use crate::Measured;
use crate::instructions::Counted;
use crate::instrument::Instrument;
use crate::page::Page;
use crate::rounds::{Host, Results};
use crate::statistics::{Summary, number};
use bench::Figure;

/// The time for one frame at 60 frames a second: information beside the gates.
pub const FRAME_MS: f64 = 1_000.0 / 60.0;
/// What a page may take after ten minutes of traffic: the history's limit of 256 MB, and half as much for all else.
const MEMORY_MB: f64 = 384.0;

/// What the page's work may take, in thousands of frames of TCP bulk in the same browser: a frame took 0.95 us where these limits were
/// 1000 ms until a frame moves, 16.7 ms for a picture, and 150 ms and 4 s for filters over 100,000 packets.
const FIRST_FRAME: f64 = 1_050.0;
const PICTURE: f64 = 17.5;
const FILTER: f64 = 158.0;
const TREE_FILTER: f64 = 4_200.0;

const COPY: Of = ("memcpy/1500", Figure::NanosPer("copy"));
const BULK_FRAME: Of = ("bulk/1500", Figure::NanosPer("frame"));
const DELIVERY: Figure = Figure::NanosPer("delivery");
const EVENT: Figure = Figure::NanosPer("event");

/// A figure of a case.
type Of = (&'static str, Figure);

/// A ratio and its limit.
struct Gate {
    what: &'static str,
    reading: Reading,
    limit: Limit,
    hosts: &'static [Host],
}

enum Reading {
    /// Of two figures of one host.
    Ratio(Of, Of),
    /// The figure as a part of native speed.
    Speed(Of),
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

const GATES: [Gate; 9] = [
    Gate {
        what: "wasm ÷ native, TCP bulk, MTU 1500, checksums",
        reading: Reading::Speed(("bulk/1500", Figure::Rate)),
        limit: Limit::AtLeast(0.60),
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, unicast: learn and look up ÷ a copy of 1500 bytes",
        reading: Reading::Ratio(("switch/look-256", Figure::NanosPer("look")), COPY),
        limit: Limit::AtMost(0.40),
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, unicast: whole delivery ÷ a copy of 1500 bytes",
        reading: Reading::Ratio(("switch/unicast", DELIVERY), COPY),
        limit: Limit::AtMost(0.60),
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, flood to 8, a port ÷ a copy of 1500 bytes",
        reading: Reading::Ratio(("switch/flood-8", DELIVERY), COPY),
        limit: Limit::AtMost(0.17),
        hosts: &Host::WASM,
    },
    Gate {
        what: "switch, flood to 64, a port ÷ a copy of 1500 bytes",
        reading: Reading::Ratio(("switch/flood-64", DELIVERY), COPY),
        limit: Limit::AtMost(0.17),
        hosts: &Host::WASM,
    },
    Gate {
        what: "TCP event in virtual time, two hosts ÷ a frame of TCP bulk",
        reading: Reading::Ratio(("world/pair", EVENT), BULK_FRAME),
        limit: Limit::AtMost(1.6),
        hosts: &[Host::Chromium],
    },
    Gate {
        what: "event of 64 hosts, 32 TCP flows ÷ a frame of TCP bulk",
        reading: Reading::Ratio(("world/tcp", EVENT), BULK_FRAME),
        limit: Limit::AtMost(2.0),
        hosts: &[Host::Chromium],
    },
    Gate {
        what: "event of 64 hosts, 32 UDP flows ÷ a frame of TCP bulk",
        reading: Reading::Ratio(("world/udp", EVENT), BULK_FRAME),
        limit: Limit::AtMost(2.0),
        hosts: &[Host::Chromium],
    },
    Gate {
        what: "event among 3900 hosts, of which two talk ÷ the same of 2 hosts",
        reading: Reading::Ratio(("world/idle-3900", EVENT), ("world/idle-2", EVENT)),
        limit: Limit::AtMost(1.25),
        hosts: &Host::ALL,
    },
];

/// Natively, where time depends on what else the machine does, instructions of one case divided by those of another.
const INSTRUCTIONS: [(&str, &str, &str, f64); 3] = [
    (
        "TCP event in virtual time, two hosts ÷ a frame of TCP bulk, instructions",
        "world/pair",
        "bulk/1500",
        1.4,
    ),
    (
        "event among 3900 hosts, of which two talk ÷ the same of 2 hosts, instructions",
        "world/idle-3900",
        "world/idle-2",
        1.10,
    ),
    (
        "event among 3900 hosts ÷ among 10, up to 50 UDP flows, instructions",
        "world/hosts-3900",
        "world/hosts-10",
        1.10,
    ),
];

/// A gate and what was measured.
#[derive(Debug)]
pub struct Verdict {
    pub what: String,
    pub limit: String,
    pub measured: String,
    pub holds: bool,
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
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
    let Measured { results, instructions, alone, page, .. } = measured;
    let mut verdicts: Vec<_> = GATES.iter().flat_map(|gate| gate.verdicts(results)).collect();
    verdicts.extend(of_instructions(instructions));
    verdicts.extend(of_memory(alone));
    let frame_ns = results
        .of(BULK_FRAME.0)
        .and_then(|of_case| results.figure(of_case, Host::Chromium, BULK_FRAME.1))
        .map(|frame| frame.median);
    if let Some(page) = page {
        verdicts.push(of_size(page));
        verdicts.extend(frame_ns.iter().flat_map(|&frame_ns| of_page(page, frame_ns)));
    }
    verdicts
}

impl Gate {
    fn verdicts<'a>(&'a self, results: &'a Results) -> impl Iterator<Item = Verdict> + 'a {
        self.hosts.iter().filter_map(|&host| {
            let value = match self.reading {
                Reading::Ratio(of, floor) => results.ratio(of, floor, host),
                Reading::Speed((case, figure)) => results.speed(results.of(case)?, host, figure),
            }?
            .median;
            Some(Verdict {
                what: format!("{}, {host}", self.what),
                limit: self.limit.shown(),
                measured: number(value),
                holds: self.limit.holds(value),
            })
        })
    }
}

fn of_instructions(counted: &[Counted]) -> impl Iterator<Item = Verdict> + '_ {
    let of = |name: &str| counted.iter().find(|counted| counted.case.name == name);
    INSTRUCTIONS.iter().filter_map(move |(what, case, floor, limit)| {
        let ratio = of(case)?.per_operation / of(floor)?.per_operation;
        Some(at_most(format!("{what}, native"), *limit, ratio))
    })
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

fn of_size(page: &Page) -> Verdict {
    let kilobytes = |bytes: usize| bytes as f64 / 1024.0;
    at_most("the whole page, brotli, KB".into(), kilobytes(page.budget_bytes), kilobytes(page.brotli_bytes))
}

/// The page's milliseconds, in thousands of frames of TCP bulk of the same browser.
fn of_page(page: &Page, frame_ns: f64) -> Vec<Verdict> {
    let Page { instrument, .. } = page;
    let frames = |ms: f64| ms * 1e6 / frame_ns / 1e3;
    let median = |costs: &[f64]| Summary::of(costs.iter().copied()).median;
    let unit = "in 1000 frames of TCP bulk, Chromium";
    let among = format!("among {} packets, {unit}", instrument.frames);
    let mut verdicts = vec![
        at_most(
            format!("from navigation to the first moving frame, {unit}"),
            FIRST_FRAME,
            frames(page.first_frame_ms.median),
        ),
        at_most(
            format!("dragging the playhead, the median, {among}"),
            PICTURE,
            frames(median(&instrument.scrub)),
        ),
        at_most(
            format!("scrolling the list, the median, {among}"),
            PICTURE,
            frames(median(&instrument.scroll)),
        ),
    ];
    verdicts.extend(instrument.filters.iter().map(|filter| {
        let limit = if filter.tree { TREE_FILTER } else { FILTER };
        at_most(format!("`{}` {among}", filter.text), limit, frames(filter.ms))
    }));
    verdicts.push(of_page_memory(instrument));
    verdicts
}

fn of_page_memory(instrument: &Instrument) -> Verdict {
    let what = "memory of the page after ten minutes of TCP, MB, Chromium".into();
    at_most(what, MEMORY_MB, instrument.long as f64 / f64::from(1 << 20))
}

fn at_most(what: String, limit: f64, value: f64) -> Verdict {
    Verdict { what, limit: format!("≤ {}", number(limit)), measured: number(value), holds: value <= limit }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Sifted;
    use crate::peer::PEER;
    use crate::rounds::tests::{joined, results};
    use bench::Case;

    #[test]
    fn gates_and_peers_name_cases_that_yield_their_figures() {
        let of_gates = GATES.iter().flat_map(|gate| match gate.reading {
            Reading::Ratio(of, floor) => vec![of, floor],
            Reading::Speed(of) => vec![of],
        });
        for (case, figure) in of_gates.chain(PEER.iter().map(|peer| (peer.case, peer.figure))) {
            assert!(Case::named(case).unwrap().figures.contains(&figure), "{case} has no {figure:?}");
        }
        assert!(
            INSTRUCTIONS.iter().all(|gate| Case::named(gate.1).is_some() && Case::named(gate.2).is_some())
        );
    }

    #[test]
    fn a_gate_that_is_missed_is_said_to_be_on_a_slow_machine_as_on_a_fast_one() {
        for slow in [1.0, 40.0] {
            // 1000 deliveries in 20 and 60 µs, copies in 50 µs.
            let switch = results("switch/unicast", &Host::WASM, &[&[0.02 * slow, 0.06 * slow]]);
            let copies = results("memcpy/1500", &Host::WASM, &[&[0.05 * slow, 0.05 * slow]]);
            let verdicts = verdicts(&only(joined(switch, copies)));
            let outcomes: Vec<_> =
                verdicts.iter().map(|verdict| (verdict.measured.as_str(), verdict.holds)).collect();
            assert_eq!(outcomes, [("0.400", true), ("1.20", false)]);
        }
    }

    #[test]
    fn instructions_are_compared_where_they_were_counted() {
        let counted = |name, per_operation| Counted { case: Case::named(name).unwrap(), per_operation };
        let counts = [counted("world/pair", 1_500.0), counted("bulk/1500", 1_000.0)];
        let verdicts: Vec<_> = of_instructions(&counts).collect();
        assert_eq!((verdicts.len(), verdicts[0].measured.as_str(), verdicts[0].holds), (1, "1.50", false));
    }

    fn only(results: Results) -> Measured {
        let alone = Results { hosts: Vec::new(), cases: Vec::new() };
        Measured { results, instructions: Vec::new(), alone, fresh: None, page: None }
    }

    #[test]
    fn a_page_has_to_be_small_and_as_quick_as_its_browser_allows() {
        let sifted = |tree| Sifted { text: "arp".into(), tree, ms: 151.0, count: 1 };
        let instrument = Instrument {
            frames: 100_000,
            scrub: vec![10.0, 17.6, 90.0],
            scroll: vec![10.0, 16.0, 90.0],
            filters: vec![sifted(false), sifted(true)],
            memory: 0,
            long: 384 << 20,
        };
        let page = Page {
            raw_bytes: 1 << 20,
            brotli_bytes: (640 << 10) + 1,
            budget_bytes: 640 << 10,
            first_frame_ms: Summary::of([300.0]),
            loads: 1,
            instrument,
        };
        assert!(!of_size(&page).holds);
        let holds =
            |frame_ns| of_page(&page, frame_ns).iter().map(|verdict| verdict.holds).collect::<Vec<_>>();
        assert_eq!(holds(1_000.0), [true, false, true, true, true, true]);
        assert_eq!(holds(500.0), [true, false, false, false, true, true]);
    }
}
