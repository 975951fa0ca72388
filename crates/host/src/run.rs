//! The kinds of runs: their settings, what happens to them, and what is measured.

use crate::config::{Congestion, TCP_BUFFER_MAX, TCP_BUFFER_MIN};
use smoltcp::wire::IpAddress;
use std::fmt;
use texts::t;
use wire::sorted::SortedSet;
use wire::{BitsPerSec, Duration, NodeId};

/// A run: opaque to hosts, a number to the owner of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u32);

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub enum RunKind {
    /// ICMP echo requests (RFC 792, RFC 4443).
    Ping(Ping),
    /// A text is sent and comes back (RFC 862, port 7), over TCP or UDP.
    Echo(Echo),
    /// Bulk data to port 5001, as iperf 2 does it.
    Iperf(Iperf),
    /// A TCP connection that carries one message and is closed, as mirage-vnetif's `connect` example does it.
    Connect(Connect),
    /// The routers on the path: probes with a growing time to live.
    Traceroute(Traceroute),
    /// The longest packet that gets through: probes that must not be fragmented (RFC 1191, RFC 8201).
    PathMtu(PathMtu),
    /// UDP datagrams to a group; those who receive it join it first.
    Multicast(Multicast),
}

/// Settings of a traceroute run.
#[derive(Clone, Debug, PartialEq)]
pub struct Traceroute {
    /// What the probes are: UDP to an unlikely port, as `traceroute` sends them, or echo requests, as `tracert` does.
    pub probe: Probe,
    /// Hops after which it gives up.
    pub hops_max: u8,
    /// Probes for each hop.
    pub tries: u8,
    /// A probe that was not answered after this long is lost.
    pub timeout: Duration,
}

/// What a traceroute sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// UDP to ports from 33434 on.
    Udp,
    /// ICMP echo requests.
    Icmp,
}

/// Settings of a path MTU run.
#[derive(Clone, Debug, PartialEq)]
pub struct PathMtu {
    /// A probe that was not answered after this long is lost; after three losses of one size it tries shorter ones.
    pub timeout: Duration,
}

/// Settings of a multicast run; its target is the group's address. Its datagrams do not leave the network that they are sent
/// in: their time to live is 1 (RFC 1112, 6.1), since the routers here do not forward multicast.
#[derive(Clone, Debug, PartialEq)]
pub struct Multicast {
    /// The hosts that join the group.
    pub receivers: Vec<NodeId>,
    /// Number of datagrams.
    pub count: u32,
    /// From one to the next; the first is sent so long after the joining.
    pub interval: Duration,
    /// What is sent.
    pub text: String,
    /// The UDP port.
    pub port: u16,
}

/// The receivers of one multicast run at most.
pub const RECEIVERS_MAX: usize = 256;

/// Settings of a ping run.
#[derive(Clone, Debug, PartialEq)]
pub struct Ping {
    /// Number of requests.
    pub count: u32,
    /// From one request to the next.
    pub interval: Duration,
    /// Bytes after the ICMP header.
    pub payload_bytes: usize,
    /// A reply that has not come after this long is counted as lost.
    pub timeout: Duration,
    /// The requests' time to live or hop limit; `None`: the stack's 64.
    pub ttl: Option<u8>,
    /// The requests may be fragmented: by the host itself if they are longer than its MTU, and by IPv4 routers. If not, requests that
    /// are too long are not sent, and the host says so.
    pub fragments: bool,
}

/// The longest payload of a ping, in bytes: what an IPv4 packet carries behind its header and that of ICMP.
pub const PING_PAYLOAD_MAX: usize = 65_507;

/// Settings of an echo run.
#[derive(Clone, Debug, PartialEq)]
pub struct Echo {
    /// TCP or UDP.
    pub transport: Transport,
    /// Number of messages; each waits for the answer to the one before it.
    pub count: u32,
    /// What is sent.
    pub text: String,
    /// A UDP echo that has not come after this long is counted as lost.
    pub timeout: Duration,
}

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

/// Settings of an iperf run.
#[derive(Clone, Debug, PartialEq)]
pub struct Iperf {
    /// How much, or how long.
    pub amount: Amount,
    /// From one interval report to the next.
    pub interval: Duration,
    /// TCP or UDP, with what only that one has.
    pub transport: IperfTransport,
}

/// How much an iperf run sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// This many bytes.
    Bytes(u64),
    /// As much as goes in this time.
    Time(Duration),
}

