//! What impairments promise, measured on whole wires: rates, correlations, distributions, order, conservation.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use proptest::prelude::*;
use std::collections::BTreeSet;
use wire::impair::{Distribution, Impairment, LossReason};
use wire::line::{CoDel, Discipline, LineConfig, Queue, QueueLimit, Red};
use wire::passage::{Fate, Loss, Passage, Wire};
use wire::{BitsPerSec, Duration, Frame, Instant, Ratio};

const DELAY: Duration = Duration::from_millis(100);
const NEVER: Ratio = Ratio::percent(0);
const ALWAYS: Ratio = Ratio::percent(100);

/// A wire without a rate, so that nothing ever waits.
fn wide(impairments: &[Impairment]) -> Wire {
    let line = LineConfig { rate: None, delay: DELAY, queue: Queue::bytes(0) };
    Wire::new(line, impairments, 7, &[1, 0])
}

/// The outcomes of `frames` frames of 100 bytes, one each millisecond.
fn send(wire: &mut Wire, frames: u64) -> Vec<(Passage, Option<Passage>)> {
    let at = |number| Instant::ZERO + Duration::from_millis(number);
    (0..frames).map(|number| wire.send(at(number), Frame::build(100, |bytes| bytes.fill(0x55)))).collect()
}

fn is_lost(passage: &Passage) -> bool {
    passage.fate != Fate::Arrives
}

fn reason(passage: &Passage) -> Option<LossReason> {
    match passage.fate {
        Fate::Lost { why: Loss::Impaired(reason), .. } => Some(reason),
        _ => None,
    }
}

fn losses(impairments: &[Impairment], frames: u64) -> Vec<bool> {
    send(&mut wide(impairments), frames).iter().map(|(passage, _)| is_lost(passage)).collect()
}

fn count(hits: &[bool]) -> f64 {
    hits.iter().filter(|&&hit| hit).count() as f64
}

/// Asserts that `hits` of `of` is within five standard deviations of a probability, with the variance multiplied by `inflation`.
#[track_caller]
fn assert_share(hits: f64, of: f64, probability: f64, inflation: f64) {
    let deviation = (of * probability * (1.0 - probability) * inflation).sqrt();
    assert!((hits - of * probability).abs() <= 5.0 * deviation, "{hits} of {of}, not {probability}");
}

/// The correlation of each value with the next.
fn lag_one(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / variance
}

#[test]
fn correlated_loss_has_the_configured_rate_and_correlation() {
    for (probability, correlation) in [(1, 0), (1, 50), (10, 25), (30, 80), (100, 40), (0, 40)] {
        let [probability, correlation] = [probability, correlation].map(Ratio::percent);
        let hits = losses(&[Impairment::LossCorrelated { probability, correlation }], 200_000);
        let rho = correlation.as_f64();
        assert_share(count(&hits), 200_000.0, probability.as_f64(), (1.0 + rho) / (1.0 - rho));
        if (1..100).contains(&(probability.ppb() / 10_000_000)) {
            let values: Vec<_> = hits.iter().map(|&hit| f64::from(u8::from(hit))).collect();
            // Of 2000 losses at least, each followed by another with a probability of about rho.
            assert!(
                (lag_one(&values) - rho).abs() < 5.0 * 0.5 / 2_000f64.sqrt(),
                "{} {rho}",
                lag_one(&values)
            );
        }
    }
}

