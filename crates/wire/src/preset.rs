//! Common kinds of links as data: plausible starting points, not measurements of a particular network.
//!
//! The figures are plausible middles of what is published for each kind; the comment at each says where from. Geography
//! sets most delays (light takes 4.9 µs for a kilometre of fibre, 3.3 µs for one of vacuum), standards most rates, and
//! measurements of access networks the rest: reports of regulators and of speed tests, and the studies of bufferbloat for
//! the queues. They are drop-tail, as those of most devices still are.

use crate::impair::{Distribution, Impairment};
use crate::line::{LineConfig, Queue};
use crate::time::Duration;
use crate::units::{BitsPerSec, Ratio};

/// A kind of link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name for people.
    pub name: &'static str,
    /// Its name in documents. Never changed once published.
    pub key: &'static str,
    /// A one-sentence description.
    pub about: &'static str,
    /// Downstream (towards the user) and upstream.
    pub ways: [Way; 2],
}

/// One direction of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Rate, delay, queue.
    pub line: LineConfig,
    /// Its impairments.
    pub impairments: &'static [Impairment],
}

/// All presets, from near to far, and the worst at the end.
pub const fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset with this key.
pub fn preset(key: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.key == key)
}

static PRESETS: [Preset; 7] = [
    // 1000BASE-T (IEEE 802.3 clause 40) over its longest cable, 100 m at two thirds of the speed of light. Small switches
    // have a few hundred kilobytes for each port.
    Preset {
        name: "LAN",
        key: "lan",
        about: "Gigabit Ethernet over a hundred metres of copper: nothing is lost but what a full queue drops.",
        ways: [way(1_000_000, Duration::from_nanos(500), 256, &[]); 2],
    },
    // One 802.11ac client in the next room: half of the rate of its modulation is left as goodput. Its losses are
    // retransmitted, so they are seen as milliseconds of jitter, and the few that are given up on come together.
    Preset {
        name: "Wi-Fi",
        key: "wifi",
        about: "A good home network of 802.11ac: fast, a few milliseconds that vary, now and then a small burst of losses.",
        ways: [
            way(150_000, Duration::from_millis(2), 512, &[jitter(1_500, 25), bursts(500, 300_000, 500_000)]),
            way(100_000, Duration::from_millis(2), 512, &[jitter(2_000, 25), bursts(500, 300_000, 500_000)]),
        ],
    },
    // VDSL2 (ITU-T G.993.2) at a common rate. Interleaving against impulse noise takes 8 ms one way by its usual profile.
    // Modems of the bufferbloat studies held some hundred milliseconds upstream.
    Preset {
        name: "DSL",
        key: "dsl",
        about: "VDSL at home: 50 Mbit/s down and 10 up, and a modem whose queue holds a fifth of a second of uploads.",
        ways: [
            way(50_000, Duration::from_millis(9), 512, &[Impairment::Loss(parts(50))]),
            way(10_000, Duration::from_millis(9), 256, &[Impairment::Loss(parts(50))]),
        ],
    },
    // Medians of speed tests and regulators' reports for LTE outdoors. Scheduling of the uplink and retransmission by the
    // radio make the jitter; they also hide nearly all losses, behind the deepest queues of any access network.
    Preset {
        name: "4G",
        key: "4g",
        about: "A phone's LTE: 50 ms there and back that vary a lot, hardly any loss, a very deep queue.",
        ways: [
            way(30_000, Duration::from_millis(22), 2_048, &[jitter(6_000, 60), Impairment::Loss(parts(100))]),
            way(10_000, Duration::from_millis(28), 1_024, &[jitter(9_000, 60), Impairment::Loss(parts(100))]),
        ],
    },
    // 35 786 km up and as far down again are 239 ms straight below it, some more elsewhere, and coding and the uplink's time
    // slots add to that: published round trips are around 600 ms. Fading comes in bursts.
    Preset {
        name: "Satellite (GEO)",
        key: "satellite",
        about: "A geostationary satellite: more than half a second there and back, and bursts of losses when it rains.",
        ways: [
            way(
                50_000,
                Duration::from_millis(280),
                2_048,
                &[jitter(4_000, 50), bursts(200, 50_000, 400_000)],
            ),
            way(5_000, Duration::from_millis(300), 512, &[jitter(12_000, 50), bursts(200, 50_000, 400_000)]),
        ],
    },
    // Some 6 600 km of cable between London and New York; published round trips of carriers are about 70 ms. The queue is
    // about a tenth of rate times round trip, as core routers have it.
    Preset {
        name: "Transatlantic",
        key: "transatlantic",
        about: "A gigabit across the Atlantic by fibre: 70 ms there and back, steady, and a hundred-thousandth lost.",
        ways: [way(1_000_000, Duration::from_millis(35), 1_024, &[Impairment::Loss(parts(10))]); 2],
    },
    // Many guests on few channels and one old access line: the common factor of travelers' measurements and complaints.
    Preset {
        name: "Bad hotel Wi-Fi",
        key: "hotel",
        about: "Too many guests on one access point: slow, a few per cent lost in bursts, and seconds in the queue.",
        ways: [
            way(
                4_000,
                Duration::from_millis(25),
                1_024,
                &[jitter(25_000, 70), bursts(10_000, 200_000, 600_000)],
            ),
            way(
                1_000,
                Duration::from_millis(25),
                512,
                &[jitter(35_000, 70), bursts(15_000, 200_000, 600_000)],
            ),
        ],
    },
];

