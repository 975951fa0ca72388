//! The values of fields that a document leaves out. They are part of the format for ever: a change here would change the meaning
//! of documents that people have written and shared. So they do not follow the defaults of netlab.

use bridge::config::{Edge, Membership, Stp, Vlan};
use netlab::run::{Amount, IpVersion, Transport};
use netlab::topology::{Congestion, Port, SwitchConfig, TcpConfig, Way};
use netlab::{BitsPerSec, Duration, Instant, Ratio};
use router::config::{Rip, SplitHorizon, Verdict};
use wire::impair::Distribution;
use wire::line::{CoDel, LineConfig, Queue};

/// The seed of a scenario.
pub const SEED: u64 = 1;

/// The MTU of a host, in bytes.
pub const MTU: usize = 1_500;
/// The congestion control of a host's TCP.
pub const CONGESTION: Congestion = Congestion::Cubic;
/// The receive buffer of a host's TCP, in bytes.
pub const RX_BUFFER: usize = 64 << 10;
/// The send buffer of a host's TCP, in bytes.
pub const TX_BUFFER: usize = 64 << 10;
/// A host's TCP settings.
pub const TCP: TcpConfig = TcpConfig {
    congestion: CONGESTION,
    rx_buffer: RX_BUFFER,
    tx_buffer: TX_BUFFER,
    timeout: Some(netlab::topology::TCP_TIMEOUT),
    time_wait: netlab::topology::TIME_WAIT,
};

/// A switch forgets an address after this long (IEEE 802.1Q-2022, table 8-6).
pub const AGEING: Duration = Duration::from_secs(300);
/// A spanning tree's settings where it is simply on (IEEE 802.1D-2004, table 17-1).
pub const STP: Stp = Stp {
    priority: 32_768,
    hello: Duration::from_secs(2),
    max_age: Duration::from_secs(20),
    forward_delay: Duration::from_secs(15),
};

/// A switch without spanning tree and multicast snooping.
pub const fn switch() -> SwitchConfig {
    SwitchConfig { mac: None, ageing: AGEING, stp: None, snooping: false }
}

/// The metric of a configured route.
pub const METRIC: u8 = 1;
/// RIP's settings where it is simply on (RFC 2453, 3.8).
pub const RIP: Rip = Rip {
    split_horizon: SplitHorizon::PoisonedReverse,
    triggered: true,
    update: Duration::from_secs(30),
    timeout: Duration::from_secs(180),
    garbage: Duration::from_secs(120),
};
/// The verdict of a filter for packets that match no rule.
pub const OTHERWISE: Verdict = Verdict::Allow;

/// The longest payload that passes a switch's port: jumbo frames do.
pub const SWITCH_MTU: usize = 9_216;
/// The VLAN of untagged frames on a trunk, as on most switches.
pub const NATIVE: Option<Vlan> = Some(Vlan::DEFAULT);

/// A switch's port.
pub const fn switch_port() -> bridge::Port {
    bridge::Port {
        up: true,
        mtu: SWITCH_MTU,
        vlan: Membership::Access(Vlan::DEFAULT),
        edge: Edge::Auto,
        cost: None,
        priority: 128,
    }
}

/// A router's port.
pub const fn router_port() -> router::Port {
    router::Port {
        up: true,
        mac: None,
        addresses: Vec::new(),
        vlans: Vec::new(),
        mtu: MTU,
        outside: false,
        advertise: true,
        rip: true,
    }
}

/// A port's settings as a switch's.
pub(crate) fn of_switch(port: &Port) -> bridge::Port {
    if let Port::Switch(port) = port { port.clone() } else { switch_port() }
}

/// A port's settings as a router's.
pub(crate) fn of_router(port: &Port) -> router::Port {
    if let Port::Router(port) = port { port.clone() } else { router_port() }
}

/// A switch's port, plain if it has nothing of its own: as a document that is read has it.
pub fn port_of_switch(port: bridge::Port) -> Port {
    if port == switch_port() { Port::Plain } else { Port::Switch(port) }
}

