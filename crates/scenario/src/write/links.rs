//! Links, their ports and their impairments.

use super::nodes::size;
use super::{Everything, unless};
use crate::defaults;
use crate::quantity::{show_mac, show_rate, show_ratio, show_size, show_time};
use crate::tree::{Fields, Json};
use bridge::config::{Edge, Membership};
use netlab::topology::{Duplex, End, Link, NodeId, Port, Way};
use netlab::{BitsPerSec, Instant, Ratio};
use wire::impair::{Distribution, Impairment};
use wire::line::{CoDel, Discipline, Queue, QueueLimit, Red};

/// A cable and the ports at its ends.
pub(super) fn link<'a>(all: &Everything<'a>, link: &'a Link) -> Fields<'a> {
    let mut fields = Fields::default();
    ends(&mut fields, all, link.ends);
    settings(&mut fields, all, link.ends, &link.ways, &[defaults::way(), defaults::way()]);
    let mut ports = Fields::default();
    for ((node, port), duplex) in link.ends.iter().zip(&link.ports).zip(link.duplex) {
        let mut fields = Fields::default();
        fields.maybe("duplex", (duplex == Duplex::Half).then_some("half"));
        self::port(&mut fields, port, &Port::Plain);
        if !fields.is_empty() {
            ports.put(all.id(*node), fields);
        }
    }
    fields.maybe("ports", (!ports.is_empty()).then_some(ports));
    fields
}

/// The ids of two nodes.
pub(super) fn ends<'a>(fields: &mut Fields<'a>, all: &Everything<'a>, ends: [NodeId; 2]) {
    fields.put("ends", Json::List(ends.map(|end| all.id(end).into()).into()));
}

/// The settings that differ from those before.
pub(super) fn settings<'a>(
    fields: &mut Fields<'a>,
    all: &Everything<'a>,
    ends: [NodeId; 2],
    ways: &[Way; 2],
    before: &[Way; 2],
) {
    let [now, then] = [ways, before].map(|ways| ways.each_ref().map(|way| way.line));
    let same = ways.iter().zip(before).all(|(way, before)| way.impairments == before.impairments);
    let impairments = || {
        let entries = merged(ways).into_iter().map(|(impairment, from)| {
            let mut fields = self::impairment(impairment);
            fields.maybe("from", from.map(|end| all.id(ends[end.index()])));
            fields.into()
        });
        Json::List(entries.collect())
    };
    let rate = |rate: Option<BitsPerSec>| rate.map_or("unlimited".to_owned(), show_rate).into();
    fields
        .maybe(
            "delay",
            both([now, then].map(|lines| lines.map(|line| line.delay)), |of| show_time(of).into()),
        )
        .maybe("rate", both([now, then].map(|lines| lines.map(|line| line.rate)), rate))
        .maybe("queue", both([now, then].map(|lines| lines.map(|line| line.queue)), queue))
        .maybe("impair", (!same).then(impairments));
}

/// One value if both directions are alike, none if both are as before.
fn both<'a, T: PartialEq + Copy>([now, before]: [[T; 2]; 2], show: fn(T) -> Json<'a>) -> Option<Json<'a>> {
    let [first, second] = now;
    match now {
        _ if now == before => None,
        _ if first == second => Some(show(first)),
        _ => Some(Json::List(now.map(show).into())),
    }
}

