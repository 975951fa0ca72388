//! What holds where a document says nothing. Part of the format for ever: a change here would change what documents mean
//! that people have written and shared. So they stand here, and not wherever netlab happens to have its own.

use netlab::run::{Amount, IpVersion, Transport};
use netlab::topology::{Congestion, Way};
use netlab::{BitsPerSec, Duration, Instant};
use vnetif::line::{LineConfig, Queue};

/// Of the scenario.
pub const SEED: u64 = 1;

/// IPv4 and Ethernet: the largest packet in bytes.
pub const MTU: usize = 1_500;
/// Of a host's TCP.
pub const CONGESTION: Congestion = Congestion::Cubic;
/// Bytes.
pub const RX_BUFFER: usize = 64 << 10;
/// Bytes.
pub const TX_BUFFER: usize = 64 << 10;
/// A switch forgets an address after this long (IEEE 802.1Q-2022, table 8-6).
pub const AGEING: Duration = Duration::from_secs(300);

/// Of a link, one way.
pub const DELAY: Duration = Duration::from_millis(1);
/// Of a link.
pub const RATE: BitsPerSec = BitsPerSec::new(100_000_000).unwrap();
/// Of a link, in bytes.
pub const QUEUE: usize = 64 << 10;

/// One direction of a link.
pub const fn way() -> Way {
    Way {
        line: LineConfig { rate: Some(RATE), delay: DELAY, queue: Queue::bytes(QUEUE) },
        impairments: Vec::new(),
    }
}

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
/// Of an echo run.
pub const ECHO_TRANSPORT: Transport = Transport::Tcp;
/// Messages.
pub const ECHO_COUNT: u32 = 1;
/// What an echo run sends.
pub const ECHO_TEXT: &str = "Hello, aquarium!";
/// What an iperf run transfers.
pub const IPERF_AMOUNT: Amount = Amount::Bytes(1_000_000);
/// What iperf 2 sends over UDP if not told otherwise.
pub const UDP_RATE: BitsPerSec = BitsPerSec::new(1_000_000).unwrap();
/// Where a connect run's server listens.
pub const CONNECT_PORT: u16 = 80;
/// What a connect run sends.
pub const CONNECT_TEXT: &str = "hello";

/// UDP payload of each datagram in bytes: what iperf 2 takes, so that a packet fits into 1,500 bytes.
pub const fn datagram(version: IpVersion) -> usize {
    match version {
        IpVersion::V4 => 1_470,
        IpVersion::V6 => 1_450,
    }
}