/// What only one of the transports has.
#[derive(Clone, Debug, PartialEq)]
pub enum IperfTransport {
    /// As fast as TCP allows. `None`: the hosts' own settings apply.
    Tcp {
        /// Congestion control of the sender.
        congestion: Option<Congestion>,
        /// The receiver's buffer in bytes.
        rx_buffer: Option<usize>,
        /// The sender's buffer in bytes.
        tx_buffer: Option<usize>,
    },
    /// At this rate, regardless of loss.
    Udp {
        /// Of the UDP payload.
        rate: BitsPerSec,
        /// UDP payload of each datagram in bytes; fewer if they would not fit into one packet.
        datagram_bytes: usize,
    },
}

/// Settings of a connect run.
#[derive(Clone, Debug, PartialEq)]
pub struct Connect {
    /// Where the server listens.
    pub port: u16,
    /// What the client sends.
    pub text: String,
}

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// It began.
    Started,
    /// The TCP connection stands, as the client sees it.
    Connected {
        /// From the SYN to the SYN-ACK, retransmissions included.
        after: Duration,
    },
    /// A request (ping) or a message (echo, connect) was sent.
    Sent {
        /// From 0.
        number: u32,
    },
    /// The answer to it came.
    Answered {
        /// From 0.
        number: u32,
        /// From the request to the answer.
        rtt: Duration,
    },
    /// A further answer to it came: from another station of a group, or because a packet was doubled on its way.
    Duplicate {
        /// From 0.
        number: u32,
        /// From the request to this answer.
        rtt: Duration,
        /// The sender of this answer.
        from: IpAddress,
    },
    /// It was given up.
    Unanswered {
        /// From 0.
        number: u32,
    },
    /// A router or host on the path sent an ICMP error about a packet of this run.
    IcmpError {
        /// The request that the error is about, from 0, if the quoted packet identifies one.
        number: Option<u32>,
        /// The sender of the error.
        from: IpAddress,
        /// The error.
        what: IcmpError,
    },
    /// A probe of a traceroute was answered, or not.
    Hop(Hop),
    /// The longest packet that gets through, as it is known by now.
    PathMtu {
        /// In bytes.
        bytes: usize,
        /// The router that reported it; `None`: found by which requests were lost and answered.
        from: Option<IpAddress>,
    },
    /// A receiver of a multicast run got a datagram.
    Received {
        /// Which datagram, from 0.
        number: u32,
        /// The receiver.
        by: NodeId,
    },
    /// The server has received more; the entry's totals say how much. At most one each millisecond of virtual time, and
    /// ever fewer the longer the run lasts.
    Progress,
    /// An iperf interval is over.
    Interval(Interval),
    /// It is over.
    Finished(Outcome),
}

/// One answer to a traceroute, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The hop: the probe's time to live.
    pub hop: u8,
    /// Which of its probes, from 0.
    pub number: u8,
    /// The sender of the answer, the round-trip time, and what the answer says; `None`: none came in time.
    pub answer: Option<(IpAddress, Duration, HopAnswer)>,
}

/// What the answer to a traceroute's probe says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HopAnswer {
    /// The sender is a router on the path.
    OnTheWay,
    /// The sender is the target.
    Reached,
    /// The probe cannot be delivered.
    Unreachable(IcmpError),
}

/// What an ICMP error says of a packet (RFC 792, RFC 1812, RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IcmpError {
    /// Its time to live, or hop limit, was over.
    Expired,
    /// A fragment of it did not come in time.
    ReassemblyExpired,
    /// No route leads to its network.
    NetUnreachable,
    /// Its host does not answer.
    HostUnreachable,
    /// The host does not support the packet's protocol.
    ProtocolUnreachable,
    /// No program listens at this port.
    PortUnreachable,
    /// A filter does not let it pass.
    Prohibited,
    /// The packet is too long: the MTU of the next link, in bytes.
    TooBig(u32),
    /// Something else: its type and code.
    Other(u8, u8),
}

/// An iperf interval, as the server measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Since the run began.
    pub from: Duration,
    /// Since the run began.
    pub to: Duration,
    /// Payload received in it.
    pub bytes: u64,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it should. A ping or a UDP echo has if at least one answer came, as with `ping`.
    Succeeded,
    /// It did not.
    Failed(Failure),
    /// A stop command ended it.
    Stopped,
}

/// Why a run failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// The client has no address of the target's IP version, or the target has none at all.
    NoAddress,
    /// Nothing at all came back.
    NoAnswer,
    /// The client has no route to the target: it is on another network and there is no gateway.
    NoRoute,
    /// The other side refused (RST).
    Refused,
    /// The connection stood, then broke.
    Broken,
    /// An ICMP error reported that the target cannot be reached.
    Unreachable(IcmpError),
}