fn queue<'a>(queue: Queue) -> Json<'a> {
    let amount = |number| match queue.limit {
        QueueLimit::Bytes(_) => size(number),
        QueueLimit::Frames(_) => frames(number),
    };
    let limit = match queue.limit {
        QueueLimit::Bytes(bytes) => size(bytes),
        QueueLimit::Frames(number) => frames(number),
    };
    let mut fields = Fields::default();
    match queue.discipline {
        Discipline::DropTail => return limit.into(),
        Discipline::Red(Red { min, max, probability, weight_log }) => {
            let mut red = Fields::default();
            red.put("min", amount(min))
                .put("max", amount(max))
                .maybe("probability", unless(probability, defaults::RED_PROBABILITY).map(ratio))
                .maybe("weight", unless(weight_log, defaults::RED_WEIGHT));
            fields.put("size", limit).put("red", red);
        }
        Discipline::CoDel(CoDel { target, interval }) => {
            let mut codel = Fields::default();
            codel
                .maybe("target", unless(target, defaults::CODEL.target).map(show_time))
                .maybe("interval", unless(interval, defaults::CODEL.interval).map(show_time));
            let codel = if codel.is_empty() { Json::Bool(true) } else { codel.into() };
            fields.put("size", limit).put("codel", codel);
        }
    }
    fields.into()
}

fn frames(number: usize) -> String {
    format!("{number} frames")
}

fn ratio<'a>(ratio: Ratio) -> Json<'a> {
    Json::Number(show_ratio(ratio).into())
}

/// The shortest list of entries that gives each direction its impairments in their order.
fn merged([first, second]: &[Way; 2]) -> Vec<(Impairment, Option<End>)> {
    let (mut first, mut second) = (&first.impairments[..], &second.impairments[..]);
    let mut entries = Vec::new();
    loop {
        match (first.split_first(), second.split_first()) {
            (Some((a, rest_a)), Some((b, rest_b))) if a == b => {
                entries.push((*a, None));
                (first, second) = (rest_a, rest_b);
            }
            // An impairment that the other direction has further on is written when that is reached.
            (Some((a, rest)), other)
                if other.is_none() || !second.contains(a) || first.contains(&second[0]) =>
            {
                entries.push((*a, Some(End::First)));
                first = rest;
            }
            (_, Some((b, rest))) => {
                entries.push((*b, Some(End::Second)));
                second = rest;
            }
            (_, None) => return entries,
        }
    }
}

fn impairment<'a>(impairment: Impairment) -> Fields<'a> {
    let mut fields = Fields::default();
    let never = Ratio::default();
    match impairment {
        Impairment::Loss(probability) => fields.put("loss", ratio(probability)),
        Impairment::LossOfSmall { probability, bytes_max } => {
            fields.put("loss", ratio(probability)).put("max_size", size(bytes_max))
        }
        Impairment::LossCorrelated { probability, correlation } => {
            fields.put("loss", ratio(probability)).put("correlation", ratio(correlation))
        }
        Impairment::FrameSizeMax(bytes) => fields.put("frame_size", size(bytes)),
        Impairment::TrailingBytes(trailing) => fields.put("trailing", trailing),
        Impairment::SilenceOnce { after_bytes, lasts } => {
            let mut silence = Fields::default();
            silence.put("after", show_size(after_bytes)).put("for", show_time(lasts));
            fields.put("silence", silence)
        }
        Impairment::Down => fields.put("down", true),
        Impairment::Outage { at, lasts, every } => {
            let mut outage = Fields::default();
            outage
                .put("at", show_time(at.since(Instant::ZERO)))
                .put("for", show_time(lasts))
                .maybe("every", every.map(show_time));
            fields.put("outage", outage)
        }
        Impairment::GilbertElliott { to_bad, to_good, bad, good } => {
            let mut burst = Fields::default();
            burst
                .put("to_bad", ratio(to_bad))
                .put("to_good", ratio(to_good))
                .maybe("loss", unless(bad, defaults::BURST_LOSS).map(ratio))
                .maybe("good_loss", unless(good, never).map(ratio));
            fields.put("burst", burst)
        }
        Impairment::LossEvery(every) => fields.put("every", every),
        Impairment::LossOfFrame(number) => fields.put("frame", number),
        Impairment::Duplicate { probability, correlation } => fields
            .put("duplicate", ratio(probability))
            .maybe("correlation", unless(correlation, never).map(ratio)),
        Impairment::Corrupt { probability, correlation } => fields
            .put("corrupt", ratio(probability))
            .maybe("correlation", unless(correlation, never).map(ratio)),
        Impairment::Jitter { spread, distribution, correlation, overtakes } => fields
            .put("jitter", show_time(spread))
            .maybe("distribution", unless(distribution, defaults::DISTRIBUTION).map(self::distribution))
            .maybe("correlation", unless(correlation, never).map(ratio))
            .maybe("overtakes", unless(overtakes, false)),
        Impairment::Reorder { probability, correlation, gap } => fields
            .put("reorder", ratio(probability))
            .maybe("gap", unless(gap, defaults::GAP))
            .maybe("correlation", unless(correlation, never).map(ratio)),
    };
    fields
}

