//! Runs: what is asked for, and what happens to them.

use super::{Encode, Words};
use crate::run::{
    Amount, Connect, Echo, Failure, Hop, HopAnswer, IcmpError, Interval, IpVersion, Iperf, IperfTransport,
    Multicast, Outcome, PathMtu, Ping, Probe, RunEvent, RunKind, RunSpec, Target, Totals, Traceroute,
    Transport,
};
use wire::Duration;

impl Encode for RunSpec {
    fn encode(&self, words: &mut Words) {
        let Self { from, to, kind } = self;
        words.fields(&[from, to, kind]);
    }
}

impl Encode for Target {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Node(node, version) => words.variant(0, &[node, version]),
            Self::Address(address) => words.variant(1, &[address]),
        }
    }
}

impl Encode for IpVersion {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::V4 => 4,
            Self::V6 => 6,
        });
    }
}

impl Encode for RunKind {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Ping(settings) => {
                let Ping { count, interval, payload_bytes, timeout, ttl, fragments } = settings;
                words.variant(0, &[count, interval, payload_bytes, timeout, ttl, fragments]);
            }
            Self::Echo(settings) => {
                let Echo { transport, count, text, timeout } = settings;
                words.variant(1, &[transport, count, text, timeout]);
            }
            Self::Iperf(settings) => {
                let Iperf { amount, interval, transport } = settings;
                words.variant(2, &[amount, interval, transport]);
            }
            Self::Connect(settings) => {
                let Connect { port, text } = settings;
                words.variant(3, &[port, text]);
            }
            Self::Traceroute(settings) => {
                let Traceroute { probe, hops_max, tries, timeout } = settings;
                words.variant(4, &[probe, hops_max, tries, timeout]);
            }
            Self::PathMtu(settings) => {
                let PathMtu { timeout } = settings;
                words.variant(5, &[timeout]);
            }
            Self::Multicast(settings) => {
                let Multicast { receivers, count, interval, text, port } = settings;
                words.variant(6, &[receivers, count, interval, text, port]);
            }
        }
    }
}

impl Encode for Transport {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Tcp => 0,
            Self::Udp => 1,
        });
    }
}

impl Encode for Amount {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Bytes(bytes) => words.variant(0, &[bytes]),
            Self::Time(time) => words.variant(1, &[time]),
        }
    }
}

impl Encode for IperfTransport {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Tcp { congestion, rx_buffer, tx_buffer } => {
                words.variant(0, &[congestion, rx_buffer, tx_buffer]);
            }
            Self::Udp { rate, datagram_bytes } => words.variant(1, &[rate, datagram_bytes]),
        }
    }
}

impl Encode for Probe {
    fn encode(&self, words: &mut Words) {
        words.push(match self {
            Self::Udp => 0,
            Self::Icmp => 1,
        });
    }
}

impl Encode for RunEvent {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Started => words.variant(0, &[]),
            Self::Connected { after } => words.variant(1, &[after]),
            Self::Sent { number } => words.variant(2, &[number]),
            Self::Answered { number, rtt } => words.variant(3, &[number, rtt]),
            Self::Unanswered { number } => words.variant(4, &[number]),
            Self::IcmpError { number, from, what } => words.variant(5, &[number, from, what]),
            Self::Hop(Hop { hop, number, answer }) => {
                let answer = answer.map(|(from, rtt, answer)| (from, (rtt, answer)));
                words.variant(6, &[hop, number, &answer]);
            }
            Self::PathMtu { bytes, from } => words.variant(7, &[bytes, from]),
            Self::Received { number, by } => words.variant(8, &[number, by]),
            Self::Progress => words.variant(9, &[]),
            Self::Interval(Interval { from, to, bytes }) => words.variant(10, &[from, to, bytes]),
            Self::Finished(outcome) => words.variant(11, &[outcome]),
            Self::Duplicate { number, rtt, from } => words.variant(12, &[number, rtt, from]),
        }
    }
}

impl Encode for HopAnswer {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::OnTheWay => words.variant(0, &[]),
            Self::Reached => words.variant(1, &[]),
            Self::Unreachable(error) => words.variant(2, &[error]),
        }
    }
}

impl Encode for IcmpError {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Expired => words.variant(0, &[]),
            Self::ReassemblyExpired => words.variant(1, &[]),
            Self::NetUnreachable => words.variant(2, &[]),
            Self::HostUnreachable => words.variant(3, &[]),
            Self::ProtocolUnreachable => words.variant(4, &[]),
            Self::PortUnreachable => words.variant(5, &[]),
            Self::Prohibited => words.variant(6, &[]),
            Self::TooBig(mtu) => words.variant(7, &[mtu]),
            Self::Other(kind, code) => words.variant(8, &[kind, code]),
        }
    }
}

impl Encode for Outcome {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::Succeeded => words.variant(0, &[]),
            Self::Failed(failure) => words.variant(1, &[failure]),
            Self::Stopped => words.variant(2, &[]),
        }
    }
}

impl Encode for Failure {
    fn encode(&self, words: &mut Words) {
        match self {
            Self::NoAddress => words.variant(0, &[]),
            Self::NoAnswer => words.variant(1, &[]),
            Self::NoRoute => words.variant(2, &[]),
            Self::Refused => words.variant(3, &[]),
            Self::Broken => words.variant(4, &[]),
            Self::Unreachable(error) => words.variant(5, &[error]),
        }
    }
}

/// A run's totals.
pub(in crate::history) fn totals_words(totals: &Totals) -> [[u64; 4]; 3] {
    let Totals {
        sent,
        received,
        duplicates,
        bytes,
        rtt_count,
        rtt_sum,
        rtt_min,
        rtt_max,
        transfer_time,
        retransmits,
        jitter,
    } = *totals;
    [
        [sent, received, bytes, rtt_count],
        [rtt_sum, rtt_min, rtt_max, transfer_time].map(Duration::nanos),
        [retransmits, jitter.nanos(), duplicates, 0],
    ]
}