#[test]
fn bursts_are_as_long_and_as_many_as_the_states_say() {
    let [to_bad, to_good] = [Ratio::percent(2), Ratio::percent(25)];
    let simple = Impairment::GilbertElliott { to_bad, to_good, bad: ALWAYS, good: NEVER };
    let hits = losses(&[simple], 200_000);
    // A chain of two states has the correlation 1 - p - r.
    let (share, rho) = (0.02 / 0.27, 1.0 - 0.27f64);
    assert_share(count(&hits), 200_000.0, share, (1.0 + rho) / (1.0 - rho));
    let bursts: Vec<_> = hits.split(|&hit| !hit).map(<[bool]>::len).filter(|&length| length > 0).collect();
    let mean = bursts.iter().sum::<usize>() as f64 / bursts.len() as f64;
    // Geometric, of mean 1/r and variance (1 - r) / r².
    assert!((mean - 4.0).abs() < 5.0 * (12.0 / bursts.len() as f64).sqrt(), "{mean}");

    let elliott =
        Impairment::GilbertElliott { to_bad, to_good, bad: Ratio::percent(70), good: Ratio::percent(1) };
    let hits = losses(&[elliott], 200_000);
    assert_share(count(&hits), 200_000.0, share * 0.7 + (1.0 - share) * 0.01, (1.0 + rho) / (1.0 - rho));
}

#[test]
fn every_nth_frame_is_lost_and_no_other() {
    let lost: Vec<_> = losses(&[Impairment::LossEvery(4)], 40).into_iter().collect();
    assert!(lost.iter().enumerate().all(|(at, &lost)| lost == ((at + 1) % 4 == 0)));
    assert!(!losses(&[Impairment::LossEvery(0)], 40).contains(&true));
    assert!(losses(&[Impairment::LossEvery(1)], 40).iter().all(|&lost| lost));
}

#[test]
fn picked_frames_are_counted_from_the_first_that_was_ever_sent() {
    let mut wire = wide(&[]);
    for _ in 0..10 {
        wire.send(Instant::ZERO, Frame::build(100, |_| ()));
    }
    let picked = [12, 13, 3].map(Impairment::LossOfFrame);
    wire.set(LineConfig { rate: None, delay: DELAY, queue: Queue::bytes(0) }, &picked);
    let reasons: Vec<_> = send(&mut wire, 5).iter().map(|(passage, _)| reason(passage)).collect();
    assert_eq!(reasons, [None, Some(LossReason::Picked), Some(LossReason::Picked), None, None]);
}

#[test]
fn duplicates_are_as_many_as_configured_and_come_right_after() {
    for correlation in [0, 60] {
        let [probability, correlation] = [10, correlation].map(Ratio::percent);
        let sent = send(&mut wide(&[Impairment::Duplicate { probability, correlation }]), 50_000);
        let copied: Vec<_> = sent.iter().map(|(_, copy)| copy.is_some()).collect();
        let rho = correlation.as_f64();
        assert_share(count(&copied), 50_000.0, 0.1, (1.0 + rho) / (1.0 - rho));
        for (passage, copy) in sent.iter().filter_map(|(passage, copy)| Some((passage, copy.as_ref()?))) {
            assert!(copy.frame.shares_buffer_with(&passage.frame));
            assert_eq!((passage.marks.duplicate, copy.marks.duplicate), (false, true));
            assert_eq!(copy.journey, passage.journey, "without a rate both travel at once");
        }
    }
    // With a rate the copy is sent after the frame, and needs a place in the queue.
    let duplicate = Impairment::Duplicate { probability: ALWAYS, correlation: NEVER };
    for room in [99, 100] {
        let line = LineConfig { rate: BitsPerSec::new(8_000_000), delay: DELAY, queue: Queue::bytes(room) };
        let (first, copy) = send(&mut Wire::new(line, &[duplicate], 7, &[]), 1).remove(0);
        let copy = copy.unwrap();
        assert_eq!(is_lost(&copy), room < 100);
        assert!(is_lost(&copy) || copy.journey.start == first.journey.end);
    }
}

