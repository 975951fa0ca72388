//! Planned runs.

use super::nodes::{congestion, size};
use super::{Everything, unless};
use crate::quantity::{show_rate, show_seconds, show_size, show_time};
use crate::tree::{Fields, Json};
use crate::{defaults, ip_version};
use netlab::Instant;
use netlab::run::{
    Amount, IpVersion, Iperf, IperfTransport, Multicast, Ping, Probe, RunKind, RunSpec, Target, Transport,
};

pub(super) fn run<'a>(all: &Everything<'a>, at: Instant, spec: &'a RunSpec) -> Fields<'a> {
    let mut fields = Fields::default();
    fields.put("from", all.id(spec.from));
    match spec.to {
        Target::Node(node, version) => {
            fields.put("to", all.id(node)).maybe("ip", version.map(ip_number));
        }
        Target::Address(address) => {
            let multicast = matches!(spec.kind, RunKind::Multicast(_));
            fields.put(if multicast { "group" } else { "to" }, address.to_string());
        }
    }
    match &spec.kind {
        RunKind::Ping(run) => ping(&mut fields, run),
        RunKind::Echo(echo) => {
            fields
                .maybe("udp", (echo.transport == Transport::Udp).then_some(true))
                .maybe("count", unless(echo.count, defaults::ECHO_COUNT))
                .maybe("text", unless(&echo.text[..], defaults::ECHO_TEXT))
                .maybe("timeout", unless(echo.timeout, defaults::TIMEOUT).map(show_time));
        }
        RunKind::Iperf(run) => {
            let version = ip_version(|node| all.host(node), spec.from, spec.to).unwrap_or(IpVersion::V4);
            iperf(&mut fields, run, defaults::datagram(version));
        }
        RunKind::Connect(connect) => {
            fields
                .maybe("port", unless(connect.port, defaults::CONNECT_PORT))
                .maybe("text", unless(&connect.text[..], defaults::CONNECT_TEXT));
        }
        RunKind::Traceroute(trace) => {
            fields
                .maybe("icmp", (trace.probe == Probe::Icmp).then_some(true))
                .maybe("hops", unless(trace.hops_max, defaults::HOPS))
                .maybe("tries", unless(trace.tries, defaults::TRIES))
                .maybe("timeout", unless(trace.timeout, defaults::TIMEOUT).map(show_time));
        }
        RunKind::PathMtu(probe) => {
            fields.maybe("timeout", unless(probe.timeout, defaults::PATHMTU_TIMEOUT).map(show_time));
        }
        RunKind::Multicast(run) => multicast(&mut fields, all, run),
    }
    let mut run = Fields::default();
    run.maybe("at", unless(at, defaults::AT).map(|at| show_time(at.since(Instant::ZERO))))
        .put(spec.kind.name(), fields);
    run
}

fn ping(fields: &mut Fields<'_>, ping: &Ping) {
    fields
        .maybe("count", unless(ping.count, defaults::PING_COUNT))
        .maybe("interval", unless(ping.interval, defaults::INTERVAL).map(show_time))
        .maybe("size", unless(ping.payload_bytes, defaults::PING_SIZE).map(size))
        .maybe("timeout", unless(ping.timeout, defaults::TIMEOUT).map(show_time))
        .maybe("ttl", ping.ttl)
        .maybe("fragment", unless(ping.fragments, false));
}

fn iperf(fields: &mut Fields<'_>, iperf: &Iperf, default_datagram: usize) {
    match iperf.amount {
        amount if amount == defaults::IPERF_AMOUNT => {}
        Amount::Bytes(bytes) => {
            fields.put("bytes", show_size(bytes));
        }
        Amount::Time(time) => {
            fields.put("seconds", Json::Number(show_seconds(time).into()));
        }
    }
    fields.maybe("interval", unless(iperf.interval, defaults::INTERVAL).map(show_time));
    match iperf.transport {
        IperfTransport::Tcp { congestion: control, rx_buffer, tx_buffer } => fields
            .maybe("congestion", control.map(congestion))
            .maybe("rx_buffer", rx_buffer.map(size))
            .maybe("tx_buffer", tx_buffer.map(size)),
        IperfTransport::Udp { rate, datagram_bytes } => fields
            .put("udp", true)
            .maybe("rate", unless(rate, defaults::UDP_RATE).map(show_rate))
            .maybe("datagram", unless(datagram_bytes, default_datagram).map(size)),
    };
}

fn multicast<'a>(fields: &mut Fields<'a>, all: &Everything<'a>, run: &'a Multicast) {
    let receivers = run.receivers.iter().map(|receiver| all.id(*receiver).into());
    fields
        .put("receivers", Json::List(receivers.collect()))
        .maybe("count", unless(run.count, defaults::PING_COUNT))
        .maybe("interval", unless(run.interval, defaults::INTERVAL).map(show_time))
        .maybe("text", unless(&run.text[..], defaults::MULTICAST_TEXT))
        .maybe("port", unless(run.port, defaults::MULTICAST_PORT));
}

const fn ip_number(version: IpVersion) -> u8 {
    match version {
        IpVersion::V4 => 4,
        IpVersion::V6 => 6,
    }
}
