//! Runs: whether they can reach their targets, and their settings.

use super::paths::Loss;
use super::{Check, root};
use crate::bounds::*;
use crate::defaults;
use crate::fault::{Level, Place};
use crate::ip::{unusable_address, version_of};
use crate::problem::{Kind, Problem};
use crate::quantity::{quoted, show_size, show_time};
use netlab::run::{Amount, IpVersion, Iperf, IperfTransport, Multicast, RunKind, RunSpec, Target, Transport};
use netlab::topology::{HostConfig, NodeId};
use netlab::{Duration, Instant};
use smoltcp::wire::{IpAddress, IpCidr};
use texts::t;
use wire::sorted::SortedSet;

impl<'s> Check<'s> {
    pub(super) fn runs(&mut self) {
        let scenario = self.scenario;
        let mut buffers = 0;
        for (number, (at, spec)) in scenario.runs.iter().enumerate() {
            let run = root().field("runs").index(number);
            let place = run.field(spec.kind.name());
            self.time_within(
                run.field("at"),
                at.since(defaults::AT),
                [Duration::ZERO, AT_MAX.since(defaults::AT)],
            );
            let version = if self.unusable.runs.contains(&number) {
                None
            } else {
                match &spec.kind {
                    RunKind::Multicast(run) => self.group(*at, &place, spec, run),
                    _ => self.ends(*at, &place, spec),
                }
            };
            self.settings(&place, spec, version);
            buffers += self.buffers(spec);
        }
        if buffers > BUFFERS_MAX {
            let message = t!(
                "the TCP buffers of all these runs together take {}: at most {}; use fewer runs or smaller buffers",
                show_size(buffers),
                show_size(BUFFERS_MAX)
            );
            self.error(root().field("runs"), message);
        }
    }

    /// Checks that a run can go between these; returns the IP version that it will use.
    fn ends(&mut self, at: Instant, place: &Place, spec: &RunSpec) -> Option<IpVersion> {
        let (from, to) = (place.field("from"), place.field("to"));
        let client = self.end(at, &from, spec.from);
        let server = match spec.to {
            Target::Node(node, _) if node == spec.from => {
                self.error(to, t!("a run goes to another host: to itself, nothing would ever reach a wire"));
                return None;
            }
            Target::Node(node, _) => Some(self.end(at, &to, node)?),
            Target::Address(_) => None,
        };
        let client = client?;
        let Some(version) = self.scenario.ip_version(spec.from, spec.to) else {
            self.error(to, self.no_common_version(spec));
            return None;
        };
        let near = |address: &IpAddress| client.addresses.iter().any(|cidr| cidr.contains_addr(address));
        let address = match (spec.to, server) {
            (Target::Address(address), _) => address,
            (Target::Node(..), server) => {
                let theirs = server?.addresses.iter().map(IpCidr::address);
                let mut theirs = theirs.filter(|address| version.is_of(address));
                theirs.clone().find(near).or_else(|| theirs.next())?
            }
        };
        // A ping asks all of a group, or of a LAN.
        let to_all =
            matches!(spec.kind, RunKind::Ping(_)) && (address.is_multicast() || address.is_broadcast());
        if let Some(why) =
            unusable_address(IpCidr::new(address, if version == IpVersion::V4 { 32 } else { 128 }))
                .filter(|_| !to_all)
        {
            self.error(to, format!("{address} {why}"));
        } else if server.is_none() && client.addresses.iter().any(|cidr| cidr.address() == address) {
            let message = t!("{address} is the host's own: to itself, nothing would ever reach a wire");
            self.error(to, message);
        } else if let Some(loss) = self.surprise(spec, client, address) {
            self.lost(to, spec, address, loss);
        }
        Some(version)
    }

    /// Tells why a run's packets get lost: where the document has to change if that is certain, once, otherwise at the run.
    fn lost(&mut self, to: Place, spec: &RunSpec, address: IpAddress, loss: Loss) {
        if let Some((router, network, metric)) = loss.too_far {
            return self.too_far_from(router, network, metric);
        }
        let owner = match spec.to {
            Target::Node(node, _) => Some(node),
            Target::Address(_) => self.owners.all(address).first().map(|owner| owner.node),
        };
        if let Some(place) = loss.place {
            let known = |problem: &Problem| problem.fault.place == place && problem.kind == loss.kind;
            if !self.found.iter().any(known) {
                let problem = self.problem(loss.kind, Level::Warning, place, loss.why);
                problem.nodes = loss.nodes;
                problem.link = loss.link;
            }
            return;
        }
        let message = format!("{}: {}", loss.why, loss.ending);
        let problem = self.problem(loss.kind, Level::Warning, to, message);
        problem.nodes.push(spec.from);
        problem.nodes.extend(owner.into_iter().chain(loss.nodes));
    }

