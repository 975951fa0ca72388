//! The settings and impairments of a cable, as `netem` at the sending end.

use super::lab::Machine;
use crate::quantity::{show_ratio, show_size, show_time};
use netlab::topology::Way;
use netlab::{Duration, Instant, Ratio};
use wire::impair::{Distribution, Impairment};
use wire::line::{Discipline, QueueLimit};

/// The longest frame of an ordinary host, in which queues are counted.
const FRAME_BYTES: u128 = 1_514;

/// The options that `netem` accepts once.
#[derive(Default)]
struct Parts {
    /// Behind the delay.
    jitter: String,
    /// The loss of a model of its own: instead of all others.
    loss: String,
    others: String,
}

impl Machine {
    /// Adds the command for the frames that leave by this interface.
    pub fn way(&mut self, interface: &str, way: &Way) {
        let line = way.line;
        let mut passes = 1.0;
        let mut parts = Parts::default();
        for impairment in &way.impairments {
            let lost = match *impairment {
                Impairment::Loss(ratio) => probability(ratio),
                Impairment::Down => 1.0,
                other if parts.take(other) => 0.0,
                other => {
                    self.remark(format!("Not expressed on {interface}: {}.", described(other)));
                    continue;
                }
            };
            passes *= 1.0 - lost;
        }
        match line.queue.discipline {
            Discipline::DropTail => {}
            Discipline::Red(_) => {
                self.remark(format!("Not expressed on {interface}: random early detection."))
            }
            Discipline::CoDel(_) => self.remark(format!("Not expressed on {interface}: controlled delay.")),
        }
        if !parts.loss.is_empty() && passes < 1.0 {
            self.remark(format!("Not expressed on {interface}: a second model of loss."));
            parts.loss.clear();
        }
        let rate = line.rate.map_or(0, |rate| u128::from(rate.get()));
        let under_way = rate * u128::from(line.delay.nanos()) / 8_000_000_000;
        // The frames of one direction: waiting, under way, and being sent.
        let frames = waiting(line.queue.limit) + under_way.div_ceil(FRAME_BYTES) + 1;
        let frames = if rate == 0 { 100_000 } else { frames.min(10_000_000) };
        let mut netem = format!("tc qdisc replace dev {interface} root netem limit {frames}");
        netem += &format!(" delay {}{}", time(line.delay), parts.jitter);
        if rate > 0 {
            netem += &format!(" rate {rate}bit");
        }
        if passes < 1.0 {
            netem += &format!(" loss {}%", wire::decimal::decimal((1.0 - passes) * 100.0, 7));
        }
        netem += &parts.loss;
        netem += &parts.others;
        self.run(netem);
    }
}

impl Parts {
    /// Takes an impairment that `netem` has and that is not used yet; returns whether it did.
    fn take(&mut self, impairment: Impairment) -> bool {
        let has = |of: &str, part: &str| of.contains(part);
        match impairment {
            Impairment::LossCorrelated { probability, correlation } if self.loss.is_empty() => {
                self.loss = format!(" loss {} {}", percent(probability), percent(correlation));
            }
            Impairment::GilbertElliott { to_bad, to_good, bad, good } if self.loss.is_empty() => {
                let all = [to_bad, to_good, bad, good].map(percent).join(" ");
                self.loss = format!(" loss gemodel {all}");
            }
            Impairment::Duplicate { probability, correlation } if !has(&self.others, "duplicate") => {
                self.others += &format!(" duplicate {} {}", percent(probability), percent(correlation));
            }
            Impairment::Corrupt { probability, correlation } if !has(&self.others, "corrupt") => {
                self.others += &format!(" corrupt {} {}", percent(probability), percent(correlation));
            }
            Impairment::Reorder { probability, correlation, gap } if !has(&self.others, "reorder") => {
                let [probability, correlation] = [probability, correlation].map(percent);
                self.others += &format!(" reorder {probability} {correlation} gap {gap}");
            }
            Impairment::Jitter { spread, distribution, correlation, .. } if self.jitter.is_empty() => {
                self.jitter = format!(" {} {}", time(spread), percent(correlation));
                self.jitter += match distribution {
                    Distribution::Uniform => "",
                    Distribution::Normal => " distribution normal",
                    Distribution::Pareto => " distribution pareto",
                    Distribution::ParetoNormal => " distribution paretonormal",
                };
            }
            Impairment::Loss(_)
            | Impairment::Down
            | Impairment::LossOfSmall { .. }
            | Impairment::FrameSizeMax(_)
            | Impairment::TrailingBytes(_)
            | Impairment::SilenceOnce { .. }
            | Impairment::Outage { .. }
            | Impairment::LossEvery(_)
            | Impairment::LossOfFrame(_)
            | Impairment::LossCorrelated { .. }
            | Impairment::GilbertElliott { .. }
            | Impairment::Duplicate { .. }
            | Impairment::Corrupt { .. }
            | Impairment::Jitter { .. }
            | Impairment::Reorder { .. } => return false,
        }
        true
    }
}

/// The frames that may wait.
fn waiting(limit: QueueLimit) -> u128 {
    match limit {
        QueueLimit::Bytes(bytes) => (bytes as u128).div_ceil(FRAME_BYTES),
        QueueLimit::Frames(frames) => frames as u128,
    }
}

fn time(time: Duration) -> String {
    match time.nanos() % 1_000 {
        0 => format!("{}us", time.nanos() / 1_000),
        _ => format!("{}ns", time.nanos()),
    }
}

fn probability(ratio: Ratio) -> f64 {
    show_ratio(ratio).parse().expect("it is shown as a decimal number")
}

/// Exact: a ratio has nine decimals, a percentage seven.
fn percent(ratio: Ratio) -> String {
    let (whole, rest) = (ratio.ppb() / 10_000_000, ratio.ppb() % 10_000_000);
    let shown = format!("{whole}.{rest:07}");
    format!("{}%", shown.trim_end_matches('0').trim_end_matches('.'))
}

/// An impairment in words, for a remark.
fn described(impairment: Impairment) -> String {
    match impairment {
        Impairment::LossOfSmall { probability, bytes_max } => format!(
            "frames of up to {} are lost with a probability of {}",
            show_size(bytes_max as u64),
            show_ratio(probability)
        ),
        Impairment::FrameSizeMax(bytes) => {
            format!("frames of more than {} are refused", show_size(bytes as u64))
        }
        Impairment::TrailingBytes(bytes) => format!("up to {bytes} random bytes follow each frame"),
        Impairment::SilenceOnce { after_bytes, lasts } => {
            format!("after {} nothing passes for {}", show_size(after_bytes), show_time(lasts))
        }
        Impairment::Outage { at, lasts, every } => {
            let again = every.map_or(String::new(), |every| format!(", every {}", show_time(every)));
            let at = show_time(at.since(Instant::ZERO));
            format!("from {at} on nothing passes for {}{again}", show_time(lasts))
        }
        Impairment::LossEvery(every) => format!("one frame of {every} is lost"),
        Impairment::LossOfFrame(number) => format!("frame {number} is lost"),
        Impairment::LossCorrelated { .. } | Impairment::GilbertElliott { .. } => {
            "a second model of loss".into()
        }
        Impairment::Duplicate { .. } => "a second chance of duplicates".into(),
        Impairment::Corrupt { .. } => "a second chance of wrong bits".into(),
        Impairment::Jitter { .. } => "a second jitter".into(),
        Impairment::Reorder { .. } => "a second chance to go ahead".into(),
        Impairment::Loss(_) | Impairment::Down => "loss".into(),
    }
}