#[test]
fn chance_loss_and_duplication_cancel_and_other_loss_takes_the_copy_too() {
    let [third, half] = [Ratio::percent(30), Ratio::percent(50)];
    let duplicate = Impairment::Duplicate { probability: half, correlation: NEVER };
    let sent = send(&mut wide(&[Impairment::Loss(third), duplicate]), 20_000);
    let [lost, twice] = [
        sent.iter().filter(|(passage, _)| is_lost(passage)).count() as f64,
        sent.iter().filter(|(_, copy)| copy.is_some()).count() as f64,
    ];
    assert_share(lost, 20_000.0, 0.3 * 0.5, 1.0);
    assert_share(twice, 20_000.0, 0.7 * 0.5, 1.0);
    assert!(sent.iter().all(|(passage, copy)| !is_lost(passage) || copy.is_none()));

    let always = Impairment::Duplicate { probability: ALWAYS, correlation: NEVER };
    for (loses, why) in [
        (Impairment::LossOfFrame(1), LossReason::Picked),
        (Impairment::LossEvery(1), LossReason::Every),
        (Impairment::Down, LossReason::LinkDown),
    ] {
        let (passage, copy) = send(&mut wide(&[Impairment::Loss(ALWAYS), always, loses]), 1).remove(0);
        assert_eq!((reason(&passage), copy), (Some(why), None));
    }
}

#[test]
fn a_corrupted_frame_differs_in_one_bit_that_may_be_any() {
    let corrupt = Impairment::Corrupt { probability: Ratio::percent(20), correlation: Ratio::percent(30) };
    let sent = send(&mut wide(&[corrupt]), 50_000);
    let mut wrong = BTreeSet::new();
    let mut corrupted = 0.0;
    for (passage, _) in &sent {
        let bits: Vec<_> =
            (0..800).filter(|bit| (passage.frame[bit / 8] ^ 0x55) >> (bit % 8) & 1 == 1).collect();
        assert_eq!(bits.len(), usize::from(passage.marks.corrupted));
        corrupted += bits.len() as f64;
        wrong.extend(bits);
    }
    assert_share(corrupted, 50_000.0, 0.2, 1.3 / 0.7);
    assert_eq!(wrong.len(), 800);

    let original = Frame::build(100, |_| ());
    let (passage, _) = wide(&[corrupt]).send(Instant::ZERO, original.clone());
    assert_eq!(passage.marks.corrupted, !passage.frame.shares_buffer_with(&original));
    assert_eq!(&*original, &[0; 100], "who else holds the frame sees nothing of it");
}

#[test]
fn a_lost_frame_is_unchanged() {
    let corrupt = Impairment::Corrupt { probability: ALWAYS, correlation: NEVER };
    let (passage, _) =
        send(&mut wide(&[Impairment::Loss(ALWAYS), corrupt, Impairment::TrailingBytes(9)]), 1).remove(0);
    assert_eq!((&*passage.frame, passage.marks), (&[0x55; 100][..], Default::default()));
}

#[test]
fn a_reordered_frame_goes_ahead_of_those_that_are_on_their_way() {
    for (percent, gap, share) in [(25, 1, 0.25), (25, 0, 0.25), (100, 5, 0.2), (50, 3, 0.25)] {
        let reorder = Impairment::Reorder { probability: Ratio::percent(percent), correlation: NEVER, gap };
        let sent = send(&mut wide(&[reorder]), 40_000);
        let ahead: Vec<_> = sent.iter().map(|(passage, _)| passage.marks.reordered).collect();
        // One in gap - 1 + 1/p.
        assert_share(count(&ahead), 40_000.0, share, 1.0);
        let between: Vec<_> = ahead.split(|&ahead| ahead).map(<[bool]>::len).collect();
        assert!(between[..between.len() - 1].iter().all(|&frames| frames + 1 >= gap as usize));
        for (passage, _) in &sent {
            let travels = passage.journey.arrival - passage.journey.end;
            // No rate here: at least a nanosecond passes.
            let expected = if passage.marks.reordered { Duration::from_nanos(1) } else { DELAY };
            assert_eq!(travels, expected);
        }
    }
}

fn jitter(spread_ms: u64, distribution: Distribution, correlation: u32, overtakes: bool) -> Impairment {
    let (spread, correlation) = (Duration::from_millis(spread_ms), Ratio::percent(correlation));
    Impairment::Jitter { spread, distribution, correlation, overtakes }
}

fn delays_ms(impairment: Impairment, frames: u64) -> Vec<f64> {
    let sent = send(&mut wide(&[impairment]), frames);
    sent.iter().map(|(passage, _)| (passage.journey.arrival - passage.journey.end).millis_f64()).collect()
}