/// What was measured of a run, from its start to some moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Requests, messages or datagrams that the client sent.
    pub sent: u64,
    /// Those answered (ping, echo) or received (iperf UDP).
    pub received: u64,
    /// Further answers to requests that were answered already (ping).
    pub duplicates: u64,
    /// Payload bytes that the server received (iperf, connect), or that came back (ping, echo).
    pub bytes: u64,
    /// Round-trip times: how many, their sum, the least and the greatest.
    pub rtt_count: u64,
    /// Sum of the round-trip times.
    pub rtt_sum: Duration,
    /// The shortest round trip.
    pub rtt_min: Duration,
    /// The longest round trip.
    pub rtt_max: Duration,
    /// To the last payload byte that the server received, from when the connection stood (TCP), or from the first
    /// (UDP).
    pub transfer_time: Duration,
    /// TCP segments that the client retransmitted.
    pub retransmits: u64,
    /// Interarrival jitter (RFC 3550, 6.4.1), iperf UDP only.
    pub jitter: Duration,
}

impl Default for Ping {
    fn default() -> Self {
        Self {
            count: 4,
            interval: Duration::from_secs(1),
            payload_bytes: 56,
            timeout: Duration::from_secs(2),
            ttl: None,
            fragments: false,
        }
    }
}

impl Default for Traceroute {
    fn default() -> Self {
        Self { probe: Probe::Udp, hops_max: 30, tries: 3, timeout: Duration::from_secs(2) }
    }
}

impl Default for PathMtu {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(1) }
    }
}

impl Default for Multicast {
    fn default() -> Self {
        Self {
            receivers: Vec::new(),
            count: 4,
            interval: Duration::from_secs(1),
            text: "Hello, everybody!".into(),
            port: 5_000,
        }
    }
}

impl Default for Echo {
    fn default() -> Self {
        Self {
            transport: Transport::Tcp,
            count: 1,
            text: "Hello, aquarium!".into(),
            timeout: Duration::from_secs(2),
        }
    }
}

impl Default for Iperf {
    fn default() -> Self {
        Self {
            amount: Amount::Bytes(1_000_000),
            interval: Duration::from_secs(1),
            transport: IperfTransport::Tcp { congestion: None, rx_buffer: None, tx_buffer: None },
        }
    }
}

impl Default for Connect {
    fn default() -> Self {
        Self { port: 80, text: "hello".into() }
    }
}

/// RFC 862.
pub const ECHO_PORT: u16 = 7;
/// iperf 2's default.
pub const IPERF_PORT: u16 = 5001;
/// What iperf 2 sends over UDP and Ethernet by default: fits an MTU of 1500 with room for options.
pub const IPERF_DATAGRAM_BYTES: usize = 1470;

impl RunKind {
    /// As the document and the command line call it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ping(_) => "ping",
            Self::Echo(_) => "echo",
            Self::Iperf(_) => "iperf",
            Self::Connect(_) => "connect",
            Self::Traceroute(_) => "traceroute",
            Self::PathMtu(_) => "pathmtu",
            Self::Multicast(_) => "multicast",
        }
    }
}

impl RunKind {
    /// What the server's side listens at; `None` if no program is needed there.
    pub const fn service(&self) -> Option<(Transport, u16)> {
        match self {
            Self::Echo(echo) => Some((echo.transport, ECHO_PORT)),
            Self::Connect(connect) => Some((Transport::Tcp, connect.port)),
            Self::Iperf(Iperf { transport: IperfTransport::Tcp { .. }, .. }) => {
                Some((Transport::Tcp, IPERF_PORT))
            }
            Self::Iperf(Iperf { transport: IperfTransport::Udp { .. }, .. }) => {
                Some((Transport::Udp, IPERF_PORT))
            }
            Self::Ping(_) | Self::Traceroute(_) | Self::PathMtu(_) | Self::Multicast(_) => None,
        }
    }
}

impl Totals {
    /// The mean round-trip time; `None` if there was none.
    pub fn rtt_mean(&self) -> Option<Duration> {
        (self.rtt_count > 0).then(|| Duration::from_nanos(self.rtt_sum.nanos() / self.rtt_count))
    }

    /// Payload bits a second that the server received; `None` before any time has passed.
    pub fn goodput_bps(&self) -> Option<f64> {
        (self.transfer_time > Duration::ZERO).then(|| self.bytes as f64 * 8.0 / self.transfer_time.secs_f64())
    }

    /// Counts a round trip.
    pub(crate) fn add_rtt(&mut self, rtt: Duration) {
        self.rtt_min = if self.rtt_count == 0 { rtt } else { self.rtt_min.min(rtt) };
        self.rtt_max = self.rtt_max.max(rtt);
        self.rtt_sum = self.rtt_sum + rtt;
        self.rtt_count += 1;
    }
}