/// A direction with a rate in kbit/s and a drop-tail queue in KiB.
const fn way(kilobits: u64, delay: Duration, queue_kib: usize, impairments: &'static [Impairment]) -> Way {
    let rate = BitsPerSec::new(kilobits * 1_000);
    assert!(rate.is_some(), "a link of a preset has a rate");
    Way { line: LineConfig { rate, delay, queue: Queue::bytes(queue_kib * 1_024) }, impairments }
}

/// Jitter as delays in the Internet have it, without reordering.
const fn jitter(spread_us: u64, correlation_percent: u32) -> Impairment {
    Impairment::Jitter {
        spread: Duration::from_micros(spread_us),
        distribution: Distribution::ParetoNormal,
        correlation: Ratio::percent(correlation_percent),
        overtakes: false,
    }
}

/// Bursts of losses, in parts per million: the probabilities that one begins and that it ends, and the loss within it.
const fn bursts(to_bad: u32, to_good: u32, bad: u32) -> Impairment {
    Impairment::GilbertElliott {
        to_bad: parts(to_bad),
        to_good: parts(to_good),
        bad: parts(bad),
        good: Ratio::percent(0),
    }
}

/// Parts per million.
const fn parts(per_million: u32) -> Ratio {
    Ratio::from_ppb(per_million * 1_000).expect("at most a million")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;
    use crate::passage::{Fate, Wire};
    use crate::time::Instant;

    #[test]
    fn keys_are_words_and_each_is_found() {
        for preset in presets() {
            assert!(preset.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
            assert_eq!(super::preset(preset.key), Some(preset));
            assert!(preset.about.ends_with('.'));
        }
        let names: std::collections::BTreeSet<_> = presets().iter().map(|preset| preset.name).collect();
        assert_eq!(names.len(), presets().len());
        assert_eq!(super::preset("token ring"), None);
    }

    #[test]
    fn every_link_carries_frames_in_order_at_about_its_delay_and_loses_a_few_per_cent_at_most() {
        for (preset, way) in presets().iter().flat_map(|preset| preset.ways.map(|way| (preset, way))) {
            let mut wire = Wire::new(way.line, way.impairments, 7, &[]);
            let (mut last, mut arrived, mut travelled) = (Instant::ZERO, 0, 0.0);
            for number in 0..10_000 {
                let now = Instant::ZERO + Duration::from_millis(20 * number);
                let (passage, _) = wire.send(now, Frame::build(1_000, |_| ()));
                if passage.fate == Fate::Arrives {
                    assert!(passage.journey.arrival >= last, "{}", preset.key);
                    last = passage.journey.arrival;
                    arrived += 1;
                    travelled += (passage.journey.arrival - passage.journey.end).millis_f64();
                }
            }
            assert!((9_300..=10_000).contains(&arrived), "{} {arrived}", preset.key);
            let (mean, asked) = (travelled / f64::from(arrived), way.line.delay.millis_f64());
            // A frame waits for the one before it, so a varying delay is a little longer than configured.
            assert!(mean >= 0.99 * asked && mean < 1.6 * asked, "{} {mean} {asked}", preset.key);
        }
    }
}