const fn distribution(distribution: Distribution) -> &'static str {
    match distribution {
        Distribution::Uniform => "uniform",
        Distribution::Normal => "normal",
        Distribution::Pareto => "pareto",
        Distribution::ParetoNormal => "paretonormal",
    }
}

/// The settings that differ from those before.
pub(super) fn port<'a>(fields: &mut Fields<'a>, port: &Port, before: &Port) {
    match (port, before) {
        (Port::Plain, Port::Plain) => {}
        (Port::Router(_), _) | (_, Port::Router(_)) => {
            router_port(fields, &defaults::of_router(port), &defaults::of_router(before));
        }
        (Port::Switch(_), _) | (_, Port::Switch(_)) => {
            switch_port(fields, &defaults::of_switch(port), &defaults::of_switch(before));
        }
    }
}

fn switch_port<'a>(fields: &mut Fields<'a>, port: &bridge::Port, before: &bridge::Port) {
    fields.maybe("up", unless(port.up, before.up)).maybe("mtu", unless(port.mtu, before.mtu));
    if port.vlan != before.vlan {
        membership(fields, &port.vlan);
    }
    let edge = |edge| match edge {
        Edge::Auto => "auto".into(),
        Edge::Yes => true.into(),
        Edge::No => Json::Bool(false),
    };
    fields
        .maybe("edge", unless(port.edge, before.edge).map(edge))
        .maybe("cost", unless(port.cost, before.cost).map(|cost| cost.map_or(Json::Null, Json::from)))
        .maybe("priority", unless(port.priority, before.priority));
}

fn membership(fields: &mut Fields<'_>, membership: &Membership) {
    match membership {
        Membership::Access(vlan) => {
            fields.put("vlan", vlan.get());
        }
        Membership::Trunk { native, allowed } => {
            let allowed = allowed.as_ref().map_or(Json::Bool(true), |allowed| {
                Json::List(allowed.iter().map(|vlan| vlan.get().into()).collect())
            });
            let native = unless(*native, defaults::NATIVE);
            let native = native.map(|native| native.map_or(Json::Null, |vlan| vlan.get().into()));
            fields.put("trunk", allowed).maybe("native", native);
        }
    }
}

fn router_port<'a>(fields: &mut Fields<'a>, port: &router::Port, before: &router::Port) {
    let cidrs = |list: &[smoltcp::wire::IpCidr]| super::texts(list);
    let vlans = || {
        let mut fields = Fields::default();
        for (vlan, addresses) in &port.vlans {
            fields.put(vlan.to_string(), cidrs(addresses));
        }
        fields
    };
    fields
        .maybe("up", unless(port.up, before.up))
        .maybe(
            "mac",
            unless(port.mac, before.mac).map(|mac| mac.map_or(Json::Null, |mac| show_mac(mac).into())),
        )
        .maybe("addresses", (port.addresses != before.addresses).then(|| cidrs(&port.addresses)))
        .maybe("vlans", (port.vlans != before.vlans).then(vlans))
        .maybe("mtu", unless(port.mtu, before.mtu))
        .maybe("outside", unless(port.outside, before.outside))
        .maybe("advertise", unless(port.advertise, before.advertise))
        .maybe("rip", unless(port.rip, before.rip));
}