#[test]
fn delays_have_the_mean_the_spread_and_the_quantiles_of_their_distribution() {
    use Distribution::*;
    // The mean is 100 ms. Standard deviations, and the quantiles at 5, 50 and 95 per cent, in spreads of 10 ms.
    for (distribution, deviation, quantiles) in [
        (Uniform, 1.0 / 3f64.sqrt(), [-0.9, 0.0, 0.9]),
        (Normal, 1.0, [-1.644_85, 0.0, 1.644_85]),
        (Pareto, 1.0, [-0.744_2, -0.349_8, 2.012_7]),
        (ParetoNormal, 1.0, [-1.001_7, -0.271_1, 1.984_8]),
    ] {
        const FRAMES: usize = 100_000;
        let mut delays = delays_ms(jitter(10, distribution, 0, true), FRAMES as u64);
        let mean = delays.iter().sum::<f64>() / FRAMES as f64;
        let variance = delays.iter().map(|delay| (delay - mean).powi(2)).sum::<f64>() / FRAMES as f64;
        let spread = 10.0 * deviation;
        assert!((mean - 100.0).abs() < 5.0 * spread / (FRAMES as f64).sqrt(), "{distribution:?} {mean}");
        // The variance of a variance, with the largest kurtosis of the four: 12, Pareto's.
        let error = spread * (12.0 / FRAMES as f64).sqrt() / 2.0;
        assert!((variance.sqrt() - spread).abs() < 5.0 * error, "{distribution:?} {}", variance.sqrt());
        delays.sort_by(f64::total_cmp);
        for (share, quantile) in [0.05, 0.5, 0.95].into_iter().zip(quantiles) {
            let below = delays.partition_point(|&delay| delay < 100.0 + 10.0 * quantile) as f64;
            assert_share(below, FRAMES as f64, share, 1.2);
        }
    }
}

#[test]
fn correlated_delays_vary_as_much_and_more_slowly() {
    for correlation in [0, 30, 70, 95] {
        let delays = delays_ms(jitter(10, Distribution::Uniform, correlation, true), 100_000);
        let rho = f64::from(correlation) / 100.0;
        let inflation = ((1.0 + rho) / (1.0 - rho) / 100_000.0).sqrt();
        let mean = delays.iter().sum::<f64>() / 100_000.0;
        assert!((mean - 100.0).abs() < 5.0 * 5.8 * inflation, "{mean}");
        assert!((lag_one(&delays) - rho).abs() < 5.0 * inflation, "{} {rho}", lag_one(&delays));
    }
}

#[test]
fn a_delay_is_never_less_than_nothing_and_time_always_passes() {
    let delays = delays_ms(jitter(10_000, Distribution::Normal, 0, true), 1_000);
    assert!(delays.iter().all(|&delay| delay >= 1e-6), "a nanosecond at least, where there is no rate");
    assert!((300..600).contains(&delays.iter().filter(|&&delay| delay < 1.0).count()));
    let line = LineConfig { rate: BitsPerSec::new(1_000_000_000), delay: DELAY, queue: Queue::bytes(0) };
    let mut wire = Wire::new(line, &[jitter(10_000, Distribution::Normal, 0, true)], 7, &[]);
    assert!(send(&mut wire, 1_000).iter().any(|(passage, _)| passage.journey.arrival == passage.journey.end));
}

#[test]
fn a_frame_that_overtakes_is_marked() {
    let sent = send(&mut wide(&[jitter(10, Distribution::Uniform, 0, true)]), 1_000);
    let mut last = Instant::ZERO;
    for (passage, _) in &sent {
        assert_eq!(passage.marks.reordered, passage.journey.arrival < last);
        last = last.max(passage.journey.arrival);
    }
    assert!(sent.iter().any(|(passage, _)| passage.marks.reordered));
}

