//! Results as text, in the form of `ping` and `iperf`.

use netlab::World;
use netlab::history::RunLog;
use netlab::run::{HopAnswer, Iperf, IperfTransport, RunEvent, RunKind, Transport};
use report::{CommandReport, LinkReport, NodeReport, Report, RunReport, target};
use scenario::Scenario;
use scenario::quantity::show_time;
use std::collections::BTreeMap;

/// A run with more lines than this is shown without its middle.
const LINES_MAX: usize = 20;

/// The whole report.
pub fn show(scenario: &Scenario, world: &World, report: &Report) -> String {
    let mut parts = Vec::new();
    if !scenario.title.is_empty() {
        parts.push(format!("{}\n", scenario.title));
    }
    parts.extend(runs(scenario, world, report));
    parts.extend(report.commands.iter().map(show_command));
    let on_links = report.links.iter().filter_map(show_troubles);
    let troubles: String = on_links.chain(report.nodes.iter().filter_map(show_refused)).collect();
    parts.extend(Some(troubles).filter(|troubles| !troubles.is_empty()));
    parts.push(format!("end {} s, history {}\n", report.end, report.history));
    parts.join("\n")
}

/// The results of the runs and commands alone.
#[cfg(target_os = "linux")]
pub fn show_runs(scenario: &Scenario, world: &World, report: &Report) -> String {
    let commands = report.commands.iter().map(show_command);
    runs(scenario, world, report).chain(commands).collect::<Vec<_>>().join("\n")
}

fn runs<'r>(
    scenario: &'r Scenario,
    world: &'r World,
    report: &'r Report,
) -> impl Iterator<Item = String> + 'r {
    let runs = world.history().runs().iter().zip(&report.runs);
    runs.map(|(log, run)| show_run(scenario, log, run))
}

/// What a command has printed, as it stands in a terminal.
fn show_command(command: &CommandReport) -> String {
    let CommandReport { on, line, at, exit, output, forgotten_lines } = command;
    let mut text = format!("{on}$ {line}    # at {at} s\n");
    if *forgotten_lines > 0 {
        text += &format!("… {forgotten_lines} lines in front of these are not kept …\n");
    }
    text += output;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match exit {
        Some(0) => text,
        Some(status) => text + &format!("exit status {status}\n"),
        None => text + "still running\n",
    }
}

fn show_run(scenario: &Scenario, log: &RunLog, run: &RunReport) -> String {
    let RunReport { kind, from, at, .. } = run;
    let over = match &log.spec.kind {
        RunKind::Echo(echo) if echo.transport == Transport::Udp => " over UDP",
        RunKind::Iperf(Iperf { transport: IperfTransport::Udp { .. }, .. }) => " over UDP",
        _ => "",
    };
    let mut lines: Vec<_> = log.entries.iter().filter_map(|entry| line(scenario, &entry.event)).collect();
    if let Some(more) = lines.len().checked_sub(LINES_MAX + 1) {
        let middle = LINES_MAX / 2..LINES_MAX / 2 + more + 1;
        lines.splice(middle, [format!("… {} more …", more + 1)]);
    }
    lines.push(summary(run));
    lines.extend(run.why.as_ref().map(|why| format!("why: {why}")));
    let lines: String = lines.into_iter().map(|line| format!("  {line}\n")).collect();
    format!("{kind}{over} {from} → {}, at {at} s\n{lines}", target(scenario, log.spec.to))
}

fn line(scenario: &Scenario, event: &RunEvent) -> Option<String> {
    Some(match event {
        RunEvent::Connected { after } => format!("connected after {} ms", after.millis_f64()),
        RunEvent::Answered { number, rtt } => format!("{}: {} ms", number + 1, rtt.millis_f64()),
        RunEvent::Unanswered { number } => format!("{}: no answer", number + 1),
        RunEvent::Interval(interval) => {
            let nanos = interval.to.nanos().saturating_sub(interval.from.nanos()).max(1);
            format!(
                "{} to {}: {}, {}",
                show_time(interval.from),
                show_time(interval.to),
                bytes(interval.bytes),
                rate(interval.bytes as f64 * 8e9 / nanos as f64)
            )
        }
        RunEvent::Duplicate { number, rtt, from } => {
            format!("{}: {} ms from {from} (DUP!)", number + 1, rtt.millis_f64())
        }
        RunEvent::IcmpError { number, from, what } => match number {
            Some(number) => format!("{}: from {from}: {what}", number + 1),
            None => format!("from {from}: {what}"),
        },
        RunEvent::Hop(hop) => match hop.answer {
            Some((from, rtt, answer)) => {
                let what = match answer {
                    HopAnswer::OnTheWay | HopAnswer::Reached => String::new(),
                    HopAnswer::Unreachable(what) => format!(" ({what})"),
                };
                format!("hop {}: {from} {} ms{what}", hop.hop, rtt.millis_f64())
            }
            None => format!("hop {}: *", hop.hop),
        },
        RunEvent::PathMtu { bytes, from } => match from {
            Some(from) => format!("{bytes} bytes, reported by {from}"),
            None => format!("{bytes} bytes get through"),
        },
        RunEvent::Received { number, by } => format!("{}: received by {}", number + 1, scenario.id(*by)),
        RunEvent::Started | RunEvent::Sent { .. } | RunEvent::Progress | RunEvent::Finished(_) => {
            return None;
        }
    })
}