    /// Checks that these hosts can receive the group's messages.
    fn group(&mut self, at: Instant, place: &Place, spec: &RunSpec, run: &Multicast) -> Option<IpVersion> {
        let Target::Address(group) = spec.to else {
            self.error(place.field("group"), t!("a multicast run goes to a group: write its address"));
            return None;
        };
        let client = self.end(at, &place.field("from"), spec.from);
        if !group.is_multicast() {
            let message = t!(
                "{group} is no group: write an address like 239.1.2.3 (RFC 2365) or ff15::1234 (RFC 4291)"
            );
            self.error(place.field("group"), message);
        }
        let (count, receivers) = (run.receivers.len(), place.field("receivers"));
        self.within(receivers.clone(), count, [1, RECEIVERS_MAX], usize::to_string);
        let mut known = SortedSet::new();
        for (number, receiver) in run.receivers.iter().enumerate().take(RECEIVERS_MAX) {
            let place = receivers.index(number);
            if *receiver == spec.from {
                self.error(place, t!("a sender does not receive its own messages: name other hosts"));
                continue;
            }
            if !known.insert(*receiver) {
                self.error(place, t!("it is already a receiver: remove one"));
                continue;
            }
            let host = self.end(at, &place, *receiver);
            let version = version_of(group);
            if let Some(host) = host
                && !speaks(host, version)
            {
                let id = quoted(self.scenario.id(*receiver));
                let message = t!(
                    "{id} has no IPv{} address, so it cannot join {group}: give it one",
                    number_of(version)
                );
                self.error(place, message);
            } else if host.is_some()
                && client.is_some()
                && self.is_settled()
                && !self.lans.same(*receiver, spec.from)
            {
                let message = t!(
                    "it is on another LAN, and routers here forward no multicast: it will receive nothing"
                );
                let problem = self.problem(Kind::NoPath, Level::Warning, place, message.to_owned());
                problem.nodes.extend([spec.from, *receiver]);
            }
        }
        let version = self.scenario.ip_version(spec.from, spec.to);
        if client.is_some() && version.is_none() {
            self.error(place.field("group"), self.no_common_version(spec));
        }
        version
    }