fn ratio() -> impl Strategy<Value = Ratio> {
    prop_oneof![
        Just(NEVER),
        Just(ALWAYS),
        (0u32..=1_000_000_000).prop_map(|ppb| Ratio::from_ppb(ppb).unwrap())
    ]
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(0), 0u64..50_000_000, Just(u64::MAX)].prop_map(Duration::from_nanos)
}

fn impairment() -> impl Strategy<Value = Impairment> {
    use Distribution::*;
    let distribution = prop_oneof![Just(Uniform), Just(Normal), Just(Pareto), Just(ParetoNormal)];
    prop_oneof![
        ratio().prop_map(Impairment::Loss),
        (60usize..1_600).prop_map(Impairment::FrameSizeMax),
        (0u32..20).prop_map(Impairment::TrailingBytes),
        (ratio(), 0usize..1_000)
            .prop_map(|(probability, bytes_max)| Impairment::LossOfSmall { probability, bytes_max }),
        (0u64..20_000, duration())
            .prop_map(|(after_bytes, lasts)| Impairment::SilenceOnce { after_bytes, lasts }),
        (0u64..9_000_000, duration(), prop::option::of(duration())).prop_map(|(at, lasts, every)| {
            Impairment::Outage { at: Instant::from_nanos(at), lasts, every }
        }),
        (ratio(), ratio())
            .prop_map(|(probability, correlation)| Impairment::LossCorrelated { probability, correlation }),
        (ratio(), ratio(), ratio(), ratio()).prop_map(|(to_bad, to_good, bad, good)| {
            Impairment::GilbertElliott { to_bad, to_good, bad, good }
        }),
        (0u32..9).prop_map(Impairment::LossEvery),
        (0u64..99).prop_map(Impairment::LossOfFrame),
        (ratio(), ratio())
            .prop_map(|(probability, correlation)| Impairment::Duplicate { probability, correlation }),
        (ratio(), ratio())
            .prop_map(|(probability, correlation)| Impairment::Corrupt { probability, correlation }),
        (duration(), distribution, ratio(), any::<bool>()).prop_map(
            |(spread, distribution, correlation, overtakes)| Impairment::Jitter {
                spread,
                distribution,
                correlation,
                overtakes
            }
        ),
        (ratio(), ratio(), 0u32..9).prop_map(|(probability, correlation, gap)| Impairment::Reorder {
            probability,
            correlation,
            gap
        }),
    ]
}

fn line() -> impl Strategy<Value = LineConfig> {
    let red = (0usize..9, 0usize..20, ratio(), 0u8..12).prop_map(|(min, max, probability, weight_log)| {
        Discipline::Red(Red { min, max, probability, weight_log })
    });
    let codel =
        (duration(), duration()).prop_map(|(target, interval)| Discipline::CoDel(CoDel { target, interval }));
    let limit =
        prop_oneof![(0usize..20_000).prop_map(QueueLimit::Bytes), (0usize..20).prop_map(QueueLimit::Frames)];
    let discipline = prop_oneof![Just(Discipline::DropTail), red, codel];
    (prop::option::of(1_000_000u64..10_000_000_000), 0u64..20_000_000, limit, discipline).prop_map(
        |(rate, delay, limit, discipline)| LineConfig {
            rate: rate.and_then(BitsPerSec::new),
            delay: Duration::from_nanos(delay),
            queue: Queue { limit, discipline },
        },
    )
}

fn setting() -> impl Strategy<Value = (LineConfig, Vec<Impairment>)> {
    (line(), prop::collection::vec(impairment(), 0..6))
}