fn summary(run: &RunReport) -> String {
    let mut parts = Vec::new();
    match (&run.intervals, run.goodput_bps) {
        (Some(_), Some(goodput)) => {
            let seconds = run.seconds.unwrap_or_default();
            parts.push(format!("{} in {seconds:.6} s, {}", bytes(run.bytes), rate(goodput)));
        }
        (Some(_), None) => parts.push(bytes(run.bytes)),
        (None, _) if run.lost.is_some() => {
            parts.push(format!("{} sent, {} answered", run.sent, run.received));
            if let Some(duplicates) = run.duplicates {
                parts.push(format!("+{duplicates} duplicates"));
            }
        }
        (None, _) => parts.push(format!("{} sent, {} received", run.sent, bytes(run.bytes))),
    }
    if let Some(lost) = run.lost.filter(|_| run.sent > 0) {
        parts.push(format!("{lost} of {} lost ({:.3} %)", run.sent, lost as f64 * 100.0 / run.sent as f64));
    }
    if let Some(rtt) = &run.rtt_ms {
        parts.push(format!("rtt min/avg/max {:.3}/{:.3}/{:.3} ms", rtt.min, rtt.avg, rtt.max));
    }
    if let Some(retransmits) = run.retransmits.filter(|&count| count > 0) {
        parts.push(format!("{retransmits} retransmitted"));
    }
    if let Some(jitter) = run.jitter_ms {
        parts.push(format!("jitter {jitter:.6} ms"));
    }
    let outcome = match &run.reason {
        Some(reason) => format!("{}: {reason}", run.outcome),
        None => run.outcome.to_owned(),
    };
    format!("{outcome}; {}", parts.join(", "))
}

/// The frames that a host has dropped: what is lost there is lost on no link. What switches and routers drop is in their tables.
fn show_refused(node: &NodeReport) -> Option<String> {
    if node.kind != "host" || node.refused.is_empty() {
        return None;
    }
    let dropped: u64 = node.refused.values().sum();
    Some(format!("host {}: {dropped} frames dropped ({})\n", node.id, reasons(&node.refused)))
}

fn reasons<R: AsRef<str>>(dropped: &BTreeMap<R, u64>) -> String {
    let reason = |(reason, count): (&R, &u64)| format!("{} {count}", reason.as_ref().replace('_', " "));
    let reasons = dropped.iter().map(reason);
    reasons.collect::<Vec<_>>().join(", ")
}

/// The frames of a link that were dropped, and those that collided.
fn show_troubles(link: &LinkReport) -> Option<String> {
    let dropped: u64 = link.total.dropped.values().sum();
    let reasons = reasons(&link.total.dropped);
    let ([a, b], sent) = (&link.ends, link.total.sent);
    let dropped = (dropped > 0).then(|| format!("{dropped} of {sent} frames dropped ({reasons})"));
    let collided = match link.total.collisions {
        0 => None,
        1 => Some("1 collision".to_owned()),
        count => Some(format!("{count} collisions")),
    };
    let troubles: Vec<_> = dropped.into_iter().chain(collided).collect();
    (!troubles.is_empty()).then(|| format!("link {a}–{b}: {}\n", troubles.join(", ")))
}

fn bytes(bytes: u64) -> String {
    scaled(bytes as f64, ["B", "kB", "MB", "GB"])
}

fn rate(bits_per_sec: f64) -> String {
    scaled(bits_per_sec, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"])
}

fn scaled(mut value: f64, units: [&str; 4]) -> String {
    let mut unit = 0;
    while value >= 1_000.0 && unit < 3 {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{value:.0} {}", units[unit]) } else { format!("{value:.2} {}", units[unit]) }
}