    /// The host at an end of a run, if it is one.
    fn end(&mut self, at: Instant, place: &Place, node: NodeId) -> Option<&'s HostConfig> {
        let scenario = self.scenario;
        if node.index() >= scenario.ids.len() {
            self.error(place.clone(), t!("there is no such node"));
            return None;
        }
        let born = self.born(node);
        if at < born {
            let message = t!(
                "{} is only added at {}: let the run begin then or later",
                quoted(scenario.id(node)),
                show_time(born.since(defaults::AT))
            );
            self.error(place.clone(), message);
        }
        let host = scenario.topology.host(node);
        if host.is_none() {
            let id = quoted(scenario.id(node));
            self.error(place.clone(), t!("{id} is no host: runs go from a host to a host or an address"));
        }
        host.filter(|_| self.readable(node))
    }

    fn no_common_version(&self, spec: &RunSpec) -> String {
        let id = |node| quoted(self.scenario.id(node));
        let from = id(spec.from);
        match spec.to {
            Target::Address(address) => {
                let version = number_of(version_of(address));
                t!("{from} has no IPv{version} address, so it cannot talk to {address}: give it one")
            }
            Target::Node(to, Some(version)) => t!(
                "{from} and {} do not both have an IPv{} address: give them one, or remove \"ip\"",
                id(to),
                number_of(version)
            ),
            Target::Node(to, None) => {
                t!("{from} and {} have no IP version in common: give them addresses of one", id(to))
            }
        }
    }

    fn settings(&mut self, place: &Place, spec: &RunSpec, version: Option<IpVersion>) {
        let at = |name| place.field(name);
        let mtu = self.scenario.topology.host(spec.from).map_or(defaults::MTU, |host| host.ip_mtu);
        // ICMP and UDP headers have eight bytes each.
        let payload_max = mtu.clamp(IP_MTU_MIN, IP_MTU_MAX) - 8 - version.map_or(20, ip_header_bytes);
        let count =
            |check: &mut Self, count| check.within(at("count"), count, [1, COUNT_MAX], u32::to_string);
        let interval = |check: &mut Self, interval, min| {
            check.time_within(at("interval"), interval, [min, INTERVAL_MAX]);
        };
        let timeout = |check: &mut Self, timeout| {
            check.time_within(at("timeout"), timeout, [INTERVAL_MIN, TIMEOUT_MAX]);
        };
        let text = |check: &mut Self, text: &str| {
            check.size_within(at("text"), text.len(), [1, TEXT_BYTES_MAX]);
        };
        match &spec.kind {
            RunKind::Ping(ping) => {
                count(self, ping.count);
                interval(self, ping.interval, INTERVAL_MIN);
                timeout(self, ping.timeout);
                let fragments = ping.fragments && version != Some(IpVersion::V6);
                let max = if fragments { PING_SIZE_MAX } else { payload_max };
                self.size_within(at("size"), ping.payload_bytes, [0, max]);
                if let Some(ttl) = ping.ttl {
                    self.within(at("ttl"), ttl, [1, u8::MAX], u8::to_string);
                }
            }
            RunKind::Traceroute(trace) => {
                self.within(at("hops"), trace.hops_max, [1, HOPS_MAX], u8::to_string);
                self.within(at("tries"), trace.tries, [1, TRIES_MAX], u8::to_string);
                self.time_within(at("timeout"), trace.timeout, [PROBE_TIMEOUT_MIN, TIMEOUT_MAX]);
            }
            RunKind::PathMtu(probe) => {
                self.time_within(at("timeout"), probe.timeout, [PROBE_TIMEOUT_MIN, TIMEOUT_MAX]);
            }
            RunKind::Multicast(run) => {
                count(self, run.count);
                interval(self, run.interval, INTERVAL_MIN);
                text(self, &run.text);
                self.within(at("port"), run.port, [1, u16::MAX], u16::to_string);
            }
            RunKind::Echo(echo) => {
                count(self, echo.count);
                text(self, &echo.text);
                timeout(self, echo.timeout);
            }
            RunKind::Connect(connect) => {
                text(self, &connect.text);
                self.within(at("port"), connect.port, [1, u16::MAX], u16::to_string);
            }
            RunKind::Iperf(iperf) => {
                self.iperf(place, iperf, payload_max);
                interval(self, iperf.interval, REPORT_INTERVAL_MIN);
            }
        }
    }

    fn iperf(&mut self, place: &Place, iperf: &Iperf, payload_max: usize) {
        match iperf.amount {
            Amount::Bytes(bytes) => {
                self.within(place.field("bytes"), bytes, [1, BULK_BYTES_MAX], |&bytes| show_size(bytes));
            }
            Amount::Time(time) => {
                self.time_within(place.field("seconds"), time, [Duration::from_millis(1), BULK_TIME_MAX]);
            }
        }
        match iperf.transport {
            IperfTransport::Tcp { congestion: _, rx_buffer, tx_buffer } => {
                for (name, bytes) in [("rx_buffer", rx_buffer), ("tx_buffer", tx_buffer)] {
                    if let Some(bytes) = bytes {
                        self.size_within(place.field(name), bytes, [TCP_BUFFER_MIN, TCP_BUFFER_MAX]);
                    }
                }
            }
            IperfTransport::Udp { rate, datagram_bytes } => {
                self.rate_within(place.field("rate"), rate, UDP_RATE_MAX);
                self.size_within(place.field("datagram"), datagram_bytes, [DATAGRAM_MIN, payload_max]);
            }
        }
    }

    /// Bytes that both ends of a run take for their TCP buffers.
    fn buffers(&self, spec: &RunSpec) -> u64 {
        let host = |node| self.scenario.topology.host(node).map(|host| host.tcp);
        let client = host(spec.from);
        let server = match spec.to {
            Target::Node(node, _) => host(node),
            Target::Address(_) => client,
        };
        let [client, server] = [client, server].map(Option::unwrap_or_default);
        let bytes = match &spec.kind {
            RunKind::Iperf(Iperf { transport: IperfTransport::Tcp { rx_buffer, tx_buffer, .. }, .. }) => [
                client.rx_buffer,
                tx_buffer.unwrap_or(client.tx_buffer),
                rx_buffer.unwrap_or(server.rx_buffer),
                server.tx_buffer,
            ],
            RunKind::Ping(_)
            | RunKind::Iperf(_)
            | RunKind::Traceroute(_)
            | RunKind::PathMtu(_)
            | RunKind::Multicast(_) => return 0,
            RunKind::Echo(echo) if echo.transport == Transport::Udp => return 0,
            RunKind::Echo(_) | RunKind::Connect(_) => {
                [client.rx_buffer, client.tx_buffer, server.rx_buffer, server.tx_buffer]
            }
        };
        bytes.into_iter().map(|bytes| bytes.min(TCP_BUFFER_MAX) as u64).sum()
    }
}

/// Whether a host has, or will have, addresses of this version.
fn speaks(host: &HostConfig, version: IpVersion) -> bool {
    let own = host.addresses.iter().any(|cidr| version.is_of(&cidr.address()));
    own || host.learns(version == IpVersion::V6)
}

const fn number_of(version: IpVersion) -> u8 {
    match version {
        IpVersion::V4 => 4,
        IpVersion::V6 => 6,
    }
}

const fn ip_header_bytes(version: IpVersion) -> usize {
    match version {
        IpVersion::V4 => 20,
        IpVersion::V6 => 40,
    }
}