fn has(impairments: &[Impairment], is: fn(&Impairment) -> bool) -> bool {
    impairments.iter().any(is)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_frame_has_one_outcome_and_its_times_are_in_order(
        settings in prop::collection::vec(setting(), 1..4),
        gaps in prop::collection::vec((0u64..200_000, 1usize..1_600), 1..100),
        seed in any::<u64>(),
    ) {
        let run = || {
            let mut wire = Wire::new(settings[0].0, &settings[0].1, seed, &[]);
            let (mut now, mut all) = (Instant::ZERO, Vec::new());
            for (number, &(gap, bytes)) in gaps.iter().enumerate() {
                now += Duration::from_nanos(gap);
                if number % 25 == 24 {
                    let (line, impairments) = &settings[number / 25 % settings.len()];
                    wire.set(*line, impairments);
                }
                all.push((now, wire.send(now, Frame::build(bytes, |_| ()))));
            }
            all
        };
        let all = run();
        prop_assert_eq!(&all, &run(), "it replays");
        for (now, (passage, copy)) in &all {
            prop_assert!(copy.is_none() || reason(passage).is_none());
            for passage in [passage].into_iter().chain(copy) {
                let journey = passage.journey;
                prop_assert!(*now <= journey.start && journey.start <= journey.end && journey.end <= journey.arrival);
                match passage.fate {
                    Fate::Arrives => {}
                    Fate::Lost { why: Loss::Queue(_), at } => {
                        prop_assert_eq!((journey.start, journey.arrival), (at, at));
                    }
                    Fate::Lost { at, .. } => prop_assert!(journey.start <= at && at <= journey.arrival),
                }
            }
        }
    }

    #[test]
    fn a_varying_delay_reorders_only_if_configured(
        (line, mut impairments) in setting(),
        gaps in prop::collection::vec((0u64..200_000, 1usize..1_600), 1..100),
        spread in duration(),
        seed in any::<u64>(),
    ) {
        let distribution = Distribution::ParetoNormal;
        impairments.push(Impairment::Jitter { spread, distribution, correlation: NEVER, overtakes: false });
        let mut wire = Wire::new(line, &impairments, seed, &[]);
        let (mut now, mut last) = (Instant::ZERO, Instant::ZERO);
        for (gap, bytes) in gaps {
            now += Duration::from_nanos(gap);
            let (passage, copy) = wire.send(now, Frame::build(bytes, |_| ()));
            for passage in [Some(passage), copy].into_iter().flatten().filter(|passage| !is_lost(passage)) {
                let arrival = passage.journey.arrival;
                let asked = has(&impairments, |one| matches!(one, Impairment::Reorder { .. }));
                prop_assert!(passage.marks.reordered && asked || arrival >= last);
                last = last.max(arrival);
            }
        }
    }

    #[test]
    fn each_impairment_draws_the_same_beside_any_other(
        others in prop::collection::vec(impairment(), 0..6),
        sizes in prop::collection::vec(1usize..1_600, 1..100),
        seed in any::<u64>(),
    ) {
        // Every loss by chance is found again among the losses of both, unless another reason came first.
        let mine = Impairment::GilbertElliott {
            to_bad: Ratio::percent(20),
            to_good: Ratio::percent(30),
            bad: Ratio::percent(90),
            good: Ratio::percent(5),
        };
        let beside = |other: &Impairment| match other {
            // Another of my kind would take my stream, copies make up for losses, and how much is appended is drawn
            // between the bytes that are, which a lost frame does without.
            Impairment::GilbertElliott { .. } | Impairment::Duplicate { .. } | Impairment::TrailingBytes(_) => false,
            _ => true,
        };
        let others: Vec<_> = others.into_iter().filter(beside).collect();
        let line = LineConfig { rate: None, delay: DELAY, queue: Queue::bytes(0) };
        let together = [&others[..], &[mine]].concat();
        let mut alone = Wire::new(line, &[mine], seed, &[]);
        let mut without = Wire::new(line, &others, seed, &[]);
        let mut with = Wire::new(line, &together, seed, &[]);
        for bytes in sizes {
            let [alone, without, with] =
                [&mut alone, &mut without, &mut with].map(|wire| wire.send(Instant::ZERO, Frame::build(bytes, |_| ())).0);
            prop_assert_eq!(is_lost(&with), is_lost(&alone) || is_lost(&without));
            if !is_lost(&alone) {
                prop_assert_eq!(reason(&with), reason(&without));
                prop_assert_eq!(&with.frame, &without.frame);
                prop_assert_eq!(with.marks.corrupted, without.marks.corrupted);
            }
        }
    }
}