impl RunKind {
    /// Checks the bounds that keep a run from taking all memory or never ending.
    ///
    /// # Errors
    /// Which bound is broken.
    pub fn check(&self) -> Result<(), &'static str> {
        let bad = |bad: bool, message| if bad { Err(message) } else { Ok(()) };
        match self {
            Self::Ping(ping) => {
                bad(!(1..=60_000).contains(&ping.count), "a ping sends 1 to 60 000 requests")?;
                bad(ping.payload_bytes > PING_PAYLOAD_MAX, "a ping's payload is at most 65 507 bytes")?;
                bad(ping.ttl == Some(0), "a time to live is at least 1")?;
                bad(ping.interval.nanos() < 1_000, "a ping's interval is at least 1 µs")
            }
            Self::Echo(echo) => {
                bad(!(1..=60_000).contains(&echo.count), "an echo sends 1 to 60 000 messages")?;
                bad(!(1..=500).contains(&echo.text.len()), "an echo's text has 1 to 500 bytes")
            }
            Self::Connect(connect) => {
                bad(connect.port == 0, "port 0 is not a port")?;
                bad(connect.text.len() > 65_536, "a message has at most 65 536 bytes")
            }
            Self::Traceroute(trace) => {
                bad(!(1..=64).contains(&trace.hops_max), "a traceroute goes 1 to 64 hops")?;
                bad(!(1..=10).contains(&trace.tries), "a traceroute has 1 to 10 probes for each hop")?;
                bad(trace.timeout.nanos() < 1_000_000, "a probe waits at least 1 ms for its answer")
            }
            Self::PathMtu(probe) => {
                bad(probe.timeout.nanos() < 1_000_000, "a probe waits at least 1 ms for its answer")
            }
            Self::Multicast(multicast) => {
                let receivers = multicast.receivers.len();
                bad(!(1..=RECEIVERS_MAX).contains(&receivers), "a multicast run has 1 to 256 receivers")?;
                bad(!(1..=60_000).contains(&multicast.count), "a multicast run sends 1 to 60 000 datagrams")?;
                bad(!(1..=500).contains(&multicast.text.len()), "a multicast text has 1 to 500 bytes")?;
                bad(multicast.port == 0, "port 0 is not a port")?;
                let receivers: SortedSet<_> = multicast.receivers.iter().copied().collect();
                bad(receivers.len() < multicast.receivers.len(), "a multicast run has each receiver once")?;
                bad(multicast.interval.nanos() < 1_000, "a multicast interval is at least 1 µs")
            }
            Self::Iperf(iperf) => {
                bad(iperf.interval.nanos() < 1_000_000, "an iperf interval is at least 1 ms")?;
                bad(iperf.amount == Amount::Bytes(0), "an iperf run sends at least 1 byte")?;
                match iperf.transport {
                    IperfTransport::Tcp { rx_buffer, tx_buffer, .. } => {
                        let sizes = rx_buffer.into_iter().chain(tx_buffer);
                        let out = sizes
                            .into_iter()
                            .any(|bytes| !(TCP_BUFFER_MIN..=TCP_BUFFER_MAX).contains(&bytes));
                        bad(out, "a TCP buffer has 128 bytes to 64 MiB")
                    }
                    IperfTransport::Udp { datagram_bytes, .. } => {
                        let fits = (12..=65_507).contains(&datagram_bytes);
                        bad(!fits, "an iperf datagram has 12 to 65 507 bytes")
                    }
                }
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => t!("the two have no IP version in common"),
            Self::NoAnswer => t!("no answer came"),
            Self::NoRoute => {
                t!("there is no route: the target is on another network, and there is no gateway")
            }
            Self::Refused => t!("the connection was refused"),
            Self::Broken => t!("the connection broke"),
            Self::Unreachable(error) => return f.write_str(&t!("it is out of reach: {error}")),
        })
    }
}

impl fmt::Display for IcmpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired => t!("its time to live expired"),
            Self::ReassemblyExpired => t!("a fragment of it was missing"),
            Self::NetUnreachable => t!("no route leads there"),
            Self::HostUnreachable => t!("the host does not answer"),
            Self::ProtocolUnreachable => t!("the host does not support this protocol"),
            Self::PortUnreachable => t!("no program listens at this port"),
            Self::Prohibited => t!("a filter does not let it pass"),
            Self::TooBig(mtu) => return f.write_str(&t!("it is too long, the next link takes {mtu} bytes")),
            Self::Other(kind, code) => return f.write_str(&t!("ICMP type {kind}, code {code}")),
        })
    }
}