/// A router's port, plain if it has nothing of its own.
pub fn port_of_router(port: router::Port) -> Port {
    if port == router_port() { Port::Plain } else { Port::Router(port) }
}

/// The delay of a link, one way.
pub const DELAY: Duration = Duration::from_millis(1);
/// The rate of a link.
pub const RATE: BitsPerSec = BitsPerSec::new(100_000_000).unwrap();
/// The bytes that may wait in a link's queue.
pub const QUEUE: usize = 64 << 10;

/// One direction of a link.
pub const fn way() -> Way {
    Way {
        line: LineConfig { rate: Some(RATE), delay: DELAY, queue: Queue::bytes(QUEUE) },
        impairments: Vec::new(),
    }
}

/// The drop probability of random early detection, just below its upper threshold: tc's examples, five times the paper's.
pub const RED_PROBABILITY: Ratio = Ratio::percent(10);
/// The weight of random early detection: the average moves by 1/512 for each frame, the paper's 0.002.
pub const RED_WEIGHT: u8 = 9;
/// CoDel's settings (RFC 8289, 4.2 and 4.3).
pub const CODEL: CoDel = CoDel { target: Duration::from_millis(5), interval: Duration::from_millis(100) };
/// In a burst everything is lost (Gilbert's model).
pub const BURST_LOSS: Ratio = Ratio::percent(100);
/// The distribution of jitter.
pub const DISTRIBUTION: Distribution = Distribution::Uniform;
/// Any frame may go ahead.
pub const GAP: u32 = 1;

/// When a run begins.
pub const AT: Instant = Instant::ZERO;
/// From one ping to the next, and from one iperf report to the next.
pub const INTERVAL: Duration = Duration::from_secs(1);
/// Until an answer is given up.
pub const TIMEOUT: Duration = Duration::from_secs(2);
/// Echo requests.
pub const PING_COUNT: u32 = 4;
/// Bytes after the ICMP header, as `ping` sends them.
pub const PING_SIZE: usize = 56;
/// The transport of an echo run.
pub const ECHO_TRANSPORT: Transport = Transport::Tcp;
/// Messages.
pub const ECHO_COUNT: u32 = 1;
/// What an echo run sends.
pub const ECHO_TEXT: &str = "Hello, aquarium!";
/// What an iperf run transfers.
pub const IPERF_AMOUNT: Amount = Amount::Bytes(1_000_000);
/// The rate of iperf 2 over UDP, unless configured.
pub const UDP_RATE: BitsPerSec = BitsPerSec::new(1_000_000).unwrap();
/// Where a connect run's server listens.
pub const CONNECT_PORT: u16 = 80;
/// What a connect run sends.
pub const CONNECT_TEXT: &str = "hello";
/// Hops after which a traceroute gives up.
pub const HOPS: u8 = 30;
/// Probes for each hop.
pub const TRIES: u8 = 3;
/// Until a probe of a path MTU run is given up.
pub const PATHMTU_TIMEOUT: Duration = Duration::from_secs(1);
/// What a multicast run sends.
pub const MULTICAST_TEXT: &str = "Hello, everybody!";
/// Where it sends it.
pub const MULTICAST_PORT: u16 = 5_000;

/// UDP payload of each datagram in bytes: what iperf 2 takes, so that a packet fits into 1,500 bytes.
pub const fn datagram(version: IpVersion) -> usize {
    match version {
        IpVersion::V4 => 1_470,
        IpVersion::V6 => 1_450,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netlab::topology::RouterConfig;

    #[test]
    fn what_is_plain_means_the_same_here_and_in_the_engine() {
        // If this fails, the engine's default has moved: documents keep theirs, so `Port::Plain` has to be filled in.
        assert_eq!(switch(), SwitchConfig::default());
        assert_eq!(switch_port(), bridge::Port::default());
        assert_eq!(router_port(), router::Port::default());
        let RouterConfig { routes, rip, nat, filter, services } = RouterConfig::default();
        assert_eq!((routes.len(), rip, nat, filter, services), (0, None, None, None, None));
    }
}
