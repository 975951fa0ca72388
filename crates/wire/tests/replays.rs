//! Random draws never change: a stored scenario replays frame for frame.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use wire::impair::Impairment;
use wire::line::{LineConfig, Queue};
use wire::passage::{Fate, Loss, Wire};
use wire::{BitsPerSec, Duration, Frame, Instant, Ratio};

/// The outcomes of 2000 frames of varying length on a wire with the oldest impairments, folded into one number (FNV-1a).
fn history(impairments: &[Impairment], seed: u64) -> u64 {
    let line = LineConfig {
        rate: BitsPerSec::new(100_000_000),
        delay: Duration::from_micros(300),
        queue: Queue::bytes(20_000),
    };
    let mut wire = Wire::new(line, impairments, seed, &[3, 1]);
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut fold = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    for number in 0..2_000u64 {
        let frame = Frame::build(60 + (number * 37 % 1_400) as usize, |bytes| bytes.fill(number as u8));
        let now = Instant::from_nanos(number * 55_000);
        let (passage, duplicate) = wire.send(now, frame);
        assert!(duplicate.is_none());
        let why = match passage.fate {
            Fate::Arrives => 0,
            Fate::Lost { why: Loss::Queue(_), .. } => 1,
            Fate::Lost { why: Loss::Impaired(reason), at } => {
                at.nanos().to_le_bytes().into_iter().for_each(&mut fold);
                2 + reason as u8
            }
        };
        fold(why);
        passage.frame.iter().copied().for_each(&mut fold);
        let journey = passage.journey;
        for at in [journey.start, journey.end, journey.arrival] {
            at.nanos().to_le_bytes().into_iter().for_each(&mut fold);
        }
    }
    hash
}

#[test]
fn old_seeds_give_the_histories_they_always_gave() {
    let loss = Impairment::Loss(Ratio::percent(10));
    let small = Impairment::LossOfSmall { probability: Ratio::percent(30), bytes_max: 400 };
    let trailing = Impairment::TrailingBytes(9);
    let silence = Impairment::SilenceOnce { after_bytes: 100_000, lasts: Duration::from_millis(10) };
    let outage = Impairment::Outage {
        at: Instant::from_nanos(30_000_000),
        lasts: Duration::from_millis(4),
        every: Some(Duration::from_millis(20)),
    };
    let kept = [
        history(&[], 7),
        history(&[loss], 7),
        history(&[loss, small], 7),
        history(&[loss, small, trailing], 7),
        history(&[trailing, trailing, Impairment::FrameSizeMax(1_000)], 8),
        history(&[silence, loss], 9),
        history(&[outage], 9),
    ];
    assert_eq!(
        kept,
        [
            2_778_076_192_594_125_283,
            9_146_915_336_363_276_357,
            2_665_465_685_871_082_727,
            225_338_610_864_480_071,
            13_124_825_094_565_209_105,
            4_187_181_362_664_737_454,
            973_301_956_072_469_509,
        ]
    );
}
